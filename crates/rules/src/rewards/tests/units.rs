//! Units, and what they take off.

use super::{DAY, rich};
use crate::program::{Reward, RewardKind, Units};
use crate::rewards::*;
use crate::samples::{at, lot, member, program, reward, tehran};
use crate::{Bp, Money, Points};

/// 10 points a unit for 500 off, 3…8 units at once.
fn slider() -> Reward {
    Reward {
        kind: RewardKind::AmountOff(Money(500)),
        units: Some(Units { min: 3, max: 8 }),
        ..reward("rwd", 10)
    }
}

#[test]
fn units_have_a_price_and_a_value_between_the_sliders_ends() {
    let slider = slider();
    for (units, cost) in [(2, None), (3, Some(30)), (8, Some(80)), (9, None)] {
        assert_eq!(price(&slider, units), cost.map(Points));
        let worth = cost.map(|cost| Money(cost * 50));
        assert_eq!(value(&slider, units), worth);
    }
    let credit = Reward {
        kind: RewardKind::WalletCredit(Money(7)),
        ..slider.clone()
    };
    assert_eq!(value(&credit, 4), Some(Money(28)));
    let ticket = Reward {
        kind: RewardKind::LotteryTicket("car".to_owned()),
        ..slider
    };
    assert_eq!(
        (value(&ticket, 4), price(&ticket, 4)),
        (None, Some(Points(40)))
    );
}

#[test]
fn without_a_slider_there_is_one_unit() {
    let single = reward("rwd", 10);
    assert_eq!(price(&single, 0), None);
    assert_eq!(price(&single, 1), Some(Points(10)));
    assert_eq!(price(&single, 2), None);
    assert_eq!(units_in_reach(&single, Points(9)), 0);
    assert_eq!(units_in_reach(&single, Points(1000)), 1);
}

#[test]
fn a_slider_from_nothing_begins_at_one() {
    let mut from_nothing = slider();
    from_nothing.units = Some(Units { min: 0, max: 2 });
    assert_eq!(price(&from_nothing, 0), None);
    assert_eq!(units_in_reach(&from_nothing, Points(9)), 0);
    assert_eq!(units_in_reach(&from_nothing, Points(10)), 1);
}

#[test]
fn prices_beyond_all_numbers_are_none() {
    let mut dear = slider();
    dear.cost = Points(i64::MAX / 4);
    dear.kind = RewardKind::AmountOff(Money(i64::MAX / 4));
    assert!(price(&dear, 4).is_some() && value(&dear, 4).is_some());
    assert_eq!((price(&dear, 5), value(&dear, 5)), (None, None));
    assert_eq!(units_in_reach(&dear, Points(i64::MAX)), 4);
    dear.units = Some(Units {
        min: 5,
        max: u32::MAX,
    });
    assert_eq!(units_in_reach(&dear, Points(i64::MAX)), 0);
}

#[test]
fn as_many_units_are_in_reach_as_points_pay_and_stock_has() {
    let mut slider = slider();
    for (available, units) in [(29, 0), (30, 3), (59, 5), (80, 8), (500, 8), (-40, 0)] {
        assert_eq!(units_in_reach(&slider, Points(available)), units);
    }
    slider.stock = Some(4);
    assert_eq!(units_in_reach(&slider, Points(500)), 4);
    slider.stock = Some(2);
    assert_eq!(units_in_reach(&slider, Points(500)), 0);
    slider.stock = None;
    slider.cost = Points(0);
    assert_eq!(units_in_reach(&slider, Points(0)), 8);
}

