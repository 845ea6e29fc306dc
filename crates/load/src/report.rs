//! What a run was like.

use crate::connections::End;
use crate::latencies::{Latencies, ms};
use crate::plan::Kind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What became of the requests of one kind.
#[derive(Clone, Debug, Default)]
pub struct KindReport {
    /// The kind's name.
    pub name: String,
    /// How many left.
    pub sent: u64,
    /// From due to the end of the answer, for answers with a status below 400, and the time waited
    /// for those that were given up: leaving these out would make the worst server look good.
    pub good: Latencies,
    /// The same for answers with a status of 400 or more. They are apart because quick refusals
    /// would flatter the rest.
    pub refusals: Latencies,
    /// How many answers came with each status.
    pub statuses: BTreeMap<u16, u64>,
    /// How many found no connection.
    pub refused: u64,
    /// How many lost their connection before the end of the answer.
    pub broken: u64,
    /// How many were given up after the generator's patience.
    pub given_up: u64,
}

impl KindReport {
    /// How many never got a whole answer.
    #[must_use]
    pub fn unanswered(&self) -> u64 {
        self.refused + self.broken + self.given_up
    }

    /// How many were answered with a status below 400.
    #[must_use]
    pub fn succeeded(&self) -> u64 {
        self.statuses.range(..400).map(|(_, count)| count).sum()
    }

    /// How many answers say that the server could not cope: 429, and 500 or more.
    #[must_use]
    pub fn overloaded(&self) -> u64 {
        let failed: u64 = self.statuses.range(500..).map(|(_, count)| count).sum();
        failed + self.statuses.get(&429).copied().unwrap_or(0)
    }

    fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.good.add(&other.good);
        self.refusals.add(&other.refusals);
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        self.refused += other.refused;
        self.broken += other.broken;
        self.given_up += other.given_up;
    }

    /// `200×990 503×7 refused×2`: how the requests ended.
    fn ends(&self) -> String {
        let statuses = self.statuses.iter();
        let mut ends: Vec<String> = statuses.map(|(s, count)| format!("{s}×{count}")).collect();
        for (name, count) in [
            ("refused", self.refused),
            ("broken", self.broken),
            ("given-up", self.given_up),
        ] {
            if count > 0 {
                ends.push(format!("{name}×{count}"));
            }
        }
        ends.join(" ")
    }

    fn json(&self) -> Value {
        json!({
            "kind": self.name,
            "sent": self.sent,
            "succeeded": self.succeeded(),
            "latency": self.good.json(),
            "refusal_latency": self.refusals.json(),
            "statuses": self.statuses.iter().map(|(s, c)| (s.to_string(), json!(c)))
                .collect::<serde_json::Map<_, _>>(),
            "refused": self.refused,
            "broken": self.broken,
            "given_up": self.given_up,
        })
    }
}

/// What a run was like. Printed, it is a table.
#[derive(Clone, Debug)]
pub struct Report {
    /// Requests per second that were wanted; 0 when as many were as are answered.
    pub rate: u32,
    /// From the first request to the end of the last answer.
    pub took: Duration,
    /// How long after it was due each request left the generator.
    pub lag: Latencies,
    /// One of each kind of the plan, in its order.
    pub kinds: Vec<KindReport>,
}

impl Report {
    pub(crate) fn new(rate: u32, kinds: Vec<Kind>) -> Self {
        let empty = |kind: Kind| KindReport {
            name: kind.name,
            ..KindReport::default()
        };
        Self {
            rate,
            took: Duration::ZERO,
            lag: Latencies::default(),
            kinds: kinds.into_iter().map(empty).collect(),
        }
    }

    /// A request of a kind left, this long after it was due.
    pub(crate) fn left(&mut self, kind: usize, lag: Duration) {
        self.kinds[kind].sent += 1;
        self.lag.record(lag);
    }

    /// A request ended, this long after it was due.
    pub(crate) fn ended(&mut self, kind: usize, end: End, latency: Duration) {
        let kind = &mut self.kinds[kind];
        match end {
            End::Answered(status) => {
                *kind.statuses.entry(status).or_default() += 1;
                let latencies = if status < 400 {
                    &mut kind.good
                } else {
                    &mut kind.refusals
                };
                latencies.record(latency);
            }
            End::Refused => kind.refused += 1,
            End::Broken => kind.broken += 1,
            End::GivenUp => {
                kind.given_up += 1;
                kind.good.record(latency);
            }
        }
    }

