//! Sessions of staff: rows that a cookie leads to.
//!
//! The cookie is `<tenant>.<256 random bits>`; the table holds its SHA-256 alone. A session ends 12 hours after
//! it was last used, 7 days after it began, when its account is closed or gets another password, and when
//! its owner logs out.

use crate::ids;
use crate::passwords::Hashed;
use crate::problem::Result;
use crate::staff::{Role, role_named};
use rules::Timestamp;
use store::{Tx, query};

/// Milliseconds that a session lives unused.
pub const IDLE_MS: i64 = 12 * 60 * 60 * 1_000;
/// Milliseconds that a session lives at most.
pub const LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// Milliseconds between two notes that a session was used: a note is a write.
const NOTED_MS: i64 = 5 * 60 * 1_000;

/// What a cookie says. Its `Debug` names the tenant alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    tenant: String,
    text: String,
}

impl std::fmt::Debug for Cookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cookie")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl Cookie {
    fn fresh(tenant: &str) -> Self {
        let secret = ids::base64url(&ids::random::<32>());
        Self {
            tenant: tenant.to_owned(),
            text: format!("{tenant}.{secret}"),
        }
    }

    /// Reads a cookie's value, if it can be one of ours.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (tenant, secret) = text.split_once('.')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let ours = (1..=64).contains(&tenant.len())
            && tenant.bytes().all(plain)
            && ids::from_base64url(secret).is_some_and(|bytes| bytes.len() == 32);
        ours.then(|| Self {
            tenant: tenant.to_owned(),
            text: text.to_owned(),
        })
    }

    /// Its value.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whose session it claims to be.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    fn digest(&self) -> String {
        ids::digest(self.text.as_bytes())
    }
}

/// A session that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The tenant.
    pub tenant: String,
    /// The tenant's program.
    pub program: String,
    /// The account (`stf_…`).
    pub staff: String,
    /// The account's e-mail address.
    pub email: String,
    /// What it may do now.
    pub role: Role,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When it was last noted as used.
    seen_at: Timestamp,
}

impl Session {
    /// Whether its use is to be noted again: five minutes after the last note.
    #[must_use]
    pub const fn is_to_be_noted(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= NOTED_MS
    }
}

/// Begins a session of an account whose password was proven to be `proven`, and drops those of the tenant that
/// have ended. `None` when the account was closed or got another password in the meantime.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    tx: &mut Tx,
    tenant: &str,
    staff: &str,
    proven: &Hashed,
    now: Timestamp,
) -> Result<Option<Cookie>> {
    // Changes nothing, but whoever closes the account or sets its password waits for this transaction, and
    // then finds the session to end it.
    let live = query(
        "UPDATE staff SET password = password
         WHERE tenant = $1 AND staff = $2 AND password = $3 AND disabled_at IS NULL",
    )
    .bind(tenant)
    .bind(staff)
    .bind(proven.as_str())
    .execute(tx)
    .await?;
    if live == 0 {
        return Ok(None);
    }
    query("DELETE FROM sessions WHERE tenant = $1 AND (expires_at <= $2 OR seen_at <= $3)")
        .bind(tenant)
        .bind(now.0)
        .bind(now.0 - IDLE_MS)
        .execute(tx)
        .await?;
    let cookie = Cookie::fresh(tenant);
    query(
        "INSERT INTO sessions (tenant, session, staff, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant)
    .bind(cookie.digest())
    .bind(staff)
    .bind(now.0)
    .bind(now.0)
    .bind(now.0 + LIFE_MS)
    .execute(tx)
    .await?;
    Ok(Some(cookie))
}

/// The living session that a cookie leads to.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, cookie: &Cookie, now: Timestamp) -> Result<Option<Session>> {
    let row: Option<(String, String, String, String, i64, i64)> = query(
        "SELECT tenants.program, staff.staff, staff.email, staff.role, sessions.expires_at,
             sessions.seen_at
         FROM sessions
         JOIN staff ON staff.tenant = sessions.tenant AND staff.staff = sessions.staff
         JOIN tenants ON tenants.tenant = sessions.tenant
         WHERE sessions.tenant = $1 AND sessions.session = $2 AND staff.disabled_at IS NULL
             AND sessions.expires_at > $3 AND sessions.seen_at > $4",
    )
    .bind(&cookie.tenant)
    .bind(cookie.digest())
    .bind(now.0)
    .bind(now.0 - IDLE_MS)
    .fetch_optional(tx)
    .await?;
    let Some((program, staff, email, role, expires_at, seen_at)) = row else {
        return Ok(None);
    };
    Ok(Some(Session {
        tenant: cookie.tenant.clone(),
        program,
        staff,
        email,
        role: role_named(&role)?,
        expires_at: Timestamp(expires_at),
        seen_at: Timestamp(seen_at),
    }))
}

/// Notes that a session was used.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx, cookie: &Cookie, now: Timestamp) -> Result<()> {
    query("UPDATE sessions SET seen_at = $3 WHERE tenant = $1 AND session = $2 AND seen_at < $3")
        .bind(&cookie.tenant)
        .bind(cookie.digest())
        .bind(now.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut Tx, cookie: &Cookie) -> Result<()> {
    query("DELETE FROM sessions WHERE tenant = $1 AND session = $2")
        .bind(&cookie.tenant)
        .bind(cookie.digest())
        .execute(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;

    #[test]
    fn a_cookie_is_read_as_it_was_given() {
        let cookie = Cookie::fresh("ten_a");
        let read = Cookie::read(cookie.text()).unwrap();
        assert_eq!((&read, read.tenant()), (&cookie, "ten_a"));
        assert_ne!(Cookie::fresh("ten_a").digest(), cookie.digest());
        let (_, secret) = cookie.text().split_once('.').unwrap();
        assert!(!format!("{cookie:?}").contains(secret));
    }

    #[test]
    fn what_is_no_cookie_of_ours_is_not_looked_up() {
        let cookie = Cookie::fresh("ten_a");
        let (_, secret) = cookie.text().split_once('.').unwrap();
        let cases = [
            String::new(),
            secret.to_owned(),
            format!(".{secret}"),
            format!("ten'a.{secret}"),
            format!("ten_a.{secret}="),
            format!("ten_a.{}", &secret[1..]),
            format!("{}.{secret}", "t".repeat(65)),
        ];
        for case in cases {
            assert_eq!(Cookie::read(&case), None, "{case}");
        }
    }
}
