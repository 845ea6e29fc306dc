//! How much of the engine is the rules: by the names in the module that the compiler made, before names
//! are stripped and binaryen makes it smaller.
//!
//! What the compiler put into its callers has no name any more and is not counted; so the figures are for
//! comparing one build with the next.

use anyhow::{Context as _, Result};
use rustc_demangle::demangle;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// Bytes of code that are the rules'.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// The rules' own functions.
    own: u64,
    /// Functions of std and others that were made for the rules' types.
    made: u64,
    /// Reading and writing the rules' types as documents.
    documents: u64,
    /// All functions of the module.
    all: u64,
}

impl Part {
    /// The bytes in a module that still has its names.
    pub(crate) fn of(module: &Path) -> Result<Self> {
        let bytes = fs::read(module).with_context(|| {
            format!(
                "{} is not there: run `cargo xtask build` first",
                module.display()
            )
        })?;
        let mut part = Self::default();
        for (name, size) in functions(&bytes)? {
            part.add(&name, size);
        }
        Ok(part)
    }

    fn add(&mut self, name: &str, size: u64) {
        self.all += size;
        let name = format!("{:#}", demangle(name));
        let path = name.trim_start_matches(['<', '&', '(', '[']);
        if !mentions(&name) || path.starts_with("vafa::") && !is_document(&name) {
            return;
        }
        if is_document(&name) {
            self.documents += size;
        } else if path.starts_with("rules::") {
            self.own += size;
        } else {
            self.made += size;
        }
    }

    pub(crate) fn print(&self) {
        let kb = |bytes: u64| format!("{}.{} KB", bytes / 1024, bytes % 1024 * 10 / 1024);
        println!(
            "the rules in the engine: {} own code, {} of std made for it, {} reading its documents; of {}",
            kb(self.own),
            kb(self.made),
            kb(self.documents),
            kb(self.all)
        );
        println!(
            "(code as compiled, before wasm-opt and compression; what was inlined elsewhere cannot be told)"
        );
    }

    pub(crate) fn as_json(&self) -> Value {
        json!({
            "own": self.own, "made": self.made, "documents": self.documents, "all": self.all,
        })
    }
}

/// Whether a name has to do with the rules: their crate is a root of one of its paths.
fn mentions(name: &str) -> bool {
    name.match_indices("rules::").any(|(at, _)| {
        let before = name.get(..at).unwrap_or_default();
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// Whether a function of the rules' types reads or writes them.
fn is_document(name: &str) -> bool {
    ["serde_core::", "serde::", "vafa::decode::"]
        .iter()
        .any(|crate_of| name.contains(crate_of))
}

/// Every function's name, as far as it has one, and the bytes of its body.
fn functions(module: &[u8]) -> Result<Vec<(String, u64)>> {
    let mut imported = 0_u32;
    let mut sizes = Vec::new();
    let mut names: HashMap<u32, String> = HashMap::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len() as u64),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(parts) = section.as_known() else {
                    continue;
                };
                for part in parts {
                    if let Name::Function(found) = part? {
                        for naming in found {
                            let naming = naming?;
                            names.insert(naming.index, naming.name.to_owned());
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let named = (imported..).zip(sizes);
    let named = named.map(|(index, size)| (names.remove(&index).unwrap_or_default(), size));
    Ok(named.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{Part, functions};

    #[test]
    fn a_function_is_counted_by_whose_it_is() {
        let mut part = Part::default();
        for (name, size) in [
            ("_RNvNtCshJC1VCcYYV7_5rules5tiers8standing", 1),
            ("<rules::time::Timestamp>::parse", 2),
            (
                "<alloc::vec::Vec<rules::member::Lot> as core::clone::Clone>::clone",
                10,
            ),
            (
                "<vafa::decode::Json as serde_core::de::Deserializer>::deserialize_struct::<<rules::member::Lot as serde_core::de::Deserialize>::deserialize::__Visitor>",
                100,
            ),
            ("vafa::prompts::write::<rules::member::Prompted>", 1_000),
            ("core::my_rules::f", 1_000),
            ("", 1_000),
        ] {
            part.add(name, size);
        }
        let (own, made, documents, all) = (3, 10, 100, 3_113);
        assert_eq!(
            part,
            Part {
                own,
                made,
                documents,
                all
            }
        );
    }

    #[test]
    fn names_belong_to_the_functions_behind_the_imports() {
        // One type, one imported function, one of our own with an empty body, named `rules::f`.
        let module: &[&[u8]] = &[
            b"\0asm\x01\0\0\0",
            b"\x01\x04\x01\x60\0\0",
            b"\x02\x07\x01\x01a\x01b\0\0",
            b"\x03\x02\x01\0",
            b"\x0a\x04\x01\x02\0\x0b",
            b"\0\x12\x04name\x01\x0b\x01\x01\x08rules::f",
        ];
        let found = functions(&module.concat()).unwrap();
        assert_eq!(found, [("rules::f".to_owned(), 2)]);
    }
}
