//! Statements on one connection, and what SQLite's errors mean.

use crate::value::Value;
use crate::{Error, Result};
use rusqlite::ffi::{self, ErrorCode};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// A statement's text.
#[derive(Clone, Copy)]
pub(crate) enum Text<'a> {
    /// It stands in the program.
    Fixed(&'static str),
    /// It was made while the program ran.
    Made(&'a str),
}

impl<'a> Text<'a> {
    fn plain(self) -> &'a str {
        match self {
            Self::Fixed(text) => text,
            Self::Made(text) => text,
        }
    }
}

/// Prepares a statement, or takes the prepared one, and binds its places.
fn prepared<'c>(
    connection: &'c Connection,
    text: Text<'_>,
    binds: &[Value],
) -> Result<CachedStatement<'c>> {
    let text = numbered(text)?;
    let mut statement = connection
        .prepare_cached(&text)
        .map_err(|why| error(&why))?;
    let places = statement.parameter_count();
    if places != binds.len() {
        return Err(Error::Other(format!(
            "the statement has {places} places and {} values: {text}",
            binds.len()
        )));
    }
    for (index, value) in (1..).zip(binds) {
        let bound = match value {
            Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
            Value::Int(value) => statement.raw_bind_parameter(index, value),
            Value::Text(value) => statement.raw_bind_parameter(index, value),
        };
        bound.map_err(|why| error(&why))?;
    }
    Ok(statement)
}

thread_local! {
    /// Texts that stand in the program, by where they stand, as SQLite is given them.
    static NUMBERED: RefCell<HashMap<(*const u8, usize), Rc<str>>> = RefCell::default();
}

/// The text with `?2` in the place of `$2`: SQLite takes `$2` for a name, and numbers names by where they stand.
fn numbered(text: Text<'_>) -> Result<Rc<str>> {
    let text = match text {
        Text::Fixed(text) => text,
        Text::Made(text) => return renumbered(text),
    };
    let place = (text.as_ptr(), text.len());
    if let Some(known) = NUMBERED.with_borrow(|known| known.get(&place).cloned()) {
        return Ok(known);
    }
    let new = renumbered(text)?;
    NUMBERED.with_borrow_mut(|known| known.insert(place, new.clone()));
    Ok(new)
}

fn renumbered(text: &str) -> Result<Rc<str>> {
    let mut quoted = false;
    let mut places = BTreeSet::new();
    let mut new = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        quoted ^= letter == '\'';
        let after = text.get(at + 1..).unwrap_or_default();
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if letter == '$' && !quoted && digits > 0 {
            places.insert(after[..digits].parse::<usize>().unwrap_or(usize::MAX));
            new.push('?');
        } else {
            new.push(letter);
        }
    }
    if places.iter().copied().eq(1..=places.len()) {
        Ok(new.into())
    } else {
        Err(Error::Other(format!(
            "places are $1, $2 and so on without gaps: {text}"
        )))
    }
}

/// Several statements without values.
pub(crate) fn batch(connection: &Connection, sql: &str) -> Result<()> {
    connection.execute_batch(sql).map_err(|why| error(&why))
}

/// A statement about the transaction itself: prepared once, like any other.
pub(crate) fn control(connection: &Connection, text: &'static str) -> Result<()> {
    execute(connection, Text::Fixed(text), &[], &mut false).map(drop)
}

/// One statement; how many rows it changed. Notes in `wrote` when it is one that may change something.
pub(crate) fn execute(
    connection: &Connection,
    text: Text<'_>,
    binds: &[Value],
    wrote: &mut bool,
) -> Result<u64> {
    let mut statement = prepared(connection, text, binds)?;
    *wrote |= !statement.readonly();
    let changed = statement.raw_execute().map_err(|why| error(&why))?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// One statement's rows.
pub(crate) struct Fetch {
    /// How many columns the caller wants.
    pub width: usize,
    /// How many rows the caller wants.
    pub most: usize,
}

impl Fetch {
    /// Calls `each` with the cells of every row. Notes in `wrote` when the statement may change something.
    pub(crate) fn run(
        &self,
        connection: &Connection,
        text: Text<'_>,
        binds: &[Value],
        wrote: &mut bool,
        each: &mut dyn FnMut(&mut Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = prepared(connection, text, binds)?;
        *wrote |= !statement.readonly();
        let width = statement.column_count();
        if width != self.width {
            return Err(Error::Decode(format!(
                "{width} columns in place of {}: {}",
                self.width,
                text.plain()
            )));
        }
        let mut cells = Vec::with_capacity(width);
        let mut rows = statement.raw_query();
        for _ in 0..self.most {
            let Some(row) = rows.next().map_err(|why| error(&why))? else {
                break;
            };
            cells.clear();
            for at in 0..width {
                let cell = row.get_ref(at).map_err(|why| error(&why))?;
                cells.push(value(cell, at)?);
            }
            each(&mut cells)?;
        }
        Ok(())
    }
}

fn value(cell: ValueRef<'_>, at: usize) -> Result<Value> {
    let fault = |what: &str| Err(Error::Decode(format!("column {}: {what}", at + 1)));
    match cell {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(value) => Ok(Value::Int(value)),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => fault("the text is not UTF-8"),
        },
        ValueRef::Real(_) => fault("a fraction; CAST it AS BIGINT"),
        ValueRef::Blob(_) => fault("bytes; CAST them AS TEXT"),
    }
}

/// What an error of SQLite means to a caller.
pub(crate) fn error(why: &rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(failure, message) = why else {
        return Error::Other(why.to_string());
    };
    let text = message.clone().unwrap_or_else(|| failure.to_string());
    match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Busy(text),
        ErrorCode::DiskFull => Error::Full(text),
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure => Error::Unavailable(text),
        ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => Error::Schema(text),
        ErrorCode::ConstraintViolation => match failure.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID => Error::Conflict {
                constraint: key(&text),
            },
            _ => Error::Refused { message: text },
        },
        _ => Error::Other(text),
    }
}

/// The key in `UNIQUE constraint failed: t.a, t.b` or `…: index 'name'`.
fn key(text: &str) -> String {
    let key = text.split_once(": ").map_or(text, |(_, key)| key);
    let index = key
        .strip_prefix("index '")
        .and_then(|name| name.strip_suffix('\''));
    index.unwrap_or(key).to_owned()
}
