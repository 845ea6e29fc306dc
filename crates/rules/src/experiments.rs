//! Experiments: who is in which arm, and what came of it.

use crate::program::Arm;
use crate::{Program, Timestamp};

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

/// Whether a person is in this arm of a running experiment: always the same one, whoever asks.
pub fn in_arm(program: &Program, arm: &Arm, person: &str, now: Timestamp) -> bool {
    let Some(experiment) = program.experiments.iter().find(|e| e.id == arm.experiment) else {
        return false;
    };
    let running = experiment.starts_at.is_none_or(|at| at <= now)
        && experiment.ends_at.is_none_or(|at| now < at);
    let all: u64 = experiment.arms.iter().map(|a| u64::from(a.weight)).sum();
    let place = u64::from(sample(person, &experiment.id, &program.id)) * all / 10_000;
    let mut upto = 0;
    for other in &experiment.arms {
        upto += u64::from(other.weight);
        if place < upto {
            return running && other.id == arm.arm;
        }
    }
    false
}
