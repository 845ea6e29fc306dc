//! What is done when a day of the program begins.

use super::{Job, Step};
use crate::problem::Result;
use crate::state::State;
use crate::{birthdays, segments};
use rules::Timestamp;
use serde_json::json;

/// Gives everybody what their birthday brings.
pub(super) async fn birthdays(state: &State, job: &Job) -> Result<Step> {
    let tomorrow = tomorrow(state, job).await?;
    birthdays::give_due(state, &job.tenant).await?;
    Ok(Step::Done(json!({}), Some(tomorrow)))
}

/// Puts every member into segments, as of the day before.
pub(super) async fn segments(state: &State, job: &Job) -> Result<Step> {
    let tomorrow = tomorrow(state, job).await?;
    segments::recompute(state, &job.tenant, "clock").await?;
    Ok(Step::Done(json!({}), Some(tomorrow)))
}

/// The beginning of the next day in the program's zone.
async fn tomorrow(state: &State, job: &Job) -> Result<Timestamp> {
    state
        .read(&job.tenant, (), |club, ()| {
            Box::pin(async move {
                let zone = club.zone();
                Ok(zone.start_of_day(zone.day(club.now).saturating_add(1)))
            })
        })
        .await
}
