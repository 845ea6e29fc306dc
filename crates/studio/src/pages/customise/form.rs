//! A form for any part of the document, by what the schema says about it.

use super::controls::{self, Place};
use super::draft::Draft;
use super::faults::Faults;
use super::list;
use super::quantity::Quantity;
use super::schema::{self, Form, Part, shape, variants};
use super::{edit, labels, order};
use crate::words::{fill, say, t};
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What every part of a form goes by. A copy is the same.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) draft: Draft,
    pub(super) faults: Faults,
    /// Which item of a list is open, by the list's pointer.
    pub(super) open: RwSignal<BTreeMap<String, usize>>,
    /// The language whose sentences are changed; one of the club's where this is none of them.
    pub(super) spoken: RwSignal<String>,
}

/// A field: `inside` is the type that it is in.
pub(super) fn field(
    scope: Scope,
    inside: &'static str,
    name: &str,
    part: Part,
    pointer: String,
) -> AnyView {
    let own = name.to_owned();
    let label = Signal::derive(move || labels::label(inside, &own));
    named(scope, inside, name, label, part, pointer)
}

fn named(
    scope: Scope,
    inside: &'static str,
    name: &str,
    label: Signal<String>,
    part: Part,
    pointer: String,
) -> AnyView {
    let shape = shape(part);
    let own = name.to_owned();
    let place = Place {
        draft: scope.draft,
        faults: scope.faults,
        pointer,
        label,
        hint: Signal::derive(move || labels::hint(inside, &own)),
        default: schema::default_of(part).cloned(),
        optional: shape.optional,
    };
    match shape.form {
        Form::Words => controls::sentences(&place, order::LONG.contains(&name)).into_any(),
        Form::Line => match references(scope.draft, name) {
            Some(options) => reference(&place, options).into_any(),
            None => controls::line(&place, order::LATIN.contains(&name)).into_any(),
        },
        Form::Instant => controls::instant(&place).into_any(),
        Form::Whole => {
            let quantity = Quantity::of(scope.draft, shape.kind, inside, name);
            controls::number(&place, quantity).into_any()
        }
        Form::Flag if shape.optional => yes_or_no(&place).into_any(),
        Form::Flag => controls::flag(&place).into_any(),
        Form::Choice(choices) => choice(scope, &place, shape.kind, choices),
        Form::Group(fields) if shape.optional => {
            optional_group(scope, place, shape.kind, part, fields).into_any()
        }
        Form::Group(fields) => {
            let pointer = place.pointer;
            view! {
                <fieldset class="group" id=controls::id_of(&pointer) tabindex="-1">
                    <legend>{move || label.get()}</legend>
                    {group(scope, shape.kind, fields, &pointer)}
                </fieldset>
            }
            .into_any()
        }
        Form::List(item) => several(scope, &place, name, item),
        // They have a section of their own.
        Form::Texts => ().into_any(),
    }
}

/// A list: of names that are ticked, of lines, or of items with forms of their own.
fn several(scope: Scope, place: &Place, name: &str, item: Part) -> AnyView {
    let each = shape(item);
    match each.form {
        Form::Line => match references(scope.draft, name) {
            Some(options) => controls::ticks(place, options).into_any(),
            None => controls::lines(place).into_any(),
        },
        Form::Choice(choices)
            if variants(choices)
                .iter()
                .all(|(_, content)| content.is_none()) =>
        {
            let kind = each.kind;
            let options = Signal::derive(move || picks(kind, choices));
            controls::ticks(place, options).into_any()
        }
        _ => list::list(scope, place, item).into_any(),
    }
}

/// The fields of an object: what is always shown, and behind a summary what hardly anybody changes.
pub(super) fn group(
    scope: Scope,
    kind: &'static str,
    fields: &'static Map<String, Value>,
    pointer: &str,
) -> impl IntoView + use<> {
    let (main, more) = order::of(kind);
    let rest = fields.keys().map(String::as_str);
    let rest = rest.filter(|name| !main.contains(name) && !more.contains(name));
    let rest: Vec<&'static str> = rest.filter(|name| !order::HIDDEN.contains(name)).collect();
    let draw = |name: &&'static str| {
        let part = fields.get(*name)?;
        Some(field(scope, kind, name, part, edit::below(pointer, name)))
    };
    let (main, rest): (Vec<_>, Vec<_>) = match main {
        [] => (rest.iter().filter_map(draw).collect(), Vec::new()),
        _ => (
            main.iter().filter_map(draw).collect(),
            more.iter().chain(&rest).filter_map(draw).collect(),
        ),
    };
    let marked: Vec<String> = more.iter().map(|name| edit::below(pointer, name)).collect();
    view! {
        <div class="fields">
            {main}
            {(!rest.is_empty())
                .then(|| {
                    view! {
                        <details class="more">
                            <summary>
                                {t("customise.more")} " " {super::faults::mark(scope.faults, marked)}
                            </summary>
                            <div class="fields">{rest}</div>
                        </details>
                    }
                })}
        </div>
    }
}

