//! Paying for orders with wallet credit.
//!
//! A checkout tells it before the order is paid, often before the order is reported at all. It is done once for each
//! order; the order that is called off, or refunded whole, gives the credit back.

use crate::books::{About, Books, refusal};
use crate::club::Club;
use crate::members;
use crate::orders;
use crate::problem::{Error, Result, fault};
use contract::members::{WalletInput, WalletPayment};
use rules::journal::{Event, Refused};
use rules::{Money, Timestamp};
use serde_json::json;

/// Above any real price.
const MONEY_MAX: i64 = 1_000_000_000_000_000;

/// Spends wallet credit on an order. True when it is new; the same again changes nothing.
///
/// # Errors
/// 404 for an unknown member; 409 `not_enough_credit`, `order_of_another_member`, `order_cancelled` for one that was
/// called off or refunded whole, `wallet_payment_exists` for another amount; 422 for an amount that cannot be.
pub async fn pay(
    club: &mut Club,
    order_id: &str,
    input: &WalletInput,
) -> Result<(WalletPayment, bool)> {
    let mut faults = Vec::new();
    faults.extend(orders::bad_id(order_id));
    if !(1..=MONEY_MAX).contains(&input.amount.0) {
        let said = "Spend 1 minor unit or more.";
        faults.push(fault("/amount", "out_of_range", said));
    }
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let member = members::find(club, &input.member)
        .await?
        .ok_or_else(|| members::unknown(&input.member))?
        .member;
    let mut books = Books::open(club, &member, About::order(order_id)).await?;
    if let Some(known) = of_order(club, order_id).await? {
        if known.member != member {
            return Err(orders::of_another_member(order_id));
        }
        if known.amount != input.amount {
            return Err(Error::refused(
                "wallet_payment_exists",
                format!(
                    "The wallet has paid {} for order {order_id} already.",
                    known.amount
                ),
            ));
        }
        return Ok((known, false));
    }
    let gone: Option<(String, String, bool)> = club
        .query("SELECT member, status, gone FROM orders WHERE tenant = $1 AND order_id = $2")
        .bind(order_id)
        .fetch_optional(&mut club.tx)
        .await?;
    if let Some((owner, status, gone)) = gone {
        if owner != member {
            return Err(orders::of_another_member(order_id));
        }
        if gone || status == "cancelled" {
            return Err(Error::refused(
                "order_cancelled",
                format!("Order {order_id} was called off or refunded whole."),
            ));
        }
    }
    let event = Event::WalletSpent {
        order: order_id.to_owned(),
        amount: input.amount,
    };
    books.apply(club, &event).map_err(|refused| match refused {
        Refused::NotEnough { missing } => Error::refused(
            "not_enough_credit",
            format!("The wallet has {missing} minor units less than this."),
        ),
        other => refusal(&other),
    })?;
    books.close(club).await?;
    let detail = json!({ "member": member, "amount": input.amount });
    club.audit("wallet.spent", order_id, detail).await?;
    let payment = of_order(club, order_id).await?;
    let payment = payment.ok_or_else(|| Error::internal("a payment was not written"))?;
    Ok((payment, true))
}

type Line = (String, i64, i64, Option<i64>);

/// What the wallet paid for the order.
///
/// # Errors
/// When the database fails.
pub async fn of_order(club: &mut Club, order_id: &str) -> Result<Option<WalletPayment>> {
    let row: Option<Line> = club
        .query(
            "SELECT member, amount, at, returned_at FROM wallet_payments WHERE tenant = $1 AND order_id = $2",
        )
        .bind(order_id)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(row.map(|(member, amount, at, returned_at)| WalletPayment {
        order_id: order_id.to_owned(),
        member,
        amount: Money(amount),
        at: Timestamp(at),
        returned_at: returned_at.map(Timestamp),
    }))
}
