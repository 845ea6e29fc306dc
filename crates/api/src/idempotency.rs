//! One key, one outcome, for ever.
//!
//! The outcome is stored in the transaction that makes it, so there is no moment at which one exists
//! without the other. A refusal by the club's state is an outcome; a body that cannot be read, a limit or a
//! fault of ours is not, and leaves the key free.

use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result};
use crate::state::{State, Work};
use crate::sync::Shared;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::HashSet;

/// The header that carries the key.
pub const HEADER: &str = "idempotency-key";
const KEY_MAX: usize = 128;

/// Reads the key of a write.
///
/// # Errors
/// 400 when it is missing or not 1 to 128 visible ASCII characters.
pub fn key(headers: &HeaderMap) -> Result<String> {
    headers
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .map(str::trim)
        .filter(|key| (1..=KEY_MAX).contains(&key.len()))
        .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()))
        .map(str::to_owned)
        .ok_or_else(Error::key_missing)
}

/// Whose intent a request is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Intent {
    /// The tenant.
    pub tenant: String,
    /// Who asks.
    pub subject: String,
    /// Method and path pattern.
    pub route: &'static str,
    /// The key.
    pub key: String,
}

/// Keys whose first request is at work in this process.
pub type InFlight = Shared<HashSet<Intent>>;

/// Keeps a key taken until the work on it has ended, however it ends.
struct Guard {
    in_flight: InFlight,
    intent: Intent,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.in_flight.with(|keys| keys.remove(&self.intent));
    }
}

/// An answer as it is stored.
#[derive(Clone, Debug)]
struct Outcome {
    status: u16,
    body: String,
    replayed: bool,
}

/// Runs `work` for the first request with this key and answers all others with what it answered.
/// `content` is what the request asks: path and body.
///
/// # Errors
/// 409 while the first is at work, 422 for other content, and what `work` gives without burning the key.
pub async fn once<T, F>(
    state: &State,
    intent: Intent,
    actor: &str,
    content: &str,
    status: StatusCode,
    work: F,
) -> Result<Response>
where
    T: Serialize + Send + 'static,
    F: for<'a> FnOnce(&'a mut Club) -> Work<'a, T> + Send + 'static,
{
    if !state.in_flight.with(|keys| keys.insert(intent.clone())) {
        return Err(Error::key_in_flight());
    }
    let guard = Guard {
        in_flight: state.in_flight.clone(),
        intent,
    };
    let fingerprint = ids::digest(content.as_bytes());
    let tenant = guard.intent.tenant.clone();
    let outcome = state
        .write(&tenant, actor, move |club| {
            Box::pin(async move { first_or_replay(club, guard, fingerprint, status, work).await })
        })
        .await?;
    Ok(outcome.into_response())
}

async fn first_or_replay<T, F>(
    club: &mut Club,
    guard: Guard,
    fingerprint: String,
    status: StatusCode,
    work: F,
) -> Result<Outcome>
where
    T: Serialize,
    F: for<'a> FnOnce(&'a mut Club) -> Work<'a, T>,
{
    let Intent {
        tenant,
        subject,
        route,
        key,
    } = &guard.intent;
    let known: Option<(String, i64, String)> = sqlx::query_as(
        "SELECT fingerprint, status, body FROM outcomes
         WHERE tenant = $1 AND subject = $2 AND route = $3 AND key = $4",
    )
    .bind(tenant)
    .bind(subject)
    .bind(route)
    .bind(key)
    .fetch_optional(&mut *club.tx)
    .await?;
    if let Some((stored, status, body)) = known {
        if stored != fingerprint {
            return Err(Error::key_reused());
        }
        let status = u16::try_from(status).map_err(Error::internal)?;
        return Ok(Outcome {
            status,
            body,
            replayed: true,
        });
    }
    sqlx::query("SAVEPOINT intent")
        .execute(&mut *club.tx)
        .await?;
    let outcome = match work(club).await {
        Ok(reply) => Outcome {
            status: status.as_u16(),
            body: serde_json::to_string(&reply)?,
            replayed: false,
        },
        Err(refusal) if refusal.burns_key() => {
            sqlx::query("ROLLBACK TO SAVEPOINT intent")
                .execute(&mut *club.tx)
                .await?;
            Outcome {
                status: refusal.status().as_u16(),
                body: serde_json::to_string(&refusal.body())?,
                replayed: false,
            }
        }
        Err(error) => return Err(error),
    };
    sqlx::query("RELEASE SAVEPOINT intent")
        .execute(&mut *club.tx)
        .await?;
    sqlx::query(
        "INSERT INTO outcomes (tenant, subject, route, key, fingerprint, status, body, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant)
    .bind(subject)
    .bind(route)
    .bind(key)
    .bind(&fingerprint)
    .bind(i64::from(outcome.status))
    .bind(&outcome.body)
    .bind(club.now.0)
    .execute(&mut *club.tx)
    .await?;
    Ok(outcome)
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let kind = if status.is_success() {
            "application/json"
        } else {
            "application/problem+json"
        };
        let mut response = (status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
        if self.replayed {
            headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}
