//! From Rust to the two files that the door's bundler takes: the glue (JavaScript) and the
//! optimised WebAssembly.
//!
//! The shipped engine is made with std rebuilt on the pinned stable compiler, without the text of
//! panics: a seventh fewer bytes. `--stable`, or a machine without std's source, makes a plain
//! build that works the same.

use crate::glue;
use crate::run;
use crate::setup::{self, WASM};
use crate::split;
use crate::stamp::Stamp;
use crate::steps::{Outcome, Steps};
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// How many steps [`build`] takes.
pub(crate) const STEPS: usize = 3;

/// What every browser that we support takes. With all features binaryen writes encodings that
/// none of them reads, and only loading the file shows it.
pub(crate) const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-call-indirect-overlong",
];

/// How the modules are made small. What is inlined was chosen by what the modules weigh compressed.
const WASM_OPT: [&str; 15] = [
    // Twice: what the first pass has made of a function is what the second decides by.
    "--generate-global-effects",
    // Control flow is taken apart and built anew, which leaves fewer blocks than the compiler made.
    "--flatten",
    "--rereloop",
    "-Oz",
    "--generate-global-effects",
    "--flatten",
    "--rereloop",
    "-Oz",
    // What is called from one place alone is larger in that place, once compressed, unless it is short.
    "--one-caller-inline-max-function-size=14",
    // A body hardly longer than the call is smaller in its place.
    "--always-inline-max-function-size=4",
    "--converge",
    // The lowest kilobyte is the end of the stack: no address of anything is there.
    "--low-memory-unused",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// What the engine is compiled from.
const SOURCES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "src",
    "crates/rules",
    "crates/contract",
    ".cargo",
];

/// The folder with `vafa.js` (glue) and `vafa_bg.wasm` (optimised).
pub(crate) fn folder() -> PathBuf {
    run::target().join("engine")
}

/// The module as it is compiled, with the names of its functions.
pub(crate) fn raw() -> PathBuf {
    run::target().join(WASM).join("widget/vafa.wasm")
}

/// Compiles, binds and optimises the engine.
pub(crate) fn build(steps: &mut Steps, stable: bool) -> Result<()> {
    let mut raw = PathBuf::new();
    let rebuilt = !stable && setup::std_source()?;
    let headline = match (rebuilt, stable) {
        (true, _) => "engine: compiling, std rebuilt for size (minutes when it is the first time)",
        (false, true) => "engine: compiling with the plain std",
        (false, false) => {
            "engine: compiling with the plain std, LARGER than what ships: rust-src cannot be had"
        }
    };
    steps.step(headline, || {
        let (outcome, made) = compile(rebuilt)?;
        raw = made;
        Ok(outcome)
    })?;

    let bound = run::target().join("engine-bound");
    steps.step("engine: parts and JavaScript bindings", || {
        let mut stamp = Stamp::new("engine-bound", &["web", "trimmed", "split", "guarded"])
            .input(&raw)?
            .output(bound.join("vafa_bg.wasm"))
            .output(bound.join("vafa.js"));
        for part in split::PARTS {
            stamp = stamp.output(split::file(&bound, part));
        }
        stamp.unless_fresh(|| {
            let main = split::split(&raw, &bound)?;
            let mut bindgen = Bindgen::new();
            bindgen.input_bytes("vafa", glue::without_streams(&main)?);
            // What the parts share with the main one.
            bindgen.keep_lld_exports(true).demangle(false);
            write(&mut bindgen, &bound)?;
            no_markup(&bound.join("vafa.js"))?;
            glue::trim(&bound)
        })
    })?;

    steps.step("engine: wasm-opt", || optimise(&bound))
}

