//! Counting tests in what their runners print.

use crate::run;
use anyhow::{Context as _, Result};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// A check that passed.
    pub(crate) const fn one_passed() -> Self {
        Self {
            passed: 1,
            failed: 0,
            skipped: 0,
        }
    }

    /// A check that failed.
    pub(crate) const fn one_failed() -> Self {
        Self {
            passed: 0,
            failed: 1,
            skipped: 0,
        }
    }

    /// A check that was passed over.
    pub(crate) const fn one_skipped() -> Self {
        Self {
            passed: 0,
            failed: 0,
            skipped: 1,
        }
    }

    /// Adds another's counts.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// `12 passed, 0 failed`, and what was skipped if anything was.
    pub(crate) fn line(self) -> String {
        let mut line = format!("{} passed, {} failed", self.passed, self.failed);
        if self.skipped > 0 {
            line.push_str(&format!(", {} skipped", self.skipped));
        }
        line
    }

    /// Takes in one line of a runner: cargo's `test result:`, or the closing lines of Node's.
    fn read(&mut self, line: &str) {
        if let Some((_, counts)) = line
            .split_once("test result: ")
            .and_then(|(_, l)| l.split_once(". "))
        {
            for count in counts.split(';') {
                let mut words = count.split_whitespace();
                let number = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
                match words.next() {
                    Some("passed") => self.passed += number,
                    Some("failed") => self.failed += number,
                    Some("ignored") => self.skipped += number,
                    _ => {}
                }
            }
            return;
        }
        let mut words = line.split_whitespace();
        if !matches!(words.next(), Some("#" | "ℹ")) {
            return;
        }
        let (what, number) = (
            words.next(),
            words.next().and_then(|word| word.parse().ok()),
        );
        let (Some(number), None) = (number, words.next()) else {
            return;
        };
        let number: u64 = number;
        match what {
            Some("pass") => self.passed += number,
            Some("fail" | "cancelled") => self.failed += number,
            Some("skipped" | "todo") => self.skipped += number,
            _ => {}
        }
    }
}

/// Runs a test runner, shows and logs what it prints (in `artefacts/logs/NAME.log`), adds its
/// counts to the tally, and says whether it ended well.
pub(crate) fn counted(command: &mut Command, name: &str, tally: &mut Tally) -> Result<bool> {
    let folder = run::at("artefacts/logs");
    fs::create_dir_all(&folder)?;
    let log = folder.join(format!("{name}.log"));
    let log = File::create(&log).with_context(|| format!("could not write {}", log.display()))?;
    let shared = Mutex::new((log, tally));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{}`", run::shown(command)))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|threads| {
        threads.spawn(|| out.map(|pipe| follow(pipe, &shared)));
        threads.spawn(|| err.map(|pipe| follow(pipe, &shared)));
    });
    Ok(child.wait()?.success())
}

fn follow(pipe: impl Read, shared: &Mutex<(File, &mut Tally)>) {
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Ok(mut shared) = shared.lock() {
            // A full disk must not end the tests: the terminal has the line too.
            let _ = writeln!(shared.0, "{line}");
            shared.1.read(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn read(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn cargo_counts_are_read() {
        let tally = read(&[
            "running 3 tests",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 9 filtered out; finished in 0.01s",
        ]);
        assert_eq!(
            tally,
            Tally {
                passed: 14,
                failed: 3,
                skipped: 1
            }
        );
        assert_eq!(tally.line(), "14 passed, 3 failed, 1 skipped");
    }

    #[test]
    fn node_counts_are_read_in_both_of_its_reports() {
        let spec = [
            "✔ a door (1.2ms)",
            "ℹ tests 4",
            "ℹ pass 3",
            "ℹ fail 1",
            "ℹ skipped 0",
        ];
        assert_eq!(
            read(&spec),
            Tally {
                passed: 3,
                failed: 1,
                skipped: 0
            }
        );
        let tap = [
            "ok 1 - a door",
            "# tests 4",
            "# pass 3",
            "# fail 0",
            "# cancelled 1",
        ];
        assert_eq!(
            read(&tap),
            Tally {
                passed: 3,
                failed: 1,
                skipped: 0
            }
        );
    }

    #[test]
    fn prose_is_not_a_count() {
        assert_eq!(
            read(&[
                "# pass 3 of the doors",
                "the test result: was fine",
                "pass 7"
            ]),
            Tally::default()
        );
    }
}
