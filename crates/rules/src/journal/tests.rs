#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod keeping;
mod properties;
mod repeats;
mod rises;
mod wallet;

use super::*;
use crate::ledger::{balances_under, wallet};
use crate::program::{
    Benefit, Bracket, Cashback, Expiry, NegativePolicy, RewardKind, Rounding, Window,
};
use crate::rewards::Reason;
use crate::samples::{at, ladder, member, program, reward, rule, tehran};

const DAY: &str = "2025-06-01T08:00:00Z";

/// A club of one point for every 100, with a reward of 500 points that is worth 500.
fn club() -> Program {
    let mut program = program();
    let mut coupon = reward("rwd_500", 500);
    coupon.kind = RewardKind::AmountOff(Money(500));
    program.rewards.push(coupon);
    program.earning.purchase = Some(crate::program::PurchaseRule {
        per: Money(100),
        ..rule()
    });
    program
}

fn bill(order: &str, prices: &[i64]) -> Event {
    let line = |price: &i64| BillLine {
        quantity: 1,
        unit_price: Money(*price),
        ..BillLine::default()
    };
    Event::Paid(Bill {
        order: order.to_owned(),
        lines: prices.iter().map(line).collect(),
        ..Bill::default()
    })
}

fn adjusted(id: &str, points: i64) -> Event {
    Event::Adjusted {
        adjustment: id.to_owned(),
        points: Points(points),
    }
}

fn redeemed(id: &str, reward: &str) -> Event {
    Event::Redeemed {
        redemption: id.to_owned(),
        reward: reward.to_owned(),
        units: 1,
    }
}

fn refunded(order: &str, refund: &str, base: Option<i64>) -> Event {
    Event::Refunded {
        order: order.to_owned(),
        refund: refund.to_owned(),
        base: base.map(Money),
    }
}

fn opened(program: &Program) -> Account {
    Account::open(program, &tehran(), member(), at("2025-01-01T00:00:00Z"))
}

/// Applies events and gives what is available after each.
fn tell(program: &Program, account: &mut Account, now: Timestamp, events: &[Event]) -> Vec<i64> {
    let mut after = Vec::new();
    for event in events {
        account.apply(program, &tehran(), now, event).unwrap();
        account.audit().unwrap();
        after.push(
            balances_under(program, &tehran(), &account.member, now)
                .available
                .0,
        );
    }
    after
}

#[test]
fn a_coupon_and_the_refunds_of_its_order() {
    let program = club();
    let mut account = opened(&program);
    let Event::Paid(mut two) = bill("o1", &[1000, 1000]) else {
        return;
    };
    two.coupons = vec!["rdm_1".to_owned()];
    let events = [
        adjusted("start", 1000),
        redeemed("rdm_1", "rwd_500"),
        Event::Paid(two),
        refunded("o1", "r1", Some(1000)),
        refunded("o1", "r2", None),
    ];
    assert_eq!(
        tell(&program, &mut account, at(DAY), &events),
        [1000, 500, 515, 505, 1000]
    );
    assert_eq!(account.member.purchases, []);
    assert_eq!(account.member.redeemed, []);
}

#[test]
fn what_was_applied_before_changes_nothing() {
    let program = club();
    let mut account = opened(&program);
    let events = [
        adjusted("start", 1000),
        bill("o1", &[5000]),
        redeemed("rdm_1", "rwd_500"),
        refunded("o1", "r1", Some(700)),
        Event::Credited {
            rule: "referral".to_owned(),
            source: "mem_2".to_owned(),
            points: Points(70),
            pending_days: 0,
        },
    ];
    tell(&program, &mut account, at(DAY), &events);
    let (member, length) = (account.member.clone(), account.journal().len());
    for event in &events {
        assert_eq!(
            account.apply(&program, &tehran(), at(DAY), event),
            Ok(&[][..]),
            "{event:?}"
        );
    }
    assert_eq!(
        (&account.member, account.journal().len()),
        (&member, length)
    );
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let program = club();
    let mut account = opened(&program);
    tell(
        &program,
        &mut account,
        at(DAY),
        &[adjusted("start", 600), bill("o1", &[1000])],
    );
    tell(
        &program,
        &mut account,
        at(DAY),
        &[redeemed("rdm_1", "rwd_500")],
    );
    let before = account.member.clone();
    let used = Event::Paid(Bill {
        coupons: vec!["rdm_9".to_owned()],
        ..Bill::default()
    });
    let gone = |id: &str| Event::GaveBack {
        redemption: id.to_owned(),
    };
    let paid = |amount| Event::WalletSpent {
        order: "o1".to_owned(),
        amount: Money(amount),
    };
    let refusals = [
        (adjusted("all", -111), Refused::NotEnough { missing: 1 }),
        (refunded("o1", "r", Some(1001)), Refused::BadAmount),
        (refunded("o1", "r", Some(-1)), Refused::BadAmount),
        (refunded("o2", "r", None), Refused::Unknown),
        (gone("rdm_2"), Refused::Unknown),
        (used, Refused::CouponNotUsable),
        (bill("o3", &[-5]), Refused::BadAmount),
        (redeemed("rdm_2", "rwd_9"), Refused::Unknown),
        (
            Event::TookOffer {
                offer: "off_9".to_owned(),
            },
            Refused::Unknown,
        ),
        (paid(0), Refused::BadAmount),
        (paid(1), Refused::NotEnough { missing: 1 }),
        (
            Event::Did {
                rule: "none".to_owned(),
                source: None,
            },
            Refused::Unknown,
        ),
    ];
    for (event, refusal) in refusals {
        assert_eq!(
            account.apply(&program, &tehran(), at(DAY), &event),
            Err(refusal),
            "{event:?}"
        );
        assert_eq!(account.member, before, "{event:?}");
    }
    let early = account.apply(&program, &tehran(), at(DAY).plus_ms(-1), &Event::TimePassed);
    assert_eq!(early, Err(Refused::TooEarly));
    let reasons = [
        Reason::NotEnoughPoints {
            missing: Points(390),
        },
        Reason::AlreadyHeld,
    ];
    let again = account.apply(&program, &tehran(), at(DAY), &redeemed("rdm_2", "rwd_500"));
    assert_eq!(again, Err(Refused::NotEligible(reasons.to_vec())));
}

