//! A field of a form: its name, its box, a hint, and what is wrong with it.

use crate::words::{say, t};
use leptos::prelude::*;

/// What is typed into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Email,
    /// A password that is known; browsers offer to fill it in.
    Password,
    /// A password that is chosen; browsers offer to make one.
    NewPassword,
    /// A code or an id in Latin letters.
    Code,
    /// Words that browsers have nothing to offer for.
    Words,
    /// A whole number, in any digits.
    Number,
}

impl Kind {
    const fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Code | Self::Words | Self::Number => "text",
            Self::Email => "email",
            Self::Password | Self::NewPassword => "password",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Text => "organization",
            Self::Email => "username",
            Self::Password => "current-password",
            Self::NewPassword => "new-password",
            Self::Code | Self::Words | Self::Number => "off",
        }
    }

    /// The direction of what is typed; by its own letters where it may be any.
    const fn dir(self) -> &'static str {
        match self {
            Self::Text | Self::Words => "auto",
            Self::Email | Self::Password | Self::NewPassword | Self::Code | Self::Number => "ltr",
        }
    }
}

/// A field with one line.
#[component]
pub(crate) fn Field(
    /// Its name in the page, which is also its id.
    name: &'static str,
    /// The key of its label.
    label: &'static str,
    /// What is typed.
    kind: Kind,
    /// What stands in it.
    value: RwSignal<String>,
    /// The key of a sentence below it.
    #[prop(optional)]
    hint: &'static str,
    /// What is wrong with it; empty when nothing is.
    #[prop(into)]
    fault: Signal<String>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let secret = matches!(kind, Kind::Password | Kind::NewPassword);
    let input_type = move || {
        if shown.get() {
            "text"
        } else {
            kind.input_type()
        }
    };
    let wrong = move || !fault.get().is_empty();
    let (hint_id, fault_id) = (format!("{name}-hint"), format!("{name}-fault"));
    let described = {
        let (hint_id, fault_id) = (hint_id.clone(), fault_id.clone());
        move || {
            let hint = (!hint.is_empty()).then_some(hint_id.as_str());
            let fault = wrong().then_some(fault_id.as_str());
            let all: Vec<&str> = fault.into_iter().chain(hint).collect();
            (!all.is_empty()).then(|| all.join(" "))
        }
    };
    view! {
        <div class="field">
            <label for=name>{t(label)}</label>
            <div class="box">
                <input
                    id=name
                    name=name
                    type=input_type
                    dir=kind.dir()
                    autocomplete=kind.autocomplete()
                    autocapitalize="off"
                    spellcheck=(!matches!(kind, Kind::Text | Kind::Words)).then_some("false")
                    inputmode=(kind == Kind::Number).then_some("numeric")
                    required=true
                    aria-invalid=move || wrong().then_some("true")
                    aria-describedby=described
                    prop:value=move || value.get()
                    on:input:target=move |event| value.set(event.target().value())
                />
                {secret
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button quiet inside"
                                aria-pressed=move || if shown.get() { "true" } else { "false" }
                                aria-controls=name
                                on:click=move |_| shown.update(|shown| *shown = !*shown)
                            >
                                {t("password.show")}
                            </button>
                        }
                    })}
            </div>
            {move || {
                wrong()
                    .then(|| {
                        view! {
                            <p class="fault" id=fault_id.clone()>
                                {move || fault.get()}
                            </p>
                        }
                    })
            }}
            {(!hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=hint_id.clone()>
                            {move || say(hint)}
                        </p>
                    }
                })}
        </div>
    }
}
