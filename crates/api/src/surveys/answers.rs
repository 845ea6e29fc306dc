//! Answers to surveys: stored as they grow, counted and paid for once on each occasion.

use super::history::remember;
use super::prompts::{self, Unverified};
use super::{find, is_id, is_own_paid_order, is_scope, is_text};
use crate::books::{self, About};
use crate::club::{Club, word};
use crate::outbox;
use crate::problem::{Error, Result, fault};
use contract::problem::Fault;
use contract::shopper::{StoredResponse, SurveyResponse};
use rules::journal;
use rules::program::{Activity, Scope, Survey};
use rules::surveys::{self, Reaction, ScoreFault};
use rules::{Points, earning};
use serde_json::json;

const COMMENT_MAX: usize = 1_000;

/// Stores a response; the same id again replaces its answers. The first response on an occasion counts and is paid
/// for; see [`super`] for which may be one.
///
/// # Errors
/// 404 for an unknown survey; 422 for scores that are off their scale, a text too long, an id that stands for another
/// survey, or a prompt that is not for this; 409 for a prompt that is answered by another response, or has ended.
pub async fn respond(
    club: &mut Club,
    member: &str,
    response: &SurveyResponse,
) -> Result<StoredResponse> {
    let survey = find(club, &response.survey_id)?.clone();
    let scores = scores(response);
    let faults = faults(&survey, response, &scores);
    if !faults.is_empty() {
        return Err(Error::validation(faults));
    }
    lock(club, member).await?;
    let known: Option<(String, String, bool, bool)> = club
        .query(
            "SELECT survey, scope, verified, completed FROM responses
             WHERE tenant = $1 AND member = $2 AND response = $3",
        )
        .bind(member)
        .bind(&response.id)
        .fetch_optional(&mut club.tx)
        .await?;
    let (mut counted, mut was_completed) = (false, false);
    if let Some((survey, scope, verified, completed)) = known {
        if survey != response.survey_id || scope != response.scope {
            let detail = "This id stands for another survey.";
            return Err(Error::invalid("/id", "id_taken", detail));
        }
        (counted, was_completed) = (verified, completed);
    }
    if !counted {
        counted = counts(club, member, &survey, response).await?;
    }
    store(club, member, &survey, response, &scores, counted).await?;
    let occasion = (response.survey_id.as_str(), response.scope.as_str());
    remember(club, member, occasion, Reaction::Answered, club.now).await?;
    if counted {
        pay(club, member, &response.survey_id, &response.scope).await?;
    }
    if response.completed && !was_completed {
        tell(club, member, &survey, response, &scores, counted).await?;
    }
    let points: i64 = club
        .query("SELECT points FROM responses WHERE tenant = $1 AND member = $2 AND response = $3")
        .bind(member)
        .bind(&response.id)
        .fetch_one(&mut club.tx)
        .await?;
    Ok(StoredResponse {
        id: response.id.clone(),
        points: Points(points),
        counted,
    })
}

/// Two answers of one member wait for each other here, before either takes a prompt: whoever reports an order holds the
/// member first as well.
async fn lock(club: &mut Club, member: &str) -> Result<()> {
    club.query("UPDATE members SET revision = revision + 1 WHERE tenant = $1 AND member = $2")
        .bind(member)
        .execute(&mut club.tx)
        .await?;
    Ok(())
}

/// Whether a response that has not counted so far counts from now on; the occasion is then used up.
async fn counts(
    club: &mut Club,
    member: &str,
    survey: &Survey,
    response: &SurveyResponse,
) -> Result<bool> {
    let occasion = (survey.id.as_str(), response.scope.as_str());
    let Some(id) = &response.prompt else {
        let own = survey.scope == Scope::PerOrder
            && is_own_paid_order(club, member, &response.scope).await?;
        return Ok(own && prompts::take(club, member, occasion, 0).await?);
    };
    let said = match Unverified::read(id) {
        Some(unverified) => unverified.verify(club).await?,
        None => None,
    };
    let meant = said.filter(|said| {
        said.member == member && said.survey == survey.id && said.scope == response.scope
    });
    let said = meant.ok_or_else(|| {
        Error::invalid(
            "/prompt",
            "wrong_prompt",
            "This prompt is not of this member, survey and scope. Read the member's prompts again.",
        )
    })?;
    if said.ends_at.is_some_and(|at| at <= club.now) {
        return Err(prompts::ended());
    }
    if !prompts::take(club, member, occasion, said.round).await? {
        return Err(prompts::used());
    }
    Ok(true)
}

