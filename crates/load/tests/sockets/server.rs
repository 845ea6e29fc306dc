//! A small HTTP server on threads of its own, so that its stalls do not stall the generator.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What the server does with a request.
pub(crate) enum Answer {
    Status(u16),
    /// Answers, and closes the connection without having said so.
    StatusAndClose(u16),
    /// Closes the connection in the middle of its answer.
    Half,
    /// Says nothing until the client goes.
    Nothing,
}

/// What the server saw.
#[derive(Default)]
pub(crate) struct Seen {
    /// When each request came, and its first line and headers.
    pub(crate) requests: Mutex<Vec<(Instant, Vec<String>)>>,
    /// Connections now, at most so far, and ever.
    now: AtomicUsize,
    pub(crate) most: AtomicUsize,
    pub(crate) ever: AtomicUsize,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Starts one that answers the `n`-th request, from 0, in this way.
    pub(crate) fn start(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let stopped = Arc::new(AtomicBool::new(false));
        let (answer, shared, stop) = (Arc::new(answer), seen.clone(), stopped.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (answer, seen) = (answer.clone(), shared.clone());
                std::thread::spawn(move || {
                    seen.ever.fetch_add(1, Ordering::SeqCst);
                    let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
                    seen.most.fetch_max(now, Ordering::SeqCst);
                    converse(stream, &seen, &*answer);
                    seen.now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            seen,
            stopped,
        }
    }

    pub(crate) fn url(&self) -> hyper::Uri {
        format!("http://{}/v1/me", self.address).parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers the requests of one connection; ends when the client goes.
fn converse(stream: TcpStream, seen: &Seen, answer: &dyn Fn(usize) -> Answer) {
    let Ok(mut reply) = stream.try_clone() else {
        return;
    };
    stream.set_nodelay(true).unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    loop {
        let head: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        if head.is_empty() {
            return;
        }
        let number = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push((Instant::now(), head));
            requests.len() - 1
        };
        let (status, close) = match answer(number) {
            Answer::Status(status) => (status, false),
            Answer::StatusAndClose(status) => (status, true),
            Answer::Half => {
                let _ = reply.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf");
                return;
            }
            Answer::Nothing => continue,
        };
        let text = format!("HTTP/1.1 {status} So\r\nContent-Length: 2\r\n\r\n{{}}");
        if reply.write_all(text.as_bytes()).is_err() || close {
            return;
        }
    }
}

/// A way to be slow: one request at a time, each for so long.
pub(crate) struct Slow(Mutex<(Sender<()>, mpsc::Receiver<()>)>);

impl Slow {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(mpsc::channel()))
    }

    /// Keeps this request, and all that want to be kept after it, for so long.
    pub(crate) fn hold(&self, time: Duration) {
        let channel = self.0.lock().unwrap();
        // Nobody sends, so this is the time itself.
        assert!(channel.1.recv_timeout(time).is_err());
    }
}
