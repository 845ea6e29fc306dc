//! Invitations: their codes, and whether a friend counts.

use crate::program::Referral;
use crate::{Money, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// Digits and letters that cannot be taken for each other when read aloud or typed: of 0 and O, 1, I and
/// L, U and V none is there. Their number is prime, so that the check character catches every wrong
/// character and every two that changed places.
const ALPHABET: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
const BASE: u64 = ALPHABET.len() as u64;
/// Characters without the check character.
const BODY: usize = 11;
/// Characters that are read at most, with what is passed over.
const READ: usize = 64;

/// A code for people, from random bytes: 53 random bits and a check character, in three groups of four,
/// like `7KQM-2XPA-D9TW`.
#[must_use]
pub fn code(random: [u8; 8]) -> String {
    let mut values = [0; BODY];
    fill(&mut values, random);
    written(&values)
}

/// A code like [`code`] whose first two characters come from `run` and the others from `random`: those of one
/// run lie together in an index.
#[must_use]
pub fn code_of_run(run: [u8; 8], random: [u8; 8]) -> String {
    let mut values = [0; BODY];
    let (first, others) = values.split_at_mut(2);
    fill(first, run);
    fill(others, random);
    written(&values)
}

fn fill(values: &mut [u64], random: [u8; 8]) {
    // 2^64 is some 1500 times 29^11: no code is likelier than another by more than one part in that.
    let mut rest = u64::from_le_bytes(random);
    for value in values {
        *value = rest % BASE;
        rest /= BASE;
    }
}

/// The code as [`code`] writes it, if it can be one; none when the check character is not right. Case does
/// not matter, nor do spaces, dashes, and the marks of direction that come along when copied out of
/// Persian text; Persian, Arabic and full-width digits and letters are read as the plain ones. Characters
/// that are in no code (0, O, 1, I, L, U, V) are not guessed at.
#[must_use]
pub fn normalise(text: &str) -> Option<String> {
    let mut values = [0; BODY + 1];
    let mut count = 0;
    for (at, read) in text.chars().enumerate() {
        if at >= READ {
            return None;
        }
        let plain = match u32::from(read) {
            _ if read.is_whitespace() => continue,
            // The hyphens and dashes, and what has no width.
            0x2d
            | 0x5f
            | 0xad
            | 0x061c
            | 0x2010..=0x2015
            | 0x2212
            | 0xfe58
            | 0xfe63
            | 0xff0d
            | 0x200b..=0x200f
            | 0x202a..=0x202e
            | 0x2060..=0x2069
            | 0xfeff => continue,
            arabic @ 0x0660..=0x0669 => arabic - 0x0660 + 0x30,
            persian @ 0x06f0..=0x06f9 => persian - 0x06f0 + 0x30,
            wide @ 0xff10..=0xff5a => wide - 0xfee0,
            other => other,
        };
        let plain = u8::try_from(plain).ok()?.to_ascii_uppercase();
        let value = ALPHABET.iter().position(|known| *known == plain)?;
        *values.get_mut(count)? = value as u64;
        count += 1;
    }
    let (last, body) = values.split_last()?;
    (count == values.len() && check(body) == *last).then(|| written(body))
}

/// The check value: the sum of all values, weighted 2, 3, … and the check by 1, is a multiple of 29.
fn check(body: &[u64]) -> u64 {
    let weighted: u64 = body.iter().zip(2..).map(|(value, by)| value * by).sum();
    (BASE - weighted % BASE) % BASE
}

fn written(body: &[u64]) -> String {
    let mut code = String::with_capacity(BODY + 3);
    for (at, value) in body.iter().chain([&check(body)]).enumerate() {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        let letter = ALPHABET.get(*value as usize).copied();
        code.push(char::from(letter.unwrap_or_default()));
    }
    code
}

/// Why a friend does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The member invited themself.
    SelfReferral,
    /// The friend has ordered before.
    NotFirstOrder,
    /// The first order was too small.
    BelowMinimum,
    /// The invitation was too old.
    Expired,
    /// The member has been rewarded for as many friends as one may.
    CapReached,
    /// The friend's telephone number or address is the member's.
    SameContact,
    /// Too many invitations were followed from one network address that day.
    TooManyFromAddress,
    /// Another invitation came first.
    AlreadyReferred,
}

