//! A thread that reads.

use super::Waiting;
use super::connection::{Role, Source};
use super::job::{Job, fail};
use super::setup::own;
use super::statement::control;
use crate::query::Inner;
use crate::{Counters, Error, Kind, Result, Tx};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

pub(crate) struct Reader {
    source: Arc<Source>,
    /// Absent after it broke, until the next work opens it again.
    connection: Option<Box<Connection>>,
    incoming: Arc<Mutex<mpsc::Receiver<Waiting>>>,
    counters: Arc<Counters>,
}

impl Reader {
    pub(crate) fn new(
        source: Arc<Source>,
        incoming: Arc<Mutex<mpsc::Receiver<Waiting>>>,
        counters: Arc<Counters>,
    ) -> Result<Self> {
        let connection = Some(source.connect(Role::Reader)?);
        Ok(Self {
            source,
            connection,
            incoming,
            counters,
        })
    }

    /// Until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        while let Some(waiting) = self.next() {
            Counters::admitted_no_more(&self.counters.waiting_reads);
            let Waiting { mut job, kind, .. } = waiting;
            match self.serve(&mut *job, kind) {
                Ok(()) => {
                    Counters::add(&self.counters.reads, 1);
                    job.answer();
                }
                Err(why) => fail(job, why),
            }
        }
    }

    /// One of the idle readers waits at the queue, the others for their turn to.
    fn next(&self) -> Option<Waiting> {
        let incoming = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        incoming.recv().ok()
    }

    fn serve(&mut self, job: &mut dyn Job, kind: Kind) -> Result<()> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.source.connect(Role::Reader)?,
        };
        let whole = kind == Kind::Read;
        if whole {
            control(&connection, "BEGIN")?;
        }
        let tx = Tx::new(Inner::Sqlite(connection), whole);
        let (tx, fine) = catch_unwind(AssertUnwindSafe(|| job.run(tx)))
            .map_err(|_| Error::Other("a work panicked".to_owned()))?;
        let failed = tx.failed();
        let connection = own(tx)?;
        if connection.is_autocommit() || control(&connection, "ROLLBACK").is_ok() {
            self.connection = Some(connection);
        }
        if fine && failed {
            return Err(Tx::swallowed());
        }
        Ok(())
    }
}
