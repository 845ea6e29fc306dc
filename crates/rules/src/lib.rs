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
pub mod audience;
pub mod calendar;
pub mod cashback;
pub mod churn;
pub mod complaints;
#[cfg(feature = "document")]
pub mod document;
pub mod earning;
pub mod experiments;
pub mod explain;
pub mod goals;
pub mod insights;
pub mod journal;
pub mod journey;
pub mod later;
pub mod ledger;
#[cfg(feature = "load")]
pub mod load;
pub mod member;
pub mod memberships;
pub mod offers;
pub mod parse;
pub mod program;
pub mod referral;
pub mod refunds;
pub mod review;
pub mod rewards;
#[cfg(test)]
mod samples;
pub mod scores;
pub mod segments;
pub mod surveys;
pub mod tiers;
mod time;
pub mod tips;
pub mod validate;
pub mod whatif;
#[cfg(feature = "document")]
pub mod words;

pub use amount::{Amount, Bp, Money, Points};
pub use program::Program;
pub use time::{DAY_MS, Timestamp, Transition, Zone};
