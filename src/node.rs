//! A piece of the page as plain data, which Leptos renders and patches.
//!
//! Leptos' own views give every element a type of its own; for this panel those types were half of the bundle.
//! A [`Node`] is one type for all, so the code that draws and patches exists once. Reactivity, ownership and
//! mounting stay Leptos': a view is a closure over the store that gives a `Node`, run again when the store changes,
//! and only what differs touches the document. Nothing here goes through `innerHTML`.

use leptos::tachys::view::{Mountable, Render};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlElement};

/// What happens on an event.
type Handler = Box<dyn Fn(&Event)>;

/// An element, or text when it has no tag.
#[derive(Default)]
pub struct Node {
    tag: &'static str,
    text: String,
    attributes: Vec<(&'static str, String)>,
    handlers: Vec<(&'static str, Handler)>,
    children: Vec<Node>,
}

/// An element with a class.
pub fn el(tag: &'static str, class: &str) -> Node {
    let node = Node {
        tag,
        ..Node::default()
    };
    if class.is_empty() {
        node
    } else {
        node.attr("class", class)
    }
}

/// Text.
pub fn text(text: impl Into<String>) -> Node {
    Node {
        text: text.into(),
        ..Node::default()
    }
}

impl Node {
    /// Sets an attribute; a name that begins with `--` is a custom property.
    #[must_use]
    pub fn attr(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, value.to_owned()));
        self
    }

    /// Does something on an event.
    #[must_use]
    pub fn on(mut self, event: &'static str, handler: impl Fn(&Event) + 'static) -> Self {
        self.handlers.push((event, Box::new(handler)));
        self
    }

    /// Adds a child.
    #[must_use]
    pub fn child(mut self, child: Node) -> Self {
        self.children.push(child);
        self
    }

    /// Adds a child that may be absent. Its place is kept, so that those after it stay themselves.
    #[must_use]
    pub fn maybe(self, child: Option<Node>) -> Self {
        self.child(child.unwrap_or_default())
    }

    /// Adds children.
    #[must_use]
    pub fn children(mut self, children: impl IntoIterator<Item = Node>) -> Self {
        self.children.extend(children);
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, words: impl Into<String>) -> Self {
        self.child(text(words))
    }
}

/// What stands in the document for a [`Node`].
pub struct Drawn {
    node: web_sys::Node,
    tag: &'static str,
    text: String,
    attributes: Vec<(&'static str, String)>,
    listeners: Vec<Listener>,
    children: Vec<Drawn>,
}

/// A listener stays on its element; what it does is exchanged.
struct Listener {
    event: &'static str,
    handler: Rc<RefCell<Rc<Handler>>>,
    closure: Closure<dyn Fn(Event)>,
}

#[expect(
    clippy::expect_used,
    reason = "the door runs us in a page, and tags are constants of this crate"
)]
fn create(tag: &str, words: &str) -> web_sys::Node {
    let document = web_sys::window()
        .and_then(|w| w.document())
        .expect("a document");
    match tag {
        "" => return document.create_text_node(words).into(),
        "svg" | "path" => document.create_element_ns(Some("http://www.w3.org/2000/svg"), tag),
        _ => document.create_element(tag),
    }
    .expect("a valid tag")
    .into()
}

/// Attributes that name the thing a row is about. A row of another thing is another row, though it stands in the same
/// place: a button that the keyboard is on must not become the next thing's.
const NAMES: [&str; 5] = [
    "data-offer",
    "data-plan",
    "data-redemption",
    "data-reward",
    "data-rule",
];

