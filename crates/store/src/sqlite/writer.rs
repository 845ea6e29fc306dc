//! The thread that writes, and its group commit.
//!
//! A commit waits for the disk, and a disk syncs a few hundred times a second. So the works that wait while one commit
//! syncs share the next: all are committed at once, and only then is any of them answered. Without load a work is alone
//! in its commit and waits for nothing.
//!
//! Nearly every work ends well, or is refused before it wrote anything. One that wrote and is to be undone alone needs a
//! savepoint, for which SQLite keeps a copy of every page that a work changes. So works run without; when one turns out
//! to need it, nothing of the transaction is kept and its works run again, each inside a savepoint.

use super::Waiting;
use super::connection::{Role, Source};
use super::job::{Job, fail};
use super::setup::own;
use super::statement::control;
use crate::query::{Inner, Undoing};
use crate::{Counters, Error, Result, Tx};
use rusqlite::Connection;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};

/// Undoes what a work has done, inside its savepoint.
pub(crate) const UNDO: &str = "ROLLBACK TO \"the work\"";

pub(crate) struct Writer {
    source: Arc<Source>,
    /// Absent after it broke, until the next work opens it again.
    connection: Option<Box<Connection>>,
    incoming: mpsc::Receiver<Waiting>,
    /// A work that was taken from the queue and is the next.
    held: Option<Waiting>,
    counters: Arc<Counters>,
}

/// How a work left the transaction.
enum Left {
    /// As it should be: with the work's changes, or without.
    Standing { kept: bool },
    /// With changes that are not to be kept, and no savepoint to go back to.
    Stained,
    /// Undone as a whole, with all that was in it before.
    Broken,
}

