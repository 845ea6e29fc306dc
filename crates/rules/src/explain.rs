//! Every reason, entry and notice as a message, and how the club works in plain words.
//!
//! There is no sentence here: a [`Message`] is a key of the locale files in `www/locales/explain` and
//! the values that its sentence names. Whoever shows it has the sentences: the host with `words`, a
//! page with its own numbers and dates.

mod club;
mod how;
mod phrases;
mod refusals;

pub use how::{Section, how_it_works};
pub use refusals::{
    activity_refusal, brings, churn, complaint_refusal, notice, offer, referral_refusal, verdict,
};

use crate::program::Text;
use crate::rewards::Reason;
use crate::{Bp, Money, Points, Program, Timestamp};
use serde::Serialize;

/// What is to be said: a key of the locale files, and what its sentence names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Key of the sentence. A sentence with plural forms stands under `key.one` and `key.other`.
    pub key: String,
    /// The sentence's places by name. The first one that can be counted chooses the plural form.
    pub values: Vec<(&'static str, Value)>,
}

/// What stands in a place of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A plain number.
    Number(i64),
    /// So many points.
    Points(Points),
    /// A sum in the program's currency.
    Money(Money),
    /// The day of an instant.
    At(Timestamp),
    /// The last day before an instant: an end that is midnight belongs to the day before.
    Until(Timestamp),
    /// So many hours.
    Hours(u32),
    /// So many days.
    Days(u32),
    /// So many days, in quarters of a day.
    QuarterDays(i64),
    /// So many months.
    Months(u32),
    /// So many times.
    Times(u32),
    /// So many orders.
    Orders(i64),
    /// A part: 10,000 is all of it.
    Percent(Bp),
    /// A number of times as much: 15,000 is 1.5 times.
    Multiplier(Bp),
    /// The merchant's own words.
    Words(Text),
    /// An id or name that has no translation.
    Plain(String),
    /// Phrases that belong together: a, b and c.
    List(Vec<Message>),
    /// Phrases that each say something of their own: a; b; c.
    Notes(Vec<Message>),
}

impl Message {
    /// A message with nothing to fill in.
    pub fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            values: Vec::new(),
        }
    }

    /// With a place of the sentence filled.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.values.push((name, value));
        self
    }

    /// A key made of a family and the type's own code.
    fn coded(family: &str, code: &str) -> Self {
        Self {
            key: [family, ".", code].concat(),
            values: Vec::new(),
        }
    }

    /// The same message in another form, told apart by the key's end.
    fn form(mut self, form: &str) -> Self {
        self.key.push('.');
        self.key.push_str(form);
        self
    }
}

/// Why a reward cannot be taken.
pub fn reason(program: &Program, reason: &Reason) -> Message {
    let message = Message::coded("reason", reason.code());
    match reason {
        Reason::NotEnoughPoints { missing } => message.with("points", Value::Points(*missing)),
        Reason::OnlyPending { activates_at } => message.with("date", Value::At(*activates_at)),
        Reason::TierTooLow { needs } => message.with("tier", tier(program, needs)),
        Reason::BelowMinimumOrder { missing } => message.with("money", Value::Money(*missing)),
        Reason::NotStarted { at } => message.with("date", Value::At(*at)),
        Reason::Ended { at } => message.with("date", Value::Until(*at)),
        Reason::LimitReached {
            resets_at: Some(at),
        } => message.form("again").with("date", Value::At(*at)),
        Reason::ConsentNeeded { consent } => message.with("consent", Value::Plain(consent.clone())),
        Reason::LimitReached { resets_at: None }
        | Reason::MembersOnly
        | Reason::NotInSegment
        | Reason::ExcludedProducts
        | Reason::SoldOut
        | Reason::AlreadyHeld
        | Reason::Blocked => message,
    }
}

/// Why points changed: by the entry's code on the wire and, where it says more, what it came from: an
/// order's id, or a reward's. A code that is not known here is a change like any other.
pub fn entry(program: &Program, code: &str, source: Option<&str>) -> Message {
    let known = ENTRIES.iter().find(|(known, _)| *known == code);
    let (code, of) = known.copied().unwrap_or(("other", Of::Nothing));
    let message = Message::coded("entry", code);
    let Some(source) = source else {
        return message;
    };
    match of {
        Of::Nothing => message,
        Of::Order => message
            .form("of")
            .with("order", Value::Plain(source.to_owned())),
        Of::Reward => message.form("of").with("reward", reward(program, source)),
    }
}

/// What an entry's source is.
#[derive(Clone, Copy)]
enum Of {
    Nothing,
    Order,
    Reward,
}

/// The codes of entries, each with what its source is.
const ENTRIES: [(&str, Of); 15] = [
    ("purchase", Of::Order),
    ("refund", Of::Order),
    ("joined", Of::Nothing),
    ("first_purchase", Of::Nothing),
    ("survey", Of::Nothing),
    ("referral_advocate", Of::Nothing),
    ("referral_friend", Of::Nothing),
    ("redemption", Of::Reward),
    ("redemption_returned", Of::Reward),
    ("expired", Of::Nothing),
    ("adjustment", Of::Nothing),
    ("activity", Of::Nothing),
    ("tier_entry", Of::Nothing),
    ("offer", Of::Nothing),
    ("wallet_spent", Of::Nothing),
];

/// A tier by its name; by its id where the program has no such tier.
fn tier(program: &Program, id: &str) -> Value {
    let levels = program.tiers.iter().flat_map(|ladder| &ladder.levels);
    named(id, levels.map(|level| (&level.id, &level.name)))
}

/// A reward by its title; by its id where the program has no such reward.
fn reward(program: &Program, id: &str) -> Value {
    named(id, program.rewards.iter().map(|r| (&r.id, &r.title)))
}

fn named<'a>(id: &str, mut all: impl Iterator<Item = (&'a String, &'a Text)>) -> Value {
    let found = all.find(|(known, text)| *known == id && !text.is_empty());
    found.map_or_else(
        || Value::Plain(id.to_owned()),
        |(_, text)| Value::Words(text.clone()),
    )
}

#[cfg(test)]
mod tests;
