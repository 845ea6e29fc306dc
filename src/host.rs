//! The door, as the engine sees it: everything that touches the page, the network or storage.
//!
//! The TypeScript side promises that none of these throws and no promise rejects, so the engine holds no
//! path for that: a lost request is a [`Reply`] with status 0, which means *outcome unknown*.

use js_sys::Promise;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// The object that the door hands over at start.
    #[derive(Clone)]
    pub type Host;

    /// Sends a request under `/v1/` with the right credential.
    #[wasm_bindgen(method, js_name = request)]
    fn request_raw(
        this: &Host,
        method: &str,
        path: &str,
        body: &JsValue,
        key: Option<&str>,
    ) -> Promise;

    /// Milliseconds since 1970, corrected by the server's clock.
    #[wasm_bindgen(method)]
    pub fn now(this: &Host) -> f64;

    /// A stored JSON value, or null.
    #[wasm_bindgen(method, js_name = read)]
    fn read_raw(this: &Host, name: &str) -> JsValue;

    /// Stores a JSON value; null removes it.
    #[wasm_bindgen(method, js_name = write)]
    fn write_raw(this: &Host, name: &str, value: &JsValue);

    /// The shop's id of who is logged in.
    #[wasm_bindgen(method)]
    pub fn subject(this: &Host) -> Option<String>;

    /// Fires `vafa:<name>`.
    #[wasm_bindgen(method, js_name = emit)]
    fn emit_raw(this: &Host, name: &str, detail: &JsValue);

    /// Asks the shop's hook; undefined when there is none.
    #[wasm_bindgen(method, js_name = hook)]
    fn hook_raw(this: &Host, name: &str, payload: &JsValue) -> Promise;

    /// Whether the shop answers this hook.
    #[wasm_bindgen(method)]
    pub fn hooked(this: &Host, name: &str) -> bool;

    /// What the closed launcher shows, now and on the next page.
    #[wasm_bindgen(method, js_name = face)]
    fn face_raw(this: &Host, face: &JsValue);

    /// Tells the launcher whether the panel is open.
    #[wasm_bindgen(method)]
    pub fn state(this: &Host, open: bool);

    /// Gives the keyboard back to the launcher.
    #[wasm_bindgen(method, js_name = focusLauncher)]
    pub fn focus_launcher(this: &Host);

    /// Tells the shop's other tabs.
    #[wasm_bindgen(method, js_name = tell)]
    fn tell_raw(this: &Host, value: &JsValue);

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

/// Reads a wire value from what JavaScript parsed.
pub fn decode<T: DeserializeOwned>(value: JsValue) -> Option<T> {
    serde_wasm_bindgen::from_value(value).ok()
}

/// Makes a plain JavaScript value; null if that cannot be.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}

impl Host {
    /// Sends and waits. Never fails: see the module's promise.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        body: JsValue,
        key: Option<&str>,
    ) -> Reply {
        match JsFuture::from(self.request_raw(method, path, &body, key)).await {
            Ok(reply) | Err(reply) => reply.unchecked_into(),
        }
    }

    /// A stored value, if there is one of this shape.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        decode(self.read_raw(name))
    }

    /// Stores a value.
    pub fn write<T: Serialize + ?Sized>(&self, name: &str, value: &T) {
        self.write_raw(name, &encode(value));
    }

    /// Stores what JavaScript already holds.
    pub fn keep(&self, name: &str, value: &JsValue) {
        self.write_raw(name, value);
    }

    /// Fires an event for the shop.
    pub fn emit<T: Serialize + ?Sized>(&self, name: &str, detail: &T) {
        self.emit_raw(name, &encode(detail));
    }

    /// Asks the shop's hook.
    pub async fn hook<T: Serialize + ?Sized>(&self, name: &str, payload: &T) -> JsValue {
        match JsFuture::from(self.hook_raw(name, &encode(payload))).await {
            Ok(answer) | Err(answer) => answer,
        }
    }

    /// Redraws the closed launcher.
    pub fn face<T: Serialize + ?Sized>(&self, face: &T) {
        self.face_raw(&encode(face));
    }

    /// Tells other tabs.
    pub fn tell<T: Serialize + ?Sized>(&self, value: &T) {
        self.tell_raw(&encode(value));
    }
}
