//! How often one address or one key may ask: a bucket that fills with time, in this process's memory. Each of several
//! processes counts for itself.

use crate::sync::Shared;
use rules::Timestamp;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Reading a public program.
    Program,
    /// Trying an invitation's code, or a link to a survey.
    Claim,
    /// Any request at all.
    Any,
}

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Address(Kind, IpAddr),
    /// A secret key, by its id.
    Key(String),
}

/// Requests per minute, of one address or by one key. 0 means as many as they like.
#[derive(Debug)]
pub struct Limits {
    programs_per_minute: u32,
    claims_per_minute: u32,
    any_per_minute: u32,
    key_per_minute: u32,
    buckets: Shared<HashMap<Who, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of a request.
    left: i64,
    at: Timestamp,
}

/// Addresses and keys remembered at most; past that, those with a full bucket are forgotten.
const REMEMBERED: usize = 50_000;

impl Default for Limits {
    fn default() -> Self {
        Self::new(600, 10)
    }
}

impl Limits {
    /// Limits for public programs and for invitations; none for requests as such and for keys.
    #[must_use]
    pub fn new(programs_per_minute: u32, claims_per_minute: u32) -> Self {
        Self {
            programs_per_minute,
            claims_per_minute,
            any_per_minute: 0,
            key_per_minute: 0,
            buckets: Shared::default(),
        }
    }

    /// With limits for all requests of one address together, and for those by one secret key.
    #[must_use]
    pub fn with(mut self, any_per_minute: u32, key_per_minute: u32) -> Self {
        self.any_per_minute = any_per_minute;
        self.key_per_minute = key_per_minute;
        self
    }

    /// Counts a request of an address. Of this machine's own addresses not every request is counted as
    /// [`Kind::Any`]: whoever asks from there is a proxy for many, or the operator.
    ///
    /// # Errors
    /// The seconds to wait, when there were too many.
    pub fn count(&self, kind: Kind, from: IpAddr, now: Timestamp) -> Result<(), u32> {
        let per_minute = match kind {
            Kind::Program => self.programs_per_minute,
            Kind::Claim => self.claims_per_minute,
            Kind::Any if from.is_loopback() || from.is_unspecified() => 0,
            Kind::Any => self.any_per_minute,
        };
        self.take(Who::Address(kind, network(from)), per_minute, now)
    }

    /// Counts a request by a secret key.
    ///
    /// # Errors
    /// The seconds to wait, when there were too many.
    pub fn count_key(&self, id: &str, now: Timestamp) -> Result<(), u32> {
        if self.key_per_minute == 0 {
            return Ok(());
        }
        self.take(Who::Key(id.to_owned()), self.key_per_minute, now)
    }

    fn take(&self, who: Who, per_minute: u32, now: Timestamp) -> Result<(), u32> {
        if per_minute == 0 {
            return Ok(());
        }
        let per_minute = i64::from(per_minute);
        let full = per_minute * 1_000;
        self.buckets.with(|buckets| {
            if buckets.len() > REMEMBERED {
                buckets.retain(|_, bucket| now.since(bucket.at) < 60_000);
            }
            let fresh = Bucket {
                left: full,
                at: now,
            };
            let bucket = buckets.entry(who).or_insert(fresh);
            // A minute fills any bucket; a clock that goes back fills nothing.
            let passed = now.since(bucket.at).clamp(0, 60_000);
            bucket.left = (bucket.left + passed * per_minute / 60).min(full);
            bucket.at = now;
            if bucket.left >= 1_000 {
                bucket.left -= 1_000;
                return Ok(());
            }
            let wait_ms = (1_000 - bucket.left) * 60 / per_minute;
            Err(u32::try_from(wait_ms.div_euclid(1_000) + 1).unwrap_or(60))
        })
    }
}

/// One household has one IPv6 network, not one address.
pub(crate) fn network(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        },
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

    #[test]
    fn an_eleventh_try_in_a_minute_waits() {
        let limits = Limits::new(600, 10);
        for _ in 0..10 {
            assert_eq!(limits.count(Kind::Claim, HOME, Timestamp(0)), Ok(()));
        }
        assert_eq!(limits.count(Kind::Claim, HOME, Timestamp(0)), Err(7));
        assert_eq!(limits.count(Kind::Program, HOME, Timestamp(0)), Ok(()));
        assert_eq!(limits.count(Kind::Claim, HOME, Timestamp(7_000)), Ok(()));
    }

    #[test]
    fn another_address_of_the_same_network_is_the_same_visitor() {
        let limits = Limits::new(600, 1);
        let from = |last| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
        assert_eq!(limits.count(Kind::Claim, from(1), Timestamp(0)), Ok(()));
        assert!(limits.count(Kind::Claim, from(2), Timestamp(0)).is_err());
    }

    #[test]
    fn keys_are_counted_apart_and_a_limit_of_nothing_is_none() {
        let limits = Limits::new(0, 10).with(2, 1);
        let now = Timestamp(0);
        assert_eq!(limits.count_key("key_a", now), Ok(()));
        assert_eq!(limits.count_key("key_a", now), Err(61));
        assert_eq!(limits.count_key("key_b", now), Ok(()));
        for _ in 0..100 {
            assert_eq!(limits.count(Kind::Program, HOME, now), Ok(()));
            let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
            assert_eq!(limits.count(Kind::Any, here, now), Ok(()));
        }
        assert_eq!(limits.count(Kind::Any, HOME, now), Ok(()));
        assert_eq!(limits.count(Kind::Any, HOME, now), Ok(()));
        assert_eq!(limits.count(Kind::Any, HOME, now), Err(31));
        assert_eq!(Limits::default().count_key("key_a", now), Ok(()));
    }
}
