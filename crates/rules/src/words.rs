//! Messages in words, for whoever has no browser: numbers, money and dates as the language writes them.
//!
//! Sentences and everything else that a language decides come from its locale file; this module knows
//! only how to put them together. What it writes is what a browser's `Intl` writes, and tests compare
//! the two.

mod numbers;

use crate::calendar::Calendar;
use crate::explain::{Message, Value};
use crate::program::{MoneyDisplay, Text};
use crate::{Bp, Money, Program, Timestamp, Zone};
use std::collections::BTreeMap;

/// The languages that this library speaks, Persian first, each with its sentences.
const LOCALES: [(&str, &str); 2] = [
    ("fa", include_str!("../../../www/locales/explain/fa.json")),
    ("en", include_str!("../../../www/locales/explain/en.json")),
];

/// The sentences of a language, by their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale {
    sentences: BTreeMap<String, String>,
}

impl Locale {
    /// A language of this library by its BCP 47 tag, with or without a region. `None` for others.
    pub fn of(language: &str) -> Option<Self> {
        let base = base(language);
        let (_, json) = LOCALES.iter().find(|(known, _)| *known == base)?;
        Self::read(json).ok()
    }

    /// The languages of this library, the first is the one to fall back to.
    pub fn languages() -> impl Iterator<Item = &'static str> {
        LOCALES.iter().map(|(language, _)| *language)
    }

    /// Reads a locale file: an object of sentences.
    ///
    /// # Errors
    /// When it is not that; the error names the line.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        let sentences = serde_json::from_str(json)?;
        Ok(Self { sentences })
    }

    /// The sentence under this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.sentences.get(key).map(String::as_str)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.sentences.keys().map(String::as_str)
    }

    /// What the language says here; the key itself shows that a sentence is missing.
    fn say<'a>(&'a self, key: &'a str) -> &'a str {
        self.get(key).unwrap_or(key)
    }
}

/// A language tag without its region.
fn base(language: &str) -> &str {
    language.split('-').next().unwrap_or_default()
}

/// Says messages about one program in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    locale: &'a Locale,
    program: &'a Program,
    zone: &'a Zone,
    calendar: Calendar,
}

impl<'a> Words<'a> {
    /// With dates in the program's zone and the language's own calendar, as a shopper's browser has them.
    pub fn new(locale: &'a Locale, program: &'a Program, zone: &'a Zone) -> Self {
        let calendar = match locale.get("calendar") {
            Some("jalali") => Calendar::Jalali,
            _ => Calendar::Gregorian,
        };
        Self {
            locale,
            program,
            zone,
            calendar,
        }
    }

    /// With dates in this calendar, whatever the language's own is.
    #[must_use]
    pub const fn in_calendar(mut self, calendar: Calendar) -> Self {
        self.calendar = calendar;
        self
    }

