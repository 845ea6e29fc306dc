//! `vafa explain`: how a program's club works, printed in plain words.

use crate::problem::{Error, Result, fault};
use crate::zone::zone;
use rules::explain::how_it_works;
use rules::words::{Locale, Words};
use rules::{Program, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// Letters in a line, at most; a longer word has a line of its own.
const WIDTH: usize = 78;

/// How the club works, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Told {
    /// The language's tag.
    pub language: String,
    /// The club's name.
    pub name: String,
    /// What there is to know, by its headings.
    pub sections: Vec<Section>,
}

/// One heading, and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// A sentence or two each.
    pub lines: Vec<String>,
}

/// How the club works, section by section. The program is a sound one.
///
/// # Errors
/// 422 when its zone is not known, 400 when there are no words in the language that is asked for.
pub fn tell(program: &Program, language: Option<&str>, now: Timestamp) -> Result<Told> {
    let zone = zone(&program.zone, now).ok_or_else(|| {
        let detail = "Name a zone of the IANA database, e.g. Asia/Tehran.";
        Error::validation(vec![fault("/zone", "unknown_zone", detail)])
    })?;
    let locale = match language {
        Some(asked) => Locale::of(asked).ok_or_else(|| {
            let known: Vec<&str> = Locale::languages().collect();
            Error::malformed(format!(
                "there are no words in “{asked}”; choose one of: {}",
                known.join(", ")
            ))
        })?,
        None => locale(program, None)?,
    };
    let words = Words::new(&locale, program, &zone);
    let sections = how_it_works(program).into_iter().map(|section| Section {
        heading: words.say(&section.heading),
        lines: section.lines.iter().map(|line| words.say(line)).collect(),
    });
    Ok(Told {
        language: locale.get("lang").unwrap_or_default().to_owned(),
        name: words.text(&program.name),
        sections: sections.collect(),
    })
}

/// The sentences of the language that is asked for, if it is spoken here; else of the program's first that is.
///
/// # Errors
/// When there are none at all.
pub fn locale(program: &Program, asked: Option<&str>) -> Result<Locale> {
    let own = program.languages.iter().map(String::as_str);
    let spoken = asked.into_iter().chain(own).find_map(Locale::of);
    spoken
        .or_else(|| Locale::languages().find_map(Locale::of))
        .ok_or_else(|| Error::internal("no locale was compiled in"))
}

/// How the club works, as text: headings, and a line for each thing to know. The program is a sound one.
///
/// # Errors
/// As [`tell`].
pub fn explain(program: &Program, language: Option<&str>, now: Timestamp) -> Result<String> {
    let told = tell(program, language, now)?;
    let mut text = told.name;
    text.push('\n');
    for section in &told.sections {
        text.push('\n');
        text.push_str(&section.heading);
        text.push('\n');
        for line in &section.lines {
            wrap(line, &mut text);
        }
    }
    Ok(text)
}

/// A sentence behind a bullet, broken between words.
fn wrap(sentence: &str, text: &mut String) {
    text.push_str("  •");
    let mut used = 3;
    for word in sentence.split(' ') {
        let width = word.chars().count();
        if used > 4 && used + 1 + width > WIDTH {
            text.push_str("\n   ");
            used = 3;
        }
        text.push(' ');
        text.push_str(word);
        used += 1 + width;
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;
    use contract::shopper::EntryReason;
    use serde::Deserialize as _;
    use serde::de::value::{Error as Heard, StrDeserializer};

    fn demo() -> Program {
        crate::programs::read(include_str!("../../../demo/program.json")).unwrap()
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-22T00:00:00Z").unwrap()
    }

    #[test]
    fn the_demo_shops_club_is_told_in_its_first_language() {
        let text = explain(&demo(), None, now()).unwrap();
        assert!(text.starts_with("باشگاه چای‌خانهٔ بهار\n\nامتیاز گرفتن\n"));
        assert!(text.contains("  • با هر ۱٬۰۰۰ تومان خرید، ۱ امتیاز می‌گیری.\n"));
        assert!(!text.contains('{'));
    }

    #[test]
    fn the_demo_shops_club_is_told_in_english() {
        let text = explain(&demo(), Some("en-GB"), now()).unwrap();
        assert!(text.starts_with("Bahar Tea House Club\n\nEarning points\n"));
        assert!(text.contains("  • For every 1,000 Toman you spend, you get 1 point.\n"));
        assert!(text.contains("  • “50,000 Toman off” for 1,000 points; on orders of at least"));
        assert!(!text.contains('{'));
    }

    #[test]
    fn lines_are_broken_between_words() {
        let text = explain(&demo(), Some("en"), now()).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(text.lines().any(|line| line.starts_with("    ")));
        let mut one = String::new();
        let long = "x".repeat(100);
        wrap(&format!("{long} and {long}"), &mut one);
        assert_eq!(one, format!("  • {long}\n    and\n    {long}\n"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let mut program = demo();
        program.zone = "Asia/Teheran".to_owned();
        let error = explain(&program, None, now()).unwrap_err();
        assert!(error.to_string().contains("/zone unknown_zone"), "{error}");
        let error = explain(&demo(), Some("de"), now()).unwrap_err();
        assert!(error.to_string().contains("“de”"));
    }

    #[test]
    fn every_entry_has_its_own_words() {
        let asked = EntryReason::deserialize(StrDeserializer::<Heard>::new("?"));
        let told = asked.unwrap_err().to_string();
        let codes: Vec<&str> = told.split('`').skip(3).step_by(2).collect();
        assert!(codes.len() > 10 && codes.contains(&"purchase"), "{told}");
        for code in codes {
            let message = rules::explain::entry(&demo(), code, None);
            assert_eq!(message.key, ["entry.", code].concat());
        }
    }
}
