//! Taking a reward, and giving it back unused.
//!
//! The rules judge inside the write transaction, on what is true there; hold, coupon and post are one
//! transaction. With one writer at a time, sixteen requests for one affordable reward end in one coupon.

use crate::club::{Club, from_word};
use crate::ids;
use crate::ledger::{self, Account, Posting, Source, Why};
use crate::members;
use crate::problem::{Error, Result, fault};
use crate::programs;
use crate::settling;
use contract::shopper::{EntryReason, Redemption, RedemptionState};
use rules::rewards::{self, Reason};
use rules::words::{Locale, Words};
use rules::{Points, Program, Timestamp, Zone, explain};
use serde_json::json;
use std::sync::LazyLock;

/// Takes a reward for the member. `key` is the intent's, and stays with the redemption.
///
/// # Errors
/// 404 for an unknown reward; 409 `not_eligible` with every reason.
pub async fn redeem(
    club: &mut Club,
    member: &str,
    reward_id: &str,
    key: &str,
) -> Result<Redemption> {
    settling::settle(club, member).await?;
    let facts = members::facts(club, member).await?;
    let program = programs::as_it_stands(club).await?;
    let reward = program
        .rewards
        .iter()
        .find(|reward| reward.id == reward_id)
        .ok_or_else(|| Error::not_found(format!("The program has no reward {reward_id}.")))?;
    let now = club.now;
    let reasons = rewards::eligibility(&program, club.zone(), reward, Some(&facts), None, now);
    if !reasons.is_empty() {
        return Err(not_eligible(&program, club.zone(), &reasons));
    }
    let id = ids::id("rdm");
    let txn = hold_and_post(club, member, &id, reward_id, reward.cost).await?;
    let redemption = Redemption {
        id,
        key: key.to_owned(),
        reward_id: reward_id.to_owned(),
        points: reward.cost,
        at: now,
        code: ids::code(),
        state: RedemptionState::Open,
        expires_at: club.zone().plus_days(now, reward.coupon_days.into()),
    };
    sqlx::query(
        "INSERT INTO redemptions (tenant, redemption, member, key, reward_id, program_version, points,
             at, code, state, expires_at, txn)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11)",
    )
    .bind(club.tenant())
    .bind(&redemption.id)
    .bind(member)
    .bind(key)
    .bind(reward_id)
    .bind(club.version())
    .bind(reward.cost.0)
    .bind(now.0)
    .bind(&redemption.code)
    .bind(redemption.expires_at.0)
    .bind(txn)
    .execute(&mut *club.tx)
    .await?;
    members::was_active(club, member, now).await?;
    club.audit(
        "reward.redeemed",
        &redemption.id,
        json!({ "member": member, "reward": reward_id }),
    )
    .await?;
    Ok(redemption)
}

async fn hold_and_post(
    club: &mut Club,
    member: &str,
    redemption: &str,
    reward_id: &str,
    cost: Points,
) -> Result<Option<String>> {
    if !cost.is_positive() {
        return Ok(None);
    }
    let now = club.now;
    let mut lots = ledger::lots(club, member).await?;
    let takings = ledger_take(&mut lots, cost, now)?;
    let posting = Posting {
        member,
        why: Why::Shown(EntryReason::Redemption),
        source: Source::new("redemption", redemption, "hold"),
        shown_source: Some(reward_id),
        corrects: None,
        at: now,
        activates_at: None,
        expires_at: None,
        lines: &[
            (Account::Available, -cost.0),
            (Account::Held, cost.0),
            (Account::Held, -cost.0),
            (Account::Redeemed, cost.0),
        ],
    };
    let txn = ledger::post(club, posting).await?;
    if let Some(txn) = &txn {
        ledger::record(club, txn, &takings).await?;
    }
    Ok(txn)
}

