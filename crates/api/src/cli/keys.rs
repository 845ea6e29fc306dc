//! `vafa keys`.

use super::database::Database;
use super::say;
use api::clock::Clock;
use api::keys::{self, Alg, Kind, New};
use api::problem::{Error, Result};
use api::programs;
use api::scopes::Scopes;
use clap::Subcommand;
use rules::Timestamp;
use std::path::PathBuf;
use store::Tx;

#[derive(clap::Args)]
#[command(after_help = "Examples:
  vafa keys --program club create publishable --origin https://shop.example
  vafa keys --program club create secret --scopes members,orders
  vafa keys --program club create signing --alg EdDSA --public-key shop.pem
  vafa keys --program club revoke key_0123456789abcdefghjk")]
pub(super) struct Keys {
    #[command(flatten)]
    database: Database,
    /// The program's id.
    #[arg(long)]
    program: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Prints a new key; a secret is shown this once.
    Create {
        /// What it is for.
        kind: Kind,
        /// For a publishable key: origin of the shop's pages; repeat for more.
        #[arg(long = "origin")]
        origins: Vec<String>,
        /// For a secret key: what it may do, e.g. `members,orders`.
        #[arg(long, default_value = "*")]
        scopes: String,
        /// For a signing key: how tokens are signed.
        #[arg(long, default_value = "HS256")]
        alg: Alg,
        /// For an EdDSA signing key: file with the shop's public key (base64url, JWK or PEM).
        #[arg(long)]
        public_key: Option<PathBuf>,
    },
    /// Prints all keys, without secrets.
    List,
    /// Ends a key at once.
    Revoke {
        /// The key's id (`key_…`), as `list` prints it.
        id: String,
    },
}

impl Keys {
    pub(super) async fn run(self) -> Result<()> {
        let asked = match self.action {
            Action::Create {
                kind,
                origins,
                scopes,
                alg,
                public_key,
            } => Some(Asked::Create(
                new_key(kind, origins, &scopes, alg, public_key).await?,
            )),
            Action::List => None,
            Action::Revoke { id } => Some(Asked::Revoke(id)),
        };
        let db = self.database.open().await?;
        let now = Clock::System.now();
        let tenant = programs::tenant(&db, &self.program).await?;
        let answer = db
            .write((tenant, asked, now), |mut tx, (tenant, asked, now)| {
                Box::pin(async move {
                    let answer = answer(&mut tx, tenant, asked.as_ref(), *now).await;
                    (tx, answer)
                })
            })
            .await?;
        db.close().await;
        say(&answer)
    }
}

enum Asked {
    Create(New),
    Revoke(String),
}

async fn new_key(
    kind: Kind,
    origins: Vec<String>,
    scopes: &str,
    alg: Alg,
    public_key: Option<PathBuf>,
) -> Result<New> {
    Ok(match (kind, alg, public_key) {
        (Kind::Publishable, ..) => New::Publishable(origins),
        (Kind::Secret, ..) => New::Secret(Scopes::read(scopes)?),
        (Kind::Signing, Alg::Hs256, None) => New::Signing,
        (Kind::Signing, Alg::EdDsa, Some(path)) => {
            let shown = path.display();
            let text = tokio::fs::read_to_string(&path)
                .await
                .map_err(|error| Error::malformed(format!("{shown}: {error}")))?;
            New::SigningBy(text)
        }
        (Kind::Signing, Alg::EdDsa, None) => {
            return Err(Error::malformed(
                "An EdDSA key is the shop's own: name the file of its public half with --public-key.",
            ));
        }
        (Kind::Signing, Alg::Hs256, Some(_)) => {
            return Err(Error::malformed("A public key goes with --alg EdDSA."));
        }
    })
}

async fn answer(
    tx: &mut Tx,
    tenant: &str,
    asked: Option<&Asked>,
    now: Timestamp,
) -> Result<String> {
    Ok(match asked {
        Some(Asked::Create(new)) => {
            serde_json::to_string(&keys::create(tx, tenant, new, "operator", now).await?)?
        }
        None => serde_json::to_string_pretty(&keys::list(tx, tenant).await?)?,
        Some(Asked::Revoke(id)) => {
            keys::revoke(tx, tenant, id, "operator", now).await?;
            format!("{id} is revoked")
        }
    })
}
