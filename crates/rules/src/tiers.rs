//! Where a member stands: a fold over what they bought, with no stored state.
//!
//! Rising is immediate; falling follows the window, the grace and the downgrade policy. A refund has
//! lowered the purchase at its own date, so a rise that it undoes has never been.

mod climb;
mod moves;

pub use moves::{Move, moves};

use crate::calendar::Calendar;
use crate::ledger::whole;
use crate::member::Member;
use crate::program::{Ladder, Measure, Window};
use crate::{Bp, Program, Timestamp, Zone};
use climb::{Climb, Keep};
use serde::{Deserialize, Serialize};

/// A member's place on the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Standing {
    /// What is counted.
    pub measure: Measure,
    /// Start of the time that is counted; absent for a lifetime.
    #[serde(default)]
    pub period_start: Option<Timestamp>,
    /// First instant that is no longer counted; absent where there is none.
    #[serde(default)]
    pub period_end: Option<Timestamp>,
    /// The measure so far (minor units, points or orders).
    pub value: i64,
    /// Index of the tier that is held.
    pub current: usize,
    /// Index of the next one up.
    #[serde(default)]
    pub next: Option<usize>,
    /// What is missing to it.
    #[serde(default)]
    pub delta_to_next: Option<i64>,
    /// From the current threshold to the next, 0…10000; at the top 10000.
    pub progress: u32,
    /// What is missing to keep the tier by the value of now; absent at the bottom.
    #[serde(default)]
    pub delta_to_keep: Option<i64>,
    /// Until when the tier can be kept: then it is lost, or its grace begins (calendar years). In a grace
    /// its end.
    #[serde(default)]
    pub keep_until: Option<Timestamp>,
    /// Index of the tier that is held after `keep_until`, and after the grace that begins there, if nothing
    /// more comes. What is on its way counts: points that become active until then. Without `keep_until`
    /// it is `current`.
    #[serde(default)]
    pub projected: usize,
    /// What the member should be told: of the tier that is held first, of the next one last.
    #[serde(default)]
    pub notices: Vec<Notice>,
}

/// Something that a member should be told in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The tier will be lost, and it is `notice_days` or less to `keep_until`.
    AtRisk {
        /// `keep_until`.
        until: Timestamp,
        /// What is missing: for a calendar year to the year's value; for a rolling window to the value that
        /// is left when so much has gone out of it that the tier's mark is not met.
        missing: i64,
    },
    /// The right to the tier is gone, and the tier follows.
    InGrace {
        /// When.
        until: Timestamp,
        /// What is missing to stay.
        missing: i64,
    },
    /// Nine tenths or more of the way to the next tier are done.
    NearNext {
        /// What is missing.
        missing: i64,
    },
}

/// A tier that was reached. Everybody has the lowest one without reaching it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rise {
    /// Index of the tier.
    pub level: usize,
    /// When.
    pub at: Timestamp,
    /// Start of the time in which it is reached once: of the calendar year; for a rolling window this very
    /// instant, from which its months run; absent for a lifetime.
    #[serde(default)]
    pub period_start: Option<Timestamp>,
}

impl Rise {
    /// A name that the same rise always has: the tier's id, and the start of the period. None for a level
    /// that the ladder does not have.
    pub fn source(&self, ladder: &Ladder) -> Option<String> {
        let id = ladder.levels.get(self.level)?.id.as_str();
        Some(match self.period_start {
            Some(start) => [id, "@", &start.to_string()].concat(),
            None => id.to_owned(),
        })
    }
}

/// From here on a member is near the next tier, in basis points of the way.
const NEAR: u32 = 9_000;

