//! Members by what they bought: RFM and ABC, computed for a whole club at a time.
//!
//! Scores are places among all members, so that all are read: in pages, as a few figures for each. What comes out
//! is written where it differs, some hundred members in a transaction. Nothing is kept in between: a run that
//! stopped half-way is begun again and writes what is missing. Segments of the shop's own stay as they are.

use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result};
use crate::state::State;
use contract::segments::{Recomputed, SegmentMember, SegmentPage, SegmentSize, Segments};
use rules::program::OfferTrigger;
use rules::segments::{self as rule, Customer};
use rules::{Money, Program, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;
use store::Dialect;

/// Members in one read.
const PAGE: usize = 2_000;
/// Members in one transaction.
const BATCH: usize = 200;
/// What the audit calls a run.
const ACTION: &str = "segments.recomputed";

/// A member as a run sees them: some dozens of bytes and the id, for a club of any size.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    member: Box<str>,
    last_order_at: Option<Timestamp>,
    orders: u32,
    revenue: Money,
    /// Which of the known segments the row has: a bit for each, in their order.
    has: u16,
}

/// A page of members with what they bought: orders that stand, net of refunds.
const CENSUS: &str = "SELECT m.member, m.segments, MAX(o.paid_at), COUNT(o.order_id),
        CAST(COALESCE(SUM(o.spend), 0) AS BIGINT)
    FROM (SELECT member, segments FROM members
          WHERE tenant = $1 AND member > $2 AND erased_at IS NULL ORDER BY member LIMIT $3) AS m
    LEFT JOIN orders o ON o.tenant = $1 AND o.member = m.member AND o.gone = 0 AND o.paid_at <= $4
    GROUP BY m.member, m.segments ORDER BY m.member";

type CensusRow = (String, String, Option<i64>, i64, i64);

/// Puts every member of the tenant into segments, as of now; `actor` is who asked, for the audit. Runs at the same time do the same; each row is
/// written once.
///
/// # Errors
/// When the database fails; what was written stays, and the next run goes on from there.
pub async fn recompute(state: &State, tenant: &str, actor: &str) -> Result<Recomputed> {
    let seen = census(state, tenant).await?;
    let changes = changes(&seen);
    let mut done = Recomputed {
        members: seen.len() as u64,
        changed: 0,
    };
    drop(seen);
    let mut changes = changes.into_iter().peekable();
    while changes.peek().is_some() {
        let batch: Vec<(Box<str>, u16)> = changes.by_ref().take(BATCH).collect();
        done.changed += state
            .write(tenant, actor, batch, |club, batch| {
                Box::pin(write(club, batch))
            })
            .await?;
    }
    state
        .write(tenant, actor, done, |club, done| {
            Box::pin(async move {
                let program = club.program().id.clone();
                club.audit(
                    ACTION,
                    &program,
                    json!({ "members": done.members, "changed": done.changed }),
                )
                .await
            })
        })
        .await?;
    Ok(done)
}

async fn census(state: &State, tenant: &str) -> Result<Vec<Seen>> {
    let mut seen: Vec<Seen> = Vec::new();
    loop {
        let after = seen
            .last()
            .map_or_else(String::new, |last| last.member.to_string());
        let page = state
            .read(tenant, after, |club, after| {
                Box::pin(async move {
                    let rows = club
                        .query(CENSUS)
                        .bind(after)
                        .bind(PAGE as i64)
                        .bind(club.now.0);
                    let rows: Vec<CensusRow> = rows.fetch_all(&mut club.tx).await?;
                    rows.into_iter().map(read).collect::<Result<Vec<_>>>()
                })
            })
            .await?;
        let last = page.len() < PAGE;
        seen.extend(page);
        if last {
            return Ok(seen);
        }
    }
}

