#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::member::Membership;
use crate::program::Window;
use crate::samples::{at, ladder, member, program, purchase, tehran};
use proptest::prelude::*;

fn plan(months: u32) -> Plan {
    Plan {
        id: "gold".to_owned(),
        months,
        multiplier: Bp(20_000),
        notice_days: 7,
        ..Plan::default()
    }
}

fn club(months: u32) -> Program {
    Program {
        memberships: vec![plan(months)],
        ..program()
    }
}

fn subscriber() -> Member {
    Member {
        membership: Some(Membership {
            plan: "gold".to_owned(),
            started_at: at("2025-05-01T00:00:00Z"),
            ends_at: at("2025-06-01T00:00:00Z"),
            renews: false,
        }),
        ..member()
    }
}

#[test]
fn a_plan_multiplies_while_it_runs() {
    let (program, member) = (club(1), subscriber());
    let rate = |now| multiplier(&program, &member, at(now));
    assert_eq!(rate("2025-04-30T23:59:59.999Z"), Bp::ONE);
    assert_eq!(rate("2025-05-01T00:00:00Z"), Bp(20_000));
    assert_eq!(rate("2025-05-31T23:59:59.999Z"), Bp(20_000));
    assert_eq!(rate("2025-06-01T00:00:00Z"), Bp::ONE);
}

#[test]
fn a_period_ends_where_its_first_renewal_begins() {
    let start = at("2025-01-31T08:00:00Z");
    let program = Program {
        calendar: crate::calendar::Calendar::Gregorian,
        ..club(1)
    };
    let end = period_end(&program, &tehran(), &plan(1), start);
    assert_eq!(end, at("2025-02-28T08:00:00Z"));
    assert_eq!(end, renewal(&program, &tehran(), &plan(1), start, 1));
}

#[test]
fn the_same_perk_of_two_tiers_is_the_held_ones_only() {
    let mut ladder = ladder(Window::Lifetime);
    for level in &mut ladder.levels {
        level.perks = vec![Perk::EarlyAccess(24), Perk::EarlyAccess(24)];
    }
    let program = Program {
        tiers: Some(ladder),
        ..club(1)
    };
    let mut member = subscriber();
    member.purchases = vec![purchase("2025-01-01T00:00:00Z", 100)];
    let now = at("2025-05-10T00:00:00Z");
    let told = perks(&program, &tehran(), &member, now);
    assert_eq!(told, [&Perk::EarlyAccess(24)]);
    let bare = club(1);
    let none = perks(&bare, &tehran(), &member, now);
    assert_eq!(none, [] as [&Perk; 0]);
}

proptest! {
    #[test]
    fn absurd_plans_are_told_too(
        months: u32, n: u32, start: i64, end: i64, now: i64, notice_days: u32, renews: bool,
    ) {
        let mut program = club(months);
        program.memberships.iter_mut().for_each(|plan| plan.notice_days = notice_days);
        let mut member = subscriber();
        member.membership = Some(Membership {
            plan: "gold".to_owned(),
            started_at: Timestamp(start),
            ends_at: Timestamp(end),
            renews,
        });
        let now = Timestamp(now);
        renewal(&program, &tehran(), &plan(months), Timestamp(start), n);
        let status = status(&program, &tehran(), &member, now).unwrap();
        let active = matches!(status.state, State::Active { .. });
        prop_assert_eq!(active, running(&program, &member, now).is_some());
    }

    #[test]
    fn a_later_renewal_is_later(start in 0_i64..4_000_000_000_000, n in 0_u32..200, months in 1_u32..13) {
        let at = |n| renewal(&club(months), &tehran(), &plan(months), Timestamp(start), n);
        prop_assert!(at(n) < at(n + 1));
    }
}

#[test]
fn a_further_period_is_counted_from_the_beginning() {
    let mut program = club(1);
    program.calendar = crate::calendar::Calendar::Gregorian;
    let zone = tehran();
    let mut running = Membership {
        plan: "gold".to_owned(),
        started_at: at("2025-01-31T10:00:00Z"),
        ends_at: at("2025-02-28T10:00:00Z"),
        renews: true,
    };
    for end in [
        "2025-03-31T10:00:00Z",
        "2025-04-30T10:00:00Z",
        "2025-05-31T10:00:00Z",
    ] {
        running.ends_at = extended(&program, &zone, &plan(1), &running);
        assert_eq!(running.ends_at, at(end));
    }
    // With other months since then the period is counted where it fits, and else added to the end.
    let end = extended(&program, &zone, &plan(2), &running);
    assert_eq!(end, at("2025-07-31T10:00:00Z"));
    running.ends_at = at("2025-05-20T10:00:00Z");
    let end = extended(&program, &zone, &plan(1), &running);
    assert_eq!(end, at("2025-06-20T10:00:00Z"));
}
