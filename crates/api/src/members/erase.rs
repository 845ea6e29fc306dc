//! Erasing a member: what tells who they are goes, the ledger stays and says no name.
//!
//! Nothing that happens later leads back: the shop's id, the tokens that name it and the invitation's code are
//! nobody's, and whoever joins under the same id is somebody new.

use super::{find, subject_key, unknown};
use crate::club::Club;
use crate::ids;
use crate::outbox;
use crate::problem::Result;
use serde_json::json;

/// What is emptied or removed, by the member's own id. Each takes the tenant and the member.
const BY_MEMBER: &[&str] = &[
    "UPDATE responses SET comment = NULL WHERE tenant = $1 AND member = $2",
    "UPDATE adjustments SET reason = NULL WHERE tenant = $1 AND member = $2",
    "UPDATE claims SET address = NULL WHERE tenant = $1 AND (friend = $2 OR advocate = $2)",
    "UPDATE complaint_notes SET body = NULL WHERE tenant = $1 AND complaint IN (
         SELECT complaint FROM complaints WHERE tenant = $1 AND member = $2)",
    "UPDATE complaints SET remind_at = NULL WHERE tenant = $1 AND member = $2",
    "DELETE FROM events WHERE tenant = $1 AND member = $2",
    "DELETE FROM prompts WHERE tenant = $1 AND member = $2",
    "UPDATE audit SET detail = '{}' WHERE tenant = $1 AND object = $2 AND detail <> '{}'",
];

/// What names the member by our id somewhere in a text: messages that wait are not sent any more, and nothing is left of
/// those that were. Each takes the tenant and a pattern.
const BY_NAME: &[&str] = &[
    "UPDATE deliveries SET state = 'dropped' WHERE tenant = $1 AND state = 'waiting' AND message IN (
         SELECT message FROM messages WHERE tenant = $1 AND body LIKE $2 ESCAPE '\\')",
    "UPDATE messages SET body = '{}' WHERE tenant = $1 AND body LIKE $2 ESCAPE '\\'",
    "UPDATE outcomes SET body = NULL WHERE tenant = $1 AND body LIKE $2 ESCAPE '\\'",
];

/// Removes what tells who the member is; the ledger stays, and says no name.
///
/// # Errors
/// 404 when there is no such member.
pub async fn erase(club: &mut Club, external_id: &str) -> Result<()> {
    let row = find(club, external_id)
        .await?
        .ok_or_else(|| unknown(external_id))?;
    let tombstone = ids::id("gone");
    club.query(
        "UPDATE members SET external_id = $3, first_name = NULL, birthday = NULL, birthday_at = NULL,
             language = NULL, consents = '[]', segments = '[]', contacts = '[]', told = '{}', membership = NULL,
             referral_code = $3, erased_at = $4, revision = revision + 1
         WHERE tenant = $1 AND member = $2",
    )
    .bind(&row.member)
    .bind(&tombstone)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    for statement in BY_MEMBER {
        club.query(statement)
            .bind(&row.member)
            .execute(&mut club.tx)
            .await?;
    }
    for statement in BY_NAME {
        club.query(statement)
            .bind(format!("%\"{}\"%", row.member.replace('_', "\\_")))
            .execute(&mut club.tx)
            .await?;
    }
    club.query("DELETE FROM outcomes WHERE tenant = $1 AND subject = $2")
        .bind(subject_key(external_id))
        .execute(&mut club.tx)
        .await?;
    club.audit("member.erased", &row.member, json!({})).await?;
    outbox::tell(club, "member.erased", json!({ "member_id": row.member })).await
}
