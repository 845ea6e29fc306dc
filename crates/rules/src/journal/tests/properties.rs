//! What holds for any stream of events.

use super::*;
use crate::Bp;
use crate::member::{Credit, Lot};
use crate::program::{
    Activity, ActivityRule, Audience, Campaign, Cap, Messages, Offer, OfferTrigger, Period, Plan,
    PurchaseRule,
};
use crate::rewards::Basket;
use crate::tiers::{self, standing};
use crate::whatif::simulate;
use proptest::prelude::*;

/// A club that has a rule of every sort.
fn everything(policy: NegativePolicy, expiry: Expiry) -> Program {
    let mut program = club();
    let mut levels = ladder(Window::RollingMonths(6));
    for (level, by) in levels.levels.iter_mut().zip([10_000, 12_000, 15_000]) {
        level.enter *= 100;
        level.multiplier = Bp(by);
        level.entry = (by > 10_000).then_some(Benefit::Points(Points(25)));
    }
    program.tiers = Some(levels);
    program.negative_policy = policy;
    program.expiry = expiry;
    program.earning.purchase = Some(PurchaseRule {
        per: Money(100),
        pending_days: 3,
        caps: vec![Cap {
            per: Period::Month,
            times: None,
            points: Some(Points(900)),
        }],
        ..rule()
    });
    program.earning.campaigns = vec![Campaign {
        id: "spring".to_owned(),
        multiplier: Bp(20_000),
        starts_at: Some(at("2025-02-01T00:00:00Z")),
        ends_at: Some(at("2025-03-01T00:00:00Z")),
        ..Campaign::default()
    }];
    let activity = |id: &str, kind| ActivityRule {
        id: id.to_owned(),
        kind,
        points: Points(20),
        title: Default::default(),
        caps: vec![Cap {
            per: Period::Week,
            times: Some(2),
            points: None,
        }],
        claimable: None,
    };
    program.earning.activities = vec![
        activity("first", Activity::FirstPurchase),
        activity("visit", Activity::DailyVisit),
        activity("review", Activity::Review),
    ];
    let mut credit = reward("rwd_credit", 100);
    credit.kind = RewardKind::WalletCredit(Money(90));
    program.rewards.push(credit);
    program.cashback = Some(Cashback {
        id: "back".to_owned(),
        brackets: vec![Bracket {
            from: Money(0),
            rate: Bp(300),
        }],
        months: Some(2),
        ..Cashback::default()
    });
    program.memberships = vec![Plan {
        id: "plus".to_owned(),
        months: 1,
        multiplier: Bp(11_000),
        ..Plan::default()
    }];
    program.offers = vec![Offer {
        id: "off_third".to_owned(),
        title: Default::default(),
        trigger: OfferTrigger::NthOrder(3),
        benefit: Benefit::Multiplier(Bp(30_000)),
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
    }];
    program
}

pub(super) fn some_club() -> impl Strategy<Value = Program> {
    let policies = prop_oneof![
        Just(NegativePolicy::Debt),
        Just(NegativePolicy::WithinBalance),
        Just(NegativePolicy::PendingOnly)
    ];
    let ends = prop_oneof![
        Just(Expiry::None),
        Just(Expiry::PerLot {
            months: 1,
            end_of_month: true,
            warn_days: 7
        }),
        Just(Expiry::Inactivity {
            months: 2,
            warn_days: 7
        })
    ];
    (policies, ends).prop_map(|(policy, expiry)| everything(policy, expiry))
}

/// Few ids, so that events meet each other.
fn id(prefix: &str, n: u8) -> String {
    format!("{prefix}{}", n % 4)
}

