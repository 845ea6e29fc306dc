//! Complaints: all of them, a new one, and what was said about one.

use super::atoms::{self, Tone, button, list, p};
use super::more::{link, top};
use super::shell::Frame;
use super::{focus, icons};
use crate::care::{self, At};
use crate::host::{field, object, string};
use crate::later::items;
use crate::node::{Node, el};
use crate::outbox::{Kind, busy};
use crate::store::{Club, Prompt, State, Store, View};
use crate::words::{self, fill, t};
use crate::{find, host::Host};
use contract::shopper::EntryReason;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Event;

/// What a complaint may be about; the locale has the words.
const TOPICS: [&str; 5] = ["delivery", "product", "payment", "club", "other"];
/// Orders to choose from.
const ORDERS_SHOWN: usize = 10;
/// Most characters of a text.
const TEXT_MAX: &str = "4000";

/// Draws the page.
pub(super) fn complaints(frame: Frame, s: &State, club: &Club) -> Node {
    care::asked(frame.store, club.me.as_of);
    // Each place has a tag of its own, so that what was typed in one never stands in another.
    match &s.care.at {
        At::List => all(frame, s),
        At::New => new(frame.store, s, club),
        At::One(id) => one(frame.store, s, id),
    }
}

fn word(of: &JsValue, name: &str) -> String {
    string(of, name).unwrap_or_default()
}

fn state(complaint: &JsValue) -> String {
    t(&["care.state.", &word(complaint, "state")].concat())
}

fn number(complaint: &JsValue) -> String {
    let number = words::isolate(&words::local(&word(complaint, "number")));
    fill("care.number", &[("number", &number)])
}

/// The page while the server has not said what belongs here.
fn waiting(store: Store, s: &State) -> Node {
    if s.care.lost {
        let retry = button(Tone::Main, t("retry"), move || care::load(store));
        let (title, words) = (t("care.lost"), t("care.lost.sub"));
        atoms::empty(icons::place(View::Complaints), title, words, Some(retry))
    } else {
        atoms::skeleton()
    }
}

fn all(frame: Frame, s: &State) -> Node {
    let store = frame.store;
    let icon = icons::place(View::Complaints);
    let begin = |tone| button(tone, t("care.new"), move || care::go(store, At::New));
    let head = |end| top(t("nav.complaints"), end, move || frame.go(View::Home));
    let page = el("div", "page");
    let mut rows: Vec<Node> = Vec::new();
    for action in &s.doing {
        if action.kind == Kind::File {
            let (topic, way) = (word(&action.body, "topic"), atoms::sub(t("care.sending")));
            rows.push(el("div", "item").child(atoms::row(icon, topic, way, None)));
        }
    }
    let Some(known) = &s.care.list else {
        let rest = if rows.is_empty() || s.care.lost {
            waiting(store, s)
        } else {
            list(rows)
        };
        return page.child(head(None)).child(rest);
    };
    for complaint in items(known) {
        let second = [&state(&complaint), " · ", &number(&complaint)].concat();
        let id = word(&complaint, "id");
        let read = move || care::go(store, At::One(id.clone()));
        rows.push(link(icon, word(&complaint, "topic"), second, read));
    }
    if rows.is_empty() {
        let (title, words) = (t("care.none"), t("care.none.sub"));
        let none = atoms::empty(icon, title, words, Some(begin(Tone::Main)));
        return page.child(head(None)).child(none);
    }
    page.child(head(Some(begin(Tone::Plain)))).child(list(rows))
}

/// Keeps what is typed into a form, field by field, by the fields' names.
fn keep(host: &Host, event: &Event) {
    let Some(target) = event.target() else { return };
    let name = word(&target, "name");
    care::typed(host, &name, &field(&target, "value"));
}

fn area(name: &str, label: &str, words: &str) -> Node {
    el("textarea", "")
        .attr("name", name)
        .attr("rows", "4")
        .attr("maxlength", TEXT_MAX)
        .attr("aria-label", label)
        .attr("placeholder", label)
        .text(words)
}

