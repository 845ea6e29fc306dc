//! Who did what to what: a row beside the change itself, in the same transaction, that stays.

use crate::ids;
use crate::problem::Result;
use rules::Timestamp;
use store::{Tx, query};

/// Notes what `actor` did to `object`.
///
/// # Errors
/// When the database fails.
pub async fn note(
    tx: &mut Tx,
    tenant: &str,
    action: &str,
    object: &str,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    query(
        "INSERT INTO audit (tenant, id, at, actor, action, object, detail)
         VALUES ($1, $2, $3, $4, $5, $6, '{}')",
    )
    .bind(tenant)
    .bind(ids::id("aud"))
    .bind(now.0)
    .bind(actor)
    .bind(action)
    .bind(object)
    .execute(tx)
    .await?;
    Ok(())
}
