//! What the size of a club costs: a small one and a large one, made, checked and asked on this machine in one run.

use crate::ports;
use crate::run;
use crate::steps::{Outcome, seconds};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Options of `cargo xtask scale`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Members of the small club; each has ten entries
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    members: u64,
    /// How many times as large the other one is
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(2..=9_999))]
    times: u64,
    /// Requests per second
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 10)]
    seconds: u32,
}

/// Orders of each member: with what joining gives, ten entries.
const ORDERS: u64 = 9;
/// How many times as long the large club may take to answer.
const RATIO: u64 = 2;
/// Each club is asked so often in turn, and its best time counts: what else the machine does is not the club's.
const ROUNDS: usize = 3;
/// Times below this are noise beside each other.
const FLOOR_US: u64 = 5_000;

/// How the programs are built.
#[derive(Clone, Copy)]
pub(crate) enum Built {
    Released,
    /// As the tests have them: quicker to build.
    Tested,
}

/// `cargo xtask scale`.
pub(crate) fn run(options: &Options) -> Result<()> {
    measure(options, Built::Released)
}

/// The step of `cargo xtask test`: a club of 1,000 and one of 20,000.
pub(crate) fn stays_flat() -> Result<Outcome> {
    let options = Options {
        members: 1_000,
        times: 20,
        rate: 20,
        seconds: 5,
    };
    measure(&options, Built::Tested)?;
    Ok(Outcome::Done)
}

fn measure(options: &Options, built: Built) -> Result<()> {
    let tools = Tools::build(built)?;
    let folder = run::target().join("scale");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not remove what an earlier run left")?;
    }
    fs::create_dir_all(&folder)?;
    let measured = clubs(options, &tools, &folder);
    // Gigabytes that nobody needs any more.
    let _ = fs::remove_dir_all(&folder);
    measured
}

fn clubs(options: &Options, tools: &Tools, folder: &Path) -> Result<()> {
    let (small, large) = (folder.join("small.db"), folder.join("large.db"));
    let keys = tools.seed(folder, &small, PROGRAM)?;
    let history = folder.join("history.ndjson");
    write_history(&history, options.members, ORDERS)?;
    let took = tools.import(&small, &history)?;
    let lines = options.members * (ORDERS + 1);
    println!(
        "imported {lines} lines in {}: {} lines/s",
        seconds(took),
        per_second(lines, took)
    );
    fs::copy(&small, &large).context("could not copy the small club")?;
    let started = Instant::now();
    tools.scale(&["multiply", path(&large)?, &options.times.to_string()])?;
    println!(
        "copied it to {} times its size in {}",
        options.times,
        seconds(started.elapsed())
    );
    for (name, file, times) in [("small", &small, 1), ("large", &large, options.times)] {
        let (took, peak) = tools.check(file)?;
        let entries = lines * times;
        let bytes = fs::metadata(file)?.len();
        println!(
            "{name}: {} members, {entries} entries, {} MiB on disk, {} bytes per entry; checked in {}{peak}",
            options.members * times,
            bytes >> 20,
            bytes / entries.max(1),
            seconds(took),
        );
    }
    let mut best = [u64::MAX; 2];
    for _ in 0..ROUNDS {
        for (place, (file, times)) in [(&small, 1), (&large, options.times)]
            .into_iter()
            .enumerate()
        {
            let members = options.members * times;
            let p95 = tools.ask(folder, file, &keys, members, options)?;
            best[place] = best[place].min(p95);
        }
    }
    let [few, many] = best;
    println!(
        "GET /v1/me, p95 at {}/s: {} µs in the small club, {} µs in the large one",
        options.rate, few, many
    );
    ensure!(
        many <= few.max(FLOOR_US) * RATIO,
        "a club of {} times the size takes more than {RATIO} times as long to answer",
        options.times
    );
    Ok(())
}

pub(crate) fn path(path: &Path) -> Result<&str> {
    path.to_str().context("the path is no text")
}

