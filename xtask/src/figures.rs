//! What the studio's figures cost in a large club: each page's question, asked of a server on SQLite and of one on
//! PostgreSQL.

use crate::ports;
use crate::postgres::Postgres;
use crate::run;
use crate::scale::{self, Built, Server, Tools, high_water, path};
use crate::steps::seconds;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
const PAGES: [(&str, &str); 18] = [
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
    (
        "scores by tier",
        "/v1/insights/cli?{year}&by=tier&compare=previous",
    ),
    (
        "scores over time",
        "/v1/insights/nps/series?to=2026-01-01&periods=24",
    ),
    ("segments", "/v1/insights/segments?{year}"),
    (
        "cohorts",
        "/v1/insights/cohorts?from=2024-01-01&to=2026-01-01",
    ),
    ("points", "/v1/insights/points_flow?{year}"),
    (
        "liability",
        "/v1/insights/points_liability?{year}&compare=previous",
    ),
    (
        "redemption",
        "/v1/insights/redemption_rate?{year}&compare=previous",
    ),
    ("tiers", "/v1/insights/tier_distribution"),
    ("moves", "/v1/insights/tier_flow?{year}"),
    ("goals", "/v1/insights/goals?{year}"),
    ("experiments", "/v1/insights/experiments?{year}"),
    ("risk", "/v1/insights/churn_risk?{year}"),
    (
        "members at risk",
        "/v1/insights/churn_risk/members?to=2026-01-01&limit=50",
    ),
    ("answers", "/v1/responses?limit=50"),
];
const YEAR: &str = "from=2025-01-01&to=2026-01-01";

/// A club with all that the pages tell of: surveys of each kind, tiers, and an experiment.
const PROGRAM: &str = r#"{"id":"club","version":1,"name":{"en":"Club"},"languages":["en"],"currency":{"code":"EUR"},
"zone":"Asia/Tehran","calendar":"gregorian","earning":{"purchase":{"id":"buy","points":1,"per":100},
"activities":[{"id":"join","kind":"join","points":50}]},
"rewards":[{"id":"five","title":{"en":"5 off"},"kind":{"amount_off":500},"cost":500}],
"tiers":{"measure":"spend","window":"lifetime","levels":[{"id":"base","name":{"en":"Base"},"enter":0},
{"id":"gold","name":{"en":"Gold"},"enter":250000,"multiplier":20000}]},
"experiments":[{"id":"colours","arms":[{"id":"a","weight":1},{"id":"b","weight":1}]}],
"surveys":[{"id":"nps","kind":"nps","question":{"en":"How likely are you to recommend us?"},"trigger":"page","scope":"once"},
{"id":"csat","kind":"csat","question":{"en":"How happy are you?"},"trigger":"page","scope":"once"},
{"id":"ces","kind":"ces","question":{"en":"It was easy."},"trigger":"page","scope":"once"},
{"id":"cli","kind":"cli","question":{"en":"How loyal are you?"},"trigger":"page","scope":"once"}]}"#;

const GOALS: [(&str, &str); 2] = [
    (
        "goal_frequency",
        r#"{"indicator":"yearly_frequency","from":30000,"to":33000,"starts_at":"2025-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"}"#,
    ),
    (
        "goal_nps",
        r#"{"indicator":"nps","from":0,"to":2000,"starts_at":"2025-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"}"#,
    ),
];

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
    let keys = tools.seed(folder, &file, PROGRAM)?;
    let took = tools.import(&file, &history)?;
    tools.scale(&["answers", path(&file)?])?;
    // Which segments members are in is the night's work.
    run::output(tools.vafa("jobs", &file).arg("run"))?;
    println!(
        "{} members, {} orders, {} answers; imported into SQLite in {}",
        options.members,
        options.members * options.orders,
        options.members * 4,
        seconds(took)
    );
    let postgres = Postgres::start()?;
    let address = postgres.url();
    let database = Path::new(&address);
    let theirs = tools.seed(folder, database, PROGRAM)?;
    tools.scale(&["carry", path(&file)?, &address])?;
    measure("SQLite", options, tools, folder, &file, &keys)?;
    measure("PostgreSQL", options, tools, folder, database, &theirs)
}

