//! Which database, and the commands that work on it as a whole.

use super::say;
use api::assets::Assets;
use api::clock::Clock;
use api::limits::Limits;
use api::problem::{Error, Result};
use api::{State, check, database};
use std::path::PathBuf;
use std::process::ExitCode;
use store::Db;

/// The flags that say which database and how it is used.
#[derive(clap::Args)]
pub(super) struct Database {
    /// A SQLite file, or postgres://user:password@host/name.
    #[arg(
        long = "database",
        env = "VAFA_DATABASE",
        default_value = "vafa.db",
        hide_env_values = true,
        value_name = "FILE OR URL"
    )]
    pub(super) url: String,
    /// Most writes that share one commit on SQLite; 1 commits each alone.
    #[arg(long, env = "VAFA_MOST_IN_COMMIT", default_value_t = 512, value_parser = at_least_one)]
    most_in_commit: usize,
    /// Most connections to PostgreSQL.
    #[arg(long, env = "VAFA_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    connections: u32,
    /// Most works that wait for the database, those that read and those that write each; more are answered 503 at
    /// once, with Retry-After.
    #[arg(long, env = "VAFA_WAITING_MAX", default_value_t = 1_024, value_parser = at_least_one)]
    waiting_max: usize,
}

/// A count that is not 0.
fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("1 at least".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("a whole number is needed, 1 at least".to_owned()),
    }
}

impl Database {
    /// Opens it, and brings its tables up to this binary. A file that is not there is a mistake in its name.
    pub(super) async fn open(&self) -> Result<Db> {
        self.opened(false).await
    }

    /// Opens it, or makes it.
    pub(super) async fn make(&self) -> Result<Db> {
        self.opened(true).await
    }

    async fn opened(&self, create: bool) -> Result<Db> {
        let options = store::Options {
            create,
            most_in_commit: self.most_in_commit,
            pool: self.connections,
            queue: self.waiting_max,
            ..store::Options::default()
        };
        database::open(&self.url, options).await
    }

    /// A state on it, for commands that work without HTTP.
    pub(super) async fn state(&self) -> Result<State> {
        Ok(State::new(
            self.open().await?,
            Clock::System,
            Assets::None,
            Limits::default(),
        ))
    }
}

#[derive(clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    database: Database,
}

impl Check {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let db = self.database.open().await?;
        let findings = check::check(&db).await?;
        db.close().await;
        for finding in &findings {
            let verdict = if finding.broken == 0 { "ok" } else { "BROKEN" };
            say(&format!(
                "{:<7} {verdict:<6} {:>8} checked {:>6} broken  {}",
                finding.name, finding.checked, finding.broken, finding.holds
            ))?;
        }
        let broken = findings.iter().any(|finding| finding.broken > 0);
        Ok(if broken {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

#[derive(clap::Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: Database,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<()> {
        self.database.make().await?.close().await;
        say("migrated")
    }
}

#[derive(clap::Args)]
#[command(after_help = "Example:
  vafa backup --database vafa.db /backups/vafa-2026-11-22.db")]
pub(super) struct Backup {
    #[command(flatten)]
    database: Database,
    /// The new file.
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> Result<()> {
        let db = self.database.open().await?;
        let copied = db.backup(&self.file).await;
        copied.map_err(Error::cannot_start)?;
        db.close().await;
        say("backed up")
    }
}
