//! Where the keyboard is. A drawing may take away what had it; nobody is thrown back to the beginning of the page.

use crate::find;
use crate::host::after;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// What of ours has the keyboard.
const HERE: &str = ".panel:focus-within,.prompt:focus-within";
/// The button that a question was opened by.
const ASKER: &str = ".ticket:has(>.confirm) .quiet,.item:has(>.confirm) .btn";

thread_local! {
    static AWAITED: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Gives an element the keyboard.
pub(super) fn give(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // An element that has left the page cannot take the keyboard; nothing is lost.
        let _ = element.focus();
    }
}

fn is_lost() -> bool {
    let document = web_sys::window().and_then(|w| w.document());
    document
        .and_then(|d| d.active_element())
        .is_none_or(|e| e.local_name() == "body")
}

/// Whether the keyboard is in what matches this selector.
pub(crate) fn is_in(selector: &str) -> bool {
    find(&[selector, ":focus-within"].concat()).is_some()
}

/// Gives the keyboard to what this selector finds once it is drawn, in the same panel if it can be. What waits for a
/// part of the engine is found when that has come.
pub(crate) fn soon(selector: &'static str) {
    AWAITED.set(Some(selector));
    look();
}

/// Looks for what [`soon`] has not found so far.
fn look() {
    let here = find(HERE);
    after(0, move || {
        let Some(selector) = AWAITED.get() else {
            return;
        };
        let near = here.and_then(|h| h.query_selector(selector).ok()?);
        if let Some(element) = near.or_else(|| find(selector)) {
            AWAITED.set(None);
            give(&element);
        }
    });
}

/// Nothing is awaited any more: the shopper went elsewhere.
pub(super) fn forget() {
    AWAITED.set(None);
}

/// Gives the keyboard to what this selector finds below the element that listens.
pub(super) fn within(event: &Event, selector: &str) {
    let group = event
        .current_target()
        .and_then(|g| g.dyn_into::<Element>().ok());
    if let Some(found) = group.and_then(|g| g.query_selector(selector).ok()?) {
        give(&found);
    }
}

/// Called before a drawing: if that takes the focused element away, its panel has the keyboard afterwards.
pub(super) fn keep() {
    if AWAITED.get().is_some() {
        look();
    }
    let Some(here) = find(HERE) else { return };
    after(0, move || {
        if is_lost() {
            let body = here.query_selector(".body").ok().flatten();
            give(&body.unwrap_or(here));
        }
    });
}

/// Called before a question goes away unanswered: back to the button that asked.
pub(super) fn back() {
    let here = find(HERE);
    if let Some(button) = here.and_then(|h| h.query_selector(ASKER).ok()?) {
        give(&button);
    }
}
