//! What was sent, what became of it, and sending it again.

use super::endpoints;
use crate::club::{Club, from_word, word};
use crate::ids;
use crate::problem::{Error, Result, fault};
use contract::webhooks::{
    Attempt, DeliveriesPage, Delivery, DeliveryState, Message, ReplayMany, ReplayReply,
};
use rules::Timestamp;
use serde_json::json;

/// Deliveries on a page, unless told otherwise.
pub const PAGE: u32 = 50;
/// Deliveries on a page at most.
pub const PAGE_MAX: u32 = 200;
/// Most messages that one request sends again.
pub const REPLAY_MAX: usize = 1_000;

type Row = (
    String,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<String>,
);

fn delivery(row: Row) -> Result<Delivery> {
    let (message_id, endpoint_id, kind, state, at, attempts, next_at, status, error) = row;
    let state = from_word(&state)?;
    Ok(Delivery {
        message_id,
        endpoint_id,
        kind,
        state,
        at: Timestamp(at),
        attempts: u32::try_from(attempts).map_err(Error::internal)?,
        next_at: (state == DeliveryState::Waiting).then_some(Timestamp(next_at)),
        last_status: status.and_then(|status| u16::try_from(status).ok()),
        last_error: error,
    })
}

/// A page of an endpoint's deliveries, newest first.
///
/// # Errors
/// 404 when the tenant has no such endpoint; 400 for a cursor that we did not give.
pub async fn deliveries(
    club: &mut Club,
    endpoint: &str,
    state: Option<DeliveryState>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<DeliveriesPage> {
    endpoints::get(club, endpoint).await?;
    let limit = limit.clamp(1, PAGE_MAX);
    let (at, message) = match cursor {
        None => (i64::MAX, String::new()),
        Some(cursor) => read_cursor(cursor)
            .ok_or_else(|| Error::malformed("The cursor is not one that this API gave."))?,
    };
    let rows: Vec<Row> = club
        .query(
            "SELECT d.message, d.endpoint, m.kind, d.state, d.at, d.attempts, d.next_at, a.status, a.error
             FROM deliveries d JOIN messages m ON m.tenant = d.tenant AND m.message = d.message
             LEFT JOIN attempts a ON a.tenant = d.tenant AND a.message = d.message AND a.endpoint = d.endpoint
                 AND a.attempt = d.attempts
             WHERE d.tenant = $1 AND d.endpoint = $2 AND (d.at, d.message) < ($3, $4)
                 AND ($5 = '' OR d.state = $5)
             ORDER BY d.at DESC, d.message DESC LIMIT $6",
        )
        .bind(endpoint)
        .bind(at)
        .bind(message)
        .bind(state.map(word).unwrap_or_default())
        .bind(i64::from(limit) + 1)
        .fetch_all(&mut club.tx)
        .await?;
    let mut deliveries = rows.into_iter().map(delivery).collect::<Result<Vec<_>>>()?;
    let limit = limit as usize;
    let more = deliveries.len() > limit;
    deliveries.truncate(limit);
    let last = deliveries.last().filter(|_| more);
    let next_cursor = last.map(|last| write_cursor(last.at, &last.message_id));
    Ok(DeliveriesPage {
        deliveries,
        next_cursor,
    })
}

fn write_cursor(at: Timestamp, message: &str) -> String {
    ids::base64url(format!("{}.{message}", at.0).as_bytes())
}

fn read_cursor(cursor: &str) -> Option<(i64, String)> {
    let text = String::from_utf8(ids::from_base64url(cursor)?).ok()?;
    let (at, message) = text.split_once('.')?;
    Some((at.parse().ok()?, message.to_owned()))
}

/// A message with its deliveries and tries.
///
/// # Errors
/// 404 when the tenant has no such one.
pub async fn message(club: &mut Club, id: &str) -> Result<Message> {
    let found: Option<(String, String, i64)> = club
        .query("SELECT kind, body, at FROM messages WHERE tenant = $1 AND message = $2")
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    let (kind, body, at) = found.ok_or_else(|| unknown(id))?;
    let rows: Vec<Row> = club
        .query(
            "SELECT d.message, d.endpoint, m.kind, d.state, d.at, d.attempts, d.next_at, a.status, a.error
             FROM deliveries d JOIN messages m ON m.tenant = d.tenant AND m.message = d.message
             LEFT JOIN attempts a ON a.tenant = d.tenant AND a.message = d.message AND a.endpoint = d.endpoint
                 AND a.attempt = d.attempts
             WHERE d.tenant = $1 AND d.message = $2 ORDER BY d.endpoint",
        )
        .bind(id)
        .fetch_all(&mut club.tx)
        .await?;
    type Try = (String, i64, i64, i64, Option<i64>, Option<String>);
    let tries: Vec<Try> = club
        .query(
            "SELECT endpoint, attempt, at, took_ms, status, error FROM attempts
             WHERE tenant = $1 AND message = $2 ORDER BY at DESC, endpoint, attempt DESC LIMIT 200",
        )
        .bind(id)
        .fetch_all(&mut club.tx)
        .await?;
    let attempts = tries.into_iter().rev();
    let attempts = attempts.map(
        |(endpoint_id, attempt, at, took_ms, status, error)| Attempt {
            endpoint_id,
            attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
            at: Timestamp(at),
            took_ms: u32::try_from(took_ms).unwrap_or(u32::MAX),
            status: status.and_then(|status| u16::try_from(status).ok()),
            error,
        },
    );
    Ok(Message {
        id: id.to_owned(),
        kind,
        at: Timestamp(at),
        body,
        deliveries: rows.into_iter().map(delivery).collect::<Result<_>>()?,
        attempts: attempts.collect(),
    })
}

fn unknown(id: &str) -> Error {
    Error::not_found(format!(
        "No message {id}: there never was, or it is older than 30 days."
    ))
}

/// Sends a message again, to one endpoint or to every enabled one that wants its kind; to one that never got it too.
/// Its id stays, so that a receiver who has it knows. What still waits is sent at once. A message of a member who was
/// erased since has no body any more, and is not sent.
///
/// # Errors
/// 404 for an unknown message or endpoint; 409 for an endpoint that is disabled.
pub async fn replay(club: &mut Club, id: &str, endpoint: Option<&str>) -> Result<ReplayReply> {
    let kind: Option<String> = club
        .query("SELECT kind FROM messages WHERE tenant = $1 AND message = $2 AND body <> '{}'")
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    let kind = kind.ok_or_else(|| unknown(id))?;
    let targets = targets(club, endpoint).await?;
    let deliveries = again(club, id, &kind, &targets, endpoint.is_some()).await?;
    let detail = json!({ "endpoint": endpoint, "deliveries": deliveries });
    club.audit("webhook.replayed", id, detail).await?;
    Ok(ReplayReply {
        deliveries,
        go_on_from: None,
    })
}

/// Sends what happened from one instant to another again, oldest first, at most about [`REPLAY_MAX`] messages.
///
/// # Errors
/// 422 for a time that ends before it begins; 404 for an unknown endpoint; 409 for one that is disabled.
pub async fn replay_many(club: &mut Club, asked: &ReplayMany) -> Result<ReplayReply> {
    if asked.to <= asked.from {
        let ends = fault("/to", "ends_before", "The time ends before it begins.");
        return Err(Error::validation(vec![ends]));
    }
    endpoints::check(&asked.kinds, None)?;
    let targets = targets(club, asked.endpoint_id.as_deref()).await?;
    let mut found: Vec<(String, String, i64)> = club
        .query(
            "SELECT message, kind, at FROM messages WHERE tenant = $1 AND at >= $2 AND at < $3
                 AND body <> '{}' AND ($4 = '[]' OR $4 LIKE '%\"' || kind || '\"%')
             ORDER BY at, message LIMIT $5",
        )
        .bind(asked.from.0)
        .bind(asked.to.0)
        .bind(serde_json::to_string(&asked.kinds)?)
        .bind(REPLAY_MAX as i64 + 1)
        .fetch_all(&mut club.tx)
        .await?;
    let mut go_on_from = None;
    if found.len() > REPLAY_MAX {
        // Whole instants alone, so that nothing of one is left out; what is of one instant is never so much more.
        let next = found[REPLAY_MAX].2;
        if found[0].2 < next {
            found.retain(|(.., at)| *at < next);
            go_on_from = Some(Timestamp(next));
        } else {
            found = of_instant(club, next, &asked.kinds).await?;
            go_on_from = Some(Timestamp(next.saturating_add(1)));
        }
    }
    let mut deliveries = 0;
    for (message, kind, _) in &found {
        deliveries += again(club, message, kind, &targets, asked.endpoint_id.is_some()).await?;
    }
    let detail = json!({
        "from": asked.from, "to": asked.to, "kinds": asked.kinds, "endpoint": asked.endpoint_id,
        "deliveries": deliveries,
    });
    club.audit("webhook.replayed", "webhooks", detail).await?;
    Ok(ReplayReply {
        deliveries,
        go_on_from,
    })
}

/// All messages of one instant, when there are more of them than a request takes.
async fn of_instant(
    club: &mut Club,
    at: i64,
    kinds: &[String],
) -> Result<Vec<(String, String, i64)>> {
    let found = club
        .query(
            "SELECT message, kind, at FROM messages WHERE tenant = $1 AND at = $2
                 AND body <> '{}' AND ($3 = '[]' OR $3 LIKE '%\"' || kind || '\"%')",
        )
        .bind(at)
        .bind(serde_json::to_string(kinds)?);
    Ok(found.fetch_all(&mut club.tx).await?)
}

/// Endpoint and kinds.
type Target = (String, Vec<String>);

async fn targets(club: &mut Club, endpoint: Option<&str>) -> Result<Vec<Target>> {
    if let Some(id) = endpoint {
        let one = endpoints::get(club, id).await?;
        if !one.enabled {
            return Err(endpoints::disabled(id));
        }
        return Ok(vec![(one.id, one.kinds)]);
    }
    let all = endpoints::list(club).await?;
    let enabled = all.into_iter().filter(|endpoint| endpoint.enabled);
    Ok(enabled.map(|one| (one.id, one.kinds)).collect())
}

/// `whatever` the endpoint's kinds are: somebody named it.
async fn again(
    club: &mut Club,
    message: &str,
    kind: &str,
    targets: &[Target],
    whatever: bool,
) -> Result<u32> {
    let mut deliveries = 0;
    for (endpoint, kinds) in targets {
        if !(whatever || kinds.is_empty() || kinds.iter().any(|known| known == kind)) {
            continue;
        }
        club.query(
            "INSERT INTO deliveries (tenant, message, endpoint, at, state, next_at)
             SELECT tenant, message, $3, at, 'waiting', $4 FROM messages WHERE tenant = $1 AND message = $2
             ON CONFLICT (tenant, message, endpoint) DO UPDATE SET state = 'waiting', next_at = excluded.next_at,
                 earlier = deliveries.attempts, lease = NULL, leased_until = NULL",
        )
        .bind(message)
        .bind(endpoint)
        .bind(club.now.0)
        .execute(&mut club.tx)
        .await?;
        deliveries += 1;
    }
    Ok(deliveries)
}
