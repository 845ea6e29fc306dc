//! The program's document: whatever is published must be read, judged and lived with.

use crate::edits::edited;
use crate::{facts, panel};
use arbitrary::{Result, Unstructured};
use rules::Program;
use rules::document::read;
use rules::validate::validate;
use serde_json::Value;
use std::sync::LazyLock;

/// The demo shop's program, which has something of everything.
static DEMO: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/program.json");
    let text = std::fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
});

/// The demo shop's program after the changes that the bytes tell, where it still is one.
pub(crate) fn changed(bytes: &mut Unstructured<'_>) -> Option<Program> {
    serde_json::from_value(edited(DEMO.clone(), bytes)).ok()
}

/// Bytes that begin like a document are one; others change the demo shop's program. A document that is
/// read meets a member of whom little is sure, also when it has faults: its rules must answer all the same.
///
/// # Panics
/// Where reading, judging or a rule does.
pub fn check(bytes: &[u8]) {
    let document = bytes
        .first()
        .is_some_and(|first| b"{[\" \n".contains(first));
    let (text, mut rest) = if document {
        (bytes.to_vec(), Unstructured::new(bytes))
    } else {
        let mut bytes = Unstructured::new(bytes);
        let changes = bytes.arbitrary::<&[u8]>().unwrap_or_default();
        let changed = edited(DEMO.clone(), &mut Unstructured::new(changes));
        (changed.to_string().into_bytes(), bytes)
    };
    let Ok(text) = str::from_utf8(&text) else {
        return;
    };
    let read = read(text);
    match &read {
        Ok(program) => assert_eq!(validate(program), []),
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(!fault.code.is_empty() && !fault.detail.is_empty());
                assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'));
            }
        }
    }
    // What is refused as a document may still be a program.
    let Some(program) = read.ok().or_else(|| serde_json::from_str(text).ok()) else {
        return;
    };
    // Bytes that are too few for a member are no fault.
    let _ = live(&program, &mut rest);
}

fn live(program: &Program, bytes: &mut Unstructured<'_>) -> Result<()> {
    let zone = facts::zone(bytes)?;
    let now = facts::instant(bytes)?;
    let member = facts::member(program, bytes)?;
    panel::ask(program, &zone, &member, now);
    Ok(())
}
