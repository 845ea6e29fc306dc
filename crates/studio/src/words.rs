//! Every sentence, number, date and sum that somebody reads here.
//!
//! Sentences come from one locale file for each language; numbers, plurals and dates from the browser's `Intl`. What
//! reads a word while a view is drawn is drawn again when the language changes.

use js_sys::{Array, Function, Intl, Object, Reflect};
use leptos::prelude::*;
use rules::calendar::Calendar;
use rules::program::{Currency, MoneyDisplay, Text};
use rules::{Money, Timestamp};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::JsValue;

/// The languages of the studio, Persian first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    Fa,
    En,
}

impl Lang {
    pub(crate) const ALL: [Self; 2] = [Self::Fa, Self::En];

    /// The tag that documents and locale files have.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Fa => "fa",
            Self::En => "en",
        }
    }

    /// The language of a tag, with or without a region.
    pub(crate) fn of(tag: &str) -> Option<Self> {
        let base = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.tag() == base)
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Fa => include_str!("../locales/fa.json"),
            Self::En => include_str!("../locales/en.json"),
        }
    }
}

type Sentences = HashMap<String, String>;

thread_local! {
    static LANG: ArcRwSignal<Lang> = ArcRwSignal::new(Lang::Fa);
    static ZONE: ArcRwSignal<String> = ArcRwSignal::new(String::new());
    static READ: RefCell<Vec<(Lang, Sentences)>> = const { RefCell::new(Vec::new()) };
}

/// The language that is spoken.
pub(crate) fn lang() -> Lang {
    LANG.with(Clone::clone).get()
}

/// Speaks another language from now on.
pub(crate) fn speak(lang: Lang) {
    LANG.with(|now| now.set(lang));
}

/// Shows dates in this IANA zone from now on: the club's.
pub(crate) fn zone(name: &str) {
    ZONE.with(|now| now.set(name.to_owned()));
}

fn find(lang: Lang, key: &str) -> Option<String> {
    READ.with_borrow_mut(|read| {
        if !read.iter().any(|(known, _)| *known == lang) {
            // The files are ours: the house's tests read them too.
            read.push((lang, serde_json::from_str(lang.file()).unwrap_or_default()));
        }
        let (_, sentences) = read.iter().find(|(known, _)| *known == lang)?;
        sentences.get(key).cloned()
    })
}

/// The sentence under this key; the key itself shows that one is missing.
pub(crate) fn say(key: &str) -> String {
    find(lang(), key).unwrap_or_else(|| key.to_owned())
}

/// The sentence under this key, as a view takes it: it follows the language.
pub(crate) fn t(key: &'static str) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    move || say(key)
}

/// A sentence with its places filled: `{name}` takes the value called `name`.
pub(crate) fn fill(key: &str, values: &[(&str, &str)]) -> String {
    let mut sentence = say(key);
    for (name, value) in values {
        sentence = sentence.replace(&format!("{{{name}}}"), value);
    }
    sentence
}

/// As [`fill`], in the plural form for `n`, which also fills `{n}`.
pub(crate) fn count(key: &str, n: i64, values: &[(&str, &str)]) -> String {
    let rules = Intl::PluralRules::new(&tags(), &Object::new());
    let form = rules.select(n as f64).as_string().unwrap_or_default();
    let form = format!("{key}.{form}");
    let known = find(lang(), &form).is_some();
    let key = if known { form } else { format!("{key}.other") };
    let n = number(n);
    fill(&key, &[&[("n", n.as_str())], values].concat())
}

/// The locale that `Intl` is asked for.
fn tags() -> Array {
    Array::of1(&say("intl").into())
}

