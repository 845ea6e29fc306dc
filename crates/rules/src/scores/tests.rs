use super::*;
use proptest::prelude::*;

#[test]
fn few_answers_are_told_apart() {
    assert!(csat(20, 29).is_some_and(|score| score.too_few()));
    assert!(csat(20, 30).is_some_and(|score| !score.too_few()));
}

#[test]
fn a_value_is_rounded_half_up_to_one_decimal() {
    // 1 of 16 is 6.25 %; minus 1 of 16 is −6.25 %, and half up is towards more.
    assert_eq!(
        csat(1, 16).map(|score| score.value.to_string()),
        Some("6.3".to_owned())
    );
    assert_eq!(
        nps(0, 15, 1).map(|score| score.value.to_string()),
        Some("-6.2".to_owned())
    );
}

#[test]
fn a_mean_counts_ratings_from_one() {
    assert_eq!(
        mean(&[1, 0, 0, 0, 1]).map(|mean| mean.to_string()),
        Some("3".to_owned())
    );
    assert_eq!(mean(&[0, 0]), None);
    assert_eq!(mean(&[]), None);
}

proptest! {
    #[test]
    fn intervals_stay_on_the_scale_and_in_order(p: u32, q: u32, d: u32) {
        if let Some(score) = nps(p, q, d) {
            prop_assert!(-100.0 <= score.low && score.low <= score.high && score.high <= 100.0);
        }
        if let Some(score) = csat(p.min(q), q) {
            prop_assert!(0.0 <= score.low && score.low <= score.value);
            prop_assert!(score.value <= score.high && score.high <= 100.0);
        }
    }
}
