//! Answers: what is one, and which of one response's counts.

use crate::Timestamp;
use crate::program::SurveyKind;
use serde::{Deserialize, Serialize};

/// What is wrong with the scores of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreFault {
    /// There are too many scores, or too few.
    WrongCount {
        /// As many as there should be.
        items: u32,
    },
    /// A score is off its scale.
    OutOfRange {
        /// Which one, from 0.
        at: u32,
        /// The smallest score.
        low: u8,
        /// The largest score.
        high: u8,
    },
}

/// What is wrong with the scores of a whole response: first their number, then the first one that is off
/// the scale.
pub fn fault(kind: SurveyKind, scores: &[u8]) -> Option<ScoreFault> {
    let count = (scores.len() != kind.items()).then(|| wrong_count(kind));
    count.or_else(|| off_scale(kind, scores))
}

/// What is wrong with the scores that were given so far, in the order of the items: like [`fault`], but
/// the last ones may be missing. There is no response without any score.
pub fn fault_so_far(kind: SurveyKind, scores: &[u8]) -> Option<ScoreFault> {
    let count = !(1..=kind.items()).contains(&scores.len());
    let count = count.then(|| wrong_count(kind));
    count.or_else(|| off_scale(kind, scores))
}

fn wrong_count(kind: SurveyKind) -> ScoreFault {
    ScoreFault::WrongCount {
        items: kind.items() as u32,
    }
}

fn off_scale(kind: SurveyKind, scores: &[u8]) -> Option<ScoreFault> {
    let (low, high) = kind.range();
    let mut all = (0..).zip(scores);
    all.find(|(_, score)| !(low..=high).contains(*score))
        .map(|(at, _)| ScoreFault::OutOfRange { at, low, high })
}

/// One sending of a response. A response is sent as it grows: after the score, after the text, and when
/// the page is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Id of the response, made before its first sending.
    pub response: String,
    /// The scores so far, one for each item.
    pub scores: Vec<u8>,
    /// The person said that this is all.
    #[serde(default)]
    pub completed: bool,
    /// When it was sent.
    pub at: Timestamp,
}

/// Of each response the last sending, completed or not, by response id. At one instant the completed
/// one is the later, then the one that stands later in the list.
pub fn latest(sends: &[Answer]) -> Vec<&Answer> {
    let mut all: Vec<(&str, Timestamp, bool, usize)> = (0..)
        .zip(sends)
        .map(|(place, one)| (one.response.as_str(), one.at, one.completed, place))
        .collect();
    all.sort_unstable();
    let ends = all.chunk_by(|a, b| a.0 == b.0);
    ends.filter_map(|of_one| of_one.last().and_then(|(.., place)| sends.get(*place)))
        .collect()
}

#[cfg(test)]
mod tests;
