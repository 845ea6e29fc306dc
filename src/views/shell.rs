//! The panel's frame: header, place, bar; opening and closing.

use super::atoms::{self, Tone, button, icon, icon_button, p};
use super::{focus, icons, prompt};
use crate::host::after;
use crate::node::{Node, el};
use crate::store::{Link, State, Store, View, Who};
use crate::words::{self, t};
use crate::{find, find_all, prompts, rooms, sync};
use leptos::tachys::view::Render as _;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, KeyboardEvent};

/// How long an opened panel has for its first frames before the server is asked again.
const ASK_AGAIN_MS: u32 = 100;

/// Where a view is drawn: floating, or in the page's flow under a handle.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    /// The data.
    pub(crate) store: Store,
    at: Option<u32>,
}

impl Frame {
    /// Goes to a place of this frame.
    pub(super) fn go(self, view: View) {
        focus::forget();
        self.store.set(|s| {
            s.confirming = None;
            s.notice = None;
            match self.at {
                None => s.view = view,
                Some(id) => s
                    .inline
                    .iter_mut()
                    .filter(|(i, _)| *i == id)
                    .for_each(|(_, v)| *v = view),
            }
        });
        to_top();
    }

    fn view(self, s: &State) -> View {
        match self.at {
            None => s.view,
            Some(id) => s
                .inline
                .iter()
                .find(|(i, _)| *i == id)
                .map_or(View::Home, |(_, v)| *v),
        }
    }
}

/// Scrolls what is shown back to its beginning.
pub(crate) fn to_top() {
    for body in find_all(".body") {
        body.set_scroll_top(0);
    }
}

/// Takes a question back.
pub(super) fn unask(store: Store) {
    focus::back();
    store.set(|s| s.confirming = None);
}

/// Opens the floating panel.
pub(crate) fn open(store: Store) {
    let (was_open, fresh) = store.get(|s| (s.open, s.link == Link::Fresh));
    if was_open {
        return;
    }
    rooms::prepare();
    store.fill(|s| {
        s.open = true;
        s.opening = true;
    });
    // What was rehearsed takes little time, and is drawn at once by the task that follows the click's.
    if store.get(|s| s.rehearsed != Some(s.view)) {
        store.set(|_| {});
    }
    after(0, move || {
        store.set(|s| s.opening = false);
        // What is there is shown before it is asked for anew.
        after(ASK_AGAIN_MS, move || {
            prompts::opened(store);
            if fresh {
                sync::refresh(store);
            }
        });
    });
    focus::soon("[role=dialog]");
    let host = store.host();
    host.state(true);
    host.emit("opened", &store.get(|s| s.view.name()).into());
}

/// Draws what an opened panel shows before anybody waits for it: its frame, what is in it, and both together, which are
/// laid out and taken away again before the page is painted. A browser takes its time for the first time of anything:
/// code is compiled, formatters are made, words are shaped. Each is a task of its own.
pub(crate) fn rehearse(store: Store) {
    rehearse_from(store, 0);
}

fn rehearse_from(store: Store, act: u32) {
    after(0, move || {
        let shown = store.get(|s| {
            let idle = !s.open && s.inline.is_empty() && s.who != Who::Unknown;
            idle.then(|| {
                let frame = Frame { store, at: None };
                match act {
                    0 => drop(panel(frame, s, Node::default()).build()),
                    1 => drop(rooms::body(frame, s, s.view).build()),
                    _ => {
                        let whole = panel(frame, s, rooms::body(frame, s, s.view)).build();
                        if let Some(room) = find(".vafa") {
                            whole.try_in(&room);
                        }
                    }
                }
                s.view
            })
        });
        match shown {
            Some(_) if act < 2 => rehearse_from(store, act + 1),
            Some(view) => store.fill(|s| s.rehearsed = Some(view)),
            None => {}
        }
    });
}

/// Closes it and gives the keyboard back.
pub(crate) fn close(store: Store) {
    if !store.get(|s| s.open) {
        return;
    }
    store.set(|s| {
        s.open = false;
        s.fresh = None;
        s.confirming = None;
        s.notice = None;
        s.copied = None;
    });
    focus::forget();
    let host = store.host();
    host.state(false);
    host.focus_launcher();
    host.emit("closed", &JsValue::UNDEFINED);
    // What was due beside the open panel may be asked now.
    if store.get(|s| s.link == Link::Fresh) {
        prompts::consider(store, None);
    }
}

