//! Who may be about to leave, and why.
//!
//! A member who usually buys every ten days and has not for three weeks may be leaving; one who buys
//! twice a year is not. So the days since the last order are divided by the member's own usual gap: the
//! median of the days between the days on which they ordered. Members who ordered on fewer than three
//! days have no usual gap; for them the median of the cohort's medians stands in. Above 2 is at risk.

use crate::insights::Sale;
use crate::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// A usual gap, in quarters of a day: the median of an even number of days ends in a half, and the
/// median of such medians in a quarter. 42 are ten days and a half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct QuarterDays(pub i64);

/// Whose usual gap is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// The member's own.
    Own,
    /// The median of the cohort's: the member ordered on fewer than three days.
    Cohort,
}

/// How late a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Risk {
    /// Calendar days of the zone since the last order.
    pub days_since: i64,
    /// The gap that is usual.
    pub usual_gap: QuarterDays,
    /// Whose gap that is.
    pub by: Baseline,
    /// Days since ÷ usual gap, in basis points, rounded down.
    pub ratio_bp: i64,
    /// More than twice the usual gap has passed.
    pub at_risk: bool,
}

/// The median of the calendar days between the days with an order; orders on the same day are one. None
/// of fewer than three such days.
pub fn own_gap(zone: &Zone, orders: &[Timestamp]) -> Option<QuarterDays> {
    let mut days: Vec<i64> = orders.iter().map(|at| zone.day(*at)).collect();
    days.sort_unstable();
    days.dedup();
    let next = days.iter().skip(1);
    let mut gaps: Vec<i64> = days
        .iter()
        .zip(next)
        .map(|(a, b)| b.saturating_sub(*a))
        .collect();
    if gaps.len() < 2 {
        return None;
    }
    doubled_median(&mut gaps).map(|doubled| QuarterDays(doubled.saturating_mul(2)))
}

/// The median of the usual gaps of a cohort's members who have one; none when nobody has.
pub fn cohort_gap(mut own: Vec<QuarterDays>) -> Option<QuarterDays> {
    let mut gaps: Vec<i64> = own.drain(..).map(|gap| gap.0).collect();
    // A member's own gap is whole halves of a day, so the half of the doubled median is whole quarters.
    doubled_median(&mut gaps).map(|doubled| QuarterDays(doubled / 2))
}

/// How late a member is. `cohort` is [`cohort_gap`] of those whom the merchant compares the member with.
/// Orders after `now` are not seen; give no order that was refunded whole. None without an order, and
/// where there is no usual gap at all.
pub fn risk(
    zone: &Zone,
    orders: &[Timestamp],
    cohort: Option<QuarterDays>,
    now: Timestamp,
) -> Option<Risk> {
    let seen: Vec<Timestamp> = orders.iter().copied().filter(|at| *at <= now).collect();
    let last = seen.iter().max()?;
    let days_since = zone.day(now).saturating_sub(zone.day(*last)).max(0);
    let own = own_gap(zone, &seen).map(|gap| (gap, Baseline::Own));
    let (usual_gap, by) = own.or(cohort.map(|gap| (gap, Baseline::Cohort)))?;
    let (days, gap) = (i128::from(days_since), i128::from(usual_gap.0.max(1)));
    Some(Risk {
        days_since,
        usual_gap,
        by,
        ratio_bp: i64::try_from(40_000 * days / gap).unwrap_or(i64::MAX),
        at_risk: 2 * days > gap,
    })
}

/// How late each member is, by id: the members of these orders are the cohort. Members of whom nothing
/// can be said are left out.
pub fn risks<'a>(sales: &[Sale<'a>], zone: &Zone, now: Timestamp) -> Vec<(&'a str, Risk)> {
    let seen = |sale: &&Sale<'a>| !sale.refunded_whole && sale.paid_at <= now;
    let mut orders: Vec<(&'a str, Timestamp)> = sales
        .iter()
        .filter(seen)
        .map(|sale| (sale.member, sale.paid_at))
        .collect();
    orders.sort_unstable();
    let members: Vec<(&'a str, Vec<Timestamp>)> = orders
        .chunk_by(|one, next| one.0 == next.0)
        .filter_map(|of| Some((of.first()?.0, of.iter().map(|(_, at)| *at).collect())))
        .collect();
    let own = members.iter().filter_map(|(_, of)| own_gap(zone, of));
    let cohort = cohort_gap(own.collect());
    members
        .iter()
        .filter_map(|(id, of)| Some((*id, risk(zone, of, cohort, now)?)))
        .collect()
}

/// Twice the median: the mean of the two in the middle needs no fraction so.
fn doubled_median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    let upper = values.get(values.len() / 2)?;
    let lower = values.get(values.len().checked_sub(1)? / 2)?;
    Some(lower.saturating_add(*upper))
}

#[cfg(test)]
mod tests;
