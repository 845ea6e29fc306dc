//! Fixed points for doing something, once per source.

use super::caps::{Full, room};
use crate::calendar::{Calendar, Date};
use crate::member::{Member, MonthDay};
use crate::program::{Activity, ActivityRule, Perk};
use crate::{Points, Program, Timestamp, Zone, memberships, tiers};
use serde::{Deserialize, Serialize};

/// What a claim brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What it is for; (member, rule, source) is unique for ever.
    pub source: String,
    /// How many points.
    pub points: Points,
}

/// Why a claim brings nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The rule has paid for this source.
    AlreadyEarned,
    /// A cap of the rule is full.
    CapReached {
        /// First instant at which it gives again; absent when that is never.
        #[serde(default)]
        resets_at: Option<Timestamp>,
    },
    /// It is not the birthday.
    NotToday {
        /// First instant of the next one.
        next: Timestamp,
    },
    /// The member's birthday is not known.
    NoBirthday,
    /// The claim does not say what it is for.
    SourceNeeded,
}

impl Refusal {
    /// The refusal's stable name, as on the wire.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AlreadyEarned => "already_earned",
            Self::CapReached { .. } => "cap_reached",
            Self::NotToday { .. } => "not_today",
            Self::NoBirthday => "no_birthday",
            Self::SourceNeeded => "source_needed",
        }
    }
}

/// What an activity brings at `now`, or why it brings nothing.
///
/// The source is the given one for a first purchase (the order), a survey (its scope), a review and an
/// event; the last two need one. It is the local date of the program's calendar for a daily visit
/// (`1404-01-05`), its year for a birthday, the network for a follow, and empty for joining and for the
/// profile, whatever is given. A first purchase is paid for once, whichever order it is, unless a refund
/// took back all that it brought.
///
/// On a birthday the bonuses of the held tier and of the running plan are added. Caps hold the sum.
pub fn claim(
    program: &Program,
    zone: &Zone,
    member: &Member,
    rule: &ActivityRule,
    source: Option<&str>,
    now: Timestamp,
) -> Result<Grant, Refusal> {
    let given = source.unwrap_or_default();
    let today = program.calendar.date_at(zone, now);
    let mut points = rule.points.or_zero();
    let source = match &rule.kind {
        Activity::Join | Activity::Profile => String::new(),
        Activity::FirstPurchase | Activity::Survey(_) => given.to_owned(),
        Activity::Review | Activity::Event(_) if given.is_empty() => {
            return Err(Refusal::SourceNeeded);
        }
        Activity::Review | Activity::Event(_) => given.to_owned(),
        Activity::SocialFollow(network) => network.clone(),
        Activity::DailyVisit => iso(today),
        Activity::Birthday => {
            on_birthday(program.calendar, zone, member.birthday, now)?;
            points = points.plus(birthday_bonus(program, zone, member, now));
            year_of(today)
        }
    };
    let once = rule.kind == Activity::FirstPurchase;
    let earned = member.earned.iter().any(|entry| {
        entry.rule == rule.id && (entry.source == source || (once && entry.points.is_positive()))
    });
    if earned {
        return Err(Refusal::AlreadyEarned);
    }
    match room(program, zone, &rule.caps, &rule.id, points, member, now) {
        Ok(points) => Ok(Grant { source, points }),
        Err(Full { resets_at }) => Err(Refusal::CapReached { resets_at }),
    }
}

/// Whether the shopper's own page may claim it: the rule's word, else only for what nobody but the page
/// can know, a daily visit and a follow.
pub fn claimable(rule: &ActivityRule) -> bool {
    let by_kind = matches!(rule.kind, Activity::DailyVisit | Activity::SocialFollow(_));
    rule.claimable.unwrap_or(by_kind)
}

/// Whether today is the birthday, in the zone.
fn on_birthday(
    calendar: Calendar,
    zone: &Zone,
    birthday: Option<MonthDay>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let birthday = birthday
        .filter(|day| (1..=12).contains(&day.month) && (1..=31).contains(&day.day))
        .ok_or(Refusal::NoBirthday)?;
    let today = zone.day(now);
    let year = calendar.date_of_day(today).year;
    let this = day_in(calendar, birthday, year);
    if today == this {
        return Ok(());
    }
    let next = if today < this {
        this
    } else {
        day_in(calendar, birthday, year.saturating_add(1))
    };
    Err(Refusal::NotToday {
        next: zone.start_of_day(next),
    })
}

/// The birthday in a year; the month's last day where the month is shorter that year.
fn day_in(calendar: Calendar, birthday: MonthDay, year: i32) -> i64 {
    let first = |month| {
        calendar.day_of(Date {
            year,
            month,
            day: 1,
        })
    };
    let last = first(birthday.month.saturating_add(1)).saturating_sub(1);
    let day = i64::from(birthday.day).saturating_sub(1);
    first(birthday.month).saturating_add(day).min(last)
}

/// What the held tier and the running plan add on a birthday.
fn birthday_bonus(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Points {
    let held = tiers::current(program, zone, member, now);
    let level = program.tiers.as_ref().zip(held);
    let level = level.and_then(|(ladder, held)| ladder.levels.get(held));
    let plan = memberships::running(program, member, now);
    let perks = level.into_iter().flat_map(|level| &level.perks);
    perks
        .chain(plan.into_iter().flat_map(|plan| &plan.perks))
        .map(|perk| match perk {
            Perk::BirthdayBonus(points) => points.or_zero(),
            _ => Points::ZERO,
        })
        .sum()
}

/// A date as `1404-01-05`.
fn iso(date: Date) -> String {
    let mut text = year_of(date);
    for part in [date.month, date.day] {
        text.push('-');
        put(&mut text, part.into(), 2);
    }
    text
}

/// A date's year, of four digits or more.
fn year_of(date: Date) -> String {
    let mut text = String::new();
    if date.year < 0 {
        text.push('-');
    }
    put(&mut text, date.year.unsigned_abs(), 4);
    text
}

/// Adds a number, of at least so many digits.
fn put(text: &mut String, number: u32, width: u32) {
    if number >= 10 || width > 1 {
        put(text, number / 10, width.saturating_sub(1));
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests;
