//! What is measured of one engine, and the bounds it keeps.

use crate::club::{self, Club, Reads, Redemptions, Seeding};
use crate::served::{self, Served};
use anyhow::{Context as _, Result, ensure};
use load::{Generator, Pace, Plan, Report, Target};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Reads per second of the measurements of reads.
const READS: u32 = 200;
/// The bound of a redemption's p95 at half of the highest rate.
const P95: Duration = Duration::from_millis(50);
/// How many times more redemptions many writes in a commit bring than one in each.
const TIMES: f64 = 5.0;
/// A read's p95 beside writes over its p95 alone, at most; and the p95 up to which that does not matter.
const BESIDE: f64 = 1.5;
const QUICK: Duration = Duration::from_millis(10);
/// How often the two highest rates are measured, in turn: what the disk and the machine do meanwhile is in both. The
/// median counts.
const ROUNDS: usize = 3;
/// Connections that ask for the highest rate: more than one commit holds, so that the next one fills while it syncs.
const CROWD: usize = 1_024;
/// How soon after an overload the server is as it was.
const RECOVERY: Duration = Duration::from_secs(5);

/// What one engine does.
pub(crate) struct Measured {
    pub(crate) engine: &'static str,
    /// Redemptions per second, one in a commit; SQLite alone has the choice.
    alone: Option<f64>,
    /// Redemptions per second.
    most: f64,
    half: Report,
    reads_alone: Report,
    reads_beside: Report,
    writes_beside: Report,
    overload: Report,
    recovered: Option<Duration>,
    /// Syncs of the disk and writes they were for, where the system lets us count.
    syncs: Option<(u64, u64)>,
}

struct Place<'a> {
    server: &'a Path,
    database: &'a str,
    club: Arc<Club>,
}

/// Seeds the database and measures everything.
///
/// # Errors
/// When the server does not start or refuses what it should do, or an invariant is broken.
pub(crate) async fn measure(
    engine: &'static str,
    server: &Path,
    folder: &Path,
    database: &str,
    members: u64,
    time: Duration,
) -> Result<Measured> {
    let program = folder.join("program.json");
    std::fs::write(&program, club::document().to_string())?;
    let keys = served::seed(server, &program, database)?;
    let club = Club::new(&keys, members).context("`vafa seed` printed other keys than expected")?;
    let place = Place {
        server,
        database,
        club: Arc::new(club),
    };

    eprintln!("{engine}: {members} members");
    let running = Served::start(server, database)?;
    seeded(&running, &place.club, members).await?;
    drop(running);

    let seconds = time.as_secs().max(1);
    let lite = engine == "SQLite";
    let (mut alone, mut most) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        if lite {
            let running = Served::with(server, database, &["--most-in-commit", "1"])?;
            let one = rate(&flood(&running, place.redemptions(), 400 * seconds, 64).await?)?;
            eprintln!("{engine}: one in a commit, {round} of {ROUNDS}: {one:.0} a second");
            alone.push(one);
        }
        let running = Served::start(server, database)?;
        let many = rate(&flood(&running, place.redemptions(), 2_000 * seconds, CROWD).await?)?;
        eprintln!("{engine}: as many as go, {round} of {ROUNDS}: {many:.0} a second");
        most.push(many);
    }
    let (alone, most) = (median(alone), median(most).unwrap_or_default());
    let running = Served::start(server, database)?;
    let rate_of = |share: f64| (most * share).round().max(1.0) as u32;

    eprintln!("{engine}: half of {most:.0} a second");
    let half = paced(&running, place.redemptions(), 256)
        .await?
        .run(rate_of(0.5), time)
        .await?;
    eprintln!("{engine}: reads alone, then beside writes");
    let mut reads = paced(&running, Reads::new(&place.club), 64).await?;
    let reads_alone = reads.run(READS, time).await?;
    let mut writes = paced(&running, place.redemptions(), 256).await?;
    let (reads_beside, writes_beside) =
        tokio::join!(reads.run(READS, time), writes.run(rate_of(0.5), time));

    eprintln!("{engine}: twice as many as go");
    let mut flooding = paced(&running, place.redemptions(), 3_500).await?;
    let overload = flooding
        .run(rate_of(2.0), time.min(Duration::from_secs(5)))
        .await?;
    let recovered = recovery(&running, &place).await?;

    let syncs = syncs(&running, &place).await?;
    drop(running);
    served::check(place.server, place.database).context("an invariant is broken after the load")?;
    Ok(Measured {
        engine,
        alone,
        most,
        half,
        reads_alone,
        reads_beside: reads_beside?,
        writes_beside: writes_beside?,
        overload,
        recovered,
        syncs,
    })
}

