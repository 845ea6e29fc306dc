//! What has lately happened to a member that a survey waits for and no page knows: an order that has arrived, and a
//! complaint that was resolved.

use crate::club::Club;
use crate::problem::Result;
use rules::member::Prompted;
use rules::program::{Scope, Survey, Trigger};
use rules::{DAY_MS, Timestamp};

/// Days that an order counts as just arrived, and a complaint as just resolved.
pub const LATELY_DAYS: i64 = 14;
/// The latest of each that are looked through.
const LATEST: i64 = 20;

/// The newest of each that is still to be asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occasions {
    /// The order that has arrived, by the shop's id.
    pub delivered_order_id: Option<String>,
    /// The complaint that was resolved, `cmp_…`.
    pub resolved_complaint: Option<String>,
}

/// Finds them in the last [`LATELY_DAYS`] days. What a survey was answered or dismissed about is asked about, for that
/// survey; nothing is looked for that no survey waits for.
///
/// # Errors
/// When the database fails.
pub async fn lately(club: &mut Club, member: &str, history: &[Prompted]) -> Result<Occasions> {
    let published = club.published();
    let waiting = |trigger: &Trigger| -> Vec<&Survey> {
        let all = published.program.surveys.iter();
        all.filter(|survey| survey.enabled && survey.trigger == *trigger)
            .collect()
    };
    let mut found = Occasions::default();
    let about_orders = waiting(&Trigger::OrderDelivered);
    if !about_orders.is_empty() {
        let orders = "SELECT order_id, fulfilled_at FROM orders
             WHERE tenant = $1 AND member = $2 AND status = 'fulfilled' AND paid_at IS NOT NULL AND fulfilled_at > $3
             ORDER BY fulfilled_at DESC, order_id LIMIT $4";
        let orders = latest(club, orders, member).await?;
        found.delivered_order_id = still_open(orders, &about_orders, history);
    }
    let about_complaints = waiting(&Trigger::ComplaintResolved);
    if !about_complaints.is_empty() {
        // One that the member has called settled is closed.
        let complaints = "SELECT complaint, state_at FROM complaints
             WHERE tenant = $1 AND member = $2 AND (state = 'resolved' OR state = 'closed' AND verdict = 1)
                 AND state_at > $3
             ORDER BY state_at DESC, complaint LIMIT $4";
        let complaints = latest(club, complaints, member).await?;
        found.resolved_complaint = still_open(complaints, &about_complaints, history);
    }
    Ok(found)
}

async fn latest(
    club: &mut Club,
    statement: &'static str,
    member: &str,
) -> Result<Vec<(String, i64)>> {
    let since = club.now.plus_ms(-LATELY_DAYS * DAY_MS);
    let rows = club
        .query(statement)
        .bind(member)
        .bind(since.0)
        .bind(LATEST)
        .fetch_all(&mut club.tx)
        .await?;
    Ok(rows)
}

/// The first that one of the surveys is not done with.
fn still_open(
    latest: Vec<(String, i64)>,
    surveys: &[&Survey],
    history: &[Prompted],
) -> Option<String> {
    let open = |id: &str, at: Timestamp| {
        surveys
            .iter()
            .any(|survey| !is_done(survey, id, at, history))
    };
    let mut latest = latest.into_iter();
    latest
        .find(|(id, at)| open(id, Timestamp(*at)))
        .map(|(id, _)| id)
}

/// Whether the survey was answered or dismissed about this, or for one that is not asked about each: since.
fn is_done(survey: &Survey, id: &str, at: Timestamp, history: &[Prompted]) -> bool {
    let of_each = survey.scope == Scope::PerOrder;
    let scope = if of_each { id } else { "" };
    let reacted = |record: &Prompted| record.answered_at.max(record.dismissed_at);
    let mut records = history.iter();
    records
        .find(|record| record.survey == survey.id && record.scope == scope)
        .and_then(reacted)
        .is_some_and(|reacted| of_each || at <= reacted)
}
