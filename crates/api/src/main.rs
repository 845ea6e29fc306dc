//! `vafa`: the merchant API in one binary.

use api::assets::Assets;
use api::clock::Clock;
use api::database;
use api::keys::{self, Alg, Fresh, Kind, New, SigningKey};
use api::limits::Limits;
use api::problem::{Error, Result};
use api::scopes::Scopes;
use api::{State, check, explain, import, jobs, programs, routes, serve};
use clap::{Parser, Subcommand};
use rules::{Program, Timestamp, document};
use serde::Serialize;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{Db, Tx};
use tracing_subscriber::EnvFilter;

/// A loyalty club: ledger, rules and HTTP on one SQLite file.
#[derive(Parser)]
#[command(name = "vafa", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args)]
struct Database {
    /// A SQLite file (made when it is not there), or postgres://user:password@host/name.
    #[arg(long = "database", env = "VAFA_DATABASE", default_value = "vafa.db")]
    url: String,
    /// Most writes that share one commit on SQLite; 1 commits each alone.
    #[arg(long, env = "VAFA_MOST_IN_COMMIT", default_value_t = 128)]
    most_in_commit: usize,
    /// Most connections to PostgreSQL.
    #[arg(long, env = "VAFA_CONNECTIONS", default_value_t = 16)]
    connections: u32,
}

impl Database {
    async fn open(&self) -> Result<Db> {
        let options = store::Options {
            most_in_commit: self.most_in_commit,
            pool: self.connections,
            ..store::Options::default()
        };
        database::open(&self.url, options).await
    }

