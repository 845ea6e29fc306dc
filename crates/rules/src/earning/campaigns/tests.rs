use super::*;
use crate::member::Membership;
use crate::program::{Audience, Plan, PurchaseRule, Window};
use crate::samples::{at, ladder, member, program, purchase, rule, tehran};
use crate::{Points, earning::purchase_points};

fn campaign(id: &str, multiplier: u32) -> Campaign {
    Campaign {
        id: id.to_owned(),
        multiplier: Bp(multiplier),
        ..Campaign::default()
    }
}

fn with(campaigns: Vec<Campaign>) -> Program {
    let mut program = program();
    program.earning.campaigns = campaigns;
    program
}

fn ids(program: &Program, member: &Member, base: i64, now: &str) -> Vec<String> {
    running(program, &tehran(), member, Money(base), at(now))
        .into_iter()
        .map(|campaign| campaign.id.clone())
        .collect()
}

fn by(program: &Program, member: &Member, now: &str) -> Vec<u32> {
    multipliers(program, &tehran(), member, Money(100), at(now))
        .into_iter()
        .map(|by| by.0)
        .collect()
}

#[test]
fn a_campaign_runs_from_its_first_instant_until_just_before_its_end() {
    let program = with(vec![Campaign {
        starts_at: Some(at("2025-06-01T00:00:00Z")),
        ends_at: Some(at("2025-06-02T00:00:00Z")),
        ..campaign("june", 20_000)
    }]);
    let runs = |now| !ids(&program, &member(), 100, now).is_empty();
    assert!(!runs("2025-05-31T23:59:59.999Z"));
    assert!(runs("2025-06-01T00:00:00Z"));
    assert!(runs("2025-06-01T23:59:59.999Z"));
    assert!(!runs("2025-06-02T00:00:00Z"));
}

#[test]
fn the_smallest_order_is_enough_and_less_is_not() {
    let program = with(vec![Campaign {
        minimum_order: Some(Money(500)),
        ..campaign("large", 20_000)
    }]);
    let now = "2025-06-01T00:00:00Z";
    assert_eq!(ids(&program, &member(), 500, now), ["large"]);
    assert!(ids(&program, &member(), 499, now).is_empty());
}

#[test]
fn only_its_audience_gets_it() {
    let audience = |tiers: &[&str], orders_min| Audience {
        tiers: tiers.iter().map(|tier| (*tier).to_owned()).collect(),
        orders_min,
        ..Audience::default()
    };
    let mut program = with(vec![
        Campaign {
            audience: audience(&["silver"], 0),
            ..campaign("silver", 30_000)
        },
        Campaign {
            audience: audience(&[], 2),
            ..campaign("twice", 20_000)
        },
        campaign("all", 11_000),
    ]);
    program.tiers = Some(ladder(Window::Lifetime));
    let now = "2025-06-01T00:00:00Z";
    let mut who = member();
    // A new member is not too new: an audience that names no age asks for none.
    who.joined_at = at(now);
    assert_eq!(ids(&program, &who, 100, now), ["all"]);
    who.purchases = vec![purchase("2025-01-01T00:00:00Z", 100)];
    assert_eq!(ids(&program, &who, 100, now), ["silver", "all"]);
    who.purchases.push(purchase("2025-02-01T00:00:00Z", 100));
    assert_eq!(ids(&program, &who, 100, now), ["silver", "twice", "all"]);
}

#[test]
fn tier_then_membership_then_campaigns() {
    let mut program = with(vec![campaign("one", 12_000), campaign("two", 30_000)]);
    let mut levels = ladder(Window::Lifetime);
    levels.levels[1].multiplier = Bp(15_000);
    program.tiers = Some(levels);
    program.memberships = vec![Plan {
        id: "plus".to_owned(),
        multiplier: Bp(13_000),
        ..Plan::default()
    }];
    let mut who = member();
    who.purchases = vec![purchase("2025-01-01T00:00:00Z", 100)];
    who.membership = Some(Membership {
        plan: "plus".to_owned(),
        started_at: at("2025-06-01T00:00:00Z"),
        ends_at: at("2025-07-01T00:00:00Z"),
        renews: false,
    });
    let now = "2025-06-01T00:00:00Z";
    assert_eq!(by(&program, &who, now), [15_000, 13_000, 30_000]);
    program.earning.combine = Combine::Product;
    assert_eq!(by(&program, &who, now), [15_000, 13_000, 12_000, 30_000]);
    // The order of the campaigns does not matter to the best.
    program.earning.combine = Combine::Best;
    program.earning.campaigns.reverse();
    assert_eq!(by(&program, &who, now), [15_000, 13_000, 30_000]);
    // After the membership, and for somebody else.
    let after = "2025-07-01T00:00:00Z";
    assert_eq!(by(&program, &who, after), [15_000, 10_000, 30_000]);
    assert_eq!(by(&program, &member(), now), [10_000, 10_000, 30_000]);
    program.earning.campaigns.clear();
    assert_eq!(by(&program, &who, now), [15_000, 13_000]);
}

#[test]
fn the_ceiling_holds_the_product_of_all() {
    let rule = PurchaseRule {
        multiplier_max: Some(Bp(25_000)),
        ..rule()
    };
    let program = with(vec![campaign("one", 20_000), campaign("two", 20_000)]);
    let zone = tehran();
    let points = |program: &Program| {
        let now = at("2025-06-01T00:00:00Z");
        let all = multipliers(program, &zone, &member(), Money(1000), now);
        purchase_points(&rule, Money(1000), &all)
    };
    assert_eq!(points(&program), Points(20));
    let mut all = program;
    all.earning.combine = Combine::Product;
    assert_eq!(points(&all), Points(25));
}
