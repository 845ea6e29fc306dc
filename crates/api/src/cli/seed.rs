//! `vafa seed`.

use super::database::Database;
use super::program::read_program;
use super::say;
use api::clock::Clock;
use api::keys::{self, Fresh, New, SigningKey};
use api::problem::{Error, Result};
use api::programs;
use api::scopes::Scopes;
use rules::{Program, Timestamp};
use serde::Serialize;
use std::path::PathBuf;
use store::Tx;

#[derive(clap::Args)]
#[command(after_help = "Example:
  vafa seed --database vafa.db --program club.json --origin https://shop.example")]
pub(super) struct Seed {
    #[command(flatten)]
    database: Database,
    /// The program's document (JSON).
    #[arg(long)]
    program: PathBuf,
    /// Origin of the shop's pages, e.g. https://shop.example; repeat for more.
    #[arg(long = "origin", required = true)]
    origins: Vec<String>,
}

#[derive(Serialize)]
struct Seeded {
    program: String,
    publishable_key: String,
    secret_key: String,
    signing_key: SigningKey,
}

impl Seed {
    pub(super) async fn run(self) -> Result<()> {
        let program = read_program(&self.program).await?;
        let db = self.database.make().await?;
        let now = Clock::System.now();
        let seeded = db
            .write(
                (program, self.origins, now),
                |mut tx, (program, origins, now)| {
                    Box::pin(async move {
                        let seeded = seed_in(&mut tx, program, origins, *now).await;
                        (tx, seeded)
                    })
                },
            )
            .await?;
        db.close().await;
        say(&serde_json::to_string(&seeded)?)
    }
}

async fn seed_in(
    tx: &mut Tx,
    program: &Program,
    origins: &[String],
    now: Timestamp,
) -> Result<Seeded> {
    let (tenant, _) = programs::publish(tx, program.clone(), "seed", now).await?;
    let publishable_key = keys::publishable(tx, &tenant, origins, "seed", now).await?;
    let secret = New::Secret(Scopes::ALL);
    let secret = keys::create(tx, &tenant, &secret, "seed", now).await?;
    keys::end_oldest_signing(tx, &tenant, "seed", now).await?;
    let signing = keys::create(tx, &tenant, &New::Signing, "seed", now).await?;
    let (Fresh::SecretKey(secret_key), Fresh::SigningKey(signing_key)) = (secret, signing) else {
        return Err(Error::internal(
            "asked for a secret and a signing key, got others",
        ));
    };
    Ok(Seeded {
        program: program.id.clone(),
        publishable_key,
        secret_key,
        signing_key,
    })
}
