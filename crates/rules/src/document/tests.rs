use super::*;
use crate::samples::program;
use serde_json::json;
use std::collections::BTreeSet;

/// An ordinary program, with fields over it.
fn document(fields: Value) -> Value {
    let mut document = serde_json::to_value(program()).unwrap_or_default();
    if let (Value::Object(document), Value::Object(fields)) = (&mut document, fields) {
        document.extend(fields);
    }
    document
}

/// The faults of an ordinary program with fields over it, in words.
fn told(fields: Value) -> Vec<String> {
    let faults = read(&document(fields).to_string()).err();
    let told = faults.into_iter().flatten();
    told.map(|fault| format!("{}: {}", fault.pointer, fault.detail))
        .collect()
}

#[test]
fn an_ordinary_program_is_read_as_it_was_written() {
    let text = document(json!({})).to_string();
    assert_eq!(read(&text), Ok(program()));
}

#[test]
fn a_mark_of_the_byte_order_and_a_schema_are_passed_over() {
    let text = document(json!({"$schema": "./program.schema.json"})).to_string();
    assert_eq!(read(&format!("\u{feff}{text}")), Ok(program()));
    assert_eq!(
        told(json!({"$schema": 1})),
        ["/$schema: A text in quotation marks is needed here, not the number 1."]
    );
}

#[test]
fn text_that_is_no_json_is_told_by_line_and_column() {
    let faults = read("{\n  \"id\": club\n}").err().unwrap_or_default();
    assert_eq!(
        faults,
        [Fault {
            pointer: String::new(),
            code: "not_json".to_owned(),
            detail: "Line 2, column 9: this is no JSON: expected value.".to_owned(),
        }]
    );
}

#[test]
fn the_nearest_name_is_asked_for() {
    let purchase = json!({"id": "p", "points": 1, "per": 1});
    for (written, meant) in [
        ("pendng_days", "pending_days"),
        ("pendingDays", "pending_days"),
        ("Pending-Days", "pending_days"),
        ("pending", "pending_days"),
        ("round", "rounding"),
        ("cap", "caps"),
    ] {
        let mut purchase = purchase.clone();
        purchase[written] = json!([]);
        assert_eq!(
            told(json!({"earning": {"purchase": purchase}})),
            [format!(
                "/earning/purchase/{written}: There is no field `{written}` here; did you mean `{meant}`?"
            )]
        );
    }
}

#[test]
fn where_no_name_is_near_all_are_told() {
    assert_eq!(
        told(json!({"look": {"theme": "dark"}})),
        ["/look/theme: There is no field `theme` here; known here are accent, preset."]
    );
    assert_eq!(
        told(json!({"calendar": "lunar"})),
        ["/calendar: There is no choice `lunar` here; choose one of gregorian, jalali."]
    );
    let long = "x".repeat(1_000);
    let short = format!("{}…", "x".repeat(40));
    assert_eq!(
        told(json!({"calendar": long})),
        [format!(
            "/calendar: There is no choice `{short}` here; choose one of gregorian, jalali."
        )]
    );
}

#[test]
fn a_wrong_kind_says_what_is_needed_and_what_is_there() {
    let purchase = json!({"id": "p", "points": "10", "per": 1});
    assert_eq!(
        told(json!({"earning": {"purchase": purchase}, "rewards": null})),
        [
            "/earning/purchase/points: A whole number, without quotation marks, is needed here, not the text \"10\".",
            "/rewards: A list […] is needed here, not null: leave the field out where nothing is meant.",
        ]
    );
}

