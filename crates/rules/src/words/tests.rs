#![allow(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

use super::*;
use crate::Points;
use crate::program::Currency;
use crate::samples::{at, berlin, program, tehran};
use proptest::prelude::*;
use std::process::Command;

fn locale(language: &str) -> Locale {
    Locale::of(language).unwrap()
}

fn native(code: &str) -> Program {
    Program {
        currency: Currency {
            code: code.to_owned(),
            display: MoneyDisplay::Native,
        },
        ..program()
    }
}

/// What Node answers to an expression, as strings.
fn node(expression: &str) -> Vec<String> {
    let script = format!("process.stdout.write(JSON.stringify({expression}))");
    let output = Command::new("node").args(["-e", &script]).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

const TAGS: [(&str, &str); 2] = [("fa", "fa-IR-u-nu-arabext"), ("en", "en")];

#[test]
fn numbers_are_those_of_a_browser() {
    let numbers = [
        0,
        1,
        7,
        999,
        1_000,
        1_234,
        12_345,
        1_234_567,
        -5,
        -1_234,
        9_007_199_254_740_991,
    ];
    for (language, tag) in TAGS {
        let expected = node(&format!(
            "{numbers:?}.map(n => new Intl.NumberFormat('{tag}').format(n))"
        ));
        let (locale, program, zone) = (locale(language), program(), tehran());
        let words = Words::new(&locale, &program, &zone);
        assert_eq!(numbers.map(|n| words.number(n)).to_vec(), expected);
        assert_eq!(
            words
                .number(i64::MAX)
                .chars()
                .filter(|c| c.is_numeric())
                .count(),
            19
        );
    }
}

#[test]
fn percentages_and_multipliers_are_those_of_a_browser() {
    let parts = [0, 1, 50, 100, 1_250, 1_500, 10_000, 12_345];
    for (language, tag) in TAGS {
        let (locale, program, zone) = (locale(language), program(), tehran());
        let words = Words::new(&locale, &program, &zone);
        let expected = node(&format!(
            "{parts:?}.map(n => new Intl.NumberFormat('{tag}', \
             {{style: 'percent', maximumFractionDigits: 2}}).format(n / 10000))"
        ));
        assert_eq!(parts.map(|n| words.percent(Bp(n))).to_vec(), expected);
        let expected = node(&format!(
            "{parts:?}.map(n => new Intl.NumberFormat('{tag}', {{maximumFractionDigits: 4}}).format(n / 10000))"
        ));
        let times = parts.map(|n| words.value(&Value::Multiplier(Bp(n))));
        let unit = if language == "fa" {
            " برابر"
        } else {
            "×"
        };
        assert_eq!(
            times.to_vec(),
            expected
                .iter()
                .map(|n| [n, unit].concat())
                .collect::<Vec<_>>()
        );
    }
}

#[test]
fn money_is_that_of_a_browser_by_name() {
    let amounts = [0, 1, 5, 100, 123_456, -250];
    let currencies = [("IRR", 0), ("EUR", 2), ("USD", 2), ("GBP", 2)];
    for (language, tag) in TAGS {
        for (code, digits) in currencies {
            let (locale, program, zone) = (locale(language), native(code), tehran());
            let words = Words::new(&locale, &program, &zone);
            let expected = node(&format!(
                "{amounts:?}.map(n => new Intl.NumberFormat('{tag}', {{style: 'currency', currency: '{code}', \
                 currencyDisplay: 'name'}}).format(n / 10 ** {digits}))"
            ));
            // Iranian shops say “Rial” alone.
            let expected: Vec<String> = expected
                .iter()
                .map(|n| n.replace(" ریال ایران", " ریال"))
                .collect();
            assert_eq!(
                amounts.map(|n| words.money(Money(n))).to_vec(),
                expected,
                "{code}"
            );
        }
    }
}

#[test]
fn a_rial_that_is_no_whole_toman_is_not_lost() {
    let (fa, en, program, zone) = (locale("fa"), locale("en"), program(), tehran());
    let said = |locale, money| Words::new(locale, &program, &zone).money(Money(money));
    assert_eq!(said(&fa, 100_000), "۱۰٬۰۰۰ تومان");
    assert_eq!(said(&fa, 100_005), "۱۰٬۰۰۰٫۵ تومان");
    assert_eq!(said(&en, 100_000), "10,000 Toman");
    assert_eq!(said(&en, 9), "0.9 Toman");
    assert_eq!(said(&en, -15), "-1.5 Toman");
}

#[test]
fn minor_units_are_those_of_iso_4217() {
    let zone = tehran();
    let said = |code: &str, money| {
        let (en, program) = (locale("en"), native(code));
        Words::new(&en, &program, &zone).money(Money(money))
    };
    assert_eq!(said("JPY", 1_234), "1,234 JPY");
    assert_eq!(said("KWD", 1_234), "1.234 KWD");
    assert_eq!(said("IQD", 1_500_000), "1,500.000 IQD");
    assert_eq!(said("CLF", 12_345), "1.2345 CLF");
    assert_eq!(said("TRY", 5), "0.05 TRY");
    assert_eq!(said("AED", 100), "1.00 UAE dirhams");
}

#[test]
fn dates_are_those_of_a_browser_in_both_calendars() {
    let middles = (1..=12).map(|month| format!("2025-{month:02}-15T12:00:00Z"));
    let edges = [
        "2025-03-20T20:29:59Z",
        "2025-03-20T20:30:00Z",
        "2024-02-29T12:00:00Z",
        "2025-12-31T23:59:59Z",
        "2021-03-20T12:00:00Z",
    ];
    let days: Vec<Timestamp> = edges
        .into_iter()
        .map(str::to_owned)
        .chain(middles)
        .map(|day| at(&day))
        .collect();
    let millis: Vec<i64> = days.iter().map(|day| day.0).collect();
    let calendars = [
        ("fa", Calendar::Jalali, "fa-IR-u-ca-persian-nu-arabext"),
        ("fa", Calendar::Gregorian, "fa-IR-u-ca-gregory-nu-arabext"),
        ("en", Calendar::Jalali, "en-u-ca-persian"),
        ("en", Calendar::Gregorian, "en"),
    ];
    for (language, calendar, tag) in calendars {
        let (locale, program, zone) = (locale(language), program(), tehran());
        let words = Words::new(&locale, &program, &zone).in_calendar(calendar);
        let expected = node(&format!(
            "{millis:?}.map(n => new Intl.DateTimeFormat('{tag}', {{day: 'numeric', month: 'long', \
             year: 'numeric', timeZone: 'Asia/Tehran'}}).format(n))"
        ));
        let expected: Vec<String> = expected.iter().map(|day| day.replace(" AP", "")).collect();
        let said: Vec<String> = days.iter().map(|day| words.date(*day)).collect();
        assert_eq!(said, expected, "{tag}");
    }
}

#[test]
fn every_month_has_its_name() {
    for language in Locale::languages() {
        for months in ["months.jalali", "months.gregorian"] {
            assert_eq!(locale(language).say(months).split(' ').count(), 12);
        }
    }
}

#[test]
fn a_language_has_its_own_calendar_and_the_program_its_zone() {
    let (fa, en, program, zone) = (locale("fa"), locale("en-GB"), program(), berlin());
    let nowruz = at("2025-03-20T23:00:00Z");
    assert_eq!(
        Words::new(&fa, &program, &zone).date(nowruz),
        "۱ فروردین ۱۴۰۴"
    );
    assert_eq!(
        Words::new(&en, &program, &zone).date(nowruz),
        "March 21, 2025"
    );
}

#[test]
fn an_end_at_midnight_is_said_as_the_day_before() {
    let (en, program, zone) = (locale("en"), program(), tehran());
    let words = Words::new(&en, &program, &zone);
    let end = |text| words.value(&Value::Until(at(text)));
    assert_eq!(end("2025-03-20T20:30:00Z"), "March 20, 2025");
    assert_eq!(end("2025-03-21T08:30:00Z"), "March 21, 2025");
    assert_eq!(
        words.value(&Value::At(at("2025-03-20T20:30:00Z"))),
        "March 21, 2025"
    );
}

#[test]
fn one_is_said_as_one() {
    let (fa, en, program, zone) = (locale("fa"), locale("en"), program(), tehran());
    let said = |locale, value| Words::new(locale, &program, &zone).value(&value);
    assert_eq!(said(&en, Value::Points(Points(1))), "1 point");
    assert_eq!(said(&en, Value::Points(Points(0))), "0 points");
    assert_eq!(said(&en, Value::Times(1)), "once");
    assert_eq!(said(&en, Value::Times(2)), "2 times");
    assert_eq!(said(&en, Value::Months(1)), "1 month");
    assert_eq!(said(&en, Value::Hours(24)), "24 hours");
    assert_eq!(said(&en, Value::Orders(3)), "3 orders");
    assert_eq!(said(&fa, Value::Days(1)), "۱ روز");
    assert_eq!(said(&en, Value::QuarterDays(4)), "1 day");
    assert_eq!(said(&en, Value::QuarterDays(30)), "7.5 days");
    assert_eq!(said(&fa, Value::QuarterDays(29)), "۷٫۲۵ روز");
    let friends = |n| Message::new("how.referral.cap").with("n", Value::Number(n));
    let words = Words::new(&en, &program, &zone);
    assert_eq!(words.say(&friends(1)), "You are rewarded for one friend.");
    assert_eq!(
        words.say(&friends(20)),
        "You are rewarded for at most 20 friends."
    );
}

#[test]
fn plurals_are_chosen_as_a_browser_chooses_them() {
    let numbers = [0, 1, 2, 5, 11, 21, 100];
    let expected = node(&format!(
        "{numbers:?}.map(n => new Intl.PluralRules('en').select(n))"
    ));
    let (en, program, zone) = (locale("en"), program(), tehran());
    let words = Words::new(&en, &program, &zone);
    let chosen = numbers.map(|n| {
        let form = words.plural("unit.days", n, false);
        if form == en.say("unit.days.one") {
            "one"
        } else {
            "other"
        }
    });
    assert_eq!(chosen.to_vec(), expected);
}

#[test]
fn lists_are_joined_as_the_language_joins_them() {
    let item =
        |word: &str| Message::new("text").with("text", Value::Words(crate::samples::text(word)));
    let (fa, en, program, zone) = (locale("fa"), locale("en-GB"), program(), tehran());
    let said = |locale, words: &[&str]| {
        let items = words.iter().map(|word| item(word)).collect();
        Words::new(locale, &program, &zone).value(&Value::List(items))
    };
    assert_eq!(said(&en, &[]), "");
    assert_eq!(said(&en, &["a"]), "a");
    assert_eq!(said(&en, &["a", "b"]), "a and b");
    assert_eq!(said(&en, &["a", "b", "c"]), "a, b and c");
    assert_eq!(said(&fa, &["الف", "ب", "پ"]), "الف، ب و پ");
    let notes = Value::Notes(vec![item("a"), item("b")]);
    assert_eq!(Words::new(&en, &program, &zone).value(&notes), "a; b");
}

#[test]
fn the_merchants_words_fall_back_to_the_programs_first_language() {
    let text = |pairs: &[(&str, &str)]| -> Text {
        let owned = |(tag, words): &(&str, &str)| ((*tag).to_owned(), (*words).to_owned());
        pairs.iter().map(owned).collect()
    };
    let mut program = program();
    program.languages = vec!["de".to_owned(), "fa".to_owned()];
    let (en, zone) = (locale("en"), tehran());
    let words = Words::new(&en, &program, &zone);
    assert_eq!(
        words.text(&text(&[("fa", "ف"), ("en", "e"), ("de", "d")])),
        "e"
    );
    assert_eq!(
        words.text(&text(&[("fa", "ف"), ("en-GB", "g"), ("de", "d")])),
        "g"
    );
    assert_eq!(words.text(&text(&[("fa", "ف"), ("de", "d")])), "d");
    assert_eq!(words.text(&text(&[("fa", "ف")])), "ف");
    assert_eq!(words.text(&Text::new()), "");
}

#[test]
fn an_id_keeps_its_direction_in_a_persian_sentence() {
    let (fa, en, program, zone) = (locale("fa"), locale("en"), program(), tehran());
    let order = crate::explain::entry(&program, "purchase", Some("12-A"));
    assert_eq!(
        Words::new(&fa, &program, &zone).say(&order),
        "خرید \u{2068}12-A\u{2069}"
    );
    assert_eq!(Words::new(&en, &program, &zone).say(&order), "Order 12-A");
}

#[test]
fn a_missing_sentence_shows_its_key_and_a_missing_value_its_place() {
    let (en, program, zone) = (locale("en"), program(), tehran());
    let words = Words::new(&en, &program, &zone);
    assert_eq!(words.say(&Message::new("how.nothing")), "how.nothing");
    let empty = Message::new("reason.tier_too_low");
    assert_eq!(words.say(&empty), "This is for {tier} and above.");
    assert_eq!(fill("a { b", |_| None), "a { b");
    assert_eq!(fill("a {b", |_| Some("c".to_owned())), "a {b");
}

#[test]
fn a_language_is_found_by_its_tag() {
    assert_eq!(locale("fa-IR"), locale("fa"));
    assert_eq!(Locale::of("de"), None);
    assert_eq!(Locale::languages().collect::<Vec<_>>(), ["fa", "en"]);
    for language in Locale::languages() {
        assert_eq!(locale(language).get("lang"), Some(language));
        assert!(locale(language).keys().count() > 200);
    }
    assert!(Locale::read("[]").is_err());
}

proptest! {
    #[test]
    fn no_value_is_too_much(n in any::<i64>(), small in any::<u32>(), text in ".*") {
        let program = program();
        let zone = tehran();
        for language in Locale::languages() {
            let locale = locale(language);
            let words = Words::new(&locale, &program, &zone);
            let values = [
                Value::Number(n), Value::Points(Points(n)), Value::Money(Money(n)), Value::At(Timestamp(n)),
                Value::Until(Timestamp(n)), Value::Hours(small), Value::Days(small), Value::Months(small),
                Value::Times(small), Value::Orders(n), Value::Percent(Bp(small)), Value::Multiplier(Bp(small)),
                Value::Plain(text.clone()), Value::QuarterDays(n),
            ];
            for value in values {
                let said = words.say(&Message::new("text").with("text", value.clone()));
                prop_assert!(text.is_empty() || !said.is_empty(), "{value:?}");
            }
        }
    }

    #[test]
    fn a_sentence_with_hostile_braces_is_filled(sentence in "[{}a]{0,12}") {
        let filled = fill(&sentence, |name| Some(name.to_owned()));
        prop_assert!(filled.len() <= sentence.len());
    }
}
