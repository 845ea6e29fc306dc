//! The profile: a first name and a birthday, told by the member.

use super::atoms::{self, Tone, button, row, sub};
use super::rewards::ask;
use super::{icons, shell};
use crate::host::{object, string};
use crate::node::{Node, el};
use crate::outbox::{Kind, busy};
use crate::store::{Club, State, Store};
use crate::sync;
use crate::words::{self, fill, t};
use rules::calendar::Calendar;
use rules::program::Activity;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event};

/// What the outbox and the open form call it.
const PROFILE: &str = "profile";

/// The card: what is known, what telling the rest brings, and the form when it is open.
pub(super) fn card(store: Store, s: &State, club: &Club) -> Node {
    let birthday = club.me.facts.birthday;
    let months = words::months(club.program.program.calendar == Calendar::Jalali);
    let name = club.me.first_name.clone();
    let complete = birthday.is_some() && name.is_some();
    let rules = &club.program.program.earning.activities;
    let pays = rules.iter().find(|rule| rule.kind == Activity::Profile);
    let words = match (pays, birthday) {
        (Some(rule), _) if !complete => {
            fill("profile.pays", &[("points", &words::points(rule.points))])
        }
        (_, Some(day)) => {
            let month = months.get(usize::from(day.month).wrapping_sub(1));
            let values = [
                ("day", &*words::number(day.day.into())),
                ("month", month.map_or("", String::as_str)),
            ];
            fill("profile.born", &values)
        }
        _ => t("profile.sub"),
    };
    let label = t(if complete {
        "profile.edit"
    } else {
        "profile.fill"
    });
    let open = s.confirming.as_deref() == Some(PROFILE);
    let edit = button(Tone::Plain, label, move || ask(store, PROFILE)).attr("data-profile", "");
    let title = name.clone().unwrap_or_else(|| t("profile.title"));
    let form = open.then(|| {
        form(
            store,
            s,
            &name.unwrap_or_default(),
            birthday.map(|b| (b.month, b.day)),
            months,
        )
    });
    el("section", "card list")
        .attr("aria-label", &t("profile.title"))
        .child(
            el("div", "item")
                .child(row(icons::PERSON, title, sub(words), Some(edit)))
                .maybe(form),
        )
}

fn form(store: Store, s: &State, name: &str, born: Option<(u8, u8)>, months: Vec<String>) -> Node {
    let input = el("input", "")
        .attr("name", "first_name")
        .attr("maxlength", "100")
        .attr("autocomplete", "given-name")
        .attr("value", name);
    let days = (1..=31).map(words::number).collect();
    let (month, day) = born.unwrap_or_default();
    let field_of = |label: &str, control: Node| {
        el("label", "tell")
            .child(el("span", "").text(t(label)))
            .child(control)
    };
    let save = el("button", "btn main")
        .attr("type", "submit")
        .text(t("profile.save"));
    let no = button(Tone::Quiet, t("no"), move || shell::unask(store));
    el("form", "confirm")
        .attr("tabindex", "-1")
        .attr("aria-label", &t("profile.title"))
        .on("submit", move |event| save_form(store, event))
        .child(field_of("profile.name", input))
        .child(
            el("div", "pair")
                .child(field_of("profile.day", choice("day", days, day)))
                .child(field_of("profile.month", choice("month", months, month))),
        )
        .child(
            el("div", "actions")
                .child(atoms::busy(save, busy(&s.doing, PROFILE)))
                .child(no),
        )
}

/// A choice among numbered words; 0 is none of them.
fn choice(name: &str, all: Vec<String>, chosen: u8) -> Node {
    let mut select = el("select", "")
        .attr("name", name)
        .child(el("option", "").attr("value", "").text("–"));
    for (n, words) in (1..).zip(all) {
        let option = el("option", "")
            .attr("value", &words::digits(n))
            .text(words);
        select = select.child(if n == i64::from(chosen) {
            option.attr("selected", "")
        } else {
            option
        });
    }
    select
}

/// Sends what stands in the form; a birthday only when it is whole.
fn save_form(store: Store, event: &Event) {
    event.prevent_default();
    let form = event
        .current_target()
        .and_then(|t| t.dyn_into::<Element>().ok());
    let Some(form) = form else { return };
    let value = |name: &str| {
        let found = form
            .query_selector(&["[name=", name, "]"].concat())
            .ok()
            .flatten();
        found.and_then(|e| string(&e, "value")).unwrap_or_default()
    };
    let (day, month) = (value("day"), value("month"));
    if day.is_empty() != month.is_empty() {
        store.say(t("profile.half"), true);
        return;
    }
    let whole = |text: &str| JsValue::from(text.parse::<u8>().unwrap_or(0));
    let mut told = vec![("first_name", JsValue::from(value("first_name").trim()))];
    if !day.is_empty() {
        let birthday = object(&[("month", whole(&month)), ("day", whole(&day))]);
        told.push(("birthday", birthday));
    }
    send(store, PROFILE, &told);
}

/// Gives a consent beside those that were given.
pub(super) fn consent(store: Store, club: &Club, subject: &str, consent: &str) {
    let given = club.me.facts.consents.iter().map(String::as_str);
    let all: js_sys::Array = given.chain([consent]).map(JsValue::from).collect();
    send(store, subject, &[("consents", all.into())]);
}

fn send(store: Store, subject: &str, told: &[(&str, JsValue)]) {
    sync::act(
        store,
        Kind::Profile,
        subject,
        "PATCH",
        "/v1/me/profile",
        object(told),
    );
}
