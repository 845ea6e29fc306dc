//! A document held against the schema: every place at which its shape is another.

use super::fault;
use crate::Timestamp;
use crate::validate::{Code, Fault, escaped, listed};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// Longest text of a document that is repeated in a fault.
const SHOWN_MAX: usize = 40;

/// All faults of a document's shape (what an object lacks comes before what is in it), and for each place that
/// cannot be read something that can.
pub(super) fn faults(schema: &Value, document: &Value) -> (Vec<Fault>, Vec<Mend>) {
    let mut walk = Walk {
        schema,
        faults: Vec::new(),
        mends: Vec::new(),
    };
    walk.value(schema, document, "");
    (walk.faults, walk.mends)
}

/// What can stand in a place until its fault is mended: its pointer, and the least that fits.
pub(super) type Mend = (String, Value);

struct Walk<'s> {
    schema: &'s Value,
    faults: Vec<Fault>,
    mends: Vec<Mend>,
}

impl<'s> Walk<'s> {
    fn fault(&mut self, at: &str, code: Code, detail: String) {
        self.faults.push(fault(at.to_owned(), code, detail));
    }

    /// The least that has a shape: 1, nothing in a list, what an object cannot be without.
    fn least(&self, shape: &'s Value) -> Value {
        let shape = self.resolved(shape);
        if shape.get("anyOf").is_some() {
            return Value::Null;
        }
        if let Some(choices) = shape.get("oneOf").and_then(Value::as_array) {
            let first = choices.first().unwrap_or(&Value::Null);
            let alone = choices.iter().find_map(|choice| choice.get("const"));
            return alone.cloned().unwrap_or_else(|| self.least(first));
        }
        match shape
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "object" => {
                let needed = shape.get("required").and_then(Value::as_array);
                let needed = needed.into_iter().flatten().filter_map(Value::as_str);
                let fields = needed.filter_map(|name| {
                    let field = shape.get("properties")?.get(name)?;
                    Some((name.to_owned(), self.least(field)))
                });
                Value::Object(fields.collect())
            }
            "array" => Value::Array(Vec::new()),
            "integer" => Value::from(1),
            "boolean" => Value::Bool(false),
            "string" if shape.get("format").is_some() => Value::from("2000-01-01T00:00:00Z"),
            "string" => Value::from("x"),
            _ => Value::Null,
        }
    }

    /// What a reference stands for. Definitions refer to others, never back to themselves.
    fn resolved(&self, shape: &'s Value) -> &'s Value {
        let mut shape = shape;
        while let Some(name) = shape.get("$ref").and_then(Value::as_str) {
            let pointer = name.strip_prefix('#').unwrap_or_default();
            shape = self.schema.pointer(pointer).unwrap_or(&Value::Null);
        }
        shape
    }

    fn value(&mut self, shape: &'s Value, value: &Value, at: &str) {
        let before = self.faults.len();
        self.look(shape, value, at);
        // What is wrong with the place itself, not with something in it. A choice that is not there is told at its
        // own name.
        let choice = value.as_object().filter(|fields| fields.len() == 1);
        let choice = choice.filter(|_| self.resolved(shape).get("oneOf").is_some());
        let wrong = self.faults.iter().skip(before).any(|fault| {
            let named = choice.is_some() && parent(&fault.pointer) == at;
            fault.pointer == at || (named && fault.code == Code::UnknownVariant.as_str())
        });
        if wrong {
            self.mends.push((at.to_owned(), self.least(shape)));
        }
    }

    fn look(&mut self, shape: &'s Value, value: &Value, at: &str) {
        let shape = self.resolved(shape);
        if let Some(either) = shape.get("anyOf").and_then(Value::as_array) {
            // Something optional: itself, or null.
            if let Some(itself) = either.first().filter(|_| !value.is_null()) {
                self.value(itself, value, at);
            }
            return;
        }
        if let Some(choices) = shape.get("oneOf").and_then(Value::as_array) {
            return self.choice(choices, value, at);
        }
        let kind = match shape.get("type") {
            Some(Value::Array(kinds)) if value.is_null() && kinds.iter().any(|k| k == "null") => {
                return;
            }
            Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
            Some(Value::String(kind)) => Some(kind.as_str()),
            _ => None,
        };
        match (kind.unwrap_or_default(), value) {
            ("object", Value::Object(fields)) => self.object(shape, fields, at),
            ("array", Value::Array(items)) => {
                let item = shape.get("items").unwrap_or(&Value::Null);
                for (index, value) in items.iter().enumerate() {
                    self.value(item, value, &format!("{at}/{index}"));
                }
            }
            ("string", Value::String(text)) => {
                let instant = shape
                    .get("format")
                    .is_some_and(|format| format == "date-time");
                if instant && Timestamp::parse(text).is_none() {
                    let detail = format!(
                        "“{}” is no instant; write one like “2026-11-22T04:10:00Z”, with its offset or “Z”.",
                        cut(text)
                    );
                    self.fault(at, Code::BadInstant, detail);
                }
            }
            ("integer", Value::Number(number)) => self.whole(shape, number, at),
            ("boolean", Value::Bool(_)) => {}
            (kind, _) => self.wrong_type(&needed(kind, shape), value, at),
        }
    }

    fn wrong_type(&mut self, needed: &str, value: &Value, at: &str) {
        let detail = format!("{needed} is needed here, not {}.", shown(value));
        self.fault(at, Code::WrongType, detail);
    }

    fn object(&mut self, shape: &'s Value, fields: &Map<String, Value>, at: &str) {
        let known = shape.get("properties").and_then(Value::as_object);
        for name in shape
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|name| !fields.contains_key(*name))
        {
            let field = known.and_then(|known| known.get(name));
            let meaning = field.and_then(|field| field.get("description"));
            let meaning = meaning
                .and_then(Value::as_str)
                .filter(|words| words.ends_with('.'))
                .unwrap_or_default();
            let detail = format!("The field `{name}` is missing; add it. {meaning}");
            let place = format!("{at}/{name}");
            self.fault(&place, Code::MissingField, detail.trim_end().to_owned());
            if let Some(field) = field {
                self.mends.push((place, self.least(field)));
            }
        }
        for (name, value) in fields {
            let at = format!("{at}/{}", escaped(name));
            let Some(known) = known else {
                // Words by language or key: any name, one shape.
                let words = shape.get("additionalProperties").unwrap_or(&Value::Null);
                self.value(words, value, &at);
                continue;
            };
            match known.get(name) {
                Some(field) => self.value(field, value, &at),
                None => {
                    let hint = hint(name, known.keys().map(String::as_str), "known here are");
                    let detail = format!("There is no field `{}` here; {hint}", cut(name));
                    self.fault(&at, Code::UnknownField, detail);
                }
            }
        }
    }

    /// A name alone, or an object with the name as its only field.
    fn choice(&mut self, choices: &'s [Value], value: &Value, at: &str) {
        let alone = |name: &str| {
            choices
                .iter()
                .any(|choice| choice.get("const").is_some_and(|known| known == name))
        };
        let content = |name: &str| {
            let fields = choices.iter().filter_map(|choice| choice.get("properties"));
            fields.filter_map(|fields| fields.get(name)).next()
        };
        let names = choices.iter().filter_map(|choice| {
            let field = || choice.get("properties")?.as_object()?.keys().next();
            let alone = choice.get("const").and_then(Value::as_str);
            alone.or_else(|| field().map(String::as_str))
        });
        let unknown = |name: &str| {
            let hint = hint(name, names.clone(), "choose one of");
            format!("There is no choice `{}` here; {hint}", cut(name))
        };
        match value {
            Value::String(name) if alone(name) => {}
            Value::String(name) if content(name).is_some() => {
                let detail = format!("`{name}` needs more: write {{\"{name}\": …}}.");
                self.fault(at, Code::WrongType, detail);
            }
            Value::String(name) => self.fault(at, Code::UnknownVariant, unknown(name)),
            Value::Object(fields) if fields.len() == 1 => {
                for (name, value) in fields {
                    let place = format!("{at}/{}", escaped(name));
                    if let Some(shape) = content(name) {
                        self.value(shape, value, &place);
                    } else if alone(name) {
                        let detail = format!("`{name}` stands alone: write \"{name}\".");
                        self.fault(at, Code::WrongType, detail);
                    } else {
                        self.fault(&place, Code::UnknownVariant, unknown(name));
                    }
                }
            }
            Value::Object(_) => {
                let names = listed(names);
                let detail = format!("Name one choice here, and only one, of {names}.");
                self.fault(at, Code::NotOneVariant, detail);
            }
            _ => {
                let needed = format!("One of {}", listed(names));
                self.wrong_type(&needed, value, at);
            }
        }
    }

    fn whole(&mut self, shape: &Value, number: &Number, at: &str) {
        let end = |name: &str| shape.get(name).and_then(Value::as_i64);
        let (least, most) = (
            end("minimum").unwrap_or(i64::MIN),
            end("maximum").unwrap_or(i64::MAX),
        );
        let written = number.to_string();
        // Beyond 64 bits a number is read with an exponent.
        let huge = number.as_u64().is_some() || (written.contains('e') && !written.contains("e-"));
        match number.as_i64() {
            Some(value) if (least..=most).contains(&value) => {}
            None if !huge => {
                let detail = format!(
                    "{written} is not whole; write a whole number, without a point or an exponent."
                );
                self.fault(at, Code::NotWhole, detail);
            }
            _ => {
                let detail =
                    format!("{written} is out of range; write a number from {least} to {most}.");
                self.fault(at, Code::OutOfRange, detail);
            }
        }
    }
}

