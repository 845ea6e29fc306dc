//! An account that is kept and gone on with after each event is the account that was never put away.

use super::properties::{HOUR_MS, some_club, some_stream};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The order that an event is about.
fn order_of(event: &Event) -> Option<&str> {
    match event {
        Event::Paid(bill) => Some(&bill.order),
        Event::Refunded { order, .. }
        | Event::Cancelled { order }
        | Event::CouponUsed { order, .. }
        | Event::WalletSpent { order, .. } => Some(order),
        _ => None,
    }
}

/// What of an account the event needs, as a store would find it.
fn found(all: &Kept, event: &Event) -> Kept {
    let about = |order: &str| order_of(event) == Some(order);
    let mut kept = all.clone();
    kept.orders.retain(|order| about(&order.id));
    kept.payments.retain(|payment| about(&payment.order));
    kept.adjustments
        .retain(|id| matches!(event, Event::Adjusted { adjustment, .. } if adjustment == id));
    kept
}

/// What is there afterwards: what was found has changed, the rest is as it was.
fn put_away(mut all: Kept, after: Kept) -> Kept {
    for order in after.orders {
        match all.orders.iter_mut().find(|known| known.id == order.id) {
            Some(known) => *known = order,
            None => all.orders.push(order),
        }
    }
    for payment in after.payments {
        let known = all
            .payments
            .iter_mut()
            .find(|known| known.order == payment.order);
        match known {
            Some(known) => *known = payment,
            None => all.payments.push(payment),
        }
    }
    for id in after.adjustments {
        if !all.adjustments.contains(&id) {
            all.adjustments.push(id);
        }
    }
    Kept {
        orders: all.orders,
        payments: all.payments,
        adjustments: all.adjustments,
        ..after
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn to_be_kept_between_two_events_changes_nothing(
        program in some_club(), stream in some_stream(), rests in any::<u32>(),
    ) {
        let zone = tehran();
        let mut account = opened(&program);
        let mut kept = account.keep();
        let mut now = at("2025-01-10T00:00:00Z");
        for (place, (hours, event)) in stream.iter().enumerate() {
            now = now.plus_ms(hours * HOUR_MS);
            let before = account.journal().len();
            let outcome = account.apply(&program, &zone, now, event).map(<[Transaction]>::len);
            let mut resumed = Account::resume(found(&kept, event));
            let again = resumed.apply(&program, &zone, now, event).map(<[Transaction]>::len);
            prop_assert_eq!(&again, &outcome, "{:?}", event);
            prop_assert_eq!(resumed.journal(), &account.journal()[before..], "{:?}", event);
            kept = put_away(kept, resumed.keep());
            prop_assert_eq!(&kept, &account.keep(), "{:?}", event);
            prop_assert_eq!(resumed.next_due(&program, &zone), account.next_due(&program, &zone));
            // Some rests are long: time passes by itself before the next event.
            if rests & (1 << (place % 32)) != 0 {
                now = now.plus_days(45);
                account.apply(&program, &zone, now, &Event::TimePassed).unwrap();
                let mut resumed = Account::resume(found(&kept, &Event::TimePassed));
                resumed.apply(&program, &zone, now, &Event::TimePassed).unwrap();
                kept = put_away(kept, resumed.keep());
                prop_assert_eq!(&kept, &account.keep());
            }
        }
    }
}

/// A browser opens an account with the lots that the server's account has, and gives more.
#[test]
fn lots_of_another_account_and_new_ones_have_different_names() {
    let mut program = club();
    if let Some(rule) = &mut program.earning.purchase {
        rule.pending_days = 14;
    }
    let mut account = opened(&program);
    let mut now = at(DAY);
    for order in ["o1", "o2", "o3", "o4"] {
        now = now.plus_days(1);
        tell(&program, &mut account, now, &[bill(order, &[10_000])]);
    }
    let lots = account.member.clone();
    let mut other = Account::open(&program, &tehran(), lots, now);
    tell(
        &program,
        &mut other,
        now,
        &[bill("o5", &[10_000]), bill("o6", &[10_000])],
    );
    let names: BTreeSet<&str> = other
        .member
        .lots
        .iter()
        .map(|lot| lot.id.as_str())
        .collect();
    assert_eq!(names.len(), 6);
    let later = now.plus_days(14);
    assert_eq!(
        tell(&program, &mut other, later, &[Event::TimePassed]),
        [600]
    );
}
