//! The sweep: writes down what time alone has done. Nobody waits for it: reads and writes of a member
//! settle that member's ledger first. It keeps the books of those who do not come by.

use crate::club::Club;
use crate::ledger::{self, Account, Posting, Source, Why};
use crate::problem::{Error, Result};
use crate::settling;
use crate::state::State;
use rules::Timestamp;
use rules::program::Expiry;
use serde_json::json;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60);
/// Members or coupons in one transaction: a shopper waits for no more than this.
const BATCH: i64 = 100;
/// Events only feed the prompts' history, which has them already.
const EVENTS_KEPT_MS: i64 = 90 * 86_400_000;
/// No month is shorter; who was active later than that is surely not due.
const SHORTEST_MONTH_DAYS: i64 = 28;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Members whose ledger was brought up to now.
    pub members: u64,
    /// Coupons that ended unused.
    pub coupons: u64,
}

/// Sweeps all tenants once.
///
/// # Errors
/// When the database fails.
pub async fn sweep(state: &State) -> Result<Swept> {
    let tenants: Vec<String> = sqlx::query_scalar("SELECT DISTINCT tenant FROM programs")
        .fetch_all(state.db.readers())
        .await?;
    let mut all = Swept::default();
    for tenant in tenants {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let (members, last) = state
                .write(&tenant, "clock", move |club| {
                    Box::pin(async move { settle_batch(club, &from).await })
                })
                .await?;
            all.members += members;
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
        loop {
            let coupons = state
                .write(&tenant, "clock", |club| {
                    Box::pin(async move { end_coupons(club).await })
                })
                .await?;
            all.coupons += coupons;
            if coupons < BATCH.unsigned_abs() {
                break;
            }
        }
    }
    Ok(all)
}

/// Sweeps now and every minute, until it is dropped.
pub async fn keep_sweeping(state: State) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match sweep(&state).await {
            Ok(swept) if swept != Swept::default() => {
                tracing::info!(members = swept.members, coupons = swept.coupons, "swept");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "sweep failed; the next one tries again"),
        }
    }
}

/// Settles members who may be due, in the order of their ids. Gives the last one looked at, while there
/// are more.
async fn settle_batch(club: &mut Club, after: &str) -> Result<(u64, Option<String>)> {
    let silent_since = match club.program().expiry {
        Expiry::Inactivity { months, .. } => {
            club.now.plus_days(-SHORTEST_MONTH_DAYS * i64::from(months))
        }
        Expiry::None | Expiry::PerLot { .. } => Timestamp(i64::MIN),
    };
    let due: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT lots.member FROM lots
         JOIN members ON members.tenant = lots.tenant AND members.member = lots.member
         WHERE lots.tenant = $1 AND lots.member > $2 AND lots.remaining > 0 AND (
             (lots.active = 0 AND lots.activates_at <= $3)
             OR lots.expires_at <= $3
             OR COALESCE(members.last_active_at, members.joined_at) <= $4)
         ORDER BY lots.member LIMIT $5",
    )
    .bind(club.tenant())
    .bind(after)
    .bind(club.now.0)
    .bind(silent_since.0)
    .bind(BATCH)
    .fetch_all(&mut *club.tx)
    .await?;
    let mut settled = 0;
    for member in &due {
        if !settling::unsettled(club, member).await?.is_empty() {
            settling::settle(club, member).await?;
            settled += 1;
        }
    }
    sqlx::query("DELETE FROM events WHERE tenant = $1 AND at < $2")
        .bind(club.tenant())
        .bind(club.now.plus_ms(-EVENTS_KEPT_MS).0)
        .execute(&mut *club.tx)
        .await?;
    Ok((
        settled,
        due.last().filter(|_| due.len() as i64 == BATCH).cloned(),
    ))
}

async fn end_coupons(club: &mut Club) -> Result<u64> {
    let ended: Vec<(String, String, String, i64, i64)> = sqlx::query_as(
        "SELECT redemption, member, reward_id, points, expires_at FROM redemptions
         WHERE tenant = $1 AND state = 'open' AND expires_at <= $2 LIMIT $3",
    )
    .bind(club.tenant())
    .bind(club.now.0)
    .bind(BATCH)
    .fetch_all(&mut *club.tx)
    .await?;
    for (redemption, member, reward_id, points, expires_at) in &ended {
        sqlx::query(
            "UPDATE redemptions SET state = 'expired'
             WHERE tenant = $1 AND redemption = $2 AND state = 'open'",
        )
        .bind(club.tenant())
        .bind(redemption)
        .execute(&mut *club.tx)
        .await?;
        if *points > 0 {
            let posting = Posting {
                member,
                why: Why::CouponExpired,
                source: Source::new("redemption", redemption, "expiry"),
                shown_source: Some(reward_id),
                corrects: None,
                at: Timestamp(*expires_at),
                activates_at: None,
                expires_at: None,
                lines: &[(Account::Redeemed, -points), (Account::Expired, *points)],
            };
            ledger::post(club, posting)
                .await?
                .ok_or_else(|| Error::internal(format!("{redemption} has ended twice")))?;
        }
        club.audit("coupon.expired", redemption, json!({})).await?;
    }
    Ok(ended.len() as u64)
}
