//! Signatures of webhooks, after the Standard Webhooks 1.0.
//!
//! A request carries three headers: [`ID`], [`TIMESTAMP`] and [`SIGNATURE`]. The last one is a list with a space
//! between its parts, each `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`. There is one part for
//! each live secret, so that a receiver may change to the next secret at its leisure.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

use crate::ids;

/// The header with the message's id; the same at every try.
pub const ID: &str = "webhook-id";
/// The header with the seconds since 1970 at which this try was made.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";
/// How far a message's timestamp may lie from the receiver's clock, in seconds, either way.
pub const TOLERANCE_S: i64 = 300;

const PREFIX: &str = "whsec_";
const VERSION: &str = "v1";
const BYTES_MIN: usize = 24;
const BYTES_MAX: usize = 64;
const BYTES_MADE: usize = 32;

/// A secret that we and one receiver share. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A fresh secret of 32 random bytes.
    #[must_use]
    pub fn generate() -> Self {
        Self(ids::random::<BYTES_MADE>().to_vec())
    }

    /// Reads `whsec_` and the padded base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let coded = text.strip_prefix(PREFIX).ok_or(BadSecret::Prefix)?;
        let bytes = STANDARD.decode(coded).map_err(|_| BadSecret::Base64)?;
        if (BYTES_MIN..=BYTES_MAX).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(BadSecret::Length(bytes.len()))
        }
    }

    /// The secret as text, for the database and for its owner: what [`Secret::parse`] reads.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        #[allow(
            clippy::expect_used,
            reason = "HMAC is defined for keys of every length"
        )]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a text is no [`Secret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadSecret {
    /// It does not begin with `whsec_`.
    Prefix,
    /// What follows is not base64 with its padding.
    Base64,
    /// It holds this many bytes, and not 24 to 64.
    Length(usize),
}

impl fmt::Display for BadSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix => write!(f, "a webhook secret begins with `{PREFIX}`"),
            Self::Base64 => write!(
                f,
                "after `{PREFIX}`, a webhook secret is base64 with padding"
            ),
            Self::Length(bytes) => write!(
                f,
                "a webhook secret holds {BYTES_MIN} to {BYTES_MAX} bytes, and this one holds {bytes}"
            ),
        }
    }
}

impl std::error::Error for BadSecret {}

/// The value of [`SIGNATURE`]: one signature for each of `secrets`, in their order. It is empty without secrets.
///
/// `timestamp_s` is in seconds since 1970. `id` has no full stop in it, or the signed text could be cut in two ways.
#[must_use]
pub fn sign(secrets: &[Secret], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let timestamp = timestamp_s.to_string();
    let signatures = secrets.iter().map(|secret| {
        let tag = secret.mac(id, &timestamp, body).finalize().into_bytes();
        format!("{VERSION},{}", STANDARD.encode(tag))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

/// Why a message is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// This header is absent or is not text.
    Header(&'static str),
    /// The timestamp is not a whole number of seconds.
    Timestamp,
    /// The timestamp lies more than [`TOLERANCE_S`] before the receiver's clock.
    TooOld,
    /// The timestamp lies more than [`TOLERANCE_S`] after the receiver's clock.
    TooNew,
    /// No signature was made with one of the secrets.
    Signature,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "the header `{name}` is absent or is not text"),
            Self::Timestamp => {
                write!(
                    f,
                    "`{TIMESTAMP}` is not a whole number of seconds since 1970"
                )
            }
            Self::TooOld => write!(f, "`{TIMESTAMP}` is more than {TOLERANCE_S} s ago"),
            Self::TooNew => write!(f, "`{TIMESTAMP}` is more than {TOLERANCE_S} s ahead"),
            Self::Signature => f.write_str("no signature fits the message and a live secret"),
        }
    }
}

impl std::error::Error for Invalid {}

/// Checks a message as its receiver would. Signatures are compared in constant time; parts of a version other
/// than `v1` are passed over. `now_s` is in seconds since 1970.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(
    secrets: &[Secret],
    headers: &HeaderMap,
    body: &[u8],
    now_s: i64,
) -> Result<(), Invalid> {
    let text = |name: &'static str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.ok_or(Invalid::Header(name))
    };
    let (id, timestamp, signatures) = (text(ID)?, text(TIMESTAMP)?, text(SIGNATURE)?);
    let at: i64 = timestamp.parse().map_err(|_| Invalid::Timestamp)?;
    if at < now_s.saturating_sub(TOLERANCE_S) {
        return Err(Invalid::TooOld);
    }
    if at > now_s.saturating_add(TOLERANCE_S) {
        return Err(Invalid::TooNew);
    }
    let tags = signatures.split(' ').filter_map(|part| {
        let (version, coded) = part.split_once(',')?;
        if version == VERSION {
            STANDARD.decode(coded).ok()
        } else {
            None
        }
    });
    for tag in tags {
        for secret in secrets {
            if secret.mac(id, timestamp, body).verify_slice(&tag).is_ok() {
                return Ok(());
            }
        }
    }
    Err(Invalid::Signature)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a test stops there"
    )]

    use super::*;
    use crate::clock::Clock;
    use proptest::prelude::*;
    use standardwebhooks::{Webhook, WebhookError};

    const NOW: i64 = 1_800_000_000;
    const BODY: &str = r#"{"type":"points.earned","note":"۱۲۰ امتیاز برای خرید شما"}"#;

    fn headers(id: &str, timestamp_s: i64, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ID, id.parse().unwrap());
        headers.insert(TIMESTAMP, timestamp_s.to_string().parse().unwrap());
        headers.insert(SIGNATURE, signature.parse().unwrap());
        headers
    }

    fn signed(secrets: &[Secret], timestamp_s: i64) -> HeaderMap {
        let signature = sign(secrets, "evt_1", timestamp_s, BODY.as_bytes());
        headers("evt_1", timestamp_s, &signature)
    }

    #[test]
    fn the_example_of_the_standard_comes_out() {
        let secret = Secret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
        assert_eq!(
            sign(&[secret], id, 1_649_367_553, body),
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        );
    }

    #[test]
    fn the_public_library_reads_ours() {
        // That library asks the machine for the time.
        let now = Clock::System.now().0 / 1_000;
        let (old, new, other) = (Secret::generate(), Secret::generate(), Secret::generate());
        let headers = signed(&[old.clone(), new.clone()], now);
        for secret in [&old, &new] {
            let theirs = Webhook::new(&secret.reveal()).unwrap();
            theirs.verify(BODY.as_bytes(), &headers).unwrap();
            let changed = BODY.replace('۱', "۲");
            let refused = theirs.verify(changed.as_bytes(), &headers);
            assert!(matches!(refused, Err(WebhookError::InvalidSignature)));
        }
        let theirs = Webhook::new(&other.reveal()).unwrap();
        assert!(theirs.verify(BODY.as_bytes(), &headers).is_err());
    }

    #[test]
    fn we_read_the_public_librarys() {
        let secret = Secret::generate();
        let theirs = Webhook::new(&secret.reveal()).unwrap();
        let signature = theirs.sign("evt_1", NOW, BODY.as_bytes()).unwrap();
        let headers = headers("evt_1", NOW, &signature);
        assert_eq!(
            verify(&[secret], &headers, BODY.as_bytes(), NOW),
            Ok(()),
            "{headers:?}"
        );
    }

    #[test]
    fn either_secret_of_a_rotation_is_enough() {
        let (old, new) = (Secret::generate(), Secret::generate());
        let headers = signed(&[new.clone(), old.clone()], NOW);
        for held in [vec![old.clone()], vec![new.clone()], vec![old, new]] {
            assert_eq!(verify(&held, &headers, BODY.as_bytes(), NOW), Ok(()));
        }
        let stranger = [Secret::generate()];
        let refused = verify(&stranger, &headers, BODY.as_bytes(), NOW);
        assert_eq!(refused, Err(Invalid::Signature));
        let refused = verify(&[], &headers, BODY.as_bytes(), NOW);
        assert_eq!(refused, Err(Invalid::Signature));
    }

    #[test]
    fn a_message_counts_for_five_minutes_either_way() {
        let secrets = [Secret::generate()];
        let at = |now| verify(&secrets, &signed(&secrets, NOW), BODY.as_bytes(), now);
        assert_eq!(at(NOW - 300), Ok(()));
        assert_eq!(at(NOW - 301), Err(Invalid::TooNew));
        assert_eq!(at(NOW + 300), Ok(()));
        assert_eq!(at(NOW + 301), Err(Invalid::TooOld));
        assert_eq!(at(i64::MAX), Err(Invalid::TooOld));
        assert_eq!(at(i64::MIN), Err(Invalid::TooNew));
    }

    #[test]
    fn every_part_is_signed() {
        let secrets = [Secret::generate()];
        let good = signed(&secrets, NOW);
        for (name, value) in [
            (ID, "evt_2"),
            (TIMESTAMP, "1800000001"),
            (SIGNATURE, "v1,"),
            (SIGNATURE, "v1,AAAA"),
            (SIGNATURE, ""),
        ] {
            let mut changed = good.clone();
            changed.insert(name, value.parse().unwrap());
            let refused = verify(&secrets, &changed, BODY.as_bytes(), NOW);
            assert_eq!(refused, Err(Invalid::Signature), "{name}: {value}");
        }
        let of_version_2 = good[SIGNATURE].to_str().unwrap().replace("v1,", "v2,");
        let refused = verify(
            &secrets,
            &headers("evt_1", NOW, &of_version_2),
            BODY.as_bytes(),
            NOW,
        );
        assert_eq!(refused, Err(Invalid::Signature));
    }

    #[test]
    fn a_header_that_is_missing_is_named() {
        let secrets = [Secret::generate()];
        for name in [ID, TIMESTAMP, SIGNATURE] {
            let mut headers = signed(&secrets, NOW);
            headers.remove(name);
            let refused = verify(&secrets, &headers, BODY.as_bytes(), NOW);
            assert_eq!(refused, Err(Invalid::Header(name)));
        }
        let mut headers = signed(&secrets, NOW);
        headers.insert(TIMESTAMP, "soon".parse().unwrap());
        let refused = verify(&secrets, &headers, BODY.as_bytes(), NOW);
        assert_eq!(refused, Err(Invalid::Timestamp));
    }

    #[test]
    fn secrets_are_24_to_64_bytes_of_base64() {
        let of =
            |bytes: usize| Secret::parse(&format!("whsec_{}", STANDARD.encode(vec![7; bytes])));
        assert_eq!(of(23), Err(BadSecret::Length(23)));
        assert_eq!(of(24), Ok(Secret(vec![7; 24])));
        assert_eq!(of(64), Ok(Secret(vec![7; 64])));
        assert_eq!(of(65), Err(BadSecret::Length(65)));
        assert_eq!(Secret::parse("whsec_"), Err(BadSecret::Length(0)));
        assert_eq!(Secret::parse("whsec_رمز"), Err(BadSecret::Base64));
        let bare = STANDARD.encode([7; 32]);
        assert_eq!(Secret::parse(&bare), Err(BadSecret::Prefix));
        let unpadded = format!("whsec_{}", bare.trim_end_matches('='));
        assert_eq!(Secret::parse(&unpadded), Err(BadSecret::Base64));
    }

    #[test]
    fn fresh_secrets_differ_and_are_not_shown_by_accident() {
        let (one, other) = (Secret::generate(), Secret::generate());
        assert_ne!(one, other);
        assert_eq!(one.0.len(), BYTES_MADE);
        assert_eq!(Secret::parse(&one.reveal()), Ok(one.clone()));
        assert_eq!(format!("{one:?}"), "Secret(…)");
    }

    proptest! {
        #[test]
        fn both_libraries_make_the_same_signature(
            key in prop::collection::vec(any::<u8>(), BYTES_MIN..=BYTES_MAX),
            id in "[a-z0-9_]{1,40}",
            timestamp in any::<i64>(),
            body in any::<String>(),
        ) {
            let theirs = Webhook::from_bytes(key.clone()).unwrap();
            let theirs = theirs.sign(&id, timestamp, body.as_bytes()).unwrap();
            prop_assert_eq!(sign(&[Secret(key)], &id, timestamp, body.as_bytes()), theirs);
        }
    }
}
