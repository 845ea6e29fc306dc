//! What must hold for any bytes. Each target is a function of bytes that panics where something does not.
//!
//! `cargo xtask fuzz` gives them to libFuzzer, which looks for bytes that reach new code; a test gives each a
//! short run of bytes that mean nothing.

pub mod amounts;
pub mod cases;
mod edits;
pub mod events;
mod facts;
pub mod lots;
mod panel;
pub mod program;

/// A target: bytes that it may take as it likes.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 5] = [
    ("amounts", amounts::check),
    ("cases", cases::check),
    ("events", events::check),
    ("lots", lots::check),
    ("program", program::check),
];
