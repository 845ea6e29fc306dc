//! What a person was asked before, by the server's record and by the browser's.

use super::{AHEAD_MS, Show};
use crate::Timestamp;
use crate::member::Prompted;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Times it was shown since the person last reacted to it.
pub(super) fn ignored(record: &Prompted) -> u32 {
    let reacted = record.answered_at.max(record.dismissed_at);
    if reacted.is_some() && record.shown_at <= reacted {
        0
    } else {
        record.displays
    }
}

/// When it was last in front of the person. Who reacted has seen it, though the news of it be lost.
pub(super) fn prompted_at(record: &Prompted) -> Option<Timestamp> {
    record
        .shown_at
        .or_else(|| record.answered_at.max(record.dismissed_at))
}

/// What a record is about.
pub(super) fn key(record: &Prompted) -> (&str, &str) {
    (&record.survey, &record.scope)
}

/// What a person did with a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// It was rendered and visible.
    Shown,
    /// They answered.
    Answered,
    /// They closed it.
    Dismissed,
}

/// Notes in a history what happened to a prompt. The history stays within [`HISTORY_MAX`].
pub fn note(history: &mut Vec<Prompted>, show: &Show, reaction: Reaction, now: Timestamp) {
    let known = history
        .iter()
        .position(|p| p.survey == show.survey && p.scope == show.scope);
    let place = known.unwrap_or(history.len());
    if known.is_none() {
        history.push(Prompted {
            survey: show.survey.clone(),
            scope: show.scope.clone(),
            ..Prompted::default()
        });
    }
    let Some(record) = history.get_mut(place) else {
        return;
    };
    match reaction {
        Reaction::Shown => {
            record.displays = ignored(record).saturating_add(1);
            record.shown_at = Some(now);
        }
        Reaction::Answered => record.answered_at = Some(now),
        Reaction::Dismissed => record.dismissed_at = Some(now),
    }
    if history.len() > HISTORY_MAX {
        *history = merge(history, &[]);
    }
}

/// Records that a history keeps at most. Those of single orders go first, the oldest of them before the
/// others: an old order is hardly ever asked about again, a survey without an order may be.
pub const HISTORY_MAX: usize = 200;

/// Characters of an id at most, in bytes.
const ID_MAX: usize = 128;

/// The union of two histories, by survey and scope; the later instant wins, field by field. The same
/// whichever comes first, and however often; within [`HISTORY_MAX`] also however it is grouped. Sorted
/// by survey and scope, with one record for each.
pub fn merge(server: &[Prompted], local: &[Prompted]) -> Vec<Prompted> {
    let mut records: Vec<&Prompted> = server.iter().chain(local).collect();
    sort(&mut records, false);
    let mut all: Vec<Prompted> = Vec::with_capacity(records.len());
    for record in records {
        match all.last_mut().filter(|known| key(known) == key(record)) {
            Some(known) => join(known, record),
            None => all.push(record.clone()),
        }
    }
    if all.len() <= HISTORY_MAX {
        return all;
    }
    let mut kept: Vec<&Prompted> = all.iter().collect();
    sort(&mut kept, true);
    kept.truncate(HISTORY_MAX);
    sort(&mut kept, false);
    kept.into_iter().cloned().collect()
}

fn join(known: &mut Prompted, record: &Prompted) {
    match known.shown_at.cmp(&record.shown_at) {
        Ordering::Less => known.displays = record.displays,
        Ordering::Equal => known.displays = known.displays.max(record.displays),
        Ordering::Greater => {}
    }
    known.shown_at = known.shown_at.max(record.shown_at);
    known.answered_at = known.answered_at.max(record.answered_at);
    known.dismissed_at = known.dismissed_at.max(record.dismissed_at);
}

/// Sorts by survey and scope, or by what is kept longest.
fn sort(records: &mut [&Prompted], by_worth: bool) {
    let worth = |p: &Prompted| {
        let touched = p.shown_at.max(p.answered_at).max(p.dismissed_at);
        (by_worth && p.scope.is_empty(), touched.filter(|_| by_worth))
    };
    records.sort_unstable_by(|a, b| worth(b).cmp(&worth(a)).then_with(|| key(a).cmp(&key(b))));
}

/// A history that was read from a place where anything may have been written, such as a browser's
/// storage: merged with itself, without ids that are none, and with what lies more than five minutes in
/// the future set to now. Whoever reads writes it back, so that a clock that once ran ahead by years
/// delays the next question by one wait and not by years.
pub fn sound(history: &[Prompted], now: Timestamp) -> Vec<Prompted> {
    let mut all = merge(history, &[]);
    all.retain(|p| !p.survey.is_empty() && p.survey.len().max(p.scope.len()) <= ID_MAX);
    for record in &mut all {
        for at in [
            &mut record.shown_at,
            &mut record.answered_at,
            &mut record.dismissed_at,
        ] {
            *at = at.map(|at| if at.since(now) > AHEAD_MS { now } else { at });
        }
    }
    all
}

#[cfg(test)]
pub(super) mod tests;
