//! An import: the lines of a file, played in batches, from where it was broken off.

use super::lines::{Fatal, Item, LineFault, Lines};
use super::play::{Calendar, play};
use super::{Format, Kind};
use crate::club::{Club, from_word};
use crate::ids;
use crate::problem::{Error, Result};
use crate::state::State;
use rules::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::io::{self, Read};
use store::Dialect;
use tokio::sync::mpsc;

/// Lines in one transaction: few enough that other writes hardly wait for it.
const BATCH: usize = 200;
/// PostgreSQL looks at a table some time after it has grown, and until then reads all of what it takes to be a few rows:
/// an import tells it whenever its lines have doubled.
const ANALYZE: &str =
    "ANALYZE members, orders, entries, credits, refunds, redemptions, adjustments";
/// Batches that are read ahead of the one that is written.
const AHEAD: usize = 2;
/// Lines that cannot be taken, after which a file is given up: it is another than it is said to be.
const REFUSED_MAX: u64 = 100_000;

/// What is imported, and for whom.
#[derive(Clone, Debug)]
pub struct Import {
    /// The tenant.
    pub tenant: String,
    /// Who imports, for the audit.
    pub actor: String,
    /// What the lines are.
    pub kind: Kind,
    /// How they are written.
    pub format: Format,
    /// What the file is known by: the same key goes on where the last import with it broke off.
    pub key: String,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Lines that are done, those of an earlier run included.
    pub lines: u64,
    /// Bytes that are done.
    pub bytes: u64,
    /// Whether lines were played, and not only found to be done already.
    pub fresh: bool,
}

/// An import as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Its id, `imp_…`.
    pub id: String,
    /// What its lines are.
    pub kind: Kind,
    /// How they are written.
    pub format: Format,
    /// Lines that are done.
    pub lines: u64,
    /// Bytes that are done.
    pub bytes: u64,
    /// Lines that were taken.
    pub taken: u64,
    /// Lines that were not, each with its reasons in the report.
    pub refused: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last came forward.
    pub updated_at: Timestamp,
    /// When it was at the end of the file; absent while it runs, or when it broke off.
    pub ended_at: Option<Timestamp>,
}

/// Plays a file. Lines that cannot be taken are noted for [`report_page`]; the rest is taken.
///
/// # Errors
/// 422 when the file is not what it is said to be, or another than the one that was begun with this key; 409 when
/// it is being imported already; when it cannot be read, or the database fails. What is done by then stays done.
pub async fn import<R, P>(
    state: &State,
    import: Import,
    source: R,
    mut progress: P,
) -> Result<Summary>
where
    R: Read + Send + 'static,
    P: FnMut(Progress),
{
    let Import { tenant, actor, .. } = import.clone();
    let begun = state
        .write(&tenant, &actor, import.clone(), |club, import| {
            Box::pin(begin(club, import))
        })
        .await?;
    let (send, mut batches) = mpsc::channel(AHEAD);
    let already = (begun.summary.lines, begun.digest.clone());
    let (kind, format) = (import.kind, import.format);
    // The file is parsed beside the transactions. The thread ends when nobody takes its batches any more.
    tokio::task::spawn_blocking(move || read(source, kind, format, &already, &send));
    let mut at = begun;
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        progress(Progress {
            lines: batch.lines,
            bytes: batch.bytes,
            fresh: !batch.items.is_empty(),
        });
        if batch.items.is_empty() {
            continue;
        }
        at = state
            .write(&tenant, &actor, (at, batch), |club, (at, batch)| {
                Box::pin(play_batch(club, at, batch))
            })
            .await?;
        if at.summary.refused > REFUSED_MAX {
            return Err(Error::invalid(
                "",
                "too_many_faults",
                format!(
                    "More than {REFUSED_MAX} lines cannot be taken; the report of import {} says why.",
                    at.summary.id
                ),
            ));
        }
    }
    state
        .write(&tenant, &actor, at.summary, |club, at| {
            Box::pin(end(club, at))
        })
        .await
}

/// An import, and what it needs to go on.
#[derive(Clone, Debug)]
struct At {
    summary: Summary,
    digest: String,
    clock: Option<i64>,
}

/// Lines that are played in one transaction, and where the file is after them.
struct Batch {
    items: Vec<Item>,
    lines: u64,
    bytes: u64,
    digest: String,
}

fn read<R: Read>(
    source: R,
    kind: Kind,
    format: Format,
    already: &(u64, String),
    to: &mpsc::Sender<Result<Batch>>,
) {
    if let Err(fatal) = batches(source, kind, format, already, to) {
        let error = match fatal {
            Fatal::Header(error) => error,
            Fatal::Source(error) => unreadable(&error),
        };
        // Nobody to tell when the import has ended.
        let _ = to.blocking_send(Err(error));
    }
}

