//! Amounts and rates that people write: in a form, or in a column of an import.
//!
//! One grammar for all three: a sign, digits, a decimal mark, digits. Digits are Latin, Persian (`۰…۹`) or
//! Arabic-Indic (`٠…٩`). Thousands may be set apart by `,`, `٬`, `،` or a space (an unbreakable or narrow one
//! too): one kind in a number, groups of exactly three, and none before a leading zero. Decimals come after
//! `.` or `٫`. A minus is `-` or `−`. Spaces and direction marks around the number and after its sign mean
//! nothing.
//!
//! Nothing is guessed and nothing is rounded: `1,00` and `1.000,50` are refused, and so is a decimal more than
//! the unit has, even a zero: `1.000` may be a thousand in its writer's country. No words, no currency signs.

use crate::{Bp, Money, Points};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a text is no amount, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParseError {
    /// What is wrong.
    pub wrong: Wrong,
    /// The place, in characters (Unicode scalar values) from the start; the length when something is
    /// missing at the end.
    pub at: usize,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// There is nothing but spaces.
    Empty,
    /// A digit should be here: after a sign, after a decimal mark.
    NoDigit,
    /// This character has no place here.
    Unexpected,
    /// Thousands are not set apart in threes, or by two kinds of mark.
    Grouping,
    /// More decimals than the unit has; here is the first one too many.
    TooManyDecimals,
    /// A rate cannot be negative.
    Negative,
    /// More than can be held; here it no longer fits.
    TooLarge,
}

impl Wrong {
    /// The stable name, as on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoDigit => "no_digit",
            Self::Unexpected => "unexpected",
            Self::Grouping => "grouping",
            Self::TooManyDecimals => "too_many_decimals",
            Self::Negative => "negative",
            Self::TooLarge => "too_large",
        }
    }

    /// What to tell whoever wrote it.
    const fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "a number is missing",
            Self::NoDigit => "a digit is missing",
            Self::Unexpected => "this character has no place in a number",
            Self::Grouping => "thousands are set apart in threes, by one kind of mark",
            Self::TooManyDecimals => "there are more decimals than the unit has",
            Self::Negative => "a rate cannot be negative",
            Self::TooLarge => "the number is too large",
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (character {})", self.wrong.sentence(), self.at + 1)
    }
}

impl std::error::Error for ParseError {}

/// Money, in minor units: `exponent` is how many decimals the unit has (2 for cents, 0 for Rials).
pub fn money(text: &str, exponent: u32) -> Result<Money, ParseError> {
    Reader::new(text).whole(exponent, false).map(Money)
}

/// Points: whole, of either sign.
pub fn points(text: &str) -> Result<Points, ParseError> {
    Reader::new(text).whole(0, false).map(Points)
}

/// A rate as a percentage, with or without `%` or `٪` before or after it, to a hundredth of a percent:
/// `12.5` and `۱۲٫۵٪` are 1,250 basis points.
pub fn rate(text: &str) -> Result<Bp, ParseError> {
    let value = Reader::new(text).whole(2, true)?;
    // The digits fitted so far: it is the whole that is too large.
    let large = ParseError {
        wrong: Wrong::TooLarge,
        at: text.chars().count(),
    };
    u32::try_from(value).map(Bp).map_err(|_| large)
}

