//! What prompts, panels and offers did in the browser.

use super::history::remember;
use super::{is_id, is_scope};
use crate::club::Club;
use crate::problem::{Error, Result, fault};
use contract::shopper::{Event, EventKind};
use rules::surveys::Reaction;

/// Events that one request may carry.
pub const EVENTS_MAX: usize = 50;

/// Takes a batch of events. One that was told before counts once; one about an unknown survey or offer is
/// passed over. Gives how many were new.
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
        (EventKind::PanelOpened | EventKind::OfferShown, _) => None,
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
    let offer = match (event.kind, event.offer_id.as_deref()) {
        (EventKind::OfferShown, Some(offer)) => Some(offer),
        (EventKind::OfferShown, None) => return Ok(false),
        _ => None,
    };
    if offer.is_some_and(|offer| club.program().offers.iter().all(|known| known.id != offer)) {
        return Ok(false);
    }
    // A browser's clock may run ahead; nothing has happened in the future.
    let at = event.at.min(club.now);
    let stored = club
        .query(
            "INSERT INTO events (tenant, member, event, kind, survey, scope, at, offer)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, member, event) DO NOTHING",
        )
        .bind(member)
        .bind(&event.id)
        .bind(crate::club::word(event.kind))
        .bind(prompt.map(|(survey, _)| survey.to_owned()))
        .bind(prompt.map(|_| scope.to_owned()))
        .bind(at.0)
        .bind(offer)
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
