//! Progress for people: which step of how many, what it is, how long it took.

use anyhow::Result;
use std::time::{Duration, Instant};

/// How a step ended when it did not fail.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It did its work.
    Done,
    /// Its inputs are those of the last time, so there was nothing to do.
    Unchanged,
    /// It could not be done here, and that is allowed; the reason is for people.
    Skipped(String),
}

/// Numbers the steps of one command.
pub(crate) struct Steps {
    total: usize,
    begun: usize,
    since: Instant,
}

impl Steps {
    /// A command of `total` steps.
    pub(crate) fn new(total: usize) -> Self {
        Self {
            total,
            begun: 0,
            since: Instant::now(),
        }
    }

    /// Runs one step under its headline, and prints how it ended.
    pub(crate) fn step(
        &mut self,
        headline: &str,
        work: impl FnOnce() -> Result<Outcome>,
    ) -> Result<()> {
        self.begun += 1;
        eprintln!("[{}/{}] {headline}", self.begun, self.total);
        let started = Instant::now();
        let outcome = work();
        let took = seconds(started.elapsed());
        match &outcome {
            Ok(Outcome::Done) => eprintln!("      done in {took}"),
            Ok(Outcome::Unchanged) => eprintln!("      unchanged"),
            Ok(Outcome::Skipped(why)) => eprintln!("      skipped: {why}"),
            Err(_) => eprintln!("      failed after {took}"),
        }
        outcome.map(|_| ())
    }

    /// Time since the command began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}

/// `8.4 s` or `3 min 05 s`.
pub(crate) fn seconds(time: Duration) -> String {
    if time.as_secs() < 60 {
        let tenths = time.as_millis() / 100;
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;
    use std::time::Duration;

    #[test]
    fn durations_read_as_people_write_them() {
        assert_eq!(seconds(Duration::from_millis(8_430)), "8.4 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
    }
}
