//! Indicators period by period, for charts: one, or all of them with the window that is looked at.

use super::pages::{self, Span};
use super::{Question, kind, points, scores, unit};
use crate::club::Club;
use crate::problem::{Error, Result};
use contract::insights::{
    IndicatorReading, Indicators, InsightName, InsightUnit, Series, SeriesPoint,
};
use rules::insights::{Counts, Figure, Indicator, Reading, Step, Window, latest};

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
    let Some(unit) = followed(name) else {
        return Err(Error::invalid(
            "/name",
            "no_series",
            "This insight is no indicator that can be followed over time.",
        ));
    };
    let periods = Periods::of(club, asked, step, count);
    let figures = figures(club, name, asked, &periods.windows).await?;
    Ok(Series {
        name,
        unit,
        step,
        points: periods.points(&figures),
    })
}

/// The unit of an insight that can be followed over time.
fn followed(name: InsightName) -> Option<InsightUnit> {
    let known = name.indicator().is_some() || name == InsightName::RedemptionRate;
    unit(name).filter(|_| known)
}

/// The last periods up to the end of a question's window.
struct Periods {
    windows: Vec<Window>,
    /// Which of them are not over.
    running: Vec<bool>,
}

impl Periods {
    fn of(club: &Club, asked: &Question, step: Step, count: u32) -> Self {
        let (calendar, zone) = (club.program().calendar, club.zone());
        let count = count.clamp(1, PERIODS_MAX) as usize;
        let windows = latest(calendar, zone, asked.window.to, step, count);
        let running = |window: &Window| window.to < step.around(calendar, zone, window.from).to;
        Self {
            running: windows.iter().map(running).collect(),
            windows,
        }
    }

    fn points(&self, figures: &[Option<Figure>]) -> Vec<SeriesPoint> {
        let all = self.windows.iter().zip(&self.running).zip(figures);
        all.map(|((window, running), figure)| SeriesPoint {
            from: window.from,
            to: window.to,
            running: *running,
            figure: *figure,
            too_few: figure.is_some_and(|figure| figure.too_few()),
        })
        .collect()
    }
}

/// What readings of indicators are taken from. The two have nothing in common but the windows, so they can be read
/// at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What was bought, and who acted: read once for all its indicators.
    Purchases,
    /// Answers to surveys, and the ledger.
    Rest,
}

impl Source {
    fn of(name: InsightName) -> Self {
        let counted = |one: &Indicator| Indicator::COUNTED.contains(one);
        match name.indicator().filter(counted) {
            Some(_) => Self::Purchases,
            None => Self::Rest,
        }
    }
}

/// The indicators of a source, of the window, of the period before, and of the last so many periods up to the window's
/// end.
///
/// # Errors
/// When the database fails.
pub async fn indicators(
    club: &mut Club,
    asked: &Question,
    step: Step,
    count: u32,
    source: Source,
) -> Result<Indicators> {
    let periods = Periods::of(club, asked, step, count);
    let span = Span::of(club, asked.window);
    let mut windows = vec![span.window, span.before];
    windows.extend(&periods.windows);
    let counts = match source {
        Source::Purchases => {
            let spans = windows.iter().map(|window| Span::of(club, *window));
            let spans: Vec<Span> = spans.collect();
            pages::count(club, &spans, true).await?
        }
        Source::Rest => Vec::new(),
    };
    let mut readings = Vec::new();
    for name in InsightName::ALL {
        let Some(unit) = followed(name).filter(|_| Source::of(name) == source) else {
            continue;
        };
        let indicator = name.indicator().unwrap_or(Indicator::Retention);
        let figures = match source {
            Source::Purchases => {
                let all = counts.iter().zip(&windows);
                all.map(|(counts, window)| counts.figure(indicator, &asked.terms(*window)))
                    .collect()
            }
            Source::Rest => figures(club, name, asked, &windows).await?,
        };
        let [now, then, rest @ ..] = figures.as_slice() else {
            continue;
        };
        readings.push(IndicatorReading {
            name,
            unit,
            figure: *now,
            too_few: now.is_some_and(|figure| figure.too_few()),
            previous: *then,
            trend: Reading::of(indicator, *now, *then).trend,
            points: periods.points(rest),
        });
    }
    Ok(Indicators {
        from: span.window.from,
        to: span.window.to,
        previous_from: span.before.from,
        previous_to: span.before.to,
        step,
        readings,
    })
}

async fn figures(
    club: &mut Club,
    name: InsightName,
    asked: &Question,
    windows: &[Window],
) -> Result<Vec<Option<Figure>>> {
    match name {
        InsightName::Nps | InsightName::Csat | InsightName::Ces | InsightName::Cli => {
            let survey = asked.survey.as_deref();
            let mut figures = Vec::with_capacity(windows.len());
            for window in windows {
                figures.push(scores::figure(club, kind(name), survey, *window).await?);
            }
            Ok(figures)
        }
        InsightName::RedemptionRate => points::rates(club, windows).await,
        _ => {
            let indicator = name.indicator().unwrap_or(Indicator::Retention);
            let spans: Vec<Span> = windows
                .iter()
                .map(|window| Span::of(club, *window))
                .collect();
            let acting = indicator == Indicator::Engagement;
            let counts = pages::count(club, &spans, acting).await?;
            let all = counts.iter().zip(windows);
            let figure = |(counts, window): (&Counts, &Window)| {
                counts.figure(indicator, &asked.terms(*window))
            };
            Ok(all.map(figure).collect())
        }
    }
}
