//! The databases under the tests: which one, a new one for each shop, and a lock on it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Dialect, Options};

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
    static NEXT: AtomicU64 = AtomicU64::new(0);
    if engine == Dialect::Sqlite {
        return folder.join("club.db").display().to_string();
    }
    let server = std::env::var(SERVER).unwrap();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("club_{}_{number}", std::process::id());
    let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let create = format!("CREATE DATABASE {name}");
    client.batch_execute(&create).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
