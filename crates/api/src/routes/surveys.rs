//! Answers to surveys, and what prompts did.

use super::paths::{MemberId, PromptId};
use super::{Wish, answer};
use crate::body::{self, Json, Text};
use crate::credentials::{self, Peer, Shop, Shopper};
use crate::idempotency::{self, Intent};
use crate::ids;
use crate::inputs::{Key, Path};
use crate::limits::Kind;
use crate::openapi::{Credential, Input, Operation, Route, Tag, get, post};
use crate::problem::{Error, Result};
use crate::scopes::Scope;
use crate::state::State;
use crate::surveys;
use crate::surveys::prompts::{self, Unverified};
use axum::extract::{FromRequest, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::Response;
use contract::shopper::{Event, ResponseReply, SurveyResponse};
use contract::surveys::{Asked, LinkReply, LinkResponse, PromptInput};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const PROMPT: &str = "prm_WyJ0ZW5fMSIsIm1lbV8xIiwic3J2X25wcyIsIiIsMCwxXQ.c2lnbmF0dXJl";

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/v1/me/responses", respond)
            .named(
                "answerSurvey",
                "Answer a survey",
                "Stores an answer. The browser makes the id; the same id again replaces what was said before. An \
                 answer counts in the scores, and earns its points, when it carries the prompt of the member's \
                 snapshot or of a link, or is about the member's own paid order; once on each occasion, and points \
                 once for each survey and scope. Any other answer is stored, and that is all.",
            )
            .tagged(Tag::Shopper)
            .body(
                "A score",
                json!({ "id": "rsp_5d0c6c1e", "survey_id": "srv_nps", "score": 9, "completed": true }),
            )
            .replies::<ResponseReply>(
                201,
                "Stored.",
                json!({ "response": { "id": "rsp_5d0c6c1e", "points": 20, "counted": true } }),
            )
            .refuses(&["not_a_member", "not_found", "prompt_used", "prompt_ended"]),
        post("/v1/members/{external_id}/prompts", make_link)
            .named(
                "makeSurveyLink",
                "Make a link to a survey",
                "A prompt that the shop mails to a member: whoever holds its id answers once, without a login, within \
                 30 days. The shop decides whom it asks; the waits of the survey do not hold it back.",
            )
            .tagged(Tag::Members)
            .body("A survey", json!({ "survey_id": "srv_nps" }))
            .replies::<LinkReply>(201, "The prompt.", json!({ "prompt": {
                "id": PROMPT, "survey_id": "srv_nps", "scope": "", "expires_at": "2026-12-22T08:30:00Z",
            } }))
            .refuses(&["prompt_used"]),
        get("/v1/surveys/{prompt}", asked)
            .named(
                "readSurveyLink",
                "Read what a link asks",
                "The survey as the program has it, and whether it was answered already. The id is the credential.",
            )
            .tagged(Tag::Guests)
            .replies::<Asked>(200, "The survey.", json!({
                "survey": survey(),
                "name": { "en": "Club" }, "languages": ["en"], "scope": "", "answered": false,
                "expires_at": "2026-12-22T08:30:00Z",
            }))
            .refuses(&["prompt_ended"]),
        post("/v1/surveys/{prompt}/responses", respond_to_link)
            .named(
                "answerSurveyLink",
                "Answer a link",
                "As a member's answer in the shop: stored, counted and paid for once. The same id again replaces what \
                 was said before; another id is refused.",
            )
            .tagged(Tag::Guests)
            .body("A score", json!({ "id": "rsp_5d0c6c1e", "score": 9, "completed": true }))
            .replies::<ResponseReply>(
                201,
                "Stored.",
                json!({ "response": { "id": "rsp_5d0c6c1e", "points": 20, "counted": true } }),
            )
            .refuses(&["prompt_used", "prompt_ended"]),
        post("/v1/events", events)
            .named(
                "reportEvents",
                "Report events",
                "What prompts, panels and offers did. An event is counted once by its id, so a batch may be sent again. The \
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

/// A survey, with all of its fields.
fn survey() -> Value {
    json!({
        "id": "srv_nps", "kind": "nps", "enabled": true, "question": {},
        "follow_up": { "low": {}, "mid": {}, "high": {} }, "trigger": "page",
        "pages": { "only": [], "except": [], "devices": [] }, "scope": "periodic",
        "audience": { "member_days_min": null, "orders_min": 0, "tiers": [], "segments": [] },
        "answered_wait_days": null, "dismissed_wait_days": null, "global_wait_days": null, "max_displays": null,
        "rate": 10_000, "priority": 0, "starts_at": null, "ends_at": null, "arm": null,
    })
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

async fn make_link(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(MemberId(id)): Path<MemberId>,
    Json { value, .. }: Json<PromptInput>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let link = shop.write(&state, (id, value), |club, (id, value)| {
        Box::pin(prompts::link(club, id, value))
    });
    let prompt = link.await?;
    answer::json(StatusCode::CREATED, &LinkReply { prompt })
}

async fn asked(
    Shared(state): Shared<State>,
    peer: Peer,
    Path(PromptId(id)): Path<PromptId>,
) -> Result<Response> {
    peer.count(&state, Kind::Claim)?;
    let link = Unverified::read(&id).ok_or_else(prompts::no_link)?;
    let tenant = link.tenant().to_owned();
    let asked = state.read(&tenant, link, |club, link| {
        Box::pin(prompts::asked(club, link))
    });
    answer::ok(&asked.await?)
}

async fn respond_to_link(
    Shared(state): Shared<State>,
    Key(key): Key,
    peer: Peer,
    Path(PromptId(id)): Path<PromptId>,
    Json { value, text }: Json<LinkResponse>,
) -> Result<Response> {
    peer.count(&state, Kind::Claim)?;
    let link = Unverified::read(&id).ok_or_else(prompts::no_link)?;
    let intent = Intent {
        tenant: link.tenant().to_owned(),
        subject: format!("prompt:{}", ids::digest(id.as_bytes())),
        route: "POST /v1/surveys/{prompt}/responses",
        key,
    };
    let input = (link, id, value);
    let status = StatusCode::CREATED;
    idempotency::once(
        &state,
        intent,
        "guest",
        &text,
        status,
        input,
        |club, (link, id, value)| {
            Box::pin(async move {
                let (member, response) = prompts::answer_to(club, link, id, value).await?;
                let response = surveys::respond(club, &member, &response).await?;
                Ok(ResponseReply { response })
            })
        },
    )
    .await
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
