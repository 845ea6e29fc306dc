#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use proptest::prelude::*;

/// What a text comes to: the number, or `code@place`.
fn read(text: &str, exponent: u32) -> String {
    told(money(text, exponent).map(|money| money.0))
}

fn percent(text: &str) -> String {
    told(rate(text).map(|rate| i64::from(rate.0)))
}

fn told(read: Result<i64, ParseError>) -> String {
    match read {
        Ok(value) => value.to_string(),
        Err(error) => format!("{}@{}", error.wrong.code(), error.at),
    }
}

#[test]
fn an_amount_is_read_in_minor_units() {
    for (text, exponent, wanted) in [
        ("0", 2, "0"),
        ("12", 2, "1200"),
        ("12.5", 2, "1250"),
        ("12.50", 2, "1250"),
        (".5", 2, "50"),
        ("1.234", 3, "1234"),
        ("007", 0, "7"),
        ("1500000", 0, "1500000"),
        ("+3", 0, "3"),
        ("-3", 0, "-3"),
        ("−3", 0, "-3"),
        ("- 3", 0, "-3"),
        ("  42\t\r\n", 0, "42"),
    ] {
        assert_eq!(read(text, exponent), wanted, "{text:?}");
    }
}

#[test]
fn persian_and_arabic_digits_and_marks_are_read() {
    for (text, exponent, wanted) in [
        ("۱۲۳۴۵۶۷۸۹۰", 0, "1234567890"),
        ("١٢٣٤٥٦٧٨٩٠", 0, "1234567890"),
        ("۱٬۵۰۰٬۰۰۰", 0, "1500000"),
        ("۱،۵۰۰،۰۰۰", 0, "1500000"),
        ("۱۲٫۵۰", 2, "1250"),
        ("\u{200e}−۱۲٬۰۰۰", 0, "-12000"),
        ("\u{202b}۱۲\u{202c}", 0, "12"),
    ] {
        assert_eq!(read(text, exponent), wanted, "{text:?}");
    }
}

#[test]
fn thousands_may_be_set_apart() {
    for text in [
        "1,234,567",
        "1 234 567",
        "1\u{a0}234\u{a0}567",
        "1\u{202f}234\u{202f}567",
        "1234567",
    ] {
        assert_eq!(read(text, 0), "1234567", "{text:?}");
    }
    assert_eq!(read("12,345.67", 2), "1234567");
    assert_eq!(read("1 234 ", 0), "1234");
}

#[test]
fn grouping_that_could_mean_something_else_is_refused() {
    for (text, wanted) in [
        ("1,00", "grouping@1"),
        ("1,0000", "grouping@5"),
        ("1000,000", "grouping@4"),
        ("0,100", "grouping@1"),
        (",100", "grouping@0"),
        ("1,,000", "grouping@2"),
        ("1,000,", "grouping@5"),
        ("1,000 000", "grouping@5"),
        ("1,00.5", "grouping@1"),
        ("1 00", "grouping@1"),
        ("12 34", "grouping@2"),
        ("1, 000", "grouping@2"),
    ] {
        assert_eq!(read(text, 2), wanted, "{text:?}");
    }
}

#[test]
fn a_decimal_too_many_is_refused_and_never_rounded() {
    assert_eq!(read("1.005", 2), "too_many_decimals@4");
    assert_eq!(read("1.000", 2), "too_many_decimals@4");
    assert_eq!(read("5.0", 0), "too_many_decimals@2");
    assert_eq!(read("۱٫۵", 0), "too_many_decimals@2");
}

