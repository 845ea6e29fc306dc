//! `vafa jobs`.

use super::database::Database;
use super::say;
use api::jobs;
use api::problem::Result;
use api::webhooks::address::Guard;
use api::webhooks::sender::{Sender, TIMEOUT};
use clap::Subcommand;
use clap::builder::BoolishValueParser;
use serde_json::json;

#[derive(clap::Args)]
pub(super) struct Jobs {
    #[command(flatten)]
    database: Database,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Does everything that is due, once, and prints how much it was as JSON. For a scheduler, beside servers that run
    /// with --no-jobs.
    Run {
        /// Deliver webhooks to private addresses and over http too: for development.
        #[arg(long, env = "VAFA_ALLOW_PRIVATE_WEBHOOKS", value_parser = BoolishValueParser::new())]
        allow_private_webhooks: bool,
    },
}

impl Jobs {
    pub(super) async fn run(self) -> Result<()> {
        let Action::Run {
            allow_private_webhooks,
        } = self.action;
        let mut state = self.database.state().await?;
        state.sender = sender(allow_private_webhooks);
        let done = jobs::run(&state).await;
        state.db.close().await;
        let done = done?;
        say(&json!({
            "members": done.members, "slices": done.slices, "deliveries": done.deliveries,
            "failures": done.failures,
        })
        .to_string())
    }
}

/// What sends webhooks.
pub(super) fn sender(allow_private: bool) -> Sender {
    Sender::new(Guard { allow_private }, TIMEOUT)
}
