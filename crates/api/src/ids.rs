//! Ids, codes and hashes: everything here that must not be guessed comes from the system's generator.

use crate::clock::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::referral;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};

const LOWER: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Random bytes from a cryptographic generator.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes[..]);
    bytes
}

/// `mem_` and the like, then 45 bits of when it was made, in milliseconds, and 55 random bits. Rows that are made
/// together lie together in their indexes, so that a commit touches few pages; nothing else relies on the order.
#[must_use]
pub fn id(prefix: &str) -> String {
    let mut id = String::with_capacity(prefix.len() + 21);
    id.push_str(prefix);
    id.push('_');
    let letter = |bits: u8| char::from(LOWER[usize::from(bits & 31)]);
    let made = Clock::System.now().0.to_be_bytes();
    let made = u64::from_be_bytes(made);
    id.extend((0..9).rev().map(|at| letter((made >> (5 * at)) as u8)));
    id.extend(random::<11>().map(letter));
    id
}

/// A code for people: 53 random bits and a check character, in three groups of four.
#[must_use]
pub fn code() -> String {
    referral::code(random())
}

/// How many coupon codes in a row begin alike.
const RUN: u16 = 256;

/// A coupon's code: like [`code`], but 256 in a row begin with the same two random characters, so that a commit
/// of many coupons touches few pages of their index. A guess is no likelier to be right for it: all codes are as
/// evenly spread as before, and of the 2^44 that begin like a coupon that somebody got, a run has 256, fewer than
/// one in 2^35; with a million coupons out, one of the 2^53 codes in 2^33 is good.
#[must_use]
pub fn coupon_code() -> String {
    static RUNNING: Mutex<([u8; 8], u16)> = Mutex::new(([0; 8], 0));
    // Whoever panicked here left a whole value behind: it is written at once.
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let (run, left) = match *running {
        (_, 0) => (random(), RUN),
        known => known,
    };
    *running = (run, left - 1);
    drop(running);
    referral::code_of_run(run, random())
}

/// The code as we write it, if it can be one: case, spaces and dashes do not matter.
#[must_use]
pub fn read_code(input: &str) -> Option<String> {
    referral::normalise(input)
}

/// SHA-256, base64url.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    base64url(&Sha256::digest(bytes))
}

/// base64url without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_of_one_length_and_lie_together() {
        let before = id("mem");
        let all: HashSet<String> = (0..1_000).map(|_| id("mem")).collect();
        assert_eq!(all.len(), 1_000);
        for id in &all {
            assert_eq!(id.len(), 24, "{id}");
            // The letters that say when.
            assert!(id[..13] >= before[..13], "{id}, {before}");
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = code();
        assert_eq!(code.len(), 14);
        let typed = code.replace('-', " ").to_lowercase();
        assert_eq!(read_code(&typed).as_deref(), Some(code.as_str()));
    }

    #[test]
    fn coupons_begin_alike_in_runs_and_differ() {
        let all: Vec<String> = (0..2_048).map(|_| coupon_code()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        for code in &all {
            assert_eq!(read_code(code).as_ref(), Some(code));
        }
        // Eight runs or, when other tests take codes meanwhile, a few more; and no two alike but by chance.
        let mut begun: Vec<&str> = all.iter().map(|code| &code[..2]).collect();
        begun.dedup();
        assert!((7..=64).contains(&begun.len()), "{begun:?}");
        let ends: HashSet<&str> = all.iter().map(|code| &code[2..5]).collect();
        assert!(ends.len() > 600, "{} of 841", ends.len());
    }

    #[test]
    fn a_code_given_out_before_is_still_good() {
        assert_eq!(
            read_code("4aqr p8gh kxdz").as_deref(),
            Some("4AQR-P8GH-KXDZ")
        );
        assert_eq!(read_code("4AQR-P8GH-KXDY"), None);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for input in ["", "-", "AAAA", "IIII-OOOO-LLLL", "۲۳۴۵", &"2".repeat(500)] {
            assert_eq!(read_code(input), None, "{input}");
        }
    }

    #[test]
    fn ids_do_not_repeat() {
        let ids: HashSet<_> = (0..10_000).map(|_| id("mem")).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(
            ids.iter()
                .all(|id| id.starts_with("mem_") && id.len() == 24)
        );
    }
}
