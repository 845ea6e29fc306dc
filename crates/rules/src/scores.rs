//! Survey scores with their 95 % intervals: the only place where floats are right.
//!
//! A value is rounded half up to one decimal in integers; the ends of an interval are held on the scale
//! and rounded likewise. Skipped questions are in no denominator, and no answers make no score.

use crate::program::SurveyKind;
use crate::surveys;
use serde::{Deserialize, Serialize};

/// z of a 95 % interval.
const Z: f64 = 1.96;

/// A score, to one decimal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Score {
    /// The score.
    pub value: f64,
    /// Lower end of the interval; absent where the answers tell nothing about it: a mean of one answer,
    /// or of answers that are all equal.
    #[serde(default)]
    pub low: Option<f64>,
    /// Upper end of the interval; absent where the lower one is.
    #[serde(default)]
    pub high: Option<f64>,
    /// Answers.
    pub n: u32,
}

impl Score {
    /// Shown as "too few answers", with its interval.
    pub const fn too_few(&self) -> bool {
        self.n < 30
    }
}

/// How many answers gave each score, from the smallest on: NPS 0…10, CSAT 1…5, CES 1…7; for CLI the sum
/// of the three items, 3…18. What is no whole answer (see [`surveys::fault`]) is passed over.
pub fn tally<'a>(kind: SurveyKind, answers: impl IntoIterator<Item = &'a [u8]>) -> Vec<u32> {
    let (low, high) = kind.range();
    let mut counts = vec![0_u32; usize::from(high - low) * kind.items() + 1];
    for scores in answers {
        if surveys::fault(kind, scores).is_none() {
            let place: usize = scores
                .iter()
                .map(|s| usize::from(s.saturating_sub(low)))
                .sum();
            if let Some(count) = counts.get_mut(place) {
                *count = count.saturating_add(1);
            }
        }
    }
    counts
}

/// Net Promoter Score, −100…100, with the adjusted Wald interval: ¾ of a promoter, ¾ of a detractor and
/// 1½ passives are added to the answers. No answers, no score.
pub fn nps(promoters: u32, passives: u32, detractors: u32) -> Option<Score> {
    let n = total(&[promoters, passives, detractors]);
    let value = rounded(
        100 * (i128::from(promoters) - i128::from(detractors)),
        n,
        10,
    )?;
    let m = n as f64 + 3.0;
    let (p, d) = (
        (f64::from(promoters) + 0.75) / m,
        (f64::from(detractors) + 0.75) / m,
    );
    let half = Z * ((p + d - (p - d) * (p - d)) / m).sqrt();
    let end = |x: f64| Some(one_decimal((100.0 * x).clamp(-100.0, 100.0)));
    Some(Score {
        value,
        low: end(p - d - half),
        high: end(p - d + half),
        n: count(n),
    })
}

/// [`nps`] of how many gave 0, 1, 2 … 10: detractors 0–6, passives 7–8, promoters 9–10.
pub fn nps_of(counts: &[u32]) -> Option<Score> {
    let among = |from, to| count(total_between(counts, from, to));
    nps(among(9, 11), among(7, 9), among(0, 7))
}

/// Customer satisfaction: share of 4s and 5s in percent, with the Wilson interval. No answers, no score.
pub fn csat(satisfied: u32, n: u32) -> Option<Score> {
    share(satisfied, n)
}

/// Customer satisfaction in full.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Satisfaction {
    /// Share of 4s and 5s, see [`csat`].
    pub score: Score,
    /// Mean of the answers, 1…5.
    pub mean: f64,
}

/// Customer satisfaction of how many gave 1, 2 … 5.
pub fn satisfaction(counts: &[u32]) -> Option<Satisfaction> {
    let counts = counts.get(..5).unwrap_or(counts);
    Some(Satisfaction {
        score: csat(count(total_between(counts, 3, 5)), count(total(counts)))?,
        mean: mean(counts)?,
    })
}

/// Customer Effort Score 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// Mean, 1…7 (7 is easy), with a t interval.
    pub mean: Score,
    /// Share of 5s, 6s and 7s in percent, with the Wilson interval.
    pub easy: Score,
}

