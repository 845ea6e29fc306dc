//! Fields that an object names twice: a JSON reader keeps the last one without a word.

use super::fault;
use crate::validate::{Code, Fault, escaped};
use std::collections::BTreeSet;

/// Where a list or an object is open.
enum Open {
    List(usize),
    Object(BTreeSet<String>),
}

/// The faults of a text that is known to be JSON.
pub(super) fn faults(text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    // The pointer to what is being read, and its lengths at the parents.
    let mut pointer = String::new();
    let mut lengths: Vec<usize> = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let mut length = next.len_utf8();
        match next {
            '{' => {
                lengths.push(pointer.len());
                open.push(Open::Object(BTreeSet::new()));
            }
            '[' => {
                lengths.push(pointer.len());
                pointer.push_str("/0");
                open.push(Open::List(0));
            }
            '}' | ']' => {
                open.pop();
                pointer.truncate(lengths.pop().unwrap_or_default());
            }
            ',' => {
                if let Some(Open::List(index)) = open.last_mut() {
                    *index += 1;
                    pointer.truncate(lengths.last().copied().unwrap_or_default());
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                }
            }
            '"' => {
                length = string(rest);
                let (word, after) = rest.split_at(length);
                let named = after.trim_start().starts_with(':');
                if let Some(Open::Object(keys)) = open.last_mut().filter(|_| named) {
                    let key: String = serde_json::from_str(word).unwrap_or_default();
                    pointer.truncate(lengths.last().copied().unwrap_or_default());
                    pointer.push('/');
                    pointer.push_str(&escaped(&key));
                    if keys.contains(&key) {
                        let detail = format!("“{key}” is there twice; keep one of them.");
                        faults.push(fault(pointer.clone(), Code::DuplicateKey, detail));
                    }
                    keys.insert(key);
                }
            }
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    faults
}

/// Bytes of the string at the beginning of a text, with its quotation marks.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