fn per_second(count: u64, took: Duration) -> u64 {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000) / ms
}

/// Members one after the other, each with orders over two years; the same at every run.
pub(crate) fn write_history(to: &Path, members: u64, orders: u64) -> Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    let mut order = 0;
    let mut random = 7_u64;
    let mut below = |bound: u64| {
        // Knuth's generator for 64 bits; its upper half is good.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    for member in 0..members {
        let mut day = below(200);
        writeln!(
            out,
            r#"{{"member":{{"external_id":"c{member}","first_name":"Sara","joined_at":"{}"}}}}"#,
            date(day)
        )?;
        for _ in 0..orders {
            day += 1 + below(45);
            let (sku, price, pieces) = (below(1_000), 100 + below(20_000), 1 + below(3));
            writeln!(
                out,
                r#"{{"order":{{"order_id":"o{order}","member":"c{member}","status":"paid","currency":"EUR","paid_at":"{}","items":[{{"sku":"s{sku}","category":"tea","quantity":{pieces},"unit_price":{price}}}]}}}}"#,
                date(day)
            )?;
            order += 1;
        }
    }
    out.flush()?;
    Ok(())
}

/// Noon of the so-manieth day after 2024 began, in months of 28 days, so that no calendar is needed.
fn date(day: u64) -> String {
    let (year, rest) = (2024 + day / 336, day % 336);
    format!("{year}-{:02}-{:02}T12:00:00Z", 1 + rest / 28, 1 + rest % 28)
}

/// The program of both clubs.
const PROGRAM: &str = r#"{"id":"club","version":1,"name":{"en":"Club"},"languages":["en"],"currency":{"code":"EUR"},
"zone":"Asia/Tehran","calendar":"gregorian","earning":{"purchase":{"id":"buy","points":1,"per":100},
"activities":[{"id":"join","kind":"join","points":50}]},
"rewards":[{"id":"five","title":{"en":"5 off"},"kind":{"amount_off":500},"cost":500}],
"tiers":{"measure":"spend","window":"lifetime","levels":[{"id":"base","name":{"en":"Base"},"enter":0},
{"id":"gold","name":{"en":"Gold"},"enter":1000000,"multiplier":20000}]}}"#;

/// The programs that do the work.
pub(crate) struct Tools {
    vafa: PathBuf,
    scale: PathBuf,
    load: PathBuf,
}

impl Tools {
    pub(crate) fn build(built: Built) -> Result<Self> {
        let folder = match built {
            Built::Released => {
                let vafa = [
                    "build",
                    "--release",
                    "--package",
                    "api",
                    "--bin",
                    "vafa",
                    "--example",
                    "scale",
                ];
                run::run(&mut run::cargo(vafa))?;
                let load = ["build", "--release", "--package", "load", "--bin", "load"];
                run::run(&mut run::cargo(load))?;
                "release"
            }
            Built::Tested => {
                run::programs_as_tested()?;
                "debug"
            }
        };
        let suffix = std::env::consts::EXE_SUFFIX;
        let built = run::target().join(folder);
        Ok(Self {
            vafa: built.join(format!("vafa{suffix}")),
            scale: built.join("examples").join(format!("scale{suffix}")),
            load: built.join(format!("load{suffix}")),
        })
    }

    pub(crate) fn vafa(&self, command: &str, database: &Path) -> Command {
        let mut vafa = Command::new(&self.vafa);
        vafa.arg(command).arg("--database").arg(database);
        vafa.env("VAFA_LOG", "warn");
        vafa
    }

    pub(crate) fn seed(&self, folder: &Path, database: &Path, club: &str) -> Result<Value> {
        let program = folder.join("program.json");
        fs::write(&program, club)?;
        let mut seed = self.vafa("seed", database);
        seed.arg("--program").arg(&program);
        let keys = run::output(seed.args(["--origin", "https://shop.example"]))?;
        serde_json::from_str(&keys).context("the keys of the club")
    }

