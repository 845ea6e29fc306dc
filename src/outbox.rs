//! Actions that must happen exactly once.
//!
//! An action gets its id and is saved before it is sent. Until the server's answer is known it stays here and is
//! sent again with the same id, after a reload or from another tab as well; the server gives one outcome for one
//! id. So the widget never says "failed" when it does not know.

use crate::host::{Host, encode};
use crate::store::Store;
use contract::shopper::{Event, Events, Join, Redeem, SurveyResponse};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// Longest time that an unanswered action is tried again: 24 hours.
const LIFE_MS: i64 = 86_400_000;
/// Most actions kept.
const ACTIONS_MAX: usize = 50;

/// Something to do, and the id under which it is done once.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// The `Idempotency-Key`.
    pub key: String,
    /// Who does it.
    pub sub: String,
    /// When it was asked for, in milliseconds since 1970.
    pub at: i64,
    /// What.
    pub what: What,
}

/// What can be done.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// Join the club.
    Join(Join),
    /// Take a reward.
    Redeem(Redeem),
    /// Give an unused reward back.
    Cancel(String),
    /// Answer a survey.
    Answer(SurveyResponse),
    /// Tell what a prompt did.
    Tell(Event),
}

impl What {
    /// Method, path and body.
    pub fn request(&self) -> (&'static str, String, JsValue) {
        match self {
            Self::Join(join) => ("POST", "/v1/me".into(), encode(join)),
            Self::Redeem(redeem) => ("POST", "/v1/me/redemptions".into(), encode(redeem)),
            Self::Cancel(id) => (
                "DELETE",
                ["/v1/me/redemptions/", id].concat(),
                JsValue::UNDEFINED,
            ),
            Self::Answer(response) => ("POST", "/v1/me/responses".into(), encode(response)),
            Self::Tell(event) => (
                "POST",
                "/v1/events".into(),
                encode(&Events {
                    events: vec![event.clone()],
                }),
            ),
        }
    }

    /// The same thing asked again, by an impatient finger or in a second tab.
    fn repeats(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Redeem(a), Self::Redeem(b)) => a.reward_id == b.reward_id,
            (Self::Cancel(a), Self::Cancel(b)) => a == b,
            (Self::Join(_), Self::Join(_)) => true,
            _ => false,
        }
    }
}

/// Everything that is not settled, of whoever is logged in.
pub fn mine(host: &Host) -> Vec<Action> {
    let sub = host.subject().unwrap_or_default();
    let now = host.now() as i64;
    let mut all = read(host);
    all.retain(|a| a.sub == sub && now - a.at < LIFE_MS);
    all
}

fn read(host: &Host) -> Vec<Action> {
    host.read("outbox").unwrap_or_default()
}

fn write(store: Store, mut all: Vec<Action>) {
    let host = store.host();
    if all.len() > ACTIONS_MAX {
        all.drain(..all.len() - ACTIONS_MAX);
    }
    host.write("outbox", &all);
    store.doing.set(mine(&host));
}

/// Saves an action; none when the same one is already on its way.
pub fn put(store: Store, what: What) -> Option<Action> {
    let host = store.host();
    let mut all = read(&host);
    let sub = host.subject().unwrap_or_default();
    if all.iter().any(|a| a.sub == sub && a.what.repeats(&what)) {
        return None;
    }
    let action = Action {
        key: host.uuid(),
        sub,
        at: host.now() as i64,
        what,
    };
    all.push(action.clone());
    write(store, all);
    Some(action)
}

/// Takes a settled action out.
pub fn settle(store: Store, key: &str) {
    let mut all = read(&store.host());
    all.retain(|a| a.key != key);
    write(store, all);
}

/// Whether this reward is being taken, or this redemption given back.
pub fn busy(doing: &[Action], id: &str) -> bool {
    doing.iter().any(|a| match &a.what {
        What::Redeem(r) => r.reward_id == id,
        What::Cancel(redemption) => redemption == id,
        _ => false,
    })
}
