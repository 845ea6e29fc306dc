//! Where a member stands: a fold over what they bought, with no stored state.
//!
//! Rising is immediate; falling follows the window, the grace and the downgrade policy. A refund has
//! lowered the purchase at its own date, so a rise that it undoes has never been.

use crate::calendar::Calendar;
use crate::ledger::whole;
use crate::member::Member;
use crate::program::{Downgrade, Ladder, Measure, Window};
use crate::{Bp, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// A member's place on the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What is missing to keep the tier; absent at the bottom.
    #[serde(default)]
    pub delta_to_keep: Option<i64>,
    /// Until when `delta_to_keep` can be met: then the tier is lost, or its grace begins (calendar years).
    #[serde(default)]
    pub keep_until: Option<Timestamp>,
}

/// The member's standing at `now`.
pub fn standing(
    ladder: &Ladder,
    calendar: Calendar,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Standing {
    let mut climb = Climb {
        ladder,
        zone,
        value: 0,
        current: 0,
        fall_at: None,
    };
    let events = events(ladder.measure, member, now);
    let mut period = (None, None);
    let mut keep_until = None;
    match ladder.window {
        Window::Lifetime => {
            for (_, amount) in events {
                climb.add(amount);
            }
        }
        Window::CalendarYear => {
            let (year, start, end) = calendar.year(zone, now);
            period = (Some(start), Some(end));
            keep_until = climb.years(calendar, &events, year, now);
        }
        Window::RollingMonths(months) => {
            let months = whole(months);
            period = (
                Some(calendar.add_months(zone, now, months.saturating_neg())),
                None,
            );
            keep_until = climb.window(calendar, &events, months, now);
        }
    }
    climb.standing(period, keep_until)
}

/// The index of the tier that the member holds, where the program has tiers.
pub fn current(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Option<usize> {
    let ladder = program.tiers.as_ref()?;
    Some(standing(ladder, program.calendar, zone, member, now).current)
}

/// What the member's tier multiplies purchase points by.
pub fn multiplier(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Bp {
    let Some(ladder) = &program.tiers else {
        return Bp::ONE;
    };
    let current = standing(ladder, program.calendar, zone, member, now).current;
    ladder
        .levels
        .get(current)
        .map_or(Bp::ONE, |level| level.multiplier)
}

/// What counts by `now`, oldest first.
fn events(measure: Measure, member: &Member, now: Timestamp) -> Vec<(Timestamp, i64)> {
    let mut events = Vec::new();
    let mut note = |at: Timestamp, amount: i64| {
        if at <= now {
            line_up(&mut events, at, amount);
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
    events
}

/// Puts an amount in its place in time, after what is there at the same instant.
fn line_up(events: &mut Vec<(Timestamp, i64)>, at: Timestamp, amount: i64) {
    let place = events
        .iter()
        .rposition(|(other, _)| *other <= at)
        .map_or(0, |i| i + 1);
    events.insert(place, (at, amount));
}

/// The fold's state.
struct Climb<'a> {
    ladder: &'a Ladder,
    zone: &'a Zone,
    value: i64,
    current: usize,
    /// The right to the tier is gone; so is the tier at this instant.
    fall_at: Option<Timestamp>,
}

impl Climb<'_> {
    fn enter(&self, level: usize) -> i64 {
        self.ladder.levels.get(level).map_or(i64::MAX, |l| l.enter)
    }

    fn retain(&self, level: usize) -> i64 {
        self.ladder
            .levels
            .get(level)
            .map_or(0, |l| l.retain.unwrap_or(l.enter))
    }

    /// The highest tier that a value enters.
    fn reach(&self, value: i64) -> usize {
        self.ladder
            .levels
            .iter()
            .rposition(|l| l.enter <= value)
            .unwrap_or(0)
    }

    /// Counts an amount; a higher tier is reached at once.
    fn add(&mut self, amount: i64) {
        self.value = self.value.saturating_add(amount);
        let reached = self.reach(self.value);
        if reached > self.current {
            self.current = reached;
            self.fall_at = None;
        }
    }

    fn grace_from(&self, lost_at: Timestamp) -> Timestamp {
        self.zone.plus_days(lost_at, self.ladder.grace_days.into())
    }

    /// The tier after a fall, by the value that was not enough.
    fn below(&self, value: i64) -> usize {
        match self.ladder.downgrade {
            Downgrade::None => self.current,
            Downgrade::OneDown => self.current.saturating_sub(1),
            Downgrade::Recompute => self.reach(value).min(self.current.saturating_sub(1)),
        }
    }

    /// Year by year: a tier holds to the end of the year after the one in which it was reached or kept;
    /// one that was reached by falling, to the end of that year. Gives the end of
    /// its time, or of its grace.
    fn years(
        &mut self,
        calendar: Calendar,
        events: &[(Timestamp, i64)],
        this_year: i32,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let forever = self.ladder.downgrade == Downgrade::None;
        let mut events = events.iter().peekable();
        let first = events
            .peek()
            .map_or(this_year, |(at, _)| calendar.year(self.zone, *at).0);
        let mut held_through = first;
        let mut last_value = 0;
        let mut year = first;
        while year <= this_year {
            // Years with nothing to count and nothing to lose need no visit.
            if forever || self.current == 0 {
                let next = events
                    .peek()
                    .map_or(this_year, |(at, _)| calendar.year(self.zone, *at).0);
                year = year.max(next);
            }
            let start = calendar.year_start(self.zone, year);
            let end = calendar.year_start(self.zone, year.saturating_add(1));
            self.value = 0;
            if !forever && self.current > 0 && held_through < year && self.fall_at.is_none() {
                self.fall_at = Some(self.grace_from(start));
            }
            loop {
                let event = events
                    .peek()
                    .filter(|(at, _)| *at < end)
                    .map(|(at, amount)| (*at, *amount));
                let until = event.map_or(end, |(at, _)| at);
                let due = self
                    .fall_at
                    .filter(|at| *at <= now && (*at < end && *at <= until));
                if due.is_some() {
                    self.current = self.below(last_value).max(self.reach(self.value));
                    self.fall_at = None;
                    held_through = if self.value >= self.retain(self.current) {
                        year.saturating_add(1)
                    } else {
                        year
                    };
                }
                let Some((_, amount)) = event else { break };
                events.next();
                self.add(amount);
                // In grace only the new year's own way up counts; else it is enough to retain.
                let entered = self.reach(self.value) == self.current;
                if entered || (self.fall_at.is_none() && self.value >= self.retain(self.current)) {
                    self.fall_at = None;
                    held_through = year.saturating_add(1);
                }
            }
            last_value = self.value;
            year = year.saturating_add(1);
        }
        if forever || self.current == 0 {
            return None;
        }
        let year_end = calendar.year_start(self.zone, held_through.saturating_add(1));
        Some(self.fall_at.unwrap_or(year_end))
    }

    /// Event by event, each leaving the window after its months. Gives the instant at which the tier
    /// would be lost if nothing more came.
    fn window(
        &mut self,
        calendar: Calendar,
        events: &[(Timestamp, i64)],
        months: i32,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let mut arriving = events.iter().peekable();
        // Clamping to a month's last day can change the order, so they are lined up again.
        let mut leaving = Vec::with_capacity(events.len());
        for (at, amount) in events {
            line_up(
                &mut leaving,
                calendar.add_months(self.zone, *at, months),
                *amount,
            );
        }
        let mut leaving = leaving.into_iter().peekable();
        loop {
            let out = leaving.peek().map(|(at, _)| *at);
            let into = arriving.peek().map(|(at, _)| *at);
            let next = [self.fall_at, out, into].into_iter().flatten().min();
            let Some(at) = next.filter(|at| *at <= now) else {
                // From here on only time goes by; the value of now stays the value.
                let (value, fall_at) = (self.value, self.fall_at);
                let lost = self.lost_at(leaving);
                (self.value, self.fall_at) = (value, fall_at);
                return lost;
            };
            if out == Some(at) {
                if let Some((_, amount)) = leaving.next() {
                    self.value = self.value.saturating_sub(amount);
                }
            } else if self.fall_at == Some(at) {
                self.current = self.below(self.value);
                self.fall_at = None;
            } else if let Some((_, amount)) = arriving.next() {
                self.add(*amount);
            }
            self.weigh(at);
        }
    }

    /// Begins or ends the grace, as the window's value says.
    fn weigh(&mut self, at: Timestamp) {
        let kept = self.value >= self.retain(self.current);
        if kept || self.current == 0 || self.ladder.downgrade == Downgrade::None {
            self.fall_at = None;
        } else if self.fall_at.is_none() {
            self.fall_at = Some(self.grace_from(at));
        }
    }

    /// When the held tier goes, if amounts only leave.
    fn lost_at(&mut self, leaving: impl Iterator<Item = (Timestamp, i64)>) -> Option<Timestamp> {
        for (at, amount) in leaving {
            if self.fall_at.is_some() {
                break;
            }
            self.value = self.value.saturating_sub(amount);
            self.weigh(at);
        }
        self.fall_at
    }

    fn standing(
        self,
        (period_start, period_end): (Option<Timestamp>, Option<Timestamp>),
        keep_until: Option<Timestamp>,
    ) -> Standing {
        let (value, current) = (self.value, self.current);
        let next = Some(current + 1).filter(|next| *next < self.ladder.levels.len());
        let progress = next.map_or(10_000, |next| {
            let from = i128::from(self.enter(current));
            let way = i128::from(self.enter(next)) - from;
            let gone = (i128::from(value) - from).clamp(0, way.max(0));
            if way > 0 {
                (gone * 10_000 / way) as u32
            } else {
                10_000
            }
        });
        let forever = self.ladder.downgrade == Downgrade::None;
        let yearly = self.ladder.window == Window::CalendarYear;
        let needed = match self.fall_at {
            _ if forever => value,
            Some(_) if yearly => self.enter(current),
            _ => self.retain(current),
        };
        Standing {
            measure: self.ladder.measure,
            period_start,
            period_end,
            value,
            current,
            next,
            delta_to_next: next.map(|next| self.enter(next).saturating_sub(value).max(0)),
            progress,
            delta_to_keep: (current > 0).then(|| needed.saturating_sub(value).max(0)),
            keep_until,
        }
    }
}

#[cfg(test)]
mod tests;
