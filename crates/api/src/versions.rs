//! Versions of a program, as they were published: read, compared, brought back.

use crate::club::Club;
use crate::problem::{Error, Result};
use crate::programs;
use contract::versions::{Version, VersionPage};
use rules::Timestamp;
use serde_json::{Value, json};

/// Versions on a page, unless told otherwise.
pub const PAGE: u32 = 20;
const PAGE_MAX: u32 = 100;

type Row = (i64, Option<String>, String, Option<String>, i64);
/// With the document.
type Whole = (i64, Option<String>, String, Option<String>, i64, String);

fn version(running: i64, row: Row) -> Version {
    let (version, note, published_by, published_by_email, published_at) = row;
    Version {
        version,
        note,
        published_by,
        published_by_email,
        published_at: Timestamp(published_at),
        running: version == running,
    }
}

/// A page of versions, newest first.
///
/// # Errors
/// 400 for a cursor that this API did not give.
pub async fn list(club: &mut Club, limit: u32, cursor: Option<&str>) -> Result<VersionPage> {
    let limit = limit.clamp(1, PAGE_MAX) as usize;
    let before = match cursor {
        None => i64::MAX,
        Some(cursor) => cursor
            .parse()
            .map_err(|_| Error::malformed("The cursor is not one that this API gave."))?,
    };
    let rows = club
        .query(
            "SELECT p.version, p.note, p.published_by, s.email, p.published_at
             FROM programs p LEFT JOIN staff s ON s.tenant = p.tenant AND s.staff = p.published_by
             WHERE p.tenant = $1 AND p.version < $2 ORDER BY p.version DESC LIMIT $3",
        )
        .bind(before)
        .bind(limit as i64 + 1);
    let rows: Vec<Row> = rows.fetch_all(&mut club.tx).await?;
    let running = club.version();
    let more = rows.len() > limit;
    let rows = rows.into_iter().take(limit);
    let versions: Vec<Version> = rows.map(|row| version(running, row)).collect();
    let next_cursor = versions
        .last()
        .filter(|_| more)
        .map(|last| last.version.to_string());
    Ok(VersionPage {
        versions,
        next_cursor,
    })
}

/// One version, and its document as it was published.
///
/// # Errors
/// 404 when there is no such version.
pub async fn get(club: &mut Club, number: i64) -> Result<(Version, Value)> {
    let row = club
        .query(
            "SELECT p.version, p.note, p.published_by, s.email, p.published_at, p.document
             FROM programs p LEFT JOIN staff s ON s.tenant = p.tenant AND s.staff = p.published_by
             WHERE p.tenant = $1 AND p.version = $2",
        )
        .bind(number);
    let row: Option<Whole> = row.fetch_optional(&mut club.tx).await?;
    let (number, note, by, email, at, document) = row.ok_or_else(|| unknown(number))?;
    let document = serde_json::from_str(&document)?;
    Ok((
        version(club.version(), (number, note, by, email, at)),
        document,
    ))
}

fn unknown(number: i64) -> Error {
    Error::not_found(format!("There is no version {number}."))
}

/// Publishes a version's document again, as the next version. The same, when it runs already.
///
/// # Errors
/// 404 when there is no such version; 422 when its document does not hold by today's rules.
pub async fn roll_back(club: &mut Club, to: i64, note: Option<&str>) -> Result<Version> {
    let (_, document) = get(club, to).await?;
    let program = programs::stored(&document.to_string())?;
    let number = programs::publish_next(club, program, note).await?;
    let version = get(club, number).await?.0;
    let object = club.program().id.clone();
    let detail = json!({ "version": number, "of": to, "note": note });
    club.audit("program.rolled_back", &object, detail).await?;
    Ok(Version {
        running: true,
        ..version
    })
}

/// Publishes a document that was checked already, as the next version. The same, when it runs already.
///
/// # Errors
/// 422 with every fault of the document.
pub async fn publish(club: &mut Club, document: &str, note: Option<&str>) -> Result<Version> {
    let program = programs::read(document)?;
    let number = programs::publish_next(club, program, note).await?;
    let version = get(club, number).await?.0;
    let object = club.program().id.clone();
    let detail = json!({ "version": number, "note": note });
    club.audit("program.published", &object, detail).await?;
    Ok(Version {
        running: true,
        ..version
    })
}