/// The text, and how much of it is read.
struct Reader<'a> {
    left: std::str::Chars<'a>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            left: text.chars(),
            at: 0,
        }
    }

    fn peek(&self) -> Option<char> {
        self.left.clone().next()
    }

    fn next(&mut self) {
        if self.left.next().is_some() {
            self.at += 1;
        }
    }

    /// Goes on if the next character is one of these.
    fn take(&mut self, is: fn(char) -> bool) -> bool {
        let found = self.peek().is_some_and(is);
        if found {
            self.next();
        }
        found
    }

    fn skip(&mut self, is: fn(char) -> bool) {
        while self.take(is) {}
    }

    fn wrong<T>(&self, wrong: Wrong) -> Result<T, ParseError> {
        Err(ParseError { wrong, at: self.at })
    }

    /// The whole text as one number, times ten to the `exponent`.
    fn whole(mut self, exponent: u32, percent: bool) -> Result<i64, ParseError> {
        self.skip(is_blank);
        if self.peek().is_none() {
            return self.wrong(Wrong::Empty);
        }
        let before = percent && self.take(is_percent);
        self.skip(is_blank);
        let negative = matches!(self.peek(), Some('-' | '−'));
        if negative && percent {
            return self.wrong(Wrong::Negative);
        }
        if negative || self.peek() == Some('+') {
            self.next();
            self.skip(is_blank);
        }
        let mut number = Number { value: 0, negative };
        let begun = self.at;
        self.groups(&mut number)?;
        let mut missing = exponent;
        if !matches!(self.peek(), Some('.' | '٫')) {
            if self.at == begun {
                return self.no_digit();
            }
        } else {
            self.next();
            let first = self.at;
            while let Some(digit) = self.peek().and_then(digit) {
                if missing == 0 {
                    return self.wrong(Wrong::TooManyDecimals);
                }
                missing -= 1;
                self.push(&mut number, digit)?;
            }
            if self.at == first {
                return self.no_digit();
            }
        }
        // Nothing stays nothing, however many decimals the unit has.
        while missing > 0 && number.value != 0 {
            missing -= 1;
            self.grow(&mut number, 0)?;
        }
        self.skip(is_blank);
        if percent && !before && self.take(is_percent) {
            self.skip(is_blank);
        }
        if self.peek().is_some() {
            return self.wrong(Wrong::Unexpected);
        }
        Ok(number.value)
    }

    /// Digits before the decimals.
    fn groups(&mut self, number: &mut Number) -> Result<(), ParseError> {
        let zero_first = self.peek().and_then(digit) == Some(0);
        let mut mark = None;
        let mut mark_at = self.at;
        let mut digits = 0_u32;
        loop {
            while let Some(digit) = self.peek().and_then(digit) {
                if mark.is_some() && digits == 3 {
                    return self.wrong(Wrong::Grouping);
                }
                self.push(number, digit)?;
                digits = digits.saturating_add(1);
            }
            let complete = digits == 3 || mark.is_none();
            let next = self.peek().filter(|c| is_group_mark(*c));
            // A space without a digit behind it ends the number; so does nothing at all.
            let goes_on = next.is_some_and(|c| !is_blank(c) || self.digit_follows());
            if !goes_on {
                let at = mark_at;
                let wrong = Wrong::Grouping;
                return if complete {
                    Ok(())
                } else {
                    Err(ParseError { wrong, at })
                };
            }
            let sound = match mark {
                None => (1..=3).contains(&digits) && !zero_first,
                Some(first) => complete && next == Some(first),
            };
            if !sound {
                return self.wrong(Wrong::Grouping);
            }
            mark = next;
            mark_at = self.at;
            digits = 0;
            self.next();
        }
    }

    /// Whether the character after the next one is a digit.
    fn digit_follows(&self) -> bool {
        self.left.clone().nth(1).and_then(digit).is_some()
    }

    fn push(&mut self, number: &mut Number, digit: i64) -> Result<(), ParseError> {
        self.grow(number, digit)?;
        self.next();
        Ok(())
    }

    fn grow(&self, number: &mut Number, digit: i64) -> Result<(), ParseError> {
        let digit = if number.negative { -digit } else { digit };
        let grown = number.value.checked_mul(10);
        match grown.and_then(|grown| grown.checked_add(digit)) {
            Some(value) => number.value = value,
            None => return self.wrong(Wrong::TooLarge),
        }
        Ok(())
    }

    fn no_digit<T>(&self) -> Result<T, ParseError> {
        let strange = self.peek().is_some_and(|c| !is_blank(c));
        self.wrong(if strange {
            Wrong::Unexpected
        } else {
            Wrong::NoDigit
        })
    }
}

/// What has been read; negative from its first digit, so that the smallest `i64` fits.
struct Number {
    value: i64,
    negative: bool,
}

fn digit(c: char) -> Option<i64> {
    let zero = match c {
        '0'..='9' => '0',
        '۰'..='۹' => '۰',
        '٠'..='٩' => '٠',
        _ => return None,
    };
    Some(i64::from(u32::from(c) - u32::from(zero)))
}

fn is_group_mark(c: char) -> bool {
    matches!(
        c,
        ',' | '٬' | '،' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'
    )
}

/// Spaces, and marks that only turn the direction of the text: spreadsheets and `Intl` write them.
fn is_blank(c: char) -> bool {
    let mark = matches!(
        c,
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    );
    mark || c.is_whitespace()
}

fn is_percent(c: char) -> bool {
    matches!(c, '%' | '٪')
}

#[cfg(test)]
mod tests;
