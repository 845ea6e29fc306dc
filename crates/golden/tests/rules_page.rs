//! The pages about the rules say what is so: their snippets are read, their examples are cases, their
//! sentences are those of the locale files.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

use rules::words::Locale;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const PAGES: [&str; 3] = ["rules.md", "measuring.md", "reasons.md"];

fn page(name: &str) -> String {
    std::fs::read_to_string(house().join("docs").join(name)).unwrap()
}

/// All pages, one after the other.
fn pages() -> String {
    PAGES.map(page).concat()
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let parts = text.split(start).skip(1);
    parts.map(|part| part.split(end).next().unwrap()).collect()
}

/// A sound program for snippets to be put into: with everything that they name.
fn around() -> Value {
    json!({
        "id": "club", "version": 1, "name": {"en": "Club"}, "languages": ["en"],
        "currency": {"code": "IRR", "display": "toman"}, "zone": "Asia/Tehran", "calendar": "jalali",
        "earning": {"purchase": {"id": "purchase", "points": 1, "per": 100_000}},
        "tiers": {"measure": "spend", "window": "lifetime", "levels": [
            {"id": "bronze", "name": {"en": "Bronze"}, "enter": 0},
            {"id": "gold", "name": {"en": "Gold"}, "enter": 60_000_000}
        ]}
    })
}

#[test]
fn every_snippet_is_part_of_a_sound_program() {
    let page = pages();
    let snippets = between(&page, "```json\n", "```");
    assert!(snippets.len() >= 15, "only {} snippets", snippets.len());
    for snippet in snippets {
        let said: Value =
            serde_json::from_str(snippet).unwrap_or_else(|error| panic!("{error} in {snippet}"));
        let mut program = around();
        let fields = program.as_object_mut().unwrap();
        fields.extend(said.as_object().unwrap().clone());
        if let Err(faults) = rules::document::read(&program.to_string()) {
            panic!("{faults:#?} in {snippet}");
        }
    }
}

#[test]
fn every_example_is_a_case() {
    let mut cases = BTreeSet::new();
    for file in std::fs::read_dir(house().join("crates/golden/cases")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let all: Vec<Value> = serde_json::from_str(&text).unwrap();
        cases.extend(
            all.iter()
                .map(|case| case["name"].as_str().unwrap().to_owned()),
        );
    }
    let page = pages();
    let mut count = 0;
    for paragraph in page.split("\n\n") {
        let Some((_, checked)) = paragraph.split_once("Checked by") else {
            continue;
        };
        for name in between(checked, "“", "”") {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(cases.contains(&name), "there is no case “{name}”");
            count += 1;
        }
    }
    assert!(count >= 50, "only {count} examples");
}

#[test]
fn every_section_has_a_checked_example() {
    let page = pages();
    let sections = page.split("\n## ").skip(1);
    for section in sections {
        let title = section.lines().next().unwrap();
        let checked = section.contains("Checked by “")
            || section.contains("Checked by\n“")
            || section.contains("<!-- sentences: ");
        assert!(checked, "“{title}” has no example");
    }
}

#[test]
fn every_sentence_stands_in_its_table() {
    let page = pages();
    let (fa, en) = (Locale::of("fa").unwrap(), Locale::of("en").unwrap());
    let mut told = BTreeSet::new();
    for table in between(&page, "<!-- sentences: ", "<!-- end -->") {
        let (family, table) = table.split_once(" -->\n").unwrap();
        let mut expected = String::from("| code | English | Persian |\n| --- | --- | --- |\n");
        for key in en.keys() {
            let Some(code) = key.strip_prefix(family).and_then(|k| k.strip_prefix('.')) else {
                continue;
            };
            let [en, fa] = [&en, &fa].map(|locale| locale.get(key).unwrap());
            expected.push_str(&format!("| `{code}` | {en} | {fa} |\n"));
        }
        assert_eq!(
            table, expected,
            "put this table under {family}:\n{expected}"
        );
        told.insert(family.to_owned());
    }
    let families = [
        "churn",
        "complaint",
        "earning",
        "entry",
        "notice",
        "offer",
        "reason",
        "referral",
        "survey",
    ];
    assert_eq!(told, families.map(str::to_owned).into());
}

/// The anchors of a page's headings.
fn anchors(page: &str) -> BTreeSet<String> {
    let titles = page.lines().filter(|line| line.starts_with('#'));
    titles
        .map(|line| line.trim_start_matches('#').trim_start())
        .map(|title| title.to_lowercase().replace(' ', "-"))
        .collect()
}

#[test]
fn every_link_leads_to_a_heading_or_a_page() {
    let mut count = 0;
    for name in PAGES {
        let page = page(name);
        let anchors = anchors(&page);
        for link in between(&page, "](", ")") {
            count += 1;
            match link.strip_prefix('#') {
                Some(anchor) => assert!(anchors.contains(anchor), "{name} has no #{anchor}"),
                None => assert!(PAGES.contains(&link), "{name} leads to {link}"),
            }
        }
    }
    assert!(count > 20);
}
