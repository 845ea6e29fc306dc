//! Windows cut into the calendar's own pieces, for charts over time.

use super::Window;
use crate::calendar::Calendar;
use crate::program::Period;
use crate::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// How long the pieces are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Weeks of the program's calendar.
    Week,
    /// Months of the program's calendar.
    #[default]
    Month,
    /// Years of the program's calendar; a Jalali year starts at Nowruz.
    Year,
}

impl Step {
    const fn period(self) -> Period {
        match self {
            Self::Week => Period::Week,
            Self::Month => Period::Month,
            Self::Year => Period::Year,
        }
    }

    /// The whole piece of the calendar that an instant is in.
    pub fn around(self, calendar: Calendar, zone: &Zone, at: Timestamp) -> Window {
        let (from, to) = calendar
            .period(zone, self.period(), at)
            .unwrap_or((at, at.plus_ms(1)));
        Window { from, to }
    }
}

/// The pieces of a window, oldest first: the first and the last are cut at its ends, so that together they are the
/// window. At most `most` of them, from the first on.
pub fn pieces(
    calendar: Calendar,
    zone: &Zone,
    window: Window,
    step: Step,
    most: usize,
) -> Vec<Window> {
    let mut pieces = Vec::new();
    let mut from = window.from;
    while from < window.to && pieces.len() < most {
        let to = step.around(calendar, zone, from).to.min(window.to);
        pieces.push(Window { from, to });
        from = to;
    }
    pieces
}

/// The last pieces of the calendar up to `to`, oldest first: the last one is cut there, the others are whole.
pub fn latest(
    calendar: Calendar,
    zone: &Zone,
    to: Timestamp,
    step: Step,
    count: usize,
) -> Vec<Window> {
    let mut pieces = Vec::new();
    let mut end = to;
    while pieces.len() < count && end > Timestamp::MIN {
        let from = step.around(calendar, zone, end.plus_ms(-1)).from;
        pieces.push(Window { from, to: end });
        end = from;
    }
    pieces.reverse();
    pieces
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn days(pieces: &[Window]) -> Vec<(String, String)> {
        pieces
            .iter()
            .map(|one| (one.from.to_string(), one.to.to_string()))
            .collect()
    }

    #[test]
    fn a_window_is_its_pieces() {
        let zone = Zone::default();
        let window = Window {
            from: at("2026-01-20T00:00:00Z"),
            to: at("2026-03-02T00:00:00Z"),
        };
        let months = pieces(Calendar::Gregorian, &zone, window, Step::Month, 120);
        assert_eq!(
            days(&months),
            [
                ("2026-01-20T00:00:00Z", "2026-02-01T00:00:00Z"),
                ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
                ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
            ]
            .map(|(from, to)| (from.to_owned(), to.to_owned()))
        );
        assert_eq!(
            pieces(Calendar::Gregorian, &zone, window, Step::Week, 3).len(),
            3
        );
    }

    #[test]
    fn jalali_months_and_years_begin_where_they_do() {
        let zone = Zone::default();
        let to = at("2026-04-01T00:00:00Z");
        let months = latest(Calendar::Jalali, &zone, to, Step::Month, 3);
        // Bahman, Esfand, and Farvardin so far.
        assert_eq!(
            days(&months),
            [
                ("2026-01-21T00:00:00Z", "2026-02-20T00:00:00Z"),
                ("2026-02-20T00:00:00Z", "2026-03-21T00:00:00Z"),
                ("2026-03-21T00:00:00Z", "2026-04-01T00:00:00Z"),
            ]
            .map(|(from, to)| (from.to_owned(), to.to_owned()))
        );
        let years = latest(Calendar::Jalali, &zone, to, Step::Year, 2);
        assert_eq!(years.first().unwrap().from, at("2025-03-21T00:00:00Z"));
        // A Jalali week begins on Saturday.
        let week = Step::Week.around(Calendar::Jalali, &zone, to);
        assert_eq!(week.from, at("2026-03-28T00:00:00Z"));
    }

    #[test]
    fn a_piece_that_ends_where_the_calendars_does_is_whole() {
        let zone = Zone::default();
        let months = latest(
            Calendar::Gregorian,
            &zone,
            at("2026-03-01T00:00:00Z"),
            Step::Month,
            1,
        );
        assert_eq!(months.first().unwrap().from, at("2026-02-01T00:00:00Z"));
    }
}