fn options(values: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in values {
        // A fresh plain object takes any property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

fn call(format: &Function, value: f64) -> String {
    let written = format.call1(&JsValue::UNDEFINED, &value.into());
    written
        .ok()
        .and_then(|written| written.as_string())
        .unwrap_or_default()
}

/// A whole number in the language's digits.
pub(crate) fn number(n: i64) -> String {
    call(
        &Intl::NumberFormat::new(&tags(), &Object::new()).format(),
        n as f64,
    )
}

/// Digits that are no number to count with, such as a complaint's, in the language's own.
pub(crate) fn digits(text: &str) -> String {
    let own = |c: char| {
        c.to_digit(10)
            .map_or_else(|| c.to_string(), |d| number(d.into()))
    };
    text.chars().map(own).collect()
}

/// A number as `Intl` writes it with these options.
pub(crate) fn formatted(n: f64, wishes: &[(&str, JsValue)]) -> String {
    call(
        &Intl::NumberFormat::new(&tags(), &options(wishes)).format(),
        n,
    )
}

/// Whether a sum is told in Toman, of which each is ten Rial.
pub(crate) fn is_toman(currency: &Currency) -> bool {
    currency.display == MoneyDisplay::Toman
}

/// How a currency is written; a code that is none has two digits behind the point.
fn sums(code: &str) -> Intl::NumberFormat {
    let plausible = code.len() == 3 && code.chars().all(|c| c.is_ascii_alphabetic());
    let style = if plausible {
        options(&[("style", "currency".into()), ("currency", code.into())])
    } else {
        options(&[
            ("minimumFractionDigits", 2.into()),
            ("maximumFractionDigits", 2.into()),
        ])
    };
    Intl::NumberFormat::new(&tags(), &style)
}

/// Digits behind the point of a sum in this currency.
pub(crate) fn minor_digits(code: &str) -> u32 {
    let resolved = sums(code).resolved_options();
    let digits = Reflect::get(&resolved, &"maximumFractionDigits".into());
    digits
        .ok()
        .and_then(|digits| digits.as_f64())
        .map_or(0, |digits| digits as u32)
}

/// Decimal places between a currency's minor unit and what it is told in.
pub(crate) fn money_digits(currency: &Currency) -> u32 {
    if is_toman(currency) {
        1
    } else {
        minor_digits(&currency.code)
    }
}

/// A sum of the club's money, as its shoppers say it.
pub(crate) fn money(sum: Money, currency: &Currency) -> String {
    if is_toman(currency) {
        return fill("money.toman", &[("n", &number(sum.0 / 10))]);
    }
    let minor = 10_f64.powf(money_digits(currency).into());
    call(&sums(&currency.code).format(), sum.0 as f64 / minor)
}

fn dated(at: Timestamp, parts: &[(&str, JsValue)]) -> String {
    let mut parts = parts.to_vec();
    let zone = ZONE.with(Clone::clone).get();
    if !zone.is_empty() {
        parts.push(("timeZone", zone.into()));
    }
    call(
        &Intl::DateTimeFormat::new(&tags(), &options(&parts)).format(),
        at.0 as f64,
    )
}

/// A day in the language's calendar.
pub(crate) fn date(at: Timestamp) -> String {
    dated(at, &[("dateStyle", "medium".into())])
}

/// A day and a time of day.
pub(crate) fn moment(at: Timestamp) -> String {
    dated(
        at,
        &[
            ("dateStyle", "medium".into()),
            ("timeStyle", "short".into()),
        ],
    )
}

/// How much of a month is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Its name and its year.
    Full,
    /// Its name.
    Name,
    /// Its name, as short as it can be.
    Brief,
}

const fn calendar_word(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::Gregorian => "gregory",
        Calendar::Jalali => "persian",
    }
}

/// A month of this calendar.
pub(crate) fn month(at: Timestamp, calendar: Calendar, length: Length) -> String {
    let name = if length == Length::Brief {
        "short"
    } else {
        "long"
    };
    let parts = [
        ("calendar", calendar_word(calendar).into()),
        ("month", name.into()),
    ];
    let month = dated(at, &parts);
    if length != Length::Full {
        return month;
    }
    // One pattern for both would have the year first in Persian, which nobody says.
    let year = year(at, calendar);
    fill("month.of_year", &[("month", &month), ("year", &year)])
}

/// A year of this calendar.
pub(crate) fn year(at: Timestamp, calendar: Calendar) -> String {
    let calendar = calendar_word(calendar).into();
    dated(at, &[("calendar", calendar), ("year", "numeric".into())])
}

/// A day and its month, without the year.
pub(crate) fn day_and_month(at: Timestamp) -> String {
    dated(at, &[("month", "short".into()), ("day", "numeric".into())])
}

