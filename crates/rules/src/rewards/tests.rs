mod oracle;
mod units;

use super::*;
use crate::calendar::Calendar;
use crate::member::{Lot, Redeemed};
use crate::program::{Period, Products, Window};
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
        Reason::NotInSegment,
        Reason::BelowMinimumOrder { missing: Money(1) },
        Reason::ExcludedProducts,
        Reason::NotStarted { at: at(DAY) },
        Reason::Ended { at: at(DAY) },
        Reason::SoldOut,
        Reason::LimitReached { resets_at: None },
        Reason::AlreadyHeld,
        Reason::Blocked,
        Reason::ConsentNeeded {
            consent: "sms".to_owned(),
        },
    ];
    for reason in reasons {
        let wire = serde_json::to_value(&reason).unwrap_or_default();
        let name = wire
            .as_object()
            .and_then(|o| o.keys().next().map(String::as_str));
        assert_eq!(name.or(wire.as_str()), Some(reason.code()));
    }
}

fn item(sku: &str, category: &str, amount: i64) -> BasketItem {
    BasketItem {
        sku: sku.to_owned(),
        category: Some(category.to_owned()),
        amount: Money(amount),
    }
}

#[test]
fn a_segment_and_a_consent_are_asked_of_members_only() {
    let mut picky = reward("rwd", 1);
    picky.segments = vec!["loyal".to_owned(), "champions".to_owned()];
    picky.consent = Some("sms".to_owned());
    let consent = "sms".to_owned();
    assert_eq!(judge(&picky, None), [Reason::MembersOnly]);
    assert_eq!(
        judge(&picky, Some(&rich())),
        [Reason::NotInSegment, Reason::ConsentNeeded { consent }]
    );
    let agreed = Member {
        segments: vec!["champions".to_owned()],
        consents: vec!["email".to_owned(), "sms".to_owned()],
        ..rich()
    };
    assert_eq!(judge(&picky, Some(&agreed)), []);
}

#[test]
fn only_what_it_can_be_used_on_counts_toward_the_smallest_order() {
    let mut narrow = reward("rwd", 1);
    narrow.minimum_order = Some(Money(500));
    narrow.excluded = Products {
        categories: vec!["gold".to_owned()],
        skus: vec!["tea".to_owned()],
    };
    let judge = |items: Vec<BasketItem>| {
        let total = items.iter().map(|item| item.amount).sum();
        let basket = Basket { total, items };
        let program = program();
        eligibility(
            &program,
            &tehran(),
            &narrow,
            Some(&rich()),
            Some(&basket),
            at(DAY),
        )
    };
    let missing = Money(20);
    assert_eq!(
        judge(vec![item("ring", "gold", 900), item("cup", "home", 480)]),
        [Reason::BelowMinimumOrder { missing }]
    );
    assert_eq!(
        judge(vec![item("tea", "food", 900), item("cup", "home", 500)]),
        []
    );
    let missing = Money(500);
    assert_eq!(
        judge(vec![item("tea", "food", 900), item("ring", "gold", 500)]),
        [
            Reason::BelowMinimumOrder { missing },
            Reason::ExcludedProducts
        ]
    );
    // A basket without lines is taken as it is.
    assert_eq!(judge(Vec::new()), [Reason::BelowMinimumOrder { missing }]);
    let nothing_told = Basket {
        total: Money(500),
        items: Vec::new(),
    };
    assert_eq!(applicable(&narrow, &nothing_told), Money(500));
}

#[test]
fn a_line_that_is_excluded_by_half_is_excluded() {
    let mut narrow = reward("rwd", 1);
    narrow.excluded.skus = vec!["tea".to_owned()];
    let bare = BasketItem {
        sku: "tea".to_owned(),
        category: None,
        amount: Money(5),
    };
    let items = vec![bare, item("cup", "home", 7)];
    let basket = |total| Basket {
        total: Money(total),
        items: items.clone(),
    };
    assert_eq!(applicable(&narrow, &basket(12)), Money(7));
    // Never more than the basket as a whole costs.
    assert_eq!(applicable(&narrow, &basket(6)), Money(6));
    narrow.excluded = Products::default();
    assert_eq!(applicable(&narrow, &basket(11)), Money(11));
}

#[test]
fn a_limit_counts_its_period_and_says_when_that_ends() {
    let mut program = program();
    let mut monthly = reward("rwd", 1);
    monthly.per_member = Some(2);
    let took = |text| Redeemed {
        reward: "rwd".to_owned(),
        at: at(text),
        open: false,
    };
    // 1 Khordad 1404 began at 2025-05-21T20:30Z, 1 Tir will at 2025-06-21T20:30Z.
    let redeemed = vec![
        took("2025-05-21T20:29:59.999Z"),
        took("2025-05-21T20:30:00Z"),
    ];
    let mut member = Member { redeemed, ..rich() };
    let mut judge = |period, member: &Member, calendar| {
        monthly.period = period;
        program.calendar = calendar;
        eligibility(&program, &tehran(), &monthly, Some(member), None, at(DAY))
    };
    let reached = |resets_at| vec![Reason::LimitReached { resets_at }];
    assert_eq!(judge(Period::Month, &member, Calendar::Jalali), []);
    let year = Some(at("2026-03-20T20:30:00Z"));
    assert_eq!(
        judge(Period::Year, &member, Calendar::Jalali),
        reached(year)
    );
    assert_eq!(
        judge(Period::Lifetime, &member, Calendar::Jalali),
        reached(None)
    );
    // In May both, in June none.
    assert_eq!(judge(Period::Month, &member, Calendar::Gregorian), []);
    member.redeemed.push(took("2025-05-31T20:30:00Z"));
    let month = Some(at("2025-06-21T20:30:00Z"));
    assert_eq!(
        judge(Period::Month, &member, Calendar::Jalali),
        reached(month)
    );
    member.redeemed.push(took(DAY));
    let month = Some(at("2025-06-30T20:30:00Z"));
    assert_eq!(
        judge(Period::Month, &member, Calendar::Gregorian),
        reached(month)
    );
    let day = Some(at("2025-06-01T20:30:00Z"));
    assert_eq!(
        judge(Period::Day, &member, Calendar::Gregorian),
        reached(day)
    );
}

