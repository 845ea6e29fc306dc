//! The indicators of a club, each with its sample, its interval and its trend.
//!
//! Two layers. [`Counts`] are what every indicator needs of one window; a database can bring them, or
//! [`count`] takes them from orders in memory. [`Counts::figure`] and [`report`] make indicators of them.
//! The survey scores come from [`crate::scores`] and join by [`Figure::of_percent`] and [`Figure::of_mean`].
//!
//! An order that was refunded whole is out everywhere, a part refund nets the amount, an order of
//! nothing is an order, and two orders on a day are two. Nothing is divided by 0: such an indicator has
//! no figure.

mod cohorts;
mod periods;
mod window;

pub use cohorts::{Cohort, cohorts};
pub use periods::{Step, latest, pieces};
pub use window::{Action, Sale, Window, count};

use crate::scores::{self, Score};
use crate::{Bp, Money};
use serde::{Deserialize, Serialize};

/// Milliseconds of the year of the indicators: 365.25 days.
pub const YEAR_MS: i64 = 31_557_600_000;

/// What can be followed, compared and aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// Buyers of the period before who bought again ÷ buyers of the period before (CRR).
    Retention,
    /// What retention leaves: buyers of the period before who did not come back.
    Churn,
    /// Buyers with two orders or more in the window ÷ buyers.
    RepeatRate,
    /// Orders with more than one product ÷ orders.
    UpsellRatio,
    /// Orders ÷ buyers, in the window.
    Frequency,
    /// The same for a year of 365.25 days: what a year would bring at this pace.
    YearlyFrequency,
    /// Revenue ÷ orders (AOV).
    AverageOrder,
    /// What a member is worth over their time with the shop (CLV), see [`Counts::lifetime_value`].
    LifetimeValue,
    /// Members with a club action ÷ members who ordered or acted.
    Engagement,
    /// Net Promoter Score, see [`crate::scores::nps`].
    Nps,
    /// Customer satisfaction, see [`crate::scores::csat`].
    Csat,
    /// Customer effort: the mean of 1…7.
    Ces,
    /// Customer loyalty index: the mean of 1…6.
    Cli,
}

/// What the whole numbers of an indicator mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share in basis points, told in percent: 8000 is 80 %. For NPS −10000…10000.
    Share,
    /// Ten-thousandths: 33000 is 3.3 times, or a mean of 3.3 on its scale.
    Times,
    /// Money in minor units.
    Money,
}

impl Indicator {
    /// All that [`report`] makes from counts, in its order.
    pub const COUNTED: [Self; 9] = [
        Self::Retention,
        Self::Churn,
        Self::RepeatRate,
        Self::UpsellRatio,
        Self::Frequency,
        Self::YearlyFrequency,
        Self::AverageOrder,
        Self::LifetimeValue,
        Self::Engagement,
    ];

    /// What its numbers mean.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Retention
            | Self::Churn
            | Self::RepeatRate
            | Self::UpsellRatio
            | Self::Engagement
            | Self::Nps
            | Self::Csat => Unit::Share,
            Self::Frequency | Self::YearlyFrequency | Self::Ces | Self::Cli => Unit::Times,
            Self::AverageOrder | Self::LifetimeValue => Unit::Money,
        }
    }

    /// Whether less of it is what the merchant wants.
    pub const fn falls(self) -> bool {
        matches!(self, Self::Churn)
    }
}

/// So many of so many: the whole is never 0, the part never more than the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// How many.
    pub part: u32,
    /// Of how many: the sample.
    pub of: u32,
}

impl Ratio {
    /// None of nothing. A part above the whole is held at the whole.
    pub fn of(part: u32, of: u32) -> Option<Self> {
        (of > 0).then(|| Self {
            part: part.min(of),
            of,
        })
    }

    /// Those who are not in the part.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self {
            part: self.of.saturating_sub(self.part),
            of: self.of,
        }
    }

    /// The share in basis points, half up.
    pub fn bp(self) -> Bp {
        let share = divided(10_000 * i128::from(self.part), self.of.into());
        Bp(share.clamp(0, 10_000) as u32)
    }

    /// The share as an indicator: to a tenth of a percent, with the 95 % Wilson interval.
    pub fn figure(self) -> Option<Figure> {
        scores::share(self.part, self.of).map(Figure::of_percent)
    }
}

/// So much among so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mean {
    /// The sum: orders, or money in minor units.
    pub sum: i64,
    /// Among how many: the sample.
    pub of: u32,
}

impl Mean {
    /// None among nobody.
    pub fn of(sum: i64, of: u32) -> Option<Self> {
        (of > 0).then_some(Self { sum, of })
    }

    /// The mean in the unit of the sum, half up.
    pub fn rounded(self) -> i64 {
        held(divided(self.sum.into(), self.of.into()))
    }

