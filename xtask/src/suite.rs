//! `cargo xtask test`: all that must pass, from a clean clone, with a table at the end.

use crate::bench;
use crate::browser;
use crate::contract;
use crate::engine;
use crate::fuzz;
use crate::lint;
use crate::package;
use crate::postgres::{self, Postgres};
use crate::run;
use crate::scale;
use crate::setup::{self, WASM};
use crate::size;
use crate::stamp::Stamp;
use crate::steps::{Outcome, Steps, seconds};
use crate::studio;
use crate::tally::{Tally, counted};
use crate::tools;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only these steps, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = NAMES)]
    only: Vec<String>,
}

/// The steps in order. What a step needs comes before it.
const NAMES: [&str; 21] = [
    "format",
    "types",
    "dependencies",
    "clippy",
    "clippy-wasm",
    "units",
    "postgres",
    "growth",
    "fuzz",
    "door",
    "shop",
    "package",
    "studio",
    "sizes",
    "server",
    "snippets",
    "scale",
    "contract",
    "golden",
    "browser",
    "engines",
];

/// Tests of the demo shop, by name: the folder's other tests want a server, and what a folder means to `node --test`
/// differs between its versions.
const SHOP: [&str; 2] = ["demo/test/history.test.mjs", "demo/test/shop.test.mjs"];
/// Tests of what shops paste.
const SNIPPETS: &str = "demo/snippets/snippets.test.mjs";

/// How a step ended, for the table.
enum End {
    Passed,
    Failed(String),
    Skipped(String),
}

struct Row {
    name: &'static str,
    end: End,
    tally: Tally,
    took: Duration,
}

struct Suite<'a> {
    only: &'a [String],
    steps: Steps,
    rows: Vec<Row>,
}

/// `cargo xtask test`; says whether everything passed.
pub(crate) fn run(options: &Options) -> bool {
    let total = if options.only.is_empty() {
        NAMES.len()
    } else {
        options.only.len()
    };
    let mut suite = Suite {
        only: &options.only,
        steps: Steps::new(total),
        rows: Vec::new(),
    };

    for check in lint::CHECKS {
        suite.check(check.name, check.headline, check.work);
    }
    // The default members: all but the engine and the studio, which are linted for the browser and tested there.
    let postgres = database(&suite);
    suite.tests("units", "cargo test, the API on SQLite", || {
        let mut cargo = run::cargo(["test", "--no-fail-fast"]);
        cargo.env(postgres::NAMED, postgres.as_ref().map_err(told)?.url());
        Ok(cargo)
    });
    suite.tests("postgres", "the API's tests again, on PostgreSQL", || {
        // Not `--package`, which would choose other features of the dependencies and compile them again.
        let mut cargo = run::cargo(["test", "--no-fail-fast", "--test", "api"]);
        cargo.env(postgres::TESTED, postgres.as_ref().map_err(told)?.url());
        Ok(cargo)
    });
    drop(postgres);
    suite.check("growth", "what a long history costs", bench::grows_well);
    suite.check(
        "fuzz",
        "bytes that nobody has in mind, a fixed run",
        fuzz::short,
    );
    suite.tests("door", "node --test in www", || {
        setup::npm_packages("www")?;
        Ok(run::npm("www", ["test", "--silent"]))
    });
    suite.tests("shop", "node --test in demo", || {
        setup::node()?;
        Ok(run::node(["--test"].into_iter().chain(SHOP)))
    });
    let packed = suite.check("package", "the widget's package, as it ships", || {
        package::assets(&mut Steps::new(package::STEPS), false)?;
        Ok(Outcome::Done)
    });
    let desk = suite.check("studio", "the studio, as it ships", || {
        setup::node()?;
        setup::npm_packages("www")?;
        studio::build(&mut Steps::new(studio::STEPS))?;
        Ok(Outcome::Done)
    });
    suite.check_if(packed, "sizes", "size budgets", || {
        size::within_budget()?;
        Ok(Outcome::Done)
    });
    let served = suite.check("server", "the server, development build", || {
        run::programs_as_tested()?;
        Ok(Outcome::Done)
    });
    suite.tests_if(
        served,
        "snippets",
        "what shops paste into their servers, in three languages",
        || {
            setup::node()?;
            let mut node = run::node(["--test", "--test-timeout=120000", SNIPPETS]);
            node.env("VAFA_SERVER", server());
            node.env("VAFA_PHP", tools::php()?);
            node.env("VAFA_PYTHON", tools::python()?);
            Ok(node)
        },
    );
    suite.check_if(
        served,
        "scale",
        "what a large club costs",
        scale::stays_flat,
    );
    suite.check_if(
        served,
        "contract",
        "the API against its own description, by Schemathesis",
        contract::run,
    );
    let bound = suite.check("golden", "the rules' cases for the browser", golden);
    suite.tests_if(
        packed && served && bound && desk,
        "browser",
        "the package and the studio in Chromium",
        || {
            setup::npm_packages("pkg-tests")?;
            setup::npm_packages("pkg-tests/apps")?;
            browser::prepare()?;
            let mut npm = run::npm("pkg-tests", ["test", "--silent", "--"]);
            // For each file: a test that waits for ever must not take the others' time.
            npm.arg("--test-timeout=600000");
            if let Some(chromium) = browser::chromium() {
                npm.env("VAFA_CHROMIUM", chromium);
            }
            npm.env("VAFA_GOLDEN", golden_folder());
            npm.env("VAFA_SERVER", server());
            Ok(npm)
        },
    );
    suite.tests_if(
        packed && served,
        "engines",
        "the package in Firefox and WebKitGTK",
        || {
            setup::npm_packages("pkg-tests")?;
            browser::prepare_engines()?;
            let mut npm = run::npm("pkg-tests", ["run", "engines", "--silent"]);
            npm.env("VAFA_SERVER", server());
            for (name, found) in [
                ("VAFA_FIREFOX", browser::firefox()),
                ("VAFA_WEBKIT", browser::webkit()),
            ] {
                npm.envs(found.map(|found| (name, found)));
            }
            Ok(npm)
        },
    );
    suite.close()
}

