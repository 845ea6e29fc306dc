//! Passwords of staff: Argon2id with 19 MiB of memory, two passes and one lane, which is what OWASP's Password
//! Storage Cheat Sheet asks for at least.
//!
//! Proving one takes tens of milliseconds and that memory on purpose, so at most two are at work at once,
//! away from the threads that answer requests.

use crate::problem::{Error, Result};
use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Characters of a new password at least; length is all that is asked for, as NIST SP 800-63B advises.
pub const CHARACTERS_MIN: usize = 12;
/// Bytes of a password at most.
pub const BYTES_MAX: usize = 256;
const AT_ONCE: usize = 2;
const PATIENCE: Duration = Duration::from_secs(5);

/// What stands in for the stored password of an account that does not exist, so that asking about it takes as
/// long. Made with the same parameters from random bytes that nobody kept.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cU5nZ0VxWmJ0T2pLd1lQeA$J1mR0s5zqQ0m7y3dVb2vT8uWcXh4kLpNf6eGaIiOo9E";

/// A password as somebody typed it. It is in no log: its `Debug` is blank.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// A password to prove.
    #[must_use]
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl JsonSchema for Password {
    fn schema_name() -> Cow<'static, str> {
        "Password".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password" })
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The library's own words would repeat what was typed.
        String::deserialize(deserializer)
            .map(Self)
            .map_err(|_| serde::de::Error::custom("the password is a text"))
    }
}

/// A password as the table holds it (a PHC string).
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed(String);

impl Hashed {
    /// As the table holds it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the table held it.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed(…)")
    }
}

/// Where passwords are proven, a few at a time. Clones share the places.
#[derive(Clone, Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Passwords {
    /// Makes of a new password what the table holds.
    ///
    /// # Errors
    /// 422 at `/password` for one that is too short or too long, 503 when no place is free for five seconds.
    pub async fn hash(&self, password: Password) -> Result<Hashed> {
        if password.0.chars().count() < CHARACTERS_MIN || password.0.len() > BYTES_MAX {
            return Err(Error::invalid(
                "/password",
                "bad_password",
                format!(
                    "A password has {CHARACTERS_MIN} characters at least and {BYTES_MAX} bytes at most; \
                     a few words make a good one."
                ),
            ));
        }
        self.work(move || {
            Argon2::default()
                .hash_password(password.0.as_bytes())
                .map(|hash| Hashed(hash.to_string()))
                .map_err(Error::internal)
        })
        .await?
    }

    /// Whether the password is the stored one. Without a stored one it is not, and that takes as long.
    ///
    /// # Errors
    /// 503 when no place is free for five seconds, 500 when the stored one cannot be read.
    pub async fn prove(&self, password: Password, stored: Option<Hashed>) -> Result<bool> {
        if password.0.len() > BYTES_MAX {
            return Ok(false);
        }
        self.work(move || {
            let text = stored.as_ref().map_or(NOBODY, Hashed::as_str);
            let hash = PasswordHash::new(text).map_err(Error::internal)?;
            let fits = Argon2::default().verify_password(password.0.as_bytes(), &hash);
            Ok(fits.is_ok() && stored.is_some())
        })
        .await?
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned());
        let place = place
            .await
            .map_err(|_| Error::unavailable())?
            .map_err(Error::internal)?;
        // The place goes along: whoever stops waiting does not make room before the work has ended.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        done.await.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;

    const TYPED: &str = "یک گذرواژه‌ی بلند";

    #[tokio::test]
    async fn a_password_is_proven_and_nothing_else_is() {
        let passwords = Passwords::default();
        let hashed = passwords.hash(Password::new(TYPED)).await.unwrap();
        assert!(
            hashed
                .as_str()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        for (typed, fits) in [(TYPED, true), ("", false), ("یک گذرواژه‌ی بلند ", false)]
        {
            let proven = passwords.prove(Password::new(typed), Some(hashed.clone()));
            assert_eq!(proven.await.unwrap(), fits, "{typed}");
        }
        let again = passwords.hash(Password::new(TYPED)).await.unwrap();
        assert!(again != hashed, "two of the same password are salted apart");
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let ours = argon2::Params::try_from(&hash).unwrap();
        let newest = argon2::Params::default();
        assert_eq!(
            (ours.m_cost(), ours.t_cost(), ours.p_cost()),
            (newest.m_cost(), newest.t_cost(), newest.p_cost())
        );
        let passwords = Passwords::default();
        let proven = passwords.prove(Password::new(TYPED), None);
        assert!(!proven.await.unwrap());
    }

    #[tokio::test]
    async fn a_short_or_endless_password_is_refused() {
        let long = "x".repeat(BYTES_MAX + 1);
        for typed in ["", "elevenchars", "یازده حرف ا", &long] {
            let refused = Passwords::default().hash(Password::new(typed)).await;
            assert_eq!(refused.unwrap_err().faults()[0].code, "bad_password");
        }
    }

    #[tokio::test]
    async fn two_are_proven_at_once_and_a_third_waits() {
        let passwords = Passwords::default();
        let held = Arc::clone(&passwords.places);
        let _places = held.acquire_many(2).await.unwrap();
        let third = passwords.prove(Password::new(TYPED), None);
        let waits = tokio::select! {
            biased;
            _ = third => false,
            () = std::future::ready(()) => true,
        };
        assert!(waits);
    }

    #[test]
    fn a_password_is_in_no_log_and_no_error() {
        let shown = format!("{:?} {:?}", Password::new(TYPED), Hashed(TYPED.to_owned()));
        assert!(!shown.contains(TYPED), "{shown}");
        let error = serde_json::from_str::<Vec<Password>>("[false]").unwrap_err();
        assert!(!error.to_string().contains("false"), "{error}");
    }
}
