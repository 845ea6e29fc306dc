//! Answers to surveys at the shop's desk.

use rules::program::{Bucket, SurveyKind};
use rules::{Points, Timestamp};
use serde::{Deserialize, Serialize};

/// Answers that say alike, whatever the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Detractors, and low scores.
    Low,
    /// Passives, and scores in the middle.
    Mid,
    /// Promoters, and high scores.
    High,
}

impl Mood {
    /// All of them, the worst first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Mid, Self::High];

    /// What an answer says; of several scores the least counts.
    #[must_use]
    pub fn of(kind: SurveyKind, scores: &[u8]) -> Option<Self> {
        let least = scores.iter().min()?;
        Some(match kind.bucket(*least) {
            Bucket::Low => Self::Low,
            Bucket::Mid => Self::Mid,
            Bucket::High => Self::High,
        })
    }
}

/// An answer, as the shop reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct DeskResponse {
    /// The id that the browser gave it; unique for the member.
    pub id: String,
    /// The shop's id of the member; absent once they were erased.
    #[serde(default)]
    pub member: Option<String>,
    /// The survey's id.
    pub survey_id: String,
    /// What it measures.
    pub kind: SurveyKind,
    /// What it is about, such as an order.
    pub scope: String,
    /// The score, or a score for each item.
    pub scores: Vec<u8>,
    /// What the scores say; absent while there are none.
    #[serde(default)]
    pub mood: Option<Mood>,
    /// What the member wrote besides.
    #[serde(default)]
    pub comment: Option<String>,
    /// Whether it counts in the scores.
    pub counted: bool,
    /// Points that it earned.
    pub points: Points,
    /// When.
    pub at: Timestamp,
}

/// `GET /v1/responses?survey=&mood=&with_comment=&limit=&cursor=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ResponsePage {
    /// Newest first.
    pub responses: Vec<DeskResponse>,
    /// Absent on the last page. A page may hold fewer than were asked for and yet have one.
    #[serde(default)]
    pub next_cursor: Option<String>,
}
