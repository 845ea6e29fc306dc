//! How the club works: what earns points, what they bring, tiers, invitations, when points end. The sentences are the
//! server's, made of the published program by the rules' own account of it; what came last is kept for a visit without
//! a connection.

use super::atoms::icon;
use super::shell::{Frame, lost, waiting};
use super::{icons, more};
use crate::host::{Reply, field, object, string, then};
use crate::later::items;
use crate::node::{Node, el};
use crate::store::{Store, View};
use crate::words::{self, t};
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// What was asked for last on this page, and what became of it.
#[derive(Default)]
struct Asked {
    /// The language and the program's version.
    which: String,
    lost: bool,
}

thread_local! {
    static ASKED: RefCell<Asked> = RefCell::new(Asked::default());
}

/// Draws the page.
pub(super) fn help(frame: Frame, version: u32) -> Node {
    let store = frame.store;
    let lang = words::lang();
    let which = [&lang, "/", &version.to_string()].concat();
    let new = ASKED.with_borrow_mut(|asked| {
        let new = asked.which != which;
        if new {
            *asked = Asked { which, lost: false };
        }
        new
    });
    if new {
        ask(store, lang.clone());
    }
    let kept = store.host().stored("guide");
    let content = if string(&kept, "lang").as_deref() == Some(&*lang) {
        told(&field(&kept, "guide"))
    } else if ASKED.with_borrow(|asked| asked.lost) {
        lost(t("error.part"), move || {
            ASKED.take();
            store.set(|_| {});
        })
    } else {
        waiting()
    };
    el("div", "page")
        .child(more::of(frame, View::Help))
        .child(content)
}

/// Asks for the sentences. One language is kept at a time.
fn ask(store: Store, lang: String) {
    let host = store.host();
    let program = host.config().program();
    let path = ["/v1/programs/", &program, "/guide?language=", &lang].concat();
    let asked = host.send("GET", &path, &JsValue::UNDEFINED, None);
    then(asked, move |reply| {
        let reply = Reply::of(reply);
        if reply.status() == 200 {
            let guide = field(&reply.body(), "guide");
            host.keep("guide", &object(&[("lang", lang.into()), ("guide", guide)]));
        } else {
            ASKED.with_borrow_mut(|asked| asked.lost = true);
        }
        store.set(|_| {});
    });
}

/// A heading that opens onto its lines, each; the first stands open.
fn told(guide: &JsValue) -> Node {
    let sections = items(&field(guide, "sections")).into_iter().enumerate();
    let sections = sections.map(|(at, section)| {
        let heading = string(&section, "heading").unwrap_or_default();
        let lines = items(&field(&section, "lines")).into_iter();
        let lines = lines.map(|line| el("li", "").text(line.as_string().unwrap_or_default()));
        let shown = el("details", "item");
        let shown = if at == 0 {
            shown.attr("open", "")
        } else {
            shown
        };
        let title = el("span", "title grow").text(heading);
        let turn = el("span", "turn").child(icon(icons::ON));
        shown
            .child(el("summary", "row").child(title).child(turn))
            .child(el("ul", "told").children(lines))
    });
    el("div", "card list")
        .attr("lang", &string(guide, "language").unwrap_or_default())
        .children(sections)
}
