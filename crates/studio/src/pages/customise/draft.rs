//! The draft that somebody works on: read once, changed at pointers, undone and redone, and saved by itself.
//!
//! A save names the revision that it is built upon. Where somebody else has saved another one meanwhile, nothing is
//! saved until it is chosen what becomes of both.

use super::edit;
use crate::server::{self, Failure, Reply};
use crate::session;
use contract::problem::Fault;
use contract::staff::Role;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rules::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::cell::RefCell;
use std::time::Duration;

/// After the last change, before it is saved.
const REST: Duration = Duration::from_millis(700);
/// Changes of one place that are no further apart are undone together.
const TOGETHER_MS: f64 = 1_500.0;
/// Waits before the server is tried again: the first, and the longest.
const TRY_AGAIN_MS: (u64, u64) = (2_000, 30_000);
/// Steps that can be undone.
const STEPS_MAX: usize = 200;

#[derive(Deserialize)]
struct DraftReply {
    draft: Told,
}

/// A draft as the server tells it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Told {
    pub(super) revision: i64,
    pub(super) document: Value,
    pub(super) faults: Vec<Fault>,
    pub(super) running_version: i64,
    pub(super) updated_by_email: Option<String>,
    pub(super) updated_at: Option<Timestamp>,
}

/// How far saving is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Saving {
    /// The server has it all.
    Done,
    /// Changed, and soon to be sent.
    Soon,
    /// On its way.
    Busy,
    /// The server was not reached; it is tried again.
    Offline,
    /// The server said no.
    Refused(Failure),
    /// Somebody else has saved another one.
    Clash,
}

/// What was not sent when the page was left. The next visit goes on from it.
struct Unsent {
    program: String,
    base: Value,
    revision: i64,
    document: Value,
}

thread_local! {
    static UNSENT: RefCell<Option<Unsent>> = const { RefCell::new(None) };
}

/// The draft under one's hands. A copy is the same one.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) document: RwSignal<Value>,
    pub(super) saving: RwSignal<Saving>,
    /// What somebody else has saved, while it is to be chosen what becomes of it.
    pub(super) theirs: RwSignal<Option<Told>>,
    /// What only the server can say against the draft.
    beyond: RwSignal<Vec<Fault>>,
    past: RwSignal<Vec<Value>>,
    future: RwSignal<Vec<Value>>,
    /// What the server had when it was last asked, and its revision.
    base: StoredValue<Value>,
    revision: StoredValue<i64>,
    /// The place that was changed last, and when.
    last: StoredValue<(String, f64)>,
    timer: StoredValue<Option<TimeoutHandle>>,
    wait_ms: StoredValue<u64>,
    busy: StoredValue<bool>,
    program: StoredValue<String>,
}

fn path(program: &str) -> String {
    format!("/v1/programs/{program}/draft")
}

/// Asks for the draft.
pub(super) async fn read(program: String) -> Reply<Told> {
    let reply: DraftReply = server::get(&path(&program)).await?;
    Ok(reply.draft)
}

impl Draft {
    /// Takes up what the server has told, and what a visit before this one has left unsent.
    pub(super) fn new(program: &str, told: Told) -> Self {
        let left = UNSENT.with_borrow_mut(Option::take);
        let left = left.filter(|left| left.program == program);
        let document = left.as_ref().map_or(&told.document, |left| &left.document);
        let draft = Self {
            document: RwSignal::new(document.clone()),
            saving: RwSignal::new(Saving::Done),
            theirs: RwSignal::new(None),
            beyond: RwSignal::new(Vec::new()),
            past: RwSignal::new(Vec::new()),
            future: RwSignal::new(Vec::new()),
            base: StoredValue::new(told.document.clone()),
            revision: StoredValue::new(told.revision),
            last: StoredValue::new((String::new(), 0.0)),
            timer: StoredValue::new(None),
            wait_ms: StoredValue::new(TRY_AGAIN_MS.0),
            busy: StoredValue::new(false),
            program: StoredValue::new(program.to_owned()),
        };
        draft.hear(&told);
        match left {
            Some(left) if left.revision != told.revision => {
                draft.base.set_value(left.base);
                draft.clash(told);
            }
            Some(_) => draft.changed(),
            None => {}
        }
        on_cleanup(move || draft.leave());
        draft
    }

