//! An indicator period by period, for a chart.

use super::pages::{self, Span};
use super::{Question, kind, points, scores, unit};
use crate::club::Club;
use crate::problem::{Error, Result};
use contract::insights::{InsightName, Series, SeriesPoint};
use rules::insights::{Figure, Indicator, Step, Window, latest};

/// Periods of a series at most.
pub const PERIODS_MAX: u32 = 36;

/// The last so many periods up to the end of the question's window; what was bought is read once for all of them.
///
/// # Errors
/// 422 for an insight that has no single figure of a window.
pub async fn series(
    club: &mut Club,
    name: InsightName,
    asked: &Question,
    step: Step,
    count: u32,
) -> Result<Series> {
    let known = name.indicator().is_some() || name == InsightName::RedemptionRate;
    let Some(unit) = unit(name).filter(|_| known) else {
        return Err(Error::invalid(
            "/name",
            "no_series",
            "This insight is no indicator that can be followed over time.",
        ));
    };
    let to = asked.window.to;
    let (calendar, zone) = (club.program().calendar, club.zone().clone());
    let count = count.clamp(1, PERIODS_MAX) as usize;
    let windows = latest(calendar, &zone, to, step, count);
    let figures = figures(club, name, asked, &windows).await?;
    let point = |(window, figure): (&Window, Option<Figure>)| SeriesPoint {
        from: window.from,
        to: window.to,
        running: window.to < step.around(calendar, &zone, window.from).to,
        figure,
        too_few: figure.is_some_and(|figure| figure.too_few()),
    };
    Ok(Series {
        name,
        unit,
        step,
        points: windows.iter().zip(figures).map(point).collect(),
    })
}

async fn figures(
    club: &mut Club,
    name: InsightName,
    asked: &Question,
    windows: &[Window],
) -> Result<Vec<Option<Figure>>> {
    let mut figures = Vec::with_capacity(windows.len());
    match name {
        InsightName::Nps | InsightName::Csat | InsightName::Ces | InsightName::Cli => {
            for window in windows {
                let survey = asked.survey.as_deref();
                figures.push(scores::figure(club, kind(name), survey, *window).await?);
            }
        }
        InsightName::RedemptionRate => {
            for window in windows {
                figures.push(points::rate(club, *window).await?);
            }
        }
        _ => {
            let indicator = name.indicator().unwrap_or(Indicator::Retention);
            let spans: Vec<Span> = windows
                .iter()
                .map(|window| Span::of(club, *window))
                .collect();
            let acting = indicator == Indicator::Engagement;
            let counts = pages::count(club, &spans, acting).await?;
            let all = counts.iter().zip(windows);
            figures.extend(
                all.map(|(counts, window)| counts.figure(indicator, &asked.terms(*window))),
            );
        }
    }
    Ok(figures)
}
