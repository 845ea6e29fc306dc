//! The program as a document.

use rules::document;
use serde::Deserialize;
use serde_json::Value;

/// Answers a call, if it is one of these.
pub(super) fn answer(call: &str, input: &Value) -> Option<Result<Value, String>> {
    match call {
        "read" => Some(super::given(input.clone(), read)),
        _ => None,
    }
}

/// A program as somebody wrote it: as text, or as the document itself.
#[derive(Deserialize)]
struct Written {
    text: Option<String>,
    #[serde(default)]
    program: Value,
}

/// Each fault on a line; none when the program is read.
fn read(written: Written) -> Vec<String> {
    let text = written.text.unwrap_or_else(|| written.program.to_string());
    let faults = document::read(&text).err().unwrap_or_default();
    let line = |fault: rules::validate::Fault| {
        format!("{} {}: {}", fault.pointer, fault.code, fault.detail)
    };
    faults.into_iter().map(line).collect()
}