#[test]
fn an_unused_reward_goes_back_once() {
    let program = club();
    let mut account = opened(&program);
    let back = Event::GaveBack {
        redemption: "rdm_1".to_owned(),
    };
    let events = [
        adjusted("start", 600),
        redeemed("rdm_1", "rwd_500"),
        back.clone(),
    ];
    assert_eq!(
        tell(&program, &mut account, at(DAY), &events),
        [600, 100, 600]
    );
    let again = account.apply(&program, &tehran(), at(DAY), &back);
    assert_eq!(again, Err(Refused::NotCancellable));
}

#[test]
fn a_coupon_ends_unused_and_its_points_with_it() {
    let program = club();
    let mut account = opened(&program);
    tell(
        &program,
        &mut account,
        at(DAY),
        &[adjusted("start", 600), redeemed("rdm_1", "rwd_500")],
    );
    let end = tehran().plus_days(at(DAY), 30);
    tell(
        &program,
        &mut account,
        end.plus_ms(-1),
        &[Event::TimePassed],
    );
    assert_eq!(account.points_in(Book::Redeemed), 500);
    tell(&program, &mut account, end, &[Event::TimePassed]);
    assert_eq!(
        (
            account.points_in(Book::Redeemed),
            account.points_in(Book::Expired)
        ),
        (0, 500)
    );
    let late = Event::GaveBack {
        redemption: "rdm_1".to_owned(),
    };
    assert_eq!(
        account.apply(&program, &tehran(), end, &late),
        Err(Refused::NotCancellable)
    );
}

#[test]
fn at_one_instant_points_end_before_others_become_active() {
    let mut program = club();
    program.expiry = Expiry::PerLot {
        months: 1,
        end_of_month: false,
        warn_days: 0,
    };
    let mut account = opened(&program);
    let credit = |source: &str, pending_days| Event::Credited {
        rule: "gift".to_owned(),
        source: source.to_owned(),
        points: Points(100),
        pending_days,
    };
    // A month of Khordad has 31 days: the first lot ends as the second becomes active.
    tell(&program, &mut account, at(DAY), &[credit("a", 0)]);
    tell(
        &program,
        &mut account,
        at(DAY).plus_days(1),
        &[credit("b", 30)],
    );
    tell(
        &program,
        &mut account,
        at(DAY).plus_days(31),
        &[Event::TimePassed],
    );
    let why: Vec<Why> = account.journal().iter().map(|t| t.why).collect();
    assert_eq!(
        why,
        [Why::Credit, Why::Credit, Why::Expiry, Why::Activation]
    );
    assert_eq!(account.points_in(Book::Available), 100);
}

#[test]
fn a_debt_is_paid_by_what_becomes_active() {
    let mut program = club();
    program.negative_policy = NegativePolicy::Debt;
    let mut account = opened(&program);
    tell(
        &program,
        &mut account,
        at(DAY),
        &[bill("o1", &[60_000]), redeemed("rdm_1", "rwd_500")],
    );
    tell(
        &program,
        &mut account,
        at(DAY),
        &[refunded("o1", "r", None)],
    );
    assert_eq!(account.member.debt, Points(500));
    let later = Event::Credited {
        rule: "gift".to_owned(),
        source: "a".to_owned(),
        points: Points(700),
        pending_days: 7,
    };
    tell(&program, &mut account, at(DAY), &[later]);
    assert_eq!(account.member.debt, Points(500));
    tell(
        &program,
        &mut account,
        at(DAY).plus_days(7),
        &[Event::TimePassed],
    );
    assert_eq!(
        (account.member.debt, account.points_in(Book::Available)),
        (Points(0), 200)
    );
    // The coupon was not on that order: its points come back, and nothing is owed any more.
    let back = Event::GaveBack {
        redemption: "rdm_1".to_owned(),
    };
    tell(&program, &mut account, at(DAY).plus_days(7), &[back]);
    assert_eq!(account.points_in(Book::Available), 700);
}

