//! Commands that read a program's document and need no database.

use super::say;
use api::clock::Clock;
use api::problem::{Error, Result};
use api::{explain, programs};
use rules::{Program, document};
use std::path::{Path, PathBuf};

/// Reads a program's document.
pub(super) async fn read_program(path: &Path) -> Result<Program> {
    let shown = path.display();
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|error| Error::malformed(format!("{shown}: {error}")))?;
    programs::read(&text)
}

/// `vafa schema`.
pub(super) fn schema() -> Result<()> {
    say(&serde_json::to_string_pretty(&document::schema())?)
}

#[derive(clap::Args)]
#[command(after_help = "Example:
  vafa explain club.json --language fa")]
pub(super) struct Explain {
    /// The program's document (JSON).
    program: PathBuf,
    /// `fa` or `en`; the program's first language when absent.
    #[arg(long)]
    language: Option<String>,
}

impl Explain {
    pub(super) async fn run(self) -> Result<()> {
        let program = read_program(&self.program).await?;
        let text = explain::explain(&program, self.language.as_deref(), Clock::System.now())?;
        say(text.trim_end())
    }
}
