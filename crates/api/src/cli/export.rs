//! `vafa export`.

use super::database::Database;
use api::problem::Result;
use api::transfer::command;

#[derive(clap::Args)]
#[command(after_help = "Examples:
  vafa export --program club members --out members.csv
  vafa export --program club history > history.ndjson")]
pub(super) struct Export {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    options: command::Export,
}

impl Export {
    pub(super) async fn run(self) -> Result<()> {
        let state = self.database.state().await?;
        let done = command::export(&state, &self.options).await;
        state.db.close().await;
        done
    }
}
