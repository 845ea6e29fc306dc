//! One tenant's club inside one database transaction, at one instant.
//!
//! Everything that reads or writes club rows goes through a [`Club`], so that the tenant, the program
//! version and `now` are the same from the first statement to the last.

use crate::books::Warm;
use crate::ids;
use crate::problem::{Error, Result};
use crate::programs::{Published, Versions};
use rules::{Program, Timestamp, Zone};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use store::{Tx, query};

/// See the module.
#[derive(Debug)]
pub struct Club {
    /// The database transaction.
    pub tx: Tx,
    /// The instant at which all of it happens.
    pub now: Timestamp,
    /// When it is written down; later than `now` only when history is imported.
    recorded_at: Timestamp,
    /// Tells nobody outside of what happens: the shop's systems know its history already.
    pub quiet: bool,
    /// What a run of lines about one member need not read again.
    pub(crate) warm: Warm,
    published: Arc<Published>,
    versions: Versions,
    actor: String,
}

impl Club {
    /// The tenant's club, or the reason why there is none, with the transaction.
    pub async fn open(
        mut tx: Tx,
        versions: &Versions,
        tenant: &str,
        now: Timestamp,
        actor: &str,
    ) -> Result<Self, (Tx, Error)> {
        match versions.current(&mut tx, tenant, now).await {
            Ok(published) => Ok(Self {
                tx,
                now,
                recorded_at: now,
                quiet: false,
                warm: Warm::default(),
                published,
                versions: versions.clone(),
                actor: actor.to_owned(),
            }),
            Err(error) => Err((tx, error)),
        }
    }

    /// Whose rows these are.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.published.tenant
    }

    /// The version that runs now.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.published.program
    }

    /// The program's zone.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.published.zone
    }

    /// Program and zone, to keep while the club is borrowed.
    #[must_use]
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published)
    }

    /// The number of the version that runs now, as tables hold it.
    #[must_use]
    pub fn version(&self) -> i64 {
        i64::from(self.program().version)
    }

    /// Any version that was ever published.
    ///
    /// # Errors
    /// When there is no such version, or the database fails.
    pub async fn version_of(&mut self, version: i64) -> Result<Arc<Published>> {
        if version == self.version() {
            return Ok(self.published());
        }
        let tenant = self.published.tenant.clone();
        self.versions
            .get(&mut self.tx, &tenant, version, self.now)
            .await
    }

    /// When what happens here is written down.
    #[must_use]
    pub const fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    /// Who acts, for the audit.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// A statement whose `$1` is the tenant.
    pub fn query(&self, text: &'static str) -> store::Query {
        query(text).bind(self.tenant())
    }

    /// Notes who did what to what, beside the change itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(
        &mut self,
        action: &str,
        object: &str,
        detail: serde_json::Value,
    ) -> Result<()> {
        self.query(
            "INSERT INTO audit (tenant, id, at, actor, action, object, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(ids::id("aud"))
        .bind(self.recorded_at.0)
        .bind(&self.actor)
        .bind(action)
        .bind(object)
        .bind(detail.to_string())
        .execute(&mut self.tx)
        .await?;
        Ok(())
    }
}

/// The wire's word for a unit variant; tables hold the same words.
#[must_use]
pub fn word<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Reads back what [`word`] wrote.
///
/// # Errors
/// When the table holds a word that this binary does not know.
pub fn from_word<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|error| Error::internal(format!("{word}: {error}")))
}
