//! RFM and ABC: groups of members by what they bought.
//!
//! RFM gives each member three scores, 1…5: recency of the last order, frequency (number of orders) and
//! money (revenue). A score is 1 + ⌊5 × (members who are strictly worse) ÷ n⌋: equal members share a
//! score, and scores that nobody reaches stay empty. n are the members with an order. The first row of
//! [`RFM`] that fits the three scores is the member's segment.
//!
//! ABC ranks members by revenue: those who bring the first 80 % are `abc:a`, up to 95 % `abc:b`, the rest
//! `abc:c`. The member who crosses a line is inside it.

mod map;

pub use map::{Cell, Group, Map, map};

use crate::insights::Sale;
use crate::{Money, Timestamp};
use serde::Serialize;
use std::cmp::Reverse;

/// The segment of members without an order; they are in no other.
pub const NO_ORDERS: &str = "no_orders";
/// Members who bring the first 80 % of the revenue.
pub const ABC_A: &str = "abc:a";
/// Members who bring what is between 80 % and 95 %.
pub const ABC_B: &str = "abc:b";
/// All others who bought.
pub const ABC_C: &str = "abc:c";

/// A row of [`RFM`]: the lowest and the highest score that it takes, of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The segment's id.
    pub id: &'static str,
    /// Scores for recency; 5 bought last.
    pub recency: (u8, u8),
    /// Scores for the number of orders.
    pub frequency: (u8, u8),
    /// Scores for revenue.
    pub money: (u8, u8),
}

impl Row {
    const fn new(
        id: &'static str,
        recency: (u8, u8),
        frequency: (u8, u8),
        money: (u8, u8),
    ) -> Self {
        Self {
            id,
            recency,
            frequency,
            money,
        }
    }
}

/// The table of RFM segments; the first row that fits counts, and one always does.
///
/// | segment | recency | frequency | money | who |
/// | --- | --- | --- | --- | --- |
/// | `rfm:champions` | 4–5 | 4–5 | 4–5 | bought lately, often, and for much |
/// | `rfm:loyal` | 3–5 | 4–5 | 1–5 | buy often |
/// | `rfm:potential_loyalists` | 4–5 | 2–3 | 1–5 | bought lately, and more than once |
/// | `rfm:new_customers` | 5 | 1 | 1–5 | have just begun |
/// | `rfm:promising` | 4 | 1 | 1–5 | began a little earlier |
/// | `rfm:needs_attention` | 3 | 2–3 | 1–5 | fair customers who have been away for a while |
/// | `rfm:about_to_sleep` | 3 | 1 | 1–5 | bought little, some time ago |
/// | `rfm:cannot_lose_them` | 1–2 | 4–5 | 4–5 | were among the best, and are long away |
/// | `rfm:at_risk` | 1–2 | 3–5 | 1–5 | bought repeatedly, and are long away |
/// | `rfm:hibernating` | 2 | 1–2 | 1–5 | bought little, long ago |
/// | `rfm:lost` | 1 | 1–2 | 1–5 | bought little, and longest ago |
pub const RFM: [Row; 11] = [
    Row::new("rfm:champions", (4, 5), (4, 5), (4, 5)),
    Row::new("rfm:loyal", (3, 5), (4, 5), (1, 5)),
    Row::new("rfm:potential_loyalists", (4, 5), (2, 3), (1, 5)),
    Row::new("rfm:new_customers", (5, 5), (1, 1), (1, 5)),
    Row::new("rfm:promising", (4, 4), (1, 1), (1, 5)),
    Row::new("rfm:needs_attention", (3, 3), (2, 3), (1, 5)),
    Row::new("rfm:about_to_sleep", (3, 3), (1, 1), (1, 5)),
    Row::new("rfm:cannot_lose_them", (1, 2), (4, 5), (4, 5)),
    Row::new("rfm:at_risk", (1, 2), (3, 5), (1, 5)),
    Row::new("rfm:hibernating", (2, 2), (1, 2), (1, 5)),
    Row::new("rfm:lost", (1, 1), (1, 2), (1, 5)),
];

/// What segments ask of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Customer<'a> {
    /// The member's id.
    pub id: &'a str,
    /// The last order that stands.
    pub last_order_at: Option<Timestamp>,
    /// Orders that stand.
    pub orders: u32,
    /// What they brought, net of refunds; less than nothing counts as nothing.
    pub revenue: Money,
}

impl Customer<'_> {
    fn bought(&self) -> bool {
        self.orders > 0 && self.last_order_at.is_some()
    }
}

/// Scores and segment of a member who bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rfm {
    /// 1…5, 5 bought last.
    pub recency: u8,
    /// 1…5, 5 has the most orders.
    pub frequency: u8,
    /// 1…5, 5 brought the most.
    pub money: u8,
    /// The id of a row of [`RFM`].
    pub segment: &'static str,
}

/// A member and their segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Segmented<'a> {
    /// The member's id.
    pub id: &'a str,
    /// None without an order.
    pub rfm: Option<Rfm>,
    /// [`ABC_A`], [`ABC_B`] or [`ABC_C`]; none without an order.
    pub abc: Option<&'static str>,
}

