//! Statements with bound values, and the transaction that they run in.

use crate::postgres::Session;
use crate::value::{FromRow, Row, Value};
use crate::{Dialect, Error, Result, sqlite};
use std::borrow::Cow;

/// One database transaction; in [`look`](crate::Db::look), a connection without one. It owns its connection.
///
/// A statement that fails leaves the transaction failed, on both engines: every further statement is refused until
/// [`rollback_to`](Self::rollback_to), and a work that returns `Ok` all the same is undone with [`Error::Other`].
pub struct Tx {
    pub(crate) inner: Inner,
    /// Whether a transaction is around.
    whole: bool,
    failed: bool,
    statements: u64,
    /// How a work of SQLite's writer is undone alone.
    undoing: Undoing,
    /// Whether it ran a statement that may change something; kept on SQLite.
    wrote: bool,
}

/// How what one work did on SQLite is undone without what others did in the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undoing {
    /// It cannot be: it is no work that writes.
    Never,
    /// The transaction is undone as a whole, and its works are run again, each inside a savepoint.
    Again,
    /// Back to its savepoint.
    Savepoint,
}

pub(crate) enum Inner {
    Sqlite(Box<rusqlite::Connection>),
    Postgres(Box<Session>),
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("dialect", &self.dialect())
            .finish_non_exhaustive()
    }
}

impl Tx {
    pub(crate) fn new(inner: Inner, whole: bool) -> Self {
        Self {
            inner,
            whole,
            failed: false,
            statements: 0,
            undoing: Undoing::Never,
            wrote: false,
        }
    }

    /// The transaction of a work that writes, among others.
    pub(crate) fn among(inner: Inner, undoing: Undoing) -> Self {
        Self {
            undoing,
            ..Self::new(inner, true)
        }
    }

    /// Whether a statement ran that may have changed something.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }

    /// Whether a statement failed and nothing was rolled back since.
    pub(crate) fn failed(&self) -> bool {
        self.failed
    }

    /// How many statements it was asked to run, batches counted as one: what an answer costs, without a clock.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements
    }

    /// Which database this is, for the few statements that the two write differently.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Sets a mark to which [`rollback_to`](Self::rollback_to) can return. Names are letters and underscores.
    ///
    /// # Errors
    /// Those of any statement.
    pub async fn savepoint(&mut self, name: &'static str) -> Result<()> {
        let name = identifier(name)?;
        self.control(&format!("SAVEPOINT \"{name}\"")).await
    }

    /// Undoes what was done since the mark, which stays. Ends the state that a failed statement leaves.
    ///
    /// # Errors
    /// Those of any statement; [`Error::Other`] when there is no such mark.
    pub async fn rollback_to(&mut self, name: &'static str) -> Result<()> {
        let name = identifier(name)?;
        self.failed = false;
        self.control(&format!("ROLLBACK TO SAVEPOINT \"{name}\""))
            .await
    }

    /// Takes the mark away and keeps what was done since.
    ///
    /// # Errors
    /// Those of any statement; [`Error::Other`] when there is no such mark.
    pub async fn release(&mut self, name: &'static str) -> Result<()> {
        let name = identifier(name)?;
        self.control(&format!("RELEASE SAVEPOINT \"{name}\"")).await
    }

    /// Undoes all that a work which writes has done so far, as if it began now. Ends the state that a failed statement
    /// leaves, and marks are gone.
    ///
    /// # Errors
    /// Those of any statement; [`Error::Other`] in a work that only reads.
    pub async fn undo(&mut self) -> Result<()> {
        self.failed = false;
        let undone = match (&mut self.inner, self.undoing) {
            (Inner::Sqlite(_), Undoing::Again) if !self.wrote => Ok(()),
            // The writer sees that it wrote and did not end well, and runs it again.
            (Inner::Sqlite(_), Undoing::Again) => {
                Err(Error::Other("only a savepoint undoes this".to_owned()))
            }
            (Inner::Sqlite(connection), _) => sqlite::control(connection, sqlite::UNDO),
            (Inner::Postgres(session), _) => session.batch("ROLLBACK AND CHAIN").await,
        };
        self.remember(undone)
    }

    /// Has the rest of the transaction planned by the values that are bound, where they decide how much is read. Left to
    /// itself PostgreSQL keeps one plan for any values of a statement that is often run. Nothing on SQLite.
    ///
    /// # Errors
    /// Those of any statement.
    pub async fn plan_by_values(&mut self) -> Result<()> {
        match self.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => {
                self.control("SET LOCAL plan_cache_mode = force_custom_plan")
                    .await
            }
        }
    }

    async fn control(&mut self, sql: &str) -> Result<()> {
        self.usable()?;
        let result = match &mut self.inner {
            Inner::Sqlite(connection) => sqlite::batch(connection, sql),
            Inner::Postgres(session) => session.batch(sql).await,
        };
        self.remember(result)
    }

    /// Runs several statements without bound values. For fixed text alone: nothing is escaped.
    ///
    /// # Errors
    /// Those of any statement; those before the one that failed have run.
    pub async fn batch(&mut self, sql: &str) -> Result<()> {
        self.usable()?;
        let result = match &mut self.inner {
            Inner::Sqlite(connection) => {
                self.wrote = true;
                sqlite::batch(connection, sql)
            }
            Inner::Postgres(session) => session.batch(sql).await,
        };
        self.remember(result)
    }

    fn usable(&mut self) -> Result<()> {
        self.statements += 1;
        if self.failed {
            return Err(Error::Other(
                "a statement before this one failed; roll back to a savepoint first".to_owned(),
            ));
        }
        Ok(())
    }

    /// The error of a work that returned `Ok` after a statement of it had failed.
    pub(crate) fn swallowed() -> Error {
        let why = "a statement failed, and the work went on without rolling back to a savepoint";
        Error::Other(why.to_owned())
    }

    fn remember<T>(&mut self, result: Result<T>) -> Result<T> {
        // What the caller asked of a row that the database gave says nothing about the transaction.
        let inside = !matches!(result, Ok(_) | Err(Error::Missing | Error::Decode(_)));
        self.failed |= inside && self.whole;
        result
    }
}

