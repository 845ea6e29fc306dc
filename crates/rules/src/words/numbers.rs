//! Numbers as a language writes them, exactly: from whole numbers, without floats.

use super::Locale;

/// Currencies by ISO 4217 whose minor unit is not a hundredth. The Rial is counted in whole ones here,
/// as Iranian shops do.
const MINOR_DIGITS: [(u32, &str); 3] = [
    (
        0,
        "BIF CLP DJF GNF IRR ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

/// Digits behind the point of a currency.
pub(super) fn minor_digits(code: &str) -> u32 {
    let found = MINOR_DIGITS
        .iter()
        .find(|(_, codes)| codes.split(' ').any(|known| known == code));
    found.map_or(2, |(digits, _)| *digits)
}

/// A whole number without separators, as years are written.
pub(super) fn plain(locale: &Locale, n: i64) -> String {
    let (minus, digits) = (n < 0, n.unsigned_abs().to_string());
    signed(locale, minus, native(locale, &digits))
}

/// `n` with its last `digits` digits behind the point, of which at least `shown` are written.
pub(super) fn decimal(locale: &Locale, n: i128, digits: u32, shown: u32) -> String {
    let scale = 10_u128.saturating_pow(digits);
    let size = n.unsigned_abs();
    let whole = size.checked_div(scale).unwrap_or(size).to_string();
    let mut grouped = String::with_capacity(whole.len() * 2);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push_str(locale.say("number.group"));
        }
        grouped.push(digit);
    }
    let rest = size.checked_rem(scale).unwrap_or(0);
    let mut parts = String::new();
    if digits > 0 {
        let width = digits as usize;
        parts = format!("{rest:0width$}");
        while parts.len() > shown as usize && parts.ends_with('0') {
            parts.pop();
        }
    }
    if !parts.is_empty() {
        grouped.push_str(locale.say("number.decimal"));
        grouped.push_str(&parts);
    }
    signed(locale, n < 0, native(locale, &grouped))
}

fn signed(locale: &Locale, minus: bool, digits: String) -> String {
    if minus {
        [locale.say("number.minus"), &digits].concat()
    } else {
        digits
    }
}

/// In the language's digits.
fn native(locale: &Locale, text: &str) -> String {
    let digits: Vec<char> = locale.say("number.digits").chars().collect();
    let native = |c: char| {
        let place = c.to_digit(10).and_then(|place| digits.get(place as usize));
        place.copied().unwrap_or(c)
    };
    text.chars().map(native).collect()
}
