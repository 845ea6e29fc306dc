//! The secrets of an endpoint, as its row keeps them: the newest first, former ones until they end.

use super::signature::Secret;
use crate::problem::{Error, Result};
use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// How long a former secret signs beside the new one, so that a receiver can change at its leisure.
pub const OVERLAP_MS: i64 = 24 * 3_600_000;
/// Most secrets at once.
pub const SECRETS_MAX: usize = 5;

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    secret: String,
    until: Option<i64>,
}

/// See the module. Its `Debug` shows nothing of them.
#[derive(Clone)]
pub struct Secrets(Vec<Kept>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// One fresh secret, and its text for the owner.
    #[must_use]
    pub fn fresh() -> (Self, String) {
        let shown = Secret::generate().reveal();
        let kept = Kept {
            secret: shown.clone(),
            until: None,
        };
        (Self(vec![kept]), shown)
    }

    /// Reads the column.
    ///
    /// # Errors
    /// When it holds something else. The error does not show what.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(|_| Error::internal("the secrets of an endpoint cannot be read"))
    }

    /// As the column holds them.
    ///
    /// # Errors
    /// None that are known.
    pub fn write(&self) -> Result<String> {
        Ok(serde_json::to_string(&self.0)?)
    }

    /// Those that sign now, newest first.
    ///
    /// # Errors
    /// When one of them is no secret.
    pub fn live(&self, now: Timestamp) -> Result<Vec<Secret>> {
        let live = self.0.iter().filter(|kept| is_live(kept, now));
        live.map(|kept| {
            Secret::parse(&kept.secret)
                .map_err(|_| Error::internal("a secret of an endpoint cannot be read"))
        })
        .collect()
    }

    /// How many sign now.
    #[must_use]
    pub fn count(&self, now: Timestamp) -> u32 {
        let live = self.0.iter().filter(|kept| is_live(kept, now)).count();
        u32::try_from(live).unwrap_or(u32::MAX)
    }

    /// A new secret first; the former one signs for [`OVERLAP_MS`] more. Gives the new one's text.
    ///
    /// # Errors
    /// 409 when there are [`SECRETS_MAX`] live ones already.
    pub fn rotate(&mut self, now: Timestamp) -> Result<String> {
        self.0.retain(|kept| is_live(kept, now));
        if self.0.len() >= SECRETS_MAX {
            return Err(Error::refused(
                "too_many_webhook_secrets",
                format!("{SECRETS_MAX} secrets sign already; the oldest ends within 24 hours."),
            ));
        }
        for kept in &mut self.0 {
            kept.until.get_or_insert(now.plus_ms(OVERLAP_MS).0);
        }
        let (Self(new), shown) = Self::fresh();
        self.0.splice(0..0, new);
        Ok(shown)
    }
}

fn is_live(kept: &Kept, now: Timestamp) -> bool {
    kept.until.is_none_or(|until| now.0 < until)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;

    #[test]
    fn a_former_secret_ends_a_day_after_its_rotation() {
        let (mut secrets, first) = Secrets::fresh();
        let second = secrets.rotate(Timestamp(0)).unwrap();
        let third = secrets.rotate(Timestamp(OVERLAP_MS / 2)).unwrap();
        let secrets = Secrets::read(&secrets.write().unwrap()).unwrap();
        let live = |now| {
            let live = secrets.live(Timestamp(now)).unwrap();
            live.iter().map(Secret::reveal).collect::<Vec<_>>()
        };
        let [first, second, third] = [&first, &second, &third].map(String::as_str);
        assert_eq!(live(OVERLAP_MS - 1), [third, second, first]);
        assert_eq!(live(OVERLAP_MS), [third, second]);
        assert_eq!(live(2 * OVERLAP_MS), [third]);
        assert_eq!(secrets.count(Timestamp(OVERLAP_MS)), 2);
        assert!(!format!("{secrets:?}").contains("whsec"));
    }

    #[test]
    fn no_secret_is_cut_short_by_rotating_often() {
        let (mut secrets, first) = Secrets::fresh();
        for _ in 1..SECRETS_MAX {
            secrets.rotate(Timestamp(0)).unwrap();
        }
        let refused = secrets.rotate(Timestamp(1)).unwrap_err();
        assert_eq!(refused.code(), "too_many_webhook_secrets");
        let live = secrets.live(Timestamp(1)).unwrap();
        assert!(live.iter().any(|secret| secret.reveal() == first));
        secrets.rotate(Timestamp(OVERLAP_MS)).unwrap();
        assert_eq!(secrets.count(Timestamp(OVERLAP_MS)), 2);
    }
}
