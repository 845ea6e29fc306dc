//! What members bought, members in pages: each page is counted by the rules, and the counts are added up.

use crate::club::Club;
use crate::problem::Result;
use rules::insights::{Action, Counts, Sale, Window, count as count_page};
use rules::program::Activity;
use rules::{Money, Timestamp};
use std::collections::HashMap;
use std::ops::BitOr as _;

/// Members of a page.
const PAGE: usize = 2_000;

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
    "SELECT member, string_agg(CAST(paid_at AS TEXT), ' '), string_agg(CAST(spend AS TEXT), ' '),
        string_agg(CAST(products AS TEXT), ' ')
    FROM orders WHERE tenant = $1 AND paid_at >= $2 AND paid_at < $3 AND gone = 0
    GROUP BY member ORDER BY member";

/// Members who bought something in the window, with what they bought then, a page at a time. The next members are on
/// their way while a page is dealt with.
pub(super) async fn each(
    club: &mut Club,
    window: Window,
    mut page: impl FnMut(&[History]) + Send,
) -> Result<()> {
    // A plan for any window takes it for a short one, and would sort a million rows by member.
    club.tx.plan_by_values().await?;
    let mut members = Vec::with_capacity(PAGE);
    club.query(HISTORIES)
        .bind(window.from.0)
        .bind(window.to.0)
        .for_each(&mut club.tx, |(member, paid_at, revenue, products)| {
            let row: [String; 3] = [paid_at, revenue, products];
            let orders =
                read(&row).ok_or_else(|| store::Error::Decode(format!("orders of {member}")))?;
            members.push(History { member, orders });
            if members.len() == PAGE {
                page(&members);
                members.clear();
            }
            Ok(())
        })
        .await?;
    page(&members);
    Ok(())
}

/// Each order's instant, revenue and products, from a text for each of the three.
fn read(row: &[String; 3]) -> Option<Vec<Bought>> {
    let [mut paid_at, mut revenue, mut products] = row.each_ref().map(|text| text.split(' '));
    let mut orders = Vec::new();
    for at in &mut paid_at {
        orders.push(Bought {
            paid_at: Timestamp(at.parse().ok()?),
            revenue: Money(revenue.next()?.parse().ok()?),
            products: products.next()?.parse().ok()?,
        });
    }
    let whole = revenue.next().is_none() && products.next().is_none();
    whole.then_some(orders)
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
    let mut acted: HashMap<String, Marks> = HashMap::new();
    let mut mark = |(member, at): (String, i64)| {
        let within = |span: &Span| Marks::from(span.window.has(Timestamp(at)));
        let marks = (0..).zip(spans).map(|(place, span)| within(span) << place);
        *acted.entry(member).or_default() |= marks.fold(0, Marks::bitor);
        Ok(())
    };
    club.tx.plan_by_values().await?;
    club.query(
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
    .for_each(&mut club.tx, &mut mark)
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
    club.query(
        "SELECT member, at FROM entries WHERE tenant = $1 AND at >= $2 AND at < $3 AND why = 'activity'
             AND (rule IS NULL OR REPLACE($4, ' ' || rule || ' ', '') = $4)",
    )
    .bind(all.from.0)
    .bind(all.to.0)
    .bind(passed_over)
    .for_each(&mut club.tx, &mut mark)
    .await?;
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
    each(club, all, |page| {
        let sales: Vec<Sale<'_>> = page.iter().flat_map(History::sales).collect();
        // Of those who acted, the ones on this page: no member is on two.
        let here: Vec<(&str, Marks)> = page
            .iter()
            .filter_map(|one| Some((one.member.as_str(), acting.remove(&one.member)?)))
            .collect();
        for (place, (span, sum)) in spans.iter().zip(&mut sums).enumerate() {
            add(sum, &counted(&sales, &here, place, *span));
        }
    })
    .await?;
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
        let row = |columns: [&str; 3]| read(&columns.map(str::to_owned));
        assert_eq!(
            row(["5 -7", "100 0", "1 3"]),
            Some(vec![one(5, 100, 1), one(-7, 0, 3)])
        );
        for columns in [
            ["", "", ""],
            ["5", "", "1"],
            ["5", "100", "-1"],
            ["5", "x", "1"],
            ["5", "100", "1 3"],
            ["5 6", "100 0", "1"],
        ] {
            assert_eq!(row(columns), None, "{columns:?}");
        }
    }
}
