//! Thresholds that have changed.

use super::*;
use crate::program::{Former, Mark};

fn before(until: &str, marks: &[(&str, i64)]) -> Former {
    let mark = |(id, enter): &(&str, i64)| Mark {
        id: (*id).to_owned(),
        enter: *enter,
        retain: None,
    };
    Former {
        until: at(until),
        levels: marks.iter().map(mark).collect(),
    }
}

/// Silver took 50 until June 2025, and takes 100 since.
fn raised(window: Window) -> Ladder {
    let former = vec![before(
        "2025-06-01T00:00:00Z",
        &[("bronze", 0), ("silver", 50)],
    )];
    Ladder {
        former,
        ..ladder(window)
    }
}

#[test]
fn a_tier_that_was_reached_by_old_marks_goes_at_the_years_end_and_not_before() {
    let buyer = buyer(&[("2025-03-01T00:00:00Z", 60)]);
    let ladder = raised(Window::CalendarYear);
    let today = stand(&ladder, &buyer, "2025-07-01T00:00:00Z");
    assert_eq!(today.current, 1);
    assert_eq!(today.keep_until, Some(at("2026-12-31T20:30:00Z")));
    assert_eq!(today.delta_to_keep, Some(40));
    assert_eq!((today.progress, today.delta_to_next), (0, Some(240)));
    assert_eq!(stand(&ladder, &buyer, "2026-12-31T20:29:59Z").current, 1);
    assert_eq!(stand(&ladder, &buyer, "2026-12-31T20:30:00Z").current, 0);
}

#[test]
fn what_is_bought_after_the_change_goes_by_the_new_marks() {
    let ladder = raised(Window::CalendarYear);
    let late = buyer(&[("2025-06-01T00:00:00Z", 60)]);
    assert_eq!(stand(&ladder, &late, "2025-07-01T00:00:00Z").current, 0);
    let early = buyer(&[("2025-05-31T23:59:59.999Z", 60)]);
    assert_eq!(stand(&ladder, &early, "2025-07-01T00:00:00Z").current, 1);
    // To keep it takes the new mark in the year that has to keep it.
    let kept = buyer(&[("2025-03-01T00:00:00Z", 60), ("2026-03-01T00:00:00Z", 99)]);
    assert_eq!(stand(&ladder, &kept, "2027-02-01T00:00:00Z").current, 0);
    let kept = buyer(&[("2025-03-01T00:00:00Z", 60), ("2026-03-01T00:00:00Z", 100)]);
    assert_eq!(stand(&ladder, &kept, "2027-02-01T00:00:00Z").current, 1);
}

#[test]
fn a_rolling_window_weighs_at_the_change() {
    let mut ladder = raised(Window::RollingMonths(12));
    ladder.grace_days = 10;
    let buyer = buyer(&[("2025-03-01T00:00:00Z", 60)]);
    let today = stand(&ladder, &buyer, "2025-06-05T00:00:00Z");
    let until = at("2025-06-11T00:00:00Z");
    assert_eq!(today.current, 1);
    assert_eq!(today.notices, [Notice::InGrace { until, missing: 40 }]);
    assert_eq!(stand(&ladder, &buyer, "2025-06-11T00:00:00Z").current, 0);
}

#[test]
fn a_lifetime_keeps_what_it_has() {
    let buyer = buyer(&[("2025-03-01T00:00:00Z", 60)]);
    let today = stand(&raised(Window::Lifetime), &buyer, "2035-07-01T00:00:00Z");
    assert_eq!(
        (today.current, today.keep_until, today.delta_to_keep),
        (1, None, Some(0))
    );
}

