//! What keeps the draft from being published: found here by the rules' own reader, at each change.

use super::draft::Draft;
use super::labels;
use crate::words::{self, Lang, count};
use contract::problem::Fault;
use leptos::prelude::*;
use rules::document;
use serde_json::Value;

/// All faults of the draft, in the order of its parts. A copy reads the same.
#[derive(Clone, Copy)]
pub(super) struct Faults(Memo<Vec<Fault>>);

impl Faults {
    /// Judges the draft, again whenever it changes.
    pub(super) fn of(draft: Draft) -> Self {
        Self(Memo::new(move |_| {
            let mut faults = draft.document.with(judged);
            for fault in draft.beyond() {
                if !faults.iter().any(|known| known.pointer == fault.pointer) {
                    faults.push(fault);
                }
            }
            faults
        }))
    }

    /// All of them.
    pub(super) fn all(self) -> Vec<Fault> {
        self.0.get()
    }

    /// Whether there is none.
    pub(super) fn none(self) -> bool {
        self.0.with(Vec::is_empty)
    }

    /// What is wrong with the place itself, in a sentence; empty when nothing is.
    pub(super) fn at(self, pointer: String) -> Signal<String> {
        let found = Memo::new(move |_| {
            let found = |faults: &Vec<Fault>| {
                faults
                    .iter()
                    .find(|fault| fault.pointer == pointer)
                    .cloned()
            };
            self.0.with(found)
        });
        Signal::derive(move || found.get().as_ref().map(sentence).unwrap_or_default())
    }

    /// How many there are in these places.
    pub(super) fn within(self, pointers: &[String]) -> usize {
        let inside = |fault: &&Fault| pointers.iter().any(|place| is_in(&fault.pointer, place));
        self.0.with(|faults| faults.iter().filter(inside).count())
    }
}

/// Whether a pointer is that of a place, or of something in it.
pub(super) fn is_in(pointer: &str, place: &str) -> bool {
    let rest = pointer.strip_prefix(place);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn judged(document: &Value) -> Vec<Fault> {
    let found = document::read(&document.to_string())
        .err()
        .unwrap_or_default();
    let told = found.into_iter().map(|fault| Fault {
        pointer: fault.pointer,
        code: fault.code,
        detail: fault.detail,
    });
    told.collect()
}

/// A fault in words. In English they name the numbers of the very place; in Persian they say it in general.
pub(super) fn sentence(fault: &Fault) -> String {
    match words::lang() {
        Lang::Fa => document::fa::sentence(&fault.code)
            .map_or_else(|| fault.detail.clone(), ToOwned::to_owned),
        Lang::En => fault.detail.clone(),
    }
}

/// How many faults are in a section or an item, as a mark beside its name.
pub(super) fn mark(faults: Faults, pointers: Vec<String>) -> impl IntoView {
    move || {
        let n = faults.within(&pointers);
        (n > 0).then(|| {
            let said = count(
                "customise.faults.in",
                i64::try_from(n).unwrap_or(i64::MAX),
                &[],
            );
            view! { <span class="pill bad">{said}</span> }
        })
    }
}

/// All faults, each leading to its place.
#[component]
pub(super) fn Summary(
    /// The draft.
    draft: Draft,
    /// Its faults.
    faults: Faults,
    /// Leads to a place by its pointer.
    go: Callback<String>,
) -> impl IntoView {
    let n = Memo::new(move |_| i64::try_from(faults.all().len()).unwrap_or(i64::MAX));
    let list =
        move || {
            let all = faults.all().into_iter().map(|fault| {
            let place = draft.document.with(|document| labels::at(document, &fault.pointer));
            let said = sentence(&fault);
            let pointer = fault.pointer;
            view! {
                <li>
                    <button type="button" class="link" on:click=move |_| go.run(pointer.clone())>
                        {place}
                    </button>
                    <span>{said}</span>
                </li>
            }
        });
            all.collect_view()
        };
    view! {
        {move || {
            (n.get() > 0)
                .then(|| {
                    view! {
                        <details class="notice bad faults">
                            <summary>{move || count("customise.faults", n.get(), &[])}</summary>
                            <ul>{list}</ul>
                        </details>
                    }
                })
        }}
    }
}
