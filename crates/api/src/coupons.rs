//! Coupons, as the shop's server sees them: check, hold for a checkout, use, release.

use crate::books::{About, Books, refusal};
use crate::club::{Club, from_word};
use crate::ids;
use crate::problem::{Error, Result, fault};
use crate::redemptions;
use contract::orders::{CouponAction, CouponVerb};
use contract::shopper::RedemptionState;
use rules::journal::{CouponState, Event, Refused};
use rules::program::{RewardKind, Text};
use rules::{Money, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// How long a checkout keeps a coupon from every other.
pub const HOLD_MS: i64 = 15 * 60_000;

/// A coupon, as the shop's server reads it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Coupon {
    /// The code as we write it.
    pub code: String,
    /// The reward's id.
    pub reward_id: String,
    /// How many units of the reward it stands for.
    pub units: u32,
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
    /// The order it is used on, or held for.
    pub order_id: Option<String>,
    /// Until when a checkout holds it.
    pub held_until: Option<Timestamp>,
    #[serde(skip)]
    redemption: String,
    #[serde(skip)]
    holder: String,
    #[serde(skip)]
    used_on: Option<String>,
}

type Row = (
    String,
    String,
    String,
    i64,
    i64,
    String,
    String,
    i64,
    Option<String>,
    Option<String>,
    Option<i64>,
    String,
);

/// The coupon with this code, however it is typed.
///
/// # Errors
/// 404 when the shop has no such coupon.
pub async fn get(club: &mut Club, code: &str) -> Result<Coupon> {
    let unknown = || Error::not_found("No coupon has this code.");
    let code = ids::read_code(code).ok_or_else(unknown)?;
    let row: Option<Row> = club
        .query(
            "SELECT r.redemption, r.member, r.reward_id, r.version, r.units, r.code, r.state, r.expires_at,
                 r.order_id, r.held_for, r.held_until, m.external_id
             FROM redemptions r JOIN members m ON m.tenant = r.tenant AND m.member = r.member
             WHERE r.tenant = $1 AND r.code = $2",
        )
        .bind(&code)
        .fetch_optional(&mut club.tx)
        .await?;
    let row = row.ok_or_else(unknown)?;
    let (redemption, holder, reward_id, version, units, code, state, expires_at, ..) = row;
    let (used_on, held_for, held_until, member) = (row.8, row.9, row.10, row.11);
    let published = club.version_of(version).await?;
    let reward = published.reward(&reward_id)?;
    let state: CouponState = from_word(&state)?;
    let expires_at = Timestamp(expires_at);
    let held_until = held_until.filter(|until| club.now.0 < *until && state == CouponState::Open);
    Ok(Coupon {
        code,
        title: reward.title.clone(),
        kind: reward.kind.clone(),
        minimum_order: reward.minimum_order,
        units: u32::try_from(units).map_err(Error::internal)?,
        state: redemptions::state_at(state, expires_at, held_until, club.now),
        expires_at,
        member,
        order_id: used_on
            .clone()
            .or(held_for.filter(|_| held_until.is_some())),
        held_until: held_until.map(Timestamp),
        reward_id,
        redemption,
        holder,
        used_on,
    })
}

/// Holds, uses or releases a coupon. Doing it again for the same order changes nothing.
///
/// # Errors
/// 404 for an unknown code; 409 when its state does not allow it.
pub async fn act(club: &mut Club, code: &str, action: &CouponAction) -> Result<Coupon> {
    let order = action.order_id.as_str();
    if order.is_empty() || order.len() > 128 {
        return Err(Error::invalid(
            "/order_id",
            "bad_order_id",
            "An order's id has 1 to 128 bytes.",
        ));
    }
    let holder = get(club, code).await?.holder;
    let mut books = Books::open(club, &holder, About::order(order)).await?;
    books.settle(club)?;
    // Read again under the lock.
    let coupon = get(club, code).await?;
    let redemption = coupon.redemption.clone();
    match action.action {
        CouponVerb::Hold => hold(club, &coupon, order).await?,
        CouponVerb::Use => {
            free_for(&coupon, order)?;
            let event = Event::CouponUsed {
                redemption,
                order: order.to_owned(),
            };
            books.apply(club, &event).map_err(|_| why_not(&coupon))?;
            club.audit("coupon.used", &coupon.redemption, json!({ "order": order }))
                .await?;
        }
        CouponVerb::Release if coupon.used_on.is_some() => {
            if coupon.used_on.as_deref() != Some(order) {
                return Err(not_of_order());
            }
            books
                .apply(club, &Event::CouponReleased { redemption })
                .map_err(|refused| match refused {
                    Refused::CouponNotUsable if coupon.state == RedemptionState::Used => {
                        Error::refused(
                            "order_paid",
                            "The order is paid with this coupon; cancel or refund the order instead.",
                        )
                    }
                    Refused::CouponNotUsable => not_of_order(),
                    other => refusal(&other),
                })?;
            let detail = json!({ "order": order });
            club.audit("coupon.released", &coupon.redemption, detail)
                .await?;
        }
        CouponVerb::Release => {
            free_for(&coupon, order).map_err(|_| not_of_order())?;
            club.query(
                "UPDATE redemptions SET held_for = NULL, held_until = NULL
                 WHERE tenant = $1 AND redemption = $2",
            )
            .bind(&coupon.redemption)
            .execute(&mut club.tx)
            .await?;
        }
    }
    books.close(club).await?;
    get(club, code).await
}

