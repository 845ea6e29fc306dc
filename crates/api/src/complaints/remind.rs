//! Reminding the shop of its turn.

use super::say;
use crate::club::Club;
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
/// many there were. Several processes may do it at once: each complaint is told of once.
///
/// # Errors
/// When the database fails.
pub async fn remind_due(state: &State) -> Result<u64> {
    let mut told = 0;
    loop {
        let due: Vec<(String, String)> = state
            .db
            .look(state.clock.now(), |mut tx, now| {
                Box::pin(async move {
                    let due = query(
                        "SELECT tenant, complaint FROM complaints WHERE remind_at <= $1 ORDER BY remind_at LIMIT $2",
                    );
                    let due = due.bind(now.0).bind(BATCH).fetch_all(&mut tx).await;
                    (tx, due.map_err(Error::from))
                })
            })
            .await?;
        if due.is_empty() {
            return Ok(told);
        }
        for (tenant, complaint) in due {
            let reminded = state
                .write(&tenant, "clock", complaint, |club, complaint| {
                    Box::pin(remind(club, complaint))
                })
                .await?;
            told += u64::from(reminded);
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
