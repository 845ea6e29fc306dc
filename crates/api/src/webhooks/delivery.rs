//! The loop that sends what waits.
//!
//! A message is delivered at least once, and in no promised order: several of one endpoint are under way at once, and
//! one that failed comes back later. A receiver tells a repetition by the message's id, and the order by its
//! `timestamp`.
//!
//! A process takes a delivery by a lease, sends it outside of any transaction, and writes down what came of it. When it
//! dies in between, the lease lapses and the message is sent again. An endpoint that fails gets one try at a time, so
//! that it holds nobody else up; after [`FAILING_MS`] of nothing but failures it is disabled, with a line in the audit.

use super::endpoints;
use super::secrets::Secrets;
use super::sender::{Message, Outcome};
use crate::club::Club;
use crate::ids;
use crate::jobs::Counters;
use crate::problem::{Error, Result};
use crate::state::State;
use contract::webhooks::DisabledReason;
use rules::Timestamp;
use std::collections::HashMap;
use std::time::Instant;
use store::query;
use tokio::task::JoinSet;

/// How long a process may be silent about a delivery before another takes it: far longer than one may take.
pub const LEASE_MS: i64 = 60_000;
/// An endpoint that took nothing for so long, though it was tried, is disabled: five days.
pub const FAILING_MS: i64 = 5 * 86_400_000;
/// Deliveries under way at once, in one process.
const MOST: usize = 64;
/// Of them to one endpoint.
const MOST_TO_ONE: usize = 4;

/// Tenant and endpoint.
type Place = (String, String);

/// A delivery that this process has taken.
#[derive(Clone, Debug)]
struct Taken {
    tenant: String,
    endpoint: String,
    message: String,
    url: String,
    /// None when the row holds something else: then the try fails and says so.
    secrets: Option<Secrets>,
    body: String,
    /// Tries before this one, in all and before the last replay.
    attempts: i64,
    earlier: i64,
}

/// Sends everything that is due, and gives how many tries that were.
///
/// # Errors
/// When the database fails. What is under way then ends all the same, or lapses.
pub async fn pass(state: &State) -> Result<u64> {
    let me = ids::id("run");
    let mut under_way: JoinSet<(Place, Result<()>)> = JoinSet::new();
    let mut busy: HashMap<Place, usize> = HashMap::new();
    let mut tries = 0;
    loop {
        for taken in claim(state, &me, &busy, MOST.saturating_sub(under_way.len())).await? {
            let place = (taken.tenant.clone(), taken.endpoint.clone());
            *busy.entry(place.clone()).or_default() += 1;
            tries += 1;
            let (state, me) = (state.clone(), me.clone());
            under_way.spawn(async move { (place, send(&state, &me, taken).await) });
        }
        let Some(mut ended) = under_way.join_next().await else {
            return Ok(tries);
        };
        loop {
            let (place, done) = ended.map_err(Error::internal)?;
            if let Some(count) = busy.get_mut(&place) {
                *count = count.saturating_sub(1);
            }
            if let Err(error) = done {
                // It is tried again when its lease lapses.
                Counters::one(&state.work.failures);
                let (tenant, endpoint) = &place;
                tracing::warn!(%error, tenant, endpoint, "a delivery was not written down");
            }
            match under_way.try_join_next() {
                Some(next) => ended = next,
                None => break,
            }
        }
    }
}

/// Takes what is due, where there is room for it; endpoints that fail come last and get one try at a time.
async fn claim(
    state: &State,
    me: &str,
    busy: &HashMap<Place, usize>,
    mut room: usize,
) -> Result<Vec<Taken>> {
    let mut all = Vec::new();
    if room == 0 {
        return Ok(all);
    }
    for (tenant, endpoint, failing) in due(state).await? {
        let place = (tenant, endpoint);
        let most = if failing.is_some() { 1 } else { MOST_TO_ONE };
        let free = most.saturating_sub(busy.get(&place).copied().unwrap_or_default());
        let wanted = free.min(room);
        if wanted == 0 {
            continue;
        }
        let taken = take(state, me, place, wanted).await?;
        room -= taken.len();
        all.extend(taken);
    }
    Ok(all)
}