#[test]
fn what_could_not_be_taken_is_claimed_again_at_the_next_refund() {
    let mut program = club();
    program.negative_policy = NegativePolicy::WithinBalance;
    let mut account = opened(&program);
    tell(
        &program,
        &mut account,
        at(DAY),
        &[bill("o1", &[60_000]), redeemed("rdm_1", "rwd_500")],
    );
    // 300 of the 600 points are due, and 100 are there.
    assert_eq!(
        tell(
            &program,
            &mut account,
            at(DAY),
            &[refunded("o1", "r1", Some(30_000))]
        ),
        [0]
    );
    tell(&program, &mut account, at(DAY), &[adjusted("gift", 1000)]);
    // 200 of before, and 300 of now.
    assert_eq!(
        tell(
            &program,
            &mut account,
            at(DAY),
            &[refunded("o1", "r2", None)]
        ),
        [500]
    );
}

#[test]
fn points_of_an_order_that_ended_unspent_are_forgiven() {
    let mut program = club();
    program.expiry = Expiry::PerLot {
        months: 1,
        end_of_month: false,
        warn_days: 0,
    };
    let mut account = opened(&program);
    tell(&program, &mut account, at(DAY), &[bill("o1", &[10_000])]);
    let later = at(DAY).plus_days(60);
    tell(&program, &mut account, later, &[adjusted("gift", 40)]);
    assert_eq!(
        tell(&program, &mut account, later, &[refunded("o1", "r", None)]),
        [40]
    );
    assert_eq!(account.member.debt, Points(0));
}

#[test]
fn cashback_comes_goes_and_is_spent() {
    let mut program = club();
    program.earning.purchase = None;
    program.cashback = Some(Cashback {
        id: "back".to_owned(),
        brackets: vec![
            Bracket {
                from: Money(0),
                rate: crate::Bp(200),
            },
            Bracket {
                from: Money(10_000),
                rate: crate::Bp(500),
            },
        ],
        rounding: Rounding::Floor,
        ..Cashback::default()
    });
    let mut account = opened(&program);
    let has = |account: &Account| wallet(&account.member, at(DAY)).available.0;
    tell(&program, &mut account, at(DAY), &[bill("o1", &[20_000])]);
    assert_eq!(has(&account), 1000);
    let pay = |order: &str, amount| Event::WalletSpent {
        order: order.to_owned(),
        amount: Money(amount),
    };
    tell(
        &program,
        &mut account,
        at(DAY),
        &[bill("o2", &[5_000]), pay("o2", 600)],
    );
    assert_eq!(has(&account), 500);
    // The rest of the first order is under the second bracket: of 1000 only 2 % of 9,000 stay.
    tell(
        &program,
        &mut account,
        at(DAY),
        &[refunded("o1", "r1", Some(11_000))],
    );
    assert_eq!(has(&account), 0);
    // The second order goes back whole, and with it what was paid from the wallet; its own 100 are gone.
    tell(
        &program,
        &mut account,
        at(DAY),
        &[refunded("o2", "r2", None)],
    );
    assert_eq!(has(&account), 500);
    account.audit().unwrap();
}

#[test]
fn a_tier_pays_its_entry_once_and_takes_it_back_when_the_rise_is_undone() {
    let mut program = club();
    let mut levels = ladder(Window::Lifetime);
    for (level, points) in levels.levels.iter_mut().zip([0, 50, 70]).skip(1) {
        level.entry = Some(Benefit::Points(Points(points)));
    }
    program.tiers = Some(levels);
    let mut account = opened(&program);
    let now = at(DAY);
    // 3 points, and two tiers at once.
    assert_eq!(
        tell(&program, &mut account, now, &[bill("o1", &[300])]),
        [123]
    );
    assert_eq!(
        tell(&program, &mut account, now, &[bill("o2", &[300])]),
        [126]
    );
    // Both orders go: first nothing falls, then both rises are undone.
    let back = [refunded("o1", "r1", None), refunded("o2", "r2", None)];
    assert_eq!(tell(&program, &mut account, now, &back), [123, 0]);
    assert_eq!(
        tell(&program, &mut account, now, &[bill("o3", &[100])]),
        [51]
    );
}

#[test]
fn a_journal_begins_with_what_is_there() {
    let program = club();
    let mut before = member();
    before.lots = vec![crate::samples::lot("a", 40), crate::samples::lot("b", -3)];
    before.debt = Points(10);
    let account = Account::open(&program, &tehran(), before, at(DAY));
    account.audit().unwrap();
    assert_eq!(account.points_in(Book::Available), 30);
    assert_eq!(account.points_in(Book::Debt), 0);
    assert_eq!(account.points_in(Book::Issued), -30);
}
