//! Complaints: a member files one, the shop answers, and both see how far it is.
//!
//! What may happen when is [`rules::complaints`]'s to say; this module keeps the rows. A change locks the complaint's
//! row, so that two at once follow each other. Texts are in the table of notes alone: neither the audit nor a webhook
//! repeats them, and erasing a member removes them.
//!
//! The shop's answer is due [`HOURS`] hours after its turn began; [`remind_due`] says so once for each turn.

mod file;
mod read;
mod remind;

pub use file::{OPEN_MAX, file};
pub use read::{Filter, PAGE, desk, desk_page, of_member, page_of_member, waiting};
pub use remind::{HOURS, remind_due};

use crate::club::{Club, from_word, word};
use crate::ids;
use crate::outbox;
use crate::problem::{Error, Result, fault};
use crate::surveys::{is_id, is_text};
use contract::complaints::{Author, DeskMessageInput};
use contract::problem::Fault;
use rules::complaints::{self, Action, Party, Refused, State};
use serde_json::json;

/// Characters that a message has at most.
pub const TEXT_MAX: usize = 4_000;

/// A complaint, locked.
#[derive(Clone, Debug)]
struct Row {
    id: String,
    number: i64,
    member: String,
    state: State,
}

/// Which complaint a path names: by its number with the check digit, or by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// The count that the number was made of.
    Number(i64),
    /// The id.
    Id(String),
}

impl Name {
    /// Reads a segment of a path. An id that happens to be a sound number is taken for the number.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let number = complaints::read_number(text).and_then(|number| i64::try_from(number).ok());
        number.map_or_else(|| Self::Id(text.to_owned()), Self::Number)
    }

    const fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Id(_) => None,
        }
    }

    fn id(&self) -> Option<&str> {
        match self {
            Self::Number(_) => None,
            Self::Id(id) => Some(id),
        }
    }
}

fn unknown() -> Error {
    Error::not_found("There is no such complaint.")
}

/// Locks the complaint; `member` is whose it has to be, when a member asks.
async fn lock(club: &mut Club, name: &Name, member: Option<&str>) -> Result<Row> {
    let row: Option<(String, i64, String, String)> = club
        .query(
            "UPDATE complaints SET number = number WHERE tenant = $1 AND (number = $2 OR complaint = $3)
             RETURNING complaint, number, member, state",
        )
        .bind(name.number())
        .bind(name.id())
        .fetch_optional(&mut club.tx)
        .await?;
    let row = row.filter(|row| member.is_none_or(|member| row.2 == member));
    let (id, number, member, state) = row.ok_or_else(unknown)?;
    Ok(Row {
        id,
        number,
        member,
        state: from_word(&state)?,
    })
}

/// The member writes.
///
/// # Errors
/// 404 for a complaint that is not theirs, 422 for a text that cannot be, 409 `complaint_not_now` for a closed one.
pub async fn write(club: &mut Club, member: &str, name: &Name, text: &str) -> Result<String> {
    refuse(text_faults(text, "/text"))?;
    let row = lock(club, name, Some(member)).await?;
    let id = ids::id("msg");
    add_note(club, &row.id, &id, Author::Member, member, text).await?;
    step(club, &row, Action::Write, Party::Member).await?;
    Ok(row.id)
}

/// The shop writes, to the member or a note to itself. A note answers nothing, and a closed complaint takes one too.
///
/// # Errors
/// As [`write`]; 422 for an id that stands for another message.
pub async fn write_back(club: &mut Club, name: &Name, input: &DeskMessageInput) -> Result<String> {
    let mut faults = text_faults(&input.text, "/text");
    if input.id.as_ref().is_some_and(|id| !is_id(id)) {
        let detail = "An id has 1 to 64 letters, digits, _ or -.";
        faults.push(fault("/id", "bad_id", detail));
    }
    refuse(faults)?;
    let row = lock(club, name, None).await?;
    let author = if input.internal {
        Author::Internal
    } else {
        Author::Shop
    };
    if let Some(id) = &input.id
        && let Some(known) = note(club, &row.id, id).await?
    {
        if known != (word(author), Some(input.text.clone())) {
            let detail = "This id stands for another message.";
            return Err(Error::invalid("/id", "id_taken", detail));
        }
        return Ok(row.id);
    }
    let id = input.id.clone().unwrap_or_else(|| ids::id("msg"));
    let actor = club.actor().to_owned();
    add_note(club, &row.id, &id, author, &actor, &input.text).await?;
    if input.internal {
        club.audit("complaint.noted", &row.id, json!({ "message": id }))
            .await?;
    } else {
        step(club, &row, Action::Write, Party::Shop).await?;
    }
    Ok(row.id)
}

