//! Finding the key that a request shows.

use super::{Alg, is_secret_key};
use crate::ids;
use crate::problem::{Error, Result};
use crate::scopes::Scopes;
use store::{Tx, query};

const LOOKUP_BYTES_MAX: usize = 128;

/// A live secret key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Whose it is.
    pub tenant: String,
    /// Its id, for the audit.
    pub id: String,
    /// What it may do.
    pub scopes: Scopes,
}

/// The live secret key with this text.
///
/// # Errors
/// When the database fails.
pub async fn secret(tx: &mut Tx, key: &str) -> Result<Option<Secret>> {
    if !is_secret_key(key) {
        return Ok(None);
    }
    let row: Option<(String, String, Option<String>)> = query(
        "SELECT tenant, id, scopes FROM keys
         WHERE kind = 'secret' AND lookup = $1 AND revoked_at IS NULL",
    )
    .bind(ids::digest(key.as_bytes()))
    .fetch_optional(tx)
    .await?;
    let Some((tenant, id, scopes)) = row else {
        return Ok(None);
    };
    let scopes = Scopes::read(scopes.as_deref().unwrap_or_default()).map_err(Error::internal)?;
    Ok(Some(Secret { tenant, id, scopes }))
}

/// The tenant and id of a live publishable key.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut Tx, key: &str) -> Result<Option<(String, String)>> {
    // Whatever else a query may hold is no text that every database takes.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if key.len() > LOOKUP_BYTES_MAX || !key.bytes().all(plain) {
        return Ok(None);
    }
    Ok(query(
        "SELECT tenant, id FROM keys
         WHERE kind = 'publishable' AND lookup = $1 AND revoked_at IS NULL",
    )
    .bind(key)
    .fetch_optional(tx)
    .await?)
}

/// A signing key with whose it is.
#[derive(Clone)]
pub struct Signing {
    /// The tenant.
    pub tenant: String,
    /// The program: what `iss` must be.
    pub program: String,
    /// How its tokens are signed.
    pub alg: Alg,
    /// base64url: the secret of HS256, the public key of EdDSA.
    pub secret: String,
    /// It counts no more.
    pub revoked: bool,
}

/// The signing key with this id, a revoked one too. The kid is 1 to 64 letters, digits, `-` and `_`, as
/// [`crate::tokens::Unverified::kid`] gives it.
///
/// # Errors
/// When the database fails.
pub async fn signing(tx: &mut Tx, kid: &str) -> Result<Option<Signing>> {
    let row: Option<(String, String, String, String, Option<i64>)> = query(
        "SELECT keys.tenant, tenants.program, keys.alg, keys.secret, keys.revoked_at FROM keys
         JOIN tenants ON tenants.tenant = keys.tenant
         WHERE keys.kind = 'signing' AND keys.lookup = $1",
    )
    .bind(kid)
    .fetch_optional(tx)
    .await?;
    let Some((tenant, program, alg, secret, revoked_at)) = row else {
        return Ok(None);
    };
    let alg = Alg::from_name(&alg)
        .ok_or_else(|| Error::internal(format!("a signing key has the algorithm {alg}")))?;
    Ok(Some(Signing {
        tenant,
        program,
        alg,
        secret,
        revoked: revoked_at.is_some(),
    }))
}

/// Whether one of the tenant's live publishable keys lists this origin.
///
/// # Errors
/// When the database fails.
pub async fn allows(tx: &mut Tx, tenant: &str, origin: &str) -> Result<bool> {
    let found: Option<i64> = query(
        "SELECT 1 FROM origins JOIN keys ON keys.tenant = origins.tenant AND keys.id = origins.key_id
         WHERE origins.tenant = $1 AND origins.origin = $2 AND keys.revoked_at IS NULL LIMIT 1",
    )
    .bind(tenant)
    .bind(origin)
    .fetch_optional(tx)
    .await?;
    Ok(found.is_some())
}

/// Whether this is the tenant's program.
///
/// # Errors
/// When the database fails.
pub async fn speaks_of(tx: &mut Tx, tenant: &str, program: &str) -> Result<bool> {
    let found: Option<i64> = query("SELECT 1 FROM tenants WHERE tenant = $1 AND program = $2")
        .bind(tenant)
        .bind(program)
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}

/// The origins that the tenant's live publishable keys list, in order.
///
/// # Errors
/// When the database fails.
pub async fn origins(tx: &mut Tx, tenant: &str) -> Result<Vec<String>> {
    Ok(query(
        "SELECT DISTINCT origins.origin FROM origins
         JOIN keys ON keys.tenant = origins.tenant AND keys.id = origins.key_id
         WHERE origins.tenant = $1 AND keys.revoked_at IS NULL ORDER BY origins.origin",
    )
    .bind(tenant)
    .fetch_all(tx)
    .await?)
}

/// Whether anybody's live publishable key lists this origin.
///
/// # Errors
/// When the database fails.
pub async fn anybody_allows(tx: &mut Tx, origin: &str) -> Result<bool> {
    let found: Option<i64> = query(
        "SELECT 1 FROM origins JOIN keys ON keys.tenant = origins.tenant AND keys.id = origins.key_id
         WHERE origins.origin = $1 AND keys.revoked_at IS NULL LIMIT 1",
    )
    .bind(origin)
    .fetch_optional(tx)
    .await?;
    Ok(found.is_some())
}
