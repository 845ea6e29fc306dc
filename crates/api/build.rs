//! With the feature `embed`: lists the widget's files and the studio's as bytes for the binary to carry.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_EMBED").is_none() {
        return Ok(());
    }
    let variable = |name| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let here = variable("CARGO_MANIFEST_DIR");
    let mut tables = table("FILES", &here.join("../../pkg/cdn"))?;
    tables.push_str(&table("STUDIO", &here.join("../studio/made"))?);
    fs::write(variable("OUT_DIR").join("embedded.rs"), tables)
}

/// What lies in a folder and in the `assets` below it.
fn table(name: &str, root: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", root.display());
    let mut table = format!("pub(super) static {name}: &[(&str, &[u8])] = &[\n");
    for folder in ["", "assets"] {
        let path = root.join(folder);
        println!("cargo::rerun-if-changed={}", path.display());
        let mut files = fs::read_dir(&path)
            .map_err(|error| missing(&path, &error))?
            .collect::<io::Result<Vec<_>>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        for file in files.iter().filter(|file| file.path().is_file()) {
            let name = Path::new(folder).join(file.file_name());
            let full = fs::canonicalize(file.path())?;
            writeln!(table, "({name:?}, include_bytes!({full:?})),").map_err(io::Error::other)?;
        }
    }
    table.push_str("];\n");
    Ok(table)
}

fn missing(path: &Path, error: &io::Error) -> io::Error {
    let path = path.display();
    io::Error::other(format!(
        "{path}: {error}. Run `cargo xtask build` first, or leave out `embed`."
    ))
}