#[test]
fn easier_marks_raise_at_once() {
    let mut ladder = ladder(Window::CalendarYear);
    let buyer = buyer(&[("2025-03-01T00:00:00Z", 60)]);
    assert_eq!(stand(&ladder, &buyer, "2025-07-01T00:00:00Z").current, 0);
    ladder.former = vec![before(
        "2025-06-01T00:00:00Z",
        &[("silver", 100), ("gold", 300)],
    )];
    ladder.levels[1].enter = 50;
    assert_eq!(stand(&ladder, &buyer, "2025-07-01T00:00:00Z").current, 1);
}

#[test]
fn of_several_changes_the_easiest_since_counts() {
    // 50, then 200, then 100: an order under 200 goes by 100, one under 50 by 50.
    let mut ladder = ladder(Window::CalendarYear);
    ladder.former = vec![
        before("2025-02-01T00:00:00Z", &[("silver", 50), ("gone", 1)]),
        before("2025-04-01T00:00:00Z", &[("silver", 200)]),
    ];
    let told = |day, spend| {
        let buyer = buyer(&[(day, spend)]);
        stand(&ladder, &buyer, "2025-12-01T00:00:00Z").current
    };
    assert_eq!(
        (
            told("2025-01-05T00:00:00Z", 49),
            told("2025-01-05T00:00:00Z", 50)
        ),
        (0, 1)
    );
    assert_eq!(
        (
            told("2025-03-05T00:00:00Z", 99),
            told("2025-03-05T00:00:00Z", 100)
        ),
        (0, 1)
    );
    assert_eq!(
        (
            told("2025-05-05T00:00:00Z", 99),
            told("2025-05-05T00:00:00Z", 100)
        ),
        (0, 1)
    );
}

#[test]
fn a_mark_of_nothing_that_was_raised_counts_from_then() {
    // Kept with nothing until June 2025; with 100 since.
    let mut ladder = ladder(Window::CalendarYear);
    let mut former = before("2025-06-01T00:00:00Z", &[("silver", 100)]);
    former.levels[0].retain = Some(0);
    ladder.former = vec![former];
    let buyer = buyer(&[("2015-03-01T00:00:00Z", 100)]);
    let today = stand(&ladder, &buyer, "2025-07-01T00:00:00Z");
    assert_eq!(
        (today.current, today.keep_until),
        (1, Some(at("2026-12-31T20:30:00Z")))
    );
    assert_eq!(stand(&ladder, &buyer, "2026-12-31T20:30:00Z").current, 0);
}

#[test]
fn a_mark_of_nothing_that_ends_with_the_year_has_kept_the_tier_for_the_next() {
    let mut ladder = ladder(Window::CalendarYear);
    let mut former = before("2024-12-31T20:30:00Z", &[("silver", 100)]);
    former.levels[0].retain = Some(0);
    ladder.former = vec![former];
    let buyer = buyer(&[("2015-03-01T00:00:00Z", 100)]);
    assert_eq!(stand(&ladder, &buyer, "2025-12-31T20:29:59Z").current, 1);
    assert_eq!(stand(&ladder, &buyer, "2025-12-31T20:30:00Z").current, 0);
}

#[test]
fn a_ladder_that_follows_another_remembers_its_marks() {
    let (running, now) = (ladder(Window::Lifetime), at("2025-06-01T00:00:00Z"));
    let mut next = running.clone();
    next.levels[1].multiplier = Bp(12_000);
    next.follow(&running, now);
    assert_eq!(next.former, [], "no threshold has changed");
    next.levels[1].enter = 150;
    next.former = vec![before("2024-01-01T00:00:00Z", &[("made-up", 0)])];
    next.follow(&running, now);
    let old = [("bronze", 0), ("silver", 100), ("gold", 300)];
    assert_eq!(next.former, [before("2025-06-01T00:00:00Z", &old)]);
    let mut third = next.clone();
    third.levels[1].enter = 160;
    third.follow(&next, now.plus_days(1));
    assert_eq!(third.former.len(), 2);
    third.measure = Measure::Orders;
    third.follow(&next, now.plus_days(2));
    assert_eq!(third.former, [], "another measure is another ladder");
}
