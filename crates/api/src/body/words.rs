//! What a reader of JSON says of a fault, for somebody who knows JSON and not the language that reads it.

/// Without the place in the text, for the fault names its own, and with JSON's names of types.
pub(super) fn plain(said: &str) -> String {
    let said = said.rfind(" at line ").map_or(said, |end| &said[..end]);
    let known = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|start| said.strip_prefix(start)?.rsplit_once(", expected "));
    match known {
        Some((found, expected)) => format!("{} is needed, not {}", needed(expected), what(found)),
        None => said.to_owned(),
    }
}

/// What is needed.
fn needed(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number, 0 or more,",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "a list",
        "a map" | "map" => "an object",
        "a boolean" => "true or false",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("a sequence ") => "a list",
        other => other,
    };
    words.to_owned()
}

/// What is there.
fn what(found: &str) -> String {
    let quoted = |kind: &str| Some(found.strip_prefix(kind)?.trim_matches('`'));
    if let Some(number) = quoted("floating point ") {
        return format!("{number} with a fraction");
    }
    if let Some(value) = quoted("integer ").or_else(|| quoted("boolean ")) {
        return value.to_owned();
    }
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_fault_is_told_in_words_of_json() {
        for (said, told) in [
            (
                "invalid type: floating point `1.5`, expected i64 at line 1 column 99",
                "a whole number is needed, not 1.5 with a fraction",
            ),
            (
                "invalid value: integer `-1`, expected u32 at line 1 column 5",
                "a whole number from 0 to 4294967295 is needed, not -1",
            ),
            (
                "invalid type: string \"a, expected b\", expected a boolean at line 2 column 1",
                "true or false is needed, not string \"a, expected b\"",
            ),
            (
                "invalid type: sequence, expected struct OrderInput at line 1 column 1",
                "an object is needed, not a list",
            ),
            (
                "missing field `status` at line 1 column 2",
                "missing field `status`",
            ),
        ] {
            assert_eq!(plain(said), told);
        }
    }
}
