//! A new version of the program may change when time does something to a member: every member is looked at again.

use super::{Job, Step};
use crate::club::Club;
use crate::problem::Result;
use crate::state::State;
use rules::Program;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Members in one slice; they are only marked here.
const BATCH: i64 = 500;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    /// The version for which all members were looked at.
    reviewed: Option<i64>,
    /// The version for which they are being looked at.
    target: i64,
    /// The last member that was.
    after: String,
}

/// Marks the next members as due, or nobody when the versions differ in nothing that matters to time.
pub(super) async fn slice(state: &State, job: &Job) -> Result<Step> {
    let progress: Progress = serde_json::from_value(job.state.clone()).unwrap_or_default();
    state
        .write(&job.tenant, "clock", progress, |club, progress| {
            Box::pin(mark(club, progress))
        })
        .await
}

async fn mark(club: &mut Club, progress: &Progress) -> Result<Step> {
    let version = club.version();
    let mut progress = progress.clone();
    if progress.target != version {
        (progress.target, progress.after) = (version, String::new());
    }
    let before = progress.reviewed;
    if progress.after.is_empty() && !matters(club, before).await? {
        return done(version);
    }
    let last: Option<String> = club
        .query(
            "SELECT MAX(member) FROM (SELECT member FROM members WHERE tenant = $1 AND member > $2
                 ORDER BY member LIMIT $3) AS page",
        )
        .bind(&progress.after)
        .bind(BATCH)
        .fetch_one(&mut club.tx)
        .await?;
    let Some(last) = last else {
        return done(version);
    };
    club.query(
        "UPDATE members SET due_at = $4 WHERE tenant = $1 AND member > $2 AND member <= $3
             AND (due_at IS NULL OR due_at > $4)",
    )
    .bind(&progress.after)
    .bind(&last)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    progress.after = last;
    Ok(Step::More(serde_json::to_value(progress)?))
}

fn done(version: i64) -> Result<Step> {
    let progress = Progress {
        reviewed: Some(version),
        target: version,
        after: String::new(),
    };
    Ok(Step::Done(serde_json::to_value(progress)?, None))
}

async fn matters(club: &mut Club, before: Option<i64>) -> Result<bool> {
    let version = club.version();
    match before {
        Some(before) if before == version => Ok(false),
        // The first version finds nobody.
        None if version == 1 => Ok(false),
        None => Ok(true),
        Some(before) => {
            let before = club.version_of(before).await?;
            Ok(of_time(&before.program)? != of_time(club.program())?)
        }
    }
}

/// What of a program says when something happens by time alone.
fn of_time(program: &Program) -> Result<Value> {
    Ok(serde_json::to_value((
        &program.zone,
        program.calendar,
        &program.expiry,
        &program.tiers,
    ))?)
}