#[test]
fn what_is_no_number_is_named_with_its_place() {
    for (text, wanted) in [
        ("", "empty@0"),
        (" \u{200f} ", "empty@3"),
        ("-", "no_digit@1"),
        (" + ", "no_digit@3"),
        (".", "no_digit@1"),
        ("5.", "no_digit@2"),
        ("5. ", "no_digit@2"),
        ("--5", "unexpected@1"),
        ("abc", "unexpected@0"),
        ("۱۲ ریال", "unexpected@3"),
        ("$5", "unexpected@0"),
        ("5-", "unexpected@1"),
        ("1e3", "unexpected@1"),
        ("1.2.3", "unexpected@3"),
        ("1.000,50", "unexpected@5"),
        ("5%", "unexpected@1"),
        ("1/5", "unexpected@1"),
        ("½", "unexpected@0"),
        ("१२", "unexpected@0"),
    ] {
        assert_eq!(read(text, 3), wanted, "{text:?}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(read("9223372036854775807", 0), "9223372036854775807");
    assert_eq!(read("-9223372036854775808", 0), "-9223372036854775808");
    assert_eq!(read("9223372036854775808", 0), "too_large@18");
    assert_eq!(read("-9,223,372,036,854,775,809", 0), "too_large@25");
    assert_eq!(read("92233720368547758.07", 2), "9223372036854775807");
    assert_eq!(read("92233720368547758.08", 2), "too_large@19");
    assert_eq!(read("92233720368547759", 2), "too_large@17");
    assert_eq!(read("1", u32::MAX), "too_large@1");
    assert_eq!(read("0.0", u32::MAX), "0");
}

#[test]
fn a_rate_is_a_percentage() {
    for (text, wanted) in [
        ("12.5", "1250"),
        ("۱۲٫۵٪", "1250"),
        ("٪۱۲٫۵", "1250"),
        ("% 12.5", "1250"),
        ("100 %", "10000"),
        ("0.01", "1"),
        ("1,000%", "100000"),
        ("42949672.95", "4294967295"),
        ("42949672.96", "too_large@11"),
        ("12.555", "too_many_decimals@5"),
        ("-5", "negative@0"),
        ("%-5", "negative@1"),
        ("%5%", "unexpected@2"),
        ("5%%", "unexpected@2"),
        ("%", "no_digit@1"),
        ("", "empty@0"),
    ] {
        assert_eq!(percent(text), wanted, "{text:?}");
    }
}

#[test]
fn points_are_whole() {
    assert_eq!(points("۱٬۲۰۰"), Ok(Points(1200)));
    assert_eq!(points("-5"), Ok(Points(-5)));
    let wrong = Wrong::TooManyDecimals;
    assert_eq!(points("1.5"), Err(ParseError { wrong, at: 2 }));
}

#[test]
fn an_error_says_what_and_where() {
    let error = money("1,00", 2).unwrap_err();
    assert_eq!(
        error.to_string(),
        "thousands are set apart in threes, by one kind of mark (character 2)"
    );
    let json = serde_json::to_string(&error).unwrap();
    assert_eq!(json, r#"{"wrong":"grouping","at":1}"#);
}

/// A number as people write it.
fn written(value: i64, exponent: usize, mark: &str, decimal: char, zero: char) -> String {
    let digits = format!("{:0>1$}", value.unsigned_abs(), exponent + 1);
    let (whole, decimals) = digits.split_at(digits.len() - exponent);
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push_str(mark);
        }
        text.push(digit);
    }
    if exponent > 0 {
        text.push(decimal);
        text.push_str(decimals);
    }
    let shifted = text.chars().map(|c| match c.to_digit(10) {
        Some(digit) => char::from_u32(u32::from(zero) + digit).unwrap(),
        None => c,
    });
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", shifted.collect::<String>())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        value: i64,
        exponent in 0_usize..=4,
        mark in prop::sample::select(vec!["", ",", "٬", "،", " ", "\u{a0}", "\u{202f}"]),
        decimal in prop::sample::select(vec!['.', '٫']),
        zero in prop::sample::select(vec!['0', '۰', '٠']),
    ) {
        let text = written(value, exponent, mark, decimal, zero);
        prop_assert_eq!(money(&text, exponent as u32), Ok(Money(value)), "{}", text);
    }

    #[test]
    fn a_rate_is_read_back(value: u32, zero in prop::sample::select(vec!['0', '۰'])) {
        let text = written(value.into(), 2, "", '٫', zero);
        prop_assert_eq!(rate(&format!("{text}٪")), Ok(Bp(value)));
    }

    #[test]
    fn the_place_of_a_fault_is_in_the_text(text in "[-+0-9۰-۹,٬ .٫%٪a-c]{0,12}", exponent in 0_u32..4) {
        if let Err(error) = money(&text, exponent) {
            prop_assert!(error.at <= text.chars().count());
        }
        if let Err(error) = rate(&text) {
            prop_assert!(error.at <= text.chars().count());
        }
    }
}
