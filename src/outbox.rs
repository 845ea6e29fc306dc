//! Actions that must happen exactly once.
//!
//! An action gets its id and is saved before it is sent. Until the server's answer is known it stays here and is
//! sent again with the same id, after a reload or from another tab as well; the server gives one outcome for one
//! id. So the widget never says "failed" when it does not know.

use crate::host::{Host, field, object, string};
use crate::store::Store;
use js_sys::Array;
use wasm_bindgen::JsValue;

/// Longest time that an unanswered action is tried again: 24 hours.
const LIFE_MS: f64 = 86_400_000.0;
/// Most actions kept; the oldest of what nobody waits for go first.
const ACTIONS_MAX: usize = 50;

/// What an action is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Join the club.
    Join,
    /// Take a reward.
    Redeem,
    /// Give an unused reward back.
    Cancel,
    /// Answer a survey.
    Answer,
    /// Answer its last question.
    Finish,
    /// Tell what a prompt did.
    Tell,
    /// Take an offer.
    Take,
    /// File a complaint.
    File,
    /// Do something to a complaint.
    Care,
    /// Claim an activity.
    Claim,
    /// Change the profile.
    Profile,
}

impl Kind {
    const ALL: [(Self, &'static str); 11] = [
        (Self::Join, "join"),
        (Self::Redeem, "redeem"),
        (Self::Cancel, "cancel"),
        (Self::Answer, "answer"),
        (Self::Finish, "finish"),
        (Self::Tell, "tell"),
        (Self::Take, "take"),
        (Self::File, "file"),
        (Self::Care, "care"),
        (Self::Claim, "claim"),
        (Self::Profile, "profile"),
    ];

    /// Its name in storage.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }

    /// The shopper waits for its outcome.
    pub fn is_waited_for(self) -> bool {
        !matches!(self, Self::Answer | Self::Finish | Self::Tell)
    }

    /// Says all that an earlier one about the same subject said, and more.
    fn grows(self) -> bool {
        matches!(self, Self::Answer | Self::Finish)
    }
}

/// Something to do, and the id under which it is done once.
#[derive(Clone)]
pub struct Action {
    /// The `Idempotency-Key`.
    pub key: String,
    /// What it is for.
    pub kind: Kind,
    /// What it is done to: a reward, a redemption, a response.
    pub subject: String,
    /// HTTP method.
    pub method: String,
    /// Path under `/v1/`.
    pub path: String,
    /// JSON body.
    pub body: JsValue,
    sub: String,
    at: f64,
}

impl Action {
    /// An action of whoever is logged in, with a new id.
    pub fn new(
        host: &Host,
        kind: Kind,
        subject: &str,
        method: &str,
        path: &str,
        body: JsValue,
    ) -> Self {
        Self {
            key: host.uuid(),
            kind,
            subject: subject.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            body,
            sub: host.subject().unwrap_or_default(),
            at: host.now(),
        }
    }

    fn write(&self) -> JsValue {
        object(&[
            ("key", self.key.as_str().into()),
            ("kind", self.kind.name().into()),
            ("subject", self.subject.as_str().into()),
            ("method", self.method.as_str().into()),
            ("path", self.path.as_str().into()),
            ("body", self.body.clone()),
            ("sub", self.sub.as_str().into()),
            ("at", self.at.into()),
        ])
    }

    fn read(value: &JsValue) -> Option<Self> {
        let kind = string(value, "kind")?;
        Some(Self {
            key: string(value, "key")?,
            kind: Kind::ALL.iter().find(|(_, name)| *name == kind)?.0,
            subject: string(value, "subject")?,
            method: string(value, "method")?,
            path: string(value, "path").filter(|path| path.starts_with("/v1/"))?,
            body: field(value, "body"),
            sub: string(value, "sub")?,
            at: field(value, "at").as_f64()?,
        })
    }
}

fn all(host: &Host) -> Vec<Action> {
    let stored = host.stored("outbox");
    if !Array::is_array(&stored) {
        return Vec::new();
    }
    Array::from(&stored)
        .iter()
        .filter_map(|value| Action::read(&value))
        .collect()
}

/// Everything that is not settled, of whoever is logged in, oldest first.
pub fn mine(host: &Host) -> Vec<Action> {
    let sub = host.subject().unwrap_or_default();
    let now = host.now();
    let mut mine = all(host);
    mine.retain(|a| a.sub == sub && now - a.at < LIFE_MS);
    mine
}

fn save(store: Store, mut actions: Vec<Action>) {
    if actions.len() > ACTIONS_MAX {
        let told = actions.iter().position(|a| !a.kind.is_waited_for());
        actions.remove(told.unwrap_or(0));
    }
    store.host().keep(
        "outbox",
        &actions.iter().map(Action::write).collect::<Array>(),
    );
    look(store);
}

/// Shows what is not settled, in other tabs as well.
pub fn look(store: Store) {
    let mine = mine(store.host());
    store.set(|s| s.doing = mine);
}

/// Saves an action, unless the shopper already waits for the same one: an impatient finger, a second tab. A survey's
/// answer takes the place of what was given of it before: sent after it, the older would undo the newer.
pub fn put(store: Store, action: Action) {
    let mut actions = all(store.host());
    let grows = action.kind.grows();
    let same = |a: &Action| {
        let kind = a.kind == action.kind || (grows && a.kind.grows());
        kind && a.sub == action.sub && a.subject == action.subject
    };
    if action.kind.is_waited_for() && actions.iter().any(same) {
        return;
    }
    actions.retain(|a| !(grows && same(a)));
    actions.push(action);
    save(store, actions);
}

/// Takes a settled action out.
pub fn settle(store: Store, key: &str) {
    let mut actions = all(store.host());
    actions.retain(|a| a.key != key);
    save(store, actions);
}

/// Whether something is being done to this reward or redemption.
pub fn busy(doing: &[Action], subject: &str) -> bool {
    doing
        .iter()
        .any(|a| a.kind.is_waited_for() && a.subject == subject)
}