async fn store(
    club: &mut Club,
    member: &str,
    survey: &Survey,
    response: &SurveyResponse,
    scores: &[u8],
    counted: bool,
) -> Result<()> {
    club.query(
        "INSERT INTO responses (tenant, member, response, survey, kind, scope, scores, comment, completed, verified,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
         ON CONFLICT (tenant, member, response) DO UPDATE SET scores = excluded.scores,
             comment = COALESCE(excluded.comment, responses.comment),
             completed = CASE WHEN excluded.completed > responses.completed
                 THEN excluded.completed ELSE responses.completed END,
             verified = excluded.verified, updated_at = excluded.updated_at",
    )
    .bind(member)
    .bind(&response.id)
    .bind(&survey.id)
    .bind(word(survey.kind))
    .bind(&response.scope)
    .bind(serde_json::to_string(scores)?)
    .bind(response.comment.clone())
    .bind(response.completed)
    .bind(counted)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

async fn tell(
    club: &mut Club,
    member: &str,
    survey: &Survey,
    response: &SurveyResponse,
    scores: &[u8],
    counted: bool,
) -> Result<()> {
    let external: Option<String> = club
        .query("SELECT external_id FROM members WHERE tenant = $1 AND member = $2")
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    let data = json!({
        "member_id": member, "external_id": external, "response_id": response.id, "survey_id": survey.id, "kind": survey.kind,
        "scope": response.scope, "scores": scores, "counted": counted,
    });
    outbox::tell(club, "survey.answered", data).await?;
    let detail = json!({ "survey": survey.id, "scope": response.scope, "member": member });
    club.audit("survey.answered", &response.id, detail).await
}

/// The scores, in whichever of the two ways they were said.
fn scores(response: &SurveyResponse) -> Vec<u8> {
    match response.score {
        Some(score) => vec![score],
        None => response.scores.clone(),
    }
}

fn faults(survey: &Survey, response: &SurveyResponse, scores: &[u8]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !is_id(&response.id) {
        let detail = "An id has 1 to 64 letters, digits, _ or -.";
        faults.push(fault("/id", "bad_id", detail));
    }
    if response.score.is_some() && !response.scores.is_empty() {
        let detail = "Send either score or scores.";
        faults.push(fault("/scores", "ambiguous", detail));
    }
    let wrong = if response.completed {
        surveys::fault(survey.kind, scores)
    } else {
        surveys::fault_so_far(survey.kind, scores)
    };
    faults.extend(wrong.map(|wrong| score_fault(wrong, response.score.is_some())));
    if let Some(text) = &response.comment {
        if text.chars().count() > COMMENT_MAX {
            let detail = "A comment has 1,000 characters at most.";
            faults.push(fault("/comment", "too_long", detail));
        }
        if !is_text(text) {
            let detail = "A comment has no control characters but those of lines.";
            faults.push(fault("/comment", "bad_text", detail));
        }
    }
    if !is_scope(survey, &response.scope) {
        let detail = "The scope is the order's id for a survey asked per order, else empty.";
        faults.push(fault("/scope", "wrong_scope", detail));
    }
    faults
}

fn score_fault(wrong: ScoreFault, single: bool) -> Fault {
    match wrong {
        ScoreFault::WrongCount { items } => {
            let place = if single || items == 1 {
                "/score"
            } else {
                "/scores"
            };
            let detail = format!("This survey has {items} scores; once completed, all are there.");
            fault(place, "wrong_count", detail)
        }
        ScoreFault::OutOfRange { at, low, high } => {
            let place = if single {
                "/score".to_owned()
            } else {
                format!("/scores/{at}")
            };
            let detail = format!("This survey's scale is {low} to {high}.");
            fault(place, "out_of_range", detail)
        }
    }
}

/// Pays for the response that counts on this occasion, if a rule pays. A rule pays once for (survey, scope), however
/// many rounds there are.
async fn pay(club: &mut Club, member: &str, survey: &str, scope: &str) -> Result<()> {
    let published = club.published();
    let kind = Activity::Survey(survey.to_owned());
    let Some(rule) = earning::activity(&published.program, &kind) else {
        return Ok(());
    };
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
                     AND scope = $4 AND verified = 1 ORDER BY created_at, response LIMIT 1)",
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

/// The thank-you page may be quicker than the report of the order: of what was answered about the order before, the
/// first answer to each survey counts now, and is paid for.
///
/// # Errors
/// When the database fails.
pub async fn pay_for_order(club: &mut Club, member: &str, order_id: &str) -> Result<()> {
    // By a sum, for those of a member are few: an index by time would lead through everybody's.
    let answers: Vec<(String, String)> = club
        .query(
            "SELECT survey, response FROM responses
             WHERE tenant = $1 AND member = $2 AND scope = $3 AND verified = 0 ORDER BY created_at + 0, response",
        )
        .bind(member)
        .bind(order_id)
        .fetch_all(&mut club.tx)
        .await?;
    for (survey, response) in answers {
        if !prompts::take(club, member, (&survey, order_id), 0).await? {
            continue;
        }
        club.query(
            "UPDATE responses SET verified = 1 WHERE tenant = $1 AND member = $2 AND response = $3",
        )
        .bind(member)
        .bind(response)
        .execute(&mut club.tx)
        .await?;
        pay(club, member, &survey, order_id).await?;
    }
    Ok(())
}