    /// Whether somebody may change it.
    pub(super) fn writes() -> bool {
        session::may(Role::Editor)
    }

    /// What stands at a pointer; follows the draft.
    pub(super) fn at(self, pointer: &str) -> Value {
        self.document.with(|document| edit::at(document, pointer))
    }

    /// As [`Self::at`], and a view that reads it is drawn again only when it has changed.
    pub(super) fn memo(self, pointer: String) -> Memo<Value> {
        Memo::new(move |_| self.at(&pointer))
    }

    /// Puts a value in its place.
    pub(super) fn put(self, pointer: &str, value: Value) {
        self.change(pointer, |document| edit::put(document, pointer, value));
    }

    /// Changes something about a place. Changes of one place that come close upon each other are one step.
    pub(super) fn change(self, place: &str, change: impl FnOnce(&mut Value)) {
        if !untrack(Self::writes) {
            return;
        }
        let before = self.document.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        if before == after {
            return;
        }
        let now = js_sys::Date::now();
        let (last, at) = self.last.get_value();
        if last != place || now - at > TOGETHER_MS {
            self.past.update(|past| {
                past.push(before);
                let more = past.len().saturating_sub(STEPS_MAX);
                past.drain(..more);
            });
        }
        self.last.set_value((place.to_owned(), now));
        self.future.set(Vec::new());
        self.document.set(after);
        self.changed();
    }

    /// Whether there is something to undo, and to redo.
    pub(super) fn can(self) -> (bool, bool) {
        let some = |steps: &Vec<Value>| !steps.is_empty();
        (self.past.with(some), self.future.with(some))
    }

    /// Takes the last step back.
    pub(super) fn undo(self) {
        self.step(self.past, self.future);
    }

    /// Does again what was taken back.
    pub(super) fn redo(self) {
        self.step(self.future, self.past);
    }

    fn step(self, from: RwSignal<Vec<Value>>, to: RwSignal<Vec<Value>>) {
        let Some(document) = from.try_update(Vec::pop).flatten() else {
            return;
        };
        to.update(|steps| steps.push(self.document.get_untracked()));
        self.last.set_value((String::new(), 0.0));
        self.document.set(document);
        self.changed();
    }

    /// What only the server can say: follows the last save.
    pub(super) fn beyond(self) -> Vec<Fault> {
        self.beyond.get()
    }

    fn hear(self, told: &Told) {
        let beyond = ["unknown_zone", "other_program"];
        let of_the_server = |fault: &&Fault| beyond.contains(&fault.code.as_str());
        let faults = told.faults.iter().filter(of_the_server).cloned();
        self.beyond.set(faults.collect());
    }

    fn changed(self) {
        if self.saving.get_untracked() == Saving::Clash {
            return;
        }
        self.saving.set(Saving::Soon);
        self.save_in(REST);
    }

