//! Figures about a club, as the shop reads them.

mod flows;

pub use flows::{
    IndicatorReading, Indicators, IndicatorsReply, PointsPeriod, RiskPage, ScorePart, Series,
    SeriesPoint, SeriesReply, TierMove, TierPeriod,
};

use rules::churn::Risk;
use rules::experiments::Difference;
use rules::goals::{Goal, Progress};
use rules::insights::{Cohort, Figure, Indicator};
use rules::scores::{Rates, Score};
use rules::segments::Map;
use rules::{Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InsightName {
    /// Buyers of the period before who bought again (CRR).
    Retention,
    /// Buyers of the period before who did not come back.
    Churn,
    /// Buyers with two orders or more.
    RepeatRate,
    /// Orders with more than one product.
    UpsellRatio,
    /// Orders of a buyer in the window.
    Frequency,
    /// Orders of a buyer in a year at this pace.
    YearlyFrequency,
    /// Revenue of an order (AOV).
    AverageOrder,
    /// What a member is worth over their time with the shop (CLV).
    LifetimeValue,
    /// Active members who acted in the club.
    Engagement,
    /// Net Promoter Score.
    Nps,
    /// Customer satisfaction.
    Csat,
    /// Customer Effort Score.
    Ces,
    /// Customer Loyalty Index.
    Cli,
    /// Points that members have, and their worth.
    PointsLiability,
    /// Points that were spent, of those that were issued.
    RedemptionRate,
    /// Members by tier.
    TierDistribution,
    /// Who came back, by the month of the first order.
    Cohorts,
    /// Members who may be about to leave.
    ChurnRisk,
    /// Goals and how far they are.
    Goals,
    /// Experiments and what came of them.
    Experiments,
    /// Members by recency, frequency and money, and by their share of the revenue.
    Segments,
    /// Points over time.
    PointsFlow,
    /// Joining, rising and falling over time.
    TierFlow,
}

impl InsightName {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 23] = [
        Self::Retention,
        Self::Churn,
        Self::RepeatRate,
        Self::UpsellRatio,
        Self::Frequency,
        Self::YearlyFrequency,
        Self::AverageOrder,
        Self::LifetimeValue,
        Self::Engagement,
        Self::Nps,
        Self::Csat,
        Self::Ces,
        Self::Cli,
        Self::PointsLiability,
        Self::RedemptionRate,
        Self::TierDistribution,
        Self::Cohorts,
        Self::ChurnRisk,
        Self::Goals,
        Self::Experiments,
        Self::Segments,
        Self::PointsFlow,
        Self::TierFlow,
    ];

    /// The indicator of the rules that it is, where it is one that goals may aim at.
    #[must_use]
    pub const fn indicator(self) -> Option<Indicator> {
        Some(match self {
            Self::Retention => Indicator::Retention,
            Self::Churn => Indicator::Churn,
            Self::RepeatRate => Indicator::RepeatRate,
            Self::UpsellRatio => Indicator::UpsellRatio,
            Self::Frequency => Indicator::Frequency,
            Self::YearlyFrequency => Indicator::YearlyFrequency,
            Self::AverageOrder => Indicator::AverageOrder,
            Self::LifetimeValue => Indicator::LifetimeValue,
            Self::Engagement => Indicator::Engagement,
            Self::Nps => Indicator::Nps,
            Self::Csat => Indicator::Csat,
            Self::Ces => Indicator::Ces,
            Self::Cli => Indicator::Cli,
            Self::PointsLiability
            | Self::RedemptionRate
            | Self::TierDistribution
            | Self::Cohorts
            | Self::ChurnRisk
            | Self::Goals
            | Self::Experiments
            | Self::Segments
            | Self::PointsFlow
            | Self::TierFlow => return None,
        })
    }
}

/// What the whole numbers of a figure mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InsightUnit {
    /// Basis points: 8000 is 80 %. For NPS −10000…10000.
    Share,
    /// Ten-thousandths: 33000 is 3.3.
    Times,
    /// Minor units of the program's currency.
    Money,
    /// Points.
    Points,
}

/// `GET /v1/insights`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct InsightList {
    /// All that can be asked for.
    pub insights: Vec<Definition>,
}

/// What an insight says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Definition {
    /// Its name in the path.
    pub name: InsightName,
    /// What is divided by what, and what is left out.
    pub definition: String,
    /// What the figure's whole numbers mean; absent where there is no single figure.
    #[serde(default)]
    pub unit: Option<InsightUnit>,
    /// What `n` counts.
    pub sample: String,
}

