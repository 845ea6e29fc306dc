//! Answers to surveys, and what prompts did.

use crate::books::{self, About};
use crate::club::Club;
use crate::problem::{Error, Result, fault};
use contract::problem::Fault;
use contract::shopper::{Event, EventKind, StoredResponse, SurveyResponse};
use rules::journal;
use rules::member::Prompted;
use rules::program::{Activity, Scope, Survey};
use rules::surveys::{Reaction, Show, note};
use rules::{Points, Timestamp, earning};

const COMMENT_MAX: usize = 1_000;
/// Events that one request may carry.
pub const EVENTS_MAX: usize = 50;

/// Stores a response; the same id again replaces its answers. Pays once per (survey, scope).
///
/// # Errors
/// 404 for an unknown survey; 422 for a score off its scale, a text too long, or an id that stands for
/// another survey.
pub async fn respond(
    club: &mut Club,
    member: &str,
    response: &SurveyResponse,
) -> Result<StoredResponse> {
    let published = club.published();
    let survey = published
        .program
        .surveys
        .iter()
        .find(|survey| survey.id == response.survey_id)
        .ok_or_else(|| {
            Error::not_found(format!("The program has no survey {}.", response.survey_id))
        })?;
    let faults = faults(survey, response);
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let known: Option<(String, String)> = club.query("SELECT survey, scope FROM responses WHERE tenant = $1 AND member = $2 AND response = $3")
    .bind(member)
    .bind(&response.id)
    .fetch_optional(&mut club.tx)
    .await?;
    if known.is_some_and(|known| known != (response.survey_id.clone(), response.scope.clone())) {
        return Err(Error::invalid(
            "/id",
            "id_taken",
            "This id stands for another survey.",
        ));
    }
    club.query("INSERT INTO responses (tenant, member, response, survey, scope, scores, comment, completed,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         ON CONFLICT (tenant, member, response) DO UPDATE SET scores = excluded.scores,
             comment = COALESCE(excluded.comment, responses.comment),
             completed = CASE WHEN excluded.completed > responses.completed
                 THEN excluded.completed ELSE responses.completed END,
             updated_at = excluded.updated_at")
    .bind(member)
    .bind(&response.id)
    .bind(&response.survey_id)
    .bind(&response.scope)
    .bind(format!("[{}]", response.score))
    .bind(response.comment.clone())
    .bind(response.completed)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    remember(
        club,
        member,
        (&response.survey_id, &response.scope),
        Reaction::Answered,
        club.now,
    )
    .await?;
    pay(club, member, &response.survey_id, &response.scope).await?;
    let points: i64 = club
        .query("SELECT points FROM responses WHERE tenant = $1 AND member = $2 AND response = $3")
        .bind(member)
        .bind(&response.id)
        .fetch_one(&mut club.tx)
        .await?;
    Ok(StoredResponse {
        id: response.id.clone(),
        points: Points(points),
    })
}

fn faults(survey: &Survey, response: &SurveyResponse) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !is_id(&response.id) {
        faults.push(fault(
            "/id",
            "bad_id",
            "An id has 1 to 64 letters, digits, _ or -.",
        ));
    }
    let (low, high) = survey.kind.range();
    if !(low..=high).contains(&response.score) {
        let detail = format!("This survey's scale is {low} to {high}.");
        faults.push(fault("/score", "out_of_range", detail));
    }
    if response
        .comment
        .as_ref()
        .is_some_and(|text| text.chars().count() > COMMENT_MAX)
    {
        faults.push(fault(
            "/comment",
            "too_long",
            "A comment has 1,000 characters at most.",
        ));
    }
    if !is_scope(survey, &response.scope) {
        let detail = "The scope is the order's id for a survey asked per order, else empty.";
        faults.push(fault("/scope", "wrong_scope", detail));
    }
    faults
}

