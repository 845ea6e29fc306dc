//! A field with several lines.

use crate::words::{say, t};
use leptos::prelude::*;

/// Several lines of text; its id is its name.
#[component]
pub(crate) fn Area(
    /// Its name in the page, which is also its id.
    name: &'static str,
    /// The key of its label.
    label: &'static str,
    /// The key of a sentence below it.
    hint: &'static str,
    /// The direction of what is typed.
    #[prop(default = "auto")]
    dir: &'static str,
    /// What stands in it.
    value: RwSignal<String>,
    /// What is wrong with it; empty when nothing is.
    #[prop(into)]
    fault: Signal<String>,
) -> impl IntoView {
    let wrong = move || !fault.get().is_empty();
    let (hint_id, fault_id) = (format!("{name}-hint"), format!("{name}-fault"));
    let described = {
        let (hint_id, fault_id) = (hint_id.clone(), fault_id.clone());
        move || {
            if wrong() {
                format!("{fault_id} {hint_id}")
            } else {
                hint_id.clone()
            }
        }
    };
    view! {
        <div class="field">
            <label for=name>{t(label)}</label>
            <textarea
                id=name
                name=name
                rows="3"
                dir=dir
                autocapitalize="off"
                spellcheck="false"
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=described
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
            ></textarea>
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
            <p class="hint" id=hint_id>
                {move || say(hint)}
            </p>
        </div>
    }
}
