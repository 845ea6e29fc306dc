//! One interface to two databases: SQLite with group commit, and PostgreSQL.
//!
//! A [`Db`] runs **works**: functions that get a [`Tx`] and give it back with their result. A work that writes runs
//! to its end whatever its caller does, is committed when it returns `Ok` and undone when it returns `Err`. It may
//! run more than once (a serialization failure on PostgreSQL, a neighbour's fault in a group on SQLite), so it takes
//! its input by reference and has no effect besides its statements. It awaits nothing besides its statements: on SQLite
//! there is no async runtime in its thread.
//!
//! ```ignore
//! let name: String = db.look("m_1".to_owned(), |mut tx, id| Box::pin(async move {
//!     let name = query("SELECT name FROM members WHERE id = $1").bind(id).fetch_one(&mut tx).await;
//!     (tx, name)
//! })).await?;
//! ```
//!
//! Columns are `BIGINT` and `TEXT`. Where the two databases differ, this crate takes the stricter: a failed statement
//! fails its transaction (see [`Tx`]), values have to fit their places, and U+0000 is refused.

mod error;
mod migration;
mod postgres;
mod query;
mod sqlite;
mod value;

pub use error::{Error, Result};
pub use migration::Migration;
pub use query::{Query, Tx, query};
pub use value::{Column, FromRow, Row, Value};

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a work returns: the transaction that it got, and its result.
pub type Work<'a, T, E> = Pin<Box<dyn Future<Output = (Tx, Result<T, E>)> + Send + 'a>>;

/// Which database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, one file.
    Sqlite,
    /// PostgreSQL, a server.
    Postgres,
}

/// How a database is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// SQLite: make the file where there is none. Otherwise opening it fails. True by default.
    pub create: bool,
    /// SQLite: how many threads read, each with a connection of its own. At least 1; 4 by default.
    pub readers: usize,
    /// SQLite: how many works one commit may hold, 512 by default. With 1 each commits alone.
    pub most_in_commit: usize,
    /// How many works may wait, those that write and those that read each for themselves. Further ones are refused
    /// with [`Error::Busy`] at once. At least 1; 2048 by default.
    pub queue: usize,
    /// How long to wait for a lock or a free connection before [`Error::Busy`]; 5 s by default.
    pub lock_wait: Duration,
    /// PostgreSQL: how many connections there are at most. At least 1; 16 by default.
    pub pool: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            create: true,
            readers: 4,
            most_in_commit: 512,
            queue: 2048,
            lock_wait: Duration::from_secs(5),
            pool: 16,
        }
    }
}

/// What a database did since it was opened, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Commits of works that write.
    pub commits: u64,
    /// Works that write and were acknowledged after their commit. On SQLite many share a commit.
    pub writes: u64,
    /// Works that write and were undone, by their own `Err` or by the database's.
    pub refused: u64,
    /// Works that read.
    pub reads: u64,
    /// The most works in one commit.
    pub largest_commit: u64,
    /// How often a work ran again.
    pub retries: u64,
    /// Works that wait right now, for the writer, a reader or a connection.
    pub waiting: u64,
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub commits: AtomicU64,
    pub writes: AtomicU64,
    pub refused: AtomicU64,
    pub reads: AtomicU64,
    pub largest_commit: AtomicU64,
    pub retries: AtomicU64,
    pub waiting_writes: AtomicU64,
    pub waiting_reads: AtomicU64,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, more: usize) {
        counter.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Counts one more that waits, unless there are `most` already.
    pub(crate) fn admit(waiting: &AtomicU64, most: usize) -> Result<()> {
        let most = u64::try_from(most.max(1)).unwrap_or(u64::MAX);
        let more = |count: u64| (count < most).then_some(count + 1);
        let admitted = waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        admitted
            .map(drop)
            .map_err(|_| Error::Busy(format!("{most} wait already")))
    }

    pub(crate) fn admitted_no_more(waiting: &AtomicU64) {
        waiting.fetch_sub(1, Ordering::Relaxed);
    }

    fn read(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            commits: read(&self.commits),
            writes: read(&self.writes),
            refused: read(&self.refused),
            reads: read(&self.reads),
            largest_commit: read(&self.largest_commit),
            retries: read(&self.retries),
            waiting: read(&self.waiting_writes) + read(&self.waiting_reads),
        }
    }
}

/// How much a work may do, and around what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Write,
    Read,
    Look,
}

/// A database. Clones share it.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    counters: Arc<Counters>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db")
            .field("dialect", &self.dialect())
            .finish_non_exhaustive()
    }
}

