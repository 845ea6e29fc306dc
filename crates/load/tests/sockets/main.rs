//! The generator against servers on real sockets, good ones and bad ones.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod generating;
mod searching;
mod server;
