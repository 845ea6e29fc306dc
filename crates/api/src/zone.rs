//! A named time zone as the plain value that the rules take.

use chrono::{DateTime, Datelike, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use rules::{Timestamp, Transition, Zone};

/// Years of offsets around `now` that a zone carries: history that is still shown, and coupons' ends.
const YEARS_BACK: i32 = 10;
const YEARS_AHEAD: i32 = 5;
const STEP_MS: i64 = 7 * 86_400_000;

/// The zone's offsets for the years that matter; `None` when IANA has no such name.
///
/// The range begins and ends with a year, so that the value stays the same all year long.
#[must_use]
pub fn zone(name: &str, now: Timestamp) -> Option<Zone> {
    let tz: Tz = name.parse().ok()?;
    let year = DateTime::<Utc>::from_timestamp_millis(now.0)?.year();
    let start = Utc
        .with_ymd_and_hms(year - YEARS_BACK, 1, 1, 0, 0, 0)
        .single()?;
    let end = Utc
        .with_ymd_and_hms(year + YEARS_AHEAD + 1, 1, 1, 0, 0, 0)
        .single()?;
    let mut at = start.timestamp_millis();
    let first = offset_minutes(tz, at)?;
    let mut current = first;
    let mut transitions = Vec::new();
    while at < end.timestamp_millis() {
        let next = at + STEP_MS;
        let offset = offset_minutes(tz, next)?;
        if offset != current {
            transitions.push(Transition {
                at: Timestamp(first_with(tz, at, next, current)?),
                offset_minutes: offset,
            });
            current = offset;
        }
        at = next;
    }
    Some(Zone {
        offset_minutes: first,
        transitions,
    })
}

fn offset_minutes(tz: Tz, at: i64) -> Option<i32> {
    let utc = DateTime::<Utc>::from_timestamp_millis(at)?.naive_utc();
    Some(tz.offset_from_utc_datetime(&utc).fix().local_minus_utc() / 60)
}

/// The first instant in (`before`, `after`] at which the offset is no longer `old`.
fn first_with(tz: Tz, before: i64, after: i64, old: i32) -> Option<i64> {
    let (mut before, mut after) = (before, after);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if offset_minutes(tz, middle)? == old {
            before = middle;
        } else {
            after = middle;
        }
    }
    Some(after)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;

    #[test]
    fn tehran_has_left_summer_time() {
        let zone = zone(
            "Asia/Tehran",
            Timestamp::parse("2026-11-22T00:00:00Z").unwrap(),
        )
        .unwrap();
        let last = zone.transitions.last().unwrap();
        assert_eq!(last.at.to_string(), "2022-09-21T19:30:00Z");
        assert_eq!(last.offset_minutes, 210);
        assert_eq!(zone.transitions.len(), 14);
    }

    #[test]
    fn a_zone_that_still_changes_is_followed_ahead() {
        let zone = zone(
            "Europe/Berlin",
            Timestamp::parse("2026-11-22T00:00:00Z").unwrap(),
        )
        .unwrap();
        let at = Timestamp::parse("2027-03-28T01:00:00Z").unwrap();
        assert!(
            zone.transitions
                .iter()
                .any(|t| t.at == at && t.offset_minutes == 120)
        );
    }

    #[test]
    fn an_unknown_name_is_refused() {
        assert_eq!(zone("Asia/Teheran", Timestamp(0)), None);
    }
}
