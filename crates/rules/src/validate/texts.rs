//! Sentences of the widget in the club's own words.
//!
//! A key that no sentence has is sound as long as it looks like one: a widget of another age may have it, and ours passes
//! over it.

use super::Code;
use super::check::{Check, escaped, limits, listed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The widget's sentences in one language; the others have the same places to fill.
const BUILT_IN: &str = include_str!("../../../../www/locales/en.json");

/// What a locale file says about itself; browsers go by it.
const SETTINGS: [&str; 4] = ["lang", "intl", "digits", "dir"];

/// What a count adds to a key.
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

type Places = BTreeMap<String, BTreeSet<String>>;

/// The places that each sentence has to fill, in whichever form it is said.
static PLACES: LazyLock<Places> = LazyLock::new(|| {
    // The file is ours: the tests read it too.
    let sentences: BTreeMap<String, String> = serde_json::from_str(BUILT_IN).unwrap_or_default();
    let mut all = Places::new();
    for (key, sentence) in &sentences {
        let known = all.entry(stem(key).to_owned()).or_default();
        known.extend(named(sentence).map(ToOwned::to_owned));
    }
    all
});

/// A key without the form that a count adds.
fn stem(key: &str) -> &str {
    match key.rsplit_once('.') {
        Some((stem, form)) if FORMS.contains(&form) => stem,
        _ => key,
    }
}

/// The names of the places to fill in a sentence, as the widget reads them.
fn named(sentence: &str) -> impl Iterator<Item = &str> {
    let open = sentence.split('{').skip(1);
    open.filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// Whether a sentence could have this key.
fn is_key(key: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    let part = |part: &str| !part.is_empty() && part.bytes().all(plain);
    key.len() <= limits::ID && key.split('.').all(part) && !SETTINGS.contains(&key)
}

/// What a sentence of the widget is said with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The names of the places that are filled in.
    pub places: &'static BTreeSet<String>,
    /// The plural form that it is for, where it tells a number.
    pub form: Option<&'static str>,
}

/// What the sentence under a key is said with; no places for a key that is not known.
pub fn places(key: &str) -> Spoken {
    static NONE: BTreeSet<String> = BTreeSet::new();
    let places = PLACES.get(stem(key)).unwrap_or(&NONE);
    let form = key.rsplit_once('.').map(|(_, form)| form);
    let form = FORMS.into_iter().find(|known| Some(*known) == form);
    Spoken {
        places,
        form: form.filter(|_| places.contains("n")),
    }
}

impl Check<'_> {
    pub(super) fn texts(&mut self) {
        let program = self.program;
        let mut length = 0_usize;
        for (language, sentences) in &program.texts.0 {
            let at = format!("/texts/{}", escaped(language));
            if !program.languages.contains(language) {
                let detail = format!(
                    "“{language}” is not among the program's languages; add it there, or remove this."
                );
                self.fault(&at, Code::UnknownLanguage, detail);
            }
            if !self.length(sentences.0.len(), limits::MANY, &at) {
                continue;
            }
            for (key, sentence) in &sentences.0 {
                length = length.saturating_add(sentence.chars().count());
                self.sentence(key, sentence, &format!("{at}/{}", escaped(key)));
            }
        }
        if length > limits::SENTENCES {
            let most = limits::SENTENCES;
            let detail = format!(
                "These sentences have {length} characters together; {most} at most. Shorten or remove some."
            );
            self.fault("/texts", Code::TooLong, detail);
        }
    }

    fn sentence(&mut self, key: &str, sentence: &str, at: &str) {
        self.must(
            is_key(key),
            at,
            Code::BadKey,
            "Write the key of a sentence of the widget, like “hello”, or remove this.",
        );
        self.said(sentence, limits::SENTENCE, at);
        self.must(
            !sentence.chars().any(char::is_control),
            at,
            Code::ControlCharacter,
            "Remove line ends, tabs and other characters that nobody sees.",
        );
        let Some(known) = PLACES.get(stem(key)) else {
            return;
        };
        for place in named(sentence).filter(|place| !known.contains(*place)) {
            let detail = if known.is_empty() {
                format!("Nothing is filled in here: remove “{{{place}}}”.")
            } else {
                let all: Vec<String> = known.iter().map(|one| format!("{{{one}}}")).collect();
                let all = listed(all.iter().map(String::as_str));
                format!("“{{{place}}}” is not filled in here; there are {all}.")
            };
            self.fault(at, Code::UnknownPlaceholder, detail);
        }
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
    fn every_locale_has_such_keys_and_these_places() {
        let files = [
            BUILT_IN,
            include_str!("../../../../www/locales/fa.json"),
            include_str!("../../../../www/locales/ar.json"),
        ];
        for file in files {
            let sentences: BTreeMap<String, String> = serde_json::from_str(file).unwrap();
            let mut all = Places::new();
            for (key, sentence) in &sentences {
                assert!(is_key(key) || SETTINGS.contains(&key.as_str()), "{key}");
                assert!(sentence.chars().count() <= limits::SENTENCE, "{key}");
                let known = all.entry(stem(key).to_owned()).or_default();
                known.extend(named(sentence).map(ToOwned::to_owned));
            }
            let wrong: Vec<_> = all
                .iter()
                .filter(|(key, places)| PLACES.get(*key) != Some(places))
                .collect();
            assert!(wrong.is_empty(), "{wrong:?}");
            assert!(all.len() > 300);
        }
    }
}
