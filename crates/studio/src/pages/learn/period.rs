//! Which time the figures are about: kept in the address, so that it can be linked to.

use rules::calendar::{Calendar, Date};
use rules::insights::Step;
use rules::{DAY_MS, Timestamp};

/// A time, in days counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    /// The last so many days, today among them.
    Days(i64),
    /// The month that runs.
    Month,
    /// The month before it.
    LastMonth,
    /// The year that runs.
    Year,
    /// The year before it.
    LastYear,
    /// From a day to another, both among it.
    Between(i64, i64),
}

impl Period {
    /// Those that have a name, what stands for them in the address, and the keys of their words.
    pub(super) const NAMED: [(Self, &'static str, &'static str); 7] = [
        (Self::Days(30), "30d", "period.thirty"),
        (Self::Days(90), "90d", "period.ninety"),
        (Self::Days(365), "365d", "period.days_of_year"),
        (Self::Month, "month", "period.month"),
        (Self::LastMonth, "last_month", "period.last_month"),
        (Self::Year, "year", "period.year"),
        (Self::LastYear, "last_year", "period.last_year"),
    ];

    /// Its first day, and the first one after it; none where it goes on to now.
    pub(super) fn days(self, calendar: Calendar, today: i64) -> (i64, Option<i64>) {
        let Date { year, month, .. } = calendar.date_of_day(today);
        let first = |year: i32, month: u8| {
            calendar.day_of(Date {
                year,
                month,
                day: 1,
            })
        };
        match self {
            Self::Days(days) => (today - days + 1, None),
            Self::Month => (first(year, month), None),
            Self::LastMonth => {
                let this = first(year, month);
                let before = calendar.date_of_day(this - 1);
                (first(before.year, before.month), Some(this))
            }
            Self::Year => (first(year, 1), None),
            Self::LastYear => (first(year - 1, 1), Some(first(year, 1))),
            Self::Between(from, to) => (from, Some(to + 1)),
        }
    }
}

/// All that the address says of which figures are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) period: Period,
    /// For a lifetime value: what remains of the revenue, in percent.
    pub(super) margin: u32,
    /// For a lifetime value: the longest lifespan in years.
    pub(super) years: u32,
    /// How long the pieces of what is shown over time are.
    pub(super) step: Step,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            period: Period::Days(90),
            margin: 100,
            years: 5,
            step: Step::Month,
        }
    }
}

/// The steps, what stands for them in an address, and the keys of their words.
pub(super) const STEPS: [(Step, &str, &str); 3] = [
    (Step::Week, "week", "step.week"),
    (Step::Month, "month", "step.month"),
    (Step::Year, "year", "step.year"),
];

/// A day as ISO 8601 writes it.
pub(super) fn iso(day: i64) -> String {
    let Date { year, month, day } = Calendar::Gregorian.date_of_day(day);
    format!("{year:04}-{month:02}-{day:02}")
}

fn day(text: &str) -> Option<i64> {
    let midnight = Timestamp::parse(&format!("{text}T00:00:00Z"))?;
    Some(midnight.0.div_euclid(DAY_MS))
}

impl Asked {
    /// What an address asks for, by the names in it; where it makes no sense, what is asked when it says nothing.
    pub(super) fn read(address: impl Fn(&str) -> Option<String>) -> Self {
        let usual = Self::default();
        let named = address("period").unwrap_or_default();
        let named = Period::NAMED.iter().find(|one| one.1 == named);
        let end = |name: &str| address(name).and_then(|text| day(&text));
        let between = end("from")
            .zip(end("to"))
            .filter(|(from, to)| from <= to)
            .map(|(from, to)| Period::Between(from, to));
        let number = |name: &str, most: u32| {
            let number: u32 = address(name)?.parse().ok()?;
            (number <= most).then_some(number)
        };
        let step = address("step").unwrap_or_default();
        let step = STEPS.iter().find(|one| one.1 == step);
        Self {
            period: between.or(named.map(|one| one.0)).unwrap_or(usual.period),
            margin: number("margin", 100).unwrap_or(usual.margin),
            years: number("years", 50)
                .filter(|years| *years > 0)
                .unwrap_or(usual.years),
            step: step.map_or(usual.step, |one| one.0),
        }
    }

    /// The step's name.
    pub(super) fn step_name(self) -> &'static str {
        let known = STEPS.iter().find(|one| one.0 == self.step);
        known.map_or("month", |one| one.1)
    }

    /// What stands in the address: what is not as usual.
    pub(super) fn query(self) -> String {
        let usual = Self::default();
        let mut parts = Vec::new();
        match self.period {
            Period::Between(from, to) => {
                parts.push(format!("from={}&to={}", iso(from), iso(to)));
            }
            period if period != usual.period => {
                let known = Period::NAMED.iter().find(|one| one.0 == period);
                parts.extend(known.map(|one| format!("period={}", one.1)));
            }
            _ => {}
        }
        if self.margin != usual.margin {
            parts.push(format!("margin={}", self.margin));
        }
        if self.years != usual.years {
            parts.push(format!("years={}", self.years));
        }
        if self.step != usual.step {
            parts.push(format!("step={}", self.step_name()));
        }
        parts.join("&")
    }

    /// What the server is asked for: the window.
    pub(super) fn window(self, calendar: Calendar, today: i64) -> String {
        let (from, to) = self.period.days(calendar, today);
        let to = to.map(|to| format!("&to={}", iso(to)));
        format!("from={}{}", iso(from), to.unwrap_or_default())
    }

    /// The end of the window alone; empty where it goes on to now.
    pub(super) fn end(self, calendar: Calendar, today: i64) -> String {
        let (_, to) = self.period.days(calendar, today);
        to.map(|to| format!("to={}", iso(to))).unwrap_or_default()
    }

    /// What a lifetime value is made with.
    pub(super) fn terms(self) -> String {
        format!("margin_bp={}&years_max={}", self.margin * 100, self.years)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Asked {
        Asked::read(|name| {
            let found = pairs.iter().find(|pair| pair.0 == name);
            found.map(|pair| pair.1.to_owned())
        })
    }

    #[test]
    fn the_address_keeps_what_is_asked() {
        for query in [
            "",
            "period=30d",
            "period=last_year&step=week",
            "from=1997-04-01&to=1997-06-30&margin=30&years=1",
        ] {
            let pairs: Vec<(&str, &str)> = query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .collect();
            assert_eq!(read(&pairs).query(), query);
        }
        for nonsense in [("period", "x"), ("from", "2026-13-01"), ("margin", "101")] {
            assert_eq!(read(&[nonsense]), Asked::default());
        }
    }

    #[test]
    fn months_and_years_are_those_of_the_calendar() {
        // 23 November 2026 is 2 Azar 1405.
        let today = day("2026-11-23").unwrap_or(0);
        let of = |period: Period, calendar| {
            let (from, to) = period.days(calendar, today);
            (iso(from), to.map(iso).unwrap_or_default())
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(of(Period::Month, Calendar::Jalali), pair("2026-11-22", ""));
        assert_eq!(
            of(Period::LastMonth, Calendar::Jalali),
            pair("2026-10-23", "2026-11-22")
        );
        assert_eq!(
            of(Period::LastYear, Calendar::Gregorian),
            pair("2025-01-01", "2026-01-01")
        );
        assert_eq!(
            of(Period::Days(30), Calendar::Gregorian),
            pair("2026-10-25", "")
        );
    }
}
