//! SQLite: one thread that writes, some that read, each with a connection of its own.

mod backup;
mod connection;
mod job;
mod reader;
mod setup;
mod statement;
mod writer;

pub(crate) use statement::{Fetch, Text, batch, control, execute};
pub(crate) use writer::UNDO;

use crate::{Counters, Error, Kind, Migration, Options, Result, Tx, Work, closed};
use connection::Source;
use job::{Job, Task};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;
use tokio::sync::oneshot;

/// A work in a queue, with the time at which it came.
pub(crate) struct Waiting {
    since: Instant,
    kind: Kind,
    job: Box<dyn Job>,
}

/// The way into a queue, until it is closed, and what ends when its threads have ended.
struct Lane {
    queue: Mutex<Option<mpsc::Sender<Waiting>>>,
    ended: tokio::sync::Mutex<tokio::sync::mpsc::Receiver<()>>,
}

impl Lane {
    fn send(&self, waiting: Waiting, count: &AtomicU64, most: usize) -> Result<()> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queue.as_ref().ok_or_else(closed)?;
        Counters::admit(count, most)?;
        queue.send(waiting).map_err(|_| {
            Counters::admitted_no_more(count);
            closed()
        })
    }

    async fn close(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        // Nothing is ever sent: it ends when the last thread has dropped its end.
        let _ = self.ended.lock().await.recv().await;
    }
}

pub(crate) struct Sqlite {
    source: Arc<Source>,
    counters: Arc<Counters>,
    writes: Lane,
    reads: Lane,
}

impl Sqlite {
    pub(crate) async fn open(
        path: PathBuf,
        options: Options,
        migrations: &'static [Migration],
        counters: Arc<Counters>,
    ) -> Result<Self> {
        let source = Arc::new(Source { path, options });
        let ready = source.clone();
        let connection = blocking(move || setup::prepared(&ready, migrations)).await?;

        let (queue, incoming) = mpsc::channel();
        let (running, ended) = tokio::sync::mpsc::channel(1);
        let writer = writer::Writer::new(source.clone(), connection, incoming, counters.clone());
        thread("store-writer", move || {
            writer.run();
            drop(running);
        })?;
        let writes = Lane {
            queue: Mutex::new(Some(queue)),
            ended: tokio::sync::Mutex::new(ended),
        };

        let (queue, incoming) = mpsc::channel();
        let (running, ended) = tokio::sync::mpsc::channel(1);
        let incoming = Arc::new(Mutex::new(incoming));
        for _ in 0..source.options.readers.max(1) {
            let reader = reader::Reader::new(source.clone(), incoming.clone(), counters.clone())?;
            let running = running.clone();
            thread("store-reader", move || {
                reader.run();
                drop(running);
            })?;
        }
        let reads = Lane {
            queue: Mutex::new(Some(queue)),
            ended: tokio::sync::Mutex::new(ended),
        };
        Ok(Self {
            source,
            counters,
            writes,
            reads,
        })
    }

    pub(crate) async fn run<I, T, E, F>(&self, kind: Kind, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        let (job, reply) = Task::new(input, work);
        let waiting = Waiting {
            since: Instant::now(),
            kind,
            job: Box::new(job),
        };
        let (lane, count) = match kind {
            Kind::Write => (&self.writes, &self.counters.waiting_writes),
            Kind::Read | Kind::Look => (&self.reads, &self.counters.waiting_reads),
        };
        lane.send(waiting, count, self.source.options.queue)?;
        match reply.await {
            Ok(result) => result,
            Err(_) => Err(Error::Other("the database's thread ended".to_owned()).into()),
        }
    }

    pub(crate) async fn backup(&self, to: PathBuf) -> Result<()> {
        let source = self.source.clone();
        blocking(move || backup::backup(&source, &to)).await
    }

    pub(crate) async fn close(&self) {
        // The writer is the last: it puts what is in the log into the file.
        self.reads.close().await;
        self.writes.close().await;
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    started
        .map(drop)
        .map_err(|why| Error::Unavailable(format!("a thread for it did not start: {why}")))
}

/// Runs something that waits for the disk beside the async runtime.
async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (send, receive) = oneshot::channel();
    thread("store-task", move || {
        // Nobody to tell when the caller has gone.
        let _ = send.send(run());
    })?;
    let ended = |_| Error::Other("a thread of the database panicked".to_owned());
    receive.await.map_err(ended)?
}
