//! PostgreSQL: a pool of connections, and works in tasks of their own.

mod connect;
mod session;
mod statement;

pub(crate) use session::Session;

use crate::query::Inner;
use crate::{Counters, Error, Kind, Migration, Options, Result, Tx, Work, closed, migration};
use deadpool_postgres::Pool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

/// How often a work runs again after a serialization failure or a deadlock.
const RETRIES: u32 = 5;

/// The number that programs which migrate the same database lock: any, as long as it stays.
const MIGRATING: i64 = 0x7661_6661_0001;

pub(crate) struct Postgres {
    pool: Pool,
    options: Options,
    counters: Arc<Counters>,
    /// Every task holds a copy; absent after the database was closed.
    running: Mutex<Option<mpsc::Sender<()>>>,
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

/// How one run of a work ended.
enum Run<T, E> {
    Done(Result<T, E>),
    /// The database asks to run it again; the error is for when that was done often enough.
    Again(E),
    /// A row was there already. Run again, the work sees it, if it looks; the error is for one that does not.
    Taken(E),
}

impl Postgres {
    pub(crate) async fn open(
        url: &str,
        options: Options,
        migrations: &'static [Migration],
        counters: Arc<Counters>,
    ) -> Result<Self> {
        let pool = connect::pool(url, &options)?;
        let (running, ended) = mpsc::channel(1);
        let opened = Self {
            pool,
            options,
            counters,
            running: Mutex::new(Some(running)),
            ended: tokio::sync::Mutex::new(ended),
        };
        while opened.migrate(migrations).await? {}
        Ok(opened)
    }

    /// One step of the migrations in a transaction. Says whether there was one.
    async fn migrate(&self, migrations: &[Migration]) -> Result<bool> {
        let session = Session::begin(&self.pool, Kind::Write).await?;
        let mut tx = Tx::new(Inner::Postgres(Box::new(session)), true);
        // Another program may take long over its step, and so may this one.
        tx.batch("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
            .await?;
        tx.batch(&format!("SELECT pg_advisory_xact_lock({MIGRATING})"))
            .await?;
        let more = migration::step(&mut tx, migrations).await?;
        own(tx)?.commit().await?;
        Ok(more)
    }

    pub(crate) async fn run<I, T, E, F>(
        self: &Arc<Self>,
        kind: Kind,
        input: I,
        work: F,
    ) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        let running = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let running = running.ok_or_else(closed)?;
        let waiting = match kind {
            Kind::Write => &self.counters.waiting_writes,
            Kind::Read | Kind::Look => &self.counters.waiting_reads,
        };
        Counters::admit(waiting, self.options.queue)?;
        let server = self.clone();
        let task = tokio::spawn(async move {
            let result = server.retried(kind, &input, &work).await;
            drop(running);
            result
        });
        match task.await {
            Ok(result) => result,
            Err(why) if why.is_panic() => Err(Error::Other("a work panicked".to_owned()).into()),
            Err(_) => Err(Error::Unknown("the program is ending".to_owned()).into()),
        }
    }

    async fn retried<I, T, E, F>(&self, kind: Kind, input: &I, work: &F) -> Result<T, E>
    where
        E: From<Error>,
        F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E>,
    {
        let mut waiting = Some(Admitted(&self.counters, kind));
        let mut tried = 0;
        let mut lost_a_race = false;
        let result = loop {
            let session = Session::begin(&self.pool, kind).await;
            // It waits no more, whether there was a connection or not.
            drop(waiting.take());
            let run = match session {
                Ok(session) => once(session, kind, input, work).await,
                Err(why) => Run::Done(Err(why.into())),
            };
            match run {
                Run::Done(result) => break result,
                Run::Again(why) if tried == RETRIES => break Err(why),
                Run::Taken(why) if lost_a_race || tried == RETRIES => break Err(why),
                Run::Taken(_) => lost_a_race = true,
                Run::Again(_) => {}
            }
            tried += 1;
            Counters::add(&self.counters.retries, 1);
            tokio::time::sleep(pause(tried)).await;
        };
        self.count(kind, result.is_ok());
        result
    }

    fn count(&self, kind: Kind, fine: bool) {
        let counters = &self.counters;
        match (kind, fine) {
            (Kind::Write, true) => {
                Counters::add(&counters.writes, 1);
                Counters::add(&counters.commits, 1);
                counters
                    .largest_commit
                    .fetch_max(1, std::sync::atomic::Ordering::Relaxed);
            }
            (Kind::Write, false) => Counters::add(&counters.refused, 1),
            (Kind::Read | Kind::Look, _) => Counters::add(&counters.reads, 1),
        }
    }

    pub(crate) async fn close(&self) {
        drop(
            self.running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        // Nothing is ever sent: it ends when the last task has dropped its copy.
        let _ = self.ended.lock().await.recv().await;
        self.pool.close();
    }
}

/// Counts one that waits, until it is dropped.
struct Admitted<'a>(&'a Counters, Kind);

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        Counters::admitted_no_more(match self.1 {
            Kind::Write => &self.0.waiting_writes,
            Kind::Read | Kind::Look => &self.0.waiting_reads,
        });
    }
}

/// A random time up to 5 ms × 2ⁿ, so that those who met do not meet again.
fn pause(tried: u32) -> Duration {
    Duration::from_micros(rand::random_range(500..=5_000 << tried.min(RETRIES)))
}

/// Runs the work once in a transaction that was begun.
async fn once<I, T, E, F>(session: Session, kind: Kind, input: &I, work: &F) -> Run<T, E>
where
    E: From<Error>,
    F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E>,
{
    let tx = Tx::new(Inner::Postgres(Box::new(session)), kind != Kind::Look);
    let (tx, result) = work(tx, input).await;
    let failed = tx.failed();
    let mut session = match own(tx) {
        Ok(session) => session,
        Err(why) => return Run::Done(Err(why.into())),
    };
    let (again, taken) = (session.again(), session.taken());
    if kind == Kind::Look {
        session.put_back();
        return Run::Done(result);
    }
    match result {
        Ok(value) if !failed => match session.commit().await {
            Ok(()) => Run::Done(Ok(value)),
            Err(why) if session.again() => Run::Again(why.into()),
            Err(why) => Run::Done(Err(why.into())),
        },
        result => {
            session.rollback().await;
            let why = result.err().unwrap_or_else(|| Tx::swallowed().into());
            if again {
                Run::Again(why)
            } else if taken {
                Run::Taken(why)
            } else {
                Run::Done(Err(why))
            }
        }
    }
}

fn own(tx: Tx) -> Result<Session> {
    match tx.inner {
        Inner::Postgres(session) => Ok(*session),
        Inner::Sqlite(_) => Err(Error::Other(
            "a work gave back another database's transaction".to_owned(),
        )),
    }
}