impl Refusal {
    /// The refusal's stable name, as on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SelfReferral => "self_referral",
            Self::NotFirstOrder => "not_first_order",
            Self::BelowMinimum => "below_minimum",
            Self::Expired => "expired",
            Self::CapReached => "cap_reached",
            Self::SameContact => "same_contact",
            Self::TooManyFromAddress => "too_many_from_address",
            Self::AlreadyReferred => "already_referred",
        }
    }
}

/// What is known about a friend's claim when it is judged. What is not known yet is left out: it does not
/// speak against the friend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The first instant at which the claim no longer counts, as it was promised (see [`expires_at`]).
    pub expires_at: Timestamp,
    /// The friend is the member who invited.
    #[serde(default)]
    pub same_member: bool,
    /// The friend's telephone number or e-mail address is that member's.
    #[serde(default)]
    pub same_contact: bool,
    /// The friend has another claim that counts.
    #[serde(default)]
    pub referred: bool,
    /// Orders that the friend paid before this one, refunded ones too.
    #[serde(default)]
    pub orders_before: u32,
    /// What was paid for the order, after discounts, without tax and shipping.
    #[serde(default)]
    pub order: Option<Money>,
    /// Other friends for whom the member is or will be rewarded.
    #[serde(default)]
    pub rewarded: u32,
    /// Other claims from the friend's network address on the same day.
    #[serde(default)]
    pub from_address: u32,
}

/// Whether a claim counts `at` the instant of what happens: it is made, the friend joins, the friend pays.
///
/// # Errors
/// The one reason that explains most: first who the friend is, which nothing changes (`self_referral`,
/// `same_contact`, `already_referred`, `not_first_order`), then when they came (`expired`), then what they
/// bought (`below_minimum`), and what is no fault of theirs last (`cap_reached`,
/// `too_many_from_address`).
pub fn judge(terms: &Referral, facts: &Facts, at: Timestamp) -> Result<(), Refusal> {
    let over = |limit: Option<u32>, count| limit.is_some_and(|limit| limit <= count);
    let faults = [
        (facts.same_member, Refusal::SelfReferral),
        (facts.same_contact, Refusal::SameContact),
        (facts.referred, Refusal::AlreadyReferred),
        (facts.orders_before > 0, Refusal::NotFirstOrder),
        (facts.expires_at <= at, Refusal::Expired),
        (
            facts.order.is_some_and(|paid| paid < terms.minimum_order),
            Refusal::BelowMinimum,
        ),
        (over(terms.cap, facts.rewarded), Refusal::CapReached),
        (
            over(terms.per_address, facts.from_address),
            Refusal::TooManyFromAddress,
        ),
    ];
    let fault = faults.into_iter().find(|(is, _)| *is);
    fault.map_or(Ok(()), |(_, refusal)| Err(refusal))
}

/// The first instant at which a claim no longer counts: calendar days in the program's zone.
pub fn expires_at(terms: &Referral, zone: &Zone, claimed_at: Timestamp) -> Timestamp {
    zone.plus_days(claimed_at, terms.claim_days.into())
}

/// When the rewards of both become active: the refund window is over.
pub fn activates_at(terms: &Referral, zone: &Zone, paid_at: Timestamp) -> Timestamp {
    zone.plus_days(paid_at, terms.pending_days.into())
}

/// What has become of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The first instant at which it no longer counts.
    pub expires_at: Timestamp,
    /// When the friend joined.
    #[serde(default)]
    pub joined_at: Option<Timestamp>,
    /// When the rewards become active, once the friend has bought.
    #[serde(default)]
    pub rewards_at: Option<Timestamp>,
    /// Why it does not count.
    #[serde(default)]
    pub refused: Option<Refusal>,
}

/// How far an invited friend is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Followed the invitation.
    Invited,
    /// Joined.
    Joined,
    /// Bought; the rewards are pending.
    Bought,
    /// The rewards are active.
    Rewarded,
    /// Does not count.
    Refused(Refusal),
}

/// How far a friend is at `now`. What time alone changes needs no writing: rewards that have become
/// active, and a claim that ended before the friend bought.
pub fn state(claim: &Claim, now: Timestamp) -> State {
    match (claim.refused, claim.rewards_at) {
        (Some(refusal), _) => State::Refused(refusal),
        (None, Some(at)) if at <= now => State::Rewarded,
        (None, Some(_)) => State::Bought,
        (None, None) if claim.expires_at <= now => State::Refused(Refusal::Expired),
        (None, None) if claim.joined_at.is_some_and(|at| at <= now) => State::Joined,
        (None, None) => State::Invited,
    }
}

#[cfg(test)]
mod tests;
