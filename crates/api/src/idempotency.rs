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
use store::Dialect;

/// The header that carries the key.
pub const HEADER: &str = "idempotency-key";
/// Most characters that a key may have.
pub const KEY_MAX: usize = 128;

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

/// Keeps a key taken while somebody waits for the work on it. It is a courtesy: when the client has gone away,
/// the next request with the key waits for the database and gets what the first did.
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
pub async fn once<I, T, F>(
    state: &State,
    intent: Intent,
    actor: &str,
    content: &str,
    status: StatusCode,
    input: I,
    work: F,
) -> Result<Response>
where
    I: Send + Sync + 'static,
    T: Serialize + Send + 'static,
    F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
{
    if !state.in_flight.with(|keys| keys.insert(intent.clone())) {
        return Err(Error::key_in_flight());
    }
    let guard = Guard {
        in_flight: state.in_flight.clone(),
        intent,
    };
    let tenant = guard.intent.tenant.clone();
    let first = First {
        intent: guard.intent.clone(),
        fingerprint: ids::digest(content.as_bytes()),
        status,
        input,
        work,
    };
    let outcome = state
        .write(&tenant, actor, first, |club, first| {
            Box::pin(first.or_replay(club))
        })
        .await?;
    Ok(outcome.into_response())
}

/// The work of a request that may be the first with its key.
struct First<I, F> {
    intent: Intent,
    fingerprint: String,
    status: StatusCode,
    input: I,
    work: F,
}

impl<I, F> First<I, F> {
    async fn or_replay<T>(&self, club: &mut Club) -> Result<Outcome>
    where
        T: Serialize,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T>,
    {
        if !self.claim(club).await? {
            return self.replay(club).await;
        }
        let (status, body) = match (self.work)(club, &self.input).await {
            Ok(reply) => (self.status, serde_json::to_string(&reply)?),
            Err(refusal) if refusal.burns_key() => {
                club.tx.undo().await?;
                (refusal.status(), serde_json::to_string(&refusal.body())?)
            }
            Err(error) => return Err(error),
        };
        let outcome = Outcome {
            status: status.as_u16(),
            body,
            replayed: false,
        };
        if self.keep(club, &outcome).await? {
            Ok(outcome)
        } else {
            self.replay(club).await
        }
    }

    /// Stores the outcome; false when somebody had one while what was done here was being undone.
    async fn keep(&self, club: &mut Club, outcome: &Outcome) -> Result<bool> {
        let kept = club
            .query(
                "INSERT INTO outcomes (tenant, subject, route, key, fingerprint, at, status, body)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (tenant, subject, route, key)
                 DO UPDATE SET status = excluded.status, body = excluded.body WHERE outcomes.status = 0",
            )
            .bind(&self.intent.subject)
            .bind(self.intent.route)
            .bind(&self.intent.key)
            .bind(&self.fingerprint)
            .bind(club.now.0)
            .bind(i64::from(outcome.status))
            .bind(&outcome.body)
            .execute(&mut club.tx)
            .await?;
        Ok(kept == 1)
    }

    /// Takes the key; false when somebody has it. On PostgreSQL two processes that try at once wait for each other
    /// here; on SQLite nobody else writes, so that a look is enough.
    async fn claim(&self, club: &mut Club) -> Result<bool> {
        let Intent {
            subject,
            route,
            key,
            ..
        } = &self.intent;
        if club.tx.dialect() == Dialect::Sqlite {
            let known: Option<i64> = club
                .query(
                    "SELECT status FROM outcomes
                     WHERE tenant = $1 AND subject = $2 AND route = $3 AND key = $4",
                )
                .bind(subject)
                .bind(*route)
                .bind(key)
                .fetch_optional(&mut club.tx)
                .await?;
            return Ok(known.is_none());
        }
        let claimed = club
            .query(
                "INSERT INTO outcomes (tenant, subject, route, key, fingerprint, status, at)
                 VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (tenant, subject, route, key) DO NOTHING",
            )
            .bind(subject)
            .bind(*route)
            .bind(key)
            .bind(&self.fingerprint)
            .bind(club.now.0)
            .execute(&mut club.tx)
            .await?;
        Ok(claimed == 1)
    }

    async fn replay(&self, club: &mut Club) -> Result<Outcome> {
        let Intent {
            subject,
            route,
            key,
            ..
        } = &self.intent;
        let (fingerprint, status, body): (String, i64, Option<String>) = club
            .query(
                "SELECT fingerprint, status, body FROM outcomes
                 WHERE tenant = $1 AND subject = $2 AND route = $3 AND key = $4",
            )
            .bind(subject)
            .bind(*route)
            .bind(key)
            .fetch_one(&mut club.tx)
            .await?;
        if fingerprint != self.fingerprint {
            return Err(Error::key_reused());
        }
        let status = u16::try_from(status).map_err(Error::internal)?;
        let body = body.ok_or_else(|| {
            Error::refused(
                "idempotency_key_old",
                "This key was used long ago; its answer is no longer kept. Use a fresh key for a new intent.",
            )
        })?;
        Ok(Outcome {
            status,
            body,
            replayed: true,
        })
    }
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