fn unreadable(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidData => {
            Error::invalid("", "not_text", format!("This is no text file: {error}."))
        }
        io::ErrorKind::TimedOut => Error::timeout(),
        _ => Error::malformed(format!("The file ended early: {error}.")),
    }
}

fn batches<R: Read>(
    source: R,
    kind: Kind,
    format: Format,
    (done, digest): &(u64, String),
    to: &mpsc::Sender<Result<Batch>>,
) -> Result<(), Fatal> {
    let mut lines = Lines::new(source, kind, format)?;
    let mut count = 0;
    let send = |items, count, lines: &Lines<R>| {
        let batch = Batch {
            items,
            lines: count,
            bytes: lines.bytes(),
            digest: lines.digest(),
        };
        to.blocking_send(Ok(batch)).is_ok()
    };
    while count < *done {
        if lines.next()?.is_none() {
            return Err(Fatal::Header(another_file()));
        }
        count += 1;
        if count % 100_000 == 0 && !send(Vec::new(), count, &lines) {
            return Ok(());
        }
    }
    if *done > 0 && lines.digest() != *digest {
        return Err(Fatal::Header(another_file()));
    }
    let mut items = Vec::with_capacity(BATCH);
    while let Some(item) = lines.next()? {
        items.push(item);
        count += 1;
        if items.len() == BATCH {
            let full = std::mem::replace(&mut items, Vec::with_capacity(BATCH));
            if !send(full, count, &lines) {
                return Ok(());
            }
        }
    }
    if !items.is_empty() {
        send(items, count, &lines);
    }
    Ok(())
}

fn another_file() -> Error {
    Error::key_reused()
}

type Row = (
    String,
    String,
    String,
    i64,
    i64,
    String,
    i64,
    i64,
    Option<i64>,
    i64,
    i64,
    Option<i64>,
);

fn at(row: Row) -> Result<At> {
    let (id, kind, format, lines, bytes, digest, taken, refused, clock, started, updated, ended) =
        row;
    let count = |number: i64| u64::try_from(number).map_err(Error::internal);
    Ok(At {
        summary: Summary {
            id,
            kind: from_word(&kind)?,
            format: from_word(&format)?,
            lines: count(lines)?,
            bytes: count(bytes)?,
            taken: count(taken)?,
            refused: count(refused)?,
            started_at: Timestamp(started),
            updated_at: Timestamp(updated),
            ended_at: ended.map(Timestamp),
        },
        digest,
        clock,
    })
}

const BY_KEY: &str = "SELECT import, kind, format, lines, bytes, digest, taken, refused, clock, started_at, updated_at,
        ended_at FROM imports WHERE tenant = $1 AND key = $2";
const BY_ID: &str = "SELECT import, kind, format, lines, bytes, digest, taken, refused, clock, started_at, updated_at,
        ended_at FROM imports WHERE tenant = $1 AND import = $2";

