mod former;
mod notices;
mod properties;
mod rises;
mod windows;

use super::*;
use crate::Points;
use crate::member::Credit;
use crate::program::Downgrade;
use crate::samples::{at, ladder, member, program, purchase, tehran, tier};

fn buyer(purchases: &[(&str, i64)]) -> Member {
    Member {
        purchases: purchases
            .iter()
            .map(|(at, spend)| purchase(at, *spend))
            .collect(),
        ..member()
    }
}

fn stand(ladder: &Ladder, member: &Member, now: &str) -> Standing {
    standing(ladder, Calendar::Gregorian, &tehran(), member, at(now))
}

#[test]
fn a_newcomer_stands_at_the_bottom_with_the_whole_way_to_go() {
    let standing = stand(
        &ladder(Window::CalendarYear),
        &member(),
        "2025-06-01T00:00:00Z",
    );
    assert_eq!(
        (standing.current, standing.value, standing.progress),
        (0, 0, 0)
    );
    assert_eq!(
        (standing.next, standing.delta_to_next),
        (Some(1), Some(100))
    );
    assert_eq!((standing.delta_to_keep, standing.keep_until), (None, None));
}

#[test]
fn a_tier_is_reached_at_the_instant_of_the_purchase() {
    let buyer = buyer(&[("2025-05-01T10:00:00Z", 100)]);
    let ladder = ladder(Window::Lifetime);
    assert_eq!(
        stand(&ladder, &buyer, "2025-05-01T09:59:59.999Z").current,
        0
    );
    assert_eq!(stand(&ladder, &buyer, "2025-05-01T10:00:00Z").current, 1);
}

#[test]
fn a_refund_undoes_the_rise_that_it_undoes() {
    let ladder = ladder(Window::CalendarYear);
    let kept = buyer(&[("2025-01-10T00:00:00Z", 90), ("2025-02-10T00:00:00Z", 20)]);
    let refunded = buyer(&[("2025-01-10T00:00:00Z", 75), ("2025-02-10T00:00:00Z", 20)]);
    assert_eq!(stand(&ladder, &kept, "2025-03-01T00:00:00Z").current, 1);
    assert_eq!(stand(&ladder, &refunded, "2025-03-01T00:00:00Z").current, 0);
}

#[test]
fn retaining_in_the_second_year_holds_through_the_third() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.levels[2].retain = Some(150);
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300), ("2023-05-01T00:00:00Z", 150)]);
    let standing = stand(&ladder, &buyer, "2023-06-01T00:00:00Z");
    assert_eq!(standing.delta_to_keep, Some(0));
    assert_eq!(standing.keep_until, Some(at("2024-12-31T20:30:00Z")));
    assert_eq!(stand(&ladder, &buyer, "2024-12-31T20:29:59Z").current, 2);
    assert_eq!(stand(&ladder, &buyer, "2024-12-31T20:30:00Z").current, 0);
}

#[test]
fn in_the_calendar_grace_the_way_back_is_the_whole_way() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.grace_days = 30;
    ladder.levels[2].retain = Some(150);
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300), ("2024-01-05T00:00:00Z", 200)]);
    let standing = stand(&ladder, &buyer, "2024-01-10T00:00:00Z");
    assert_eq!((standing.current, standing.delta_to_keep), (2, Some(100)));
    assert_eq!(standing.keep_until, Some(at("2024-01-30T20:30:00Z")));
}

#[test]
fn after_a_fall_the_new_years_spend_counts_at_once() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.grace_days = 30;
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300), ("2024-01-05T00:00:00Z", 120)]);
    // 2023 alone would be bronze; what was bought in the grace makes silver.
    let standing = stand(&ladder, &buyer, "2024-02-01T00:00:00Z");
    assert_eq!(standing.current, 1);
    assert_eq!(standing.keep_until, Some(at("2025-12-31T20:30:00Z")));
}

#[test]
fn a_purchase_at_the_first_instant_of_a_year_belongs_to_that_year() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.levels[1].retain = Some(50);
    let buyer = buyer(&[
        ("2024-12-31T20:29:59.999Z", 60),
        ("2024-12-31T20:30:00Z", 60),
    ]);
    let standing = stand(&ladder, &buyer, "2025-02-01T00:00:00Z");
    assert_eq!((standing.current, standing.value), (0, 60));
}

#[test]
fn a_year_without_anything_is_no_obstacle() {
    let ladder = ladder(Window::CalendarYear);
    let buyer = buyer(&[("1990-05-01T00:00:00Z", 300), ("2025-02-01T00:00:00Z", 100)]);
    assert_eq!(stand(&ladder, &buyer, "2025-06-01T00:00:00Z").current, 1);
}

#[test]
fn pending_points_wait_for_their_day() {
    let mut ladder = ladder(Window::Lifetime);
    ladder.measure = Measure::PointsEarned;
    let activates_at = at("2025-06-01T00:00:00Z");
    let member = Member {
        credits: vec![Credit {
            activates_at,
            points: Points(100),
        }],
        ..member()
    };
    assert_eq!(stand(&ladder, &member, "2025-05-31T00:00:00Z").value, 0);
    assert_eq!(stand(&ladder, &member, "2025-06-01T00:00:00Z").current, 1);
}

#[test]
fn orders_count_whatever_they_cost() {
    let mut ladder = ladder(Window::Lifetime);
    ladder.measure = Measure::Orders;
    let buyer = buyer(&[("2025-01-01T00:00:00Z", 0), ("2025-01-01T00:00:00Z", 5)]);
    assert_eq!(stand(&ladder, &buyer, "2025-02-01T00:00:00Z").value, 2);
}

#[test]
fn a_rolling_window_leaves_in_time_order_even_where_months_clamp() {
    // Both leave on 28 February; the later purchase at the earlier hour.
    let ladder = ladder(Window::RollingMonths(1));
    let buyer = buyer(&[("2025-01-30T15:00:00Z", 60), ("2025-01-31T10:00:00Z", 60)]);
    assert_eq!(stand(&ladder, &buyer, "2025-02-28T09:59:59Z").value, 120);
    assert_eq!(stand(&ladder, &buyer, "2025-02-28T10:00:00Z").value, 60);
    assert_eq!(stand(&ladder, &buyer, "2025-02-28T15:00:00Z").value, 0);
}

#[test]
fn the_multiplier_is_that_of_the_tier() {
    let mut program = program();
    assert_eq!(
        multiplier(&program, &tehran(), &member(), at("2025-02-01T00:00:00Z")),
        Bp::ONE
    );
    let mut tiers = ladder(Window::Lifetime);
    tiers.levels[1].multiplier = Bp(15_000);
    program.tiers = Some(tiers);
    let buyer = buyer(&[("2025-01-01T00:00:00Z", 100)]);
    assert_eq!(
        multiplier(&program, &tehran(), &buyer, at("2025-02-01T00:00:00Z")),
        Bp(15_000)
    );
}

#[test]
fn a_ladder_without_tiers_is_stood_on_too() {
    for window in [
        Window::Lifetime,
        Window::CalendarYear,
        Window::RollingMonths(0),
    ] {
        let mut ladder = ladder(window);
        ladder.levels.clear();
        let buyer = buyer(&[("2025-01-01T00:00:00Z", 100)]);
        assert_eq!(
            stand(&ladder, &buyer, "2025-02-01T00:00:00Z").progress,
            10_000
        );
    }
}
