//! A server of one's own, as it is run.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Runs `vafa` to its end; what it printed.
fn vafa(server: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(server)
        .args(arguments)
        .env("VAFA_LOG", "warn")
        .output();
    let output = output.with_context(|| format!("could not start {}", server.display()))?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let first = arguments.first().copied().unwrap_or_default();
    ensure!(
        output.status.success(),
        "`vafa {first}` failed: {told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(told)
}

/// Publishes the club; its keys.
pub(crate) fn seed(server: &Path, program: &Path, database: &str) -> Result<Value> {
    let program = program.display().to_string();
    let told = vafa(
        server,
        &[
            "seed",
            "--database",
            database,
            "--program",
            &program,
            "--origin",
            "https://shop.example",
        ],
    )?;
    serde_json::from_str(&told).context("`vafa seed` printed no JSON")
}

/// Every invariant of the ledger.
pub(crate) fn check(server: &Path, database: &str) -> Result<()> {
    vafa(server, &["check", "--database", database]).map(drop)
}

/// A running `vafa serve`, until it is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
}

impl Served {
    /// As anybody runs it.
    pub(crate) fn start(server: &Path, database: &str) -> Result<Self> {
        Self::with(server, database, &[])
    }

    /// With further options.
    pub(crate) fn with(server: &Path, database: &str, options: &[&str]) -> Result<Self> {
        let mut child = Command::new(server)
            .args(["serve", "--listen", "127.0.0.1:0", "--database", database])
            .args(options)
            .env("VAFA_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {}", server.display()))?;
        let out = child.stdout.take().context("it has no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let address = line
            .trim()
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        let served = Self { child, address };
        ensure!(
            served.address.starts_with("http://"),
            "`vafa serve` did not say where it listens"
        );
        Ok(served)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // What it acknowledged is on the disk: it may go at once. That it is gone already is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
