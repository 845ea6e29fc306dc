//! The studio's words: each in every language, with the same places to fill, and each said somewhere.

use crate::sources::{sources, top};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const LOCALES: &str = "crates/studio/locales";
/// What a count adds to a key.
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

fn locales() -> BTreeMap<String, BTreeMap<String, String>> {
    let files = fs::read_dir(top().join(LOCALES)).unwrap();
    let read = files.map(|file| {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(path).unwrap();
        (name, serde_json::from_str(&text).unwrap())
    });
    read.collect()
}

/// The key that the code names: that of a count without its form.
fn named(key: &str) -> &str {
    match key.rsplit_once('.') {
        Some((stem, form)) if FORMS.contains(&form) => stem,
        _ => key,
    }
}

/// The names of the places to fill.
fn places(sentence: &str) -> BTreeSet<&str> {
    let open = sentence.split('{').skip(1);
    open.filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// What stands between quotation marks and looks like a key.
fn literals(text: &str) -> BTreeSet<&str> {
    let part = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
    let key = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(part)
            && !text.ends_with('.')
    };
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split(['"', '\'']).skip(1).step_by(2))
        .filter(|text| key(text))
        .collect()
}

#[test]
fn keys_are_found_in_code_and_their_forms_in_files() {
    let found = literals("say(\"login.send\"); // \"not.this\"\n// \"nor.this\"\nlet x = \"X.y\";");
    assert_eq!(found, BTreeSet::from(["login.send", "not.this"]));
    assert_eq!(named("inbox.more.one"), "inbox.more");
    assert_eq!(places("{n} of {all}"), BTreeSet::from(["all", "n"]));
}

#[test]
fn every_language_has_the_same_words_with_the_same_places() {
    let all = locales();
    let first = &all["fa"];
    assert!(all.len() > 1 && first.len() > 100);
    for (language, words) in &all {
        assert_eq!(&words["lang"], language);
        let missing: Vec<_> = first
            .keys()
            .filter(|key| !words.contains_key(*key))
            .collect();
        let more: Vec<_> = words
            .keys()
            .filter(|key| !first.contains_key(*key))
            .collect();
        assert!(missing.is_empty(), "{language} lacks {missing:?}");
        assert!(more.is_empty(), "{language} alone has {more:?}");
        for (key, sentence) in words {
            assert!(!sentence.trim().is_empty(), "{language}: {key} is empty");
            assert_eq!(places(sentence), places(&first[key]), "{language}: {key}");
        }
    }
}

#[test]
fn every_word_is_said_and_every_word_that_is_said_is_there() {
    let code = sources(
        &["crates/studio/src/", "crates/studio/pack.mjs"],
        &[".rs", ".mjs"],
    );
    let said: BTreeSet<&str> = code.iter().flat_map(|file| literals(&file.text)).collect();
    let all = locales();
    let known: BTreeSet<&str> = all["fa"].keys().map(|key| named(key)).collect();
    // What a locale file says of itself.
    let own = BTreeSet::from(["lang", "dir", "intl"]);
    for key in known.difference(&own) {
        assert!(said.contains(key), "nothing says {key}");
    }
    // A word without a dot may be anything; one with a dot is a key.
    let files = [
        ".rs", ".json", ".js", ".mjs", ".css", ".html", ".svg", ".wasm", ".php", ".py",
    ];
    let file = |text: &str| files.iter().any(|ending| text.ends_with(ending));
    for key in said.iter().filter(|key| key.contains('.') && !file(key)) {
        assert!(known.contains(key), "no language has {key}");
    }
}
