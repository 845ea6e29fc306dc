//! What goes into a statement and what comes out of a row.

use crate::{Error, Result};

/// A value that is bound to a statement or read from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `NULL`, of any type.
    Null,
    /// A `BIGINT`. Truth is 1, falsehood 0.
    Int(i64),
    /// A `TEXT`. It must not hold the character U+0000, which PostgreSQL cannot store.
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A type that one column can be read as.
pub trait Column: Sized + Send {
    /// Reads a value.
    ///
    /// # Errors
    /// Says which type was expected and which kind of value came, without the value.
    fn from_value(value: Value) -> Result<Self, String>;
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "an integer",
            Self::Text(_) => "a text",
        }
    }
}

impl Column for i64 {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Int(value) => Ok(value),
            other => Err(format!("expected an integer, found {}", other.kind())),
        }
    }
}

impl Column for bool {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            Value::Int(_) => Err("expected 0 or 1, found another integer".to_owned()),
            other => Err(format!("expected 0 or 1, found {}", other.kind())),
        }
    }
}

impl Column for String {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Text(value) => Ok(value),
            other => Err(format!("expected a text, found {}", other.kind())),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// The cells of one row, taken from left to right.
#[derive(Debug)]
pub struct Row<'a> {
    cells: std::vec::Drain<'a, Value>,
    at: usize,
}

impl<'a> Row<'a> {
    pub(crate) fn new(cells: &'a mut Vec<Value>) -> Self {
        Self {
            cells: cells.drain(..),
            at: 0,
        }
    }

    /// The next cell.
    ///
    /// # Errors
    /// [`Error::Decode`] with the column's place when there is none or it is of another kind.
    pub fn take<T: Column>(&mut self) -> Result<T> {
        self.at += 1;
        let cell = self
            .cells
            .next()
            .ok_or_else(|| "it is not there".to_owned());
        cell.and_then(T::from_value)
            .map_err(|why| Error::Decode(format!("column {}: {why}", self.at)))
    }
}

/// A type that a whole row can be read as: a [`Column`] alone, or a tuple of up to 20.
pub trait FromRow: Sized + Send {
    /// How many columns the statement must give.
    const WIDTH: usize;

    /// Reads a row of [`WIDTH`](Self::WIDTH) cells.
    ///
    /// # Errors
    /// [`Error::Decode`] with the place of the column that does not fit.
    fn from_row(row: &mut Row<'_>) -> Result<Self>;
}

impl<T: Column> FromRow for T {
    const WIDTH: usize = 1;

    fn from_row(row: &mut Row<'_>) -> Result<Self> {
        row.take()
    }
}

macro_rules! tuples {
    ($first:ident $($rest:ident)*) => {
        impl<$first: Column, $($rest: Column),*> FromRow for ($first, $($rest,)*) {
            const WIDTH: usize = 1 $(+ { const $rest: usize = 1; $rest })*;

            fn from_row(row: &mut Row<'_>) -> Result<Self> {
                Ok((row.take::<$first>()?, $(row.take::<$rest>()?,)*))
            }
        }
        tuples!($($rest)*);
    };
    () => {};
}

tuples!(A B C D E F G H I J K L M N O P Q R S U);
