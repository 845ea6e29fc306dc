#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::samples::{at, lot, member, program, reward, tehran};
use proptest::prelude::*;

const DAY: &str = "2025-06-01T00:00:00Z";

fn ending(id: &str, remaining: i64, expires_at: &str) -> Lot {
    Lot {
        expires_at: Some(at(expires_at)),
        ..lot(id, remaining)
    }
}

fn spendable(lot: &Lot, now: Timestamp) -> bool {
    lot.remaining.is_positive() && lot.activates_at <= now && lot.expires_at.is_none_or(|e| now < e)
}

fn taken(takings: &[Taking]) -> Vec<(&str, i64)> {
    takings
        .iter()
        .map(|t| (t.lot.as_str(), t.points.0))
        .collect()
}

#[test]
fn a_debit_takes_what_ends_first_then_the_oldest() {
    let older = Lot {
        earned_at: at("2024-01-01T00:00:00Z"),
        ..lot("older", 10)
    };
    let mut lots = vec![
        lot("never", 10),
        older,
        ending("later", 10, "2025-09-01T00:00:00Z"),
        ending("sooner", 10, "2025-07-01T00:00:00Z"),
    ];
    let takings = take(&mut lots, Points(35), at(DAY)).unwrap();
    assert_eq!(
        taken(&takings),
        [("sooner", 10), ("later", 10), ("older", 10), ("never", 5)]
    );
}

#[test]
fn pending_and_ended_points_are_not_spent() {
    let mut lots = vec![
        Lot {
            activates_at: at("2025-06-01T00:00:00.001Z"),
            ..lot("pending", 10)
        },
        ending("ended", 10, DAY),
        lot("there", 10),
    ];
    assert_eq!(take(&mut lots, Points(11), at(DAY)), None);
    assert_eq!(
        taken(&take(&mut lots, Points(10), at(DAY)).unwrap()),
        [("there", 10)]
    );
}

#[test]
fn nothing_can_always_be_taken() {
    assert_eq!(take(&mut [], Points::ZERO, at(DAY)), Some(vec![]));
    assert_eq!(take(&mut [], Points(-5), at(DAY)), Some(vec![]));
}

#[test]
fn a_lot_ends_at_its_instant_not_before() {
    let member = Member {
        lots: vec![ending("a", 10, DAY)],
        ..member()
    };
    let sweep = |now| expired(&member, &program(), &tehran(), now);
    assert_eq!(sweep(at(DAY).plus_ms(-1)), []);
    assert_eq!(taken(&sweep(at(DAY))), [("a", 10)]);
    assert_eq!(
        balances_under(&program(), &tehran(), &member, at(DAY).plus_ms(-1)).available,
        Points(10)
    );
    assert_eq!(
        balances_under(&program(), &tehran(), &member, at(DAY)).available,
        Points::ZERO
    );
}

#[test]
fn points_go_back_to_a_lot_that_lives_with_its_old_end() {
    let mut member = Member {
        lots: vec![ending("a", 1, "2025-07-01T00:00:00Z")],
        ..member()
    };
    let takings = [Taking {
        lot: "a".to_owned(),
        points: Points(9),
    }];
    let back = put_back(&program(), &tehran(), &mut member, &takings, at(DAY)).unwrap();
    assert_eq!(member.lots[0].remaining, Points(10));
    assert!(!back[0].reinstated);
    assert_eq!(back[0].expires_at, Some(at("2025-07-01T00:00:00Z")));
}

#[test]
fn points_go_back_to_an_ended_lot_for_the_programs_days() {
    let mut program = program();
    program.reinstate_days = 3;
    let mut member = Member {
        lots: vec![ending("a", 0, DAY)],
        ..member()
    };
    let takings = [Taking {
        lot: "a".to_owned(),
        points: Points(9),
    }];
    let back = put_back(&program, &tehran(), &mut member, &takings, at(DAY)).unwrap();
    assert!(back[0].reinstated);
    assert_eq!(member.lots[0].expires_at, Some(at("2025-06-04T00:00:00Z")));
    assert_eq!(
        balances_under(&program, &tehran(), &member, at(DAY)).available,
        Points(9)
    );
}

#[test]
fn points_of_an_unknown_lot_go_nowhere_and_nothing_else_moves() {
    let mut member = Member {
        lots: vec![lot("a", 1)],
        ..member()
    };
    let before = member.clone();
    let taking = |lot: &str| Taking {
        lot: lot.to_owned(),
        points: Points(9),
    };
    let takings = [taking("a"), taking("gone")];
    assert_eq!(
        put_back(&program(), &tehran(), &mut member, &takings, at(DAY)),
        None
    );
    assert_eq!(member, before);
}

fn silent_for_six_months() -> (Program, Member) {
    let mut program = program();
    program.calendar = crate::calendar::Calendar::Gregorian;
    program.expiry = Expiry::Inactivity {
        months: 6,
        warn_days: 30,
    };
    let mut member = Member {
        lots: vec![lot("old", 10)],
        ..member()
    };
    member.last_active_at = Some(at("2024-12-01T00:00:00Z"));
    (program, member)
}

