#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::calendar::{Calendar, Date};
use crate::member::{Bought, MonthDay, Taken};
use crate::program::{Arm, ArmWeight, Audience, Experiment, Messages, Period, Products, Window};
use crate::samples::{at, berlin, ladder, member, program, purchase, reward, tehran};
use crate::{Money, Points};
use proptest::prelude::*;

fn offer(id: &str, trigger: OfferTrigger) -> Offer {
    Offer {
        id: id.to_owned(),
        title: Default::default(),
        trigger,
        benefit: Benefit::Points(Points(50)),
        audience: Audience::default(),
        messages: Messages::default(),
        priority: 0,
        starts_at: None,
        ends_at: None,
        valid_hours: None,
        per_member: None,
        period: Period::Lifetime,
        stock: None,
        arm: None,
    }
}

fn club(offers: Vec<Offer>) -> Program {
    Program {
        offers,
        ..program()
    }
}

fn verdict(offer: Offer, member: &Member, now: &str) -> Verdict {
    let all = judge(&club(vec![offer]), &tehran(), member, at(now));
    all.into_iter().next().unwrap().1
}

#[test]
fn a_gift_of_which_nothing_is_left_is_sold_out() {
    let mut program = club(vec![offer("off_1", OfferTrigger::MilestoneOrders(1))]);
    let mut gift = reward("rwd_gift", 10);
    gift.stock = Some(1);
    program.offers.first_mut().unwrap().benefit = Benefit::Reward(gift.id.clone());
    program.rewards = vec![gift];
    let mut member = member();
    member.purchases = vec![purchase("2025-01-01T00:00:00Z", 0)];
    let told = |program: &Program| {
        judge(program, &tehran(), &member, at("2025-01-02T00:00:00Z"))
            .remove(0)
            .1
    };
    assert_eq!(told(&program).code(), "open");
    program.rewards.first_mut().unwrap().stock = Some(0);
    assert_eq!(told(&program), Verdict::SoldOut);
}

#[test]
fn a_trigger_of_nothing_is_never_there() {
    let mut member = member();
    member.purchases = vec![purchase("2025-01-01T00:00:00Z", 0)];
    let none = [
        OfferTrigger::MilestoneOrders(0),
        OfferTrigger::MilestoneAmount(Money(0)),
        OfferTrigger::MilestoneAmount(Money(-5)),
        OfferTrigger::NthOrder(0),
        OfferTrigger::Bought {
            products: Products::default(),
            within_days: 30,
        },
        OfferTrigger::Segment(String::new()),
    ];
    for trigger in none {
        let told = verdict(
            offer("off_1", trigger.clone()),
            &member,
            "2025-01-02T00:00:00Z",
        );
        assert_eq!(told, Verdict::NotTriggered, "{trigger:?}");
    }
}

#[test]
fn a_day_that_no_month_has_is_the_months_last_and_one_that_no_year_has_is_no_birthday() {
    let mut member = member();
    let days = OfferTrigger::Birthday {
        days_before: 0,
        days_after: 0,
    };
    // 30 Mehr 1404, and the calendar is the program's.
    let now = "2025-10-22T08:00:00Z";
    for (month, day, there) in [(7, 30, true), (7, 99, true), (7, 29, false), (0, 5, false)] {
        member.birthday = Some(MonthDay { month, day });
        let told = verdict(offer("off_1", days.clone()), &member, now);
        assert_eq!(told.code() == "open", there, "{month}/{day}");
    }
    for (month, day) in [(13, 1), (255, 255), (7, 0)] {
        member.birthday = Some(MonthDay { month, day });
        let told = verdict(offer("off_1", days.clone()), &member, now);
        assert_eq!(told, Verdict::NotTriggered, "{month}/{day}");
    }
}

