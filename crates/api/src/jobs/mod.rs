//! What is done though nobody asks: time that passes, messages to the shop's systems, versions at their instant, old
//! rows that go.
//!
//! Two sorts of work:
//! - **Passes** look for rows that are due, by an index, and do them one by one: members whose books time changes
//!   ([`settle`]), deliveries ([`crate::webhooks::delivery`]). [`PASSES`] lists them.
//! - **Jobs** are rows of the table `jobs`: one for each tenant and kind of [`ROUNDS`], which comes back, and those that
//!   something asked for ([`ask`]). A process takes a job by a lease, does it in slices and notes after each how far it
//!   has come; see [`rows`].
//!
//! Any number of processes may do so at once. A row is claimed by an update that only one of them can make, and what
//! it changes is judged again under its lock, so that nothing is done twice; the lease of a process that died lapses.
//! Each piece is a small transaction, so that nobody waits for it. What fails is set aside with its error and tried
//! again ever more rarely; everything else goes on.
//!
//! Nobody who reads waits for a job either: reads let time pass in memory, and writes settle their member first.

mod daily;
mod prune;
mod review;
mod rows;
mod settle;

use crate::ids;
use crate::problem::Result;
use crate::state::State;
use crate::webhooks::delivery;
use crate::{complaints, schedules};
use rows::{Job, Round, Step};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

pub use rows::ask;

/// Asks for a review of all members of a tenant: a new version may change when time does something to them. To be
/// called in the transaction that publishes.
pub const REVIEW: &str = "review";

/// How often due members and jobs are looked for.
const EVERY: Duration = Duration::from_secs(10);
/// How often due deliveries are looked for.
const EVERY_DELIVERY: Duration = Duration::from_secs(1);

/// A future that borrows what it works on.
type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Finds what is due and does it; gives how much it was.
type Pass = for<'a> fn(&'a State) -> Work<'a, u64>;

/// Everything that finds its own due rows, but for deliveries, which have a loop of their own.
const PASSES: &[(&str, Pass)] = &[
    ("versions", |state| Box::pin(schedules::publish_due(state))),
    ("members", |state| Box::pin(settle::pass(state))),
    ("complaints", |state| {
        Box::pin(complaints::remind_due(state))
    }),
];

/// What comes back for each tenant.
const ROUNDS: &[Round] = &[
    Round {
        kind: "birthdays",
        slice: |state, job| Box::pin(daily::birthdays(state, job)),
    },
    Round {
        kind: "segments",
        slice: |state, job| Box::pin(daily::segments(state, job)),
    },
    Round {
        kind: "prune",
        slice: |state, job| Box::pin(prune::slice(state, job)),
    },
];

/// What is done when something asked for it.
const ASKED: &[(&str, rows::Slice)] = &[
    (settle::KIND, |state, job| {
        Box::pin(settle::slice(state, job))
    }),
    (REVIEW, |state, job| Box::pin(review::slice(state, job))),
];

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Members whose books were brought up to now, by this process.
    pub members: u64,
    /// Slices of jobs.
    pub slices: u64,
    /// Tries to deliver a message, whatever came of them.
    pub deliveries: u64,
    /// Members and jobs that failed and were set aside.
    pub failures: u64,
}

/// What the jobs of this process did since it started.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) members: AtomicU64,
    pub(crate) slices: AtomicU64,
    pub(crate) deliveries: AtomicU64,
    pub(crate) failures: AtomicU64,
}

impl Counters {
    pub(crate) fn one(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// As of now.
    #[must_use]
    pub fn read(&self) -> Done {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Done {
            members: read(&self.members),
            slices: read(&self.slices),
            deliveries: read(&self.deliveries),
            failures: read(&self.failures),
        }
    }
}

/// Does everything that is due, once, deliveries included. Gives what this process did meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn run(state: &State) -> Result<Done> {
    let before = state.work.read();
    inner(state).await?;
    delivery::pass(state).await?;
    let after = state.work.read();
    Ok(Done {
        members: after.members - before.members,
        slices: after.slices - before.slices,
        deliveries: after.deliveries - before.deliveries,
        failures: after.failures - before.failures,
    })
}

/// Passes and jobs, until there is nothing: a version asks for a job, and that makes members due.
async fn inner(state: &State) -> Result<()> {
    let me = ids::id("run");
    let mut failed = None;
    loop {
        let mut done = rows::pass(state, &me).await?;
        for &(name, pass) in PASSES {
            match pass(state).await {
                Ok(0) => {}
                Ok(found) => {
                    tracing::info!(name, found, "done");
                    done += found;
                }
                // The others go on.
                Err(error) => failed = Some(error),
            }
        }
        if done == 0 {
            return failed.map_or(Ok(()), Err);
        }
    }
}

/// Looks now and then, until `stop` names an instant by which all is to be over; then ends what is under way.
pub async fn keep_running(state: State, stop: watch::Receiver<Option<Instant>>) {
    let inner = every(EVERY, stop.clone(), &state, |state| Box::pin(inner(state)));
    let deliveries = every(EVERY_DELIVERY, stop, &state, |state| {
        Box::pin(async move { delivery::pass(state).await.map(drop) })
    });
    tokio::join!(inner, deliveries);
}

async fn every(
    pause: Duration,
    mut stop: watch::Receiver<Option<Instant>>,
    state: &State,
    work: for<'a> fn(&'a State) -> Work<'a, ()>,
) {
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            // An error means that nobody is left to say so.
            _ = stop.wait_for(Option::is_some) => return,
        }
        if let Err(error) = work(state).await {
            tracing::warn!(%error, "jobs failed; the next look tries again");
        }
    }
}