impl Segmented<'_> {
    /// The ids for [`crate::member::Member::segments`].
    pub fn ids(&self) -> Vec<&'static str> {
        let ids: Vec<_> = self
            .rfm
            .map(|r| r.segment)
            .into_iter()
            .chain(self.abc)
            .collect();
        if ids.is_empty() { vec![NO_ORDERS] } else { ids }
    }
}

/// How many members a segment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The segment's id.
    pub segment: &'static str,
    /// Its members.
    pub members: u32,
}

/// Every id that a member can get, in the order of the tables.
pub fn known() -> impl Iterator<Item = &'static str> {
    let rows = RFM.into_iter().map(|row| row.id);
    rows.chain([ABC_A, ABC_B, ABC_C, NO_ORDERS])
}

/// The segment of three scores; scores outside 1…5 count as the nearest.
pub fn rfm_segment(recency: u8, frequency: u8, money: u8) -> &'static str {
    let fits = |(low, high): (u8, u8), score: u8| (low..=high).contains(&score.clamp(1, 5));
    let row = RFM.iter().find(|row| {
        fits(row.recency, recency) && fits(row.frequency, frequency) && fits(row.money, money)
    });
    row.or(RFM.last()).map_or("", |row| row.id)
}

/// The segments of members, by id. Scores and shares are among the members who are given: give all.
pub fn segments<'a>(customers: &[Customer<'a>]) -> Vec<Segmented<'a>> {
    let (mut bought, none): (Vec<&Customer<'a>>, Vec<_>) =
        customers.iter().partition(|customer| customer.bought());
    // The best first; of equals the first by id.
    bought.sort_unstable_by_key(|c: &&Customer<'a>| {
        (Reverse(c.revenue), c.id, c.last_order_at, c.orders)
    });
    let sorted = |mut keys: Vec<i64>| {
        keys.sort_unstable();
        keys
    };
    let instant = |c: &Customer<'_>| c.last_order_at.unwrap_or_default().0;
    let recency = sorted(bought.iter().map(|c| instant(c)).collect());
    let frequency = sorted(bought.iter().map(|c| c.orders.into()).collect());
    let money = sorted(bought.iter().map(|c| c.revenue.or_zero().0).collect());
    let total: i128 = money.iter().map(|revenue| i128::from(*revenue)).sum();
    let mut before: i128 = 0;
    let mut all: Vec<Segmented<'a>> = Vec::with_capacity(customers.len());
    for customer in bought {
        let revenue = customer.revenue.or_zero().0;
        let scores = (
            score(&recency, instant(customer)),
            score(&frequency, customer.orders.into()),
            score(&money, revenue),
        );
        let abc = if before * 100 < total * 80 {
            ABC_A
        } else if before * 100 < total * 95 {
            ABC_B
        } else {
            ABC_C
        };
        before += i128::from(revenue);
        all.push(Segmented {
            id: customer.id,
            rfm: Some(Rfm {
                recency: scores.0,
                frequency: scores.1,
                money: scores.2,
                segment: rfm_segment(scores.0, scores.1, scores.2),
            }),
            abc: Some(abc),
        });
    }
    all.extend(none.iter().map(|customer| Segmented {
        id: customer.id,
        rfm: None,
        abc: None,
    }));
    all.sort_by_key(|one| one.id);
    all
}

/// How many members each known segment has, empty ones too.
pub fn tally(members: &[Segmented<'_>]) -> Vec<Tally> {
    let is_in = |one: &Segmented<'_>, id| match one.rfm {
        Some(rfm) => rfm.segment == id || one.abc == Some(id),
        None => id == NO_ORDERS,
    };
    let count = |id| members.iter().filter(|one| is_in(one, id)).count();
    known()
        .map(|segment| Tally {
            segment,
            members: u32::try_from(count(segment)).unwrap_or(u32::MAX),
        })
        .collect()
}

/// Members with an order, from their orders, by id; what was paid after `now` is not seen.
pub fn customers<'a>(sales: &[Sale<'a>], now: Timestamp) -> Vec<Customer<'a>> {
    let seen = |sale: &&Sale<'a>| !sale.refunded_whole && sale.paid_at <= now;
    let mut sales: Vec<&Sale<'a>> = sales.iter().filter(seen).collect();
    sales.sort_unstable_by_key(|sale| sale.member);
    let customer = |of: &[&Sale<'a>]| {
        of.first().map(|first| Customer {
            id: first.member,
            last_order_at: of.iter().map(|sale| sale.paid_at).max(),
            orders: u32::try_from(of.len()).unwrap_or(u32::MAX),
            revenue: of.iter().map(|sale| sale.revenue.or_zero()).sum(),
        })
    };
    sales
        .chunk_by(|one, next| one.member == next.member)
        .filter_map(customer)
        .collect()
}

/// 1 + ⌊5 × worse ÷ n⌋; `sorted` has all members' keys, the worst first.
fn score(sorted: &[i64], key: i64) -> u8 {
    let worse = sorted.partition_point(|one| *one < key) as u64;
    let fifths = worse.saturating_mul(5).checked_div(sorted.len() as u64);
    1 + fifths.unwrap_or(0).min(4) as u8
}

#[cfg(test)]
mod tests;
