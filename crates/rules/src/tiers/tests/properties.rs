//! What holds for every ladder and member.

use super::*;
use crate::Money;
use crate::member::{Purchase, Redeemed};
use crate::program::{Former, Mark, Tier};
use crate::samples::lot;
use proptest::prelude::*;

fn some_window() -> impl Strategy<Value = Window> {
    prop_oneof![
        Just(Window::Lifetime),
        Just(Window::CalendarYear),
        (1..30_u32).prop_map(Window::RollingMonths),
    ]
}

fn some_downgrade() -> impl Strategy<Value = Downgrade> {
    prop_oneof![
        Just(Downgrade::None),
        Just(Downgrade::OneDown),
        Just(Downgrade::Recompute)
    ]
}

prop_compose! {
    /// Three tiers, each kept with no more than it is reached with.
    fn some_ladder()(
        window in some_window(), downgrade in some_downgrade(), grace_days in 0..60_u32,
        silver in 1..300_i64, above in 1..300_i64, keep in 0..=100_i64,
    ) -> Ladder {
        let kept = |id, enter: i64| Tier { retain: Some(enter * keep / 100), ..tier(id, enter) };
        let levels = vec![tier("bronze", 0), kept("silver", silver), kept("gold", silver + above)];
        Ladder { window, downgrade, grace_days, levels, ..ladder(Window::Lifetime) }
    }
}

/// The same ladder, kept with as much as it is reached with, and rolling without grace.
fn strict(mut ladder: Ladder) -> Ladder {
    for level in &mut ladder.levels {
        level.retain = None;
    }
    if matches!(ladder.window, Window::RollingMonths(_)) {
        ladder.grace_days = 0;
    }
    ladder
}

/// Purchases within four years from 2022, at whole hours.
fn some_purchases() -> impl Strategy<Value = Vec<Purchase>> {
    let one = (0..35_000_i64, 0..250_i64).prop_map(|(hours, spend)| Purchase {
        paid_at: at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000),
        spend: Money(spend),
    });
    prop::collection::vec(one, 0..12)
}

fn tier_at(ladder: &Ladder, member: &Member, now: Timestamp) -> Standing {
    standing(ladder, Calendar::Jalali, &tehran(), member, now)
}

