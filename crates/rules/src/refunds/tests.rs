use super::*;
use crate::program::Rounding;
use crate::samples::{at, lot, rule};
use proptest::prelude::*;

const DAY: &str = "2025-06-01T00:00:00Z";

fn half_up() -> PurchaseRule {
    PurchaseRule {
        rounding: Rounding::HalfUp,
        ..rule()
    }
}

#[test]
fn a_refund_takes_the_difference_not_the_points_of_the_part() {
    // 2.50 earned 3; 1.25 would earn 1, so the first half takes 2 and the second takes 1.
    let back = |remaining, earned| {
        clawback(
            &half_up(),
            &[],
            Money(250),
            Money(remaining),
            Points(earned),
        )
    };
    assert_eq!(back(125, 3), Points(2));
    assert_eq!(back(0, 1), Points(1));
}

#[test]
fn a_refund_that_leaves_more_than_there_was_takes_nothing() {
    assert_eq!(
        clawback(&rule(), &[], Money(500), Money(900), Points(5)),
        Points::ZERO
    );
}

#[test]
fn a_capped_purchase_gives_back_only_what_it_was_given() {
    // 1000 would earn 10, and the cap gave 6: what remains may keep up to 6.
    let back =
        |remaining, earned| clawback(&rule(), &[], Money(1000), Money(remaining), Points(earned));
    assert_eq!(back(700, 6), Points::ZERO);
    assert_eq!(back(600, 6), Points::ZERO);
    assert_eq!(back(400, 6), Points(2));
    assert_eq!(back(0, 4), Points(4));
    assert_eq!(back(0, 6), Points(6));
}

#[test]
fn the_orders_own_lot_pays_first_even_where_others_end_sooner() {
    let sooner = Lot {
        expires_at: Some(at("2025-06-02T00:00:00Z")),
        ..lot("sooner", 50)
    };
    let mut lots = vec![sooner, lot("own", 30)];
    let clawed = claw(
        &mut lots,
        "own",
        Points::ZERO,
        Points(40),
        NegativePolicy::Debt,
        at(DAY),
    );
    let takings: Vec<_> = clawed
        .takings
        .iter()
        .map(|t| (t.lot.as_str(), t.points.0))
        .collect();
    assert_eq!(takings, [("own", 30), ("sooner", 10)]);
}

#[test]
fn pending_only_leaves_active_points_alone() {
    let mut lots = vec![lot("own", 30), lot("other", 30)];
    let clawed = claw(
        &mut lots,
        "own",
        Points::ZERO,
        Points(20),
        NegativePolicy::PendingOnly,
        at(DAY),
    );
    assert_eq!(
        clawed,
        Clawed {
            short: Points(20),
            ..Clawed::default()
        }
    );
}

#[test]
fn what_ended_unspent_is_forgiven_before_others_pay() {
    let mut lots = vec![lot("own", 0), lot("other", 30)];
    let clawed = claw(
        &mut lots,
        "own",
        Points(6),
        Points(10),
        NegativePolicy::Debt,
        at(DAY),
    );
    assert_eq!(clawed.forgiven, Points(6));
    assert_eq!(
        lots.iter().map(|l| l.remaining.0).collect::<Vec<_>>(),
        [0, 26]
    );
}

proptest! {
    #[test]
    fn refunds_in_any_parts_take_back_exactly_what_was_earned(
        base in 1..1_000_000_i64, parts in prop::collection::vec(1..500_000_i64, 0..6), by in 1..40_000_u32,
    ) {
        let multipliers = [Bp(by)];
        let earned = purchase_points(&half_up(), Money(base), &multipliers);
        let (mut remaining, mut left) = (base, earned);
        for part in parts.into_iter().chain([base]) {
            remaining = (remaining - part).max(0);
            let back = clawback(&half_up(), &multipliers, Money(base), Money(remaining), left);
            left = left.minus(back);
            prop_assert_eq!(left, purchase_points(&half_up(), Money(remaining), &multipliers));
        }
        prop_assert_eq!(left, Points::ZERO);
    }

    #[test]
    fn a_refund_of_a_capped_purchase_in_steps_takes_as_much_as_at_once(
        base in 1..1_000_000_i64, parts in prop::collection::vec(1..500_000_i64, 1..6),
        by in 1..40_000_u32, cap in 0..20_000_i64,
    ) {
        let multipliers = [Bp(by)];
        let worth = |left| purchase_points(&half_up(), Money(left), &multipliers);
        let back = |left, earned| clawback(&half_up(), &multipliers, Money(base), Money(left), earned);
        let given = worth(base).min(Points(cap));
        let (mut left, mut kept) = (base, given);
        for part in parts {
            left = (left - part).max(0);
            kept = kept.minus(back(left, kept));
            prop_assert_eq!(kept, worth(left).min(Points(cap)));
            prop_assert_eq!(kept, given.minus(back(left, given)));
        }
        prop_assert_eq!(back(0, kept), kept);
    }

    #[test]
    fn every_point_of_a_clawback_is_accounted_for(
        own in 0..100_i64, other in 0..100_i64, ended in 0..50_i64, points in 0..300_i64, which in 0..3_usize,
    ) {
        use NegativePolicy::{Debt, PendingOnly, WithinBalance};
        let policy = [Debt, PendingOnly, WithinBalance][which];
        let mut lots = vec![lot("own", own), lot("other", other)];
        let clawed = claw(&mut lots, "own", Points(ended), Points(points), policy, at(DAY));
        let taken: i64 = clawed.takings.iter().map(|t| t.points.0).sum();
        prop_assert_eq!(taken + clawed.forgiven.0 + clawed.debt.0 + clawed.short.0, points);
        let left: i64 = lots.iter().map(|l| l.remaining.0).sum();
        prop_assert_eq!(left + taken, own + other);
        prop_assert!(policy == Debt || clawed.debt == Points::ZERO);
    }
}

#[test]
fn pending_only_takes_until_the_points_are_active_and_not_from_then_on() {
    let active_at = at("2025-01-15T00:00:00Z");
    let order = Lot {
        activates_at: active_at,
        ..lot("own", 10)
    };
    let taken = |now| {
        let mut lots = vec![order.clone(), lot("other", 10)];
        let clawed = claw(
            &mut lots,
            "own",
            Points(3),
            Points(4),
            NegativePolicy::PendingOnly,
            now,
        );
        (
            lots[0].remaining.0,
            lots[1].remaining.0,
            clawed.short.0,
            clawed.forgiven.0,
        )
    };
    assert_eq!(taken(active_at.plus_ms(-1)), (6, 10, 0, 0));
    assert_eq!(taken(active_at), (10, 10, 4, 0));
}

#[test]
fn a_lot_with_nothing_left_is_not_among_what_was_taken() {
    let now = at("2025-06-01T00:00:00Z");
    let mut lots = vec![lot("own", 0), lot("other", 10)];
    let clawed = claw(
        &mut lots,
        "own",
        Points(0),
        Points(4),
        NegativePolicy::Debt,
        now,
    );
    let taken: Vec<_> = clawed
        .takings
        .iter()
        .map(|t| (&*t.lot, t.points.0))
        .collect();
    assert_eq!(taken, [("other", 4)]);
}
