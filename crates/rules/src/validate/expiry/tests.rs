use super::*;
use crate::samples::{at, tehran};

#[test]
fn no_span_of_months_is_shorter_than_is_said_here() {
    let zone = tehran();
    // 33 years have every leap day of both calendars.
    let first = at("2001-01-01T00:00:00Z");
    for calendar in [Calendar::Gregorian, Calendar::Jalali] {
        for months in 1..=6 {
            let lasts = (0..33 * 366).map(|day| {
                let earned = zone.plus_days(first, day);
                let end = calendar.add_months(&zone, earned, months);
                zone.day(end) - zone.day(earned)
            });
            let least = lasts.min().and_then(|days| u64::try_from(days).ok());
            let said = shortest(calendar, months.unsigned_abs());
            if months <= 3 {
                assert_eq!(least, Some(said), "{calendar:?} {months}");
            } else {
                let bound = least.is_some_and(|least| said <= least);
                assert!(bound, "{calendar:?} {months}");
            }
        }
    }
}
