//! Answers as the shop reads them, newest first.

use crate::club::{Club, from_word};
use crate::cursor;
use crate::problem::Result;
use contract::responses::{DeskResponse, Mood, ResponsePage};
use rules::{Points, Timestamp};

/// Answers of a page when nobody says how many.
pub const PAGE: u32 = 20;
/// How many answers one request looks through for those that are asked for.
const LOOKED_THROUGH: i64 = 500;

/// Which answers are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// To this survey alone.
    pub survey: Option<String>,
    /// Those alone that say so.
    pub mood: Option<Mood>,
    /// Those alone in which the member wrote something.
    pub with_comment: bool,
    /// How many on a page.
    pub limit: u32,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

type Row = (
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    String,
    Option<String>,
    bool,
    i64,
    i64,
);

const ALL: &str = "SELECT r.member, r.response, CASE WHEN m.erased_at IS NULL THEN m.external_id END, r.survey, r.kind,
        r.scope, r.scores, r.comment, r.verified, r.points, r.created_at
    FROM responses r JOIN members m ON m.tenant = r.tenant AND m.member = r.member
    WHERE r.tenant = $1 AND (r.created_at, r.member, r.response) < ($2, $3, $4)
    ORDER BY r.created_at DESC, r.member DESC, r.response DESC LIMIT $5";
const OF_SURVEY: &str =
    "SELECT r.member, r.response, CASE WHEN m.erased_at IS NULL THEN m.external_id END, r.survey,
        r.kind, r.scope, r.scores, r.comment, r.verified, r.points, r.created_at
    FROM responses r JOIN members m ON m.tenant = r.tenant AND m.member = r.member
    WHERE r.tenant = $1 AND r.survey = $6 AND (r.created_at, r.member, r.response) < ($2, $3, $4)
    ORDER BY r.created_at DESC, r.member DESC, r.response DESC LIMIT $5";

fn response(row: Row) -> Result<DeskResponse> {
    let (_, id, member, survey_id, kind, scope, scores, comment, counted, points, at) = row;
    let kind = from_word(&kind)?;
    let scores: Vec<u8> = serde_json::from_str(&scores)?;
    Ok(DeskResponse {
        id,
        member,
        survey_id,
        kind,
        scope,
        mood: Mood::of(kind, &scores),
        scores,
        comment,
        counted,
        points: Points(points),
        at: Timestamp(at),
    })
}

/// A page of answers. Where few are of the kind that is asked for, a page ends early, and the next goes on from there.
///
/// # Errors
/// 400 for a cursor that we did not give.
pub async fn page(club: &mut Club, filter: &Filter) -> Result<ResponsePage> {
    let limit = filter.limit as usize;
    let (at, member, id): (i64, String, String) = match filter.cursor.as_deref() {
        None => (i64::MAX, String::new(), String::new()),
        Some(cursor) => cursor::read(cursor)?,
    };
    let picks = filter.mood.is_some() || filter.with_comment;
    let most = if picks {
        LOOKED_THROUGH
    } else {
        i64::from(filter.limit)
    };
    let statement = if filter.survey.is_some() {
        OF_SURVEY
    } else {
        ALL
    };
    let query = club.query(statement).bind(at).bind(member).bind(id);
    let query = query.bind(most + 1);
    let query = match &filter.survey {
        Some(survey) => query.bind(survey),
        None => query,
    };
    let rows: Vec<Row> = query.fetch_all(&mut club.tx).await?;
    let mut responses = Vec::new();
    let mut last = None;
    let mut more = false;
    for (index, row) in rows.into_iter().enumerate() {
        if responses.len() == limit || index as i64 == most {
            more = true;
            break;
        }
        last = Some((row.10, row.0.clone(), row.1.clone()));
        let one = response(row)?;
        let fits = filter.mood.is_none_or(|mood| one.mood == Some(mood));
        if fits && (!filter.with_comment || one.comment.is_some()) {
            responses.push(one);
        }
    }
    let next_cursor = last.filter(|_| more).map(|place| cursor::write(&place));
    Ok(ResponsePage {
        responses,
        next_cursor: next_cursor.transpose()?,
    })
}
