//! What time alone does to a member's ledger: points end, become active, pay what is owed.
//!
//! At each instant that has passed, what ends ends first, then what becomes active becomes active, then
//! debts are paid. It is written down before anything else is done with the member, so that a sweep that
//! comes late changes nothing that anybody sees.

use crate::club::Club;
use crate::ledger::{self, Account, Posting, Source, Why};
use crate::members;
use crate::problem::Result;
use contract::shopper::EntryReason;
use rules::ledger as lots;
use rules::program::Expiry;
use rules::{Points, Timestamp};
use std::collections::BTreeSet;

/// Instants up to now at which a lot ended or became active and the ledger does not say so yet.
///
/// # Errors
/// When the database fails.
pub async fn unsettled(club: &mut Club, member: &str) -> Result<BTreeSet<Timestamp>> {
    if !matches!(club.program().expiry, Expiry::Inactivity { .. }) {
        // Nearly always nothing is due, and one look at the lots tells.
        let due: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM lots WHERE tenant = $1 AND member = $2 AND remaining > 0
             AND (expires_at <= $3 OR (active = 0 AND activates_at <= $3)) LIMIT 1",
        )
        .bind(club.tenant())
        .bind(member)
        .bind(club.now.0)
        .fetch_optional(&mut *club.tx)
        .await?;
        if due.is_none() {
            return Ok(BTreeSet::new());
        }
    }
    let held = ledger::lots(club, member).await?;
    let facts = members::activity(club, member).await?;
    let published = club.published();
    let mut due = BTreeSet::new();
    for lot in &held.lots {
        if held.pending.contains(&lot.id) {
            due.insert(lot.activates_at);
        }
        due.extend(lots::lot_end(
            &published.program,
            &published.zone,
            &facts,
            lot,
        ));
    }
    due.retain(|at| *at <= club.now);
    Ok(due)
}

/// Brings the member's ledger up to now: at each instant that has passed, what ends ends first, then what
/// becomes active becomes active and pays what is owed.
///
/// # Errors
/// When the database fails.
pub async fn settle(club: &mut Club, member: &str) -> Result<()> {
    for at in unsettled(club, member).await? {
        expire(club, member, at).await?;
        activate(club, member, at).await?;
        pay_debt(club, member, at).await?;
    }
    Ok(())
}

async fn expire(club: &mut Club, member: &str, at: Timestamp) -> Result<()> {
    let held = ledger::lots(club, member).await?;
    let mut facts = members::activity(club, member).await?;
    facts.lots.clone_from(&held.lots);
    let published = club.published();
    let takings = lots::expired(&facts, &published.program, &published.zone, at);
    if takings.is_empty() {
        return Ok(());
    }
    let points: Points = takings.iter().map(|taking| taking.points).sum();
    let mut lines: Vec<_> = held.lines(&takings).into_iter().collect();
    lines.push((Account::Expired, points.0));
    let posting = Posting {
        member,
        why: Why::Shown(EntryReason::Expired),
        source: Source::free("expiry"),
        shown_source: None,
        corrects: None,
        at,
        activates_at: None,
        expires_at: None,
        lines: &lines,
    };
    if let Some(txn) = ledger::post(club, posting).await? {
        ledger::record(club, &txn, &takings).await?;
    }
    Ok(())
}

async fn activate(club: &mut Club, member: &str, at: Timestamp) -> Result<()> {
    let points: i64 = sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(remaining), 0) AS BIGINT) FROM lots
         WHERE tenant = $1 AND member = $2 AND active = 0 AND activates_at <= $3",
    )
    .bind(club.tenant())
    .bind(member)
    .bind(at.0)
    .fetch_one(&mut *club.tx)
    .await?;
    sqlx::query(
        "UPDATE lots SET active = 1
         WHERE tenant = $1 AND member = $2 AND active = 0 AND activates_at <= $3",
    )
    .bind(club.tenant())
    .bind(member)
    .bind(at.0)
    .execute(&mut *club.tx)
    .await?;
    if points > 0 {
        let posting = Posting {
            member,
            why: Why::Activation,
            source: Source::free("activation"),
            shown_source: None,
            corrects: None,
            at,
            activates_at: None,
            expires_at: None,
            lines: &[(Account::Pending, -points), (Account::Available, points)],
        };
        ledger::post(club, posting).await?;
    }
    Ok(())
}

/// Active points pay what is owed.
///
/// # Errors
/// When the database fails.
pub async fn pay_debt(club: &mut Club, member: &str, at: Timestamp) -> Result<()> {
    let owed = Points(
        ledger::balance(club, member, Account::Debt)
            .await?
            .saturating_neg(),
    );
    if !owed.is_positive() {
        return Ok(());
    }
    let mut all = ledger::lots(club, member).await?;
    let before = all.clone();
    all.lots.retain(|lot| !before.pending.contains(&lot.id));
    let takings = lots::take_up_to(&mut all.lots, owed, at);
    let paid: Points = takings.iter().map(|taking| taking.points).sum();
    if !paid.is_positive() {
        return Ok(());
    }
    let posting = Posting {
        member,
        why: Why::DebtPayment,
        source: Source::free("debt"),
        shown_source: None,
        corrects: None,
        at,
        activates_at: None,
        expires_at: None,
        lines: &[(Account::Available, -paid.0), (Account::Debt, paid.0)],
    };
    if let Some(txn) = ledger::post(club, posting).await? {
        ledger::record(club, &txn, &takings).await?;
    }
    Ok(())
}
