//! Cells of CSV that a spreadsheet does not take for formulas.

use serde_json::Value;

/// Whether a spreadsheet may compute a text that begins so.
fn begins_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A text as a cell: what could be a formula gets an apostrophe before it.
pub(super) fn guarded(text: &str) -> String {
    // One that has apostrophes of its own before such a sign gets one more, so that none is lost on the way back.
    if begins_a_formula(text.trim_start_matches('\'')) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The text of a cell: without the apostrophe that [`guarded`] put there.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if begins_a_formula(text.trim_start_matches('\'')) => text,
        _ => cell,
    }
}

/// A value as a cell. Numbers stay numbers; lists of words are parted by spaces; nothing is empty.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => guarded(text),
        Value::Array(words) if words.iter().all(Value::is_string) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            guarded(&words.join(" "))
        }
        Value::Object(fields) => match (fields.get("month"), fields.get("day")) {
            (Some(Value::Number(month)), Some(Value::Number(day))) => {
                format!("{:0>2}-{:0>2}", month.to_string(), day.to_string())
            }
            _ => guarded(&value.to_string()),
        },
        other => guarded(&other.to_string()),
    }
}

/// One row with its line end.
pub(super) fn row<'a>(cells: impl Iterator<Item = std::borrow::Cow<'a, str>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let cells: Vec<_> = cells.collect();
    // Writing to memory has nothing that could fail.
    let _ = writer.write_record(cells.iter().map(|cell| cell.as_bytes()));
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_formula_is_told_as_a_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1"] {
            let cell = guarded(text);
            assert!(cell.starts_with('\''), "{text:?}");
            assert_eq!(unguarded(&cell), text);
        }
        for text in ["", "Ada", "سارا", "'quoted'", "1-2", " =1"] {
            assert_eq!(guarded(text), text);
            assert_eq!(unguarded(text), text);
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        assert_eq!(cell(&json!(-5)), "-5");
        assert_eq!(cell(&json!("-5")), "'-5");
        assert_eq!(cell(&json!(null)), "");
        assert_eq!(cell(&json!(["a", "b"])), "a b");
        assert_eq!(cell(&json!({"month": 3, "day": 21})), "03-21");
        assert_eq!(cell(&json!([{"a": 1}])), r#"[{"a":1}]"#);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "['=+@\\-\t\r]{0,3}\\PC{0,5}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), text);
        }
    }
}
