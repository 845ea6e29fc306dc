//! What goes back of a paid order.
//!
//! A refund is recomputed with the rule and the multipliers of the purchase, never with today's. What it
//! takes, forgives or leaves owed is decided by the rules.

use crate::books::{About, Books, refusal};
use crate::club::Club;
use crate::orders;
use crate::problem::{Error, Result, fault};
use crate::referrals;
use contract::orders::{OrderStatus, RefundInput};
use rules::journal::Event;
use rules::{Money, Points};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// What a refund did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refund {
    /// The shop's refund id.
    pub id: String,
    /// The shop's order id.
    pub order_id: String,
    /// What of the base went back, in minor units.
    pub amount: Money,
    /// Points taken back (a debt included).
    pub points_taken: Points,
    /// Points of the order's coupons that returned; only with the whole order.
    pub points_returned: Points,
}

/// Takes a report of a refund. True when it is new to us; the same id again changes nothing.
///
/// # Errors
/// 404 for an unknown order, 409 before it was paid, 422 for more than what remains.
pub async fn refund(
    club: &mut Club,
    order_id: &str,
    input: &RefundInput,
) -> Result<(Refund, bool)> {
    let member = orders::get(club, order_id).await?.member;
    let mut books = Books::open(club, &member, About::order(order_id)).await?;
    // Read again under the lock: another report may have come first.
    let order = orders::get(club, order_id).await?;
    if let Some(known) = find(club, order_id, &input.id).await? {
        return Ok((known, false));
    }
    if input.id.is_empty() || input.id.len() > 128 {
        return Err(Error::invalid(
            "/id",
            "bad_refund_id",
            "A refund's id has 1 to 128 bytes.",
        ));
    }
    if order.paid_at.is_none() && order.status != OrderStatus::Cancelled {
        return Err(Error::refused(
            "order_not_paid",
            format!("Order {order_id} is not paid yet; report it as paid, then its refund."),
        ));
    }
    let left = order.base_remaining;
    let mut amount = input.amount.unwrap_or(left);
    if order.status == OrderStatus::Cancelled {
        // A cancelled order has nothing left: a refund that follows it is true and changes nothing.
        amount = amount.min(left);
    }
    if amount < Money::ZERO || amount > left {
        return Err(Error::validation(vec![fault(
            "/amount",
            "out_of_range",
            format!("Of this order's base {left} is left to refund."),
        )]));
    }
    let event = Event::Refunded {
        order: order_id.to_owned(),
        refund: input.id.clone(),
        base: Some(amount),
    };
    let written = if order.paid_at.is_some() {
        books
            .apply(club, &event)
            .map_err(|refused| refusal(&refused))?
    } else {
        Vec::new()
    };
    books.close(club).await?;
    let refund = Refund {
        id: input.id.clone(),
        order_id: order_id.to_owned(),
        amount,
        points_taken: Books::taken(&written),
        points_returned: Books::returned(&written),
    };
    club.query(
        "INSERT INTO refunds (tenant, order_id, refund_id, amount, taken, returned, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(order_id)
    .bind(&refund.id)
    .bind(amount.0)
    .bind(refund.points_taken.0)
    .bind(refund.points_returned.0)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    if amount == left {
        referrals::unbought(club, order_id).await?;
    }
    club.audit("order.refunded", order_id, json!({ "refund": refund.id }))
        .await?;
    Ok((refund, true))
}

async fn find(club: &mut Club, order_id: &str, refund_id: &str) -> Result<Option<Refund>> {
    let row: Option<(i64, i64, i64)> = club
        .query(
            "SELECT amount, taken, returned FROM refunds
             WHERE tenant = $1 AND order_id = $2 AND refund_id = $3",
        )
        .bind(order_id)
        .bind(refund_id)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(row.map(|(amount, taken, returned)| Refund {
        id: refund_id.to_owned(),
        order_id: order_id.to_owned(),
        amount: Money(amount),
        points_taken: Points(taken),
        points_returned: Points(returned),
    }))
}
