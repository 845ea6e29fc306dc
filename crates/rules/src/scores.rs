//! Survey scores with their 95 % intervals: the only place where floats are right.

use serde::{Deserialize, Serialize};

/// z of a 95 % interval.
const Z: f64 = 1.96;

/// A score, to one decimal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The score.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Answers.
    pub n: u32,
}

impl Score {
    /// Shown as "too few answers", with its interval.
    pub const fn too_few(&self) -> bool {
        self.n < 30
    }
}

/// Net Promoter Score, −100…100, with the adjusted Wald interval. No answers, no score.
pub fn nps(promoters: u32, passives: u32, detractors: u32) -> Option<Score> {
    let n = promoters
        .saturating_add(passives)
        .saturating_add(detractors);
    let value = percent(i64::from(promoters) - i64::from(detractors), n)?;
    let m = f64::from(n) + 3.0;
    let (p, d) = (
        (f64::from(promoters) + 0.75) / m,
        (f64::from(detractors) + 0.75) / m,
    );
    let half = Z * ((p + d - (p - d) * (p - d)) / m).sqrt();
    let end = |x: f64| one_decimal((100.0 * x).clamp(-100.0, 100.0));
    Some(Score {
        value,
        low: end(p - d - half),
        high: end(p - d + half),
        n,
    })
}

/// Customer satisfaction: share of 4s and 5s in percent, with the Wilson interval. No answers, no score.
pub fn csat(satisfied: u32, n: u32) -> Option<Score> {
    let satisfied = satisfied.min(n);
    let value = percent(satisfied.into(), n)?;
    let (count, p) = (f64::from(n), f64::from(satisfied) / f64::from(n));
    let whole = 1.0 + Z * Z / count;
    let middle = (p + Z * Z / (2.0 * count)) / whole;
    let half = Z * (p * (1.0 - p) / count + Z * Z / (4.0 * count * count)).sqrt() / whole;
    let end = |x: f64| one_decimal((100.0 * x).clamp(0.0, 100.0));
    Some(Score {
        value,
        low: end(middle - half),
        high: end(middle + half),
        n,
    })
}

/// Mean of ratings to one decimal; `counts` has how many gave 1, 2, 3 and so on.
pub fn mean(counts: &[u32]) -> Option<f64> {
    let n: i128 = counts.iter().map(|c| i128::from(*c)).sum();
    let sum: i128 = counts
        .iter()
        .zip(1_i128..)
        .map(|(c, rating)| i128::from(*c) * rating)
        .sum();
    (n > 0).then(|| (20 * sum + n).div_euclid(2 * n) as f64 / 10.0)
}

/// `100 × part ÷ n` to one decimal, half up, rounded in integers.
fn percent(part: i64, n: u32) -> Option<f64> {
    let (part, n) = (i128::from(part), i128::from(n));
    (n > 0).then(|| (2000 * part + n).div_euclid(2 * n) as f64 / 10.0)
}

/// One decimal, half up.
fn one_decimal(x: f64) -> f64 {
    (x * 10.0 + 0.5).floor() / 10.0
}

#[cfg(test)]
mod tests;