#[test]
fn days_of_a_birthday_are_the_zones_over_a_change_of_clocks() {
    let mut member = member();
    member.birthday = Some(MonthDay { month: 3, day: 30 });
    let days = OfferTrigger::Birthday {
        days_before: 0,
        days_after: 0,
    };
    let mut program = club(vec![offer("off_1", days)]);
    program.calendar = Calendar::Gregorian;
    let open = open(&program, &berlin(), &member, at("2025-03-30T12:00:00Z"));
    let first = open.first().unwrap();
    assert_eq!(first.since, at("2025-03-29T23:00:00Z"));
    assert_eq!(first.until, Some(at("2025-03-30T22:00:00Z")));
}

#[test]
fn an_order_of_tomorrow_is_not_counted_today() {
    let mut member = member();
    member.purchases = vec![
        purchase("2025-01-01T00:00:00Z", 100),
        purchase("2025-01-03T00:00:00Z", 100),
    ];
    let told = |trigger| verdict(offer("off_1", trigger), &member, "2025-01-02T00:00:00Z").code();
    assert_eq!(told(OfferTrigger::MilestoneOrders(2)), "not_triggered");
    assert_eq!(
        told(OfferTrigger::MilestoneAmount(Money(200))),
        "not_triggered"
    );
    assert_eq!(told(OfferTrigger::NthOrder(2)), "open");
    assert_eq!(told(OfferTrigger::Inactive(0)), "not_triggered");
}

#[test]
fn the_last_order_is_the_later_of_what_counts_and_what_went_back() {
    let mut member = member();
    assert_eq!(last_order(&member), None);
    member.purchases = vec![purchase("2025-01-01T00:00:00Z", 100)];
    assert_eq!(last_order(&member), Some(at("2025-01-01T00:00:00Z")));
    member.last_order_at = Some(at("2025-02-01T00:00:00Z"));
    assert_eq!(last_order(&member), Some(at("2025-02-01T00:00:00Z")));
}

#[test]
fn a_limit_counts_its_period_half_open() {
    let mut member = member();
    let mut daily = offer("off_1", OfferTrigger::Schedule);
    (daily.per_member, daily.period) = (Some(1), Period::Day);
    // 2 January in Tehran: from 20:30 UTC on the 1st.
    let (start, end) = (at("2025-01-01T20:30:00Z"), at("2025-01-02T20:30:00Z"));
    for (taken_at, limited) in [
        (start.plus_ms(-1), false),
        (start, true),
        (end.plus_ms(-1), true),
        (end, false),
    ] {
        member.offers = vec![Taken {
            offer: "off_1".to_owned(),
            occasion: "another".to_owned(),
            at: taken_at,
        }];
        let told = verdict(daily.clone(), &member, "2025-01-02T12:00:00Z");
        assert_eq!(told.code() == "limit_reached", limited, "{taken_at}");
    }
    member.offers.clear();
    daily.per_member = Some(0);
    let never = Verdict::LimitReached { resets_at: None };
    assert_eq!(verdict(daily, &member, "2025-01-02T12:00:00Z"), never);
}

#[test]
fn a_dated_name_has_two_digits_for_month_and_day() {
    let date = |month, day| Date {
        year: 1404,
        month,
        day,
    };
    assert_eq!(written(date(1, 9)), "1404-01-09");
    assert_eq!(written(date(12, 10)), "1404-12-10");
}

#[test]
fn an_offer_that_was_open_before_is_not_told_again() {
    let before = member();
    let mut bought = before.clone();
    bought.purchases.push(purchase("2025-01-01T00:00:00Z", 100));
    let program = club(vec![
        offer("off_1", OfferTrigger::Schedule),
        offer("off_2", OfferTrigger::MilestoneOrders(1)),
    ]);
    let now = at("2025-01-01T00:00:00Z");
    assert_eq!(after(&program, &tehran(), &before, &bought, now), ["off_2"]);
    let none: [&str; 0] = [];
    assert_eq!(after(&program, &tehran(), &bought, &bought, now), none);
}

