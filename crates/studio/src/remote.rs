//! What is read from the server for a view: not there yet, there, or not to be had.

use crate::server::{Failure, Reply};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;

/// Something of the server's. A copy reads the same.
pub(crate) struct Remote<T: Send + Sync + 'static> {
    value: RwSignal<Option<T>>,
    failure: RwSignal<Option<Failure>>,
    asked: RwSignal<u32>,
}

impl<T: Send + Sync> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Remote<T> {}

impl<T: Clone + Send + Sync> Remote<T> {
    /// Asks now, and again whenever what `ask` reads before its future begins has changed. An answer that was
    /// overtaken by another question is dropped; until a new one comes, the old one is shown.
    pub(crate) fn new<F, A>(ask: F) -> Self
    where
        F: Fn() -> A + 'static,
        A: Future<Output = Reply<T>> + 'static,
    {
        let remote = Self {
            value: RwSignal::new(None),
            failure: RwSignal::new(None),
            asked: RwSignal::new(0),
        };
        let latest = StoredValue::new(0_u32);
        Effect::new(move |_| {
            remote.asked.track();
            let this = latest.get_value().wrapping_add(1);
            latest.set_value(this);
            let answer = ask();
            spawn_local(async move {
                let answer = answer.await;
                // The view may be gone by now.
                if latest.try_get_value() == Some(this) {
                    remote.take(answer);
                }
            });
        });
        remote
    }

    fn take(self, answer: Reply<T>) {
        match answer {
            Ok(value) => {
                self.failure.set(None);
                self.value.set(Some(value));
            }
            Err(failure) => self.failure.set(Some(failure)),
        }
    }

    /// What was read last.
    pub(crate) fn get(self) -> Option<T> {
        self.value.get()
    }

    /// Why the last question has no answer.
    pub(crate) fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    /// Puts in its place what an action has answered.
    pub(crate) fn put(self, value: T) {
        self.value.set(Some(value));
    }

    /// Asks again.
    pub(crate) fn again(self) {
        self.failure.set(None);
        self.asked.update(|asked| *asked = asked.wrapping_add(1));
    }
}
