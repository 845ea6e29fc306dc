#![allow(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod clubs;
mod samples;
mod variants;

use super::*;
use crate::samples::{program, reward, text, tier as level};
use std::collections::{BTreeMap, BTreeSet};

const LOCALES: [(&str, &str); 2] = [
    (
        "fa",
        include_str!("../../../../www/locales/explain/fa.json"),
    ),
    (
        "en",
        include_str!("../../../../www/locales/explain/en.json"),
    ),
];

/// What a language itself needs to write numbers, dates and lists; `words` uses these.
const GRAMMAR: [&str; 9] = [
    "lang", "dir", "calendar", "number.", "list.", "date.", "months.", "money.", "unit.",
];

type Sentences = BTreeMap<String, String>;

fn sentences(json: &str) -> Sentences {
    serde_json::from_str(json).unwrap()
}

/// Whether a key belongs to the language and not to a message.
fn grammar(key: &str) -> bool {
    let part = |known: &&str| *known == key || (known.ends_with('.') && key.starts_with(*known));
    GRAMMAR.iter().any(part)
}

/// The key without its plural form.
fn bare(key: &str) -> &str {
    let without = |form| key.strip_suffix(form);
    without(".one").or_else(|| without(".other")).unwrap_or(key)
}

/// The keys that messages have, without plural forms.
fn keys(sentences: &Sentences) -> BTreeSet<&str> {
    let others = |key: &&str| !grammar(key);
    let plural = |key: &str| sentences.contains_key(&[bare(key), ".other"].concat());
    let named = |key| {
        if plural(key) && key != "entry.other" {
            bare(key)
        } else {
            key
        }
    };
    sentences
        .keys()
        .map(|key| named(key))
        .filter(others)
        .collect()
}

/// The places of a sentence.
fn places(sentence: &str) -> BTreeSet<&str> {
    let parts = sentence.split('{').skip(1);
    parts.map(|part| part.split_once('}').unwrap().0).collect()
}

/// The message and all that is in it.
fn spread<'a>(message: &'a Message, all: &mut Vec<&'a Message>) {
    all.push(message);
    for (_, value) in &message.values {
        if let Value::List(items) | Value::Notes(items) = value {
            items.iter().for_each(|item| spread(item, all));
        }
    }
}

/// Everything that can be said: reasons of every kind, and how clubs of every kind work.
fn everything() -> Vec<Message> {
    let program = program();
    let mut all = samples::answers();
    for (code, _) in ENTRIES {
        all.push(entry(&program, code, None));
        all.push(entry(&program, code, Some("A-1")));
    }
    all.push(entry(&program, "sneezed", Some("A-1")));
    for club in clubs::clubs() {
        for section in how_it_works(&club) {
            all.push(section.heading);
            all.extend(section.lines);
        }
    }
    all
}

#[test]
fn every_key_that_can_be_said_has_a_sentence_and_no_sentence_is_left_over() {
    let all = everything();
    let mut messages = Vec::new();
    all.iter()
        .for_each(|message| spread(message, &mut messages));
    let said: BTreeSet<&str> = messages.iter().map(|m| m.key.as_str()).collect();
    for (language, json) in LOCALES {
        let sentences = sentences(json);
        let there = keys(&sentences);
        let missing: Vec<_> = said.difference(&there).collect();
        assert!(missing.is_empty(), "{language} has no {missing:?}");
        let unused: Vec<_> = there.difference(&said).collect();
        assert!(unused.is_empty(), "{language} has unused {unused:?}");
    }
}

#[test]
fn every_sentence_names_exactly_what_its_message_brings() {
    let all = everything();
    let mut messages = Vec::new();
    all.iter()
        .for_each(|message| spread(message, &mut messages));
    for (language, json) in LOCALES {
        let sentences = sentences(json);
        for message in &messages {
            let brought: BTreeSet<&str> = message.values.iter().map(|(name, _)| *name).collect();
            let plural = |form: &str| sentences.get(&[message.key.as_str(), form].concat());
            let other = plural(".other")
                .or_else(|| sentences.get(&message.key))
                .unwrap();
            assert_eq!(places(other), brought, "{} in {language}", message.key);
            // “One friend” need not say its number again.
            let one = plural(".one").map(|one| places(one));
            assert!(
                one.is_none_or(|one| one.is_subset(&brought)),
                "{}.one in {language}",
                message.key
            );
        }
    }
}

