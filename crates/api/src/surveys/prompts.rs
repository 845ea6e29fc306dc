//! Prompt ids: signed words that say which member may answer which survey on which occasion.
//!
//! `prm_<what>.<signature>`: both parts are base64url; the first is a JSON array of tenant, member, survey, scope,
//! round and end, the second HMAC-SHA-256 over the first with a secret of the tenant's. Nothing is stored until a
//! prompt is answered: the round of (member, survey, scope) then goes up by one, so that a prompt is good once,
//! and so are all others of its round. A prompt of the snapshot has no end, and is good for its own member's login
//! alone; a link's is good for [`LINK_DAYS`] days for whoever holds it.

use super::{find, is_own_paid_order, is_scope};
use crate::club::Club;
use crate::ids;
use crate::members;
use crate::problem::{Error, Result};
use contract::shopper::SurveyResponse;
use contract::surveys::{Asked, Link, LinkResponse, Prompt, PromptInput};
use hmac::{Hmac, Mac};
use rules::member::{Member, Prompted};
use rules::program::{Pages, Scope, Survey, Text, Trigger};
use rules::surveys::{Context, Verdict, decide};
use rules::{DAY_MS, Program, Timestamp};
use serde_json::json;
use sha2::Sha256;

/// Days that a link is good.
pub const LINK_DAYS: i64 = 30;
/// The member's latest orders that may be asked about.
const ORDERS: i64 = 5;
const PREFIX: &str = "prm_";

/// What a prompt id says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The tenant.
    pub tenant: String,
    /// Prefixed id of the member, `mem_…`.
    pub member: String,
    /// The survey.
    pub survey: String,
    /// Order id for a survey asked per order, else empty.
    pub scope: String,
    /// How many answers had counted when it was made.
    pub round: i64,
    /// First instant it is no longer good; none for one of the snapshot.
    pub ends_at: Option<Timestamp>,
}

type Parts = (String, String, String, String, i64, Option<i64>);

impl Said {
    fn text(&self) -> Result<String> {
        let ends_at = self.ends_at.map(|at| at.0);
        let parts: (&str, &str, &str, &str, i64, Option<i64>) = (
            &self.tenant,
            &self.member,
            &self.survey,
            &self.scope,
            self.round,
            ends_at,
        );
        Ok(ids::base64url(&serde_json::to_vec(&parts)?))
    }

    fn sign(&self, secret: &str) -> Result<String> {
        let text = self.text()?;
        let signature = mac(secret, &text)?.finalize().into_bytes();
        Ok(format!("{PREFIX}{text}.{}", ids::base64url(&signature)))
    }
}

fn mac(secret: &str, text: &str) -> Result<Hmac<Sha256>> {
    let mut mac =
        <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).map_err(Error::internal)?;
    mac.update(text.as_bytes());
    Ok(mac)
}

/// A prompt id that was read and not yet verified.
#[derive(Clone, Debug)]
pub struct Unverified {
    said: Said,
    text: String,
    signature: Vec<u8>,
}

impl Unverified {
    /// Reads an id; none for what is no prompt id at all.
    #[must_use]
    pub fn read(id: &str) -> Option<Self> {
        let (text, signature) = id.strip_prefix(PREFIX)?.split_once('.')?;
        let parts: Parts = serde_json::from_slice(&ids::from_base64url(text)?).ok()?;
        let (tenant, member, survey, scope, round, ends_at) = parts;
        Some(Self {
            said: Said {
                tenant,
                member,
                survey,
                scope,
                round,
                ends_at: ends_at.map(Timestamp),
            },
            text: text.to_owned(),
            signature: ids::from_base64url(signature)?,
        })
    }

    /// Whose club it names, which is not to be believed before [`Self::verify`].
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.said.tenant
    }

    /// What it says, if this club has signed it. None otherwise.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verify(&self, club: &mut Club) -> Result<Option<Said>> {
        let signed = mac(&secret(club).await?, &self.text)?.verify_slice(&self.signature);
        Ok((signed.is_ok() && self.said.tenant == club.tenant()).then(|| self.said.clone()))
    }
}

async fn secret(club: &mut Club) -> Result<String> {
    let secret = club
        .query("SELECT prompt_secret FROM tenants WHERE tenant = $1")
        .fetch_one(&mut club.tx)
        .await?;
    Ok(secret)
}

