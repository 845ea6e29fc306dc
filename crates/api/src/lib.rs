//! The merchant API: a loyalty ledger behind HTTP, on SQLite or PostgreSQL.
//!
//! # Invariants
//! - Whose rows a request may touch (the tenant) comes from its credential alone.
//! - A rule of the club is never decided here: this crate loads facts, asks `rules`, and writes down the answer.
//! - Entries are only ever added; those of a transaction sum to 0.
//! - A write runs in a task of its own to its end, whatever the client does, and is on the disk before
//!   anybody is told.
//! - Nobody asks the machine for the time but [`clock`].

pub mod activities;
pub mod adjustments;
pub mod assets;
pub mod audit;
pub mod auditor;
pub mod birthdays;
pub mod body;
pub mod books;
pub mod changes;
pub mod check;
pub mod clock;
pub mod club;
pub mod complaints;
pub mod coupons;
pub mod credentials;
pub mod cursor;
pub mod database;
pub mod drafts;
pub mod explain;
mod frame;
pub mod goals;
pub mod health;
pub mod history;
pub mod http;
pub mod idempotency;
pub mod ids;
pub mod inputs;
pub mod insights;
pub mod jobs;
pub mod keys;
pub mod large;
mod layers;
pub mod limits;
mod line;
pub mod logins;
pub mod members;
pub mod memberships;
pub mod metrics;
pub mod offers;
pub mod openapi;
pub mod orders;
pub mod outbox;
pub mod overview;
pub mod partners;
pub mod passwords;
pub mod problem;
pub mod profile;
pub mod programs;
pub mod public_key;
pub mod redemptions;
pub mod referrals;
pub mod refunds;
pub mod routes;
pub mod sample;
pub mod schedules;
pub mod scopes;
pub mod segments;
pub mod serve;
pub mod sessions;
pub mod setup;
pub mod sightings;
pub mod signatures;
pub mod simulations;
pub mod snapshot;
pub mod staff;
pub mod state;
mod studio_page;
pub mod surveys;
pub mod sync;
pub mod tokens;
pub mod transfer;
pub mod tries;
pub mod verdicts;
pub mod versions;
pub mod wallet;
pub mod webhooks;
pub mod zone;

pub use http::app;
pub use state::State;
