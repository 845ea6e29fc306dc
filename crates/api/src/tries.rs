//! How often somebody may try to log in: ten times in a quarter of an hour, per address and per account. It is
//! counted in this process's memory; each of several processes counts for itself.

use crate::ids;
use crate::limits::network;
use crate::sync::Shared;
use rules::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

/// Tries in a [`WINDOW_MS`].
pub const TRIES: usize = 10;
/// A quarter of an hour.
pub const WINDOW_MS: i64 = 15 * 60 * 1_000;
/// Addresses and accounts that are remembered; past that, the half that tried least lately is forgotten.
const REMEMBERED: usize = 20_000;

/// Who tries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Address(IpAddr),
    /// The digest of program and e-mail, so that what somebody typed is not kept.
    Account(String),
}

/// The tries of late. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Tries {
    lately: Shared<HashMap<Who, VecDeque<Timestamp>>>,
}

impl Tries {
    /// Counts a try of this address for this account.
    ///
    /// # Errors
    /// The seconds to wait, when there were ten already. The refused try does not count.
    pub fn count(
        &self,
        from: IpAddr,
        program: &str,
        email: &str,
        now: Timestamp,
    ) -> Result<(), u32> {
        let all = [Who::Address(network(from)), account(program, email)];
        self.lately.with(|lately| {
            let waits = all.iter().filter_map(|who| wait(lately.get_mut(who)?, now));
            if let Some(wait_s) = waits.max() {
                return Err(wait_s);
            }
            for who in all {
                make_room(lately, &who, now);
                lately.entry(who).or_default().push_back(now);
            }
            Ok(())
        })
    }

    /// Forgets the tries for this account, since its password was proven. The address keeps its own: somebody
    /// with one account must not thereby try others.
    pub fn proven(&self, program: &str, email: &str) {
        self.lately
            .with(|lately| lately.remove(&account(program, email)));
    }
}

fn account(program: &str, email: &str) -> Who {
    Who::Account(ids::digest(format!("{program}\n{email}").as_bytes()))
}

/// Within a window of now; a clock that was set back does not lock anybody out for longer.
const fn counts(at: Timestamp, now: Timestamp) -> bool {
    now.since(at).abs() < WINDOW_MS
}

/// Drops what is past, and says how long to wait, if so.
fn wait(tries: &mut VecDeque<Timestamp>, now: Timestamp) -> Option<u32> {
    tries.retain(|at| counts(*at, now));
    let first = tries.front().filter(|_| tries.len() >= TRIES)?;
    let wait_ms = (WINDOW_MS - now.since(*first)).clamp(0, WINDOW_MS);
    Some(u32::try_from(wait_ms.div_euclid(1_000) + 1).unwrap_or(1))
}

fn make_room(lately: &mut HashMap<Who, VecDeque<Timestamp>>, who: &Who, now: Timestamp) {
    if lately.len() < REMEMBERED || lately.contains_key(who) {
        return;
    }
    let last = |tries: &VecDeque<Timestamp>| tries.back().copied();
    lately.retain(|_, tries| last(tries).is_some_and(|at| counts(at, now)));
    if lately.len() >= REMEMBERED {
        // Half of them at once, so that a flood does not sort the memory at every try.
        let mut times: Vec<_> = lately.values().map(last).collect();
        let (_, median, _) = times.select_nth_unstable(REMEMBERED / 2);
        let median = *median;
        lately.retain(|_, tries| last(tries) > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn home(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
    }

    #[test]
    fn an_eleventh_try_for_an_account_waits_wherever_it_comes_from() {
        let tries = Tries::default();
        for last in 0..10 {
            let at = Timestamp(i64::from(last) * 1_000);
            assert_eq!(tries.count(home(last), "club", "a@b", at), Ok(()));
        }
        let at = Timestamp(10_000);
        assert_eq!(tries.count(home(10), "club", "a@b", at), Err(891));
        assert_eq!(tries.count(home(10), "club", "c@d", at), Ok(()));
        assert_eq!(tries.count(home(10), "other", "a@b", at), Ok(()));
        let later = Timestamp(WINDOW_MS);
        assert_eq!(tries.count(home(10), "club", "a@b", later), Ok(()));
        assert!(tries.count(home(11), "club", "a@b", later).is_err());
    }

    #[test]
    fn an_eleventh_try_of_an_address_waits_whatever_it_tries() {
        let tries = Tries::default();
        let now = Timestamp(0);
        for n in 0..10 {
            let email = format!("{n}@b");
            assert_eq!(tries.count(home(1), "club", &email, now), Ok(()));
            tries.proven("club", &email);
        }
        assert_eq!(tries.count(home(1), "club", "x@b", now), Err(901));
        assert_eq!(tries.count(home(2), "club", "x@b", now), Ok(()));
    }

    #[test]
    fn a_proven_password_forgets_the_tries_before_it() {
        let tries = Tries::default();
        let now = Timestamp(0);
        for last in 0..10 {
            assert_eq!(tries.count(home(last), "club", "a@b", now), Ok(()));
        }
        tries.proven("club", "a@b");
        assert_eq!(tries.count(home(11), "club", "a@b", now), Ok(()));
    }

    #[test]
    fn memory_has_an_end() {
        let tries = Tries::default();
        for n in 0..u32::try_from(REMEMBERED).unwrap_or(0) + 10 {
            let from = IpAddr::V4(Ipv4Addr::from(n));
            let at = Timestamp(i64::from(n) / 100);
            assert_eq!(tries.count(from, "club", &n.to_string(), at), Ok(()));
        }
        let known = tries.lately.with(|lately| lately.len());
        assert!((REMEMBERED / 4..=REMEMBERED).contains(&known), "{known}");
    }
}
