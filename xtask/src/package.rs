//! The distributable: `pkg/cdn` (what the server hands to shops), the npm package around it, and
//! the server with the assets and the studio inside.

use crate::engine;
use crate::run;
use crate::setup;
use crate::stamp::Stamp;
use crate::steps::{Outcome, Steps, seconds};
use crate::studio;
use anyhow::Result;

/// How many steps [`assets`] takes.
pub(crate) const STEPS: usize = 2 + engine::STEPS + 2;

/// Options of `cargo xtask build`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Use std as it ships: no rust-src needed, a larger engine
    #[arg(long)]
    stable: bool,
}

/// `cargo xtask build`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new(STEPS + studio::STEPS + 1);
    assets(&mut steps, options.stable)?;
    studio::build(&mut steps)?;
    steps.step("server: release build with the assets inside", || {
        let mut cargo = run::cargo(["build", "--release", "--package", "api"]);
        cargo.args(["--features", "embed"]);
        cargo.env(
            "CARGO_ENCODED_RUSTFLAGS",
            engine::portable_paths()?.join("\x1f"),
        );
        run::run(&mut cargo)?;
        Ok(Outcome::Done)
    })?;
    let server = run::target()
        .join("release")
        .join(format!("vafa{}", std::env::consts::EXE_SUFFIX));
    println!("package  {}", run::at("pkg").display());
    println!("server   {}", server.display());
    println!("in {}", seconds(steps.elapsed()));
    Ok(())
}

/// Makes `pkg/` in [`STEPS`] steps, doing only what changed.
pub(crate) fn assets(steps: &mut Steps, stable: bool) -> Result<()> {
    steps.step("tools: Rust's WebAssembly target, Node", || {
        setup::node()?;
        setup::wasm_target()?;
        Ok(Outcome::Done)
    })?;
    steps.step("tools: npm packages of www", || setup::npm_packages("www"))?;
    engine::build(steps, stable)?;
    steps.step("door: bundles, styles, words, compressed and hashed", door)?;
    steps.step("npm package: manifest, entry and types", npm_package)
}

/// Bundles the door and gives every file its hash and its compressed siblings.
fn door() -> Result<Outcome> {
    let stamp = Stamp::new("door", &[])
        .input("www")?
        .input(engine::folder())?
        .output("pkg/cdn/manifest.json")
        .output("pkg/cdn/vafa.js.br");
    stamp.unless_fresh(|| {
        let mut bundler = run::node(["www/build.mjs", "--glue"]);
        run::run(bundler.arg(engine::folder()).args(["--out", "pkg/cdn"]))
    })
}

/// Writes what npm needs around `pkg/cdn`: manifest, entry, types, licences.
fn npm_package() -> Result<Outcome> {
    run::run(&mut run::node(["www/package.mjs", "--out", "pkg"]))?;
    Ok(Outcome::Done)
}
