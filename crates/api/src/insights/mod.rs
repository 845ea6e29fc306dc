//! How the club is doing, in figures.
//!
//! The formulas are in [`rules::insights`], [`rules::scores`], [`rules::churn`] and [`rules::experiments`]; this module
//! brings them what they count. What members bought is read in pages, a row for each member, and each page's counts are
//! added up; where an answer is about places among all members, a few figures of each are held. All of an answer is
//! read from one picture of the database.

mod definitions;
mod flows;
mod map;
mod members;
mod pages;
mod points;
pub mod risk;
mod scores;
mod series;
mod window;

pub use definitions::definitions;
pub use scores::By;
pub use series::{PERIODS_MAX, Source, indicators, series};
pub use window::{Ask, window};

use crate::club::Club;
use crate::goals;
use crate::problem::Result;
use contract::insights::{GoalState, Insight, InsightName, InsightUnit, Previous};
use pages::Span;
use rules::insights::{Counts, Figure, Indicator, Reading, Terms, Unit, Window};
use rules::program::SurveyKind;

/// What of an indicator is asked, beside its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The window.
    pub window: Window,
    /// The period before too.
    pub compare: bool,
    /// What remains of the revenue in a lifetime value, in basis points.
    pub margin: rules::Bp,
    /// The longest lifespan in a lifetime value, in years.
    pub years_max: u8,
    /// One survey alone, for survey scores.
    pub survey: Option<String>,
    /// What survey scores are parted by.
    pub by: Option<By>,
    /// The window in pieces, for flows.
    pub pieces: Vec<Window>,
}

impl Question {
    fn terms(&self, window: Window) -> Terms {
        Terms {
            window,
            margin: self.margin,
            years_max: self.years_max,
        }
    }
}

/// Answers a question about the club.
///
/// # Errors
/// When the database fails.
pub async fn read(club: &mut Club, name: InsightName, asked: &Question) -> Result<Insight> {
    let window = asked.window;
    let before = window.before(club.program().calendar, club.zone());
    let mut insight = empty(name, window);
    let (now, then) = match name {
        InsightName::TierDistribution => {
            insight.tiers = members::tiers(club).await?;
            (None, None)
        }
        InsightName::Cohorts => {
            insight.cohorts = members::cohorts(club, window).await?;
            (None, None)
        }
        InsightName::Experiments => {
            insight.experiments = members::experiments(club, window).await?;
            (None, None)
        }
        InsightName::Segments => {
            insight.segments = Some(map::at(club, window.to).await?);
            (None, None)
        }
        InsightName::PointsFlow => {
            insight.points_flow = flows::points(club, &asked.pieces).await?;
            (None, None)
        }
        InsightName::TierFlow => {
            insight.tier_flow = flows::tiers(club, &asked.pieces).await?;
            (None, None)
        }
        InsightName::Goals => {
            insight.goals = of_goals(club, asked).await?;
            (None, None)
        }
        InsightName::ChurnRisk => {
            let risks = risk::all(club, window.to).await?;
            insight.at_risk = risk::named(club, &risks.from(0, risk::NAMED)).await?;
            let then = if asked.compare {
                risk::all(club, window.from).await?.figure()
            } else {
                None
            };
            (risks.figure(), then)
        }
        InsightName::PointsLiability | InsightName::RedemptionRate => {
            let (figures, sample) = points::figures(club, name, window).await?;
            insight.points = Some(figures);
            let then = if asked.compare {
                let (figures, sample) = points::figures(club, name, before).await?;
                points::figure(name, &figures, sample)
            } else {
                None
            };
            (points::figure(name, &figures, sample), then)
        }
        InsightName::Nps | InsightName::Csat | InsightName::Ces | InsightName::Cli => {
            let kind = kind(name);
            let survey = asked.survey.as_deref();
            let (figure, figures) = scores::of(club, kind, survey, window).await?;
            insight.survey = Some(figures);
            if let Some(by) = asked.by {
                insight.parts = scores::parts(club, kind, survey, window, by).await?;
            }
            let then = if asked.compare {
                scores::figure(club, kind, survey, before).await?
            } else {
                None
            };
            (figure, then)
        }
        InsightName::Retention
        | InsightName::Churn
        | InsightName::RepeatRate
        | InsightName::UpsellRatio
        | InsightName::Frequency
        | InsightName::YearlyFrequency
        | InsightName::AverageOrder
        | InsightName::LifetimeValue
        | InsightName::Engagement => {
            let indicator = name.indicator().unwrap_or(Indicator::Retention);
            let mut spans = vec![Span::of(club, window)];
            spans.extend(asked.compare.then(|| Span::of(club, before)));
            let counts = pages::count(club, &spans, indicator == Indicator::Engagement).await?;
            let figure = |place: usize, window| {
                let counts = counts.get(place)?;
                counts.figure(indicator, &asked.terms(window))
            };
            (figure(0, window), figure(1, before))
        }
    };
    insight.figure = now;
    insight.too_few = now.is_some_and(|figure| figure.too_few());
    if asked.compare && unit(name).is_some() {
        let indicator = name.indicator().unwrap_or(Indicator::Retention);
        insight.trend = Reading::of(indicator, now, then).trend;
        insight.previous = Some(Previous {
            from: before.from,
            to: before.to,
            figure: then,
        });
    }
    Ok(insight)
}