/// A new complaint. What is typed stays when the page is left.
fn new(store: Store, s: &State, club: &Club) -> Node {
    let draft = care::draft(store.host());
    let topic = word(&draft, "topic");
    let mut choices = el("div", "actions");
    for name in TOPICS {
        let radio = el("input", "")
            .attr("type", "radio")
            .attr("name", "topic")
            .attr("value", name);
        let radio = if topic == name {
            radio.attr("checked", "")
        } else {
            radio
        };
        let words = el("span", "").text(t(&["care.topic.", name].concat()));
        choices = choices.child(el("label", "choice").child(radio).child(words));
    }
    let topics = el("fieldset", "")
        .child(el("legend", "").text(t("care.topic")))
        .child(choices);
    let sending = s.doing.iter().any(|a| a.kind == Kind::File);
    let send = button(Tone::Main, t("care.send"), move || {
        if !care::file(store) {
            focus::soon("fieldset:not(:has(:checked)) input,.form textarea");
        }
    });
    el("form", "page form")
        .on("input", move |event| keep(store.host(), event))
        .on("submit", |event| event.prevent_default())
        .child(top(t("care.new"), None, move || care::go(store, At::List)))
        .child(topics)
        .maybe(orders(club, &word(&draft, "order_id")))
        .child(area("text", &t("care.text"), &word(&draft, "text")))
        .child(
            el("div", "actions")
                .child(p("sub grow", t("care.kept")))
                .child(atoms::busy(send, sending)),
        )
}

/// The member's latest orders, of which a complaint may be about one.
fn orders(club: &Club, chosen: &str) -> Option<Node> {
    let option = |id: &str, words: String| {
        let option = el("option", "").attr("value", id).text(words);
        if id == chosen {
            option.attr("selected", "")
        } else {
            option
        }
    };
    let mut known: Vec<&str> = Vec::new();
    let label = t("care.order");
    let mut choose = el("select", "")
        .attr("name", "order_id")
        .attr("aria-label", &label)
        .child(option("", t("care.order.none")));
    for entry in &club.me.entries {
        let id = entry.source.as_deref().unwrap_or_default();
        let paid = entry.reason == EntryReason::Purchase;
        if paid && !known.contains(&id) && known.len() < ORDERS_SHOWN {
            known.push(id);
            let values = [("order", id), ("date", &*words::date(entry.at))];
            choose = choose.child(option(id, fill("care.order.of", &values)));
        }
    }
    if !chosen.is_empty() && !known.contains(&chosen) {
        choose = choose.child(option(chosen, chosen.to_owned()));
    }
    let some = !known.is_empty() || !chosen.is_empty();
    some.then(|| el("div", "field").child(p("", label)).child(choose))
}

/// One complaint: how far it is, what was said, and what the shopper may do now.
fn one(store: Store, s: &State, id: &str) -> Node {
    let back = move || care::go(store, At::List);
    let page = el("section", "page");
    let Some(thread) = &s.care.thread else {
        return page
            .child(top(t("nav.complaints"), None, back))
            .child(waiting(store, s));
    };
    let complaint = field(thread, "complaint");
    let at = word(&complaint, "state");
    let mut about = [
        &number(&complaint),
        " · ",
        &care::date(&complaint, "created_at"),
    ]
    .concat();
    if let Some(order) = string(&complaint, "order_id") {
        let order = words::isolate(&order);
        about.push_str(" · ");
        about.push_str(&fill("care.about", &[("order", &order)]));
    }
    let mut talk = el("ol", "talk");
    for message in items(&field(thread, "messages")) {
        let words = string(&message, "text").unwrap_or_else(|| t("care.erased"));
        let when = care::date(&message, "at");
        talk = talk.child(say(&word(&message, "author"), words, when));
    }
    for action in &s.doing {
        let mine = action.kind == Kind::Care && action.subject == id;
        if mine && let Some(words) = string(&action.body, "text") {
            talk = talk.child(say("member", words, t("care.sending")));
        }
    }
    let working = busy(&s.doing, id);
    let end = match at.as_str() {
        "resolved" => judge(store, id, working),
        "closed" => closed(store, id, working),
        _ => answer(store, id, working),
    };
    let chip = el("span", "chip")
        .attr("data-state", &at)
        .text(state(&complaint));
    page.child(top(word(&complaint, "topic"), Some(chip), back))
        .child(p("sub", about))
        .child(talk)
        .child(end)
}

