//! Everything that keeps a document from being published, in the language of whoever writes it.
//!
//! In English a sentence names the numbers and names of the very place. In Persian it says what is wrong in general;
//! the pointer and the code, which are the same in every language, lead to the place.

use crate::problem::{Error, Result};
use crate::programs::{beyond, other_id, told};
use contract::problem::Fault;
use rules::{Program, Timestamp, document};

/// The languages of the sentences; the first is the one to fall back to.
pub const LANGUAGES: [&str; 2] = ["en", "fa"];

/// A language of the sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Persian.
    Persian,
}

impl Language {
    /// The language of a BCP 47 tag, with or without a region; English when none is asked for.
    ///
    /// # Errors
    /// 400 for a language without sentences.
    pub fn of(tag: Option<&str>) -> Result<Self> {
        let base = tag.map(|tag| tag.split('-').next().unwrap_or_default().to_lowercase());
        match base.as_deref() {
            None | Some("en") => Ok(Self::English),
            Some("fa") => Ok(Self::Persian),
            Some(_) => Err(Error::malformed(format!(
                "There are no words in that language; choose one of: {}.",
                LANGUAGES.join(", ")
            ))),
        }
    }
}

/// Every fault of a document that is to be a version of the program `id`; none means that it may be published.
#[must_use]
pub fn of(document: &str, id: &str, now: Timestamp, language: Language) -> Vec<Fault> {
    let mut faults: Vec<Fault> = match read(document) {
        Ok(program) => {
            let mut faults = beyond(&program, now);
            faults.extend(other_id(&program, id));
            faults
        }
        Err(faults) => faults,
    };
    if language == Language::Persian {
        for fault in &mut faults {
            if let Some(sentence) = document::fa::sentence(&fault.code) {
                sentence.clone_into(&mut fault.detail);
            }
        }
    }
    faults
}

fn read(document: &str) -> Result<Program, Vec<Fault>> {
    document::read(document).map_err(|faults| faults.into_iter().map(told).collect())
}
