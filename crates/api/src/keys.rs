//! Keys: publishable, secret, signing. Each row names its tenant; a request's key is where its tenant
//! comes from.

use crate::ids;
use crate::problem::{Error, Result, fault};
use rules::Timestamp;
use serde::Serialize;
use sqlx::SqliteConnection;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// In the page, with a list of origins.
    Publishable,
    /// On the shop's server.
    Secret,
    /// On the shop's server, to sign member tokens.
    Signing,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Secret => "secret",
            Self::Signing => "signing",
        }
    }
}

/// A fresh key, shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fresh {
    /// `pk_…`.
    PublishableKey(String),
    /// `sk_…`: only its hash is stored.
    SecretKey(String),
    /// For member tokens.
    SigningKey(SigningKey),
}

/// A signing key as the shop's server holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SigningKey {
    /// Goes into each token's header.
    pub kid: String,
    /// Always `HS256`.
    pub alg: &'static str,
    /// base64url; tokens are signed with the decoded bytes.
    pub secret: String,
}

/// Signing keys that are live at once: the one in use, and the one before it.
const SIGNING_LIVE: i64 = 2;
const CHECKSUM_LENGTH: usize = 6;

/// Makes a key. A new signing key ends all but the one before it.
///
/// # Errors
/// 422 for an origin that is none.
pub async fn create(
    connection: &mut SqliteConnection,
    tenant: &str,
    kind: Kind,
    origins: &[String],
    now: Timestamp,
) -> Result<Fresh> {
    let (fresh, lookup, secret) = match kind {
        Kind::Publishable => {
            let key = format!("pk_{}", ids::base64url(&ids::random::<18>()));
            (Fresh::PublishableKey(key.clone()), key, None)
        }
        Kind::Secret => {
            let key = secret_key();
            (
                Fresh::SecretKey(key.clone()),
                ids::digest(key.as_bytes()),
                None,
            )
        }
        Kind::Signing => {
            let secret = ids::base64url(&ids::random::<32>());
            let kid = ids::id("kid");
            let key = SigningKey {
                kid: kid.clone(),
                alg: "HS256",
                secret: secret.clone(),
            };
            (Fresh::SigningKey(key), kid, Some(secret))
        }
    };
    let id = ids::id("key");
    sqlx::query(
        "INSERT INTO keys (tenant, id, kind, lookup, alg, secret, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant)
    .bind(&id)
    .bind(kind.name())
    .bind(lookup)
    .bind(secret.as_ref().map(|_| "HS256"))
    .bind(&secret)
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    if kind == Kind::Signing {
        sqlx::query(
            "UPDATE keys SET revoked_at = $2
             WHERE tenant = $1 AND kind = 'signing' AND revoked_at IS NULL AND id NOT IN (
                 SELECT id FROM keys WHERE tenant = $1 AND kind = 'signing' AND revoked_at IS NULL
                 ORDER BY created_at DESC, CASE WHEN id = $4 THEN 0 ELSE 1 END LIMIT $3)",
        )
        .bind(tenant)
        .bind(now.0)
        .bind(SIGNING_LIVE)
        .bind(&id)
        .execute(&mut *connection)
        .await?;
    }
    allow_origins(connection, tenant, &id, origins).await?;
    Ok(fresh)
}

/// The tenant's newest publishable key, made when there is none, with these origins among its list.
///
/// # Errors
/// 422 for an origin that is none.
pub async fn publishable(
    connection: &mut SqliteConnection,
    tenant: &str,
    origins: &[String],
    now: Timestamp,
) -> Result<String> {
    let live: Option<(String, String)> = sqlx::query_as(
        "SELECT id, lookup FROM keys WHERE tenant = $1 AND kind = 'publishable'
         AND revoked_at IS NULL ORDER BY created_at DESC LIMIT 1",
    )
    .bind(tenant)
    .fetch_optional(&mut *connection)
    .await?;
    if let Some((id, key)) = live {
        allow_origins(connection, tenant, &id, origins).await?;
        return Ok(key);
    }
    match create(connection, tenant, Kind::Publishable, origins, now).await? {
        Fresh::PublishableKey(key) => Ok(key),
        other => Err(Error::internal(format!(
            "asked for a publishable key, got {other:?}"
        ))),
    }
}

async fn allow_origins(
    connection: &mut SqliteConnection,
    tenant: &str,
    key_id: &str,
    origins: &[String],
) -> Result<()> {
    for origin in origins {
        let exact = exact_origin(origin).ok_or_else(|| {
            let detail = format!("{origin} is not an origin; write it as https://shop.example.");
            Error::validation(vec![fault("/origins", "bad_origin", detail)])
        })?;
        sqlx::query(
            "INSERT INTO origins (tenant, key_id, origin) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(tenant)
        .bind(key_id)
        .bind(exact)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// An origin as browsers write it: scheme, host, perhaps a port; no path, no wildcard.
fn exact_origin(origin: &str) -> Option<String> {
    let origin = origin.trim_end_matches('/').to_ascii_lowercase();
    let (scheme, host) = origin.split_once("://")?;
    let plain = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    (matches!(scheme, "https" | "http") && plain).then(|| origin.clone())
}

/// 256 random bits and a checksum, so that a cut or mistyped key is told apart from a revoked one, and a
/// scanner can recognise a leaked one.
fn secret_key() -> String {
    let body = ids::base64url(&ids::random::<32>());
    let sum = checksum(&body);
    format!("sk_{body}{sum}")
}

fn checksum(body: &str) -> String {
    let mut sum = ids::digest(format!("vafa secret key {body}").as_bytes());
    sum.truncate(CHECKSUM_LENGTH);
    sum
}

/// Whether a text can be a secret key of ours at all.
#[must_use]
pub fn is_secret_key(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("sk_").filter(|rest| rest.is_ascii()) else {
        return false;
    };
    let Some(at) = rest.len().checked_sub(CHECKSUM_LENGTH) else {
        return false;
    };
    let (body, sum) = rest.split_at(at);
    checksum(body) == sum
}

/// The tenant and id of a live secret key.
///
/// # Errors
/// When the database fails.
pub async fn secret(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<Option<(String, String)>> {
    if !is_secret_key(key) {
        return Ok(None);
    }
    by_lookup(connection, "secret", &ids::digest(key.as_bytes())).await
}

/// The tenant and id of a live publishable key.
///
/// # Errors
/// When the database fails.
pub async fn page(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<Option<(String, String)>> {
    by_lookup(connection, "publishable", key).await
}

async fn by_lookup(
    connection: &mut SqliteConnection,
    kind: &str,
    lookup: &str,
) -> Result<Option<(String, String)>> {
    Ok(sqlx::query_as(
        "SELECT tenant, id FROM keys WHERE kind = $1 AND lookup = $2 AND revoked_at IS NULL",
    )
    .bind(kind)
    .bind(lookup)
    .fetch_optional(connection)
    .await?)
}

/// A signing key with whose it is.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The tenant.
    pub tenant: String,
    /// The program: what `iss` must be.
    pub program: String,
    /// base64url.
    pub secret: String,
}

/// The live signing key with this id.
///
/// # Errors
/// When the database fails.
pub async fn signing(connection: &mut SqliteConnection, kid: &str) -> Result<Option<Signing>> {
    let row: Option<(String, String, String)> = sqlx::query_as(
        "SELECT keys.tenant, tenants.program, keys.secret FROM keys
         JOIN tenants ON tenants.tenant = keys.tenant
         WHERE keys.kind = 'signing' AND keys.lookup = $1 AND keys.alg = 'HS256'
             AND keys.revoked_at IS NULL",
    )
    .bind(kid)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(tenant, program, secret)| Signing {
        tenant,
        program,
        secret,
    }))
}

/// Whether one of the tenant's live publishable keys lists this origin; with no tenant, anybody's.
///
/// # Errors
/// When the database fails.
pub async fn allows(
    connection: &mut SqliteConnection,
    tenant: Option<&str>,
    origin: &str,
) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM origins JOIN keys ON keys.tenant = origins.tenant AND keys.id = origins.key_id
         WHERE origins.origin = $1 AND ($2 IS NULL OR origins.tenant = $2)
             AND keys.revoked_at IS NULL LIMIT 1",
    )
    .bind(origin)
    .bind(tenant)
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// A key as an operator sees it; never its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// What `revoke` takes.
    pub id: String,
    /// What it is for.
    pub kind: String,
    /// The publishable key or the signing key's `kid`.
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

/// All keys of a tenant, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut SqliteConnection, tenant: &str) -> Result<Vec<Listed>> {
    let rows: Vec<(String, String, String, i64, Option<i64>)> = sqlx::query_as(
        "SELECT id, kind, lookup, created_at, revoked_at FROM keys WHERE tenant = $1
         ORDER BY created_at, id",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, lookup, created_at, revoked_at)| Listed {
            id,
            name: (kind != "secret").then_some(lookup),
            kind,
            created_at: Timestamp(created_at),
            revoked_at: revoked_at.map(Timestamp),
        })
        .collect())
}