#[test]
fn fields_that_are_twice_are_found_wherever_they_are() {
    let places = |text: &str| {
        let faults = duplicates::faults(text).into_iter();
        faults.map(|fault| fault.pointer).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(places(r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}"#), none);
    assert_eq!(
        places(r#"{"a":{"b":[0,{"c":1,"d":[],"c":2}]},"a":3}"#),
        ["/a/b/1/c", "/a"]
    );
    // A value that looks like a name, an escaped mark, and one name in two spellings.
    assert_eq!(places(r#"["a","a"]"#), none);
    assert_eq!(places(r#"{"a":"a","b":"\"a\":{}"}"#), none);
    assert_eq!(places(r#"{"b":"\"","c":1,"c":2}"#), ["/c"]);
    assert_eq!(
        places(
            r#"{"a/b" : 1, "\u0061\/b"
        :2}"#
        ),
        ["/a~1b"]
    );
    assert_eq!(
        places(r#"{"\\":1,"\\":[{},{"x":[[],[]],"x":0}]}"#),
        ["/\\", "/\\/1/x"]
    );
}

#[test]
fn a_field_that_is_twice_hides_no_fault_of_meaning() {
    let text =
        document(json!({}))
            .to_string()
            .replacen("\"version\":1", "\"version\":1,\"version\":0", 1);
    let faults = read(&text).err().unwrap_or_default();
    let codes: Vec<_> = faults.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(codes, ["duplicate_key", "too_small"]);
}

#[test]
fn every_fault_of_the_shape_is_told_at_once() {
    let reward = json!({"id": "rwd", "cost": 1.5, "kind": {"amount": 5}, "from": "today"});
    let told = told(json!({
        "rewards": [reward], "version": -1, "zone": null, "tires": {},
        "expiry": {"per_lot": {"months": 12, "warn": 3}}
    }));
    let mut places: Vec<_> = told
        .iter()
        .filter_map(|told| told.split(':').next())
        .collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/expiry/per_lot/warn",
            "/rewards/0/cost",
            "/rewards/0/from",
            "/rewards/0/kind/amount",
            "/rewards/0/title",
            "/tires",
            "/version",
            "/zone",
        ]
    );
}

#[test]
fn the_ends_of_numbers_are_those_of_their_types() {
    let points = |points: &str| {
        let purchase = json!({"id": "p", "points": 7, "per": 1});
        let text = document(json!({"earning": {"purchase": purchase}})).to_string();
        let text = text.replacen("\"points\":7", &format!("\"points\":{points}"), 1);
        let faults = read(&text).err().unwrap_or_default();
        faults
            .into_iter()
            .map(|fault| fault.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(points("9223372036854775807"), ["too_large"]);
    assert_eq!(points("-9223372036854775808"), ["too_small"]);
    for beyond in [
        "9223372036854775808",
        "18446744073709551616",
        "1e30",
        "-9223372036854775809",
    ] {
        assert_eq!(points(beyond), ["out_of_range"], "{beyond}");
    }
    for part in ["1.5", "1.0", "1e2", "1e-30", "-0.0"] {
        assert_eq!(points(part), ["not_whole"], "{part}");
    }
    assert_eq!(points("1e999"), ["not_json"]);
}

/// Words of the schema's own language, without those that are names of ours.
fn keywords<'s>(schema: &'s Value, names: bool, found: &mut BTreeSet<&'s str>) {
    match schema {
        Value::Object(fields) => {
            for (key, part) in fields {
                if !names {
                    found.insert(key);
                }
                if names || !matches!(key.as_str(), "default" | "const" | "examples") {
                    let named = !names && matches!(key.as_str(), "properties" | "$defs");
                    keywords(part, named, found);
                }
            }
        }
        Value::Array(parts) => {
            for part in parts {
                keywords(part, false, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_reader_understands_every_word_of_the_schema() {
    let mut found = BTreeSet::new();
    keywords(&SCHEMA, false, &mut found);
    let known = [
        "$defs",
        "$ref",
        "$schema",
        "additionalProperties",
        "anyOf",
        "const",
        "default",
        "description",
        "examples",
        "format",
        "items",
        "maximum",
        "minimum",
        "oneOf",
        "properties",
        "required",
        "title",
        "type",
    ];
    assert_eq!(found, BTreeSet::from(known));
}
