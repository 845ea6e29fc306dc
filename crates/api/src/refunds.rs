//! What goes back: refunds and cancelled orders.
//!
//! A refund is recomputed with the rule and the multipliers of the purchase, never with today's. What it
//! takes, forgives or leaves owed is decided by [`rules::refunds`].

use crate::club::Club;
use crate::ledger::{self, Account, Posting, Source, Why};
use crate::orders::{self, Order};
use crate::problem::{Error, Result, fault};
use crate::settling;
use crate::{coupons, referrals};
use contract::orders::{OrderStatus, RefundInput};
use contract::shopper::EntryReason;
use rules::program::NegativePolicy;
use rules::{Money, Points, refunds as rule};
use serde::Serialize;
use serde_json::json;

/// What a refund did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    let amount = input.amount.unwrap_or(order.base_remaining);
    // A cancelled order has nothing left: a refund that follows it is true and changes nothing.
    let amount = if order.status == OrderStatus::Cancelled {
        amount.min(order.base_remaining)
    } else {
        amount
    };
    if amount < Money::ZERO || amount > order.base_remaining {
        return Err(Error::validation(vec![fault(
            "/amount",
            "out_of_range",
            format!(
                "Of this order's base {} is left to refund.",
                order.base_remaining
            ),
        )]));
    }
    settling::settle(club, &order.member).await?;
    let source = format!("{order_id}/{}", input.id);
    let taken = take_back(
        club,
        &order,
        order.base_remaining.minus(amount),
        ("refund", &source),
    )
    .await?;
    let refund = Refund {
        id: input.id.clone(),
        order_id: order_id.to_owned(),
        amount,
        points_taken: taken.points,
        points_returned: taken.returned,
    };
    sqlx::query(
        "INSERT INTO refunds (tenant, order_id, refund_id, amount, taken, returned, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(club.tenant())
    .bind(order_id)
    .bind(&refund.id)
    .bind(amount.0)
    .bind(taken.points.0)
    .bind(taken.returned.0)
    .bind(club.now.0)
    .execute(&mut *club.tx)
    .await?;
    settling::settle(club, &order.member).await?;
    club.audit("order.refunded", order_id, json!({ "refund": refund.id }))
        .await?;
    Ok((refund, true))
}

async fn find(club: &mut Club, order_id: &str, refund_id: &str) -> Result<Option<Refund>> {
    let row: Option<(i64, i64, i64)> = sqlx::query_as(
        "SELECT amount, taken, returned FROM refunds
         WHERE tenant = $1 AND order_id = $2 AND refund_id = $3",
    )
    .bind(club.tenant())
    .bind(order_id)
    .bind(refund_id)
    .fetch_optional(&mut *club.tx)
    .await?;
    Ok(row.map(|(amount, taken, returned)| Refund {
        id: refund_id.to_owned(),
        order_id: order_id.to_owned(),
        amount: Money(amount),
        points_taken: Points(taken),
        points_returned: Points(returned),
    }))
}

/// Calls an order off: a paid one is taken back whole, an unpaid one lets its coupons go.
///
/// # Errors
/// When the database fails.
pub async fn cancel(club: &mut Club, order: &Order) -> Result<()> {
    if order.paid_at.is_none() {
        return coupons::release_all(club, &order.order_id).await;
    }
    take_back(club, order, Money::ZERO, ("cancellation", &order.order_id)).await?;
    Ok(())
}

#[derive(Default)]
struct Taken {
    points: Points,
    forgiven: Points,
    returned: Points,
}

