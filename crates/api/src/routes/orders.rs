//! Orders and refunds, as the shop's server reports them.

use super::answer;
use super::paths::OrderId;
use crate::body::Json;
use crate::credentials::Shop;
use crate::inputs::Path;
use crate::openapi::{Route, Tag, post, put};
use crate::orders::{self, Order};
use crate::problem::Result;
use crate::refunds::{self, Refund};
use crate::scopes::Scope;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::orders::{OrderInput, RefundInput};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    vec![
        put("/v1/orders/{order_id}", put_order)
            .named(
                "putOrder",
                "Report an order",
                "An order id and a status have one effect, however often and in whatever order they arrive: `paid` and \
                 `fulfilled` earn once, `cancelled` takes it back, `placed` only remembers. What arrives after a later \
                 status changes nothing.",
            )
            .tagged(Tag::Orders)
            .body("Paid", body("paid"))
            .body("Called off", body("cancelled"))
            .replies::<OrderReply>(201, "The order is new.", order())
            .replies::<OrderReply>(200, "The order was known.", order())
            .refuses(&[
                "order_of_another_member",
                "coupon_used",
                "coupon_expired",
                "coupon_cancelled",
                "coupon_held",
            ]),
        post("/v1/orders/{order_id}/refunds", refund)
            .named(
                "reportRefund",
                "Report a refund",
                "Points are recomputed by the rule of the purchase. Points that were spent on the order's coupon return \
                 when all of it is refunded. The same refund id again changes nothing.",
            )
            .tagged(Tag::Orders)
            .body("A part", json!({ "id": "R-1", "amount": 2000 }))
            .body("All that is left", json!({ "id": "R-2" }))
            .replies::<RefundReply>(201, "The refund is new.", refunded())
            .replies::<RefundReply>(200, "The refund was known.", refunded())
            .refuses(&["order_not_paid"]),
    ]
}

fn body(status: &str) -> Value {
    json!({
        "member": "customer-1042", "status": status, "currency": "EUR",
        "items": [{ "sku": "tea", "category": "drinks", "quantity": 2, "unit_price": 5000 }],
        "shipping": 490,
    })
}

fn order() -> Value {
    json!({ "order": {
        "order_id": "A-1001", "member": "mem_7v2yaz8x0w3k6m1q9r4t", "status": "paid", "base": 10_000,
        "base_remaining": 10_000, "points": 100, "paid_at": "2026-11-20T08:00:00Z",
    } })
}

fn refunded() -> Value {
    json!({ "refund": {
        "id": "R-1", "order_id": "A-1001", "amount": 2000, "points_taken": 20, "points_returned": 0,
    } })
}

/// The one member of the replies.
#[derive(Serialize, JsonSchema)]
struct OrderReply {
    /// The order as it stands.
    order: Order,
}

/// The one member of the replies.
#[derive(Serialize, JsonSchema)]
struct RefundReply {
    /// What the refund did.
    refund: Refund,
}

async fn put_order(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(OrderId(id)): Path<OrderId>,
    Json { value, .. }: Json<OrderInput>,
) -> Result<Response> {
    shop.needs(Scope::Orders)?;
    let put = shop.write(&state, (id, value), |club, (id, value)| {
        Box::pin(orders::put(club, id, value))
    });
    let (order, created) = put.await?;
    answer::made(created, &OrderReply { order })
}

async fn refund(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(OrderId(id)): Path<OrderId>,
    Json { value, .. }: Json<RefundInput>,
) -> Result<Response> {
    shop.needs(Scope::Orders)?;
    let taken = shop.write(&state, (id, value), |club, (id, value)| {
        Box::pin(refunds::refund(club, id, value))
    });
    let (refund, created) = taken.await?;
    answer::made(created, &RefundReply { refund })
}
