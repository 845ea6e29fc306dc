//! What members bought, members in pages: each page is counted by the rules, and the counts are added up.

use crate::club::Club;
use crate::problem::{Error, Result};
use rules::insights::{Action, Counts, Sale, Window, count as count_page};
use rules::program::Activity;
use rules::{Money, Timestamp};
use std::collections::HashMap;

/// Members of a page.
const PAGE: i64 = 2_000;

/// A member and what they bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct History {
    pub(super) member: String,
    /// Paid orders of which something is left.
    pub(super) orders: Vec<Bought>,
}

/// A paid order of which something is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bought {
    pub(super) paid_at: Timestamp,
    revenue: Money,
    products: u32,
}

impl History {
    pub(super) fn sales(&self) -> impl Iterator<Item = Sale<'_>> {
        self.orders.iter().map(|order| Sale {
            member: &self.member,
            paid_at: order.paid_at,
            revenue: order.revenue,
            products: order.products,
            refunded_whole: false,
        })
    }

    pub(super) fn instants(&self) -> Vec<Timestamp> {
        self.orders.iter().map(|order| order.paid_at).collect()
    }
}

/// A member's orders as one row, which is read several times as fast as a row for each.
const HISTORIES: &str =
    "SELECT member, string_agg(paid_at || ' ' || spend || ' ' || products, ' ') FROM orders
    WHERE tenant = $1 AND member > $2 AND paid_at >= $3 AND paid_at < $4 AND gone = 0
    GROUP BY member ORDER BY member LIMIT $5";

/// The next members, after this one, who bought something in the window, and what they bought then. None are left
/// when it is empty.
pub(super) async fn next(club: &mut Club, after: &str, window: Window) -> Result<Vec<History>> {
    let rows: Vec<(String, String)> = club
        .query(HISTORIES)
        .bind(after)
        .bind(window.from.0)
        .bind(window.to.0)
        .bind(PAGE)
        .fetch_all(&mut club.tx)
        .await?;
    let history = |(member, orders): (String, String)| {
        let orders = read(&orders).ok_or_else(|| Error::internal(format!("orders of {member}")))?;
        Ok(History { member, orders })
    };
    rows.into_iter().map(history).collect()
}

fn read(text: &str) -> Option<Vec<Bought>> {
    let mut numbers = text.split(' ').map(|word| word.parse::<i64>().ok());
    let mut orders = Vec::new();
    while let Some(paid_at) = numbers.next() {
        orders.push(Bought {
            paid_at: Timestamp(paid_at?),
            revenue: Money(numbers.next()??),
            products: u32::try_from(numbers.next()??).ok()?,
        });
    }
    Some(orders)
}

/// Every order up to an instant.
pub(super) const fn ever(to: Timestamp) -> Window {
    Window {
        from: Timestamp::MIN,
        to,
    }
}

/// In which of some windows a member did something: a bit for each.
type Marks = u64;

/// Members who acted in the club within any of the windows, and in which: redeemed, had their code used, answered, did
/// what a rule pays for, or opened the panel.
async fn acted(club: &mut Club, spans: &[Span]) -> Result<HashMap<String, Marks>> {
    let all = hull(spans.iter().map(|span| span.window));
    let rows: Vec<(String, i64)> = club
        .query(
            "SELECT member, at FROM redemptions WHERE tenant = $1 AND at >= $2 AND at < $3
             UNION ALL SELECT advocate, created_at FROM claims
                 WHERE tenant = $1 AND created_at >= $2 AND created_at < $3
             UNION ALL SELECT member, created_at FROM responses
                 WHERE tenant = $1 AND created_at >= $2 AND created_at < $3
             UNION ALL SELECT member, at FROM events
                 WHERE tenant = $1 AND at >= $2 AND at < $3 AND kind = 'panel_opened'",
        )
        .bind(all.from.0)
        .bind(all.to.0)
        .fetch_all(&mut club.tx)
        .await?;
    // Joining and having a birthday are no actions of the member's in the club: such rules, with blanks around each, which
    // no id has.
    let happens = |kind: &Activity| matches!(kind, Activity::Join | Activity::Birthday);
    let activities = &club.program().earning.activities;
    let passed_over: String = activities
        .iter()
        .filter(|activity| happens(&activity.kind))
        .map(|activity| format!(" {} ", activity.id))
        .collect();
    let paid_for: Vec<(String, i64)> = club
        .query(
            "SELECT member, at FROM entries WHERE tenant = $1 AND at >= $2 AND at < $3 AND why = 'activity'
                 AND (rule IS NULL OR REPLACE($4, ' ' || rule || ' ', '') = $4)",
        )
        .bind(all.from.0)
        .bind(all.to.0)
        .bind(passed_over)
        .fetch_all(&mut club.tx)
        .await?;
    let mut acted: HashMap<String, Marks> = HashMap::new();
    for (member, at) in rows.into_iter().chain(paid_for) {
        let marks = (0..)
            .zip(spans)
            .filter(|(_, span)| span.window.has(Timestamp(at)));
        *acted.entry(member).or_default() |=
            marks.fold(0, |marks, (place, _): (u32, _)| marks | 1 << place);
    }
    Ok(acted)
}

