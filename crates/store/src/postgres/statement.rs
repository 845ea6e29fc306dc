//! Values by the types that the server infers, and what PostgreSQL's errors mean.

use crate::value::Value;
use crate::{Error, Result};
use std::error::Error as _;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, WrongType, to_sql_checked};
use tokio_postgres::{Row, Statement};

type Fault = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => match *ty {
                Type::INT8 => value.to_sql(ty, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*value)?.to_sql(ty, out),
                Type::BOOL => match value {
                    0 | 1 => (*value == 1).to_sql(ty, out),
                    _ => Err("a truth value is 0 or 1".into()),
                },
                // As SQLite stores a number in a column of text.
                _ if textual(ty) => value.to_string().to_sql(ty, out),
                _ => Err(WrongType::new::<i64>(ty.clone()).into()),
            },
            Self::Text(value) if textual(ty) => value.to_sql(ty, out),
            Self::Text(_) => Err(WrongType::new::<String>(ty.clone()).into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        whole(ty) || textual(ty)
    }

    to_sql_checked!();
}

fn whole(ty: &Type) -> bool {
    [Type::INT8, Type::INT4, Type::INT2, Type::BOOL].contains(ty)
}

fn textual(ty: &Type) -> bool {
    [
        Type::TEXT,
        Type::VARCHAR,
        Type::BPCHAR,
        Type::NAME,
        Type::UNKNOWN,
    ]
    .contains(ty)
}

/// The values as the driver wants them.
pub(super) fn places(binds: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    binds.iter().map(|value| value as _).collect()
}

pub(super) fn check_places(statement: &Statement, text: &str, binds: &[Value]) -> Result<()> {
    let places = statement.params().len();
    if places == binds.len() {
        return Ok(());
    }
    Err(Error::Other(format!(
        "the statement has {places} places and {} values: {text}",
        binds.len()
    )))
}

pub(super) fn check_columns(statement: &Statement, text: &str, width: usize) -> Result<()> {
    let columns = statement.columns();
    if columns.len() != width {
        return Err(Error::Decode(format!(
            "{} columns in place of {width}: {text}",
            columns.len()
        )));
    }
    for (at, column) in columns.iter().enumerate() {
        let ty = column.type_();
        if !whole(ty) && !textual(ty) {
            return Err(Error::Decode(format!(
                "column {} is of type {ty}; CAST it AS BIGINT or TEXT",
                at + 1
            )));
        }
    }
    Ok(())
}

/// A row's cells, in place of those of another.
pub(super) fn cells(row: &Row, cells: &mut Vec<Value>) -> Result<()> {
    let cell = |at: usize| {
        let ty = row.columns()[at].type_();
        let read = match *ty {
            Type::INT8 => row.try_get::<_, Option<i64>>(at).map(Value::from),
            Type::INT4 => row
                .try_get::<_, Option<i32>>(at)
                .map(|v| v.map(i64::from).into()),
            Type::INT2 => row
                .try_get::<_, Option<i16>>(at)
                .map(|v| v.map(i64::from).into()),
            Type::BOOL => row.try_get::<_, Option<bool>>(at).map(Value::from),
            _ => row.try_get::<_, Option<String>>(at).map(Value::from),
        };
        read.map_err(|why| Error::Decode(format!("column {}: {why}", at + 1)))
    };
    cells.clear();
    for at in 0..row.len() {
        cells.push(cell(at)?);
    }
    Ok(())
}

/// Whether the connection is gone, so that nothing more is known of what was sent.
pub(super) fn lost(why: &tokio_postgres::Error) -> bool {
    match why.code() {
        Some(code) => ending(code),
        None => {
            why.is_closed()
                || why
                    .source()
                    .is_some_and(|source| source.is::<std::io::Error>())
        }
    }
}

/// The server ends the connection, or never began to serve it.
fn ending(code: &SqlState) -> bool {
    let ends = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ];
    ends.contains(code) || code.code().starts_with("08")
}

/// What an error of PostgreSQL means to a caller.
pub(super) fn error(why: &tokio_postgres::Error) -> Error {
    let Some(said) = why.as_db_error() else {
        let text = match why.source() {
            Some(source) => format!("{why}: {source}"),
            None => why.to_string(),
        };
        return if lost(why) {
            Error::Unavailable(text)
        } else {
            Error::Other(text)
        };
    };
    let text = format!("{} ({})", said.message(), said.code().code());
    match said.code() {
        code if ending(code) => Error::Unavailable(text),
        &SqlState::UNIQUE_VIOLATION | &SqlState::EXCLUSION_VIOLATION => Error::Conflict {
            constraint: key(said),
        },
        &SqlState::RAISE_EXCEPTION => Error::Refused {
            message: said.message().to_owned(),
        },
        code if code.code().starts_with("23") => Error::Refused { message: text },
        &SqlState::DISK_FULL => Error::Full(text),
        &SqlState::T_R_SERIALIZATION_FAILURE
        | &SqlState::T_R_DEADLOCK_DETECTED
        | &SqlState::LOCK_NOT_AVAILABLE
        | &SqlState::QUERY_CANCELED
        | &SqlState::TOO_MANY_CONNECTIONS => Error::Busy(text),
        _ => Error::Other(text),
    }
}

/// The key as SQLite names it, from `Key (a, b)=(…) already exists.`, whose words depend on the server's language.
fn key(said: &DbError) -> String {
    let columns = said.detail().and_then(|detail| {
        let (_, rest) = detail.split_once('(')?;
        Some(rest.split_once(")=")?.0)
    });
    let plain = |columns: &&str| {
        let part = |c: char| c.is_ascii_alphanumeric() || "_, ".contains(c);
        columns.chars().all(part)
    };
    match (said.table(), columns.filter(plain)) {
        (Some(table), Some(columns)) => {
            let named: Vec<String> = columns
                .split(", ")
                .map(|column| format!("{table}.{column}"))
                .collect();
            named.join(", ")
        }
        _ => said.constraint().unwrap_or_default().to_owned(),
    }
}