#[test]
fn every_verdict_has_its_name_on_the_wire() {
    let now = at("2025-01-01T00:00:00Z");
    let all = [
        Verdict::Open {
            occasion: String::new(),
            since: now,
            until: None,
            stage: Stage::Ending,
        },
        Verdict::NotTriggered,
        Verdict::NotStarted { at: now },
        Verdict::Ended { at: now },
        Verdict::WrongTier,
        Verdict::NotInSegment,
        Verdict::TooNew { at: now },
        Verdict::TooFewOrders,
        Verdict::NotInArm,
        Verdict::SoldOut,
        Verdict::Taken,
        Verdict::LimitReached { resets_at: None },
        Verdict::Lapsed { at: now },
    ];
    for verdict in all {
        let wire = serde_json::to_value(&verdict).unwrap();
        let named = wire.as_str() == Some(verdict.code()) || wire.get(verdict.code()).is_some();
        assert!(named, "{wire}");
        assert_eq!(serde_json::from_value::<Verdict>(wire).unwrap(), verdict);
    }
}

fn instants() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        4 => (1_700_000_000_000_i64..1_800_000_000_000).prop_map(Timestamp),
        1 => any::<i64>().prop_map(Timestamp),
        1 => prop::sample::select(vec![Timestamp(i64::MIN), Timestamp(i64::MAX), Timestamp(0)]),
    ]
}

fn counts() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 0_u32..5, 1 => any::<u32>(), 1 => Just(u32::MAX)]
}

fn periods() -> impl Strategy<Value = Period> {
    prop::sample::select(vec![
        Period::Day,
        Period::Week,
        Period::Month,
        Period::Year,
        Period::Lifetime,
    ])
}

fn triggers() -> impl Strategy<Value = OfferTrigger> {
    let products = || Products {
        categories: vec!["cups".to_owned()],
        skus: vec!["kettle".to_owned()],
    };
    prop_oneof![
        counts().prop_map(OfferTrigger::MilestoneOrders),
        any::<i64>().prop_map(|amount| OfferTrigger::MilestoneAmount(Money(amount))),
        counts().prop_map(OfferTrigger::NthOrder),
        (counts(), counts()).prop_map(|(days_before, days_after)| OfferTrigger::Birthday {
            days_before,
            days_after
        }),
        counts().prop_map(OfferTrigger::Inactive),
        counts().prop_map(move |within_days| OfferTrigger::Bought {
            products: products(),
            within_days
        }),
        Just(OfferTrigger::Schedule),
        Just(OfferTrigger::Segment("champions".to_owned())),
        (counts(), periods()).prop_map(|(rate, period)| OfferTrigger::Surprise {
            rate: Bp(rate.saturating_mul(3000)),
            period
        }),
    ]
}

fn offers() -> impl Strategy<Value = Offer> {
    (
        triggers(),
        (prop::option::of(instants()), prop::option::of(instants())),
        (
            prop::option::of(counts()),
            prop::option::of(counts()),
            periods(),
        ),
        prop::option::of(counts()),
        (
            prop::option::of(counts()),
            0_u32..3,
            any::<bool>(),
            any::<bool>(),
        ),
    )
        .prop_map(|(trigger, (starts_at, ends_at), limits, stock, who)| {
            let (valid_hours, per_member, period) = limits;
            let (member_days_min, orders_min, tiered, tested) = who;
            Offer {
                starts_at,
                ends_at,
                valid_hours,
                per_member,
                period,
                stock,
                audience: Audience {
                    member_days_min,
                    orders_min,
                    tiers: if tiered {
                        vec!["bronze".to_owned()]
                    } else {
                        Vec::new()
                    },
                    segments: Vec::new(),
                },
                arm: tested.then(|| Arm {
                    experiment: "exp_1".to_owned(),
                    arm: "a".to_owned(),
                }),
                ..offer("off_1", trigger)
            }
        })
}

