//! Calendars: which day it is, and where months and years begin.

use crate::program::Period;
use crate::time::DAY_MS;
use crate::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// The calendar that fixes a program's months and years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// The Gregorian calendar, without end in both directions.
    #[default]
    Gregorian,
    /// The Solar Hijri calendar by its 33-year cycle: true for the years 1178–1666.
    Jalali,
}

/// A day by its names in some calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    /// The year.
    pub year: i32,
    /// 1…12.
    pub month: u8,
    /// 1…31.
    pub day: u8,
}

/// 1 Farvardin of the year 1, counted from 1970-01-01.
const JALALI_EPOCH: i64 = -492_268;

impl Calendar {
    /// Names a day that is counted from 1970-01-01.
    pub fn date_of_day(self, day: i64) -> Date {
        let (year, month, of_month) = match self {
            Self::Gregorian => {
                // Years begin in March here, so that the leap day is the last one; eras have 400 years.
                let days = day.saturating_add(719_468);
                let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
                let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
                let of_year = of_era - (365 * year + year / 4 - year / 100);
                let month = (5 * of_year + 2) / 153;
                let of_month = of_year - (153 * month + 2) / 5 + 1;
                let late = i64::from(month >= 10);
                (year + era * 400 + late, month + 3 - 12 * late, of_month)
            }
            Self::Jalali => {
                let days = day.saturating_sub(JALALI_EPOCH);
                let cycles = days.div_euclid(12_053);
                let mut year = 1 + cycles * 33 + (33 * days.rem_euclid(12_053) + 3) / 12_053;
                if nowruz(year) > day {
                    year -= 1;
                } else if nowruz(year + 1) <= day {
                    year += 1;
                }
                let of_year = day - nowruz(year);
                let month = if of_year < 186 {
                    of_year / 31
                } else {
                    6 + (of_year - 186) / 30
                };
                (year, month + 1, of_year - before_month(month) + 1)
            }
        };
        Date {
            year: year.clamp(i32::MIN.into(), i32::MAX.into()) as i32,
            month: month as u8,
            day: of_month as u8,
        }
    }

    /// Counts a day from 1970-01-01. A month or day outside the calendar counts on from its neighbours.
    pub fn day_of(self, date: Date) -> i64 {
        let months = i64::from(date.year) * 12 + i64::from(date.month) - 1;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
        let first = match self {
            Self::Gregorian => {
                let early = i64::from(month < 2);
                let (year, month) = (year - early, month + 12 * early - 2);
                let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
                let of_year = (153 * month + 2) / 5;
                era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
            }
            Self::Jalali => nowruz(year) + before_month(month),
        };
        first + i64::from(date.day) - 1
    }

    /// Whether the calendar has such a day.
    pub fn has(self, date: Date) -> bool {
        self.date_of_day(self.day_of(date)) == date
    }

    /// The zone's date at an instant.
    pub fn date_at(self, zone: &Zone, at: Timestamp) -> Date {
        self.date_of_day(zone.day(at))
    }

    /// The same local time so many months on (or back), on the month's last day where it has no such day.
    pub fn add_months(self, zone: &Zone, at: Timestamp, months: i32) -> Timestamp {
        let local = zone.local(at);
        let date = self.date_of_day(local.div_euclid(DAY_MS));
        let first = self.month_start(date, months);
        let length = self.month_start(date, months.saturating_add(1)) - first;
        let day = first + (i64::from(date.day) - 1).min(length - 1);
        zone.instant(
            day.saturating_mul(DAY_MS)
                .saturating_add(local.rem_euclid(DAY_MS)),
        )
    }

    /// The first instant of the next month: intervals are half-open.
    pub fn end_of_month(self, zone: &Zone, at: Timestamp) -> Timestamp {
        zone.start_of_day(self.month_start(self.date_at(zone, at), 1))
    }

    /// The year, its first instant, and the first instant of the next.
    pub fn year(self, zone: &Zone, at: Timestamp) -> (i32, Timestamp, Timestamp) {
        let year = self.date_at(zone, at).year;
        (
            year,
            self.year_start(zone, year),
            self.year_start(zone, year.saturating_add(1)),
        )
    }

    /// The first instant of a year; a Jalali year starts at Nowruz.
    pub fn year_start(self, zone: &Zone, year: i32) -> Timestamp {
        zone.start_of_day(self.day_of(Date {
            year,
            month: 1,
            day: 1,
        }))
    }

    /// The period that an instant is in, from its first instant to the first of the next; a lifetime has
    /// neither.
    pub fn period(
        self,
        zone: &Zone,
        period: Period,
        at: Timestamp,
    ) -> Option<(Timestamp, Timestamp)> {
        let day = zone.day(at);
        let (first, next) = match period {
            Period::Lifetime => return None,
            Period::Day => (day, day.saturating_add(1)),
            Period::Week => {
                // 1970-01-01 was a Thursday: five days after a Saturday, three after a Monday.
                let since = match self {
                    Self::Jalali => day.saturating_add(5).rem_euclid(7),
                    Self::Gregorian => day.saturating_add(3).rem_euclid(7),
                };
                let first = day.saturating_sub(since);
                (first, first.saturating_add(7))
            }
            Period::Month => {
                let date = self.date_of_day(day);
                (self.month_start(date, 0), self.month_start(date, 1))
            }
            Period::Year => {
                let (_, start, end) = self.year(zone, at);
                return Some((start, end));
            }
        };
        Some((zone.start_of_day(first), zone.start_of_day(next)))
    }

    /// The first day of the month that is `months` after the date's.
    fn month_start(self, date: Date, months: i32) -> i64 {
        let count = i64::from(date.year) * 12 + i64::from(date.month) - 1 + i64::from(months);
        let year = count.div_euclid(12).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        self.day_of(Date {
            year,
            month: count.rem_euclid(12) as u8 + 1,
            day: 1,
        })
    }
}

/// The first day of a Jalali year: 8 of 33 years are leap; the leap day due in 1634 comes a year later.
const fn nowruz(year: i64) -> i64 {
    let counted = if year == 1635 { 1634 } else { year };
    JALALI_EPOCH + 365 * (year - 1) + (8 * counted + 21).div_euclid(33)
}

/// Days of a Jalali year before a month, 0…11.
const fn before_month(month: i64) -> i64 {
    if month < 6 {
        31 * month
    } else {
        30 * month + 6
    }
}

#[cfg(test)]
mod tests;