    /// All kinds together, named `all`.
    #[must_use]
    pub fn all(&self) -> KindReport {
        let mut all = KindReport {
            name: "all".to_owned(),
            ..KindReport::default()
        };
        for kind in &self.kinds {
            all.add(kind);
        }
        all
    }

    /// The report for machines; times are in microseconds.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "rate_per_s": self.rate,
            "took_us": u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
            "lag": self.lag.json(),
            "kinds": self.kinds.iter().map(KindReport::json).collect::<Vec<_>>(),
            "all": self.all().json(),
        })
    }
}

/// The columns of times, in milliseconds.
fn times(latencies: &Latencies) -> String {
    let column = |share| {
        if latencies.count() == 0 {
            "-".to_owned()
        } else {
            ms(latencies.quantile(share))
        }
    };
    let [p50, p95, p99, max] = [0.50, 0.95, 0.99, 1.0].map(column);
    format!("{p50:>10} {p95:>10} {p99:>10} {max:>10}")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28} {:>9} {:>10} {:>10} {:>10} {:>10}  ended",
            "kind", "sent", "p50 ms", "p95 ms", "p99 ms", "max ms"
        )?;
        let all = (self.kinds.len() > 1).then(|| self.all());
        for kind in self.kinds.iter().chain(&all) {
            let (sent, good) = (kind.sent, times(&kind.good));
            writeln!(f, "{:<28} {sent:>9} {good}  {}", kind.name, kind.ends())?;
            if kind.refusals.count() > 0 {
                let (count, times) = (kind.refusals.count(), times(&kind.refusals));
                writeln!(f, "{:<28} {count:>9} {times}", "  of these 400 and above")?;
            }
        }
        if self.rate == 0 {
            return write!(f, "each connection sent the next one after each answer");
        }
        write!(
            f,
            "{} requests per second wanted; they left at most {} ms late (p99 {} ms)",
            self.rate,
            ms(self.lag.longest()),
            ms(self.lag.quantile(0.99))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Report;
    use crate::connections::End;
    use crate::plan::Kind;
    use std::time::Duration;

    fn report() -> Report {
        let kind = |name: &str| Kind {
            name: name.to_owned(),
            weight: 1,
        };
        let mut report = Report::new(10, vec![kind("read"), kind("write")]);
        let ms = Duration::from_millis;
        for (kind, end, latency) in [
            (0, End::Answered(200), ms(10)),
            (0, End::Answered(503), ms(1)),
            (0, End::GivenUp, ms(5000)),
            (1, End::Answered(201), ms(20)),
            (1, End::Answered(429), ms(2)),
            (1, End::Refused, ms(1)),
            (1, End::Broken, ms(1)),
        ] {
            report.left(kind, Duration::from_micros(300));
            report.ended(kind, end, latency);
        }
        report
    }

    #[test]
    fn every_end_is_counted_once_and_quick_refusals_do_not_flatter() {
        let report = report();
        let read = &report.kinds[0];
        assert_eq!((read.sent, read.succeeded(), read.overloaded()), (3, 1, 1));
        assert_eq!((read.good.count(), read.refusals.count()), (2, 1));
        assert!(read.good.longest() >= Duration::from_secs(5));
        let all = report.all();
        assert_eq!((all.sent, all.succeeded()), (7, 2));
        assert_eq!((all.overloaded(), all.unanswered()), (2, 3));
        assert_eq!(
            all.ends(),
            "200×1 201×1 429×1 503×1 refused×1 broken×1 given-up×1"
        );
    }

    #[test]
    fn the_table_and_the_json_tell_the_same() {
        let report = report();
        let table = report.to_string();
        let row = |name: &str| table.lines().find(|line| line.starts_with(name));
        assert!(row("read ").is_some_and(|row| row.ends_with("200×1 503×1 given-up×1")));
        assert!(row("all ").is_some_and(|row| row.contains("broken×1")));
        assert!(table.contains("at most 0.30 ms late"), "{table}");
        let json = report.json();
        assert_eq!(json["kinds"][1]["statuses"]["429"], 1);
        assert_eq!(json["kinds"][1]["latency"]["count"], 1);
        assert_eq!(json["all"]["given_up"], 1);
        assert_eq!(json["rate_per_s"], 10);
    }
}