fn not_of_order() -> Error {
    Error::refused(
        "coupon_not_of_order",
        "This coupon is not in use on that order.",
    )
}

/// A coupon that another checkout holds is not free.
fn free_for(coupon: &Coupon, order: &str) -> Result<()> {
    let held = coupon.held_until.is_some() && coupon.order_id.as_deref() != Some(order);
    if held {
        return Err(Error::refused(
            "coupon_held",
            "Another checkout holds this coupon; it is free again when that is given up, or after 15 minutes.",
        ));
    }
    Ok(())
}

async fn hold(club: &mut Club, coupon: &Coupon, order: &str) -> Result<()> {
    free_for(coupon, order)?;
    if coupon.used_on.as_deref() == Some(order) {
        return Ok(());
    }
    let held = club
        .query(
            "UPDATE redemptions SET held_for = $3, held_until = $4
             WHERE tenant = $1 AND redemption = $2 AND state = 'open' AND expires_at > $5",
        )
        .bind(&coupon.redemption)
        .bind(order)
        .bind(club.now.plus_ms(HOLD_MS).0)
        .bind(club.now.0)
        .execute(&mut club.tx)
        .await?;
    if held == 1 {
        Ok(())
    } else {
        Err(why_not(coupon))
    }
}

fn why_not(coupon: &Coupon) -> Error {
    let (code, detail) = match coupon.state {
        RedemptionState::Expired => ("coupon_expired", "This coupon has ended."),
        RedemptionState::Cancelled => {
            ("coupon_cancelled", "The member has given this coupon back.")
        }
        RedemptionState::Used | RedemptionState::Open => {
            ("coupon_used", "This coupon is used on another order.")
        }
    };
    Error::refused(code, detail)
}

/// For an order whose coupons the rules refuse, though they are neither used nor given back.
#[must_use]
pub fn not_usable() -> Error {
    Error::refused(
        "coupon_expired",
        "A coupon of this order had ended when it was paid.",
    )
}

/// Redemptions of the member that an order names by their codes; a code that is named twice counts once.
///
/// # Errors
/// 422 for a code that is not the member's; 409 for one that cannot be used.
pub async fn named_by(
    club: &mut Club,
    member: &str,
    order: &str,
    codes: &[String],
) -> Result<Vec<String>> {
    let mut named = Vec::new();
    for (at, code) in codes.iter().enumerate() {
        let coupon = match get(club, code).await {
            Ok(coupon) if coupon.holder == member => coupon,
            Ok(_) | Err(_) => {
                return Err(Error::validation(vec![fault(
                    format!("/coupons/{at}"),
                    "unknown_coupon",
                    "This member has no coupon with this code.",
                )]));
            }
        };
        free_for(&coupon, order)?;
        // A report may come late: what counts is when the order was paid, and that is for the rules to say.
        let used = coupon.state == RedemptionState::Used
            && coupon.held_until.is_none()
            && coupon.used_on.as_deref() != Some(order);
        if used || coupon.state == RedemptionState::Cancelled {
            return Err(why_not(&coupon));
        }
        if !named.contains(&coupon.redemption) {
            named.push(coupon.redemption);
        }
    }
    Ok(named)
}

/// Redemptions whose coupons are used on the order.
///
/// # Errors
/// When the database fails.
pub async fn of_order(club: &mut Club, order_id: &str) -> Result<Vec<String>> {
    Ok(club
        .query(
            "SELECT redemption FROM redemptions WHERE tenant = $1 AND order_id = $2 AND state = 'used'",
        )
        .bind(order_id)
        .fetch_all(&mut club.tx)
        .await?)
}