fn say(author: &str, words: String, when: String) -> Node {
    let (class, who) = if author == "member" {
        ("say mine", t("care.you"))
    } else {
        ("say", t("care.shop"))
    };
    el("li", class)
        .child(p("", words))
        .child(p("sub", [&who, " · ", &when].concat()))
}

fn does(
    store: Store,
    tone: Tone,
    label: &str,
    id: &str,
    what: &'static str,
    body: JsValue,
) -> Node {
    let id = id.to_owned();
    button(tone, t(label), move || {
        care::act(store, &id, what, body.clone());
    })
}

/// The shop says that it is settled: is it?
fn judge(store: Store, id: &str, working: bool) -> Node {
    let verdict = |tone, label, satisfied: bool| {
        let body = object(&[("satisfied", satisfied.into())]);
        atoms::busy(does(store, tone, label, id, "judgement", body), working)
    };
    let title = t("care.judge");
    el("div", "card next tall")
        .attr("role", "group")
        .attr("aria-label", &title)
        .child(el("h3", "").text(title.clone()))
        .child(
            el("div", "actions")
                .child(verdict(Tone::Main, "care.judge.yes", true))
                .child(verdict(Tone::Plain, "care.judge.no", false)),
        )
}

fn closed(store: Store, id: &str, working: bool) -> Node {
    let again = does(
        store,
        Tone::Plain,
        "care.reopen",
        id,
        "reopen",
        JsValue::UNDEFINED,
    );
    el("div", "card next")
        .child(p("grow", t("care.closed")))
        .child(atoms::busy(again, working))
}

/// The shopper's next message, and the way to end it.
fn answer(store: Store, id: &str, working: bool) -> Node {
    let host = store.host();
    let draft = care::draft(host);
    let mine = string(&draft, "to").as_deref() == Some(id);
    let typed = if mine {
        word(&draft, "reply")
    } else {
        String::new()
    };
    let (to, whom) = (id.to_owned(), id.to_owned());
    let send = button(Tone::Main, t("care.reply.send"), move || {
        if !care::reply(store, &whom) {
            return focus::soon(".form textarea");
        }
        if let Some(area) = find(".form textarea") {
            // A text area takes any value; what was typed is on its way.
            let _ = Reflect::set(&area, &"value".into(), &"".into());
        }
    });
    let close = does(
        store,
        Tone::Quiet,
        "care.close",
        id,
        "close",
        JsValue::UNDEFINED,
    );
    el("form", "form")
        .on("input", move |event| {
            care::typed(host, "to", &to.as_str().into());
            keep(host, event);
        })
        .on("submit", |event| event.prevent_default())
        .child(area("reply", &t("care.reply"), &typed))
        .child(
            el("div", "actions")
                .child(atoms::busy(send, working))
                .child(atoms::busy(close, working)),
        )
}

/// Under the thanks of a low score: a way to have it put right.
pub(super) fn bridge(store: Store, prompt: &Prompt) -> Node {
    let prompt = prompt.clone();
    let go = button(Tone::Plain, t("care.new"), move || {
        care::from_survey(store, &prompt)
    });
    el("div", "follow")
        .child(p("", t("care.bridge")))
        .child(el("div", "more").child(go))
}
