//! A list of things with forms of their own: added, copied, moved and taken away.

use super::controls::{Place, id_of};
use super::draft::Draft;
use super::form::{self, Scope};
use super::schema::{self, Form, Part, shape};
use super::{edit, faults, labels, order};
use crate::atoms::announce;
use crate::icons::{Icon, icon};
use crate::words::{digits, fill, say, t};
use leptos::prelude::*;
use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// An id that no item has, and none has had: the history of a club remembers them.
pub(super) fn fresh_id(kind: &str) -> String {
    let dice = || {
        let n = (js_sys::Math::random() * 36.0) as u32;
        char::from_digit(n.min(35), 36).unwrap_or('0')
    };
    let letters: String = (0..6).map(|_| dice()).collect();
    format!("{}{letters}", order::prefix(kind))
}

/// Leads to what has this id in the page, once it is drawn.
pub(super) fn lead(id: String) {
    request_animation_frame(move || {
        let found = document().get_element_by_id(&id);
        if let Some(found) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            // Nothing is lost where it cannot take the focus.
            let _ = found.focus();
        }
    });
}

fn item_id(list: &str, index: usize) -> String {
    format!("{}-item", id_of(&format!("{list}/{index}")))
}

fn add_id(list: &str) -> String {
    format!("{}-add", id_of(list))
}

/// What can be done with the items of a list.
#[derive(Clone, Copy)]
struct Items {
    scope: Scope,
    list: StoredValue<String>,
    item: Part,
    kind: &'static str,
}

impl Items {
    fn change(self, change: impl FnOnce(&mut Vec<Value>)) {
        let list = self.list.get_value();
        // Each is a step of its own.
        let step = format!("{list} {}", js_sys::Date::now());
        self.scope.draft.change(&step, |document| {
            let mut items = edit::items(document, &list);
            change(&mut items);
            edit::put(document, &list, Value::Array(items));
        });
    }

    fn open(self, index: Option<usize>) {
        let list = self.list.get_value();
        self.scope.open.update(|open| {
            match index {
                Some(index) => open.insert(list, index),
                None => open.remove(&list),
            };
        });
    }

    fn is_open(self, index: usize) -> bool {
        let list = self.list.get_value();
        self.scope.open.with(|open| open.get(&list) == Some(&index))
    }

    fn give_id(self, value: &mut Value) {
        if let Some(id) = value.get_mut("id") {
            *id = json!(fresh_id(self.kind));
        }
    }

    fn add(self) {
        let list = self.list.get_value();
        let index = self
            .scope
            .draft
            .document
            .with_untracked(|all| edit::items(all, &list).len());
        let mut value = schema::least(self.item);
        self.give_id(&mut value);
        self.change(|items| items.push(value));
        self.open(Some(index));
        announce(untrack(|| say("customise.item.added")));
        lead(item_id(&list, index));
    }

    fn duplicate(self, index: usize) {
        let next = index.saturating_add(1);
        self.change(|items| {
            if let Some(mut value) = items.get(index).cloned() {
                self.give_id(&mut value);
                items.insert(next, value);
            }
        });
        self.open(Some(next));
        announce(untrack(|| say("customise.item.added")));
        lead(item_id(&self.list.get_value(), next));
    }

    fn remove(self, index: usize) {
        let list = self.list.get_value();
        self.change(|items| {
            if index < items.len() {
                items.remove(index);
            }
        });
        self.open(None);
        announce(untrack(|| say("customise.item.removed")));
        let left = self
            .scope
            .draft
            .document
            .with_untracked(|all| edit::items(all, &list).len());
        lead(if left > index {
            item_id(&list, index)
        } else {
            add_id(&list)
        });
    }

    fn shift(self, index: usize, to: usize, button: &'static str) {
        let list = self.list.get_value();
        let open = untrack(|| self.is_open(index));
        self.change(|items| {
            if index < items.len() && to < items.len() {
                items.swap(index, to);
            }
        });
        self.open(open.then_some(to));
        let place = digits(&to.saturating_add(1).to_string());
        announce(untrack(|| fill("customise.item.moved", &[("n", &place)])));
        lead(format!("{}-{button}", item_id(&list, to)));
    }
}