/// The member's standing at `now`.
pub fn standing(
    ladder: &Ladder,
    calendar: Calendar,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Standing {
    let mut climb = Climb::new(ladder, calendar, zone);
    let keep = climb.fold(member, now);
    let (period_start, period_end) = period(ladder, calendar, zone, now);
    let (value, current) = (climb.told(), climb.current);
    let next = Some(current + 1).filter(|next| *next < ladder.levels.len());
    let delta_to_next = next.map(|next| climb.enter(next).saturating_sub(value).max(0));
    let progress = next.map_or(10_000, |next| climb.progress(next));
    let delta_to_keep = (current > 0).then(|| climb.missing().max(0));
    let projected = keep.map_or(current, |keep| {
        let mut later = Climb::new(ladder, calendar, zone);
        later.fold(member, climb.gone_at(keep.until));
        later.current
    });
    let mut notices = Vec::new();
    if let Some(Keep { until, missing }) = keep {
        if climb.fall_at.is_some() {
            let missing = missing.max(0);
            notices.push(Notice::InGrace { until, missing });
        } else if missing > 0
            && projected < current
            && zone.plus_days(until, -i64::from(ladder.notice_days)) <= now
        {
            notices.push(Notice::AtRisk { until, missing });
        }
    }
    if let Some(missing) = delta_to_next.filter(|_| progress >= NEAR) {
        notices.push(Notice::NearNext { missing });
    }
    Standing {
        measure: ladder.measure,
        period_start,
        period_end,
        value,
        current,
        next,
        delta_to_next,
        progress,
        delta_to_keep,
        keep_until: keep.map(|keep| keep.until),
        projected,
        notices,
    }
}

/// The time that is counted.
fn period(
    ladder: &Ladder,
    calendar: Calendar,
    zone: &Zone,
    now: Timestamp,
) -> (Option<Timestamp>, Option<Timestamp>) {
    match ladder.window {
        Window::Lifetime => (None, None),
        Window::CalendarYear => {
            let (_, start, end) = calendar.year(zone, now);
            (Some(start), Some(end))
        }
        Window::RollingMonths(months) => {
            let back = whole(months).saturating_neg();
            (Some(calendar.add_months(zone, now, back)), None)
        }
    }
}

/// Every reaching of a tier until `now`, in order of time, for what is given on it. Several tiers that
/// are passed at once are as many rises, the lowest first. A tier is reached once in a period: once for a
/// lifetime, once a calendar year, and once in the months of a rolling window from the last time on.
///
/// After a refund the list is that of a member who never bought what went back: what was given for a rise
/// that is no longer on it is to be taken back. Rises have names to compare them by ([`Rise::source`]).
pub fn rises(
    ladder: &Ladder,
    calendar: Calendar,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Vec<Rise> {
    let mut climb = Climb::new(ladder, calendar, zone);
    climb.watch();
    climb.fold(member, now);
    climb.rises()
}

/// The index of the tier that the member holds, where the program has tiers.
pub fn current(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Option<usize> {
    let ladder = program.tiers.as_ref()?;
    let mut climb = Climb::new(ladder, program.calendar, zone);
    climb.fold(member, now);
    Some(climb.current)
}

/// What the member's tier multiplies purchase points by.
pub fn multiplier(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Bp {
    program
        .tiers
        .as_ref()
        .zip(current(program, zone, member, now))
        .and_then(|(ladder, current)| ladder.levels.get(current))
        .map_or(Bp::ONE, |level| level.multiplier)
}

/// Puts amounts in order of time; those of one instant stay in the order that they have.
pub(crate) fn in_time(amounts: &mut [(Timestamp, i64)]) {
    amounts.sort_by_key(|(at, _)| *at);
}

/// What counts by `now`, oldest first.
fn events(measure: Measure, member: &Member, now: Timestamp) -> Vec<(Timestamp, i64)> {
    let mut events = Vec::new();
    let mut note = |at: Timestamp, amount: i64| {
        if at <= now {
            events.push((at, amount));
        }
    };
    match measure {
        Measure::PointsEarned => member
            .credits
            .iter()
            .for_each(|c| note(c.activates_at, c.points.0)),
        Measure::Spend => member
            .purchases
            .iter()
            .for_each(|p| note(p.paid_at, p.spend.0)),
        Measure::Orders => member.purchases.iter().for_each(|p| note(p.paid_at, 1)),
    }
    in_time(&mut events);
    events
}

#[cfg(test)]
mod tests;
