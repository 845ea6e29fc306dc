//! Where the club's events are sent.

use super::{Fresh, for_owners, to_the_fresh};
use crate::app::BASE;
use crate::atoms::{Field, Kind, Problem, Retry, Skeleton, announce, busy_button};
use crate::pages::{beside_fields, empty_fields, fault_at, to_the_first_fault};
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::words::{ago, count, fill, say, t};
use contract::webhooks::{DisabledReason, Endpoint, EndpointSecretReply, EndpointsReply};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use std::collections::BTreeMap;

/// The name of the variable that takes an endpoint's secret.
pub(super) const VARIABLE: &str = "VAFA_WEBHOOK_SECRET";

/// The endpoints, and a form for another one. For owners.
#[component]
pub(crate) fn Endpoints() -> impl IntoView {
    for_owners(|| view! { <All /> }.into_any())
}

#[component]
fn All() -> impl IntoView {
    let endpoints = Remote::new(|| async {
        let reply: EndpointsReply = server::get("/v1/webhooks/endpoints").await?;
        Ok(reply.endpoints)
    });
    let secrets = RwSignal::new(Vec::new());
    let again = Callback::new(move |()| endpoints.again());
    let took = Callback::new(move |made: EndpointSecretReply| {
        secrets.set(vec![(VARIABLE.to_owned(), made.secret)]);
        endpoints.again();
        announce(untrack(|| say("hook.made")));
        to_the_fresh();
    });
    let listed = |all: Vec<Endpoint>| {
        if all.is_empty() {
            return view! { <p class="hint">{t("hook.none")}</p> }.into_any();
        }
        view! { <ul class="rows">{all.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    view! {
        <Fresh secrets hint=Signal::stored("secret.once") />
        <section class="card" aria-labelledby="hooks-title">
            <h2 id="hooks-title">{t("setup.webhooks")}</h2>
            <p class="hint">{t("hook.what")}</p>
            {move || match (endpoints.get(), endpoints.failure()) {
                (_, Some(failure)) => view! { <Retry failure again /> }.into_any(),
                (Some(all), None) => listed(all),
                (None, None) => view! { <Skeleton lines=3 /> }.into_any(),
            }}
        </section>
        <Add took />
    }
}

/// How an endpoint is: the key of the word, and how loud it is.
pub(super) const fn words_of(endpoint: &Endpoint) -> (&'static str, &'static str) {
    match (endpoint.disabled_reason, endpoint.failing_since) {
        (Some(DisabledReason::Gone), _) => ("hook.gone", "pill bad"),
        (Some(DisabledReason::Failing), _) => ("hook.given_up", "pill bad"),
        (Some(DisabledReason::ByHand), _) => ("hook.stopped", "pill"),
        (None, Some(_)) => ("hook.failing", "pill waits"),
        (None, None) => ("hook.well", "pill good"),
    }
}

fn row(endpoint: Endpoint) -> impl IntoView {
    let (word, class) = words_of(&endpoint);
    let href = format!("{BASE}/setup/webhooks/{}", endpoint.id);
    let kinds = i64::try_from(endpoint.kinds.len()).unwrap_or(0);
    let since = endpoint.failing_since;
    view! {
        <li>
            <a class="row" href=href>
                <span class="topic">
                    <bdi dir="ltr">{endpoint.url}</bdi>
                </span>
                <span class="marks">
                    <span class=class>{t(word)}</span>
                </span>
                <span class="who">
                    {move || {
                        if kinds == 0 { say("hook.kinds.all") } else { count("hook.kinds", kinds, &[]) }
                    }} {endpoint.note.map(|note| view! { " · " <bdi>{note}</bdi> })}
                    {move || {
                        since
                            .map(|at| format!(" · {}", fill("hook.failing.since", &[("ago", &ago(at))])))
                    }}
                </span>
            </a>
        </li>
    }
}

/// What the description of the API says that can be sent.
#[derive(Deserialize)]
struct Described {
    webhooks: BTreeMap<String, IgnoredAny>,
}

#[component]
fn Add(
    /// Gets what was made.
    took: Callback<EndpointSecretReply>,
) -> impl IntoView {
    let (url, note) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (all, chosen) = (RwSignal::new(true), RwSignal::new(Vec::<String>::new()));
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let kinds = Remote::new(|| async {
        let described: Described = server::get("/openapi.json").await?;
        Ok(described.webhooks.into_keys().collect::<Vec<String>>())
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        failure.set(empty_fields(&[("/url", url)]));
        if failure.with_untracked(Option::is_some) {
            to_the_first_fault();
            return;
        }
        busy.set(true);
        let wanted = if all.get_untracked() {
            Vec::new()
        } else {
            chosen.get_untracked()
        };
        let said = note.get_untracked();
        let said = (!said.trim().is_empty()).then_some(said);
        let body = json!({ "url": url.get_untracked().trim(), "kinds": wanted, "note": said });
        spawn_local(async move {
            let answer: Result<EndpointSecretReply, _> =
                server::post("/v1/webhooks/endpoints", &body).await;
            busy.set(false);
            match answer {
                Ok(made) => {
                    url.set(String::new());
                    note.set(String::new());
                    took.run(made);
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    to_the_first_fault();
                }
            }
        });
    };
    let boxes = move || {
        let kinds = kinds.get().unwrap_or_default();
        let kind = |kind: String| {
            let (name, shown) = (kind.clone(), kind.clone());
            let has = move || chosen.with(|chosen| chosen.contains(&name));
            view! {
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=has
                        on:change:target=move |event| {
                            let on = event.target().checked();
                            chosen
                                .update(|chosen| {
                                    chosen.retain(|one| *one != kind);
                                    if on {
                                        chosen.push(kind.clone());
                                    }
                                });
                        }
                    />
                    <span class="code" dir="ltr">
                        {shown}
                    </span>
                </label>
            }
        };
        kinds.into_iter().map(kind).collect_view()
    };
    view! {
        <section class="card" aria-labelledby="hook-add-title">
            <h2 id="hook-add-title">{t("hook.add")}</h2>
            <form class="form" novalidate=true on:submit=send>
                <Problem failure=beside_fields(failure) />
                <Field
                    name="hook-url"
                    label="hook.url"
                    hint="hook.url.hint"
                    kind=Kind::Code
                    value=url
                    fault=fault_at(failure, "/url")
                />
                <Field
                    name="hook-note"
                    label="hook.note"
                    kind=Kind::Words
                    value=note
                    fault=fault_at(failure, "/note")
                />
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || all.get()
                        on:change:target=move |event| all.set(event.target().checked())
                    />
                    <span>{t("hook.all")}</span>
                </label>
                <fieldset class="ways" hidden=move || all.get()>
                    <legend class="unseen">{t("hook.which")}</legend>
                    {boxes}
                </fieldset>
                {busy_button("hook.add.send", busy)}
            </form>
        </section>
    }
}
