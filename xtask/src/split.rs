//! The module in parts: what nobody needs for a survey comes in a file of its own when a panel is opened.
//!
//! `src/rooms.rs` says where the cuts are; the splitter follows the linker's relocations from there, and what only one
//! side reaches goes to that side. Both sides share one memory and one table of functions, so they call each other as
//! if they were one.

use anyhow::{Context as _, Result, anyhow, bail};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_split_cli_support::{Options, transform};

/// The parts besides the main one, by the names that `src/rooms.rs` gives them.
pub(crate) const PARTS: [&str; 1] = ["panel"];

/// The module that all parts import from, as the splitter names it.
pub(crate) const SHARED: &str = "__wasm_split";
/// The module that the main part imports the loaders from.
pub(crate) const LOADERS: &str = "./parts";

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
    let wanted: Vec<PathBuf> = PARTS
        .iter()
        .map(|part| folder.join(format!("split_{part}.wasm")))
        .collect();
    if made != wanted {
        bail!("the engine was split into {made:?}, not into {wanted:?}");
    }
    for (part, made) in PARTS.iter().zip(made) {
        fs::rename(made, file(folder, part))?;
    }
    Ok(main)
}