async fn begin(club: &mut Club, import: &Import) -> Result<At> {
    let known: Option<Row> = club
        .query(BY_KEY)
        .bind(&import.key)
        .fetch_optional(&mut club.tx)
        .await?;
    if let Some(row) = known {
        let at = at(row)?;
        if (at.summary.kind, at.summary.format) != (import.kind, import.format) {
            return Err(another_file());
        }
        return Ok(at);
    }
    let id = ids::id("imp");
    let (kind, format) = (import.kind.name(), crate::club::word(import.format));
    club.query(
        "INSERT INTO imports (tenant, import, key, kind, format, started_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(&id)
    .bind(&import.key)
    .bind(&kind)
    .bind(format)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    let detail = json!({ "kind": kind });
    club.audit("import.begun", &id, detail).await?;
    find(club, &id).await
}

async fn find(club: &mut Club, id: &str) -> Result<At> {
    let row: Option<Row> = club
        .query(BY_ID)
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    at(row.ok_or_else(|| Error::not_found(format!("No import {id}.")))?)
}

async fn play_batch(club: &mut Club, before: &At, batch: &Batch) -> Result<At> {
    // Their history is the shop's own: its systems are not told of it line by line.
    club.quiet = true;
    club.warm.keep();
    let mut calendar = Calendar {
        last: before.clock.map(Timestamp),
        today: club.now,
    };
    let mut after = before.clone();
    for item in &batch.items {
        let faults = match &item.told {
            Err(faults) => Some(faults.clone()),
            Ok(line) => {
                club.tx.savepoint("line").await?;
                let faults = match play(club, line, &mut calendar).await {
                    Ok(()) => None,
                    Err(error) if error.status().is_client_error() => {
                        club.tx.rollback_to("line").await?;
                        club.warm.forget();
                        Some(item.faults_of(&error))
                    }
                    Err(error) => return Err(error),
                };
                club.tx.release("line").await?;
                faults
            }
        };
        match faults {
            None => after.summary.taken += 1,
            Some(faults) => {
                after.summary.refused += 1;
                note(club, &after.summary.id, &faults).await?;
            }
        }
    }
    club.now = calendar.today;
    after.summary.lines = batch.lines;
    after.summary.bytes = batch.bytes;
    after.summary.updated_at = club.now;
    after.summary.ended_at = None;
    after.digest.clone_from(&batch.digest);
    after.clock = calendar.last.map(|at| at.0);
    let forward = club
        .query(
            "UPDATE imports SET lines = $3, bytes = $4, digest = $5, taken = $6, refused = $7, clock = $8,
                 updated_at = $9, ended_at = NULL
             WHERE tenant = $1 AND import = $2 AND lines = $10",
        )
        .bind(&after.summary.id)
        .bind(number(after.summary.lines)?)
        .bind(number(after.summary.bytes)?)
        .bind(&after.digest)
        .bind(number(after.summary.taken)?)
        .bind(number(after.summary.refused)?)
        .bind(after.clock)
        .bind(club.now.0)
        .bind(number(before.summary.lines)?)
        .execute(&mut club.tx)
        .await?;
    if forward != 1 {
        return Err(Error::key_in_flight());
    }
    let grown = after.summary.lines.checked_ilog2() > before.summary.lines.checked_ilog2();
    if grown && club.tx.dialect() == Dialect::Postgres {
        club.tx.batch(ANALYZE).await?;
    }
    Ok(after)
}

fn number(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(Error::internal)
}

async fn note(club: &mut Club, import: &str, faults: &[LineFault]) -> Result<()> {
    for (place, fault) in (0_i64..).zip(faults) {
        club.query(
            "INSERT INTO import_faults (tenant, import, line, fault, pointer, code, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(import)
        .bind(number(fault.line)?)
        .bind(place)
        .bind(&fault.pointer)
        .bind(&fault.code)
        .bind(&fault.detail)
        .execute(&mut club.tx)
        .await?;
    }
    Ok(())
}

async fn end(club: &mut Club, summary: &Summary) -> Result<Summary> {
    if summary.ended_at.is_some() {
        // The whole file was done before.
        return Ok(summary.clone());
    }
    club.query(
        "UPDATE imports SET ended_at = $3, updated_at = $3 WHERE tenant = $1 AND import = $2",
    )
    .bind(&summary.id)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    let detail = json!({ "taken": summary.taken, "refused": summary.refused });
    club.audit("import.ended", &summary.id, detail).await?;
    Ok(find(club, &summary.id).await?.summary)
}

/// An import of the tenant.
///
/// # Errors
/// 404 when it has none with this id.
pub async fn import_of(club: &mut Club, id: &str) -> Result<Summary> {
    Ok(find(club, id).await?.summary)
}

/// How many imports a list has.
const LISTED: i64 = 20;

/// The tenant's imports that came forward last, newest first.
///
/// # Errors
/// When the database fails.
pub async fn imports(club: &mut Club) -> Result<Vec<Summary>> {
    let rows: Vec<Row> = club
        .query(
            "SELECT import, kind, format, lines, bytes, digest, taken, refused, clock, started_at, updated_at, ended_at
             FROM imports WHERE tenant = $1 ORDER BY updated_at DESC, import LIMIT $2",
        )
        .bind(LISTED)
        .fetch_all(&mut club.tx)
        .await?;
    rows.into_iter().map(|row| Ok(at(row)?.summary)).collect()
}

/// Faults of an import after this one (line, and number on the line), in the order of the file; none when there
/// are no more.
///
/// # Errors
/// When the database fails.
pub async fn report_page(
    club: &mut Club,
    import: &str,
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<(i64, LineFault)>> {
    let rows: Vec<(i64, i64, String, String, String)> = club
        .query(
            "SELECT line, fault, pointer, code, detail FROM import_faults
             WHERE tenant = $1 AND import = $2 AND (line, fault) > ($3, $4) ORDER BY line, fault LIMIT $5",
        )
        .bind(import)
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(&mut club.tx)
        .await?;
    let fault = |(line, fault, pointer, code, detail): (i64, i64, _, _, _)| {
        let line = u64::try_from(line).map_err(Error::internal)?;
        Ok((
            fault,
            LineFault {
                line,
                pointer,
                code,
                detail,
            },
        ))
    };
    rows.into_iter().map(fault).collect()
}
