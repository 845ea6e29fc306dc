//! The same behaviour on SQLite and, where `VAFA_TEST_POSTGRES` names a server, on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod closing;
mod group;
mod lite;
mod schema;
mod server;
mod statements;
mod works;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Db, Migration, Options, Result, query};
use tempfile::TempDir;
use tokio::sync::{Semaphore, mpsc};

/// A work as the tests write it: statements on `$tx` that end in a result.
macro_rules! work {
    (|$tx:ident, $input:pat_param| $body:expr) => {
        move |mut own, $input| {
            Box::pin(async move {
                let result = async {
                    let $tx = &mut own;
                    $body
                }
                .await;
                (own, result)
            })
        }
    };
}
pub(crate) use work;

pub(crate) const SCHEMA: &[Migration] = &[Migration {
    version: 1,
    name: "pots and coins",
    sql: include_str!("schema.sql"),
}];

/// An empty database, until it is dropped.
pub(crate) struct Place {
    pub(crate) url: String,
    folder: Option<TempDir>,
}

impl Place {
    pub(crate) fn lite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self {
            url,
            folder: Some(folder),
        }
    }

    /// A new database on the server, if there is one to test with. It stays behind on the server.
    pub(crate) async fn server() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let base = std::env::var("VAFA_TEST_POSTGRES").ok()?;
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("store_test_{}_{next}", std::process::id());
        let (server, _) = base.rsplit_once('/').unwrap();
        let config: tokio_postgres::Config = base.parse().unwrap();
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let made = client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await;
        made.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
        let url = format!("{server}/{name}");
        Some(Self { url, folder: None })
    }

    /// One of each that can be had.
    pub(crate) async fn all() -> Vec<Self> {
        let mut all = vec![Self::lite()];
        all.extend(Self::server().await);
        all
    }

    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.folder.as_ref().unwrap().path().join("test.db")
    }

    pub(crate) async fn open(&self) -> Db {
        self.open_with(Options::default()).await
    }

    pub(crate) async fn open_with(&self, options: Options) -> Db {
        Db::open(&self.url, options, SCHEMA).await.unwrap()
    }
}

/// Makes a pot with so many coins' worth.
pub(crate) async fn pot(db: &Db, id: &str, n: i64) -> Result<()> {
    db.write(
        (id.to_owned(), n),
        work!(|tx, (id, n)| {
            let insert = query("INSERT INTO pots (id, n) VALUES ($1, $2)");
            insert.bind(id).bind(*n).execute(tx).await.map(drop)
        }),
    )
    .await
}

/// How many pots there are.
pub(crate) async fn pots(db: &Db) -> i64 {
    let count = db.look(
        (),
        work!(|tx, ()| query("SELECT COUNT(*) FROM pots")
            .fetch_one::<i64>(tx)
            .await),
    );
    let count: Result<i64> = count.await;
    count.unwrap()
}

/// A write that holds the writer, or a connection, until it is let go.
pub(crate) struct Held {
    go: Arc<Semaphore>,
    done: tokio::task::JoinHandle<Result<()>>,
}

impl Held {
    pub(crate) async fn take(db: &Db) -> Self {
        let go = Arc::new(Semaphore::new(0));
        let (started, mut start) = mpsc::unbounded_channel();
        let (db, wait) = (db.clone(), go.clone());
        let done = tokio::spawn(async move {
            db.write(
                (wait, started),
                work!(|tx, (wait, started)| {
                    query("UPDATE pots SET n = n").execute(tx).await?;
                    // Nobody listens when it runs again.
                    let _ = started.send(());
                    let _ = wait.acquire().await.unwrap();
                    Ok(())
                }),
            )
            .await
        });
        start.recv().await.unwrap();
        Self { go, done }
    }

    pub(crate) async fn let_go(self) {
        self.go.add_permits(1);
        self.done.await.unwrap().unwrap();
    }
}

/// Waits until so many works wait.
pub(crate) async fn until_waiting(db: &Db, works: u64) {
    while db.stats().waiting < works {
        tokio::task::yield_now().await;
    }
}
