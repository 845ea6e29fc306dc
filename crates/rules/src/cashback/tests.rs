use super::*;
use crate::Bp;
use crate::calendar::Calendar;
use crate::program::{Bracket, Rounding};
use crate::samples::{at, berlin, member, program, purchase, tehran};
use proptest::prelude::*;

/// 2 % from 0, 3 % from 1000, 5 % from 5000.
fn rule(scale: Scale) -> Cashback {
    let bracket = |from, rate| Bracket {
        from: Money(from),
        rate: Bp(rate),
    };
    Cashback {
        id: "back".to_owned(),
        brackets: vec![bracket(0, 200), bracket(1000, 300), bracket(5000, 500)],
        scale,
        ..Cashback::default()
    }
}

fn back(rule: &Cashback, base: i64, spent: i64) -> i64 {
    credit(rule, Money(base), Money(spent)).0
}

#[test]
fn the_order_finds_its_own_bracket_and_the_rate_is_for_all_of_it() {
    let rule = rule(Scale::Order);
    // 999 × 2 % = 19.98; 1000 × 3 % = 30; 4999 × 3 % = 149.97; 5000 × 5 % = 250.
    assert_eq!(back(&rule, 999, 9_999_999), 19);
    assert_eq!(back(&rule, 1000, 0), 30);
    assert_eq!(back(&rule, 4999, 0), 149);
    assert_eq!(back(&rule, 5000, 0), 250);
    assert_eq!(back(&rule, 0, 0), 0);
    assert_eq!(back(&rule, -1000, 0), 0);
}

#[test]
fn what_was_spent_before_finds_the_bracket() {
    let rule = rule(Scale::Spent(Window::Lifetime));
    assert_eq!(back(&rule, 100, 999), 2);
    assert_eq!(back(&rule, 100, 1000), 3);
    assert_eq!(back(&rule, 9000, 0), 180);
    assert_eq!(back(&rule, 9000, -5), 180);
}

#[test]
fn brackets_out_of_order_are_found_by_their_amount() {
    let mut rule = rule(Scale::Order);
    rule.brackets.reverse();
    assert_eq!(back(&rule, 1000, 0), 30);
    rule.brackets.clear();
    assert_eq!(back(&rule, 1000, 0), 0);
}

#[test]
fn a_fraction_of_a_unit_is_settled_once() {
    let by = |rounding, base| {
        let rule = Cashback {
            rounding,
            ..rule(Scale::Order)
        };
        back(&rule, base, 0)
    };
    // 125 × 2 % = 2.5, 124 × 2 % = 2.48.
    assert_eq!(by(Rounding::Floor, 125), 2);
    assert_eq!(by(Rounding::HalfUp, 125), 3);
    assert_eq!(by(Rounding::HalfUp, 124), 2);
    assert_eq!(by(Rounding::Ceil, 124), 3);
}

#[test]
fn the_ceiling_and_the_smallest_order_hold() {
    let rule = Cashback {
        ceiling: Some(Money(200)),
        minimum_order: Some(Money(500)),
        ..rule(Scale::Order)
    };
    assert_eq!(back(&rule, 499, 0), 0);
    assert_eq!(back(&rule, 500, 0), 10);
    assert_eq!(back(&rule, 5000, 0), 200);
    let none = Cashback {
        ceiling: Some(Money(-1)),
        ..rule
    };
    assert_eq!(back(&none, 5000, 0), 0);
}

fn spent(window: Window, at_: &str) -> i64 {
    let mut program = program();
    program.cashback = Some(rule(Scale::Spent(window)));
    let mut who = member();
    who.purchases = vec![
        purchase("2024-09-30T12:00:00Z", 1),
        // The last instant of 1403 and the first of 1404.
        purchase("2025-03-20T20:29:59.999Z", 10),
        purchase("2025-03-20T20:30:00Z", 100),
        purchase("2025-03-31T12:00:00Z", 1000),
    ];
    spent_before(&program, &tehran(), &who, at(at_)).0
}

#[test]
fn only_orders_before_this_one_count() {
    assert_eq!(spent(Window::Lifetime, "2025-03-31T12:00:00Z"), 111);
    assert_eq!(spent(Window::Lifetime, "2025-03-31T12:00:00.001Z"), 1111);
    assert_eq!(spent(Window::Lifetime, "2024-01-01T00:00:00Z"), 0);
}

#[test]
fn a_year_starts_at_nowruz() {
    assert_eq!(spent(Window::CalendarYear, "2025-03-20T20:30:00Z"), 0);
    assert_eq!(spent(Window::CalendarYear, "2025-03-20T20:29:59.999Z"), 1);
    assert_eq!(spent(Window::CalendarYear, "2025-04-01T00:00:00Z"), 1100);
}

#[test]
fn an_order_leaves_a_rolling_window_at_its_own_hour() {
    let six = Window::RollingMonths(6);
    // 9 Mehr 1403, 15:30 in Tehran; six months on it is 9 Farvardin 1404 (29 March), 15:30.
    assert_eq!(spent(six, "2025-03-29T11:59:59Z"), 111);
    assert_eq!(spent(six, "2025-03-29T12:00:00Z"), 110);
}