async fn due(state: &State) -> Result<Vec<(String, String, Option<i64>)>> {
    state
        .db
        .look(state.clock.now(), |mut tx, now| {
            Box::pin(async move {
                let due = query(
                    "SELECT e.tenant, e.endpoint, e.failing_since FROM endpoints e
                     WHERE e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM deliveries d
                         WHERE d.tenant = e.tenant AND d.endpoint = e.endpoint AND d.state = 'waiting'
                             AND d.next_at <= $1 AND (d.leased_until IS NULL OR d.leased_until <= $1))
                     ORDER BY CASE WHEN e.failing_since IS NULL THEN 0 ELSE 1 END, e.tenant, e.endpoint",
                );
                let due = due.bind(now.0).fetch_all(&mut tx).await;
                (tx, due.map_err(Error::from))
            })
        })
        .await
}

/// Takes up to so many deliveries of an endpoint; each by an update that only one process can make.
async fn take(state: &State, me: &str, place: Place, wanted: usize) -> Result<Vec<Taken>> {
    let input = (place, me.to_owned(), wanted, state.clock.now());
    state
        .db
        .write(input, |mut tx, ((tenant, endpoint), me, wanted, now)| {
            Box::pin(async move {
                let taken = take_in(&mut tx, tenant, endpoint, me, *wanted, *now).await;
                (tx, taken)
            })
        })
        .await
}

async fn take_in(
    tx: &mut store::Tx,
    tenant: &str,
    endpoint: &str,
    me: &str,
    wanted: usize,
    now: Timestamp,
) -> Result<Vec<Taken>> {
    let waiting: Vec<String> = query(
        "SELECT message FROM deliveries WHERE tenant = $1 AND endpoint = $2 AND state = 'waiting' AND next_at <= $3
             AND (leased_until IS NULL OR leased_until <= $3) ORDER BY next_at, message LIMIT $4",
    )
    .bind(tenant)
    .bind(endpoint)
    .bind(now.0)
    .bind(i64::try_from(wanted).map_err(Error::internal)?)
    .fetch_all(tx)
    .await?;
    let mut all = Vec::new();
    for message in waiting {
        let tries: Option<(i64, i64)> = query(
            "UPDATE deliveries SET lease = $4, leased_until = $5
             WHERE tenant = $1 AND endpoint = $2 AND message = $3 AND state = 'waiting' AND next_at <= $6
                 AND (leased_until IS NULL OR leased_until <= $6)
             RETURNING attempts, earlier",
        )
        .bind(tenant)
        .bind(endpoint)
        .bind(&message)
        .bind(me)
        .bind(now.plus_ms(LEASE_MS).0)
        .bind(now.0)
        .fetch_optional(tx)
        .await?;
        // Somebody else was there before.
        let Some((attempts, earlier)) = tries else {
            continue;
        };
        let (url, secrets, body): (String, String, String) = query(
            "SELECT e.url, e.secrets, m.body FROM endpoints e, messages m
             WHERE e.tenant = $1 AND e.endpoint = $2 AND m.tenant = $1 AND m.message = $3",
        )
        .bind(tenant)
        .bind(endpoint)
        .bind(&message)
        .fetch_one(tx)
        .await?;
        all.push(Taken {
            tenant: tenant.to_owned(),
            endpoint: endpoint.to_owned(),
            message,
            url,
            secrets: Secrets::read(&secrets).ok(),
            body,
            attempts,
            earlier,
        });
    }
    Ok(all)
}

