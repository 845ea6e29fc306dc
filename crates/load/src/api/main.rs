//! `load-api`: what the server itself does under load, on SQLite and on PostgreSQL.
//!
//! It seeds a club of many members with points, then measures how many redemptions a second are acknowledged when
//! each commit holds one write and when it holds many, how long they take at half of that, what reads feel of them,
//! and what becomes of twice as many as it can do.

mod club;
mod measures;
mod served;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use measures::Measured;
use mimalloc::MiMalloc;
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

// What the generator takes of the machine, the server does not have.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measure redemptions and reads of a server under load; fails where a bound is not kept
#[derive(Parser)]
#[command(name = "load-api", version)]
struct Options {
    /// The server's binary, `vafa`
    #[arg(long)]
    server: PathBuf,
    /// An empty folder on a real disk for SQLite's file
    #[arg(long)]
    folder: PathBuf,
    /// An empty database of a PostgreSQL server; without it only SQLite is measured
    #[arg(long)]
    postgres: Option<String>,
    /// Length of each measurement in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// How many members the club has; each can take twenty rewards
    #[arg(long, default_value_t = 12_000, value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    members: u64,
    /// Only measure and report, whatever comes out
    #[arg(long)]
    no_bounds: bool,
    /// Where the JSON goes
    #[arg(long, default_value = "artefacts/load-api.json")]
    json: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    // One thread: the server on the same machine has the other cores.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("could not start the asynchronous runtime")?;
    fs::create_dir_all(&options.folder)
        .with_context(|| format!("could not make {}", options.folder.display()))?;
    let lite = options.folder.join("load.db").display().to_string();
    let mut all = vec![("SQLite", lite)];
    all.extend(options.postgres.clone().map(|url| ("PostgreSQL", url)));
    let time = Duration::from_secs(options.seconds);
    let mut measured: Vec<Measured> = Vec::new();
    for (engine, database) in all {
        let one = measures::measure(
            engine,
            &options.server,
            &options.folder,
            &database,
            options.members,
            time,
        );
        measured.push(runtime.block_on(one).with_context(|| engine.to_owned())?);
    }
    print(&measured);
    let told = json!({
        "seconds": options.seconds,
        "members": options.members,
        "engines": measured.iter().map(Measured::json).collect::<Vec<_>>(),
    });
    if let Some(folder) = options.json.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&options.json, serde_json::to_string_pretty(&told)? + "\n")
        .with_context(|| format!("could not write {}", options.json.display()))?;
    let broken: Vec<String> = measured.iter().flat_map(Measured::broken).collect();
    ensure!(
        options.no_bounds || broken.is_empty(),
        "{}",
        broken.join("; ")
    );
    Ok(())
}

/// One table for all engines.
fn print(measured: &[Measured]) {
    print!("\n{:<52}", "");
    for one in measured {
        print!(" {:>14}", one.engine);
    }
    println!();
    let columns: Vec<Vec<(String, String)>> = measured.iter().map(Measured::rows).collect();
    for (at, (name, _)) in columns.first().into_iter().flatten().enumerate() {
        print!("{name:<52}");
        for column in &columns {
            print!(" {:>14}", column.get(at).map_or("-", |(_, value)| value));
        }
        println!();
    }
}
