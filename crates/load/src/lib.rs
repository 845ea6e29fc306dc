//! An open-loop load generator over real sockets.
//!
//! Requests leave on a schedule that is fixed beforehand: number `n` of a run at `rate` requests
//! per second is due `n / rate` seconds after its start, whether earlier ones were answered or not,
//! as shoppers come to a shop. Latency counts from the instant at which a request was due. A server
//! that stalls for a second is therefore charged for every request that fell due in that second;
//! a generator that waits for answers before it asks again would have asked once and noticed one
//! slow answer (this is called coordinated omission).
//!
//! What is asked is a [`Plan`]: kinds of request, how often each, and the making of the `n`-th. A
//! [`Generator`] sends it to a [`Target`] and gives a [`Report`]; [`search`] looks for the highest
//! rate that the server sustains.
//!
//! Timers have a resolution of a millisecond, so a request may leave up to about that much after it
//! was due. This is part of its latency, and [`Report::lag`] tells how large it was: where that is
//! more than a few milliseconds, the machine of the generator is the bottleneck.

mod ceiling;
mod connections;
mod generator;
mod latencies;
mod plan;
mod report;
mod target;

pub use ceiling::{Ceiling, Step, overload, search};
pub use generator::{Generator, Pace};
pub use latencies::Latencies;
pub use plan::{Gets, Kind, Plan};
pub use report::{KindReport, Report};
pub use target::Target;
