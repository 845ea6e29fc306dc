//! Whom to ask.

use anyhow::{Context as _, Result, bail};
use hyper::Uri;
use hyper::header::HeaderValue;
use std::net::SocketAddr;

/// A server: its name and addresses. The name is looked up once, not for every connection.
#[derive(Clone, Debug)]
pub struct Target {
    pub(crate) addresses: Vec<SocketAddr>,
    /// What the header `Host` says.
    pub(crate) host: HeaderValue,
}

impl Target {
    /// The server of an `http://` address; its path is not looked at.
    ///
    /// # Errors
    /// When the address has another scheme (TLS would be measured too), names no host, or the host
    /// has no address.
    pub async fn of(url: &Uri) -> Result<Self> {
        if url.scheme_str() != Some("http") {
            bail!("`{url}` is not an address with http://, the only scheme that is spoken here");
        }
        let authority = url.authority().context("the address names no host")?;
        let name = authority.host().trim_matches(['[', ']']);
        let port = authority.port_u16().unwrap_or(80);
        let found = tokio::net::lookup_host((name, port)).await;
        let addresses: Vec<_> = found
            .with_context(|| format!("the host `{name}` is unknown"))?
            .collect();
        if addresses.is_empty() {
            bail!("the host `{name}` has no address");
        }
        let host = match authority.port() {
            Some(port) => format!("{}:{port}", authority.host()),
            None => authority.host().to_owned(),
        };
        let host = HeaderValue::from_str(&host).context("the host is no header value")?;
        Ok(Self { addresses, host })
    }
}
