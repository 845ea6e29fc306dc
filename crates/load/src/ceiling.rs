//! The highest rate that a server sustains.

use crate::generator::Generator;
use crate::latencies::ms;
use crate::report::Report;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::time::Duration;

/// No step goes beyond this many requests per second.
const RATE_MAX: u32 = 1_000_000;

/// One rate that was tried.
#[derive(Clone, Debug)]
pub struct Step {
    /// How it went.
    pub report: Report,
    /// Why the rate is not sustained; nothing when it is.
    pub over: Option<String>,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Ceiling {
    /// The highest rate that was tried and sustained, in requests per second; 0 when even 1 was
    /// not.
    pub rate: u32,
    /// All steps, in the order they were tried.
    pub steps: Vec<Step>,
}

impl Ceiling {
    /// The search for machines.
    #[must_use]
    pub fn json(&self) -> Value {
        let step = |step: &Step| json!({"over": step.over, "report": step.report.json()});
        json!({
            "ceiling_per_s": self.rate,
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
        })
    }
}

/// Why a run shows a server beyond what it sustains, if it does: its p95 is over the bound, requests
/// were not answered, or answers said so (429, 500 and above). The generator being late by more than
/// the bound counts too: then the rate was not reached.
#[must_use]
pub fn overload(report: &Report, p95: Duration) -> Option<String> {
    let all = report.all();
    if all.unanswered() > 0 {
        return Some(format!("{} requests without an answer", all.unanswered()));
    }
    if all.overloaded() > 0 {
        return Some(format!(
            "{} answers with 429 or 500 and above",
            all.overloaded()
        ));
    }
    let late = report.lag.quantile(0.95);
    if late > p95 {
        return Some(format!(
            "the generator itself was late, p95 {} ms",
            ms(late)
        ));
    }
    let found = all.good.quantile(0.95);
    (found > p95).then(|| format!("p95 {} ms", ms(found)))
}

/// Looks for the highest rate at which the p95 stays within the bound and nothing fails, in runs of
/// `time` each: doubles from `first` until a rate is not sustained (or halves until one is), then
/// halves the gap until it is below a twentieth. `told` hears of every step.
///
/// # Errors
/// When no request of a step succeeds without the server being overloaded: then the requests are
/// wrong (a 401, say), and no rate means anything.
pub async fn search(
    generator: &mut Generator,
    first: u32,
    time: Duration,
    p95: Duration,
    mut told: impl FnMut(&Step),
) -> Result<Ceiling> {
    let mut climb = Climb::from(first);
    let mut steps = Vec::new();
    while let Some(rate) = climb.next() {
        let report = generator.run(rate, time).await?;
        let over = overload(&report, p95);
        let all = report.all();
        if over.is_none() && all.succeeded() == 0 {
            let answers: Vec<String> = all.statuses.keys().map(u16::to_string).collect();
            bail!(
                "no request succeeds: every answer has the status {}",
                answers.join(" or ")
            );
        }
        climb.tell(rate, over.is_none());
        let step = Step { report, over };
        told(&step);
        steps.push(step);
    }
    Ok(Ceiling {
        rate: climb.sustained,
        steps,
    })
}

/// Where a search stands.
struct Climb {
    first: u32,
    /// The highest rate that was sustained, or 0.
    sustained: u32,
    /// The lowest that was not.
    over: Option<u32>,
}

impl Climb {
    fn from(first: u32) -> Self {
        Self {
            first: first.clamp(1, RATE_MAX),
            sustained: 0,
            over: None,
        }
    }

    /// The rate to try next, until it is known closely enough.
    fn next(&self) -> Option<u32> {
        match (self.sustained, self.over) {
            (0, None) => Some(self.first),
            (RATE_MAX, None) => None,
            (sustained, None) => Some((sustained * 2).min(RATE_MAX)),
            (0, Some(over)) => (over > 1).then_some(over / 2),
            (sustained, Some(over)) => {
                let gap = over.saturating_sub(sustained);
                (gap > 1 && gap > sustained / 20).then_some(sustained + gap / 2)
            }
        }
    }

    fn tell(&mut self, rate: u32, held: bool) {
        if held {
            self.sustained = self.sustained.max(rate);
        } else {
            self.over = Some(self.over.map_or(rate, |over| over.min(rate)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Climb, RATE_MAX};

    /// What a search finds for a server that sustains exactly so much, and in how many steps.
    fn found(first: u32, capacity: u32) -> (u32, usize) {
        let mut climb = Climb::from(first);
        let mut steps = 0;
        while let Some(rate) = climb.next() {
            climb.tell(rate, rate <= capacity);
            steps += 1;
            assert!(steps < 40, "no end from {first} to {capacity}");
        }
        (climb.sustained, steps)
    }

    #[test]
    fn a_capacity_is_found_from_below_and_from_above() {
        for first in [1, 50, 4000, RATE_MAX] {
            for capacity in [1, 2, 3, 19, 730, 4000, 123_456] {
                let (rate, _) = found(first, capacity);
                assert!(rate <= capacity, "{rate} of {capacity}");
                assert!(capacity - rate <= rate / 20, "{rate} of {capacity}");
            }
        }
        assert_eq!(found(50, 0).0, 0);
        assert_eq!(found(50, u32::MAX).0, RATE_MAX);
        assert!(found(50, 730).1 <= 10);
    }
}
