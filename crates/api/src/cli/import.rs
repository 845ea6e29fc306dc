//! `vafa import`.

use super::database::Database;
use api::problem::Result;
use api::transfer::command;

/// Lines that cannot be taken are reported, and the others are taken. When it is broken off, the same command goes on
/// where it was; a whole file again changes nothing. The shop's systems are not told of what is imported.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  vafa import --program club history.ndjson
  vafa import --program club --kind members --report faults.csv members.csv")]
pub(super) struct Import {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    options: command::Import,
}

impl Import {
    pub(super) async fn run(self) -> Result<()> {
        let state = self.database.state().await?;
        let done = command::import(&state, &self.options).await;
        state.db.close().await;
        done
    }
}