async fn take_back(
    club: &mut Club,
    order: &Order,
    remaining: Money,
    (kind, source): (&'static str, &str),
) -> Result<Taken> {
    let Some(terms) = &order.terms else {
        return Ok(Taken::default());
    };
    let mut taken = Taken::default();
    let points = rule::clawback(
        &terms.rule,
        &terms.multipliers,
        order.base,
        remaining,
        order.points,
    );
    if let Some(lot) = &order.lot {
        let claim = Claim {
            member: &order.member,
            lot,
            points,
            policy: club.program().negative_policy,
            source: Source::new(kind, source, format!("purchase:{}", terms.rule.id)),
            order_id: &order.order_id,
        };
        let clawed = claw(club, claim).await?;
        taken.points = clawed.points;
        taken.forgiven = clawed.forgiven;
    }
    let whole = remaining == Money::ZERO;
    let spend = order
        .spend
        .minus(order.base_remaining.minus(remaining))
        .or_zero();
    sqlx::query(
        "UPDATE orders SET base_remaining = $3, points = $4, spend = $5, voided = $6
         WHERE tenant = $1 AND order_id = $2",
    )
    .bind(club.tenant())
    .bind(&order.order_id)
    .bind(remaining.0)
    .bind(order.points.minus(taken.points).minus(taken.forgiven).0)
    .bind(if whole { 0 } else { spend.0 })
    .bind(i64::from(whole))
    .execute(&mut *club.tx)
    .await?;
    if whole {
        take_bonus(club, order, (kind, source)).await?;
        referrals::unbought(club, &order.order_id).await?;
        taken.returned = coupons::return_all(club, &order.order_id).await?;
    }
    Ok(taken)
}

/// The bonus for a first purchase goes with the purchase: the next one may be the first again.
async fn take_bonus(
    club: &mut Club,
    order: &Order,
    (kind, source): (&'static str, &str),
) -> Result<()> {
    let bonus: Option<(String, i64, String)> = sqlx::query_as(
        "SELECT lots.lot, lots.counted, transactions.rule FROM lots
         JOIN transactions ON transactions.tenant = lots.tenant AND transactions.txn = lots.txn
         WHERE lots.tenant = $1 AND transactions.source_type = 'order'
             AND transactions.source_id = $2 AND transactions.reason = 'first_purchase'",
    )
    .bind(club.tenant())
    .bind(&order.order_id)
    .fetch_optional(&mut *club.tx)
    .await?;
    let Some((lot, points, rule)) = bonus else {
        return Ok(());
    };
    let claim = Claim {
        member: &order.member,
        lot: &lot,
        points: Points(points),
        policy: club.program().negative_policy,
        source: Source::new(kind, source, rule),
        order_id: &order.order_id,
    };
    claw(club, claim).await?;
    Ok(())
}

/// Points to take back from a member.
pub(crate) struct Claim<'a> {
    pub(crate) member: &'a str,
    /// The lot that was given for the order.
    pub(crate) lot: &'a str,
    pub(crate) points: Points,
    pub(crate) policy: NegativePolicy,
    pub(crate) source: Source,
    pub(crate) order_id: &'a str,
}

/// What a claim got.
#[derive(Default)]
pub(crate) struct Clawed {
    points: Points,
    forgiven: Points,
}

/// Takes points back, as the program's policy says.
pub(crate) async fn claw(club: &mut Club, claim: Claim<'_>) -> Result<Clawed> {
    let before = ledger::lots(club, claim.member).await?;
    let unspent = ended_unspent(club, claim.lot).await?;
    let mut lots = before.lots.clone();
    let met = rule::claw(
        &mut lots,
        claim.lot,
        unspent,
        claim.points,
        claim.policy,
        club.now,
    );
    let mut lines = before.lines(&met.takings);
    let points: Points = met
        .takings
        .iter()
        .map(|taking| taking.points)
        .sum::<Points>()
        .plus(met.debt);
    if met.debt.is_positive() {
        lines.insert(Account::Debt, -met.debt.0);
    }
    if points.is_positive() {
        let credit: Option<String> =
            sqlx::query_scalar("SELECT txn FROM lots WHERE tenant = $1 AND lot = $2")
                .bind(club.tenant())
                .bind(claim.lot)
                .fetch_optional(&mut *club.tx)
                .await?;
        let mut lines: Vec<_> = lines.into_iter().collect();
        lines.push((Account::Issued, points.0));
        let posting = Posting {
            member: claim.member,
            why: Why::Shown(EntryReason::Refund),
            source: claim.source,
            shown_source: Some(claim.order_id),
            corrects: credit.as_deref(),
            at: club.now,
            activates_at: None,
            expires_at: None,
            lines: &lines,
        };
        match ledger::post(club, posting).await? {
            Some(txn) => ledger::record(club, &txn, &met.takings).await?,
            None => return Ok(Clawed::default()),
        }
    }
    sqlx::query(
        "UPDATE lots SET counted = CASE WHEN counted > $3 THEN counted - $3 ELSE 0 END,
             forgiven = forgiven + $4
         WHERE tenant = $1 AND lot = $2",
    )
    .bind(club.tenant())
    .bind(claim.lot)
    .bind(points.plus(met.forgiven).0)
    .bind(met.forgiven.0)
    .execute(&mut *club.tx)
    .await?;
    Ok(Clawed {
        points,
        forgiven: met.forgiven,
    })
}

/// Points of the lot that ended unspent and were not forgiven yet.
async fn ended_unspent(club: &mut Club, lot: &str) -> Result<Points> {
    let left: i64 = sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(takings.points), 0) AS BIGINT) - (
             SELECT forgiven FROM lots WHERE tenant = $1 AND lot = $2) FROM takings
         JOIN transactions ON transactions.tenant = takings.tenant
             AND transactions.txn = takings.txn
         WHERE takings.tenant = $1 AND takings.lot = $2 AND transactions.reason = 'expired'",
    )
    .bind(club.tenant())
    .bind(lot)
    .fetch_one(&mut *club.tx)
    .await?;
    Ok(Points(left).or_zero())
}
