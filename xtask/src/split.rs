//! The module in parts: what nobody needs for a survey comes in a file of its own when a panel is opened, and what home
//! does not need when its place is.
//!
//! `src/rooms.rs` says where the cuts are; the splitter follows the linker's relocations from there, and what only one
//! part reaches goes to that part. What several reach, but not the main one, it puts into modules of their own, one for
//! each set of parts; we put those into the first part's file, which all others need anyway: one request in place of
//! many. All share one memory and one table of functions, so they call each other as if they were one.

use crate::engine::FEATURES;
use crate::run;
use anyhow::{Context as _, Result, anyhow, bail};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use walrus::{ExportItem, ImportKind, Module};
use wasm_split_cli_support::{Options, transform};

/// The parts besides the main one, by the names that `src/rooms.rs` gives them. The first has what they share.
pub(crate) const PARTS: [&str; 7] = ["panel", "club", "gifts", "earn", "care", "guest", "help"];

/// The module that all parts import from, as the splitter names it.
pub(crate) const SHARED: &str = "__wasm_split";
/// The module that the main part imports the loaders from.
pub(crate) const LOADERS: &str = "./parts";

/// What the part that takes others up is called while it does.
const WHOLE: &str = "whole";

/// The file of a part in a folder.
pub(crate) fn file(folder: &Path, part: &str) -> PathBuf {
    folder.join([part, ".wasm"].concat())
}

/// The name under which the main part asks for a part.
pub(crate) fn loader(part: &str) -> String {
    ["__wasm_split_load_", part].concat()
}

/// Cuts a module that still has its relocations; gives the main part's path.
pub(crate) fn split(raw: &Path, folder: &Path) -> Result<PathBuf> {
    let whole = fs::read(raw).with_context(|| format!("could not read {}", raw.display()))?;
    let main = folder.join("main.wasm");
    let mut options = Options::new(&whole);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = LOADERS;
    let made = transform(options)
        .map_err(|fault| anyhow!("the engine could not be split: {fault:?}"))?
        .split_modules;
    let shared = in_order(&made)?;
    for part in PARTS {
        fs::rename(folder.join(made_for(part)), file(folder, part))?;
    }
    let [first, ..] = PARTS;
    unite(&file(folder, first), &shared)?;
    for chunk in shared {
        fs::remove_file(chunk)?;
    }
    Ok(main)
}

/// The file that the splitter makes for a part.
fn made_for(part: &str) -> String {
    format!("split_{part}.wasm")
}

/// The modules that several parts share, when all others are the parts.
fn in_order(made: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let (shared, own): (Vec<&PathBuf>, Vec<&PathBuf>) = made.iter().partition(|path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("chunk_")
    });
    let missing = |part: &&str| !own.iter().any(|path| path.ends_with(made_for(part)));
    if own.len() != PARTS.len() || PARTS.iter().any(missing) {
        bail!("the engine was split into {own:?}, not into {PARTS:?}");
    }
    Ok(shared.into_iter().cloned().collect())
}

/// Puts modules into a part's file. They meet in what they import, which the part exports for as long as that takes.
fn unite(part: &Path, others: &[PathBuf]) -> Result<()> {
    if others.is_empty() {
        return Ok(());
    }
    let mut whole = Module::from_file(part)?;
    let mut known: HashSet<String> = HashSet::new();
    for import in whole.imports.iter() {
        known.insert(import.name.clone());
    }
    for path in others {
        let mut other = Module::from_file(path)?;
        for import in other.imports.iter() {
            if known.insert(import.name.clone()) {
                bring(&mut whole, &other, import)?;
            }
        }
        for import in other.imports.iter_mut() {
            WHOLE.clone_into(&mut import.module);
        }
        other.emit_wasm_file(path)?;
    }
    let lent: Vec<_> = whole
        .imports
        .iter()
        .map(|import| (import.name.clone(), item(&import.kind)))
        .collect();
    for (name, item) in &lent {
        whole.exports.add(name, *item);
    }
    whole.emit_wasm_file(part)?;

    let mut merge = run::node([run::at("www/node_modules/binaryen/bin/wasm-merge")]);
    merge.arg(part).arg(WHOLE);
    for path in others {
        merge.arg(path).arg(path.file_stem().unwrap_or_default());
    }
    merge.args(FEATURES).args(["--debuginfo", "-o"]).arg(part);
    run::run(&mut merge)?;

    let mut whole = Module::from_file(part)?;
    let names: Vec<String> = lent.into_iter().map(|(name, _)| name).collect();
    let ids: Vec<_> = whole
        .exports
        .iter()
        .filter(|export| names.contains(&export.name))
        .map(|export| export.id())
        .collect();
    for id in ids {
        whole.exports.delete(id);
    }
    whole.emit_wasm_file(part)?;
    Ok(())
}

/// An import as something that can be exported.
fn item(kind: &ImportKind) -> ExportItem {
    match kind {
        ImportKind::Function(id) => (*id).into(),
        ImportKind::Table(id) => (*id).into(),
        ImportKind::Memory(id) => (*id).into(),
        ImportKind::Global(id) => (*id).into(),
        ImportKind::Tag(id) => (*id).into(),
    }
}

/// Has one module import what another does.
fn bring(whole: &mut Module, other: &Module, import: &walrus::Import) -> Result<()> {
    let name = &import.name;
    match import.kind {
        ImportKind::Global(id) => {
            let global = other.globals.get(id);
            whole.add_import_global(SHARED, name, global.ty, global.mutable, global.shared);
        }
        ImportKind::Table(id) => {
            let table = other.tables.get(id);
            let (most, least) = (table.maximum, table.initial);
            whole.add_import_table(SHARED, name, table.table64, least, most, table.element_ty);
        }
        ImportKind::Memory(_) | ImportKind::Function(_) | ImportKind::Tag(_) => {
            bail!("a shared part imports {name}, and the panel's does not")
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{PARTS, in_order, made_for};
    use std::path::PathBuf;

    #[test]
    fn what_parts_share_is_told_from_the_parts() {
        let mut made: Vec<PathBuf> = PARTS.iter().map(|part| made_for(part).into()).collect();
        assert_eq!(in_order(&made).unwrap(), Vec::<PathBuf>::new());
        made.push("chunk_7.wasm".into());
        assert_eq!(in_order(&made).unwrap(), [PathBuf::from("chunk_7.wasm")]);
    }

    #[test]
    fn another_split_than_ours_is_refused() {
        let mut made: Vec<PathBuf> = PARTS.iter().map(|part| made_for(part).into()).collect();
        made.pop();
        assert!(in_order(&made).is_err());
        made.push("split_other.wasm".into());
        assert!(in_order(&made).is_err());
    }
}
