//! What an offer is made for: its name, and the days that it has.

use crate::calendar::{Calendar, Date};
use crate::member::MonthDay;
use crate::{Timestamp, Zone};

/// An occasion that is there.
pub(super) struct Occasion {
    pub name: String,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
}

impl Occasion {
    pub fn since(name: String, since: Timestamp) -> Self {
        let until = None;
        Self { name, since, until }
    }
}

/// The birthday whose days `now` is in, named by its year. Where the year has no such day (30 Esfand, 29
/// February) it is the month's last.
pub(super) fn birthday(
    calendar: Calendar,
    zone: &Zone,
    day: MonthDay,
    (before, after): (u32, u32),
    now: Timestamp,
) -> Option<Occasion> {
    let MonthDay { month, day } = day;
    if !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let today = zone.day(now);
    let this = calendar.date_of_day(today).year;
    // A window may begin in the year before its birthday, or end in the year after.
    let years = [this, this.saturating_add(1), this.saturating_sub(1)];
    years.into_iter().find_map(|year| {
        let first = |month| {
            calendar.day_of(Date {
                year,
                month,
                day: 1,
            })
        };
        let last = first(month + 1) - 1;
        let birthday = (first(month) + i64::from(day) - 1).min(last);
        let (from, to) = (birthday - i64::from(before), birthday + i64::from(after));
        (from <= today && today <= to).then(|| Occasion {
            name: year.to_string(),
            since: zone.start_of_day(from),
            until: Some(zone.start_of_day(to + 1)),
        })
    })
}

/// A date as `1404-01-01`.
pub(super) fn written(date: Date) -> String {
    let mut text = date.year.to_string();
    for part in [date.month, date.day] {
        text.push_str(if part < 10 { "-0" } else { "-" });
        text.push_str(&part.to_string());
    }
    text
}
