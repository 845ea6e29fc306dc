//! Filing a complaint.

use super::{add_note, refuse, remind, say, text_faults};
use crate::club::{Club, word};
use crate::ids;
use crate::problem::{Error, Result, fault};
use crate::surveys::is_id;
use contract::complaints::{Author, ComplaintInput};
use rules::complaints::State;

/// Complaints of one member that are not closed.
pub const OPEN_MAX: i64 = 10;
const TOPIC_MAX: usize = 80;

/// Files a complaint of the member, and gives its id. The same id again files nothing more.
///
/// # Errors
/// 422 for a text or topic that cannot be, an order that is not the member's, an unknown survey, or an id that stands
/// for another complaint; 409 `too_many_complaints`.
pub async fn file(club: &mut Club, member: &str, input: &ComplaintInput) -> Result<String> {
    // The member's row goes first: filings of one member follow each other, and none is beyond the limit.
    club.query("UPDATE members SET revision = revision + 1 WHERE tenant = $1 AND member = $2")
        .bind(member)
        .execute(&mut club.tx)
        .await?;
    check(club, member, input).await?;
    if let Some(id) = &input.id {
        let known: Option<String> = club
            .query("SELECT member FROM complaints WHERE tenant = $1 AND complaint = $2")
            .bind(id)
            .fetch_optional(&mut club.tx)
            .await?;
        match known {
            Some(known) if known == member => return Ok(id.clone()),
            Some(_) => {
                let detail = "This id stands for another complaint.";
                return Err(Error::invalid("/id", "id_taken", detail));
            }
            None => {}
        }
    }
    let open: i64 = club
        .query("SELECT COUNT(*) FROM complaints WHERE tenant = $1 AND member = $2 AND state <> 'closed'")
        .bind(member)
        .fetch_one(&mut club.tx)
        .await?;
    if open >= OPEN_MAX {
        return Err(Error::refused(
            "too_many_complaints",
            "There are 10 open complaints already. Write a message to one of them instead.",
        ));
    }
    let id = input.id.clone().unwrap_or_else(|| ids::id("cmp"));
    // The count is part of this transaction: a number that is not used is not taken, so that there are no gaps.
    let number: i64 = club
        .query(
            "UPDATE tenants SET complaints = complaints + 1 WHERE tenant = $1 RETURNING complaints",
        )
        .fetch_one(&mut club.tx)
        .await?;
    club.query(
        "INSERT INTO complaints (tenant, complaint, number, member, topic, order_id, survey, state, remind_at,
             created_at, state_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
    )
    .bind(&id)
    .bind(number)
    .bind(member)
    .bind(input.topic.trim())
    .bind(input.order_id.clone())
    .bind(input.survey_id.clone())
    .bind(word(State::Open))
    .bind(remind::due_at(club.now).0)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    let note = ids::id("msg");
    add_note(club, &id, &note, Author::Member, member, &input.text).await?;
    say(
        club,
        "complaint.filed",
        &id,
        number,
        member,
        State::Open,
        None,
    )
    .await?;
    Ok(id)
}

async fn check(club: &mut Club, member: &str, input: &ComplaintInput) -> Result<()> {
    let mut faults = Vec::new();
    if input.id.as_ref().is_some_and(|id| !is_id(id)) {
        let detail = "An id has 1 to 64 letters, digits, _ or -.";
        faults.push(fault("/id", "bad_id", detail));
    }
    // Digits alone would be read as a number where a path names the complaint.
    if input
        .id
        .as_ref()
        .is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
    {
        faults.push(fault("/id", "bad_id", "An id is not all digits."));
    }
    let topic = input.topic.trim();
    if topic.is_empty() || topic.chars().count() > TOPIC_MAX || topic.contains(char::is_control) {
        let detail = "A topic has 1 to 80 characters, in one line.";
        faults.push(fault("/topic", "bad_topic", detail));
    }
    faults.extend(text_faults(&input.text, "/text"));
    if let Some(order) = &input.order_id {
        let own: Option<i64> = club
            .query("SELECT 1 FROM orders WHERE tenant = $1 AND order_id = $2 AND member = $3")
            .bind(order)
            .bind(member)
            .fetch_optional(&mut club.tx)
            .await?;
        if own.is_none() {
            let detail = "This member has no such order.";
            faults.push(fault("/order_id", "unknown_order", detail));
        }
    }
    if let Some(survey) = &input.survey_id
        && club
            .program()
            .surveys
            .iter()
            .all(|known| known.id != *survey)
    {
        let detail = "The program has no such survey.";
        faults.push(fault("/survey_id", "unknown_survey", detail));
    }
    refuse(faults)
}
