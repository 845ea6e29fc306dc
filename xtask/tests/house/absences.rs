//! What is nowhere to be found. Each absence carries a line that would break it, so that the
//! search itself is known to work.

use crate::sources::sources;

/// Words that must not occur in some part of the house.
struct Absence {
    places: &'static [&'static str],
    endings: &'static [&'static str],
    words: &'static [&'static str],
    /// Files that may, each for a reason given beside it.
    except: &'static [&'static str],
    /// A line that would break it.
    broken: &'static str,
}

impl Absence {
    fn check(&self) {
        assert!(
            self.offence(self.broken).is_some(),
            "the search does not find {:?}",
            self.broken
        );
        for source in sources(self.places, self.endings) {
            if self.except.contains(&source.path.as_str()) {
                continue;
            }
            for (number, line) in (1..).zip(source.text.lines()) {
                if let Some(word) = self.offence(line) {
                    panic!("{}:{number} has `{word}`: {}", source.path, line.trim());
                }
            }
        }
    }

    fn offence(&self, line: &str) -> Option<&str> {
        // Comments may speak of what the code does not do.
        let prose = ["//", "*", "/*", "--"];
        if prose.iter().any(|mark| line.trim_start().starts_with(mark)) {
            return None;
        }
        self.words.iter().copied().find(|word| has(line, word))
    }
}

/// Whether a line has the word, not as a part of a longer name.
fn has(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].ends_with(part_of_name) && word.starts_with(part_of_name);
        let after =
            line[at + word.len()..].starts_with(part_of_name) && word.ends_with(part_of_name);
        !before && !after
    })
}

#[test]
fn a_word_is_not_found_inside_another() {
    assert!(has("let x: f64 = 1.0;", "f64"));
    assert!(has("Utc::now()", "Utc::now"));
    assert!(!has("let half64 = 1;", "f64"));
    assert!(!has("Utc::nowhere()", "Utc::now"));
}

#[test]
fn the_rules_never_know_the_clock() {
    Absence {
        places: &["crates/rules/src/", "crates/contract/src/"],
        endings: &[".rs"],
        words: &[
            "SystemTime",
            "Instant::now",
            "Utc::now",
            "Local::now",
            "Date::now",
        ],
        except: &[],
        broken: "let now = std::time::SystemTime::now();",
    }
    .check();
}

#[test]
fn the_rules_hold_no_float_for_points_or_money() {
    Absence {
        places: &["crates/rules/src/", "crates/contract/src/"],
        endings: &[".rs"],
        words: &["f32", "f64"],
        // Shares, means and intervals of scores, indicators and experiments: neither points nor money. And a test's
        // deserialiser, which has to name every type.
        except: &[
            "crates/contract/src/insights.rs",
            "crates/rules/src/scores.rs",
            "crates/rules/src/scores/tests.rs",
            "crates/rules/src/experiments.rs",
            "crates/rules/src/experiments/tests.rs",
            "crates/rules/src/explain/tests/variants.rs",
        ],
        broken: "pub fn worth(points: f64) -> Money {",
    }
    .check();
}

#[test]
fn the_wire_has_no_tagged_or_flattened_types() {
    // They pull a buffering deserialiser into the shopper's download.
    Absence {
        places: &["crates/rules/src/", "crates/contract/src/"],
        endings: &[".rs"],
        words: &[
            "serde(tag",
            "serde(flatten",
            "serde(untagged",
            ", tag =",
            ", flatten",
        ],
        except: &[],
        broken: "#[serde(tag = \"type\")]",
    }
    .check();
}

#[test]
fn no_markup_is_made_from_text_in_a_page() {
    Absence {
        places: &["src/", "www/", "crates/studio/"],
        endings: &[".rs", ".ts", ".mjs", ".js"],
        words: &[
            "inner_html",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "set_inner_html",
            "document.write",
            "eval(",
            "new Function",
        ],
        except: &[],
        broken: "view! { <div inner_html=text /> }",
    }
    .check();
}

#[test]
fn no_cookie_is_written_or_read_by_a_page() {
    Absence {
        places: &["src/", "www/", "crates/studio/"],
        endings: &[".rs", ".ts"],
        words: &["document.cookie", "cookieStore"],
        except: &[],
        broken: "document.cookie = 'vafa=1';",
    }
    .check();
}

#[test]
fn no_test_is_switched_off() {
    Absence {
        places: &[],
        endings: &[".rs", ".ts", ".mjs", ".js"],
        words: &[
            "#[ignore",
            "test.only(",
            "describe.only(",
            "it.only(",
            "test.skip(",
        ],
        // This list.
        except: &["xtask/tests/house/absences.rs"],
        broken: "#[ignore = \"flaky\"]",
    }
    .check();
}

#[test]
fn the_server_has_one_clock() {
    Absence {
        places: &["crates/api/src/"],
        endings: &[".rs"],
        words: &["SystemTime", "Utc::now", "Local::now"],
        except: &["crates/api/src/clock.rs"],
        broken: "let now = chrono::Utc::now();",
    }
    .check();
}

#[test]
fn nothing_in_the_ledger_is_changed_or_removed() {
    // The database refuses it by triggers; this says so before it runs.
    Absence {
        places: &["crates/api/src/", "crates/api/migrations/"],
        endings: &[".rs", ".sql"],
        words: &[
            "UPDATE entries",
            "DELETE FROM entries",
            "UPDATE transactions",
            "DELETE FROM transactions",
            "UPDATE takings",
            "DELETE FROM takings",
        ],
        except: &[],
        broken: "sqlx::query(\"DELETE FROM entries WHERE member = $1\")",
    }
    .check();
}
