use super::*;
use proptest::prelude::*;

fn ends(score: Option<Score>) -> Option<(f64, f64)> {
    score.and_then(|score| score.low.zip(score.high))
}

/// The share of Student's t distribution between −t and t, by its closed form for whole degrees of
/// freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4).
fn between(t: f64, df: u32) -> f64 {
    let angle = (t / f64::from(df).sqrt()).atan();
    let (sin, cos) = angle.sin_cos();
    let odd = df % 2 == 1;
    let (mut term, mut k) = if odd { (cos, 3) } else { (1.0, 2) };
    let mut sum = if df == 1 { 0.0 } else { term };
    while k + 2 <= df {
        term *= cos * cos * f64::from(k - 1) / f64::from(k);
        sum += term;
        k += 2;
    }
    if odd {
        2.0 / std::f64::consts::PI * (angle + sin * sum)
    } else {
        sin * sum
    }
}

#[test]
fn quantiles_leave_a_twentieth_outside_to_five_decimals() {
    for df in 1..=3000 {
        let t = t_quantile(i128::from(df));
        let (below, above) = (between(t - 0.000_02, df), between(t + 0.000_02, df));
        assert!(below < 0.95 && 0.95 < above, "{df}: {t}, {below}…{above}");
    }
    assert!((t_quantile(i128::MAX) - 1.96).abs() < 0.000_04);
}

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
fn an_end_that_is_a_half_is_rounded_up_though_binary_holds_it_lower() {
    for tenths in -1000..1000_i32 {
        let half = f64::from(tenths) / 10.0 + 0.05;
        let up = f64::from(tenths + 1) / 10.0;
        assert!((one_decimal(half) - up).abs() < 1e-9, "{half}");
    }
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

#[test]
fn a_tally_takes_whole_answers_on_the_scale_only() {
    let answers: [&[u8]; 6] = [&[6, 6, 6], &[1, 1, 1], &[6, 6], &[7, 1, 1], &[], &[1, 2, 3]];
    let counts = tally(SurveyKind::Cli, answers);
    assert_eq!(counts.len(), 16);
    let given: Vec<usize> = (0..16).filter(|at| counts.get(*at) == Some(&1)).collect();
    assert_eq!(given, [0, 3, 15]);
    let nps: [&[u8]; 4] = [&[0], &[10], &[10], &[11]];
    assert_eq!(
        tally(SurveyKind::Nps, nps),
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    );
}

#[test]
fn counts_that_are_cut_short_or_too_long_are_read_as_far_as_the_scale_goes() {
    assert_eq!(nps_of(&[1]), nps(0, 0, 1));
    assert_eq!(
        satisfaction(&[0, 0, 0, 1, 1, 9, 9]),
        satisfaction(&[0, 0, 0, 1, 1])
    );
    assert_eq!(ces(&[1, 0, 0, 0, 0, 0, 1, 9]), ces(&[1, 0, 0, 0, 0, 0, 1]));
    let mut long = [1; 17];
    assert_eq!(cli(&long), cli(&[1; 16]));
    long[16] = 0;
    assert_eq!(cli(&long), cli(&[1; 16]));
    assert_eq!((ces(&[]), cli(&[]), satisfaction(&[])), (None, None, None));
}

#[test]
fn no_count_is_too_large() {
    let most = [u32::MAX; 16];
    assert_eq!(nps_of(&most).map(|s| s.n), Some(u32::MAX));
    assert!(ces(&most).is_some_and(|s| s.mean.value > 3.9 && s.mean.value < 4.1));
    assert!(cli(&most).is_some_and(|s| s.score.value > 3.4 && s.score.value < 3.6));
    assert_eq!(share(u32::MAX, 1).map(|s| s.value), Some(100.0));
}

proptest! {
    #[test]
    fn intervals_stay_on_the_scale_and_in_order(p: u32, q: u32, d: u32) {
        if let Some((low, high)) = ends(nps(p, q, d)) {
            prop_assert!(-100.0 <= low && low <= high && high <= 100.0);
        }
        if let Some((low, high)) = ends(csat(p.min(q), q)) {
            prop_assert!(0.0 <= low && low <= high && high <= 100.0);
        }
    }

    #[test]
    fn an_interval_holds_its_value(p in 0..50_u32, q in 0..50_u32, d in 0..50_u32, many: u32) {
        // One promoter alone has 100, and an interval that ends at 98.5: the added answers outweigh it.
        let scores = [
            nps(p, q, d).filter(|s| s.n > 1),
            nps(p, many, d).filter(|s| s.n > 1),
            csat(p.min(q), q),
            csat(many, many),
            csat(p, many),
        ];
        for score in scores.into_iter().flatten() {
            let (low, high) = ends(Some(score)).unwrap_or((101.0, -101.0));
            prop_assert!(low <= score.value && score.value <= high, "{score:?}");
        }
    }

    #[test]
    fn a_mean_lies_in_its_interval_and_on_its_scale(counts in prop::collection::vec(0..9_u32, 16)) {
        let kinds = counts.iter().filter(|c| **c > 0).count();
        if let Some(loyalty) = cli(&counts) {
            let inside = |s: Score, from, to| {
                s.low.zip(s.high).is_none_or(|(low, high)| {
                    from <= low && low <= s.value && s.value <= high && high <= to
                })
            };
            prop_assert!(inside(loyalty.score, 1.0, 6.0), "{loyalty:?}");
            prop_assert!(inside(loyalty.index, 0.0, 100.0), "{loyalty:?}");
            prop_assert_eq!(loyalty.score.low.is_some(), kinds > 1);
            prop_assert_eq!(loyalty.index.low.is_some(), kinds > 1);
            // A tenth of the mean is worth two of the index.
            let image = (loyalty.score.value - 1.0) * 20.0;
            prop_assert!((loyalty.index.value - image).abs() <= 1.05);
        }
    }

    #[test]
    fn more_answers_of_the_same_kind_narrow_the_interval(counts in prop::collection::vec(0..9_u32, 7)) {
        let tenfold: Vec<u32> = counts.iter().map(|c| c * 10).collect();
        let width = |counts: &[u32]| ces(counts).and_then(|e| ends(Some(e.mean))).map(|(l, h)| h - l);
        if let (Some(few), Some(many)) = (width(&counts), width(&tenfold)) {
            prop_assert!(many <= few + 1e-9, "{few} {many}");
        }
    }
}
