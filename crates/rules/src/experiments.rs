//! Experiments: who is in which arm, and what came of it.

use crate::program::{Arm, Experiment};
use crate::scores::{rounded, wilson};
use crate::{Program, Timestamp};
use serde::{Deserialize, Serialize};

/// A number under 10,000 that is the same for the same person and survey for ever.
pub fn sample(person: &str, survey: &str, salt: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in [person, survey, salt] {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    // The low bits of this hash alone are not even enough.
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    ((hash ^ (hash >> 33)) % 10_000) as u32
}

/// The arm that a person is in while the experiment runs, by its id: always the same one, whoever asks.
/// None before it begins, from its end on, and where no arm has any weight.
///
/// Arms get their part of all people in hundredths of a percent. Whoever changes the arms or weights of a
/// running experiment moves people to another arm; a new experiment is better.
pub fn assign<'a>(
    program: &'a Program,
    experiment: &str,
    person: &str,
    now: Timestamp,
) -> Option<&'a str> {
    let experiment = find(program, experiment)?;
    let running = experiment.starts_at.is_none_or(|at| at <= now)
        && experiment.ends_at.is_none_or(|at| now < at);
    place(program, experiment, person).filter(|_| running)
}

/// Whether a person is in this arm of a running experiment.
pub fn in_arm(program: &Program, arm: &Arm, person: &str, now: Timestamp) -> bool {
    assign(program, &arm.experiment, person, now) == Some(&arm.arm)
}

/// When the experiment begins in which this person will be in this arm; none where time alone does not
/// bring them there.
pub fn arm_opens_at(
    program: &Program,
    arm: &Arm,
    person: &str,
    now: Timestamp,
) -> Option<Timestamp> {
    let experiment = find(program, &arm.experiment)?;
    let will = place(program, experiment, person) == Some(&arm.arm);
    experiment.starts_at.filter(|at| will && now < *at)
}

fn find<'a>(program: &'a Program, id: &str) -> Option<&'a Experiment> {
    program.experiments.iter().find(|e| e.id == id)
}

fn place<'a>(program: &Program, experiment: &'a Experiment, person: &str) -> Option<&'a str> {
    let all: u64 = experiment.arms.iter().map(|a| u64::from(a.weight)).sum();
    let place = u64::from(sample(person, &experiment.id, &program.id)).saturating_mul(all) / 10_000;
    let mut upto = 0;
    for arm in &experiment.arms {
        upto += u64::from(arm.weight);
        if place < upto {
            return Some(&arm.id);
        }
    }
    None
}

/// How much more often arm A succeeds than arm B: as shares of 1, to four decimals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Difference {
    /// Share of A minus share of B, −1…1.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end of its 95 % interval.
    pub high: f64,
    /// The interval excludes 0: one arm is better.
    pub decided: bool,
}

/// The difference of two proportions with the hybrid score interval (R. G. Newcombe, Interval estimation
/// for the difference between independent proportions, Statistics in Medicine 17, 1998, method 10): with
/// the Wilson interval of each arm, `low = d − √((pa − la)² + (ub − pb)²)` and
/// `high = d + √((ua − pa)² + (pb − lb)²)`. None where an arm has nobody. Successes beyond the people
/// count as all of them. An interval that is looked at every day excludes 0 by chance more often than one
/// time in twenty: decide on the number of people before.
pub fn difference(a_success: u32, a_n: u32, b_success: u32, b_n: u32) -> Option<Difference> {
    let (a_success, b_success) = (a_success.min(a_n), b_success.min(b_n));
    let (la, ua) = wilson(a_success.into(), a_n.into())?;
    let (lb, ub) = wilson(b_success.into(), b_n.into())?;
    let pa = f64::from(a_success) / f64::from(a_n);
    let pb = f64::from(b_success) / f64::from(b_n);
    let low = pa - pb - square(pa - la, ub - pb).sqrt();
    let high = pa - pb + square(ua - pa, pb - lb).sqrt();
    let product = |x: u32, y: u32| i128::from(x) * i128::from(y);
    let part = product(a_success, b_n) - product(b_success, a_n);
    Some(Difference {
        value: rounded(part, product(a_n, b_n), 10_000)?,
        low: four_decimals(low),
        high: four_decimals(high),
        decided: low > 0.0 || high < 0.0,
    })
}

fn square(x: f64, y: f64) -> f64 {
    x * x + y * y
}

fn four_decimals(x: f64) -> f64 {
    (x.clamp(-1.0, 1.0) * 10_000.0 + 0.5 + 1e-9).floor() / 10_000.0
}

#[cfg(test)]
mod tests;