/// How many answers have counted on this occasion so far.
async fn round(club: &mut Club, member: &str, survey: &str, scope: &str) -> Result<i64> {
    let round: Option<i64> = club
        .query(
            "SELECT round FROM prompts WHERE tenant = $1 AND member = $2 AND survey = $3 AND scope = $4",
        )
        .bind(member)
        .bind(survey)
        .bind(scope)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(round.unwrap_or(0))
}

/// Uses the round up; false when that was done before.
///
/// # Errors
/// When the database fails.
pub(super) async fn take(
    club: &mut Club,
    member: &str,
    (survey, scope): (&str, &str),
    round: i64,
) -> Result<bool> {
    club.query(
        "INSERT INTO prompts (tenant, member, survey, scope) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant, member, survey, scope) DO NOTHING",
    )
    .bind(member)
    .bind(survey)
    .bind(scope)
    .execute(&mut club.tx)
    .await?;
    let taken = club
        .query(
            "UPDATE prompts SET round = round + 1
             WHERE tenant = $1 AND member = $2 AND survey = $3 AND scope = $4 AND round = $5",
        )
        .bind(member)
        .bind(survey)
        .bind(scope)
        .bind(round)
        .execute(&mut club.tx)
        .await?;
    Ok(taken == 1)
}

/// The prompts that the member may answer now: every survey that is on, for whom it is meant and not answered within
/// its wait, for each of the latest paid orders, and the one that has `arrived`, where it is asked per order. Pages, triggers and dismissals are the
/// browser's to judge, so that a prompt that is already on the screen stays good.
///
/// # Errors
/// When the database fails.
pub async fn due(
    club: &mut Club,
    member: &Member,
    history: &[Prompted],
    arrived: Option<&str>,
) -> Result<Vec<Prompt>> {
    let published = club.published();
    let program = &published.program;
    if program.surveys.is_empty() {
        return Ok(Vec::new());
    }
    let mut scopes = vec![String::new()];
    if program.surveys.iter().any(|s| s.scope == Scope::PerOrder) {
        scopes.extend(latest_orders(club, &member.id).await?);
        let arrived = arrived.filter(|order| scopes.iter().all(|scope| scope != order));
        scopes.extend(arrived.map(str::to_owned));
    }
    let asked = anywhere(program);
    let answered: Vec<Prompted> = history.iter().map(answers_alone).collect();
    let secret = secret(club).await?;
    let rounds: Vec<(String, String, i64)> = club
        .query("SELECT survey, scope, round FROM prompts WHERE tenant = $1 AND member = $2 AND round > 0")
        .bind(&member.id)
        .fetch_all(&mut club.tx)
        .await?;
    let mut prompts = Vec::new();
    for scope in scopes {
        let context = Context {
            order_id: Some(scope.clone()),
            slot_free: true,
            ..Context::default()
        };
        let decision = decide(&asked, club.zone(), member, &answered, &context, club.now);
        let fitting = decision
            .verdicts
            .iter()
            .zip(&program.surveys)
            .filter(|(_, survey)| is_scope(survey, &scope));
        for ((survey, verdict), _) in fitting {
            if !matches!(verdict, Verdict::Show | Verdict::Outranked { .. }) {
                continue;
            }
            let known = rounds
                .iter()
                .find(|(of, at, _)| of == survey && *at == scope);
            let said = Said {
                tenant: club.tenant().to_owned(),
                member: member.id.clone(),
                survey: survey.clone(),
                scope: scope.clone(),
                round: known.map_or(0, |known| known.2),
                ends_at: None,
            };
            prompts.push(Prompt {
                id: said.sign(&secret)?,
                survey_id: survey.clone(),
                scope: scope.clone(),
            });
        }
    }
    Ok(prompts)
}

async fn latest_orders(club: &mut Club, member: &str) -> Result<Vec<String>> {
    let orders = club
        .query(
            "SELECT order_id FROM orders WHERE tenant = $1 AND member = $2 AND paid_at IS NOT NULL
                 AND status <> 'cancelled' ORDER BY paid_at DESC, order_id LIMIT $3",
        )
        .bind(member)
        .bind(ORDERS)
        .fetch_all(&mut club.tx)
        .await?;
    Ok(orders)
}

/// The program's surveys without the gates that a page decides.
fn anywhere(program: &Program) -> Program {
    let open = |survey: &Survey| Survey {
        question: Text::default(),
        trigger: Trigger::Page,
        pages: Pages::default(),
        global_wait_days: Some(0),
        ..survey.clone()
    };
    Program {
        id: program.id.clone(),
        calendar: program.calendar,
        tiers: program.tiers.clone(),
        experiments: program.experiments.clone(),
        surveys: program.surveys.iter().map(open).collect(),
        ..Program::default()
    }
}

