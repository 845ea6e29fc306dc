//! Reading complaints: as their member, and at the shop's desk.

use super::{Name, remind, shown, unknown};
use crate::club::{Club, from_word, word};
use crate::ids;
use crate::inputs::PageSize;
use crate::problem::{Error, Result};
use contract::complaints::{
    Author, Complaint, ComplaintPage, ComplaintReply, DeskComplaint, DeskMessage, DeskPage,
    DeskReply, Message,
};
use rules::Timestamp;
use rules::complaints::State;

/// Complaints of a page when nobody says how many.
pub const PAGE: u32 = 20;

/// Which complaints the desk asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state alone.
    pub state: Option<State>,
    /// Those alone whose answer is overdue.
    pub overdue: bool,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many; [`PAGE`] when absent.
    pub limit: Option<PageSize>,
}

type Row = (
    String,
    i64,
    String,
    Option<String>,
    Option<String>,
    String,
    Option<i64>,
    i64,
    i64,
    i64,
    Option<String>,
);

fn complaint(row: Row, now: Timestamp) -> Result<DeskComplaint> {
    let (
        id,
        number,
        topic,
        order_id,
        survey_id,
        state,
        verdict,
        reopened,
        created_at,
        state_at,
        member,
    ) = row;
    let state: State = from_word(&state)?;
    let shops_turn = matches!(state, State::Open | State::Reopened);
    let due_at = shops_turn.then(|| remind::due_at(Timestamp(state_at)));
    Ok(DeskComplaint {
        complaint: Complaint {
            id,
            number: shown(number),
            topic,
            order_id,
            survey_id,
            state,
            satisfied: verdict.map(|verdict| verdict == 1),
            created_at: Timestamp(created_at),
            state_at: Timestamp(state_at),
        },
        member,
        reopened: u32::try_from(reopened).unwrap_or(u32::MAX),
        overdue: due_at.is_some_and(|at| at <= now),
        due_at,
    })
}

async fn find(club: &mut Club, name: &Name, member: Option<&str>) -> Result<DeskComplaint> {
    let row: Option<Row> = club
        .query(
            "SELECT c.complaint, c.number, c.topic, c.order_id, c.survey, c.state, c.verdict, c.reopened,
                 c.created_at, c.state_at, CASE WHEN m.erased_at IS NULL THEN m.external_id END
             FROM complaints c JOIN members m ON m.tenant = c.tenant AND m.member = c.member
             WHERE c.tenant = $1 AND (c.number = $2 OR c.complaint = $3)
                 AND (CAST($4 AS TEXT) IS NULL OR c.member = $4)",
        )
        .bind(name.number())
        .bind(name.id())
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    complaint(row.ok_or_else(unknown)?, club.now)
}

async fn messages(club: &mut Club, id: &str) -> Result<Vec<DeskMessage>> {
    let rows: Vec<(String, String, String, Option<String>, i64)> = club
        .query(
            "SELECT id, author, who, body, at FROM complaint_notes WHERE tenant = $1 AND complaint = $2
             ORDER BY note",
        )
        .bind(id)
        .fetch_all(&mut club.tx)
        .await?;
    let message = |(id, author, who, text, at): (String, String, String, Option<String>, i64)| {
        let author = from_word(&author)?;
        Ok(DeskMessage {
            message: Message {
                id,
                author,
                text,
                at: Timestamp(at),
            },
            by: (author != Author::Member).then_some(who),
        })
    };
    rows.into_iter().map(message).collect()
}

/// A complaint of the member, without the shop's notes to itself.
///
/// # Errors
/// 404 for one that is not theirs.
pub async fn of_member(club: &mut Club, member: &str, name: &Name) -> Result<ComplaintReply> {
    let complaint = find(club, name, Some(member)).await?.complaint;
    let all = messages(club, &complaint.id).await?;
    let messages = all.into_iter().map(|one| one.message);
    Ok(ComplaintReply {
        complaint,
        messages: messages
            .filter(|message| message.author != Author::Internal)
            .collect(),
    })
}

