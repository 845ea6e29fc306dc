//! The merchant API's wire types: what the server answers is what the widget reads.
//!
//! JSON in `snake_case`; instants are RFC 3339 in UTC; money is an integer of minor units in the program's
//! currency. No tagged or flattened serde shapes: they cost the browser's bundle kilobytes.
//!
//! Boundary: this crate knows shapes, not rules; the rules live in [`rules`].

pub mod complaints;
pub mod insights;
pub mod installation;
pub mod keys;
pub mod members;
pub mod memberships;
pub mod orders;
pub mod overview;
pub mod partners;
pub mod problem;
pub mod referrals;
pub mod responses;
pub mod segments;
pub mod shopper;
pub mod simulations;
pub mod staff;
pub mod surveys;
pub mod versions;
pub mod webhooks;
