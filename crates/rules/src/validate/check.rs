//! What every part of a program is checked with.

use super::{Code, Fault};
use crate::program::{Period, Text};
use crate::{Bp, Program, Timestamp};
use std::collections::BTreeSet;

/// How large a program and its parts may be.
pub mod limits {
    /// Most points, or minor units of money, of anything: a browser counts whole numbers exactly so far.
    pub const AMOUNT: i64 = 1_000_000_000_000_000;
    /// Most characters of a text that shoppers read.
    pub const TEXT: usize = 1_000;
    /// Most characters of a name or an address.
    pub const NAME: usize = 200;
    /// Most characters of an id.
    pub const ID: usize = 64;
    /// Most characters of a sentence that the widget says in the club's own words.
    pub const SENTENCE: usize = 300;
    /// Most characters of all these sentences: every page with an open widget reads them.
    pub const SENTENCES: usize = 20_000;
    /// Most languages.
    pub const LANGUAGES: usize = 20;
    /// Most entries of a short list: tiers, plans, perks, brackets, arms.
    pub const FEW: usize = 50;
    /// Most entries of a long list: rewards, offers, surveys, products.
    pub const MANY: usize = 500;
    /// Most times that something is counted: orders, units, friends.
    pub const TIMES: i64 = 1_000_000;
    /// Most days of a wait or a notice.
    pub const DAYS: i64 = 3_650;
    /// Most hours: a year.
    pub const HOURS: i64 = 8_760;
    /// Most months: ten years.
    pub const MONTHS: i64 = 120;
    /// Most days that points may be pending.
    pub const PENDING_DAYS: i64 = 90;
    /// Largest multiplier: a hundred times, in basis points.
    pub const MULTIPLIER: i64 = 1_000_000;
}

/// A program on its way through the checks.
pub(super) struct Check<'a> {
    pub program: &'a Program,
    pub faults: Vec<Fault>,
}

impl<'a> Check<'a> {
    pub const fn new(program: &'a Program) -> Self {
        Self {
            program,
            faults: Vec::new(),
        }
    }

    pub fn fault(&mut self, at: &str, code: Code, detail: impl Into<String>) {
        self.faults.push(Fault {
            pointer: at.to_owned(),
            code: code.as_str().to_owned(),
            detail: detail.into(),
        });
    }

    pub fn must(&mut self, sound: bool, at: &str, code: Code, detail: &str) {
        if !sound {
            self.fault(at, code, detail);
        }
    }

    /// A number within its ends.
    pub fn range(&mut self, value: impl Into<i64>, least: i64, most: i64, at: &str) {
        let value = value.into();
        if value < least {
            let detail = format!("{value} must be at least {least}.");
            self.fault(at, Code::TooSmall, detail);
        } else if value > most {
            let detail = format!("{value} must be at most {most}.");
            self.fault(at, Code::TooLarge, detail);
        }
    }

    /// Points or money that are given, taken or asked for.
    pub fn amount(&mut self, value: i64, at: &str) {
        self.range(value, 1, limits::AMOUNT, at);
    }

    /// A list's length. Whether it is sensible: a list that is not is not looked into.
    pub fn length(&mut self, length: usize, most: usize, at: &str) -> bool {
        if length > most {
            let detail = format!("{length} entries are too many; {most} at most.");
            self.fault(at, Code::TooMany, detail);
        }
        length <= most
    }

    /// A name in the merchant's own words: there, and not a novel.
    pub fn name(&mut self, name: &str, at: &str) {
        self.said(name, limits::NAME, at);
    }

    /// Something to read: there, and not longer than this.
    pub fn said(&mut self, text: &str, most: usize, at: &str) {
        self.must(
            !text.trim().is_empty(),
            at,
            Code::Empty,
            "This must not be empty.",
        );
        self.short(text, most, at);
    }

    fn short(&mut self, text: &str, most: usize, at: &str) {
        let length = text.chars().count();
        if length > most {
            let detail = format!("{length} characters are too many; {most} at most.");
            self.fault(at, Code::TooLong, detail);
        }
    }

    /// A list of names: each there, and only once.
    pub fn names(&mut self, names: &[String], at: &str) {
        if !self.length(names.len(), limits::MANY, at) {
            return;
        }
        let mut seen = BTreeSet::new();
        for (index, name) in names.iter().enumerate() {
            let at = format!("{at}/{index}");
            self.name(name, &at);
            if !name.trim().is_empty() && !seen.insert(name) {
                self.twice(name, &at);
            }
        }
    }

    fn twice(&mut self, name: &str, at: &str) {
        let detail = format!("“{name}” is named before; remove it.");
        self.fault(at, Code::Duplicate, detail);
    }

    /// A short list in which nothing may be twice.
    pub fn once<T: PartialEq>(&mut self, all: &[T], at: impl Fn(usize) -> String) {
        for (index, value) in all.iter().enumerate() {
            if all.iter().take(index).any(|before| before == value) {
                let detail = "The same is there before; remove one of them.";
                self.fault(&at(index), Code::Duplicate, detail);
            }
        }
    }

