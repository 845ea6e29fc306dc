//! What each segment brings, and where members stand between recency and frequency.

use super::{ABC_A, ABC_B, ABC_C, Customer, RFM, segments};
use crate::{Bp, Money};
use serde::{Deserialize, Serialize};

/// Members together, and what they brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Group {
    /// The segment's id.
    pub segment: String,
    /// Its members.
    pub members: u32,
    /// What their orders brought, net of refunds.
    pub revenue: Money,
    /// Their share of all members who bought, in basis points, half up.
    pub members_bp: Bp,
    /// Their share of all revenue, in basis points, half up; 0 where there is none.
    pub revenue_bp: Bp,
}

/// Members with the same scores for recency and frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Cell {
    /// 1…5, 5 bought last.
    pub recency: u8,
    /// 1…5, 5 has the most orders.
    pub frequency: u8,
    /// How many.
    pub members: u32,
    /// What their orders brought, net of refunds.
    pub revenue: Money,
}

/// All members by what they bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Map {
    /// Members with an order.
    pub customers: u32,
    /// Members without one; they are in no group.
    pub no_orders: u32,
    /// What all orders brought, net of refunds.
    pub revenue: Money,
    /// A group for each RFM segment, in the order of the table, empty ones too.
    pub rfm: Vec<Group>,
    /// All 25 cells: by recency from 5 down, each by frequency from 1 up.
    pub grid: Vec<Cell>,
    /// The classes A, B and C.
    pub abc: Vec<Group>,
}

/// Members and money that are being summed.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    members: u32,
    revenue: Money,
}

impl Sum {
    fn add(&mut self, revenue: Money) {
        self.members = self.members.saturating_add(1);
        self.revenue = self.revenue.plus(revenue);
    }
}

fn share(part: i64, of: i64) -> Bp {
    let (part, of) = (i128::from(part), i128::from(of));
    let bp = (20_000 * part + of).checked_div(2 * of).unwrap_or(0);
    Bp(bp.clamp(0, 10_000) as u32)
}

/// Puts members on the map. Scores and shares are among those who are given: give all.
pub fn map(customers: &[Customer<'_>]) -> Map {
    let mut by_id: Vec<&Customer<'_>> = customers.iter().collect();
    by_id.sort_by_key(|customer| customer.id);
    let mut rfm = [Sum::default(); RFM.len()];
    let mut grid = [Sum::default(); 25];
    let mut abc = [Sum::default(); 3];
    let mut all = Sum::default();
    // Both are in the order of the ids.
    for (one, customer) in segments(customers).iter().zip(by_id) {
        let revenue = customer.revenue.or_zero();
        let Some(scores) = one.rfm else { continue };
        all.add(revenue);
        let row = RFM.iter().position(|row| row.id == scores.segment);
        let cell = cells().position(|cell| cell == (scores.recency, scores.frequency));
        let class = [ABC_A, ABC_B, ABC_C]
            .iter()
            .position(|id| one.abc == Some(id));
        let sums = [
            row.and_then(|row| rfm.get_mut(row)),
            cell.and_then(|cell| grid.get_mut(cell)),
            class.and_then(|class| abc.get_mut(class)),
        ];
        sums.into_iter().flatten().for_each(|sum| sum.add(revenue));
    }
    let group = |(segment, sum): (&str, &Sum)| Group {
        segment: segment.to_owned(),
        members: sum.members,
        revenue: sum.revenue,
        members_bp: share(sum.members.into(), all.members.into()),
        revenue_bp: share(sum.revenue.0, all.revenue.0),
    };
    let cell = |((recency, frequency), sum): ((u8, u8), &Sum)| Cell {
        recency,
        frequency,
        members: sum.members,
        revenue: sum.revenue,
    };
    let everybody = u32::try_from(customers.len()).unwrap_or(u32::MAX);
    Map {
        customers: all.members,
        no_orders: everybody.saturating_sub(all.members),
        revenue: all.revenue,
        rfm: RFM.iter().map(|row| row.id).zip(&rfm).map(group).collect(),
        grid: cells().zip(&grid).map(cell).collect(),
        abc: [ABC_A, ABC_B, ABC_C]
            .into_iter()
            .zip(&abc)
            .map(group)
            .collect(),
    }
}

/// Recency and frequency of each cell, in their order.
fn cells() -> impl Iterator<Item = (u8, u8)> {
    (1..=5_u8)
        .rev()
        .flat_map(|recency| (1..=5_u8).map(move |frequency| (recency, frequency)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::segments::tally;

    fn customer(id: &str, last: i64, orders: u32, revenue: i64) -> Customer<'_> {
        Customer {
            id,
            last_order_at: (orders > 0).then_some(Timestamp(last)),
            orders,
            revenue: Money(revenue),
        }
    }

    #[test]
    fn every_member_is_in_one_group_one_cell_and_one_class() {
        let all = [
            customer("e", 50, 5, 800),
            customer("a", 10, 1, 100),
            customer("d", 40, 4, 50),
            customer("c", 30, 3, 40),
            customer("b", 20, 2, 10),
            customer("nobody", 0, 0, 0),
        ];
        let map = map(&all);
        assert_eq!(
            (map.customers, map.no_orders, map.revenue),
            (5, 1, Money(1_000))
        );
        // Five members, each a fifth better than the one before: the cells of the diagonal.
        for cell in &map.grid {
            let on_it = cell.recency == cell.frequency;
            assert_eq!(cell.members, u32::from(on_it), "{cell:?}");
        }
        let first = map.grid.first().unwrap();
        assert_eq!((first.recency, first.frequency), (5, 1));
        // 800 of 1,000 are the first 80 %; a crosses nothing at 900, d crosses 95 % exactly.
        let classes: Vec<_> = map
            .abc
            .iter()
            .map(|class| (class.members, class.revenue.0, class.revenue_bp.0))
            .collect();
        assert_eq!(classes, [(1, 800, 8_000), (2, 150, 1_500), (2, 50, 500)]);
        assert_eq!(
            map.abc.first().unwrap().members_bp,
            Bp(2_000),
            "one of five"
        );
        // The counts are those of the tally, and no revenue is lost.
        let counted = tally(&segments(&all));
        for (group, one) in map.rfm.iter().zip(&counted) {
            assert_eq!(
                (group.segment.as_str(), group.members),
                (one.segment, one.members)
            );
        }
        let revenue: i64 = map.rfm.iter().map(|group| group.revenue.0).sum();
        let in_cells: i64 = map.grid.iter().map(|cell| cell.revenue.0).sum();
        assert_eq!((revenue, in_cells), (1_000, 1_000));
    }

    #[test]
    fn nobody_makes_an_empty_map() {
        let map = map(&[]);
        assert_eq!((map.customers, map.no_orders), (0, 0));
        assert_eq!((map.rfm.len(), map.grid.len(), map.abc.len()), (11, 25, 3));
        assert!(map.rfm.iter().all(|group| group.revenue_bp == Bp(0)));
    }
}
