//! Points: what was issued and spent, and what is outstanding.

use crate::club::Club;
use crate::problem::Result;
use contract::insights::{InsightName, PointsFigures};
use rules::insights::{Figure, Window};
use rules::{Points, ledger};

/// Members behind the figures: those who have points, and those to whom some were issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Members {
    holders: u32,
    earners: u32,
}

const HAVE: &str =
    "SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(pending), 0) AS BIGINT),
        COUNT(CASE WHEN available + pending > 0 THEN 1 END)
    FROM members WHERE tenant = $1";
const HAD: &str =
    "SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(pending), 0) AS BIGINT),
        COUNT(CASE WHEN available + pending > 0 THEN 1 END)
    FROM (SELECT SUM(available) AS available, SUM(pending) AS pending FROM entries
        WHERE tenant = $1 AND unit = 'points' AND at < $2 GROUP BY member) AS of_members";

/// What was issued, spent and ended in the window, and to how many members points were issued.
async fn flow(club: &mut Club, window: Window) -> Result<(PointsFigures, u32)> {
    let (issued, spent, expired, earners): (i64, i64, i64, i64) = club
        .query(
            "SELECT CAST(COALESCE(SUM(-issued), 0) AS BIGINT), CAST(COALESCE(SUM(held + redeemed), 0) AS BIGINT),
                 CAST(COALESCE(SUM(expired), 0) AS BIGINT),
                 COUNT(DISTINCT CASE WHEN issued < 0 THEN member END)
             FROM entries WHERE tenant = $1 AND unit = 'points' AND at >= $2 AND at < $3",
        )
        .bind(window.from.0)
        .bind(window.to.0)
        .fetch_one(&mut club.tx)
        .await?;
    let figures = PointsFigures {
        issued: Points(issued),
        spent: Points(spent),
        expired: Points(expired),
        ..PointsFigures::default()
    };
    Ok((figures, u32::try_from(earners).unwrap_or(u32::MAX)))
}

/// Spent ÷ issued in the window.
pub(super) async fn rate(club: &mut Club, window: Window) -> Result<Option<Figure>> {
    let (figures, earners) = flow(club, window).await?;
    let members = Members {
        holders: 0,
        earners,
    };
    Ok(figure(InsightName::RedemptionRate, &figures, members))
}

/// Sums of the ledger's accounts. What time alone does is in them once it is written down, which takes seconds.
pub(super) async fn figures(club: &mut Club, window: Window) -> Result<(PointsFigures, Members)> {
    let (flow, earners) = flow(club, window).await?;
    // What members have now is written in their rows; what they had is summed of all that came before.
    let past = window.to < club.now;
    let outstanding = club.query(if past { HAD } else { HAVE });
    let outstanding = if past {
        outstanding.bind(window.to.0)
    } else {
        outstanding
    };
    let (available, pending, holders): (i64, i64, i64) =
        outstanding.fetch_one(&mut club.tx).await?;
    let outstanding = Points(available.saturating_add(pending));
    let figures = PointsFigures {
        available: Points(available),
        pending: Points(pending),
        worth: ledger::worth(club.program(), outstanding),
        ..flow
    };
    let members = Members {
        holders: u32::try_from(holders).unwrap_or(u32::MAX),
        earners,
    };
    Ok((figures, members))
}

/// The one figure of the points: what is outstanding, or spent ÷ issued, which may be above 100 % where members spend
/// what they earned earlier. Neither has an interval.
pub(super) fn figure(
    name: InsightName,
    points: &PointsFigures,
    members: Members,
) -> Option<Figure> {
    let plain = |value, n| Figure {
        value,
        low: None,
        high: None,
        n,
    };
    if name == InsightName::PointsLiability {
        let outstanding = points.available.0.saturating_add(points.pending.0);
        return Some(plain(outstanding, members.holders));
    }
    let (spent, issued) = (i128::from(points.spent.0), i128::from(points.issued.0));
    if issued <= 0 {
        return None;
    }
    // Half up.
    let bp = (20_000 * spent + issued).div_euclid(2 * issued);
    Some(plain(
        i64::try_from(bp).unwrap_or(i64::MAX),
        members.earners,
    ))
}
