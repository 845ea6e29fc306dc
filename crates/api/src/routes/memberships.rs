//! Paid plans, as the shop's server tells of them.

use super::answer;
use super::paths::MemberId;
use crate::body::Json;
use crate::credentials::Shop;
use crate::inputs::{Path, Query};
use crate::memberships;
use crate::openapi::{Route, Tag, delete, get, put};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::memberships::{MembershipInput, MembershipReply};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const PATH: &str = "/v1/members/{external_id}/membership";

pub(super) fn routes() -> Vec<Route> {
    vec![
        put(PATH, put_membership)
            .named(
                "putMembership",
                "Tell that a plan was paid",
                "Send it for each payment, the first and those that renew. A payment for the plan that runs adds a \
                 period at its end; one for another plan begins that one at once. The same payment again changes \
                 nothing.",
            )
            .tagged(Tag::Members)
            .body("A month that renews", json!({ "id": "pay-7001", "plan": "plus", "renews": true }))
            .replies::<MembershipReply>(201, "The payment is new.", example("active"))
            .replies::<MembershipReply>(200, "The payment was known.", example("active"))
            .refuses(&["payment_known"]),
        get(PATH, get_membership)
            .named("readMembership", "Read a member's plan", "Running or lately ended; null for one who never had any.")
            .tagged(Tag::Members)
            .replies::<MembershipReply>(200, "The plan.", example("active")),
        delete(PATH, end_membership)
            .named(
                "endMembership",
                "End a member's plan",
                "What is paid for is used up, and then it does not renew; with `now` it is over at once. A plan that \
                 is over already stays as it is.",
            )
            .tagged(Tag::Members)
            .replies::<MembershipReply>(200, "The plan.", example("ended")),
    ]
}

fn example(state: &str) -> Value {
    json!({ "membership": {
        "plan": "plus", "state": state, "started_at": "2026-11-22T08:30:00Z", "ends_at": "2026-12-22T08:30:00Z",
        "renews": state == "active",
        "payments": [{
            "id": "pay-7001", "plan": "plus", "starts_at": "2026-11-22T08:30:00Z", "ends_at": "2026-12-22T08:30:00Z",
        }],
    } })
}

async fn put_membership(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(MemberId(id)): Path<MemberId>,
    Json { value, .. }: Json<MembershipInput>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let put = shop.write(&state, (id, value), |club, (id, value)| {
        Box::pin(memberships::put(club, id, value))
    });
    let (membership, created) = put.await?;
    answer::made(
        created,
        &MembershipReply {
            membership: Some(membership),
        },
    )
}

async fn get_membership(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(MemberId(id)): Path<MemberId>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let membership = shop
        .read(&state, id, |club, id| Box::pin(memberships::get(club, id)))
        .await?;
    answer::ok(&MembershipReply { membership })
}

/// How a plan is ended.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
struct Ending {
    /// `true`: at once, not at the end of what is paid for. `false` when absent.
    #[serde(default)]
    now: bool,
}

async fn end_membership(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(MemberId(id)): Path<MemberId>,
    Query(Ending { now }): Query<Ending>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let ended = shop.write(&state, (id, now), |club, (id, now)| {
        Box::pin(memberships::end(club, id, *now))
    });
    answer::ok(&MembershipReply {
        membership: Some(ended.await?),
    })
}
