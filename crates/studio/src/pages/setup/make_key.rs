//! Making a key.

use super::lines;
use crate::atoms::{Area, Problem, busy_button};
use crate::pages::{beside_fields, fault_at, to_the_first_fault};
use crate::server::{self, Failure};
use crate::words::{say, t};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};

/// A fresh key; what is null is of another kind.
#[derive(Deserialize)]
struct FreshKey {
    publishable_key: Option<String>,
    secret_key: Option<String>,
    signing_key: Option<Signing>,
}

#[derive(Deserialize)]
struct Signing {
    kid: String,
    secret: String,
}

#[derive(Deserialize)]
struct Reply {
    key: FreshKey,
}

/// Makes a key. What is to be kept of it comes under the names of the variables that take it.
pub(super) async fn made(body: &Value) -> Result<Vec<(String, String)>, Failure> {
    let Reply { key } = server::post("/v1/keys", body).await?;
    let mut kept = Vec::new();
    let mut keep = |name: &str, value: String| kept.push((name.to_owned(), value));
    if let Some(text) = key.publishable_key {
        keep("data-key", text);
    }
    if let Some(text) = key.secret_key {
        keep("VAFA_SECRET_KEY", text);
    }
    if let Some(signing) = key.signing_key {
        keep("VAFA_SIGNING_KID", signing.kid);
        keep("VAFA_SIGNING_SECRET", signing.secret);
    }
    Ok(kept)
}

/// What a secret key may do, with the words for it. A star is all of it.
const SCOPES: [(&str, &str); 9] = [
    ("members", "scope.members"),
    ("orders", "scope.orders"),
    ("coupons", "scope.coupons"),
    ("complaints", "scope.complaints"),
    ("insights", "scope.insights"),
    ("exports", "scope.exports"),
    ("webhooks", "scope.webhooks"),
    ("programs", "scope.programs"),
    ("*", "scope.all"),
];

/// The scopes of a key, as people call them.
pub(super) fn scopes_in_words(scopes: &str) -> String {
    let word = |scope: &str| {
        let known = SCOPES.iter().find(|(name, _)| *name == scope);
        known.map_or_else(|| scope.to_owned(), |(_, word)| say(word))
    };
    scopes.split(' ').map(word).collect::<Vec<_>>().join(" · ")
}

const KINDS: [(&str, &str, &str); 3] = [
    ("publishable", "key.publishable", "key.publishable.what"),
    ("secret", "key.secret", "key.secret.what"),
    ("signing", "key.signing", "key.signing.what"),
];

#[component]
pub(super) fn Make(
    /// Gets what was made.
    took: Callback<Result<Vec<(String, String)>, Failure>>,
    /// What is said beside it.
    hint: RwSignal<&'static str>,
) -> impl IntoView {
    let kind = RwSignal::new("publishable");
    let origins = RwSignal::new(String::new());
    let scopes = RwSignal::new(vec!["members", "orders"]);
    let (failure, busy) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let body = match kind.get_untracked() {
            "publishable" => {
                json!({ "kind": "publishable", "origins": lines(&origins.get_untracked()) })
            }
            "secret" => json!({ "kind": "secret", "scopes": scopes.get_untracked() }),
            _ => json!({ "kind": "signing" }),
        };
        spawn_local(async move {
            let answer = made(&body).await;
            busy.set(false);
            match answer {
                Ok(fresh) => {
                    failure.set(None);
                    origins.set(String::new());
                    hint.set("secret.once");
                    took.run(Ok(fresh));
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    to_the_first_fault();
                }
            }
        });
    };
    let kinds = KINDS.map(|(name, word, what)| {
        view! {
            <label class="check tall">
                <input
                    type="radio"
                    name="key-kind"
                    prop:checked=move || kind.get() == name
                    on:change=move |_| kind.set(name)
                />
                <span>
                    {t(word)} <span class="hint">{t(what)}</span>
                </span>
            </label>
        }
    });
    let boxes = SCOPES.map(|(name, word)| {
        let has = move || scopes.with(|scopes| scopes.contains(&name));
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=has
                    on:change=move |_| {
                        let had = untrack(has);
                        scopes
                            .update(|scopes| {
                                scopes.retain(|one| *one != name);
                                if !had {
                                    scopes.push(name);
                                }
                            });
                    }
                />
                <span>{t(word)}</span>
            </label>
        }
    });
    view! {
        <section class="card" aria-labelledby="make-title">
            <h2 id="make-title">{t("key.make")}</h2>
            <form class="form" novalidate=true on:submit=send>
                <Problem failure=beside_fields(failure) />
                <fieldset class="stack">
                    <legend class="unseen">{t("key.kind")}</legend>
                    {kinds.into_iter().collect_view()}
                </fieldset>
                <div hidden=move || kind.get() != "publishable">
                    <Area
                        name="key-new-origins"
                        label="key.origins.label"
                        hint="key.origins.hint"
                        dir="ltr"
                        value=origins
                        fault=fault_at(failure, "/origins")
                    />
                </div>
                <fieldset class="stack" hidden=move || kind.get() != "secret">
                    <legend class="unseen">{t("key.scopes")}</legend>
                    <p class="hint">{t("key.scopes")}</p>
                    <div class="ways">{boxes.into_iter().collect_view()}</div>
                    <p class="fault">{move || fault_at(failure, "/scopes").get()}</p>
                </fieldset>
                {busy_button("key.make.send", busy)}
            </form>
        </section>
    }
}
