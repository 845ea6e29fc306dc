//! What is given and taken beside orders: activities, the profile, adjustments, the wallet.

use super::paths::{MemberId, OrderId};
use super::{Wish, answer};
use crate::body::Json;
use crate::credentials::{Desk, Shop, Shopper};
use crate::inputs::{Key, PageSize, Path, Query};
use crate::members::{self, Export};
use crate::openapi::{Route, Tag, get, patch, post};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use crate::{activities, adjustments, profile, wallet};
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::members::{
    ActivityInput, ActivityReply, AdjustmentInput, AdjustmentPage, AdjustmentReply, ProfileInput,
    ProfileReply, WalletInput, WalletReply,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const ADJUSTMENTS: &str = "/v1/members/{external_id}/adjustments";

pub(super) fn routes() -> Vec<Route> {
    let mut routes = of_shoppers();
    routes.extend(of_members());
    routes.push(
        post("/v1/orders/{order_id}/wallet", pay)
            .named(
                "spendWallet",
                "Pay with wallet credit",
                "Takes credit out of the member's wallet for an order, which need not be paid or reported yet. Once for \
                 each order: the same again changes nothing. When the order is called off or refunded whole, the credit \
                 goes back to where it came from.",
            )
            .tagged(Tag::Orders)
            .body("A part of an order", json!({ "member": "customer-1042", "amount": 600 }))
            .replies::<WalletReply>(201, "It is paid.", payment())
            .replies::<WalletReply>(200, "It was paid before.", payment())
            .refuses(&[
                "not_found",
                "not_enough_credit",
                "order_of_another_member",
                "order_cancelled",
                "wallet_payment_exists",
            ]),
    );
    routes
}

fn of_shoppers() -> Vec<Route> {
    vec![
        post("/v1/me/activities", claim)
            .named(
                "claimActivity",
                "Claim an activity",
                "The member did something that the program pays for and that their own page may tell: a daily visit, a \
                 follow, or what a rule says so of. What was earned already is refused with that reason; so is what a cap \
                 leaves nothing of, with the instant from which on it does.",
            )
            .tagged(Tag::Shopper)
            .body("A visit", json!({ "rule": "visit" }))
            .replies::<ActivityReply>(201, "It is earned.", activity("visit", "2026-11-22"))
            .refuses(&["not_a_member", "not_found", "not_earned"]),
        patch("/v1/me/profile", change_profile)
            .named(
                "changeProfile",
                "Change the profile",
                "What is not told stays as it is. A first name and a birthday make the profile complete, for which the \
                 program may pay once. A birthday can be changed a year after the member last told one.",
            )
            .tagged(Tag::Shopper)
            .body(
                "A birthday",
                json!({ "first_name": "Sara", "birthday": { "month": 6, "day": 21 } }),
            )
            .body("Consents", json!({ "consents": ["news"] }))
            .replies::<ProfileReply>(200, "The profile.", profile_example())
            .refuses(&["not_a_member", "birthday_fixed"]),
    ]
}

fn of_members() -> Vec<Route> {
    vec![
        post("/v1/members/{external_id}/activities", report)
            .named(
                "reportActivity",
                "Report an activity",
                "The member did something that the program pays for: a review, an event of the shop's own, anything that \
                 a rule names. Once for each rule and source, however often it is reported.",
            )
            .tagged(Tag::Members)
            .body("A review", json!({ "rule": "review", "source": "tea-250" }))
            .replies::<ActivityReply>(201, "It is earned.", activity("review", "tea-250"))
            .replies::<ActivityReply>(200, "It was earned before.", activity("review", "tea-250"))
            .refuses(&["not_found", "not_earned"]),
        post(ADJUSTMENTS, adjust)
            .named(
                "adjustPoints",
                "Adjust points",
                "Gives points, or takes them, for a reason that is kept. Never more is taken than there is.",
            )
            .tagged(Tag::Members)
            .body("A gift", json!({ "points": 250, "reason": "The parcel came a week late." }))
            .body("Taken back", json!({ "points": -250, "reason": "Given to the wrong member." }))
            .replies::<AdjustmentReply>(201, "It is adjusted.", json!({ "adjustment": adjustment() }))
            .refuses(&["not_found", "not_enough_points"]),
        get(ADJUSTMENTS, list_adjustments)
            .named(
                "listAdjustments",
                "List adjustments",
                "What was given to the member and taken from them by hand, newest first, in pages.",
            )
            .tagged(Tag::Members)
            .replies::<AdjustmentPage>(
                200,
                "A page.",
                json!({ "adjustments": [adjustment()], "next_cursor": null }),
            )
            .refuses(&["not_found"]),
        get("/v1/members/{external_id}/export", export)
            .named(
                "exportMember",
                "Export a member",
                "Everything that is known of the member as one document, for somebody who asks what is kept of them.",
            )
            .tagged(Tag::Members)
            .replies::<Export>(200, "All of it.", export_example())
            .refuses(&["not_found"]),
    ]
}

fn activity(rule: &str, source: &str) -> Value {
    json!({ "activity": {
        "rule": rule, "source": source, "points": 20, "at": "2026-11-22T08:30:00Z",
    } })
}

fn profile_example() -> Value {
    json!({ "profile": {
        "first_name": "Sara", "birthday": { "month": 6, "day": 21 }, "birthday_changes_at": "2027-11-22T08:30:00Z",
        "language": null, "consents": [], "points": 50,
    } })
}

fn adjustment() -> Value {
    json!({
        "id": "adj_8x0w3k6m1q9r4t7v2yaz", "member": "mem_7v2yaz8x0w3k6m1q9r4t", "points": 250,
        "reason": "The parcel came a week late.", "by": "key_1q9r4t7v2yaz8x0w3k6m",
        "at": "2026-11-22T08:30:00Z",
    })
}

fn payment() -> Value {
    json!({ "payment": {
        "order_id": "A-1001", "member": "mem_7v2yaz8x0w3k6m1q9r4t", "amount": 600,
        "at": "2026-11-22T08:30:00Z", "returned_at": null,
    } })
}

fn export_example() -> Value {
    json!({
        "as_of": "2026-11-22T08:30:00Z", "member": super::members::view(), "segments": [], "entries": [],
        "orders": [], "redemptions": [], "wallet_payments": [], "adjustments": [adjustment()], "responses": [],
        "complaints": [], "claims": [], "offers": [], "prompts": [], "events": [], "audit": [],
    })
}

async fn claim(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Json { value, text }: Json<ActivityInput>,
) -> Result<Response> {
    let wish = Wish {
        route: "POST /v1/me/activities",
        key,
        content: text,
        status: StatusCode::CREATED,
    };
    let claimed = shopper.once(&state, wish, value, |club, member, input| {
        Box::pin(async move {
            let activity = activities::claim(club, &member.member, input).await?;
            Ok(ActivityReply { activity })
        })
    });
    claimed.await
}

async fn change_profile(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Json { value, text }: Json<ProfileInput>,
) -> Result<Response> {
    let wish = Wish {
        route: "PATCH /v1/me/profile",
        key,
        content: text,
        status: StatusCode::OK,
    };
    let changed = shopper.once(&state, wish, value, |club, member, input| {
        Box::pin(async move {
            let profile = profile::change(club, member, input).await?;
            Ok(ProfileReply { profile })
        })
    });
    changed.await
}

async fn report(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(MemberId(id)): Path<MemberId>,
    Json { value, .. }: Json<ActivityInput>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let reported = shop.write(&state, (id, value), |club, (id, input)| {
        Box::pin(async move {
            let member = members::known(club, id).await?.member;
            activities::report(club, &member, input).await
        })
    });
    let (activity, created) = reported.await?;
    answer::made(created, &ActivityReply { activity })
}

async fn adjust(
    Shared(state): Shared<State>,
    desk: Desk,
    Key(key): Key,
    Path(MemberId(id)): Path<MemberId>,
    Json { value, text }: Json<AdjustmentInput>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Editor)?;
    let wish = Wish {
        route: "POST /v1/members/{external_id}/adjustments",
        key,
        content: format!("{id}\n{text}"),
        status: StatusCode::CREATED,
    };
    let adjusted = desk.once(&state, wish, (id, value), |club, (id, input)| {
        Box::pin(async move {
            let member = members::known(club, id).await?.member;
            let adjustment = adjustments::adjust(club, &member, input).await?;
            Ok(AdjustmentReply { adjustment })
        })
    });
    adjusted.await
}

/// Which page of a list.
#[derive(Debug, Deserialize, JsonSchema)]
struct Paging {
    /// How many on a page; 20 when absent.
    limit: Option<PageSize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_adjustments(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(MemberId(id)): Path<MemberId>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Viewer)?;
    let page = desk.read(&state, (id, paging), |club, (id, paging)| {
        Box::pin(async move {
            let member = members::known(club, id).await?.member;
            let limit = paging.limit.map_or(adjustments::PAGE, PageSize::get);
            adjustments::page(club, &member, limit, paging.cursor.as_deref()).await
        })
    });
    answer::ok(&page.await?)
}

async fn export(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(MemberId(id)): Path<MemberId>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Editor)?;
    let all = desk.read(&state, id, |club, id| Box::pin(members::export(club, id)));
    answer::ok(&all.await?)
}

async fn pay(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(OrderId(id)): Path<OrderId>,
    Json { value, .. }: Json<WalletInput>,
) -> Result<Response> {
    shop.needs(Scope::Orders)?;
    let paid = shop.write(&state, (id, value), |club, (id, input)| {
        Box::pin(wallet::pay(club, id, input))
    });
    let (payment, created) = paid.await?;
    answer::made(created, &WalletReply { payment })
}
