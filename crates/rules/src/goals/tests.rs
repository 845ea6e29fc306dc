use super::*;
use crate::samples::at;
use proptest::prelude::*;

/// From `from` to `to` over ten days.
fn goal(indicator: Indicator, from: i64, to: i64) -> Goal {
    Goal {
        id: "goal_1".to_owned(),
        indicator,
        from,
        to,
        starts_at: at("2025-01-01T00:00:00Z"),
        ends_at: at("2025-01-11T00:00:00Z"),
    }
}

/// Done, due, on track, reached; `day` 1 is the first.
fn stand(goal: &Goal, value: i64, day: i64) -> (u16, u16, bool, bool) {
    let now = at("2025-01-01T00:00:00Z").plus_days(day - 1);
    let p = progress(goal, value, now);
    (p.bp, p.due_bp, p.on_track, p.reached)
}

#[test]
fn purchases_a_year_from_3_to_3_3() {
    let goal = goal(Indicator::YearlyFrequency, 30_000, 33_000);
    assert_eq!(stand(&goal, 30_000, 1), (0, 0, true, false));
    assert_eq!(stand(&goal, 31_500, 6), (5000, 5000, true, false));
    assert_eq!(stand(&goal, 31_499, 6), (4996, 5000, false, false));
    assert_eq!(stand(&goal, 32_999, 10), (9996, 9000, true, false));
    assert_eq!(stand(&goal, 33_000, 2), (10_000, 1000, true, true));
    assert_eq!(stand(&goal, 40_000, 2), (10_000, 1000, true, true));
    assert_eq!(stand(&goal, 29_000, 2), (0, 1000, false, false));
}

#[test]
fn what_is_to_fall_counts_downwards() {
    let goal = goal(Indicator::Churn, 3000, 2000);
    assert_eq!(stand(&goal, 2500, 6), (5000, 5000, true, false));
    assert_eq!(stand(&goal, 2600, 6), (4000, 5000, false, false));
    assert_eq!(stand(&goal, 3500, 6), (0, 5000, false, false));
    assert_eq!(stand(&goal, 2000, 1), (10_000, 0, true, true));
}

#[test]
fn before_it_starts_nothing_is_due_and_after_it_ends_all_is() {
    let goal = goal(Indicator::AverageOrder, 100, 200);
    assert_eq!(stand(&goal, 90, -5), (0, 0, true, false));
    assert_eq!(stand(&goal, 199, 11), (9900, 10_000, false, false));
    assert_eq!(stand(&goal, 200, 30), (10_000, 10_000, true, true));
}

#[test]
fn a_value_that_is_to_be_kept_is_kept_or_not() {
    let keep = goal(Indicator::Retention, 8000, 8000);
    assert_eq!(stand(&keep, 8000, 6), (10_000, 5000, true, true));
    assert_eq!(stand(&keep, 7999, 6), (0, 5000, true, false));
    assert_eq!(stand(&keep, 7999, 11), (0, 10_000, false, false));
    let low = goal(Indicator::Churn, 2000, 2000);
    assert_eq!(stand(&low, 1900, 6), (10_000, 5000, true, true));
    assert_eq!(stand(&low, 2001, 6).0, 0);
}

#[test]
fn a_goal_without_time_is_due_at_once() {
    let mut goal = goal(Indicator::AverageOrder, 100, 200);
    goal.ends_at = goal.starts_at;
    assert_eq!(stand(&goal, 150, 0), (5000, 0, true, false));
    assert_eq!(stand(&goal, 150, 1), (5000, 10_000, false, false));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn progress_never_leaves_its_range(
        from in any::<i64>(), to in any::<i64>(), value in any::<i64>(),
        starts in any::<i64>(), ends in any::<i64>(), now in any::<i64>(),
    ) {
        let goal = Goal {
            starts_at: Timestamp(starts),
            ends_at: Timestamp(ends),
            ..goal(Indicator::AverageOrder, from, to)
        };
        let p = progress(&goal, value, Timestamp(now));
        prop_assert!(p.bp <= 10_000 && p.due_bp <= 10_000);
        prop_assert_eq!(p.reached, p.bp == 10_000);
        prop_assert!(!p.reached || p.on_track);
        // The other way round it is the same way.
        let mirrored = Goal { from: !from, to: !to, ..goal };
        if from != to {
            prop_assert_eq!(progress(&mirrored, !value, Timestamp(now)), p);
        }
    }
}
