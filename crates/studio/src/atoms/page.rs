//! A page's frame, and its main button.

use crate::words::{fill, say, t};
use leptos::html::{ElementType, H1};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

thread_local! {
    /// Where somebody came in, and whether they have gone on from there.
    static CAME_IN: RefCell<Option<String>> = const { RefCell::new(None) };
    static GONE_ON: Cell<bool> = const { Cell::new(false) };
}

/// Somebody has gone on to another face of the studio.
pub(crate) fn go_on() {
    GONE_ON.set(true);
}

/// Leads to a heading once it is drawn, unless it is on the page that the browser has just loaded: there the focus
/// stays where the browser puts it.
pub(crate) fn lead_to<E>(heading: NodeRef<E>)
where
    E: ElementType,
    E::Output: JsCast + Clone + AsRef<HtmlElement> + 'static,
{
    let path = use_location().pathname;
    Effect::new(move |_| {
        let here = path.get_untracked();
        let first = CAME_IN.with_borrow_mut(|first| first.get_or_insert(here.clone()) == &here);
        if !first {
            go_on();
        }
        if let Some(heading) = heading.get()
            && GONE_ON.get()
        {
            // Nothing is lost where it cannot take the focus.
            let heading: &HtmlElement = heading.as_ref();
            let _ = heading.focus();
        }
    });
}

/// A page: its title in the tab and at its top. Whoever comes from another page finds the focus at its heading.
#[component]
pub(crate) fn Page(
    /// The key of its title.
    title: &'static str,
    /// What stands beside the title.
    #[prop(optional, into)]
    beside: ViewFn,
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<H1>::new();
    Effect::new(move |_| {
        document().set_title(&fill("title", &[("page", &say(title))]));
    });
    lead_to(heading);
    view! {
        <header class="page-head">
            <h1 node_ref=heading tabindex="-1">{t(title)}</h1>
            {beside.run()}
        </header>
        {children()}
    }
}

/// The button that sends a form: while it is under way it says so and sends nothing more.
pub(crate) fn busy_button(
    label: impl Into<Signal<&'static str>>,
    busy: RwSignal<bool>,
) -> impl IntoView {
    let label = label.into();
    view! {
        <button
            type="submit"
            class="button primary"
            aria-disabled=move || busy.get().then_some("true")
        >
            {move || say(if busy.get() { "busy" } else { label.get() })}
        </button>
    }
}
