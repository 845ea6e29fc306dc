//! Jobs as rows: who takes one, how far it has come, when it comes back.

use super::{ASKED, Counters, ROUNDS, Work};
use crate::problem::{Error, Result};
use crate::state::State;
use rules::Timestamp;
use serde_json::Value;
use store::{Tx, query};

/// How long a process may be silent about a job before another takes it.
const LEASE_MS: i64 = 60_000;
/// Slices before a job lets others go first.
const SLICES: u32 = 16;
/// Jobs in one look.
const BATCH: i64 = 20;
/// The pause after the first failure; it doubles with each further one.
const PAUSE_MS: i64 = 60_000;
/// The longest pause.
const PAUSE_MAX_MS: i64 = 6 * 3_600_000;
/// When a job runs that waits to be asked for.
const NEVER: i64 = i64::MAX;

/// A job that this process has taken.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Whose it is.
    pub(super) tenant: String,
    /// Its name within the tenant.
    pub(super) job: String,
    kind: String,
    /// How far it has come: what the last slice left, at first an empty object.
    pub(super) state: Value,
    attempts: i64,
}

/// What a slice leaves.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// There is more to do, from here on.
    More(Value),
    /// All is done; it comes back at an instant with this state, or when it is asked for.
    Done(Value, Option<Timestamp>),
    /// All is done for good.
    Gone,
}

/// A piece of a job: small, and done again without harm.
pub(super) type Slice = for<'a> fn(&'a State, &'a Job) -> Work<'a, Step>;

/// What comes back for each tenant.
pub(super) struct Round {
    /// Its name, which is also the job's.
    pub(super) kind: &'static str,
    /// The work; when it is done it says when it comes back.
    pub(super) slice: Slice,
}

/// How long to wait after so many failures.
fn pause_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or_default();
    PAUSE_MS.saturating_mul(1 << doublings).min(PAUSE_MAX_MS)
}

