//! What a secret key may do: a shop gives each of its servers a key for its own work.

use crate::problem::{Error, Result, fault};
use serde::Serialize;
use std::fmt;

/// One kind of work of a shop's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Members and adjustments of their points.
    Members,
    /// Orders and refunds.
    Orders,
    /// Checking, using and releasing coupons.
    Coupons,
    /// Drafts and versions of programs.
    Programs,
    /// Endpoints that get the club's events.
    Webhooks,
    /// Figures.
    Insights,
    /// Exports and imports.
    Exports,
    /// Reading and answering complaints.
    Complaints,
}

/// All scopes, in the order in which they are written.
pub const SCOPES: [Scope; 8] = [
    Scope::Members,
    Scope::Orders,
    Scope::Coupons,
    Scope::Programs,
    Scope::Webhooks,
    Scope::Insights,
    Scope::Exports,
    Scope::Complaints,
];

impl Scope {
    /// The word for it, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Orders => "orders",
            Self::Coupons => "coupons",
            Self::Programs => "programs",
            Self::Webhooks => "webhooks",
            Self::Insights => "insights",
            Self::Exports => "exports",
            Self::Complaints => "complaints",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// A set of scopes. `*` is all of them, those to come included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes {
    all: bool,
    bits: u16,
}

impl Scopes {
    /// `*`.
    pub const ALL: Self = Self { all: true, bits: 0 };

    /// These scopes.
    #[must_use]
    pub fn of(scopes: &[Scope]) -> Self {
        let bits = scopes.iter().fold(0, |bits, scope| bits | scope.bit());
        Self { all: false, bits }
    }

    /// Reads words parted by spaces or commas; `*` among them is all.
    ///
    /// # Errors
    /// 422 at `/scopes` for a word that is none, or when there is no word.
    pub fn read(text: &str) -> Result<Self> {
        let mut scopes = Self::of(&[]);
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        for word in words {
            if word == "*" {
                scopes.all = true;
                continue;
            }
            let scope = SCOPES.iter().find(|scope| scope.name() == word);
            let scope = scope.ok_or_else(|| unknown(word))?;
            scopes.bits |= scope.bit();
        }
        if scopes.all {
            return Ok(Self::ALL);
        }
        if scopes.bits == 0 {
            return Err(Error::validation(vec![fault(
                "/scopes",
                "empty",
                "Name what the key may do, or * for everything.",
            )]));
        }
        Ok(scopes)
    }

    /// Whether this scope is among them.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.all || self.bits & scope.bit() != 0
    }
}

fn unknown(word: &str) -> Error {
    let known: Vec<&str> = SCOPES.iter().map(|scope| scope.name()).collect();
    let detail = format!("{word} is no scope; there are {} and *.", known.join(", "));
    Error::validation(vec![fault("/scopes", "unknown_scope", detail)])
}

impl fmt::Display for Scopes {
    /// As [`Scopes::read`] reads it and the table holds it: words parted by a space, or `*`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all {
            return f.write_str("*");
        }
        let words: Vec<&str> = SCOPES
            .iter()
            .filter(|scope| self.has(**scope))
            .map(|scope| scope.name())
            .collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;

    #[test]
    fn a_set_is_read_as_it_is_written() {
        for scope in SCOPES {
            let only = Scopes::of(&[scope]);
            assert_eq!(Scopes::read(&only.to_string()).unwrap(), only);
            for other in SCOPES {
                assert_eq!(only.has(other), scope == other);
            }
            assert!(Scopes::ALL.has(scope));
        }
        assert_eq!(
            Scopes::read("coupons,orders").unwrap().to_string(),
            "orders coupons"
        );
        assert_eq!(Scopes::read("orders *").unwrap(), Scopes::ALL);
        assert_eq!(Scopes::ALL.to_string(), "*");
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for (text, code) in [("", "empty"), (" ,", "empty"), ("order", "unknown_scope")] {
            let error = Scopes::read(text).unwrap_err();
            assert_eq!(error.faults()[0].code, code, "{text}");
        }
    }
}
