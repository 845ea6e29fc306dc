//! What the closed launcher and the small elements show.

use crate::host::{after, field, object, string};
use crate::store::{Club, Store};
use crate::{prompts, rooms, words};
use std::cell::Cell;
use wasm_bindgen::JsValue;

thread_local! {
    // It will be told.
    static DUE: Cell<bool> = const { Cell::new(false) };
}

/// Tells the door what to draw while the panel is closed, and when the engine wants to be woken: in a task of its own,
/// once for all that has changed until then.
pub fn tell(store: Store) {
    if !DUE.replace(true) {
        after(0, move || {
            DUE.set(false);
            say(store);
        });
    }
}

fn say(store: Store) {
    let Some(view) = store.get(|s| s.program.clone()) else {
        return;
    };
    let (host, club) = (store.host(), store.club());
    let sub = host.subject().map_or(JsValue::NULL, JsValue::from);
    // Until the panel's part is here, the last one's word counts.
    let [tier, next, at] = club.as_ref().and_then(rooms::rank).unwrap_or_else(|| {
        let last = host.stored("face");
        let same = field(&last, "sub") == sub
            && string(&last, "lang").is_some_and(|lang| lang == words::lang());
        let kept = |name| {
            if same {
                field(&last, name)
            } else {
                JsValue::UNDEFINED
            }
        };
        [kept("tier"), kept("next"), kept("at")]
    });
    let wake_at = club
        .as_ref()
        .and_then(|c| prompts::wake_at(c, host))
        .map(|at| at.0 as f64);
    let events = club.as_ref().map(|c| prompts::events(c).into());
    let points = club.as_ref().and_then(Club::has);
    let or_null = |value: Option<JsValue>| value.unwrap_or(JsValue::NULL);
    host.face(&object(&[
        ("points", or_null(points.map(JsValue::from))),
        ("label", words::t("launcher.label").into()),
        (
            "accent",
            or_null(view.program.look.accent.as_deref().map(JsValue::from)),
        ),
        ("sub", sub),
        ("wake_at", or_null(wake_at.map(JsValue::from))),
        ("events", or_null(events)),
        ("program_version", view.program.version.into()),
        ("tier", tier),
        ("next", next),
        ("at", at),
    ]));
}
