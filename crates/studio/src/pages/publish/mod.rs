//! Publish: what the draft changes, what that means for the members, and what was published before.

mod changes;
mod effect;
mod release;
mod schedules;
mod versions;

use crate::app::BASE;
use crate::atoms::{Page, Problem, Retry, Skeleton};
use crate::club::{self, Club};
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server::{self, Failure, Reply};
use crate::session;
use crate::words::{ago, count, fill, lang, number, say, t};
use contract::problem::Fault;
use contract::staff::Role;
use contract::versions::Version;
use leptos::prelude::*;
use rules::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct DraftReply {
    draft: Draft,
}

/// A draft as the server tells it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Draft {
    revision: i64,
    saved: bool,
    document: Value,
    running_version: i64,
    updated_by_email: Option<String>,
    updated_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Verdict {
    faults: Vec<Fault>,
}

/// A version with its document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Published {
    version: Version,
    document: Value,
}

/// What is to be published, and what runs.
#[derive(Clone, Debug, PartialEq)]
struct Work {
    draft: Draft,
    faults: Vec<Fault>,
    running: Published,
}

/// A place below the program's at the server.
fn path(rest: &str) -> String {
    let program = untrack(session::who).map(|who| who.program);
    format!("/v1/programs/{}/{rest}", program.unwrap_or_default())
}

async fn version(number: i64) -> Reply<Published> {
    server::get(&path(&format!("versions/{number}"))).await
}

async fn work(language: &'static str) -> Reply<Work> {
    let draft = server::get::<DraftReply>(&path("draft")).await?.draft;
    let asked = json!({ "language": language, "document": draft.document });
    let verdict: Verdict = server::post(&path("validate"), &asked).await?;
    Ok(Work {
        running: version(draft.running_version).await?,
        faults: verdict.faults,
        draft,
    })
}

/// All that is shown here; whoever changes something has it read anew.
#[derive(Clone, Copy)]
struct Shelf {
    club: Club,
    work: Remote<Work>,
    /// Why something was refused that is drawn anew: the draft is another one by now.
    overtaken: RwSignal<Option<Failure>>,
    /// Counts what has changed among the versions and schedules.
    changed: RwSignal<u32>,
}

impl Shelf {
    /// Something was refused. What is on screen may not be what is there: then that is shown.
    fn refused(self, failure: Failure, place: RwSignal<Option<Failure>>) {
        if failure.code() == "draft_changed" {
            self.overtaken.set(Some(failure));
            self.work.again();
        } else {
            place.set(Some(failure));
        }
    }

    /// Something was published, scheduled, brought back, cancelled or discarded.
    fn changed(self) {
        self.overtaken.set(None);
        self.work.again();
        self.changed.update(|n| *n = n.wrapping_add(1));
        self.club.0.again();
    }
}

/// The draft, the schedules and the versions.
#[component]
pub(crate) fn Publish() -> impl IntoView {
    let shelf = Shelf {
        club: club::club(),
        work: Remote::new(|| work(lang().tag())),
        overtaken: RwSignal::new(None),
        changed: RwSignal::new(0),
    };
    provide_context(shelf);
    let work = shelf.work;
    view! {
        <Page title="publish.title">
            <Problem failure=shelf.overtaken />
            {move || match (work.get(), work.failure()) {
                (Some(work), None) => shown(work).into_any(),
                (_, Some(failure)) => {
                    view! { <Retry failure again=Callback::new(move |()| work.again()) /> }
                        .into_any()
                }
                (None, None) => view! { <Skeleton lines=6 /> }.into_any(),
            }}
            <schedules::Schedules />
            <versions::Versions />
        </Page>
    }
}

fn shown(work: Work) -> impl IntoView {
    if !work.draft.saved || work.draft.document == work.running.document {
        return nothing(&work.running.version).into_any();
    }
    let writes = session::may(Role::Editor);
    let Work {
        draft,
        faults,
        running,
    } = work;
    let changes = changes::between(&running.document, &draft.document);
    let title = count(
        "publish.changes",
        changes.len() as i64,
        &[("v", &number(running.version.version))],
    );
    let sound = faults.is_empty();
    let by = by(&draft);
    let documents = (running.document, draft.document.clone());
    view! {
        <section class="card" aria-labelledby="changes">
            <h2 id="changes">{title}</h2>
            <p class="hint">{by}</p>
            {changes::listed(&changes, &documents.0, &documents.1)}
            <div class="buttons">
                <a class="button" href=format!("{BASE}/customise")>
                    {t("publish.customise")}
                </a>
                {writes.then(|| release::discard(&draft))}
            </div>
        </section>
        {(!sound).then(|| faulty(&faults, &draft.document))}
        {(sound && writes)
            .then(|| {
                view! {
                    <effect::Simulated documents />
                    <release::Release revision=draft.revision />
                }
            })}
        {(!writes).then(|| view! { <p class="notice">{t("publish.only_read")}</p> })}
    }
    .into_any()
}

/// Who saved the draft, and when.
fn by(draft: &Draft) -> String {
    let who = draft.updated_by_email.clone();
    let who = who.unwrap_or_else(|| say("publish.somebody"));
    let when = draft.updated_at.map(ago).unwrap_or_default();
    fill("publish.saved", &[("who", &who), ("when", &when)])
}

fn nothing(running: &Version) -> impl IntoView {
    let sentence = fill("publish.none.text", &[("n", &number(running.version))]);
    view! {
        <section class="card row" aria-labelledby="none">
            <span class="picture">{icon(Icon::Check)}</span>
            <div class="grow">
                <h2 id="none">{t("publish.none")}</h2>
                <p>{sentence}</p>
            </div>
            <a class="button" href=format!("{BASE}/customise")>
                {t("publish.customise")}
            </a>
        </section>
    }
}

fn faulty(faults: &[Fault], document: &Value) -> impl IntoView + use<> {
    let rows: Vec<_> = faults
        .iter()
        .map(|fault| {
            view! {
                <li>
                    <strong>{changes::place(document, &fault.pointer)}</strong>
                    <span>{fault.detail.clone()}</span>
                </li>
            }
        })
        .collect();
    view! {
        <section class="notice bad faults" aria-labelledby="faults">
            {icon(Icon::Alert)}
            <div class="grow">
                <h2 id="faults">{t("publish.faults")}</h2>
                <ul class="changes">{rows}</ul>
            </div>
        </section>
    }
}
