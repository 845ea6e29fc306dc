//! The auditor: looks at every invariant of the ledger while the server runs, and stops all writing when one does not
//! hold.
//!
//! Each invariant is one statement on a picture of its own, and the auditor rests between two, so that nobody waits
//! for it and no old picture of the database has to be kept for long. Every process audits for itself.

use crate::check::{self, Finding};
use crate::problem::Result;
use crate::state::State;
use std::time::Duration;

/// Between two invariants.
const REST: Duration = Duration::from_millis(200);

/// Looks at every invariant once. Those that do not hold, after which nothing is written any more.
///
/// # Errors
/// When the database fails; then nothing is known.
pub async fn look(state: &State) -> Result<Vec<Finding>> {
    look_resting(state, Duration::ZERO).await
}

async fn look_resting(state: &State, rest: Duration) -> Result<Vec<Finding>> {
    let mut broken = Vec::new();
    for which in 0..check::count() {
        let finding = check::one(&state.db, which).await?;
        if finding.broken > 0 {
            broken.push(finding);
        }
        tokio::time::sleep(rest).await;
    }
    state.metrics.audited(broken.len());
    if !broken.is_empty() {
        for finding in &broken {
            tracing::error!(
                invariant = finding.name,
                holds = finding.holds,
                broken = finding.broken,
                "the ledger does not add up; nothing is written until the server is started again"
            );
        }
        let names = broken.iter().map(|finding| finding.name).collect();
        state.health.ledger_is_broken(names);
    }
    Ok(broken)
}

/// Looks now and after each pause, until it is dropped.
pub async fn keep_looking(state: State, pause: Duration) {
    loop {
        match look_resting(&state, REST).await {
            Ok(broken) if broken.is_empty() => tracing::debug!("the ledger adds up"),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the ledger could not be audited; the next look tries again")
            }
        }
        tokio::time::sleep(pause).await;
    }
}