fn measure(
    engine: &str,
    options: &Options,
    tools: &Tools,
    folder: &Path,
    database: &Path,
    keys: &Value,
) -> Result<()> {
    println!("{engine}");
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
    for (goal, said) in GOALS {
        ask(port, "PUT", &format!("/v1/goals/{goal}"), key, said)?;
    }
    println!("  {:<16} {:>9} {:>9} {:>9}", "page", "p50", "p95", "KiB");
    for (name, path) in PAGES {
        let path = path.replace("{year}", YEAR);
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..options.rounds {
            let started = Instant::now();
            let answer = ask(port, "GET", &path, key, "");
            (_, bytes) = answer.with_context(|| format!("{engine}: {path}"))?;
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
    comes_true(tools, folder, database, port, key)?;
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

/// Asks once, on a connection of its own; what is answered, and how many bytes that is.
fn ask(port: u16, method: &str, path: &str, key: &str, said: &str) -> Result<(Value, usize)> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    connection.set_read_timeout(Some(Duration::from_mins(2)))?;
    let length = said.len();
    write!(
        connection,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{said}"
    )?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    let head = answer.get(..12).unwrap_or(&answer);
    ensure!(
        head.starts_with(b"HTTP/1.1 20"),
        "the answer is {}",
        String::from_utf8_lossy(answer.get(..400).unwrap_or(&answer))
    );
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.get(body.map_or(0, |head| head + 4)..).unwrap_or(&[]);
    let read = serde_json::from_slice(body).context("the answer is no JSON")?;
    Ok((read, body.len()))
}

/// Asks a fifth less for the higher tier: what that means for every member is foretold, then done, and has to be the same.
fn comes_true(tools: &Tools, folder: &Path, database: &Path, port: u16, key: &str) -> Result<()> {
    let mut document: Value = serde_json::from_str(PROGRAM)?;
    if let Some(enter) = document.pointer_mut("/tiers/levels/1/enter") {
        *enter = json!(200_000);
    }
    let started = Instant::now();
    let said = json!({ "document": document }).to_string();
    let (mut told, _) = ask(port, "POST", "/v1/programs/club/simulations", key, &said)?;
    while told["simulation"]["state"] == "running" {
        std::thread::sleep(Duration::from_millis(200));
        let id = told["simulation"]["id"].as_str().unwrap_or_default();
        let path = format!("/v1/programs/club/simulations/{id}");
        (told, _) = ask(port, "GET", &path, key, "")?;
    }
    let foretold = seconds(started.elapsed());
    let effect = &told["simulation"]["effect"];
    let mut tiers: BTreeMap<String, u64> = BTreeMap::new();
    for change in effect["tiers"].as_array().context("no effect")? {
        let to = change["to"].as_str().unwrap_or_default().to_owned();
        *tiers.entry(to).or_default() += change["members"].as_u64().unwrap_or(0);
    }
    let started = Instant::now();
    tools.seed(folder, database, &document.to_string())?;
    run::output(tools.vafa("jobs", database).arg("run"))?;
    let done = seconds(started.elapsed());
    let (seen, _) = ask(port, "GET", "/v1/insights/tier_distribution", key, "")?;
    let seen = seen["tiers"].as_array().context("no tiers")?;
    let of = |tier: &Value| {
        let name = tier["tier"].as_str().unwrap_or_default().to_owned();
        (name, tier["members"].as_u64().unwrap_or(0))
    };
    let held = |tier: &(String, u64)| tier.1 > 0;
    let seen: BTreeMap<String, u64> = seen.iter().map(of).filter(held).collect();
    ensure!(seen == tiers, "foretold {tiers:?}, and it came to {seen:?}");
    println!(
        "  a tier for a fifth less: {} rise, {} fall; foretold in {foretold}, came true in {done}",
        effect["raised"], effect["lowered"]
    );
    Ok(())
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
