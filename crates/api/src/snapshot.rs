//! What a shopper reads: the snapshot, and pages of history.

use crate::books;
use crate::club::Club;
use crate::history;
use crate::members::Row;
use crate::problem::Result;
use crate::{redemptions, referrals, surveys};
use contract::shopper::Snapshot;
use rules::member::Member;
use rules::program::Measure;

/// Everything that the widget needs about the member.
///
/// # Errors
/// When the database fails.
pub async fn of(club: &mut Club, member: &Row) -> Result<Snapshot> {
    let account = books::facts(club, &member.member).await?;
    let page = history::page(club, &member.member, history::PAGE, None, Some(&account)).await?;
    let asked = surveys::history(club, &member.member).await?;
    let lately = surveys::occasions::lately(club, &account.member.id, &asked).await?;
    let arrived = lately.delivered_order_id.as_deref();
    let prompts = surveys::prompts::due(club, &account.member, &asked, arrived).await?;
    // A clock that went back does not make pending again what the books have as active.
    let as_of = account.settled_at();
    let mut facts = shown(club, account.member);
    facts.prompts = asked;
    Ok(Snapshot {
        as_of,
        first_name: member.first_name.clone(),
        facts,
        referral: referrals::invitation(club, member).await?,
        redemptions: redemptions::list(club, &member.member).await?,
        entries: page.entries,
        next_cursor: page.next_cursor,
        prompts,
        delivered_order_id: lately.delivered_order_id,
        resolved_complaint: lately.resolved_complaint,
    })
}

/// What of the facts the rules in the browser ask for: empty lots are of no use there, nor is what only a
/// ladder of points or a rule with caps would read.
fn shown(club: &Club, mut facts: Member) -> Member {
    let program = club.program();
    facts.lots.retain(|lot| lot.remaining.is_positive());
    facts.wallet.retain(|lot| lot.remaining.is_positive());
    let ladder = program.tiers.as_ref();
    if ladder.is_none_or(|ladder| ladder.measure != Measure::PointsEarned) {
        facts.credits.clear();
    }
    facts.credits.retain(|credit| credit.points.is_positive());
    let purchase = program.earning.purchase.as_ref();
    let uncapped = purchase.filter(|rule| rule.caps.is_empty());
    if let Some(rule) = uncapped {
        facts.earned.retain(|earned| earned.rule != rule.id);
    }
    facts
}