fn some_event() -> impl Strategy<Value = Event> {
    let price = prop_oneof![0..50_000_i64, Just(0), Just(i64::MAX), Just(-1)];
    prop_oneof![
        3 => (any::<u8>(), price.clone(), prop::option::of(any::<u8>())).prop_map(|(n, price, coupon)| {
            let line = BillLine { sku: id("sku", n), quantity: 2, unit_price: Money(price), ..BillLine::default() };
            let coupons = coupon.map(|c| id("rdm", c)).into_iter().collect();
            Event::Paid(Bill { order: id("o", n), lines: vec![line], coupons, ..Bill::default() })
        }),
        3 => (any::<u8>(), any::<u8>(), prop::option::of(price)).prop_map(|(n, r, base)| refunded(&id("o", n), &id("r", r), base)),
        2 => (any::<u8>(), prop::bool::ANY, 0..3_u32).prop_map(|(n, credit, units)| Event::Redeemed {
            redemption: id("rdm", n),
            reward: if credit { "rwd_credit" } else { "rwd_500" }.to_owned(),
            units,
        }),
        1 => any::<u8>().prop_map(|n| Event::GaveBack { redemption: id("rdm", n) }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(n, o)| Event::CouponUsed { redemption: id("rdm", n), order: id("o", o) }),
        1 => any::<u8>().prop_map(|n| Event::Cancelled { order: id("o", n) }),
        1 => (any::<u8>(), -900..2_000_i64).prop_map(|(n, points)| adjusted(&id("adj", n), points)),
        1 => Just(Event::Did { rule: "visit".to_owned(), source: None }),
        1 => any::<u8>().prop_map(|n| Event::Did { rule: "review".to_owned(), source: Some(id("sku", n)) }),
        1 => (any::<u8>(), 0..400_i64, 0..40_u32).prop_map(|(n, points, pending_days)| Event::Credited {
            rule: "referral".to_owned(), source: id("mem", n), points: Points(points), pending_days,
        }),
        1 => any::<u8>().prop_map(|n| Event::Revoked { rule: "referral".to_owned(), source: id("mem", n) }),
        1 => Just(Event::TookOffer { offer: "off_third".to_owned() }),
        1 => prop::bool::ANY.prop_map(|renews| Event::Subscribed { plan: "plus".to_owned(), renews }),
        1 => (any::<u8>(), 0..3_000_i64).prop_map(|(n, amount)| Event::WalletSpent { order: id("o", n), amount: Money(amount) }),
        2 => Just(Event::TimePassed),
    ]
}

/// Hours between events, and the events.
pub(super) fn some_stream() -> impl Strategy<Value = Vec<(i64, Event)>> {
    prop::collection::vec((0..600_i64, some_event()), 1..24)
}

