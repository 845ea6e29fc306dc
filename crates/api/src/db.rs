//! The SQLite file: how it is opened, and what each connection must be before it is used.
//!
//! One connection writes (`BEGIN IMMEDIATE`, so that a lock is never taken half-way); others read, each in
//! its own snapshot. A commit is on the disk before anybody is told: `synchronous=FULL` is read back from
//! every connection, because a setting that silently did not take would lose acknowledged points.

use crate::problem::{Error, Result};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqlSafeStr, Sqlite, Transaction};
use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

const LOCK_WAIT: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
/// More than this crate has, so that each is prepared once per connection.
const STATEMENTS: usize = 256;

const MIGRATIONS: &[(i64, &str, &str)] =
    &[(1, "club", include_str!("../migrations/0001_club.sql"))];

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Db {
    /// Opens (and creates) the file and brings its tables up to this binary. A schema from a newer binary
    /// is refused.
    ///
    /// # Errors
    /// When the file cannot be opened, a migration fails, or a connection is not durable.
    pub async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .statement_cache_capacity(STATEMENTS)
            .busy_timeout(LOCK_WAIT);
        let pool = |most: u32| {
            SqlitePoolOptions::new()
                .max_connections(most)
                .acquire_timeout(LOCK_WAIT)
                .after_connect(|connection, _| Box::pin(assert_durable(connection)))
        };
        let cannot = |error| Error::cannot_start(format!("{}: {error}", path.display()));
        // A pool would try again and again; here the reason is told at once.
        let mut first = options.connect().await.map_err(cannot)?;
        assert_durable(&mut first).await.map_err(cannot)?;
        first.close().await?;
        let writer = pool(1)
            .connect_with(options.clone())
            .await
            .map_err(cannot)?;
        migrate(&writer).await?;
        let readers = pool(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self { writer, readers })
    }

    /// A transaction that may write; there is one at a time.
    ///
    /// # Errors
    /// When the writer stays busy for five seconds.
    pub async fn begin_write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// A snapshot to read from.
    ///
    /// # Errors
    /// When no connection gets free for five seconds.
    pub async fn begin_read(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.readers.begin().await?)
    }

    /// Connections for a single statement that reads.
    #[must_use]
    pub const fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Copies the whole database, as of one instant, into a new file, and checks the copy.
    ///
    /// # Errors
    /// When the file exists already, cannot be written, or is not sound.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        let name = to
            .to_str()
            .ok_or_else(|| Error::malformed("The path is not UTF-8."))?;
        if tokio::fs::try_exists(to).await.map_err(Error::internal)? {
            return Err(Error::malformed(format!("{name} exists already.")));
        }
        // VACUUM INTO writes only the new file, but a query-only connection refuses it.
        sqlx::query("VACUUM INTO $1")
            .bind(name)
            .execute(&self.writer)
            .await?;
        let copy = tokio::fs::File::open(to).await.map_err(Error::internal)?;
        copy.sync_all().await.map_err(Error::internal)?;
        let options = SqliteConnectOptions::new().filename(to).read_only(true);
        let copy = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await?;
        let verdict: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(&copy)
            .await?;
        copy.close().await;
        if verdict == "ok" {
            Ok(())
        } else {
            Err(Error::internal(verdict))
        }
    }

    /// Waits for what is under way and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

async fn assert_durable(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut *connection)
        .await?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys")
        .fetch_one(&mut *connection)
        .await?;
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *connection)
        .await?;
    if (synchronous, foreign_keys, journal.as_str()) == (2, 1, "wal") {
        return Ok(());
    }
    Err(sqlx::Error::Configuration(
        format!(
            "connection is not safe: synchronous={synchronous} (2 is FULL), \
             foreign_keys={foreign_keys}, journal_mode={journal}"
        )
        .into(),
    ))
}

async fn migrate(pool: &SqlitePool) -> Result<()> {
    let migrations = MIGRATIONS
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(
                *version,
                Cow::Borrowed(*name),
                MigrationType::Simple,
                (*sql).into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(migrations)
        .run(pool)
        .await
        .map_err(|error| {
            Error::cannot_start(format!(
                "this database was not made by this version of vafa ({error})"
            ))
        })
}
