use super::*;
use crate::samples::at;
use proptest::prelude::*;

const DAY: &str = "2025-06-01T00:00:00Z";

fn shown(scope: &str, when: Timestamp) -> Prompted {
    Prompted {
        survey: "srv".to_owned(),
        scope: scope.to_owned(),
        displays: 1,
        shown_at: Some(when),
        ..Prompted::default()
    }
}

#[test]
fn a_history_forgets_the_oldest_orders_first() {
    let one = |n: i64| shown(&n.to_string(), at(DAY).plus_ms(n));
    let mut many: Vec<_> = (1..=250).map(one).collect();
    // What was asked without an order is kept, however old it is.
    many.push(shown("", at(DAY)));
    let kept = merge(&many, &[]);
    assert_eq!(kept.len(), HISTORY_MAX);
    assert_eq!(kept.first(), Some(&shown("", at(DAY))));
    let newest = at(DAY).plus_ms(52);
    assert!(kept.iter().skip(1).all(|p| p.shown_at >= Some(newest)));
    assert!(kept.is_sorted_by_key(|p| (p.survey.clone(), p.scope.clone())));
    assert_eq!(merge(&kept, &kept), kept);
}

#[test]
fn a_note_keeps_the_history_within_its_bound() {
    let mut history = Vec::new();
    for n in 0..300 {
        let show = Show {
            survey: "srv".to_owned(),
            scope: n.to_string(),
        };
        note(&mut history, &show, Reaction::Shown, at(DAY).plus_ms(n));
        assert!(history.iter().any(|p| p.scope == show.scope));
    }
    assert_eq!(history.len(), HISTORY_MAX);
}

#[test]
fn a_large_history_is_merged_at_once() {
    let many: Vec<_> = (0..50_000)
        .map(|n: i64| shown(&(n * 7919 % 50_000).to_string(), at(DAY).plus_ms(n)))
        .collect();
    let kept = merge(&many, &many);
    assert_eq!(kept.len(), HISTORY_MAX);
    let newest = at(DAY).plus_ms(50_000 - HISTORY_MAX as i64);
    assert!(kept.iter().all(|p| p.shown_at >= Some(newest)));
}

#[test]
fn a_spoiled_history_is_mended() {
    let now = at(DAY);
    let mut long = shown("", now);
    long.survey = "s".repeat(129);
    let mut ahead = shown("", at("2040-01-01T00:00:00Z"));
    ahead.answered_at = Some(now.plus_ms(AHEAD_MS));
    ahead.dismissed_at = Some(now.plus_ms(AHEAD_MS + 1));
    let mended = sound(&[long, Prompted::default(), ahead], now);
    let [record] = mended.as_slice() else {
        panic!("{mended:?}");
    };
    assert_eq!(record.shown_at, Some(now));
    assert_eq!(record.answered_at, Some(now.plus_ms(AHEAD_MS)));
    assert_eq!(record.dismissed_at, Some(now));
    assert_eq!(sound(&mended, now), mended);
    let mut most = shown("", now);
    most.survey = "s".repeat(128);
    assert_eq!(sound(std::slice::from_ref(&most), now), [most]);
}

#[test]
fn counts_do_not_overflow() {
    let mut history = vec![Prompted {
        displays: u32::MAX,
        ..shown("", at(DAY))
    }];
    let show = Show {
        survey: "srv".to_owned(),
        scope: String::new(),
    };
    note(&mut history, &show, Reaction::Shown, at(DAY));
    assert_eq!(history.first().map(|p| p.displays), Some(u32::MAX));
}

pub(in crate::surveys) fn some_history() -> impl Strategy<Value = Vec<Prompted>> {
    let instant = || {
        prop::option::of((0..200_i64).prop_map(|days| at("2025-01-01T00:00:00Z").plus_days(days)))
    };
    let one = (0..3_u8, 0..2_u8, 0..4_u32, instant(), instant(), instant());
    let all = prop::collection::vec(one, 0..6);
    all.prop_map(|all| {
        let record = |(survey, scope, displays, shown_at, answered_at, dismissed_at)| Prompted {
            survey: format!("srv_{survey}"),
            scope: if scope == 0 {
                String::new()
            } else {
                format!("o{scope}")
            },
            displays,
            shown_at,
            answered_at,
            dismissed_at,
        };
        all.into_iter().map(record).collect()
    })
}

proptest! {
    #[test]
    fn histories_merge_the_same_in_any_order(a in some_history(), b in some_history(), c in some_history()) {
        prop_assert_eq!(merge(&a, &b), merge(&b, &a));
        prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)));
        let once = merge(&a, &b);
        prop_assert_eq!(merge(&once, &b), once.clone());
        prop_assert_eq!(merge(&once, &once), once);
    }
}
