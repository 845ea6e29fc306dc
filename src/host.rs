//! The door, as the engine sees it: everything that touches the page, the network or storage.
//!
//! The TypeScript side promises that none of these throws and no promise rejects, so the engine holds no
//! path for that: a lost request is a [`Reply`] with status 0, which means *outcome unknown*.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;

#[wasm_bindgen]
extern "C" {
    /// The object that the door hands over at start.
    #[derive(Clone)]
    pub type Host;

    /// Sends a request under `/v1/` with the right credential.
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

async fn settled(promise: Promise) -> JsValue {
    match JsFuture::from(promise).await {
        Ok(value) | Err(value) => value,
    }
}

impl Reply {
    /// The reply that a promise of the door brings.
    pub async fn of(promise: Promise) -> Self {
        settled(promise).await.unchecked_into()
    }
}

impl Host {
    /// Does something when no other tab is at the thing of this name. With patience it waits for that, and is at it only
    /// meanwhile. Without, it is told whether it is free, and is at it until the action of this name is settled. The
    /// browser keeps the account, which all tabs have in common; one that keeps none says that all is free.
    pub fn turn(&self, name: &str, patience: bool, work: Box<dyn FnOnce(bool)>) {
        let end = self.claim(name, patience);
        spawn_local(async move {
            let end = settled(end).await.dyn_into::<Function>();
            work(end.is_ok());
            if let (true, Ok(end)) = (patience, end) {
                // The door's own function throws nothing.
                let _ = end.call0(&JsValue::UNDEFINED);
            }
        });
    }

    /// Sends and waits. Never fails: see the module's promise.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        body: &JsValue,
        key: Option<&str>,
    ) -> Reply {
        Reply::of(self.send(method, path, body, key)).await
    }

    /// Waits until somebody can see an element.
    pub async fn sight(&self, element: &Element) {
        settled(self.seen(element)).await;
    }

    /// Waits for the shop's hook; undefined when there is none.
    pub async fn ask(&self, name: &str, payload: &JsValue) -> JsValue {
        settled(self.hook(name, payload)).await
    }
}
