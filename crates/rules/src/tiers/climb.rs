//! The fold itself: up with what comes, down with time.

use super::{Rise, events, in_time};
use crate::calendar::Calendar;
use crate::ledger::{scaled, whole};
use crate::member::Member;
use crate::program::{Downgrade, Ladder, Window};
use crate::{Timestamp, Zone};
use std::iter::Peekable;
use std::slice::Iter;

/// The fold's state.
pub(super) struct Climb<'a> {
    ladder: &'a Ladder,
    calendar: Calendar,
    zone: &'a Zone,
    /// Thresholds by time, oldest first; the last ones are today's.
    eras: Vec<Era>,
    era: usize,
    /// The measure in the window.
    /// Wide, so that what is added comes off again exactly.
    value: i128,
    /// The tier that is held.
    pub(super) current: usize,
    /// The right to the tier is gone; so is the tier at this instant.
    pub(super) fall_at: Option<Timestamp>,
    /// Start of the calendar year that is being counted.
    year_start: Option<Timestamp>,
    watch: Option<Watch>,
}

/// Thresholds and until when they are in force.
struct Era {
    until: Option<Timestamp>,
    marks: Vec<Mark>,
}

/// What it takes to reach a tier, and to keep it.
#[derive(Clone, Copy)]
struct Mark {
    enter: i64,
    retain: i64,
}

/// Rises that are written down, and when each tier was last reached: its period's start.
struct Watch {
    rises: Vec<Rise>,
    last: Vec<Option<Timestamp>>,
}

/// How long a tier is held if nothing more comes.
#[derive(Clone, Copy)]
pub(super) struct Keep {
    /// Until then it can be kept.
    pub(super) until: Timestamp,
    /// With so much more; nothing is missing at 0 and below.
    pub(super) missing: i64,
}

type Events<'a> = Peekable<Iter<'a, (Timestamp, i64)>>;

impl<'a> Climb<'a> {
    pub(super) fn new(ladder: &'a Ladder, calendar: Calendar, zone: &'a Zone) -> Self {
        Self {
            ladder,
            calendar,
            zone,
            eras: eras(ladder),
            era: 0,
            value: 0,
            current: 0,
            fall_at: None,
            year_start: None,
            watch: None,
        }
    }

    /// Writes rises down.
    pub(super) fn watch(&mut self) {
        self.watch = Some(Watch {
            rises: Vec::new(),
            last: vec![None; self.ladder.levels.len()],
        });
    }

    /// The rises that were written down.
    pub(super) fn rises(self) -> Vec<Rise> {
        self.watch.map_or_else(Vec::new, |watch| watch.rises)
    }

    /// Counts all that a member has until `now`.
    pub(super) fn fold(&mut self, member: &Member, now: Timestamp) -> Option<Keep> {
        let events = events(self.ladder.measure, member, now);
        let keep = match self.ladder.window {
            Window::Lifetime => {
                for (at, amount) in events {
                    self.turn(at);
                    self.add(at, amount);
                }
                None
            }
            Window::CalendarYear => self.years(&events, now),
            Window::RollingMonths(months) => self.rolling(&events, whole(months), now),
        };
        self.turn(now);
        keep
    }

    fn marks(&self) -> &[Mark] {
        self.eras.get(self.era).map_or(&[], |era| &era.marks)
    }

    /// What reaches a tier.
    pub(super) fn enter(&self, level: usize) -> i64 {
        self.marks().get(level).map_or(i64::MAX, |mark| mark.enter)
    }

    fn retain(&self, level: usize) -> i64 {
        self.marks().get(level).map_or(0, |mark| mark.retain)
    }

    /// The highest tier that a value enters.
    fn reach(&self, value: i128) -> usize {
        self.marks()
            .iter()
            .rposition(|mark| i128::from(mark.enter) <= value)
            .unwrap_or(0)
    }

    /// The next change of thresholds.
    fn turns_at(&self) -> Option<Timestamp> {
        self.eras.get(self.era).and_then(|era| era.until)
    }

    /// Goes by the thresholds of an instant.
    fn turn(&mut self, at: Timestamp) {
        while self.turns_at().is_some_and(|until| until <= at) {
            self.era += 1;
        }
    }

    /// The held tier cannot be lost by what is counted.
    fn safe(&self) -> bool {
        self.forever() || self.current == 0 || self.retain(self.current) <= 0
    }

    /// Nothing is ever lost. A lifetime only grows.
    fn forever(&self) -> bool {
        self.ladder.downgrade == Downgrade::None || self.ladder.window == Window::Lifetime
    }

    /// What is missing to keep the tier, by the value of now.
    pub(super) fn missing(&self) -> i64 {
        let yearly = self.ladder.window == Window::CalendarYear;
        let needed = match self.fall_at {
            _ if self.forever() => return 0,
            Some(_) if yearly => self.enter(self.current),
            _ => self.retain(self.current),
        };
        needed.saturating_sub(self.told())
    }

