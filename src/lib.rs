//! The engine of the widget: panel and prompts, mounted by the door into a shadow root.
//!
//! Boundary: the page, the network, storage and tokens belong to the door ([`host`]); rules belong to [`rules`].
//! This crate turns the one into the other and draws the result.
//!
//! Every export returns at once and leaves the work to the event loop.

mod host;
mod outbox;
mod prompts;
mod store;
mod sync;
mod views;
mod words;

use host::Host;
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use store::{Store, View};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// What lives as long as the engine.
struct Engine {
    store: Store,
    /// Signals die with their owner.
    _owner: Owner,
}

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
    static MOUNTS: RefCell<HashMap<u32, Box<dyn Any>>> = RefCell::new(HashMap::new());
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

fn store() -> Option<Store> {
    ENGINE.with_borrow(|engine| engine.as_ref().map(|e| e.store))
}

/// Starts the engine: paints from what the browser remembers, then asks the server.
#[wasm_bindgen]
pub fn start(host: Host, locale: JsValue) {
    words::speak(locale);
    let owner = Owner::new();
    let store = owner.with(|| Store::new(host));
    ENGINE.set(Some(Engine {
        store,
        _owner: owner,
    }));
    let _ = any_spawner::Executor::init_wasm_bindgen();
    sync::begin(store);
}

/// Draws the panel into an element of a shadow root: floating, or in the page's flow. Gives a handle.
#[wasm_bindgen]
pub fn mount(root: HtmlElement, inline: bool, view: &str) -> u32 {
    let Some(store) = store() else { return 0 };
    let view = View::named(view);
    let handle: UnmountHandle<_> = mount_to(root, move || views::shell(store, inline, view));
    let id = NEXT.get() + 1;
    NEXT.set(id);
    MOUNTS.with_borrow_mut(|all| all.insert(id, Box::new(handle)));
    id
}

/// Takes a panel out again.
#[wasm_bindgen]
pub fn unmount(id: u32) {
    MOUNTS.with_borrow_mut(|all| all.remove(&id));
}

/// Opens the floating panel, at a view if one is named.
#[wasm_bindgen]
pub fn open(view: &str) {
    if let Some(store) = store() {
        if !view.is_empty() {
            store.go(View::named(view));
        }
        views::open(store);
    }
}

/// Closes the floating panel.
#[wasm_bindgen]
pub fn close() {
    if let Some(store) = store() {
        views::close(store);
    }
}

/// The page's identity has changed.
#[wasm_bindgen]
pub fn identity_changed() {
    if let Some(store) = store() {
        sync::identity_changed(store);
    }
}

/// The shop announces an order.
#[wasm_bindgen]
pub fn order(id: String) {
    if let Some(store) = store() {
        sync::order(store, id);
    }
}

/// Asks the server again.
#[wasm_bindgen]
pub fn refresh() {
    if let Some(store) = store() {
        sync::refresh(store);
        sync::flush(store);
    }
}

/// Takes up another language.
#[wasm_bindgen]
pub fn set_language(locale: JsValue) {
    if let Some(store) = store() {
        words::speak(locale);
        store.lang.set(words::lang());
        sync::face(store);
    }
}

/// Another tab of the shop has changed something.
#[wasm_bindgen]
pub fn message(_value: JsValue) {
    if let Some(store) = store() {
        prompts::heard(store);
        refresh();
    }
}
