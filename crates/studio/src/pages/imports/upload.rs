//! Importing a file: what it holds, how it begins, how far it is, and what could not be taken.

use super::columns::KINDS;
use super::file::{Format, Head, head, renamed};
use super::mapping::{Mapping, guessed, missing};
use super::{Import, ImportReply, ImportsReply, save_report};
use crate::atoms::{Problem, announce};
use crate::club;
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::words::{count, fill, number, say, t};
use leptos::html::{Input, Section};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Blob, File};

/// Faults that are shown; all are in the report.
const SHOWN: usize = 100;
/// How often the server is asked how far it is.
const LOOKS: Duration = Duration::from_secs(1);

/// A line that could not be taken.
#[derive(Clone, Debug, Deserialize)]
struct LineFault {
    line: i64,
    pointer: String,
    detail: String,
}

/// The file that was chosen.
#[derive(Clone)]
struct Chosen {
    file: File,
    format: Format,
    head: Head,
}

/// The same file with the same columns has the same key, so that it goes on where it broke off.
fn key_of(file: &File, kind: &str, names: &[String]) -> String {
    let told = format!(
        "{}\n{}\n{}\n{kind}\n{}",
        file.name(),
        file.size(),
        file.last_modified(),
        names.join(",")
    );
    // FNV-1a, twice: it only has to tell one file of a shop from another.
    let hash = |basis: u64| {
        told.bytes().fold(basis, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let (one, other) = (hash(0xcbf2_9ce4_8422_2325), hash(0x8422_2325_cbf2_9ce4));
    format!("studio-{one:016x}{other:016x}")
}

#[component]
pub(super) fn Upload(
    /// The list of imports.
    imports: Remote<Vec<Import>>,
) -> impl IntoView {
    let club = club::club();
    let kind = RwSignal::new("members".to_owned());
    let chosen = RwSignal::new_local(None::<Chosen>);
    let names = RwSignal::new(Vec::<String>::new());
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let running = RwSignal::new(None::<Import>);
    let done = RwSignal::new(None::<Import>);
    let faults = RwSignal::new(Vec::<LineFault>::new());
    let input = NodeRef::<Input>::new();
    let result = NodeRef::<Section>::new();
    let guess = move || {
        let found = chosen.with_untracked(|chosen| {
            let head = &chosen.as_ref()?.head;
            Some(guessed(&kind.get_untracked(), &head.names))
        });
        names.set(found.unwrap_or_default());
    };
    let pick = move |_| {
        done.set(None);
        failure.set(None);
        let files = input.get_untracked().and_then(|input| input.files());
        let Some(file) = files.and_then(|files| files.get(0)) else {
            chosen.set(None);
            return;
        };
        spawn_local(async move {
            let format = Format::of(&file.name());
            match head(&file, format).await {
                Ok(head) => {
                    chosen.set(Some(Chosen { file, format, head }));
                    guess();
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let ready = Memo::new(move |_| {
        chosen.with(|chosen| match chosen {
            None => false,
            Some(chosen) => {
                chosen.format == Format::Ndjson || missing(&kind.get(), &names.get()).is_empty()
            }
        })
    });
    let look = move || {
        spawn_local(async move {
            let reply: Result<ImportsReply, _> = server::get("/v1/imports").await;
            let open = reply.ok().and_then(|reply| {
                let kind = kind.try_get_untracked()?;
                let mut imports = reply.imports.into_iter();
                imports.find(|one| one.ended_at.is_none() && one.kind == kind)
            });
            if busy.try_get_untracked() == Some(true) {
                running.set(open);
            }
        });
    };
    let finish = move |import: Import| {
        spawn_local(async move {
            let id = import.id.clone();
            if import.refused > 0
                && let Ok(text) = server::text(&format!("/v1/imports/{id}/faults")).await
            {
                let read = text.lines().take(SHOWN).map(serde_json::from_str);
                faults.set(read.flatten().collect());
            }
            announce(untrack(|| count("imports.taken", import.taken, &[])));
            done.set(Some(import));
            imports.again();
            club.0.again();
            request_animation_frame(move || {
                if let Some(result) = result.try_get_untracked().flatten() {
                    // Nothing is lost where it cannot take the focus.
                    let _ = result.focus();
                }
            });
        });
    };
    let send = move |_| {
        let Some(Chosen { file, format, head }) = chosen.get_untracked() else {
            return;
        };
        if busy.get_untracked() || !ready.get_untracked() {
            return;
        }
        let (what, columns) = (kind.get_untracked(), names.get_untracked());
        let body: Result<Blob, Failure> = match format {
            Format::Csv => renamed(&file, &head, &columns),
            Format::Ndjson => Ok(file.clone().unchecked_into()),
        };
        let body = match body {
            Ok(body) => body,
            Err(odd) => return failure.set(Some(odd)),
        };
        busy.set(true);
        failure.set(None);
        done.set(None);
        faults.set(Vec::new());
        let key = key_of(&file, &what, &columns);
        let looks = set_interval_with_handle(look, LOOKS).ok();
        spawn_local(async move {
            let path = format!("/v1/imports?kind={what}");
            let answer: Result<ImportReply, _> =
                server::upload(&path, format.media(), &body, &key).await;
            if let Some(looks) = looks {
                looks.clear();
            }
            if busy.try_set(false).is_some() {
                return;
            }
            running.set(None);
            match answer {
                Ok(reply) => finish(reply.import),
                Err(refused) => {
                    failure.set(Some(refused));
                    imports.again();
                }
            }
        });
    };
    let kinds = KINDS.map(|(name, word, _)| {
        view! {
            <option value=name selected=move || kind.get() == name>
                {t(word)}
            </option>
        }
    });
    let preview = move || {
        chosen.with(|chosen| {
            let chosen = chosen.clone()?;
            Some(match chosen.format {
                Format::Csv => {
                    view! { <Mapping kind=kind.get() head=chosen.head chosen=names /> }.into_any()
                }
                Format::Ndjson => {
                    let lines = chosen.head.rows.into_iter().flatten();
                    let lines = lines.collect::<Vec<_>>().join("\n");
                    view! {
                        <pre class="command" dir="ltr" tabindex="0">
                            <code>{lines}</code>
                        </pre>
                    }
                    .into_any()
                }
            })
        })
    };
    let progress = move || {
        if !busy.get() {
            return None;
        }
        let size = chosen.with(|chosen| chosen.as_ref().map_or(0.0, |one| one.file.size()));
        let at = running.get();
        let bytes = at.as_ref().map_or(0.0, |import| import.bytes as f64);
        let lines = at.map_or(0, |import| import.lines);
        Some(view! {
            <div class="field">
                <label for="import-progress">
                    {fill("imports.running", &[("n", &number(lines))])}
                </label>
                <progress id="import-progress" max=size.max(1.0) value=bytes></progress>
            </div>
        })
    };
    // The file is still there: the same again goes on.
    let broke_off = move || matches!(failure.get(), Some(Failure::Offline | Failure::Odd));
    view! {
        <section class="card" aria-labelledby="import-title">
            <h2 id="import-title">{t("imports.new")}</h2>
            <div class="form">
                <div class="field">
                    <label for="import-kind">{t("imports.kind")}</label>
                    <select
                        id="import-kind"
                        prop:value=move || kind.get()
                        on:change:target=move |event| {
                            kind.set(event.target().value());
                            guess();
                        }
                    >
                        {kinds.into_iter().collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="import-file">{t("imports.file")}</label>
                    <input
                        id="import-file"
                        type="file"
                        accept=".csv,.ndjson,.jsonl,.json,text/csv"
                        aria-describedby="import-file-hint"
                        node_ref=input
                        on:change=pick
                    />
                    <p class="hint" id="import-file-hint">
                        {t("imports.file.hint")}
                    </p>
                </div>
            </div>
            {preview}
            {progress}
            <Problem failure=failure />
            {move || broke_off().then(|| view! { <p class="hint">{t("imports.broke_off")}</p> })}
            <div class="buttons">
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=move || (busy.get() || !ready.get()).then_some("true")
                    on:click=send
                >
                    {move || {
                        say(
                            if busy.get() {
                                "busy"
                            } else if broke_off() {
                                "imports.go_on"
                            } else {
                                "imports.start"
                            },
                        )
                    }}
                </button>
            </div>
        </section>
        {move || {
            done.get()
                .map(|import| {
                    view! {
                        <section
                            class="card"
                            aria-labelledby="result-title"
                            tabindex="-1"
                            node_ref=result
                        >
                            <h2 id="result-title">{t("imports.result")}</h2>
                            {report(import, faults, failure)}
                        </section>
                    }
                })
        }}
    }
}

fn report(
    import: Import,
    faults: RwSignal<Vec<LineFault>>,
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let Import {
        id, taken, refused, ..
    } = import;
    let rows = move || {
        let row = |fault: LineFault| {
            view! {
                <tr>
                    <td>{number(fault.line)}</td>
                    <td dir="ltr">
                        <bdi>{fault.pointer}</bdi>
                    </td>
                    <td dir="auto">{fault.detail}</td>
                </tr>
            }
        };
        faults.get().into_iter().map(row).collect_view()
    };
    view! {
        <p class="notice good">
            {icon(Icon::Check)} <span>{move || count("imports.taken", taken, &[])}</span>
        </p>
        {(refused > 0)
            .then(|| {
                view! {
                    <p class="notice bad">
                        {icon(Icon::Alert)}
                        <span>{move || count("imports.refused", refused, &[])}</span>
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| save_report(id.clone(), failure)
                        >
                            {t("imports.report")}
                        </button>
                    </p>
                    <div
                        class="wide-table"
                        tabindex="0"
                        role="region"
                        aria-label=move || say("imports.faults")
                    >
                        <table>
                            <caption class="unseen">{t("imports.faults")}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{t("imports.line")}</th>
                                    <th scope="col">{t("imports.column")}</th>
                                    <th scope="col">{t("imports.fault")}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
            })}
    }
}
