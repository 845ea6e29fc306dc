//! Survey scores: of the answers that count, grouped by the database.

use crate::club::{Club, word};
use crate::problem::Result;
use contract::insights::SurveyFigures;
use rules::insights::{Figure, Window};
use rules::program::SurveyKind;
use rules::scores::{self, Funnel};

/// The score of all surveys of a kind, or of one of them, and what it is made of. A response belongs to the window in
/// which it was begun.
pub(super) async fn of(
    club: &mut Club,
    kind: SurveyKind,
    survey: Option<&str>,
    window: Window,
) -> Result<(Option<Figure>, SurveyFigures)> {
    let groups: Vec<(String, i64)> = club
        .query(
            "SELECT scores, COUNT(*) FROM responses
             WHERE tenant = $1 AND kind = $2 AND verified = 1 AND created_at >= $3 AND created_at < $4
                 AND (CAST($5 AS TEXT) IS NULL OR survey = $5)
             GROUP BY scores",
        )
        .bind(word(kind))
        .bind(window.from.0)
        .bind(window.to.0)
        .bind(survey)
        .fetch_all(&mut club.tx)
        .await?;
    let mut counts = scores::tally(kind, []);
    for (scores, times) in groups {
        let scores: Vec<u8> = serde_json::from_str(&scores)?;
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        let one = scores::tally(kind, [scores.as_slice()]);
        for (sum, one) in counts.iter_mut().zip(one) {
            *sum = sum.saturating_add(one.saturating_mul(times));
        }
    }
    let rates = scores::rates(&funnel(club, kind, survey, window).await?);
    let mut figures = SurveyFigures {
        score: None,
        counts,
        mean: None,
        easy: None,
        index: None,
        rates,
    };
    let counts = &figures.counts;
    let figure = match kind {
        SurveyKind::Nps => {
            figures.score = scores::nps_of(counts);
            figures.score.map(Figure::of_percent)
        }
        SurveyKind::Csat => {
            let satisfaction = scores::satisfaction(counts);
            figures.score = satisfaction.map(|all| all.score);
            figures.mean = satisfaction.map(|all| all.mean);
            figures.score.map(Figure::of_percent)
        }
        SurveyKind::Ces => {
            let effort = scores::ces(counts);
            figures.score = effort.map(|all| all.mean);
            figures.easy = effort.map(|all| all.easy);
            figures.score.map(Figure::of_mean)
        }
        SurveyKind::Cli => {
            let loyalty = scores::cli(counts);
            figures.score = loyalty.map(|all| all.score);
            figures.index = loyalty.map(|all| all.index);
            figures.score.map(Figure::of_mean)
        }
    };
    Ok((figure, figures))
}

/// What became of the prompts. How many could have been shown nobody knows.
async fn funnel(
    club: &mut Club,
    kind: SurveyKind,
    survey: Option<&str>,
    window: Window,
) -> Result<Funnel> {
    let (started, completed): (i64, i64) = club
        .query(
            "SELECT COUNT(*), CAST(COALESCE(SUM(completed), 0) AS BIGINT) FROM responses
             WHERE tenant = $1 AND kind = $2 AND verified = 1 AND created_at >= $3 AND created_at < $4
                 AND (CAST($5 AS TEXT) IS NULL OR survey = $5)",
        )
        .bind(word(kind))
        .bind(window.from.0)
        .bind(window.to.0)
        .bind(survey)
        .fetch_one(&mut club.tx)
        .await?;
    let mut funnel = Funnel {
        started: held(started),
        completed: held(completed),
        ..Funnel::default()
    };
    let of_kind: Vec<String> = club
        .program()
        .surveys
        .iter()
        .filter(|known| known.kind == kind && survey.is_none_or(|id| known.id == id))
        .map(|known| known.id.clone())
        .collect();
    for id in of_kind {
        let (shown, unique, dismissed): (i64, i64, i64) = club
            .query(
                "SELECT COUNT(CASE WHEN kind = 'prompt_shown' THEN 1 END),
                     COUNT(DISTINCT CASE WHEN kind = 'prompt_shown' THEN member || ' ' || scope END),
                     COUNT(CASE WHEN kind = 'prompt_dismissed' THEN 1 END)
                 FROM events WHERE tenant = $1 AND survey = $2 AND at >= $3 AND at < $4",
            )
            .bind(id)
            .bind(window.from.0)
            .bind(window.to.0)
            .fetch_one(&mut club.tx)
            .await?;
        funnel.shown = funnel.shown.saturating_add(held(shown));
        funnel.unique_shown = funnel.unique_shown.saturating_add(held(unique));
        funnel.dismissed = funnel.dismissed.saturating_add(held(dismissed));
    }
    Ok(funnel)
}

fn held(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
