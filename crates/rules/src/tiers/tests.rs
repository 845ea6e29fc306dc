use super::*;
use crate::member::{Credit, Purchase};
use crate::program::Tier;
use crate::samples::{at, ladder, member, program, purchase, tehran, tier};
use crate::{Money, Points};
use proptest::prelude::*;

fn buyer(purchases: &[(&str, i64)]) -> Member {
    Member {
        purchases: purchases
            .iter()
            .map(|(at, spend)| purchase(at, *spend))
            .collect(),
        ..member()
    }
}

fn stand(ladder: &Ladder, member: &Member, now: &str) -> Standing {
    standing(ladder, Calendar::Gregorian, &tehran(), member, at(now))
}

#[test]
fn a_newcomer_stands_at_the_bottom_with_the_whole_way_to_go() {
    let standing = stand(
        &ladder(Window::CalendarYear),
        &member(),
        "2025-06-01T00:00:00Z",
    );
    assert_eq!(
        (standing.current, standing.value, standing.progress),
        (0, 0, 0)
    );
    assert_eq!(
        (standing.next, standing.delta_to_next),
        (Some(1), Some(100))
    );
    assert_eq!((standing.delta_to_keep, standing.keep_until), (None, None));
}

#[test]
fn a_tier_is_reached_at_the_instant_of_the_purchase() {
    let buyer = buyer(&[("2025-05-01T10:00:00Z", 100)]);
    let ladder = ladder(Window::Lifetime);
    assert_eq!(
        stand(&ladder, &buyer, "2025-05-01T09:59:59.999Z").current,
        0
    );
    assert_eq!(stand(&ladder, &buyer, "2025-05-01T10:00:00Z").current, 1);
}

#[test]
fn a_refund_undoes_the_rise_that_it_undoes() {
    let ladder = ladder(Window::CalendarYear);
    let kept = buyer(&[("2025-01-10T00:00:00Z", 90), ("2025-02-10T00:00:00Z", 20)]);
    let refunded = buyer(&[("2025-01-10T00:00:00Z", 75), ("2025-02-10T00:00:00Z", 20)]);
    assert_eq!(stand(&ladder, &kept, "2025-03-01T00:00:00Z").current, 1);
    assert_eq!(stand(&ladder, &refunded, "2025-03-01T00:00:00Z").current, 0);
}

#[test]
fn retaining_in_the_second_year_holds_through_the_third() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.levels[2].retain = Some(150);
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300), ("2023-05-01T00:00:00Z", 150)]);
    let standing = stand(&ladder, &buyer, "2023-06-01T00:00:00Z");
    assert_eq!(standing.delta_to_keep, Some(0));
    assert_eq!(standing.keep_until, Some(at("2024-12-31T20:30:00Z")));
    assert_eq!(stand(&ladder, &buyer, "2024-12-31T20:29:59Z").current, 2);
    assert_eq!(stand(&ladder, &buyer, "2024-12-31T20:30:00Z").current, 0);
}

#[test]
fn in_the_calendar_grace_the_way_back_is_the_whole_way() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.grace_days = 30;
    ladder.levels[2].retain = Some(150);
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300), ("2024-01-05T00:00:00Z", 200)]);
    let standing = stand(&ladder, &buyer, "2024-01-10T00:00:00Z");
    assert_eq!((standing.current, standing.delta_to_keep), (2, Some(100)));
    assert_eq!(standing.keep_until, Some(at("2024-01-30T20:30:00Z")));
}

#[test]
fn after_a_fall_the_new_years_spend_counts_at_once() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.grace_days = 30;
    let buyer = buyer(&[("2022-05-01T00:00:00Z", 300), ("2024-01-05T00:00:00Z", 120)]);
    // 2023 alone would be bronze; what was bought in the grace makes silver.
    let standing = stand(&ladder, &buyer, "2024-02-01T00:00:00Z");
    assert_eq!(standing.current, 1);
    assert_eq!(standing.keep_until, Some(at("2025-12-31T20:30:00Z")));
}

#[test]
fn a_purchase_at_the_first_instant_of_a_year_belongs_to_that_year() {
    let mut ladder = ladder(Window::CalendarYear);
    ladder.levels[1].retain = Some(50);
    let buyer = buyer(&[
        ("2024-12-31T20:29:59.999Z", 60),
        ("2024-12-31T20:30:00Z", 60),
    ]);
    let standing = stand(&ladder, &buyer, "2025-02-01T00:00:00Z");
    assert_eq!((standing.current, standing.value), (0, 60));
}

#[test]
fn a_year_without_anything_is_no_obstacle() {
    let ladder = ladder(Window::CalendarYear);
    let buyer = buyer(&[("1990-05-01T00:00:00Z", 300), ("2025-02-01T00:00:00Z", 100)]);
    assert_eq!(stand(&ladder, &buyer, "2025-06-01T00:00:00Z").current, 1);
}

