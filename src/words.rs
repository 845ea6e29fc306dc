//! Every sentence, number, date and sum that a shopper reads.
//!
//! Sentences come from one locale file; numbers, plurals and dates from the browser's `Intl`, whose formatters
//! are made once per language, each when it is first asked for: a browser takes its time for the first ones.

use crate::host::field;
use crate::sync;
use js_sys::{Array, Function, Intl, Object, Reflect};
use rules::program::{Currency, MoneyDisplay, Perk, Text};
use rules::{Bp, Money, Points, Timestamp};
use std::cell::{OnceCell, RefCell};
use wasm_bindgen::prelude::*;

/// Within half a year a day and a month say which day is meant.
const NEAR_MS: i64 = 180 * 86_400_000;

struct Words {
    lang: String,
    rtl: bool,
    /// The locale file, which grows with each part of the engine that comes.
    built_in: JsValue,
    /// The same behind what the club says in its own words.
    sentences: JsValue,
    number: OnceCell<Function>,
    date: OnceCell<Function>,
    dated: OnceCell<Function>,
    plural: OnceCell<Intl::PluralRules>,
}

impl Words {
    /// The locale that `Intl` is asked for.
    fn tags(&self) -> Array {
        Array::of1(&find(self, "intl").unwrap_or_default().into())
    }

    /// Takes the club's own sentences of this language, as they came, before the built-in ones: what a club does not say
    /// is found in its prototype.
    fn own(&mut self) {
        let own = field(&sync::of_program("texts"), &self.lang);
        self.sentences = match own.dyn_ref::<Object>() {
            Some(own) => Object::set_prototype_of(own, self.built_in.unchecked_ref()).into(),
            None => self.built_in.clone(),
        };
    }
}

thread_local! {
    static WORDS: RefCell<Option<Words>> = const { RefCell::new(None) };
    static ZONE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes up a locale: the parsed file, whose `lang` and `dir` say which language it is.
pub fn speak(sentences: JsValue) {
    let get = |key: &str| {
        Reflect::get(&sentences, &key.into())
            .ok()
            .and_then(|v| v.as_string())
            .unwrap_or_default()
    };
    let mut words = Words {
        lang: get("lang"),
        rtl: get("dir") == "rtl",
        number: OnceCell::new(),
        date: OnceCell::new(),
        dated: OnceCell::new(),
        plural: OnceCell::new(),
        sentences: JsValue::UNDEFINED,
        built_in: sentences,
    };
    words.own();
    WORDS.set(Some(words));
}

/// Takes up what a program that has just come says: its own sentences, and the IANA zone that dates are shown in.
pub fn take_up(zone: &str) {
    let moved = ZONE.with_borrow(|old| old != zone);
    if moved {
        ZONE.set(zone.to_owned());
    }
    WORDS.with_borrow_mut(|words| {
        if let Some(words) = words {
            words.own();
            if moved {
                words.date.take();
                words.dated.take();
            }
        }
    });
}

fn date_format(words: &Words, year: &str) -> Function {
    let zone = ZONE.with_borrow(Clone::clone);
    let style = Object::new();
    for (name, value) in [
        ("day", "numeric"),
        ("month", "long"),
        ("year", year),
        ("timeZone", &zone),
    ] {
        if !value.is_empty() {
            // A fresh plain object takes any property.
            let _ = Reflect::set(&style, &name.into(), &value.into());
        }
    }
    Intl::DateTimeFormat::new(&words.tags(), &style).format()
}

fn with<T: Default>(f: impl FnOnce(&Words) -> T) -> T {
    WORDS.with(|slot| slot.borrow().as_ref().map(f).unwrap_or_default())
}

fn find(words: &Words, key: &str) -> Option<String> {
    Reflect::get(&words.sentences, &key.into())
        .ok()?
        .as_string()
}

/// The language's BCP 47 tag.
pub fn lang() -> String {
    with(|w| w.lang.clone())
}

/// `rtl` or `ltr`.
pub fn dir() -> &'static str {
    if with(|w| w.rtl) { "rtl" } else { "ltr" }
}

/// The sentence under this key, if the locale has it.
pub fn maybe(key: &str) -> Option<String> {
    with(|w| find(w, key))
}

/// The sentence under this key; the key itself shows that one is missing.
pub fn t(key: &str) -> String {
    maybe(key).unwrap_or_else(|| key.to_owned())
}

/// A sentence with its places filled: `{points}` takes the value named `points`.
pub fn fill(key: &str, values: &[(&str, &str)]) -> String {
    place(&t(key), values)
}

/// As [`fill`], in the plural form for `n`, which also fills `{n}`.
pub fn count(key: &str, n: i64, values: &[(&str, &str)]) -> String {
    let form = with(|w| {
        let rules = w
            .plural
            .get_or_init(|| Intl::PluralRules::new(&w.tags(), &Object::new()));
        let form = rules.select(n as f64).as_string().unwrap_or_default();
        find(w, &[key, ".", &form].concat())
    });
    let sentence = form.unwrap_or_else(|| t(&[key, ".other"].concat()));
    place(&place(&sentence, &[("n", &number(n))]), values)
}

