//! `vafa serve`.

use super::database::Database;
use super::jobs::sender;
use super::say;
use api::State;
use api::assets::Assets;
use api::clock::Clock;
use api::limits::Limits;
use api::problem::{Error, Result};
use api::serve::{Options, serve_with};
use clap::builder::BoolishValueParser;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;

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

impl Serve {
    pub(super) async fn run(self) -> Result<()> {
        // The addresses first: nobody waits for a database to hear that one is taken.
        let listener = bind(self.listen, "--listen", "VAFA_LISTEN").await?;
        let metrics = match self.metrics {
            Some(address) => Some(bind(address, "--metrics", "VAFA_METRICS").await?),
            None => None,
        };
        let limits = Limits::new(self.programs_per_minute, self.claims_per_minute)
            .with(self.requests_per_minute, self.key_per_minute);
        let assets = self.assets.map_or_else(Assets::embedded, Assets::folder);
        let db = self.database.make().await?;
        let mut state = State::new(db, Clock::System, assets, limits);
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
        say(&format!("vafa is listening on http://{address}"))?;
        serve_with(listener, metrics, state, options, asked_to_stop()).await
    }
}

async fn bind(address: SocketAddr, flag: &str, variable: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error: io::Error| {
            Error::cannot_start(format!(
                "cannot listen on {address}: {error}; choose another with {flag} or {variable}"
            ))
        })
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
