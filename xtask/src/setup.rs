//! What a fresh machine lacks: Rust's wasm target and std's source, and the npm packages.

use crate::run;
use crate::stamp::Stamp;
use crate::steps::Outcome;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of the widget.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The pinned toolchain's folder.
pub(crate) fn sysroot() -> Result<PathBuf> {
    let printed = run::output(
        Command::new("rustc")
            .args(["--print", "sysroot"])
            .current_dir(run::top()),
    )?;
    Ok(PathBuf::from(printed.trim()))
}

/// `rustc --version`, which changes what every build makes.
pub(crate) fn rust_version() -> Result<String> {
    run::output(
        Command::new("rustc")
            .arg("--version")
            .current_dir(run::top()),
    )
}

/// Sees to it that Rust can compile for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    if sysroot()?
        .join("lib/rustlib")
        .join(WASM)
        .join("lib")
        .is_dir()
    {
        return Ok(());
    }
    eprintln!("      adding the target {WASM}");
    run::run(
        Command::new("rustup")
            .args(["target", "add", WASM])
            .current_dir(run::top()),
    )
    .context("Rust's std for WebAssembly is missing; `rustup target add` must succeed once")
}

/// Sees to it that std's source is there; says whether it is.
pub(crate) fn std_source() -> Result<bool> {
    if sysroot()?
        .join("lib/rustlib/src/rust/library/Cargo.lock")
        .is_file()
    {
        return Ok(true);
    }
    eprintln!("      adding the component rust-src");
    let mut add = Command::new("rustup");
    add.args(["component", "add", "rust-src"])
        .current_dir(run::top());
    Ok(run::run(&mut add).is_ok())
}

/// Sees to it that Node is there and new enough.
pub(crate) fn node() -> Result<()> {
    let version = run::output(&mut run::node(["--version"]))?;
    let version = version.trim();
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|n| n.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        bail!("Node.js 20 or later is needed, this is {version}");
    }
    Ok(())
}

/// Installs a folder's npm packages as its lock file says, unless they are there.
pub(crate) fn npm_packages(folder: &str) -> Result<Outcome> {
    node()?;
    let lock = Path::new(folder).join("package-lock.json");
    if !run::at(&lock).is_file() {
        bail!("{} is missing from the checkout", lock.display());
    }
    let stamp = Stamp::new(&["npm-", &folder.replace('/', "-")].concat(), &[])
        .input(&lock)?
        .input(Path::new(folder).join("package.json"))?
        // What npm writes last: a folder that was emptied is not taken for an installed one.
        .output(Path::new(folder).join("node_modules/.package-lock.json"));
    stamp.unless_fresh(|| {
        run::run(&mut run::npm(
            folder,
            ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
        ))
        .with_context(|| format!("npm could not install the packages of `{folder}`"))
    })
}
