//! Every golden case, on the host.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

use serde_json::Value;
use std::path::Path;

#[test]
fn every_golden_case_answers_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for case in &cases {
            count += 1;
            let expected = golden::canonical(case.get("expect").unwrap());
            let answer = golden::run(&case.to_string());
            if answer != expected {
                let title = case.get("name").and_then(Value::as_str).unwrap();
                wrong.push(format!(
                    "{name}: {title}\n  expected {expected}\n  answered {answer}"
                ));
            }
        }
    }
    println!("{count} golden cases in {} files", files.len());
    assert!(
        wrong.is_empty(),
        "{} of {count} cases differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 40, "only {count} golden cases");
}

#[test]
fn the_demo_shops_program_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/program.json");
    let program = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(rules::validate::validate(&program), []);
}

#[test]
fn what_cannot_be_read_is_answered_with_an_error() {
    assert!(golden::run("{").starts_with("{\"error\":"));
    assert_eq!(
        golden::run(r#"{"call":"dance","input":{}}"#),
        "{\"error\":\"there is no call “dance”\"}"
    );
}
