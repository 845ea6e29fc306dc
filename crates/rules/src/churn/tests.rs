#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::samples::{at, berlin, tehran};
use crate::{DAY_MS, Money};
use proptest::prelude::*;

/// Noon in Tehran of some days of January 2025; later months count on.
fn days(of_month: &[i64]) -> Vec<Timestamp> {
    let noon = |day: &i64| at("2025-01-01T08:30:00Z").plus_days(day - 1);
    of_month.iter().map(noon).collect()
}

fn now(day: i64) -> Timestamp {
    days(&[day]).first().copied().unwrap()
}

fn gap(of_month: &[i64]) -> Option<i64> {
    own_gap(&tehran(), &days(of_month)).map(|gap| gap.0)
}

#[test]
fn the_usual_gap_is_the_median_of_the_days_between() {
    // 10 and 10 days; 4, 10, 20; 10 and 11: ten days and a half.
    assert_eq!(gap(&[1, 11, 21]), Some(40));
    assert_eq!(gap(&[1, 5, 15, 35]), Some(40));
    assert_eq!(gap(&[1, 11, 22]), Some(42));
    assert_eq!(gap(&[22, 1, 11]), Some(42));
}

#[test]
fn fewer_than_three_days_have_no_usual_gap() {
    assert_eq!(gap(&[]), None);
    assert_eq!(gap(&[1]), None);
    assert_eq!(gap(&[1, 11]), None);
    // Four orders on two days.
    assert_eq!(gap(&[1, 1, 11, 11]), None);
    assert_eq!(gap(&[1, 1, 11, 21]), Some(40));
}

#[test]
fn days_are_the_zones() {
    // 22:00 and 23:30 in Tehran are one day, though UTC's clock has 18:30 and 20:00; 00:30 is the next.
    let orders = |third| {
        [
            "2025-01-01T18:30:00Z",
            "2025-01-01T20:00:00Z",
            "2025-01-11T18:30:00Z",
            third,
        ]
        .map(at)
    };
    let gap = |third| own_gap(&tehran(), &orders(third)).map(|gap| gap.0);
    assert_eq!(gap("2025-01-11T20:29:59Z"), None);
    assert_eq!(gap("2025-01-11T20:30:00Z"), Some(22));
    // A day of 23 hours is a day.
    let spring =
        ["2025-03-28", "2025-03-29", "2025-03-31"].map(|day| at(&format!("{day}T10:30:00Z")));
    assert_eq!(own_gap(&berlin(), &spring), Some(QuarterDays(6)));
}

#[test]
fn more_than_twice_the_usual_gap_is_at_risk() {
    let orders = days(&[1, 11, 21]);
    let at_day = |day| risk(&tehran(), &orders, Some(QuarterDays(4)), now(day)).unwrap();
    let on_41 = at_day(41);
    assert_eq!(
        on_41,
        Risk {
            days_since: 20,
            usual_gap: QuarterDays(40),
            by: Baseline::Own,
            ratio_bp: 20_000,
            at_risk: false
        }
    );
    assert_eq!((at_day(42).ratio_bp, at_day(42).at_risk), (21_000, true));
    assert_eq!((at_day(21).ratio_bp, at_day(21).at_risk), (0, false));
}

#[test]
fn whoever_has_no_usual_gap_is_measured_by_the_cohort() {
    let zone = tehran();
    let late = risk(&zone, &days(&[1, 3]), Some(QuarterDays(41)), now(24)).unwrap();
    assert_eq!((late.days_since, late.by), (21, Baseline::Cohort));
    // 21 days ÷ 10.25 days.
    assert_eq!((late.ratio_bp, late.at_risk), (20_487, true));
    assert_eq!(risk(&zone, &days(&[1, 3]), None, now(24)), None);
    assert_eq!(risk(&zone, &[], Some(QuarterDays(41)), now(24)), None);
    // What lies ahead is not seen: two days remain, and the cohort's gap.
    let ahead = risk(&zone, &days(&[1, 3, 50]), Some(QuarterDays(4)), now(24)).unwrap();
    assert_eq!((ahead.days_since, ahead.by), (21, Baseline::Cohort));
    // Where clocks go back over midnight, the day of an order can be later than the day of now.
    let back = Zone {
        offset_minutes: 60,
        transitions: vec![crate::Transition {
            at: now(2),
            offset_minutes: -720,
        }],
    };
    let just = now(2).plus_ms(-1);
    let days_since = risk(&back, &[just], Some(QuarterDays(4)), now(2)).map(|r| r.days_since);
    assert_eq!(
        (days_since, back.day(now(2)) < back.day(just)),
        (Some(0), true)
    );
    // A gap that nobody can have does not divide by 0.
    assert!(
        risk(&zone, &days(&[1]), Some(QuarterDays(0)), now(2))
            .unwrap()
            .at_risk
    );
}

#[test]
fn the_cohorts_gap_is_the_median_of_medians() {
    let gaps = |of: &[i64]| cohort_gap(of.iter().map(|g| QuarterDays(*g)).collect()).map(|g| g.0);
    assert_eq!(gaps(&[]), None);
    assert_eq!(gaps(&[42]), Some(42));
    // 10, 10.5 and 30 days; 10 and 10.5 days.
    assert_eq!(gaps(&[120, 40, 42]), Some(42));
    assert_eq!(gaps(&[40, 42]), Some(41));
}

#[test]
fn a_cohort_lends_its_gap() {
    let mut sales = Vec::new();
    for (member, of_month) in [
        ("a", &[1, 11, 21][..]),
        ("b", &[1, 12, 23]),
        ("c", &[20]),
        ("d", &[30]),
        ("e", &[44]),
        ("f", &[60]),
    ] {
        let sale = |paid_at| Sale {
            member,
            paid_at,
            revenue: Money(1),
            products: 1,
            refunded_whole: member == "d",
        };
        sales.extend(days(of_month).into_iter().map(sale));
    }
    sales.reverse();
    let all = risks(&sales, &tehran(), now(44));
    let told: Vec<_> = all
        .iter()
        .map(|(id, r)| (*id, r.days_since, r.usual_gap.0, r.by, r.at_risk))
        .collect();
    assert_eq!(
        told,
        [
            ("a", 23, 40, Baseline::Own, true),
            ("b", 21, 44, Baseline::Own, false),
            ("c", 24, 42, Baseline::Cohort, true),
            ("e", 0, 42, Baseline::Cohort, false)
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_order_of_orders_does_not_matter_and_nothing_is_too_wild(
        mut orders in prop::collection::vec(prop_oneof![0..(90 * DAY_MS), any::<i64>()], 0..12),
        now in any::<i64>(),
        cohort in prop::option::of(any::<i64>()),
    ) {
        let risk_of = |orders: &[i64]| {
            let orders: Vec<_> = orders.iter().copied().map(Timestamp).collect();
            risk(&tehran(), &orders, cohort.map(QuarterDays), Timestamp(now))
        };
        let one = risk_of(&orders);
        orders.reverse();
        prop_assert_eq!(risk_of(&orders), one);
        if let Some(risk) = one {
            prop_assert!(risk.days_since >= 0 && risk.ratio_bp >= 0);
        }
    }
}
