//! Coupons, as the shop's server sees them: check, use, release.

use crate::club::Club;
use crate::ids;
use crate::orders::Order;
use crate::problem::{Error, Result, fault};
use crate::programs;
use crate::redemptions;
use contract::orders::{CouponAction, CouponVerb};
use contract::shopper::RedemptionState;
use rules::program::{Reward, RewardKind, Text};
use rules::{Money, Points, Timestamp, rewards};
use serde::Serialize;
use serde_json::json;

/// A coupon, as the shop's server reads it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coupon {
    /// The code as we write it.
    pub code: String,
    /// The reward's id.
    pub reward_id: String,
    /// What the shopper reads.
    pub title: Text,
    /// What it gives.
    pub kind: RewardKind,
    /// Smallest order it can be used on, in minor units.
    pub minimum_order: Option<Money>,
    /// What became of it.
    pub state: RedemptionState,
    /// First instant it can no longer be used.
    pub expires_at: Timestamp,
    /// The shop's id of the member who holds it.
    pub member: String,
    /// The order it is used on.
    pub order_id: Option<String>,
    #[serde(skip)]
    redemption: String,
    #[serde(skip)]
    holder: String,
    #[serde(skip)]
    reward: Reward,
}

type Row = (
    String,
    String,
    String,
    i64,
    String,
    String,
    i64,
    Option<String>,
    String,
);

/// The coupon with this code, however it is typed.
///
/// # Errors
/// 404 when the shop has no such coupon.
pub async fn get(club: &mut Club, code: &str) -> Result<Coupon> {
    let unknown = || Error::not_found("No coupon has this code.");
    let code = ids::read_code(code).ok_or_else(unknown)?;
    let row: Option<Row> = sqlx::query_as(
        "SELECT r.redemption, r.member, r.reward_id, r.program_version, r.code, r.state, r.expires_at,
             r.order_id, m.external_id
         FROM redemptions r JOIN members m ON m.tenant = r.tenant AND m.member = r.member
         WHERE r.tenant = $1 AND r.code = $2",
    )
    .bind(club.tenant())
    .bind(&code)
    .fetch_optional(&mut *club.tx)
    .await?;
    let (redemption, holder, reward_id, version, code, state, expires_at, order_id, member) =
        row.ok_or_else(unknown)?;
    let reward = reward_of(club, version, &reward_id).await?;
    Ok(Coupon {
        code,
        title: reward.title.clone(),
        kind: reward.kind.clone(),
        minimum_order: reward.minimum_order,
        state: redemptions::state_at(&state, Timestamp(expires_at), club.now)?,
        expires_at: Timestamp(expires_at),
        member,
        order_id,
        reward_id,
        redemption,
        holder,
        reward,
    })
}

/// The reward as it was when it was taken.
async fn reward_of(club: &mut Club, version: i64, reward_id: &str) -> Result<Reward> {
    let program = if version == club.version() {
        club.program().clone()
    } else {
        let (tenant, now) = (club.tenant(), club.now);
        programs::load(&mut club.tx, &tenant, version, now)
            .await?
            .program
    };
    program
        .rewards
        .into_iter()
        .find(|reward| reward.id == reward_id)
        .ok_or_else(|| Error::internal(format!("{reward_id} is not in version {version}")))
}

/// Uses or releases a coupon. Doing it again for the same order changes nothing.
///
/// # Errors
/// 404 for an unknown code; 409 when its state does not allow it.
pub async fn act(club: &mut Club, code: &str, action: &CouponAction) -> Result<Coupon> {
    if action.order_id.is_empty() || action.order_id.len() > 128 {
        return Err(Error::invalid(
            "/order_id",
            "bad_order_id",
            "An order's id has 1 to 128 bytes.",
        ));
    }
    let coupon = get(club, code).await?;
    let mine = coupon.order_id.as_deref() == Some(action.order_id.as_str());
    match action.action {
        CouponVerb::Use => spend(club, &coupon, &action.order_id, club.now).await?,
        CouponVerb::Release if coupon.state == RedemptionState::Used && mine => {
            release(club, &coupon.redemption, &action.order_id).await?;
        }
        CouponVerb::Release if coupon.state == RedemptionState::Open => {}
        CouponVerb::Release => {
            return Err(Error::refused(
                "coupon_not_of_order",
                "This coupon is not in use on that order.",
            ));
        }
    }
    get(club, code).await
}

