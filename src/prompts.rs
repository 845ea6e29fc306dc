//! Which survey is asked now, and what happened to it.
//!
//! The rules decide; this module keeps the browser's half of the history, and writes it before anything is shown
//! or sent, so that neither a reload nor a second tab asks again.

use crate::host::Host;
use crate::outbox::What;
use crate::store::{Club, Prompt, Store};
use crate::{sync, words};
use contract::shopper::{Event, EventKind, SurveyResponse};
use leptos::prelude::*;
use rules::Timestamp;
use rules::member::Prompted;
use rules::surveys::{self, Context, Decision, Reaction};
use serde::{Deserialize, Serialize};

/// A visit ends after half an hour without a page.
const VISIT_MS: i64 = 1_800_000;

#[derive(Default, Serialize, Deserialize)]
struct Visit {
    at: i64,
    prompted: bool,
}

fn visit(host: &Host) -> Visit {
    let now = host.now() as i64;
    let last: Visit = host.read("visit").unwrap_or_default();
    let same = (now - last.at).abs() < VISIT_MS;
    Visit {
        at: now,
        prompted: same && last.prompted,
    }
}

fn decide(club: &Club, host: &Host, order: Option<String>, slot_free: bool) -> Decision {
    let path = web_sys::window()
        .and_then(|w| w.location().pathname().ok())
        .unwrap_or_default();
    let context = Context {
        order_id: order,
        blocked_page: path.contains("checkout") || path.contains("payment"),
        prompted_this_visit: visit(host).prompted,
        slot_free,
        language: words::lang(),
    };
    let p = &club.program.program;
    surveys::decide(p, &club.me.facts, &club.prompted(host), &context, club.now)
}

/// When a survey may be due on some page, so that the door wakes the engine then.
pub fn wake_at(club: &Club, host: &Host) -> Option<Timestamp> {
    decide(club, host, None, true).wake_at
}

/// Shows a survey if one is due and the corner is free.
pub fn consider(store: Store, order: Option<String>) {
    let host = store.host();
    let seen = visit(&host);
    host.write("visit", &seen);
    let free = !store.open.get_untracked() && store.prompt.with_untracked(Option::is_none);
    let Some(club) = untrack(|| store.club()) else {
        return;
    };
    let Some(show) = decide(&club, &host, order, free).show else {
        return;
    };
    host.write(
        "visit",
        &Visit {
            prompted: true,
            ..seen
        },
    );
    let prompt = Prompt {
        show,
        response: ["rsp_", &host.uuid().replace('-', "")].concat(),
    };
    record(store, &prompt, Reaction::Shown);
    tell(store, &prompt, EventKind::PromptShown);
    host.emit("survey-shown", &prompt.show.survey);
    store.prompt.set(Some(prompt));
}

fn record(store: Store, prompt: &Prompt, reaction: Reaction) {
    let host = store.host();
    let mut all = here(&host);
    surveys::note(&mut all, &prompt.show, reaction, store.now());
    host.write(&place(&host), &all);
}

/// This browser's record of what the member was asked.
pub fn here(host: &Host) -> Vec<Prompted> {
    host.read(&place(host)).unwrap_or_default()
}

fn place(host: &Host) -> String {
    ["prompts:", &host.subject().unwrap_or_default()].concat()
}

fn tell(store: Store, prompt: &Prompt, kind: EventKind) {
    sync::tell(
        store,
        What::Tell(Event {
            id: ["evt_", &store.host().uuid().replace('-', "")].concat(),
            kind,
            at: store.now(),
            survey_id: Some(prompt.show.survey.clone()),
            scope: Some(prompt.show.scope.clone()),
        }),
    );
}

/// Sends what was given so far. The thanks never waits for the network.
pub fn answer(store: Store, prompt: &Prompt, score: u8, comment: String, completed: bool) {
    record(store, prompt, Reaction::Answered);
    sync::tell(
        store,
        What::Answer(SurveyResponse {
            id: prompt.response.clone(),
            survey_id: prompt.show.survey.clone(),
            scope: prompt.show.scope.clone(),
            score,
            comment: Some(comment).filter(|c| !c.trim().is_empty()),
            completed,
        }),
    );
    store.host().tell("changed");
}

/// Closed without an answer.
pub fn dismiss(store: Store, prompt: &Prompt) {
    record(store, prompt, Reaction::Dismissed);
    tell(store, prompt, EventKind::PromptDismissed);
    store.host().emit("survey-dismissed", &prompt.show.survey);
    store.host().tell("changed");
    close(store);
}

/// Takes the prompt off the page.
pub fn close(store: Store) {
    store.prompt.set(None);
    sync::face(store);
}

/// Another tab has answered or dismissed what this one shows.
pub fn heard(store: Store) {
    let Some(prompt) = store.prompt.get_untracked() else {
        return;
    };
    let over = here(&store.host()).iter().any(|r| {
        r.survey == prompt.show.survey
            && r.scope == prompt.show.scope
            && r.answered_at.or(r.dismissed_at) >= r.shown_at
    });
    if over {
        store.prompt.set(None);
    }
}
