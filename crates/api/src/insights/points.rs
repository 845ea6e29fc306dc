//! Points: what was issued and spent, and what is outstanding.

use crate::club::Club;
use crate::problem::Result;
use contract::insights::{InsightName, PointsFigures};
use rules::insights::{Figure, Window};
use rules::{Points, Timestamp, ledger};

/// What is behind the figures: members who have points, and how often points were issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    holders: u32,
    issues: u32,
}

const HAVE: &str =
    "SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(pending), 0) AS BIGINT),
        COUNT(CASE WHEN available + pending > 0 THEN 1 END)
    FROM members WHERE tenant = $1";
/// What members have, less what came since: most questions are about a time that is not long ago.
const HAD: &str =
    "SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(pending), 0) AS BIGINT),
        COUNT(CASE WHEN available + pending > 0 THEN 1 END)
    FROM (SELECT members.available - COALESCE(since.available, 0) AS available,
            members.pending - COALESCE(since.pending, 0) AS pending
        FROM members
        LEFT JOIN (SELECT member, SUM(available) AS available, SUM(pending) AS pending FROM entries
            WHERE tenant = $1 AND unit = 'points' AND at >= $2 GROUP BY member) AS since
            ON since.member = members.member
        WHERE members.tenant = $1) AS of_members";
/// As [`HAD`], of nobody in particular: a fraction of its work.
const HAD_IN_ALL: &str =
    "SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(pending), 0) AS BIGINT),
        CAST(0 AS BIGINT)
    FROM entries WHERE tenant = $1 AND unit = 'points' AND at < $2";

/// What was issued, spent and ended in the window, and how often points were issued.
async fn flow(club: &mut Club, window: Window) -> Result<(PointsFigures, u32)> {
    let (issued, spent, expired, issues): (i64, i64, i64, i64) = club
        .query(
            "SELECT CAST(COALESCE(SUM(-issued), 0) AS BIGINT), CAST(COALESCE(SUM(held + redeemed), 0) AS BIGINT),
                 CAST(COALESCE(SUM(expired), 0) AS BIGINT), COUNT(CASE WHEN issued < 0 THEN 1 END)
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
    Ok((figures, u32::try_from(issues).unwrap_or(u32::MAX)))
}

/// Spent ÷ issued in each of some windows. What several have in common is read once.
pub(super) async fn rates(club: &mut Club, windows: &[Window]) -> Result<Vec<Option<Figure>>> {
    let mut ends: Vec<Timestamp> = windows.iter().flat_map(|one| [one.from, one.to]).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut sums = vec![(PointsFigures::default(), 0_u32); windows.len()];
    for (from, to) in ends.iter().copied().zip(ends.iter().copied().skip(1)) {
        let around = |window: &Window| window.from <= from && to <= window.to;
        if !windows.iter().any(around) {
            continue;
        }
        let (piece, times) = flow(club, Window { from, to }).await?;
        for (_, (figures, issues)) in windows.iter().zip(&mut sums).filter(|(one, _)| around(one)) {
            figures.issued = figures.issued.plus(piece.issued);
            figures.spent = figures.spent.plus(piece.spent);
            *issues = issues.saturating_add(times);
        }
    }
    let rate = |(figures, issues)| {
        let sample = Sample { holders: 0, issues };
        figure(InsightName::RedemptionRate, &figures, sample)
    };
    Ok(sums.into_iter().map(rate).collect())
}

/// Sums of the ledger's accounts. What time alone does is in them once it is written down, which takes seconds. Who
/// holds points is counted for what is outstanding alone.
pub(super) async fn figures(
    club: &mut Club,
    name: InsightName,
    window: Window,
) -> Result<(PointsFigures, Sample)> {
    let (flow, issues) = flow(club, window).await?;
    // What members have now is written in their rows; what they had is summed of all that came before.
    let outstanding = if window.to >= club.now {
        club.query(HAVE)
    } else if name == InsightName::PointsLiability {
        club.query(HAD).bind(window.to.0)
    } else {
        club.query(HAD_IN_ALL).bind(window.to.0)
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
    let sample = Sample {
        holders: u32::try_from(holders).unwrap_or(u32::MAX),
        issues,
    };
    Ok((figures, sample))
}

/// The one figure of the points: what is outstanding, or spent ÷ issued, which may be above 100 % where members spend
/// what they earned earlier. Neither has an interval.
pub(super) fn figure(name: InsightName, points: &PointsFigures, sample: Sample) -> Option<Figure> {
    let plain = |value, n| Figure {
        value,
        low: None,
        high: None,
        n,
    };
    if name == InsightName::PointsLiability {
        let outstanding = points.available.0.saturating_add(points.pending.0);
        return Some(plain(outstanding, sample.holders));
    }
    let (spent, issued) = (i128::from(points.spent.0), i128::from(points.issued.0));
    if issued <= 0 {
        return None;
    }
    // Half up.
    let bp = (20_000 * spent + issued).div_euclid(2 * issued);
    Some(plain(i64::try_from(bp).unwrap_or(i64::MAX), sample.issues))
}