fn identifier(name: &'static str) -> Result<&'static str> {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if plain {
        Ok(name)
    } else {
        Err(Error::Other(format!(
            "a savepoint's name is of small letters and underscores, not `{name}`"
        )))
    }
}

/// A statement and the values for its places `$1`, `$2`, …
#[derive(Debug, Clone)]
#[must_use = "a query does nothing until it is executed or fetched"]
pub struct Query {
    text: Cow<'static, str>,
    binds: Vec<Value>,
}

/// A statement in the SQL that both databases understand, with `$1`, `$2`, … for values. Each place may stand in the
/// text more than once, and every one of them needs a [`bind`](Query::bind).
///
/// Statements are prepared once per connection and kept, so a text must not carry values of its own.
pub fn query(text: impl Into<Cow<'static, str>>) -> Query {
    Query {
        text: text.into(),
        binds: Vec::new(),
    }
}

impl Query {
    /// The value of the next place.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.binds.push(value.into());
        self
    }

    /// All rows.
    ///
    /// # Errors
    /// What the database refused, and [`Error::Decode`] for rows of another shape.
    pub async fn fetch_all<T: FromRow>(self, tx: &mut Tx) -> Result<Vec<T>> {
        self.fetch(tx, usize::MAX).await
    }

    /// The first row, if there is one. Further rows are dropped.
    ///
    /// # Errors
    /// Those of [`fetch_all`](Self::fetch_all).
    pub async fn fetch_optional<T: FromRow>(self, tx: &mut Tx) -> Result<Option<T>> {
        Ok(self.fetch(tx, 1).await?.pop())
    }

    /// The first row. Further rows are dropped.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none, and those of [`fetch_all`](Self::fetch_all).
    pub async fn fetch_one<T: FromRow>(self, tx: &mut Tx) -> Result<T> {
        self.fetch_optional(tx).await?.ok_or(Error::Missing)
    }

    /// Runs the statement and says how many rows it changed.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn execute(self, tx: &mut Tx) -> Result<u64> {
        tx.usable()?;
        self.storable()?;
        let result = match &mut tx.inner {
            Inner::Sqlite(connection) => {
                sqlite::execute(connection, self.text(), &self.binds, &mut tx.wrote)
            }
            Inner::Postgres(session) => session.execute(&self.text, &self.binds).await,
        };
        tx.remember(result)
    }

    async fn fetch<T: FromRow>(self, tx: &mut Tx, most: usize) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        let mut each = |row| {
            rows.push(row);
            Ok(())
        };
        self.read(tx, most, &mut each).await?;
        Ok(rows)
    }

    /// Hands over every row as it comes, so that none is held: PostgreSQL goes on while a row is dealt with.
    ///
    /// # Errors
    /// Those of [`fetch_all`](Self::fetch_all), and the first that `each` gives, after which no row is read.
    pub async fn for_each<T: FromRow>(
        self,
        tx: &mut Tx,
        mut each: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        self.read(tx, usize::MAX, &mut each).await
    }

    async fn read<T: FromRow>(
        self,
        tx: &mut Tx,
        most: usize,
        each: &mut (dyn FnMut(T) -> Result<()> + Send),
    ) -> Result<()> {
        tx.usable()?;
        self.storable()?;
        let mut each = |cells: &mut Vec<Value>| each(T::from_row(&mut Row::new(cells))?);
        let result = match &mut tx.inner {
            Inner::Sqlite(connection) => {
                let fetch = sqlite::Fetch {
                    width: T::WIDTH,
                    most,
                };
                let (text, binds) = (self.text(), &self.binds);
                fetch.run(connection, text, binds, &mut tx.wrote, &mut each)
            }
            Inner::Postgres(session) => {
                let (text, binds) = (&self.text, &self.binds);
                session.fetch(T::WIDTH, most, text, binds, &mut each).await
            }
        };
        tx.remember(result)
    }

    fn text(&self) -> sqlite::Text<'_> {
        match &self.text {
            Cow::Borrowed(text) => sqlite::Text::Fixed(text),
            Cow::Owned(text) => sqlite::Text::Made(text),
        }
    }

    /// The two engines take the same texts.
    fn storable(&self) -> Result<()> {
        let nul = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
        match self.binds.iter().position(nul) {
            Some(at) => Err(Error::Refused {
                message: format!("the text for ${} holds the character U+0000", at + 1),
            }),
            None => Ok(()),
        }
    }
}