#[test]
fn pending_points_wait_for_their_day() {
    let mut ladder = ladder(Window::Lifetime);
    ladder.measure = Measure::PointsEarned;
    let activates_at = at("2025-06-01T00:00:00Z");
    let member = Member {
        credits: vec![Credit {
            activates_at,
            points: Points(100),
        }],
        ..member()
    };
    assert_eq!(stand(&ladder, &member, "2025-05-31T00:00:00Z").value, 0);
    assert_eq!(stand(&ladder, &member, "2025-06-01T00:00:00Z").current, 1);
}

#[test]
fn orders_count_whatever_they_cost() {
    let mut ladder = ladder(Window::Lifetime);
    ladder.measure = Measure::Orders;
    let buyer = buyer(&[("2025-01-01T00:00:00Z", 0), ("2025-01-01T00:00:00Z", 5)]);
    assert_eq!(stand(&ladder, &buyer, "2025-02-01T00:00:00Z").value, 2);
}

#[test]
fn a_rolling_window_leaves_in_time_order_even_where_months_clamp() {
    // Both leave on 28 February; the later purchase at the earlier hour.
    let ladder = ladder(Window::RollingMonths(1));
    let buyer = buyer(&[("2025-01-30T15:00:00Z", 60), ("2025-01-31T10:00:00Z", 60)]);
    assert_eq!(stand(&ladder, &buyer, "2025-02-28T09:59:59Z").value, 120);
    assert_eq!(stand(&ladder, &buyer, "2025-02-28T10:00:00Z").value, 60);
    assert_eq!(stand(&ladder, &buyer, "2025-02-28T15:00:00Z").value, 0);
}

#[test]
fn the_multiplier_is_that_of_the_tier() {
    let mut program = program();
    assert_eq!(
        multiplier(&program, &tehran(), &member(), at("2025-02-01T00:00:00Z")),
        Bp::ONE
    );
    let mut tiers = ladder(Window::Lifetime);
    tiers.levels[1].multiplier = Bp(15_000);
    program.tiers = Some(tiers);
    let buyer = buyer(&[("2025-01-01T00:00:00Z", 100)]);
    assert_eq!(
        multiplier(&program, &tehran(), &buyer, at("2025-02-01T00:00:00Z")),
        Bp(15_000)
    );
}

#[test]
fn a_ladder_without_tiers_is_stood_on_too() {
    for window in [
        Window::Lifetime,
        Window::CalendarYear,
        Window::RollingMonths(0),
    ] {
        let mut ladder = ladder(window);
        ladder.levels.clear();
        let buyer = buyer(&[("2025-01-01T00:00:00Z", 100)]);
        assert_eq!(
            stand(&ladder, &buyer, "2025-02-01T00:00:00Z").progress,
            10_000
        );
    }
}

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
                prop_assert_eq!(tier_at(&ladder, &member, until.plus_ms(-1)).current, today.current);
                let grace = tehran().plus_days(until, ladder.grace_days.into());
                let after = tier_at(&ladder, &member, grace).current;
                prop_assert!(after < today.current);
            }
        }
    }

    /// Where a tier is kept with less than it is reached with, this would not hold: a recomputed fall
    /// goes by what reaches a tier, so gold that is not kept can end below silver that is.
    #[test]
    fn buying_more_never_leads_lower_where_keeping_is_as_much_as_reaching(
        ladder in some_ladder(), purchases in some_purchases(), hours in 0..45_000_i64,
        more in 0..12_usize, by in 0..200_i64,
    ) {
        let mut ladder = ladder;
        for level in &mut ladder.levels {
            level.retain = None;
        }
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

    #[test]
    fn no_ladder_makes_the_fold_fall_over(
        window in some_window(), downgrade in some_downgrade(), grace_days: u32,
        marks in prop::collection::vec((any::<i64>(), prop::option::of(any::<i64>())), 0..5),
        spends in prop::collection::vec((-9_000_000_000_000..9_000_000_000_000_i64, any::<i64>()), 0..6),
    ) {
        let level = |(enter, retain)| Tier { retain, ..tier("t", enter) };
        let levels = marks.into_iter().map(level).collect();
        let ladder = Ladder { window, downgrade, grace_days, levels, ..ladder(Window::Lifetime) };
        let bought = |(ms, spend)| Purchase { paid_at: Timestamp(ms), spend: Money(spend) };
        let member = Member { purchases: spends.into_iter().map(bought).collect(), ..member() };
        let _ = tier_at(&ladder, &member, Timestamp(9_000_000_000_000));
    }
}
