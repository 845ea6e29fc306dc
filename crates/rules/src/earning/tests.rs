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
    assert_eq!(base(&rule().base, &order), Money(300));
}

#[test]
fn any_number_of_multipliers_is_exact() {
    // 1.1 to the twelfth is 3.138428376721.
    assert_eq!(earn(Rounding::Floor, 1, 10_000, &[Bp(11_000); 12]), 31_384);
    assert_eq!(
        earn(Rounding::Ceil, 1, 1_000_000_000_000, &[Bp(11_000); 12]),
        3_138_428_376_721
    );
    assert_eq!(
        earn(Rounding::Ceil, 1, 100_000_000_000, &[Bp(11_000); 12]),
        313_842_837_673
    );
    // Up and down again, far over what an integer of 128 bits holds.
    let there_and_back: Vec<Bp> = [Bp(20_000), Bp(5_000)].repeat(60);
    assert_eq!(earn(Rounding::HalfUp, 2, 1235, &there_and_back), 618);
    let up_first = [[Bp(1_000_000); 20], [Bp(100); 20]].concat();
    assert_eq!(earn(Rounding::Floor, 1, 77, &up_first), 77);
    assert_eq!(earn(Rounding::Floor, 1, 1, &[Bp(1_000_000); 20]), i64::MAX);
}

#[test]
fn an_end_of_the_numbers_is_held() {
    assert_eq!(earn(Rounding::Floor, 1, i64::MAX, &[]), i64::MAX);
    assert_eq!(earn(Rounding::Ceil, i64::MAX, 1, &[]), 1);
    assert_eq!(earn(Rounding::HalfUp, i64::MAX, i64::MAX, &[Bp(15_000)]), 2);
}

/// Lines of 3000 and 1000 (which does not count), a coupon of 400, tax 360 and shipping 240: 4200 in all.
fn paid_by_card(settings: &Base, gift_cards: i64) -> i64 {
    let line = |unit_price, category| Line {
        category,
        quantity: 1,
        unit_price: Money(unit_price),
        ..Line::default()
    };
    let order = OrderBase {
        lines: &[line(3000, None), line(1000, Some("no"))],
        coupons: Money(400),
        tax: Money(360),
        shipping: Money(240),
        gift_cards: Money(gift_cards),
    };
    base(settings, &order).0
}

#[test]
fn a_gift_card_takes_its_share_of_what_counts() {
    let settings = Base {
        excluded_categories: vec!["no".to_owned()],
        ..Base::default()
    };
    // 2700 of 4200 count.
    assert_eq!(paid_by_card(&settings, 0), 2700);
    assert_eq!(paid_by_card(&settings, 2100), 1350);
    // 1000 × 2700 ÷ 4200 = 642.86, rounded down.
    assert_eq!(paid_by_card(&settings, 1000), 2058);
    assert_eq!(paid_by_card(&settings, 4200), 0);
    assert_eq!(paid_by_card(&settings, i64::MAX), 0);
    assert_eq!(paid_by_card(&settings, -5), 2700);
    let with = |tax, shipping, gift_cards| Base {
        tax,
        shipping,
        gift_cards,
        ..settings.clone()
    };
    // 3060 of 4200 with tax, 3300 with both.
    assert_eq!(paid_by_card(&with(true, false, false), 1400), 2040);
    assert_eq!(paid_by_card(&with(true, true, false), 2100), 1650);
    assert_eq!(paid_by_card(&with(true, true, true), 2100), 3300);
}

proptest! {
    #[test]
    fn one_sum_or_its_exact_fraction_say_the_same(
        amount in 0..1_000_000_000_i64, times in 0..1000_i64, per in 1..1_000_000_i64,
        by in prop::collection::vec(0..40_000_u32, 0..4),
    ) {
        let ratios: Vec<Bp> = by.iter().copied().map(Bp).collect();
        let exact = by.iter().fold(i128::from(amount * times), |all, by| all * i128::from(*by));
        let whole = i128::from(per) * 10_000_i128.pow(by.len() as u32);
        let settled = |rounding| i128::from(settle(amount, times, per, &ratios, rounding));
        prop_assert_eq!(settled(Rounding::Floor), exact / whole);
        prop_assert_eq!(settled(Rounding::HalfUp), (exact * 2 + whole) / (whole * 2));
        prop_assert_eq!(settled(Rounding::Ceil), (exact + whole - 1) / whole);
    }

    #[test]
    fn a_gift_card_never_adds_and_never_takes_more_than_it_paid(
        prices in prop::collection::vec((0..1_000_i64, any::<bool>()), 0..6), coupons in 0..2_000_i64,
        tax in 0..500_i64, shipping in 0..500_i64, cards in 0..6_000_i64, counts: [bool; 2],
    ) {
        let settings = Base {
            tax: counts[0], shipping: counts[1], gift_cards: false,
            excluded_categories: vec!["no".to_owned()],
        };
        let lines: Vec<_> = prices.iter().map(|(price, out)| Line {
            category: out.then_some("no"), quantity: 1, unit_price: Money(*price), ..Line::default()
        }).collect();
        let with = |cards| base(&settings, &OrderBase {
            lines: &lines, coupons: Money(coupons), tax: Money(tax), shipping: Money(shipping),
            gift_cards: Money(cards),
        }).0;
        let (without, left) = (with(0), with(cards));
        prop_assert!(0 <= left && without - cards <= left && left <= without);
        prop_assert!(with(cards + 1) <= left);
        let all: i64 = prices.iter().map(|(price, _)| price).sum();
        prop_assert_eq!(with((all - coupons).max(0) + tax + shipping), 0);
    }

    #[test]
    fn no_order_makes_the_base_fall_over(
        prices: [(i64, u32, i64, bool); 3], others: [i64; 4], counts: [bool; 3],
    ) {
        let settings = Base {
            tax: counts[0], shipping: counts[1], gift_cards: counts[2],
            excluded_categories: vec!["no".to_owned()],
        };
        let lines = prices.map(|(price, quantity, off, out)| Line {
            category: out.then_some("no"), quantity, unit_price: Money(price), discount: Money(off),
        });
        let [coupons, tax, shipping, gift_cards] = others.map(Money);
        let order = OrderBase { lines: &lines, coupons, tax, shipping, gift_cards };
        prop_assert!(base(&settings, &order) >= Money::ZERO);
    }

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
        let base = base(&rule.base, &order);
        prop_assert!(Money::ZERO <= base && base <= Money(counted));
        if counted == all {
            prop_assert_eq!(base, Money((all - coupons).max(0)));
        }
        if coupons >= all {
            prop_assert_eq!(base, Money::ZERO);
        }
    }
}
