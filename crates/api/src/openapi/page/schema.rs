//! Schemas as lists of fields.

use super::text::{escape, inline, prose, said, shown};
use super::{list, resolve};
use serde_json::Value;

/// Levels of fields that are shown inside one another; deeper ones are behind the link to their type.
const DEPTH_MAX: usize = 2;
/// A type with more fields than this is only linked.
const FIELDS_MAX: usize = 16;

/// Which way a value goes: that decides what a reader must know of a field that may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The caller sends it: some fields are required.
    Sent,
    /// The caller gets it: some fields may be absent.
    Got,
}

impl Way {
    fn mark(self, always: bool) -> &'static str {
        match (self, always) {
            (Self::Sent, true) => "<span class=\"need\">required</span>",
            (Self::Got, false) => "<span class=\"chip\">may be absent</span>",
            _ => "",
        }
    }
}

/// What a schema consists of: its fields, its values, or its ways; nothing for a plain value.
pub(super) fn body(document: &Value, schema: &Value, way: Way, depth: usize) -> String {
    let target = resolve(document, schema);
    let mut html = String::new();
    if target.get("properties").is_some() {
        html.push_str(&fields(document, target, way, depth));
    }
    let ways: Vec<&Value> = list(&target["oneOf"])
        .chain(list(&target["anyOf"]))
        .collect();
    let values: Vec<&Value> = ways
        .iter()
        .copied()
        .filter(|way| way.get("const").is_some())
        .collect();
    if !values.is_empty() || target.get("enum").is_some() {
        let plain =
            list(&target["enum"]).map(|value| format!("<li><code>{}</code></li>", shown(value)));
        let told = values.iter().map(|way| {
            let words = way["description"].as_str().unwrap_or_default();
            format!(
                "<li><code>{}</code> {}</li>",
                shown(&way["const"]),
                inline(words)
            )
        });
        let plain_ways = ways.iter().flat_map(|way| list(&way["enum"]));
        let grouped = plain_ways.map(|value| format!("<li><code>{}</code></li>", shown(value)));
        html.push_str(&format!(
            "<ul class=\"values\">{}</ul>",
            told.chain(plain).chain(grouped).collect::<String>()
        ));
    }
    for one in ways.iter().filter(|one| one.get("properties").is_some()) {
        html.push_str(&format!(
            "<div class=\"way\">{}{}</div>",
            prose(&one["description"]),
            fields(document, one, way, depth)
        ));
    }
    if html.is_empty() && target.get("$ref").is_none() {
        html = format!(
            "<p class=\"plain\"><span class=\"kind\">{}</span>{}</p>",
            kind(target),
            limits(target)
        );
    }
    html
}

/// The fields of an object: needed ones first, in their declared order.
fn fields(document: &Value, schema: &Value, way: Way, depth: usize) -> String {
    let required: Vec<&str> = list(&schema["required"])
        .filter_map(Value::as_str)
        .collect();
    let mut named: Vec<(&String, &Value)> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .collect();
    let place = |name: &str| {
        required
            .iter()
            .position(|known| *known == name)
            .unwrap_or(usize::MAX)
    };
    named.sort_by_key(|(name, _)| place(name));
    let rows: String = named
        .into_iter()
        .map(|(name, field)| {
            let target = resolve(document, field);
            let words = field.get("description").unwrap_or(&target["description"]);
            let need = way.mark(place(name) != usize::MAX);
            row(
                name,
                field,
                need,
                words,
                &inner(document, field, way, depth),
            )
        })
        .collect();
    format!("<ul class=\"fields\">{rows}</ul>")
}

/// A row of a list of fields or parameters.
pub(super) fn row(name: &str, schema: &Value, need: &str, words: &Value, inner: &str) -> String {
    format!(
        "<li><p class=\"field\"><code>{}</code><span class=\"kind\">{}</span>{need}{}</p>{}{inner}</li>",
        escape(name),
        kind(schema),
        limits(schema),
        prose(words)
    )
}

