//! `cargo xtask load`: the load generator, optimised, for it shares the machine with the server that it measures.

use crate::postgres::Postgres;
use crate::run;
use anyhow::{Context as _, Result};
use std::fs;

/// `cargo xtask load`.
pub(crate) fn run(options: &[String]) -> Result<()> {
    match options.split_first() {
        Some((first, rest)) if first == "--api" => api(rest),
        _ => generator("load", options),
    }
}

fn generator(binary: &str, options: &[String]) -> Result<()> {
    let mut cargo = run::cargo(["run", "--quiet", "--release", "--package", "load"]);
    run::run(cargo.args(["--bin", binary, "--"]).args(options))
}

/// The server itself, on a file below the output folder, which is on a real disk, and on a durable PostgreSQL.
fn api(options: &[String]) -> Result<()> {
    if options.iter().any(|option| option == "--help") {
        return generator("load-api", options);
    }
    run::run(&mut run::cargo([
        "build",
        "--quiet",
        "--release",
        "--bin",
        "vafa",
    ]))?;
    let folder = run::target().join("load");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("could not empty {}", folder.display()))?;
    }
    let server = run::target()
        .join("release")
        .join(format!("vafa{}", std::env::consts::EXE_SUFFIX));
    let database = Postgres::durable()?;
    let mut all = vec![
        "--server".to_owned(),
        server.display().to_string(),
        "--folder".to_owned(),
        folder.display().to_string(),
        "--postgres".to_owned(),
        database.url(),
    ];
    all.extend_from_slice(options);
    let done = generator("load-api", &all);
    fs::remove_dir_all(&folder)
        .with_context(|| format!("could not remove {}", folder.display()))?;
    done
}
