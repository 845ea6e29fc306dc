//! Code and secrets: what is copied rather than read.

use super::announce;
use crate::icons::{Icon, icon};
use crate::words::{say, t};
use js_sys::Reflect;
use leptos::html::Pre;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Whether it was written to the clipboard. A page that did not come by TLS has none.
async fn copied(text: &str) -> bool {
    let navigator = window().navigator();
    let has = Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if !has.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    let written = navigator.clipboard().write_text(text);
    JsFuture::from(written).await.is_ok()
}

/// Chooses all of it, so that the keyboard can copy it.
fn choose(code: &web_sys::HtmlPreElement) {
    if let Ok(Some(selection)) = window().get_selection() {
        // What is in the page can be chosen.
        let _ = selection.select_all_children(code);
    }
}

/// A piece of code with a button that copies it.
#[component]
pub(crate) fn Code(
    /// What it is, for who does not see it.
    #[prop(into)]
    name: Signal<String>,
    /// The code.
    #[prop(into)]
    code: Signal<String>,
) -> impl IntoView {
    let shown = NodeRef::<Pre>::new();
    let said = RwSignal::new("");
    let copy = move |_| {
        let text = code.get_untracked();
        spawn_local(async move {
            let done = copied(&text).await;
            let word = if done { "copy.done" } else { "copy.by_hand" };
            if !done && let Some(shown) = shown.get_untracked() {
                choose(&shown);
            }
            let _ = said.try_set(word);
            announce(untrack(|| say(word)));
        });
    };
    view! {
        <div class="snippet">
            <pre dir="ltr" tabindex="0" role="region" aria-label=move || name.get() node_ref=shown>
                <code>{move || code.get()}</code>
            </pre>
            <div class="buttons">
                <button type="button" class="button" on:click=copy>
                    {icon(Icon::Copy)}
                    {t("copy")}
                    <span class="unseen">{move || name.get()}</span>
                </button>
                <span class="hint">
                    {move || {
                        let word = said.get();
                        (!word.is_empty()).then(|| say(word))
                    }}
                </span>
            </div>
        </div>
    }
}
