//! Keys: publishable, secret, signing. Each row names its tenant; a request's key is where its tenant
//! comes from.

mod listed;
mod lookup;

pub use contract::keys::Listed;
pub use listed::{list, pages};
pub use lookup::{
    Secret, Signing, allows, anybody_allows, origins, page, secret, signing, speaks_of,
};

use crate::audit;
use crate::ids;
use crate::problem::{Error, Result, fault};
use crate::public_key;
use crate::scopes::Scopes;
use rules::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Tx, query};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
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

/// How the tokens of a signing key are signed. The key's record decides it, never a token.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
pub enum Alg {
    /// HMAC-SHA-256: one secret on both sides.
    #[default]
    #[serde(rename = "HS256")]
    #[value(name = "HS256")]
    Hs256,
    /// Ed25519: the shop signs with a private key that nobody else has.
    #[serde(rename = "EdDSA")]
    #[value(name = "EdDSA")]
    EdDsa,
}

impl Alg {
    /// As JWTs and the table name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The exact name's algorithm.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Hs256, Self::EdDsa]
            .into_iter()
            .find(|alg| alg.name() == name)
    }
}

/// A key to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum New {
    /// For the pages of these origins.
    Publishable(Vec<String>),
    /// For the shop's server, to do this.
    Secret(Scopes),
    /// HS256: we make the secret.
    Signing,
    /// EdDSA: the shop's public key, as [`public_key::read`] reads it.
    SigningBy(String),
}

impl New {
    const fn kind(&self) -> Kind {
        match self {
            Self::Publishable(_) => Kind::Publishable,
            Self::Secret(_) => Kind::Secret,
            Self::Signing | Self::SigningBy(_) => Kind::Signing,
        }
    }
}

/// A fresh key, shown once.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fresh {
    /// `pk_…`.
    PublishableKey(String),
    /// `sk_…`: only its hash is stored.
    SecretKey(String),
    /// For member tokens.
    SigningKey(SigningKey),
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PublishableKey(key) => f.debug_tuple("PublishableKey").field(key).finish(),
            Self::SecretKey(_) => f.write_str("SecretKey(…)"),
            Self::SigningKey(key) => f.debug_tuple("SigningKey").field(key).finish(),
        }
    }
}

/// A signing key as the shop's server holds it.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SigningKey {
    /// Goes into each token's header.
    pub kid: String,
    /// Goes there too.
    pub alg: Alg,
    /// HS256: base64url of 32 random bytes; tokens are signed with the decoded bytes. EdDSA: empty and not
    /// written, because the private key is the shop's own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("alg", &self.alg)
            .finish_non_exhaustive()
    }
}

/// Signing keys that are live at once: the one in use, and the one that follows or precedes it.
const SIGNING_LIVE: usize = 2;
const CHECKSUM_LENGTH: usize = 6;

/// Makes a key, with a row in the audit.
///
/// # Errors
/// As [`create_named`].
pub async fn create(
    tx: &mut Tx,
    tenant: &str,
    new: &New,
    actor: &str,
    now: Timestamp,
) -> Result<Fresh> {
    let (_, fresh) = create_named(tx, tenant, new, actor, now).await?;
    Ok(fresh)
}