/// A complaint with all that was written.
///
/// # Errors
/// 404 for an unknown one.
pub async fn desk(club: &mut Club, name: &Name) -> Result<DeskReply> {
    let complaint = find(club, name, None).await?;
    let messages = messages(club, &complaint.complaint.id).await?;
    Ok(DeskReply {
        complaint,
        messages,
    })
}

/// A page of the member's complaints, newest first.
///
/// # Errors
/// 400 for a cursor that we did not give.
pub async fn page_of_member(
    club: &mut Club,
    member: &str,
    limit: Option<PageSize>,
    cursor: Option<&str>,
) -> Result<ComplaintPage> {
    let filter = Filter {
        limit,
        cursor: cursor.map(str::to_owned),
        ..Filter::default()
    };
    let (complaints, next_cursor) = page(club, Some(member), &filter).await?;
    Ok(ComplaintPage {
        complaints: complaints.into_iter().map(|one| one.complaint).collect(),
        next_cursor,
    })
}

/// A page of the desk, newest first.
///
/// # Errors
/// 400 for a cursor that we did not give.
pub async fn desk_page(club: &mut Club, filter: &Filter) -> Result<DeskPage> {
    let (complaints, next_cursor) = page(club, None, filter).await?;
    Ok(DeskPage {
        complaints,
        next_cursor,
    })
}

/// How many complaints wait for the shop, and of how many of them the answer is overdue.
///
/// # Errors
/// When the database fails.
pub async fn waiting(club: &mut Club) -> Result<(i64, i64)> {
    let late = overdue_before(club.now);
    let counts = club
        .query(
            "SELECT COUNT(*), COUNT(CASE WHEN state_at <= $2 THEN 1 END) FROM complaints
             WHERE tenant = $1 AND state IN ('open', 'reopened')",
        )
        .bind(late)
        .fetch_one(&mut club.tx);
    Ok(counts.await?)
}

/// Complaints whose turn of the shop began by then are overdue.
fn overdue_before(now: Timestamp) -> i64 {
    now.plus_ms(-i64::from(remind::HOURS) * 3_600_000).0
}

async fn page(
    club: &mut Club,
    member: Option<&str>,
    filter: &Filter,
) -> Result<(Vec<DeskComplaint>, Option<String>)> {
    let limit = filter.limit.map_or(PAGE, PageSize::get) as usize;
    let before = match filter.cursor.as_deref() {
        None => i64::MAX,
        Some(cursor) => read_cursor(cursor)
            .ok_or_else(|| Error::malformed("The cursor is not one that this API gave."))?,
    };
    let late = filter.overdue.then(|| overdue_before(club.now));
    let mut rows: Vec<Row> = club
        .query(
            "SELECT c.complaint, c.number, c.topic, c.order_id, c.survey, c.state, c.verdict, c.reopened,
                 c.created_at, c.state_at, CASE WHEN m.erased_at IS NULL THEN m.external_id END
             FROM complaints c JOIN members m ON m.tenant = c.tenant AND m.member = c.member
             WHERE c.tenant = $1 AND c.number < $2
                 AND (CAST($3 AS TEXT) IS NULL OR c.member = $3)
                 AND (CAST($4 AS TEXT) IS NULL OR c.state = $4)
                 AND (CAST($5 AS BIGINT) IS NULL OR (c.state IN ('open', 'reopened') AND c.state_at <= $5))
             ORDER BY c.number DESC LIMIT $6",
        )
        .bind(before)
        .bind(member)
        .bind(filter.state.map(word))
        .bind(late)
        .bind(limit as i64 + 1)
        .fetch_all(&mut club.tx)
        .await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().map(|row| row.1);
    let complaints: Result<Vec<_>> = rows
        .into_iter()
        .map(|row| complaint(row, club.now))
        .collect();
    Ok((complaints?, last.filter(|_| more).map(write_cursor)))
}

fn write_cursor(number: i64) -> String {
    ids::base64url(number.to_string().as_bytes())
}

fn read_cursor(cursor: &str) -> Option<i64> {
    let text = String::from_utf8(ids::from_base64url(cursor)?).ok()?;
    text.parse().ok()
}