#[test]
fn both_languages_have_the_same_sentences() {
    let [fa, en] = LOCALES.map(|(_, json)| sentences(json));
    let bare = |sentences: &Sentences| -> BTreeSet<String> {
        sentences.keys().map(|key| bare(key).to_owned()).collect()
    };
    assert_eq!(bare(&fa), bare(&en));
    for (key, sentence) in &fa {
        assert_eq!(places(sentence), places(&en[key]), "{key}");
    }
    for (language, json) in LOCALES {
        for (key, sentence) in sentences(json) {
            assert!(!sentence.trim().is_empty(), "{key} in {language} is empty");
            let straight = sentence.contains('"') || sentence.contains('\'');
            assert!(!straight, "{key} in {language} has straight quotes");
        }
    }
}

#[test]
fn persian_is_written_with_persian_letters_digits_and_half_spaces() {
    for (key, sentence) in sentences(LOCALES[0].1) {
        let foreign = |c: char| "يكىة%?;,0123456789“”".contains(c);
        let found: Vec<char> = sentence.chars().filter(|c| foreign(*c)).collect();
        assert!(found.is_empty(), "{key} has {found:?}");
        for apart in ["می ", "نمی "] {
            assert!(
                !sentence.split_inclusive(' ').any(|word| word == apart),
                "{key} has a space after “{apart}”"
            );
        }
        assert!(!sentence.contains(" ها "), "{key} has a plural apart");
    }
}

/// Keys that the code writes down: every one must be a sentence, though no sample came by it.
#[test]
fn every_key_that_is_written_in_the_code_has_a_sentence() {
    let sentences = sentences(LOCALES[0].1);
    let sources = [
        include_str!("how.rs"),
        include_str!("club.rs"),
        include_str!("phrases.rs"),
        include_str!("refusals.rs"),
    ];
    let mut count = 0;
    for key in sources
        .iter()
        .flat_map(|source| source.split('"').skip(1).step_by(2))
    {
        let letters = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
        if !key.contains('.') || !key.chars().all(letters) {
            continue;
        }
        count += 1;
        let plural = sentences.contains_key(&[key, ".other"].concat());
        assert!(
            plural || sentences.contains_key(key),
            "no sentence for {key}"
        );
    }
    assert!(count > 100, "the search works: {count}");
}

#[test]
fn names_come_from_the_program_and_ids_stand_in_for_what_it_has_not() {
    let mut program = program();
    program.tiers = Some(crate::samples::ladder(crate::program::Window::Lifetime));
    program.rewards = vec![reward("rwd_1", 10)];
    let needs = |id: &str| Reason::TierTooLow {
        needs: id.to_owned(),
    };
    let value = |message: Message| message.values[0].1.clone();
    assert_eq!(
        value(reason(&program, &needs("gold"))),
        Value::Words(text("gold"))
    );
    assert_eq!(
        value(reason(&program, &needs("lead"))),
        Value::Plain("lead".to_owned())
    );
    let took = |id| value(entry(&program, "redemption", Some(id)));
    assert_eq!(took("rwd_1"), Value::Words(text("rwd_1")));
    assert_eq!(took("rwd_2"), Value::Plain("rwd_2".to_owned()));
    let nameless = level("gold", 5);
    program.tiers.as_mut().unwrap().levels = vec![crate::program::Tier {
        name: Text::new(),
        ..nameless
    }];
    assert_eq!(
        value(reason(&program, &needs("gold"))),
        Value::Plain("gold".to_owned())
    );
}

#[test]
fn a_club_is_told_only_what_it_has() {
    let headings = |program: &Program| -> Vec<String> {
        let sections = how_it_works(program).into_iter();
        sections.map(|section| section.heading.key).collect()
    };
    assert_eq!(headings(&Program::default()), ["how.questions"]);
    let points = [
        "how.earning",
        "how.pending",
        "how.expiry",
        "how.refunds",
        "how.questions",
    ];
    assert_eq!(headings(&program()), points);
    assert_eq!(
        headings(&clubs::spending()),
        ["how.cashback", "how.refunds", "how.tiers", "how.questions"]
    );
}

#[test]
fn a_club_without_points_never_speaks_of_them() {
    for section in how_it_works(&clubs::spending()) {
        for line in section.lines {
            for (language, json) in LOCALES {
                let sentences = sentences(json);
                let sentence = &sentences[&line.key];
                let word = if language == "fa" {
                    "امتیاز"
                } else {
                    "oint"
                };
                assert!(!sentence.contains(word), "{}: {sentence}", line.key);
            }
        }
    }
}
