//! How long the rules take, and whether that grows as it should; and what others' widgets take.

use crate::peers;
use crate::run;
use crate::steps::Outcome;
use anyhow::{Context as _, Result};
use std::process::Command;

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only compare sizes: fails where 100 times the entries cost more than 120 times the time
    #[arg(long)]
    gate: bool,
    /// Measure other widgets beside ours in Chromium, and write the tables of docs/performance.md anew
    #[arg(long, conflicts_with = "gate")]
    peers: bool,
    /// How often each is measured
    #[arg(long, requires = "peers", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// `cargo xtask bench`.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.peers {
        return peers::run(options.runs);
    }
    if options.gate {
        return grows_well().map(|_| ());
    }
    let told = run::output(bench().args(["--output-format", "bencher"]))?;
    let rows = rows(&told);
    println!("{:<16} {:>14}", "entries", "time");
    for (name, ns) in &rows {
        println!("{name:<16} {:>14}", time(*ns));
    }
    if rows.is_empty() {
        anyhow::bail!("the benchmark told nothing");
    }
    println!("(the standing, fifty rewards and the due survey of one member)");
    Ok(())
}

/// The step of `cargo xtask test`.
pub(crate) fn grows_well() -> Result<Outcome> {
    // A ratio of what one build took: how well it is optimised is in both, and how long that takes need not be waited for.
    let mut gate = bench();
    gate.env("CARGO_PROFILE_BENCH_LTO", "off")
        .env("CARGO_PROFILE_BENCH_CODEGEN_UNITS", "16");
    run::run(gate.arg("--gate")).context("some history costs more than it should: see OVER")?;
    Ok(Outcome::Done)
}

fn bench() -> Command {
    let mut cargo = run::cargo(["bench", "--quiet", "--package", "rules"]);
    cargo.args(["--features", "load", "--bench", "standing", "--"]);
    cargo
}

/// Names and nanoseconds in Criterion's lines for machines.
fn rows(told: &str) -> Vec<(String, u64)> {
    let row = |line: &str| {
        let (name, rest) = line.strip_prefix("test ")?.split_once(" ... bench:")?;
        let number = rest.split(" ns/iter").next()?;
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        Some((name.to_owned(), digits.parse().ok()?))
    };
    told.lines().filter_map(row).collect()
}

fn time(ns: u64) -> String {
    format!("{}.{:03} ms", ns / 1_000_000, ns / 1_000 % 1_000)
}

#[cfg(test)]
mod tests {
    use super::{rows, time};

    #[test]
    fn lines_for_machines_are_read() {
        let told = "noise\ntest panel/1000 ... bench:   1,234,567 ns/iter (+/- 12)\n";
        assert_eq!(rows(told), [("panel/1000".to_owned(), 1_234_567)]);
        assert_eq!(time(1_234_567), "1.234 ms");
    }
}
