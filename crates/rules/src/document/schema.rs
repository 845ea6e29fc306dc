//! The JSON Schema of a program.

use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of a program, made from the types: every field with its meaning, every
/// object closed, every number with its ends.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(crate::Program).to_value();
    finish(&mut schema);
    if let Some(top) = schema.as_object_mut() {
        let said = json!({
            "title": "Vafa program",
            "description": "One document in which a merchant says how the club works.",
        });
        if let Value::Object(said) = said {
            top.extend(said);
        }
        if let Some(fields) = top.get_mut("properties").and_then(Value::as_object_mut) {
            let pointer = "Where this schema is, for editors. Not read otherwise.";
            let field = json!({"type": "string", "description": pointer});
            fields.insert("$schema".to_owned(), field);
        }
    }
    schema
}

/// Closes objects, gives numbers their ends, and takes the marks of Rust's documentation out of the words.
fn finish(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            close(fields);
            for part in fields.values_mut() {
                finish(part);
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(finish),
        _ => {}
    }
}

fn close(fields: &mut Map<String, Value>) {
    if fields.get("type").is_some_and(|kind| kind == "object") && fields.contains_key("properties")
    {
        fields.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    let ends = match fields.get("format").and_then(Value::as_str) {
        Some("int64") => (i64::MIN, i64::MAX),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("uint32") => (0, u32::MAX.into()),
        _ => {
            if let Some(Value::String(words)) = fields.get_mut("description") {
                *words = words.replace("[`", "`").replace("`]", "`");
            }
            return;
        }
    };
    fields.insert("minimum".to_owned(), ends.0.into());
    fields.insert("maximum".to_owned(), ends.1.into());
}
