//! Who came back, by the month of the first order.

use super::Sale;
use super::window::month;
use crate::calendar::Calendar;
use crate::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// Members whose first order was in the same month of the program's calendar and zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Cohort {
    /// The calendar's year of the first order.
    pub year: i32,
    /// Its month, 1…12.
    pub month: u8,
    /// How many of them bought in that month, in the next, and so on: the first is the cohort's size.
    pub bought: Vec<u32>,
}

/// The table of cohorts, oldest first; months in which nobody began have no row. `sales` are all orders
/// there are: of a part the first order would not be known. A row ends with the month of `now`, which may
/// still be running, or after so many `months`; what was paid after `now` is not seen.
pub fn cohorts(
    sales: &[Sale<'_>],
    calendar: Calendar,
    zone: &Zone,
    now: Timestamp,
    months: u8,
) -> Vec<Cohort> {
    let seen = |sale: &&Sale<'_>| !sale.refunded_whole && sale.paid_at <= now;
    let mut bought: Vec<(&str, i64)> = sales
        .iter()
        .filter(seen)
        .map(|sale| (sale.member, month(calendar, zone, sale.paid_at)))
        .collect();
    bought.sort_unstable();
    bought.dedup();
    let mut cells: Vec<(i64, i64)> = Vec::with_capacity(bought.len());
    for member in bought.chunk_by(|one, next| one.0 == next.0) {
        let first = member.first().map_or(0, |(_, month)| *month);
        cells.extend(member.iter().map(|(_, month)| (first, month - first)));
    }
    cells.sort_unstable();
    let this_month = month(calendar, zone, now);
    let row = |cells: &[(i64, i64)]| {
        let first = cells.first().map_or(0, |(first, _)| *first);
        let length = (this_month - first + 1).clamp(0, months.into());
        let mut bought = vec![0_u32; usize::try_from(length).unwrap_or(0)];
        for (_, after) in cells {
            let cell = usize::try_from(*after).ok();
            if let Some(cell) = cell.and_then(|after| bought.get_mut(after)) {
                *cell = cell.saturating_add(1);
            }
        }
        Cohort {
            year: i32::try_from(first.div_euclid(12)).unwrap_or(i32::MAX),
            month: first.rem_euclid(12) as u8 + 1,
            bought,
        }
    };
    cells
        .chunk_by(|one, next| one.0 == next.0)
        .map(row)
        .collect()
}
