use super::*;
use crate::samples::at;
use proptest::prelude::*;

const STATES: [State; 5] = [
    State::Open,
    State::Answered,
    State::Resolved,
    State::Reopened,
    State::Closed,
];
const ACTIONS: [Action; 6] = [
    Action::Write,
    Action::Resolve,
    Action::Judge { satisfied: true },
    Action::Judge { satisfied: false },
    Action::Close,
    Action::Reopen,
];

#[test]
fn from_every_state_the_member_can_end_it_or_take_it_up() {
    for state in STATES {
        let way = if state == State::Closed {
            Action::Reopen
        } else {
            Action::Close
        };
        assert!(next(state, way, Party::Member).is_ok(), "{state:?}");
    }
}

#[test]
fn only_the_members_word_or_a_resolution_before_it_closes() {
    for state in STATES {
        for action in ACTIONS {
            let closes = next(state, action, Party::Shop) == Ok(State::Closed);
            assert_eq!(
                closes,
                state == State::Resolved && action == Action::Close,
                "{state:?} {action:?}"
            );
        }
    }
}

#[test]
fn the_wrong_side_is_told_so_in_every_state() {
    for state in STATES {
        let resolve = next(state, Action::Resolve, Party::Member);
        let judge = next(state, Action::Judge { satisfied: true }, Party::Shop);
        assert_eq!(
            (resolve, judge),
            (Err(Refused::NotYours), Err(Refused::NotYours))
        );
    }
    assert_eq!(Refused::NotYours.code(), "not_yours");
    assert_eq!(Refused::NotNow.code(), "not_now");
}

#[test]
fn a_turn_without_end_is_never_over() {
    let now = at("2025-01-01T00:00:00Z");
    assert!(!overdue(State::Open, Timestamp(i64::MAX), u32::MAX, now));
    assert!(overdue(State::Open, Timestamp(i64::MIN), u32::MAX, now));
}

proptest! {
    #[test]
    fn a_number_is_read_as_what_it_counts(seq: u64) {
        let number = number(seq);
        prop_assert!(number.len() >= 5);
        prop_assert_eq!(read_number(&number), Some(seq));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}") {
        if let Some(seq) = read_number(&text) {
            prop_assert_eq!(read_number(&number(seq)), Some(seq));
        }
    }

    #[test]
    fn a_wrong_digit_and_two_that_changed_places_are_caught(seq in 0_u64..10_000_000, by in 1_u8..10) {
        let right = number(seq).into_bytes();
        for at in 0..right.len() {
            let mut wrong = right.clone();
            if let Some(digit) = wrong.get_mut(at) {
                *digit = b'0' + (*digit - b'0' + by) % 10;
            }
            prop_assert_eq!(read_number(&String::from_utf8_lossy(&wrong)), None);
            if at > 0 && right.get(at) != right.get(at - 1) {
                let mut swapped = right.clone();
                swapped.swap(at, at - 1);
                prop_assert_eq!(read_number(&String::from_utf8_lossy(&swapped)), None);
            }
        }
    }
}
