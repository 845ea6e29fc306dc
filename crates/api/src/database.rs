//! The database of a server: its tables, and how it is opened.

use crate::problem::{Error, Result};
use store::{Db, Migration, Options};

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "club",
        sql: include_str!("../migrations/0001_club.sql"),
    },
    Migration {
        version: 2,
        name: "desk",
        sql: include_str!("../migrations/0002_desk.sql"),
    },
];

/// Opens the database at `url` (a path, `sqlite:…` or `postgres://…`) and brings its tables up to this binary.
///
/// # Errors
/// When it cannot be opened, was not made by this or an older version, or would not keep what it is told.
pub async fn open(url: &str, options: Options) -> Result<Db> {
    Db::open(url, options, MIGRATIONS)
        .await
        .map_err(Error::cannot_start)
}
