//! What the shop's server does, in its own language.

use super::embed::here;
use crate::app::BASE;
use crate::atoms::Code;
use crate::club;
use crate::snippets::{Language, Own};
use crate::words::{say, t};
use leptos::prelude::*;

const fn word_of(language: Language) -> &'static str {
    match language {
        Language::Node => "language.node",
        Language::Php => "language.php",
        Language::Python => "language.python",
    }
}

/// The settings, and a file for each language: tokens, orders, webhooks.
#[component]
pub(crate) fn ServerCode() -> impl IntoView {
    let club = club::club();
    let language = RwSignal::new(Language::Php);
    let variables = Signal::derive(move || {
        let own = Own {
            api: here(),
            program: club.0.get().map(|it| it.club.program).unwrap_or_default(),
            key: String::new(),
        };
        own.variables()
    });
    let options = Language::ALL.map(|one| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="language"
                    prop:checked=move || language.get() == one
                    on:change=move |_| language.set(one)
                />
                <span>{t(word_of(one))}</span>
            </label>
        }
    });
    let file = Signal::derive(move || language.get().file().1.to_owned());
    let name = Signal::derive(move || language.get().file().0.to_owned());
    view! {
        <section class="card" aria-labelledby="variables-title">
            <h2 id="variables-title">{t("server.variables")}</h2>
            <p class="hint">{t("server.variables.how")}</p>
            <Code name=Signal::derive(|| say("server.variables")) code=variables />
            <p>
                <a class="button" href=format!("{BASE}/setup/keys")>
                    {t("server.keys")}
                </a>
            </p>
        </section>
        <section class="card" aria-labelledby="code-title">
            <h2 id="code-title">{t("server.code")}</h2>
            <p class="hint">{t("server.code.how")}</p>
            <fieldset class="ways">
                <legend class="unseen">{t("server.language")}</legend>
                {options.into_iter().collect_view()}
            </fieldset>
            <Code name code=file />
            <p>
                <a href="/docs">{t("overview.next.docs")}</a>
            </p>
        </section>
    }
}
