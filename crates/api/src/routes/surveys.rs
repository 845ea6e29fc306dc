//! Answers to surveys, and what prompts did.

use super::{Wish, answer};
use crate::body::{self, Json, Text};
use crate::credentials::{self, Shopper};
use crate::inputs::Key;
use crate::openapi::{Credential, Input, Operation, Route, Tag, post};
use crate::problem::{Error, Result};
use crate::state::State;
use crate::surveys;
use axum::extract::{FromRequest, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::Response;
use contract::shopper::{Event, ResponseReply, SurveyResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/v1/me/responses", respond)
            .named(
                "answerSurvey",
                "Answer a survey",
                "Stores an answer. The browser makes the id; the same id again replaces what was said before, and \
                 points are given once for each survey and scope.",
            )
            .tagged(Tag::Shopper)
            .body(
                "A score",
                json!({ "id": "rsp_5d0c6c1e", "survey_id": "srv_nps", "score": 9, "completed": true }),
            )
            .replies::<ResponseReply>(
                201,
                "Stored.",
                json!({ "response": { "id": "rsp_5d0c6c1e", "points": 20 } }),
            )
            .refuses(&["not_a_member", "not_found"]),
        post("/v1/events", events)
            .named(
                "reportEvents",
                "Report events",
                "What prompts and panels did. An event is counted once by its id, so a batch may be sent again. The \
                 body is read as JSON whatever its type says: a beacon, which can carry no header, is sent as text \
                 with the member token inside.",
            )
            .tagged(Tag::Shopper)
            .body(
                "A panel was opened",
                json!({ "events": [{ "id": "evt_6d5a", "kind": "panel_opened", "at": "2026-11-22T08:00:00Z" }] }),
            )
            .replies::<Accepted>(202, "Taken.", json!({ "accepted": 1 }))
            .refuses(&["not_a_member"]),
    ]
}

async fn respond(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Json { value, text }: Json<SurveyResponse>,
) -> Result<Response> {
    let wish = Wish {
        route: "POST /v1/me/responses",
        key,
        content: text,
        status: StatusCode::CREATED,
    };
    let stored = shopper.once(&state, wish, value, |club, member, value| {
        Box::pin(async move {
            let response = surveys::respond(club, &member.member, value).await?;
            Ok(ResponseReply { response })
        })
    });
    stored.await
}

/// What was taken of a batch.
#[derive(Serialize, JsonSchema)]
struct Accepted {
    /// How many events are new.
    accepted: u32,
}

/// A batch of events.
#[derive(Deserialize, JsonSchema)]
struct EventBatch {
    /// What happened, 50 at most.
    #[schemars(length(max = 50))]
    events: Vec<Event>,
    /// The member token, where no header can be sent.
    #[serde(default)]
    token: Option<String>,
}

/// A batch with the shopper who sends it: the token is in the header, or in the body.
struct Beacon {
    shopper: Shopper,
    events: Vec<Event>,
}

impl FromRequest<State> for Beacon {
    type Rejection = Error;

    async fn from_request(request: Request, state: &State) -> Result<Self> {
        let headers = request.headers().clone();
        let in_header = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(str::to_owned);
        let Text(text) = Text::from_request(request, state).await?;
        // Who asks comes first: without a credential nothing is said about the body.
        let batch = body::read::<EventBatch>(&text);
        let in_body = batch.as_ref().ok().and_then(|batch| batch.token.clone());
        let token = in_header.or(in_body).ok_or_else(|| {
            Error::unauthorized("Send the member token in the header or as `token`.")
        })?;
        Ok(Self {
            shopper: credentials::shopper(state, &token, &headers).await?,
            events: batch?.events,
        })
    }
}

impl Input for Beacon {
    fn describe(operation: &mut Operation<'_>) {
        operation.credential(Credential::Shopper);
        operation.body::<EventBatch>(&["application/json"]);
    }
}

async fn events(Shared(state): Shared<State>, beacon: Beacon) -> Result<Response> {
    let Beacon { shopper, events } = beacon;
    let accepted = shopper.write(&state, events, |club, member, events| {
        Box::pin(surveys::events(club, &member.member, events))
    });
    let accepted = accepted.await?;
    answer::json(StatusCode::ACCEPTED, &Accepted { accepted })
}
