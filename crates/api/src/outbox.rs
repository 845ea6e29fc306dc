//! What happened in a club, for the shop's own systems: written in the transaction that did it, sent later.

use crate::club::Club;
use crate::ids;
use crate::problem::Result;
use serde_json::{Value, json};

/// Whether an endpoint of the tenant is there to be told.
///
/// # Errors
/// When the database fails.
pub async fn anybody_listens(club: &mut Club) -> Result<bool> {
    let one: Option<i64> = club
        .query("SELECT 1 FROM endpoints WHERE tenant = $1 AND disabled_at IS NULL LIMIT 1")
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(one.is_some())
}

/// Leaves a message for every endpoint that wants this kind.
///
/// # Errors
/// When the database fails.
pub async fn tell(club: &mut Club, kind: &str, data: Value) -> Result<()> {
    let wanted: Vec<String> = club
        .query(
            "SELECT endpoint FROM endpoints WHERE tenant = $1 AND disabled_at IS NULL
                 AND (kinds = '[]' OR kinds LIKE '%\"' || $2 || '\"%')",
        )
        .bind(kind)
        .fetch_all(&mut club.tx)
        .await?;
    if wanted.is_empty() {
        return Ok(());
    }
    let message = ids::id("msg");
    let body = json!({ "type": kind, "timestamp": club.now, "data": data });
    club.query(
        "INSERT INTO messages (tenant, message, kind, body, at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&message)
    .bind(kind)
    .bind(body.to_string())
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    for endpoint in wanted {
        club.query(
            "INSERT INTO deliveries (tenant, message, endpoint, state, next_at)
             VALUES ($1, $2, $3, 'waiting', $4)",
        )
        .bind(&message)
        .bind(endpoint)
        .bind(club.now.0)
        .execute(&mut club.tx)
        .await?;
    }
    Ok(())
}
