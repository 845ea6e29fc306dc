//! Members in pages: those who joined last, or those whose id or name begins as somebody types.

use crate::club::Club;
use crate::cursor;
use crate::problem::{Error, Result};
use contract::members::{ListedMember, MemberPage};
use rules::{Points, Timestamp};
use serde::{Deserialize, Serialize};
use store::Dialect;

/// Members of a page when nobody says how many.
pub const PAGE: u32 = 20;
/// Most characters that are searched for.
pub const SEARCH_MAX: usize = 128;
/// What comes after every text that begins alike.
const LAST: char = char::MAX;

/// Which members are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Find {
    /// How the shop's id or the name begins; all where it is empty. Case counts in ids alone.
    pub search: String,
    /// How many on a page.
    pub limit: u32,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The last row of a page: how far each order has come.
#[derive(Debug, Serialize, Deserialize)]
enum Place {
    /// By joining, and the member's own id.
    Joined(i64, String),
    /// By the shop's id.
    Id(String),
    /// By name as it is compared, and the member's own id.
    Name(String, String),
}

type Row = (
    String,
    String,
    Option<String>,
    i64,
    bool,
    Option<String>,
    i64,
    i64,
    Option<i64>,
    Option<String>,
);

/// Those who joined last first.
const JOINED: &str = "SELECT member, external_id, first_name, joined_at, blocked, tier, available, pending, last_order_at,
        CAST(NULL AS TEXT)
    FROM members WHERE tenant = $1 AND (joined_at, member) < ($2, $3) AND erased_at IS NULL
    ORDER BY joined_at DESC, member DESC LIMIT $4";

/// Those whose id begins so, in the order of ids.
const BY_ID: &str = "SELECT member, external_id, first_name, joined_at, blocked, tier, available, pending, last_order_at,
        CAST(NULL AS TEXT)
    FROM members WHERE tenant = $1 AND external_id >= $2 AND external_id < $3 AND external_id > $4
        AND erased_at IS NULL
    ORDER BY external_id LIMIT $5";
/// PostgreSQL compares by the rules of a language unless it is told not to.
const BY_ID_IN_POSTGRES: &str = "SELECT member, external_id, first_name, joined_at, blocked, tier, available, pending,
        last_order_at, CAST(NULL AS TEXT)
    FROM members WHERE tenant = $1 AND external_id COLLATE \"C\" >= $2 AND external_id COLLATE \"C\" < $3
        AND external_id COLLATE \"C\" > $4 AND erased_at IS NULL
    ORDER BY external_id COLLATE \"C\" LIMIT $5";

/// Those whose name begins so and whose id does not, in the order of names.
const BY_NAME: &str = "SELECT member, external_id, first_name, joined_at, blocked, tier, available, pending, last_order_at,
        LOWER(first_name)
    FROM members WHERE tenant = $1 AND first_name IS NOT NULL AND LOWER(first_name) >= LOWER($2) AND LOWER(first_name) < LOWER($3)
        AND (LOWER(first_name), member) > ($4, $5) AND NOT (external_id >= $2 AND external_id < $3)
        AND erased_at IS NULL
    ORDER BY LOWER(first_name), member LIMIT $6";
const BY_NAME_IN_POSTGRES: &str = "SELECT member, external_id, first_name, joined_at, blocked, tier, available, pending,
        last_order_at, LOWER(first_name)
    FROM members WHERE tenant = $1 AND first_name IS NOT NULL AND LOWER(first_name) COLLATE \"C\" >= LOWER($2)
        AND LOWER(first_name) COLLATE \"C\" < LOWER($3)
        AND (LOWER(first_name) COLLATE \"C\", member COLLATE \"C\") > ($4, $5)
        AND NOT (external_id COLLATE \"C\" >= $2 AND external_id COLLATE \"C\" < $3) AND erased_at IS NULL
    ORDER BY LOWER(first_name) COLLATE \"C\", member COLLATE \"C\" LIMIT $6";

/// A page of members.
///
/// # Errors
/// 400 for a cursor that we did not give, and for a search that is too long.
pub async fn page(club: &mut Club, find: &Find) -> Result<MemberPage> {
    if find.search.chars().count() > SEARCH_MAX {
        return Err(Error::malformed(format!(
            "A search has {SEARCH_MAX} characters at most."
        )));
    }
    // No id and no name has a control character: what is pasted may bring some along.
    let search: String = find.search.replace(char::is_control, "");
    let search = search.trim();
    let place = find
        .cursor
        .as_deref()
        .map(cursor::read::<Place>)
        .transpose()?;
    let limit = find.limit as usize;
    let mut rows = if search.is_empty() {
        joined(club, place.as_ref(), limit).await?
    } else {
        found(club, search, place.as_ref(), limit).await?
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next_cursor = last
        .map(|row| cursor::write(&after(row, search)))
        .transpose()?;
    Ok(MemberPage {
        members: rows.into_iter().map(listed).collect(),
        next_cursor,
    })
}

/// One more than fit, to know whether there are more.
async fn joined(club: &mut Club, place: Option<&Place>, limit: usize) -> Result<Vec<Row>> {
    let (at, member) = match place {
        Some(Place::Joined(at, member)) => (*at, member.as_str()),
        _ => (i64::MAX, ""),
    };
    let rows = club.query(JOINED).bind(at).bind(member);
    Ok(rows.bind(limit as i64 + 1).fetch_all(&mut club.tx).await?)
}

async fn found(
    club: &mut Club,
    search: &str,
    place: Option<&Place>,
    limit: usize,
) -> Result<Vec<Row>> {
    let (by_id, by_name) = match club.tx.dialect() {
        Dialect::Sqlite => (BY_ID, BY_NAME),
        Dialect::Postgres => (BY_ID_IN_POSTGRES, BY_NAME_IN_POSTGRES),
    };
    let end = format!("{search}{LAST}");
    let most = limit as i64 + 1;
    let mut rows: Vec<Row> = Vec::new();
    if !matches!(place, Some(Place::Name(..))) {
        let after = match place {
            Some(Place::Id(id)) => id.as_str(),
            _ => "",
        };
        let ids = club.query(by_id).bind(search).bind(end.as_str());
        let ids = ids.bind(after).bind(most);
        rows = ids.fetch_all(&mut club.tx).await?;
    }
    let left = most - rows.len() as i64;
    if left > 0 {
        let (name, member) = match place {
            Some(Place::Name(name, member)) => (name.as_str(), member.as_str()),
            _ => ("", ""),
        };
        let names = club.query(by_name).bind(search).bind(end.as_str());
        let names = names.bind(name).bind(member).bind(left);
        rows.extend(names.fetch_all::<Row>(&mut club.tx).await?);
    }
    Ok(rows)
}

fn after(row: &Row, search: &str) -> Place {
    match (&row.9, search.is_empty()) {
        (_, true) => Place::Joined(row.3, row.0.clone()),
        (Some(name), _) => Place::Name(name.clone(), row.0.clone()),
        (None, _) => Place::Id(row.1.clone()),
    }
}

fn listed(row: Row) -> ListedMember {
    let (id, external_id, first_name, joined_at, blocked, tier, available, pending, last, _) = row;
    ListedMember {
        id,
        external_id,
        first_name,
        joined_at: Timestamp(joined_at),
        blocked,
        tier,
        available: Points(available),
        pending: Points(pending),
        last_order_at: last.map(Timestamp),
    }
}
