//! Taking a reward, and giving it back unused.
//!
//! The rules judge under the member's lock, on what is true there; hold, coupon and post are one
//! transaction, so sixteen requests for one affordable reward end in one coupon.

use crate::books::{About, Books, Coupon, refusal};
use crate::club::{Club, from_word};
use crate::ids;
use crate::problem::{Error, Result, fault};
use crate::programs;
use contract::shopper::{Redemption, RedemptionState};
use rules::journal::{CouponState, Event, Refused};
use rules::rewards::{self, Reason};
use rules::words::{Locale, Words};
use rules::{Points, Program, Timestamp, Zone, explain};
use serde_json::json;
use std::sync::LazyLock;

/// Takes so many units of a reward for the member. `key` is the intent's, and stays with the redemption.
///
/// # Errors
/// 404 for an unknown reward; 409 `not_eligible` with every reason; 422 for units that it is not sold in.
pub async fn redeem(
    club: &mut Club,
    member: &str,
    reward_id: &str,
    units: u32,
    key: &str,
) -> Result<Redemption> {
    let coupon = Coupon {
        redemption: ids::id("rdm"),
        key: key.to_owned(),
        code: ids::coupon_code(),
        gift: false,
    };
    redeem_as(club, member, reward_id, units, coupon).await
}

/// [`redeem`] with ids that the caller chose: an import keeps the codes that shoppers hold already.
///
/// # Errors
/// Those of [`redeem`].
pub async fn redeem_as(
    club: &mut Club,
    member: &str,
    reward_id: &str,
    units: u32,
    coupon: Coupon,
) -> Result<Redemption> {
    let mut books = Books::open(club, member, About::MEMBER).await?;
    books.settle(club)?;
    let program = programs::as_it_stands(club).await?;
    let reward = program
        .rewards
        .iter()
        .find(|reward| reward.id == reward_id)
        .ok_or_else(|| Error::not_found(format!("The program has no reward {reward_id}.")))?;
    if rewards::price(reward, units).is_none() {
        return Err(Error::invalid(
            "/units",
            "out_of_range",
            "The reward is not sold in so many units.",
        ));
    }
    let facts = &books.account.member;
    let now = books.account.settled_at();
    let reasons = rewards::eligibility(&program, club.zone(), reward, Some(facts), None, now);
    if !reasons.is_empty() {
        return Err(not_eligible(&program, club.zone(), &reasons));
    }
    let id = coupon.redemption.clone();
    books.expect(coupon);
    let event = Event::Redeemed {
        redemption: id.clone(),
        reward: reward_id.to_owned(),
        units,
    };
    books.apply(club, &event).map_err(|refused| match refused {
        Refused::NotEligible(reasons) => not_eligible(&program, club.zone(), &reasons),
        // More units than the points reach for.
        Refused::NotEnough { missing } => {
            let reason = Reason::NotEnoughPoints {
                missing: Points(missing),
            };
            not_eligible(&program, club.zone(), &[reason])
        }
        other => refusal(&other),
    })?;
    let made = books.close(club).await?;
    club.audit(
        "reward.redeemed",
        &id,
        json!({ "member": member, "reward": reward_id, "units": units }),
    )
    .await?;
    let mut made = made.into_iter();
    let (redemption, coupon) = made
        .find(|(redemption, _)| redemption.id == id)
        .ok_or_else(|| Error::internal(format!("{id} was not made")))?;
    Ok(Redemption {
        points: redemption.points(),
        state: state_at(redemption.state, redemption.expires_at, None, club.now),
        id,
        key: coupon.key,
        reward_id: redemption.reward.id.clone(),
        units: redemption.units,
        at: redemption.at,
        code: coupon.code,
        expires_at: redemption.expires_at,
    })
}

fn not_eligible(program: &Program, zone: &Zone, reasons: &[Reason]) -> Error {
    let told = |reason: &Reason| {
        let message = explain::reason(program, reason);
        let words = ENGLISH.as_ref();
        let words = words.map(|locale| Words::new(locale, program, zone));
        words.map_or(message.key.clone(), |words| words.say(&message))
    };
    let errors = reasons
        .iter()
        .map(|reason| fault("/reward_id", reason.code(), told(reason)))
        .collect();
    Error::refused(
        "not_eligible",
        "This reward cannot be taken now; see `errors` for every reason.",
    )
    .with_errors(errors)
}

/// The language of problems. Shoppers read the panel's own words for a code.
static ENGLISH: LazyLock<Option<Locale>> = LazyLock::new(|| Locale::of("en"));

