//! Versions that are to be published later: a document as it stood when it was scheduled, and when it is due.

use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result};
use crate::state::State;
use crate::versions;
use contract::versions::{Schedule, Stage};
use rules::Timestamp;
use serde_json::json;
use store::query;

/// Versions of one club that may wait at once.
pub const WAITING_MAX: usize = 20;
/// Days ahead that a version may be scheduled.
pub const AHEAD_DAYS: i64 = 366;

type Row = (
    String,
    i64,
    String,
    Option<String>,
    String,
    Option<String>,
    i64,
    Option<String>,
);

const COLUMNS: &str = "SELECT h.schedule, h.publish_at, h.state, h.note, h.created_by, s.email, h.created_at, h.outcome
    FROM schedules h LEFT JOIN staff s ON s.tenant = h.tenant AND s.staff = h.created_by";

fn schedule(row: Row) -> Result<Schedule> {
    let (id, publish_at, state, note, created_by, created_by_email, created_at, outcome) = row;
    let state = crate::club::from_word(&state)?;
    let (mut version, mut faults) = (None, Vec::new());
    match (state, outcome) {
        (Stage::Published, Some(outcome)) => version = outcome.parse().ok(),
        (Stage::Refused, Some(outcome)) => faults = serde_json::from_str(&outcome)?,
        _ => {}
    }
    Ok(Schedule {
        id,
        publish_at: Timestamp(publish_at),
        state,
        note,
        created_by,
        created_by_email,
        created_at: Timestamp(created_at),
        version,
        faults,
    })
}

/// Schedules a document that was checked already.
///
/// # Errors
/// 422 for an instant that is not ahead, or too far; 409 `too_many_schedules` when as many wait as may.
pub async fn add(
    club: &mut Club,
    document: &str,
    note: Option<&str>,
    publish_at: Timestamp,
) -> Result<Schedule> {
    if publish_at <= club.now || publish_at > club.now.plus_days(AHEAD_DAYS) {
        return Err(Error::invalid(
            "/at",
            "bad_instant",
            format!("A version is scheduled for an instant to come, within {AHEAD_DAYS} days."),
        ));
    }
    let waiting = "SELECT COUNT(*) FROM schedules WHERE tenant = $1 AND state = 'waiting'";
    let waiting: i64 = club.query(waiting).fetch_one(&mut club.tx).await?;
    if waiting >= WAITING_MAX as i64 {
        return Err(Error::conflict(
            "too_many_schedules",
            format!("{WAITING_MAX} versions wait already; cancel one first."),
        ));
    }
    let (id, actor, now) = (ids::id("sch"), club.actor().to_owned(), club.now);
    club.query(
        "INSERT INTO schedules (tenant, schedule, document, note, publish_at, state, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7)",
    )
    .bind(&id)
    .bind(document)
    .bind(note)
    .bind(publish_at.0)
    .bind(&actor)
    .bind(now.0)
    .execute(&mut club.tx)
    .await?;
    let detail = json!({ "publish_at": publish_at, "note": note });
    club.audit("program.scheduled", &id, detail).await?;
    get(club, &id).await
}

/// One schedule.
///
/// # Errors
/// 404 when there is none with this id.
pub async fn get(club: &mut Club, id: &str) -> Result<Schedule> {
    let row = query(format!("{COLUMNS} WHERE h.tenant = $1 AND h.schedule = $2"));
    let row = row.bind(club.tenant()).bind(id);
    let row: Option<Row> = row.fetch_optional(&mut club.tx).await?;
    schedule(row.ok_or_else(|| Error::not_found(format!("There is no schedule {id}.")))?)
}

/// The last hundred schedules: those that wait first, by their time; then the others, latest first.
///
/// # Errors
/// When the database fails.
pub async fn list(club: &mut Club) -> Result<Vec<Schedule>> {
    let rows = query(format!(
        "{COLUMNS} WHERE h.tenant = $1 ORDER BY CASE WHEN h.state = 'waiting' THEN 0 ELSE 1 END,
         CASE WHEN h.state = 'waiting' THEN h.publish_at ELSE -h.publish_at END, h.schedule LIMIT 100"
    ));
    let rows = rows.bind(club.tenant());
    let rows: Vec<Row> = rows.fetch_all(&mut club.tx).await?;
    rows.into_iter().map(schedule).collect()
}

/// Takes a schedule back before its time.
///
/// # Errors
/// 404 when there is none with this id, 409 `schedule_over` when it waits no more.
pub async fn cancel(club: &mut Club, id: &str) -> Result<()> {
    if end(club, id, Stage::Cancelled, None).await? {
        return club.audit("program.unscheduled", id, json!({})).await;
    }
    let state = crate::club::word(get(club, id).await?.state);
    Err(Error::conflict(
        "schedule_over",
        format!("The schedule is {state} already."),
    ))
}

/// Ends what waits; false when it does not. Who comes at the same time waits for this transaction.
async fn end(club: &mut Club, id: &str, stage: Stage, outcome: Option<&str>) -> Result<bool> {
    let ended = club
        .query(
            "UPDATE schedules SET state = $3, outcome = $4
             WHERE tenant = $1 AND schedule = $2 AND state = 'waiting'",
        )
        .bind(id)
        .bind(crate::club::word(stage))
        .bind(outcome)
        .execute(&mut club.tx)
        .await?;
    Ok(ended == 1)
}

/// Publishes every version whose time has come, each once whoever else looks at the same time. One that does not hold
/// any more is marked as refused, with its faults. How many were published or refused.
///
/// # Errors
/// When the database fails; one that fails does not keep the others waiting.
pub async fn publish_due(state: &State) -> Result<u64> {
    let now = state.clock.now();
    let due: Vec<(String, String)> = state
        .db
        .look(now, |mut tx, now| {
            Box::pin(async move {
                let due = query(
                    "SELECT tenant, schedule FROM schedules WHERE state = 'waiting' AND publish_at <= $1
                     ORDER BY publish_at, schedule LIMIT 100",
                );
                let due = due.bind(now.0).fetch_all(&mut tx).await;
                (tx, due.map_err(Error::from))
            })
        })
        .await?;
    let (mut done, mut failed) = (0, None);
    for (tenant, id) in due {
        let one = state.write(&tenant, "clock", id, |club, id| {
            Box::pin(publish_one(club, id))
        });
        match one.await {
            Ok(true) => done += 1,
            Ok(false) => {}
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(done), Err)
}

async fn publish_one(club: &mut Club, id: &str) -> Result<bool> {
    // Publishing of one club is one after the other; the version that runs is looked up behind this lock.
    let lock = club.query("UPDATE tenants SET created_at = created_at WHERE tenant = $1");
    lock.execute(&mut club.tx).await?;
    let row = club
        .query(
            "SELECT document, note FROM schedules
             WHERE tenant = $1 AND schedule = $2 AND state = 'waiting'",
        )
        .bind(id);
    let row: Option<(String, Option<String>)> = row.fetch_optional(&mut club.tx).await?;
    let Some((document, note)) = row else {
        return Ok(false);
    };
    match versions::publish(club, &document, note.as_deref()).await {
        Ok(version) => {
            let number = version.version.to_string();
            end(club, id, Stage::Published, Some(&number)).await
        }
        // A document is judged before anything is written.
        Err(error) if error.code() == "validation_failed" => {
            let faults = serde_json::to_value(error.faults())?;
            club.audit("program.schedule_refused", id, json!({ "faults": faults }))
                .await?;
            end(club, id, Stage::Refused, Some(&faults.to_string())).await
        }
        Err(error) => Err(error),
    }
}