fn answers_alone(prompted: &Prompted) -> Prompted {
    Prompted {
        survey: prompted.survey.clone(),
        scope: prompted.scope.clone(),
        answered_at: prompted.answered_at,
        ..Prompted::default()
    }
}

/// Makes a link's prompt for a member, by the shop's id. The shop decides whom it asks: the waits and the audience of
/// the survey do not hold it back. Links of one round are good for one answer together.
///
/// # Errors
/// 404 for an unknown member or survey; 422 for a scope that is none of theirs; 409 `prompt_used` for a survey that is
/// asked once and is answered.
pub async fn link(club: &mut Club, external_id: &str, input: &PromptInput) -> Result<Link> {
    let member = members::find(club, external_id)
        .await?
        .ok_or_else(|| members::unknown(external_id))?;
    let survey = find(club, &input.survey_id)?.clone();
    let (survey_id, scope) = (&survey.id, &input.scope);
    let of_order = survey.scope == Scope::PerOrder;
    let fits = is_scope(&survey, scope)
        && (!of_order || is_own_paid_order(club, &member.member, scope).await?);
    if !fits {
        return Err(Error::invalid(
            "/scope",
            "wrong_scope",
            "The scope is the id of a paid order of this member for a survey asked per order, else empty.",
        ));
    }
    let round = round(club, &member.member, survey_id, scope).await?;
    if round > 0 && survey.scope != Scope::Periodic {
        return Err(used());
    }
    let expires_at = club.now.plus_ms(LINK_DAYS * DAY_MS);
    let said = Said {
        tenant: club.tenant().to_owned(),
        member: member.member.clone(),
        survey: survey_id.clone(),
        scope: scope.clone(),
        round,
        ends_at: Some(expires_at),
    };
    let id = said.sign(&secret(club).await?)?;
    let detail = json!({ "survey": survey_id, "scope": scope });
    club.audit("prompt.created", &member.member, detail).await?;
    Ok(Link {
        id,
        survey_id: survey_id.clone(),
        scope: scope.clone(),
        expires_at,
    })
}

/// What the holder of a link is asked.
///
/// # Errors
/// 404 for what is no link of this club, or whose member or survey is gone; 409 `prompt_ended`.
pub async fn asked(club: &mut Club, link: &Unverified) -> Result<Asked> {
    let (said, expires_at) = open(club, link).await?;
    let survey = find(club, &said.survey)?.clone();
    let now = round(club, &said.member, &said.survey, &said.scope).await?;
    Ok(Asked {
        survey,
        name: club.program().name.clone(),
        languages: club.program().languages.clone(),
        scope: said.scope,
        answered: now != said.round,
        expires_at,
    })
}

/// The member who is asked by a link, and the response to what it asks.
///
/// # Errors
/// As [`asked`].
pub async fn answer_to(
    club: &mut Club,
    link: &Unverified,
    id: &str,
    answer: &LinkResponse,
) -> Result<(String, SurveyResponse)> {
    let (said, _) = open(club, link).await?;
    let response = SurveyResponse {
        id: answer.id.clone(),
        survey_id: said.survey,
        scope: said.scope,
        score: answer.score,
        scores: answer.scores.clone(),
        prompt: Some(id.to_owned()),
        comment: answer.comment.clone(),
        completed: answer.completed,
    };
    Ok((said.member, response))
}

/// A link that is signed, of a member who is there, and has not ended.
async fn open(club: &mut Club, link: &Unverified) -> Result<(Said, Timestamp)> {
    let said = link.verify(club).await?;
    let found = said.and_then(|said| said.ends_at.map(|ends_at| (said, ends_at)));
    let (said, ends_at) = found.ok_or_else(no_link)?;
    let here: Option<i64> = club
        .query("SELECT 1 FROM members WHERE tenant = $1 AND member = $2 AND erased_at IS NULL")
        .bind(&said.member)
        .fetch_optional(&mut club.tx)
        .await?;
    if here.is_none() {
        return Err(no_link());
    }
    if ends_at <= club.now {
        return Err(ended());
    }
    Ok((said, ends_at))
}

/// 404 for an id that is no link.
#[must_use]
pub fn no_link() -> Error {
    Error::not_found("This is no link to a survey.")
}

pub(super) fn used() -> Error {
    Error::refused("prompt_used", "This was answered already.")
}

pub(super) fn ended() -> Error {
    Error::refused("prompt_ended", "This link to a survey has ended.")
}
