//! The project's commands. Each does its own set-up on a machine with rustup, a C compiler and
//! Node 20, says what it is doing, and when it cannot go on says what to install.

mod bench;
mod browser;
mod contract;
mod debian;
mod demo;
mod engine;
mod faults;
mod figures;
mod fuzz;
mod glue;
mod lint;
mod load;
mod mutants;
mod package;
mod part;
mod peers;
mod ports;
mod postgres;
mod run;
mod scale;
mod setup;
mod size;
mod split;
mod stamp;
mod steps;
mod studio;
mod suite;
mod tally;
mod tools;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Vafa's commands
///
/// Each one prepares what it needs on a machine with rustup, a C compiler and Node 20 or later.
/// Results land in `pkg/` (the distributable), `.demo/` (the demo shop's data) and `artefacts/`
/// (logs and screenshots of the tests).
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and run the demo shop until Ctrl-C
    ///
    /// Builds the widget and a development server, fills a SQLite file in `.demo/` with the demo
    /// program and its history, starts the API and the shop, and prints the shop's address as the
    /// last line. Later runs keep the data. A server that dies is started again.
    Demo(demo::Options),
    /// Run everything that must pass: lint, units, API, the built package in a browser, budgets
    ///
    /// A failing step does not stop those that can do without it. Ends with a table of the steps
    /// and the line "N passed, N failed". Logs and screenshots go to `artefacts/`.
    Test(suite::Options),
    /// Make the distributable: `pkg/` and the `vafa` server with the assets inside
    Build(package::Options),
    /// Make the studio alone: `crates/studio/made`, for `vafa serve --studio`
    Studio,
    /// Table of raw, gzip and brotli bytes for each loading step; fails over budget
    Size(size::Options),
    /// Give the rules bytes that nobody has in mind, by libFuzzer, and keep what breaks them
    ///
    /// Takes a C++ compiler. Inputs that break a target are kept in `artefacts/fuzz/`, with the
    /// command that shows it again.
    Fuzz(fuzz::Options),
    /// Time of what an opened panel asks, for members with 10, 1,000 and 100,000 entries
    ///
    /// With `--peers`: bytes and times of other survey widgets and of a panel written by hand, beside ours.
    Bench(bench::Options),
    /// Compare a club of 10,000 members with one of 1,000,000: disk, import, check, and GET /v1/me
    ///
    /// Makes both in SQLite, the large one of copies of the small one, and fails where the large one
    /// takes more than twice as long to answer (p95). Takes about 8 GiB of disk while it runs;
    /// --members and --times make it smaller.
    Scale(scale::Options),
    /// Ask a club of 100,000 members and 1,000,000 orders for the studio's figures: p95 of each page, and memory
    ///
    /// Then a tier is to be had for less, and what was foretold of that has to come true. On SQLite and on a PostgreSQL of
    /// its own. Takes some minutes and gigabytes of disk while it runs.
    Figures(figures::Options),
    /// Run a PostgreSQL of one's own until Ctrl-C, and print its address
    ///
    /// As root on Debian it is installed when it is missing. Its data is in a temporary folder, and
    /// both are gone when the command ends, however it ends. A line `restart` on its input makes it
    /// crash and come back at the same address; it answers `restarted`.
    Postgres(postgres::Options),
    /// Ask a server at a fixed rate and tell how long answers take, or find the rate it sustains
    ///
    /// All options go to the load generator: `cargo xtask load --help` shows its own help. With `--api`
    /// as the first, it starts a release server on SQLite and one on a durable PostgreSQL, measures
    /// redemptions and reads, prints one table and fails over a bound; `--api --help` has its options.
    #[command(disable_help_flag = true)]
    Load {
        /// The load generator's options
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Break the server in every way that is known: kills, full disks, races, lost connections
    ///
    /// On SQLite and on a PostgreSQL of its own, a tenth of each; `--full` does the whole (an hour).
    Faults(faults::Options),
    /// See to the programs that tests of other languages use, and print where they are
    Tools(tools::Options),
    /// Change the rules, one place at a time, and list the changes that no test notices (hours)
    Mutants(mutants::Options),
    /// Formatting, clippy on the host and on wasm32, TypeScript types, licences and advisories
    Lint,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Task::Demo(options) => demo::run(&options),
        Task::Test(options) if suite::run(&options) => Ok(()),
        // Its table has said what is wrong; its closing line stays the last.
        Task::Test(_) => return ExitCode::FAILURE,
        Task::Build(options) => package::run(&options),
        Task::Studio => studio::run(),
        Task::Size(options) => size::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Scale(options) => scale::run(&options),
        Task::Figures(options) => figures::run(&options),
        Task::Postgres(options) => postgres::run(&options),
        Task::Load { options } => load::run(&options),
        Task::Faults(options) => faults::run(&options),
        Task::Tools(options) => tools::run(&options),
        Task::Mutants(options) => mutants::run(&options),
        Task::Lint => lint::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
