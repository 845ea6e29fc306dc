//! Ports: which is free, and waiting for a server to answer.

use anyhow::{Context as _, Result, bail};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// The ports that stand in for this one when it is taken: itself and the nine after it.
pub(crate) fn candidates(first: u16) -> RangeInclusive<u16> {
    first..=first.saturating_add(9)
}

/// Whether nobody listens on the port.
pub(crate) fn free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The first free port of the [`candidates`].
pub(crate) fn free_from(first: u16) -> Result<u16> {
    candidates(first).find(|port| free(*port)).with_context(|| {
        let last = candidates(first).end().to_owned();
        format!("the ports {first} to {last} are all taken: name another with --port")
    })
}

/// A port that nobody uses now, chosen by the system.
pub(crate) fn any_free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Waits until something accepts connections on the port; `alive` may end the wait with the
/// reason why that will never be.
pub(crate) fn wait_for(port: u16, mut alive: impl FnMut() -> Result<()>) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
        alive()?;
        if Instant::now() > deadline {
            bail!("nothing answers on port {port} after a minute");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{any_free, free_from, wait_for};
    use std::net::{Ipv4Addr, TcpListener};

    #[test]
    fn a_taken_port_is_passed_over_and_answers() {
        let first = any_free().unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        assert!(free_from(first).unwrap() > first);
        wait_for(first, || panic!("it does answer")).unwrap();
    }
}