/// Does what is no message. What is so already is left as it is.
///
/// # Errors
/// 404 for an unknown complaint, or one that is not the member's; 409 `complaint_not_now`.
pub async fn act(
    club: &mut Club,
    member: Option<&str>,
    name: &Name,
    action: Action,
) -> Result<String> {
    let row = lock(club, name, member).await?;
    let done = matches!(
        (action, row.state),
        (Action::Resolve, State::Resolved)
            | (Action::Close, State::Closed)
            | (Action::Reopen, State::Reopened)
    );
    if !done {
        let by = member.map_or(Party::Shop, |_| Party::Member);
        step(club, &row, action, by).await?;
    }
    Ok(row.id)
}

/// Takes a complaint to its next state, and says so.
async fn step(club: &mut Club, row: &Row, action: Action, by: Party) -> Result<()> {
    let next = complaints::next(row.state, action, by).map_err(|refused| match refused {
        Refused::NotYours | Refused::NotNow => Error::refused(
            "complaint_not_now",
            format!(
                "The complaint is {}; this is not done now.",
                word(row.state)
            ),
        ),
    })?;
    let moved = next != row.state;
    let shops_turn = matches!(next, State::Open | State::Reopened);
    let judged = match action {
        Action::Judge { satisfied } => Some(i64::from(satisfied)),
        _ => None,
    };
    if moved {
        let remind_at = shops_turn.then(|| remind::due_at(club.now).0);
        club.query(
            "UPDATE complaints SET state = $3, state_at = $4, remind_at = $5, verdict = COALESCE($6, verdict),
                 reopened = reopened + $7 WHERE tenant = $1 AND complaint = $2",
        )
        .bind(&row.id)
        .bind(word(next))
        .bind(club.now.0)
        .bind(remind_at)
        .bind(judged)
        .bind(i64::from(next == State::Reopened))
        .execute(&mut club.tx)
        .await?;
    }
    let kind = match (action, next) {
        (Action::Write, State::Reopened) if moved => "complaint.reopened",
        (Action::Write, _) if by == Party::Shop => "complaint.answered",
        (Action::Write, _) => "complaint.written",
        (_, State::Resolved) => "complaint.resolved",
        (_, State::Closed) => "complaint.closed",
        (_, State::Reopened) => "complaint.reopened",
        (_, State::Open | State::Answered) => "complaint.written",
    };
    say(club, kind, &row.id, row.number, &row.member, next, judged).await
}

/// Notes in the audit what happened, and tells the shop's systems; what the member wrote they are told as well.
async fn say(
    club: &mut Club,
    kind: &str,
    complaint: &str,
    number: i64,
    member: &str,
    state: State,
    judged: Option<i64>,
) -> Result<()> {
    let external: Option<String> = club
        .query("SELECT external_id FROM members WHERE tenant = $1 AND member = $2 AND erased_at IS NULL")
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    let data = json!({
        "complaint_id": complaint, "number": shown(number), "member_id": member, "external_id": external,
        "state": state,
        "satisfied": judged.map(|judged| judged == 1),
    });
    outbox::tell(club, kind, data).await?;
    let detail = json!({ "member": member, "state": state });
    club.audit(kind, complaint, detail).await
}

/// The number with its check digit.
fn shown(number: i64) -> String {
    complaints::number(u64::try_from(number).unwrap_or_default())
}

type NoteRow = (String, Option<String>);

async fn note(club: &mut Club, complaint: &str, id: &str) -> Result<Option<NoteRow>> {
    let row = club
        .query(
            "SELECT author, body FROM complaint_notes WHERE tenant = $1 AND complaint = $2 AND id = $3",
        )
        .bind(complaint)
        .bind(id)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(row)
}

/// Adds what was written; the complaint is locked.
async fn add_note(
    club: &mut Club,
    complaint: &str,
    id: &str,
    author: Author,
    who: &str,
    text: &str,
) -> Result<()> {
    club.query(
        "INSERT INTO complaint_notes (tenant, complaint, note, id, author, who, body, at)
         SELECT $1, $2, COUNT(*) + 1, $3, $4, $5, $6, $7 FROM complaint_notes
         WHERE tenant = $1 AND complaint = $2",
    )
    .bind(complaint)
    .bind(id)
    .bind(word(author))
    .bind(who)
    .bind(text)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

fn text_faults(text: &str, pointer: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if text.trim().is_empty() || text.chars().count() > TEXT_MAX {
        let detail = "A text has 1 to 4,000 characters.";
        faults.push(fault(pointer, "bad_length", detail));
    }
    if !is_text(text) {
        let detail = "A text has no control characters but those of lines.";
        faults.push(fault(pointer, "bad_text", detail));
    }
    faults
}

fn refuse(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    Err(Error::validation(faults))
}