impl Db {
    /// Opens a database and brings it to the shape that the migrations describe. Programs that start at the same
    /// time wait for each other here.
    ///
    /// `url` is `sqlite:path`, a plain path, or `postgres://user:password@host/database`. A file is made when there is
    /// none; its folder has to be there.
    ///
    /// PostgreSQL is spoken to in the clear unless the address says `sslmode=require` (or `verify-full`, which means the
    /// same here): then the server's certificate must be for its host name and signed by a root that the system
    /// trusts, or one in the file that `SSL_CERT_FILE` names.
    ///
    /// # Errors
    /// [`Error::Config`] for an address that cannot be used, [`Error::Unavailable`] when nothing answers there,
    /// [`Error::Schema`] when what answers is not ours or is newer, and those of the migrations' statements.
    pub async fn open(
        url: &str,
        options: Options,
        migrations: &'static [Migration],
    ) -> Result<Self> {
        let counters = Arc::new(Counters::default());
        let server = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        let engine = if server {
            let server =
                postgres::Postgres::open(url, options, migrations, counters.clone()).await?;
            Engine::Postgres(Arc::new(server))
        } else {
            let path = sqlite_path(url)?;
            let lite = sqlite::Sqlite::open(path, options, migrations, counters.clone()).await?;
            Engine::Sqlite(Arc::new(lite))
        };
        Ok(Self { engine, counters })
    }

    /// Runs a work in a write transaction, to its end, whatever the caller does: once this future was polled,
    /// dropping it cancels nothing. Commits on `Ok`, undoes on `Err`. `Ok` comes after the commit is on the disk.
    ///
    /// The work may run more than once: on PostgreSQL at most 5 more times after a serialization failure or a
    /// deadlock, and once more after [`Error::Conflict`], for it may have looked before another made the row; on
    /// SQLite when another work in the same commit broke the transaction. Only its last run stays.
    ///
    /// # Errors
    /// The work's own, and every [`Error`] made into `E`: [`Error::Busy`], [`Error::Full`],
    /// [`Error::Unavailable`] and [`Error::Other`] (which includes a work that panicked) with nothing done, and
    /// [`Error::Unknown`] from PostgreSQL.
    pub async fn write<I, T, E, F>(&self, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        self.run(Kind::Write, input, work).await
    }

    /// Runs a work on one consistent snapshot that it cannot write to.
    ///
    /// # Errors
    /// The work's own, and every [`Error`] made into `E`.
    pub async fn read<I, T, E, F>(&self, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        self.run(Kind::Read, input, work).await
    }

    /// Runs a work without a transaction around, for a single statement that reads. Each statement sees what is
    /// committed at its time. SQLite refuses to write here.
    ///
    /// # Errors
    /// The work's own, and every [`Error`] made into `E`.
    pub async fn look<I, T, E, F>(&self, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        self.run(Kind::Look, input, work).await
    }

    async fn run<I, T, E, F>(&self, kind: Kind, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        match &self.engine {
            Engine::Sqlite(lite) => lite.run(kind, input, work).await,
            Engine::Postgres(server) => server.run(kind, input, work).await,
        }
    }

    /// Writes a copy of the database into a new file while it is in use, and checks the copy.
    ///
    /// # Errors
    /// [`Error::Config`] when the file is there already or cannot be made, and on PostgreSQL, whose own `pg_dump` is
    /// the tool; [`Error::Full`]; [`Error::Other`] when the copy is not sound. No file stays behind then.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(lite) => lite.backup(to.to_owned()).await,
            Engine::Postgres(_) => Err(Error::Config(
                "PostgreSQL is copied with its own tool: pg_dump --format=custom".to_owned(),
            )),
        }
    }

    /// Which database this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// What it did so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.counters.read()
    }

    /// Takes no further work, waits for what is under way and closes every connection. Clones are closed too;
    /// a work that comes later gets [`Error::Unavailable`].
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(lite) => lite.close().await,
            Engine::Postgres(server) => server.close().await,
        }
    }
}

/// The error of a database that was closed.
pub(crate) fn closed() -> Error {
    Error::Unavailable("it was closed".to_owned())
}

fn sqlite_path(url: &str) -> Result<PathBuf> {
    let refuse = |why: &str| {
        Err(Error::Config(format!(
            "{why}; write sqlite:path/to/file.db"
        )))
    };
    let path = match url.strip_prefix("sqlite:") {
        Some(path) => {
            if path.contains('?') {
                return refuse("a SQLite address takes no parameters");
            }
            path.strip_prefix("//").unwrap_or(path)
        }
        None if url.contains("://") => {
            let scheme = url.split(':').next().unwrap_or_default();
            return refuse(&format!("`{scheme}://` is no database that is known here"));
        }
        None => url,
    };
    if path.is_empty() || path == ":memory:" || path.starts_with("file:") {
        return refuse("SQLite needs the path of a file");
    }
    Ok(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn an_address_names_a_file_or_says_why_not() {
        for (url, path) in [
            ("sqlite:a/b.db", "a/b.db"),
            ("sqlite:///a/b.db", "/a/b.db"),
            ("sqlite:/a/b.db", "/a/b.db"),
            ("b.db", "b.db"),
        ] {
            assert_eq!(sqlite_path(url), Ok(PathBuf::from(path)));
        }
        for url in [
            "",
            "sqlite:",
            "sqlite::memory:",
            ":memory:",
            "sqlite:x?mode=rwc",
            "mysql://u:secret@h/d",
        ] {
            let error = sqlite_path(url).unwrap_err();
            assert!(matches!(&error, Error::Config(_)), "{url}");
            assert!(!error.to_string().contains("secret"));
        }
    }
}