fn empty(name: InsightName, window: Window) -> Insight {
    Insight {
        name,
        from: window.from,
        to: window.to,
        unit: unit(name),
        figure: None,
        too_few: false,
        previous: None,
        trend: None,
        survey: None,
        points: None,
        tiers: Vec::new(),
        cohorts: Vec::new(),
        at_risk: Vec::new(),
        goals: Vec::new(),
        experiments: Vec::new(),
        parts: Vec::new(),
        segments: None,
        points_flow: Vec::new(),
        tier_flow: Vec::new(),
    }
}

const fn kind(name: InsightName) -> SurveyKind {
    match name {
        InsightName::Csat => SurveyKind::Csat,
        InsightName::Ces => SurveyKind::Ces,
        InsightName::Cli => SurveyKind::Cli,
        _ => SurveyKind::Nps,
    }
}

/// What the figure's whole numbers mean; none for what has no single figure.
fn unit(name: InsightName) -> Option<InsightUnit> {
    if let Some(indicator) = name.indicator() {
        return Some(match indicator.unit() {
            Unit::Share => InsightUnit::Share,
            Unit::Times => InsightUnit::Times,
            Unit::Money => InsightUnit::Money,
        });
    }
    match name {
        InsightName::PointsLiability => Some(InsightUnit::Points),
        InsightName::RedemptionRate | InsightName::ChurnRisk => Some(InsightUnit::Share),
        _ => None,
    }
}

/// Every goal, with its indicator in the window that was asked for.
async fn of_goals(club: &mut Club, asked: &Question) -> Result<Vec<GoalState>> {
    let goals = goals::all(club).await?;
    let mut counts: Option<Counts> = None;
    let acts = |goal: &rules::goals::Goal| goal.indicator == Indicator::Engagement;
    let acting = goals.iter().any(acts);
    let mut states = Vec::with_capacity(goals.len());
    for goal in goals {
        let figure = match goal.indicator {
            Indicator::Nps => of_score(club, SurveyKind::Nps, asked).await?,
            Indicator::Csat => of_score(club, SurveyKind::Csat, asked).await?,
            Indicator::Ces => of_score(club, SurveyKind::Ces, asked).await?,
            Indicator::Cli => of_score(club, SurveyKind::Cli, asked).await?,
            counted => {
                let known = match counts {
                    Some(known) => known,
                    None => {
                        let span = Span::of(club, asked.window);
                        let all = pages::count(club, &[span], acting).await?;
                        all.first().copied().unwrap_or_default()
                    }
                };
                counts = Some(known);
                known.figure(counted, &asked.terms(asked.window))
            }
        };
        let value = figure.map(|figure| figure.value);
        let progress = value.map(|value| rules::goals::progress(&goal, value, club.now));
        states.push(GoalState {
            goal,
            value,
            progress,
        });
    }
    Ok(states)
}

async fn of_score(club: &mut Club, kind: SurveyKind, asked: &Question) -> Result<Option<Figure>> {
    let survey = asked.survey.as_deref();
    scores::figure(club, kind, survey, asked.window).await
}