/// Which day it is in the club's zone, counted from 1970-01-01.
pub(crate) fn today() -> i64 {
    let zone = ZONE.with(Clone::clone).get();
    let mut parts = vec![
        ("year", "numeric".into()),
        ("month", "2-digit".into()),
        ("day", "2-digit".into()),
    ];
    if !zone.is_empty() {
        parts.push(("timeZone", zone.into()));
    }
    // The locale that writes a day as ISO 8601 does.
    let format = Intl::DateTimeFormat::new(&Array::of1(&"en-CA".into()), &options(&parts));
    let written = call(&format.format(), js_sys::Date::now());
    let now = Timestamp(js_sys::Date::now() as i64);
    let midnight = Timestamp::parse(&format!("{written}T00:00:00Z")).unwrap_or(now);
    midnight.0.div_euclid(rules::DAY_MS)
}

/// A change of a number, with its sign.
pub(crate) fn signed(n: i64) -> String {
    let style = options(&[("signDisplay", "exceptZero".into())]);
    call(&Intl::NumberFormat::new(&tags(), &style).format(), n as f64)
}

/// A day of the year, with its month's name in the calendar that it is counted in.
pub(crate) fn month_day(calendar: Calendar, month: u8, day: u8) -> String {
    // The middle of that month in some year; years differ by a day or two.
    let (name, first) = match calendar {
        Calendar::Gregorian => ("gregory", 1_705_276_800_000.0),
        Calendar::Jalali => ("persian", 1_712_145_600_000.0),
    };
    let at = first + f64::from(month.saturating_sub(1)) * 30.44 * 86_400_000.0;
    let style = options(&[
        ("month", "long".into()),
        ("calendar", name.into()),
        ("timeZone", "UTC".into()),
    ]);
    let month = call(&Intl::DateTimeFormat::new(&tags(), &style).format(), at);
    fill("day", &[("month", &month), ("day", &number(day.into()))])
}

/// How long ago something was, or in how long it will be.
pub(crate) fn ago(at: Timestamp) -> String {
    let seconds = (at.0 as f64 - js_sys::Date::now()) / 1_000.0;
    let (size, unit) = [
        (31_557_600.0, "year"),
        (2_629_800.0, "month"),
        (86_400.0, "day"),
        (3_600.0, "hour"),
        (60.0, "minute"),
    ]
    .into_iter()
    .find(|(size, _)| seconds.abs() >= *size)
    .unwrap_or((1.0, "second"));
    let style = options(&[("numeric", "auto".into())]);
    let format = Intl::RelativeTimeFormat::new(&tags(), &style);
    String::from(format.format((seconds / size).trunc(), unit))
}

/// A merchant's text in the language that is spoken, else in any that it has.
pub(crate) fn text(text: &Text) -> String {
    text.get(lang().tag())
        .or_else(|| text.values().next())
        .cloned()
        .unwrap_or_default()
}

/// An instant as a clock on the club's wall shows it, the way that a browser's field takes it.
pub(crate) fn wall(at: Timestamp) -> String {
    let zone = ZONE.with(Clone::clone).get();
    let mut parts = vec![
        ("year", "numeric".into()),
        ("month", "2-digit".into()),
        ("day", "2-digit".into()),
        ("hour", "2-digit".into()),
        ("minute", "2-digit".into()),
    ];
    if !zone.is_empty() {
        parts.push(("timeZone", zone.into()));
    }
    // Swedish is written the way that the field takes it, but for the space.
    let format = Intl::DateTimeFormat::new(&Array::of1(&"sv-SE".into()), &options(&parts));
    call(&format.format(), at.0 as f64).replace(' ', "T")
}

/// The instant at which the club's clock shows this.
pub(crate) fn from_wall(shown: &str) -> Option<Timestamp> {
    let as_utc = |shown: &str| Timestamp::parse(&format!("{shown}:00Z"));
    let wanted = as_utc(shown)?;
    let nearer = |at: Timestamp| as_utc(&wall(at)).map(|told| at.plus_ms(wanted.since(told)));
    // Once more, for the offset of the first guess may be that of another season.
    nearer(nearer(wanted)?)
}
