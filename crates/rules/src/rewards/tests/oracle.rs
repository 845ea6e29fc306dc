//! Eligibility against what its words say, computed the long way round.

use super::DAY;
use crate::ledger::balances_under;
use crate::member::{Lot, Member};
use crate::program::{Expiry, Units};
use crate::rewards::{Means, Reason, eligibilities, eligibility, price, units_in_reach};
use crate::samples::{at, lot, member, program, reward, tehran};
use crate::time::DAY_MS;
use crate::{Points, Timestamp};
use proptest::prelude::*;

/// Lots around the day: earned, active and ended within some days of it.
fn some_lots() -> impl Strategy<Value = Vec<Lot>> {
    let day = |n: i64| at(DAY).plus_ms(n * DAY_MS);
    let one = (-9..3_i64, 0..9_i64, prop::option::of(0..9_i64), -2..40_i64);
    let one = one.prop_map(move |(earned, wait, life, remaining)| Lot {
        earned_at: day(earned),
        activates_at: day(earned + wait),
        expires_at: life.map(|life| day(earned + wait + life)),
        ..lot("a", remaining)
    });
    prop::collection::vec(one, 0..9)
}

/// Points at an instant, lived through: day by day lots end, others become active, and what is there pays
/// the debt, what ends first before the rest.
fn lived(member: &Member, until: Timestamp) -> i64 {
    let mut lots = member.lots.clone();
    let mut debt = member.debt.0.max(0);
    let mut now = at(DAY);
    loop {
        lots.retain(|l| l.remaining.0 > 0 && l.expires_at.is_none_or(|e| now < e));
        lots.sort_by_key(|l| (l.expires_at.unwrap_or(Timestamp(i64::MAX)), l.earned_at));
        for lot in lots.iter_mut().filter(|l| l.activates_at <= now) {
            let paid = lot.remaining.0.min(debt);
            debt -= paid;
            lot.remaining.0 -= paid;
        }
        if now >= until {
            let active = lots.iter().filter(|l| l.activates_at <= now);
            return active.map(|l| l.remaining.0).sum();
        }
        now = now.plus_ms(DAY_MS);
    }
}

proptest! {
    #[test]
    fn points_are_missing_only_pending_or_there_as_days_go_by(
        lots in some_lots(), debt in -5..60_i64, cost in 1..120_i64,
    ) {
        let member = Member { lots, debt: Points(debt), ..member() };
        let today = lived(&member, at(DAY));
        let days = (1..30).map(|n| at(DAY).plus_ms(n * DAY_MS));
        let expected = if today >= cost {
            vec![]
        } else if let Some(activates_at) = days.into_iter().find(|day| lived(&member, *day) >= cost) {
            vec![Reason::OnlyPending { activates_at }]
        } else {
            vec![Reason::NotEnoughPoints { missing: Points(cost - today) }]
        };
        let judged = eligibility(&program(), &tehran(), &reward("rwd", cost), Some(&member), None, at(DAY));
        prop_assert_eq!(judged, expected);
    }

    #[test]
    fn what_is_available_is_what_the_ledger_says(
        lots in some_lots(), debt in -5..60_i64, silent in prop::option::of(0..3_u32), idle in 0..90_i64,
    ) {
        let mut program = program();
        if let Some(months) = silent {
            program.expiry = Expiry::Inactivity { months, warn_days: 0 };
        }
        let last_active_at = Some(at(DAY).plus_ms(-idle * DAY_MS));
        let member = Member { lots, debt: Points(debt), last_active_at, ..member() };
        let now = at(DAY);
        let available = Means::of(&program, &tehran(), &member, now).available();
        prop_assert_eq!(available, balances_under(&program, &tehran(), &member, now).available);
    }

    #[test]
    fn who_may_take_it_can_pay_at_least_its_smallest_number(
        lots in some_lots(), cost in 0..50_i64, min in 0..4_u32, max in 0..6_u32,
        stock in prop::option::of(0..6_u32),
    ) {
        let member = Member { lots, ..member() };
        let mut slider = reward("rwd", cost);
        slider.units = Some(Units { min, max });
        slider.stock = stock;
        let now = at(DAY);
        let available = Means::of(&program(), &tehran(), &member, now).available();
        let open = eligibility(&program(), &tehran(), &slider, Some(&member), None, now).is_empty();
        let most = units_in_reach(&slider, available);
        prop_assert_eq!(open, most > 0);
        if open {
            prop_assert!(price(&slider, most).is_some_and(|cost| cost <= available));
            let next = price(&slider, most + 1);
            prop_assert!(stock == Some(most) || next.is_none_or(|cost| available < cost));
        }
    }

    #[test]
    fn no_member_makes_it_fall_over(
        lots in prop::collection::vec(
            (any::<i64>(), any::<i64>(), any::<i64>(), prop::option::of(any::<i64>())), 0..6),
        debt: i64, cost: i64, now: i64, months: u32,
    ) {
        let lots = lots.into_iter().map(|(remaining, earned, active, end)| Lot {
            earned_at: Timestamp(earned),
            activates_at: Timestamp(active),
            expires_at: end.map(Timestamp),
            ..lot("a", remaining)
        });
        let member = Member { lots: lots.collect(), debt: Points(debt), ..member() };
        let mut program = program();
        program.rewards = vec![reward("rwd", cost)];
        program.expiry = Expiry::Inactivity { months, warn_days: 0 };
        let judged = eligibilities(&program, &tehran(), Some(&member), None, Timestamp(now));
        prop_assert_eq!(judged.len(), 1);
    }
}
