//! What the studio's figures cost in a large club: each page's question, asked of a server on SQLite and of one on
//! PostgreSQL.

use crate::ports;
use crate::postgres::Postgres;
use crate::run;
use crate::scale::{self, Built, Server, Tools, high_water};
use crate::steps::seconds;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Options of `cargo xtask figures`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Members of the club
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    members: u64,
    /// Orders of each
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100))]
    orders: u64,
    /// How often each page is asked for
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: u32,
    /// Take the server as the tests have it, which is quicker to build
    #[arg(long)]
    debug: bool,
}

/// What each page of the studio asks, of a year in which every member has ordered.
const PAGES: [(&str, &str); 13] = [
    ("indicators", "/v1/indicators?{year}"),
    (
        "indicator",
        "/v1/insights/retention?{year}&compare=previous",
    ),
    (
        "over time",
        "/v1/insights/retention/series?to=2026-01-01&periods=24",
    ),
    (
        "scores",
        "/v1/insights/nps?{year}&by=segment&compare=previous",
    ),
    ("segments", "/v1/insights/segments?{year}"),
    (
        "cohorts",
        "/v1/insights/cohorts?from=2024-01-01&to=2026-01-01",
    ),
    ("points", "/v1/insights/points_flow?{year}"),
    ("tiers", "/v1/insights/tier_distribution"),
    ("moves", "/v1/insights/tier_flow?{year}"),
    ("goals", "/v1/insights/goals?{year}"),
    ("experiments", "/v1/insights/experiments?{year}"),
    ("risk", "/v1/insights/churn_risk?{year}"),
    (
        "members at risk",
        "/v1/insights/churn_risk/members?to=2026-01-01&limit=50",
    ),
];
const YEAR: &str = "from=2025-01-01&to=2026-01-01";

/// `cargo xtask figures`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let built = if options.debug {
        Built::Tested
    } else {
        Built::Released
    };
    let tools = Tools::build(built)?;
    let folder = run::target().join("figures");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not remove what an earlier run left")?;
    }
    fs::create_dir_all(&folder)?;
    let measured = both(options, &tools, &folder);
    // Gigabytes that nobody needs any more.
    let _ = fs::remove_dir_all(&folder);
    measured
}

fn both(options: &Options, tools: &Tools, folder: &Path) -> Result<()> {
    let history = folder.join("history.ndjson");
    scale::write_history(&history, options.members, options.orders)?;
    let file = folder.join("club.db");
    measure("SQLite", options, tools, folder, &file, &history)?;
    let postgres = Postgres::start()?;
    let address = postgres.url();
    let address = Path::new(&address);
    measure("PostgreSQL", options, tools, folder, address, &history)
}

fn measure(
    engine: &str,
    options: &Options,
    tools: &Tools,
    folder: &Path,
    database: &Path,
    history: &Path,
) -> Result<()> {
    let keys = tools.seed(folder, database)?;
    let took = tools.import(database, history)?;
    let orders = options.members * options.orders;
    println!(
        "{engine}: {} members and {orders} orders, imported in {}",
        options.members,
        seconds(took)
    );
    let key = keys["secret_key"].as_str().context("the secret key")?;
    let port = ports::any_free()?;
    let mut serve = tools.vafa("serve", database);
    serve.args(["--listen", &format!("127.0.0.1:{port}")]);
    serve.args(["--no-jobs", "--audit-minutes", "0"]);
    let mut server = Server(serve.stdout(Stdio::null()).spawn().context("vafa serve")?);
    ports::wait_for(port, || match server.0.try_wait()? {
        Some(ended) => bail!("the server ended: {ended}"),
        None => Ok(()),
    })?;
    let idle = high_water(&server.0);
    println!("  {:<16} {:>9} {:>9} {:>9}", "page", "p50", "p95", "KiB");
    for (name, path) in PAGES {
        let path = path.replace("{year}", YEAR);
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..options.rounds {
            let started = Instant::now();
            bytes = ask(port, &path, key).with_context(|| format!("{engine}: {path}"))?;
            times.push(started.elapsed());
        }
        times.sort_unstable();
        println!(
            "  {name:<16} {:>6} ms {:>6} ms {:>9}",
            part(&times, 50).as_millis(),
            part(&times, 95).as_millis(),
            bytes >> 10
        );
    }
    if let Some((idle, peak)) = idle.zip(high_water(&server.0)) {
        println!(
            "  memory of the server: {} MiB idle, {} MiB at most",
            idle >> 10,
            peak >> 10
        );
    }
    Ok(())
}

/// The time within which so many of a hundred were answered.
fn part(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied().unwrap_or_default()
}

/// Asks once, on a connection of its own; how many bytes the answer has.
fn ask(port: u16, path: &str, key: &str) -> Result<usize> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    connection.set_read_timeout(Some(Duration::from_mins(2)))?;
    write!(
        connection,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    let head = answer.get(..12).unwrap_or(&answer);
    ensure!(
        head == b"HTTP/1.1 200",
        "the answer is {}",
        String::from_utf8_lossy(answer.get(..400).unwrap_or(&answer))
    );
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.len() - body.map_or(0, |head| head + 4);
    let read = serde_json::from_slice::<Value>(answer.get(answer.len() - body..).unwrap_or(&[]));
    read.context("the answer is no JSON")?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_the_times_are_within_the_part() {
        let times: Vec<Duration> = (1..=20).map(Duration::from_millis).collect();
        assert_eq!(part(&times, 95), Duration::from_millis(19));
        assert_eq!(part(&times, 50), Duration::from_millis(10));
        assert_eq!(part(&times[..1], 95), Duration::from_millis(1));
        assert_eq!(part(&[], 95), Duration::ZERO);
    }
}
