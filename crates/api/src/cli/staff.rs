//! `vafa staff`.

use super::database::Database;
use super::say;
use api::clock::Clock;
use api::ids;
use api::passwords::{Hashed, Password, Passwords};
use api::problem::{Error, Result};
use api::programs;
use api::staff::{self, Role};
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use rules::Timestamp;
use std::io::Read as _;
use store::Tx;

#[derive(clap::Args)]
#[command(after_help = "Examples:
  vafa staff --program club add --email sara@shop.example --role owner
  vafa staff --program club password --email sara@shop.example < password.txt
  vafa staff --program club disable --email sara@shop.example

A password is read from stdin (its first line) when something is piped there; otherwise one is made and printed this once.")]
pub(super) struct Staff {
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
    /// Adds an account.
    Add {
        /// E-mail address to log in with.
        #[arg(long)]
        email: String,
        /// What the account may do.
        #[arg(long, default_value = "viewer", value_parser = roles())]
        role: Role,
    },
    /// Prints all accounts as JSON.
    List,
    /// Gives an account a new password and ends its sessions.
    Password {
        /// The account's e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Gives an account another role.
    Role {
        /// The account's e-mail address.
        #[arg(long)]
        email: String,
        /// The role.
        #[arg(long, value_parser = roles())]
        role: Role,
    },
    /// Closes an account and ends its sessions at once.
    Disable {
        /// The account's e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Opens a closed account again.
    Enable {
        /// The account's e-mail address.
        #[arg(long)]
        email: String,
    },
}

/// The roles by their names.
fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::name)).try_map(|name| staff::role_named(&name))
}

impl Staff {
    pub(super) async fn run(self) -> Result<()> {
        let (hashed, made) = match &self.action {
            Action::Add { .. } | Action::Password { .. } => {
                let (password, made) = password()?;
                (Some(Passwords::default().hash(password).await?), made)
            }
            _ => (None, None),
        };
        let db = self.database.open().await?;
        let now = Clock::System.now();
        let tenant = programs::tenant(&db, &self.program).await?;
        let input = (tenant, self.action, hashed, now);
        let answer = db
            .write(input, |mut tx, (tenant, action, hashed, now)| {
                Box::pin(async move {
                    let answer = answer(&mut tx, tenant, action, hashed.as_ref(), *now).await;
                    (tx, answer)
                })
            })
            .await?;
        db.close().await;
        say(&answer)?;
        match made {
            Some(made) => say(&format!("password, shown this once: {made}")),
            None => Ok(()),
        }
    }
}

/// The password of stdin, or one that is made; then also its text.
fn password() -> Result<(Password, Option<String>)> {
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Ok(made());
    }
    let mut text = String::new();
    let mut input = std::io::stdin().lock().take(1_024);
    input
        .read_to_string(&mut text)
        .map_err(|error| Error::malformed(format!("the password on stdin: {error}")))?;
    match text.lines().next().unwrap_or_default() {
        "" => Ok(made()),
        line => Ok((Password::new(line), None)),
    }
}

/// 120 random bits.
fn made() -> (Password, Option<String>) {
    let text = ids::base64url(&ids::random::<15>());
    (Password::new(text.clone()), Some(text))
}

const BY: &str = "operator";

async fn answer(
    tx: &mut Tx,
    tenant: &str,
    action: &Action,
    hashed: Option<&Hashed>,
    now: Timestamp,
) -> Result<String> {
    let given = || hashed.ok_or_else(|| Error::internal("no password was read"));
    match action {
        Action::Add { email, role } => {
            let id = staff::add(tx, tenant, email, *role, given()?, BY, now).await?;
            Ok(format!("{email} is added as {id}"))
        }
        Action::List => Ok(serde_json::to_string_pretty(
            &staff::list(tx, tenant).await?,
        )?),
        Action::Password { email } => {
            staff::set_password(tx, tenant, email, given()?, BY, now).await?;
            Ok(format!("{email} has a new password"))
        }
        Action::Role { email, role } => {
            staff::set_role(tx, tenant, email, *role, BY, now).await?;
            Ok(format!("{email} is {} now", role.name()))
        }
        Action::Disable { email } => {
            staff::disable(tx, tenant, email, BY, now).await?;
            Ok(format!("{email} is disabled"))
        }
        Action::Enable { email } => {
            staff::enable(tx, tenant, email, BY, now).await?;
            Ok(format!("{email} is enabled"))
        }
    }
}