fn ledger_take(
    lots: &mut ledger::Lots,
    cost: Points,
    now: Timestamp,
) -> Result<Vec<rules::ledger::Taking>> {
    rules::ledger::take(&mut lots.lots, cost, now)
        .ok_or_else(|| Error::internal("eligible, yet the lots do not hold the cost"))
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
/// back.
pub async fn cancel(club: &mut Club, member: &str, id: &str) -> Result<Redemption> {
    settling::settle(club, member).await?;
    let redemption = get(club, member, id).await?;
    if redemption.state != RedemptionState::Open {
        let state = crate::club::word(redemption.state);
        return Err(Error::refused(
            "not_cancellable",
            format!("Only an open redemption can be cancelled; this one is {state}."),
        ));
    }
    give_back(club, member, id).await?;
    club.audit("reward.cancelled", id, json!({ "member": member }))
        .await?;
    get(club, member, id).await
}

/// Marks the redemption as cancelled and returns its points.
///
/// # Errors
/// When the database fails.
pub async fn give_back(club: &mut Club, member: &str, id: &str) -> Result<Points> {
    let row: Option<(Option<String>, String)> = sqlx::query_as(
        "UPDATE redemptions SET state = 'cancelled'
         WHERE tenant = $1 AND redemption = $2 AND state IN ('open', 'used') RETURNING txn, reward_id",
    )
    .bind(club.tenant())
    .bind(id)
    .fetch_optional(&mut *club.tx)
    .await?;
    let Some((Some(txn), reward_id)) = row else {
        return Ok(Points::ZERO);
    };
    let source = Source::new("redemption", id, "return");
    ledger::give_back(club, member, &txn, source, &reward_id).await
}

type Row = (String, String, String, i64, i64, String, String, i64);

fn redemption(row: Row, now: Timestamp) -> Result<Redemption> {
    let (id, key, reward_id, points, at, code, state, expires_at) = row;
    Ok(Redemption {
        id,
        key,
        reward_id,
        points: Points(points),
        at: Timestamp(at),
        code,
        state: state_at(&state, Timestamp(expires_at), now)?,
        expires_at: Timestamp(expires_at),
    })
}

/// A coupon ends at its instant, not when a sweep comes by.
///
/// # Errors
/// When the table holds an unknown word.
pub fn state_at(state: &str, expires_at: Timestamp, now: Timestamp) -> Result<RedemptionState> {
    let state = from_word(state)?;
    Ok(if state == RedemptionState::Open && expires_at <= now {
        RedemptionState::Expired
    } else {
        state
    })
}

/// One redemption of the member.
///
/// # Errors
/// 404 when it is not the member's.
pub async fn get(club: &mut Club, member: &str, id: &str) -> Result<Redemption> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT redemption, key, reward_id, points, at, code, state, expires_at FROM redemptions
         WHERE tenant = $1 AND member = $2 AND redemption = $3",
    )
    .bind(club.tenant())
    .bind(member)
    .bind(id)
    .fetch_optional(&mut *club.tx)
    .await?;
    match row {
        Some(row) => redemption(row, club.now),
        None => Err(Error::not_found(format!("No redemption {id}."))),
    }
}

/// How many settled redemptions a snapshot shows beside the open ones.
const SETTLED_SHOWN: i64 = 20;

/// The member's redemptions, newest first: all open ones, and the latest of the others.
///
/// # Errors
/// When the database fails.
pub async fn list(club: &mut Club, member: &str) -> Result<Vec<Redemption>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT redemption, key, reward_id, points, at, code, state, expires_at FROM redemptions
         WHERE tenant = $1 AND member = $2 AND (state = 'open' OR redemption IN (
             SELECT redemption FROM redemptions
             WHERE tenant = $1 AND member = $2 AND state <> 'open' ORDER BY at DESC LIMIT $3))
         ORDER BY at DESC, redemption DESC",
    )
    .bind(club.tenant())
    .bind(member)
    .bind(SETTLED_SHOWN)
    .fetch_all(&mut *club.tx)
    .await?;
    rows.into_iter()
        .map(|row| redemption(row, club.now))
        .collect()
}