/// Draws everything that this crate shows, into one root. Leptos runs it again when the store changes.
pub(crate) fn shell(store: Store, at: Option<u32>) -> Node {
    let frame = Frame { store, at };
    let inline = at.is_some();
    focus::keep();
    store.track(|s| {
        let accent = s
            .program
            .as_ref()
            .and_then(|view| view.program.look.accent.as_deref());
        let root = el("div", if inline { "vafa inline" } else { "vafa" })
            .attr("data-theme", &store.host().config().theme())
            .attr("lang", &words::lang())
            .attr("dir", words::dir());
        let root = match accent {
            Some(colour) => root.attr("--own", colour),
            None => root,
        };
        let said = s
            .notice
            .as_ref()
            .map(|n| n.text.clone())
            .unwrap_or_default();
        root.child(el("div", "live").attr("role", "status").text(said))
            .maybe((inline || s.open).then(|| panel(frame, s, content(frame, s))))
            .maybe(if inline || s.open {
                None
            } else {
                s.prompt.as_ref().and_then(|p| prompt::prompt(store, s, p))
            })
    })
}

fn content(frame: Frame, s: &State) -> Node {
    if s.opening && frame.at.is_none() {
        Node::default()
    } else {
        rooms::body(frame, s, frame.view(s))
    }
}

fn panel(frame: Frame, s: &State, content: Node) -> Node {
    let inline = frame.at.is_some();
    let section = el("section", "panel")
        .attr("part", "panel")
        .attr("aria-label", &t("panel.label"));
    let section = if inline {
        section.attr("role", "region")
    } else {
        section
            .attr("role", "dialog")
            .attr("aria-modal", if is_sheet() { "true" } else { "false" })
            .attr("tabindex", "-1")
            .on("keydown", move |event| keys(frame.store, event))
    };
    let view = frame.view(s);
    let member = s.who == Who::Member && s.me.is_some();
    let body = el("div", "body").attr("tabindex", "0").child(content);
    let body = if member {
        body.attr("role", "tabpanel")
            .attr("aria-label", &t(&["nav.", view.name()].concat()))
    } else {
        body.attr("role", "group")
            .attr("aria-label", &t("panel.label"))
    };
    section
        .child(header(frame, s))
        .maybe(strip(s))
        .child(body)
        .maybe(member.then(|| bar(frame, view)))
}

/// On a phone the panel is a sheet over the page, and modal.
fn is_sheet() -> bool {
    web_sys::window()
        .and_then(|w| w.inner_width().ok())
        .and_then(|width| width.as_f64())
        .is_some_and(|width| width <= 480.0)
}

fn header(frame: Frame, s: &State) -> Node {
    let store = frame.store;
    let club = s
        .program
        .as_ref()
        .map(|view| words::text(&view.program.name))
        .unwrap_or_default();
    let name = s.me.as_ref().and_then(|me| me.first_name.as_deref());
    let face = el("span", "avatar").attr("aria-hidden", "true");
    let (face, hello) = match name {
        Some(name) => {
            let first: String = name.chars().take(1).collect();
            (
                face.text(first),
                words::fill("hello.name", &[("name", name)]),
            )
        }
        None => {
            let hello = t(if s.me.is_some() {
                "hello"
            } else {
                "hello.guest"
            });
            (face.child(icon(icons::GIFT)), hello)
        }
    };
    let close = frame
        .at
        .is_none()
        .then(|| icon_button(icons::CROSS, &t("close"), move || close(store)));
    el("header", "")
        .child(face)
        .child(
            el("div", "grow")
                .child(el("h2", "").text(hello))
                .child(p("", club)),
        )
        .maybe(close)
}

