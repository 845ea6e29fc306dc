//! Keys as an operator sees them.

use crate::problem::Result;
use rules::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::{Tx, query};

/// A key as an operator sees it; never its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Listed {
    /// What `revoke` takes.
    pub id: String,
    /// What it is for.
    pub kind: String,
    /// The publishable key or the signing key's `kid`.
    pub name: Option<String>,
    /// How a signing key's tokens are signed.
    pub alg: Option<String>,
    /// What a secret key may do.
    pub scopes: Option<String>,
    /// Whose pages may use a publishable key.
    pub origins: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

/// A row of [`list`].
type Row = (
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    i64,
    Option<i64>,
);

/// All keys of a tenant, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, tenant: &str) -> Result<Vec<Listed>> {
    let rows: Vec<Row> = query(
        "SELECT id, kind, lookup, alg, scopes, created_at, revoked_at FROM keys WHERE tenant = $1
         ORDER BY created_at, id",
    )
    .bind(tenant)
    .fetch_all(tx)
    .await?;
    let allowed = query("SELECT key_id, origin FROM origins WHERE tenant = $1 ORDER BY origin");
    let allowed: Vec<(String, String)> = allowed.bind(tenant).fetch_all(tx).await?;
    let of = |key: &str| {
        let of = allowed.iter().filter(|(id, _)| id == key);
        of.map(|(_, origin)| origin.clone()).collect()
    };
    let listed = rows.into_iter();
    Ok(listed
        .map(
            |(id, kind, lookup, alg, scopes, created_at, revoked_at)| Listed {
                origins: of(&id),
                id,
                name: (kind != "secret").then_some(lookup),
                kind,
                alg,
                scopes,
                created_at: Timestamp(created_at),
                revoked_at: revoked_at.map(Timestamp),
            },
        )
        .collect())
}
