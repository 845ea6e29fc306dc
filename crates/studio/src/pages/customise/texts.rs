//! All the texts of a club side by side, whatever they belong to.

use super::form::{self, Scope};
use super::schema::{self, Form, Part, shape};
use super::{edit, labels, order};
use crate::words::t;
use leptos::prelude::*;
use serde_json::Value;

/// A text of the document: where it is, by which name in which type.
#[derive(Clone, PartialEq)]
struct Found {
    pointer: String,
    inside: &'static str,
    name: String,
}

/// Every place of the document that has words, in the order of the forms.
fn all(document: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    walk(document, schema::program(), "", ("", ""), &mut found);
    found
}

fn walk(
    value: &Value,
    part: Part,
    pointer: &str,
    (inside, name): (&'static str, &str),
    found: &mut Vec<Found>,
) {
    let shape = shape(part);
    match (shape.form, value) {
        (Form::Words, _) => {
            let (pointer, name) = (pointer.to_owned(), name.to_owned());
            found.push(Found {
                pointer,
                inside,
                name,
            });
        }
        (Form::Group(fields), Value::Object(_)) => {
            let (main, more) = order::of(shape.kind);
            let known = |name: &&str| main.contains(name) || more.contains(name);
            let rest = fields
                .keys()
                .map(String::as_str)
                .filter(|name| !known(name));
            for name in main.iter().chain(more).copied().chain(rest) {
                let Some(part) = fields.get(name) else {
                    continue;
                };
                let below = value.get(name).unwrap_or(&Value::Null);
                // What an object lacks that may be left out altogether has no words.
                let whole = schema::default_of(part).filter(|it| below.is_null() && it.is_object());
                let below = whole.unwrap_or(below);
                walk(
                    below,
                    part,
                    &edit::below(pointer, name),
                    (shape.kind, name),
                    found,
                );
            }
        }
        (Form::Choice(choices), Value::Object(_)) => {
            let own = schema::variant_of(value).unwrap_or_default();
            let variants = schema::variants(choices);
            let content = variants.into_iter().find(|(name, _)| *name == own);
            if let Some((name, Some(part))) = content {
                let below = value.get(name).unwrap_or(&Value::Null);
                walk(
                    below,
                    part,
                    &edit::below(pointer, name),
                    (shape.kind, name),
                    found,
                );
            }
        }
        (Form::List(item), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                walk(
                    value,
                    item,
                    &format!("{pointer}/{index}"),
                    (inside, name),
                    found,
                );
            }
        }
        _ => {}
    }
}

/// Each text with its place, and a box to find one.
#[component]
pub(super) fn Texts(
    /// The form.
    scope: Scope,
) -> impl IntoView {
    let sought = RwSignal::new(String::new());
    let everywhere = Memo::new(move |_| scope.draft.document.with(all));
    // By what is written now, and by where it is; typing into a text does not take it away.
    let fitting = Memo::new(move |_| {
        let sought = sought.get().trim().to_lowercase();
        let all = everywhere.get();
        if sought.is_empty() {
            return all;
        }
        let document = scope.draft.document.get_untracked();
        let has = |found: &Found| {
            let words = edit::at(&document, &found.pointer).to_string();
            let place = labels::at(&document, &found.pointer);
            words.to_lowercase().contains(&sought) || place.to_lowercase().contains(&sought)
        };
        all.into_iter().filter(has).collect()
    });
    let each = move || {
        fitting
            .get()
            .into_iter()
            .filter_map(|found| {
                let part = schema::part_at(&found.pointer)?;
                let pointer = found.pointer.clone();
                let place = move || {
                    scope.draft.document.with(|document| {
                        let steps = edit::steps(&pointer);
                        let around = steps.split_last().map_or(&[][..], |(_, around)| around);
                        labels::place(document, around)
                    })
                };
                Some(view! {
                    <li>
                        <p class="where">{place}</p>
                        {form::field(scope, found.inside, &found.name, part, found.pointer)}
                    </li>
                })
            })
            .collect_view()
    };
    view! {
        <p class="hint">{t("customise.texts.lead")}</p>
        <div class="field">
            <label for="find">{t("customise.texts.find")}</label>
            <input
                id="find"
                type="search"
                autocomplete="off"
                on:input:target=move |event| sought.set(event.target().value())
            />
        </div>
        <ol class="texts">{each}</ol>
        {move || {
            fitting.with(Vec::is_empty).then(|| view! { <p class="empty">{t("customise.texts.none")}</p> })
        }}
    }
}