    /// The mean in ten-thousandths, half up.
    pub fn ten_thousandths(self) -> i64 {
        held(divided(10_000 * i128::from(self.sum), self.of.into()))
    }
}

/// What an indicator says, in its [`Unit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Figure {
    /// The value; shares are whole tenths of a percent, as scores are.
    pub value: i64,
    /// The 95 % interval, where one is defined: shares have Wilson's, survey scores their own; plain
    /// means and money have none.
    #[serde(default)]
    pub low: Option<i64>,
    /// Its upper end.
    #[serde(default)]
    pub high: Option<i64>,
    /// The sample: what stands under the line of the division.
    pub n: u32,
}

impl Figure {
    /// A score that is told in percent (NPS, CSAT), as an indicator.
    pub fn of_percent(score: Score) -> Self {
        // One decimal of a percent is ten basis points, so nothing is lost.
        let [low, high] =
            [score.low, score.high].map(|end| end.map(|percent| (100.0 * percent).round() as i64));
        Self {
            value: (100.0 * score.value).round() as i64,
            low,
            high,
            n: score.n,
        }
    }

    /// A score that is a mean on its scale (CES, CLI), as an indicator.
    pub fn of_mean(score: Score) -> Self {
        let percent = Self::of_percent(score);
        let times = |value: i64| value.saturating_mul(100);
        Self {
            value: times(percent.value),
            low: percent.low.map(times),
            high: percent.high.map(times),
            n: percent.n,
        }
    }

    /// Shown as "too few", with its interval: the same line as for survey scores.
    pub const fn too_few(&self) -> bool {
        self.n < 30
    }

    const fn plain(value: i64, n: u32) -> Self {
        Self {
            value,
            low: None,
            high: None,
            n,
        }
    }
}

/// All that the indicators of one window are made of. Counts are of members and of orders that stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// S: buyers of the period before.
    #[serde(default)]
    pub buyers_before: u32,
    /// S ∩ E: those of them who bought in this window too.
    #[serde(default)]
    pub stayed: u32,
    /// E: buyers of this window.
    #[serde(default)]
    pub buyers: u32,
    /// Buyers with two orders or more in this window.
    #[serde(default)]
    pub repeat_buyers: u32,
    /// Orders.
    #[serde(default)]
    pub orders: u32,
    /// Orders with more than one distinct product.
    #[serde(default)]
    pub mixed_orders: u32,
    /// What the orders brought, net of refunds.
    #[serde(default)]
    pub revenue: Money,
    /// Members who ordered or acted.
    #[serde(default)]
    pub active_members: u32,
    /// Members with at least one club action.
    #[serde(default)]
    pub engaged_members: u32,
}

/// What a lifetime value needs beside the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The window of the counts; the period before is taken to be as long.
    pub window: Window,
    /// What remains of the revenue, in basis points; more than the whole counts as the whole.
    #[serde(default)]
    pub margin: Bp,
    /// No lifespan is taken for longer than these years of 365.25 days.
    #[serde(default = "five")]
    pub years_max: u8,
}

const fn five() -> u8 {
    5
}

/// What a member is worth over their time with the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifetimeValue {
    /// Money in minor units, half up.
    pub value: Money,
    /// How long a member stays, in days of 24 hours, half up.
    pub lifespan_days: i64,
    /// The lifespan is the longest that is allowed, not what churn says.
    pub capped: bool,
    /// Buyers of the window.
    pub n: u32,
}

/// Retention from the three counts of the usual formula, (E − N) ÷ S: `start` are the buyers of the
/// period before, `end` those of this one, `new` those of `end` who are not in `start`. None without a
/// start. 100, 90 and 10 make 80 %.
pub fn retention(start: u32, end: u32, new: u32) -> Option<Ratio> {
    Ratio::of(end.saturating_sub(new), start)
}

impl Counts {
    /// The share of the buyers before who stayed.
    pub fn retention(&self) -> Option<Ratio> {
        Ratio::of(self.stayed, self.buyers_before)
    }

    /// The share of the buyers before who did not: of the same cohort, so both make 100 %.
    pub fn churn(&self) -> Option<Ratio> {
        self.retention().map(Ratio::rest)
    }

    /// The share of buyers who ordered twice or more.
    pub fn repeat_rate(&self) -> Option<Ratio> {
        Ratio::of(self.repeat_buyers, self.buyers)
    }

    /// The share of orders with more than one product.
    pub fn upsell_ratio(&self) -> Option<Ratio> {
        Ratio::of(self.mixed_orders, self.orders)
    }

    /// Orders of a buyer in the window.
    pub fn frequency(&self) -> Option<Mean> {
        Mean::of(self.orders.into(), self.buyers)
    }

