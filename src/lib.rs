//! The engine of the widget: panel and prompts, mounted by the door into a shadow root.
//!
//! Boundary: the page, the network, storage and tokens belong to the door ([`host`]); rules belong to [`rules`].
//! This crate turns the one into the other and draws the result.
//!
//! Every export returns at once and leaves the work to the event loop.

mod care;
mod decode;
mod face;
mod host;
mod invited;
mod later;
mod node;
mod outbox;
mod outcomes;
mod parts;
mod prompts;
mod rooms;
mod store;
mod sync;
mod views;
mod words;

use host::Host;
use leptos::mount::mount_to_renderer;
use rules::Timestamp;
use std::any::Any;
use std::cell::{Cell, RefCell};
use store::{Store, View};
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// A panel in the document; dropping the handle takes it out.
struct Mount {
    id: u32,
    root: Element,
    _handle: Box<dyn Any>,
}

thread_local! {
    static MOUNTS: RefCell<Vec<Mount>> = const { RefCell::new(Vec::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

fn with_store(f: impl FnOnce(Store)) {
    if host::is_started() {
        f(Store);
    }
}

/// The corrected instant.
fn now() -> Timestamp {
    let mut now = Timestamp(0);
    with_store(|store| now = store.now());
    now
}

/// Starts the engine with what the browser remembers of the program.
#[wasm_bindgen]
pub fn start(door: Host, locale: JsValue) {
    words::speak(locale);
    host::enter(door);
    sync::remember(Store);
}

/// Goes on with what it remembers of the member, and asks the server: a task of its own, for each takes its time.
#[wasm_bindgen]
pub fn recall() {
    with_store(sync::begin);
}

/// The panel may be opened soon; when somebody has `reached` for the launcher, it is rehearsed too.
#[wasm_bindgen]
pub fn prepare(reached: bool) {
    rooms::prepare();
    if reached {
        rooms::reached();
    }
}

/// Draws the panel into an element of a shadow root: floating, or in the page's flow. Gives a handle.
#[wasm_bindgen]
pub fn mount(root: Element, inline: bool, view: &str) -> u32 {
    let id = LAST.get() + 1;
    LAST.set(id);
    with_store(|store| {
        if inline {
            store.set(|s| s.inline.push((id, View::named(view))));
        }
        let at = inline.then_some(id);
        let handle = mount_to_renderer(&root, move || move || views::shell(store, at));
        MOUNTS.with_borrow_mut(|all| {
            all.push(Mount {
                id,
                root,
                _handle: Box::new(handle),
            })
        });
    });
    id
}

/// Takes a panel out again.
#[wasm_bindgen]
pub fn unmount(id: u32) {
    MOUNTS.with_borrow_mut(|all| all.retain(|mount| mount.id != id));
    with_store(|store| store.set(|s| s.inline.retain(|(i, _)| *i != id)));
}

/// Finds an element in what we have drawn, in any mount.
fn find(selector: &str) -> Option<Element> {
    MOUNTS.with_borrow(|all| {
        all.iter()
            .find_map(|m| m.root.query_selector(selector).ok()?)
    })
}

/// Finds such elements in all that we have drawn.
fn find_all(selector: &str) -> Vec<Element> {
    MOUNTS.with_borrow(|all| {
        all.iter()
            .filter_map(|mount| mount.root.query_selector(selector).ok()?)
            .collect()
    })
}

/// Opens the floating panel, at a view if one is named.
#[wasm_bindgen]
pub fn open(view: &str) {
    with_store(|store| {
        if !view.is_empty() {
            store.set(|s| s.view = View::named(view));
        }
        views::open(store);
    });
}

/// Closes the floating panel.
#[wasm_bindgen]
pub fn close() {
    with_store(views::close);
}

/// The page's identity has changed.
#[wasm_bindgen]
pub fn identity_changed() {
    with_store(sync::identity_changed);
}

/// The shop announces an order.
#[wasm_bindgen]
pub fn order(id: String) {
    with_store(|store| sync::order(store, id));
}

/// The page reports an event by its name or, when `manual`, asks for the survey with this id.
#[wasm_bindgen]
pub fn occasion(name: String, manual: bool) {
    with_store(|store| prompts::occasion(store, name, manual));
}

/// Asks the server again.
#[wasm_bindgen]
pub fn refresh() {
    with_store(|store| {
        sync::refresh(store);
        sync::flush(store);
    });
}

/// The page is being left.
#[wasm_bindgen]
pub fn leaving() {
    with_store(prompts::leaving);
}

/// Takes up another language.
#[wasm_bindgen]
pub fn set_language(locale: JsValue) {
    with_store(|store| {
        words::speak(locale);
        store.set(|s| s.notice = None);
        face::tell(store);
    });
}

/// Another tab of the shop has changed something.
#[wasm_bindgen]
pub fn message(value: JsValue) {
    with_store(|store| prompts::heard(store, &value));
    refresh();
}
