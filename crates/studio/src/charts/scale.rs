//! Where values stand on an axis, and which of them are named.

/// An axis: the values at its ends, and those that are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) ticks: Vec<i64>,
}

impl Scale {
    /// An axis that holds all of these and nothing, its ends at round values.
    pub(super) fn around(values: impl Iterator<Item = i64>) -> Self {
        let (mut low, mut high) = (0, 0);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        let step = step(high.saturating_sub(low));
        let low = low.div_euclid(step).saturating_mul(step);
        let high = high
            .saturating_add(step - 1)
            .div_euclid(step)
            .saturating_mul(step)
            .max(low.saturating_add(step));
        let mut ticks = Vec::new();
        let mut tick = low;
        while tick <= high && ticks.len() < 12 {
            ticks.push(tick);
            tick = tick.saturating_add(step);
        }
        Self { low, high, ticks }
    }

    /// An axis between two values.
    pub(super) fn between(low: i64, high: i64) -> Self {
        let middle = low.midpoint(high);
        Self {
            low,
            high: high.max(low.saturating_add(1)),
            ticks: vec![low, middle, high],
        }
    }

    /// How far along the axis a value is, 0…1.
    pub(super) fn place(&self, value: i64) -> f64 {
        let length = self.high.saturating_sub(self.low) as f64;
        (value.saturating_sub(self.low) as f64 / length).clamp(0.0, 1.0)
    }
}

/// A round step of which some four make the whole: 1, 2 or 5 and zeros.
fn step(length: i64) -> i64 {
    let mut step = 1_i64;
    loop {
        for round in [step, step.saturating_mul(2), step.saturating_mul(5)] {
            if round.saturating_mul(5) >= length {
                return round;
            }
        }
        step = step.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_ends_around_its_values() {
        let scale = Scale::around([13, 87].into_iter());
        assert_eq!((scale.low, scale.high), (0, 100));
        assert_eq!(scale.ticks, [0, 20, 40, 60, 80, 100]);
        let scale = Scale::around([-30, 45].into_iter());
        assert_eq!(scale.ticks, [-40, -20, 0, 20, 40, 60]);
        assert_eq!(Scale::around(std::iter::empty()).ticks, [0, 1]);
        let scale = Scale::between(-10_000, 10_000);
        assert!((scale.place(0) - 0.5).abs() < 1e-9);
        assert!(scale.place(i64::MAX) <= 1.0);
    }
}
