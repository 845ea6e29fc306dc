//! Reminding the shop of its turn.

use super::say;
use crate::club::Club;
use crate::jobs::Counters;
use crate::problem::{Error, Result};
use crate::state::State;
use rules::{Timestamp, complaints};
use store::query;

/// Hours within which the shop answers.
pub const HOURS: u32 = 24;
/// Complaints in one look.
const BATCH: i64 = 100;
const HOUR_MS: i64 = 3_600_000;

/// When the shop's answer is due, when its turn began at this instant.
pub(super) fn due_at(since: Timestamp) -> Timestamp {
    since.plus_ms(i64::from(HOURS) * HOUR_MS)
}

/// Says `complaint.overdue` of every complaint that has waited too long for the shop, once for each turn. Gives how
/// many there were. Several processes may do it at once: each complaint is told of once. One that fails keeps nobody
/// up: it is due still, and the next pass tries it again.
///
/// # Errors
/// When the database fails.
pub async fn remind_due(state: &State) -> Result<u64> {
    let mut told = 0;
    let mut after = (i64::MIN, String::new(), String::new());
    loop {
        let due: Vec<(i64, String, String)> = state
            .db
            .look(
                (state.clock.now(), after.clone()),
                |mut tx, (now, after)| {
                    Box::pin(async move {
                        let due = query(
                            "SELECT remind_at, tenant, complaint FROM complaints
                         WHERE remind_at <= $1 AND (remind_at, tenant, complaint) > ($2, $3, $4)
                         ORDER BY remind_at, tenant, complaint LIMIT $5",
                        );
                        let due = due.bind(now.0).bind(after.0).bind(&after.1).bind(&after.2);
                        let due = due.bind(BATCH).fetch_all(&mut tx).await;
                        (tx, due.map_err(Error::from))
                    })
                },
            )
            .await?;
        let Some(last) = due.last() else {
            return Ok(told);
        };
        after = last.clone();
        for (_, tenant, complaint) in due {
            let reminded = state.write(&tenant, "clock", complaint.clone(), |club, complaint| {
                Box::pin(remind(club, complaint))
            });
            match reminded.await {
                Ok(reminded) => told += u64::from(reminded),
                Err(error) => {
                    Counters::one(&state.work.failures);
                    state.metrics.jobs("complaints", "failed", 1);
                    tracing::warn!(%error, tenant, complaint, "a complaint's reminder failed");
                }
            }
        }
    }
}

/// True when this is the one that says it.
async fn remind(club: &mut Club, complaint: &str) -> Result<bool> {
    let row: Option<(i64, String, String, i64)> = club
        .query(
            "UPDATE complaints SET remind_at = NULL WHERE tenant = $1 AND complaint = $2 AND remind_at <= $3
             RETURNING number, member, state, state_at",
        )
        .bind(complaint)
        .bind(club.now.0)
        .fetch_optional(&mut club.tx)
        .await?;
    let Some((number, member, state, since)) = row else {
        return Ok(false);
    };
    let state = crate::club::from_word(&state)?;
    if !complaints::overdue(state, Timestamp(since), HOURS, club.now) {
        return Ok(false);
    }
    say(
        club,
        "complaint.overdue",
        complaint,
        number,
        &member,
        state,
        None,
    )
    .await?;
    Ok(true)
}
