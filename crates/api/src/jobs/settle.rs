//! Members whom time has done something to: points that end or become active, coupons that nobody used, tiers that are
//! lost, what is to be told in time, plans that end.

use super::{Counters, Job, Step, rows};
use crate::books::{About, Books};
use crate::club::Club;
use crate::problem::{Error, Result};
use crate::state::{State, Work};
use crate::{memberships, referrals};
use serde_json::json;
use store::query;

/// The kind of the job of one member that was set aside; the job's name is the member's id.
pub(super) const KIND: &str = "member";
/// Members in one look: small enough that nobody waits for them.
const BATCH: i64 = 100;

/// What else is done for a member on the day when it is due, after the books are up to now. Each looks for itself
/// whether there is something, under the member's lock, and does it once.
type Also = for<'a> fn(&'a mut Club, &'a str) -> Work<'a, bool>;
const ALSO: &[Also] = &[
    |club, member| Box::pin(async move { Ok(referrals::reward_due(club, member).await? > 0) }),
    |club, member| Box::pin(memberships::end_due(club, member)),
];

/// Brings every member who is due up to now. Gives how many this process did. One who fails is set aside and tried
/// again as a job.
pub(super) async fn pass(state: &State) -> Result<u64> {
    let mut settled = 0;
    loop {
        let due: Vec<(String, String)> = state
            .db
            .look(state.clock.now(), |mut tx, now| {
                Box::pin(async move {
                    let due = query(
                        "SELECT tenant, member FROM members WHERE due_at <= $1 ORDER BY due_at LIMIT $2",
                    );
                    let due = due.bind(now.0).bind(BATCH).fetch_all(&mut tx).await;
                    (tx, due.map_err(Error::from))
                })
            })
            .await?;
        if due.is_empty() {
            return Ok(settled);
        }
        for (tenant, member) in due {
            match one(state, &tenant, &member, true).await {
                Ok(did) => settled += u64::from(did),
                Err(error) => {
                    Counters::one(&state.work.failures);
                    state.metrics.jobs(KIND, "failed", 1);
                    tracing::warn!(%error, tenant, member, "a member was set aside");
                    rows::set_aside(state, &tenant, &member, KIND, &error).await?;
                }
            }
        }
    }
}

/// The job of a member that was set aside.
pub(super) async fn slice(state: &State, job: &Job) -> Result<Step> {
    one(state, &job.tenant, &job.job, false).await?;
    Ok(Step::Gone)
}

/// False when another process was there before.
async fn one(state: &State, tenant: &str, member: &str, only_due: bool) -> Result<bool> {
    let did = state
        .write(
            tenant,
            "clock",
            (member.to_owned(), only_due),
            |club, (member, only_due)| Box::pin(settle(club, member, *only_due)),
        )
        .await?;
    if did {
        Counters::one(&state.work.members);
        state.metrics.jobs(KIND, "done", 1);
    }
    Ok(did)
}

async fn settle(club: &mut Club, member: &str, only_due: bool) -> Result<bool> {
    let mut books = Books::open(club, member, About::MEMBER).await?;
    if only_due && !books.is_due(club) {
        return Ok(false);
    }
    books.wake(club)?;
    for ended in books.ended_coupons() {
        club.audit("coupon.expired", &ended, json!({})).await?;
    }
    books.close(club).await?;
    for &also in ALSO {
        also(club, member).await?;
    }
    Ok(true)
}