/// The list at a place. Small items without an id are always open.
pub(super) fn list(scope: Scope, place: &Place, item: Part) -> impl IntoView + use<> {
    let label = place.label;
    let pointer = place.pointer.clone();
    let shape = shape(item);
    let items = Items {
        scope,
        list: StoredValue::new(pointer.clone()),
        item,
        kind: shape.kind,
    };
    let named =
        matches!(shape.form, Form::Group(fields) if fields.contains_key("id") && fields.len() > 2);
    let value = scope.draft.memo(pointer.clone());
    let count = Memo::new(move |_| value.with(|value| value.as_array().map_or(0, Vec::len)));
    let fault = place.faults.at(pointer.clone());
    let rows = move || {
        (0..count.get())
            .map(|index| view! { <li class="item">{one(items, index, named)}</li> })
            .collect_view()
    };
    let heading = format!("{}-list", id_of(&pointer));
    let named_by = heading.clone();
    view! {
        <section class="list" id=id_of(&pointer) tabindex="-1" aria-labelledby=named_by>
            <h3 id=heading>{move || label.get()}</h3>
            {move || (count.get() == 0).then(|| view! { <p class="hint">{t("customise.list.empty")}</p> })}
            <ol>{rows}</ol>
            {move || {
                let said = fault.get();
                (!said.is_empty()).then(|| view! { <p class="fault">{said}</p> })
            }}
            {move || {
                Draft::writes()
                    .then(|| {
                        let list = items.list.get_value();
                        let spoken = move || labels::doing("customise.add", &label.get());
                        view! {
                            <button
                                type="button"
                                class="button"
                                id=add_id(&list)
                                aria-label=spoken
                                on:click=move |_| items.add()
                            >
                                {icon(Icon::Add)}
                                {t("customise.add")}
                            </button>
                        }
                    })
            }}
        </section>
    }
}

fn one(items: Items, index: usize, named: bool) -> impl IntoView {
    let scope = items.scope;
    let pointer = format!("{}/{index}", items.list.get_value());
    let value = scope.draft.memo(pointer.clone());
    let name = Memo::new(move |_| labels::item(&value.get(), index));
    let id = item_id(&items.list.get_value(), index);
    let body_id = format!("{id}-body");
    let open = Memo::new(move |_| !named || items.is_open(index));
    let head = if named {
        let marked = vec![pointer.clone()];
        view! {
            <button
                type="button"
                class="toggle"
                id=id.clone()
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=body_id.clone()
                on:click=move |_| items.open((!open.get_untracked()).then_some(index))
            >
                {icon(Icon::Open)}
                <bdi>{move || name.get()}</bdi>
                {faults::mark(scope.faults, marked)}
            </button>
        }
        .into_any()
    } else {
        view! { <span class="toggle" id=id.clone() tabindex="-1"></span> }.into_any()
    };
    let body = move || open.get().then(|| body(items, &pointer));
    view! {
        <div class="item-head">{head} {move || Draft::writes().then(|| actions(items, index, id.clone(), name))}</div>
        <div class="item-body" id=body_id>
            {body}
        </div>
    }
}

fn body(items: Items, pointer: &str) -> AnyView {
    let Items { scope, item, .. } = items;
    let shape = shape(item);
    match shape.form {
        Form::Group(fields) => form::group(scope, shape.kind, fields, pointer).into_any(),
        Form::Choice(choices) => {
            let place = Place {
                draft: scope.draft,
                faults: scope.faults,
                pointer: pointer.to_owned(),
                label: Signal::derive(|| labels::label("", "kind")),
                hint: Signal::derive(|| None),
                default: None,
                optional: false,
            };
            form::choice(scope, &place, shape.kind, choices)
        }
        _ => form::field(scope, "", "value", item, pointer.to_owned()),
    }
}

fn actions(items: Items, index: usize, id: String, name: Memo<String>) -> impl IntoView {
    let list = items.list.get_value();
    let last = Memo::new(move |_| {
        let count = items
            .scope
            .draft
            .document
            .with(|all| edit::items(all, &list).len());
        index.saturating_add(1) >= count
    });
    let button = |what: &'static str,
                  key: &'static str,
                  picture: Icon,
                  act: Callback<()>,
                  ends: Signal<bool>| {
        let own = format!("{id}-{what}");
        view! {
            <button
                type="button"
                class="button quiet small"
                id=own
                aria-label=move || labels::doing(key, &name.get())
                title=t(key)
                aria-disabled=move || ends.get().then_some("true")
                on:click=move |_| {
                    if !ends.get_untracked() {
                        act.run(());
                    }
                }
            >
                {icon(picture)}
            </button>
        }
    };
    let never = Signal::derive(|| false);
    let up = Callback::new(move |()| items.shift(index, index.saturating_sub(1), "up"));
    let down = Callback::new(move |()| items.shift(index, index.saturating_add(1), "down"));
    view! {
        <div class="actions">
            {button("up", "customise.up", Icon::Up, up, Signal::derive(move || index == 0))}
            {button("down", "customise.down", Icon::Down, down, last.into())}
            {button(
                "copy",
                "customise.duplicate",
                Icon::Copy,
                Callback::new(move |()| items.duplicate(index)),
                never,
            )}
            {button(
                "remove",
                "customise.remove",
                Icon::Remove,
                Callback::new(move |()| items.remove(index)),
                never,
            )}
        </div>
    }
}
