//! Opening a file for the first time: whose it is, and its migrations.

use super::connection::{Role, Source};
use super::statement::{batch, error};
use crate::migration::{self, Migration};
use crate::query::Inner;
use crate::{Error, Result, Tx};
use rusqlite::{Connection, OpenFlags};

/// The writer's connection to a file that has every migration.
pub(crate) fn prepared(source: &Source, migrations: &[Migration]) -> Result<Box<Connection>> {
    source.patiently(|| whose(source))?;
    let mut connection = source.connect(Role::Writer)?;
    // One transaction per step. Another program that starts may take a step in between, so each round looks anew.
    loop {
        source.patiently(|| batch(&connection, "BEGIN IMMEDIATE"))?;
        let mut tx = Tx::new(Inner::Sqlite(connection), true);
        // On an error the connection is closed, which undoes the step.
        let more = pollster::block_on(migration::step(&mut tx, migrations))?;
        connection = own(tx)?;
        batch(&connection, "COMMIT")?;
        if !more {
            return Ok(connection);
        }
    }
}

/// Looks whose a file is before any setting is written into it.
fn whose(source: &Source) -> Result<()> {
    if !source.path.exists() {
        let made = source.options.create;
        return made.then_some(()).ok_or_else(|| {
            Error::Other(format!("there is no database {}", source.path.display()))
        });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(&source.path, flags);
    let connection = opened.map_err(|why| error(&why))?;
    let waits = connection.busy_timeout(source.options.lock_wait);
    waits.map_err(|why| error(&why))?;
    let mut tx = Tx::new(Inner::Sqlite(Box::new(connection)), false);
    pollster::block_on(migration::ours(&mut tx)).map(drop)
}

/// The connection of a transaction of SQLite.
pub(crate) fn own(tx: Tx) -> Result<Box<Connection>> {
    match tx.inner {
        Inner::Sqlite(connection) => Ok(connection),
        Inner::Postgres(_) => Err(Error::Other(
            "a work gave back another database's transaction".to_owned(),
        )),
    }
}
