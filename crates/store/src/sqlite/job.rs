//! A work in a queue, without its types.

use crate::{Error, Result, Tx, Work};
use tokio::sync::oneshot;

/// A work that waits to be run, possibly more than once, and then answered once.
pub(crate) trait Job: Send {
    /// Runs the work and keeps its result. Gives the transaction back, and whether the result is `Ok`.
    fn run(&mut self, tx: Tx) -> (Tx, bool);
    /// Puts an error in the place of the result.
    fn spoil(&mut self, error: Error);
    /// Tells the caller, if it still listens.
    fn answer(self: Box<Self>);
}

pub(crate) struct Task<I, T, E, F> {
    input: I,
    work: F,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<I, T, E, F> Task<I, T, E, F> {
    pub(crate) fn new(input: I, work: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, receiver) = oneshot::channel();
        let task = Self {
            input,
            work,
            outcome: None,
            reply,
        };
        (task, receiver)
    }
}

impl<I, T, E, F> Job for Task<I, T, E, F>
where
    I: Send + Sync,
    T: Send,
    E: From<Error> + Send,
    F: for<'a> Fn(Tx, &'a I) -> Work<'a, T, E> + Send + Sync,
{
    fn run(&mut self, tx: Tx) -> (Tx, bool) {
        // The database's calls do not wait, so this is polled once.
        let (tx, outcome) = pollster::block_on((self.work)(tx, &self.input));
        let fine = outcome.is_ok();
        self.outcome = Some(outcome);
        (tx, fine)
    }

    fn spoil(&mut self, error: Error) {
        self.outcome = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // A caller that has gone wants no answer.
            let _ = self.reply.send(outcome);
        }
    }
}

/// Spoils and answers.
pub(crate) fn fail(mut job: Box<dyn Job>, error: Error) {
    job.spoil(error);
    job.answer();
}