impl Place<'_> {
    fn redemptions(&self) -> Redemptions {
        Redemptions::new(self.club.clone())
    }
}

async fn paced(
    running: &Served,
    plan: impl Plan + 'static,
    connections: usize,
) -> Result<Generator> {
    let target = Target::of(&running.address.parse()?).await?;
    let patience = Duration::from_secs(60);
    Generator::new(
        target,
        Box::new(plan),
        Pace {
            connections,
            patience,
        },
    )
}

/// So many requests as fast as they are answered over so many connections.
async fn flood(
    running: &Served,
    plan: impl Plan + 'static,
    requests: u64,
    connections: usize,
) -> Result<Report> {
    let mut generator = paced(running, plan, connections).await?;
    generator.flood(requests).await
}

/// Joins the members, then pays an order for each.
async fn seeded(running: &Served, club: &Arc<Club>, members: u64) -> Result<()> {
    let mut generator = paced(running, Seeding(club.clone()), 128).await?;
    for _ in 0..2 {
        let report = generator.flood(members).await?;
        ensure!(
            report.all().succeeded() == members,
            "seeding failed:\n{report}"
        );
    }
    Ok(())
}

/// The one in the middle; none of none.
fn median(mut rates: Vec<f64>) -> Option<f64> {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied()
}

/// Redemptions per second.
fn rate(report: &Report) -> Result<f64> {
    let all = report.all();
    ensure!(
        all.succeeded() == all.sent,
        "not every redemption succeeded:\n{report}"
    );
    Ok(all.succeeded() as f64 / report.took.as_secs_f64())
}

/// How long it takes until redemptions are quick again; nothing when that is longer than waited for.
async fn recovery(running: &Served, place: &Place<'_>) -> Result<Option<Duration>> {
    let since = Instant::now();
    let mut generator = paced(running, place.redemptions(), 16).await?;
    while since.elapsed() < RECOVERY * 3 {
        let report = generator.run(50, Duration::from_millis(500)).await?;
        let all = report.all();
        if all.overloaded() == 0 && all.unanswered() == 0 && all.good.quantile(0.95) <= P95 {
            return Ok(Some(since.elapsed()));
        }
    }
    Ok(None)
}

