//! The golden cases with some of their places changed, through the same door: every rule by its name.

use crate::edits::edited;
use arbitrary::Unstructured;
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;

/// Every golden case, in the order of its file's name.
static CASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden/cases");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = files.map(|file| file.path()).collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| std::fs::read(path).ok());
    let lists = texts.filter_map(|text| serde_json::from_slice::<Vec<Value>>(&text).ok());
    lists.flatten().collect()
});

/// The bytes choose a case and change it. Any answer will do, a panic or a silence will not.
///
/// # Panics
/// Where a rule does, and where there are no cases.
pub fn check(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    assert!(
        !CASES.is_empty(),
        "the golden cases are not where they were"
    );
    let chosen = bytes.choose_index(CASES.len()).ok();
    let Some(case) = chosen.and_then(|at| CASES.get(at)) else {
        return;
    };
    let mut case = case.clone();
    if let Some(input) = case.get_mut("input") {
        *input = edited(input.take(), &mut bytes);
    }
    let answer = golden::run(&case.to_string());
    assert!(!answer.is_empty());
}
