//! The command line: each command has a file with its flags and its work.

mod database;
mod export;
mod import;
mod jobs;
mod keys;
mod program;
mod seed;
mod serve;
mod staff;
mod wrong;

use api::problem::{Error, Result};
use clap::{Parser, Subcommand};
use std::io::{self, Write as _};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// A loyalty club: ledger, rules and HTTP, on one SQLite file or on PostgreSQL.
///
/// Every flag that names an environment variable may be given by it instead; the flag wins. Logs go to stderr as one
/// JSON object a line; VAFA_LOG says how much (`warn`, `info`, `debug`, or `info,api=debug`).
#[derive(Parser)]
#[command(
    name = "vafa",
    version,
    after_help = "Examples:
  vafa seed --program club.json --origin https://shop.example
  vafa serve --listen 127.0.0.1:4001
  vafa staff --program club add --email sara@shop.example --role owner
  vafa check
`vafa help <command>` has more."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API until SIGTERM or Ctrl-C.
    Serve(serve::Serve),
    /// Publishes a program, making its tenant if need be, and prints keys for its shop as JSON.
    Seed(seed::Seed),
    /// Plays members, orders, refunds, redemptions and adjustments from a file, as of their own dates.
    Import(import::Import),
    /// Does what is due though nobody asks: time that passes, webhooks, old rows.
    Jobs(jobs::Jobs),
    /// Writes members, orders, the ledger and more as CSV or lines of JSON.
    Export(export::Export),
    /// Audits the ledger's invariants; exits with 1 when one is broken.
    Check(database::Check),
    /// Brings the database's tables up to this binary.
    Migrate(database::Migrate),
    /// Copies the database, as of one instant, while it is in use.
    Backup(database::Backup),
    /// Makes, lists and ends keys.
    Keys(keys::Keys),
    /// Adds, lists and closes the accounts of people who work for the shop.
    Staff(staff::Staff),
    /// Prints the JSON Schema of a program: an editor that knows it completes the fields.
    Schema,
    /// Prints the description of the API (OpenAPI 3.1).
    Openapi,
    /// Prints in plain words how a program's club works.
    Explain(program::Explain),
}

/// Runs the command that was asked for.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong::tell::<Cli>(&error),
    };
    if let Err(error) = log() {
        return failed(&error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

/// Sets the log up.
fn log() -> Result<()> {
    let asked = std::env::var("VAFA_LOG").unwrap_or_default();
    let filter = match asked.as_str() {
        "" => EnvFilter::new("info"),
        asked => EnvFilter::try_new(asked).map_err(|error| {
            Error::cannot_start(format!(
                "VAFA_LOG={asked}: {error}; write e.g. info or info,api=debug"
            ))
        })?,
    };
    tracing_subscriber::fmt()
        .json()
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    Ok(())
}

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "vafa: {error}");
    ExitCode::FAILURE
}

/// Prints a line of the command's answer.
fn say(line: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // Whoever read on the other end, like `head`, has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Error::internal),
    }
}

async fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve(serve) => serve.run().await?,
        Command::Seed(seed) => seed.run().await?,
        Command::Import(import) => import.run().await?,
        Command::Jobs(jobs) => jobs.run().await?,
        Command::Export(export) => export.run().await?,
        Command::Check(check) => return check.run().await,
        Command::Migrate(migrate) => migrate.run().await?,
        Command::Backup(backup) => backup.run().await?,
        Command::Keys(keys) => keys.run().await?,
        Command::Staff(staff) => staff.run().await?,
        Command::Schema => program::schema()?,
        Command::Openapi => say(&serde_json::to_string_pretty(api::routes::document())?)?,
        Command::Explain(explain) => explain.run().await?,
    }
    Ok(ExitCode::SUCCESS)
}