/// What the shopper must know now: an answer, a lost connection, an outcome that is being asked for.
fn strip(s: &State) -> Option<Node> {
    let lost = s.link == Link::Lost;
    let waiting = s.doing.iter().any(|a| a.kind.is_waited_for());
    let (class, words) = match &s.notice {
        Some(n) => (
            if n.bad { "strip bad" } else { "strip good" },
            n.text.clone(),
        ),
        None if lost && waiting => ("strip", t("doing.unknown")),
        None if lost && s.me.is_some() => ("strip", t("offline.stale")),
        None => return None,
    };
    Some(p(class, words))
}

/// Nothing came so far, and nothing went wrong.
pub(crate) fn waiting() -> Node {
    atoms::skeleton()
}

/// Something did not come; the shopper may ask for it again.
pub(crate) fn lost(words: String, again: impl Fn() + 'static) -> Node {
    let retry = button(Tone::Main, t("retry"), again);
    atoms::empty(icons::LOCK, t("error.title"), words, Some(retry))
}

fn bar(frame: Frame, here: View) -> Node {
    // One stop for the Tab key: the chosen place, else home, which led to the one that is shown.
    let stop = if View::ALL.contains(&here) {
        here
    } else {
        View::Home
    };
    let tab = |view: View| {
        let chosen = view == here;
        el("button", "tab")
            .attr("type", "button")
            .attr("role", "tab")
            .attr("data-view", view.name())
            .attr("aria-selected", if chosen { "true" } else { "false" })
            .attr("tabindex", if view == stop { "0" } else { "-1" })
            .on("click", move |_| frame.go(view))
            .child(icon(icons::place(view)))
            .child(el("span", "").text(t(&["nav.", view.name()].concat())))
    };
    el("div", "bar")
        .attr("role", "tablist")
        .attr("aria-label", &t("nav.label"))
        .on("keydown", move |event| arrows(frame, here, event))
        .children(View::ALL.map(tab))
}

/// Which way a key walks in a row that is read in the language's direction: on, back, to an end.
pub(super) fn walk(key: &str, here: usize, last: usize) -> Option<usize> {
    let on = if words::dir() == "rtl" {
        "ArrowLeft"
    } else {
        "ArrowRight"
    };
    Some(match key {
        "Home" => 0,
        "End" => last,
        "ArrowDown" => here + 1,
        key if key == on => here + 1,
        "ArrowUp" | "ArrowLeft" | "ArrowRight" => here.wrapping_sub(1),
        _ => return None,
    })
}

/// Arrow keys walk along the bar and around its ends.
fn arrows(frame: Frame, here: View, event: &Event) {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    let count = View::ALL.len();
    let place = View::ALL.iter().position(|v| *v == here).unwrap_or(0);
    let Some(there) = walk(&event.key(), place, count - 1) else {
        return;
    };
    event.prevent_default();
    let view = View::ALL[if there > count {
        count - 1
    } else {
        there % count
    }];
    frame.go(view);
    focus::within(event, &["[data-view=", view.name(), "]"].concat());
}

/// Escape closes; on a phone Tab stays inside.
fn keys(store: Store, event: &Event) {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    match event.key().as_str() {
        "Escape" => {
            event.stop_propagation();
            if store.get(|s| s.confirming.is_some()) {
                unask(store);
            } else {
                close(store);
            }
        }
        "Tab" if is_sheet() => keep_inside(event),
        _ => {}
    }
}

fn keep_inside(event: &KeyboardEvent) {
    let stops = "button:not([tabindex='-1']),a[href],input,select,textarea,summary,[tabindex='0']";
    let element = |target: Option<web_sys::EventTarget>| target?.dyn_into::<Element>().ok();
    let (Some(panel), Some(here)) = (element(event.current_target()), element(event.target()))
    else {
        return;
    };
    let Ok(stops) = panel.query_selector_all(stops) else {
        return;
    };
    let at = |i: u32| stops.item(i).and_then(|n| n.dyn_into::<Element>().ok());
    let (first, last) = (at(0), at(stops.length().saturating_sub(1)));
    let (edge, other) = if event.shift_key() {
        (first, last)
    } else {
        (last, first)
    };
    let at_edge = Some(&here) == edge.as_ref() || (event.shift_key() && here == panel);
    if at_edge && let Some(other) = other {
        event.prevent_default();
        focus::give(&other);
    }
}
