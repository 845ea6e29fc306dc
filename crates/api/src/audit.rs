//! Who did what to what: a row beside the change itself, in the same transaction, that stays.

use crate::ids;
use crate::inputs::PageSize;
use crate::problem::{Error, Result};
use crate::routes::paths::PRINTABLE;
use rules::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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

/// One row of the audit.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Line {
    /// `aud_…`.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who: an account (`stf_…`), a key (`key_…`), `shopper`, `guest`, `clock`, `operator` or `seed`.
    pub actor: String,
    /// What was done, e.g. `program.published`.
    pub action: String,
    /// What it was done to, by its id.
    pub object: String,
    /// What else there is to know.
    pub detail: Map<String, Value>,
}

/// A page of the audit.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Page {
    /// Newest first.
    pub audit: Vec<Line>,
    /// What asks for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// Which rows are asked for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct Asked {
    /// Only what was done to this object.
    #[schemars(regex(pattern = PRINTABLE))]
    pub object: Option<String>,
    /// Only what this account, key or other actor did.
    #[schemars(regex(pattern = PRINTABLE))]
    pub actor: Option<String>,
    /// Only this action, e.g. `program.published`.
    #[schemars(regex(pattern = PRINTABLE))]
    pub action: Option<String>,
    /// Only from this instant on.
    pub from: Option<Timestamp>,
    /// Only before this instant.
    pub to: Option<Timestamp>,
    /// Rows on the page, 1 to 200; 50 when absent.
    pub limit: Option<PageSize<PAGE_MAX>>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

const PAGE: u32 = 50;
const PAGE_MAX: u32 = 200;

/// A page of a tenant's audit, newest first. Rows that are added meanwhile do not move the pages that follow.
///
/// # Errors
/// 400 for a cursor that this API did not give, and for a text with a control character.
pub async fn list(tx: &mut Tx, tenant: &str, asked: &Asked) -> Result<Page> {
    let texts = [&asked.object, &asked.actor, &asked.action];
    let odd = |text: &&String| text.contains(char::is_control);
    if texts.into_iter().flatten().any(|text| odd(&text)) {
        return Err(Error::malformed("A filter has no control characters."));
    }
    let limit = asked.limit.map_or(PAGE, PageSize::get) as usize;
    let (before, last) = match &asked.cursor {
        None => (i64::MAX, String::new()),
        Some(cursor) => read_cursor(cursor)
            .ok_or_else(|| Error::malformed("The cursor is not one that this API gave."))?,
    };
    let mut text = String::from(
        "SELECT id, at, actor, action, object, detail FROM audit
         WHERE tenant = $1 AND (at < $2 OR (at = $2 AND id < $3)) AND at >= $4 AND at < $5",
    );
    let mut values: Vec<&str> = Vec::new();
    let columns = ["object", "actor", "action"];
    for (column, value) in columns.into_iter().zip(texts) {
        if let Some(value) = value {
            values.push(value);
            text.push_str(&format!(" AND {column} = ${}", values.len() + 5));
        }
    }
    text.push_str(&format!(
        " ORDER BY at DESC, id DESC LIMIT ${}",
        values.len() + 6
    ));
    let mut rows = query(text)
        .bind(tenant)
        .bind(before)
        .bind(&last)
        .bind(asked.from.map_or(i64::MIN, |from| from.0))
        .bind(asked.to.map_or(i64::MAX, |to| to.0));
    for value in values {
        rows = rows.bind(value);
    }
    let rows = rows.bind(limit as i64 + 1);
    let rows: Vec<(String, i64, String, String, String, String)> = rows.fetch_all(tx).await?;
    let more = rows.len() > limit;
    let mut audit = Vec::with_capacity(rows.len().min(limit));
    for (id, at, actor, action, object, detail) in rows.into_iter().take(limit) {
        audit.push(Line {
            id,
            at: Timestamp(at),
            actor,
            action,
            object,
            detail: serde_json::from_str(&detail)?,
        });
    }
    let next_cursor = audit.last().filter(|_| more);
    let next_cursor =
        next_cursor.map(|line| ids::base64url(format!("{} {}", line.at.0, line.id).as_bytes()));
    Ok(Page { audit, next_cursor })
}

fn read_cursor(cursor: &str) -> Option<(i64, String)> {
    let text = String::from_utf8(ids::from_base64url(cursor)?).ok()?;
    let (at, id) = text.split_once(' ')?;
    let plain = id.starts_with("aud_")
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain.then_some(())?;
    Some((at.parse().ok()?, id.to_owned()))
}