    /// The message as a sentence.
    pub fn say(&self, message: &Message) -> String {
        let counted = message.values.iter().find_map(|(_, value)| count(value));
        let sentence = match counted {
            Some(n) => self.plural(&message.key, n, false),
            None => self.locale.say(&message.key),
        };
        fill(sentence, |name| {
            let found = message.values.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| self.value(value))
        })
    }

    /// A whole number in the language's digits.
    pub fn number(&self, n: i64) -> String {
        numbers::decimal(self.locale, n.into(), 0, 0)
    }

    /// A part of a whole, like `12.5%`.
    pub fn percent(&self, part: Bp) -> String {
        let n = numbers::decimal(self.locale, part.0.into(), 2, 0);
        fill(self.locale.say("number.percent"), |_| Some(n.clone()))
    }

    /// A sum of money: a Toman is ten Rials, and a Rial that is left over is a tenth of one. Other
    /// currencies have their own minor units.
    pub fn money(&self, money: Money) -> String {
        let currency = &self.program.currency;
        if currency.display == MoneyDisplay::Toman {
            let n = numbers::decimal(self.locale, money.0.into(), 1, 0);
            return fill(self.locale.say("money.toman"), |_| Some(n.clone()));
        }
        let digits = numbers::minor_digits(&currency.code);
        let n = numbers::decimal(self.locale, money.0.into(), digits, digits);
        let key = ["money.", &currency.code].concat();
        let named = [&key, ".other"].concat();
        let sentence = if self.locale.get(&named).is_some() {
            // One is one only where nothing stands behind the point: 1.00 is many.
            self.plural(&key, money.0, digits > 0)
        } else {
            self.locale.say("money.any")
        };
        fill(sentence, |name| match name {
            "n" => Some(n.clone()),
            "code" => Some(currency.code.clone()),
            _ => None,
        })
    }

    /// The day of an instant, in the program's zone.
    pub fn date(&self, at: Timestamp) -> String {
        let date = self.calendar.date_at(self.zone, at);
        let (months, order) = match self.calendar {
            Calendar::Jalali => ("months.jalali", "date.jalali"),
            Calendar::Gregorian => ("months.gregorian", "date.gregorian"),
        };
        let mut months = self.locale.say(months).split(' ');
        let month = months.nth(usize::from(date.month.saturating_sub(1)));
        fill(self.locale.say(order), |name| match name {
            "day" => Some(numbers::plain(self.locale, date.day.into())),
            "month" => Some(month.unwrap_or_default().to_owned()),
            "year" => Some(numbers::plain(self.locale, date.year.into())),
            _ => None,
        })
    }

    /// The merchant's words in this language; in the program's first where it is missing, else in any.
    pub fn text(&self, text: &Text) -> String {
        let language = self.locale.say("lang");
        let of = |tag: &str| {
            let exact = text.get(tag);
            exact.or_else(|| {
                let same = text.iter().find(|(known, _)| base(known) == base(tag));
                same.map(|(_, words)| words)
            })
        };
        let first = || self.program.languages.first().and_then(|tag| of(tag));
        let words = of(language).or_else(first).or_else(|| text.values().next());
        words.cloned().unwrap_or_default()
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Number(n) => self.number(*n),
            Value::Points(points) => self.unit("unit.points", points.0),
            Value::Money(money) => self.money(*money),
            Value::At(at) => self.date(*at),
            Value::Until(at) => self.date(at.plus_ms(-1)),
            Value::Hours(n) => self.unit("unit.hours", i64::from(*n)),
            Value::Days(n) => self.unit("unit.days", i64::from(*n)),
            Value::QuarterDays(quarters) => {
                let n = numbers::decimal(self.locale, i128::from(*quarters) * 25, 2, 0);
                let one = quarters.checked_div(4).filter(|_| quarters % 4 == 0);
                let unit = self.plural("unit.days", one.unwrap_or_default(), one.is_none());
                fill(unit, |_| Some(n.clone()))
            }
            Value::Months(n) => self.unit("unit.months", i64::from(*n)),
            Value::Times(n) => self.unit("unit.times", i64::from(*n)),
            Value::Orders(n) => self.unit("unit.orders", *n),
            Value::Percent(part) => self.percent(*part),
            Value::Multiplier(times) => {
                let n = numbers::decimal(self.locale, times.0.into(), 4, 0);
                fill(self.locale.say("unit.multiplier"), |_| Some(n.clone()))
            }
            Value::Words(text) => self.text(text),
            Value::Plain(text) => self.isolated(text),
            Value::List(items) => self.list(items),
            Value::Notes(items) => {
                let said: Vec<String> = items.iter().map(|item| self.say(item)).collect();
                said.join(self.locale.say("list.notes"))
            }
        }
    }

    fn unit(&self, key: &str, n: i64) -> String {
        fill(self.plural(key, n, false), |_| Some(self.number(n)))
    }

    /// The sentence in its plural form. Only one is one here; a language without that form has `other`.
    fn plural<'k>(&'k self, key: &'k str, n: i64, parts: bool) -> &'k str {
        let form = |form| self.locale.get(&[key, form].concat());
        let one = (n == 1 && !parts).then(|| form(".one")).flatten();
        one.or_else(|| form(".other"))
            .unwrap_or_else(|| self.locale.say(key))
    }

    fn list(&self, items: &[Message]) -> String {
        let mut said: Vec<String> = items.iter().map(|item| self.say(item)).collect();
        let Some(last) = said.pop() else {
            return String::new();
        };
        if said.is_empty() {
            return last;
        }
        let first = said.join(self.locale.say("list.comma"));
        [&first, self.locale.say("list.and"), &last].concat()
    }

    /// An id keeps its own direction among letters that run the other way.
    fn isolated(&self, text: &str) -> String {
        if self.locale.get("dir") == Some("rtl") && text.is_ascii() {
            ["\u{2068}", text, "\u{2069}"].concat()
        } else {
            text.to_owned()
        }
    }
}

/// What chooses a plural form.
const fn count(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) | Value::Orders(n) => Some(*n),
        Value::Points(points) => Some(points.0),
        Value::Hours(n) | Value::Days(n) | Value::Months(n) | Value::Times(n) => Some(*n as i64),
        _ => None,
    }
}

/// Puts values in a sentence's places; a place without a value stays as it is.
fn fill(sentence: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(sentence.len().saturating_add(16));
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) => {
                match value(name) {
                    Some(value) => out.push_str(&value),
                    None => out.extend(["{", name, "}"]),
                }
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