/// Runs cargo and gives the compiled module's path.
fn compile(rebuilt: bool) -> Result<(Outcome, PathBuf)> {
    setup::wasm_target()?;
    let raw = raw();
    let mode = if rebuilt {
        "std rebuilt"
    } else {
        "std as shipped"
    };
    let mut stamp = Stamp::new("engine-raw", &[mode, &setup::rust_version()?]).output(&raw);
    for source in SOURCES {
        stamp = stamp.input(source)?;
    }
    let outcome = stamp.unless_fresh(|| {
        let mut cargo = run::cargo(["rustc", "--package", "vafa", "--lib", "--profile", "widget"]);
        cargo.args(["--target", WASM]);
        let mut flags = portable_paths()?;
        if rebuilt {
            cargo.args(["-Z", "build-std=std,panic_abort"]);
            cargo.args(["-Z", "build-std-features=optimize_for_size"]);
            cargo.env("RUSTC_BOOTSTRAP", "1");
            flags.splice(
                0..0,
                [
                    "-Zunstable-options".into(),
                    "-Cpanic=immediate-abort".into(),
                ],
            );
        }
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        // The splitter follows them.
        cargo.args(["--", "-Clink-arg=--emit-relocs"]);
        run::run(&mut cargo)
    })?;
    Ok((outcome, raw))
}

/// Flags that keep this machine's folders out of what is shipped, so that the same source gives
/// the same bytes everywhere.
pub(crate) fn portable_paths() -> Result<Vec<String>> {
    let mut flags = Vec::new();
    if let Some(home) = cargo_home() {
        flags.push(format!("--remap-path-prefix={}=/cargo", home.display()));
    }
    flags.push(format!(
        "--remap-path-prefix={}=/rust",
        setup::sysroot()?.display()
    ));
    flags.push(format!(
        "--remap-path-prefix={}=/vafa",
        run::top().display()
    ));
    Ok(flags)
}

fn cargo_home() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| std::env::home_dir().map(|user| user.join(".cargo")))
}

/// Makes the JavaScript that talks to a module, with the library of wasm-bindgen's own tool: no
/// tool to install, no version to mismatch.
pub(crate) fn bind(raw: &Path, folder: &Path, name: &str) -> Result<()> {
    let mut bindgen = Bindgen::new();
    write(bindgen.input_path(raw).out_name(name), folder)
        .with_context(|| format!("wasm-bindgen refused {}", raw.display()))
}

fn write(bindgen: &mut Bindgen, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    bindgen
        .web(true)?
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(false)
        .generate(folder)
}

/// Shops that require Trusted Types refuse `innerHTML`, and Leptos makes it of static markup.
fn no_markup(glue: &Path) -> Result<()> {
    if fs::read_to_string(glue)?.contains("innerHTML") {
        bail!(
            "the engine would set innerHTML, which pages with Trusted Types refuse: in `view!` \
             write static text and attributes as blocks, `<p>{{\"text\"}}</p>`"
        );
    }
    Ok(())
}

fn optimise(bound: &Path) -> Result<Outcome> {
    let glue = bound.join("vafa.js");
    let modules = || {
        let parts = split::PARTS.iter().map(|part| split::file(bound, part));
        parts.chain([bound.join("vafa_bg.wasm")])
    };
    let tool = run::at("www/node_modules/binaryen/bin/wasm-opt");
    let made = |input: &Path| folder().join(input.file_name().unwrap_or_default());
    let mut stamp = Stamp::new("engine-opt", &[&WASM_OPT[..], &FEATURES].concat())
        .input(&glue)?
        .input("www/node_modules/binaryen/package.json")?
        .output(made(&glue));
    for module in modules() {
        stamp = stamp.input(&module)?.output(made(&module));
    }
    stamp.unless_fresh(|| {
        fs::create_dir_all(folder())?;
        for module in modules() {
            let mut tool = run::node([&tool]);
            run::run(
                tool.args(WASM_OPT)
                    .args(FEATURES)
                    .arg(&module)
                    .arg("-o")
                    .arg(made(&module)),
            )?;
        }
        fs::copy(&glue, made(&glue))?;
        Ok(())
    })
}
