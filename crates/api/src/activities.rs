//! What members do beside buying, told by their own page or by the shop's server.
//!
//! A page may claim only what the program lets it ([`earning::claimable`]); the server reports anything. A rule pays
//! once for each source. The page is refused what it has earned already, so that it can say so; a report that comes
//! again is answered with what the first one brought.

use crate::books::{About, Books, refusal};
use crate::club::Club;
use crate::problem::{Error, Result, fault};
use contract::members::{Activity, ActivityInput};
use rules::earning::{self, Refusal};
use rules::journal::{Event, Why};
use rules::program::ActivityRule;
use serde_json::json;

const SOURCE_MAX: usize = 128;

/// A shopper's page claims an activity.
///
/// # Errors
/// 404 for an unknown rule, 422 without a source where the rule needs one, 409 `not_earned` with the reason.
pub async fn claim(club: &mut Club, member: &str, input: &ActivityInput) -> Result<Activity> {
    let rule = rule(club, input)?;
    if !earning::claimable(&rule) {
        return Err(not_earned(
            "not_claimable",
            "Only the shop itself can tell this.".to_owned(),
        ));
    }
    match earn(club, member, &rule, input).await? {
        Ok(activity) => Ok(activity),
        Err((refusal, _)) => Err(told(refusal)),
    }
}

/// The shop's server reports an activity. True when it is new.
///
/// # Errors
/// 404 for an unknown rule, 422 without a source where the rule needs one, 409 `not_earned` with the reason.
pub async fn report(
    club: &mut Club,
    member: &str,
    input: &ActivityInput,
) -> Result<(Activity, bool)> {
    let rule = rule(club, input)?;
    match earn(club, member, &rule, input).await? {
        Ok(activity) => Ok((activity, true)),
        Err((Refusal::AlreadyEarned, Some(known))) => Ok((known, false)),
        Err((refusal, _)) => Err(told(refusal)),
    }
}

fn rule(club: &Club, input: &ActivityInput) -> Result<ActivityRule> {
    let odd = |source: &String| {
        source.is_empty() || source.len() > SOURCE_MAX || source.contains(char::is_control)
    };
    if input.source.as_ref().is_some_and(odd) {
        return Err(Error::invalid(
            "/source",
            "bad_source",
            "A source has 1 to 128 bytes, none of them a control character.",
        ));
    }
    let mut rules = club.program().earning.activities.iter();
    rules
        .find(|rule| rule.id == input.rule)
        .cloned()
        .ok_or_else(|| Error::not_found(format!("The program has no activity {}.", input.rule)))
}

/// What the activity brings; or why it brings nothing, and what it brought before.
async fn earn(
    club: &mut Club,
    member: &str,
    rule: &ActivityRule,
    input: &ActivityInput,
) -> Result<Result<Activity, (Refusal, Option<Activity>)>> {
    let mut books = Books::open(club, member, About::MEMBER).await?;
    books.settle(club)?;
    let source = input.source.as_deref();
    let now = books.account.settled_at().max(club.now);
    let facts = &books.account.member;
    let grant = earning::claim(club.program(), club.zone(), facts, rule, source, now);
    let grant = match grant {
        Ok(grant) => grant,
        Err(refusal) => return Ok(Err((refusal, known(&books, rule, source)))),
    };
    let event = Event::Did {
        rule: rule.id.clone(),
        source: input.source.clone(),
    };
    let written = books
        .apply(club, &event)
        .map_err(|refused| refusal(&refused))?;
    let activity = Activity {
        rule: rule.id.clone(),
        source: grant.source,
        points: Books::given(&written, Why::Activity),
        at: now,
    };
    books.close(club).await?;
    let detail = json!({ "rule": activity.rule, "points": activity.points });
    club.audit("activity.earned", member, detail).await?;
    Ok(Ok(activity))
}

/// What the rule gave for this source, or for one that it found by itself.
fn known(books: &Books, rule: &ActivityRule, source: Option<&str>) -> Option<Activity> {
    let of_rule = || {
        books
            .account
            .member
            .earned
            .iter()
            .rev()
            .filter(|known| known.rule == rule.id)
    };
    let named = of_rule().find(|known| Some(known.source.as_str()) == source);
    let known = named.or_else(|| of_rule().next())?;
    Some(Activity {
        rule: known.rule.clone(),
        source: known.source.clone(),
        points: known.points,
        at: known.at,
    })
}

fn told(refusal: Refusal) -> Error {
    let said = match refusal {
        Refusal::AlreadyEarned => "It has been paid for already.".to_owned(),
        Refusal::CapReached {
            resets_at: Some(at),
        } => {
            format!("The rule has given all that it gives for now; it gives again from {at} on.")
        }
        Refusal::CapReached { resets_at: None } => {
            "The rule has given all that it ever gives one member.".to_owned()
        }
        Refusal::NotToday { next } => {
            format!("The birthday is not today; the next one begins at {next}.")
        }
        Refusal::NoBirthday => "The member's birthday is not known.".to_owned(),
        Refusal::SourceNeeded => {
            return Error::invalid("/source", refusal.code(), "Say what it was done to.");
        }
    };
    not_earned(refusal.code(), said)
}

fn not_earned(code: &'static str, said: String) -> Error {
    Error::refused("not_earned", said.clone()).with_errors(vec![fault("/rule", code, said)])
}
