//! Requests on a schedule.

use crate::connections::{Connections, End};
use crate::plan::{Plan, Turns};
use crate::report::Report;
use crate::target::Target;
use anyhow::{Result, ensure};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// How a generator behaves in all its runs.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The most connections at a time. A request that finds them all busy waits for one, which is
    /// part of its latency. At least 1.
    pub connections: usize,
    /// A request without its whole answer this long after it was due is given up.
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connections: 64,
            patience: Duration::from_secs(10),
        }
    }
}

/// Sends the requests of a plan to a server, one run after another.
pub struct Generator {
    target: Target,
    plan: Arc<dyn Plan>,
    turns: Turns,
    pace: Pace,
    /// The number of the next request.
    next: u64,
}

impl Generator {
    /// A generator that has sent nothing yet.
    ///
    /// # Errors
    /// When the plan has no kind with a weight, or the pace no connection.
    pub fn new(target: Target, plan: Box<dyn Plan>, pace: Pace) -> Result<Self> {
        ensure!(pace.connections > 0, "at least one connection is needed");
        let turns = Turns::new(&plan.kinds())?;
        Ok(Self {
            target,
            plan: plan.into(),
            turns,
            pace,
            next: 0,
        })
    }

    /// Sends `rate` requests per second for `time`, at least one, then waits until each is answered
    /// or given up. Must run within a Tokio runtime with time and sockets.
    ///
    /// # Errors
    /// When the rate is 0.
    pub async fn run(&mut self, rate: u32, time: Duration) -> Result<Report> {
        ensure!(rate > 0, "0 requests per second are none");
        let total = u128::from(rate) * time.as_nanos() / 1_000_000_000;
        let total = total.max(1);
        let connections = Arc::new(Connections::new(&self.target, self.pace.connections));
        let mut report = Report::new(rate, self.plan.kinds());
        let mut open = JoinSet::new();
        let start = Instant::now();
        for n in 0..total {
            let due = start + after(n, rate);
            // It gives way to the others at times, also when we are late.
            sleep_until(due).await;
            let kind = self.turns.next();
            report.left(kind, due.elapsed());
            let request = self.plan.request(kind, self.next);
            self.next += 1;
            let (connections, patience) = (connections.clone(), self.pace.patience);
            open.spawn(async move {
                let exchange = connections.exchange(request);
                let end = timeout_at(due + patience, exchange).await;
                (kind, end.unwrap_or(End::GivenUp), due.elapsed())
            });
            while let Some(ended) = open.try_join_next() {
                let (kind, end, latency) = ended?;
                report.ended(kind, end, latency);
            }
        }
        while let Some(ended) = open.join_next().await {
            let (kind, end, latency) = ended?;
            report.ended(kind, end, latency);
        }
        report.took = start.elapsed();
        Ok(report)
    }

    /// Sends so many requests as fast as they are answered: each connection sends the next one when it has the answer
    /// to the last. This says how many a server does, not how long somebody waits: latencies count from when a request
    /// left, and a slow server is asked less often. Must run within a Tokio runtime with time and sockets.
    ///
    /// # Errors
    /// When a request broke the generator itself.
    pub async fn flood(&mut self, requests: u64) -> Result<Report> {
        let mut report = Report::new(0, self.plan.kinds());
        let connections = Arc::new(Connections::new(&self.target, self.pace.connections));
        let first = self.next;
        let order: Vec<usize> = (0..requests).map(|_| self.turns.next()).collect();
        let order = Arc::new(Mutex::new(order.into_iter().zip(first..)));
        self.next += requests;
        let mut open = JoinSet::new();
        let start = Instant::now();
        for _ in 0..self.pace.connections {
            let (plan, order, connections) =
                (self.plan.clone(), order.clone(), connections.clone());
            let patience = self.pace.patience;
            open.spawn(async move {
                let mut ends = Vec::new();
                loop {
                    // Whoever panicked here took one number and left the others whole.
                    let next = order.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((kind, n)) = next else {
                        return ends;
                    };
                    let left = Instant::now();
                    let exchange = connections.exchange(plan.request(kind, n));
                    let end = timeout(patience, exchange).await;
                    ends.push((kind, end.unwrap_or(End::GivenUp), left.elapsed()));
                }
            });
        }
        while let Some(ends) = open.join_next().await {
            for (kind, end, latency) in ends? {
                report.left(kind, Duration::ZERO);
                report.ended(kind, end, latency);
            }
        }
        report.took = start.elapsed();
        Ok(report)
    }
}

/// When request `n` is due after the start; the rate is above 0. Multiplied before it is divided, so that it does not
/// drift.
fn after(n: u128, rate: u32) -> Duration {
    let nanos = n * 1_000_000_000 / u128::from(rate);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::after;
    use std::time::Duration;

    #[test]
    fn the_schedule_does_not_drift() {
        assert_eq!(after(0, 3), Duration::ZERO);
        assert_eq!(after(1, 3), Duration::from_nanos(333_333_333));
        assert_eq!(after(3_000_000, 3), Duration::from_secs(1_000_000));
    }
}
