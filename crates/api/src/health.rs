//! Whether this process may take work: it may not write to a ledger that does not add up, nor begin what it cannot
//! end.

use crate::sync::Shared;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// See the module. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Health {
    broken: Shared<Vec<&'static str>>,
    is_broken: Arc<AtomicBool>,
    stopping: Arc<AtomicBool>,
}

impl Health {
    /// Stops all writing to the ledger, because these invariants do not hold. It stays so until the process is
    /// started again, which is for an operator who has repaired the ledger.
    pub fn ledger_is_broken(&self, invariants: Vec<&'static str>) {
        self.broken.with(|broken| *broken = invariants);
        self.is_broken.store(true, Ordering::SeqCst);
    }

    /// Whether the ledger does not add up.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// The invariants that do not hold; empty when nothing is known to be wrong.
    #[must_use]
    pub fn broken(&self) -> Vec<&'static str> {
        self.broken.with(|broken| broken.clone())
    }

    /// Says that no more work should come.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Whether the process is about to end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}
