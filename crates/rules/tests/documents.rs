//! Programs as people write them: sound ones, and bad ones with all their faults (`documents/*.json`).
#![cfg(feature = "document")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first surprise"
)]

use proptest::prelude::*;
use rules::document::{BYTES_MAX, read, schema};
use rules::validate::{Code, Fault, limits, validate};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// Every JSON file of a folder, by its name.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The programs that are to be sound: the samples, and the demo shop's.
fn sound() -> Vec<(String, String)> {
    let mut all = files("tests/documents/sound");
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/program.json");
    all.push(("demo".to_owned(), fs::read_to_string(demo).unwrap()));
    all
}

/// The demo shop's program.
static DEMO: LazyLock<Value> = LazyLock::new(|| {
    let (_, text) = sound().pop().unwrap();
    serde_json::from_str(&text).unwrap()
});

struct Bad {
    file: String,
    text: String,
    document: Option<Value>,
    faults: Vec<(String, String)>,
}

fn bad() -> Vec<Bad> {
    files("tests/documents")
        .into_iter()
        .map(|(file, text)| {
            let case: Value =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
            let document = case.get("document").cloned();
            let text = case.get("text").and_then(Value::as_str);
            let text = text.map_or_else(|| document.as_ref().unwrap().to_string(), str::to_owned);
            let said = |fault: &Value, field: &str| fault[field].as_str().unwrap().to_owned();
            let faults = case["faults"].as_array().unwrap().iter();
            let mut faults: Vec<_> = faults
                .map(|fault| (said(fault, "pointer"), said(fault, "code")))
                .collect();
            faults.sort();
            assert!(!case["name"].as_str().unwrap().is_empty(), "{file}");
            Bad {
                file,
                text,
                document,
                faults,
            }
        })
        .collect()
}

fn places(faults: &[Fault]) -> Vec<(String, String)> {
    let mut places: Vec<_> = faults
        .iter()
        .map(|fault| (fault.pointer.clone(), fault.code.clone()))
        .collect();
    places.sort();
    places
}

fn faults(document: &Value) -> Vec<Fault> {
    read(&document.to_string()).err().unwrap_or_default()
}

