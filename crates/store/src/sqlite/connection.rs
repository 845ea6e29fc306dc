//! A connection with its settings, each read back.

use super::statement::error;
use crate::{Error, Options, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Where the file is, and how to use it.
pub(crate) struct Source {
    pub path: PathBuf,
    pub options: Options,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Writer,
    Reader,
}

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 512;

impl Source {
    /// A connection whose settings are what they should be.
    pub(crate) fn connect(&self, role: Role) -> Result<Box<Connection>> {
        self.patiently(|| self.connected(role))
    }

    /// Does something again while it is busy, for as long as one waits for a lock.
    ///
    /// SQLite does not wait by itself where two connections turn the log on at the same time, or where one opens a file
    /// while the last other one closes it.
    pub(crate) fn patiently<T>(&self, run: impl Fn() -> Result<T>) -> Result<T> {
        let since = Instant::now();
        loop {
            match run() {
                Err(Error::Busy(_)) if since.elapsed() < self.options.lock_wait => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                other => return other,
            }
        }
    }

    fn connected(&self, role: Role) -> Result<Box<Connection>> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if role == Role::Writer {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let opened = Connection::open_with_flags(&self.path, flags);
        let connection = opened.map_err(|why| match error(&why) {
            Error::Unavailable(why) => {
                let path = self.path.display();
                Error::Unavailable(format!(
                    "{path} cannot be opened ({why}); its folder has to be there and writable"
                ))
            }
            other => other,
        })?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // A statement's plan depends on its text alone, and a prepared one is not prepared again for other values.
        let stable = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
        stable.map_err(|why| error(&why))?;
        for (name, value, expected) in self.settings(role) {
            set(&connection, name, &value, &expected)?;
        }
        Ok(Box::new(connection))
    }

    /// `(pragma, what to set, what it must read afterwards)`.
    fn settings(&self, role: Role) -> Vec<(&'static str, String, String)> {
        let same = |name, value: &str| (name, value.to_owned(), value.to_owned());
        let wait = self.options.lock_wait.as_millis().min(i32::MAX as u128);
        let (cache, query_only) = match role {
            Role::Writer => ("-65536", "0"),
            Role::Reader => ("-8192", "1"),
        };
        let mut settings = vec![
            // First, so that the others wait for a lock too.
            same("busy_timeout", &wait.to_string()),
            // Each commit is on the disk before it is answered.
            same("synchronous", "2"),
            same("fullfsync", "1"),
            same("checkpoint_fullfsync", "1"),
            same("foreign_keys", "1"),
            same("trusted_schema", "0"),
            // Pages kept per connection, in KiB.
            same("cache_size", cache),
            // Through mapped memory a fault of the disk would end the process in place of one statement.
            same("mmap_size", "0"),
            // Sorting needs no second place on the disk.
            same("temp_store", "2"),
        ];
        if role == Role::Writer {
            settings.insert(1, same("journal_mode", "wal"));
            // Pages in the log before they go to their places. Whoever writes at that moment waits for all of them.
            settings.push(same("wal_autocheckpoint", "4000"));
            // The log shrinks to 64 MiB after a time of many writes.
            settings.push(same("journal_size_limit", "67108864"));
        }
        settings.push(same("query_only", query_only));
        settings
    }
}

fn set(connection: &Connection, name: &str, value: &str, expected: &str) -> Result<()> {
    connection
        .execute_batch(&format!("PRAGMA {name} = {value}"))
        .map_err(|why| error(&why))?;
    let read = connection.pragma_query_value(None, name, |row| {
        row.get::<_, rusqlite::types::Value>(0)
            .map(|value| match value {
                rusqlite::types::Value::Integer(value) => value.to_string(),
                rusqlite::types::Value::Text(value) => value,
                other => format!("{other:?}"),
            })
    });
    let read = read.map_err(|why| error(&why))?;
    if read == expected {
        Ok(())
    } else {
        Err(Error::Config(format!(
            "SQLite's setting {name} is {read} in place of {expected}; the file system or the library does not support it"
        )))
    }
}
