//! Complaints: what may happen to one, and when an answer is due.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

const HOUR_MS: i64 = 3_600_000;

/// How far a complaint is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Filed; the shop's turn.
    #[default]
    Open,
    /// The shop has written; the member's turn.
    Answered,
    /// The shop says that it is settled; the member's to judge.
    Resolved,
    /// The member says that it is not; the shop's turn.
    Reopened,
    /// Over.
    Closed,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The member who filed it.
    Member,
    /// The shop: a person at its desk, or its clock.
    Shop,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Writes a message.
    Write,
    /// The shop calls it settled.
    Resolve,
    /// The member judges what was done.
    Judge {
        /// Whether it is settled for them too.
        satisfied: bool,
    },
    /// Ends it: the member at any time, the shop once it is resolved (when no judgement comes).
    Close,
    /// Takes up what was resolved or closed.
    Reopen,
}

/// Why something may not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// It is the other side's to do.
    NotYours,
    /// Not while the complaint is where it is.
    NotNow,
}

impl Refused {
    /// The refusal's stable name, as on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotYours => "not_yours",
            Self::NotNow => "not_now",
        }
    }
}

/// Where a complaint is after an action.
///
/// What the shop writes answers an open complaint; what the member writes gives the turn back, and reopens
/// a resolved one, so that no word is lost. A closed one takes no message until it is reopened.
///
/// # Errors
/// When it is the other side's to do, whatever the state; or not possible now.
pub const fn next(state: State, action: Action, by: Party) -> Result<State, Refused> {
    use {Party::*, State::*};
    match (action, by, state) {
        (Action::Resolve, Member, _) | (Action::Judge { .. }, Shop, _) => Err(Refused::NotYours),
        (Action::Write, _, Closed) => Err(Refused::NotNow),
        (Action::Write, Shop, Open | Answered | Reopened) => Ok(Answered),
        (Action::Write, Shop, Resolved) => Ok(Resolved),
        (Action::Write, Member, Open | Answered) => Ok(Open),
        (Action::Write, Member, Resolved | Reopened) => Ok(Reopened),
        (Action::Resolve, Shop, Open | Answered | Reopened) => Ok(Resolved),
        (Action::Judge { satisfied: true }, Member, Resolved) => Ok(Closed),
        (Action::Judge { satisfied: false }, Member, Resolved) => Ok(Reopened),
        (Action::Close, Member, Open | Answered | Resolved | Reopened) => Ok(Closed),
        (Action::Close, Shop, Resolved) => Ok(Closed),
        (Action::Reopen, _, Resolved | Closed) => Ok(Reopened),
        _ => Err(Refused::NotNow),
    }
}

/// Whether the shop's answer is due: it has been its turn `since` so many hours.
pub fn overdue(state: State, since: Timestamp, hours: u32, now: Timestamp) -> bool {
    let due = since.plus_ms(i64::from(hours) * HOUR_MS);
    matches!(state, State::Open | State::Reopened) && due <= now
}

/// Damm's table (a totally anti-symmetric quasigroup of order 10; H. M. Damm, 2004): its check digit
/// catches every wrong digit and every two neighbours that changed places.
const DAMM: [&[u8; 10]; 10] = [
    b"\x00\x03\x01\x07\x05\x09\x08\x06\x04\x02",
    b"\x07\x00\x09\x02\x01\x05\x04\x08\x06\x03",
    b"\x04\x02\x00\x06\x08\x07\x01\x03\x05\x09",
    b"\x01\x07\x05\x00\x09\x08\x03\x04\x02\x06",
    b"\x06\x01\x02\x03\x00\x04\x05\x09\x07\x08",
    b"\x03\x06\x07\x04\x02\x00\x09\x05\x08\x01",
    b"\x05\x08\x06\x09\x07\x02\x00\x01\x03\x04",
    b"\x08\x09\x04\x05\x03\x06\x02\x00\x01\x07",
    b"\x09\x04\x03\x08\x06\x01\x07\x02\x00\x05",
    b"\x02\x05\x08\x01\x04\x03\x06\x07\x09\x00",
];

/// A number to say on the telephone: the count of complaints, at least four digits of it, and a check
/// digit.
#[must_use]
pub fn number(seq: u64) -> String {
    let count = seq.to_string();
    let mut number = "0".repeat(4_usize.saturating_sub(count.len())) + &count;
    number.push(char::from(b'0' + damm(number.bytes())));
    number
}

/// The count that a number was made of; none when it is no such number. Persian and Arabic digits are
/// read too; leading zeros may be missing.
#[must_use]
pub fn read_number(text: &str) -> Option<u64> {
    let mut digits = Vec::new();
    for read in text.trim().chars() {
        let digit = match u32::from(read) {
            code @ 0x30..=0x39 => code - 0x30,
            code @ 0x0660..=0x0669 => code - 0x0660,
            code @ 0x06f0..=0x06f9 => code - 0x06f0,
            _ => return None,
        };
        digits.push(b'0' + digit as u8);
    }
    let (_, body) = digits.split_last()?;
    let count = body.iter().try_fold(0_u64, |sum, digit| {
        sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    });
    count.filter(|_| !body.is_empty() && damm(digits.iter().copied()) == 0)
}

fn damm(digits: impl Iterator<Item = u8>) -> u8 {
    digits.fold(0, |interim, digit| {
        let row = DAMM.get(usize::from(interim));
        let next = row.and_then(|row| row.get(usize::from(digit.wrapping_sub(b'0'))));
        next.copied().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests;
