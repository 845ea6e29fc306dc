//! Where events are sent: made, changed, stopped, taken away.

use super::address::Guard;
use super::secrets::Secrets;
use crate::club::{Club, from_word, word};
use crate::ids;
use crate::openapi::EVENTS;
use crate::outbox;
use crate::problem::{Error, Result, fault};
use contract::problem::Fault;
use contract::webhooks::{DisabledReason, Endpoint, EndpointInput, EndpointPatch};
use rules::Timestamp;
use serde_json::json;

/// Most endpoints of a tenant.
pub const ENDPOINTS_MAX: i64 = 20;
/// What a test sends.
pub const TEST: &str = "webhook.test";
const NOTE_MAX: usize = 200;

/// The URL as it will be called, when it may be. To be asked before the write: it looks the host's name up.
///
/// # Errors
/// 422 at `/url` with the reason.
pub async fn callable(guard: Guard, url: &str) -> Result<String> {
    let refused =
        |why: super::address::Refused| Error::invalid("/url", "url_refused", why.to_string());
    let url = guard.read(url).map_err(refused)?;
    guard.resolve(&url).await.map_err(refused)?;
    Ok(url.into())
}

fn of_kinds(kinds: &[String], faults: &mut Vec<Fault>) {
    for (place, kind) in kinds.iter().enumerate() {
        if !EVENTS.iter().any(|(known, _)| known == kind) {
            let family = kind.split('.').next().unwrap_or_default();
            let near: Vec<&str> = EVENTS
                .iter()
                .map(|(known, _)| *known)
                .filter(|known| known.split('.').next() == Some(family))
                .collect();
            let hint = if near.is_empty() {
                "the reference lists all of them".to_owned()
            } else {
                format!("there are {}", near.join(", "))
            };
            faults.push(fault(
                format!("/kinds/{place}"),
                "unknown_kind",
                format!("This is no event of ours; {hint}."),
            ));
        }
    }
}

fn of_note(note: Option<&str>, faults: &mut Vec<Fault>) {
    if let Some(note) = note
        && (note.chars().count() > NOTE_MAX || note.contains(char::is_control))
    {
        faults.push(fault(
            "/note",
            "bad_note",
            "A note has 200 characters at most, none of them a control character.",
        ));
    }
}

/// Whether kinds and note can be; the URL is [`callable`]'s.
///
/// # Errors
/// 422 with every fault.
pub fn check(kinds: &[String], note: Option<&str>) -> Result<()> {
    let mut faults = Vec::new();
    of_kinds(kinds, &mut faults);
    of_note(note, &mut faults);
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::validation(faults))
    }
}

/// Makes an endpoint. `input` is checked, its URL callable. Gives it with its secret, which is shown this once.
///
/// # Errors
/// 409 when there are [`ENDPOINTS_MAX`] already.
pub async fn create(club: &mut Club, input: &EndpointInput) -> Result<(Endpoint, String)> {
    // The tenant's row is the lock that counting needs.
    club.query("UPDATE tenants SET created_at = created_at WHERE tenant = $1")
        .execute(&mut club.tx)
        .await?;
    let known: i64 = club
        .query("SELECT COUNT(*) FROM endpoints WHERE tenant = $1")
        .fetch_one(&mut club.tx)
        .await?;
    if known >= ENDPOINTS_MAX {
        return Err(Error::refused(
            "too_many_endpoints",
            format!("A club has {ENDPOINTS_MAX} endpoints at most. Take one away first."),
        ));
    }
    let id = ids::id("whe");
    let (secrets, shown) = Secrets::fresh();
    let note = input.note.clone().filter(|note| !note.is_empty());
    club.query(
        "INSERT INTO endpoints (tenant, endpoint, url, kinds, secrets, note, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(&input.url)
    .bind(serde_json::to_string(&input.kinds)?)
    .bind(secrets.write()?)
    .bind(note)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    let detail = json!({ "url": input.url, "kinds": input.kinds });
    club.audit("webhook.created", &id, detail).await?;
    Ok((get(club, &id).await?, shown))
}

type Row = (
    String,
    String,
    String,
    String,
    Option<String>,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
);

fn read(row: Row, now: Timestamp) -> Result<Endpoint> {
    let (id, url, kinds, secrets, note, created_at, failing_since, disabled_at, reason) = row;
    Ok(Endpoint {
        id,
        url,
        kinds: serde_json::from_str(&kinds)?,
        note,
        enabled: disabled_at.is_none(),
        disabled_reason: reason.as_deref().map(from_word).transpose()?,
        failing_since: failing_since.map(Timestamp),
        created_at: Timestamp(created_at),
        secrets: Secrets::read(&secrets)?.count(now),
    })
}

/// All endpoints, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(club: &mut Club) -> Result<Vec<Endpoint>> {
    let rows: Vec<Row> = club
        .query(
            "SELECT endpoint, url, kinds, secrets, note, created_at, failing_since, disabled_at, reason
             FROM endpoints WHERE tenant = $1 ORDER BY created_at, endpoint",
        )
        .fetch_all(&mut club.tx)
        .await?;
    let now = club.now;
    rows.into_iter().map(|row| read(row, now)).collect()
}

/// One endpoint.
///
/// # Errors
/// 404 when the tenant has no such one.
pub async fn get(club: &mut Club, id: &str) -> Result<Endpoint> {
    let row: Option<Row> = club
        .query(
            "SELECT endpoint, url, kinds, secrets, note, created_at, failing_since, disabled_at, reason
             FROM endpoints WHERE tenant = $1 AND endpoint = $2",
        )
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    read(row.ok_or_else(|| unknown(id))?, club.now)
}

