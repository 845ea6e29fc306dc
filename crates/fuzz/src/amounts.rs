//! Amounts and rates that people write, against a second reader that was written another way.

use rules::parse::{ParseError, money, points, rate};

/// The first byte is the exponent, the rest the text.
///
/// # Panics
/// Where the two readers differ, a fault lies outside the text, or a number is not read back.
pub fn check(bytes: &[u8]) {
    let Some((exponent, text)) = bytes.split_first() else {
        return;
    };
    let exponent = match exponent {
        0xff => u32::MAX,
        small => u32::from(small % 8),
    };
    let text = String::from_utf8_lossy(text);
    let read = money(&text, exponent).map(|money| money.0);
    inside(&text, &read);
    assert_eq!(read.ok(), slowly(&text, exponent), "{text:?} to {exponent}");
    if let Ok(value) = read {
        let written = written(value, exponent);
        let again = written.map(|text| money(&text, exponent).map(|money| money.0));
        assert!(again.is_none_or(|again| again == Ok(value)), "{value}");
    }
    let whole = points(&text).map(|points| points.0);
    assert_eq!(whole.ok(), slowly(&text, 0), "{text:?} as points");
    let share = rate(&text).map(|rate| i64::from(rate.0));
    inside(&text, &share);
    if let Ok(share) = share {
        let bare = text.replace(['%', '٪'], "");
        assert_eq!(slowly(&bare, 2), Some(share), "{text:?} as a rate");
    }
}

fn inside(text: &str, read: &Result<i64, ParseError>) {
    if let Err(error) = read {
        assert!(error.at <= text.chars().count(), "{error:?} of {text:?}");
    }
}

/// In Latin digits without groups; nothing where the exponent is absurd.
fn written(value: i64, exponent: u32) -> Option<String> {
    let exponent = usize::try_from(exponent).ok().filter(|e| *e < 40)?;
    let digits = format!("{:0>1$}", value.unsigned_abs(), exponent + 1);
    let (whole, decimals) = digits.split_at_checked(digits.len() - exponent)?;
    let sign = if value < 0 { "-" } else { "" };
    let mark = if exponent > 0 { "." } else { "" };
    Some(format!("{sign}{whole}{mark}{decimals}"))
}

const GROUP_MARKS: &str = ",٬، \u{a0}\u{202f}\u{2009}";
const DIRECTION: &str = "\u{200e}\u{200f}\u{61c}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";

/// The number by splitting the text.
fn slowly(text: &str, exponent: u32) -> Option<i64> {
    let blank = |c: char| c.is_whitespace() || DIRECTION.contains(c);
    let text = text.trim_matches(blank);
    let (sign, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let text: String = text.trim_start_matches(blank).chars().map(latin).collect();
    let (whole, decimals) = match text.split_once(['.', '٫']) {
        Some((whole, decimals)) => (whole.to_owned(), Some(decimals.to_owned())),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let mut joined = match whole.chars().find(|c| GROUP_MARKS.contains(*c)) {
        Some(mark) => {
            let parts: Vec<&str> = whole.split(mark).collect();
            let (first, rest) = parts.split_first()?;
            let sound = (1..=3).contains(&first.len())
                && !first.starts_with('0')
                && rest.iter().all(|part| part.len() == 3);
            sound.then(|| parts.concat())?
        }
        None if whole.is_empty() && decimals.is_none() => return None,
        None => whole,
    };
    let decimals = match decimals {
        Some(decimals) if decimals.is_empty() => return None,
        Some(decimals) => decimals,
        None => String::new(),
    };
    let missing = u64::from(exponent).checked_sub(decimals.len() as u64)?;
    joined.push_str(&decimals);
    if !digits(&joined) {
        return None;
    }
    let joined = joined.trim_start_matches('0');
    if joined.is_empty() {
        return Some(0);
    }
    if missing > 20 || joined.len() > 20 {
        return None;
    }
    let value: i128 = format!("{joined}{}", "0".repeat(missing as usize))
        .parse()
        .ok()?;
    i64::try_from(sign * value).ok()
}

fn latin(c: char) -> char {
    let places = ["۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"];
    let place = places
        .iter()
        .find_map(|all| all.chars().position(|d| d == c));
    place.map_or(c, |place| char::from(b'0' + place as u8))
}
