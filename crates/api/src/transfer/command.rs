//! `vafa import` and `vafa export`.

use super::{Export as Ask, Exported, LineFault, report};
use super::{Format, Kind, Table, import::Import as Job, import::Progress, import::Summary};
use crate::ids;
use crate::problem::{Error, Result};
use crate::state::State;
use crate::{jobs, programs};
use rules::Timestamp;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Options of `vafa import`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Import {
    /// The program's id.
    #[arg(long)]
    program: String,
    /// How the file is written; by its name when absent, and lines of JSON where that says nothing.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// What its lines are; `history` when absent, where each line names what it is.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Where every fault of every line goes: CSV when its name ends so, lines of JSON otherwise.
    #[arg(long)]
    report: Option<PathBuf>,
    /// The file; `-` for standard input.
    file: PathBuf,
}

/// Options of `vafa export`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Export {
    /// The program's id.
    #[arg(long)]
    program: String,
    /// How it is written; by the file's name when absent, and CSV where that says nothing.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Not before this instant, as RFC 3339.
    #[arg(long, value_parser = instant)]
    from: Option<Timestamp>,
    /// Before this instant, as RFC 3339.
    #[arg(long, value_parser = instant)]
    to: Option<Timestamp>,
    /// Where it goes; standard output when absent.
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// What to export.
    #[arg(value_enum)]
    table: Table,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "write it like 2026-11-22T04:10:00Z".to_owned())
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "csv" => Some(Format::Csv),
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        _ => None,
    }
}

/// How many bad lines are told on the terminal.
const SHOWN: usize = 10;

/// Runs `vafa import`.
///
/// # Errors
/// When the file cannot be read or is not what it is said to be, or the database fails.
pub async fn import(state: &State, options: &Import) -> Result<()> {
    let stdin = options.file == Path::new("-");
    let format = options.format.or_else(|| by_name(&options.file));
    let format = format.unwrap_or(Format::Ndjson);
    let kind = match (options.kind, format) {
        (Some(Kind::History) | None, Format::Csv) => {
            return Err(Error::malformed(
                "Say with --kind what the rows of this CSV are: members, orders, refunds, redemptions or adjustments.",
            ));
        }
        (kind, _) => kind.unwrap_or(Kind::History),
    };
    let tenant = programs::tenant(&state.db, &options.program).await?;
    let shown = options.file.display().to_string();
    // A file is known again by its content. What comes through a pipe is not: playing it again changes nothing.
    let (key, total) = if stdin {
        (ids::id("pipe"), None)
    } else {
        let path = options.file.clone();
        let known = tokio::task::spawn_blocking(move || fingerprint(&path)).await;
        let known = known.map_err(Error::internal)?;
        let (digest, bytes) =
            known.map_err(|error| Error::malformed(format!("{shown}: {error}")))?;
        (format!("file {} {digest}", kind.name()), Some(bytes))
    };
    let source: Box<dyn Read + Send> = if stdin {
        Box::new(io::stdin())
    } else {
        let file = File::open(&options.file);
        Box::new(file.map_err(|error| Error::malformed(format!("{shown}: {error}")))?)
    };
    let job = Job {
        tenant: tenant.clone(),
        actor: "import".to_owned(),
        kind,
        format,
        key,
    };
    let mut meter = Meter::new(total);
    let done = super::import(state, job, source, |at| meter.tick(at)).await;
    meter.end();
    let done = done?;
    let settled = jobs::run(state).await?;
    tell(state, &tenant, &done, options.report.as_deref()).await?;
    let _ = writeln!(
        io::stderr(),
        "{} lines taken, {} refused; {} members brought up to now",
        done.taken,
        done.refused,
        settled.members,
    );
    Ok(())
}

/// SHA-256 of a file, and its length.
fn fingerprint(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((ids::base64url(&digest.finalize()), bytes));
        }
        digest.update(buffer.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
}

/// The bad lines: the first few for whoever looks, all of them in the report's file.
async fn tell(state: &State, tenant: &str, done: &Summary, to: Option<&Path>) -> Result<()> {
    let format = to.and_then(by_name).unwrap_or(Format::Ndjson);
    let cannot = |error: io::Error| Error::malformed(format!("The report: {error}"));
    let mut file = to.map(File::create).transpose().map_err(cannot)?;
    let mut at = report::Report::new(&done.id, format);
    let mut shown = 0;
    while let Some(page) = at.page(state, tenant).await? {
        if let Some(file) = &mut file {
            file.write_all(&page.bytes).map_err(cannot)?;
        }
        for fault in page.faults.iter().take(SHOWN - shown) {
            shown += 1;
            let _ = writeln!(io::stderr(), "{}", sentence(fault));
        }
        if file.is_none() && shown == SHOWN {
            let _ = writeln!(
                io::stderr(),
                "… all of them in a file: --report faults.ndjson"
            );
            break;
        }
    }
    Ok(())
}