    pub(crate) fn import(&self, database: &Path, history: &Path) -> Result<Duration> {
        let started = Instant::now();
        let mut import = self.vafa("import", database);
        run::run(import.args(["--program", "club"]).arg(history))?;
        Ok(started.elapsed())
    }

    pub(crate) fn scale(&self, arguments: &[&str]) -> Result<String> {
        run::output(Command::new(&self.scale).args(arguments))
    }

    /// How long a check takes, and the most memory that it had, where the system tells.
    fn check(&self, database: &Path) -> Result<(Duration, String)> {
        let started = Instant::now();
        let mut check = self.vafa("check", database);
        let mut child = check.stdout(Stdio::null()).spawn().context("vafa check")?;
        let mut peak = None;
        let ended = loop {
            if let Some(ended) = child.try_wait()? {
                break ended;
            }
            peak = high_water(&child).or(peak);
            std::thread::sleep(Duration::from_millis(20));
        };
        ensure!(ended.success(), "{} is not sound", database.display());
        let mut told = String::new();
        if let Some(kib) = peak {
            write!(told, " with {} MiB", kib / 1_024)?;
        }
        Ok((started.elapsed(), told))
    }

    /// The p95 of `GET /v1/me` by members all over the club, in microseconds.
    fn ask(
        &self,
        folder: &Path,
        database: &Path,
        keys: &Value,
        members: u64,
        options: &Options,
    ) -> Result<u64> {
        let port = ports::any_free()?;
        let listen = format!("127.0.0.1:{port}");
        let mut serve = self.vafa("serve", database);
        serve.args(["--listen", &listen, "--no-jobs", "--audit-minutes", "0"]);
        let mut server = Server(serve.stdout(Stdio::null()).spawn().context("vafa serve")?);
        ports::wait_for(port, || match server.0.try_wait()? {
            Some(ended) => bail!("the server ended: {ended}"),
            None => Ok(()),
        })?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let signing = &keys["signing_key"];
        let tokens = self.scale(&[
            "tokens",
            "club",
            &text(&signing["kid"]),
            &text(&signing["secret"]),
            &members.to_string(),
            "5000",
        ])?;
        let (each, json) = (folder.join("tokens"), folder.join("load.json"));
        fs::write(&each, tokens)?;
        for seconds in [2, options.seconds] {
            // The first one warms up.
            let mut load = Command::new(&self.load);
            load.args(["--url", &format!("http://{listen}/v1/me")])
                .args(["--header", "Origin: https://shop.example"])
                .args(["--rate", &options.rate.to_string()])
                .args(["--seconds", &seconds.to_string()]);
            run::output(load.arg("--each").arg(&each).arg("--json").arg(&json))?;
        }
        let told: Value = serde_json::from_str(&fs::read_to_string(&json)?)?;
        let all = &told["measured"]["all"];
        let answered = all["statuses"]["200"].as_u64().unwrap_or(0);
        let wanted = u64::from(options.rate) * u64::from(options.seconds);
        ensure!(
            answered * 100 >= wanted * 99,
            "of {wanted} requests {answered} were answered: {}",
            all["statuses"]
        );
        all["latency"]["p95_us"]
            .as_u64()
            .context("the report has no p95")
    }
}

/// The most memory that a process had so far, in KiB.
pub(crate) fn high_water(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// A server that does not outlive us.
pub(crate) struct Server(pub(crate) Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{date, per_second};
    use std::time::Duration;

    #[test]
    fn days_are_dates() {
        assert_eq!(date(0), "2024-01-01T12:00:00Z");
        assert_eq!(date(27), "2024-01-28T12:00:00Z");
        assert_eq!(date(28), "2024-02-01T12:00:00Z");
        assert_eq!(date(336), "2025-01-01T12:00:00Z");
    }

    #[test]
    fn rates_are_whole_numbers() {
        assert_eq!(per_second(10_000, Duration::from_millis(2_500)), 4_000);
        assert_eq!(per_second(5, Duration::ZERO), 5_000);
    }
}
