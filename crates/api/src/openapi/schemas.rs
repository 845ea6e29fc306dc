//! The schemas of the types: one generator for what the server reads, one for what it writes.
//!
//! The two differ: a field with a default may be left out of a request and is always in a reply. A type that is used
//! both ways and is not the same in both gets two names, the request's with `Input` at its end.

use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const READ: &str = "#/components/read/";
const WRITTEN: &str = "#/components/written/";
const SCHEMAS: &str = "#/components/schemas/";

/// Schemas as they are collected.
#[derive(Debug)]
pub struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Default for Schemas {
    fn default() -> Self {
        let settings = |path: &'static str| {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = path.into();
                settings.meta_schema = None;
            })
        };
        Self {
            read: settings("/components/read").into_generator(),
            written: settings("/components/written")
                .for_serialize()
                .into_generator(),
        }
    }
}

impl Schemas {
    /// What the server reads of this type: a reference, or the schema of a type without a name.
    pub fn read<T: JsonSchema>(&mut self) -> Value {
        self.read.subschema_for::<T>().to_value()
    }

    /// What the server reads of this type, written out.
    pub fn read_inline<T: JsonSchema>(&mut self) -> Value {
        let mut schema = T::json_schema(&mut self.read).to_value();
        finish(&mut schema);
        schema
    }

    /// What the server writes of this type.
    pub fn written<T: JsonSchema>(&mut self) -> Value {
        self.written.subschema_for::<T>().to_value()
    }

    /// Gives every reference in the document its final name and returns all schemas by name.
    pub(super) fn settle(mut self, document: &mut Value) -> Map<String, Value> {
        let mut read = self.read.take_definitions(true);
        let mut written = self.written.take_definitions(true);
        for schema in read.values_mut().chain(written.values_mut()) {
            finish(schema);
        }
        written.values_mut().for_each(without_defaults);
        let apart = apart(&read, &written);
        let name = |reference: &str| {
            if let Some(name) = reference.strip_prefix(READ) {
                let end = if apart.contains(name) { "Input" } else { "" };
                return Some(format!("{SCHEMAS}{name}{end}"));
            }
            let name = reference.strip_prefix(WRITTEN)?;
            Some(format!("{SCHEMAS}{name}"))
        };
        rename(document, &name);
        let mut all = Map::new();
        for (key, mut schema) in read {
            rename(&mut schema, &name);
            let end = if apart.contains(&key) { "Input" } else { "" };
            all.insert(format!("{key}{end}"), schema);
        }
        for (key, mut schema) in written {
            rename(&mut schema, &name);
            all.insert(key, schema);
        }
        all
    }
}

/// A field that is always written needs no word on what stands for it when it is not there.
fn without_defaults(schema: &mut Value) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let required: Vec<&str> = required
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, field) in fields.into_iter().flatten() {
        if required.contains(&name.as_str())
            && let Some(field) = field.as_object_mut()
        {
            field.remove("default");
        }
    }
}

/// Types that are read otherwise than written, themselves or in a part of theirs.
fn apart(read: &Map<String, Value>, written: &Map<String, Value>) -> BTreeSet<String> {
    let plain = |schema: &Value| {
        let mut schema = schema.clone();
        rename(&mut schema, &|reference| {
            let name = reference
                .strip_prefix(READ)
                .or_else(|| reference.strip_prefix(WRITTEN))?;
            Some(format!("{SCHEMAS}{name}"))
        });
        schema
    };
    let mut apart: BTreeSet<String> = read
        .iter()
        .filter(|(name, schema)| {
            written
                .get(*name)
                .is_some_and(|other| plain(schema) != plain(other))
        })
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let before = apart.len();
        for (name, schema) in read {
            if written.contains_key(name) && mentions(schema, &apart) {
                apart.insert(name.clone());
            }
        }
        if apart.len() == before {
            return apart;
        }
    }
}

fn mentions(schema: &Value, names: &BTreeSet<String>) -> bool {
    match schema {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            let named = value.as_str().filter(|_| key == "$ref");
            named
                .and_then(|reference| reference.strip_prefix(READ))
                .is_some_and(|name| names.contains(name))
                || mentions(value, names)
        }),
        Value::Array(parts) => parts.iter().any(|part| mentions(part, names)),
        _ => false,
    }
}

fn rename(value: &mut Value, name: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref")
                && let Some(named) = name(reference)
            {
                *reference = named;
            }
            for part in fields.values_mut() {
                rename(part, name);
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| rename(part, name)),
        _ => {}
    }
}

/// Gives integers their ends and takes the marks of Rust's documentation out of the words.
pub(super) fn finish(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let ends = match fields.get("format").and_then(Value::as_str) {
                Some("int64") => Some((Value::from(i64::MIN), Value::from(i64::MAX))),
                Some("int32") => Some((i32::MIN.into(), i32::MAX.into())),
                Some("uint32") => Some((0.into(), u32::MAX.into())),
                Some("uint64") => Some((0.into(), u64::MAX.into())),
                _ => None,
            };
            if let Some((least, most)) = ends {
                fields.entry("minimum").or_insert(least);
                fields.entry("maximum").or_insert(most);
            }
            if let Some(Value::String(words)) = fields.get_mut("description") {
                *words = words.replace("[`", "`").replace("`]", "`");
            }
            fields.values_mut().for_each(finish);
        }
        Value::Array(parts) => parts.iter_mut().for_each(finish),
        _ => {}
    }
}
