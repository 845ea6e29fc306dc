//! `vafa serve`.

use super::database::Database;
use super::say;
use api::assets::Assets;
use api::clock::Clock;
use api::limits::Limits;
use api::problem::{Error, Result};
use api::{State, serve};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Serve {
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
}

impl Serve {
    pub(super) async fn run(self) -> Result<()> {
        let limits = Limits::new(self.programs_per_minute, self.claims_per_minute);
        let assets = self.assets.map_or_else(Assets::embedded, Assets::folder);
        let db = self.database.open().await?;
        let mut state = State::new(db, Clock::System, assets, limits);
        state.behind_proxy = self.behind_proxy;
        listen_and_serve(state, self.listen).await
    }
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