impl Writer {
    pub(crate) fn new(
        source: Arc<Source>,
        connection: Box<Connection>,
        incoming: mpsc::Receiver<Waiting>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            source,
            connection: Some(connection),
            incoming,
            held: None,
            counters,
        }
    }

    /// Until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let most = self.source.options.most_in_commit.max(1);
        while let Some(first) = self.held.take().or_else(|| self.incoming.recv().ok()) {
            let first = self.admit(first);
            self.commit(first, most);
        }
    }

    fn admit(&self, waiting: Waiting) -> Box<dyn Job> {
        Counters::admitted_no_more(&self.counters.waiting_writes);
        waiting.job
    }

    /// A work that waits already.
    fn another(&mut self) -> Option<Box<dyn Job>> {
        let waiting = self.held.take().or_else(|| self.incoming.try_recv().ok())?;
        Some(self.admit(waiting))
    }

    /// One transaction with the first work and those that wait by then, `most` at once.
    fn commit(&mut self, first: Box<dyn Job>, most: usize) {
        self.transact(VecDeque::from([first]), most, Undoing::Again);
    }

    /// One transaction with these works, and up to `most` with those that wait by then.
    fn transact(&mut self, mut works: VecDeque<Box<dyn Job>>, most: usize, undoing: Undoing) {
        if let Err(why) = self.begin() {
            self.give_up(works, &why);
            return;
        }
        let mut group = Vec::new();
        let mut kept = 0;
        while let Some(mut job) = works.pop_front() {
            match self.run_one(&mut *job, undoing) {
                Left::Standing { kept: one } => {
                    kept += usize::from(one);
                    group.push(job);
                }
                Left::Stained => {
                    Counters::add(&self.counters.retries, group.len() + 1);
                    group.push(job);
                    let again = group.into_iter().chain(works).collect();
                    self.transact(again, most, Undoing::Savepoint);
                    return;
                }
                Left::Broken => {
                    Counters::add(&self.counters.refused, 1);
                    job.answer();
                    self.alone(group.into_iter().chain(works).collect());
                    return;
                }
            }
            if works.is_empty() && group.len() < most {
                works.extend(self.another());
            }
        }
        match self.end(kept) {
            Ok(()) => {
                Counters::add(&self.counters.writes, kept);
                Counters::add(&self.counters.refused, group.len() - kept);
                if kept > 0 {
                    Counters::add(&self.counters.commits, 1);
                    let kept = u64::try_from(kept).unwrap_or(u64::MAX);
                    self.counters
                        .largest_commit
                        .fetch_max(kept, Ordering::Relaxed);
                }
                group.into_iter().for_each(Job::answer);
            }
            // A constraint that is deferred to the commit: find whose it was.
            Err(Error::Refused { .. }) if group.len() > 1 => self.alone(group),
            Err(why) => {
                Counters::add(&self.counters.refused, group.len());
                for job in group {
                    fail(job, why.clone());
                }
            }
        }
    }

    /// Runs works again, each in a transaction of its own, after another one broke theirs.
    fn alone(&mut self, group: Vec<Box<dyn Job>>) {
        for job in group {
            Counters::add(&self.counters.retries, 1);
            self.commit(job, 1);
        }
    }

    fn begin(&mut self) -> Result<()> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.source.connect(Role::Writer)?,
        };
        control(self.connection.insert(connection), "BEGIN IMMEDIATE")
    }

    /// The lock was not to be had: everybody who waited as long as that is told so.
    fn give_up(&mut self, works: VecDeque<Box<dyn Job>>, why: &Error) {
        let mut refused = works.len();
        works.into_iter().for_each(|job| fail(job, why.clone()));
        let patience = self.source.options.lock_wait;
        while let Some(waiting) = self.held.take().or_else(|| self.incoming.try_recv().ok()) {
            if waiting.since.elapsed() < patience {
                self.held = Some(waiting);
                break;
            }
            fail(self.admit(waiting), why.clone());
            refused += 1;
        }
        Counters::add(&self.counters.refused, refused);
    }

    /// One work. One that leaves the transaction broken has its error by then.
    fn run_one(&mut self, job: &mut dyn Job, undoing: Undoing) -> Left {
        let Some(connection) = self.connection.take() else {
            job.spoil(Error::Unavailable("the connection was lost".to_owned()));
            return Left::Broken;
        };
        let marked = undoing == Undoing::Savepoint;
        if let Err(why) = when(marked, &connection, "SAVEPOINT \"the work\"") {
            job.spoil(why);
            self.abandon(connection);
            return Left::Broken;
        }
        let tx = Tx::among(Inner::Sqlite(connection), undoing);
        let Ok((tx, fine)) = catch_unwind(AssertUnwindSafe(|| job.run(tx))) else {
            // The connection was closed by the unwinding, and with it the transaction undone.
            job.spoil(Error::Other("a work panicked".to_owned()));
            return Left::Broken;
        };
        let kept = fine && !tx.failed();
        if fine && !kept {
            job.spoil(Tx::swallowed());
        }
        let wrote = tx.wrote();
        let connection = match own(tx) {
            Ok(connection) => connection,
            Err(why) => {
                job.spoil(why);
                return Left::Broken;
            }
        };
        let ended = if connection.is_autocommit() {
            Err(Error::Other("the whole transaction was undone".to_owned()))
        } else if !kept && !marked && wrote {
            self.abandon(connection);
            return Left::Stained;
        } else {
            when(marked && !kept, &connection, UNDO)
                .and_then(|()| when(marked, &connection, "RELEASE \"the work\""))
        };
        match ended {
            Ok(()) => {
                self.connection = Some(connection);
                Left::Standing { kept }
            }
            Err(why) => {
                // A work that failed by itself keeps its own error.
                if kept {
                    job.spoil(why);
                }
                self.abandon(connection);
                Left::Broken
            }
        }
    }

    /// Commits when something is to be kept.
    fn end(&mut self, kept: usize) -> Result<()> {
        let Some(connection) = self.connection.take() else {
            return Err(Error::Unavailable("the connection was lost".to_owned()));
        };
        let ended = control(&connection, if kept > 0 { "COMMIT" } else { "ROLLBACK" });
        if ended.is_ok() {
            self.connection = Some(connection);
        } else {
            self.abandon(connection);
        }
        ended
    }

    /// Undoes the transaction. A connection that cannot even do that is closed, which undoes it too.
    fn abandon(&mut self, connection: Box<Connection>) {
        let undone = connection.is_autocommit() || control(&connection, "ROLLBACK").is_ok();
        self.connection = undone.then_some(connection);
    }
}

fn when(needed: bool, connection: &Connection, text: &'static str) -> Result<()> {
    if needed {
        control(connection, text)
    } else {
        Ok(())
    }
}
