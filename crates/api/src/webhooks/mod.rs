//! Webhooks: events that a merchant's server is told of, after the Standard Webhooks 1.0 (<https://www.standardwebhooks.com>).
//!
//! An event becomes a message in the transaction that makes it happen ([`crate::outbox`]); from there on:
//! - [`endpoints`] are where messages go, with their [`secrets`];
//! - [`delivery`] takes what is due, any number of processes at once, and writes down what came of it;
//! - [`log`] shows that, and sends things again;
//! - [`signature`] proves to the receiver that the message is ours and fresh;
//! - [`address`] decides which addresses may be called, so that nobody reaches into the network of the host;
//! - [`sender`] makes the one request to the addresses that were checked, and says what came of it and when to try again;
//! - [`events`] says what each kind of message has in it.
//!
//! A message that is sent twice has the same id both times; a receiver tells a repetition by it.

pub mod address;
pub mod delivery;
pub mod endpoints;
pub mod events;
pub mod log;
pub mod secrets;
pub mod sender;
pub mod signature;
