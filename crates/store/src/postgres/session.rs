//! One connection out of the pool, for one transaction.

use super::statement::{self, error, lost};
use crate::value::Value;
use crate::{Error, Kind, Result};
use deadpool_postgres::{Object, Pool, PoolError, TimeoutType};
use futures_util::StreamExt as _;
use std::pin::pin;
use tokio_postgres::error::SqlState;

/// How many dead connections in a row are passed over. A server that was restarted leaves them behind.
const DEAD: usize = 64;

/// A connection with a transaction. Dropped before its end, it is closed, which undoes the transaction: an open one
/// never goes back to the pool.
pub(crate) struct Session {
    client: Option<Object>,
    /// Whether the database said that the same may succeed when run again.
    again: bool,
    /// Whether a row was there already, perhaps since a moment ago.
    taken: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

impl Session {
    pub(crate) async fn begin(pool: &Pool, kind: Kind) -> Result<Self> {
        let begin = match kind {
            Kind::Write => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
            Kind::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Kind::Look => "",
        };
        let mut dead = 0;
        loop {
            let mut session = Self {
                client: Some(pool.get().await.map_err(unavailable)?),
                again: false,
                taken: false,
            };
            if begin.is_empty() {
                return Ok(session);
            }
            match session.batch(begin).await {
                Ok(()) => return Ok(session),
                // Nothing was done on it: another one will do.
                Err(Error::Unavailable(_)) if dead < DEAD => dead += 1,
                Err(why) => return Err(why),
            }
        }
    }

    /// Whether the database asked to run the same again.
    pub(crate) fn again(&self) -> bool {
        self.again
    }

    /// Whether a row with the same key was there already. A work that looked first and found none has lost a race.
    pub(crate) fn taken(&self) -> bool {
        self.taken
    }

    fn client(&self) -> Result<&Object> {
        let gone = || Error::Unavailable("the connection was given back".to_owned());
        self.client.as_ref().ok_or_else(gone)
    }

    fn noted<T>(&mut self, result: Result<T, tokio_postgres::Error>) -> Result<T> {
        result.map_err(|why| {
            let again = [
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::T_R_DEADLOCK_DETECTED,
            ];
            self.again |= why.code().is_some_and(|code| again.contains(code));
            self.taken |= why.code() == Some(&SqlState::UNIQUE_VIOLATION);
            error(&why)
        })
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        let result = self.client()?.batch_execute(sql).await;
        self.noted(result)
    }

    pub(crate) async fn execute(&mut self, text: &str, binds: &[Value]) -> Result<u64> {
        let prepared = self.client()?.prepare_cached(text).await;
        let prepared = self.noted(prepared)?;
        statement::check_places(&prepared, text, binds)?;
        let result = self
            .client()?
            .execute(&prepared, &statement::places(binds))
            .await;
        self.noted(result)
    }

    /// Calls `each` with the cells of every row as it comes, of the first `most`.
    pub(crate) async fn fetch(
        &mut self,
        width: usize,
        most: usize,
        text: &str,
        binds: &[Value],
        each: &mut (dyn FnMut(&mut Vec<Value>) -> Result<()> + Send),
    ) -> Result<()> {
        let prepared = self.client()?.prepare_cached(text).await;
        let prepared = self.noted(prepared)?;
        statement::check_places(&prepared, text, binds)?;
        statement::check_columns(&prepared, text, width)?;
        let places = statement::places(binds);
        let begun = self.client()?.query_raw(&prepared, places).await;
        let mut rows = pin!(self.noted(begun)?);
        let mut cells = Vec::with_capacity(width);
        let mut left = most;
        while let Some(row) = rows.next().await {
            let row = self.noted(row)?;
            if left == 0 {
                continue;
            }
            left -= 1;
            statement::cells(&row, &mut cells)?;
            each(&mut cells)?;
        }
        Ok(())
    }

    /// Commits and gives the connection back.
    ///
    /// # Errors
    /// [`Error::Unknown`] when the connection broke after the commit was sent.
    pub(crate) async fn commit(&mut self) -> Result<()> {
        let client = self.client()?;
        if client.is_closed() {
            return Err(Error::Unavailable(
                "the connection was lost before the commit".to_owned(),
            ));
        }
        let result = client.batch_execute("COMMIT").await;
        match result {
            Ok(()) => {
                self.put_back();
                Ok(())
            }
            Err(why) if lost(&why) => Err(Error::Unknown(why.to_string())),
            refused => {
                let why = self.noted(refused);
                self.rollback().await;
                why
            }
        }
    }

    /// Undoes the transaction and gives the connection back, or closes it where that does not work.
    pub(crate) async fn rollback(&mut self) {
        if self.batch("ROLLBACK").await.is_ok() {
            self.put_back();
        }
    }

    /// Gives a connection without a transaction back to the pool.
    pub(crate) fn put_back(&mut self) {
        drop(self.client.take());
    }
}

fn unavailable(why: PoolError) -> Error {
    match why {
        PoolError::Timeout(TimeoutType::Wait) => {
            Error::Busy("every connection was in use for too long".to_owned())
        }
        PoolError::Backend(why) => match error(&why) {
            busy @ Error::Busy(_) => busy,
            Error::Unavailable(text) | Error::Other(text) => Error::Unavailable(text),
            other => Error::Unavailable(other.to_string()),
        },
        other => Error::Unavailable(other.to_string()),
    }
}
