//! The rules of a loyalty program, as pure functions.
//!
//! A rule lives here once. The server decides with it and the browser advises with it, so both say the
//! same thing for the same input.
//!
//! # Invariants
//! - No clock: every function that depends on time takes `now`.
//! - No I/O, no database, no browser; the crate compiles for the host and for `wasm32-unknown-unknown`.
//! - No float for points or money: both are `i64`, ratios are basis points.
//! - No panic on any input: arithmetic saturates, bad documents are refused with a reason.

mod amount;
pub mod calendar;
pub mod earning;
pub mod ledger;
pub mod member;
pub mod program;
pub mod refunds;
pub mod rewards;
#[cfg(test)]
mod samples;
pub mod scores;
pub mod surveys;
pub mod tiers;
mod time;
pub mod validate;
pub mod whatif;

pub use amount::{Bp, Money, Points};
pub use program::Program;
pub use time::{DAY_MS, Timestamp, Transition, Zone};
