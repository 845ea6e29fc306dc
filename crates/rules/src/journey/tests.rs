use super::*;
use crate::Money;
use crate::member::{Purchase, Redeemed};
use crate::program::{Units, Window};
use crate::samples::{at, ladder, lot, member, program, purchase, reward, tehran};
use proptest::prelude::*;

fn club() -> Program {
    Program {
        rewards: vec![reward("rwd_dear", 300), reward("rwd_cheap", 100)],
        ..program()
    }
}

fn step(member: &Member) -> Step {
    next_step(
        &club(),
        &tehran(),
        Some(member),
        None,
        at("2025-06-01T00:00:00Z"),
    )
}

#[test]
fn a_reward_in_reach_is_taken_and_one_out_of_reach_is_earned_in_whatever_order_they_stand() {
    for (points, expected) in [
        (
            300,
            Step::TakeReward {
                reward: "rwd_dear".to_owned(),
            },
        ),
        (
            299,
            Step::TakeReward {
                reward: "rwd_cheap".to_owned(),
            },
        ),
        (
            99,
            Step::NearReward {
                reward: "rwd_cheap".to_owned(),
                missing: Points(1),
            },
        ),
    ] {
        let mut member = member();
        member.lots = vec![lot("lot_1", points)];
        assert_eq!(step(&member), expected);
    }
}

#[test]
fn a_used_coupon_and_one_of_a_reward_that_is_gone_are_no_step() {
    let mut member = member();
    for (reward, open) in [("rwd_dear", false), ("rwd_gone", true)] {
        member.redeemed.push(Redeemed {
            reward: reward.to_owned(),
            at: at("2025-05-01T00:00:00Z"),
            open,
        });
    }
    let near = Step::NearReward {
        reward: "rwd_cheap".to_owned(),
        missing: Points(100),
    };
    assert_eq!(step(&member), near);
}

#[test]
fn points_on_their_way_are_missing_still() {
    let mut member = member();
    let mut pending = lot("lot_1", 100);
    pending.activates_at = at("2025-06-10T00:00:00Z");
    member.lots = vec![pending];
    let near = Step::NearReward {
        reward: "rwd_cheap".to_owned(),
        missing: Points(100),
    };
    assert_eq!(step(&member), near);
}

#[test]
fn units_that_must_be_taken_at_once_are_earned_at_once() {
    let mut program = club();
    for reward in program.rewards.iter_mut().filter(|r| r.id == "rwd_cheap") {
        reward.units = Some(Units { min: 2, max: 9 });
    }
    let mut member = member();
    let mut pending = lot("lot_1", 200);
    pending.activates_at = at("2025-06-10T00:00:00Z");
    member.lots = vec![pending, lot("lot_2", 50)];
    let now = at("2025-06-01T00:00:00Z");
    let near = Step::NearReward {
        reward: "rwd_cheap".to_owned(),
        missing: Points(150),
    };
    assert_eq!(
        next_step(&program, &tehran(), Some(&member), None, now),
        near
    );
}

#[test]
fn a_tier_in_grace_is_at_risk() {
    // Silver by 100 of June 2024, out of the window on 1 June 2025, gone after ten days of grace.
    let mut rolling = ladder(Window::RollingMonths(12));
    rolling.grace_days = 10;
    let program = Program {
        calendar: crate::calendar::Calendar::Gregorian,
        tiers: Some(rolling),
        ..program()
    };
    let mut member = member();
    member.purchases = vec![
        purchase("2024-06-01T08:00:00Z", 100),
        purchase("2024-12-01T08:00:00Z", 30),
    ];
    let now = at("2025-06-05T00:00:00Z");
    assert_eq!(
        stage(&program, &tehran(), Some(&member), now),
        Stage::Renewal
    );
    let keep = Step::KeepTier {
        tier: "silver".to_owned(),
        missing: 70,
        until: at("2025-06-11T08:00:00Z"),
    };
    assert_eq!(
        next_step(&program, &tehran(), Some(&member), None, now),
        keep
    );
}

proptest! {
    #[test]
    fn absurd_members_have_a_stage_and_a_step(
        paid in prop::collection::vec((any::<i64>(), any::<i64>()), 0..6), now: i64, points: i64,
        last: Option<i64>, cost: i64,
    ) {
        let program = Program {
            tiers: Some(ladder(Window::Lifetime)),
            rewards: vec![reward("rwd_1", cost)],
            expiry: Expiry::PerLot { months: u32::MAX, end_of_month: true, warn_days: u32::MAX },
            ..program()
        };
        let member = Member {
            purchases: paid
                .into_iter()
                .map(|(at, spend)| Purchase { paid_at: Timestamp(at), spend: Money(spend) })
                .collect(),
            last_order_at: last.map(Timestamp),
            lots: vec![lot("lot_1", points)],
            ..member()
        };
        let told = stage(&program, &tehran(), Some(&member), Timestamp(now));
        prop_assert_ne!(told, Stage::Guest);
        let next = next_step(&program, &tehran(), Some(&member), None, Timestamp(now));
        prop_assert_ne!(next, Step::Join);
    }
}
