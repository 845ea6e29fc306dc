//! The machinery on routes of its own: one for each kind of argument.
#![allow(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod described;
mod pages;
mod served;

use super::*;
use crate::body::Json;
use crate::credentials::{Page, Peer, Shop, Shopper, Staff};
use crate::inputs::{Key, Known, Path, Query};
use crate::problem::Error;
use crate::state::State;
use axum::extract::State as Shared;
use contract::orders::{CouponAction, MemberInput, OrderInput, RefundInput};
use contract::shopper::{
    ClaimReply, EntryPage, Events, Join, ProgramView, Redeem, RedemptionReply, ResponseReply,
    Snapshot, SurveyResponse,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// A program's id.
#[derive(Deserialize, JsonSchema)]
#[schemars(example = &"saffron")]
struct ProgramId(#[allow(dead_code, reason = "read by serde alone")] String);

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "read by serde alone")]
struct RefundPath {
    /// The shop's id of the refund.
    #[schemars(example = &"r/1")]
    refund: String,
    /// The shop's id of the order.
    #[schemars(example = &"A 1001", length(min = 1, max = 128))]
    order_id: String,
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "read by serde alone")]
struct Paging {
    /// How many.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn bare() -> &'static str {
    "{}"
}
async fn program(_: Shared<State>, _: Page, _: Peer, _: Path<ProgramId>, _: Known) {}
async fn me(_: Shopper, _: Known) {}
async fn entries(_: Shopper, _: Query<Paging>) {}
async fn redeem(_: Shopper, _: Key, _: Json<Redeem>) {}
async fn join(_: Shopper, _: Key, _: Json<Join>) {}
async fn respond(_: Shopper, _: Key, _: Json<SurveyResponse>) {}
async fn order(_: Shop, _: Path<ProgramId>, _: Json<OrderInput>) {}
async fn refund(_: Shop, _: Path<RefundPath>, _: Json<RefundInput>) {}
async fn pair(_: Shop, _: Path<(String, u32)>) {}
async fn member(_: Shop, _: Json<MemberInput>) {}
async fn coupon(_: Shop, _: Json<CouponAction>) {}
async fn events(_: Shopper, _: Json<Events>) {}
async fn export(_: Staff) {}
async fn exports(_: Staff) {}
async fn claim(_: Page, _: Peer, _: Key) {}

fn redemption() -> Value {
    json!({ "redemption": {
        "id": "rdm_01", "key": "5d0c", "reward_id": "rwd_50k", "units": 1, "points": 1000, "at": "2026-11-20T08:00:00Z",
        "code": "4AQR-P8GH-KXDZ", "state": "open", "expires_at": "2026-12-20T08:00:00Z",
    } })
}

fn snapshot() -> Value {
    json!({
        "as_of": "2026-11-22T04:10:00Z", "first_name": null, "referral": null, "redemptions": [], "entries": [],
        "next_cursor": null,
        "prompts": [], "delivered_order_id": null, "resolved_complaint": null,
        "facts": {
            "id": "mem_01", "joined_at": "2026-01-01T00:00:00Z", "lots": [], "held": 0, "debt": 0, "purchases": [],
            "credits": [], "redeemed": [], "last_active_at": null, "blocked": false, "prompts": [],
        },
    })
}

/// What the answer to an upload says.
#[derive(serde::Serialize, JsonSchema)]
struct Done {
    /// How many are new.
    accepted: u32,
}