    async fn state(&self) -> Result<State> {
        Ok(State::new(
            self.open().await?,
            Clock::System,
            Assets::None,
            Limits::default(),
        ))
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API until SIGTERM or Ctrl-C.
    Serve {
        #[command(flatten)]
        database: Database,
        /// Address and port to listen on.
        #[arg(long, env = "VAFA_LISTEN", default_value = "127.0.0.1:4001")]
        listen: SocketAddr,
        /// Folder with the browser's files; without it, those inside this binary, if any.
        #[arg(long, env = "VAFA_ASSETS")]
        assets: Option<PathBuf>,
        /// Take the visitor's address from the last X-Forwarded-For entry: only behind a proxy that sets it.
        #[arg(long, env = "VAFA_BEHIND_PROXY")]
        behind_proxy: bool,
        /// Public program reads per minute and address.
        #[arg(long, env = "VAFA_PROGRAMS_PER_MINUTE", default_value_t = 600)]
        programs_per_minute: u32,
        /// Invitation codes tried per minute and address.
        #[arg(long, env = "VAFA_CLAIMS_PER_MINUTE", default_value_t = 10)]
        claims_per_minute: u32,
    },
    /// Publishes a program, making its tenant if need be, and prints keys for its shop as JSON.
    Seed {
        #[command(flatten)]
        database: Database,
        /// The program's document (JSON).
        #[arg(long)]
        program: PathBuf,
        /// Origin of the shop's pages, e.g. https://shop.example; repeat for more.
        #[arg(long = "origin", required = true)]
        origins: Vec<String>,
    },
    /// Plays history from NDJSON: members, orders, refunds, redemptions, as of their own dates.
    Import {
        #[command(flatten)]
        database: Database,
        /// The program's id.
        #[arg(long)]
        program: String,
        /// The file; one object a line, oldest first.
        file: PathBuf,
    },
    /// Audits the ledger's invariants; exits with 1 when one is broken.
    Check {
        #[command(flatten)]
        database: Database,
    },
    /// Brings the database's tables up to this binary.
    Migrate {
        #[command(flatten)]
        database: Database,
    },
    /// Makes, lists and ends keys.
    Keys {
        #[command(flatten)]
        database: Database,
        /// The program's id.
        #[arg(long)]
        program: String,
        #[command(subcommand)]
        action: KeysAction,
    },
    /// Prints the JSON Schema of a program: an editor that knows it completes the fields.
    Schema,
    /// Prints the description of the API (OpenAPI 3.1).
    Openapi,
    /// Prints in plain words how a program's club works.
    Explain {
        /// The program's document (JSON).
        program: PathBuf,
        /// `fa` or `en`; the program's first language when absent.
        #[arg(long)]
        language: Option<String>,
    },
    /// Copies the database, as of one instant, while it is in use.
    Backup {
        #[command(flatten)]
        database: Database,
        /// The new file.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum KeysAction {
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

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("VAFA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "vafa: {error}");
    ExitCode::FAILURE
}

fn say(line: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // Whoever read on the other end, like `head`, has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Error::internal),
    }
}

async fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve {
            database,
            listen,
            assets,
            behind_proxy,
            programs_per_minute,
            claims_per_minute,
        } => {
            let limits = Limits::new(programs_per_minute, claims_per_minute);
            let assets = assets.map_or_else(Assets::embedded, Assets::folder);
            let db = database.open().await?;
            let mut state = State::new(db, Clock::System, assets, limits);
            state.behind_proxy = behind_proxy;
            listen_and_serve(state, listen).await?;
        }
        Command::Seed {
            database,
            program,
            origins,
        } => seed(&database, &program, &origins).await?,
        Command::Import {
            database,
            program,
            file,
        } => {
            run_import(&database, &program, &file).await?;
        }
        Command::Check { database } => return run_check(&database).await,
        Command::Migrate { database } => {
            database.open().await?.close().await;
            say("migrated")?;
        }
        Command::Keys {
            database,
            program,
            action,
        } => {
            manage_keys(&database, &program, action).await?;
        }
        Command::Schema => {
            say(&serde_json::to_string_pretty(&document::schema())?)?;
        }
        Command::Openapi => {
            say(&serde_json::to_string_pretty(routes::document())?)?;
        }
        Command::Explain { program, language } => {
            let program = read_program(&program).await?;
            let text = explain::explain(&program, language.as_deref(), Clock::System.now())?;
            say(text.trim_end())?;
        }
        Command::Backup { database, file } => {
            let db = database.open().await?;
            db.backup(&file).await?;
            db.close().await;
            say("backed up")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn listen_and_serve(state: State, listen: SocketAddr) -> Result<()> {
    let cannot =
        |error: io::Error| Error::cannot_start(format!("cannot listen on {listen}: {error}"));
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    say(&format!("vafa is listening on http://{address}"))?;
    serve::serve(listener, state, asked_to_stop()).await
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}

#[derive(Serialize)]
struct Seeded {
    program: String,
    publishable_key: String,
    secret_key: String,
    signing_key: SigningKey,
}

async fn read_program(path: &Path) -> Result<Program> {
    let shown = path.display();
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|error| Error::malformed(format!("{shown}: {error}")))?;
    programs::read(&text)
}

async fn seed(database: &Database, path: &Path, origins: &[String]) -> Result<()> {
    let program = read_program(path).await?;
    let db = database.open().await?;
    let now = Clock::System.now();
    let seeded = db
        .write(
            (program, origins.to_vec(), now),
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

async fn run_import(database: &Database, program: &str, file: &Path) -> Result<()> {
    let shown = file.display();
    let text = tokio::fs::read_to_string(file)
        .await
        .map_err(|error| Error::malformed(format!("{shown}: {error}")))?;
    let state = database.state().await?;
    let total = text.lines().filter(|line| !line.trim().is_empty()).count();
    let done = import::import(&state, program, &text, |done| {
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
        "{} lines taken, {} refused by the rules; {settled} members brought up to now",
        done.taken,
        done.refused.len(),
    );
    state.db.close().await;
    Ok(())
}

async fn run_check(database: &Database) -> Result<ExitCode> {
    let db = database.open().await?;
    let findings = check::check(&db).await?;
    db.close().await;
    for finding in &findings {
        let verdict = if finding.broken == 0 { "ok" } else { "BROKEN" };
        say(&format!(
            "{:<7} {verdict:<6} {:>8} checked {:>6} broken  {}",
            finding.name, finding.checked, finding.broken, finding.holds
        ))?;
    }
    let broken = findings.iter().any(|finding| finding.broken > 0);
    Ok(if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn manage_keys(database: &Database, program: &str, action: KeysAction) -> Result<()> {
    let asked = match action {
        KeysAction::Create {
            kind,
            origins,
            scopes,
            alg,
            public_key,
        } => Some(Asked::Create(
            new_key(kind, origins, &scopes, alg, public_key).await?,
        )),
        KeysAction::List => None,
        KeysAction::Revoke { id } => Some(Asked::Revoke(id)),
    };
    let db = database.open().await?;
    let now = Clock::System.now();
    let tenant = programs::tenant(&db, program).await?;
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
