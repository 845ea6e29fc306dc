//! Which addresses a webhook may call.
//!
//! A merchant chooses the URL and our server makes the request, so without a check a merchant could reach what
//! only our server can reach: its own ports, its neighbours, the cloud's metadata. The name is resolved here and
//! every address it has must be on the public internet. The caller then connects to the very addresses that were
//! checked: a second look-up may be answered differently.
//!
//! The ranges are those of IANA's special-purpose registries for [IPv4] and [IPv6]. In IPv6 only global unicast
//! (2000::/3) and the two forms that carry an IPv4 address to its own network are considered at all.
//!
//! [IPv4]: https://www.iana.org/assignments/iana-ipv4-special-registry
//! [IPv6]: https://www.iana.org/assignments/iana-ipv6-special-registry

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

#[cfg(test)]
mod tests;

/// The longest URL, in bytes as it is sent.
pub const URL_BYTES_MAX: usize = 2_048;
/// The standard port of HTTPS, the only one below 1024 that may be called.
const PORT: u16 = 443;
const PORT_UNPRIVILEGED: u16 = 1_024;

/// Decides which URLs may be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// For development: `http`, every port, and the addresses of this machine and of private networks are
    /// allowed too. Metadata, link-local, multicast and other addresses that no receiver has stay refused.
    pub allow_private: bool,
}

/// Why a URL may not be called. Its text never says which address a name has: that would let a caller look into
/// the names of our network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no absolute URL with a host.
    NotUrl,
    /// It is longer than [`URL_BYTES_MAX`].
    TooLong,
    /// Its scheme is not `https`.
    Scheme,
    /// It has a user name or a password.
    UserInfo,
    /// This port belongs to other services.
    Port(u16),
    /// The host's name could not be resolved.
    Unresolved,
    /// The host is or has an address that is not on the public internet.
    Address,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUrl => f.write_str("write a whole URL, such as https://shop.example/hooks"),
            Self::TooLong => write!(f, "write a URL of at most {URL_BYTES_MAX} bytes"),
            Self::Scheme => f.write_str("write a URL that begins with https://"),
            Self::UserInfo => f.write_str(
                "leave user name and password out of the URL: requests are signed instead",
            ),
            Self::Port(port) => write!(
                f,
                "port {port} cannot be called: use {PORT}, or one from {PORT_UNPRIVILEGED} up"
            ),
            Self::Unresolved | Self::Address => f.write_str(
                "the host cannot be called: all its addresses must be on the public internet",
            ),
        }
    }
}

impl std::error::Error for Refused {}

impl Guard {
    /// Reads a URL that somebody typed, and checks what can be checked without a look-up. What comes back is in the
    /// form that will be called: `https://2130706433/` has become `https://127.0.0.1/` and is refused as that.
    ///
    /// # Errors
    /// The first reason not to call it.
    pub fn read(&self, text: &str) -> Result<Url, Refused> {
        let url = Url::parse(text).map_err(|_| Refused::NotUrl)?;
        self.check(&url)?;
        Ok(url)
    }

    /// The addresses to call for this URL, each of them checked, in the order of the resolver; never empty.
    ///
    /// # Errors
    /// The first reason not to call it; one address that is refused is enough.
    pub async fn resolve(&self, url: &Url) -> Result<Vec<SocketAddr>, Refused> {
        let (host, port) = self.check(url)?;
        let name = match host {
            Host::Ipv4(ip) => return Ok(vec![SocketAddr::from((ip, port))]),
            Host::Ipv6(ip) => return Ok(vec![SocketAddr::from((ip, port))]),
            Host::Domain(name) => name,
        };
        let found = tokio::net::lookup_host((name, port)).await;
        self.permit_all(found.map_err(|_| Refused::Unresolved)?)
    }

