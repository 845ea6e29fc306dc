//! Which survey is asked now, and what happened to it.
//!
//! The rules decide; this module keeps the browser's half of the history, and writes it before anything is shown
//! or sent, so that neither a reload nor a second tab asks again.

use crate::decode::decode;
use crate::host::{Host, field, object};
use crate::outbox::Kind;
use crate::store::{Club, Prompt, Store};
use crate::views::focus;
use crate::{sync, words};
use js_sys::{Array, Date};
use rules::Timestamp;
use rules::member::Prompted;
use rules::surveys::{self, Context, Decision, Reaction};
use wasm_bindgen::JsValue;

/// A visit ends after half an hour without a page.
const VISIT_MS: f64 = 1_800_000.0;

/// Whether something was asked in this visit; a visit goes on with every page.
fn asked_in_visit(host: &Host) -> bool {
    let last = host.stored("visit");
    let at = field(&last, "at").as_f64().unwrap_or(0.0);
    (host.now() - at).abs() < VISIT_MS && field(&last, "asked").is_truthy()
}

fn keep_visit(host: &Host, asked: bool) {
    host.keep(
        "visit",
        &object(&[("at", host.now().into()), ("asked", asked.into())]),
    );
}

fn decide(club: &Club, host: &Host, order: Option<String>, slot_free: bool) -> Decision {
    let path = web_sys::window()
        .and_then(|w| w.location().pathname().ok())
        .unwrap_or_default();
    let context = Context {
        order_id: order,
        blocked_page: path.contains("checkout") || path.contains("payment"),
        prompted_this_visit: asked_in_visit(host),
        slot_free,
        language: words::lang(),
        path,
        ..Context::default()
    };
    let view = &club.program;
    let history = club.prompted(host);
    surveys::decide(
        &view.program,
        &view.zone,
        &club.me.facts,
        &history,
        &context,
        club.now,
    )
}

/// When a survey may be due on some page, so that the door wakes the engine then.
pub fn wake_at(club: &Club, host: &Host) -> Option<Timestamp> {
    decide(club, host, None, true).wake_at
}

/// Shows a survey if one is due and the corner is free.
pub fn consider(store: Store, order: Option<String>) {
    let host = store.host();
    let free = store.get(|s| !s.open && s.prompt.is_none());
    let Some(club) = store.club() else { return };
    let show = decide(&club, &host, order, free).show;
    keep_visit(&host, show.is_some() || asked_in_visit(&host));
    let Some(show) = show else { return };
    let response = ["rsp_", &host.uuid().replace('-', "")].concat();
    let prompt = Prompt {
        show,
        response,
        score: None,
        sent: false,
    };
    record(store, &prompt, Reaction::Shown);
    tell(store, &prompt, "prompt_shown");
    host.emit("survey-shown", &prompt.show.survey.as_str().into());
    store.set(|s| s.prompt = Some(prompt));
}

fn record(store: Store, prompt: &Prompt, reaction: Reaction) {
    let host = store.host();
    let mut all = here(&host);
    surveys::note(&mut all, &prompt.show, reaction, store.now());
    keep(&host, &all);
}

fn keep(host: &Host, all: &[Prompted]) {
    let stored: Array = all.iter().map(write).collect();
    host.keep(&place(host), &stored);
}

fn write(p: &Prompted) -> JsValue {
    let instant = |at: Option<Timestamp>| at.map_or(JsValue::NULL, |at| iso(at).into());
    object(&[
        ("survey", p.survey.as_str().into()),
        ("scope", p.scope.as_str().into()),
        ("displays", p.displays.into()),
        ("shown_at", instant(p.shown_at)),
        ("answered_at", instant(p.answered_at)),
        ("dismissed_at", instant(p.dismissed_at)),
    ])
}

fn iso(at: Timestamp) -> String {
    Date::new(&(at.0 as f64).into()).to_iso_string().into()
}

/// This browser's record of what the member was asked. What cannot be true is mended where it stands: a clock that
/// once ran ahead by years must not silence surveys for years.
pub fn here(host: &Host) -> Vec<Prompted> {
    let stored: Vec<Prompted> = decode(&host.stored(&place(host))).unwrap_or_default();
    let sound = surveys::sound(&stored, Timestamp(host.now() as i64));
    if sound != stored {
        keep(host, &sound);
    }
    sound
}

fn place(host: &Host) -> String {
    ["prompts:", &host.subject().unwrap_or_default()].concat()
}

fn tell(store: Store, prompt: &Prompt, kind: &str) {
    let event = object(&[
        (
            "id",
            ["evt_", &store.host().uuid().replace('-', "")]
                .concat()
                .into(),
        ),
        ("kind", kind.into()),
        ("at", iso(store.now()).into()),
        ("survey_id", prompt.show.survey.as_str().into()),
        ("scope", prompt.show.scope.as_str().into()),
    ]);
    let body = object(&[("events", Array::of1(&event).into())]);
    sync::act(store, Kind::Tell, kind, "POST", "/v1/events", body);
}

/// Sends what was given so far. The thanks never waits for the network.
pub fn answer(store: Store, prompt: &Prompt, score: u8, comment: &str, completed: bool) {
    record(store, prompt, Reaction::Answered);
    let comment = comment.trim();
    let body = object(&[
        ("id", prompt.response.as_str().into()),
        ("survey_id", prompt.show.survey.as_str().into()),
        ("scope", prompt.show.scope.as_str().into()),
        ("score", score.into()),
        (
            "comment",
            if comment.is_empty() {
                JsValue::NULL
            } else {
                comment.into()
            },
        ),
        ("completed", completed.into()),
    ]);
    let kind = if completed {
        Kind::Finish
    } else {
        Kind::Answer
    };
    sync::act(
        store,
        kind,
        &prompt.response,
        "POST",
        "/v1/me/responses",
        body,
    );
    store.host().tell(&"changed".into());
}

/// Closes the prompt; without an answer that is a dismissal.
pub fn close(store: Store) {
    let Some(prompt) = store.get(|s| s.prompt.clone()) else {
        return;
    };
    if focus::is_in(".prompt") {
        store.host().focus_launcher();
    }
    store.set(|s| s.prompt = None);
    if prompt.score.is_none() {
        record(store, &prompt, Reaction::Dismissed);
        tell(store, &prompt, "prompt_dismissed");
        let host = store.host();
        host.emit("survey-dismissed", &prompt.show.survey.as_str().into());
        host.tell(&"changed".into());
    }
    sync::face(store);
}

/// Another tab has answered or dismissed what this one shows.
pub fn heard(store: Store) {
    let all = here(&store.host());
    store.set(|s| {
        let over = s.prompt.as_ref().is_some_and(|prompt| {
            prompt.score.is_none()
                && all.iter().any(|r| {
                    r.survey == prompt.show.survey
                        && r.scope == prompt.show.scope
                        && r.answered_at.max(r.dismissed_at) >= r.shown_at
                })
        });
        if over {
            s.prompt = None;
        }
    });
}
