//! Bytes that nobody has in mind, given to the targets of `crates/fuzz` by libFuzzer: on the pinned stable
//! compiler, which has the instrumentation as ordinary code generation flags. No sanitizer: the crates
//! have no unsafe code, and a panic is what is looked for.

use crate::run;
use crate::steps::{Outcome, Steps, seconds};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Options of `cargo xtask fuzz`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this target
    #[arg(long, value_parser = NAMES)]
    target: Option<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = 60, conflicts_with_all = ["runs", "input"])]
    seconds: u32,
    /// Inputs for each target, always the same ones, in place of a time
    #[arg(long, conflicts_with = "input")]
    runs: Option<u64>,
    /// Run only this file: an input that an earlier run kept
    #[arg(long, requires = "target")]
    input: Option<PathBuf>,
}

const NAMES: [&str; 5] = ["amounts", "cases", "events", "lots", "program"];

/// Inputs of each target when the tests run: together less than half a minute.
const RUNS: [u64; 5] = [60_000, 40_000, 20_000, 12_000, 15_000];

/// As cargo-fuzz has them, and what makes an overflow a panic.
const FLAGS: [&str; 11] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
    "-Cdebug-assertions=on",
    "-Coverflow-checks=on",
    "-Ccodegen-units=1",
    "-Cdebuginfo=line-tables-only",
    // The linker must not drop the tables of counters, which nothing names.
    "-Clink-dead-code",
];

/// How long libFuzzer goes on.
enum Length {
    Seconds(u32),
    Runs(u64),
}

