//! Files in and out: members, orders and the rest, as spreadsheets and programs write them.

mod columns;
mod exports;
mod file;
mod mapping;
mod upload;

use crate::atoms::{Page, Retry, Skeleton};
use crate::download;
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::session;
use crate::words::{ago, count, say, t};
use columns::KINDS;
use contract::staff::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rules::Timestamp;
use serde::Deserialize;

/// An import as it stands.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Import {
    id: String,
    kind: String,
    bytes: i64,
    lines: i64,
    taken: i64,
    refused: i64,
    updated_at: Timestamp,
    ended_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct ImportReply {
    import: Import,
}

#[derive(Deserialize)]
pub(super) struct ImportsReply {
    imports: Vec<Import>,
}

/// Importing, what was imported, and exporting.
#[component]
pub(crate) fn Imports() -> impl IntoView {
    let writes = Memo::new(|_| session::may(Role::Editor));
    let imports = Remote::new(|| async {
        let reply: ImportsReply = server::get("/v1/imports").await?;
        Ok(reply.imports)
    });
    view! {
        <Page title="imports.title">
            {move || {
                if writes.get() {
                    view! { <upload::Upload imports /> }.into_any()
                } else {
                    view! { <p class="notice">{t("imports.only_read")}</p> }.into_any()
                }
            }}
            <section class="card" aria-labelledby="past-title">
                <h2 id="past-title">{t("imports.past")}</h2>
                {move || match (imports.get(), imports.failure()) {
                    (_, Some(failure)) => {
                        view! { <Retry failure again=Callback::new(move |()| imports.again()) /> }
                            .into_any()
                    }
                    (Some(all), None) => past(all).into_any(),
                    (None, None) => view! { <Skeleton lines=3 /> }.into_any(),
                }}
            </section>
            {move || writes.get().then(|| view! { <exports::Exports /> })}
        </Page>
    }
}

/// The key of what a file holds.
fn word_of(kind: &str) -> &'static str {
    let known = KINDS.iter().find(|(name, ..)| *name == kind);
    known.map_or("kind.history", |(_, word, _)| word)
}

/// Saves the report of an import.
fn save_report(id: String, failure: RwSignal<Option<Failure>>) {
    spawn_local(async move {
        let path = format!("/v1/imports/{id}/faults?format=csv");
        let name = format!("{id}.csv");
        failure.set(download::save(&path, &name).await.err());
    });
}

fn past(all: Vec<Import>) -> impl IntoView {
    let failure = RwSignal::new(None);
    if all.is_empty() {
        return view! { <p class="hint">{t("imports.none")}</p> }.into_any();
    }
    let row = move |import: Import| {
        let (word, class) = match (import.ended_at, import.refused) {
            (None, _) => ("imports.open", "pill waits"),
            (Some(_), 0) => ("imports.done", "pill good"),
            (Some(_), _) => ("imports.with_faults", "pill bad"),
        };
        let at = import.updated_at;
        let (taken, refused) = (import.taken, import.refused);
        let id = import.id.clone();
        view! {
            <li class="row">
                <span class="topic">{t(word_of(&import.kind))}</span>
                <span class="marks">
                    <span class=class>{t(word)}</span>
                </span>
                <span class="who">
                    {move || ago(at)} " · " {move || count("imports.taken", taken, &[])}
                    {move || (refused > 0).then(|| format!(" · {}", count("imports.refused", refused, &[])))}
                </span>
                {(refused > 0)
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button"
                                on:click=move |_| save_report(id.clone(), failure)
                            >
                                {move || say("imports.report")}
                            </button>
                        }
                    })}
            </li>
        }
    };
    view! {
        <crate::atoms::Problem failure=failure />
        <ul class="rows">{all.into_iter().map(row).collect_view()}</ul>
    }
    .into_any()
}