/// Ends a key at once.
///
/// # Errors
/// 404 when the tenant has no such live key.
pub async fn revoke(
    connection: &mut SqliteConnection,
    tenant: &str,
    id: &str,
    now: Timestamp,
) -> Result<()> {
    let ended = sqlx::query(
        "UPDATE keys SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(tenant)
    .bind(id)
    .bind(now.0)
    .execute(connection)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::not_found(format!("No live key has the id {id}.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_key_knows_itself() {
        let key = secret_key();
        assert!(is_secret_key(&key));
        assert!(!is_secret_key(&key[..key.len() - 1]));
        assert!(!is_secret_key(&key.replace("sk_", "pk_")));
        for wrong in ["", "sk_", "sk_abc", "sk_аbcdefgh"] {
            assert!(!is_secret_key(wrong), "{wrong}");
        }
    }

    #[test]
    fn only_an_exact_origin_is_one() {
        assert_eq!(
            exact_origin("https://Shop.Example/").as_deref(),
            Some("https://shop.example")
        );
        assert_eq!(
            exact_origin("http://localhost:4000").as_deref(),
            Some("http://localhost:4000")
        );
        for wrong in [
            "*",
            "https://*.shop.example",
            "shop.example",
            "https://a/b",
            "null",
            "file://",
        ] {
            assert_eq!(exact_origin(wrong), None, "{wrong}");
        }
    }
}
