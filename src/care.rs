//! The shopper's complaints: what the server knows of them, and what was typed and not sent yet.
//!
//! They are no part of the snapshot: they are asked for when the page is drawn, and again for each new snapshot. What
//! is typed is kept from the first letter on, with the id under which it will be filed, so that neither a reload nor
//! a lost answer takes it away or files it twice.

use crate::decode::decode;
use crate::host::{Host, Reply, Settled, field, object, string};
use crate::outbox::{Action, Kind};
use crate::store::{Prompt, Store, View};
use crate::{prompts, sync, views, words};
use js_sys::Reflect;
use rules::Timestamp;
use std::cell::Cell;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Where complaints are.
const PATH: &str = "/v1/me/complaints";
/// As many as a page has at most.
const PAGE: &str = "/v1/me/complaints?limit=100";

/// Where the shopper is among the complaints.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum At {
    /// All of them.
    #[default]
    List,
    /// Writing a new one.
    New,
    /// Reading the one with this id.
    One(String),
}

/// The complaints, as they came from the server.
pub struct Care {
    /// Where the shopper is.
    pub at: At,
    /// All, newest first.
    pub list: Option<JsValue>,
    /// The one that is read, with what was written.
    pub thread: Option<JsValue>,
    /// The server did not answer.
    pub lost: bool,
}

impl Care {
    /// Nothing asked for.
    pub const EMPTY: Self = Self {
        at: At::List,
        list: None,
        thread: None,
        lost: false,
    };
}

thread_local! {
    // The snapshot for which they were asked.
    static ASKED: Cell<i64> = const { Cell::new(0) };
}

/// Asks for the complaints, once for each snapshot.
pub fn asked(store: Store, as_of: Timestamp) {
    if ASKED.replace(as_of.0) != as_of.0 {
        load(store);
    }
}

/// Asks for all complaints, and for the one that is read.
pub fn load(store: Store) {
    spawn_local(async move {
        let host = store.host();
        let at = store.get(|s| s.care.at.clone());
        let list = host.send("GET", PAGE, &JsValue::UNDEFINED, None);
        let one = match &at {
            At::One(id) => Some({
                let one = [PATH, "/", id].concat();
                let one = host.send("GET", &one, &JsValue::UNDEFINED, None);
                Reply::of(Settled::of(one).await)
            }),
            _ => None,
        };
        let list = Reply::of(Settled::of(list).await);
        let ok = |reply: &Reply| reply.status() == 200;
        store.set(|s| {
            s.care.lost = !ok(&list) || one.as_ref().is_some_and(|one| !ok(one));
            if ok(&list) {
                s.care.list = Some(field(&list.body(), "complaints"));
            }
            if let Some(one) = one.filter(|one| ok(one) && s.care.at == at) {
                s.care.thread = Some(one.body());
            }
        });
    });
}

/// Goes to a place among the complaints.
pub fn go(store: Store, at: At) {
    let reads = matches!(at, At::One(_));
    store.set(|s| {
        s.care.at = at;
        s.care.thread = None;
        s.notice = None;
    });
    views::to_top();
    if reads {
        load(store);
    }
}

/// A date of a complaint or a message, in words.
pub fn date(of: &JsValue, name: &str) -> String {
    let at: Option<Timestamp> = decode(&field(of, name));
    at.map(words::date).unwrap_or_default()
}

/// What was typed and not sent: `topic`, `order_id`, `survey_id` and `text` of a new complaint and its `id`; `reply`
/// to the one that `to` names.
pub fn draft(host: &Host) -> JsValue {
    let draft = host.stored("draft");
    if draft.is_object() {
        draft
    } else {
        object(&[])
    }
}

/// Keeps something that was typed.
pub fn typed(host: &Host, name: &str, value: &JsValue) {
    let draft = draft(host);
    // A parsed or fresh plain object takes any property.
    let _ = Reflect::set(&draft, &name.into(), value);
    host.keep("draft", &draft);
}

fn text(draft: &JsValue, name: &str) -> Option<String> {
    let text = string(draft, name)?;
    (!text.trim().is_empty()).then_some(text)
}

/// Files what was typed; says what is missing instead, and gives false.
pub fn file(store: Store) -> bool {
    let host = store.host();
    let draft = draft(host);
    let (Some(topic), Some(words)) = (text(&draft, "topic"), text(&draft, "text")) else {
        store.say(words::t("care.need"), true);
        return false;
    };
    let id = string(&draft, "id").unwrap_or_else(|| {
        let id = ["cmp_", &host.uuid().replace('-', "")].concat();
        typed(host, "id", &id.as_str().into());
        id
    });
    let body = object(&[
        ("id", id.as_str().into()),
        ("topic", words::t(&["care.topic.", &topic].concat()).into()),
        ("text", words.into()),
        ("order_id", text(&draft, "order_id").into()),
        ("survey_id", text(&draft, "survey_id").into()),
    ]);
    sync::act(store, Kind::File, &id, "POST", PATH, body);
    true
}

/// Does something to a complaint: `messages`, `judgement`, `close` or `reopen`.
pub fn act(store: Store, id: &str, what: &str, body: JsValue) {
    let path = [PATH, "/", id, "/", what].concat();
    sync::act(store, Kind::Care, id, "POST", &path, body);
}

/// Sends what was typed as a message.
pub fn reply(store: Store, id: &str) -> bool {
    let draft = draft(store.host());
    let mine = string(&draft, "to").as_deref() == Some(id);
    let Some(words) = text(&draft, "reply").filter(|_| mine) else {
        store.say(words::t("care.need.text"), true);
        return false;
    };
    act(store, id, "messages", object(&[("text", words.into())]));
    true
}

/// Whether this action files what is typed or sends it.
fn empties(action: &Action) -> &'static [&'static str] {
    match action.kind {
        Kind::File => &["id", "topic", "text", "order_id", "survey_id"],
        _ if action.path.ends_with("/messages") => &["reply", "to"],
        _ => &[],
    }
}

/// An action about a complaint was done: `body` is the complaint as it stands.
pub fn done(store: Store, host: &Host, action: &Action, body: &JsValue) {
    for name in empties(action) {
        typed(host, name, &JsValue::UNDEFINED);
    }
    let complaint = field(body, "complaint");
    let filed = action.kind == Kind::File;
    if filed {
        host.emit("complaint-sent", &complaint);
    }
    let here = At::One(action.subject.clone());
    store.set(|s| {
        if filed && s.care.at == At::New {
            s.care.at = here.clone();
        }
        if s.care.at == here {
            s.care.thread = Some(body.clone());
        }
        let number = words::isolate(&string(&complaint, "number").unwrap_or_default());
        if filed {
            s.say(words::fill("care.filed", &[("number", &number)]), false);
        }
    });
    if filed {
        views::to_top();
    }
}

/// Somebody who is not content may say what is wrong: the panel opens at a new complaint that has what they wrote.
pub fn from_survey(store: Store, prompt: &Prompt) {
    let host = store.host();
    if text(&draft(host), "text").is_none() {
        let show = &prompt.show;
        typed(host, "survey_id", &show.survey.as_str().into());
        typed(host, "order_id", &show.scope.as_str().into());
        typed(host, "text", &prompt.comment.as_str().into());
    }
    prompts::close(store);
    store.set(|s| {
        s.view = View::Complaints;
        s.care.at = At::New;
    });
    views::open(store);
}
