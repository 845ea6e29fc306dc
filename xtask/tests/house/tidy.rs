//! Files of one thought, nothing left for later, nothing of one machine.

use crate::sources::sources;

/// Longer than this, a file has a second thought.
const LINES_MAX: usize = 500;

const CODE: [&str; 9] = [
    ".rs", ".ts", ".mjs", ".js", ".css", ".html", ".sql", ".md", ".toml",
];

#[test]
fn a_file_is_one_thought() {
    for source in sources(&[], &CODE) {
        let lines = source.text.lines().count();
        assert!(
            lines <= LINES_MAX,
            "{} has {lines} lines: look for its second thought",
            source.path
        );
    }
}

#[test]
fn nothing_is_left_for_later() {
    // In halves, so that this file does not find itself.
    let marks = [("TO", "DO"), ("FIX", "ME"), ("XX", "X")].map(|(a, b)| format!("{a}{b}"));
    for source in sources(&[], &CODE) {
        for (number, line) in (1..).zip(source.text.lines()) {
            for mark in &marks {
                assert!(
                    !line.contains(mark.as_str()),
                    "{}:{number} leaves {mark}",
                    source.path
                );
            }
        }
    }
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    let homes = ["root", "home", "Users", "work"].map(|folder| format!("/{folder}/"));
    for source in sources(&[], &[]) {
        for (number, line) in (1..).zip(source.text.lines()) {
            for home in &homes {
                let absolute = line.match_indices(home.as_str()).any(|(at, _)| {
                    line[..at]
                        .chars()
                        .next_back()
                        .is_none_or(|c| " \"'`=(:".contains(c))
                });
                assert!(
                    !absolute,
                    "{}:{number} names {home}: {}",
                    source.path,
                    line.trim()
                );
            }
        }
    }
}

#[test]
fn locks_of_npm_name_no_host() {
    for source in sources(&["www/", "pkg-tests/"], &["package-lock.json"]) {
        assert!(
            !source.text.contains("\"resolved\""),
            "{} names a registry",
            source.path
        );
    }
}

#[test]
fn names_say_what_a_file_is_about() {
    let empty = ["utils", "helpers", "common", "manager", "misc"];
    for source in sources(&[], &CODE) {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        let stem = name.split('.').next().unwrap_or_default();
        assert!(
            !empty.contains(&stem),
            "{} could be about anything",
            source.path
        );
    }
}
