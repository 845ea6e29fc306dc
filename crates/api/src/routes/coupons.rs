//! Coupons at the checkout.

use super::answer;
use super::paths::CouponCode;
use crate::body::Json;
use crate::coupons::{self, Coupon};
use crate::credentials::Shop;
use crate::inputs::Path;
use crate::openapi::{Route, Tag, get, post};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::orders::CouponAction;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

const PATH: &str = "/v1/coupons/{code}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(PATH, coupon)
            .named(
                "checkCoupon",
                "Check a coupon",
                "What it gives, on what, and whether it can be used now.",
            )
            .tagged(Tag::Coupons)
            .replies::<CouponReply>(200, "The coupon.", example("open", None)),
        post(PATH, act)
            .named(
                "actOnCoupon",
                "Hold, use or release a coupon",
                "`hold` keeps it for an order's checkout, 15 minutes at most; `use` spends it on the order; `release` \
                 takes it back from an order that was not paid. The same again for the same order changes nothing.",
            )
            .tagged(Tag::Coupons)
            .body("Hold", json!({ "action": "hold", "order_id": "A-1002" }))
            .body("Use", json!({ "action": "use", "order_id": "A-1002" }))
            .replies::<CouponReply>(200, "The coupon.", example("used", Some("A-1002")))
            .refuses(&[
                "coupon_used",
                "coupon_expired",
                "coupon_cancelled",
                "coupon_held",
                "coupon_not_of_order",
                "order_paid",
            ]),
    ]
}

fn example(state: &str, order: Option<&str>) -> Value {
    json!({ "coupon": {
        "code": "4AQR-P8GH-KXDZ", "reward_id": "rwd_five", "units": 1, "title": { "en": "5 off" },
        "kind": { "amount_off": 500 }, "minimum_order": null, "state": state, "expires_at": "2026-12-22T08:30:00Z",
        "member": "customer-1042", "order_id": order, "held_until": null,
    } })
}

/// The one member of the replies.
#[derive(Serialize, JsonSchema)]
struct CouponReply {
    /// The coupon as it stands.
    coupon: Coupon,
}

async fn coupon(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(CouponCode(code)): Path<CouponCode>,
) -> Result<Response> {
    shop.needs(Scope::Coupons)?;
    let read = shop.read(&state, code, |club, code| {
        Box::pin(coupons::get(club, code))
    });
    answer::ok(&CouponReply {
        coupon: read.await?,
    })
}

async fn act(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(CouponCode(code)): Path<CouponCode>,
    Json { value, .. }: Json<CouponAction>,
) -> Result<Response> {
    shop.needs(Scope::Coupons)?;
    let done = shop.write(&state, (code, value), |club, (code, value)| {
        Box::pin(coupons::act(club, code, value))
    });
    answer::ok(&CouponReply {
        coupon: done.await?,
    })
}
