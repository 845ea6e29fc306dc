//! A copy of the file while it is in use.

use super::connection::{Role, Source};
use super::statement::error;
use crate::{Error, Result};
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File, OpenOptions};
use std::path::Path;

/// Writes the copy, puts it on the disk and checks it. On an error no file stays behind.
pub(crate) fn backup(source: &Source, to: &Path) -> Result<()> {
    let Some(name) = to.to_str() else {
        return Err(Error::Config("the copy's path is not UTF-8".to_owned()));
    };
    // Made here and empty, which SQLite accepts: nobody's file can be overwritten.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(to)
        .map_err(|why| Error::Config(format!("the copy {name} cannot be made: {why}")))?;
    let copied = copy(source, to, name);
    if copied.is_err() {
        // The error that led here is the one to tell.
        let _ = fs::remove_file(to);
    }
    copied
}

fn copy(source: &Source, to: &Path, name: &str) -> Result<()> {
    let connection = source.connect(Role::Writer)?;
    let written = connection.execute("VACUUM INTO $1", [name]);
    written.map_err(|why| error(&why))?;
    drop(connection);
    synced(to).map_err(|why| Error::Unavailable(format!("the copy {name}: {why}")))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copy = Connection::open_with_flags(to, flags).map_err(|why| error(&why))?;
    let sound = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let said = copy.query_row("PRAGMA integrity_check(1)", [], sound);
    match said.map_err(|why| error(&why))?.as_str() {
        "ok" => Ok(()),
        other => Err(Error::Other(format!(
            "the copy {name} is not sound: {other}"
        ))),
    }
}

/// The file and its place in its folder.
fn synced(to: &Path) -> std::io::Result<()> {
    File::open(to)?.sync_all()?;
    #[cfg(unix)]
    {
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
