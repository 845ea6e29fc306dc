//! The listening sockets: how many may be connected, how long they may take, how it all ends.

use crate::http::{app, figures};
use crate::line::{self, Line};
use crate::problem::{Error, Result};
use crate::state::State;
use crate::{auditor, jobs};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tower::ServiceExt;

/// How a server serves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections at once; who comes when all are taken is answered 503.
    pub clients_max: usize,
    /// A head that is not there by then is answered 408; a connection that is idle for so long is closed.
    pub head_patience: Duration,
    /// Requests under way have this long to end after the signal.
    pub drain: Duration,
    /// Whether this process does what time alone asks for, beside serving.
    pub jobs: bool,
    /// The pause between two looks of the auditor; none looks never.
    pub audit_every: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clients_max: 8_192,
            head_patience: Duration::from_secs(10),
            drain: Duration::from_secs(9),
            jobs: true,
            audit_every: Some(Duration::from_secs(3_600)),
        }
    }
}

/// People turned away who are still being told.
const TURNED_AWAY_MAX: usize = 256;
/// After a failed `accept` (no file handle left), the time for one to get free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop`; then takes no new connection, lets requests end, and closes the database.
///
/// # Errors
/// When requests are still under way after nine seconds.
pub async fn serve(
    listener: TcpListener,
    state: State,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    serve_with(listener, None, state, Options::default(), stop).await
}

/// [`serve`], in another way than usual, and with the figures on a listener of their own.
///
/// # Errors
/// When requests are still under way when the time to end is over.
pub async fn serve_with(
    listener: TcpListener,
    metrics: Option<TcpListener>,
    state: State,
    options: Options,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let mut beside = tokio::task::JoinSet::new();
    let (stopping, stopped) = watch::channel(None);
    let jobs = options
        .jobs
        .then(|| tokio::spawn(jobs::keep_running(state.clone(), stopped)));
    if let Some(pause) = options.audit_every {
        beside.spawn(auditor::keep_looking(state.clone(), pause));
    }
    if let Some(metrics) = metrics {
        let (router, state) = (figures(state.clone()), state.clone());
        let never = std::future::pending();
        beside.spawn(async move {
            // Ends with the set that it is in.
            let _ = listen(metrics, router, &state, options, never).await;
        });
    }
    let stop = async {
        stop.await;
        // Nobody listens when there are no jobs.
        let _ = stopping.send(Some(Instant::now() + options.drain));
    };
    let drained = listen(listener, app(state.clone()), &state, options, stop).await;
    beside.shutdown().await;
    // What a job has begun ends in the same time, or lapses with its lease.
    let over = *stopping.borrow();
    if let (Some(mut jobs), Some(over)) = (jobs, over)
        && tokio::time::timeout_at(over, &mut jobs).await.is_err()
    {
        jobs.abort();
    }
    state.db.close().await;
    drained
}

async fn listen(
    listener: TcpListener,
    router: Router,
    state: &State,
    options: Options,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let room = Arc::new(Semaphore::new(options.clients_max));
    let lobby = Arc::new(Semaphore::new(TURNED_AWAY_MAX));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(options.head_patience);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (socket, peer) = tokio::select! {
            () = &mut stop => break,
            came = accept(&listener) => match came {
                Ok(came) => came,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            state.metrics.turned_away();
            if let Ok(place) = Arc::clone(&lobby).try_acquire_owned() {
                tokio::spawn(async move {
                    line::turn_away(socket).await;
                    drop(place);
                });
            }
            continue;
        };
        let connected = state.metrics.connected();
        let (line, half) = Line::new(socket);
        let (router, begun) = (router.clone(), line.begun());
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            begun.store(false, Ordering::Relaxed);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let (answer, begun) = (router.clone().oneshot(request), Arc::clone(&begun));
            async move {
                let answer = answer.await;
                begun.store(false, Ordering::Relaxed);
                answer
            }
        });
        let connection = graceful.watch(http.serve_connection(half, service));
        tokio::spawn(async move {
            let ended = connection.await;
            let too_late = ended.as_ref().is_err_and(hyper::Error::is_timeout);
            // A client that breaks off is no news.
            if let Err(error) = ended {
                tracing::debug!(%error, "connection ended");
            }
            line.end(too_late).await;
            drop((permit, connected));
        });
    }
    state.health.stop();
    drop(listener);
    tokio::time::timeout(options.drain, graceful.shutdown())
        .await
        .map_err(|_| Error::internal("requests were still under way when the time was over"))
}

async fn accept(listener: &TcpListener) -> std::io::Result<(TcpStream, SocketAddr)> {
    let (socket, peer) = listener.accept().await?;
    socket.set_nodelay(true)?;
    Ok((socket, peer))
}