async fn send(state: &State, me: &str, taken: Taken) -> Result<()> {
    let at = state.clock.now();
    let began = Instant::now();
    let message = Message {
        id: &taken.message,
        timestamp_s: at.0 / 1_000,
        body: &taken.body,
    };
    let secrets = taken.secrets.as_ref().and_then(|all| all.live(at).ok());
    let secrets = secrets.unwrap_or_default();
    let outcome = state.sender.send(&taken.url, &secrets, &message).await;
    let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    Counters::one(&state.work.deliveries);
    state.metrics.delivery(match outcome {
        Outcome::Delivered { .. } => "delivered",
        Outcome::Gone => "gone",
        Outcome::Failed { .. } => "failed",
    });
    let tenant = taken.tenant.clone();
    let jitter = u64::from_le_bytes(ids::random());
    let input = (taken, me.to_owned(), outcome, at, took_ms, jitter);
    state
        .write(&tenant, "clock", input, |club, input| {
            Box::pin(async move {
                let (taken, me, outcome, at, took_ms, jitter) = input;
                note(club, taken, me, outcome, *at, *took_ms, *jitter).await
            })
        })
        .await
}

/// Writes down what came of a try. Nothing when the delivery was lost to another process, was replayed meanwhile, or is
/// not there any more.
async fn note(
    club: &mut Club,
    taken: &Taken,
    me: &str,
    outcome: &Outcome,
    at: Timestamp,
    took_ms: i64,
    jitter: u64,
) -> Result<()> {
    let attempt = taken.attempts + 1;
    let tries = u32::try_from(attempt - taken.earlier).unwrap_or(u32::MAX);
    let pause = outcome.next_try(tries, jitter);
    let pause_ms = pause.map(|pause| i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
    let (state, status, error) = match outcome {
        Outcome::Delivered { status } => ("delivered", Some(*status), None),
        Outcome::Gone => ("failed", Some(410), Some("the receiver answered 410 Gone")),
        Outcome::Failed { status, why, .. } => {
            let state = if pause.is_some() { "waiting" } else { "failed" };
            (state, *status, Some(why.as_str()))
        }
    };
    let ours = club
        .query(
            "UPDATE deliveries SET state = $5, attempts = $6, next_at = $7, lease = NULL, leased_until = NULL
             WHERE tenant = $1 AND message = $2 AND endpoint = $3 AND lease = $4",
        )
        .bind(&taken.message)
        .bind(&taken.endpoint)
        .bind(me)
        .bind(state)
        .bind(attempt)
        .bind(club.now.plus_ms(pause_ms.unwrap_or_default()).0)
        .execute(&mut club.tx)
        .await?;
    if ours == 0 {
        return Ok(());
    }
    club.query(
        "INSERT INTO attempts (tenant, message, endpoint, attempt, at, took_ms, status, error)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&taken.message)
    .bind(&taken.endpoint)
    .bind(attempt)
    .bind(at.0)
    .bind(took_ms)
    .bind(status.map(i64::from))
    .bind(error.map(str::to_owned))
    .execute(&mut club.tx)
    .await?;
    judge(club, &taken.endpoint, outcome).await
}

/// What a try says of the endpoint.
async fn judge(club: &mut Club, endpoint: &str, outcome: &Outcome) -> Result<()> {
    match outcome {
        Outcome::Delivered { .. } => {
            club.query(
                "UPDATE endpoints SET failing_since = NULL
                 WHERE tenant = $1 AND endpoint = $2 AND failing_since IS NOT NULL",
            )
            .bind(endpoint)
            .execute(&mut club.tx)
            .await?;
            Ok(())
        }
        Outcome::Gone => endpoints::disable(club, endpoint, DisabledReason::Gone).await,
        Outcome::Failed { .. } => {
            let since: i64 = club
                .query(
                    "UPDATE endpoints SET failing_since = COALESCE(failing_since, $3)
                     WHERE tenant = $1 AND endpoint = $2 RETURNING failing_since",
                )
                .bind(endpoint)
                .bind(club.now.0)
                .fetch_one(&mut club.tx)
                .await?;
            if club.now.since(Timestamp(since)) >= FAILING_MS {
                return endpoints::disable(club, endpoint, DisabledReason::Failing).await;
            }
            Ok(())
        }
    }
}
