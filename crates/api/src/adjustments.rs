//! Points that the merchant gives or takes by hand, each with its reason.

use crate::books::{About, Books, refusal};
use crate::club::Club;
use crate::history::{read_cursor, write_cursor};
use crate::ids;
use crate::problem::{Error, Result, fault};
use contract::members::{Adjustment, AdjustmentInput, AdjustmentPage};
use rules::journal::{Event, Refused, Why};
use rules::{Points, Timestamp};
use serde_json::json;

const REASON_MAX: usize = 500;
/// Far above any real gift, and far enough from the end of what a member can be given in a lifetime.
const POINTS_MAX: i64 = 1_000_000_000_000;

/// Gives points, or takes them: never more than there are.
///
/// # Errors
/// 422 for no points or no reason; 409 `not_enough_points`.
pub async fn adjust(club: &mut Club, member: &str, input: &AdjustmentInput) -> Result<Adjustment> {
    adjust_as(club, member, input, ids::id("adj")).await
}

/// [`adjust`] with an id that the caller chose: an import knows its adjustments again.
///
/// # Errors
/// Those of [`adjust`].
pub async fn adjust_as(
    club: &mut Club,
    member: &str,
    input: &AdjustmentInput,
    id: String,
) -> Result<Adjustment> {
    let faults = faults(input);
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let mut books = Books::open(club, member, About::MEMBER).await?;
    let event = Event::Adjusted {
        adjustment: id.clone(),
        points: input.points,
    };
    let written = books.apply(club, &event).map_err(|refused| match refused {
        Refused::NotEnough { missing } => Error::refused(
            "not_enough_points",
            format!("The member has {missing} points less than this would take."),
        ),
        other => refusal(&other),
    })?;
    let entry = written.iter().find(|entry| entry.why == Why::Adjustment);
    let entry = entry.ok_or_else(|| {
        let said = "The member has been given as much as a member can be given.";
        Error::invalid("/points", "out_of_range", said)
    })?;
    let seq = i64::try_from(entry.id).map_err(Error::internal)?;
    let adjustment = Adjustment {
        id,
        member: member.to_owned(),
        points: input.points,
        reason: Some(input.reason.trim().to_owned()),
        by: club.actor().to_owned(),
        at: entry.at,
    };
    books.close(club).await?;
    club.query(
        "INSERT INTO adjustments (tenant, member, seq, adjustment, points, reason, actor, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(member)
    .bind(seq)
    .bind(&adjustment.id)
    .bind(adjustment.points.0)
    .bind(adjustment.reason.clone())
    .bind(&adjustment.by)
    .bind(adjustment.at.0)
    .execute(&mut club.tx)
    .await?;
    let detail = json!({
        "adjustment": adjustment.id, "points": adjustment.points, "reason": adjustment.reason,
    });
    club.audit("points.adjusted", member, detail).await?;
    Ok(adjustment)
}

fn faults(input: &AdjustmentInput) -> Vec<contract::problem::Fault> {
    let mut faults = Vec::new();
    if input.points == Points::ZERO || !(-POINTS_MAX..=POINTS_MAX).contains(&input.points.0) {
        let said = "Give or take 1 to 1,000,000,000,000 points.";
        faults.push(fault("/points", "out_of_range", said));
    }
    let odd = |c: char| c.is_control() && c != '\n';
    let length = input.reason.chars().count();
    if input.reason.trim().is_empty() || length > REASON_MAX || input.reason.contains(odd) {
        let said = "Say why in 1 to 500 characters, without control characters.";
        faults.push(fault("/reason", "bad_reason", said));
    }
    faults
}

/// Adjustments on a page, unless told otherwise.
pub const PAGE: u32 = 20;
const PAGE_MAX: u32 = 100;

type Line = (i64, String, i64, Option<String>, String, i64);

/// A page of the member's adjustments, newest first.
///
/// # Errors
/// 400 for a cursor that we did not give.
pub async fn page(
    club: &mut Club,
    member: &str,
    limit: u32,
    cursor: Option<&str>,
) -> Result<AdjustmentPage> {
    let limit = limit.clamp(1, PAGE_MAX) as usize;
    let before = match cursor {
        None => i64::MAX,
        Some(cursor) => read_cursor(cursor)
            .ok_or_else(|| Error::malformed("The cursor is not one that this API gave."))?,
    };
    let mut rows: Vec<Line> = club
        .query(
            "SELECT seq, adjustment, points, reason, actor, at FROM adjustments
             WHERE tenant = $1 AND member = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4",
        )
        .bind(member)
        .bind(before)
        .bind(limit as i64 + 1)
        .fetch_all(&mut club.tx)
        .await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|row| write_cursor(row.0));
    let adjustment = |(_, id, points, reason, by, at): Line| Adjustment {
        id,
        member: member.to_owned(),
        points: Points(points),
        reason,
        by,
        at: Timestamp(at),
    };
    Ok(AdjustmentPage {
        adjustments: rows.into_iter().map(adjustment).collect(),
        next_cursor,
    })
}