#[test]
fn nothing_is_counted_where_the_order_finds_its_own_bracket() {
    let mut program = program();
    let who = Member {
        purchases: vec![purchase("2025-01-01T00:00:00Z", 100)],
        ..member()
    };
    let now = at("2025-06-01T00:00:00Z");
    assert_eq!(spent_before(&program, &tehran(), &who, now), Money::ZERO);
    program.cashback = Some(rule(Scale::Order));
    assert_eq!(spent_before(&program, &tehran(), &who, now), Money::ZERO);
}

#[test]
fn a_refund_leaves_what_the_rest_alone_brings() {
    let rule = rule(Scale::Order);
    // 6000 brought 300; 4000 bring 3 %, 120; 500 bring 2 %, 10.
    let claw = |left, so_far| clawback(&rule, Money::ZERO, Money(left), Money(so_far)).0;
    assert_eq!(claw(4000, 300), 180);
    assert_eq!(claw(500, 120), 110);
    assert_eq!(claw(0, 10), 10);
    assert_eq!(claw(6000, 300), 0);
    assert_eq!(claw(6000, 250), 0);
}

#[test]
fn credit_begins_and_ends_in_the_programs_calendar_and_zone() {
    let mut program = program();
    let rule = Cashback {
        pending_days: 2,
        months: Some(1),
        ..rule(Scale::Order)
    };
    // 31 Shahrivar 1403 at noon in Tehran; Mehr has 30 days: 21 October.
    let paid = at("2024-09-21T08:30:00Z");
    let end = expires_at(&program, &tehran(), &rule, paid);
    assert_eq!(end, Some(at("2024-10-21T08:30:00Z")));
    program.calendar = Calendar::Gregorian;
    // Berlin's clocks go forward on 30 March 2025.
    let paid = at("2025-03-29T11:00:00Z");
    assert_eq!(
        activates_at(&berlin(), &rule, paid),
        at("2025-03-31T10:00:00Z")
    );
    let end = expires_at(&program, &berlin(), &rule, paid);
    assert_eq!(end, Some(at("2025-04-29T10:00:00Z")));
    let forever = Cashback {
        months: None,
        ..rule
    };
    assert_eq!(expires_at(&program, &berlin(), &forever, paid), None);
}

proptest! {
    #[test]
    fn a_refund_in_steps_takes_as_much_as_at_once(
        base in 1..20_000_i64, parts in prop::collection::vec(1..8_000_i64, 0..5),
        spent in 0..10_000_i64, by_order: bool, ceiling in prop::option::of(0..400_i64),
        least in prop::option::of(0..3_000_i64),
    ) {
        let scale = if by_order { Scale::Order } else { Scale::Spent(Window::Lifetime) };
        let rule = Cashback {
            ceiling: ceiling.map(Money), minimum_order: least.map(Money), ..rule(scale)
        };
        let spent = Money(spent);
        let first = credit(&rule, Money(base), spent);
        let (mut left, mut so_far) = (base, first);
        for part in parts {
            left = (left - part).max(0);
            so_far = so_far.minus(clawback(&rule, spent, Money(left), so_far));
            prop_assert_eq!(so_far, credit(&rule, Money(left), spent));
            prop_assert_eq!(first.minus(clawback(&rule, spent, Money(left), first)), so_far);
        }
        prop_assert_eq!(clawback(&rule, spent, Money::ZERO, so_far), so_far);
    }

    #[test]
    fn no_numbers_make_it_fall_over(
        base: i64, spent: i64, from: [i64; 2], rate: [u32; 2], ceiling in prop::option::of(any::<i64>()),
        months: u32, days: u32, ms: i64, paid: [(i64, i64); 2],
    ) {
        let bracket = |i: usize| Bracket { from: Money(from[i]), rate: Bp(rate[i]) };
        let rule = Cashback {
            brackets: vec![bracket(0), bracket(1)], ceiling: ceiling.map(Money), pending_days: days,
            months: Some(months), scale: Scale::Spent(Window::RollingMonths(months)), ..Cashback::default()
        };
        prop_assert!(credit(&rule, Money(base), Money(spent)) >= Money::ZERO);
        prop_assert!(clawback(&rule, Money(spent), Money(base), Money(spent)) <= Money(spent.max(0)));
        let now = Timestamp(ms);
        let mut program = program();
        let purchases = paid.map(|(at, spend)| crate::member::Purchase {
            paid_at: Timestamp(at), spend: Money(spend),
        });
        let who = Member { purchases: purchases.to_vec(), ..member() };
        for zone in [tehran(), berlin()] {
            let (_, _) = (activates_at(&zone, &rule, now), expires_at(&program, &zone, &rule, now));
            for window in [Window::Lifetime, Window::CalendarYear, Window::RollingMonths(months)] {
                program.cashback = Some(Cashback { scale: Scale::Spent(window), ..rule.clone() });
                let before = spent_before(&program, &zone, &who, now);
                prop_assert!(before == Money::ZERO || paid.iter().any(|(at, _)| *at < ms));
            }
        }
    }
}
