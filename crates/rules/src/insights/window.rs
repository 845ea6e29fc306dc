//! Counting orders and actions of a window in memory.

use super::Counts;
use crate::calendar::Calendar;
use crate::time::DAY_MS;
use crate::{Money, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// From an instant up to, not with, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

impl Window {
    /// Whether an instant is in it.
    pub fn has(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// Its length in milliseconds; 0 when it ends before it begins.
    pub fn length_ms(&self) -> i64 {
        self.to.since(self.from).max(0)
    }

    /// The window that ends where this one begins and is as long: in months of the calendar where this
    /// one is whole months (a quarter follows a quarter), else in days of the zone where it is whole
    /// days, else in milliseconds.
    #[must_use]
    pub fn before(&self, calendar: Calendar, zone: &Zone) -> Self {
        let month = |at| month(calendar, zone, at);
        let months = month(self.to).saturating_sub(month(self.from));
        let months = i32::try_from(months).unwrap_or(0);
        let days = zone.local(self.to).saturating_sub(zone.local(self.from));
        let from = if months > 0 && calendar.add_months(zone, self.from, months) == self.to {
            calendar.add_months(zone, self.from, months.saturating_neg())
        } else if days > 0 && days % DAY_MS == 0 {
            zone.plus_days(self.from, -(days / DAY_MS))
        } else {
            self.from.plus_ms(self.length_ms().saturating_neg())
        };
        Self {
            from,
            to: self.from,
        }
    }
}

/// An order, as indicators and segments see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale<'a> {
    /// The member's id.
    pub member: &'a str,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// What was paid, net of part refunds; less than nothing counts as nothing.
    pub revenue: Money,
    /// Distinct products.
    pub products: u32,
    /// Nothing of it is left: it counts nowhere.
    pub refunded_whole: bool,
}

/// A club action: redeeming, sharing a code, answering, claiming an activity or opening the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action<'a> {
    /// The member's id.
    pub member: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What a member did, in the order in which it is grouped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Before,
    Bought,
    Acted,
}

/// Counts a window; `before` is the period that its retention and churn look back to, usually
/// [`Window::before`]. Sales and actions come in any order and may reach beyond both.
pub fn count(sales: &[Sale<'_>], actions: &[Action<'_>], window: Window, before: Window) -> Counts {
    let mut counts = Counts::default();
    let mut marks = Vec::new();
    let up = |count: &mut u32, so: bool| *count = count.saturating_add(so.into());
    for sale in sales.iter().filter(|sale| !sale.refunded_whole) {
        if before.has(sale.paid_at) {
            marks.push((sale.member, Mark::Before));
        }
        if window.has(sale.paid_at) {
            marks.push((sale.member, Mark::Bought));
            up(&mut counts.orders, true);
            up(&mut counts.mixed_orders, sale.products > 1);
            counts.revenue = counts.revenue.plus(sale.revenue.or_zero());
        }
    }
    let acted = actions.iter().filter(|action| window.has(action.at));
    marks.extend(acted.map(|action| (action.member, Mark::Acted)));
    // Who reads orders member by member gives them nearly sorted, which a stable sort sees.
    marks.sort();
    for member in marks.chunk_by(|one, next| one.0 == next.0) {
        let times = |mark| member.iter().filter(|(_, one)| *one == mark).count();
        let (before, orders) = (times(Mark::Before), times(Mark::Bought));
        let acted = times(Mark::Acted) > 0;
        up(&mut counts.buyers_before, before > 0);
        up(&mut counts.stayed, before > 0 && orders > 0);
        up(&mut counts.buyers, orders > 0);
        up(&mut counts.repeat_buyers, orders > 1);
        up(&mut counts.active_members, orders > 0 || acted);
        up(&mut counts.engaged_members, acted);
    }
    counts
}

/// The zone's month at an instant, counted from the calendar's year 0.
pub(super) fn month(calendar: Calendar, zone: &Zone, at: Timestamp) -> i64 {
    let date = calendar.date_at(zone, at);
    i64::from(date.year) * 12 + i64::from(date.month) - 1
}