/// Asks for a job of the tenant in the transaction of what makes it needed. One that is under way begins its next
/// slice anew, in whichever process.
///
/// # Errors
/// When the database fails.
pub async fn ask(tx: &mut Tx, tenant: &str, kind: &str, now: Timestamp) -> Result<()> {
    query(
        "INSERT INTO jobs (tenant, job, kind, run_at) VALUES ($1, $2, $2, $3)
         ON CONFLICT (tenant, job) DO UPDATE SET run_at = excluded.run_at, attempts = 0, lease = NULL,
             leased_until = NULL",
    )
    .bind(tenant)
    .bind(kind)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts a member aside whose books could not be brought up to now: they are tried again as a job.
pub(super) async fn set_aside(
    state: &State,
    tenant: &str,
    member: &str,
    kind: &'static str,
    error: &Error,
) -> Result<()> {
    let now = state.clock.now();
    let input = (tenant.to_owned(), member.to_owned(), error.to_string());
    state
        .db
        .write((input, kind, now), |mut tx, ((tenant, member, error), kind, now)| {
            Box::pin(async move {
                let done = async {
                    query("UPDATE members SET due_at = NULL WHERE tenant = $1 AND member = $2")
                        .bind(tenant)
                        .bind(member)
                        .execute(&mut tx)
                        .await?;
                    query(
                        "INSERT INTO jobs (tenant, job, kind, run_at, attempts, error)
                         VALUES ($1, $2, $3, $4, 1, $5)
                         ON CONFLICT (tenant, job) DO UPDATE SET run_at = excluded.run_at, error = excluded.error",
                    )
                    .bind(tenant)
                    .bind(member)
                    .bind(*kind)
                    .bind(now.plus_ms(pause_ms(1)).0)
                    .bind(error)
                    .execute(&mut tx)
                    .await?;
                    Ok(())
                }
                .await;
                (tx, done)
            })
        })
        .await
}

/// Does all jobs that are due. Gives how many slices that were.
pub(super) async fn pass(state: &State, me: &str) -> Result<u64> {
    ensure_rounds(state).await?;
    let mut slices = 0;
    loop {
        let due = due(state).await?;
        if due.is_empty() {
            return Ok(slices);
        }
        for (tenant, job) in due {
            if let Some(job) = claim(state, me, tenant, job).await? {
                slices += work(state, me, job).await?;
            }
        }
    }
}

async fn due(state: &State) -> Result<Vec<(String, String)>> {
    state
        .db
        .look(state.clock.now(), |mut tx, now| {
            Box::pin(async move {
                let due = query(
                    "SELECT tenant, job FROM jobs WHERE run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
                     ORDER BY run_at, tenant, job LIMIT $2",
                );
                let due = due.bind(now.0).bind(BATCH).fetch_all(&mut tx).await;
                (tx, due.map_err(Error::from))
            })
        })
        .await
}

/// Gives each tenant a row for each round that it has not yet.
async fn ensure_rounds(state: &State) -> Result<()> {
    for round in ROUNDS {
        let new: Vec<String> = state
            .db
            .look(round.kind, |mut tx, kind| {
                Box::pin(async move {
                    let new = query(
                        "SELECT t.tenant FROM tenants t WHERE NOT EXISTS
                             (SELECT 1 FROM jobs j WHERE j.tenant = t.tenant AND j.job = $1)",
                    );
                    let new = new.bind(*kind).fetch_all(&mut tx).await;
                    (tx, new.map_err(Error::from))
                })
            })
            .await?;
        for tenant in new {
            let now = state.clock.now();
            state
                .db
                .write((tenant, round.kind, now), |mut tx, (tenant, kind, now)| {
                    Box::pin(async move {
                        let asked = query(
                            "INSERT INTO jobs (tenant, job, kind, run_at) VALUES ($1, $2, $2, $3)
                             ON CONFLICT (tenant, job) DO NOTHING",
                        );
                        let asked = asked.bind(tenant).bind(*kind).bind(now.0);
                        let asked = asked.execute(&mut tx).await;
                        (tx, asked.map(|_| ()).map_err(Error::from))
                    })
                })
                .await?;
        }
    }
    Ok(())
}

/// Takes the job, if nobody else has. A try counts from here, so that one which kills its process is tried more rarely
/// too.
async fn claim(state: &State, me: &str, tenant: String, job: String) -> Result<Option<Job>> {
    let now = state.clock.now();
    let taken: Option<(String, String, i64)> = state
        .db
        .write(
            (tenant.clone(), job.clone(), me.to_owned(), now),
            |mut tx, (tenant, job, me, now)| {
                Box::pin(async move {
                    let taken = query(
                        "UPDATE jobs SET lease = $3, leased_until = $4, attempts = attempts + 1
                         WHERE tenant = $1 AND job = $2 AND run_at <= $5
                             AND (leased_until IS NULL OR leased_until <= $5)
                         RETURNING kind, state, attempts",
                    );
                    let taken = taken
                        .bind(tenant)
                        .bind(job)
                        .bind(me)
                        .bind(now.plus_ms(LEASE_MS).0)
                        .bind(now.0)
                        .fetch_optional(&mut tx)
                        .await;
                    (tx, taken.map_err(Error::from))
                })
            },
        )
        .await?;
    let Some((kind, text, attempts)) = taken else {
        return Ok(None);
    };
    // A state that cannot be read is one to begin anew from.
    let state = serde_json::from_str(&text).unwrap_or_else(|_| Value::Object(Default::default()));
    Ok(Some(Job {
        tenant,
        job,
        kind,
        state,
        attempts,
    }))
}

/// Works on a job until it is done, it fails, another process has it, or others are to go first.
async fn work(state: &State, me: &str, mut job: Job) -> Result<u64> {
    let round = ROUNDS.iter().find(|round| round.kind == job.kind);
    let asked = ASKED.iter().find(|(kind, _)| *kind == job.kind);
    let known = round.map(|round| (round.kind, round.slice));
    let Some((name, slice)) = known.or(asked.copied()) else {
        // A newer binary's job; it stays for one that knows it.
        let later = state.clock.now().plus_ms(PAUSE_MAX_MS);
        leave(
            state,
            me,
            &job,
            later.0,
            Some("this version does not know the kind"),
        )
        .await?;
        return Ok(0);
    };
    let mut slices = 0;
    while slices < u64::from(SLICES) {
        slices += 1;
        Counters::one(&state.work.slices);
        let done = slice(state, &job).await;
        let outcome = if done.is_ok() { "done" } else { "failed" };
        state.metrics.jobs(name, outcome, 1);
        match done {
            Ok(Step::More(next)) => {
                job.state = next;
                job.attempts = 0;
                if !go_on(state, me, &job).await? {
                    return Ok(slices);
                }
            }
            Ok(Step::Done(next, at)) => {
                job.state = next;
                job.attempts = 0;
                let at = at.map_or(NEVER, |at| at.0);
                leave(state, me, &job, at, None).await?;
                return Ok(slices);
            }
            Ok(Step::Gone) => {
                remove(state, me, &job).await?;
                return Ok(slices);
            }
            Err(error) => {
                Counters::one(&state.work.failures);
                let Job {
                    tenant,
                    job: id,
                    kind,
                    attempts,
                    ..
                } = &job;
                tracing::warn!(%error, tenant, job = id, kind, attempts, "a job failed");
                let at = state.clock.now().plus_ms(pause_ms(job.attempts));
                leave(state, me, &job, at.0, Some(&error.to_string())).await?;
                return Ok(slices);
            }
        }
    }
    leave(state, me, &job, state.clock.now().0, None).await?;
    Ok(slices)
}

/// Notes how far the job has come, and keeps it. False when it was lost to another.
async fn go_on(state: &State, me: &str, job: &Job) -> Result<bool> {
    let until = state.clock.now().plus_ms(LEASE_MS).0;
    let input = (job.clone(), me.to_owned(), until);
    let changed = state
        .db
        .write(input, |mut tx, (job, me, until)| {
            Box::pin(async move {
                let kept = query(
                    "UPDATE jobs SET state = $4, attempts = $5, leased_until = $6, error = NULL
                     WHERE tenant = $1 AND job = $2 AND lease = $3",
                );
                let kept = kept
                    .bind(&job.tenant)
                    .bind(&job.job)
                    .bind(me)
                    .bind(job.state.to_string())
                    .bind(job.attempts)
                    .bind(*until);
                let kept = kept.execute(&mut tx).await;
                (tx, kept.map_err(Error::from))
            })
        })
        .await?;
    Ok(changed == 1)
}

/// Gives the job back, to be done at an instant. Nothing when it was lost to another.
async fn leave(state: &State, me: &str, job: &Job, run_at: i64, error: Option<&str>) -> Result<()> {
    let input = (job.clone(), me.to_owned(), run_at, error.map(str::to_owned));
    state
        .db
        .write(input, |mut tx, (job, me, run_at, error)| {
            Box::pin(async move {
                let left = query(
                    "UPDATE jobs SET state = $4, attempts = $5, run_at = $6, error = $7, lease = NULL,
                         leased_until = NULL
                     WHERE tenant = $1 AND job = $2 AND lease = $3",
                );
                let left = left
                    .bind(&job.tenant)
                    .bind(&job.job)
                    .bind(me)
                    .bind(job.state.to_string())
                    .bind(job.attempts)
                    .bind(*run_at)
                    .bind(error.clone());
                let left = left.execute(&mut tx).await;
                (tx, left.map(|_| ()).map_err(Error::from))
            })
        })
        .await
}

async fn remove(state: &State, me: &str, job: &Job) -> Result<()> {
    let input = (job.clone(), me.to_owned());
    state
        .db
        .write(input, |mut tx, (job, me)| {
            Box::pin(async move {
                let gone = query("DELETE FROM jobs WHERE tenant = $1 AND job = $2 AND lease = $3");
                let gone = gone.bind(&job.tenant).bind(&job.job).bind(me);
                let gone = gone.execute(&mut tx).await;
                (tx, gone.map(|_| ()).map_err(Error::from))
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_six_hours() {
        let pauses: Vec<i64> = (0..12).map(|tries| pause_ms(tries) / 60_000).collect();
        assert_eq!(pauses, [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(pause_ms(i64::MAX), PAUSE_MAX_MS);
    }
}
