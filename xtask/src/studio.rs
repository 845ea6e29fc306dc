//! The studio: from Rust to the page and its files in `crates/studio/made`, which a server hands out at `/studio`.
//!
//! The same way as the engine's, but with std as it ships and in one piece: its few readers load it once for each
//! version.

use crate::engine::{self, FEATURES, portable_paths};
use crate::run;
use crate::setup::{self, WASM};
use crate::stamp::Stamp;
use crate::steps::{Outcome, Steps, seconds};
use anyhow::Result;
use std::path::PathBuf;

/// `cargo xtask studio`.
pub(crate) fn run() -> Result<()> {
    setup::node()?;
    setup::npm_packages("www")?;
    let mut steps = Steps::new(STEPS);
    build(&mut steps)?;
    println!("studio   {}", run::at(MADE).display());
    println!("in {}", seconds(steps.elapsed()));
    Ok(())
}

/// How many steps [`build`] takes.
pub(crate) const STEPS: usize = 3;

/// Where the page and its files are, from the top of the checkout.
pub(crate) const MADE: &str = "crates/studio/made";

/// What the studio is compiled from.
const SOURCES: [&str; 14] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "crates/studio/Cargo.toml",
    "crates/studio/src",
    "crates/studio/locales",
    "crates/rules",
    "crates/contract",
    "docs/embed.md",
    "www/locales",
    "demo/snippets/vafa.mjs",
    "demo/snippets/vafa.php",
    "demo/snippets/vafa.py",
    ".cargo",
];

/// What it is packed from besides.
const PACKED: [&str; 9] = [
    "crates/studio/style",
    "crates/studio/locales",
    "crates/studio/boot.js",
    "crates/studio/page.html",
    "crates/studio/preview.html",
    "crates/studio/preview.js",
    "crates/studio/pack.mjs",
    "www/ship.mjs",
    "www/locales",
];

/// Makes [`MADE`], doing only what changed. Node, its packages of `www` and the wasm target are there.
pub(crate) fn build(steps: &mut Steps) -> Result<()> {
    let raw = run::target().join(WASM).join("studio/studio.wasm");
    steps.step(
        "studio: compiling (minutes when it is the first time)",
        || compile(&raw),
    )?;
    let bound = run::target().join("studio-bound");
    steps.step("studio: JavaScript bindings and wasm-opt", || {
        let stamp = Stamp::new("studio-bound", &FEATURES)
            .input(&raw)?
            .output(bound.join("studio.js"))
            .output(bound.join("studio_bg.wasm"));
        stamp.unless_fresh(|| {
            engine::bind(&raw, &bound, "studio")?;
            let module = bound.join("studio_bg.wasm");
            let mut optimiser = run::node(["www/node_modules/binaryen/bin/wasm-opt"]);
            optimiser.args(FEATURES).args(["-Os", "--strip-debug"]);
            run::run(optimiser.arg(&module).arg("-o").arg(&module))
        })
    })?;
    steps.step("studio: page, styles, words, compressed and hashed", || {
        let mut stamp = Stamp::new("studio-packed", &[])
            .input(&bound)?
            .output(PathBuf::from(MADE).join("index.html"))
            .output(PathBuf::from(MADE).join("manifest.json"));
        for source in PACKED {
            stamp = stamp.input(source)?;
        }
        stamp.unless_fresh(|| {
            let mut packer = run::node(["crates/studio/pack.mjs", "--glue"]);
            run::run(packer.arg(&bound).args(["--out", MADE]))
        })
    })
}

fn compile(raw: &PathBuf) -> Result<Outcome> {
    setup::wasm_target()?;
    let mut stamp = Stamp::new("studio-raw", &[&setup::rust_version()?]).output(raw);
    for source in SOURCES {
        stamp = stamp.input(source)?;
    }
    stamp.unless_fresh(|| {
        let mut cargo = run::cargo(["build", "--package", "studio", "--lib"]);
        cargo.args(["--profile", "studio", "--target", WASM]);
        let mut flags = portable_paths()?;
        // Leptos forgets a component's type: a sixth fewer bytes to load, for a little more work at run time.
        flags.push("--cfg=erase_components".into());
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        run::run(&mut cargo)
    })
}