/// `cargo xtask fuzz`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |name: &&str| options.target.as_deref().is_none_or(|only| only == *name);
    let names: Vec<&str> = NAMES.into_iter().filter(wanted).collect();
    let mut steps = Steps::new(1 + names.len());
    if let Some(missing) = no_compiler() {
        bail!(missing);
    }
    steps.step("fuzz: compiling with counters", build)?;
    let mut failed = Vec::new();
    for name in names {
        let length = options
            .runs
            .map_or(Length::Seconds(options.seconds), Length::Runs);
        let ended = steps.step(&format!("fuzz: {name}"), || {
            match &options.input {
                Some(input) => run::run(Command::new(binary(name)?).arg(input))?,
                None => fuzz(name, &length)?,
            }
            Ok(Outcome::Done)
        });
        if let Err(error) = ended {
            eprintln!("      {error:#}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("something was found: {}", failed.join(", "));
    }
    println!("fuzz: nothing found, in {}", seconds(steps.elapsed()));
    Ok(())
}

/// The step of `cargo xtask test`: a fixed number of inputs for each target, the same ones each time.
pub(crate) fn short() -> Result<Outcome> {
    if let Some(missing) = no_compiler() {
        if std::env::var_os("CI").is_some() {
            bail!(missing);
        }
        return Ok(Outcome::Skipped(missing));
    }
    build()?;
    for (name, runs) in NAMES.into_iter().zip(RUNS) {
        eprintln!("      {runs} inputs for {name}");
        fuzz(name, &Length::Runs(runs))?;
    }
    Ok(Outcome::Done)
}

/// What to install where libFuzzer, which is C++, cannot be compiled.
fn no_compiler() -> Option<String> {
    let named = std::env::var_os("CXX");
    let names = [named.unwrap_or_else(|| "c++".into()), "clang++".into()];
    let found = names
        .iter()
        .any(|name| run::works(Command::new(name).arg("--version")));
    let missing = "libFuzzer needs a C++ compiler (on Debian: `apt-get install g++`)";
    (!found).then(|| missing.to_owned())
}

/// The folder of everything that fuzzing makes.
fn folder() -> PathBuf {
    run::target().join("fuzz")
}

/// The machine that compiles, as Rust names it. With a target named, the flags stay away from build scripts.
fn host() -> Result<String> {
    let told = run::output(Command::new("rustc").arg("-vV").current_dir(run::top()))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

fn build() -> Result<Outcome> {
    let host = host()?;
    let mut cargo = run::cargo(["build", "--package", "fuzz", "--bins", "--release"]);
    cargo.args(["--features", "libfuzzer", "--target", &host]);
    cargo.env("CARGO_TARGET_DIR", folder());
    cargo.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"));
    // What a server gains by being optimised as a whole is not worth the wait here.
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    run::run(&mut cargo)?;
    Ok(Outcome::Done)
}

fn binary(name: &str) -> Result<PathBuf> {
    let file = format!("fuzz-{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(folder().join(host()?).join("release").join(file))
}

/// Runs libFuzzer on one target. What it finds stays among the artefacts.
fn fuzz(name: &str, length: &Length) -> Result<()> {
    let kept = run::at("artefacts/fuzz");
    let seeds = folder().join("seeds").join(name);
    fs::create_dir_all(&kept)?;
    sow(name, &seeds)?;
    // A fixed run begins with the same inputs each time; a long one with all that earlier ones found.
    let corpus = folder().join(match length {
        Length::Runs(_) => "fresh",
        Length::Seconds(_) => "corpus",
    });
    let corpus = corpus.join(name);
    if matches!(length, Length::Runs(_)) && corpus.exists() {
        fs::remove_dir_all(&corpus)?;
    }
    fs::create_dir_all(&corpus)?;
    let before = listed(&kept)?;
    let mut fuzzer = Command::new(binary(name)?);
    match length {
        Length::Seconds(time) => fuzzer.arg(format!("-max_total_time={time}")),
        Length::Runs(runs) => fuzzer.args(["-seed=1".to_owned(), format!("-runs={runs}")]),
    };
    fuzzer.args(["-max_len=4096", "-len_control=0", "-timeout=10"]);
    fuzzer.args(["-rss_limit_mb=2048", "-print_final_stats=1"]);
    fuzzer.arg(format!("-artifact_prefix={}/{name}-", kept.display()));
    let words = folder().join("words");
    if name == "program" {
        fuzzer.arg(format!("-dict={}", words.display()));
    }
    fuzzer.arg(&corpus).arg(&seeds).current_dir(run::top());
    let Err(error) = run::run(&mut fuzzer) else {
        return Ok(());
    };
    let found: Vec<String> = listed(&kept)?
        .difference(&before)
        .map(|file| {
            format!(
                "cargo xtask fuzz --target {name} --input {}",
                file.display()
            )
        })
        .collect();
    if found.is_empty() {
        return Err(error);
    }
    bail!("see it again with:\n      {}", found.join("\n      "))
}

fn listed(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// Lays out what a target begins with, made of the golden cases and the demo shop's program.
fn sow(name: &str, seeds: &Path) -> Result<()> {
    if seeds.exists() {
        fs::remove_dir_all(seeds)?;
    }
    fs::create_dir_all(seeds)?;
    let documents = documents()?;
    let inputs: Vec<Vec<u8>> = match name {
        "program" => {
            let programs = documents.iter().filter_map(|case| {
                let program = case.pointer("/input/program").unwrap_or(case);
                program.get("languages").map(|_| program.to_string())
            });
            fs::write(folder().join("words"), words(&documents))?;
            programs.map(String::into_bytes).chain(patterns()).collect()
        }
        // The exponent comes first.
        "amounts" => AMOUNTS
            .iter()
            .map(|text| [b"\x02", text.as_bytes()].concat())
            .collect(),
        _ => patterns().collect(),
    };
    for (index, input) in inputs.iter().enumerate() {
        fs::write(seeds.join(format!("{index:04}")), input)?;
    }
    Ok(())
}

const AMOUNTS: [&str; 8] = [
    "1,234,567.89",
    "۱٬۲۳۴٬۵۶۷٫۸۹",
    "١٢٣٫٤",
    "-12 345",
    "−1\u{a0}000",
    "12.5%",
    "٪۱۲٫۵",
    "9223372036854775807",
];

/// Long inputs with every byte in them: the targets choose by them.
fn patterns() -> impl Iterator<Item = Vec<u8>> {
    let pattern = |step: u32| {
        (0..1_024)
            .map(|at: u32| (at * at * step + at * 7 + step) as u8)
            .collect()
    };
    (1..=32).map(pattern)
}

/// All golden cases, and the demo shop's program.
fn documents() -> Result<Vec<Value>> {
    let read = |path: &Path| -> Result<Value> {
        let text = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is no JSON", path.display()))
    };
    let mut documents = vec![read(&run::at("demo/program.json"))?];
    for path in listed(&run::at("crates/golden/cases"))? {
        if let Value::Array(cases) = read(&path)? {
            documents.extend(cases);
        }
    }
    Ok(documents)
}

/// Names and short words of the documents, as a dictionary of libFuzzer.
fn words(documents: &[Value]) -> String {
    let mut found = BTreeSet::new();
    let mut left: Vec<&Value> = documents.iter().collect();
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => {
                found.extend(fields.keys().map(String::as_str));
                left.extend(fields.values());
            }
            Value::String(word) => {
                found.insert(word.as_str());
            }
            _ => {}
        }
    }
    let plain = |word: &&str| {
        (1..=40).contains(&word.len())
            && word
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
    };
    let entries = found.into_iter().filter(plain);
    entries
        .map(|word| format!("\"\\\"{word}\\\"\"\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{NAMES, documents, words};
    use crate::run;
    use serde_json::json;
    use std::fs;

    #[test]
    fn every_target_has_a_name_here() {
        for name in NAMES {
            assert!(run::at(format!("crates/fuzz/targets/{name}.rs")).is_file());
        }
        let targets = fs::read_dir(run::at("crates/fuzz/targets")).unwrap();
        assert_eq!(targets.count(), NAMES.len());
    }

    #[test]
    fn the_dictionary_has_the_names_and_words_of_the_documents() {
        let words = words(&[json!({"tiers": [{"id": "gold", "name": "طلایی"}]})]);
        assert_eq!(
            words,
            "\"\\\"gold\\\"\"\n\"\\\"id\\\"\"\n\"\\\"name\\\"\"\n\"\\\"tiers\\\"\"\n"
        );
    }

    #[test]
    fn there_are_documents_to_begin_with() {
        assert!(documents().unwrap().len() > 100);
    }
}
