//! The bar above the forms: undo, redo, and how far saving is.

use super::draft::{Draft, Saving};
use crate::atoms::{announce, told};
use crate::icons::{Icon, icon};
use crate::words::{say, t};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

/// Undo and redo by buttons and by keys, and the state of saving, which is read out.
#[component]
pub(super) fn Toolbar(
    /// The draft.
    draft: Draft,
) -> impl IntoView {
    let undo = move || {
        draft.undo();
        announce(untrack(|| say("customise.undone")));
    };
    let redo = move || {
        draft.redo();
        announce(untrack(|| say("customise.redone")));
    };
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        match wish(&event) {
            Some(Wish::Undo) if draft.can().0 => undo(),
            Some(Wish::Redo) if draft.can().1 => redo(),
            _ => return,
        }
        event.prevent_default();
    });
    let leaving = window_event_listener(
        leptos::ev::beforeunload,
        move |event: web_sys::BeforeUnloadEvent| {
            if draft.unsaved() {
                // The browser asks in its own words.
                event.prevent_default();
            }
        },
    );
    let online = window_event_listener(leptos::ev::online, move |_| draft.save());
    on_cleanup(move || {
        keys.remove();
        leaving.remove();
        online.remove();
    });
    let button = |key: &'static str, picture: Icon, can: Signal<bool>, act: Callback<()>| {
        view! {
            <button
                type="button"
                class="button"
                aria-disabled=move || (!can.get()).then_some("true")
                on:click=move |_| {
                    if can.get_untracked() {
                        act.run(());
                    }
                }
            >
                {icon(picture)}
                {t(key)}
            </button>
        }
    };
    view! {
        <div class="toolbar">
            {move || {
                Draft::writes()
                    .then(|| {
                        view! {
                            <div class="buttons">
                                {button(
                                    "customise.undo",
                                    Icon::Undo,
                                    Signal::derive(move || draft.can().0),
                                    Callback::new(move |()| undo()),
                                )}
                                {button(
                                    "customise.redo",
                                    Icon::Redo,
                                    Signal::derive(move || draft.can().1),
                                    Callback::new(move |()| redo()),
                                )}
                            </div>
                        }
                    })
            }}
            <p class="saving" id="saving" role="status" tabindex="-1">
                {move || state(draft)}
            </p>
        </div>
    }
}

fn state(draft: Draft) -> impl IntoView {
    let saving = draft.saving.get();
    let (class, said) = match &saving {
        Saving::Done => ("pill good", say("customise.saving.done")),
        Saving::Soon => ("pill", say("customise.saving.soon")),
        Saving::Busy => ("pill", say("customise.saving.busy")),
        Saving::Offline => ("pill waits", say("customise.saving.offline")),
        Saving::Refused(_) => ("pill bad", say("customise.saving.refused")),
        Saving::Clash => ("pill bad", say("customise.saving.clash")),
    };
    let why = match &saving {
        Saving::Refused(failure) => Some(told(failure)),
        _ => None,
    };
    let again = matches!(saving, Saving::Refused(_) | Saving::Offline).then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| draft.save()>
                {t("customise.saving.again")}
            </button>
        }
    });
    view! {
        <span class=class>{said}</span>
        {why}
        {again}
    }
}

enum Wish {
    Undo,
    Redo,
}

/// Ctrl or Command with Z, and with Shift or Y for the way back; a text field has its own.
fn wish(event: &KeyboardEvent) -> Option<Wish> {
    let typed = AsRef::<Event>::as_ref(event)
        .target()
        .and_then(|it| it.dyn_into::<Element>().ok());
    let fields = "textarea, input:not([type=checkbox], [type=radio], [type=color])";
    if typed.is_some_and(|it| it.matches(fields).unwrap_or_default()) {
        return None;
    }
    if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
        return None;
    }
    // By the key's place: on a Persian keyboard it gives another letter.
    match (event.code().as_str(), event.shift_key()) {
        ("KeyZ", false) => Some(Wish::Undo),
        ("KeyZ", true) | ("KeyY", false) => Some(Wish::Redo),
        _ => None,
    }
}
