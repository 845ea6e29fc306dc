//! Files that the server gives, saved by the browser: they stream to the disk, however large they are.

use crate::server::{self, Failure};
use contract::staff::SessionReply;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Saves what is at an address of the server under a name. Whether somebody is logged in still is asked first: a
/// browser says nothing of use about a file that is refused.
pub(crate) async fn save(path: &str, name: &str) -> Result<(), Failure> {
    let _: SessionReply = server::get("/v1/sessions").await?;
    let link = document().create_element("a").map_err(|_| Failure::Odd)?;
    let set = |attribute, value| {
        link.set_attribute(attribute, value)
            .map_err(|_| Failure::Odd)
    };
    set("href", path)?;
    set("download", name)?;
    if let Some(link) = link.dyn_ref::<HtmlElement>() {
        link.click();
    }
    Ok(())
}
