//! A question over the page, such as before what cannot be undone.

use crate::words::t;
use leptos::html::Dialog;
use leptos::prelude::*;

/// A question. Escape closes it, and the keyboard is then where it was before.
#[component]
pub(crate) fn Question(
    /// Its id in the page.
    id: &'static str,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The key of what it asks.
    title: &'static str,
    /// What stands below; drawn anew whenever it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let heading = format!("{id}-title");
    let label = heading.clone();
    Effect::new(move |_| {
        let opens = open.get();
        let Some(dialog) = dialog.get() else {
            return;
        };
        if !opens {
            dialog.close();
        } else if !dialog.open() {
            // It is in the page, and closed: then it opens.
            let _ = dialog.show_modal();
        }
    });
    view! {
        <dialog
            id=id
            class="question"
            node_ref=dialog
            aria-labelledby=label
            on:close=move |_| open.set(false)
        >
            <h2 id=heading>{t(title)}</h2>
            {move || open.get().then(|| children())}
        </dialog>
    }
}

/// A button that closes a question and does nothing else.
pub(crate) fn cancel(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <button type="button" class="button" on:click=move |_| open.set(false)>
            {t("cancel")}
        </button>
    }
}