    /// An id that is used in addresses and entries.
    pub fn id(&mut self, id: &str, at: &str) {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_.:".contains(&c);
        if id.trim().is_empty() {
            self.fault(at, Code::Empty, "This must not be empty.");
        } else if id.len() > limits::ID || !id.bytes().all(plain) {
            let detail = "Use 1 to 64 Latin letters, digits, “-”, “_”, “.” and “:”.";
            self.fault(at, Code::BadId, detail);
        }
    }

    /// The ids of a list: each sound, and only once. Whether the list is of a sensible length.
    pub fn ids<'s>(
        &mut self,
        list: &str,
        most: usize,
        ids: impl ExactSizeIterator<Item = &'s str>,
    ) -> bool {
        if !self.length(ids.len(), most, list) {
            return false;
        }
        let mut seen = BTreeSet::new();
        for (index, id) in ids.enumerate() {
            let at = format!("{list}/{index}/id");
            self.id(id, &at);
            if !id.trim().is_empty() && !seen.insert(id) {
                let detail = format!("The id “{id}” is used before; choose another.");
                self.fault(&at, Code::Duplicate, detail);
            }
        }
        true
    }

    /// An id that has to be among others; `what` they are, in the singular.
    pub fn known<'s>(
        &mut self,
        id: &str,
        among: impl Iterator<Item = &'s str> + Clone,
        code: Code,
        what: &str,
        at: &str,
    ) {
        if !among.clone().any(|known| known == id) {
            let known = listed(among);
            let detail = if known.is_empty() {
                format!("There is no {what} “{id}”, nor any other; add it, or remove this.")
            } else {
                format!("There is no {what} “{id}”; name one of these: {known}.")
            };
            self.fault(at, code, detail);
        }
    }

    /// A text that shoppers read: there in every language of the program, and in no other.
    pub fn text(&mut self, text: &Text, at: &str) {
        let languages = &self.program.languages;
        for language in languages.iter().take(limits::LANGUAGES) {
            let at = format!("{at}/{}", escaped(language));
            match text.get(language).filter(|words| !words.trim().is_empty()) {
                Some(words) => self.short(words, limits::TEXT, &at),
                None => {
                    let detail = format!("The words in “{language}” are missing; add them.");
                    self.fault(&at, Code::MissingLanguage, detail);
                }
            }
        }
        for language in text.keys().filter(|tag| !languages.contains(tag)) {
            let detail = format!(
                "“{language}” is not among the program's languages; add it there, or remove this."
            );
            self.fault(
                &format!("{at}/{}", escaped(language)),
                Code::UnknownLanguage,
                detail,
            );
        }
    }

    /// A text with a default may be absent, but not half there.
    pub fn text_or_default(&mut self, text: &Text, at: &str) {
        if !text.is_empty() {
            self.text(text, at);
        }
    }

    /// First and last instants, half-open: something has to be between them.
    pub fn times(&mut self, at: &str, starts: Option<Timestamp>, ends: Option<Timestamp>) {
        if let (Some(starts), Some(ends)) = (starts, ends) {
            self.must(
                starts < ends,
                &format!("{at}/ends_at"),
                Code::EndsBeforeStart,
                "This is not after `starts_at`; mend one of them.",
            );
        }
    }

    /// Most times for one member, and what they are counted over.
    pub fn per_member(&mut self, at: &str, most: Option<u32>, period: Period) {
        if let Some(most) = most {
            self.range(most, 1, limits::TIMES, &format!("{at}/per_member"));
        } else {
            self.must(
                period == Period::Lifetime,
                &format!("{at}/period"),
                Code::PeriodWithoutLimit,
                "Say in `per_member` how many times in this period, or remove the period.",
            );
        }
    }

    /// What may multiply purchase points; one time does nothing.
    pub fn multiplier(&mut self, multiplier: Bp, least: i64, at: &str) {
        self.range(multiplier.0, least, limits::MULTIPLIER, at);
        if multiplier != Bp::ONE {
            self.multiplies(at);
        }
    }

    /// Where points are multiplied, buying has to earn some.
    pub fn multiplies(&mut self, at: &str) {
        self.must(
            self.program.earning.purchase.is_some(),
            at,
            Code::NothingToMultiply,
            "Buying earns no points here; add `earning.purchase`, or remove this.",
        );
    }

    /// An address that a shopper may be led to.
    pub fn link(&mut self, link: &str, at: &str) {
        let path = link.starts_with('/') && !link.starts_with("//") && !link.contains('\\');
        let host = link.strip_prefix("https://").is_some_and(|rest| {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            !host.is_empty() && !host.contains(['@', '\\'])
        });
        let plain = !link.chars().any(|c| c.is_whitespace() || c.is_control());
        self.must(
            (path || host) && plain,
            at,
            Code::BadLink,
            "Write an address that begins with https://, or a path that begins with one “/”.",
        );
        self.short(link, limits::TEXT, at);
    }
}

/// Names for a sentence, not too many.
pub(crate) fn listed<'s>(mut names: impl Iterator<Item = &'s str>) -> String {
    let mut list = String::new();
    for name in names.by_ref().take(20) {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(name);
    }
    if names.next().is_some() {
        list.push_str(", …");
    }
    list
}

/// A key as a part of a JSON pointer.
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
