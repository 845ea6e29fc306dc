//! What time alone does, written down: points that end or become active, coupons that nobody used.
//!
//! Nobody waits for it: reads let time pass in memory, and writes settle the member first. Any number of
//! processes may look at once; a member who was brought up to now is due no more, so nothing is done twice.

use crate::books::{About, Books};
use crate::club::Club;
use crate::problem::Result;
use crate::state::State;
use serde_json::json;
use std::time::Duration;
use store::query;

const EVERY: Duration = Duration::from_secs(10);
/// Members in one look: small enough that nobody waits for them.
const BATCH: i64 = 100;
/// Events only feed the prompts' history, which has them already.
const EVENTS_KEPT_MS: i64 = 90 * 86_400_000;

/// Does all that is due, once. Gives how many members were brought up to now.
///
/// # Errors
/// When the database fails.
pub async fn run(state: &State) -> Result<u64> {
    let mut settled = 0;
    loop {
        let now = state.clock.now();
        let due: Vec<(String, String)> = state
            .db
            .look(now, |mut tx, now| {
                Box::pin(async move {
                    let due = query(
                        "SELECT tenant, member FROM members WHERE due_at <= $1 ORDER BY due_at LIMIT $2",
                    );
                    let due = due.bind(now.0).bind(BATCH).fetch_all(&mut tx).await;
                    (tx, due.map_err(crate::problem::Error::from))
                })
            })
            .await?;
        if due.is_empty() {
            break;
        }
        for (tenant, member) in due {
            state
                .write(&tenant, "clock", member, |club, member| {
                    Box::pin(settle(club, member))
                })
                .await?;
            settled += 1;
        }
    }
    forget_events(state).await?;
    Ok(settled)
}

async fn settle(club: &mut Club, member: &str) -> Result<()> {
    let mut books = Books::open(club, member, About::MEMBER).await?;
    books.settle(club)?;
    for ended in books.ended_coupons() {
        club.audit("coupon.expired", &ended, json!({})).await?;
    }
    books.close(club).await?;
    crate::referrals::reward_due(club, member).await?;
    crate::memberships::end_due(club, member).await?;
    Ok(())
}

async fn forget_events(state: &State) -> Result<()> {
    let before = state.clock.now().plus_ms(-EVENTS_KEPT_MS);
    state
        .db
        .write(before, |mut tx, before| {
            Box::pin(async move {
                let gone = query("DELETE FROM events WHERE at < $1").bind(before.0);
                let gone = gone.execute(&mut tx).await;
                (tx, gone.map(|_| ()).map_err(crate::problem::Error::from))
            })
        })
        .await
}

/// Looks now and every few seconds, until it is dropped.
pub async fn keep_running(state: State) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match run(&state).await {
            Ok(0) => {}
            Ok(members) => tracing::info!(members, "brought up to now"),
            Err(error) => tracing::warn!(%error, "jobs failed; the next look tries again"),
        }
    }
}