#[test]
fn what_nobody_may_take_is_never_reset_and_what_one_may_is() {
    let mut never = reward("rwd", 1);
    never.per_member = Some(0);
    never.period = Period::Day;
    assert_eq!(
        judge(&never, Some(&rich())),
        [Reason::LimitReached { resets_at: None }]
    );
    never.per_member = Some(1);
    let redeemed = vec![Redeemed {
        reward: "rwd".to_owned(),
        at: at(DAY),
        open: false,
    }];
    let resets_at = Some(at("2025-06-01T20:30:00Z"));
    assert_eq!(
        judge(&never, Some(&Member { redeemed, ..rich() })),
        [Reason::LimitReached { resets_at }]
    );
}

#[test]
fn what_is_held_stays_held_whatever_was_taken_since() {
    let took = |id: &str, open| Redeemed {
        reward: id.to_owned(),
        at: at(DAY),
        open,
    };
    let mut program = program();
    program.rewards = vec![reward("one", 1), reward("two", 1)];
    let redeemed = vec![took("one", true), took("two", false), took("one", false)];
    let member = Member { redeemed, ..rich() };
    let held = vec![Reason::AlreadyHeld];
    assert_eq!(judge(&program.rewards[0], Some(&member)), held);
    assert_eq!(judge(&program.rewards[1], Some(&member)), []);
    let all = eligibilities(&program, &tehran(), Some(&member), None, at(DAY));
    assert_eq!(all, [held, vec![]]);
}

#[test]
fn what_costs_nothing_never_lacks_points() {
    let indebted = Member {
        debt: Points(9),
        ..member()
    };
    assert_eq!(judge(&reward("rwd", 0), Some(&indebted)), []);
    assert_eq!(judge(&reward("rwd", -5), Some(&indebted)), []);
}

#[test]
fn all_rewards_at_once_are_judged_as_one_by_one() {
    let mut program = program();
    program.tiers = Some(ladder(Window::Lifetime));
    let mut silver = reward("rwd_silver", 2000);
    silver.tier = Some("silver".to_owned());
    program.rewards = vec![reward("rwd_open", 1), silver, reward("rwd_far", 5000)];
    for member in [None, Some(&rich())] {
        let all = eligibilities(&program, &tehran(), member, None, at(DAY));
        let each = |r| eligibility(&program, &tehran(), r, member, None, at(DAY));
        assert_eq!(all, program.rewards.iter().map(each).collect::<Vec<_>>());
        assert_eq!(all.len(), 3);
    }
    let all = eligibilities(&program, &tehran(), Some(&rich()), None, at(DAY));
    assert_eq!(all[0], []);
    assert_eq!(all[1].len(), 2);
}

#[test]
fn a_debt_is_paid_by_what_is_there_before_what_comes() {
    // The 50 of today pay the debt of 50, though they end tomorrow: all of what comes then is free.
    let day = 86_400_000;
    let mut ending = lot("a", 50);
    ending.expires_at = Some(at(DAY).plus_ms(day));
    let activates_at = at(DAY).plus_ms(2 * day);
    let coming = Lot {
        activates_at,
        ..lot("b", 60)
    };
    let indebted = Member {
        lots: vec![coming, ending],
        debt: Points(50),
        ..member()
    };
    assert_eq!(
        judge(&reward("rwd", 60), Some(&indebted)),
        [Reason::OnlyPending { activates_at }]
    );
    let missing = Points(61);
    assert_eq!(
        judge(&reward("rwd", 61), Some(&indebted)),
        [Reason::NotEnoughPoints { missing }]
    );
}

#[test]
fn a_long_history_costs_its_length_and_not_its_square() {
    // Newest first, each lot with its own activation and end; a quadratic judge would take minutes.
    let lots = (0..50_000_i64).rev().map(|n| Lot {
        activates_at: at(DAY).plus_ms(n * 1000),
        expires_at: Some(at(DAY).plus_ms(n * 1000 + 500_500)),
        ..lot("a", 1)
    });
    let member = Member {
        lots: lots.collect(),
        debt: Points(3),
        ..member()
    };
    let mut program = program();
    program.rewards = (0..50).map(|n| reward("rwd", 480 + n)).collect();
    let all = eligibilities(&program, &tehran(), Some(&member), None, at(DAY));
    // The lots of the first 3 s pay the debt. From second n on lots 3…n are there: n - 2 points, until the
    // first ends at 503.5 s; from then on as many end as come.
    let pending = |n: i64| Reason::OnlyPending {
        activates_at: at(DAY).plus_ms(n * 1000),
    };
    assert_eq!(all[0], [pending(482)]);
    assert_eq!(all[21], [pending(503)]);
    assert_eq!(
        all[22],
        [Reason::NotEnoughPoints {
            missing: Points(502)
        }]
    );
}
