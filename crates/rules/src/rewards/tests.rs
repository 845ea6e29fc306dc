use super::*;
use crate::member::{Lot, Redeemed};
use crate::program::Window;
use crate::samples::{at, ladder, lot, member, program, purchase, reward, tehran};

const DAY: &str = "2025-06-01T00:00:00Z";

fn rich() -> Member {
    Member {
        lots: vec![lot("a", 1000)],
        ..member()
    }
}

fn judge(reward: &Reward, member: Option<&Member>) -> Vec<Reason> {
    eligibility(&program(), &tehran(), reward, member, None, at(DAY))
}

#[test]
fn who_has_enough_may_take_it() {
    assert_eq!(judge(&reward("rwd", 1000), Some(&rich())), []);
}

#[test]
fn points_that_a_debt_will_eat_are_not_there() {
    let indebted = Member {
        debt: Points(1),
        ..rich()
    };
    let missing = Points(1);
    assert_eq!(
        judge(&reward("rwd", 1000), Some(&indebted)),
        [Reason::NotEnoughPoints { missing }]
    );
}

#[test]
fn points_that_end_by_inactivity_are_not_there() {
    let mut program = program();
    program.expiry = crate::program::Expiry::Inactivity {
        months: 1,
        warn_days: 0,
    };
    let reasons = eligibility(
        &program,
        &tehran(),
        &reward("rwd", 1),
        Some(&rich()),
        None,
        at(DAY),
    );
    assert_eq!(reasons, [Reason::NotEnoughPoints { missing: Points(1) }]);
}

#[test]
fn enough_that_is_pending_is_told_with_its_day() {
    let activates_at = at("2025-06-09T00:00:00Z");
    let mut member = rich();
    member.lots.push(Lot {
        activates_at,
        ..lot("b", 1)
    });
    let reasons = judge(&reward("rwd", 1001), Some(&member));
    assert_eq!(reasons, [Reason::OnlyPending { activates_at }]);
}

#[test]
fn a_tier_or_a_higher_one_opens_its_rewards() {
    let mut program = program();
    program.tiers = Some(ladder(Window::Lifetime));
    let mut silver = reward("rwd", 1);
    silver.tier = Some("silver".to_owned());
    let judge = |spend| {
        let purchases = vec![purchase("2025-01-01T00:00:00Z", spend)];
        let member = Member {
            purchases,
            ..rich()
        };
        eligibility(&program, &tehran(), &silver, Some(&member), None, at(DAY))
    };
    assert_eq!(
        judge(99),
        [Reason::TierTooLow {
            needs: "silver".to_owned()
        }]
    );
    assert_eq!(judge(100), []);
    assert_eq!(judge(300), []);
}

#[test]
fn a_tier_that_does_not_exist_is_held_by_nobody() {
    let mut strange = reward("rwd", 1);
    strange.tier = Some("platinum".to_owned());
    let needs = "platinum".to_owned();
    assert_eq!(
        judge(&strange, Some(&rich())),
        [Reason::TierTooLow { needs }]
    );
}

#[test]
fn a_reward_lasts_from_its_first_instant_to_just_before_its_end() {
    let mut timed = reward("rwd", 1);
    timed.starts_at = Some(at(DAY));
    timed.ends_at = Some(at(DAY).plus_ms(1));
    let judge = |now| eligibility(&program(), &tehran(), &timed, Some(&rich()), None, now);
    assert_eq!(
        judge(at(DAY).plus_ms(-1)),
        [Reason::NotStarted { at: at(DAY) }]
    );
    assert_eq!(judge(at(DAY)), []);
    assert_eq!(
        judge(at(DAY).plus_ms(1)),
        [Reason::Ended {
            at: at(DAY).plus_ms(1)
        }]
    );
}

#[test]
fn the_last_unit_can_be_taken_and_no_other() {
    let mut scarce = reward("rwd", 1);
    scarce.stock = Some(1);
    assert_eq!(judge(&scarce, Some(&rich())), []);
    scarce.stock = Some(0);
    assert_eq!(judge(&scarce, Some(&rich())), [Reason::SoldOut]);
}

#[test]
fn an_unused_coupon_and_a_limit_stand_in_the_way() {
    let mut twice = reward("rwd", 1);
    twice.per_member = Some(2);
    let took = |open| Redeemed {
        reward: "rwd".to_owned(),
        at: at(DAY),
        open,
    };
    let with = |redeemed| Member { redeemed, ..rich() };
    assert_eq!(judge(&twice, Some(&with(vec![took(false)]))), []);
    assert_eq!(
        judge(&twice, Some(&with(vec![took(true)]))),
        [Reason::AlreadyHeld]
    );
    let limit = Reason::LimitReached { resets_at: None };
    assert_eq!(
        judge(&twice, Some(&with(vec![took(false), took(false)]))),
        [limit]
    );
    let other = Redeemed {
        reward: "rwd_other".to_owned(),
        ..took(true)
    };
    assert_eq!(judge(&twice, Some(&with(vec![other]))), []);
}

#[test]
fn a_guest_is_told_to_join_and_what_joining_would_not_change() {
    let mut gone = reward("rwd", 1);
    gone.stock = Some(0);
    assert_eq!(judge(&gone, None), [Reason::MembersOnly, Reason::SoldOut]);
}

#[test]
fn a_basket_is_judged_only_where_there_is_one() {
    let mut large = reward("rwd", 1);
    large.minimum_order = Some(Money(500));
    let judge = |basket: Option<&Basket>| {
        eligibility(
            &program(),
            &tehran(),
            &large,
            Some(&rich()),
            basket,
            at(DAY),
        )
    };
    assert_eq!(judge(None), []);
    let basket = |total| Basket {
        total: Money(total),
        items: Vec::new(),
    };
    assert_eq!(
        judge(Some(&basket(499))),
        [Reason::BelowMinimumOrder { missing: Money(1) }]
    );
    assert_eq!(judge(Some(&basket(500))), []);
}

#[test]
fn a_reasons_code_is_its_name_on_the_wire() {
    let reasons = [
        Reason::NotEnoughPoints { missing: Points(1) },
        Reason::OnlyPending {
            activates_at: at(DAY),
        },
        Reason::TierTooLow {
            needs: "gold".to_owned(),
        },
        Reason::MembersOnly,
        Reason::BelowMinimumOrder { missing: Money(1) },
        Reason::NotStarted { at: at(DAY) },
        Reason::Ended { at: at(DAY) },
        Reason::SoldOut,
        Reason::LimitReached { resets_at: None },
        Reason::AlreadyHeld,
        Reason::Blocked,
    ];
    for reason in reasons {
        let wire = serde_json::to_value(&reason).unwrap_or_default();
        let name = wire
            .as_object()
            .and_then(|o| o.keys().next().map(String::as_str));
        assert_eq!(name.or(wire.as_str()), Some(reason.code()));
    }
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
