//! `vafa import`.

use super::database::Database;
use api::problem::{Error, Result};
use api::{import, jobs};
use std::io::{self, Write as _};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Import {
    #[command(flatten)]
    database: Database,
    /// The program's id.
    #[arg(long)]
    program: String,
    /// The file; one object a line, oldest first.
    file: PathBuf,
}

impl Import {
    pub(super) async fn run(self) -> Result<()> {
        let file = &self.file;
        let shown = file.display();
        let text = tokio::fs::read_to_string(file)
            .await
            .map_err(|error| Error::malformed(format!("{shown}: {error}")))?;
        let state = self.database.state().await?;
        let total = text.lines().filter(|line| !line.trim().is_empty()).count();
        let done = import::import(&state, &self.program, &text, |done| {
            let _ = write!(io::stderr(), "\r{done}/{total} lines");
        })
        .await?;
        let settled = jobs::run(&state).await?;
        let mut err = io::stderr().lock();
        let _ = writeln!(err);
        for refusal in done.refused.iter().take(10) {
            let _ = writeln!(err, "refused {refusal}");
        }
        let _ = writeln!(
            err,
            "{} lines taken, {} refused by the rules; {} members brought up to now",
            done.taken,
            done.refused.len(),
            settled.members,
        );
        state.db.close().await;
        Ok(())
    }
}
