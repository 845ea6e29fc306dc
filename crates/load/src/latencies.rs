//! Times and their percentiles.

use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::time::Duration;

/// The longest time that is told apart: ten minutes.
const LONGEST_US: u64 = 600_000_000;

/// Many durations, kept to three significant digits, from a microsecond to ten minutes; longer ones
/// count as ten minutes.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_US, 3);
        #[allow(clippy::expect_used, reason = "the bounds are constants that it takes")]
        Self(histogram.expect("three digits from 1 to 600,000,000"))
    }
}

impl Latencies {
    /// Adds one.
    pub fn record(&mut self, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(LONGEST_US);
        self.0.saturating_record(us.clamp(1, LONGEST_US));
    }

    /// Adds all of another.
    pub fn add(&mut self, other: &Self) {
        #[allow(clippy::expect_used, reason = "all have the same bounds")]
        self.0.add(&other.0).expect("the same bounds");
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// How many are at least this long, as far as they are told apart.
    #[must_use]
    pub fn at_least(&self, time: Duration) -> u64 {
        let us = u64::try_from(time.as_micros()).unwrap_or(LONGEST_US);
        let us = us.clamp(1, LONGEST_US);
        self.0.count_between(us, LONGEST_US)
    }

    /// The time that this share of them (0 to 1) does not exceed: 0.95 gives the p95. Zero when
    /// there are none.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        if self.0.is_empty() {
            return Duration::ZERO;
        }
        Duration::from_micros(self.0.value_at_quantile(share).min(LONGEST_US))
    }

    /// The longest. Zero when there are none.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.quantile(1.0)
    }

    /// `{"count", "p50_us", "p95_us", "p99_us", "max_us"}`, times in microseconds.
    #[must_use]
    pub fn json(&self) -> Value {
        let us = |share| u64::try_from(self.quantile(share).as_micros()).unwrap_or(LONGEST_US);
        json!({
            "count": self.count(),
            "p50_us": us(0.50),
            "p95_us": us(0.95),
            "p99_us": us(0.99),
            "max_us": us(1.0),
        })
    }
}

/// Milliseconds with two digits after the point, as tables show them.
pub(crate) fn ms(time: Duration) -> String {
    let hundredths = (time.as_micros() + 5) / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::{Latencies, ms};
    use std::time::Duration;

    #[test]
    fn percentiles_are_right_to_three_digits() {
        let mut times = Latencies::default();
        assert_eq!(times.quantile(0.95), Duration::ZERO);
        for ms in 1..=100 {
            times.record(Duration::from_millis(ms));
        }
        let near = |share, ms: u128| {
            let off = times.quantile(share).as_micros().abs_diff(ms * 1000);
            assert!(off <= ms, "{share}: {:?}", times.quantile(share));
        };
        near(0.50, 50);
        near(0.95, 95);
        near(0.99, 99);
        near(1.0, 100);
        assert_eq!(times.at_least(Duration::from_millis(96)), 5);
        times.record(Duration::from_secs(3600));
        assert_eq!(times.longest(), Duration::from_secs(600));
        let mut twice = times.clone();
        twice.add(&times);
        assert_eq!(twice.count(), 202);
        assert_eq!(twice.json()["count"], 202);
    }

    #[test]
    fn times_read_in_milliseconds() {
        assert_eq!(ms(Duration::from_micros(1_234)), "1.23");
        assert_eq!(ms(Duration::from_micros(9_995)), "10.00");
    }
}