#[test]
fn a_bad_program_hears_of_all_its_faults_and_of_no_others() {
    let all = bad();
    assert!(all.len() >= 40, "only {} bad programs", all.len());
    let mut wrong = Vec::new();
    for case in &all {
        let found = places(&read(&case.text).err().unwrap_or_default());
        if found != case.faults {
            let (file, expected) = (&case.file, &case.faults);
            wrong.push(format!(
                "{file}\n  expected {expected:?}\n  found    {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(all.iter().any(|case| case.faults.len() >= 15));
}

#[test]
fn every_code_has_a_bad_program() {
    let told: BTreeSet<String> = bad()
        .into_iter()
        .flat_map(|case| case.faults)
        .map(|(_, code)| code)
        .collect();
    let known: BTreeSet<String> = Code::ALL.iter().map(|c| c.as_str().to_owned()).collect();
    assert_eq!(told, known);
}

#[test]
fn a_fault_is_a_sentence() {
    for case in bad() {
        for fault in read(&case.text).unwrap_err() {
            let file = &case.file;
            assert!(
                fault.detail.ends_with(['.', '?']),
                "{file}: {}",
                fault.detail
            );
            assert!(fault.detail.len() > 10, "{file}: {}", fault.detail);
            assert!(!fault.detail.contains("  "), "{file}: {}", fault.detail);
        }
    }
}

#[test]
fn sound_programs_are_read_and_written_and_read_again() {
    for (name, text) in sound() {
        let program = read(&text).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
        let written = serde_json::to_string(&program).unwrap();
        assert_eq!(read(&written).unwrap(), program, "{name}");
    }
}

#[test]
fn another_reader_of_the_schema_agrees() {
    let schema = schema();
    jsonschema::meta::validate(&schema).expect("the schema is a schema");
    let judge = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    for (name, text) in sound() {
        let document: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = judge
            .iter_errors(&document)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let program = serde_json::to_value(read(&text).unwrap()).unwrap();
        assert!(judge.is_valid(&program), "{name}, written by the rules");
    }
    // It knows the shape alone, and no text in which a field is there twice; to it 100.0 is whole.
    let shape = [
        "unknown_field",
        "missing_field",
        "wrong_type",
        "not_whole",
        "out_of_range",
        "unknown_variant",
        "not_one_variant",
        "bad_instant",
    ];
    for case in bad() {
        let document = case
            .document
            .or_else(|| serde_json::from_str(&case.text).ok());
        let Some(document) = document else { continue };
        let misshapen = case
            .faults
            .iter()
            .any(|(_, code)| shape.contains(&code.as_str()));
        assert_eq!(!judge.is_valid(&document), misshapen, "{}", case.file);
    }
}

/// Every object of the schema that lists its fields.
fn objects(schema: &Value, found: &mut Vec<Value>) {
    match schema {
        Value::Object(fields) => {
            if fields.get("type").is_some_and(|kind| kind == "object") {
                found.push(schema.clone());
            }
            fields.values().for_each(|part| objects(part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| objects(part, found)),
        _ => {}
    }
}

#[test]
fn the_schema_is_closed_and_tells_what_fields_mean() {
    let schema = schema();
    assert_eq!(schema["title"], "Vafa program");
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert!(!schema.to_string().contains("[`"));
    let mut all = Vec::new();
    objects(&schema, &mut all);
    assert!(all.len() > 40);
    for object in &all {
        // An object of fields is closed; one of words by language takes any text.
        let rest = &object["additionalProperties"];
        if object.get("properties").is_some() {
            assert_eq!(*rest, json!(false), "{object}");
        } else {
            let sentences = json!({"$ref": "#/$defs/Sentences"});
            let known = [json!({"type": "string"}), sentences];
            assert!(known.contains(rest), "{object}");
        }
        // A choice's meaning stands beside it, a field's in it.
        let Some(fields) = object.get("properties").and_then(Value::as_object) else {
            continue;
        };
        let told = object.get("description").is_some()
            || fields.values().all(|f| f.get("description").is_some());
        assert!(told, "{object}");
    }
    let points = &schema["$defs"]["Points"];
    assert_eq!(points["minimum"], json!(i64::MIN));
    assert_eq!(points["maximum"], json!(i64::MAX));
    assert_eq!(schema["$defs"]["Bp"]["maximum"], json!(u32::MAX));
    let starts_at = schema.pointer("/$defs/Timestamp/format").unwrap();
    assert_eq!(starts_at, "date-time");
}

#[test]
fn a_document_has_an_end() {
    let mut long = " ".repeat(BYTES_MAX + 1);
    assert_eq!(read(&long).unwrap_err()[0].code, "too_long");
    long.pop();
    assert_eq!(read(&long).unwrap_err()[0].code, "not_json");
}

/// Changes the demo's program at a pointer and tells all faults.
fn with(pointer: &str, value: Value) -> Vec<String> {
    let mut document = DEMO.clone();
    *document.pointer_mut(pointer).unwrap() = value;
    let told = places(&faults(&document)).into_iter();
    told.map(|(pointer, code)| format!("{pointer} {code}"))
        .collect()
}

#[test]
fn ends_are_where_they_are_said_to_be() {
    let purchase = "/earning/purchase";
    let per = |per: i64| json!({"id": "purchase", "points": 1, "per": per});
    assert!(with(purchase, per(limits::AMOUNT)).is_empty());
    assert_eq!(
        with(purchase, per(limits::AMOUNT + 1)),
        ["/earning/purchase/per too_large"]
    );
    let words = |length: usize| json!({"fa": "آ".repeat(length), "en": "a".repeat(length)});
    assert!(with("/name", words(limits::TEXT)).is_empty());
    assert_eq!(
        with("/name", words(limits::TEXT + 1)),
        ["/name/en too_long", "/name/fa too_long"]
    );
    let own = |sentence: usize| {
        let mut document = DEMO.clone();
        document["texts"] = json!({"fa": {"hello": "آ".repeat(sentence)}});
        places(&faults(&document))
    };
    assert_eq!(own(limits::SENTENCE), []);
    let place = |pointer: &str| (pointer.to_owned(), "too_long".to_owned());
    assert_eq!(own(limits::SENTENCE + 1), [place("/texts/fa/hello")]);
    let many = |more: &str| {
        let count = limits::SENTENCES / 100;
        let each = (0..count).map(|at| (format!("hello.{at}"), json!("a".repeat(100))));
        let mut document = DEMO.clone();
        document["texts"] = json!({"fa": {"hello": more}, "en": Value::Object(each.collect())});
        places(&faults(&document))
    };
    assert_eq!(many("a"), [place("/texts")]);
    let mut document = DEMO.clone();
    let each = (0..=limits::MANY).map(|at| (format!("hello.{at}"), json!("a")));
    document["texts"] = json!({"en": Value::Object(each.collect())});
    let told = [("/texts/en".to_owned(), "too_many".to_owned())];
    assert_eq!(places(&faults(&document)), told);
    let tips = |count: usize| {
        let tip = |at: usize| json!({"id": at.to_string(), "title": {"fa": "آ", "en": "a"}});
        (0..count).map(tip).collect::<Value>()
    };
    let mut document = DEMO.clone();
    document["tips"] = tips(limits::MANY);
    assert_eq!(faults(&document), []);
    document["tips"] = tips(limits::MANY + 1);
    let told: Vec<_> = places(&faults(&document));
    assert_eq!(told, [("/tips".to_owned(), "too_many".to_owned())]);
}

/// Any JSON, with the words of programs in it.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2_i64..20_000).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        Just(json!(0.5)),
        "[a-z_]{0,12}".prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        prop::sample::select(vec![
            "nps",
            "page",
            "fa",
            "once",
            "2026-01-01T00:00:00Z",
            "per_lot"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![
            "\\PC{0,6}",
            prop::sample::select(vec![
                "id", "points", "title", "fa", "kind", "per_lot", "survey"
            ])
            .prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Pointers to every node of a document but its root.
fn nodes(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut child = |key: &str, value: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(at.clone());
        nodes(value, &at, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| child(key, value)),
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                child(&index.to_string(), value);
            }
        }
        _ => {}
    }
}

/// Replaces a node, or takes it away.
fn mutate(document: &mut Value, pointer: &str, new: Option<Value>) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match (document.pointer_mut(parent).unwrap(), new) {
        (Value::Object(fields), Some(new)) => {
            fields.insert(key, new);
        }
        (Value::Object(fields), None) => {
            fields.remove(&key);
        }
        (Value::Array(items), Some(new)) => items[key.parse::<usize>().unwrap()] = new,
        (Value::Array(items), None) => {
            items.remove(key.parse().unwrap());
        }
        _ => unreachable!("a parent has children"),
    }
}

/// What holds for every text: no panic, and what is read is sound, says itself, and is read again.
fn holds(text: &str) -> Result<bool, TestCaseError> {
    match read(text) {
        Ok(program) => {
            prop_assert_eq!(validate(&program), []);
            let again = serde_json::to_string(&program).unwrap();
            prop_assert_eq!(read(&again).unwrap(), program);
            Ok(true)
        }
        Err(faults) => {
            prop_assert!(!faults.is_empty());
            for fault in &faults {
                prop_assert!(Code::ALL.iter().any(|code| code.as_str() == fault.code));
                let rooted = fault.pointer.is_empty() || fault.pointer.starts_with('/');
                prop_assert!(rooted, "{}", fault.pointer);
                // The walk finds every other shape before serde does.
                prop_assert!(!fault.detail.starts_with("This is no program"), "{text}");
            }
            Ok(false)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_refused_in_peace(document in anything()) {
        prop_assert!(!holds(&document.to_string())?);
    }

    #[test]
    fn any_text_is_refused_in_peace(text in "\\PC{0,40}|[\\[{\",:}\\] a-z0-9.e-]{0,40}") {
        prop_assert!(!holds(&text)?);
    }

    #[test]
    fn a_program_with_changes_is_read_or_refused_in_peace(
        which in 0_usize..6,
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(anything())), 1..4),
    ) {
        let (_, text) = sound().swap_remove(which);
        let mut document: Value = serde_json::from_str(&text).unwrap();
        for (index, new) in changes {
            let mut all = Vec::new();
            nodes(&document, "", &mut all);
            if all.is_empty() {
                break;
            }
            mutate(&mut document, &all[index.index(all.len())], new);
        }
        holds(&document.to_string())?;
    }

    #[test]
    fn what_cannot_be_read_makes_nothing_else_look_wrong(
        which in 0_usize..6, places in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
    ) {
        let (_, text) = sound().swap_remove(which);
        let mut document: Value = serde_json::from_str(&text).unwrap();
        for index in places {
            let mut all = Vec::new();
            nodes(&document, "", &mut all);
            // Half a thing is nothing that any place can hold.
            mutate(&mut document, &all[index.index(all.len())], Some(json!(0.5)));
        }
        let shape = ["wrong_type", "not_whole", "unknown_field", "missing_field"];
        for fault in read(&document.to_string()).unwrap_err() {
            prop_assert!(shape.contains(&&*fault.code), "{fault:?}");
        }
    }

    #[test]
    fn a_text_cut_short_is_refused_in_peace(at in any::<prop::sample::Index>()) {
        let text = DEMO.to_string();
        let cut = text.floor_char_boundary(at.index(text.len()));
        prop_assert!(!holds(&text[..cut])?);
    }
}