/// The fields inside a field, folded.
fn inner(document: &Value, field: &Value, way: Way, depth: usize) -> String {
    let Some(reference) = reference(field) else {
        let values = ["enum", "oneOf"].iter().any(|key| field.get(key).is_some());
        return if values {
            body(document, field, way, depth)
        } else {
            String::new()
        };
    };
    let target = resolve(document, reference);
    let size = target["properties"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    let values = list(&target["oneOf"]).any(|way| way.get("const").is_some());
    if depth >= DEPTH_MAX || (!(1..=FIELDS_MAX).contains(&size) && !values) {
        return String::new();
    }
    format!(
        "<details><summary>{} of {}</summary>{}</details>",
        if values { "Values" } else { "Fields" },
        name_of(reference),
        body(document, target, way, depth + 1)
    )
}

/// The reference that a field is made of: itself, its list's, or the part that is not null.
fn reference(field: &Value) -> Option<&Value> {
    if field.get("$ref").is_some() {
        return Some(field);
    }
    if let Some(items) = field.get("items") {
        return reference(items);
    }
    list(&field["anyOf"]).find_map(reference)
}

fn name_of(reference: &Value) -> String {
    let path = reference["$ref"].as_str().unwrap_or_default();
    escape(path.rsplit('/').next().unwrap_or_default())
}

/// What kind of value it is, with links to named types.
pub(super) fn kind(schema: &Value) -> String {
    if schema.get("$ref").is_some() {
        let name = name_of(schema);
        return format!("<a href=\"#type-{name}\">{name}</a>");
    }
    if let Some(value) = schema.get("const") {
        return format!("always <code>{}</code>", shown(value));
    }
    for way in ["anyOf", "oneOf"] {
        let ways: Vec<String> = list(&schema[way]).map(kind).collect();
        if !ways.is_empty() {
            let told = ways.iter().all(|way| way.starts_with("always"));
            return if told {
                "string".to_owned()
            } else {
                ways.join(" or ")
            };
        }
    }
    let one = |kind: &str| match kind {
        "array" => match schema.get("items") {
            Some(items) => format!("list of {}", self::kind(items)),
            None => "list".to_owned(),
        },
        "object" => match schema
            .get("additionalProperties")
            .filter(|value| value.is_object())
        {
            Some(values) => format!("map of {}", self::kind(values)),
            None => "object".to_owned(),
        },
        "string" if schema["format"] == "date-time" => "instant".to_owned(),
        kind => escape(kind),
    };
    match &schema["type"] {
        Value::String(kind) => one(kind),
        Value::Array(kinds) => {
            let kinds: Vec<String> = kinds.iter().filter_map(Value::as_str).map(one).collect();
            kinds.join(" or ")
        }
        _ => "any value".to_owned(),
    }
}

/// The limits of a value, as chips. The ends of a machine's integers say nothing to a reader.
fn limits(schema: &Value) -> String {
    let number = |key: &str| schema.get(key).and_then(Value::as_i64);
    let telling = |value: &i64| {
        ![
            i64::MIN,
            i64::MAX,
            i32::MIN.into(),
            i32::MAX.into(),
            u32::MAX.into(),
        ]
        .contains(value)
    };
    let mut chips = Vec::new();
    for (least, most, unit) in [
        (
            number("minimum").filter(telling),
            number("maximum").filter(telling),
            "",
        ),
        (number("minLength"), number("maxLength"), " characters"),
        (number("minItems"), number("maxItems"), " items"),
    ] {
        match (least, most) {
            (Some(least), Some(most)) => chips.push(format!("{least} to {most}{unit}")),
            (Some(least), None) => chips.push(format!("{least}{unit} or more")),
            (None, Some(most)) => chips.push(format!("at most {most}{unit}")),
            (None, None) => {}
        }
    }
    if let Some(default) = schema.get("default").filter(|value| !value.is_null()) {
        chips.push(format!("default {}", shown(default)));
    }
    let mut html: String = chips
        .into_iter()
        .map(|chip| format!("<span class=\"chip\">{chip}</span>"))
        .collect();
    if schema.get("pattern").is_some() {
        html.push_str(&format!(
            "<code class=\"chip\">{}</code>",
            said(&schema["pattern"])
        ));
    }
    html
}
