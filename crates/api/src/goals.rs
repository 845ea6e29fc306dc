//! What the merchant wants an indicator to become, and by when. Goals are the shop's own: the public program has none.

use crate::club::{Club, from_word, word};
use crate::problem::{Error, Result, fault};
use crate::surveys::is_id;
use contract::insights::GoalInput;
use rules::Timestamp;
use rules::goals::Goal;
use serde_json::json;

/// Goals of one club.
pub const GOALS_MAX: i64 = 50;

/// Sets a goal. True when it is new.
///
/// # Errors
/// 422 for an id or times that cannot be, or for one goal too many.
pub async fn put(club: &mut Club, id: &str, input: &GoalInput) -> Result<(Goal, bool)> {
    let mut faults = Vec::new();
    if !is_id(id) {
        let detail = "A goal's id has 1 to 64 letters, digits, _ or -.";
        faults.push(fault("", "bad_id", detail));
    }
    if input.ends_at <= input.starts_at {
        let detail = "A goal is due after it begins.";
        faults.push(fault("/ends_at", "out_of_range", detail));
    }
    let known = find(club, id).await?;
    let count: i64 = club
        .query("SELECT COUNT(*) FROM goals WHERE tenant = $1")
        .fetch_one(&mut club.tx)
        .await?;
    if known.is_none() && count >= GOALS_MAX {
        faults.push(fault("", "too_many", "A club has 50 goals at most."));
    }
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let goal = Goal {
        id: id.to_owned(),
        indicator: input.indicator,
        from: input.from,
        to: input.to,
        starts_at: input.starts_at,
        ends_at: input.ends_at,
    };
    if known.as_ref() == Some(&goal) {
        return Ok((goal, false));
    }
    club.query(
        "INSERT INTO goals (tenant, goal, indicator, from_value, to_value, starts_at, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant, goal) DO UPDATE SET indicator = excluded.indicator,
             from_value = excluded.from_value, to_value = excluded.to_value,
             starts_at = excluded.starts_at, ends_at = excluded.ends_at",
    )
    .bind(&goal.id)
    .bind(word(goal.indicator))
    .bind(goal.from)
    .bind(goal.to)
    .bind(goal.starts_at.0)
    .bind(goal.ends_at.0)
    .execute(&mut club.tx)
    .await?;
    club.audit("goal.set", id, json!({ "goal": goal })).await?;
    Ok((goal, known.is_none()))
}

/// Takes a goal away.
///
/// # Errors
/// 404 when there is none.
pub async fn delete(club: &mut Club, id: &str) -> Result<()> {
    let gone = club
        .query("DELETE FROM goals WHERE tenant = $1 AND goal = $2")
        .bind(id)
        .execute(&mut club.tx)
        .await?;
    if gone == 0 {
        return Err(Error::not_found(format!("There is no goal {id}.")));
    }
    club.audit("goal.deleted", id, json!({})).await
}

type Row = (String, String, i64, i64, i64, i64);

fn goal((id, indicator, from, to, starts_at, ends_at): Row) -> Result<Goal> {
    Ok(Goal {
        id,
        indicator: from_word(&indicator)?,
        from,
        to,
        starts_at: Timestamp(starts_at),
        ends_at: Timestamp(ends_at),
    })
}

async fn find(club: &mut Club, id: &str) -> Result<Option<Goal>> {
    Ok(all(club).await?.into_iter().find(|goal| goal.id == id))
}

/// All goals, by id.
///
/// # Errors
/// When the database fails.
pub async fn all(club: &mut Club) -> Result<Vec<Goal>> {
    let rows: Vec<Row> = club
        .query(
            "SELECT goal, indicator, from_value, to_value, starts_at, ends_at FROM goals
             WHERE tenant = $1 ORDER BY goal",
        )
        .fetch_all(&mut club.tx)
        .await?;
    rows.into_iter().map(goal).collect()
}
