//! All members by what they bought, as of an instant.

use crate::club::Club;
use crate::problem::Result;
use rules::segments::{self, Customer, Map};
use rules::{Money, Timestamp};

/// Members in one read.
const PAGE: i64 = 5_000;

/// A page of members, with what they had bought: orders that stand, net of refunds.
const MEMBERS: &str = "SELECT m.member, m.joined_at, MAX(o.paid_at), COUNT(o.member), CAST(COALESCE(SUM(o.spend), 0) AS BIGINT)
    FROM (SELECT member, joined_at FROM members
          WHERE tenant = $1 AND member > $2 AND erased_at IS NULL ORDER BY member LIMIT $4) AS m
    LEFT JOIN orders o ON o.tenant = $1 AND o.member = m.member AND o.gone = 0 AND o.paid_at < $3
    GROUP BY m.member, m.joined_at ORDER BY m.member";

type Row = (String, i64, Option<i64>, i64, i64);

/// The map. Scores are places among all members, so that a few figures and the id of each are held.
pub(super) async fn at(club: &mut Club, to: Timestamp) -> Result<Map> {
    let mut all: Vec<(Box<str>, Option<i64>, u32, i64)> = Vec::new();
    let mut after = String::new();
    loop {
        let rows: Vec<Row> = club
            .query(MEMBERS)
            .bind(&after)
            .bind(to.0)
            .bind(PAGE)
            .fetch_all(&mut club.tx)
            .await?;
        let Some(last) = rows.last() else { break };
        after = last.0.clone();
        // Who joined later was nobody yet, unless the shop knew them: a history may be older than the club.
        let there = rows
            .into_iter()
            .filter(|(_, joined_at, _, orders, _)| *joined_at < to.0 || *orders > 0);
        all.extend(there.map(|(member, _, at, orders, revenue)| {
            let orders = u32::try_from(orders).unwrap_or(u32::MAX);
            (member.into_boxed_str(), at, orders, revenue)
        }));
    }
    let customers: Vec<Customer<'_>> = all
        .iter()
        .map(|(member, at, orders, revenue)| Customer {
            id: member,
            last_order_at: at.map(Timestamp),
            orders: *orders,
            revenue: Money(*revenue),
        })
        .collect();
    Ok(segments::map(&customers))
}
