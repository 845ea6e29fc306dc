//! How often one address may ask: a bucket that fills with time, in this process's memory.

use crate::sync::Shared;
use rules::Timestamp;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Reading a public program.
    Program,
    /// Trying an invitation's code.
    Claim,
}

/// Requests per minute and address.
#[derive(Debug)]
pub struct Limits {
    programs_per_minute: u32,
    claims_per_minute: u32,
    buckets: Shared<HashMap<(Kind, IpAddr), Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of a request.
    left: i64,
    at: Timestamp,
}

/// Addresses remembered at most; past that, those with a full bucket are forgotten.
const ADDRESSES_MAX: usize = 50_000;

impl Default for Limits {
    fn default() -> Self {
        Self::new(600, 10)
    }
}

impl Limits {
    /// Limits per minute and address.
    #[must_use]
    pub fn new(programs_per_minute: u32, claims_per_minute: u32) -> Self {
        Self {
            programs_per_minute,
            claims_per_minute,
            buckets: Shared::default(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The seconds to wait, when there were too many.
    pub fn count(&self, kind: Kind, from: IpAddr, now: Timestamp) -> Result<(), u32> {
        let per_minute = i64::from(match kind {
            Kind::Program => self.programs_per_minute,
            Kind::Claim => self.claims_per_minute,
        })
        .max(1);
        let full = per_minute * 1_000;
        self.buckets.with(|buckets| {
            if buckets.len() > ADDRESSES_MAX {
                buckets.retain(|_, bucket| now.since(bucket.at) < 60_000);
            }
            let bucket = buckets.entry((kind, network(from))).or_insert(Bucket {
                left: full,
                at: now,
            });
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
}