fn named<'a>(attributes: &'a [(&'static str, String)]) -> Option<&'a String> {
    let mut named = attributes.iter().filter(|(name, _)| NAMES.contains(name));
    named.next().map(|(_, value)| value)
}

impl Drawn {
    fn element(&self) -> Option<&Element> {
        self.node.dyn_ref()
    }

    fn set_attributes(&mut self, new: Vec<(&'static str, String)>) {
        let Some(element) = self.node.dyn_ref::<Element>() else {
            return;
        };
        for (name, _) in &self.attributes {
            if !new.iter().any(|(n, _)| n == name) {
                // Removing what is not there is no error.
                let _ = element.remove_attribute(name);
            }
        }
        for attribute in &new {
            if !self.attributes.contains(attribute) {
                let (name, value) = attribute;
                // Names are constants of this crate, and valid.
                let _ = match element.dyn_ref::<HtmlElement>() {
                    Some(html) if name.starts_with("--") => html.style().set_property(name, value),
                    _ => element.set_attribute(name, value),
                };
            }
        }
        self.attributes = new;
    }

    fn set_handlers(&mut self, new: Vec<(&'static str, Handler)>) {
        let Some(element) = self.element().cloned() else {
            return;
        };
        self.listeners.retain(|old| {
            let kept = new.iter().any(|(event, _)| *event == old.event);
            if !kept {
                let callback = old.closure.as_ref().unchecked_ref();
                // Removing a listener cannot fail.
                let _ = element.remove_event_listener_with_callback(old.event, callback);
            }
            kept
        });
        for (event, handler) in new {
            let handler = Rc::new(handler);
            if let Some(old) = self.listeners.iter().find(|old| old.event == event) {
                *old.handler.borrow_mut() = handler;
                continue;
            }
            let slot = Rc::new(RefCell::new(handler));
            let inner = Rc::clone(&slot);
            let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| {
                // The handler may cause its own exchange: the slot is free while it runs.
                let handler = Rc::clone(&inner.borrow());
                handler(&event);
            });
            // Adding a listener cannot fail.
            let _ =
                element.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
            self.listeners.push(Listener {
                event,
                handler: slot,
                closure,
            });
        }
    }

    fn set_children(&mut self, new: Vec<Node>) {
        for gone in self.children.drain(new.len().min(self.children.len())..) {
            gone.remove();
        }
        for (place, node) in new.into_iter().enumerate() {
            match self.children.get_mut(place) {
                Some(old) => node.rebuild(old),
                None => {
                    let drawn = node.build();
                    // A fresh node can be appended anywhere.
                    let _ = self.node.append_child(&drawn.node);
                    self.children.push(drawn);
                }
            }
        }
    }

    /// Has it laid out in this place, and takes it away again.
    pub fn try_in(&self, place: &Element) {
        // A fresh node can be appended anywhere.
        let _ = place.append_child(&self.node);
        if let Some(element) = self.element() {
            // Where something is scrolled to is known once it is laid out.
            element.set_scroll_top(0);
        }
        self.remove();
    }

    fn remove(&self) {
        if let Some(parent) = self.node.parent_node() {
            // It is a child of this parent.
            let _ = parent.remove_child(&self.node);
        }
    }
}

impl Render for Node {
    type State = Drawn;

    fn build(self) -> Drawn {
        let mut drawn = Drawn {
            node: create(self.tag, &self.text),
            tag: self.tag,
            text: self.text,
            attributes: Vec::new(),
            listeners: Vec::new(),
            children: Vec::new(),
        };
        drawn.set_attributes(self.attributes);
        drawn.set_handlers(self.handlers);
        drawn.set_children(self.children);
        drawn
    }

    fn rebuild(self, old: &mut Drawn) {
        if self.tag != old.tag || named(&self.attributes) != named(&old.attributes) {
            let new = self.build();
            if let Some(parent) = old.node.parent_node() {
                // The old node is a child of this parent.
                let _ = parent.replace_child(&new.node, &old.node);
            }
            *old = new;
            return;
        }
        if self.text != old.text {
            old.node.set_text_content(Some(&self.text));
            old.text = self.text;
        }
        old.set_attributes(self.attributes);
        old.set_handlers(self.handlers);
        old.set_children(self.children);
    }
}

impl Mountable for Drawn {
    fn unmount(&mut self) {
        self.remove();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&web_sys::Node>) {
        // The parent is in our hands and the marker its child.
        let _ = parent.insert_before(&self.node, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = self.node.parent_element();
        if let Some(parent) = &parent {
            child.mount(parent, Some(&self.node));
        }
        parent.is_some()
    }

    fn elements(&self) -> Vec<Element> {
        self.element().cloned().into_iter().collect()
    }
}
