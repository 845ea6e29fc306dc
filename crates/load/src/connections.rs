//! Keep-alive connections to one server, at most so many.

use crate::target::Target;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

type Sender = SendRequest<Full<Bytes>>;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The whole answer came, with this status.
    Answered(u16),
    /// No connection came about.
    Refused,
    /// The connection ended, or spoke no HTTP, before the answer was complete.
    Broken,
    /// Nothing came within the time that the generator waits.
    GivenUp,
}

pub(crate) struct Connections {
    addresses: Vec<SocketAddr>,
    host: HeaderValue,
    free: Semaphore,
    idle: Mutex<Vec<Sender>>,
}

impl Connections {
    pub(crate) fn new(target: &Target, most: usize) -> Self {
        Self {
            addresses: target.addresses.clone(),
            host: target.host.clone(),
            free: Semaphore::new(most),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Waits for its turn, sends a request and reads the answer to its end. When it is dropped
    /// before that, its connection is closed: nobody else would understand what comes on it.
    pub(crate) async fn exchange(&self, mut request: Request<Full<Bytes>>) -> End {
        // Those who wait are served in their order. It is never closed.
        let Ok(_turn) = self.free.acquire().await else {
            return End::Refused;
        };
        request.headers_mut().insert(HOST, self.host.clone());
        let sender = match self.take().await {
            Some(sender) => Some(sender),
            None => self.connect().await,
        };
        let Some(mut sender) = sender else {
            return End::Refused;
        };
        let Ok(answer) = sender.send_request(request).await else {
            return End::Broken;
        };
        let status = answer.status().as_u16();
        let mut body = answer.into_body();
        while let Some(frame) = body.frame().await {
            if frame.is_err() {
                return End::Broken;
            }
        }
        self.lock().push(sender);
        End::Answered(status)
    }

    /// An idle connection that is still open.
    async fn take(&self) -> Option<Sender> {
        loop {
            let mut sender = self.lock().pop()?;
            if sender.ready().await.is_ok() {
                return Some(sender);
            }
        }
    }

    async fn connect(&self) -> Option<Sender> {
        let stream = TcpStream::connect(&self.addresses[..]).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        // How it ends is told by the requests on it.
        tokio::spawn(connection);
        sender.ready().await.ok()?;
        Some(sender)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Sender>> {
        // A list of connections is right at every moment.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
