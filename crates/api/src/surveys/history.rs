//! What a member was asked, and what became of it.

use crate::club::Club;
use crate::problem::Result;
use rules::Timestamp;
use rules::member::Prompted;
use rules::surveys::{Reaction, Show, note};

/// Notes in the member's history what a prompt did; the later instant wins.
pub(super) async fn remember(
    club: &mut Club,
    member: &str,
    (survey, scope): (&str, &str),
    reaction: Reaction,
    at: Timestamp,
) -> Result<()> {
    let known: Option<PromptRow> = club
        .query(
            "SELECT survey, scope, displays, shown_at, answered_at, dismissed_at FROM prompts
         WHERE tenant = $1 AND member = $2 AND survey = $3 AND scope = $4",
        )
        .bind(member)
        .bind(survey)
        .bind(scope)
        .fetch_optional(&mut club.tx)
        .await?;
    let known = known.map(prompted);
    let mut history: Vec<_> = known.clone().into_iter().collect();
    let show = Show {
        survey: survey.to_owned(),
        scope: scope.to_owned(),
    };
    note(&mut history, &show, reaction, at);
    let Some(mut next) = history.into_iter().next() else {
        return Ok(());
    };
    let before = known.unwrap_or_default();
    // News that comes late: what was shown before the last reaction has been reacted to.
    if reaction == Reaction::Shown && Some(at) < before.shown_at {
        let since = Some(at) > before.answered_at.max(before.dismissed_at);
        next.displays = before.displays.saturating_add(u32::from(since));
    }
    club.query(
        "INSERT INTO prompts (tenant, member, survey, scope, displays, shown_at, answered_at,
             dismissed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant, member, survey, scope) DO UPDATE SET displays = excluded.displays,
             shown_at = excluded.shown_at, answered_at = excluded.answered_at,
             dismissed_at = excluded.dismissed_at",
    )
    .bind(member)
    .bind(survey)
    .bind(scope)
    .bind(i64::from(next.displays))
    .bind(next.shown_at.max(before.shown_at).map(|at| at.0))
    .bind(next.answered_at.max(before.answered_at).map(|at| at.0))
    .bind(next.dismissed_at.max(before.dismissed_at).map(|at| at.0))
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

type PromptRow = (String, String, i64, Option<i64>, Option<i64>, Option<i64>);

fn prompted((survey, scope, displays, shown_at, answered_at, dismissed_at): PromptRow) -> Prompted {
    Prompted {
        survey,
        scope,
        displays: u32::try_from(displays).unwrap_or(u32::MAX),
        shown_at: shown_at.map(Timestamp),
        answered_at: answered_at.map(Timestamp),
        dismissed_at: dismissed_at.map(Timestamp),
    }
}

/// What the member was asked, as the rules read it.
///
/// # Errors
/// When the database fails.
pub async fn history(club: &mut Club, member: &str) -> Result<Vec<Prompted>> {
    let rows: Vec<PromptRow> = club
        .query(
            "SELECT survey, scope, displays, shown_at, answered_at, dismissed_at FROM prompts
         WHERE tenant = $1 AND member = $2 ORDER BY survey, scope",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    Ok(rows.into_iter().map(prompted).collect())
}
