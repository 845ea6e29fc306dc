//! The databases under the tests: which one, a new one for each shop, and a lock on it.

use crate::harness::Shop;
use api::database;
use api::limits::Limits;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Dialect, Options};
use tokio::sync::OnceCell;

/// See [`Shop::hold`].
pub(crate) enum Hold {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client),
}

impl Hold {
    pub(crate) async fn let_go(self) {
        match self {
            Self::Sqlite(file) => file.execute_batch("ROLLBACK").unwrap(),
            Self::Postgres(client) => client.batch_execute("ROLLBACK").await.unwrap(),
        }
    }
}

pub(crate) fn options() -> Options {
    Options {
        readers: 2,
        pool: 12,
        ..Options::default()
    }
}

/// On which engine the tests run: SQLite, or the PostgreSQL server that this names.
pub(crate) const SERVER: &str = "VAFA_TEST_DATABASE";

/// The engine that the tests run on.
pub(crate) fn tested() -> Dialect {
    match std::env::var_os(SERVER) {
        Some(_) => Dialect::Postgres,
        None => Dialect::Sqlite,
    }
}

/// A database of its own, on an engine of one's choice. For PostgreSQL a server has to be named.
pub(crate) async fn database_url(engine: Dialect, folder: &Path) -> String {
    if engine == Dialect::Sqlite {
        return folder.join("club.db").display().to_string();
    }
    // Making all tables anew takes longer than most tests: they are made once, and copied.
    static TABLES: OnceCell<String> = OnceCell::const_new();
    let tables = TABLES.get_or_init(|| async {
        let url = create("").await;
        let db = database::open(&url, options()).await.unwrap();
        db.close().await;
        name_of(&url).to_owned()
    });
    create(&format!("TEMPLATE {}", tables.await)).await
}

impl Shop {
    /// Another shop that is as this one was left when its database was closed.
    pub(crate) async fn copied(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match self.state.db.dialect() {
            Dialect::Postgres => create(&format!("TEMPLATE {}", name_of(&self.url))).await,
            Dialect::Sqlite => {
                let copy = folder.path().join("club.db");
                std::fs::copy(&self.url, &copy).unwrap();
                copy.display().to_string()
            }
        };
        let db = database::open(&url, options()).await.unwrap();
        let (keys, now) = (self.keys.clone(), self.now());
        Self::of(db, url, folder, keys, now, Limits::default())
    }

    /// Keeps every write of the shop waiting, as another program that locks the database does.
    pub(crate) async fn hold(&self) -> Hold {
        if self.state.db.dialect() == Dialect::Sqlite {
            let file = rusqlite::Connection::open(&self.url).unwrap();
            file.execute_batch("BEGIN IMMEDIATE").unwrap();
            return Hold::Sqlite(file);
        }
        let (client, connection) = tokio_postgres::connect(&self.url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let lock = "BEGIN; LOCK TABLE members IN EXCLUSIVE MODE";
        client.batch_execute(lock).await.unwrap();
        Hold::Postgres(client)
    }
}

fn name_of(url: &str) -> &str {
    url.rsplit_once('/').unwrap().1
}

/// A new database of the server that is named, made in this way.
async fn create(way: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let server = std::env::var(SERVER).unwrap();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("club_{}_{number}", std::process::id());
    let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let create = format!("CREATE DATABASE {name} {way}");
    client.batch_execute(&create).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
