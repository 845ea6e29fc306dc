//! `vafa serve`.

use super::database::Database;
use super::jobs::sender;
use super::say;
use api::State;
use api::assets::Assets;
use api::clock::Clock;
use api::ids;
use api::limits::Limits;
use api::problem::{Error, Result};
use api::serve::{Options, serve_with};
use api::setup::{self, Setup};
use clap::builder::BoolishValueParser;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};

#[derive(clap::Args)]
#[command(after_help = "Examples:
  vafa serve --database /var/lib/vafa/vafa.db --listen 127.0.0.1:4001 --behind-proxy
  VAFA_DATABASE=postgres://vafa@db/vafa vafa serve --listen 0.0.0.0:4001 --metrics 127.0.0.1:9090

SIGTERM or Ctrl-C ends it within ten seconds: it takes no new connection, and requests that are under way end. /healthz
says that it runs, /readyz that it can work; /metrics is on the address of --metrics alone.")]
pub(super) struct Serve {
    #[command(flatten)]
    database: Database,
    /// Address and port to listen on.
    #[arg(long, env = "VAFA_LISTEN", default_value = "127.0.0.1:4001")]
    listen: SocketAddr,
    /// Address and port for /metrics (Prometheus), which only the operator should reach; without it there is none.
    #[arg(long, env = "VAFA_METRICS", value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Folder with the browser's files; without it, those inside this binary, if any.
    #[arg(long, env = "VAFA_ASSETS", value_parser = folder)]
    assets: Option<PathBuf>,
    /// Folder with the studio's files; without it, those inside this binary, if any.
    #[arg(long, env = "VAFA_STUDIO", value_parser = folder)]
    studio: Option<PathBuf>,
    /// The code with which the first club may be made in the studio; without it one is made and printed. Name one
    /// where several processes serve one database.
    #[arg(long, env = "VAFA_SETUP_CODE", hide_env_values = true, value_parser = setup_code)]
    setup_code: Option<String>,
    /// Take the visitor's address from the last X-Forwarded-For entry: only behind a proxy that sets it.
    #[arg(long, env = "VAFA_BEHIND_PROXY", value_parser = BoolishValueParser::new())]
    behind_proxy: bool,
    /// Public program reads per minute and address; 0 for no limit.
    #[arg(long, env = "VAFA_PROGRAMS_PER_MINUTE", default_value_t = 600)]
    programs_per_minute: u32,
    /// Invitation codes tried per minute and address; 0 for no limit.
    #[arg(long, env = "VAFA_CLAIMS_PER_MINUTE", default_value_t = 10)]
    claims_per_minute: u32,
    /// Requests of any kind per minute and address, this machine's own excepted; 0 for no limit.
    #[arg(long, env = "VAFA_REQUESTS_PER_MINUTE", default_value_t = 12_000)]
    requests_per_minute: u32,
    /// Requests per minute and secret key; 0 for no limit.
    #[arg(long, env = "VAFA_KEY_PER_MINUTE", default_value_t = 0)]
    key_per_minute: u32,
    /// Most connections at once; further ones are answered 503.
    #[arg(long, env = "VAFA_CLIENTS_MAX", default_value_t = 8_192, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    clients_max: u32,
    /// Seconds for the head of a request to come, and that a connection may be idle.
    #[arg(long, env = "VAFA_HEAD_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    head_seconds: u64,
    /// Seconds that a request may take, its body included.
    #[arg(long, env = "VAFA_REQUEST_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    request_seconds: u64,
    /// Minutes between two audits of the ledger; 0 for none.
    #[arg(long, env = "VAFA_AUDIT_MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=10_080))]
    audit_minutes: u64,
    /// Leave what time alone asks for (expiry, reviews, deliveries) to another process, or to `vafa jobs run`.
    #[arg(long, env = "VAFA_NO_JOBS", value_parser = BoolishValueParser::new())]
    no_jobs: bool,
    /// Deliver webhooks to private addresses and over http too: for development.
    #[arg(long, env = "VAFA_ALLOW_PRIVATE_WEBHOOKS", value_parser = BoolishValueParser::new())]
    allow_private_webhooks: bool,
}

/// A folder that is there.
fn folder(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_dir() {
        Ok(path)
    } else {
        Err("there is no such folder".to_owned())
    }
}

/// A code that is long enough not to be guessed.
fn setup_code(text: &str) -> Result<String, String> {
    let code = text.trim();
    if code.chars().count() >= setup::CODE_MIN {
        Ok(code.to_owned())
    } else {
        Err(format!("it has {} characters at least", setup::CODE_MIN))
    }
}

impl Serve {
    pub(super) async fn run(self) -> Result<()> {
        // The addresses first: nobody waits for a database to hear that one is taken.
        let listener = bind(self.listen, "--listen", "VAFA_LISTEN")?;
        let metrics = match self.metrics {
            Some(address) => Some(bind(address, "--metrics", "VAFA_METRICS")?),
            None => None,
        };
        let limits = Limits::new(self.programs_per_minute, self.claims_per_minute)
            .with(self.requests_per_minute, self.key_per_minute);
        let assets = self.assets.map_or_else(Assets::embedded, Assets::folder);
        let db = self.database.make().await?;
        let mut state = State::new(db, Clock::System, assets, limits);
        state.studio = self
            .studio
            .map_or_else(Assets::embedded_studio, Assets::folder);
        let code = self.setup_code.unwrap_or_else(ids::code);
        let empty = setup::read(&state.db).await?.open;
        if empty {
            state.setup = Setup::with(&code);
        }
        state.behind_proxy = self.behind_proxy;
        state.sender = sender(self.allow_private_webhooks);
        state.patience = Duration::from_secs(self.request_seconds);
        let options = Options {
            clients_max: self.clients_max as usize,
            head_patience: Duration::from_secs(self.head_seconds),
            jobs: !self.no_jobs,
            audit_every: (self.audit_minutes > 0)
                .then(|| Duration::from_secs(self.audit_minutes * 60)),
            ..Options::default()
        };
        let address = listener.local_addr().map_err(Error::internal)?;
        if let Some(metrics) = &metrics {
            let address = metrics.local_addr().map_err(Error::internal)?;
            tracing::info!(%address, "the figures are at /metrics");
        }
        // Whoever has read the line may ask for the end at once.
        let stop = asked_to_stop()?;
        say(&format!("vafa is listening on http://{address}"))?;
        if empty {
            say(&format!(
                "there is no club yet: make the first one at http://{address}/studio with the code {code}"
            ))?;
        }
        serve_with(listener, metrics, state, options, stop).await
    }
}

/// How many connections the system may keep for us until we take them: as many as come at once when a shop's campaign
/// begins. Who finds no place there is not told, and tries again after a second. The system may allow fewer.
const ARRIVING_MAX: u32 = 4_096;

fn bind(address: SocketAddr, flag: &str, variable: &str) -> Result<TcpListener> {
    let bound = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        // So that a server can follow another at once; on Windows the word means something else.
        #[cfg(not(windows))]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(ARRIVING_MAX)
    };
    bound().map_err(|error: io::Error| {
        Error::cannot_start(format!(
            "cannot listen on {address}: {error}; choose another with {flag} or {variable}"
        ))
    })
}

/// Ends when the process is asked to. From this call on a signal is heard, not first when somebody waits for it.
fn asked_to_stop() -> Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::cannot_start)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Error::cannot_start)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            let _ = tokio::signal::ctrl_c().await;
        })
    }
}
