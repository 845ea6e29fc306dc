//! Figures over time, figures by group, and who is at risk, page by page.

use super::{AtRisk, InsightName, InsightUnit};
use rules::insights::{Figure, Step};
use rules::scores::Score;
use rules::{Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// A survey score of one survey, of the members of one tier, or of those of one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ScorePart {
    /// The id of the survey, tier or segment. Tiers and segments are those of today.
    pub id: String,
    /// What it says.
    #[serde(default)]
    pub figure: Option<Figure>,
    /// The sample is below 30: shown as "too few".
    pub too_few: bool,
    /// The score to one decimal, with its interval.
    #[serde(default)]
    pub score: Option<Score>,
    /// How many gave each score, from the smallest on; for CLI the sum of the three items, 3…18.
    pub counts: Vec<u32>,
}

/// What became of points in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct PointsPeriod {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// Issued, net of what was taken back.
    pub issued: Points,
    /// Spent, net of what came back.
    pub redeemed: Points,
    /// Ended unspent.
    pub expired: Points,
    /// What members could spend at the end.
    pub available: Points,
    /// What was not active yet at the end.
    pub pending: Points,
    /// What available and pending points were worth at the end, in minor units, by today's program; absent where it
    /// gives points no worth.
    #[serde(default)]
    pub worth: Option<Money>,
}

/// How members moved between the tiers in a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct TierPeriod {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// Members who joined; they begin on the lowest tier.
    pub joined: u32,
    /// Moves to a higher tier. A member may rise more than once.
    pub promoted: u32,
    /// Moves to a lower one.
    pub demoted: u32,
    /// The same by tiers, from the most frequent down.
    pub moves: Vec<TierMove>,
}

/// Moves from one tier to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct TierMove {
    /// The id of the tier that was held.
    pub from: String,
    /// The id of the tier that was held after it.
    pub to: String,
    /// How often.
    pub members: u32,
}

/// `GET /v1/insights/{name}/series` answers `{"series": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SeriesReply {
    /// The series.
    pub series: Series,
}

/// An indicator period by period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Series {
    /// Which.
    pub name: InsightName,
    /// What the figures' whole numbers mean.
    pub unit: InsightUnit,
    /// How long a period is.
    pub step: Step,
    /// Oldest first.
    pub points: Vec<SeriesPoint>,
}

/// An indicator in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SeriesPoint {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// The period is not over: it would last longer than to `to`.
    pub running: bool,
    /// What the indicator says of it; absent where it would be divided by 0.
    #[serde(default)]
    pub figure: Option<Figure>,
    /// The sample is below 30: shown as "too few".
    pub too_few: bool,
}

/// `GET /v1/insights/churn_risk/members`: a page, the most urgent first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct RiskPage {
    /// Members at risk.
    pub members: Vec<AtRisk>,
    /// Absent on the last page.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// `GET /v1/indicators` answers `{"indicators": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct IndicatorsReply {
    /// All of them.
    pub indicators: Indicators,
}

/// Every indicator in a window, in the period before, and period by period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Indicators {
    /// First instant of the window.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// First instant of the period before.
    pub previous_from: Timestamp,
    /// First instant after that.
    pub previous_to: Timestamp,
    /// How long the periods of `points` are.
    pub step: Step,
    /// Each indicator, in the order of the list of insights.
    pub readings: Vec<IndicatorReading>,
}

/// What an indicator says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct IndicatorReading {
    /// Which.
    pub name: InsightName,
    /// What the figures' whole numbers mean.
    pub unit: InsightUnit,
    /// What it says of the window; absent where it would be divided by 0.
    #[serde(default)]
    pub figure: Option<Figure>,
    /// The sample is below 30: shown as "too few".
    pub too_few: bool,
    /// What it said of the period before.
    #[serde(default)]
    pub previous: Option<Figure>,
    /// How much more than in the period before, in the same unit.
    #[serde(default)]
    pub trend: Option<i64>,
    /// The periods up to the window's end, oldest first.
    pub points: Vec<SeriesPoint>,
}
