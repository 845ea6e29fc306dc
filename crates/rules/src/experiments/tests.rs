#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::program::ArmWeight;
use crate::samples::{at, program};
use proptest::prelude::*;

const DAY: &str = "2025-06-01T00:00:00Z";

fn experiment(id: &str, weights: &[u32]) -> Experiment {
    let arm = |(place, weight): (usize, &u32)| ArmWeight {
        id: format!("arm_{place}"),
        weight: *weight,
    };
    Experiment {
        id: id.to_owned(),
        arms: weights.iter().enumerate().map(arm).collect(),
        ..Experiment::default()
    }
}

fn club(experiments: Vec<Experiment>) -> Program {
    Program {
        experiments,
        ..program()
    }
}

fn arm(experiment: &str, arm: &str) -> Arm {
    Arm {
        experiment: experiment.to_owned(),
        arm: arm.to_owned(),
    }
}

#[test]
fn arms_get_their_part_of_the_people() {
    let weights = [1, 2, 0, 7];
    let club = club(vec![experiment("exp", &weights)]);
    let mut got = [0_u32; 4];
    for n in 0..100_000 {
        let arm = assign(&club, "exp", &format!("mem_{n}"), at(DAY)).unwrap();
        let place: usize = arm.strip_prefix("arm_").unwrap().parse().unwrap();
        got[place] += 1;
    }
    assert_eq!(got[2], 0);
    for (weight, got) in weights.iter().zip(got) {
        let meant = i64::from(weight * 10_000);
        assert!((i64::from(got) - meant).abs() < 1_000, "{got} for {meant}");
    }
}

#[test]
fn two_experiments_are_independent() {
    let both = [experiment("exp_1", &[1, 1]), experiment("exp_2", &[1, 1])];
    let club = club(both.to_vec());
    let mut got = [0_i64; 4];
    for n in 0..100_000 {
        let person = format!("mem_{n}");
        let first = |experiment| assign(&club, experiment, &person, at(DAY)) == Some("arm_0");
        got[usize::from(first("exp_1")) * 2 + usize::from(first("exp_2"))] += 1;
    }
    assert!(
        got.iter().all(|n| (n - 25_000).abs() < 1_000),
        "a quarter each: {got:?}"
    );
    // Nor does the sample of a survey say who is in an arm.
    let sampled = (0..20_000).filter(|n| sample(&format!("mem_{n}"), "srv", "club") < 5_000);
    let in_first = |n: &u32| assign(&club, "exp_1", &format!("mem_{n}"), at(DAY)) == Some("arm_0");
    let both = sampled.filter(in_first).count();
    assert!((4_700..5_300).contains(&both), "{both}");
}

#[test]
fn an_experiment_runs_from_its_start_to_before_its_end() {
    let mut run = experiment("exp", &[1]);
    run.starts_at = Some(at("2025-06-01T00:00:00Z"));
    run.ends_at = Some(at("2025-07-01T00:00:00Z"));
    let club = club(vec![run]);
    let on = |when: &str| assign(&club, "exp", "mem_1", at(when)).is_some();
    assert!(!on("2025-05-31T23:59:59.999Z") && on("2025-06-01T00:00:00Z"));
    assert!(on("2025-06-30T23:59:59.999Z") && !on("2025-07-01T00:00:00Z"));
    let opens = |arm: &Arm, when: &str| arm_opens_at(&club, arm, "mem_1", at(when));
    let mine = arm("exp", "arm_0");
    assert_eq!(opens(&mine, "2025-05-01T00:00:00Z"), Some(at(DAY)));
    assert_eq!(opens(&mine, DAY), None);
    assert_eq!(opens(&arm("exp", "arm_1"), "2025-05-01T00:00:00Z"), None);
}

#[test]
fn what_is_not_there_has_no_arms() {
    let club = club(vec![
        experiment("empty", &[]),
        experiment("weightless", &[0, 0]),
    ]);
    for id in ["empty", "weightless", "unknown"] {
        assert_eq!(assign(&club, id, "mem_1", at(DAY)), None);
        assert!(!in_arm(&club, &arm(id, "arm_0"), "mem_1", at(DAY)));
    }
}

#[test]
fn newcombes_own_examples() {
    // Table II of the paper, method 10: to four decimals.
    let examples = [
        ((56, 70, 48, 80), (0.2, 0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.6, 0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.5714, 0.0582, 0.8062)),
        ((5, 56, 0, 29), (0.0893, -0.0381, 0.1926)),
        ((0, 10, 0, 20), (0.0, -0.1611, 0.2775)),
        ((0, 10, 0, 10), (0.0, -0.2775, 0.2775)),
        ((10, 10, 0, 20), (1.0, 0.6791, 1.0)),
        ((10, 10, 0, 10), (1.0, 0.6075, 1.0)),
    ];
    for ((a, m, b, n), (value, low, high)) in examples {
        let found = difference(a, m, b, n).unwrap();
        let near = |x: f64, y: f64| (x - y).abs() < 0.000_15;
        assert!(
            near(found.value, value) && near(found.low, low) && near(found.high, high),
            "{a}/{m} − {b}/{n}: {found:?}"
        );
        assert_eq!(found.decided, low > 0.0);
    }
}

proptest! {
    #[test]
    fn nobody_meets_two_arms(person in "[a-z0-9_]{0,20}", weights in prop::collection::vec(0..9_u32, 0..6), days in 0..5000_i64) {
        let club = club(vec![experiment("exp", &weights)]);
        let now = at(DAY).plus_days(days);
        let met = (0..weights.len())
            .filter(|place| in_arm(&club, &arm("exp", &format!("arm_{place}")), &person, now))
            .count();
        prop_assert_eq!(met, usize::from(weights.iter().any(|w| *w > 0)));
        prop_assert_eq!(
            assign(&club, "exp", &person, now),
            assign(&club, "exp", &person, at(DAY))
        );
    }

    #[test]
    fn no_weight_is_too_large(weights in prop::collection::vec(any::<u32>(), 0..6), person: String) {
        let club = club(vec![experiment("exp", &weights)]);
        let some = weights.iter().any(|w| *w > 0);
        prop_assert_eq!(assign(&club, "exp", &person, at(DAY)).is_some(), some);
    }

    #[test]
    fn a_difference_lies_in_its_interval_and_turns_with_the_arms(a: u32, m in 1..u32::MAX, b: u32, n in 1..u32::MAX) {
        let (a, b) = (a % m, b % n);
        let (there, back) = (difference(a, m, b, n).unwrap(), difference(b, n, a, m).unwrap());
        prop_assert!(-1.0 <= there.low && there.low <= there.value);
        prop_assert!(there.value <= there.high && there.high <= 1.0);
        prop_assert!((there.low + back.high).abs() < 0.000_11);
        prop_assert_eq!(there.decided, back.decided);
    }
}
