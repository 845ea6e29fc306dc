use super::*;
use proptest::prelude::*;

const KINDS: [SurveyKind; 4] = [
    SurveyKind::Nps,
    SurveyKind::Csat,
    SurveyKind::Ces,
    SurveyKind::Cli,
];

fn answer(response: &str, at: i64, completed: bool, score: u8) -> Answer {
    Answer {
        response: response.to_owned(),
        scores: vec![score],
        completed,
        at: Timestamp(at),
    }
}

#[test]
fn every_score_is_judged_by_its_own_scale() {
    for kind in KINDS {
        let (low, high) = kind.range();
        for score in 0..=u8::MAX {
            let scores = vec![score; kind.items()];
            let sound = low <= score && score <= high;
            let off = ScoreFault::OutOfRange { at: 0, low, high };
            assert_eq!(fault(kind, &scores), (!sound).then_some(off));
            assert_eq!(fault_so_far(kind, &[score]), (!sound).then_some(off));
        }
    }
}

#[test]
fn the_number_of_scores_is_told_first() {
    for kind in KINDS {
        let items = kind.items() as u32;
        let wrong = Some(ScoreFault::WrongCount { items });
        assert_eq!(fault(kind, &[]), wrong);
        assert_eq!(fault_so_far(kind, &[]), wrong);
        let many = vec![99; kind.items() + 1];
        assert_eq!(fault(kind, &many), wrong);
        assert_eq!(fault_so_far(kind, &many), wrong);
    }
    let three = Some(ScoreFault::WrongCount { items: 3 });
    assert_eq!(fault(SurveyKind::Cli, &[1, 2]), three);
    assert_eq!(fault_so_far(SurveyKind::Cli, &[1, 2]), None);
}

#[test]
fn of_sendings_that_are_alike_in_time_the_later_in_the_list_counts() {
    let sends = [answer("a", 1, false, 1), answer("a", 1, false, 2)];
    assert_eq!(latest(&sends), [&sends[1]]);
    assert_eq!(latest(&[]), Vec::<&Answer>::new());
}

proptest! {
    #[test]
    fn each_response_counts_once_with_its_last_sending(sends in prop::collection::vec(("[abc]", 0..5_i64, any::<bool>(), 0..9_u8), 0..20)) {
        let sends: Vec<Answer> = sends.iter().map(|(r, at, done, score)| answer(r, *at, *done, *score)).collect();
        let found = latest(&sends);
        prop_assert!(found.is_sorted_by(|a, b| a.response < b.response));
        for one in &sends {
            let last = found.iter().find(|found| found.response == one.response);
            prop_assert!(last.is_some_and(|last| (one.at, one.completed) <= (last.at, last.completed)));
        }
    }
}
