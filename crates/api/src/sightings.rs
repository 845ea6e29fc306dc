//! When pages of a shop were last heard of: noted to the hour, so that a page view costs no write.

use crate::clock::Clock;
use crate::problem::Result;
use crate::sync::Shared;
use rules::Timestamp;
use std::collections::HashMap;
use store::{Db, Tx, query};

/// How long a page is not noted again.
pub const NOTED_MS: i64 = 3_600_000;
/// Most pages that a process remembers to have noted. Only origins on a key's list are; what is forgotten is noted once
/// more.
const MOST: usize = 10_000;

/// A page as it is noted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    /// The tenant.
    pub tenant: String,
    /// The publishable key's id.
    pub key: String,
    /// Whose page it is.
    pub origin: String,
}

/// What this process has noted, and when.
#[derive(Clone, Debug, Default)]
pub struct Sightings(Shared<HashMap<Seen, i64>>);

impl Sightings {
    /// Whether it is to be noted now; it is then taken to be.
    fn is_due(&self, seen: &Seen, now: Timestamp) -> bool {
        self.0.with(|noted| {
            let last = noted.get(seen).copied();
            if last.is_some_and(|at| now.0.saturating_sub(at) < NOTED_MS) {
                return false;
            }
            if noted.len() >= MOST {
                noted.clear();
            }
            noted.insert(seen.clone(), now.0);
            true
        })
    }

    /// Notes a page once an hour. Nobody waits for it: where it fails, a later page is noted.
    pub fn note(&self, db: &Db, clock: &Clock, seen: Seen) {
        let now = clock.now();
        if !self.is_due(&seen, now) {
            return;
        }
        let (db, noted) = (db.clone(), self.0.clone());
        tokio::spawn(async move {
            let written: Result<()> = db
                .write((seen.clone(), now), |mut tx, (seen, now)| {
                    Box::pin(async move {
                        let written = write(&mut tx, seen, *now).await;
                        (tx, written)
                    })
                })
                .await;
            if let Err(error) = written {
                tracing::warn!(%error, "a page was not noted");
                noted.with(|noted| noted.remove(&seen));
            }
        });
    }
}

async fn write(tx: &mut Tx, seen: &Seen, now: Timestamp) -> Result<()> {
    query(
        "INSERT INTO sightings (tenant, key_id, origin, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant, key_id, origin) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(&seen.tenant)
    .bind(&seen.key)
    .bind(&seen.origin)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_noted_once_an_hour() {
        let sightings = Sightings::default();
        let seen = |origin: &str| Seen {
            tenant: "ten_1".to_owned(),
            key: "key_1".to_owned(),
            origin: origin.to_owned(),
        };
        let due = |origin: &str, ms: i64| sightings.is_due(&seen(origin), Timestamp(ms));
        assert!(due("https://a.example", 0));
        assert!(!due("https://a.example", NOTED_MS - 1));
        assert!(due("https://b.example", 1));
        assert!(due("https://a.example", NOTED_MS));
        for n in 0..=MOST {
            due(&format!("https://{n}.example"), NOTED_MS);
        }
        assert!(due("https://a.example", NOTED_MS));
    }
}