    /// The value as it is told: held at the ends of `i64`.
    pub(super) fn told(&self) -> i64 {
        self.value.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// The part of the way to the next tier that is done, in basis points.
    pub(super) fn progress(&self, next: usize) -> u32 {
        let from = self.enter(self.current);
        let way = self.enter(next).saturating_sub(from);
        let gone = (self.value - i128::from(from)).clamp(0, way.max(0).into()) as i64;
        if way > 0 {
            scaled(gone, 10_000, way) as u32
        } else {
            10_000
        }
    }

    /// When a tier that can be kept until some instant is gone: with the grace that a year's end begins.
    pub(super) fn gone_at(&self, until: Timestamp) -> Timestamp {
        if self.ladder.window == Window::CalendarYear && self.fall_at.is_none() {
            self.grace_from(until)
        } else {
            until
        }
    }

    /// Counts an amount; a higher tier is reached at once.
    fn add(&mut self, at: Timestamp, amount: i64) {
        self.value += i128::from(amount);
        let reached = self.reach(self.value);
        if reached > self.current {
            for level in self.current + 1..=reached {
                self.note(level, at);
            }
            self.current = reached;
            self.fall_at = None;
        }
    }

    /// Writes a rise down, once in its period.
    fn note(&mut self, level: usize, at: Timestamp) {
        let (calendar, zone, start) = (self.calendar, self.zone, self.year_start);
        let Some(watch) = &mut self.watch else {
            return;
        };
        let Some(last) = watch.last.get_mut(level) else {
            return;
        };
        let (again, period_start) = match self.ladder.window {
            Window::Lifetime => (last.is_some(), None),
            Window::CalendarYear => (last.is_some() && *last == start, start),
            Window::RollingMonths(months) => {
                let free = last.map(|last| calendar.add_months(zone, last, whole(months)));
                (free.is_some_and(|free| at < free), Some(at))
            }
        };
        if !again {
            *last = Some(period_start.unwrap_or(at));
            watch.rises.push(Rise {
                level,
                at,
                period_start,
            });
        }
    }

    fn grace_from(&self, lost_at: Timestamp) -> Timestamp {
        self.zone.plus_days(lost_at, self.ladder.grace_days.into())
    }

    /// The tier after a fall, by the value that was not enough.
    fn below(&self, value: i128) -> usize {
        match self.ladder.downgrade {
            Downgrade::None => self.current,
            Downgrade::OneDown => self.current.saturating_sub(1),
            Downgrade::Recompute => self.reach(value).min(self.current.saturating_sub(1)),
        }
    }

    fn year(&self, at: Timestamp) -> i32 {
        self.calendar.date_at(self.zone, at).year
    }

    /// Year by year: a tier holds to the end of the year after the one in which it was reached or kept;
    /// one that was reached by falling, to the end of that year. Gives the end of
    /// its time, or of its grace.
    fn years(&mut self, events: &[(Timestamp, i64)], now: Timestamp) -> Option<Keep> {
        let this_year = self.year(now);
        let mut events = events.iter().peekable();
        let mut year = events.peek().map_or(this_year, |(at, _)| self.year(*at));
        let mut held_through = year;
        let mut last_value = 0;
        loop {
            self.one_year(&mut events, year, last_value, &mut held_through, now);
            if year >= this_year {
                break;
            }
            let next = self.next_year(&mut events, year, this_year, held_through);
            last_value = if next == year.saturating_add(1) {
                self.value
            } else {
                0
            };
            year = next;
        }
        self.turn(now);
        if self.fall_at.is_none() && self.safe() {
            return None;
        }
        let end = || {
            self.calendar
                .year_start(self.zone, held_through.saturating_add(1))
        };
        Some(Keep {
            until: self.fall_at.unwrap_or_else(end),
            missing: self.missing(),
        })
    }

    /// The next year in which anything can happen: years with nothing to count and nothing to lose need no
    /// visit.
    fn next_year(
        &self,
        events: &mut Events<'_>,
        year: i32,
        this_year: i32,
        held_through: i32,
    ) -> i32 {
        let lost = match self.fall_at {
            Some(at) => Some(self.year(at)),
            None if self.safe() => None,
            None => Some(held_through.saturating_add(1)),
        };
        let event = events.peek().map(|(at, _)| self.year(*at));
        let turn = self.turns_at().map(|at| self.year(at));
        [lost, event, turn]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(this_year)
            .max(year.saturating_add(1))
            .min(this_year)
    }

    /// Counts a year, or what is gone of it. `last_value` is that of the year before.
    fn one_year(
        &mut self,
        events: &mut Events<'_>,
        year: i32,
        last_value: i128,
        held_through: &mut i32,
        now: Timestamp,
    ) {
        let next_year = year.saturating_add(1);
        let start = self.calendar.year_start(self.zone, year);
        let end = self.calendar.year_start(self.zone, next_year);
        self.year_start = Some(start);
        self.value = 0;
        // Kept by a mark of nothing until here, and under the new year's thresholds for this year too.
        if self.safe() {
            *held_through = year.max(*held_through);
        }
        self.turn(start);
        if self.fall_at.is_none() && self.safe() {
            *held_through = next_year.max(*held_through);
        } else if self.fall_at.is_none() && *held_through < year {
            self.fall_at = Some(self.grace_from(start));
        }
        loop {
            let event = events.peek().filter(|(at, _)| *at < end).copied().copied();
            let until = event.map_or(end, |(at, _)| at);
            let due = self
                .fall_at
                .filter(|at| *at <= now && *at < end && *at <= until);
            if let Some(at) = due {
                self.turn(at);
                self.current = self.below(last_value).max(self.reach(self.value));
                self.fall_at = None;
                *held_through = if self.value >= self.retain(self.current).into() {
                    next_year
                } else {
                    year
                };
            }
            let Some((at, amount)) = event else { break };
            events.next();
            self.turn(at);
            self.add(at, amount);
            // In grace only the new year's own way up counts; else it is enough to retain.
            let entered = self.reach(self.value) == self.current;
            if entered || (self.fall_at.is_none() && self.value >= self.retain(self.current).into())
            {
                self.fall_at = None;
                *held_through = next_year;
            }
        }
    }

    /// Event by event, each leaving the window after its months. Gives the instant at which the tier
    /// would be lost if nothing more came.
    fn rolling(
        &mut self,
        events: &[(Timestamp, i64)],
        months: i32,
        now: Timestamp,
    ) -> Option<Keep> {
        let mut arriving = events.iter().peekable();
        // Clamping to a month's last day can change the order, so they are lined up again.
        let mut leaving: Vec<(Timestamp, i64)> = events
            .iter()
            .map(|(at, amount)| (self.calendar.add_months(self.zone, *at, months), *amount))
            .collect();
        in_time(&mut leaving);
        let mut leaving = leaving.into_iter().peekable();
        loop {
            let out = leaving.peek().map(|(at, _)| *at);
            let into = arriving.peek().map(|(at, _)| *at);
            let next = [self.turns_at(), self.fall_at, out, into];
            let Some(at) = next.into_iter().flatten().min().filter(|at| *at <= now) else {
                // From here on only time goes by; the value of now stays the value.
                let (value, fall_at) = (self.value, self.fall_at);
                let lost = self.lost_at(leaving);
                (self.value, self.fall_at) = (value, fall_at);
                return lost;
            };
            self.turn(at);
            if out == Some(at) {
                if let Some((_, amount)) = leaving.next() {
                    self.value -= i128::from(amount);
                }
            } else if self.fall_at == Some(at) {
                self.current = self.below(self.value);
                self.fall_at = None;
            } else if into == Some(at)
                && let Some((_, amount)) = arriving.next()
            {
                self.add(at, *amount);
            }
            self.weigh(at);
        }
    }

    /// Begins or ends the grace, as the window's value says.
    fn weigh(&mut self, at: Timestamp) {
        let kept = self.value >= self.retain(self.current).into();
        if kept || self.current == 0 || self.forever() {
            self.fall_at = None;
        } else if self.fall_at.is_none() {
            self.fall_at = Some(self.grace_from(at));
        }
    }

    /// When the held tier goes, if amounts only leave, and what would have kept it.
    fn lost_at(&mut self, leaving: impl Iterator<Item = (Timestamp, i64)>) -> Option<Keep> {
        for (at, amount) in leaving {
            if self.fall_at.is_some() {
                break;
            }
            self.value -= i128::from(amount);
            self.weigh(at);
        }
        let missing = self.missing();
        self.fall_at.map(|until| Keep { until, missing })
    }
}

/// The thresholds of each time. What was counted under easier ones keeps its worth; what was counted
/// under harder ones counts by the easier ones since: so they only ever grow with time.
fn eras(ladder: &Ladder) -> Vec<Era> {
    let mut marks: Vec<Mark> = ladder
        .levels
        .iter()
        .map(|level| Mark {
            enter: level.enter,
            retain: level.retain.unwrap_or(level.enter),
        })
        .collect();
    let mut eras = vec![Era {
        until: None,
        marks: marks.clone(),
    }];
    for former in ladder.former.iter().rev() {
        for (mark, level) in marks.iter_mut().zip(&ladder.levels) {
            if let Some(then) = former.levels.iter().find(|then| then.id == level.id) {
                mark.enter = mark.enter.min(then.enter);
                mark.retain = mark.retain.min(then.retain.unwrap_or(then.enter));
            }
        }
        eras.push(Era {
            until: Some(former.until),
            marks: marks.clone(),
        });
    }
    eras.reverse();
    eras
}
