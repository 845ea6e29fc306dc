//! Rows that are kept for some time only, and go in small pieces.

use super::{Job, Step};
use crate::club::Club;
use crate::problem::Result;
use crate::state::State;
use serde_json::json;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How often it is looked.
const EVERY_MS: i64 = 6 * HOUR_MS;
/// Rows in one statement.
const BATCH: i64 = 500;

/// What goes after how long. `$1` is the tenant, `$2` the instant before which, `$3` how many at most.
///
/// - Events: the prompts' history has what they said.
/// - Bodies of kept outcomes: the outcome stays for ever, the answer's text does not.
/// - Messages with their deliveries and attempts, but for those that are still to be tried.
/// - Sessions that have ended.
/// - Simulations: the draft is another one by then.
const KEPT: &[(i64, &str)] = &[
    (
        90 * DAY_MS,
        "DELETE FROM events WHERE tenant = $1 AND (member, event) IN (SELECT member, event FROM events
             WHERE tenant = $1 AND at < $2 ORDER BY at LIMIT $3)",
    ),
    (
        30 * DAY_MS,
        "UPDATE outcomes SET body = NULL WHERE tenant = $1 AND (subject, route, key) IN (SELECT subject, route, key
             FROM outcomes WHERE tenant = $1 AND at < $2 AND body IS NOT NULL ORDER BY at LIMIT $3)",
    ),
    (
        30 * DAY_MS,
        "DELETE FROM attempts WHERE tenant = $1 AND (message, endpoint, attempt) IN (
             SELECT a.message, a.endpoint, a.attempt FROM messages m JOIN deliveries d
                 ON d.tenant = m.tenant AND d.message = m.message AND d.state <> 'waiting'
             JOIN attempts a ON a.tenant = d.tenant AND a.message = d.message AND a.endpoint = d.endpoint
             WHERE m.tenant = $1 AND m.at < $2 LIMIT $3)",
    ),
    (
        30 * DAY_MS,
        "DELETE FROM deliveries WHERE tenant = $1 AND state <> 'waiting' AND (message, endpoint) IN (
             SELECT d.message, d.endpoint FROM messages m JOIN deliveries d
                 ON d.tenant = m.tenant AND d.message = m.message AND d.state <> 'waiting'
             WHERE m.tenant = $1 AND m.at < $2
                 AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.tenant = d.tenant AND a.message = d.message
                     AND a.endpoint = d.endpoint)
             LIMIT $3)",
    ),
    (
        30 * DAY_MS,
        "DELETE FROM messages WHERE tenant = $1 AND message IN (SELECT m.message FROM messages m
             WHERE m.tenant = $1 AND m.at < $2
                 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.tenant = m.tenant AND d.message = m.message)
             ORDER BY m.at LIMIT $3)",
    ),
    (
        0,
        "DELETE FROM sessions WHERE tenant = $1 AND session IN (SELECT session FROM sessions
             WHERE tenant = $1 AND expires_at < $2 LIMIT $3)",
    ),
    (
        30 * DAY_MS,
        "DELETE FROM simulations WHERE tenant = $1 AND simulation IN (SELECT simulation FROM simulations
             WHERE tenant = $1 AND created_at < $2 LIMIT $3)",
    ),
];

/// One batch of each that has gone too old; there is more as long as one of them was full.
pub(super) async fn slice(state: &State, job: &Job) -> Result<Step> {
    let mut full = false;
    for &(kept_ms, statement) in KEPT {
        let gone = state
            .write(
                &job.tenant,
                "clock",
                (kept_ms, statement),
                |club, (kept_ms, statement)| Box::pin(forget(club, *kept_ms, statement)),
            )
            .await?;
        full |= gone >= BATCH.unsigned_abs();
    }
    if full {
        return Ok(Step::More(json!({})));
    }
    let next = state.clock.now().plus_ms(EVERY_MS);
    Ok(Step::Done(json!({}), Some(next)))
}

async fn forget(club: &mut Club, kept_ms: i64, statement: &'static str) -> Result<u64> {
    let before = club.now.plus_ms(-kept_ms).0;
    let gone = club.query(statement).bind(before).bind(BATCH);
    Ok(gone.execute(&mut club.tx).await?)
}
