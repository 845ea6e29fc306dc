//! The whole API, through HTTP, on real SQLite files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that panics is a test that fails"
)]

mod asking;
mod crashing;
mod earning;
mod growing;
mod harness;
mod ledger;
mod publishing;
mod redeeming;
mod server;
mod tenants;
mod tokens;
