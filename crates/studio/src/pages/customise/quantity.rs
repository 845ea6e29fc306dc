//! Numbers as people write them: money in its own unit and not in the smallest, parts in per cent, Persian digits.

use super::draft::Draft;
use crate::words::{Lang, digits, lang, minor_digits, say};
use leptos::prelude::*;
use serde_json::{Value, json};

/// What a number counts, and with how many digits behind the point it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantity {
    places: usize,
    unit: Unit,
}

#[derive(Clone, Debug, PartialEq)]
enum Unit {
    None,
    /// A unit with a word in the locale files.
    Named(&'static str),
    /// A currency, by its code.
    Currency(String),
}

/// The unit of a number by its type and its name.
fn unit_of(kind: &str, name: &str) -> (usize, &'static str) {
    match (kind, name) {
        ("Bp", "multiplier" | "multiplier_max") => (4, "unit.times"),
        ("Bp", _) => (2, "unit.percent"),
        ("Points", _) => (0, "unit.points"),
        (_, "months" | "rolling_months") => (0, "unit.months"),
        (_, "early_access") => (0, "unit.hours"),
        (_, "inactive_return" | "inactive") => (0, "unit.days"),
        (_, "dwell") => (0, "unit.seconds"),
        (_, "milestone_orders" | "orders_min") => (0, "unit.orders"),
        (_, name) if name.ends_with("_days") || name.starts_with("days_") => (0, "unit.days"),
        (_, name) if name.contains("_days_") => (0, "unit.days"),
        (_, name) if name.ends_with("_hours") => (0, "unit.hours"),
        _ => (0, ""),
    }
}

impl Quantity {
    /// That of a field, by the type of its number, the type that it is in, and its name.
    pub(super) fn of(
        draft: Draft,
        kind: &'static str,
        inside: &'static str,
        name: &str,
    ) -> Memo<Self> {
        let name = name.to_owned();
        Memo::new(move |_| {
            let document = |document: &Value| Self::in_document(document, kind, inside, &name);
            draft.document.with(document)
        })
    }

    /// As [`Quantity::of`], in a document that stays as it is.
    pub(super) fn in_document(document: &Value, kind: &str, inside: &str, name: &str) -> Self {
        let (places, unit) = unit_of(kind, name);
        let threshold = inside == "Tier" && matches!(name, "enter" | "retain");
        let measure = document.pointer("/tiers/measure").and_then(Value::as_str);
        let named = |places, unit| Self {
            places,
            unit: Unit::Named(unit),
        };
        match measure.filter(|_| threshold) {
            Some("spend") => Self::money(document),
            Some("orders") => named(0, "unit.orders"),
            Some(_) => named(0, "unit.points"),
            None if kind == "Money" => Self::money(document),
            None if unit.is_empty() => Self {
                places,
                unit: Unit::None,
            },
            None => named(places, unit),
        }
    }

    /// A number with its unit beside it.
    pub(super) fn say(&self, value: &Value) -> String {
        let number = self.write(value);
        self.unit()
            .map_or_else(|| number.clone(), |unit| format!("{number} {unit}"))
    }

    fn money(document: &Value) -> Self {
        let at = |pointer| document.pointer(pointer).and_then(Value::as_str);
        if at("/currency/display") == Some("toman") {
            return Self {
                places: 1,
                unit: Unit::Named("unit.toman"),
            };
        }
        let code = at("/currency/code").unwrap_or_default();
        Self {
            places: minor_digits(code) as usize,
            unit: Unit::Currency(code.to_owned()),
        }
    }

    /// What stands beside it.
    pub(super) fn unit(&self) -> Option<String> {
        match &self.unit {
            Unit::None => None,
            Unit::Named(key) => Some(say(key)),
            Unit::Currency(code) => Some(code.clone()),
        }
    }

    /// What somebody means by this; text that is no number stays what it is, and is a fault.
    pub(super) fn read(&self, typed: &str) -> Value {
        if typed.trim().is_empty() {
            return Value::Null;
        }
        whole(typed, self.places).map_or_else(|| json!(typed), |number| json!(number))
    }

    /// As somebody writes it.
    pub(super) fn write(&self, value: &Value) -> String {
        let Some(number) = value.as_i64() else {
            return value.as_str().unwrap_or_default().to_owned();
        };
        let written = decimal(number, self.places);
        match lang() {
            Lang::Fa => digits(&written).replace('.', "٫"),
            Lang::En => written,
        }
    }
}

/// A decimal with at most so many places, in units of its last place.
fn whole(typed: &str, places: usize) -> Option<i64> {
    let mut plain = String::new();
    for c in typed.chars() {
        match c {
            '0'..='9' | '-' | '.' => plain.push(c),
            '۰'..='۹' => plain.push(char::from_digit(u32::from(c) - u32::from('۰'), 10)?),
            '٠'..='٩' => plain.push(char::from_digit(u32::from(c) - u32::from('٠'), 10)?),
            '٫' => plain.push('.'),
            '−' => plain.push('-'),
            ',' | '٬' | '،' | '\u{200e}' | '\u{200f}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    let (sign, plain) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, plain.as_str()),
    };
    let (before, behind) = plain.split_once('.').unwrap_or((plain, ""));
    let behind = behind.trim_end_matches('0');
    let digits = before.len().saturating_add(behind.len());
    let all_digits = before
        .chars()
        .chain(behind.chars())
        .all(|c| c.is_ascii_digit());
    if behind.len() > places || digits == 0 && !plain.contains('0') || !all_digits {
        return None;
    }
    let padded = format!("{before}{behind:0<places$}");
    let number: i64 = padded.parse().ok()?;
    number.checked_mul(sign)
}

/// The other way round.
fn decimal(number: i64, places: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let all = format!(
        "{:0>width$}",
        number.unsigned_abs(),
        width = places.saturating_add(1)
    );
    let (before, behind) = all.split_at(all.len().saturating_sub(places));
    let behind = behind.trim_end_matches('0');
    let point = if behind.is_empty() { "" } else { "." };
    format!("{sign}{before}{point}{behind}")
}

#[cfg(test)]
mod tests {
    use super::{decimal, whole};

    #[test]
    fn what_is_typed_is_read_in_any_digits() {
        for (typed, places, number) in [
            ("12", 0, Some(12)),
            ("۱۲٬۰۰۰", 1, Some(120_000)),
            ("1.5", 4, Some(15_000)),
            ("۱٫۵", 4, Some(15_000)),
            ("12.", 2, Some(1_200)),
            ("0", 1, Some(0)),
            ("-3", 0, Some(-3)),
            (".5", 2, Some(50)),
            ("1.5", 0, None),
            ("1.50", 1, Some(15)),
            ("دو", 0, None),
            ("-", 0, None),
            (".", 2, None),
            ("1.2.3", 4, None),
            ("99999999999999999999", 0, None),
        ] {
            assert_eq!(whole(typed, places), number, "{typed}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for (number, places, written) in [
            (0, 1, "0"),
            (5, 1, "0.5"),
            (120_000, 1, "12000"),
            (15_000, 4, "1.5"),
            (-25, 1, "-2.5"),
            (7, 0, "7"),
        ] {
            assert_eq!(decimal(number, places), written);
            assert_eq!(whole(written, places), Some(number));
        }
    }
}