/// A PostgreSQL for the steps that test with one: the one that the environment names, or a new one.
fn database(suite: &Suite<'_>) -> Result<Server> {
    if let Ok(url) = std::env::var(postgres::NAMED) {
        return Ok(Server::Named(url));
    }
    if !suite.wanted("units") && !suite.wanted("postgres") {
        return Ok(Server::Named(String::new()));
    }
    Postgres::start().map(Server::Ours)
}

enum Server {
    Named(String),
    Ours(Postgres),
}

impl Server {
    fn url(&self) -> String {
        match self {
            Self::Named(url) => url.clone(),
            Self::Ours(server) => server.url(),
        }
    }
}

fn told(error: &anyhow::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

/// The development server's binary.
pub(crate) fn server() -> PathBuf {
    run::target()
        .join("debug")
        .join(format!("vafa{}", std::env::consts::EXE_SUFFIX))
}

fn golden_folder() -> PathBuf {
    run::target().join("golden-web")
}

/// Compiles the rules' check values to WebAssembly, so that a browser can run them: with the profile of the
/// shopper's engine, for how long they take is measured too.
fn golden() -> Result<Outcome> {
    setup::wasm_target()?;
    run::run(run::cargo(["build", "--package", "golden", "--lib"]).args([
        "--target",
        WASM,
        "--profile",
        "widget",
    ]))?;
    let raw = run::target().join(WASM).join("widget/golden.wasm");
    let stamp = Stamp::new("golden-web", &[])
        .input(&raw)?
        .output(golden_folder().join("golden.js"));
    stamp.unless_fresh(|| engine::bind(&raw, &golden_folder(), "golden"))
}

impl Suite<'_> {
    fn wanted(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    /// A step that passes or fails as a whole. Says whether what depends on it may run.
    fn check(
        &mut self,
        name: &'static str,
        headline: &str,
        work: impl FnOnce() -> Result<Outcome>,
    ) -> bool {
        if !self.wanted(name) {
            return true;
        }
        let started = Instant::now();
        let mut skipped = None;
        let result = self.steps.step(headline, || {
            let outcome = work()?;
            if let Outcome::Skipped(why) = &outcome {
                skipped = Some(why.clone());
            }
            Ok(outcome)
        });
        let (end, tally) = match (result, skipped) {
            (Err(error), _) => (End::Failed(format!("{error:#}")), Tally::one_failed()),
            (Ok(()), Some(why)) => (End::Skipped(why), Tally::one_skipped()),
            (Ok(()), None) => (End::Passed, Tally::one_passed()),
        };
        self.end(name, end, tally, started)
    }

    fn check_if(
        &mut self,
        ready: bool,
        name: &'static str,
        headline: &str,
        work: impl FnOnce() -> Result<Outcome>,
    ) -> bool {
        self.check(name, headline, || if ready { work() } else { not_ready() })
    }

    /// A step that runs tests and counts them.
    fn tests(
        &mut self,
        name: &'static str,
        headline: &str,
        command: impl FnOnce() -> Result<Command>,
    ) -> bool {
        if !self.wanted(name) {
            return true;
        }
        let started = Instant::now();
        let mut tally = Tally::default();
        let result = self.steps.step(headline, || {
            let success = counted(&mut command()?, name, &mut tally)?;
            if tally.passed + tally.failed == 0 {
                bail!("it ran no test");
            }
            if !success || tally.failed > 0 {
                bail!(
                    "{} of {} tests failed",
                    tally.failed,
                    tally.passed + tally.failed
                );
            }
            Ok(Outcome::Done)
        });
        let end = match result {
            Ok(()) => End::Passed,
            Err(error) => {
                // A failure that no test stands for counts as one.
                tally.failed = tally.failed.max(1);
                End::Failed(format!("{error:#}"))
            }
        };
        self.end(name, end, tally, started)
    }

    fn tests_if(
        &mut self,
        ready: bool,
        name: &'static str,
        headline: &str,
        command: impl FnOnce() -> Result<Command>,
    ) -> bool {
        self.tests(
            name,
            headline,
            || if ready { command() } else { not_ready() },
        )
    }

    fn end(&mut self, name: &'static str, end: End, tally: Tally, started: Instant) -> bool {
        if let End::Failed(why) = &end {
            eprintln!("      {why}");
        }
        let good = !matches!(end, End::Failed(_));
        self.rows.push(Row {
            name,
            end,
            tally,
            took: started.elapsed(),
        });
        good
    }

    /// The table, and the line that sums it up.
    fn close(self) -> bool {
        let mut all = Tally::default();
        println!(
            "\n{:<14} {:>7} {:>7} {:>8} {:>13}",
            "step", "passed", "failed", "skipped", "time"
        );
        for row in &self.rows {
            let Tally {
                passed,
                failed,
                skipped,
            } = row.tally;
            all.add(row.tally);
            let took = seconds(row.took);
            println!(
                "{:<14} {passed:>7} {failed:>7} {skipped:>8} {took:>13}",
                row.name
            );
        }
        println!("in {}", seconds(self.steps.elapsed()));
        for row in &self.rows {
            match &row.end {
                End::Passed => {}
                End::Failed(why) => println!("FAILED  {}: {why}", row.name),
                End::Skipped(why) => println!("skipped {}: {why}", row.name),
            }
        }
        if all.failed > 0 {
            println!("the logs are in artefacts/logs");
        }
        println!("\n{}", all.line());
        all.failed == 0
    }
}

fn not_ready<T>() -> Result<T> {
    bail!("not run: a step that it needs failed")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{NAMES, SHOP, SNIPPETS};
    use crate::lint::CHECKS;
    use crate::run;
    use std::collections::BTreeSet;
    use std::process::Command;

    #[test]
    fn every_lint_check_is_a_step_of_the_suite() {
        assert!(CHECKS.iter().all(|check| NAMES.contains(&check.name)));
    }

    #[test]
    fn every_test_of_the_demo_is_run() {
        let mut git = Command::new("git");
        git.args(["ls-files", "demo"]).current_dir(run::top());
        let files = run::output(&mut git).unwrap();
        let tests: BTreeSet<&str> = files.lines().filter(|f| f.ends_with(".test.mjs")).collect();
        assert_eq!(tests, SHOP.into_iter().chain([SNIPPETS]).collect());
    }
}
