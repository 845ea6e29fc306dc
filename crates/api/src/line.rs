//! A connection's socket, shared with whoever has the last word on it.
//!
//! The HTTP library closes a connection whose head does not come in time without a word, and one whose body was not
//! read so hard that the answer may be lost on the way. So the socket outlives it: [`Line::end`] says what is to be
//! said, and then waits a little for the other side to hear it.

use hyper::rt::{Read, ReadBufCursor, Write};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Time for the other side to hear the last word, and bytes of theirs that are read meanwhile.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 8 << 20;

/// A problem whole, with its head, for whoever cannot be served.
macro_rules! problem {
    ($status:literal, $number:literal, $more:literal, $code:literal, $detail:literal) => {
        concat!(
            "HTTP/1.1 ",
            $status,
            "\r\ncontent-type: application/problem+json\r\n",
            $more,
            "cache-control: no-store\r\nconnection: close\r\n\r\n{\"type\":\"/problems/",
            $code,
            "\",\"status\":",
            $number,
            ",\"code\":\"",
            $code,
            "\",\"detail\":\"",
            $detail,
            "\"}"
        )
    };
}

/// For a head that did not come in time.
const TOO_SLOW: &str = problem!(
    "408 Request Timeout",
    "408",
    "",
    "request_timeout",
    "The head of the request did not come in time."
);
/// For a connection that finds no place.
const NO_PLACE: &str = problem!(
    "503 Service Unavailable",
    "503",
    "retry-after: 1\r\n",
    "unavailable",
    "The server has as many connections as it may. Try again."
);

/// See the module.
#[derive(Debug)]
pub(crate) struct Line {
    socket: Arc<TcpStream>,
    /// A part of a request has come that nobody has taken up.
    begun: Arc<AtomicBool>,
}

impl Line {
    /// A socket, and its half for the HTTP library.
    pub(crate) fn new(socket: TcpStream) -> (Self, Half) {
        let socket = Arc::new(socket);
        let begun = Arc::new(AtomicBool::new(false));
        let half = Half {
            socket: Arc::clone(&socket),
            begun: Arc::clone(&begun),
        };
        (Self { socket, begun }, half)
    }

    /// A mark that whoever takes a request up takes away.
    pub(crate) fn begun(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.begun)
    }

    /// The connection is over; it is so because the head did not come in time, or not.
    pub(crate) async fn end(self, too_late: bool) {
        let Ok(socket) = Arc::try_unwrap(self.socket) else {
            return;
        };
        if too_late && self.begun.load(Ordering::Relaxed) {
            let _ = socket.try_write(TOO_SLOW.as_bytes());
        }
        hang_up(socket).await;
    }
}

/// Tells somebody who finds no place to come again.
pub(crate) async fn turn_away(socket: TcpStream) {
    let _ = socket.try_write(NO_PLACE.as_bytes());
    hang_up(socket).await;
}

/// Says that nothing more comes, and reads what is still on its way: a socket that is closed over unread bytes takes
/// back what it has said.
async fn hang_up(mut socket: TcpStream) {
    let heard = async {
        socket.shutdown().await?;
        let mut sink = [0; 8_192];
        let mut left = LINGER_BYTES;
        loop {
            match socket.read(&mut sink).await? {
                0 => return io::Result::Ok(()),
                read => left = left.checked_sub(read).ok_or(io::ErrorKind::Other)?,
            }
        }
    };
    // Whatever the other side does now is theirs.
    let _ = tokio::time::timeout(LINGER, heard).await;
}

/// The half of a [`Line`] that the HTTP library reads and writes.
#[derive(Debug)]
pub(crate) struct Half {
    socket: Arc<TcpStream>,
    begun: Arc<AtomicBool>,
}

impl Read for Half {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = [0; 8_192];
        let most = buffer.remaining().min(bytes.len());
        let Some(part) = bytes.get_mut(..most) else {
            return Poll::Ready(Ok(()));
        };
        loop {
            ready!(self.socket.poll_read_ready(cx))?;
            match self.socket.try_read(part) {
                Ok(read) => {
                    if read > 0 {
                        self.begun.store(true, Ordering::Relaxed);
                    }
                    buffer.put_slice(part.get(..read).unwrap_or_default());
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Write for Half {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |socket| socket.try_write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Left to [`Line::end`].
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |socket| socket.try_write_vectored(bytes))
    }
}

impl Half {
    fn write(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.socket.poll_write_ready(cx))?;
            match write(&self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }
}