pub(super) const HOUR_MS: i64 = 3_600_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(program in some_club(), stream in some_stream()) {
        let zone = tehran();
        let mut account = opened(&program);
        let mut now = at("2025-01-10T00:00:00Z");
        for (hours, event) in &stream {
            now = now.plus_ms(hours * HOUR_MS);
            let before = account.clone();
            let refused = account.apply(&program, &zone, now, event).is_err();
            prop_assert_eq!(account.audit(), Ok(()), "{:?}", event);
            // What the books say is what the rules say.
            let all = balances_under(&program, &zone, &account.member, now);
            prop_assert_eq!(account.points_in(Book::Available), i128::from(all.available.0));
            prop_assert_eq!(account.points_in(Book::Pending), i128::from(all.pending.0));
            prop_assert_eq!(account.points_in(Book::Debt), -i128::from(all.debt.0));
            let ending: Points = all.expiring.iter().map(|e| e.points).sum();
            prop_assert!(ending <= all.available);
            // Again, it changes nothing; refused, it has changed nothing but for what time has done.
            if refused {
                let mut waited = before;
                waited.apply(&program, &zone, now, &Event::TimePassed).unwrap();
                prop_assert_eq!(&account.member, &waited.member, "{:?}", event);
            } else if !matches!(event, Event::Subscribed { .. } | Event::TookOffer { .. } | Event::GaveBack { .. }
                | Event::Revoked { .. } | Event::Refunded { .. }) {
                let length = account.journal().len();
                let member = account.member.clone();
                let _ = account.apply(&program, &zone, now, event);
                prop_assert_eq!((account.journal().len(), &account.member), (length, &member), "{:?}", event);
            }
        }
    }

    #[test]
    fn what_is_told_to_end_ends_then_and_not_before(program in some_club(), stream in some_stream()) {
        let zone = tehran();
        let mut account = opened(&program);
        let mut now = at("2025-01-10T00:00:00Z");
        for (hours, event) in &stream {
            now = now.plus_ms(hours * HOUR_MS);
            let _ = account.apply(&program, &zone, now, event);
        }
        // What is pending now ends later too, and was not told.
        while let Some(next) = account.member.lots.iter().map(|lot| lot.activates_at).filter(|at| now < *at).min() {
            now = next;
            account.apply(&program, &zone, now, &Event::TimePassed).unwrap();
        }
        let ended = |account: &Account| -> i64 {
            let of = account.journal().iter().filter(|t| t.why == Why::Expiry);
            of.filter_map(|t| if let Lines::Points(lines) = &t.lines { Some(lines) } else { None })
                .flatten()
                .filter(|(book, _)| *book == Book::Expired)
                .map(|(_, points)| points.0)
                .sum()
        };
        let told = balances_under(&program, &zone, &account.member, now).expiring;
        let mut so_far = ended(&account);
        for ending in told {
            account.apply(&program, &zone, ending.expires_at.plus_ms(-1), &Event::TimePassed).unwrap();
            prop_assert_eq!(ended(&account), so_far);
            account.apply(&program, &zone, ending.expires_at, &Event::TimePassed).unwrap();
            so_far += ending.points.0;
            prop_assert_eq!(ended(&account), so_far);
        }
    }

    #[test]
    fn a_refund_never_raises_a_standing_and_a_redemption_never_lowers_it(
        program in some_club(), stream in some_stream(),
    ) {
        let (zone, ladder) = (tehran(), program.tiers.clone().unwrap());
        let stands = |account: &Account, now| standing(&ladder, program.calendar, &zone, &account.member, now);
        let mut account = opened(&program);
        let mut now = at("2025-01-10T00:00:00Z");
        for (hours, event) in &stream {
            now = now.plus_ms(hours * HOUR_MS);
            account.apply(&program, &zone, now, &Event::TimePassed).unwrap();
            let before = stands(&account, now);
            let _ = account.apply(&program, &zone, now, event);
            let after = stands(&account, now);
            match event {
                Event::Refunded { .. } | Event::Cancelled { .. } | Event::Revoked { .. } => {
                    prop_assert!(after.current <= before.current && after.value <= before.value);
                }
                Event::Redeemed { .. } | Event::GaveBack { .. } | Event::WalletSpent { .. } => {
                    prop_assert_eq!(after, before);
                }
                _ => prop_assert!(after.current >= before.current, "{:?}", event),
            }
        }
    }

    #[test]
    fn refunding_everything_restores_the_start(
        prices in prop::collection::vec(1..90_000_i64, 1..5), parts in prop::collection::vec(1..40_000_i64, 0..6),
        had in 0..3_000_i64,
    ) {
        let mut program = everything(NegativePolicy::Debt, Expiry::None);
        program.offers.clear();
        let (zone, now) = (tehran(), at("2025-02-10T00:00:00Z"));
        let mut account = opened(&program);
        tell(&program, &mut account, now, &[adjusted("start", had)]);
        let start = account.member.clone();
        for (n, price) in prices.iter().enumerate() {
            tell(&program, &mut account, now.plus_days(n as i64), &[bill(&format!("o{n}"), &[*price])]);
        }
        let now = now.plus_days(9);
        for (n, part) in parts.iter().enumerate() {
            let order = format!("o{}", n % prices.len());
            let _ = account.apply(&program, &zone, now, &refunded(&order, &format!("p{n}"), Some(*part)));
        }
        for n in 0..prices.len() {
            let event = Event::Cancelled { order: format!("o{n}") };
            account.apply(&program, &zone, now, &event).unwrap();
        }
        account.audit().unwrap();
        let end = &account.member;
        let filled = |lots: &[Lot]| lots.iter().filter(|l| l.remaining.is_positive()).cloned().collect::<Vec<_>>();
        prop_assert_eq!(filled(&end.lots), filled(&start.lots));
        prop_assert_eq!((end.debt, &end.purchases, &end.earned), (start.debt, &start.purchases, &start.earned));
        prop_assert_eq!(wallet(end, now), wallet(&start, now));
        let counted = |credits: &[Credit]| credits.iter().map(|c| c.points).sum::<Points>();
        prop_assert_eq!(counted(&end.credits), counted(&start.credits));
    }

    #[test]
    fn posting_an_order_gives_what_was_simulated(
        program in some_club(), stream in some_stream(), total in 0..200_000_i64,
    ) {
        let zone = tehran();
        let mut account = opened(&program);
        let mut now = at("2025-01-10T00:00:00Z");
        for (hours, event) in &stream {
            now = now.plus_ms(hours * HOUR_MS);
            let _ = account.apply(&program, &zone, now, event);
        }
        let basket = Basket { total: Money(total), items: Vec::new() };
        let promised = simulate(&program, &zone, &account.member, &basket, now);
        let length = account.journal().len();
        let event = Event::Paid(Bill::of("the-order", &basket));
        account.apply(&program, &zone, now, &event).unwrap();
        let given = |why: Why| -> i64 {
            let of = account.journal()[length..].iter().filter(|t| t.why == why);
            of.filter_map(|t| if let Lines::Points(lines) = &t.lines { Some(lines) } else { None })
                .flatten()
                .filter(|(book, _)| *book == Book::Issued)
                .map(|(_, points)| -points.0)
                .sum()
        };
        prop_assert_eq!(promised.points.0, given(Why::Purchase));
        prop_assert_eq!(promised.first_purchase.0, given(Why::FirstPurchase));
        prop_assert_eq!(promised.tier_entry.0, given(Why::TierEntry));
        prop_assert_eq!(promised.tier_after, tiers::current(&program, &zone, &account.member, now));
    }

    #[test]
    fn the_order_of_independent_events_does_not_matter(
        program in some_club(), picks in prop::collection::vec(0..8_usize, 1..8), seed in any::<u64>(),
    ) {
        let zone = tehran();
        let now = at("2025-03-20T00:00:00Z");
        let all = [
            adjusted("a", 120),
            adjusted("b", 77),
            Event::Did { rule: "visit".to_owned(), source: None },
            Event::Did { rule: "review".to_owned(), source: Some("tea".to_owned()) },
            Event::Credited { rule: "referral".to_owned(), source: "mem_2".to_owned(), points: Points(60), pending_days: 0 },
            Event::Credited { rule: "referral".to_owned(), source: "mem_3".to_owned(), points: Points(61), pending_days: 9 },
            Event::Subscribed { plan: "plus".to_owned(), renews: true },
            Event::TimePassed,
        ];
        let mut events: Vec<&Event> = picks.iter().map(|n| &all[*n]).collect();
        events.dedup();
        let mut seen: Vec<&Event> = Vec::new();
        events.retain(|e| { let new = !seen.contains(e); seen.push(e); new });
        let run = |events: &[&Event]| {
            let mut account = opened(&program);
            for event in events {
                account.apply(&program, &zone, now, event).unwrap();
            }
            let mut member = account.member;
            // Lots are named in the order in which they came.
            member.lots.iter_mut().for_each(|lot| lot.id.clear());
            member.lots.sort_by_key(|lot| (lot.activates_at, lot.remaining));
            member.earned.sort_by(|a, b| (&a.rule, &a.source).cmp(&(&b.rule, &b.source)));
            member.credits.sort_by_key(|c| (c.activates_at, c.points));
            member
        };
        let straight = run(&events);
        let turn = seed as usize % events.len();
        events.rotate_left(turn);
        prop_assert_eq!(&run(&events), &straight);
        events.reverse();
        prop_assert_eq!(&run(&events), &straight);
    }
}
