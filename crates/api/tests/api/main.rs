//! The whole API, through HTTP, on real SQLite files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that panics is a test that fails"
)]

mod answering;
mod asking;
mod auditing;
mod claims;
mod complaining;
mod crashing;
mod described;
mod desk;
mod drafting;
mod earning;
mod endpoints;
mod engine;
mod erasing;
mod exporting;
mod faults;
mod foreign;
mod foretelling;
mod framing;
mod giving;
mod growing;
mod harness;
mod importing;
mod inviting;
mod jobs;
mod keys;
mod learning;
mod ledger;
mod looking_up;
mod machine;
mod measuring;
mod memberships;
mod occasions;
mod offers;
mod openapi;
mod origins;
mod partners;
mod paying;
mod plans;
mod promises;
mod publishing;
mod redeeming;
mod reminding;
mod reviewing;
mod segments;
mod server;
mod shop_of;
mod simulating;
mod staff;
mod studio;
mod telling;
mod tenants;
mod tokens;
mod transfers;
mod watching;
mod webhooks;
mod wording;
