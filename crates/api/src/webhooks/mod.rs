//! Webhooks: events that a merchant's server is told of, after the Standard Webhooks 1.0 (<https://www.standardwebhooks.com>).
//!
//! One delivery goes through three parts:
//! - [`signature`] proves to the receiver that the message is ours and fresh;
//! - [`address`] decides which addresses may be called, so that nobody reaches into the network of the host;
//! - [`sender`] makes the one request to the addresses that were checked, and says what came of it and when to try again.
//!
//! Nothing here knows the database. A message that is sent twice has the same id both times; a receiver tells
//! a repetition by it.

pub mod address;
pub mod sender;
pub mod signature;