/// Counts the disk's syncs of one second of redemptions, by `strace`, where it is installed and may look.
async fn syncs(running: &Served, place: &Place<'_>) -> Result<Option<(u64, u64)>> {
    let started = Command::new("strace")
        .args([
            "-f",
            "-c",
            "-e",
            "trace=fsync,fdatasync",
            "-p",
            &running.id().to_string(),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut strace) = started else {
        return Ok(None);
    };
    let told = strace.stderr.take().context("strace has no output")?;
    let mut told = BufReader::new(told);
    let mut line = String::new();
    // It says when it looks; where it may not, it ends.
    while !line.contains("attached") {
        line.clear();
        if told.read_line(&mut line)? == 0 {
            strace.wait()?;
            return Ok(None);
        }
    }
    let report = paced(running, place.redemptions(), 64)
        .await?
        .run(400, Duration::from_secs(2))
        .await?;
    let _ = Command::new("kill")
        .args(["-INT", &strace.id().to_string()])
        .status();
    let mut rest = String::new();
    told.read_to_string(&mut rest)?;
    strace.wait()?;
    let calls = |line: &str| {
        let mut words = line.split_whitespace();
        let name = words.next_back()?;
        let counted = ["fsync", "fdatasync"].contains(&name);
        counted.then(|| words.nth(3)?.parse::<u64>().ok())?
    };
    let syncs: u64 = rest.lines().filter_map(calls).sum();
    Ok((syncs > 0).then(|| (syncs, report.all().succeeded())))
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

impl Measured {
    fn beside(&self) -> f64 {
        let p95 = |report: &Report| report.all().good.quantile(0.95).as_secs_f64();
        p95(&self.reads_beside) / p95(&self.reads_alone).max(f64::MIN_POSITIVE)
    }

    /// The table's column: what, and how much.
    pub(crate) fn rows(&self) -> Vec<(String, String)> {
        let per_second = |rate: f64| format!("{rate:.0} /s");
        let half = self.half.all().good;
        let times = |report: &Report| {
            let good = report.all().good;
            (
                ms(good.quantile(0.5)),
                ms(good.quantile(0.95)),
                ms(good.quantile(0.99)),
            )
        };
        let (alone, beside) = (times(&self.reads_alone), times(&self.reads_beside));
        let overload = self.overload.all();
        let refused = overload.statuses.get(&503).copied().unwrap_or_default();
        let row = |name: &str, value: String| (name.to_owned(), value);
        vec![
            row(
                "redemptions, one in a commit",
                self.alone.map_or("-".to_owned(), per_second),
            ),
            row("redemptions, many in a commit", per_second(self.most)),
            row(
                "  times as many",
                self.alone
                    .map_or("-".to_owned(), |alone| format!("{:.1}", self.most / alone)),
            ),
            row("redemptions at half of that, p50", ms(half.quantile(0.5))),
            row("  p95", ms(half.quantile(0.95))),
            row("  p99", ms(half.quantile(0.99))),
            row("reads at 200/s alone, p50", alone.0),
            row("  p95", alone.1),
            row("reads at 200/s beside redemptions at half, p50", beside.0),
            row("  p95", beside.1),
            row(
                "  p95 beside over p95 alone",
                format!("{:.2}", self.beside()),
            ),
            row(
                "  redemptions beside reads, p95",
                times(&self.writes_beside).1,
            ),
            row(
                "twice as many as go: done",
                overload.succeeded().to_string(),
            ),
            row("  told to come again (503)", refused.to_string()),
            row(
                "  as before after",
                self.recovered.map_or("never".to_owned(), ms),
            ),
            row(
                "syncs of the disk per acknowledged redemption",
                self.syncs.map_or("-".to_owned(), |(syncs, writes)| {
                    format!("{:.2}", syncs as f64 / writes as f64)
                }),
            ),
        ]
    }

    /// The bounds that were not kept.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut bound = |kept: bool, what: String| {
            if !kept {
                broken.push(format!("{}: {what}", self.engine));
            }
        };
        if let Some(alone) = self.alone {
            let times = self.most / alone;
            bound(
                times >= TIMES,
                format!("many in a commit are only {times:.1} times as many"),
            );
        }
        let p95 = self.half.all().good.quantile(0.95);
        bound(
            p95 <= P95,
            format!(
                "p95 of a redemption at half of the highest rate is {}",
                ms(p95)
            ),
        );
        let beside = self.reads_beside.all().good.quantile(0.95);
        bound(
            self.beside() <= BESIDE || beside <= QUICK,
            format!(
                "p95 of a read beside writes is {}, {:.2} times that alone",
                ms(beside),
                self.beside()
            ),
        );
        let overload = self.overload.all();
        let known = overload
            .statuses
            .keys()
            .all(|status| [201, 503].contains(status));
        bound(
            known && overload.unanswered() == 0,
            format!(
                "an overload ends in other than 201 and 503: {:?}",
                overload.statuses
            ),
        );
        bound(
            self.recovered.is_some_and(|after| after <= RECOVERY),
            "it is not as before 5 s after an overload".to_owned(),
        );
        broken
    }

    /// All of it for machines.
    pub(crate) fn json(&self) -> Value {
        json!({
            "engine": self.engine,
            "redemptions_per_s_one_in_commit": self.alone,
            "redemptions_per_s": self.most,
            "half": self.half.json(),
            "reads_alone": self.reads_alone.json(),
            "reads_beside": self.reads_beside.json(),
            "writes_beside": self.writes_beside.json(),
            "overload": self.overload.json(),
            "recovered_ms": self.recovered.map(|after| after.as_millis().to_string()),
            "syncs": self.syncs.map(|(syncs, _)| syncs),
            "writes_of_syncs": self.syncs.map(|(_, writes)| writes),
        })
    }
}