    fn permit_all(
        &self,
        found: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Refused> {
        let mut all = Vec::new();
        for address in found {
            self.permit(address.ip())?;
            if !all.contains(&address) {
                all.push(address);
            }
        }
        if all.is_empty() {
            return Err(Refused::Unresolved);
        }
        Ok(all)
    }

    fn check<'url>(&self, url: &'url Url) -> Result<(Host<&'url str>, u16), Refused> {
        if url.as_str().len() > URL_BYTES_MAX {
            return Err(Refused::TooLong);
        }
        match url.scheme() {
            "https" => {}
            "http" if self.allow_private => {}
            _ => return Err(Refused::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        let port = url.port_or_known_default().ok_or(Refused::NotUrl)?;
        let ordinary = port == PORT || port >= PORT_UNPRIVILEGED;
        if port == 0 || !(ordinary || self.allow_private) {
            return Err(Refused::Port(port));
        }
        let host = url.host().ok_or(Refused::NotUrl)?;
        match host {
            Host::Ipv4(ip) => self.permit(IpAddr::V4(ip))?,
            Host::Ipv6(ip) => self.permit(IpAddr::V6(ip))?,
            Host::Domain(_) => {}
        }
        Ok((host, port))
    }

    fn permit(&self, ip: IpAddr) -> Result<(), Refused> {
        let reach = match ip {
            IpAddr::V4(ip) => of_v4(ip),
            IpAddr::V6(ip) => of_v6(ip),
        };
        match reach {
            Reach::Public => Ok(()),
            Reach::Private if self.allow_private => Ok(()),
            Reach::Private | Reach::Never => Err(Refused::Address),
        }
    }
}

/// From where an address can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// From everywhere.
    Public,
    /// From this machine or its network: a receiver in development may be there.
    Private,
    /// No receiver is there.
    Never,
}

/// Ranges that are not public; the first that holds an address decides.
const V4: &[(Ipv4Addr, u32, Reach)] = &[
    // Metadata: Alibaba Cloud, and Azure, whose address looks public.
    (Ipv4Addr::new(100, 100, 100, 200), 32, Reach::Never),
    (Ipv4Addr::new(168, 63, 129, 16), 32, Reach::Never),
    // This machine, private networks, the carriers' shared space.
    (Ipv4Addr::new(127, 0, 0, 0), 8, Reach::Private),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Reach::Private),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Reach::Private),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Reach::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Reach::Private),
    // Unspecified, which Linux takes for this machine.
    (Ipv4Addr::new(0, 0, 0, 0), 8, Reach::Never),
    // Link-local, with the metadata of most clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16, Reach::Never),
    // Protocol assignments, with Oracle's metadata.
    (Ipv4Addr::new(192, 0, 0, 0), 24, Reach::Never),
    // Documentation.
    (Ipv4Addr::new(192, 0, 2, 0), 24, Reach::Never),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Reach::Never),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Reach::Never),
    // Relays of 6to4.
    (Ipv4Addr::new(192, 88, 99, 0), 24, Reach::Never),
    // Benchmarks.
    (Ipv4Addr::new(198, 18, 0, 0), 15, Reach::Never),
    // Multicast, reserved, broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 3, Reach::Never),
];

/// As [`V4`]; what is neither here nor in 2000::/3 is never called.
const V6: &[(Ipv6Addr, u32, Reach)] = &[
    (Ipv6Addr::LOCALHOST, 128, Reach::Private),
    // Metadata: Amazon and Google.
    (
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
        128,
        Reach::Never,
    ),
    (
        Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
        128,
        Reach::Never,
    ),
    // Unique local.
    (
        Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0),
        7,
        Reach::Private,
    ),
    // Protocol assignments: Teredo, benchmarks, identifiers.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Reach::Never),
    // Documentation.
    (
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
        32,
        Reach::Never,
    ),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Reach::Never),
    // 6to4, which leads to an IPv4 address and is retired.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Reach::Never),
    // Global unicast: the rest of it.
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Reach::Public),
];

/// The prefix of NAT64 (RFC 6052), before 32 bits of IPv4.
const NAT64: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

fn of_v4(ip: Ipv4Addr) -> Reach {
    let bits = ip.to_bits();
    V4.iter()
        .find(|(network, prefix, _)| (bits ^ network.to_bits()) >> (32 - prefix) == 0)
        .map_or(Reach::Public, |(.., reach)| *reach)
}

fn of_v6(ip: Ipv6Addr) -> Reach {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return of_v4(v4);
    }
    let bits = ip.to_bits();
    if ip.segments()[..6] == NAT64 {
        let [.., a, b, c, d] = bits.to_be_bytes();
        return of_v4(Ipv4Addr::new(a, b, c, d));
    }
    V6.iter()
        .find(|(network, prefix, _)| (bits ^ network.to_bits()) >> (128 - prefix) == 0)
        .map_or(Reach::Never, |(.., reach)| *reach)
}