proptest! {
    #[test]
    fn the_order_of_the_facts_does_not_matter(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
    ) {
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let mut sorted = purchases.clone();
        sorted.sort_by_key(|p| p.paid_at);
        let (one, other) =
            (Member { purchases, ..member() }, Member { purchases: sorted, ..member() });
        prop_assert_eq!(tier_at(&ladder, &one, now), tier_at(&ladder, &other, now));
    }

    #[test]
    fn a_tier_lasts_until_it_is_said_to_last_and_no_longer(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
    ) {
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        // What comes later would change the story.
        let purchases = purchases.into_iter().filter(|p| p.paid_at <= now).collect();
        let member = Member { purchases, ..member() };
        let today = tier_at(&ladder, &member, now);
        match today.keep_until {
            None => {
                prop_assert!(today.current == 0
                    || ladder.downgrade == Downgrade::None
                    || ladder.window == Window::Lifetime
                    || ladder.levels[today.current].retain == Some(0));
            }
            Some(until) => {
                prop_assert!(until > now);
                let last = tier_at(&ladder, &member, until.plus_ms(-1)).current;
                prop_assert_eq!(last, today.current);
                let grace = tehran().plus_days(until, ladder.grace_days.into());
                let after = tier_at(&ladder, &member, grace).current;
                prop_assert!(after < today.current);
            }
        }
    }

    /// Elsewhere this would not hold, as a recomputed fall goes by what reaches a tier at its instant. Gold
    /// that is not kept can end below silver that is kept with less; and when a rolling grace of gold ends,
    /// the window may just have fallen under silver too, whose own grace would have begun only then.
    #[test]
    fn buying_more_never_leads_lower_where_keeping_is_as_much_as_reaching(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
        more in 0..12_usize, by in 0..200_i64,
    ) {
        let ladder = strict(ladder);
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let less = Member { purchases: purchases.clone(), ..member() };
        let mut richer = purchases;
        if let Some(p) = richer.get_mut(more) {
            p.spend = p.spend.plus(Money(by));
        }
        let richer = Member { purchases: richer, ..member() };
        prop_assert!(tier_at(&ladder, &richer, now).current >= tier_at(&ladder, &less, now).current);
    }

    #[test]
    fn meeting_what_is_missing_reaches_the_next_tier(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
    ) {
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let mut member = Member { purchases, ..member() };
        let today = tier_at(&ladder, &member, now);
        prop_assert!(today.progress <= 10_000);
        if let (Some(next), Some(missing)) = (today.next, today.delta_to_next) {
            prop_assert!(missing > 0);
            member.purchases.push(Purchase { paid_at: now, spend: Money(missing) });
            prop_assert_eq!(tier_at(&ladder, &member, now).current, next);
        } else {
            prop_assert_eq!(today.progress, 10_000);
        }
    }

    /// A refund lowers an order at its own date. Its converse is above, with where it holds.
    #[test]
    fn a_refund_never_raises_a_standing(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
        which in 0..12_usize, part in 0..=100_i64,
    ) {
        let ladder = strict(ladder);
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let before = Member { purchases: purchases.clone(), ..member() };
        let mut refunded = purchases;
        if let Some(p) = refunded.get_mut(which) {
            p.spend = Money(p.spend.0 * part / 100);
        }
        let refunded = Member { purchases: refunded, ..member() };
        let (before, after) = (tier_at(&ladder, &before, now), tier_at(&ladder, &refunded, now));
        prop_assert!(after.current <= before.current);
        prop_assert!(after.value <= before.value);
    }

    #[test]
    fn a_redemption_moves_nothing(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
        measure in prop_oneof![Just(Measure::Spend), Just(Measure::PointsEarned), Just(Measure::Orders)],
        taken in 0..1000_i64,
    ) {
        let ladder = Ladder { measure, ..ladder };
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let credit = |p: &Purchase| Credit { activates_at: p.paid_at, points: Points(p.spend.0) };
        let before = Member {
            credits: purchases.iter().map(credit).collect(),
            purchases,
            lots: vec![lot("a", 1000)],
            ..member()
        };
        let mut after = before.clone();
        after.lots[0].remaining = Points(1000 - taken);
        after.held = Points(taken);
        after.redeemed = vec![Redeemed { reward: "rwd".to_owned(), at: now, open: true }];
        after.last_active_at = Some(now);
        prop_assert_eq!(tier_at(&ladder, &before, now), tier_at(&ladder, &after, now));
    }

    #[test]
    fn progress_is_a_part_of_the_way(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
    ) {
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let member = Member { purchases, ..member() };
        let today = tier_at(&ladder, &member, now);
        prop_assert!(today.progress <= 10_000);
        prop_assert_eq!(today.progress == 10_000, today.next.is_none());
        // Floored: the part that is said is done, and one more basis point is not.
        if let Some(next) = today.next {
            let (from, to) = (ladder.levels[today.current].enter, ladder.levels[next].enter);
            let gone = (today.value - from).max(0) * 10_000;
            let said = i64::from(today.progress);
            prop_assert!(said * (to - from) <= gone && gone < (said + 1) * (to - from));
        }
    }

    #[test]
    fn what_is_projected_is_what_comes(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
        points: bool,
    ) {
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let measure = if points { Measure::PointsEarned } else { Measure::Spend };
        let ladder = Ladder { measure, ..ladder };
        // Points on their way are among the facts, later orders are not.
        let credit = |p: &Purchase| Credit { activates_at: p.paid_at, points: Points(p.spend.0) };
        let credits = purchases.iter().map(credit).collect();
        let purchases = purchases.into_iter().filter(|p| p.paid_at <= now).collect();
        let member = Member { purchases, credits, ..member() };
        let today = tier_at(&ladder, &member, now);
        let Some(until) = today.keep_until else {
            prop_assert_eq!(today.projected, today.current);
            return Ok(());
        };
        let graced = tehran().plus_days(until, ladder.grace_days.into());
        let in_grace = today.notices.iter().any(|n| matches!(n, Notice::InGrace { .. }));
        let gone = if ladder.window == Window::CalendarYear && !in_grace { graced } else { until };
        prop_assert_eq!(today.projected, tier_at(&ladder, &member, gone).current);
        if !points {
            prop_assert!(today.projected < today.current);
        }
    }

    #[test]
    fn meeting_what_a_notice_asks_for_keeps_the_tier(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
    ) {
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let purchases = purchases.into_iter().filter(|p| p.paid_at <= now).collect();
        let mut member = Member { purchases, ..member() };
        let ladder = Ladder { notice_days: 90, ..ladder };
        let today = tier_at(&ladder, &member, now);
        let asked = today.notices.iter().find_map(|notice| match notice {
            Notice::AtRisk { until, missing } | Notice::InGrace { until, missing } => Some((*until, *missing)),
            Notice::NearNext { .. } => None,
        });
        let Some((until, missing)) = asked else { return Ok(()) };
        let gone = tehran().plus_days(until, ladder.grace_days.into());
        // One less would not do.
        member.purchases.push(Purchase { paid_at: now, spend: Money(missing - 1) });
        prop_assert!(tier_at(&ladder, &member, gone).current < today.current);
        member.purchases.push(Purchase { paid_at: now, spend: Money(1) });
        // Who reaches a higher tier with it must keep that one, and may lose both (see above).
        if tier_at(&ladder, &member, now).current == today.current {
            prop_assert_eq!(tier_at(&ladder, &member, until).current, today.current);
        }
    }

    #[test]
    fn rises_are_in_time_and_once_in_a_period(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
    ) {
        let now = at("2022-01-01T00:00:00Z").plus_ms(hours * 3_600_000);
        let member = Member { purchases, ..member() };
        let all = rises(&ladder, Calendar::Jalali, &tehran(), &member, now);
        prop_assert!(all.is_sorted_by_key(|rise| rise.at));
        for (index, rise) in all.iter().enumerate() {
            prop_assert!(rise.at <= now && rise.level > 0);
            // The tier is held from there, and it was not just before.
            prop_assert!(tier_at(&ladder, &member, rise.at).current >= rise.level);
            prop_assert!(tier_at(&ladder, &member, rise.at.plus_ms(-1)).current < rise.level
                || ladder.window != Window::Lifetime);
            for other in all.iter().skip(index + 1).filter(|other| other.level == rise.level) {
                prop_assert_ne!(other.source(&ladder), rise.source(&ladder));
                match ladder.window {
                    Window::Lifetime => prop_assert!(false, "twice in a life"),
                    Window::CalendarYear => {
                        let year = |rise: &Rise| Calendar::Jalali.year(&tehran(), rise.at);
                        prop_assert_ne!(year(rise), year(other));
                        prop_assert_eq!(Some(year(other).1), other.period_start);
                    }
                    Window::RollingMonths(months) => {
                        let free = Calendar::Jalali.add_months(&tehran(), rise.at, months as i32);
                        prop_assert!(free <= other.at);
                    }
                }
            }
        }
        let held = tier_at(&ladder, &member, now).current;
        prop_assert!((1..=held).all(|level| all.iter().any(|rise| rise.level == level)));
    }

    #[test]
    fn no_ladder_makes_the_fold_fall_over(
        window in some_window(), downgrade in some_downgrade(), grace_days: u32, notice_days: u32,
        marks in prop::collection::vec((any::<i64>(), prop::option::of(any::<i64>())), 0..5),
        eras in prop::collection::vec((any::<i64>(), any::<i64>()), 0..3),
        spends in prop::collection::vec((any::<i64>(), any::<i64>()), 0..6),
        now: i64,
    ) {
        let level = |(enter, retain)| Tier { retain, ..tier("t", enter) };
        let levels = marks.into_iter().map(level).collect();
        let former = |(until, enter)| Former {
            until: Timestamp(until),
            levels: vec![Mark { id: "t".to_owned(), enter, retain: None }],
        };
        let former = eras.into_iter().map(former).collect();
        let ladder = Ladder {
            window, downgrade, grace_days, notice_days, levels, former, ..ladder(Window::Lifetime)
        };
        let bought = |(ms, spend)| Purchase { paid_at: Timestamp(ms), spend: Money(spend) };
        let member = Member { purchases: spends.into_iter().map(bought).collect(), ..member() };
        for now in [now, 9_000_000_000_000, i64::MIN, i64::MAX] {
            let today = tier_at(&ladder, &member, Timestamp(now));
            prop_assert!(today.progress <= 10_000);
            rises(&ladder, Calendar::Jalali, &tehran(), &member, Timestamp(now));
        }
    }
}