fn read((member, segments, last_order_at, orders, revenue): CensusRow) -> Result<Seen> {
    let segments: Vec<String> = serde_json::from_str(&segments)?;
    Ok(Seen {
        member: member.into_boxed_str(),
        last_order_at: last_order_at.map(Timestamp),
        orders: u32::try_from(orders).unwrap_or(u32::MAX),
        revenue: Money(revenue),
        has: bits(segments.iter().map(String::as_str)),
    })
}

/// The known ones of these segments, a bit for each.
fn bits<'a>(segments: impl Iterator<Item = &'a str>) -> u16 {
    segments
        .filter_map(|segment| rule::known().position(|known| known == segment))
        .fold(0, |bits, place| bits | 1 << place)
}

/// Who is to be in other segments than they are, and in which.
fn changes(seen: &[Seen]) -> Vec<(Box<str>, u16)> {
    let customers: Vec<Customer<'_>> = seen
        .iter()
        .map(|seen| Customer {
            id: &seen.member,
            last_order_at: seen.last_order_at,
            orders: seen.orders,
            revenue: seen.revenue,
        })
        .collect();
    // Both are in the order of the ids.
    let segmented = rule::segments(&customers);
    let due = segmented
        .iter()
        .map(|one| (one.id, bits(one.ids().into_iter())));
    let was = seen.iter().map(|seen| seen.has);
    let changed = due.zip(was).filter(|((_, due), was)| due != was);
    changed.map(|((id, due), _)| (Box::from(id), due)).collect()
}

async fn write(club: &mut Club, batch: &[(Box<str>, u16)]) -> Result<u64> {
    let mut changed = 0;
    for (member, due) in batch {
        let now: Option<String> = club
            .query("SELECT segments FROM members WHERE tenant = $1 AND member = $2 AND erased_at IS NULL")
            .bind(&**member)
            .fetch_optional(&mut club.tx)
            .await?;
        // Erased meanwhile.
        let Some(now) = now else { continue };
        let own: Vec<String> = serde_json::from_str(&now)?;
        let own = own
            .into_iter()
            .filter(|one| rule::known().all(|known| known != one));
        let ours = rule::known()
            .enumerate()
            .filter(|(place, _)| due & 1 << place != 0);
        let all: Vec<String> = ours.map(|(_, known)| known.to_owned()).chain(own).collect();
        changed += club
            .query("UPDATE members SET segments = $3 WHERE tenant = $1 AND member = $2 AND segments = $4 AND segments <> $3")
            .bind(&**member)
            .bind(serde_json::to_string(&all)?)
            .bind(now)
            .execute(&mut club.tx)
            .await?;
    }
    Ok(changed)
}

/// How many members each segment has.
///
/// # Errors
/// When the database fails.
pub async fn sizes(club: &mut Club) -> Result<Segments> {
    let rows: Vec<(String, i64)> = club
        .query(
            "SELECT segments, COUNT(*) FROM members WHERE tenant = $1 AND erased_at IS NULL GROUP BY segments",
        )
        .fetch_all(&mut club.tx)
        .await?;
    let mut own: BTreeMap<String, u64> = named(club.program())
        .map(|name| (name.to_owned(), 0))
        .collect();
    let mut ours: Vec<u64> = rule::known().map(|_| 0).collect();
    let mut unsorted = 0;
    for (segments, count) in rows {
        let segments: Vec<String> = serde_json::from_str(&segments)?;
        let count = count.unsigned_abs();
        let mut sorted = false;
        for segment in segments {
            let place = rule::known().position(|known| known == segment);
            match place.and_then(|place| ours.get_mut(place)) {
                Some(members) => {
                    *members += count;
                    sorted = true;
                }
                None => *own.entry(segment).or_default() += count,
            }
        }
        if !sorted {
            unsorted += count;
        }
    }
    let ours = rule::known().map(str::to_owned).zip(ours);
    let size = |(segment, members)| SegmentSize { segment, members };
    let program = club.program().id.clone();
    let at: Option<i64> = club
        .query("SELECT MAX(at) FROM audit WHERE tenant = $1 AND object = $2 AND action = $3")
        .bind(program)
        .bind(ACTION)
        .fetch_one(&mut club.tx)
        .await?;
    Ok(Segments {
        segments: ours.chain(own).map(size).collect(),
        unsorted,
        computed_at: at.map(Timestamp),
    })
}