/// The place that holds a place.
pub(super) fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// What belongs in a place, to begin a sentence.
fn needed(kind: &str, shape: &Value) -> Cow<'static, str> {
    let said = match kind {
        "object" if shape.get("properties").is_none() => {
            return match shape.get("examples").and_then(|all| all.get(0)) {
                Some(example) => format!("Texts by their names, like {example},").into(),
                None => "A text for each language, like {\"en\": \"…\"},".into(),
            };
        }
        "object" => "An object {…}",
        "array" => "A list […]",
        "string" => "A text in quotation marks",
        "integer" => "A whole number, without quotation marks,",
        "boolean" => "Either true or false",
        _ => "Something else",
    };
    said.into()
}

/// What is there, for the middle of a sentence.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null: leave the field out where nothing is meant".to_owned(),
        Value::Bool(value) => format!("{value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text \"{}\"", cut(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(SHOWN_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// The nearest known name as a question, or all of them.
fn hint<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone, all: &str) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{all} {}.", listed(known)),
    }
}

/// The known name that one most likely meant: letters' case and joints do not count, one in four letters
/// may be wrong, and a name may be a part of another.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = |name: &str| {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    let meant = plain(name);
    let length = meant.chars().count();
    if length > SHOWN_MAX {
        return None;
    }
    let near = known.filter_map(|known| {
        let other = plain(known);
        let distance = strsim::osa_distance(&meant, &other);
        let part = length >= 4 && (other.contains(&meant) || meant.contains(&other));
        (distance <= 1 + length / 4 || part).then_some((distance, known))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
