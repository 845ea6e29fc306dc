//! What a shopper reads: the snapshot, and pages of history.

use crate::club::{Club, from_word};
use crate::ids;
use crate::members::{self, Row};
use crate::problem::{Error, Result};
use crate::{redemptions, referrals};
use contract::shopper::{Entry, EntryPage, Snapshot};
use rules::{Points, Timestamp};

/// Entries on a page, unless told otherwise.
pub const PAGE: u32 = 20;
const PAGE_MAX: u32 = 100;

/// Everything that the widget needs about the member.
///
/// # Errors
/// When the database fails.
pub async fn of(club: &mut Club, member: &Row) -> Result<Snapshot> {
    let page = entries(club, &member.member, PAGE, None).await?;
    Ok(Snapshot {
        as_of: club.now,
        first_name: member.first_name.clone(),
        facts: members::facts(club, &member.member).await?,
        referral: referrals::invitation(club, member).await?,
        redemptions: redemptions::list(club, &member.member).await?,
        entries: page.entries,
        next_cursor: page.next_cursor,
    })
}

type EntryRow = (
    String,
    i64,
    i64,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
);

/// A page of what changed the member's points, newest first.
///
/// # Errors
/// 400 for a cursor that we did not give.
pub async fn entries(
    club: &mut Club,
    member: &str,
    limit: u32,
    cursor: Option<&str>,
) -> Result<EntryPage> {
    let limit = limit.clamp(1, PAGE_MAX);
    let (at, seq) = match cursor {
        None => (i64::MAX, i64::MAX),
        Some(cursor) => read_cursor(cursor)
            .ok_or_else(|| Error::malformed("The cursor is not one that this API gave."))?,
    };
    let mut rows: Vec<EntryRow> = sqlx::query_as(
        "SELECT txn, at, seq, reason, net, activates_at, expires_at, shown_source FROM transactions
         WHERE tenant = $1 AND member = $2 AND net <> 0 AND (at < $3 OR (at = $3 AND seq < $4))
         ORDER BY at DESC, seq DESC LIMIT $5",
    )
    .bind(club.tenant())
    .bind(member)
    .bind(at)
    .bind(seq)
    .bind(i64::from(limit) + 1)
    .fetch_all(&mut *club.tx)
    .await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows
        .last()
        .filter(|_| more)
        .map(|row| write_cursor(row.1, row.2));
    let entries = rows.into_iter().map(entry).collect::<Result<Vec<_>>>()?;
    Ok(EntryPage {
        entries,
        next_cursor,
    })
}

fn entry((id, at, _, reason, net, activates_at, expires_at, source): EntryRow) -> Result<Entry> {
    Ok(Entry {
        id,
        at: Timestamp(at),
        reason: from_word(&reason)?,
        points: Points(net),
        activates_at: activates_at.map(Timestamp),
        expires_at: expires_at.map(Timestamp),
        source,
    })
}

fn write_cursor(at: i64, seq: i64) -> String {
    ids::base64url(format!("{at}.{seq}").as_bytes())
}

fn read_cursor(cursor: &str) -> Option<(i64, i64)> {
    let text = String::from_utf8(ids::from_base64url(cursor)?).ok()?;
    let (at, seq) = text.split_once('.')?;
    Some((at.parse().ok()?, seq.parse().ok()?))
}
