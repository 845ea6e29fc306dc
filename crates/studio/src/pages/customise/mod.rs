//! Customise: the draft of the program as forms, with the widget live beside them.

mod clash;
mod controls;
mod draft;
pub(crate) mod edit;
mod faults;
mod form;
pub(crate) mod labels;
mod list;
mod look;
mod order;
mod preview;
mod quantity;
mod saving;
mod schema;
mod sections;
mod texts;
mod words;

use crate::app::BASE;
use crate::atoms::{Page, Retry, Skeleton};
use crate::session;
use crate::words::t;
use clash::Clash;
use draft::{Draft, Told};
use faults::{Faults, Summary};
use form::Scope;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_navigate;
use preview::Preview;
use saving::Toolbar;
use sections::Sections;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlElement};

pub(crate) use clash::change;
pub(crate) use sections::Section;

/// The draft, read once; the sections come and go inside.
#[component]
pub(crate) fn Customise() -> impl IntoView {
    let told = RwSignal::new(None::<Told>);
    let failure = RwSignal::new(None);
    let program = untrack(session::who)
        .map(|who| who.program)
        .unwrap_or_default();
    let own = program.clone();
    let ask = Callback::new(move |()| {
        failure.set(None);
        let program = own.clone();
        spawn_local(async move {
            match draft::read(program).await {
                Ok(read) => drop(told.try_set(Some(read))),
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    });
    ask.run(());
    let beside = move || {
        view! {
            <a class="button primary" href=format!("{BASE}/publish")>
                {t("customise.review")}
            </a>
        }
    };
    view! {
        <Page title="customise.title" beside=beside>
            {move || match (told.get(), failure.get()) {
                (Some(told), _) => {
                    let program = program.clone();
                    view! { <Desk program told /> }.into_any()
                }
                (None, Some(failure)) => view! { <Retry failure again=ask /> }.into_any(),
                (None, None) => view! { <Skeleton lines=8 /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Desk(
    /// The club's id.
    program: String,
    /// The draft as the server has it.
    told: Told,
) -> impl IntoView {
    let running = told.running_version;
    let draft = Draft::new(&program, told);
    let faults = Faults::of(draft);
    let scope = Scope {
        draft,
        faults,
        open: RwSignal::new(BTreeMap::new()),
        spoken: RwSignal::new(String::new()),
    };
    provide_context(scope);
    let navigate = use_navigate();
    let go = Callback::new(move |pointer: String| {
        open_around(scope, &pointer);
        let section = sections::of(&pointer);
        let path = format!("{BASE}/customise/{section}");
        if window().location().pathname().ok().as_ref() != Some(&path) {
            // The router knows the addresses below its base.
            navigate(&format!("/customise/{section}"), NavigateOptions::default());
        }
        focus_at(pointer, 20);
    });
    view! {
        <Toolbar draft />
        <Clash draft />
        {move || (!Draft::writes()).then(|| view! { <p class="notice">{t("customise.only_read")}</p> })}
        <Summary draft faults go />
        <div class="customise">
            <Sections faults />
            <div class="card section">
                <Outlet />
            </div>
            <Preview program running draft faults />
        </div>
    }
}

/// Opens what a place is in: items of lists, a language of the widget's sentences.
fn open_around(scope: Scope, pointer: &str) {
    let steps = edit::steps(pointer);
    if let ["texts", language, ..] = steps.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        scope.spoken.set(language.to_owned());
    }
    scope.open.update(|open| {
        let mut list = String::new();
        for step in steps {
            if let Ok(index) = step.parse() {
                open.insert(list.clone(), index);
            }
            list = edit::below(&list, &step);
        }
    });
}

/// Leads to the control of a place, or of the nearest around it that has one, as soon as it is drawn.
fn focus_at(pointer: String, tries: u32) {
    request_animation_frame(move || {
        let id = controls::id_of(&pointer);
        let item = || document().get_element_by_id(&format!("{id}-item"));
        let found = document().get_element_by_id(&id).or_else(item);
        if let Some(found) = found {
            let mut around = found.closest("details").ok().flatten();
            while let Some(one) = around {
                if let Some(details) = one.dyn_ref::<HtmlDetailsElement>() {
                    details.set_open(true);
                }
                around = one
                    .parent_element()
                    .and_then(|it: Element| it.closest("details").ok().flatten());
            }
            if let Ok(control) = found.dyn_into::<HtmlElement>() {
                // Nothing is lost where it cannot take the focus.
                let _ = control.focus();
            }
            return;
        }
        match pointer.rsplit_once('/') {
            _ if tries > 0 => focus_at(pointer, tries.saturating_sub(1)),
            Some((around, _)) if !around.is_empty() => focus_at(around.to_owned(), 0),
            _ => {}
        }
    });
}
