//! Keys of the shop's pages and servers.

use super::make_key::{Make, made, scopes_in_words};
use super::{Fresh, for_owners, lines, to_the_fresh};
use crate::atoms::{Area, Problem, Question, Retry, Skeleton, announce, busy_button, cancel};
use crate::pages::fault_at;
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::words::{date, fill, say, t};
use contract::keys::{KeysReply, Listed};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

/// The list, and what is done with keys. For owners.
#[component]
pub(crate) fn Keys() -> impl IntoView {
    for_owners(|| view! { <All /> }.into_any())
}

/// What is asked about a key, over the page.
#[derive(Clone, Copy)]
struct Asking {
    key: RwSignal<Option<Listed>>,
    open: RwSignal<bool>,
}

impl Asking {
    fn new() -> Self {
        Self {
            key: RwSignal::new(None),
            open: RwSignal::new(false),
        }
    }

    fn ask(self, key: Listed) {
        self.key.set(Some(key));
        self.open.set(true);
    }

    fn id(self) -> String {
        let key = self.key.get_untracked();
        key.map(|key| key.id).unwrap_or_default()
    }
}

#[component]
fn All() -> impl IntoView {
    let keys = Remote::new(|| async {
        let reply: KeysReply = server::get("/v1/keys").await?;
        Ok(reply.keys)
    });
    let (secrets, failure) = (RwSignal::new(Vec::new()), RwSignal::new(None::<Failure>));
    let hint = RwSignal::new("secret.once");
    let (ending, origins) = (Asking::new(), Asking::new());
    let again = Callback::new(move |()| keys.again());
    let took = Callback::new(
        move |answer: Result<Vec<(String, String)>, Failure>| match answer {
            Ok(fresh) => {
                failure.set(None);
                secrets.set(fresh);
                keys.again();
                announce(untrack(|| say("key.made")));
                to_the_fresh();
            }
            Err(refused) => failure.set(Some(refused)),
        },
    );
    // A new key of the same kind, which may do the same; the old one stays until somebody ends it.
    let rotate = Callback::new(move |key: Listed| {
        hint.set("secret.rotated");
        let body = as_new(&key);
        spawn_local(async move { took.run(made(&body).await) });
    });
    let row = move |key: Listed| row(key, rotate, ending, origins);
    let listed = move |all: Vec<Listed>| {
        let (live, ended): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|key| key.revoked_at.is_none());
        let none = live.is_empty();
        let past = ended.len();
        let old = ended.into_iter().map(row).collect_view();
        view! {
            {none.then(|| view! { <p class="hint">{t("key.none")}</p> })}
            <ul class="rows">{live.into_iter().map(row).collect_view()}</ul>
            {(past > 0)
                .then(|| {
                    view! {
                        <details>
                            <summary>{t("key.ended.all")}</summary>
                            <ul class="rows">{old}</ul>
                        </details>
                    }
                })}
        }
    };
    view! {
        <Problem failure=failure />
        <Fresh secrets hint=hint />
        <section class="card" aria-labelledby="keys-title">
            <h2 id="keys-title">{t("setup.keys")}</h2>
            {move || match (keys.get(), keys.failure()) {
                (_, Some(failure)) => view! { <Retry failure again /> }.into_any(),
                (Some(all), None) => listed(all).into_any(),
                (None, None) => view! { <Skeleton lines=4 /> }.into_any(),
            }}
        </section>
        <Make took hint />
        <End asking=ending again />
        <Origins asking=origins again />
    }
}

/// What makes a key that may do the same.
fn as_new(key: &Listed) -> Value {
    match key.kind.as_str() {
        "publishable" => json!({ "kind": "publishable", "origins": key.origins }),
        "secret" => {
            let scopes = key.scopes.as_deref().unwrap_or_default();
            json!({ "kind": "secret", "scopes": scopes.split(' ').collect::<Vec<_>>() })
        }
        _ => json!({ "kind": "signing" }),
    }
}

fn word_of(kind: &str) -> &'static str {
    match kind {
        "publishable" => "key.publishable",
        "secret" => "key.secret",
        _ => "key.signing",
    }
}

