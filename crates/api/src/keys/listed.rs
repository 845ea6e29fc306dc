//! Keys as an operator sees them.

use crate::problem::Result;
use contract::installation::{PageKey, SeenOrigin};
use contract::keys::Listed;
use rules::Timestamp;
use store::{Tx, query};

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

/// The tenant's live publishable keys, oldest first, with when pages were last heard of.
///
/// # Errors
/// When the database fails.
pub async fn pages(tx: &mut Tx, tenant: &str) -> Result<Vec<PageKey>> {
    let seen = query("SELECT key_id, origin, seen_at FROM sightings WHERE tenant = $1");
    let seen: Vec<(String, String, i64)> = seen.bind(tenant).fetch_all(tx).await?;
    let seen_at = |key: &str, origin: &str| {
        let found = seen.iter().find(|(id, of, _)| id == key && of == origin);
        found.map(|(_, _, at)| Timestamp(*at))
    };
    let listed = list(tx, tenant).await?.into_iter();
    let live = listed.filter(|key| key.kind == "publishable" && key.revoked_at.is_none());
    Ok(live
        .map(|key| {
            let origins = key.origins.into_iter();
            let origins = origins.map(|origin| SeenOrigin {
                seen_at: seen_at(&key.id, &origin),
                origin,
            });
            PageKey {
                origins: origins.collect(),
                publishable_key: key.name.unwrap_or_default(),
                id: key.id,
                created_at: key.created_at,
            }
        })
        .collect())
}