/// `GET /v1/insights/{name}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Insight {
    /// Which.
    pub name: InsightName,
    /// First instant of the window.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// What the figure's whole numbers mean; absent where there is no single figure.
    #[serde(default)]
    pub unit: Option<InsightUnit>,
    /// What it says; absent where it would be divided by 0, and where there is no single figure.
    #[serde(default)]
    pub figure: Option<Figure>,
    /// The sample is below 30: shown as "too few".
    pub too_few: bool,
    /// The period before, when it was asked for.
    #[serde(default)]
    pub previous: Option<Previous>,
    /// How much more than in the period before, in the same unit.
    #[serde(default)]
    pub trend: Option<i64>,
    /// For survey scores: what they are made of.
    #[serde(default)]
    pub survey: Option<SurveyFigures>,
    /// For points: what was issued, spent, and is outstanding.
    #[serde(default)]
    pub points: Option<PointsFigures>,
    /// For the tiers: each level, lowest first.
    #[serde(default)]
    pub tiers: Vec<TierShare>,
    /// For the cohorts: oldest first.
    #[serde(default)]
    pub cohorts: Vec<Cohort>,
    /// For the risk of churn: the most urgent members, 100 at most.
    #[serde(default)]
    pub at_risk: Vec<AtRisk>,
    /// For the goals, by id.
    #[serde(default)]
    pub goals: Vec<GoalState>,
    /// For the experiments, in the program's order.
    #[serde(default)]
    pub experiments: Vec<ExperimentResult>,
    /// For survey scores, when `by` was asked: each survey, tier or segment with answers, by its id.
    #[serde(default)]
    pub parts: Vec<ScorePart>,
    /// For the segments: the map, as of the window's end.
    #[serde(default)]
    pub segments: Option<Map>,
    /// For the points' flow: oldest first, together the window.
    #[serde(default)]
    pub points_flow: Vec<PointsPeriod>,
    /// For the tiers' flow: oldest first, together the window.
    #[serde(default)]
    pub tier_flow: Vec<TierPeriod>,
}

/// An indicator in the period before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Previous {
    /// First instant of that period.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// What it said.
    #[serde(default)]
    pub figure: Option<Figure>,
}

/// What a survey score is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SurveyFigures {
    /// The score to one decimal, with its interval.
    #[serde(default)]
    pub score: Option<Score>,
    /// How many gave each score, from the smallest on; for CLI the sum of the three items, 3…18.
    pub counts: Vec<u32>,
    /// CSAT: the mean of the answers.
    #[serde(default)]
    pub mean: Option<f64>,
    /// CES: the share of 5s, 6s and 7s in percent.
    #[serde(default)]
    pub easy: Option<Score>,
    /// CLI: the same as 0…100.
    #[serde(default)]
    pub index: Option<Score>,
    /// How the surveys went over. Nobody knows who could have been shown one, so there is no reach.
    pub rates: Rates,
}

/// What became of points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct PointsFigures {
    /// Issued in the window, net of what was taken back.
    pub issued: Points,
    /// Spent in the window, net of what came back.
    pub spent: Points,
    /// Ended unspent in the window.
    pub expired: Points,
    /// What members could spend at the window's end.
    pub available: Points,
    /// What was not active yet at the window's end.
    pub pending: Points,
    /// What available and pending points are worth, in minor units, by today's program; absent where it gives points
    /// no worth.
    #[serde(default)]
    pub worth: Option<Money>,
}

/// The members of a tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct TierShare {
    /// The tier's id.
    pub tier: String,
    /// How many members hold it.
    pub members: u32,
    /// Their share of all members.
    #[serde(default)]
    pub share: Option<Figure>,
}

/// A member who may be about to leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct AtRisk {
    /// The shop's id.
    pub member: String,
    /// How late they are, and by whose usual gap.
    pub risk: Risk,
}

/// `PUT /v1/goals/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GoalInput {
    /// What is to change.
    pub indicator: Indicator,
    /// Where it stands, in the indicator's unit.
    pub from: i64,
    /// Where it is to be.
    pub to: i64,
    /// First instant.
    pub starts_at: Timestamp,
    /// When it is due.
    pub ends_at: Timestamp,
}

/// Answer to a goal that was set: `{"goal": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct GoalReply {
    /// The goal.
    pub goal: Goal,
}

/// How far a goal is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct GoalState {
    /// The goal.
    pub goal: Goal,
    /// The indicator in the window that was asked for.
    #[serde(default)]
    pub value: Option<i64>,
    /// How far it is; absent where the indicator says nothing.
    #[serde(default)]
    pub progress: Option<Progress>,
}

/// What came of an experiment in the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ExperimentResult {
    /// The experiment's id.
    pub experiment: String,
    /// Its arms, in the program's order; the first is what the others are compared with.
    pub arms: Vec<ArmResult>,
}

/// What came of an arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ArmResult {
    /// The arm's id.
    pub arm: String,
    /// Members in it who had joined by the window's end.
    pub people: u32,
    /// Those of them with a paid order while the experiment ran in the window.
    pub successes: u32,
    /// Successes ÷ people.
    #[serde(default)]
    pub share: Option<Figure>,
    /// How much more often it succeeds than the first arm; absent for the first.
    #[serde(default)]
    pub difference: Option<Difference>,
}