/// Customer Effort Score 2.0 of how many gave 1, 2 … 7.
pub fn ces(counts: &[u32]) -> Option<Effort> {
    let counts = counts.get(..7).unwrap_or(counts);
    let as_it_is = Scale {
        low: 1,
        high: 7,
        zero: 0,
        times: 1,
    };
    Some(Effort {
        mean: Sums::of(counts, 1, 1)?.score(&as_it_is),
        easy: share(count(total_between(counts, 4, 7)), count(total(counts)))?,
    })
}

/// Customer Loyalty Index.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loyalty {
    /// Mean of the respondents' means, 1…6 (6 is surely), with a t interval.
    pub score: Score,
    /// The same as 0…100: (mean − 1) ÷ 5 × 100, and the ends of the interval likewise before they are
    /// rounded.
    pub index: Score,
}

/// Customer Loyalty Index of how many respondents gave the sums 3, 4 … 18 over the three items.
pub fn cli(counts: &[u32]) -> Option<Loyalty> {
    let sums = Sums::of(counts.get(..16).unwrap_or(counts), 3, 3)?;
    let scale = |zero, times| Scale {
        low: 1,
        high: 6,
        zero,
        times,
    };
    Some(Loyalty {
        score: sums.score(&scale(0, 1)),
        index: sums.score(&scale(1, 20)),
    })
}

/// Mean of ratings to one decimal; `counts` has how many gave 1, 2, 3 and so on.
pub fn mean(counts: &[u32]) -> Option<f64> {
    let sums = Sums::of(counts, 1, 1)?;
    rounded(sums.sum, sums.n, 10)
}

/// Where a mean lies, and how it is shown: `(mean − zero) × times`.
struct Scale {
    low: i128,
    high: i128,
    zero: i128,
    times: i128,
}

/// Sums over whole numbers, of which `parts` make one on the scale: exact as far as `i128` goes.
struct Sums {
    n: i128,
    sum: i128,
    squares: i128,
    parts: i128,
}

impl Sums {
    fn of(counts: &[u32], first: i128, parts: i128) -> Option<Self> {
        let (mut n, mut sum, mut squares) = (0, 0, 0);
        for (count, x) in counts.iter().zip(first..) {
            let count = i128::from(*count);
            n += count;
            sum += count * x;
            squares += count * x * x;
        }
        (n > 0).then_some(Self {
            n,
            sum,
            squares,
            parts,
        })
    }

    /// The mean with its interval: mean ± t √(s² ÷ n), s² = (n Σx² − (Σx)²) ÷ (n (n − 1)).
    fn score(&self, scale: &Scale) -> Score {
        let (n, whole) = (self.n, self.n * self.parts);
        let spread = n * self.squares - self.sum * self.sum;
        let ends = (n > 1 && spread > 0).then(|| {
            let middle = self.sum as f64 / whole as f64;
            let half = t_quantile(n - 1) * (spread as f64 / (n - 1) as f64).sqrt() / whole as f64;
            let held = |end: f64| end.clamp(scale.low as f64, scale.high as f64);
            let shown =
                |end: f64| one_decimal((held(end) - scale.zero as f64) * scale.times as f64);
            (shown(middle - half), shown(middle + half))
        });
        let value = scale.times * (self.sum - scale.zero * whole);
        Score {
            value: rounded(value, whole, 10).unwrap_or_default(),
            low: ends.map(|ends| ends.0),
            high: ends.map(|ends| ends.1),
            n: count(n),
        }
    }
}

/// 97.5 % quantiles of Student's t distribution for 1…30 degrees of freedom, to five decimals.
const T: [f64; 30] = [
    12.70620, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216, 2.22814,
    2.20099, 2.17881, 2.16037, 2.14479, 2.13145, 2.11991, 2.10982, 2.10092, 2.09302, 2.08596,
    2.07961, 2.07387, 2.06866, 2.06390, 2.05954, 2.05553, 2.05183, 2.04841, 2.04523, 2.04227,
];