    fn save_in(self, wait: Duration) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        let timer = set_timeout_with_handle(move || self.save(), wait);
        self.timer.set_value(timer.ok());
    }

    /// Whether the page is still there.
    fn alive(self) -> bool {
        self.busy.try_get_value().is_some()
    }

    /// Saves what is not saved.
    pub(super) fn save(self) {
        let clashes = || self.saving.get_untracked() == Saving::Clash;
        if !self.alive() || self.busy.get_value() || clashes() {
            return;
        }
        if self
            .base
            .with_value(|base| self.document.with_untracked(|now| now == base))
        {
            self.saving.set(Saving::Done);
            return;
        }
        self.busy.set_value(true);
        spawn_local(async move {
            self.send().await;
            self.busy.try_set_value(false);
        });
    }

    async fn send(self) {
        loop {
            let document = self.document.get_untracked();
            self.saving.set(Saving::Busy);
            let (program, revision) = (self.program.get_value(), self.revision.get_value());
            let answer: Reply<DraftReply> =
                server::put_upon(&path(&program), &document, revision).await;
            if !self.alive() {
                if let Ok(DraftReply { draft: told }) = answer {
                    // What is left unsent is built upon this one.
                    UNSENT.with_borrow_mut(|left| {
                        if let Some(left) = left {
                            (left.base, left.revision) = (document, told.revision);
                        }
                    });
                }
                return;
            }
            match answer {
                Ok(DraftReply { draft: told }) => {
                    self.revision.set_value(told.revision);
                    self.hear(&told);
                    self.base.set_value(document.clone());
                    self.wait_ms.set_value(TRY_AGAIN_MS.0);
                    if self.document.get_untracked() == document {
                        self.saving.set(Saving::Done);
                        return;
                    }
                }
                Err(failure) if failure.code() == "draft_changed" => match read(program).await {
                    Ok(theirs) if self.alive() => return self.clash(theirs),
                    Ok(_) => return,
                    Err(failure) => return self.fail(failure),
                },
                Err(failure) => return self.fail(failure),
            }
        }
    }

    fn fail(self, failure: Failure) {
        if !self.alive() {
            return;
        }
        let wait = self.wait_ms.get_value();
        match failure {
            Failure::Refused(problem, wait) if problem.code != "unavailable" => {
                self.saving
                    .set(Saving::Refused(Failure::Refused(problem, wait)));
            }
            Failure::Offline | Failure::Odd | Failure::Refused(..) => {
                self.saving.set(Saving::Offline);
                self.wait_ms
                    .set_value(wait.saturating_mul(2).min(TRY_AGAIN_MS.1));
                self.save_in(Duration::from_millis(wait));
            }
        }
    }

    fn clash(self, theirs: Told) {
        if theirs.document == self.document.get_untracked() {
            self.take_up(&theirs);
            self.saving.set(Saving::Done);
            return;
        }
        self.theirs.set(Some(theirs));
        self.saving.set(Saving::Clash);
    }

    /// What the server had when both began.
    pub(super) fn base(self) -> Value {
        self.base.get_value()
    }

    fn take_up(self, theirs: &Told) {
        self.revision.set_value(theirs.revision);
        self.base.set_value(theirs.document.clone());
        self.hear(theirs);
        self.theirs.set(None);
    }

    /// Ends a clash with this document. What stood here before can be brought back by undoing.
    pub(super) fn settle(self, document: Value) {
        let Some(theirs) = self.theirs.get_untracked() else {
            return;
        };
        self.take_up(&theirs);
        self.saving.set(Saving::Soon);
        self.last.set_value((String::new(), 0.0));
        self.change("", |all| *all = document);
        // Also where nothing changed here: the server has another one.
        self.changed();
    }

    /// Whether something would be lost if the browser were closed now.
    pub(super) fn unsaved(self) -> bool {
        self.saving.get_untracked() != Saving::Done
    }

    /// The page is left: what is not saved is sent at once, and kept until it has arrived.
    fn leave(self) {
        if let Some(timer) = self.timer.try_get_value().flatten() {
            timer.clear();
        }
        if self
            .saving
            .try_get_untracked()
            .is_none_or(|saving| saving == Saving::Done)
        {
            return;
        }
        let (Some(program), Some(base), Some(revision), Some(document)) = (
            self.program.try_get_value(),
            self.base.try_get_value(),
            self.revision.try_get_value(),
            self.document.try_get_untracked(),
        ) else {
            return;
        };
        let clashes = self.theirs.try_get_untracked().flatten().is_some();
        let sent = (path(&program), document.clone());
        UNSENT.set(Some(Unsent {
            program,
            base,
            revision,
            document,
        }));
        if clashes || self.busy.try_get_value() == Some(true) {
            return;
        }
        spawn_local(async move {
            let saved: Reply<DraftReply> = server::put_upon(&sent.0, &sent.1, revision).await;
            if saved.is_ok() {
                UNSENT.with_borrow_mut(|left| left.take_if(|left| left.document == sent.1));
            }
        });
    }
}
