//! The invariants of the house: who may use whom, and what is nowhere to be found.
//! `docs/ARCHITECTURE.md` tells why each one is there.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod absences;
mod neighbours;
mod operating;
mod sources;
mod tidy;
mod words;
