//! The listening socket: how many may be connected, how long they may take, how it all ends.

use crate::http::app;
use crate::jobs;
use crate::problem::{Error, Result};
use crate::state::State;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

/// Connections at once; who comes when all are taken waits in the system's queue.
const CONNECTIONS_MAX: usize = 4_096;
/// A head that is not there by then never comes; an idle connection is closed.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// Requests under way have this long to end after the signal.
const DRAIN: Duration = Duration::from_secs(9);
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
    let sweeping = tokio::spawn(jobs::keep_running(state.clone()));
    let router = app(state.clone());
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (socket, peer, permit) = tokio::select! {
            () = &mut stop => break,
            came = accept(&listener, &room) => match came {
                Ok(came) => came,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let router = router.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(socket), service));
        tokio::spawn(async move {
            // A client that breaks off is no news.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(permit);
        });
    }
    drop(listener);
    let drained = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
    sweeping.abort();
    state.db.close().await;
    drained.map_err(|_| Error::internal("requests were still under way when the time was over"))
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room)
        .acquire_owned()
        .await
        .map_err(std::io::Error::other)?;
    let (socket, peer) = listener.accept().await?;
    socket.set_nodelay(true)?;
    Ok((socket, peer, permit))
}