fn toys() -> Routes {
    let order_body = json!({
        "member": "c1", "status": "paid", "currency": "IRR",
        "items": [{ "sku": "tea", "quantity": 2, "unit_price": 500_000 }],
    });
    let done = || json!({ "accepted": 1 });
    let program_view = || {
        let program = rules::Program::default();
        let view = ProgramView {
            program,
            zone: rules::Zone::default(),
        };
        serde_json::to_value(view).unwrap()
    };
    Routes::default()
        .with([
            get("/v1/bare", bare)
                .named("bare", "Say nothing", "Needs `nothing`.")
                .tagged(Tag::Insights)
                .streams(200, "text/csv", "Lines.", "a,b\n1,2\n"),
            get("/v1/programs/{program}", program)
                .named("readProgram", "Read the program", "What the club offers.")
                .tagged(Tag::Guests)
                .replies::<ProgramView>(200, "The program.", program_view()),
            get("/v1/me", me)
                .named("readMe", "Read the member", "Everything about the member.")
                .tagged(Tag::Shopper)
                .replies::<Snapshot>(200, "The member.", snapshot())
                .refuses(&["not_a_member"]),
            get("/v1/me/entries", entries)
                .named("listEntries", "List the entries", "Changes of the points, newest first.")
                .tagged(Tag::Shopper)
                .replies::<EntryPage>(200, "A page.", json!({ "entries": [], "next_cursor": null })),
            post("/v1/me", join)
                .named("join", "Join the club", "Makes the shopper a member.")
                .tagged(Tag::Shopper)
                .body("Without an invitation", json!({}))
                .body("By an invitation", json!({ "claim_id": "clm_01" }))
                .replies::<Snapshot>(201, "The new member.", snapshot()),
            post("/v1/me/redemptions", redeem)
                .named("takeReward", "Take a reward", "Spends points on a reward and gives its coupon.")
                .tagged(Tag::Shopper)
                .body("A discount", json!({ "reward_id": "rwd_50k" }))
                .replies::<RedemptionReply>(201, "The reward is taken.", redemption())
                .refuses(&["not_a_member", "not_eligible"]),
            post("/v1/me/responses", respond)
                .named("answerSurvey", "Answer a survey", "The same id may come with more answers.")
                .tagged(Tag::Shopper)
                .body("A score", json!({ "id": "rsp_1", "survey_id": "nps", "score": 9, "completed": true }))
                .replies::<ResponseReply>(201, "Stored.", json!({ "response": { "id": "rsp_1", "points": 50, "counted": true } })),
            post("/v1/events", events)
                .named("reportEvents", "Report events", "What prompts and panels did.")
                .tagged(Tag::Shopper)
                .body("One", json!({ "events": [
                    { "id": "e1", "kind": "panel_opened", "at": "2026-11-20T08:00:00Z" },
                ] }))
                .replies::<Done>(202, "Taken.", done()),
            post("/v1/claims", claim)
                .named("claim", "Claim an invitation", "A friend comes.")
                .tagged(Tag::Guests)
                .replies::<ClaimReply>(201, "The claim.", json!({ "claim": {
                    "id": "clm_01", "friend_points": 100, "minimum_order": 0, "expires_at": "2026-12-20T08:00:00Z",
                    "refused": null,
                } })),
            put("/v1/orders/{order}", order)
                .named("putOrder", "Report an order", "Idempotent by id and status.")
                .tagged(Tag::Orders)
                .body("Paid", order_body)
                .replies::<Done>(201, "The order is new.", done())
                .replies::<Done>(200, "The order was known.", done())
                .refuses(&["order_of_another_member"]),
            put("/v1/orders/{order_id}/refunds/{refund}", refund)
                .named("putRefund", "Report a refund", "Takes points back.")
                .tagged(Tag::Orders)
                .body("A part", json!({ "id": "r1", "amount": 5 }))
                .replies::<Done>(200, "Done.", done()),
            patch("/v1/members", member)
                .named("patchMember", "Change a member", "Personal data.")
                .tagged(Tag::Members)
                .body("A name", json!({ "first_name": "سارا" }))
                .empty(204, "Changed."),
            post("/v1/coupons", coupon)
                .named("useCoupon", "Use a coupon", "At the checkout.")
                .tagged(Tag::Coupons)
                .body("Use", json!({ "action": "use", "order_id": "A-1" }))
                .replies::<Done>(200, "Done.", done())
                .refuses(&["coupon_used", "coupon_expired"]),
            get("/v1/export", exports)
                .named("readExport", "Read an export", "It is there.")
                .tagged(Tag::Staff)
                .replies::<Done>(200, "There.", done()),
            delete("/v1/export", export)
                .named("dropExport", "Drop an export", "It is gone.")
                .tagged(Tag::Staff)
                .empty(204, "Gone."),
        ])
        .delivering([Webhook::new::<Done>("points.earned", json!({ "accepted": 1 }))])
}
