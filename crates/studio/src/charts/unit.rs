//! What the whole numbers of a column mean, and how they are read.

use crate::words::{self, Lang, fill, formatted, money, number, say};
use contract::insights::InsightUnit;
use rules::Money;
use rules::program::Currency;

/// What whole numbers mean.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unit {
    /// So many members, orders or answers.
    Count,
    /// Points of the club.
    Points,
    /// Basis points, told in percent.
    Percent,
    /// Hundredths of a score that is no share, such as NPS.
    Score,
    /// Ten-thousandths.
    Times,
    /// Quarters of a day.
    Days,
    /// Minor units of the club's money.
    Money(Currency),
}

impl Unit {
    /// That of an insight. NPS is told as a score: its hundredths are no share of anything.
    pub(crate) fn of(unit: InsightUnit, nps: bool, currency: &Currency) -> Self {
        match unit {
            InsightUnit::Share if nps => Self::Score,
            InsightUnit::Share => Self::Percent,
            InsightUnit::Times => Self::Times,
            InsightUnit::Money => Self::Money(currency.clone()),
            InsightUnit::Points => Self::Points,
        }
    }

    /// How many of the whole number make one of what is told.
    pub(crate) fn divisor(&self) -> f64 {
        match self {
            Self::Count | Self::Points => 1.0,
            Self::Percent | Self::Score => 100.0,
            Self::Times => 10_000.0,
            Self::Days => 4.0,
            Self::Money(currency) => 10_f64.powf(f64::from(words::money_digits(currency))),
        }
    }

    /// As it is read.
    pub(crate) fn show(&self, raw: i64) -> String {
        let told = raw as f64 / self.divisor();
        match self {
            Self::Count | Self::Points => number(raw),
            // Divided once: 2.05 % is halfway, and what is divided twice may lie below.
            Self::Percent => formatted(
                raw as f64 / 10_000.0,
                &[
                    ("style", "percent".into()),
                    ("maximumFractionDigits", 1.into()),
                ],
            ),
            Self::Score | Self::Days => formatted(told, &[("maximumFractionDigits", 1.into())]),
            Self::Times => formatted(told, &[("maximumFractionDigits", 2.into())]),
            Self::Money(currency) => money(Money(raw), currency),
        }
    }

    /// A difference as it is read: with its sign, and for shares in percentage points.
    pub(crate) fn more(&self, raw: i64) -> String {
        let told = raw as f64 / self.divisor();
        let digits = match self {
            Self::Times => 2,
            Self::Count | Self::Points => 0,
            Self::Money(currency) => words::money_digits(currency).min(2),
            Self::Percent | Self::Score | Self::Days => 1,
        };
        let digits = if matches!(self, Self::Money(currency) if words::is_toman(currency)) {
            0
        } else {
            digits
        };
        let signed = formatted(
            told,
            &[
                ("signDisplay", "exceptZero".into()),
                ("maximumFractionDigits", digits.into()),
            ],
        );
        match self {
            Self::Percent => fill("unit.percentage_points", &[("n", &signed)]),
            Self::Money(_) => fill("unit.of", &[("n", &signed), ("unit", &self.name())]),
            _ => signed,
        }
    }

    /// How far two values are apart, without a sign.
    pub(crate) fn apart(&self, raw: i64) -> String {
        let raw = raw.saturating_abs();
        match self {
            Self::Percent => {
                let told = raw as f64 / self.divisor();
                let n = formatted(told, &[("maximumFractionDigits", 1.into())]);
                fill("unit.percentage_points", &[("n", &n)])
            }
            _ => self.show(raw),
        }
    }

    /// Beside an axis: short.
    pub(crate) fn brief(&self, raw: i64) -> String {
        let told = raw as f64 / self.divisor();
        match self {
            Self::Percent | Self::Times | Self::Score | Self::Days => self.show(raw),
            Self::Count | Self::Points | Self::Money(_) => formatted(
                told,
                &[
                    ("notation", "compact".into()),
                    ("maximumFractionDigits", 1.into()),
                ],
            ),
        }
    }

    /// For a machine: Latin digits, a point, no sign for the unit.
    pub(crate) fn plain(&self, raw: i64) -> String {
        match self {
            Self::Count | Self::Points => raw.to_string(),
            Self::Percent | Self::Score => decimal(raw, 2),
            Self::Times => decimal(raw, 4),
            Self::Days => decimal(raw.saturating_mul(25), 2),
            Self::Money(currency) => decimal(raw, words::money_digits(currency)),
        }
    }

    /// What [`Unit::plain`] leaves out; empty where there is nothing.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Percent if words::lang() == Lang::Fa => "٪".to_owned(),
            Self::Percent => "%".to_owned(),
            Self::Days => say("unit.days"),
            Self::Money(currency) if words::is_toman(currency) => say("unit.toman"),
            Self::Money(currency) => currency.code.clone(),
            Self::Count | Self::Points | Self::Score | Self::Times => String::new(),
        }
    }
}

/// A whole number of so many decimal places, without zeros at its end.
fn decimal(raw: i64, places: u32) -> String {
    let unit = 10_u64.saturating_pow(places);
    let (whole, rest) = (raw.unsigned_abs() / unit, raw.unsigned_abs() % unit);
    let sign = if raw < 0 { "-" } else { "" };
    let rest = format!("{rest:0width$}", width = places as usize);
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for (raw, places, told) in [
            (0, 0, "0"),
            (0, 2, "0"),
            (8050, 2, "80.5"),
            (-5, 2, "-0.05"),
            (33_000, 4, "3.3"),
            (1_234, 0, "1234"),
            (-1_000, 1, "-100"),
        ] {
            assert_eq!(decimal(raw, places), told);
        }
    }
}
