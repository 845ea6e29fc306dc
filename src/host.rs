//! The door, as the engine sees it: everything that touches the page, the network or storage.
//!
//! The TypeScript side promises that none of these throws and no promise rejects, so the engine holds no
//! path for that: a lost request is a [`Reply`] with status 0, which means *outcome unknown*.

use js_sys::{Function, Object, Promise, Reflect};
use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;

#[wasm_bindgen]
extern "C" {
    /// The object that the door hands over at start.
    #[derive(Clone)]
    pub type Host;

    /// Sends a request under `/v1/` with the right credential. Its [`Reply`] never fails to come.
    #[wasm_bindgen(method, js_name = request)]
    pub fn send(
        this: &Host,
        method: &str,
        path: &str,
        body: &JsValue,
        key: Option<&str>,
    ) -> Promise;

    /// Milliseconds since 1970, corrected by the server's clock.
    #[wasm_bindgen(method)]
    pub fn now(this: &Host) -> f64;

    /// Milliseconds for which the server wants to be left alone; none when negative.
    #[wasm_bindgen(method)]
    pub fn pause(this: &Host) -> f64;

    /// See [`Host::turn`].
    #[wasm_bindgen(method)]
    fn claim(this: &Host, name: &str, patience: bool) -> Promise;

    /// A stored JSON value, or null.
    #[wasm_bindgen(method, js_name = read)]
    pub fn stored(this: &Host, name: &str) -> JsValue;

    /// Stores a JSON value; null removes it.
    #[wasm_bindgen(method, js_name = write)]
    pub fn keep(this: &Host, name: &str, value: &JsValue);

    /// The shop's id of who is logged in.
    #[wasm_bindgen(method)]
    pub fn subject(this: &Host) -> Option<String>;

    /// Fires `vafa:<name>`.
    #[wasm_bindgen(method)]
    pub fn emit(this: &Host, name: &str, detail: &JsValue);

    /// Asks the shop's hook; undefined when there is none.
    #[wasm_bindgen(method)]
    pub fn hook(this: &Host, name: &str, payload: &JsValue) -> Promise;

    /// Whether the shop answers this hook.
    #[wasm_bindgen(method)]
    pub fn hooked(this: &Host, name: &str) -> bool;

    /// What the closed launcher shows, now and on the next page.
    #[wasm_bindgen(method)]
    pub fn face(this: &Host, face: &JsValue);

    /// Tells the launcher whether the panel is open.
    #[wasm_bindgen(method)]
    pub fn state(this: &Host, open: bool);

    /// Gives the keyboard back to the launcher.
    #[wasm_bindgen(method, js_name = focusLauncher)]
    pub fn focus_launcher(this: &Host);

    /// Tells the shop's other tabs.
    #[wasm_bindgen(method)]
    pub fn tell(this: &Host, value: &JsValue);

    /// Waits until an element is drawn where somebody looks: in the window of a page that is not hidden.
    #[wasm_bindgen(method)]
    pub fn seen(this: &Host, element: &Element) -> Promise;

    /// Waits so many milliseconds; none is the next task.
    #[wasm_bindgen(method)]
    pub fn wait(this: &Host, ms: u32) -> Promise;

    /// A random UUID.
    #[wasm_bindgen(method)]
    pub fn uuid(this: &Host) -> String;

    /// The parsed attributes of the script tag.
    #[wasm_bindgen(method, getter)]
    pub fn config(this: &Host) -> Config;

    /// Settings of the script tag.
    pub type Config;

    /// The program's id.
    #[wasm_bindgen(method, getter)]
    pub fn program(this: &Config) -> String;

    /// `auto`, `light` or `dark`.
    #[wasm_bindgen(method, getter)]
    pub fn theme(this: &Config) -> String;

    /// Answer to a request.
    pub type Reply;

    /// HTTP status, 0 when the outcome is unknown.
    #[wasm_bindgen(method, getter)]
    pub fn status(this: &Reply) -> u16;

    /// Parsed JSON, or null.
    #[wasm_bindgen(method, getter)]
    pub fn body(this: &Reply) -> JsValue;
}

thread_local! {
    // Given once, at start, for as long as the page.
    static DOOR: Cell<Option<&'static Host>> = const { Cell::new(None) };
}

/// The engine starts behind this door.
pub fn enter(door: Host) {
    DOOR.set(Some(Box::leak(Box::new(door))));
}

/// Whether the engine has been started.
pub fn is_started() -> bool {
    DOOR.get().is_some()
}

/// The door.
#[expect(
    clippy::expect_used,
    reason = "nothing works before the engine is started, and it stays started"
)]
pub fn door() -> &'static Host {
    DOOR.get().expect("a started engine")
}

/// A plain JavaScript object.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A fresh plain object takes any property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// A property; undefined when there is none.
pub fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// A property that is a string.
pub fn string(value: &JsValue, name: &str) -> Option<String> {
    field(value, name).as_string()
}

impl Reply {
    /// The reply that has come.
    pub fn of(come: JsValue) -> Self {
        come.unchecked_into()
    }
}

/// What a promise brings, in whatever way it ends. A type of its own in place of `async`, whose every layer would be
/// a machine of states.
pub struct Settled(JsFuture);

impl Settled {
    /// What this promise brings.
    pub fn of(promise: Promise) -> Self {
        Self(promise.into())
    }
}

impl Future for Settled {
    type Output = JsValue;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<JsValue> {
        let settled = Pin::new(&mut self.0).poll(context);
        settled.map(|(Ok(value) | Err(value))| value)
    }
}

/// Goes on with what a promise brings.
pub fn then(promise: Promise, work: impl FnOnce(JsValue) + 'static) {
    boxed(promise, Box::new(work));
}

// Linked once, not once for each piece of work.
#[inline(never)]
fn boxed(promise: Promise, work: Box<dyn FnOnce(JsValue)>) {
    let settled = Settled::of(promise);
    spawn_local(async move { work(settled.await) });
}

/// Does something in so many milliseconds; in none, when the task has ended.
pub fn after(ms: u32, work: impl FnOnce() + 'static) {
    then(door().wait(ms), move |_| work());
}

impl Host {
    /// Does something when no other tab is at the thing of this name. With patience it waits for that, and is at it only
    /// meanwhile. Without, it is told whether it is free, and is at it until the action of this name is settled. The
    /// browser keeps the account, which all tabs have in common; one that keeps none says that all is free.
    pub fn turn(&self, name: &str, patience: bool, work: Box<dyn FnOnce(bool)>) {
        then(self.claim(name, patience), move |end| {
            let end = end.dyn_into::<Function>();
            work(end.is_ok());
            if let (true, Ok(end)) = (patience, end) {
                // The door's own function throws nothing.
                let _ = end.call0(&JsValue::UNDEFINED);
            }
        });
    }
}