fn sentence(fault: &LineFault) -> String {
    let LineFault {
        line,
        pointer,
        code,
        detail,
    } = fault;
    let place = if pointer.is_empty() {
        String::new()
    } else {
        format!(" {pointer}")
    };
    format!("line {line}{place}: {code}: {detail}")
}

/// Progress on standard error: a line that changes on a terminal, one every ten seconds elsewhere.
struct Meter {
    total: Option<u64>,
    terminal: bool,
    /// When lines began to be played, and how many lines and bytes were done by then.
    since: Option<(Instant, u64, u64)>,
    told: Instant,
    wrote: bool,
}

impl Meter {
    fn new(total: Option<u64>) -> Self {
        Self {
            total,
            terminal: io::stderr().is_terminal(),
            since: None,
            told: Instant::now(),
            wrote: false,
        }
    }

    fn tick(&mut self, at: Progress) {
        let now = Instant::now();
        let (since, lines, bytes) = *self.since.get_or_insert((now, at.lines, at.bytes));
        if !at.fresh {
            self.since = None;
        }
        let every = Duration::from_millis(if self.terminal { 250 } else { 10_000 });
        if now.duration_since(self.told) < every {
            return;
        }
        self.told = now;
        self.wrote = true;
        let text = progress(
            at,
            self.total,
            now.duration_since(since),
            at.lines.saturating_sub(lines),
            at.bytes.saturating_sub(bytes),
        );
        let _ = if self.terminal {
            write!(io::stderr(), "\r\u{1b}[K{text}")
        } else {
            writeln!(io::stderr(), "{text}")
        };
    }

    fn end(&self) {
        if self.terminal && self.wrote {
            let _ = writeln!(io::stderr());
        }
    }
}

/// How far it is, how fast, and for how long still.
fn progress(at: Progress, total: Option<u64>, took: Duration, lines: u64, bytes: u64) -> String {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = lines.saturating_mul(1_000) / ms;
    let mut text = format!("{} lines, {rate} lines/s", at.lines);
    if let Some(total) = total {
        let part = at.bytes.saturating_mul(100) / total.max(1);
        text = format!("{part} % — {text}");
        let left = total.saturating_sub(at.bytes);
        if let Some(seconds) = left.saturating_mul(ms).checked_div(bytes) {
            let seconds = seconds / 1_000;
            text.push_str(&format!(", {}:{:02} left", seconds / 60, seconds % 60));
        }
    }
    text
}

/// Runs `vafa export`.
///
/// # Errors
/// When the file cannot be written, or the database fails.
pub async fn export(state: &State, options: &Export) -> Result<()> {
    let tenant = programs::tenant(&state.db, &options.program).await?;
    let named = options.out.as_deref().and_then(by_name);
    let usual = if options.table == Table::History {
        Format::Ndjson
    } else {
        Format::Csv
    };
    let format = options.format.or(named).unwrap_or(usual);
    let ask = Ask::new(options.table, format, options.from, options.to)?;
    let cannot = |error: io::Error| Error::cannot_start(format!("cannot write: {error}"));
    let mut out: Box<dyn Write + Send> = match &options.out {
        Some(path) => Box::new(File::create(path).map_err(cannot)?),
        None => Box::new(io::stdout()),
    };
    let mut at = Exported::default();
    while let Some(bytes) = super::page(state, &tenant, ask, &mut at).await? {
        match out.write_all(&bytes) {
            // Whoever read on the other end, like `head`, has had enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(cannot)?,
        }
    }
    out.flush().map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_how_far_how_fast_and_how_long() {
        let at = Progress {
            lines: 3_000,
            bytes: 600_000,
            fresh: true,
        };
        let two = Duration::from_secs(2);
        assert_eq!(
            progress(at, Some(1_200_000), two, 2_000, 400_000),
            "50 % — 3000 lines, 1000 lines/s, 0:03 left"
        );
        assert_eq!(
            progress(at, None, two, 2_000, 400_000),
            "3000 lines, 1000 lines/s"
        );
        // Nothing is known yet of how fast it is.
        assert_eq!(
            progress(at, Some(1_200_000), Duration::ZERO, 0, 0),
            "50 % — 3000 lines, 0 lines/s"
        );
    }
}
