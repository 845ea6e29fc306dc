//! What the wallet paid for an order, as a row.

use super::load::lot_id;
use super::save::seq_of;
use crate::club::Club;
use crate::problem::{Error, Result};
use rules::Money;
use rules::journal::{Kept, Payment};
use rules::ledger::Taking;

/// What the member's wallet paid for the order.
pub(super) async fn of_order(
    club: &mut Club,
    member: &str,
    order: &str,
) -> Result<Option<Payment>> {
    let row: Option<(String, i64)> = club
        .query(
            "SELECT takings, seq FROM wallet_payments WHERE tenant = $1 AND order_id = $2 AND member = $3",
        )
        .bind(order)
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    let Some((takings, seq)) = row else {
        return Ok(None);
    };
    let takings: Vec<(i64, i64)> = serde_json::from_str(&takings)?;
    let taking = |(seq, amount)| Taking {
        lot: lot_id(seq),
        points: Money(amount),
    };
    Ok(Some(Payment {
        order: order.to_owned(),
        takings: takings.into_iter().map(taking).collect(),
        transaction: u64::try_from(seq).ok(),
    }))
}

/// Writes down payments that are new, and those that went back.
pub(super) async fn save(club: &mut Club, member: &str, before: &Kept, after: &Kept) -> Result<()> {
    for payment in &after.payments {
        let mut known = before.payments.iter();
        match known.find(|known| known.order == payment.order) {
            Some(known) if known == payment => {}
            Some(_) => give_back(club, &payment.order).await?,
            None => insert(club, member, payment).await?,
        }
    }
    Ok(())
}

async fn insert(club: &mut Club, member: &str, payment: &Payment) -> Result<()> {
    let amount: Money = payment.takings.iter().map(|taking| taking.points).sum();
    let takings = payment.takings.iter();
    let takings: Vec<(i64, i64)> = takings
        .map(|taking| Ok((seq_of(&taking.lot)?, taking.points.0)))
        .collect::<Result<_>>()?;
    let seq = payment.transaction.and_then(|seq| i64::try_from(seq).ok());
    let seq = seq.ok_or_else(|| Error::internal("a wallet payment of nothing"))?;
    let new = club
        .query(
            "INSERT INTO wallet_payments (tenant, order_id, member, amount, takings, seq, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, order_id) DO NOTHING",
        )
        .bind(&payment.order)
        .bind(member)
        .bind(amount.0)
        .bind(serde_json::to_string(&takings)?)
        .bind(seq)
        .bind(club.now.0)
        .execute(&mut club.tx)
        .await?;
    if new == 1 {
        return Ok(());
    }
    // Somebody else's payment for it came a moment before.
    Err(Error::refused(
        "order_of_another_member",
        format!("Order {} belongs to another member.", payment.order),
    ))
}

async fn give_back(club: &mut Club, order: &str) -> Result<()> {
    club.query(
        "UPDATE wallet_payments SET takings = '[]', returned_at = $3
         WHERE tenant = $1 AND order_id = $2 AND returned_at IS NULL",
    )
    .bind(order)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    Ok(())
}