#[test]
fn the_smallest_number_of_units_is_judged() {
    let judge = |slider: &Reward, points| {
        let member = Member {
            lots: vec![lot("a", points)],
            ..member()
        };
        eligibility(&program(), &tehran(), slider, Some(&member), None, at(DAY))
    };
    let mut slider = slider();
    assert_eq!(judge(&slider, 30), []);
    let missing = Points(1);
    assert_eq!(judge(&slider, 29), [Reason::NotEnoughPoints { missing }]);
    slider.stock = Some(3);
    assert_eq!(judge(&slider, 30), []);
    slider.stock = Some(2);
    assert_eq!(judge(&slider, 30), [Reason::SoldOut]);
    // Nobody can take at least four and at most three.
    slider.stock = None;
    slider.units = Some(Units { min: 4, max: 3 });
    assert_eq!(judge(&slider, 40), [Reason::SoldOut]);
    slider.cost = Points(i64::MAX);
    assert_eq!(judge(&slider, 40).len(), 2);
    assert_eq!(judge(&reward("rwd", 1000), rich().lots[0].remaining.0), []);
}

#[test]
fn more_units_take_more_off_up_to_the_basket() {
    let off = |kind, units, total| {
        let reward = Reward { kind, ..slider() };
        discount_of(&reward, units, Money(total), Money(90)).0
    };
    let percent = |rate, ceiling: Option<i64>| RewardKind::PercentOff {
        rate: Bp(rate),
        ceiling: ceiling.map(Money),
    };
    assert_eq!(off(RewardKind::AmountOff(Money(500)), 3, 9000), 1500);
    assert_eq!(off(RewardKind::AmountOff(Money(500)), 3, 1400), 1400);
    assert_eq!(off(RewardKind::AmountOff(Money(500)), 0, 1400), 0);
    assert_eq!(
        off(RewardKind::AmountOff(Money(i64::MAX)), u32::MAX, 1400),
        1400
    );
    // Three times 5 % of 999 is 149.85; rounded down once.
    assert_eq!(off(percent(500, None), 3, 999), 149);
    assert_eq!(off(percent(500, Some(40)), 3, 999), 120);
    assert_eq!(off(percent(u32::MAX, None), u32::MAX, 999), 999);
    assert_eq!(off(RewardKind::FreeShipping, 3, 999), 90);
    assert_eq!(off(RewardKind::FreeShipping, 0, 999), 0);
    assert_eq!(off(RewardKind::VipService("desk".to_owned()), 3, 999), 0);
}

#[test]
fn under_its_minimum_a_coupon_takes_nothing_off() {
    let mut large = slider();
    large.minimum_order = Some(Money(2000));
    assert_eq!(discount_of(&large, 3, Money(1999), Money(0)), Money(0));
    assert_eq!(discount_of(&large, 3, Money(2000), Money(0)), Money(1500));
    large.kind = RewardKind::FreeShipping;
    assert_eq!(discount_of(&large, 3, Money(1999), Money(9)), Money(0));
}

#[test]
fn no_discount_is_below_nothing_or_above_the_basket() {
    for (kind, off) in [
        (RewardKind::AmountOff(Money(70)), 70),
        (RewardKind::AmountOff(Money(700)), 100),
        (RewardKind::AmountOff(Money(-5)), 0),
        (
            RewardKind::PercentOff {
                rate: Bp(3333),
                ceiling: None,
            },
            33,
        ),
        (
            RewardKind::PercentOff {
                rate: Bp(20_000),
                ceiling: None,
            },
            100,
        ),
        (
            RewardKind::PercentOff {
                rate: Bp(5000),
                ceiling: Some(Money(20)),
            },
            20,
        ),
        (RewardKind::FreeShipping, 9),
        (RewardKind::FreeProduct("tea".to_owned()), 0),
        (RewardKind::Donation("trees".to_owned()), 0),
    ] {
        let reward = Reward {
            kind,
            ..reward("rwd", 1)
        };
        assert_eq!(
            discount(&reward, Money(100), Money(9)),
            Money(off),
            "{:?}",
            reward.kind
        );
        assert!(discount(&reward, Money(i64::MAX), Money(i64::MIN)) >= Money::ZERO);
    }
}
