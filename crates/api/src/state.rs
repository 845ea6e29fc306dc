//! What all requests share, and how a read or a write is run.

use crate::assets::Assets;
use crate::clock::Clock;
use crate::club::Club;
use crate::health::Health;
use crate::idempotency::InFlight;
use crate::jobs::Counters;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::passwords::Passwords;
use crate::problem::{Error, Result};
use crate::programs::Versions;
use crate::setup::Setup;
use crate::sightings::Sightings;
use crate::tries::Tries;
use crate::webhooks::address::Guard;
use crate::webhooks::sender::{Sender, TIMEOUT};
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use store::{Db, Tx};

/// A future that borrows the club it works on.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What all requests share. Cheap to clone: each layer of a request has one. Nothing in it is the only copy of
/// anything: any number of processes may serve one database.
///
/// To change a part changes this clone alone.
#[derive(Clone, Debug)]
pub struct State(Arc<Parts>);

impl Deref for State {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for State {
    fn deref_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

/// See [`State`].
#[derive(Clone, Debug)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The browser's files.
    pub assets: Assets,
    /// The studio's files.
    pub studio: Assets,
    /// Who may make the first club.
    pub setup: Setup,
    /// Pages that were noted of late.
    pub sightings: Sightings,
    /// Requests per address.
    pub limits: Arc<Limits>,
    /// Keys whose first request is at work.
    pub in_flight: InFlight,
    /// A proxy in front of us says where requests come from.
    pub behind_proxy: bool,
    /// Passwords, proven a few at a time.
    pub passwords: Passwords,
    /// Who tried to log in of late.
    pub tries: Tries,
    /// Programs, parsed once per version.
    pub versions: Versions,
    /// Whether this process may take work.
    pub health: Health,
    /// Figures for whoever watches over it.
    pub metrics: Metrics,
    /// How long an ordinary request may take before it is answered with 408; a write that it began goes on to its
    /// end.
    pub patience: Duration,
    /// Sends webhooks.
    pub sender: Sender,
    /// What its jobs did.
    pub work: Arc<Counters>,
}

/// The patience with a request, unless told otherwise.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A piece of work, with everything that it needs to begin again.
struct Job<I, F> {
    state: State,
    tenant: String,
    actor: String,
    input: I,
    work: F,
}

impl State {
    /// A state on an open database.
    #[must_use]
    pub fn new(db: Db, clock: Clock, assets: Assets, limits: Limits) -> Self {
        Self(Arc::new(Parts {
            db,
            clock,
            assets,
            studio: Assets::None,
            setup: Setup::default(),
            sightings: Sightings::default(),
            limits: Arc::new(limits),
            in_flight: InFlight::default(),
            behind_proxy: false,
            passwords: Passwords::default(),
            tries: Tries::default(),
            versions: Versions::default(),
            health: Health::default(),
            metrics: Metrics::default(),
            patience: PATIENCE,
            sender: Sender::new(Guard::default(), TIMEOUT),
            work: Arc::default(),
        }))
    }

    /// Runs a write to its end, whatever the client does. What it did is on the disk when this returns, or
    /// did not happen. `work` may begin again on what another write has changed meanwhile, so it changes
    /// nothing but the club.
    ///
    /// # Errors
    /// What `work` gives, or 503 when the database stays busy or the ledger does not add up.
    pub async fn write<I, T, F>(&self, tenant: &str, actor: &str, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        if self.health.is_broken() {
            return Err(Error::ledger_broken());
        }
        let job = self.job(tenant, actor, input, work);
        self.db.write(job, |tx, job| Box::pin(job.run(tx))).await
    }

    /// Runs a read on one consistent picture of the club.
    ///
    /// # Errors
    /// What `work` gives, or 503 when the database stays busy.
    pub async fn read<I, T, F>(&self, tenant: &str, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        let job = self.job(tenant, "reader", input, work);
        self.db.read(job, |tx, job| Box::pin(job.run(tx))).await
    }

    fn job<I, F>(&self, tenant: &str, actor: &str, input: I, work: F) -> Job<I, F> {
        Job {
            state: self.clone(),
            tenant: tenant.to_owned(),
            actor: actor.to_owned(),
            input,
            work,
        }
    }
}

impl<I, F> Job<I, F> {
    async fn run<T>(&self, tx: Tx) -> (Tx, Result<T>)
    where
        F: for<'b> Fn(&'b mut Club, &'b I) -> Work<'b, T>,
    {
        let now = self.state.clock.now();
        let opened = Club::open(tx, &self.state.versions, &self.tenant, now, &self.actor).await;
        match opened {
            Ok(mut club) => {
                let done = (self.work)(&mut club, &self.input).await;
                (club.tx, done)
            }
            Err((tx, error)) => (tx, Err::<T, Error>(error)),
        }
    }
}
