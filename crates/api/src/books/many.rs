//! Many members' books at once, to read from: a few statements for hundreds of members.

use super::load::{CreditRow, RedemptionRow, day, put_credits, put_purchases, put_redemptions};
use crate::club::Club;
use crate::problem::{Error, Result};
use rules::journal::Kept;
use rules::member::{Member, Taken};
use rules::{Money, Points, Timestamp};
use std::collections::BTreeMap;

/// A member's books as the last write left them.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// The shop's id.
    pub(crate) external_id: String,
    /// They were erased: nobody's books.
    pub(crate) erased: bool,
    /// The books.
    pub(crate) kept: Kept,
}

type Row = (
    String,
    String,
    i64,
    bool,
    Option<String>,
    String,
    String,
    i64,
    i64,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<i64>,
);

fn held(row: Row) -> Result<Held> {
    let (member, external_id, joined_at, blocked, birthday, consents, segments, debt, ..) = row;
    let member = Member {
        id: member,
        joined_at: Timestamp(joined_at),
        blocked,
        birthday: birthday.as_deref().and_then(day),
        consents: serde_json::from_str(&consents)?,
        segments: serde_json::from_str(&segments)?,
        debt: Points(debt),
        last_active_at: row.12.map(Timestamp),
        last_order_at: row.13.map(Timestamp),
        membership: row.14.as_deref().map(serde_json::from_str).transpose()?,
        ..Member::default()
    };
    Ok(Held {
        external_id,
        erased: row.15.is_some(),
        kept: Kept {
            member,
            points_given: Points(row.8),
            wallet_given: Money(row.9),
            transactions: u64::try_from(row.10).map_err(Error::internal)?,
            settled_at: Timestamp(row.11),
            ..Kept::default()
        },
    })
}

/// The next members after one, by id, with all that the rules ask of them when time passes. Empty when none are left.
///
/// # Errors
/// When the database fails.
pub(crate) async fn page(club: &mut Club, after: &str, limit: i64) -> Result<Vec<Held>> {
    let rows: Vec<Row> = club
        .query(
            "SELECT member, external_id, joined_at, blocked, birthday, consents, segments, debt, points_given,
                 wallet_given, entries, settled_at, last_active_at, last_order_at, membership, erased_at
             FROM members WHERE tenant = $1 AND member > $2 ORDER BY member LIMIT $3",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&mut club.tx)
        .await?;
    let mut page: Vec<Held> = rows.into_iter().map(held).collect::<Result<_>>()?;
    let Some(upto) = page.last().map(|last| last.kept.member.id.clone()) else {
        return Ok(page);
    };
    let within = (after, upto.as_str());
    let mut credits = credits(club, within).await?;
    let mut purchases = purchases(club, within).await?;
    let mut redemptions = redemptions(club, within).await?;
    let mut offers = if club.program().offers.is_empty() {
        BTreeMap::new()
    } else {
        offers(club, within).await?
    };
    for one in &mut page {
        let kept = &mut one.kept;
        let id = kept.member.id.clone();
        put_credits(kept, credits.remove(&id).unwrap_or_default())?;
        put_purchases(kept, purchases.remove(&id).unwrap_or_default());
        let taken = redemptions.remove(&id).unwrap_or_default();
        put_redemptions(club, kept, taken).await?;
        kept.member.offers = offers.remove(&id).unwrap_or_default();
    }
    Ok(page)
}

/// Rows by the member whose they are.
type ByMember<T> = BTreeMap<String, Vec<T>>;

fn by_member<T>(rows: impl Iterator<Item = (String, T)>) -> ByMember<T> {
    let mut all: ByMember<T> = BTreeMap::new();
    for (member, row) in rows {
        all.entry(member).or_default().push(row);
    }
    all
}

type CreditOf = (
    String,
    String,
    String,
    String,
    Option<i64>,
    String,
    i64,
    i64,
    i64,
    i64,
    bool,
    bool,
    i64,
    i64,
    Option<i64>,
    i64,
);

async fn credits(club: &mut Club, within: (&str, &str)) -> Result<ByMember<CreditRow>> {
    let rows: Vec<CreditOf> = club
        .query(
            "SELECT member, unit, rule, source, seq, why, given, remaining, counted, ended, earned, active, at,
                 activates_at, expires_at, turn
             FROM credits WHERE tenant = $1 AND member > $2 AND member <= $3",
        )
        .bind(within.0)
        .bind(within.1)
        .fetch_all(&mut club.tx)
        .await?;
    let row = |row: CreditOf| {
        let (member, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) = row;
        (member, (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o))
    };
    Ok(by_member(rows.into_iter().map(row)))
}

async fn purchases(club: &mut Club, within: (&str, &str)) -> Result<ByMember<(i64, i64)>> {
    let rows: Vec<(String, i64, i64)> = club
        .query(
            "SELECT member, paid_at, spend FROM orders
             WHERE tenant = $1 AND member > $2 AND member <= $3 AND paid_at IS NOT NULL AND gone = 0",
        )
        .bind(within.0)
        .bind(within.1)
        .fetch_all(&mut club.tx)
        .await?;
    let row = |(member, paid_at, spend)| (member, (paid_at, spend));
    Ok(by_member(rows.into_iter().map(row)))
}

type RedemptionOf = (
    String,
    String,
    String,
    i64,
    i64,
    String,
    i64,
    String,
    i64,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<String>,
);

async fn redemptions(club: &mut Club, within: (&str, &str)) -> Result<ByMember<RedemptionRow>> {
    let rows: Vec<RedemptionOf> = club
        .query(
            "SELECT member, redemption, reward_id, version, units, takings, at, state, expires_at, order_id, seq,
                 ended_seq, gift
             FROM redemptions WHERE tenant = $1 AND member > $2 AND member <= $3",
        )
        .bind(within.0)
        .bind(within.1)
        .fetch_all(&mut club.tx)
        .await?;
    let row = |row: RedemptionOf| {
        let (member, a, b, c, d, e, f, g, h, i, j, k, l) = row;
        (member, (a, b, c, d, e, f, g, h, i, j, k, l))
    };
    Ok(by_member(rows.into_iter().map(row)))
}

async fn offers(club: &mut Club, within: (&str, &str)) -> Result<ByMember<Taken>> {
    let rows: Vec<(String, String, String, i64)> = club
        .query(
            "SELECT member, offer, occasion, at FROM offers_taken
             WHERE tenant = $1 AND member > $2 AND member <= $3 ORDER BY member, at, offer, occasion",
        )
        .bind(within.0)
        .bind(within.1)
        .fetch_all(&mut club.tx)
        .await?;
    let row = |(member, offer, occasion, at)| {
        let at = Timestamp(at);
        (
            member,
            Taken {
                offer,
                occasion,
                at,
            },
        )
    };
    Ok(by_member(rows.into_iter().map(row)))
}