/// From the first beginning to the last end.
fn hull(windows: impl Iterator<Item = Window>) -> Window {
    let join = |all: Window, one: Window| Window {
        from: all.from.min(one.from),
        to: all.to.max(one.to),
    };
    windows.reduce(join).unwrap_or(Window {
        from: Timestamp::MIN,
        to: Timestamp::MIN,
    })
}

/// A window, and the one that its retention and churn look back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) window: Window,
    pub(super) before: Window,
}

impl Span {
    /// A window and the one before it.
    pub(super) fn of(club: &Club, window: Window) -> Self {
        Self {
            window,
            before: window.before(club.program().calendar, club.zone()),
        }
    }
}

/// Counts each of the windows, 64 at most, in one reading. Who acted is counted only where `actions` says so: it is
/// asked of many more rows than what was bought.
pub(super) async fn count(club: &mut Club, spans: &[Span], actions: bool) -> Result<Vec<Counts>> {
    debug_assert!(spans.len() <= Marks::BITS as usize);
    let mut acting = if actions {
        acted(club, spans).await?
    } else {
        HashMap::new()
    };
    let all = Window {
        from: hull(spans.iter().map(|span| span.before)).from,
        to: hull(spans.iter().map(|span| span.window)).to,
    };
    let mut sums = vec![Counts::default(); spans.len()];
    let mut after = String::new();
    loop {
        let page = next(club, &after, all).await?;
        let Some(last) = page.last() else { break };
        let sales: Vec<Sale<'_>> = page.iter().flat_map(History::sales).collect();
        // Of those who acted, the ones on this page: no member is on two.
        let here: Vec<(&str, Marks)> = page
            .iter()
            .filter_map(|one| Some((one.member.as_str(), acting.remove(&one.member)?)))
            .collect();
        for (place, (span, sum)) in spans.iter().zip(&mut sums).enumerate() {
            add(sum, &counted(&sales, &here, place, *span));
        }
        after = last.member.clone();
    }
    let rest: Vec<(&str, Marks)> = acting
        .iter()
        .map(|(member, marks)| (member.as_str(), *marks))
        .collect();
    for (place, (span, sum)) in spans.iter().zip(&mut sums).enumerate() {
        add(sum, &counted(&[], &rest, place, *span));
    }
    Ok(sums)
}

/// The counts of one of the windows, whose place says which bit is its own.
fn counted(sales: &[Sale<'_>], acting: &[(&str, Marks)], place: usize, span: Span) -> Counts {
    let at = span.window.from;
    let did = acting.iter().filter(|(_, marks)| marks >> place & 1 == 1);
    let actions: Vec<Action<'_>> = did.map(|(member, _)| Action { member, at }).collect();
    count_page(sales, &actions, span.window, span.before)
}

/// Counts of other members join.
fn add(sum: &mut Counts, page: &Counts) {
    for (all, one) in [
        (&mut sum.buyers_before, page.buyers_before),
        (&mut sum.stayed, page.stayed),
        (&mut sum.buyers, page.buyers),
        (&mut sum.repeat_buyers, page.repeat_buyers),
        (&mut sum.orders, page.orders),
        (&mut sum.mixed_orders, page.mixed_orders),
        (&mut sum.active_members, page.active_members),
        (&mut sum.engaged_members, page.engaged_members),
    ] {
        *all = all.saturating_add(one);
    }
    sum.revenue = Money(sum.revenue.0.saturating_add(page.revenue.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_orders_is_read_whole_or_not_at_all() {
        let one = |paid_at, revenue, products| Bought {
            paid_at: Timestamp(paid_at),
            revenue: Money(revenue),
            products,
        };
        assert_eq!(
            read("5 100 1 -7 0 3"),
            Some(vec![one(5, 100, 1), one(-7, 0, 3)])
        );
        for text in ["", "5", "5 100", "5 100 -1", "5 x 1"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