#[test]
fn by_inactivity_all_points_end_together_and_are_told_so() {
    let (program, member) = silent_for_six_months();
    let now = at("2025-05-01T00:00:00Z");
    let all = balances_under(&program, &tehran(), &member, now);
    assert_eq!(
        all.expiring,
        [Expiring {
            points: Points(10),
            expires_at: at(DAY)
        }]
    );
    assert_eq!(
        taken(&expired(&member, &program, &tehran(), at(DAY))),
        [("old", 10)]
    );
}

#[test]
fn points_that_come_after_that_have_months_of_their_own() {
    let (program, mut member) = silent_for_six_months();
    member.lots.push(Lot {
        activates_at: at("2025-08-01T00:00:00Z"),
        ..lot("new", 5)
    });
    let ended = expired(&member, &program, &tehran(), at("2025-08-02T00:00:00Z"));
    assert_eq!(taken(&ended), [("old", 10)]);
    let end = lot_end(&program, &tehran(), &member, &member.lots[1]);
    assert_eq!(end, Some(at("2026-02-01T00:00:00Z")));
}

#[test]
fn a_point_that_returns_after_that_comes_back_as_reinstated() {
    let (program, mut member) = silent_for_six_months();
    member.lots[0].remaining = Points::ZERO;
    let takings = [Taking {
        lot: "old".to_owned(),
        points: Points(4),
    }];
    let now = at("2025-06-10T00:00:00Z");
    let back = put_back(&program, &tehran(), &mut member, &takings, now).unwrap();
    assert!(back[0].reinstated);
    let until = at("2025-07-10T00:00:00Z");
    assert_eq!(
        balances_under(&program, &tehran(), &member, until.plus_ms(-1)).available,
        Points(4)
    );
    assert_eq!(
        balances_under(&program, &tehran(), &member, until).available,
        Points::ZERO
    );
}

#[test]
fn a_newcomers_silence_begins_with_joining() {
    let (program, mut member) = silent_for_six_months();
    member.last_active_at = None;
    let end = inactivity_end(&program, &tehran(), &member);
    assert_eq!(end, Some(at("2024-07-01T00:00:00Z")));
}

#[test]
fn the_best_fixed_amount_reward_tells_the_worth() {
    let mut program = program();
    assert_eq!(worth(&program, Points(10)), None);
    for (cost, money) in [(300, 1000), (0, 9999), (100, 500)] {
        let mut reward = reward("rwd", cost);
        reward.kind = RewardKind::AmountOff(Money(money));
        program.rewards.push(reward);
    }
    assert_eq!(worth(&program, Points(10)), Some(Money(50)));
    assert_eq!(worth(&program, Points(-10)), Some(Money(0)));
    assert_eq!(worth(&program, Points(i64::MAX)), Some(Money(i64::MAX)));
}

/// Lots whose ends and activations are near each other, so that they meet.
fn some_lots() -> impl Strategy<Value = Vec<Lot>> {
    let one = (0..6_i64, 0..4_i64, prop::option::of(0..12_i64), 0..200_i64);
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let lot = |(index, (earned, wait, end, points)): (usize, (i64, i64, Option<i64>, i64))| {
            let earned_at = Timestamp(0).plus_days(earned);
            Lot {
                id: index.to_string(),
                earned_at,
                activates_at: earned_at.plus_days(wait),
                expires_at: end.map(|days| Timestamp(0).plus_days(days)),
                remaining: Points(points),
            }
        };
        all.into_iter().enumerate().map(lot).collect()
    })
}

fn sum(lots: &[Lot]) -> Points {
    lots.iter().map(|lot| lot.remaining).sum()
}

