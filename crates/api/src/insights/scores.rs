//! Survey scores: of the answers that count, grouped by the database.

use crate::club::{Club, word};
use crate::problem::Result;
use contract::insights::{ScorePart, SurveyFigures};
use rules::insights::{Figure, Window};
use rules::program::SurveyKind;
use rules::scores::{self, Funnel, Score};
use std::collections::BTreeMap;

/// What survey scores are asked by, beside their window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Each survey of the kind.
    Survey,
    /// The members of each tier.
    Tier,
    /// The members of each segment.
    Segment,
}

/// The score of all surveys of a kind, or of one of them, and what it is made of. A response belongs to the window in
/// which it was begun.
pub(super) async fn of(
    club: &mut Club,
    kind: SurveyKind,
    survey: Option<&str>,
    window: Window,
) -> Result<(Option<Figure>, SurveyFigures)> {
    let counts = counts(club, kind, survey, window).await?;
    let rates = scores::rates(&funnel(club, kind, survey, window).await?);
    let told = told(kind, &counts);
    let figures = SurveyFigures {
        score: told.score,
        counts,
        mean: told.mean,
        easy: told.easy,
        index: told.index,
        rates,
    };
    Ok((told.figure, figures))
}

/// The score alone.
pub(super) async fn figure(
    club: &mut Club,
    kind: SurveyKind,
    survey: Option<&str>,
    window: Window,
) -> Result<Option<Figure>> {
    let counts = counts(club, kind, survey, window).await?;
    Ok(told(kind, &counts).figure)
}

/// How many gave each score.
async fn counts(
    club: &mut Club,
    kind: SurveyKind,
    survey: Option<&str>,
    window: Window,
) -> Result<Vec<u32>> {
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
        add(kind, &mut counts, &scores, times)?;
    }
    Ok(counts)
}

fn add(kind: SurveyKind, counts: &mut [u32], scores: &str, times: i64) -> Result<()> {
    let scores: Vec<u8> = serde_json::from_str(scores)?;
    let one = scores::tally(kind, [scores.as_slice()]);
    for (sum, one) in counts.iter_mut().zip(one) {
        *sum = sum.saturating_add(one.saturating_mul(held(times)));
    }
    Ok(())
}

/// The score of each survey, tier or segment that has an answer. Who is in several segments counts in each; who is in
/// none, or was erased, counts in none.
pub(super) async fn parts(
    club: &mut Club,
    kind: SurveyKind,
    survey: Option<&str>,
    window: Window,
    by: By,
) -> Result<Vec<ScorePart>> {
    let rows = club.query(match by {
        By::Survey => BY_SURVEY,
        By::Tier => BY_TIER,
        By::Segment => BY_SEGMENT,
    });
    let rows: Vec<(Option<String>, String, i64)> = rows
        .bind(word(kind))
        .bind(window.from.0)
        .bind(window.to.0)
        .bind(survey)
        .fetch_all(&mut club.tx)
        .await?;
    // Tiers from the lowest up, surveys as the program lists them; what it has no more comes last.
    let published = club.published();
    let program = &published.program;
    let order: Vec<&str> = match by {
        By::Survey => program.surveys.iter().map(|one| one.id.as_str()).collect(),
        By::Tier => {
            let levels = program.tiers.iter().flat_map(|ladder| &ladder.levels);
            levels.map(|level| level.id.as_str()).collect()
        }
        By::Segment => rules::segments::known().collect(),
    };
    let mut parts: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (group, scores, times) in rows {
        let group = group.unwrap_or_default();
        let ids: Vec<String> = match by {
            By::Segment => serde_json::from_str(&group)?,
            By::Survey => vec![group],
            // Who has no tier of the program's yet is on the lowest.
            By::Tier => {
                let known = order.iter().find(|id| **id == group);
                let held = known.or(order.first());
                held.map(|id| (*id).to_owned()).into_iter().collect()
            }
        };
        for id in ids {
            let counts = parts.entry(id).or_insert_with(|| scores::tally(kind, []));
            add(kind, counts, &scores, times)?;
        }
    }
    let part = |(id, counts): (String, Vec<u32>)| {
        let told = told(kind, &counts);
        ScorePart {
            id,
            figure: told.figure,
            too_few: told.figure.is_some_and(|figure| figure.too_few()),
            score: told.score,
            counts,
        }
    };
    let mut parts: Vec<ScorePart> = parts.into_iter().map(part).collect();
    let place = |id: &str| order.iter().position(|known| *known == id);
    parts.sort_by_key(|part| place(&part.id).unwrap_or(usize::MAX));
    Ok(parts)
}

const BY_SURVEY: &str = "SELECT survey, scores, COUNT(*) FROM responses
    WHERE tenant = $1 AND kind = $2 AND verified = 1 AND created_at >= $3 AND created_at < $4
        AND (CAST($5 AS TEXT) IS NULL OR survey = $5)
    GROUP BY survey, scores";
const BY_TIER: &str = "SELECT m.tier, r.scores, COUNT(*) FROM responses r
    JOIN members m ON m.tenant = r.tenant AND m.member = r.member AND m.erased_at IS NULL
    WHERE r.tenant = $1 AND r.kind = $2 AND r.verified = 1 AND r.created_at >= $3 AND r.created_at < $4
        AND (CAST($5 AS TEXT) IS NULL OR r.survey = $5)
    GROUP BY m.tier, r.scores";
const BY_SEGMENT: &str = "SELECT m.segments, r.scores, COUNT(*) FROM responses r
    JOIN members m ON m.tenant = r.tenant AND m.member = r.member AND m.erased_at IS NULL
    WHERE r.tenant = $1 AND r.kind = $2 AND r.verified = 1 AND r.created_at >= $3 AND r.created_at < $4
        AND (CAST($5 AS TEXT) IS NULL OR r.survey = $5)
    GROUP BY m.segments, r.scores";

/// What counts say.
#[derive(Default)]
struct Told {
    figure: Option<Figure>,
    score: Option<Score>,
    mean: Option<f64>,
    easy: Option<Score>,
    index: Option<Score>,
}

fn told(kind: SurveyKind, counts: &[u32]) -> Told {
    match kind {
        SurveyKind::Nps => {
            let score = scores::nps_of(counts);
            Told {
                figure: score.map(Figure::of_percent),
                score,
                ..Told::default()
            }
        }
        SurveyKind::Csat => {
            let all = scores::satisfaction(counts);
            let score = all.map(|all| all.score);
            Told {
                figure: score.map(Figure::of_percent),
                score,
                mean: all.map(|all| all.mean),
                ..Told::default()
            }
        }
        SurveyKind::Ces => {
            let effort = scores::ces(counts);
            let score = effort.map(|all| all.mean);
            Told {
                figure: score.map(Figure::of_mean),
                score,
                easy: effort.map(|all| all.easy),
                ..Told::default()
            }
        }
        SurveyKind::Cli => {
            let loyalty = scores::cli(counts);
            let score = loyalty.map(|all| all.score);
            Told {
                figure: score.map(Figure::of_mean),
                score,
                index: loyalty.map(|all| all.index),
                ..Told::default()
            }
        }
    }
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
