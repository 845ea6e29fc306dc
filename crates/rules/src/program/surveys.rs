//! Surveys that may be shown.

use super::{Arm, Text, yes};
use crate::{Bp, Timestamp};
use serde::{Deserialize, Serialize};

/// A survey: one score, then at most one free text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Survey {
    /// Prefixed id, `srv_…`.
    pub id: String,
    /// What is measured.
    pub kind: SurveyKind,
    /// Shown at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The question; a sentence of the locale file when absent.
    #[serde(default)]
    pub question: Text,
    /// What is asked after the score.
    #[serde(default)]
    pub follow_up: FollowUp,
    /// What makes it due.
    pub trigger: Trigger,
    /// Where it may be shown.
    #[serde(default)]
    pub pages: Pages,
    /// How often one person is asked.
    pub scope: Scope,
    /// Who is asked.
    #[serde(default)]
    pub audience: Audience,
    /// Days after an answer before it is asked again (periodic); when absent 90, for a loyalty index 365.
    #[serde(default)]
    pub answered_wait_days: Option<u32>,
    /// Days after a dismissal before it is asked again: when absent 30 for a periodic survey; any other
    /// is then not asked again.
    #[serde(default)]
    pub dismissed_wait_days: Option<u32>,
    /// Days since any prompt before this one may be shown; 7 when absent.
    #[serde(default)]
    pub global_wait_days: Option<u32>,
    /// Times it may be shown without any reaction; 3 when absent.
    #[serde(default)]
    pub max_displays: Option<u32>,
    /// Share of people who are asked, always the same ones.
    #[serde(default)]
    pub rate: Bp,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// First instant it may be shown.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// First instant it may no longer be shown.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Asked only in this arm of an experiment.
    #[serde(default)]
    pub arm: Option<Arm>,
}

/// What a survey measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SurveyKind {
    /// Net Promoter Score: 0–10.
    Nps,
    /// Customer satisfaction: 1–5.
    Csat,
    /// Customer Effort Score 2.0: 1–7, 7 is easy.
    Ces,
    /// Customer Loyalty Index: three items of 1–6 (recommend, buy again, try other products), 6 is surely.
    Cli,
}

impl SurveyKind {
    /// The smallest and the largest score of an item.
    pub const fn range(self) -> (u8, u8) {
        match self {
            Self::Nps => (0, 10),
            Self::Csat => (1, 5),
            Self::Ces => (1, 7),
            Self::Cli => (1, 6),
        }
    }

    /// Scores that one response has.
    pub const fn items(self) -> usize {
        match self {
            Self::Cli => 3,
            Self::Nps | Self::Csat | Self::Ces => 1,
        }
    }

    /// Which follow-up a score gets; for several items, by the lowest of them.
    pub const fn bucket(self, score: u8) -> Bucket {
        let (mid, high) = match self {
            Self::Nps => (7, 9),
            Self::Csat => (3, 4),
            Self::Ces => (4, 5),
            Self::Cli => (3, 5),
        };
        if score < mid {
            Bucket::Low
        } else if score < high {
            Bucket::Mid
        } else {
            Bucket::High
        }
    }
}

/// Where on its scale a score is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// Detractors, and low scores.
    Low,
    /// Passives, and scores in the middle.
    Mid,
    /// Promoters, and high scores.
    High,
}

/// What is asked after the score, by its bucket; a sentence of the locale file where absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct FollowUp {
    /// Detractors, and low scores.
    #[serde(default)]
    pub low: Text,
    /// Passives, and scores in the middle.
    #[serde(default)]
    pub mid: Text,
    /// Promoters, and high scores.
    #[serde(default)]
    pub high: Text,
}

/// What makes a survey due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Any page.
    Page,
    /// The shop said that an order was placed.
    OrderConfirmed,
    /// The shop said that an order has arrived.
    OrderDelivered,
    /// A complaint of the member was resolved.
    ComplaintResolved,
    /// The member comes back after so many calendar days since the last paid order.
    InactiveReturn(u32),
    /// So many seconds on one page.
    Dwell(u32),
    /// The page has just reported an event by this name.
    Event(String),
    /// The page asked for this survey.
    Manual,
}

/// Where a survey may be shown; everywhere when empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Pages {
    /// Paths of pages, any of them; `*` stands for any characters, none too. A slash at the end makes no
    /// difference; other scripts may be written as they are read or as they stand in an address.
    #[serde(default)]
    pub only: Vec<String>,
    /// Paths on which it is not shown, though `only` has them.
    #[serde(default)]
    pub except: Vec<String>,
    /// Devices, any of them.
    #[serde(default)]
    pub devices: Vec<Device>,
}

/// What the page is seen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A small touch screen.
    Phone,
    /// Anything wider.
    Desktop,
}

/// How often one person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Once in a life.
    Once,
    /// Once for each order id.
    PerOrder,
    /// Again after the waits.
    Periodic,
}

/// For whom something is: all conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Audience {
    /// Days since joining; for a periodic survey 30 when absent, else none.
    #[serde(default)]
    pub member_days_min: Option<u32>,
    /// Paid orders.
    #[serde(default)]
    pub orders_min: u32,
    /// Tiers, any of them; all when empty.
    #[serde(default)]
    pub tiers: Vec<String>,
    /// Segments, any of them; all when empty.
    #[serde(default)]
    pub segments: Vec<String>,
}
