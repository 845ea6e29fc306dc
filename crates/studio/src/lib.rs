//! The studio: where a marketer sets a club up, answers its members and reads how it goes.
//!
//! One page, served at `/studio` by the server whose API it asks. Places are addresses: each can be linked to, and a
//! reload shows the same again.
//!
//! # Invariants
//! - Every word stands in `locales/`, one file for each language.
//! - Nothing is asked of any other server, and nothing is kept in the browser but what somebody prefers.
//! - A session that ends takes nothing with it: what was typed is there when somebody has logged in again.
//! - No markup is made from text, and no inline style is written as an attribute: the page's policy refuses both.

mod app;
mod atoms;
mod charts;
mod club;
mod download;
mod icons;
mod look;
mod paged;
mod pages;
mod program;
mod remote;
mod sentences;
mod server;
mod session;
mod shell;
mod snippets;
mod typed;
mod words;

use wasm_bindgen::prelude::wasm_bindgen;

/// Draws the studio into the page.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // Nothing goes on from here: the page says how to begin anew.
        leptos::logging::error!("{panic}");
        look::give_up();
    }));
    look::take_up();
    leptos::mount::mount_to_body(app::App);
    look::drawn();
}
