//! What the schema of a program says about a place: which form it has, and what a new one begins with.
//!
//! The schema is made from the very types that the server reads a document into, so a field that a program gets has
//! its place in the studio at once.

use rules::document;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(document::schema);

/// A part of the schema.
pub(super) type Part = &'static Value;

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// A sentence in each language.
    Words,
    /// Sentences of the widget, by language and key.
    Texts,
    /// A line of text.
    Line,
    /// An instant.
    Instant,
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
    /// One of several, by their names; some bring a value along.
    Choice(&'static [Value]),
    /// Fields with names.
    Group(&'static Map<String, Value>),
    /// Any number of these.
    List(Part),
}

/// What the schema says about a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    /// Its form.
    pub(super) form: Form,
    /// It may be absent.
    pub(super) optional: bool,
    /// The name of its type, in small letters; empty for one without a name.
    pub(super) kind: &'static str,
}

/// The whole document.
pub(super) fn program() -> Part {
    &SCHEMA
}

fn resolved(mut part: Part, kind: &mut &'static str) -> Part {
    while let Some(name) = part.get("$ref").and_then(Value::as_str) {
        let pointer = name.strip_prefix('#').unwrap_or_default();
        *kind = name.rsplit('/').next().unwrap_or_default();
        part = SCHEMA.pointer(pointer).unwrap_or(&Value::Null);
    }
    part
}

/// Reads a part.
pub(super) fn shape(part: Part) -> Shape {
    let mut kind = "";
    let mut part = resolved(part, &mut kind);
    let mut optional = false;
    if let Some(either) = part.get("anyOf").and_then(Value::as_array) {
        optional = true;
        part = resolved(either.first().unwrap_or(&Value::Null), &mut kind);
    }
    let named = match part.get("type") {
        Some(Value::Array(kinds)) => {
            optional = true;
            kinds.first().and_then(Value::as_str)
        }
        other => other.and_then(Value::as_str),
    };
    let choices = part.get("oneOf").and_then(Value::as_array);
    let form = match (choices, named.unwrap_or_default()) {
        (Some(choices), _) => Form::Choice(choices),
        (_, "object") => match part.get("properties").and_then(Value::as_object) {
            Some(fields) => Form::Group(fields),
            None if part.pointer("/additionalProperties/$ref").is_some() => Form::Texts,
            None => Form::Words,
        },
        (_, "array") => Form::List(part.get("items").unwrap_or(&Value::Null)),
        (_, "integer") => Form::Whole,
        (_, "boolean") => Form::Flag,
        _ if part
            .get("format")
            .is_some_and(|format| format == "date-time") =>
        {
            Form::Instant
        }
        _ => Form::Line,
    };
    Shape {
        form,
        optional,
        kind,
    }
}

/// What the document goes by where it says nothing.
pub(super) fn default_of(part: Part) -> Option<&'static Value> {
    part.get("default").filter(|default| !default.is_null())
}

/// The names of a choice, each with the schema of what it brings along.
pub(super) fn variants(choices: &'static [Value]) -> Vec<(&'static str, Option<Part>)> {
    let mut all = Vec::new();
    for choice in choices {
        if let Some(name) = choice.get("const").and_then(Value::as_str) {
            all.push((name, None));
        }
        let several = choice.get("enum").and_then(Value::as_array);
        let several = several.into_iter().flatten().filter_map(Value::as_str);
        all.extend(several.map(|name| (name, None)));
        let fields = choice.get("properties").and_then(Value::as_object);
        all.extend(
            fields
                .into_iter()
                .flatten()
                .map(|(name, part)| (name.as_str(), Some(part))),
        );
    }
    all
}

/// The name of the variant that a value has.
pub(super) fn variant_of(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(fields) => fields.keys().next().cloned(),
        _ => None,
    }
}

/// A variant with what it has to bring along.
pub(super) fn variant(name: &str, content: Option<Part>) -> Value {
    content.map_or_else(|| json!(name), |part| json!({ name: least(part) }))
}

/// The least that has this shape: what a list gets when something is added to it.
pub(super) fn least(part: Part) -> Value {
    let shape = shape(part);
    match shape.form {
        Form::Words | Form::Texts => json!({}),
        Form::Line | Form::Instant => json!(""),
        Form::Whole => json!(0),
        Form::Flag => json!(false),
        Form::List(_) => json!([]),
        Form::Choice(choices) => {
            let all = variants(choices);
            all.first()
                .map_or(Value::Null, |(name, content)| variant(name, *content))
        }
        Form::Group(fields) => {
            let mut kind = "";
            let part = resolved(part, &mut kind);
            let part = part
                .get("anyOf")
                .and_then(|either| either.get(0))
                .unwrap_or(part);
            let needed = resolved(part, &mut kind)
                .get("required")
                .and_then(Value::as_array);
            let needed = needed.into_iter().flatten().filter_map(Value::as_str);
            let all = needed.filter_map(|name| Some((name.to_owned(), least(fields.get(name)?))));
            Value::Object(all.collect())
        }
    }
}

/// The schema of the place that a pointer leads to.
pub(super) fn part_at(pointer: &str) -> Option<Part> {
    Some(part_of(&super::edit::steps(pointer))?.0)
}

/// The schema of the place at the end of a path, and the type that it is in. Any step leads into a list.
pub(super) fn part_of(path: &[String]) -> Option<(Part, &'static str)> {
    let (mut part, mut inside) = (program(), "");
    for step in path {
        let around = shape(part);
        (part, inside) = match around.form {
            Form::Group(fields) => (fields.get(step)?, around.kind),
            Form::List(item) => (item, inside),
            Form::Choice(choices) => {
                let found = variants(choices).into_iter().find(|(name, _)| name == step);
                (found?.1?, around.kind)
            }
            Form::Words | Form::Texts | Form::Line | Form::Instant | Form::Whole | Form::Flag => {
                return None;
            }
        };
    }
    Some((part, inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pointer: &str) -> Option<Shape> {
        part_at(pointer).map(shape)
    }

    #[test]
    fn the_schema_says_what_stands_where() {
        for (pointer, optional, kind) in [
            ("/name", false, ""),
            ("/tiers", true, "Ladder"),
            ("/rewards/0/cost", false, "Points"),
            ("/rewards/0/minimum_order", true, "Money"),
            ("/rewards/0/kind/percent_off/rate", false, "Bp"),
            ("/surveys/0/starts_at", true, "Timestamp"),
        ] {
            let found = form(pointer).map(|shape| (shape.optional, shape.kind));
            assert_eq!(found, Some((optional, kind)), "{pointer}");
        }
        assert_eq!(form("/name").map(|shape| shape.form), Some(Form::Words));
        assert_eq!(
            form("/surveys/0/enabled").map(|shape| shape.form),
            Some(Form::Flag)
        );
        assert_eq!(
            form("/rewards/0/starts_at").map(|shape| shape.form),
            Some(Form::Instant)
        );
        assert_eq!(form("/texts").map(|shape| shape.form), Some(Form::Texts));
        assert_eq!(form("/nothing"), None);
    }

    #[test]
    fn what_is_added_has_all_that_it_needs() {
        for list in [
            "/tiers/levels/0",
            "/rewards/0",
            "/surveys/0",
            "/offers/0",
            "/earning/activities/0",
        ] {
            let part = part_at(list).map(least).unwrap_or_default();
            let id = part.get("id");
            assert_eq!(id, Some(&json!("")), "{list}: {part}");
        }
    }
}