async fn spend(club: &mut Club, coupon: &Coupon, order_id: &str, at: Timestamp) -> Result<()> {
    if coupon.state == RedemptionState::Used && coupon.order_id.as_deref() == Some(order_id) {
        return Ok(());
    }
    // A report may come late: what counts is when the order was paid.
    let lapsed = coupon.state == RedemptionState::Expired && at < coupon.expires_at;
    if coupon.state != RedemptionState::Open && !lapsed {
        let (code, detail) = match coupon.state {
            RedemptionState::Used => ("coupon_used", "This coupon is used on another order."),
            RedemptionState::Expired => ("coupon_expired", "This coupon has ended."),
            _ => ("coupon_cancelled", "The member has given this coupon back."),
        };
        return Err(Error::refused(code, detail));
    }
    let used = sqlx::query(
        "UPDATE redemptions SET state = 'used', order_id = $3
         WHERE tenant = $1 AND redemption = $2 AND state = 'open'",
    )
    .bind(club.tenant())
    .bind(&coupon.redemption)
    .bind(order_id)
    .execute(&mut *club.tx)
    .await?;
    if used.rows_affected() == 0 {
        return Err(Error::refused("coupon_expired", "This coupon has ended."));
    }
    club.audit(
        "coupon.used",
        &coupon.redemption,
        json!({ "order": order_id }),
    )
    .await
}

async fn release(club: &mut Club, redemption: &str, order_id: &str) -> Result<()> {
    let paid: Option<i64> = sqlx::query_scalar(
        "SELECT paid_at FROM orders WHERE tenant = $1 AND order_id = $2 AND paid_at IS NOT NULL",
    )
    .bind(club.tenant())
    .bind(order_id)
    .fetch_optional(&mut *club.tx)
    .await?;
    if paid.is_some() {
        return Err(Error::refused(
            "order_paid",
            "The order is paid with this coupon; cancel or refund the order instead.",
        ));
    }
    sqlx::query(
        "UPDATE redemptions SET state = 'open', order_id = NULL
         WHERE tenant = $1 AND redemption = $2 AND state = 'used'",
    )
    .bind(club.tenant())
    .bind(redemption)
    .execute(&mut *club.tx)
    .await?;
    club.audit("coupon.released", redemption, json!({ "order": order_id }))
        .await
}

/// What an order's coupons take off it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Off {
    /// Off the lines.
    pub lines: Money,
    /// Off the shipping.
    pub shipping: Money,
}

/// Uses the coupons that a paid order names, and adds up what they take off.
///
/// # Errors
/// 422 for a code that is not the member's; 409 for one that cannot be used.
pub async fn use_on_paid(
    club: &mut Club,
    order: &Order,
    codes: &[String],
    total: Money,
    shipping: Money,
    paid_at: Timestamp,
) -> Result<Off> {
    let mut off = Off::default();
    let mut seen = Vec::new();
    for (at, code) in codes.iter().enumerate() {
        let coupon = match get(club, code).await {
            Ok(coupon) if coupon.holder == order.member => coupon,
            Ok(_) | Err(_) => {
                return Err(Error::validation(vec![fault(
                    format!("/coupons/{at}"),
                    "unknown_coupon",
                    "This member has no coupon with this code.",
                )]));
            }
        };
        if seen.contains(&coupon.code) {
            continue;
        }
        spend(club, &coupon, &order.order_id, paid_at).await?;
        let value = rewards::discount(&coupon.reward, total.minus(off.lines), shipping);
        if matches!(coupon.kind, RewardKind::FreeShipping) {
            off.shipping = off.shipping.plus(value).min(shipping);
        } else {
            off.lines = off.lines.plus(value);
        }
        seen.push(coupon.code);
    }
    Ok(off)
}

async fn of_order(club: &mut Club, order_id: &str) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as(
        "SELECT redemption, member FROM redemptions
         WHERE tenant = $1 AND order_id = $2 AND state = 'used'",
    )
    .bind(club.tenant())
    .bind(order_id)
    .fetch_all(&mut *club.tx)
    .await?)
}

/// An order that was never paid lets its coupons go.
///
/// # Errors
/// When the database fails.
pub async fn release_all(club: &mut Club, order_id: &str) -> Result<()> {
    for (redemption, _) in of_order(club, order_id).await? {
        release(club, &redemption, order_id).await?;
    }
    Ok(())
}

/// An order that was refunded whole returns what its coupons cost.
///
/// # Errors
/// When the database fails.
pub async fn return_all(club: &mut Club, order_id: &str) -> Result<Points> {
    let mut returned = Points::ZERO;
    for (redemption, member) in of_order(club, order_id).await? {
        returned = returned.plus(redemptions::give_back(club, &member, &redemption).await?);
    }
    Ok(returned)
}