/// An object that may be absent: a box to tick, and its fields while it is.
fn optional_group(
    scope: Scope,
    place: Place,
    kind: &'static str,
    part: Part,
    fields: &'static Map<String, Value>,
) -> impl IntoView + use<> {
    let Place { pointer, label, .. } = place;
    let id = controls::id_of(&pointer);
    let value = scope.draft.memo(pointer.clone());
    let there = Memo::new(move |_| !value.get().is_null());
    let top = pointer.matches('/').count() == 1;
    let asked = move || {
        let what = label.get();
        if top {
            fill("customise.has", &[("what", &what)])
        } else {
            what
        }
    };
    let own = pointer.clone();
    let toggle = move |on: bool| {
        let mut value = if on { schema::least(part) } else { Value::Null };
        if let Some(id) = value.get_mut("id") {
            *id = json!(list::fresh_id(kind));
        }
        scope.draft.put(&own, value);
    };
    view! {
        <fieldset class="group">
            <legend class="unseen">{move || label.get()}</legend>
            <label class="check">
                <input
                    id=id
                    type="checkbox"
                    disabled=!untrack(Draft::writes)
                    prop:checked=move || there.get()
                    on:change:target=move |event| toggle(event.target().checked())
                />
                <span>{asked}</span>
            </label>
            {move || there.get().then(|| group(scope, kind, fields, &pointer))}
        </fieldset>
    }
}

fn picks(kind: &str, choices: &'static [Value]) -> Vec<(String, String)> {
    let all = variants(choices).into_iter();
    all.map(|(name, _)| (name.to_owned(), labels::pick(kind, name)))
        .collect()
}

/// One of several, and what it brings along.
pub(super) fn choice(
    scope: Scope,
    place: &Place,
    kind: &'static str,
    choices: &'static [Value],
) -> AnyView {
    let value = scope.draft.memo(place.pointer.clone());
    let (default, optional) = (place.default.clone(), place.optional);
    let chosen = Memo::new(move |_| {
        let own = schema::variant_of(&value.get());
        let assumed = || default.as_ref().and_then(schema::variant_of);
        own.or_else(assumed).unwrap_or_default()
    });
    let options = Signal::derive(move || {
        let none = optional.then(|| (String::new(), say("customise.none")));
        none.into_iter().chain(picks(kind, choices)).collect()
    });
    let pointer = place.pointer.clone();
    let pick = Callback::new(move |name: String| {
        let found = variants(choices)
            .into_iter()
            .find(|(known, _)| *known == name);
        let value = found.map_or(Value::Null, |(name, content)| {
            schema::variant(name, content)
        });
        scope.draft.put(&pointer, value);
    });
    let pointer = place.pointer.clone();
    let content = move || {
        let name = chosen.get();
        let found = variants(choices)
            .into_iter()
            .find(|(known, _)| *known == name);
        let (name, part) = found?;
        let part = part.filter(|_| value.with_untracked(Value::is_object))?;
        let pointer = edit::below(&pointer, name);
        Some(match shape(part).form {
            Form::Group(fields) => group(scope, kind_of(kind, name), fields, &pointer).into_any(),
            _ => {
                let label = Signal::derive(move || labels::content(kind, name));
                named(scope, kind, name, label, part, pointer)
            }
        })
    };
    view! {
        <div class="choice-with">
            {controls::choose(place, options, chosen.into(), pick)}
            <div class="content">{content}</div>
        </div>
    }
    .into_any()
}

/// The type's name of what a choice brings along: its own, where its fields are called otherwise there.
fn kind_of(kind: &'static str, variant: &str) -> &'static str {
    if variant == "surprise" {
        "Surprise"
    } else {
        kind
    }
}

fn yes_or_no(place: &Place) -> impl IntoView + use<> {
    let value = place.draft.memo(place.pointer.clone());
    let options = Signal::derive(|| {
        let all = [("", "customise.default"), ("yes", "yes"), ("no", "no")];
        all.map(|(name, key)| (name.to_owned(), say(key))).to_vec()
    });
    let chosen = Signal::derive(move || {
        let named = value
            .get()
            .as_bool()
            .map(|yes| if yes { "yes" } else { "no" });
        named.unwrap_or_default().to_owned()
    });
    let (draft, pointer) = (place.draft, place.pointer.clone());
    let choose = Callback::new(move |name: String| {
        let value = match name.as_str() {
            "yes" => json!(true),
            "no" => json!(false),
            _ => Value::Null,
        };
        draft.put(&pointer, value);
    });
    controls::choose(place, options, chosen, choose)
}

/// What a name can be that stands for something else in the document.
fn references(draft: Draft, name: &str) -> Option<Signal<Vec<(String, String)>>> {
    let list = match name {
        "tier" | "tiers" => "/tiers/levels",
        "partner" => "/partners",
        "reward" => "/rewards",
        "survey" => "/surveys",
        "experiment" => "/experiments",
        "languages" => {
            return Some(Signal::derive(|| {
                let all = crate::words::Lang::ALL.map(crate::words::Lang::tag);
                all.map(|tag| (tag.to_owned(), labels::language(tag)))
                    .to_vec()
            }));
        }
        _ => return None,
    };
    Some(Signal::derive(move || {
        let items = draft.document.with(|document| edit::items(document, list));
        let named = items.iter().enumerate().filter_map(|(index, item)| {
            let id = item.get("id").and_then(Value::as_str)?;
            Some((id.to_owned(), labels::item(item, index)))
        });
        named.collect()
    }))
}

fn reference(place: &Place, options: Signal<Vec<(String, String)>>) -> impl IntoView + use<> {
    let value = place.draft.memo(place.pointer.clone());
    let optional = place.optional;
    let all = Signal::derive(move || {
        let none = (String::new(), say("customise.none"));
        let none = (optional || value.with(|value| value == "")).then_some(none);
        none.into_iter().chain(options.get()).collect()
    });
    let chosen = Signal::derive(move || value.get().as_str().unwrap_or_default().to_owned());
    let (draft, pointer) = (place.draft, place.pointer.clone());
    let choose = Callback::new(move |name: String| {
        let none = optional && name.is_empty();
        draft.put(&pointer, if none { Value::Null } else { json!(name) });
    });
    controls::choose(place, all, chosen, choose)
}
