//! Instants, and a zone's offsets as a plain value.

use crate::calendar::{Calendar, Date};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// Milliseconds of a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. On the wire RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The first instant that RFC 3339 can name: the year 0.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// The last one: the end of the year 9999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Reads RFC 3339, with any offset; parts of a millisecond are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        let field = |from: usize, to: usize| number(b.get(from..to)?);
        let mark = |at: usize, one: u8, two: u8| b.get(at).is_some_and(|c| *c == one || *c == two);
        let punctuated = mark(4, b'-', b'-')
            && mark(7, b'-', b'-')
            && mark(10, b'T', b't')
            && mark(13, b':', b':')
            && mark(16, b':', b':');
        if !punctuated {
            return None;
        }
        let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
        let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
        let date = Date {
            year: i32::try_from(year).ok()?,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day).ok()?,
        };
        // A leap second is the first instant of the next minute.
        if !Calendar::Gregorian.has(date) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut at = 19;
        let mut milli = 0;
        if b.get(at) == Some(&b'.') {
            at += 1;
            let from = at;
            let mut scale = 100;
            while let Some(c) = b.get(at).filter(|c| c.is_ascii_digit()) {
                milli += i64::from(c - b'0') * scale;
                scale /= 10;
                at += 1;
            }
            if at == from {
                return None;
            }
        }
        let offset = match b.get(at)? {
            b'Z' | b'z' if b.len() == at + 1 => 0,
            sign @ (b'+' | b'-') if b.len() == at + 6 && mark(at + 3, b':', b':') => {
                let (hours, minutes) = (field(at + 1, at + 3)?, field(at + 4, at + 6)?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let size = hours * 60 + minutes;
                if *sign == b'-' { -size } else { size }
            }
            _ => return None,
        };
        let seconds = (hour * 60 + minute - offset) * 60 + second;
        Some(Self(
            Calendar::Gregorian.day_of(date) * DAY_MS + seconds * 1000 + milli,
        ))
    }

    /// So many milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// So many times 24 hours later; for calendar days see [`Zone::plus_days`].
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY_MS)))
    }

    /// Milliseconds from `earlier` to here; negative when `earlier` is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Writes RFC 3339 into `buffer`, and gives the part that was used.
    fn write(self, buffer: &mut [u8; 24]) -> &str {
        let ms = self.clamp(Self::MIN, Self::MAX).0;
        let date = Calendar::Gregorian.date_of_day(ms.div_euclid(DAY_MS));
        let of_day = ms.rem_euclid(DAY_MS);
        let milli = of_day % 1000;
        *buffer = *b"0000-00-00T00:00:00.000Z";
        let parts = [
            (0, 4, i64::from(date.year)),
            (5, 2, i64::from(date.month)),
            (8, 2, i64::from(date.day)),
            (11, 2, of_day / 3_600_000),
            (14, 2, of_day / MINUTE_MS % 60),
            (17, 2, of_day / 1000 % 60),
            (20, 3, milli),
        ];
        for (from, width, mut value) in parts {
            for digit in buffer.iter_mut().skip(from).take(width).rev() {
                *digit = b'0' + (value % 10) as u8;
                value /= 10;
            }
        }
        let mut used = buffer.len();
        if milli == 0 {
            buffer[19] = b'Z';
            used = 20;
        }
        buffer
            .get(..used)
            .and_then(|b| str::from_utf8(b).ok())
            .unwrap_or_default()
    }
}

/// The value of ASCII digits.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, c| {
        c.is_ascii_digit().then(|| sum * 10 + i64::from(c - b'0'))
    })
}

#[cfg(feature = "document")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An RFC 3339 instant, like 2026-11-22T04:10:00Z.",
            "type": "string",
            "format": "date-time"
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write(&mut [0; 24]))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.write(&mut [0; 24]))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl de::Visitor<'_> for Reader {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 instant, like 2026-11-22T04:10:00Z")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                // Not `invalid_value`: its message would bring every number's formatting into the bundle.
                Timestamp::parse(text)
                    .ok_or_else(|| E::custom("not an RFC 3339 instant, like 2026-11-22T04:10:00Z"))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

/// A time zone as data: whoever calls brings the offsets, so that the bundle carries no database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Zone {
    /// Offset from UTC before the first transition, in minutes east.
    pub offset_minutes: i32,
    /// Changes, oldest first.
    #[serde(default)]
    pub transitions: Vec<Transition>,
}

/// A change of offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Transition {
    /// First instant of the new offset.
    pub at: Timestamp,
    /// New offset from UTC, in minutes east.
    pub offset_minutes: i32,
}

impl Zone {
    /// Minutes east of UTC at this instant.
    pub fn offset_at(&self, at: Timestamp) -> i32 {
        let passed = self.transitions.partition_point(|t| t.at <= at);
        passed
            .checked_sub(1)
            .and_then(|last| self.transitions.get(last))
            .map_or(self.offset_minutes, |t| t.offset_minutes)
    }

    /// What the clocks of the zone show, as milliseconds since their 1970-01-01 00:00.
    pub fn local(&self, at: Timestamp) -> i64 {
        at.0.saturating_add(i64::from(self.offset_at(at)) * MINUTE_MS)
    }

    /// The instant at which the zone's clocks show `local`: the first one when they show it twice; when
    /// they skip it, as much later as they skip.
    pub fn instant(&self, local: i64) -> Timestamp {
        let under = |offset: i32| Timestamp(local.saturating_sub(i64::from(offset) * MINUTE_MS));
        let mut best = under(self.offset_minutes);
        for change in &self.transitions {
            if best < change.at {
                break;
            }
            let next = under(change.offset_minutes);
            if next < change.at {
                break;
            }
            best = next;
        }
        best
    }

    /// The zone's calendar day, counted from 1970-01-01.
    pub fn day(&self, at: Timestamp) -> i64 {
        self.local(at).div_euclid(DAY_MS)
    }

    /// The first instant of a calendar day.
    pub fn start_of_day(&self, day: i64) -> Timestamp {
        self.instant(day.saturating_mul(DAY_MS))
    }

    /// The same local time so many calendar days later.
    #[must_use]
    pub fn plus_days(&self, at: Timestamp, days: i64) -> Timestamp {
        self.instant(self.local(at).saturating_add(days.saturating_mul(DAY_MS)))
    }
}

#[cfg(test)]
mod tests;
