//! What came of points and tiers over time.

use crate::club::Club;
use crate::problem::Result;
use contract::insights::{PointsPeriod, TierMove, TierPeriod};
use rules::insights::Window;
use rules::{Points, ledger};

/// Points of each piece of time, and what is outstanding at its end. Sums of the ledger's accounts: each piece is read
/// from the index alone.
pub(super) async fn points(club: &mut Club, pieces: &[Window]) -> Result<Vec<PointsPeriod>> {
    let Some(first) = pieces.first() else {
        return Ok(Vec::new());
    };
    let before = super::pages::ever(first.from);
    let (_, _, _, mut available, mut pending) = sums(club, before).await?;
    let mut periods = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (issued, redeemed, expired, more, waiting) = sums(club, *piece).await?;
        available = available.plus(more);
        pending = pending.plus(waiting);
        periods.push(PointsPeriod {
            from: piece.from,
            to: piece.to,
            issued,
            redeemed,
            expired,
            available,
            pending,
            worth: ledger::worth(club.program(), available.plus(pending)),
        });
    }
    Ok(periods)
}

/// Issued, spent, ended, and by how much the available and the pending ones changed.
type Sums = (Points, Points, Points, Points, Points);

async fn sums(club: &mut Club, window: Window) -> Result<Sums> {
    let (issued, spent, expired, available, pending): (i64, i64, i64, i64, i64) = club
        .query(
            "SELECT CAST(COALESCE(SUM(-issued), 0) AS BIGINT), CAST(COALESCE(SUM(held + redeemed), 0) AS BIGINT),
                 CAST(COALESCE(SUM(expired), 0) AS BIGINT), CAST(COALESCE(SUM(available), 0) AS BIGINT),
                 CAST(COALESCE(SUM(pending), 0) AS BIGINT)
             FROM entries WHERE tenant = $1 AND unit = 'points' AND at >= $2 AND at < $3",
        )
        .bind(window.from.0)
        .bind(window.to.0)
        .fetch_one(&mut club.tx)
        .await?;
    Ok((
        Points(issued),
        Points(spent),
        Points(expired),
        Points(available),
        Points(pending),
    ))
}

/// Who joined, rose and fell in each piece of time.
pub(super) async fn tiers(club: &mut Club, pieces: &[Window]) -> Result<Vec<TierPeriod>> {
    let mut periods = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let joined: i64 = club
            .query(
                "SELECT COUNT(*) FROM members WHERE tenant = $1 AND joined_at >= $2 AND joined_at < $3",
            )
            .bind(piece.from.0)
            .bind(piece.to.0)
            .fetch_one(&mut club.tx)
            .await?;
        let rows: Vec<(String, String, bool, i64)> = club
            .query(
                "SELECT from_tier, to_tier, up, COUNT(*) FROM tier_moves
                 WHERE tenant = $1 AND at >= $2 AND at < $3
                 GROUP BY from_tier, to_tier, up ORDER BY COUNT(*) DESC, from_tier, to_tier",
            )
            .bind(piece.from.0)
            .bind(piece.to.0)
            .fetch_all(&mut club.tx)
            .await?;
        let mut period = TierPeriod {
            from: piece.from,
            to: piece.to,
            joined: held(joined),
            promoted: 0,
            demoted: 0,
            moves: Vec::with_capacity(rows.len()),
        };
        for (from, to, up, count) in rows {
            let members = held(count);
            let sum = if up {
                &mut period.promoted
            } else {
                &mut period.demoted
            };
            *sum = sum.saturating_add(members);
            period.moves.push(TierMove { from, to, members });
        }
        periods.push(period);
    }
    Ok(periods)
}

fn held(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