/// Makes a key, with a row in the audit. The key's id (`key_…`), and the key.
///
/// # Errors
/// 422 for an origin that is none or a public key that is none; 409 `too_many_signing_keys` when two signing
/// keys are live, naming the one to revoke first.
pub async fn create_named(
    tx: &mut Tx,
    tenant: &str,
    new: &New,
    actor: &str,
    now: Timestamp,
) -> Result<(String, Fresh)> {
    let kind = new.kind();
    let mut alg = None;
    let mut scopes = None;
    let (fresh, lookup, secret) = match new {
        New::Publishable(_) => {
            let key = format!("pk_{}", ids::base64url(&ids::random::<18>()));
            (Fresh::PublishableKey(key.clone()), key, None)
        }
        New::Secret(may) => {
            scopes = Some(may.to_string());
            let key = secret_key();
            let lookup = ids::digest(key.as_bytes());
            (Fresh::SecretKey(key), lookup, None)
        }
        New::Signing => {
            alg = Some(Alg::Hs256);
            signing_key(Alg::Hs256, ids::base64url(&ids::random::<32>()))
        }
        New::SigningBy(public) => {
            alg = Some(Alg::EdDsa);
            signing_key(Alg::EdDsa, ids::base64url(&public_key::read(public)?))
        }
    };
    if kind == Kind::Signing {
        leave_room(tx, tenant).await?;
    }
    let id = ids::id("key");
    query(
        "INSERT INTO keys (tenant, id, kind, lookup, alg, secret, scopes, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant)
    .bind(&id)
    .bind(kind.name())
    .bind(lookup)
    .bind(alg.map(Alg::name))
    .bind(secret)
    .bind(scopes)
    .bind(now.0)
    .execute(tx)
    .await?;
    if let New::Publishable(origins) = new {
        allow_origins(tx, tenant, &id, origins).await?;
    }
    audit::note(tx, tenant, "key.created", &id, actor, now).await?;
    Ok((id, fresh))
}

fn signing_key(alg: Alg, stored: String) -> (Fresh, String, Option<String>) {
    let kid = ids::id("kid");
    let key = SigningKey {
        kid: kid.clone(),
        alg,
        secret: match alg {
            Alg::Hs256 => stored.clone(),
            Alg::EdDsa => String::new(),
        },
    };
    (Fresh::SigningKey(key), kid, Some(stored))
}

/// The ids and kids of the live signing keys, oldest first. Whoever asks next waits for this transaction, so
/// that two at once cannot both find room.
async fn live_signing(tx: &mut Tx, tenant: &str) -> Result<Vec<(String, String)>> {
    query("UPDATE tenants SET created_at = created_at WHERE tenant = $1")
        .bind(tenant)
        .execute(tx)
        .await?;
    Ok(query(
        "SELECT id, lookup FROM keys WHERE tenant = $1 AND kind = 'signing' AND revoked_at IS NULL
         ORDER BY created_at, id",
    )
    .bind(tenant)
    .fetch_all(tx)
    .await?)
}

async fn leave_room(tx: &mut Tx, tenant: &str) -> Result<()> {
    let live = live_signing(tx, tenant).await?;
    match live.first() {
        Some((id, kid)) if live.len() >= SIGNING_LIVE => Err(Error::refused(
            "too_many_signing_keys",
            format!(
                "Two signing keys are live, which is what a rotation needs. Revoke the older one first: \
                 {id} (kid {kid})."
            ),
        )),
        _ => Ok(()),
    }
}

/// Ends the oldest signing key when there is no room for another, so that [`create`] can make one. For whoever
/// replaces keys without asking, as seeding does. The id of what was ended.
///
/// # Errors
/// When the database fails.
pub async fn end_oldest_signing(
    tx: &mut Tx,
    tenant: &str,
    actor: &str,
    now: Timestamp,
) -> Result<Option<String>> {
    let live = live_signing(tx, tenant).await?;
    if live.len() < SIGNING_LIVE {
        return Ok(None);
    }
    let Some((id, _)) = live.into_iter().next() else {
        return Ok(None);
    };
    revoke(tx, tenant, &id, actor, now).await?;
    Ok(Some(id))
}

/// The tenant's newest publishable key, made when there is none, with these origins among its list.
///
/// # Errors
/// 422 for an origin that is none.
pub async fn publishable(
    tx: &mut Tx,
    tenant: &str,
    origins: &[String],
    actor: &str,
    now: Timestamp,
) -> Result<String> {
    let live: Option<(String, String)> = query(
        "SELECT id, lookup FROM keys WHERE tenant = $1 AND kind = 'publishable'
         AND revoked_at IS NULL ORDER BY created_at DESC, id LIMIT 1",
    )
    .bind(tenant)
    .fetch_optional(tx)
    .await?;
    if let Some((id, key)) = live {
        allow_origins(tx, tenant, &id, origins).await?;
        return Ok(key);
    }
    let new = New::Publishable(origins.to_vec());
    match create(tx, tenant, &new, actor, now).await? {
        Fresh::PublishableKey(key) => Ok(key),
        other => Err(Error::internal(format!(
            "asked for a publishable key, got {other:?}"
        ))),
    }
}

async fn allow_origins(tx: &mut Tx, tenant: &str, key_id: &str, origins: &[String]) -> Result<()> {
    for (place, origin) in origins.iter().enumerate() {
        let exact = exact_origin(origin).ok_or_else(|| {
            let detail = format!("{origin} is not an origin; write it as https://shop.example.");
            Error::validation(vec![fault(
                format!("/origins/{place}"),
                "bad_origin",
                detail,
            )])
        })?;
        query(
            "INSERT INTO origins (tenant, key_id, origin) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(tenant)
        .bind(key_id)
        .bind(exact)
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// Origins of one publishable key at most.
pub const ORIGINS_MAX: usize = 100;

/// Replaces the list of a publishable key's origins, with a row in the audit.
///
/// # Errors
/// 422 for an origin that is none or for more than a hundred; 404 when the tenant has no such live publishable key.
pub async fn set_origins(
    tx: &mut Tx,
    tenant: &str,
    id: &str,
    origins: &[String],
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    if origins.len() > ORIGINS_MAX {
        let detail = format!("A key has {ORIGINS_MAX} origins at most.");
        return Err(Error::invalid("/origins", "too_many", detail));
    }
    // Changes nothing, but whoever revokes the key or sets its list at the same time waits.
    let live = query(
        "UPDATE keys SET kind = kind
         WHERE tenant = $1 AND id = $2 AND kind = 'publishable' AND revoked_at IS NULL",
    );
    if live.bind(tenant).bind(id).execute(tx).await? == 0 {
        return Err(Error::not_found(format!(
            "No live publishable key has the id {id}."
        )));
    }
    query("DELETE FROM origins WHERE tenant = $1 AND key_id = $2")
        .bind(tenant)
        .bind(id)
        .execute(tx)
        .await?;
    allow_origins(tx, tenant, id, origins).await?;
    audit::note(tx, tenant, "key.origins_set", id, actor, now).await
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

/// Ends a key at once, with a row in the audit.
///
/// # Errors
/// 404 when the tenant has no such live key.
pub async fn revoke(
    tx: &mut Tx,
    tenant: &str,
    id: &str,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let ended = query(
        "UPDATE keys SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(tenant)
    .bind(id)
    .bind(now.0)
    .execute(tx)
    .await?;
    if ended == 0 {
        return Err(Error::not_found(format!("No live key has the id {id}.")));
    }
    audit::note(tx, tenant, "key.revoked", id, actor, now).await
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
    fn a_fresh_key_is_not_in_what_is_logged_of_it() {
        let secret = secret_key();
        let (signing, _, stored) = signing_key(Alg::Hs256, "c2VjcmV0".to_owned());
        let shown = format!("{:?} {signing:?}", Fresh::SecretKey(secret.clone()));
        assert!(!shown.contains(&secret[3..]), "{shown}");
        assert!(!shown.contains(&stored.unwrap_or_default()), "{shown}");
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
