//! Ids, codes and hashes: everything here that must not be guessed comes from the system's generator.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Digits and letters that cannot be taken for each other when read aloud or typed. Their number is prime,
/// so that the check character catches every wrong character and every two that changed places.
const ALPHABET: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
const CODE_LENGTH: usize = 12;

const LOWER: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Random bytes from a cryptographic generator.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes[..]);
    bytes
}

/// `mem_` and the like, then 100 random bits.
#[must_use]
pub fn id(prefix: &str) -> String {
    let mut id = String::with_capacity(prefix.len() + 21);
    id.push_str(prefix);
    id.push('_');
    id.extend(random::<20>().map(|byte| char::from(LOWER[usize::from(byte & 31)])));
    id
}

/// A code for people: 53 random bits and a check character, in three groups of four.
#[must_use]
pub fn code() -> String {
    let mut values = Vec::with_capacity(CODE_LENGTH);
    while values.len() < CODE_LENGTH - 1 {
        // 8 × 29 = 232: what is above would favour some characters.
        values.extend(
            random::<16>()
                .into_iter()
                .filter(|byte| *byte < 232)
                .map(|byte| usize::from(byte) % ALPHABET.len())
                .take(CODE_LENGTH - 1 - values.len()),
        );
    }
    values.push(check_value(&values));
    grouped(values.into_iter().map(|value| char::from(ALPHABET[value])))
}

/// The code as we write it, if it can be one: case, spaces and dashes do not matter.
#[must_use]
pub fn read_code(input: &str) -> Option<String> {
    if input.len() > 64 {
        return None;
    }
    let values = input
        .bytes()
        .filter(|byte| !matches!(byte, b'-' | b' '))
        .map(|byte| {
            ALPHABET
                .iter()
                .position(|known| *known == byte.to_ascii_uppercase())
        })
        .collect::<Option<Vec<_>>>()?;
    let (last, body) = values.split_last()?;
    (values.len() == CODE_LENGTH && check_value(body) == *last)
        .then(|| grouped(values.iter().map(|value| char::from(ALPHABET[*value]))))
}

fn check_value(values: &[usize]) -> usize {
    let weighted: usize = values
        .iter()
        .zip(2..)
        .map(|(value, weight)| value * weight)
        .sum();
    (ALPHABET.len() - weighted % ALPHABET.len()) % ALPHABET.len()
}

fn grouped(letters: impl Iterator<Item = char>) -> String {
    let mut code = String::with_capacity(CODE_LENGTH + 2);
    for (at, letter) in letters.enumerate() {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    code
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
    fn a_code_is_read_however_it_is_typed() {
        let code = code();
        assert_eq!(code.len(), 14);
        let typed = code.replace('-', " ").to_lowercase();
        assert_eq!(read_code(&typed).as_deref(), Some(code.as_str()));
    }

    #[test]
    fn a_slip_of_the_finger_is_caught() {
        for _ in 0..200 {
            let plain = code().replace('-', "").into_bytes();
            for at in 0..plain.len() {
                let mut wrong = plain.clone();
                wrong[at] =
                    ALPHABET[(ALPHABET.iter().position(|c| *c == plain[at]).unwrap() + 7) % 29];
                assert_eq!(read_code(std::str::from_utf8(&wrong).unwrap()), None);
                if at > 0 && plain[at] != plain[at - 1] {
                    let mut swapped = plain.clone();
                    swapped.swap(at, at - 1);
                    assert_eq!(read_code(std::str::from_utf8(&swapped).unwrap()), None);
                }
            }
        }
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
