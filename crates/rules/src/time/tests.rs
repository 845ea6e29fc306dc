#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::samples::{at, berlin, tehran};
use proptest::prelude::*;

#[test]
fn an_instant_is_written_in_utc_with_milliseconds_only_where_there_are_some() {
    assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00Z");
    assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999Z");
    assert_eq!(
        at("2026-11-22T07:40:00.25+03:30").to_string(),
        "2026-11-22T04:10:00.250Z"
    );
}

#[test]
fn an_instant_beyond_four_digits_of_year_is_written_as_the_nearest_that_has_them() {
    assert_eq!(Timestamp(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
    assert_eq!(Timestamp(i64::MIN).to_string(), "0000-01-01T00:00:00Z");
}

#[test]
fn what_is_no_instant_is_refused() {
    for text in [
        "",
        "2026",
        "2026-11-22",
        "2026-11-22T04:10:00",
        "2026-11-22 04:10:00Z",
        "2026-11-22T04:10Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T04:60:00Z",
        "2026-11-22T04:10:00.Z",
        "2026-11-22T04:10:00Zx",
        "2026-11-22T04:10:00+0330",
        "2026-11-22T04:10:00+24:00",
        "+026-11-22T04:10:00Z",
        "۲۰۲۶-11-22T04:10:00Z",
    ] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
}

#[test]
fn on_the_wire_an_instant_is_a_string_and_nothing_else() {
    let now = at("2026-11-22T04:10:00Z");
    assert_eq!(
        serde_json::to_string(&now).unwrap(),
        "\"2026-11-22T04:10:00Z\""
    );
    assert_eq!(
        serde_json::from_str::<Timestamp>("\"2026-11-22T04:10:00Z\"").unwrap(),
        now
    );
    assert!(serde_json::from_str::<Timestamp>("1795320600000").is_err());
    let error = serde_json::from_str::<Timestamp>("\"soon\"")
        .unwrap_err()
        .to_string();
    assert!(error.contains("RFC 3339"), "{error}");
}

#[test]
fn a_time_that_the_clocks_skip_is_as_much_later_as_they_skip() {
    let skipped = at("2025-03-30T02:30:00Z").0;
    assert_eq!(berlin().instant(skipped), at("2025-03-30T01:30:00Z"));
}

#[test]
fn a_time_that_the_clocks_show_twice_is_the_first_one() {
    let twice = at("2025-10-26T02:30:00Z").0;
    assert_eq!(berlin().instant(twice), at("2025-10-26T00:30:00Z"));
}

#[test]
fn a_calendar_day_may_have_23_hours() {
    let noon_before = at("2025-03-29T11:00:00Z");
    assert_eq!(
        berlin().plus_days(noon_before, 1),
        at("2025-03-30T10:00:00Z")
    );
    assert_eq!(noon_before.plus_days(1), at("2025-03-30T11:00:00Z"));
}

#[test]
fn where_midnight_is_skipped_the_day_begins_with_its_first_instant() {
    // Tehran on 1 Farvardin 1401 (22 March 2022): from 00:00 to 01:00.
    let change = Transition {
        at: at("2022-03-21T20:30:00Z"),
        offset_minutes: 270,
    };
    let zone = Zone {
        offset_minutes: 210,
        transitions: vec![change],
    };
    assert_eq!(
        zone.start_of_day(zone.day(at("2022-03-22T12:00:00Z"))),
        change.at
    );
}

proptest! {
    #[test]
    fn rfc_3339_is_read_as_chrono_reads_it(
        ms in -62_000_000_000_000..253_000_000_000_000_i64,
        offset in -1439..1440_i32,
        digits in 0..9_usize,
    ) {
        let zone = chrono::FixedOffset::east_opt(offset * 60).unwrap();
        let then = chrono::DateTime::from_timestamp_millis(ms).unwrap().with_timezone(&zone);
        let mut text = then.format("%Y-%m-%dT%H:%M:%S").to_string();
        if digits > 0 {
            text.push_str(&then.format(".%9f").to_string()[..=digits]);
        }
        text.push_str(&then.format("%:z").to_string());
        let oracle = chrono::DateTime::parse_from_rfc3339(&text).unwrap().timestamp_millis();
        prop_assert_eq!(Timestamp::parse(&text), Some(Timestamp(oracle)));
    }

    #[test]
    fn an_instant_is_read_as_it_was_written(ms in Timestamp::MIN.0..=Timestamp::MAX.0) {
        prop_assert_eq!(Timestamp::parse(&Timestamp(ms).to_string()), Some(Timestamp(ms)));
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in "[-0-9TtZz:+.۰é]{0,40}") {
        let _ = Timestamp::parse(&text);
    }

    #[test]
    fn an_instant_is_found_again_by_its_local_time(hours in 0..17_520_i64) {
        let then = at("2024-06-01T00:00:00Z").plus_ms(hours * 3_600_000);
        prop_assert_eq!(tehran().instant(tehran().local(then)), then);
        let found = berlin().instant(berlin().local(then));
        // The second 02:00 of the autumn night is told as the first.
        let repeated = then == at("2025-10-26T01:00:00Z");
        prop_assert_eq!(found, if repeated { at("2025-10-26T00:00:00Z") } else { then });
    }

    #[test]
    fn no_zone_makes_the_clock_fall_over(
        ms in any::<i64>(), days in any::<i64>(), offset: i32,
        changes in prop::collection::vec((any::<i64>(), any::<i32>()), 0..4),
    ) {
        let transitions = changes
            .into_iter()
            .map(|(ms, offset_minutes)| Transition { at: Timestamp(ms), offset_minutes })
            .collect();
        let zone = Zone { offset_minutes: offset, transitions };
        let _ = zone.plus_days(Timestamp(ms), days);
        let _ = zone.start_of_day(zone.day(Timestamp(ms)));
    }
}
