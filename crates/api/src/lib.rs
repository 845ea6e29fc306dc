//! The merchant API: a loyalty ledger behind HTTP, on SQLite.
//!
//! # Invariants
//! - Whose rows a request may touch (the tenant) comes from its credential alone.
//! - A rule of the club is never decided here: this crate loads facts, asks `rules`, and writes down the answer.
//! - Entries are only ever added; those of a transaction sum to 0.
//! - A write runs in a task of its own to its end, whatever the client does, and is on the disk before
//!   anybody is told.
//! - Nobody asks the machine for the time but [`clock`].

pub mod assets;
pub mod body;
pub mod check;
pub mod clock;
pub mod club;
pub mod coupons;
pub mod credentials;
pub mod db;
pub mod explain;
pub mod http;
pub mod idempotency;
pub mod ids;
pub mod import;
pub mod keys;
pub mod ledger;
pub mod limits;
pub mod members;
pub mod orders;
pub mod problem;
pub mod programs;
pub mod redemptions;
pub mod referrals;
pub mod refunds;
mod routes;
pub mod serve;
pub mod settling;
pub mod snapshot;
pub mod state;
pub mod surveys;
pub mod sweep;
pub mod sync;
pub mod tokens;
mod unserved;
pub mod zone;

pub use http::app;
pub use state::State;