fn place(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(value),
            None => out.extend(["{", name, "}"]),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn call(f: &Function, value: f64) -> String {
    f.call1(&JsValue::UNDEFINED, &value.into())
        .ok()
        .and_then(|v| v.as_string())
        .unwrap_or_default()
}

/// A number in the language's digits.
fn numeral(n: f64) -> String {
    with(|w| {
        let format = w
            .number
            .get_or_init(|| Intl::NumberFormat::new(&w.tags(), &Object::new()).format());
        call(format, n)
    })
}

/// A whole number in the language's digits.
pub fn number(n: i64) -> String {
    numeral(n as f64)
}

/// A whole number in Latin digits, for attributes.
pub fn digits(n: i64) -> String {
    // Not by `fmt`, which nothing else here needs.
    let mut text = String::new();
    let mut rest = n.unsigned_abs();
    loop {
        text.insert(0, char::from(b'0' + (rest % 10) as u8));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        text.insert(0, '-');
    }
    text
}

/// A number that is a name, such as `C-1042`, in the language's digits.
pub fn local(name: &str) -> String {
    let digit = |c: char| match c.to_digit(10) {
        Some(digit) => number(digit.into()),
        None => c.into(),
    };
    name.chars().map(digit).collect()
}

/// A code or id that keeps its own direction inside a sentence.
pub fn isolate(code: &str) -> String {
    ["\u{2068}", code, "\u{2069}"].concat()
}

/// Basis points as a number of times, e.g. `1.5`.
pub fn times(bp: u32) -> String {
    numeral(f64::from(bp) / 10_000.0)
}

/// Basis points as a percentage.
pub fn percent(bp: Bp) -> String {
    let style = Object::new();
    for (name, value) in [
        ("style", JsValue::from("percent")),
        ("maximumFractionDigits", 2.into()),
    ] {
        // A fresh plain object takes any property.
        let _ = Reflect::set(&style, &name.into(), &value);
    }
    let tags = Array::of1(&t("intl").into());
    let format = Intl::NumberFormat::new(&tags, &style).format();
    call(&format, f64::from(bp.0) / 10_000.0)
}

/// The names of the twelve months of the Jalali year, or of the Gregorian one.
pub fn months(jalali: bool) -> Vec<String> {
    // The middle of the first month of a year, and the mean length of a month.
    const FARVARDIN_MS: f64 = 1_743_811_200_000.0;
    const JANUARY_MS: f64 = 1_736_899_200_000.0;
    const MONTH_MS: f64 = 2_629_800_000.0;
    let (calendar, first) = if jalali {
        ("persian", FARVARDIN_MS)
    } else {
        ("gregory", JANUARY_MS)
    };
    let style = Object::new();
    for (name, value) in [
        ("month", "long"),
        ("calendar", calendar),
        ("timeZone", "UTC"),
    ] {
        // A fresh plain object takes any property.
        let _ = Reflect::set(&style, &name.into(), &value.into());
    }
    let tags = Array::of1(&t("intl").into());
    let format = Intl::DateTimeFormat::new(&tags, &style).format();
    (0..12)
        .map(|month| call(&format, first + f64::from(month) * MONTH_MS))
        .collect()
}

/// How many points, as a phrase.
pub fn points(p: Points) -> String {
    count("points", p.0, &[])
}

/// A sum of money, as shoppers say it.
pub fn money(m: Money, currency: &Currency) -> String {
    match currency.display {
        MoneyDisplay::Toman => fill("money.toman", &[("n", &number(m.0 / 10))]),
        MoneyDisplay::Native => {
            let style = Object::new();
            for (name, value) in [("style", "currency"), ("currency", &currency.code)] {
                // A fresh plain object takes any property.
                let _ = Reflect::set(&style, &name.into(), &value.into());
            }
            let tags = Array::of1(&t("intl").into());
            let format = Intl::NumberFormat::new(&tags, &style);
            let digits = Reflect::get(&format.resolved_options(), &"maximumFractionDigits".into())
                .ok()
                .and_then(|d| d.as_f64())
                .unwrap_or(0.0);
            call(&format.format(), m.0 as f64 / 10f64.powi(digits as i32))
        }
    }
}

/// Day and month in the language's calendar, with the year when it may be in doubt.
pub fn date(at: Timestamp) -> String {
    let near = at.since(crate::now()).abs() < NEAR_MS;
    let at = at.0 as f64;
    with(|w| {
        let format = if near {
            w.date.get_or_init(|| date_format(w, ""))
        } else {
            w.dated.get_or_init(|| date_format(w, "numeric"))
        };
        call(format, at)
    })
}

/// What a tier brings, in a phrase.
pub fn perk(perk: &Perk) -> String {
    match perk {
        Perk::Text(words) => text(words),
        Perk::FreeShipping => t("perk.free_shipping"),
        Perk::EarlyAccess(hours) => count("perk.early_access", i64::from(*hours), &[]),
        Perk::SupportLine => t("perk.support_line"),
        Perk::BirthdayBonus(bonus) => fill("perk.birthday_bonus", &[("points", &points(*bonus))]),
    }
}

/// The merchant's text in this language, else in any that it has.
pub fn text(text: &Text) -> String {
    with(|w| text.get(&w.lang).cloned())
        .or_else(|| text.values().next().cloned())
        .unwrap_or_default()
}