proptest! {
    #[test]
    fn what_is_taken_is_what_is_gone(lots in some_lots(), points in 0..800_i64, day in 0..12_i64) {
        let (now, before) = (Timestamp(0).plus_days(day), lots.clone());
        let mut lots = lots;
        let available = balances_under(&program(), &tehran(), &Member { lots: before.clone(), ..member() }, now).available;
        match take(&mut lots, Points(points), now) {
            None => {
                prop_assert!(available < Points(points));
                prop_assert_eq!(lots, before);
            }
            Some(takings) => {
                prop_assert_eq!(takings.iter().map(|t| t.points).sum::<Points>(), Points(points));
                prop_assert_eq!(sum(&lots).plus(Points(points)), sum(&before));
                prop_assert!(lots.iter().all(|lot| lot.remaining >= Points::ZERO));
                // Nothing that ends later is touched while something that ends sooner is left.
                let ends = |lot: &Lot| lot.expires_at.map_or(i64::MAX, |e| e.0);
                let touched = |lot: &&Lot| takings.iter().any(|t| t.lot == lot.id);
                let last = lots.iter().filter(touched).map(ends).max();
                for lot in lots.iter().filter(|lot| spendable(lot, now)) {
                    prop_assert!(last.is_none_or(|last| ends(lot) >= last));
                }
                let mut member = Member { lots, ..member() };
                put_back(&program(), &tehran(), &mut member, &takings, now).unwrap();
                prop_assert_eq!(member.lots, before);
            }
        }
    }

    #[test]
    fn what_ends_and_what_does_not_make_the_available(lots in some_lots(), debt in 0..300_i64, day in 0..12_i64) {
        let now = Timestamp(0).plus_days(day);
        let member = Member { lots: lots.clone(), debt: Points(debt), ..member() };
        let all = balances_under(&program(), &tehran(), &member, now);
        let ending: Points = all.expiring.iter().map(|e| e.points).sum();
        let endless: Points =
            lots.iter().filter(|l| l.expires_at.is_none() && l.activates_at <= now).map(|l| l.remaining).sum();
        prop_assert!(ending <= all.available && all.available <= ending.plus(endless));
        prop_assert!(all.expiring.is_sorted_by(|a, b| a.expires_at < b.expires_at));
        prop_assert!(all.expiring.iter().all(|e| now < e.expires_at && e.points.is_positive()));
        prop_assert!(all.debt == Points::ZERO || all.available == Points::ZERO);
        if debt == 0 {
            prop_assert_eq!(all.available, ending.plus(endless));
        }
    }

    #[test]
    fn spending_before_the_end_never_makes_more_end(lots in some_lots(), points in 0..400_i64, day in 0..12_i64) {
        let now = Timestamp(0).plus_days(day);
        let ended = |lots: &[Lot]| {
            let member = Member { lots: lots.to_vec(), ..member() };
            let takings = expired(&member, &program(), &tehran(), Timestamp(0).plus_days(30));
            takings.iter().map(|t| t.points).sum::<Points>()
        };
        let mut after = lots.clone();
        let spent = take(&mut after, Points(points), now).is_some();
        prop_assert!(ended(&after) <= ended(&lots));
        prop_assert!(spent || after == lots);
    }
}

#[test]
fn wallet_credit_ends_and_is_spent_like_points() {
    let credit = |id: &str, expires_at: Option<&str>| Lot {
        id: id.to_owned(),
        earned_at: at("2025-01-01T00:00:00Z"),
        activates_at: at("2025-01-01T00:00:00Z"),
        expires_at: expires_at.map(at),
        remaining: Money(500),
    };
    let mut member = Member {
        wallet: vec![
            credit("never", None),
            credit("soon", Some("2025-07-01T00:00:00Z")),
        ],
        ..member()
    };
    let all = wallet(&member, at(DAY));
    assert_eq!((all.available, all.pending), (Money(1000), Money(0)));
    let expires_at = at("2025-07-01T00:00:00Z");
    assert_eq!(
        all.expiring,
        [Expiring {
            points: Money(500),
            expires_at
        }]
    );
    let takings = take(&mut member.wallet, Money(600), at(DAY)).unwrap();
    assert_eq!(
        takings
            .iter()
            .map(|t| (&*t.lot, t.points.0))
            .collect::<Vec<_>>(),
        [("soon", 500), ("never", 100)]
    );
    // The coupon comes back after the first lot has ended: that part lives for thirty days more.
    let back = put_back_money(&program(), &tehran(), &mut member, &takings, expires_at).unwrap();
    assert_eq!(
        back.iter().map(|r| r.reinstated).collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(wallet(&member, expires_at).available, Money(1000));
    assert_eq!(
        wallet(&member, expires_at.plus_days(30)).available,
        Money(500)
    );
}

#[test]
fn points_that_end_while_they_are_pending_are_there_until_they_end() {
    let lost = Lot {
        activates_at: at("2025-07-01T00:00:00Z"),
        ..ending("lost", 10, DAY)
    };
    let member = Member {
        lots: vec![lost],
        ..member()
    };
    let pending = |now| balances_under(&program(), &tehran(), &member, now).pending;
    assert_eq!(pending(at(DAY).plus_ms(-1)), Points(10));
    assert_eq!(pending(at(DAY)), Points::ZERO);
}

#[test]
fn points_that_become_active_as_the_others_end_begin_their_own_months() {
    let mut program = program();
    program.expiry = Expiry::Inactivity {
        months: 6,
        warn_days: 0,
    };
    let end = inactivity_end(&program, &tehran(), &member()).unwrap();
    let active_at = |activates_at| {
        let lot = Lot {
            activates_at,
            ..lot("a", 10)
        };
        lot_end(&program, &tehran(), &member(), &lot)
    };
    assert_eq!(active_at(end.plus_ms(-1)), Some(end));
    let later = program.calendar.add_months(&tehran(), end, 6);
    assert_eq!(active_at(end), Some(later));
}

#[test]
fn points_are_worth_what_the_best_amount_off_gives_for_them() {
    let mut program = program();
    for (money, cost) in [(100, 1000), (50, 100), (500, 2000), (9_999, 0)] {
        let mut off = reward(&format!("rwd_{money}"), cost);
        off.kind = RewardKind::AmountOff(Money(money));
        program.rewards.push(off);
    }
    assert_eq!(worth(&program, Points(10)), Some(Money(5)));
}
