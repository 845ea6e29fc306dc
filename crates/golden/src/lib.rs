//! Golden cases: worked examples of the rules that a marketer can read, in `cases/*.json`.
//!
//! A file is a list of `{name, call, input, expect}`. `call` names a rule, `input` is what it is given,
//! `expect` what it must answer. A test on the host runs every file; the browser tests give the same
//! files to [`run`] as WebAssembly. Both must answer the same bytes: keys sorted, no spaces, and a
//! number without a fraction written without one.

mod calls;
mod defaults;
#[cfg(target_arch = "wasm32")]
mod panel;
mod story;

use serde::Deserialize;
use serde_json::Value;

/// A worked example. What is expected is the reader's business.
#[derive(Deserialize)]
struct Case {
    call: String,
    input: Value,
}

/// Answers a case (`{"call": …, "input": …}`, other fields are passed over) in canonical JSON; what
/// cannot be read is answered with `{"error": …}`.
pub fn run(case: &str) -> String {
    let answer = serde_json::from_str::<Case>(case)
        .map_err(|error| error.to_string())
        .and_then(|case| calls::answer(&case.call, case.input))
        .unwrap_or_else(|error| {
            Value::Object(
                [("error".to_owned(), Value::String(error))]
                    .into_iter()
                    .collect(),
            )
        });
    canonical(&answer)
}

/// [`run`] for a browser.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn run_case(json: &str) -> String {
    run(json)
}

/// JSON in one way only: keys sorted, no spaces, whole numbers without a fraction.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            text.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::String(key.clone()).to_string());
                text.push(':');
                write(fields.get(key).unwrap_or(&Value::Null), text);
            }
            text.push('}');
        }
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => {
                text.push_str(&(float as i64).to_string());
            }
            _ => text.push_str(&number.to_string()),
        },
        other => text.push_str(&other.to_string()),
    }
}
