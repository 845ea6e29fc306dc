//! The versions that were published: what each has changed, and bringing one back.

use super::{Published, Shelf, changes, path, version};
use crate::atoms::{Problem, Question, Retry, Skeleton, announce, cancel};
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::session;
use crate::words::{fill, moment, number, say, t};
use contract::staff::Role;
use contract::versions::{Version, VersionPage};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use web_sys::HtmlDetailsElement;

#[derive(Deserialize)]
struct Brought {
    version: Version,
}

/// The versions, newest first.
#[component]
pub(super) fn Versions() -> impl IntoView {
    let shelf = expect_context::<Shelf>();
    let page = Remote::new(move || {
        shelf.changed.track();
        async move { server::get::<VersionPage>(&path("versions")).await }
    });
    let back = RwSignal::new(None::<i64>);
    let open = RwSignal::new(false);
    let bring = Callback::new(move |number| {
        back.set(Some(number));
        open.set(true);
    });
    view! {
        <section class="card" aria-labelledby="versions">
            <h2 id="versions">{t("publish.versions")}</h2>
            {move || match (page.get(), page.failure()) {
                (_, Some(failure)) => {
                    view! { <Retry failure again=Callback::new(move |()| page.again()) /> }
                        .into_any()
                }
                (Some(known), None) => rows(known, page, bring).into_any(),
                (None, None) => view! { <Skeleton lines=4 /> }.into_any(),
            }}
        </section>
        <Question id="bring-back" open title="publish.back.ask">
            {move || back.get().map(|number| question(number, open))}
        </Question>
    }
}

fn rows(known: VersionPage, page: Remote<VersionPage>, bring: Callback<i64>) -> impl IntoView {
    let more = known.next_cursor.clone();
    let before = known.clone();
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let read_on = move |cursor: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let before = before.clone();
        spawn_local(async move {
            let asked = path(&format!("versions?cursor={cursor}"));
            match server::get::<VersionPage>(&asked).await {
                Ok(next) => {
                    let versions = [before.versions, next.versions].concat();
                    page.put(VersionPage { versions, ..next });
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    busy.set(false);
                }
            }
        });
    };
    let rows: Vec<_> = known
        .versions
        .into_iter()
        .map(|one| row(one, bring))
        .collect();
    view! {
        <ul class="releases">{rows}</ul>
        <Problem failure=failure />
        {more
            .map(|cursor| {
                view! {
                    <button
                        type="button"
                        class="button"
                        aria-disabled=move || busy.get().then_some("true")
                        on:click=move |_| read_on(cursor.clone())
                    >
                        {move || say(if busy.get() { "busy" } else { "publish.older" })}
                    </button>
                }
            })}
    }
}

fn row(version: Version, bring: Callback<i64>) -> impl IntoView {
    let Version {
        version,
        note,
        published_by,
        published_by_email,
        published_at,
        running,
    } = version;
    let who = published_by_email.unwrap_or_else(|| match published_by.as_str() {
        "seed" => say("publish.seed"),
        _ => published_by,
    });
    let name = move || fill("publish.version", &[("n", &number(version))]);
    let label = move || fill("publish.back.of", &[("n", &number(version))]);
    let backward = !running && session::may(Role::Editor);
    view! {
        <li>
            <div class="head">
                <strong>{name}</strong>
                {running.then(|| view! { <span class="pill good">{t("publish.running")}</span> })}
            </div>
            {note.map(|note| view! { <p dir="auto">{note}</p> })}
            <p class="hint">
                <bdi>{who}</bdi>
                " · "
                {move || moment(published_at)}
            </p>
            {(version > 1).then(|| view! { <Compared was=version - 1 is=version /> })}
            {backward
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            aria-label=label
                            on:click=move |_| bring.run(version)
                        >
                            {t("publish.back")}
                        </button>
                    }
                })}
        </li>
    }
}

/// What two versions differ in; read when somebody wants to know.
#[component]
fn Compared(
    /// The older one.
    was: i64,
    /// The newer one.
    is: i64,
) -> impl IntoView {
    let wanted = RwSignal::new(false);
    let toggle = move |event: leptos::ev::Event| {
        let details = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlDetailsElement>().ok());
        if details.is_some_and(|details| details.open()) {
            wanted.set(true);
        }
    };
    view! {
        <details class="more" on:toggle=toggle>
            <summary>{t("publish.compare")}</summary>
            {move || wanted.get().then(|| view! { <Pair was is /> })}
        </details>
    }
}

/// Two versions, compared.
#[component]
fn Pair(
    /// The older side.
    was: i64,
    /// The newer side.
    is: i64,
) -> impl IntoView {
    let pair = Remote::new(move || async move { Ok((version(was).await?, version(is).await?)) });
    move || match (pair.get(), pair.failure()) {
        (_, Some(failure)) => {
            view! { <Retry failure again=Callback::new(move |()| pair.again()) /> }.into_any()
        }
        (Some((was, is)), None) => differ(&was, &is).into_any(),
        (None, None) => view! { <Skeleton lines=2 /> }.into_any(),
    }
}

fn differ(was: &Published, is: &Published) -> impl IntoView + use<> {
    let (was, is): (&Value, &Value) = (&was.document, &is.document);
    changes::listed(&changes::between(was, is), was, is)
}

/// What is asked before a version is brought back.
fn question(to: i64, open: RwSignal<bool>) -> impl IntoView {
    let shelf = expect_context::<Shelf>();
    let running = move || shelf.work.get().map(|work| work.running.version.version);
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let act = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match server::post::<Brought>(&path("rollback"), &json!({ "version": to })).await {
                Ok(done) => {
                    let n = number(done.version.version);
                    announce(untrack(|| fill("publish.done", &[("n", &n)])));
                    open.set(false);
                    shelf.changed();
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    busy.set(false);
                }
            }
        });
    };
    view! {
        <p>{move || fill("publish.back.text", &[("n", &number(to))])}</p>
        {move || running().map(|was| view! { <Pair was is=to /> })}
        <Problem failure=failure />
        <div class="buttons">
            <button
                type="button"
                class="button primary"
                aria-disabled=move || busy.get().then_some("true")
                on:click=act
            >
                {t("publish.back")}
            </button>
            {cancel(open)}
        </div>
    }
}
