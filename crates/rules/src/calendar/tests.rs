#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::samples::{at, berlin, tehran};
use chrono::Datelike;
use proptest::prelude::*;

const fn date(year: i32, month: u8, day: u8) -> Date {
    Date { year, month, day }
}

/// The published breaks of the Jalali leap rule: the years at which its 33-year pattern begins anew.
/// Another way to the same years than the code's.
fn is_leap_by_breaks(year: i64) -> bool {
    const BREAKS: [i64; 12] = [-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635];
    let place = BREAKS.iter().rposition(|b| *b <= year).unwrap();
    let next = BREAKS.get(place + 1).copied().unwrap_or(2060);
    let (mut n, jump) = (year - BREAKS[place], next - BREAKS[place]);
    if jump - n < 6 {
        n = n - jump + (jump + 4) / 33 * 33;
    }
    // Every fourth year of a pattern is leap, and the last of its 33 is not.
    ((n + 1).rem_euclid(33) - 1).rem_euclid(4) == 0
}

#[test]
fn known_nowruz_days_are_the_first_of_farvardin() {
    for (year, month, day) in [
        (1342, 3, 21),
        (1354, 3, 21),
        (1370, 3, 21),
        (1375, 3, 20),
        (1379, 3, 20),
        (1387, 3, 20),
        (1391, 3, 20),
        (1395, 3, 20),
        (1399, 3, 20),
        (1403, 3, 20),
        (1404, 3, 21),
        (1405, 3, 21),
        (1406, 3, 21),
        (1407, 3, 20),
        (1408, 3, 20),
        (1409, 3, 21),
    ] {
        let first = Calendar::Gregorian.day_of(date(year + 621, month, day));
        assert_eq!(
            Calendar::Jalali.date_of_day(first),
            date(year, 1, 1),
            "{year}"
        );
    }
}

#[test]
fn leap_years_follow_the_published_breaks() {
    for year in 1178..=1666 {
        let last = Calendar::Jalali.has(date(year, 12, 30));
        assert_eq!(last, is_leap_by_breaks(year.into()), "{year}");
    }
}

#[test]
fn days_of_history_have_their_names_in_both_calendars() {
    for (jalali, gregorian) in [
        (date(1357, 11, 22), date(1979, 2, 11)),
        (date(1378, 10, 11), date(2000, 1, 1)),
        (date(1403, 12, 30), date(2025, 3, 20)),
        (date(1405, 9, 1), date(2026, 11, 22)),
        (date(1348, 10, 11), date(1970, 1, 1)),
    ] {
        let day = Calendar::Gregorian.day_of(gregorian);
        assert_eq!(Calendar::Jalali.date_of_day(day), jalali);
        assert_eq!(Calendar::Jalali.day_of(jalali), day);
    }
}

#[test]
fn months_clamp_to_the_last_day_in_the_programs_calendar() {
    let add = |calendar: Calendar, text, months| calendar.add_months(&tehran(), at(text), months);
    // 31 Shahrivar 1404 and a month: 30 Mehr.
    assert_eq!(
        add(Calendar::Jalali, "2025-09-22T08:00:00Z", 1),
        at("2025-10-22T08:00:00Z")
    );
    assert_eq!(
        add(Calendar::Gregorian, "2024-02-29T08:00:00Z", 12),
        at("2025-02-28T08:00:00Z")
    );
    assert_eq!(
        add(Calendar::Gregorian, "2025-12-31T08:00:00Z", 2),
        at("2026-02-28T08:00:00Z")
    );
    assert_eq!(
        add(Calendar::Gregorian, "2025-12-31T08:00:00Z", 0),
        at("2025-12-31T08:00:00Z")
    );
}

#[test]
fn the_local_date_decides_on_which_day_a_month_is_counted_from() {
    // 22:00 in Greenwich is already 1 February in Tehran.
    let late = at("2025-01-31T22:00:00Z");
    assert_eq!(
        Calendar::Gregorian.add_months(&tehran(), late, 1),
        at("2025-02-28T22:00:00Z")
    );
    assert_eq!(
        Calendar::Gregorian.end_of_month(&tehran(), late),
        at("2025-02-28T20:30:00Z")
    );
}

#[test]
fn a_month_ends_at_local_midnight_in_summer_time_too() {
    let june = at("2025-06-15T00:00:00Z");
    assert_eq!(
        Calendar::Gregorian.end_of_month(&berlin(), june),
        at("2025-06-30T22:00:00Z")
    );
}

#[test]
fn years_meet_without_gap_or_overlap() {
    let (year, start, end) = Calendar::Jalali.year(&tehran(), at("2025-03-20T20:30:00Z"));
    assert_eq!((year, start), (1404, at("2025-03-20T20:30:00Z")));
    assert_eq!(Calendar::Jalali.year(&tehran(), end).1, end);
    assert_eq!(Calendar::Jalali.year(&tehran(), start.plus_ms(-1)).0, 1403);
}

proptest! {
    #[test]
    fn every_day_keeps_its_name(day in -1_000_000..3_000_000_i64) {
        for calendar in [Calendar::Gregorian, Calendar::Jalali] {
            let named = calendar.date_of_day(day);
            prop_assert_eq!(calendar.day_of(named), day);
            let next = calendar.date_of_day(day + 1);
            prop_assert!(next > named);
            prop_assert!(next.day == named.day + 1 || next.day == 1);
        }
    }

    #[test]
    fn gregorian_days_are_named_as_chrono_names_them(day in -700_000..2_900_000_i32) {
        let oracle = chrono::NaiveDate::from_num_days_from_ce_opt(day + 719_163).unwrap();
        let named = Calendar::Gregorian.date_of_day(day.into());
        prop_assert_eq!(named.year, oracle.year());
        prop_assert_eq!(u32::from(named.month), oracle.month());
        prop_assert_eq!(u32::from(named.day), oracle.day());
    }

    #[test]
    fn adding_months_lands_in_that_month_on_that_day_or_its_last(
        ms in 0..4_000_000_000_000_i64, months in -600..600_i32,
    ) {
        for calendar in [Calendar::Gregorian, Calendar::Jalali] {
            let (from, zone) = (Timestamp(ms), tehran());
            let (before, after) =
                (calendar.date_at(&zone, from), calendar.date_at(&zone, calendar.add_months(&zone, from, months)));
            let count = |d: Date| d.year * 12 + i32::from(d.month);
            prop_assert_eq!(count(after), count(before) + months);
            let longer = Date { day: after.day + 1, ..after };
            prop_assert!(after.day == before.day || (after.day < before.day && !calendar.has(longer)));
        }
    }

    #[test]
    fn no_instant_makes_a_calendar_fall_over(ms: i64, months: i32, day: i64) {
        for calendar in [Calendar::Gregorian, Calendar::Jalali] {
            let _ = calendar.add_months(&tehran(), Timestamp(ms), months);
            let _ = calendar.end_of_month(&tehran(), Timestamp(ms));
            let _ = calendar.year(&tehran(), Timestamp(ms));
            let _ = calendar.date_of_day(day);
            let _ = calendar.day_of(date(i32::MAX, 255, 255));
        }
    }
}
