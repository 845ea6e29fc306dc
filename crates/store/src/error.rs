//! What can go wrong with a database, told apart by what a caller does about it.

use std::fmt;

/// Why a statement, a transaction or a database failed.
///
/// The texts are for the log of whoever runs the server. They name tables and columns, never bound values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The writer or every connection was busy for longer than [`lock_wait`](crate::Options::lock_wait), or too much
    /// waits already. Nothing happened; the same again later may work.
    Busy(String),
    /// There is no room left on the disk. Nothing happened.
    Full(String),
    /// There is no connection to the database, or it was lost before the commit. Nothing happened.
    Unavailable(String),
    /// The connection was lost during the commit: the write may have happened or not. Only reading tells.
    Unknown(String),
    /// A row with the same key is there already.
    Conflict {
        /// `table.column, table.column` of the key, the same on both engines; the name of the index where its parts
        /// are expressions.
        constraint: String,
    },
    /// A check, a foreign key, a `NOT NULL` or a trigger refused the statement.
    Refused {
        /// What the database said: the name of the check, or the words of the trigger.
        message: String,
    },
    /// [`fetch_one`](crate::Query::fetch_one) found no row.
    Missing,
    /// A result does not have the shape that the caller asked for.
    Decode(String),
    /// The database was made by a newer version, was altered, or belongs to something else.
    Schema(String),
    /// The address or the options of a database cannot be used.
    Config(String),
    /// Anything else: a fault in a statement, or in the work around it.
    Other(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(why) => write!(f, "the database is busy: {why}"),
            Self::Full(why) => write!(f, "the disk is full: {why}"),
            Self::Unavailable(why) => write!(f, "the database cannot be reached: {why}"),
            Self::Unknown(why) => write!(f, "the commit may have happened or not: {why}"),
            Self::Conflict { constraint } => {
                write!(f, "a row with this key is there already: {constraint}")
            }
            Self::Refused { message } => write!(f, "the database refused the change: {message}"),
            Self::Missing => f.write_str("there is no such row"),
            Self::Decode(why) => write!(f, "a result has another shape: {why}"),
            Self::Schema(why) => write!(f, "the database does not fit this program: {why}"),
            Self::Config(why) => write!(f, "the database is not configured: {why}"),
            Self::Other(why) => write!(f, "the database failed: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// A result with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
