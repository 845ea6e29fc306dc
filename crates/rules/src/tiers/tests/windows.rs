//! The edges of years and windows, and each way down.

use super::*;

fn with(downgrade: Downgrade, grace_days: u32, window: Window) -> Ladder {
    Ladder {
        downgrade,
        grace_days,
        ..ladder(window)
    }
}

fn levels(ladder: &Ladder, calendar: Calendar, member: &Member, days: &[&str]) -> Vec<usize> {
    let level = |day: &&str| standing(ladder, calendar, &tehran(), member, at(day)).current;
    days.iter().map(level).collect()
}

#[test]
fn a_jalali_leap_year_is_a_day_longer() {
    // 1403 had 366 days: from 2024-03-20 to 2025-03-21 in Tehran.
    let ladder = ladder(Window::CalendarYear);
    let buyer = buyer(&[("2023-06-01T00:00:00Z", 100)]);
    let days = [
        "2025-03-19T20:30:00Z",
        "2025-03-20T20:29:59.999Z",
        "2025-03-20T20:30:00Z",
    ];
    assert_eq!(levels(&ladder, Calendar::Jalali, &buyer, &days), [1, 1, 0]);
    let today = standing(
        &ladder,
        Calendar::Jalali,
        &tehran(),
        &buyer,
        at("2024-06-01T00:00:00Z"),
    );
    assert_eq!(today.period_start, Some(at("2024-03-19T20:30:00Z")));
    assert_eq!(today.period_end, Some(at("2025-03-20T20:30:00Z")));
}

#[test]
fn a_gregorian_year_turns_at_the_zones_midnight() {
    let ladder = ladder(Window::CalendarYear);
    let buyer = buyer(&[
        ("2023-12-31T20:29:59.999Z", 60),
        ("2023-12-31T20:30:00Z", 100),
    ]);
    let days = [
        "2023-12-31T20:29:59.999Z",
        "2023-12-31T20:30:00Z",
        "2025-12-31T20:29:59.999Z",
        "2025-12-31T20:30:00Z",
    ];
    assert_eq!(
        levels(&ladder, Calendar::Gregorian, &buyer, &days),
        [0, 1, 1, 0]
    );
}

#[test]
fn a_rolling_window_clamps_to_the_months_last_day_in_the_programs_calendar() {
    let ladder = ladder(Window::RollingMonths(1));
    // 31 January → 28 February; 31 Shahrivar 1404 (22 September) → 30 Mehr (22 October).
    let gregorian = buyer(&[("2025-01-31T10:00:00Z", 100)]);
    let days = ["2025-02-28T09:59:59.999Z", "2025-02-28T10:00:00Z"];
    assert_eq!(
        levels(&ladder, Calendar::Gregorian, &gregorian, &days),
        [1, 0]
    );
    let jalali = buyer(&[("2025-09-22T10:00:00Z", 100)]);
    let days = ["2025-10-22T09:59:59.999Z", "2025-10-22T10:00:00Z"];
    assert_eq!(levels(&ladder, Calendar::Jalali, &jalali, &days), [1, 0]);
}

#[test]
fn the_three_ways_down_from_the_top() {
    // 2022 made gold; 2023 had nothing.
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300)]);
    let days = [
        "2023-12-31T20:29:59Z",
        "2023-12-31T20:30:00Z",
        "2024-12-31T20:30:00Z",
        "2025-12-31T20:30:00Z",
    ];
    for (downgrade, expected) in [
        (Downgrade::None, [2, 2, 2, 2]),
        (Downgrade::OneDown, [2, 1, 0, 0]),
        (Downgrade::Recompute, [2, 0, 0, 0]),
    ] {
        let ladder = with(downgrade, 0, Window::CalendarYear);
        assert_eq!(
            levels(&ladder, Calendar::Gregorian, &buyer, &days),
            expected
        );
    }
}

#[test]
fn each_calendar_step_down_has_its_own_grace() {
    let ladder = with(Downgrade::OneDown, 15, Window::CalendarYear);
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300)]);
    let days = [
        "2024-01-15T20:29:59Z",
        "2024-01-15T20:30:00Z",
        "2025-01-15T20:29:59Z",
        "2025-01-15T20:30:00Z",
    ];
    assert_eq!(
        levels(&ladder, Calendar::Gregorian, &buyer, &days),
        [2, 1, 1, 0]
    );
}

