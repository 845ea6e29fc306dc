//! What the shop looks over: answers to surveys, and invitations.

use super::answer;
use super::paths::ClaimId;
use crate::credentials::Desk;
use crate::inputs::{PageSize, Path, Query};
use crate::openapi::{Route, Tag, get, post};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use crate::{referrals, surveys};
use axum::extract::State as Shared;
use axum::response::Response;
use contract::referrals::{ClaimPage, DeskClaimReply};
use contract::responses::{Mood, ResponsePage};
use contract::shopper::FriendState;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/v1/responses", responses)
            .named(
                "listResponses",
                "List answers to surveys",
                "Newest first, in pages, with what members wrote. Where few fit, a page ends early and the next goes on \
                 from there. A secret key needs the scope insights, a person any role.",
            )
            .tagged(Tag::Insights)
            .replies::<ResponsePage>(
                200,
                "A page.",
                json!({ "responses": [response()], "next_cursor": null }),
            ),
        get("/v1/claims", claims)
            .named(
                "listClaims",
                "List invitations that were followed",
                "Newest first, in pages, as they were written down last: who invited, who came, how far it is, and \
                 why it does not count where it does not.",
            )
            .tagged(Tag::Members)
            .replies::<ClaimPage>(
                200,
                "A page.",
                json!({ "claims": [claim()], "next_cursor": null }),
            ),
        post("/v1/claims/{claim}/allow", allow)
            .named(
                "allowClaim",
                "Let a claim count after all",
                "One that was refused on suspicion: a common contact, or many from one network. It stands where it would \
                 stand without; whoever comes from that network counts from now on. For editors.",
            )
            .tagged(Tag::Members)
            .replies::<DeskClaimReply>(200, "The claim as it stands.", json!({ "claim": claim() }))
            .refuses(&["claim_stands"]),
    ]
}

fn response() -> Value {
    json!({
        "id": "rsp_5d0c6c1e", "member": "customer-1042", "survey_id": "srv_nps", "kind": "nps", "scope": "",
        "scores": [9], "mood": "high", "comment": "Quick delivery.", "counted": true, "points": 20,
        "at": "2026-11-22T08:30:00Z",
    })
}

fn claim() -> Value {
    json!({
        "id": "clm_8x0w3k6m1q9r4t7v2yaz", "created_at": "2026-11-22T08:30:00Z", "advocate": "customer-1042",
        "friend": null, "state": "invited", "state_at": "2026-11-22T08:30:00Z",
        "expires_at": "2026-12-22T08:30:00Z", "order_id": null, "allowed_at": "2026-11-22T08:30:00Z",
        "can_be_allowed": false,
    })
}

/// Which answers.
#[derive(Debug, Deserialize, JsonSchema)]
struct Answers {
    /// To this survey alone.
    survey: Option<String>,
    /// Those alone that say so.
    mood: Option<Mood>,
    /// Those alone in which the member wrote something.
    #[serde(default)]
    with_comment: bool,
    /// Answers of a page; 20 when absent.
    limit: Option<PageSize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn responses(
    Shared(state): Shared<State>,
    desk: Desk,
    Query(asked): Query<Answers>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let filter = surveys::Filter {
        survey: asked.survey,
        mood: asked.mood,
        with_comment: asked.with_comment,
        limit: asked.limit.map_or(surveys::PAGE, PageSize::get),
        cursor: asked.cursor,
    };
    let page = desk.read(&state, filter, |club, filter| {
        Box::pin(surveys::page(club, filter))
    });
    answer::ok(&page.await?)
}

/// Which claims.
#[derive(Debug, Deserialize, JsonSchema)]
struct Claims {
    /// Those in this state alone.
    state: Option<FriendState>,
    /// Claims of a page; 20 when absent.
    limit: Option<PageSize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn claims(
    Shared(state): Shared<State>,
    desk: Desk,
    Query(asked): Query<Claims>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Viewer)?;
    let page = desk.read(&state, asked, |club, asked| {
        let limit = asked.limit.map_or(referrals::PAGE, PageSize::get);
        let cursor = asked.cursor.as_deref();
        Box::pin(referrals::page(club, asked.state, limit, cursor))
    });
    answer::ok(&page.await?)
}

async fn allow(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ClaimId(id)): Path<ClaimId>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Editor)?;
    let allowed = desk.write(&state, id, |club, id| Box::pin(referrals::allow(club, id)));
    answer::ok(&DeskClaimReply {
        claim: allowed.await?,
    })
}
