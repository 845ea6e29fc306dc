//! How a club stands, on one page. It reads what is kept beside members and complaints, and sums no ledger.

use crate::club::Club;
use crate::complaints;
use crate::problem::Result;
use contract::overview::{ClubView, Overview, Step};
use rules::{Money, Points, Timestamp, ledger};

/// How the club stands now.
///
/// # Errors
/// When the database fails.
pub async fn read(club: &mut Club) -> Result<Overview> {
    let (members, available, pending, wallet): (i64, i64, i64, i64) = club
        .query(
            "SELECT COUNT(*), CAST(COALESCE(SUM(available), 0) AS BIGINT),
                 CAST(COALESCE(SUM(pending), 0) AS BIGINT),
                 CAST(COALESCE(SUM(wallet + wallet_pending), 0) AS BIGINT)
             FROM members WHERE tenant = $1 AND erased_at IS NULL",
        )
        .fetch_one(&mut club.tx)
        .await?;
    let (waiting, overdue) = complaints::waiting(club).await?;
    let (version, published_at): (i64, i64) = club
        .query(
            "SELECT version, published_at FROM programs WHERE tenant = $1 ORDER BY version DESC LIMIT 1",
        )
        .fetch_one(&mut club.tx)
        .await?;
    let steps = steps(club, members).await?;
    let program = club.program();
    let outstanding = Points(available.saturating_add(pending));
    Ok(Overview {
        club: ClubView {
            program: program.id.clone(),
            name: program.name.clone(),
            languages: program.languages.clone(),
            currency: program.currency.clone(),
            zone: program.zone.clone(),
            version,
            published_at: Timestamp(published_at),
        },
        members,
        available: Points(available),
        pending: Points(pending),
        worth: ledger::worth(program, outstanding),
        wallet: Money(wallet),
        waiting,
        overdue,
        steps,
    })
}

async fn steps(club: &mut Club, members: i64) -> Result<Vec<Step>> {
    let (page, server, staff, orders): (i64, i64, i64, i64) = club
        .query(
            "SELECT
                 (SELECT COUNT(*) FROM keys WHERE tenant = $1 AND kind = 'publishable' AND revoked_at IS NULL),
                 (SELECT COUNT(*) FROM keys WHERE tenant = $1 AND kind = 'secret' AND revoked_at IS NULL),
                 (SELECT COUNT(*) FROM staff WHERE tenant = $1 AND disabled_at IS NULL),
                 (SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE tenant = $1 LIMIT 1) AS one)",
        )
        .fetch_one(&mut club.tx)
        .await?;
    let program = club.program();
    let done = [
        (Step::Look, program.look.accent.is_some()),
        (Step::Page, page > 0),
        (Step::Server, server > 0),
        (Step::Members, members > 0),
        (Step::Orders, orders > 0),
        (Step::Surveys, !program.surveys.is_empty()),
        (Step::Colleagues, staff > 1),
    ];
    let open = done.into_iter().filter(|(_, done)| !done);
    Ok(open.map(|(step, _)| step).collect())
}
