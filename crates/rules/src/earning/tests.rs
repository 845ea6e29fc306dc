use super::*;
use crate::program::Base;
use crate::samples::{program, rule};
use proptest::prelude::*;

fn earn(rounding: Rounding, per: i64, base: i64, multipliers: &[Bp]) -> i64 {
    let rule = PurchaseRule {
        per: Money(per),
        rounding,
        ..rule()
    };
    purchase_points(&rule, Money(base), multipliers).0
}

#[test]
fn a_fraction_is_settled_once_at_the_end() {
    // 66.66… × 1.5 is 100, not 66 × 1.5 = 99.
    assert_eq!(earn(Rounding::Floor, 15_000, 1_000_000, &[Bp(15_000)]), 100);
    // Three multipliers, one rounding: 10 × 1.1 × 1.1 × 1.1 = 13.31.
    assert_eq!(earn(Rounding::Ceil, 100, 1000, &[Bp(11_000); 3]), 14);
}

#[test]
fn a_half_goes_up_and_less_than_a_half_goes_down() {
    assert_eq!(earn(Rounding::HalfUp, 10, 105, &[]), 11);
    assert_eq!(earn(Rounding::HalfUp, 1000, 10_499, &[]), 10);
    assert_eq!(earn(Rounding::HalfUp, 3, 1, &[]), 0);
    assert_eq!(earn(Rounding::HalfUp, 3, 2, &[]), 1);
}

#[test]
fn a_multiplier_of_nothing_earns_nothing() {
    assert_eq!(earn(Rounding::Ceil, 100, 1000, &[Bp(0)]), 0);
}

#[test]
fn an_amount_below_zero_earns_nothing() {
    assert_eq!(earn(Rounding::Ceil, 100, -1000, &[]), 0);
}

#[test]
fn an_activity_is_found_by_what_is_done() {
    let mut program = program();
    let kind = Activity::Survey("srv_1".to_owned());
    let paid = ActivityRule {
        id: "answer".to_owned(),
        kind: kind.clone(),
        points: Points(5),
        title: Default::default(),
        caps: Vec::new(),
        claimable: None,
    };
    program.earning.activities.push(paid);
    assert_eq!(
        activity(&program, &kind).map(|rule| rule.points),
        Some(Points(5))
    );
    assert_eq!(
        activity(&program, &Activity::Survey("srv_2".to_owned())),
        None
    );
    assert_eq!(activity(&program, &Activity::Join), None);
}

#[test]
fn a_discount_over_the_lines_price_does_not_lower_the_other_lines() {
    let gift = Line {
        quantity: 1,
        unit_price: Money(10),
        discount: Money(50),
        category: None,
    };
    let tea = Line {
        quantity: 3,
        unit_price: Money(100),
        ..Line::default()
    };
    let order = OrderBase {
        lines: &[gift, tea],
        ..OrderBase::default()
    };
    assert_eq!(base(&rule(), &order), Money(300));
}

proptest! {
    #[test]
    fn roundings_differ_by_one_point_at_most(
        base in 0..1_000_000_000_i64, per in 1..100_000_i64, by in 0..50_000_u32,
    ) {
        let points = |rounding| earn(rounding, per, base, &[Bp(by)]);
        let (down, half, up) =
            (points(Rounding::Floor), points(Rounding::HalfUp), points(Rounding::Ceil));
        prop_assert!(down <= half && half <= up && up <= down + 1);
        let exact = i128::from(base) * i128::from(by);
        let whole = i128::from(per) * 10_000;
        prop_assert!(i128::from(down) * whole <= exact && exact < (i128::from(down) + 1) * whole);
    }

    #[test]
    fn more_never_earns_less(base in 0..i64::MAX, more in 0..i64::MAX, per in 1..i64::MAX, by: u32) {
        let points = |base| earn(Rounding::Floor, per, base, &[Bp(by), Bp(20_000)]);
        prop_assert!(points(base) <= points(base.saturating_add(more)));
    }

    #[test]
    fn no_number_makes_the_arithmetic_fall_over(
        base: i64, points: i64, per: i64, bps: [u32; 4], most in prop::option::of(any::<u32>()),
    ) {
        let rule = PurchaseRule {
            points: Points(points), per: Money(per), multiplier_max: most.map(Bp), ..rule()
        };
        prop_assert!(purchase_points(&rule, Money(base), &bps.map(Bp)) >= Points::ZERO);
    }

    #[test]
    fn the_base_is_never_below_zero_nor_over_the_lines(
        prices in prop::collection::vec((0..1_000_i64, any::<bool>()), 0..6), coupons in 0..5_000_i64,
    ) {
        let rule = PurchaseRule { base: Base { excluded_categories: vec!["no".to_owned()], ..Base::default() }, ..rule() };
        let line = |(price, out): &(i64, bool)| Line {
            category: out.then_some("no"), quantity: 1, unit_price: Money(*price), ..Line::default()
        };
        let lines: Vec<_> = prices.iter().map(line).collect();
        let sum = |counted: fn(&(i64, bool)) -> bool| -> i64 {
            prices.iter().filter(|line| counted(line)).map(|(price, _)| price).sum()
        };
        let (all, counted) = (sum(|_| true), sum(|(_, out)| !out));
        let order = OrderBase { lines: &lines, coupons: Money(coupons), ..OrderBase::default() };
        let base = base(&rule, &order);
        prop_assert!(Money::ZERO <= base && base <= Money(counted));
        if counted == all {
            prop_assert_eq!(base, Money((all - coupons).max(0)));
        }
        if coupons >= all {
            prop_assert_eq!(base, Money::ZERO);
        }
    }
}
