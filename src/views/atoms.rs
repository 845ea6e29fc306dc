//! The smallest pieces.

use crate::node::{Node, el};
use crate::words::t;

/// How a button looks.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    /// The one thing to do.
    Main,
    /// A choice beside others.
    Plain,
    /// Words only.
    Quiet,
}

/// A stroke icon; it says nothing to a screen reader.
pub(super) fn icon(path: &str) -> Node {
    el("svg", "icon")
        .attr("viewBox", "0 0 24 24")
        .attr("aria-hidden", "true")
        .child(el("path", "").attr("d", path))
}

/// A button with words.
pub(super) fn button(tone: Tone, label: String, press: impl Fn() + 'static) -> Node {
    boxed(tone, label, Box::new(press))
}

// Linked once, not once for each closure.
#[inline(never)]
fn boxed(tone: Tone, label: String, press: Box<dyn Fn()>) -> Node {
    let class = match tone {
        Tone::Main => "btn main",
        Tone::Plain => "btn plain",
        Tone::Quiet => "btn quiet",
    };
    el("button", class)
        .attr("type", "button")
        .attr("part", "button")
        .on("click", move |_| press())
        .text(label)
}

/// Marks a button as working: pressed again, it does nothing, and it says so.
pub(super) fn busy(button: Node, busy: bool) -> Node {
    if busy {
        button
            .attr("aria-disabled", "true")
            .attr("aria-busy", "true")
    } else {
        button
    }
}

/// A button that shows only an icon; `label` is its name.
pub(super) fn icon_button(path: &str, label: &str, press: impl Fn() + 'static) -> Node {
    el("button", "btn square")
        .attr("type", "button")
        .attr("aria-label", label)
        .on("click", move |_| press())
        .child(icon(path))
}

/// An icon in its tile.
pub(super) fn tile(class: &str, path: &str) -> Node {
    el("span", class).child(icon(path))
}

/// A heading with something at its end.
pub(super) fn heading(label: String, end: Option<Node>) -> Node {
    el("div", "heading")
        .child(el("h3", "").text(label))
        .maybe(end)
}

/// A paragraph.
pub(super) fn p(class: &str, words: String) -> Node {
    el("p", class).text(words)
}

/// Two lines of words that take the room there is.
pub(super) fn lines(title: String, sub: Node) -> Node {
    el("div", "grow")
        .child(el("div", "title").text(title))
        .child(sub)
}

/// The second line, plain.
pub(super) fn sub(words: String) -> Node {
    el("div", "sub").text(words)
}

/// A line of a list: an icon, two lines of words, something at the end.
pub(super) fn row(path: &str, title: String, sub: Node, end: Option<Node>) -> Node {
    el("div", "row")
        .child(tile("tile", path))
        .child(lines(title, sub))
        .maybe(end)
}

/// A list in a card.
pub(super) fn list(items: Vec<Node>) -> Node {
    el("div", "card list").children(items)
}

/// A quiet page with one sentence, and perhaps a button.
pub(super) fn empty(path: &str, title: String, words: String, end: Option<Node>) -> Node {
    el("div", "empty")
        .child(tile("tile big", path))
        .child(el("h3", "").text(title))
        .child(p("", words))
        .maybe(end)
}

/// Grey shapes where content will be. They appear only after 300 ms, by the style sheet.
pub(super) fn skeleton() -> Node {
    let bones = [
        "bone w40 tall",
        "bone w70",
        "bone block",
        "bone block",
        "bone w70",
    ];
    el("div", "skeleton")
        .attr("role", "status")
        .attr("aria-label", &t("loading"))
        .children(bones.map(|class| el("div", class)))
}

/// A code that reads left to right in any language.
pub(super) fn code(words: &str) -> Node {
    el("bdi", "code").attr("dir", "ltr").text(words)
}

/// Puts words on the clipboard.
pub(super) fn copy(words: &str) {
    if let Some(window) = web_sys::window() {
        // The page's policy may refuse; the code stays selectable on screen.
        let _ = window.navigator().clipboard().write_text(words);
    }
}

/// Whether the shop's own words may lead there: an https page, or a path of the shop.
pub(super) fn is_safe(page: &str) -> bool {
    page.starts_with("https://") || page.starts_with('/') && !page.starts_with("//")
}