    /// Orders of a buyer in a year at the window's pace, in ten-thousandths, half up.
    pub fn yearly_frequency(&self, window: Window) -> Option<i64> {
        let over = i128::from(self.buyers) * i128::from(window.length_ms());
        (over > 0).then(|| {
            let orders = 10_000 * i128::from(self.orders);
            held(divided(orders * i128::from(YEAR_MS), over))
        })
    }

    /// Revenue of an order.
    pub fn average_order(&self) -> Option<Mean> {
        Mean::of(self.revenue.0, self.orders)
    }

    /// The share of active members who acted in the club.
    pub fn engagement(&self) -> Option<Ratio> {
        Ratio::of(self.engaged_members, self.active_members)
    }

    /// Average order × orders of a year × margin × lifespan in years. The lifespan is the window ÷ the
    /// churn of the same window, so that a quarter's churn is never taken for a year's, and at most
    /// `years_max`; without churn it is that. None without buyers, or where churn has no value.
    pub fn lifetime_value(&self, terms: &Terms) -> Option<LifetimeValue> {
        let lost = self.churn()?;
        let window = i128::from(terms.window.length_ms());
        if self.buyers == 0 || self.orders == 0 || window == 0 {
            return None;
        }
        let longest = i128::from(terms.years_max) * i128::from(YEAR_MS);
        let (lost, start) = (i128::from(lost.part), i128::from(lost.of));
        let capped = window * start > longest * lost;
        // The orders cancel: what a buyer brings in the window, times lifespan ÷ window. Where churn
        // sets the lifespan the window cancels too. Each product fits: 63 + 14 + 43 bits at most.
        let (times, over, lifespan) = if capped {
            (longest, window, longest)
        } else {
            (start, lost, divided(window * start, lost))
        };
        let kept = i128::from(self.revenue.0) * i128::from(terms.margin.0.min(10_000));
        let buyers = 10_000 * i128::from(self.buyers);
        Some(LifetimeValue {
            value: Money(held(divided(kept * times, buyers * over))),
            lifespan_days: held(divided(lifespan, crate::DAY_MS.into())),
            capped,
            n: self.buyers,
        })
    }

    /// An indicator; none where it would be divided by 0, and for survey scores, whose answers are not
    /// among the counts.
    pub fn figure(&self, indicator: Indicator, terms: &Terms) -> Option<Figure> {
        match indicator {
            Indicator::Retention => self.retention()?.figure(),
            Indicator::Churn => self.churn()?.figure(),
            Indicator::RepeatRate => self.repeat_rate()?.figure(),
            Indicator::UpsellRatio => self.upsell_ratio()?.figure(),
            Indicator::Engagement => self.engagement()?.figure(),
            Indicator::Frequency => self
                .frequency()
                .map(|mean| Figure::plain(mean.ten_thousandths(), mean.of)),
            Indicator::YearlyFrequency => self
                .yearly_frequency(terms.window)
                .map(|times| Figure::plain(times, self.buyers)),
            Indicator::AverageOrder => self
                .average_order()
                .map(|mean| Figure::plain(mean.rounded(), mean.of)),
            Indicator::LifetimeValue => self
                .lifetime_value(terms)
                .map(|worth| Figure::plain(worth.value.0, worth.n)),
            Indicator::Nps | Indicator::Csat | Indicator::Ces | Indicator::Cli => None,
        }
    }
}

/// An indicator beside the period before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Which.
    pub indicator: Indicator,
    /// What it says, if it says something.
    #[serde(default)]
    pub figure: Option<Figure>,
    /// How much more than in the period before, in the same unit; none where either says nothing.
    #[serde(default)]
    pub trend: Option<i64>,
}

impl Reading {
    /// What an indicator says now, beside what it said in the period before. The trend is the difference
    /// of the values as they are told, so that a reader who subtracts finds the same.
    pub fn of(indicator: Indicator, now: Option<Figure>, before: Option<Figure>) -> Self {
        let trend = now
            .zip(before)
            .map(|(now, before)| now.value.saturating_sub(before.value));
        Self {
            indicator,
            figure: now,
            trend,
        }
    }
}

/// Every indicator that counts make, with its trend. `before` are counts and terms of the period before.
pub fn report(
    counts: &Counts,
    terms: &Terms,
    before: Option<(&Counts, &Terms)>,
) -> [Reading; Indicator::COUNTED.len()] {
    Indicator::COUNTED.map(|indicator| {
        let then = before.and_then(|(counts, terms)| counts.figure(indicator, terms));
        Reading::of(indicator, counts.figure(indicator, terms), then)
    })
}

/// The quotient, half up; 0 where there is none.
fn divided(sum: i128, over: i128) -> i128 {
    let parts = sum
        .checked_div_euclid(over)
        .zip(sum.checked_rem_euclid(over));
    parts.map_or(0, |(whole, left)| whole + i128::from(left >= over - left))
}

/// Held at the ends of `i64`.
fn held(value: i128) -> i64 {
    value.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

#[cfg(test)]
mod tests;