#[test]
fn rolling_without_grace_falls_all_the_steps_at_once() {
    let buyer = buyer(&[("2025-01-05T00:00:00Z", 300)]);
    for downgrade in [Downgrade::OneDown, Downgrade::Recompute] {
        let ladder = with(downgrade, 0, Window::RollingMonths(1));
        let days = ["2025-02-04T23:59:59Z", "2025-02-05T00:00:00Z"];
        assert_eq!(levels(&ladder, Calendar::Gregorian, &buyer, &days), [2, 0]);
    }
}

#[test]
fn a_recomputed_fall_goes_by_what_enters_a_tier() {
    let mut ladder = with(Downgrade::Recompute, 0, Window::CalendarYear);
    ladder.levels[1].retain = Some(50);
    ladder.levels[2].retain = Some(200);
    // 60 would keep silver and does not enter it.
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300), ("2023-05-01T00:00:00Z", 60)]);
    let days = ["2023-12-31T20:29:59Z", "2024-02-01T00:00:00Z"];
    assert_eq!(levels(&ladder, Calendar::Gregorian, &buyer, &days), [2, 0]);
    ladder.downgrade = Downgrade::OneDown;
    assert_eq!(levels(&ladder, Calendar::Gregorian, &buyer, &days), [2, 1]);
}

#[test]
fn a_tier_that_is_kept_with_nothing_is_kept() {
    for window in [Window::CalendarYear, Window::RollingMonths(12)] {
        let mut ladder = with(Downgrade::Recompute, 0, window);
        ladder.levels[1].retain = Some(0);
        let buyer = buyer(&[("2015-05-01T00:00:00Z", 100)]);
        let today = stand(&ladder, &buyer, "2025-07-01T00:00:00Z");
        assert_eq!(
            (today.current, today.keep_until, today.projected),
            (1, None, 1)
        );
        assert_eq!(today.notices, []);
    }
}

#[test]
fn a_fall_and_a_purchase_at_one_instant_are_a_fall_and_a_rise() {
    let ladder = with(Downgrade::Recompute, 0, Window::RollingMonths(1));
    let bought = [("2025-01-05T00:00:00Z", 100), ("2025-02-05T00:00:00Z", 100)];
    let member = buyer(&bought);
    assert_eq!(stand(&ladder, &member, "2025-02-05T00:00:00Z").current, 1);
    let all = rises(
        &ladder,
        Calendar::Gregorian,
        &tehran(),
        &member,
        at("2025-02-05T00:00:00Z"),
    );
    assert_eq!(all.len(), 2);
}

#[test]
fn the_order_of_a_long_list_does_not_cost_more_than_its_length() {
    // Newest first, as a careless caller might bring them; a quadratic fold would take minutes.
    let bought = |n: i64| crate::member::Purchase {
        paid_at: at("2025-01-01T00:00:00Z").plus_ms(-n * 60_000),
        spend: crate::Money(1),
    };
    let member = Member {
        purchases: (0..100_000).map(bought).collect(),
        ..member()
    };
    let ladder = ladder(Window::RollingMonths(12));
    assert_eq!(
        stand(&ladder, &member, "2025-01-01T00:00:00Z").value,
        100_000
    );
}

#[test]
fn what_is_bought_at_the_end_of_a_grace_comes_after_the_fall() {
    let ladder = with(Downgrade::Recompute, 30, Window::CalendarYear);
    // The grace of 2024 ends at 2024-01-30T20:30Z.
    let rises_with = |text| {
        let buyer = buyer(&[("2022-05-01T00:00:00Z", 100), (text, 100)]);
        let now = at("2024-06-01T00:00:00Z");
        rises(&ladder, Calendar::Gregorian, &tehran(), &buyer, now).len()
    };
    assert_eq!(rises_with("2024-01-30T20:29:59.999Z"), 1);
    assert_eq!(rises_with("2024-01-30T20:30:00Z"), 2);
}

#[test]
fn what_leaves_a_window_as_a_grace_ends_has_left_before_the_fall() {
    // 200 leave on 5 February, and gold's grace ends on the 15th, when 120 leave too.
    let ladder = with(Downgrade::Recompute, 10, Window::RollingMonths(1));
    let days = ["2025-02-14T23:59:59Z", "2025-02-15T00:00:00Z"];
    let both = |second| buyer(&[("2025-01-05T00:00:00Z", 200), (second, 120)]);
    let together = both("2025-01-15T00:00:00Z");
    assert_eq!(
        levels(&ladder, Calendar::Gregorian, &together, &days),
        [2, 0]
    );
    let later = both("2025-01-15T00:00:01Z");
    assert_eq!(levels(&ladder, Calendar::Gregorian, &later, &days), [2, 1]);
}