fn members() -> impl Strategy<Value = Member> {
    (
        instants(),
        prop::collection::vec((instants(), any::<i64>()), 0..5),
        prop::option::of(instants()),
        prop::option::of((any::<u8>(), any::<u8>())),
        prop::collection::vec((prop::bool::ANY, instants()), 0..4),
        prop::collection::vec(("[a-z0-9]{0,3}", instants()), 0..3),
    )
        .prop_map(
            |(joined_at, paid, last_order_at, birthday, bought, taken)| Member {
                joined_at,
                purchases: paid
                    .into_iter()
                    .map(|(paid_at, spend)| crate::member::Purchase {
                        paid_at,
                        spend: Money(spend),
                    })
                    .collect(),
                last_order_at,
                birthday: birthday.map(|(month, day)| MonthDay {
                    month: month % 14,
                    day,
                }),
                bought: bought
                    .into_iter()
                    .map(|(kettle, at)| Bought {
                        sku: if kettle { "kettle" } else { "cup" }.to_owned(),
                        category: (!kettle).then(|| "cups".to_owned()),
                        at,
                    })
                    .collect(),
                offers: taken
                    .into_iter()
                    .map(|(occasion, at)| Taken {
                        offer: "off_1".to_owned(),
                        occasion,
                        at,
                    })
                    .collect(),
                segments: vec!["champions".to_owned()],
                ..member()
            },
        )
}

fn odd(offer: Offer, jalali: bool, ends_at: Option<Timestamp>) -> Program {
    let arms = [("a", 3), ("b", u32::MAX)].map(|(id, weight)| ArmWeight {
        id: id.to_owned(),
        weight,
    });
    Program {
        calendar: if jalali {
            Calendar::Jalali
        } else {
            Calendar::Gregorian
        },
        tiers: Some(ladder(Window::Lifetime)),
        experiments: vec![Experiment {
            id: "exp_1".to_owned(),
            arms: arms.into_iter().rev().collect(),
            starts_at: None,
            ends_at,
        }],
        ..club(vec![offer])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn absurd_members_are_judged_too(
        offer in offers(), member in members(), now in instants(), jalali: bool,
        ends in prop::option::of(instants()),
    ) {
        let program = odd(offer, jalali, ends);
        let told = judge(&program, &berlin(), &member, now);
        prop_assert_eq!(told.len(), 1);
        if let Some((_, Verdict::Open { since, until, .. })) = told.first() {
            prop_assert!(*since <= now);
            // Beyond the last instant that can be written there is no later one.
            prop_assert!(now > Timestamp::MAX || until.is_none_or(|until| now < until));
        }
    }

    #[test]
    fn an_occasion_is_taken_once(
        offer in offers(), mut member in members(), mut times in prop::collection::vec(instants(), 1..8),
        jalali: bool,
    ) {
        let program = odd(offer, jalali, None);
        times.sort_unstable();
        member.offers.clear();
        let mut names: Vec<String> = Vec::new();
        for now in times {
            for open in open(&program, &tehran(), &member, now) {
                prop_assert!(!names.contains(&open.occasion), "{} again", open.occasion);
                names.push(open.occasion.clone());
                member.offers.push(Taken { offer: open.offer, occasion: open.occasion, at: now });
            }
            for open in super::open(&program, &tehran(), &member, now) {
                prop_assert!(false, "{} is still open", open.occasion);
            }
        }
    }

    #[test]
    fn a_name_stays_while_its_occasion_does(
        trigger in triggers(), member in members(), now in 1_700_000_000_000_i64..1_800_000_000_000,
    ) {
        // The same facts a moment later, inside the same open interval, are the same occasion.
        let program = odd(offer("off_1", trigger), true, None);
        let now = Timestamp(now);
        for first in open(&program, &tehran(), &member, now) {
            let later = now.plus_ms(1);
            for second in open(&program, &tehran(), &member, later) {
                if first.until.is_none_or(|until| later < until) && second.since <= now {
                    prop_assert_eq!(&first.occasion, &second.occasion);
                    prop_assert_eq!(first.since, second.since);
                }
            }
        }
    }
}