/// Gives an unused reward back: the same points return to the same lots.
///
/// # Errors
/// 404 for a redemption that is not the member's; 409 `not_cancellable` once it is used, ended or given
/// back, or while a checkout holds its coupon.
pub async fn cancel(club: &mut Club, member: &str, id: &str) -> Result<Redemption> {
    let mut books = Books::open(club, member, About::MEMBER).await?;
    let redemption = get(club, member, id).await?;
    let held: Option<i64> = club
        .query("SELECT held_until FROM redemptions WHERE tenant = $1 AND redemption = $2 AND held_until > $3")
        .bind(id)
        .bind(club.now.0)
        .fetch_optional(&mut club.tx)
        .await?;
    if held.is_some() {
        return Err(Error::refused(
            "not_cancellable",
            "A checkout is using this coupon; wait until it is paid or given up.",
        ));
    }
    let event = Event::GaveBack {
        redemption: id.to_owned(),
    };
    books.apply(club, &event).map_err(|refused| match refused {
        Refused::NotCancellable => {
            let state = crate::club::word(redemption.state);
            Error::refused(
                "not_cancellable",
                format!("Only an open redemption can be cancelled; this one is {state}."),
            )
        }
        other => refusal(&other),
    })?;
    books.close(club).await?;
    club.audit("reward.cancelled", id, json!({ "member": member }))
        .await?;
    get(club, member, id).await
}

type Row = (
    String,
    String,
    String,
    i64,
    i64,
    i64,
    String,
    String,
    i64,
    Option<i64>,
);

fn redemption(row: Row, now: Timestamp) -> Result<Redemption> {
    let (id, key, reward_id, units, points, at, code, state, expires_at, held_until) = row;
    Ok(Redemption {
        id,
        key,
        reward_id,
        units: u32::try_from(units).map_err(Error::internal)?,
        points: Points(points),
        at: Timestamp(at),
        code,
        state: state_at(from_word(&state)?, Timestamp(expires_at), held_until, now),
        expires_at: Timestamp(expires_at),
    })
}

/// A coupon ends at its instant, not when the books are next written; while a checkout holds it, it is as good
/// as used.
#[must_use]
pub fn state_at(
    state: CouponState,
    expires_at: Timestamp,
    held_until: Option<i64>,
    now: Timestamp,
) -> RedemptionState {
    match state {
        CouponState::Open if expires_at <= now => RedemptionState::Expired,
        CouponState::Open if held_until.is_some_and(|until| now.0 < until) => RedemptionState::Used,
        CouponState::Open => RedemptionState::Open,
        CouponState::Used => RedemptionState::Used,
        CouponState::Returned => RedemptionState::Cancelled,
        CouponState::Ended => RedemptionState::Expired,
    }
}

/// One redemption of the member.
///
/// # Errors
/// 404 when it is not the member's.
pub async fn get(club: &mut Club, member: &str, id: &str) -> Result<Redemption> {
    let row: Option<Row> = club
        .query(
            "SELECT redemption, key, reward_id, units, points, at, COALESCE(partner_code, code), state,
                 expires_at, held_until
             FROM redemptions WHERE tenant = $1 AND member = $2 AND redemption = $3",
        )
        .bind(member)
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    match row {
        Some(row) => redemption(row, club.now),
        None => Err(Error::not_found(format!("No redemption {id}."))),
    }
}

/// All of the member's redemptions, newest first.
///
/// # Errors
/// When the database fails.
pub async fn all(club: &mut Club, member: &str) -> Result<Vec<Redemption>> {
    let rows: Vec<Row> = club
        .query(
            "SELECT redemption, key, reward_id, units, points, at, COALESCE(partner_code, code), state,
                 expires_at, held_until
             FROM redemptions WHERE tenant = $1 AND member = $2 ORDER BY at DESC, redemption DESC",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    let read = |row| redemption(row, club.now);
    rows.into_iter().map(read).collect()
}

/// The newest coupon that the member got as this gift.
///
/// # Errors
/// When there is none.
pub async fn of_gift(club: &mut Club, member: &str, gift: &str) -> Result<Redemption> {
    let id: Option<String> = club
        .query(
            "SELECT redemption FROM redemptions WHERE tenant = $1 AND member = $2 AND gift = $3
             ORDER BY at DESC, redemption DESC LIMIT 1",
        )
        .bind(member)
        .bind(gift)
        .fetch_optional(&mut club.tx)
        .await?;
    let id = id.ok_or_else(|| Error::internal(format!("{gift} is no coupon")))?;
    get(club, member, &id).await
}

/// How many settled redemptions a snapshot shows beside the open ones.
const SETTLED_SHOWN: i64 = 20;

/// The member's redemptions, newest first: all open ones, and the latest of the others.
///
/// # Errors
/// When the database fails.
pub async fn list(club: &mut Club, member: &str) -> Result<Vec<Redemption>> {
    let rows: Vec<Row> = club
        .query(
            "SELECT redemption, key, reward_id, units, points, at, COALESCE(partner_code, code), state,
                 expires_at, held_until
             FROM redemptions WHERE tenant = $1 AND member = $2 AND (state = 'open' OR redemption IN (
                 SELECT redemption FROM redemptions
                 WHERE tenant = $1 AND member = $2 AND state <> 'open' ORDER BY at DESC LIMIT $3))
             ORDER BY at DESC, redemption DESC",
        )
        .bind(member)
        .bind(SETTLED_SHOWN)
        .fetch_all(&mut club.tx)
        .await?;
    rows.into_iter()
        .map(|row| redemption(row, club.now))
        .collect()
}
