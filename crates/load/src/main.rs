//! `load`: requests at a fixed rate to one address, and what became of them.

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use hyper::Uri;
use load::{Generator, Gets, Pace, Target, search};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Ask a server at a fixed rate, whether it keeps up or not, and tell how long answers take
///
/// Latency counts from the instant at which a request was due, so a server that stalls is charged
/// for all that fell due meanwhile. Prints a table, and writes the same as JSON.
#[derive(Parser)]
#[command(name = "load", version)]
struct Options {
    /// What to GET: an address with http://
    #[arg(long)]
    url: Uri,
    /// A header of every request, `Name: value`; may be given again
    #[arg(long = "header")]
    headers: Vec<String>,
    /// A file of headers, one on a line: each request takes the next one
    #[arg(long)]
    each: Option<PathBuf>,
    /// Requests per second; with --ceiling the first rate that is tried
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: u32,
    /// Length of a run in seconds; with --ceiling of each step
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// The most connections at a time
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Seconds after which a request without its answer is given up
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    patience: u64,
    /// Look for the highest rate that the server sustains
    #[arg(long)]
    ceiling: bool,
    /// With --ceiling: the p95 in milliseconds that a sustained rate stays within
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    p95: u64,
    /// Where the JSON goes
    #[arg(long, default_value = "artefacts/load.json")]
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
    // One thread: the server, which is likely on the same machine, has the other cores.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("could not start the asynchronous runtime")?;
    runtime.block_on(measure(options))
}

async fn measure(options: &Options) -> Result<()> {
    let mut plan = Gets::new(&options.url, &options.headers)?;
    if let Some(file) = &options.each {
        let lines = fs::read_to_string(file);
        let lines = lines.with_context(|| format!("could not read {}", file.display()))?;
        plan = plan.with_each(&lines.lines().collect::<Vec<_>>())?;
    }
    let pace = Pace {
        connections: options.connections,
        patience: Duration::from_secs(options.patience),
    };
    let target = Target::of(&options.url).await?;
    let mut generator = Generator::new(target, Box::new(plan), pace)?;
    let time = Duration::from_secs(options.seconds);
    if options.ceiling {
        return ceiling(options, &mut generator, time).await;
    }
    let report = generator.run(options.rate, time).await?;
    println!("{report}");
    keep(&options.json, &told(options, report.json()))?;
    let all = report.all();
    ensure!(
        all.unanswered() < all.sent,
        "{} answered nothing",
        options.url
    );
    Ok(())
}

async fn ceiling(options: &Options, generator: &mut Generator, time: Duration) -> Result<()> {
    let bound = Duration::from_millis(options.p95);
    let found = search(generator, options.rate, time, bound, |step| {
        println!("{}", step.report);
        match &step.over {
            None => println!("sustained\n"),
            Some(why) => println!("not sustained: {why}\n"),
        }
    });
    let found = found.await?;
    println!(
        "sustained: {} requests per second with p95 within {} ms",
        found.rate, options.p95
    );
    keep(&options.json, &told(options, found.json()))?;
    ensure!(found.rate > 0, "not even 1 request per second is sustained");
    Ok(())
}

/// What was measured, with what was asked for.
fn told(options: &Options, measured: Value) -> Value {
    json!({
        "url": options.url.to_string(),
        "connections": options.connections,
        "seconds": options.seconds,
        "p95_bound_ms": options.ceiling.then_some(options.p95),
        "measured": measured,
    })
}

fn keep(path: &Path, value: &Value) -> Result<()> {
    let write = || -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, serde_json::to_string_pretty(value)? + "\n")?;
        Ok(())
    };
    write().with_context(|| format!("could not write {}", path.display()))
}
