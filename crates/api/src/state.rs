//! What all requests share, and how a write is run.

use crate::assets::Assets;
use crate::clock::Clock;
use crate::club::Club;
use crate::db::Db;
use crate::idempotency::InFlight;
use crate::limits::Limits;
use crate::problem::{Error, Result};
use crate::programs::{self, Published};
use crate::settling;
use crate::sync::Shared;
use rules::Timestamp;
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A future that borrows the club it works on.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What all requests share. Cheap to clone. Nothing in it is the only copy of anything: any number of
/// processes may serve one database.
#[derive(Clone, Debug)]
pub struct State {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The browser's files.
    pub assets: Assets,
    /// Requests per address.
    pub limits: Arc<Limits>,
    /// Keys whose first request is at work.
    pub in_flight: InFlight,
    /// A proxy in front of us says where requests come from.
    pub behind_proxy: bool,
    programs: Shared<HashMap<String, Arc<Published>>>,
}

impl State {
    /// A state on an open database.
    #[must_use]
    pub fn new(db: Db, clock: Clock, assets: Assets, limits: Limits) -> Self {
        Self {
            db,
            clock,
            assets,
            limits: Arc::new(limits),
            in_flight: InFlight::default(),
            behind_proxy: false,
            programs: Shared::default(),
        }
    }

    /// The program that the tenant runs now, parsed once per version.
    ///
    /// # Errors
    /// When the tenant has published nothing.
    pub async fn published(
        &self,
        connection: &mut SqliteConnection,
        tenant: &str,
        now: Timestamp,
    ) -> Result<Arc<Published>> {
        let version = programs::current_version(&mut *connection, tenant).await?;
        let known = self.programs.with(|programs| programs.get(tenant).cloned());
        if let Some(known) = known.filter(|known| i64::from(known.program.version) == version) {
            return Ok(known);
        }
        let loaded = Arc::new(programs::load(connection, tenant, version, now).await?);
        self.programs
            .with(|programs| programs.insert(tenant.to_owned(), Arc::clone(&loaded)));
        Ok(loaded)
    }

    /// The club as of now, to read from.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn read(&self, tenant: &str) -> Result<Club> {
        let mut tx = self.db.begin_read().await?;
        let now = self.clock.now();
        let published = self.published(&mut tx, tenant, now).await?;
        Ok(Club::new(tx, published, now, "reader"))
    }

    /// Runs a write to its end, in a task of its own: a client that goes away does not stop it half-way.
    /// What it did is on the disk when this returns, or did not happen.
    ///
    /// # Errors
    /// What `work` gives, or 503 when the writer stays busy.
    pub async fn write<T, F>(&self, tenant: &str, actor: &str, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Club) -> Work<'a, T> + Send + 'static,
    {
        let state = self.clone();
        let (tenant, actor) = (tenant.to_owned(), actor.to_owned());
        let span = tracing::Span::current();
        let task = async move {
            let mut tx = state.db.begin_write().await?;
            let now = state.clock.now();
            let published = state.published(&mut tx, &tenant, now).await?;
            let mut club = Club::new(tx, published, now, actor);
            // On an error the transaction is dropped here, and so undone.
            let done = work(&mut club).await?;
            club.tx.commit().await?;
            Ok(done)
        };
        tokio::spawn(tracing::Instrument::instrument(task, span))
            .await
            .map_err(Error::internal)?
    }

    /// The club as of now with the member's ledger brought up to now, to read from.
    ///
    /// # Errors
    /// When the database is not available.
    pub async fn read_settled(&self, tenant: &str, member: &str) -> Result<Club> {
        let mut club = self.read(tenant).await?;
        if settling::unsettled(&mut club, member).await?.is_empty() {
            return Ok(club);
        }
        drop(club);
        let owner = member.to_owned();
        self.write(tenant, "clock", move |club| {
            Box::pin(async move { settling::settle(club, &owner).await })
        })
        .await?;
        self.read(tenant).await
    }
}
