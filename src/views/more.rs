//! The places that the bar has no room for: home leads there, and their heading leads back.

use super::atoms::{heading, icon, icon_button, lines, list, sub, tile};
use super::icons;
use super::shell::Frame;
use crate::care::At;
use crate::node::{Node, el};
use crate::store::View;
use crate::sync;
use crate::words::t;

/// A line of a list that leads somewhere, as one button.
pub(super) fn link(path: &str, title: String, second: String, press: impl Fn() + 'static) -> Node {
    boxed(path, title, second, Box::new(press))
}

// Linked once, not once for each closure.
#[inline(never)]
fn boxed(path: &str, title: String, second: String, press: Box<dyn Fn()>) -> Node {
    el("button", "item row link")
        .attr("type", "button")
        .on("click", move |_| press())
        .child(tile("tile", path))
        .child(lines(title, sub(second)))
        .child(el("span", "turn").child(icon(icons::ON)))
}

/// A heading with the way back before it.
pub(super) fn top(title: String, end: Option<Node>, back: impl Fn() + 'static) -> Node {
    under(title, end, Box::new(back))
}

#[inline(never)]
fn under(title: String, end: Option<Node>, back: Box<dyn Fn()>) -> Node {
    let back = el("span", "turn").child(icon_button(icons::BACK, &t("back"), back));
    el("div", "top").child(back).child(heading(title, end))
}

/// The heading of a place that home leads to.
pub(super) fn of(frame: Frame, view: View) -> Node {
    top(t(&["nav.", view.name()].concat()), None, move || {
        frame.go(View::Home)
    })
}

/// The rows at the end of home: what this program has.
pub(super) fn more(frame: Frame) -> Node {
    let mut rows = Vec::new();
    for view in View::MORE {
        let has = match view {
            View::Offers => sync::lists("offers"),
            View::Membership => sync::lists("memberships"),
            View::Partners => sync::lists("partners"),
            _ => true,
        };
        if has {
            let name = view.name();
            let second = t(&["nav.", name, ".sub"].concat());
            let title = t(&["nav.", name].concat());
            let row = link(icons::place(view), title, second, move || {
                frame.store.set(|s| s.care.at = At::List);
                frame.go(view);
            });
            rows.push(row.attr("data-more", name));
        }
    }
    list(rows)
}
