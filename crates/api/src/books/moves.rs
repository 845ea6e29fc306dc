//! Who went from which tier to which, and when, as the club's own account of it.

use super::Books;
use super::tell::level;
use crate::club::Club;
use crate::problem::Result;
use rules::journal::Kept;
use rules::tiers::{self, Move, Standing};

impl Books {
    /// Notes each move since the tier that was last written down. What time alone did is dated when it came about, not
    /// when somebody looked, but never before it was due: a new version moves nobody before it was published.
    pub(super) async fn note_moves(
        &self,
        club: &mut Club,
        after: &Kept,
        standing: Option<&Standing>,
    ) -> Result<()> {
        let published = club.published();
        let Some(ladder) = &published.program.tiers else {
            return Ok(());
        };
        // Everybody begins on the lowest.
        let lowest = ladder.levels.first().map(|level| &level.id);
        let (Some(before), Some(held)) = (self.tier.as_ref().or(lowest), level(club, standing))
        else {
            return Ok(());
        };
        if *before == held {
            return Ok(());
        }
        let now = after.settled_at.max(club.now);
        let place = |id: &str| ladder.levels.iter().position(|level| level.id == id);
        let since = self.due_at.map_or(now, |due| due.plus_ms(-1));
        let since = since.max(self.before.settled_at);
        let (program, zone) = (&published.program, &published.zone);
        let known = place(before).map_or_else(Vec::new, |from| {
            tiers::moves(program, zone, &after.member, from, since, now)
        });
        let id = |place: usize| ladder.levels.get(place).map(|level| level.id.clone());
        let named = |one: Move| Some((one.at, id(one.from)?, id(one.to)?, one.from < one.to));
        let mut all: Vec<_> = known.into_iter().filter_map(named).collect();
        if all.is_empty() {
            // From a tier that the program has no more.
            let up = place(before) < place(&held);
            all.push((now, before.clone(), held, up));
        }
        for (at, from, to, up) in all {
            club.query(
                "INSERT INTO tier_moves (tenant, at, member, from_tier, to_tier, up)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            )
            .bind(at.0)
            .bind(&self.member)
            .bind(from)
            .bind(to)
            .bind(up)
            .execute(&mut club.tx)
            .await?;
        }
        Ok(())
    }
}