fn unknown(id: &str) -> Error {
    Error::not_found(format!(
        "No webhook endpoint {id}. GET /v1/webhooks/endpoints lists them."
    ))
}

/// Changes an endpoint. `patch` is checked, its URL callable.
///
/// # Errors
/// 404 when the tenant has no such one.
pub async fn update(club: &mut Club, id: &str, patch: &EndpointPatch) -> Result<Endpoint> {
    let before = get(club, id).await?;
    let url = patch.url.clone().unwrap_or_else(|| before.url.clone());
    let kinds = patch.kinds.clone().unwrap_or_else(|| before.kinds.clone());
    let note = patch.note.clone().or_else(|| before.note.clone());
    club.query(
        "UPDATE endpoints SET url = $3, kinds = $4, note = $5 WHERE tenant = $1 AND endpoint = $2",
    )
    .bind(id)
    .bind(&url)
    .bind(serde_json::to_string(&kinds)?)
    .bind(note.filter(|note| !note.is_empty()))
    .execute(&mut club.tx)
    .await?;
    match patch.enabled {
        Some(true) => enable(club, id).await?,
        Some(false) if before.enabled => disable(club, id, DisabledReason::ByHand).await?,
        Some(false) | None => {}
    }
    let after = get(club, id).await?;
    if after != before {
        let detail = json!({ "url": url, "kinds": kinds, "enabled": after.enabled });
        club.audit("webhook.updated", id, detail).await?;
    }
    Ok(after)
}

/// Takes an endpoint away with everything that is known of its deliveries.
///
/// # Errors
/// 404 when the tenant has no such one.
pub async fn delete(club: &mut Club, id: &str) -> Result<()> {
    let endpoint = get(club, id).await?;
    for statement in [
        "DELETE FROM attempts WHERE tenant = $1 AND endpoint = $2",
        "DELETE FROM deliveries WHERE tenant = $1 AND endpoint = $2",
        "DELETE FROM endpoints WHERE tenant = $1 AND endpoint = $2",
    ] {
        club.query(statement).bind(id).execute(&mut club.tx).await?;
    }
    club.audit("webhook.deleted", id, json!({ "url": endpoint.url }))
        .await
}

/// A new secret; the former one signs for a day more. Gives the new one's text, which is shown this once.
///
/// # Errors
/// 404 when the tenant has no such endpoint; 409 when too many secrets sign already.
pub async fn rotate(club: &mut Club, id: &str) -> Result<(Endpoint, String)> {
    // Locks the row: two rotations at once are one after the other.
    let secrets: Option<String> = club
        .query(
            "UPDATE endpoints SET secrets = secrets WHERE tenant = $1 AND endpoint = $2 RETURNING secrets",
        )
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    let mut secrets = Secrets::read(&secrets.ok_or_else(|| unknown(id))?)?;
    let shown = secrets.rotate(club.now)?;
    club.query("UPDATE endpoints SET secrets = $3 WHERE tenant = $1 AND endpoint = $2")
        .bind(id)
        .bind(secrets.write()?)
        .execute(&mut club.tx)
        .await?;
    club.audit("webhook.rotated", id, json!({})).await?;
    Ok((get(club, id).await?, shown))
}

/// Lets events be sent again. What was dropped meanwhile waits for a replay. Nothing changes for an enabled one.
///
/// # Errors
/// 404 when the tenant has no such one.
pub async fn enable(club: &mut Club, id: &str) -> Result<()> {
    if get(club, id).await?.enabled {
        return Ok(());
    }
    club.query(
        "UPDATE endpoints SET disabled_at = NULL, reason = NULL, failing_since = NULL
         WHERE tenant = $1 AND endpoint = $2",
    )
    .bind(id)
    .execute(&mut club.tx)
    .await?;
    club.audit("webhook.enabled", id, json!({})).await
}

/// Stops an endpoint: what waits for it is dropped.
///
/// # Errors
/// When the database fails.
pub async fn disable(club: &mut Club, id: &str, reason: DisabledReason) -> Result<()> {
    let stopped = club
        .query(
            "UPDATE endpoints SET disabled_at = $3, reason = $4
             WHERE tenant = $1 AND endpoint = $2 AND disabled_at IS NULL",
        )
        .bind(id)
        .bind(club.now.0)
        .bind(word(reason))
        .execute(&mut club.tx)
        .await?;
    if stopped == 0 {
        return Ok(());
    }
    club.query(
        "UPDATE deliveries SET state = 'dropped', lease = NULL, leased_until = NULL
         WHERE tenant = $1 AND endpoint = $2 AND state = 'waiting'",
    )
    .bind(id)
    .execute(&mut club.tx)
    .await?;
    club.audit("webhook.disabled", id, json!({ "reason": reason }))
        .await
}

/// Sends a message that says nothing to this endpoint, whatever kinds it asks for. Gives the message's id.
///
/// # Errors
/// 404 when the tenant has no such one; 409 when it is disabled.
pub async fn test(club: &mut Club, id: &str) -> Result<String> {
    if !get(club, id).await?.enabled {
        return Err(disabled(id));
    }
    let message = outbox::tell_one(club, id, TEST, json!({ "endpoint_id": id })).await?;
    club.audit("webhook.tested", id, json!({ "message": message }))
        .await?;
    Ok(message)
}

/// 409 for an endpoint to which nothing is sent.
#[must_use]
pub fn disabled(id: &str) -> Error {
    Error::refused(
        "endpoint_disabled",
        format!("{id} is disabled. POST /v1/webhooks/endpoints/{id}/enable first."),
    )
}