/// The 97.5 % quantile of Student's t distribution. Beyond the table by the expansion about the normal
/// quantile z (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5, to 1 ÷ df³), which is
/// right to five decimals there.
fn t_quantile(df: i128) -> f64 {
    let known = usize::try_from(df - 1).ok().and_then(|at| T.get(at));
    if let Some(t) = known {
        return *t;
    }
    // (z³ + z) ÷ 4, (5z⁵ + 16z³ + 3z) ÷ 96, (3z⁷ + 19z⁵ + 17z³ − 15z) ÷ 384 for z = 1.959964.
    let per = 1.0 / df as f64;
    1.959_964 + per * (2.372_271 + per * (2.822_502 + per * 2.555_858))
}

/// Share of a part in percent, with the Wilson interval. A part beyond the whole counts as the whole; no
/// whole, no share.
pub fn share(part: u32, n: u32) -> Option<Score> {
    let part = part.min(n);
    let (low, high) = wilson(part.into(), n.into())?;
    let end = |x: f64| Some(one_decimal(100.0 * x));
    Some(Score {
        value: rounded(100 * i128::from(part), n.into(), 10)?,
        low: end(low),
        high: end(high),
        n,
    })
}

/// The Wilson score interval of a proportion (E. B. Wilson, Probable inference, the law of succession,
/// and statistical inference, JASA 22, 1927) as shares of 1; none without a whole.
pub(crate) fn wilson(part: f64, n: f64) -> Option<(f64, f64)> {
    if n < 1.0 {
        return None;
    }
    let p = (part / n).clamp(0.0, 1.0);
    let whole = 1.0 + Z * Z / n;
    let middle = (p + Z * Z / (2.0 * n)) / whole;
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / whole;
    Some(((middle - half).clamp(0.0, p), (middle + half).clamp(p, 1.0)))
}

/// What became of a survey's prompts. A prompt is one survey in one scope for one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// People (and scopes) to whom it could have been shown.
    pub eligible: u32,
    /// Of these, to whom it was shown, each once.
    pub unique_shown: u32,
    /// Times it was rendered and visible.
    pub shown: u32,
    /// Responses with at least one score.
    pub started: u32,
    /// Responses that were completed.
    pub completed: u32,
    /// Times it was closed without an answer.
    pub dismissed: u32,
}

/// How a survey goes over: percent with Wilson intervals, each absent where its whole is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Rates {
    /// To how many of the eligible it was shown: unique shown ÷ eligible.
    #[serde(default)]
    pub reach: Option<Score>,
    /// Started ÷ unique shown.
    #[serde(default)]
    pub response: Option<Score>,
    /// Completed ÷ started.
    #[serde(default)]
    pub completion: Option<Score>,
    /// Dismissed ÷ shown, every time.
    #[serde(default)]
    pub dismissal: Option<Score>,
}

/// The rates of a funnel.
pub fn rates(funnel: &Funnel) -> Rates {
    Rates {
        reach: share(funnel.unique_shown, funnel.eligible),
        response: share(funnel.started, funnel.unique_shown),
        completion: share(funnel.completed, funnel.started),
        dismissal: share(funnel.dismissed, funnel.shown),
    }
}

fn total(counts: &[u32]) -> i128 {
    counts.iter().map(|c| i128::from(*c)).sum()
}

fn total_between(counts: &[u32], from: usize, to: usize) -> i128 {
    total(counts.get(from..to.min(counts.len())).unwrap_or_default())
}

fn count(n: i128) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// `part ÷ n`, half up, with as many decimals as `unit` has zeros; rounded in integers.
pub(crate) fn rounded(part: i128, n: i128, unit: i128) -> Option<f64> {
    let nearest = || (2 * unit * part + n).div_euclid(2 * n);
    (n > 0).then(|| nearest() as f64 / unit as f64)
}

/// One decimal, half up. What a half has lost to binary is given back.
fn one_decimal(x: f64) -> f64 {
    (x * 10.0 + 0.5 + 1e-9).floor() / 10.0
}

#[cfg(test)]
mod tests;