fn is_scope(survey: &Survey, scope: &str) -> bool {
    match survey.scope {
        Scope::PerOrder => !scope.is_empty() && scope.len() <= 128,
        Scope::Once | Scope::Periodic => scope.is_empty(),
    }
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Pays for the first response in (survey, scope), if a rule pays. A scope that names an order must name
/// one that this member has paid: who invents order ids earns nothing.
async fn pay(club: &mut Club, member: &str, survey: &str, scope: &str) -> Result<()> {
    let published = club.published();
    let kind = Activity::Survey(survey.to_owned());
    let Some(rule) = earning::activity(&published.program, &kind) else {
        return Ok(());
    };
    if !scope.is_empty() {
        let paid: Option<String> = club
            .query(
                "SELECT order_id FROM orders WHERE tenant = $1 AND order_id = $2 AND member = $3
             AND paid_at IS NOT NULL AND status <> 'cancelled'",
            )
            .bind(scope)
            .bind(member)
            .fetch_optional(&mut club.tx)
            .await?;
        if paid.is_none() {
            return Ok(());
        }
    }
    let event = journal::Event::Did {
        rule: rule.id.clone(),
        source: Some(scope.to_owned()),
    };
    let mut books = books::Books::open(club, member, About::MEMBER).await?;
    // A cap that is full pays nothing, and is no reason to refuse an answer.
    let Ok(written) = books.apply(club, &event) else {
        return Ok(());
    };
    books.close(club).await?;
    let points = books::Books::given(&written, journal::Why::Activity);
    if points.is_positive() {
        club.query(
            "UPDATE responses SET points = $5 WHERE tenant = $1 AND member = $2 AND response = (
                 SELECT response FROM responses WHERE tenant = $1 AND member = $2 AND survey = $3
                     AND scope = $4 ORDER BY created_at, response LIMIT 1)",
        )
        .bind(member)
        .bind(survey)
        .bind(scope)
        .bind(points.0)
        .execute(&mut club.tx)
        .await?;
    }
    Ok(())
}

/// The thank-you page may be quicker than the report of the order: what was answered about the order
/// before is paid for now.
///
/// # Errors
/// When the database fails.
pub async fn pay_for_order(club: &mut Club, member: &str, order_id: &str) -> Result<()> {
    let surveys: Vec<String> = club.query("SELECT DISTINCT survey FROM responses WHERE tenant = $1 AND member = $2 AND scope = $3")
    .bind(member)
    .bind(order_id)
    .fetch_all(&mut club.tx)
    .await?;
    for survey in surveys {
        pay(club, member, &survey, order_id).await?;
    }
    Ok(())
}

/// Takes a batch of events. One that was told before counts once; one about an unknown survey is passed
/// over. Gives how many were new.
///
/// # Errors
/// 422 for a batch that is too large or an id that is none.
pub async fn events(club: &mut Club, member: &str, events: &[Event]) -> Result<u32> {
    let mut faults = Vec::new();
    if events.len() > EVENTS_MAX {
        faults.push(fault(
            "/events",
            "too_many",
            "A batch has 50 events at most.",
        ));
    }
    for (at, event) in events.iter().enumerate() {
        if !is_id(&event.id) {
            let detail = "An id has 1 to 64 letters, digits, _ or -.";
            faults.push(fault(format!("/events/{at}/id"), "bad_id", detail));
        }
    }
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    let mut new = 0;
    for event in events {
        new += u32::from(take_event(club, member, event).await?);
    }
    Ok(new)
}

async fn take_event(club: &mut Club, member: &str, event: &Event) -> Result<bool> {
    let scope = event.scope.as_deref().unwrap_or_default();
    let prompt = match (event.kind, event.survey_id.as_deref()) {
        (EventKind::PanelOpened, _) => None,
        (EventKind::PromptShown, Some(survey)) => Some((survey, Reaction::Shown)),
        (EventKind::PromptDismissed, Some(survey)) => Some((survey, Reaction::Dismissed)),
        (EventKind::PromptShown | EventKind::PromptDismissed, None) => return Ok(false),
    };
    if let Some((survey, _)) = prompt {
        let known = club
            .program()
            .surveys
            .iter()
            .find(|known| known.id == survey);
        if !known.is_some_and(|known| is_scope(known, scope)) {
            return Ok(false);
        }
    }
    // A browser's clock may run ahead; nothing has happened in the future.
    let at = event.at.min(club.now);
    let stored = club
        .query(
            "INSERT INTO events (tenant, member, event, kind, survey, scope, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, member, event) DO NOTHING",
        )
        .bind(member)
        .bind(&event.id)
        .bind(crate::club::word(event.kind))
        .bind(prompt.map(|(survey, _)| survey.to_owned()))
        .bind(prompt.map(|_| scope.to_owned()))
        .bind(at.0)
        .execute(&mut club.tx)
        .await?;
    if stored == 0 {
        return Ok(false);
    }
    if let Some((survey, reaction)) = prompt {
        remember(club, member, (survey, scope), reaction, at).await?;
    }
    Ok(true)
}

/// Notes in the member's history what a prompt did; the later instant wins.
async fn remember(
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