/// Segments of the shop's own that the program names.
fn named(program: &Program) -> impl Iterator<Item = &str> {
    let offers = program.offers.iter().flat_map(|offer| {
        let trigger = match &offer.trigger {
            OfferTrigger::Segment(segment) => Some(segment),
            _ => None,
        };
        offer.audience.segments.iter().chain(trigger)
    });
    let rewards = program.rewards.iter().flat_map(|reward| &reward.segments);
    let surveys = program
        .surveys
        .iter()
        .flat_map(|survey| &survey.audience.segments);
    let campaigns = program
        .earning
        .campaigns
        .iter()
        .flat_map(|campaign| &campaign.audience.segments);
    let all = offers.chain(rewards).chain(surveys).chain(campaigns);
    all.map(String::as_str)
        .filter(|name| rule::known().all(|known| known != *name))
}

/// Members on a page when nobody says how many.
pub const MEMBERS: u32 = 100;
/// Members on a page at most.
pub const MEMBERS_MAX: u32 = 500;

const MEMBERS_OF: &str = "SELECT member, external_id, segments FROM members
    WHERE tenant = $1 AND member > $2 AND erased_at IS NULL AND instr(segments, $3) > 0 ORDER BY member LIMIT $4";
const MEMBERS_OF_BY_STRPOS: &str = "SELECT member, external_id, segments FROM members
    WHERE tenant = $1 AND member > $2 AND erased_at IS NULL AND strpos(segments, $3) > 0 ORDER BY member LIMIT $4";

/// Members of a segment, by their ids.
///
/// # Errors
/// 404 for a segment that is neither one by orders nor named by the program or a member; 400 for a cursor that is
/// none of ours.
pub async fn members(
    club: &mut Club,
    segment: &str,
    limit: u32,
    cursor: Option<&str>,
) -> Result<SegmentPage> {
    let after = match cursor {
        Some(cursor) => read_cursor(cursor).ok_or_else(|| {
            Error::malformed("The cursor is not one that a page of this list gave.")
        })?,
        None => String::new(),
    };
    let limit = usize::try_from(limit.clamp(1, MEMBERS_MAX)).map_err(Error::internal)?;
    let statement = match club.tx.dialect() {
        Dialect::Sqlite => MEMBERS_OF,
        Dialect::Postgres => MEMBERS_OF_BY_STRPOS,
    };
    let rows: Vec<(String, String, String)> = club
        .query(statement)
        .bind(after)
        // As it stands in the column's JSON.
        .bind(serde_json::to_string(segment)?)
        .bind(limit as i64 + 1)
        .fetch_all(&mut club.tx)
        .await?;
    let is_known = rule::known().any(|known| known == segment)
        || named(club.program()).any(|known| known == segment);
    if rows.is_empty() && cursor.is_none() && !is_known {
        return Err(Error::not_found(format!("There is no segment {segment}.")));
    }
    let more = rows.len() > limit;
    let mut members = Vec::with_capacity(limit);
    for (id, external_id, segments) in rows.into_iter().take(limit) {
        let segments = serde_json::from_str(&segments)?;
        members.push(SegmentMember {
            id,
            external_id,
            segments,
        });
    }
    let next_cursor = members
        .last()
        .filter(|_| more)
        .map(|last| ids::base64url(last.id.as_bytes()));
    Ok(SegmentPage {
        members,
        next_cursor,
    })
}

fn read_cursor(cursor: &str) -> Option<String> {
    let text = String::from_utf8(ids::from_base64url(cursor)?).ok()?;
    text.starts_with("mem_").then_some(text)
}