fn row(key: Listed, rotate: Callback<Listed>, ending: Asking, origins: Asking) -> impl IntoView {
    let live = key.revoked_at.is_none();
    let of_pages = key.kind == "publishable";
    // The shop's own key pair is changed by the shop, not here.
    let ours = key.alg.as_deref() != Some("EdDSA");
    let (listed, scopes, alg) = (key.origins.clone(), key.scopes.clone(), key.alg.clone());
    let what = move || match &scopes {
        Some(scopes) => scopes_in_words(scopes),
        None => {
            let all = listed.iter().chain(&alg);
            let all = all.map(|one| format!("\u{2066}{one}\u{2069}"));
            all.collect::<Vec<_>>().join(" · ")
        }
    };
    let (made_at, ended_at) = (key.created_at, key.revoked_at);
    let name = key.name.clone().unwrap_or_else(|| key.id.clone());
    let spoken = name.clone();
    let (one, other, third) = (key.clone(), key.clone(), key.clone());
    let button = move |word: &'static str, act: Box<dyn Fn() + Send + Sync>| {
        let spoken = spoken.clone();
        view! {
            <button type="button" class="button" on:click=move |_| act()>
                {t(word)}
                <span class="unseen">{spoken}</span>
            </button>
        }
    };
    view! {
        <li class="row">
            <span class="topic">{t(word_of(&key.kind))}</span>
            <span class="when">
                {move || match ended_at {
                    Some(at) => fill("key.ended", &[("date", &date(at))]),
                    None => fill("key.since", &[("date", &date(made_at))]),
                }}
            </span>
            <span class="who">
                <bdi class="code">{name}</bdi>
            </span>
            <span class="marks"></span>
            <span class="who wide">{what}</span>
            {live
                .then(|| {
                    view! {
                        <span class="buttons wide">
                            {of_pages
                                .then(|| {
                                    button("key.origins", Box::new(move || origins.ask(one.clone())))
                                })}
                            {ours
                                .then(|| {
                                    button("key.rotate", Box::new(move || rotate.run(other.clone())))
                                })}
                            {button("key.end", Box::new(move || ending.ask(third.clone())))}
                        </span>
                    }
                })}
        </li>
    }
}

#[component]
fn End(
    /// The key.
    asking: Asking,
    /// Called when it is done.
    again: Callback<()>,
) -> impl IntoView {
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let path = format!("/v1/keys/{}", asking.id());
        spawn_local(async move {
            let answer = server::delete(&path).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    asking.open.set(false);
                    announce(untrack(|| say("key.end.done")));
                    again.run(());
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let what = move || {
        let key = asking.key.get()?;
        Some(say(match key.kind.as_str() {
            "publishable" => "key.end.publishable",
            "secret" => "key.end.secret",
            _ => "key.end.signing",
        }))
    };
    view! {
        <Question id="key-end" open=asking.open title="key.end.ask">
            <p>{what}</p>
            <Problem failure=failure />
            <form class="buttons" on:submit=send>
                {busy_button("key.end.confirm", busy)}
                {cancel(asking.open)}
            </form>
        </Question>
    }
}

#[component]
fn Origins(
    /// The key.
    asking: Asking,
    /// Called when it is done.
    again: Callback<()>,
) -> impl IntoView {
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let typed = RwSignal::new(String::new());
    Effect::new(move |_| {
        let key = asking.key.get();
        typed.set(key.map(|key| key.origins.join("\n")).unwrap_or_default());
        failure.set(None);
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let path = format!("/v1/keys/{}/origins", asking.id());
        let body = json!({ "origins": lines(&typed.get_untracked()) });
        spawn_local(async move {
            let answer = server::put(&path, &body).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    asking.open.set(false);
                    announce(untrack(|| say("key.origins.done")));
                    again.run(());
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    view! {
        <Question id="key-origins" open=asking.open title="key.origins.ask">
            <form class="form" novalidate=true on:submit=send>
                <Problem failure=failure />
                <Area
                    name="key-origins-list"
                    label="key.origins.label"
                    hint="key.origins.hint"
                    dir="ltr"
                    value=typed
                    fault=fault_at(failure, "/origins")
                />
                <div class="buttons">
                    {busy_button("key.origins.send", busy)}
                    {cancel(asking.open)}
                </div>
            </form>
        </Question>
    }
}
