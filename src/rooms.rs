//! Parts of the engine in files of their own, fetched when they are wanted: what an open panel shows is nothing that a
//! survey needs.
//!
//! The names are those that the splitter looks for (`xtask/src/split.rs`). A part gives the address of the one function
//! by which it is entered; from then on it is code like any other. One that does not arrive is asked for again when the
//! shopper says so, and nothing else suffers.
#![expect(
    unsafe_code,
    reason = "the linker joins the parts by symbols, not by Rust's names"
)]
#![expect(
    improper_ctypes,
    improper_ctypes_definitions,
    reason = "both sides are this crate, compiled at once"
)]

use crate::node::Node;
use crate::store::{State, View};
use crate::views::{self, Frame};
use crate::with_store;
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null;

/// Draws what is in the panel.
type Body = fn(Frame, &State, View) -> Node;

#[link(wasm_import_module = "__wasm_split_placeholder__")]
unsafe extern "C" {
    /// Fetches the part and then calls back, saying whether it has come.
    safe fn __wasm_split_load_panel(done: extern "C" fn(*const c_void, bool), data: *const c_void);
    /// Stands for the export below, once the part is there.
    safe fn __wasm_split_00panel00_import_00000000000000000000000000000001_body() -> Body;
}

// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
extern "C" fn __wasm_split_00panel00_export_00000000000000000000000000000001_body() -> Body {
    views::body
}

#[derive(Clone, Copy)]
enum Part {
    Wanted,
    Coming,
    Lost,
    Here(Body),
}

thread_local! {
    static PANEL: Cell<Part> = const { Cell::new(Part::Wanted) };
}

extern "C" fn done(_: *const c_void, come: bool) {
    PANEL.set(if come {
        Part::Here(__wasm_split_00panel00_import_00000000000000000000000000000001_body())
    } else {
        Part::Lost
    });
    with_store(|store| store.set(|_| {}));
}

/// What is in the panel: as soon as its part is here.
pub fn body(frame: Frame, s: &State, view: View) -> Node {
    match PANEL.get() {
        Part::Here(draw) => draw(frame, s, view),
        Part::Coming => views::waiting(),
        Part::Lost => views::lost(again),
        Part::Wanted => {
            fetch();
            views::waiting()
        }
    }
}

fn fetch() {
    PANEL.set(Part::Coming);
    __wasm_split_load_panel(done, null());
}

/// The shopper asks for it again.
fn again() {
    fetch();
    with_store(|store| store.set(|_| {}));
}
