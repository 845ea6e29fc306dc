use super::*;
use crate::program::{Base, PurchaseRule, Window};
use crate::rewards::BasketItem;
use crate::samples::{at, ladder, lot, member, program, purchase, reward, rule, tehran};
use crate::{Bp, Money};

const DAY: &str = "2025-06-01T00:00:00Z";

fn worth(total: i64) -> Basket {
    Basket {
        total: Money(total),
        items: Vec::new(),
    }
}

#[test]
fn the_tier_that_multiplies_is_the_one_held_before() {
    let mut program = program();
    let mut tiers = ladder(Window::Lifetime);
    tiers.levels[1].multiplier = Bp(20_000);
    program.tiers = Some(tiers);
    let first = simulate(&program, &tehran(), &member(), &worth(10_000), at(DAY));
    assert_eq!((first.points, first.tier_after), (Points(100), Some(2)));
    let buyer = Member {
        purchases: vec![purchase("2025-01-01T00:00:00Z", 100)],
        ..member()
    };
    assert_eq!(
        simulate(&program, &tehran(), &buyer, &worth(10_000), at(DAY)).points,
        Points(200)
    );
}

#[test]
fn excluded_products_of_the_basket_earn_nothing() {
    let mut program = program();
    let excluded_categories = vec!["gift_cards".to_owned()];
    program.earning.purchase = Some(PurchaseRule {
        base: Base {
            excluded_categories,
            ..Base::default()
        },
        ..rule()
    });
    let item = |category: &str, amount| BasketItem {
        sku: category.to_owned(),
        category: Some(category.to_owned()),
        amount: Money(amount),
    };
    let items = vec![item("tea", 700), item("gift_cards", 300)];
    let basket = Basket {
        total: Money(1000),
        items,
    };
    assert_eq!(
        simulate(&program, &tehran(), &member(), &basket, at(DAY)).points,
        Points(7)
    );
}

#[test]
fn what_is_open_already_is_not_unlocked() {
    let mut program = program();
    program.rewards = vec![
        reward("rwd_open", 5),
        reward("rwd_near", 12),
        reward("rwd_far", 99),
    ];
    let member = Member {
        lots: vec![lot("a", 5)],
        ..member()
    };
    let what = simulate(&program, &tehran(), &member, &worth(1000), at(DAY));
    assert_eq!(what.unlocked, ["rwd_near"]);
}

#[test]
fn a_program_without_a_purchase_rule_brings_no_points() {
    let mut program = program();
    program.earning.purchase = None;
    let what = simulate(&program, &tehran(), &member(), &worth(1000), at(DAY));
    assert_eq!(what, WhatIf::default());
}
