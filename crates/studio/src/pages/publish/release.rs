//! Publishing the draft, now or later, or putting it away.

use super::{Draft, Shelf, path};
use crate::atoms::{Problem, Question, announce, busy_button, cancel};
use crate::server::{self, Failure};
use crate::words::{from_wall, moment, say, t};
use contract::versions::{Schedule, Version};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::json;

/// Longest note, in characters.
const NOTE_MAX: &str = "1000";

#[derive(Deserialize)]
struct Released {
    version: Option<Version>,
    schedule: Option<Schedule>,
}

/// The form that publishes.
#[component]
pub(super) fn Release(
    /// The draft's revision that was shown: another one is not published unseen.
    revision: i64,
) -> impl IntoView {
    let shelf = expect_context::<Shelf>();
    let (note, later, at) = (
        RwSignal::new(String::new()),
        RwSignal::new(false),
        RwSignal::new(String::new()),
    );
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let instant = move || from_wall(&at.get());
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let at = untrack(instant).filter(|_| later.get_untracked());
        if later.get_untracked() && at.is_none() {
            return;
        }
        let typed = note.get_untracked();
        let typed = Some(typed.trim()).filter(|typed| !typed.is_empty());
        let body = json!({ "note": typed, "at": at });
        busy.set(true);
        spawn_local(async move {
            match server::post_upon::<Released>(&path("publish"), &body, revision).await {
                Ok(done) => {
                    announce(untrack(|| said(&done)));
                    shelf.changed();
                }
                Err(refused) => {
                    busy.set(false);
                    shelf.refused(refused, failure);
                }
            }
        });
    };
    let choice = move |value: bool, label: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="when"
                    prop:checked=move || later.get() == value
                    on:change=move |_| later.set(value)
                />
                <span>{t(label)}</span>
            </label>
        }
    };
    let label = Signal::derive(move || {
        if later.get() {
            "publish.schedule"
        } else {
            "publish.send"
        }
    });
    view! {
        <section class="card" aria-labelledby="release">
            <h2 id="release">{t("publish.release")}</h2>
            <form class="form" on:submit=send>
                <div class="field">
                    <label for="note">{t("publish.note")}</label>
                    <textarea
                        id="note"
                        rows="2"
                        dir="auto"
                        maxlength=NOTE_MAX
                        aria-describedby="note-hint"
                        prop:value=move || note.get()
                        on:input:target=move |event| note.set(event.target().value())
                    ></textarea>
                    <p class="hint" id="note-hint">
                        {t("publish.note.hint")}
                    </p>
                </div>
                <fieldset class="when">
                    <legend>{t("publish.when")}</legend>
                    {choice(false, "publish.now")}
                    {choice(true, "publish.later")}
                    <div class="field" hidden=move || !later.get()>
                        <label for="at">{t("publish.at")}</label>
                        <input
                            id="at"
                            type="datetime-local"
                            dir="ltr"
                            prop:required=move || later.get()
                            prop:value=move || at.get()
                            on:input:target=move |event| at.set(event.target().value())
                        />
                        <p class="hint">
                            {move || instant().map_or_else(|| say("publish.at.hint"), moment)}
                        </p>
                    </div>
                </fieldset>
                <Problem failure=failure />
                {busy_button(label, busy)}
            </form>
        </section>
    }
}

fn said(done: &Released) -> String {
    match (&done.version, &done.schedule) {
        (_, Some(schedule)) => {
            let at = moment(schedule.publish_at);
            crate::words::fill("publish.scheduled", &[("at", &at)])
        }
        (Some(version), None) => {
            let n = crate::words::number(version.version);
            crate::words::fill("publish.done", &[("n", &n)])
        }
        (None, None) => String::new(),
    }
}

/// Puts the draft away, after a question.
pub(super) fn discard(draft: &Draft) -> impl IntoView + use<> {
    let shelf = expect_context::<Shelf>();
    let open = RwSignal::new(false);
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let revision = draft.revision;
    let act = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match server::delete_upon(&path("draft"), revision).await {
                Ok(()) => {
                    announce(untrack(|| say("publish.discarded")));
                    shelf.changed();
                }
                Err(refused) => {
                    busy.set(false);
                    open.set(false);
                    shelf.refused(refused, failure);
                }
            }
        });
    };
    view! {
        <button type="button" class="button" on:click=move |_| open.set(true)>
            {t("publish.discard")}
        </button>
        <Problem failure=failure />
        <Question id="discard" open title="publish.discard.ask">
            <p>{t("publish.discard.text")}</p>
            <div class="buttons">
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=move || busy.get().then_some("true")
                    on:click=act
                >
                    {t("publish.discard")}
                </button>
                {cancel(open)}
            </div>
        </Question>
    }
}
