//! Opening a file for the first time: whose it is, and its migrations.

use super::connection::{Role, Source};
use super::statement::{Fetch, batch, error, execute};
use crate::migration::{self, Migration};
use crate::value::{FromRow, Row, Value};
use crate::{Dialect, Result};
use rusqlite::{Connection, OpenFlags};

/// Every table and view besides SQLite's own.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') \
     AND name NOT LIKE 'sqlite!_%' ESCAPE '!'";

/// The writer's connection to a file that has every migration.
pub(crate) fn prepared(source: &Source, migrations: &[Migration]) -> Result<Box<Connection>> {
    whose(source)?;
    let connection = source.connect(Role::Writer)?;
    // One transaction per step. Another program that starts may take a step in between, so each round looks anew.
    loop {
        batch(&connection, "BEGIN IMMEDIATE")?;
        // On an error the connection is closed, which undoes the step.
        let more = step(&connection, migrations)?;
        batch(&connection, "COMMIT")?;
        if !more {
            return Ok(connection);
        }
    }
}

/// Looks whose a file is before any setting is written into it.
fn whose(source: &Source) -> Result<()> {
    if !source.path.exists() {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(&source.path, flags);
    let connection = opened.map_err(|why| error(&why))?;
    let waits = connection.busy_timeout(source.options.lock_wait);
    waits.map_err(|why| error(&why))?;
    ours(&connection).map(drop)
}

/// Whether a file that is not empty has our record of versions; an error when it is somebody else's.
fn ours(connection: &Connection) -> Result<bool> {
    let tables: Vec<String> = all(connection, TABLES)?;
    if tables.is_empty() {
        return Ok(false);
    }
    let record = tables.iter().any(|table| table == "schema_versions");
    record.then_some(true).ok_or_else(migration::foreign)
}

/// Takes one step that is outstanding. Says whether there was one.
fn step(connection: &Connection, migrations: &[Migration]) -> Result<bool> {
    if !ours(connection)? {
        batch(connection, migration::TABLE)?;
    }
    let applied: Vec<(i64, String)> = all(connection, migration::APPLIED)?;
    let Some(next) = migration::outstanding(migrations, &applied)?.first() else {
        return Ok(false);
    };
    batch(connection, &next.text(Dialect::Sqlite)?)?;
    let binds: [Value; 4] = [
        next.version.into(),
        next.name.into(),
        next.checksum().into(),
        migration::now().into(),
    ];
    execute(connection, migration::RECORD, &binds)?;
    Ok(true)
}

fn all<T: FromRow>(connection: &Connection, text: &str) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    let fetch = Fetch {
        width: T::WIDTH,
        most: usize::MAX,
    };
    fetch.run(connection, text, &[], &mut |cells| {
        rows.push(T::from_row(&mut Row::new(cells))?);
        Ok(())
    })?;
    Ok(rows)
}
