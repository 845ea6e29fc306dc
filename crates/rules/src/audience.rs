//! For whom something is: the one judge of every audience in a program.

use crate::member::Member;
use crate::program::Audience;
use crate::time::DAY_MS;
use crate::{Program, Timestamp};

/// What keeps a member out of an audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// Not in one of its tiers.
    WrongTier,
    /// Not in one of its segments.
    NotInSegment,
    /// The member is too new.
    TooNew {
        /// From when they are not.
        at: Timestamp,
    },
    /// The member has too few paid orders.
    TooFewOrders,
}

/// The first condition that a member does not meet; none when they belong. `tier` is the index of the
/// tier that the member holds (see [`crate::tiers::current`]); `days` is meant where the audience names
/// no age.
pub fn miss(
    program: &Program,
    audience: &Audience,
    member: &Member,
    tier: Option<usize>,
    days: u32,
    now: Timestamp,
) -> Option<Miss> {
    if !audience.tiers.is_empty() && !in_tiers(program, &audience.tiers, tier) {
        return Some(Miss::WrongTier);
    }
    miss_beside_tier(audience, member, days, now)
}

/// [`miss`] of all but the tiers.
pub fn miss_beside_tier(
    audience: &Audience,
    member: &Member,
    days: u32,
    now: Timestamp,
) -> Option<Miss> {
    if !in_segments(&audience.segments, member) {
        return Some(Miss::NotInSegment);
    }
    let days = i64::from(audience.member_days_min.unwrap_or(days));
    let at = member.joined_at.plus_ms(days.saturating_mul(DAY_MS));
    if now < at {
        return Some(Miss::TooNew { at });
    }
    let orders = member.purchases.len() as u64;
    (orders < u64::from(audience.orders_min)).then_some(Miss::TooFewOrders)
}

/// Whether a member is in one of the segments; everybody is in none at all.
pub fn in_segments(segments: &[String], member: &Member) -> bool {
    segments.is_empty() || segments.iter().any(|one| member.segments.contains(one))
}

/// Whether the tier at this index is one of these.
pub(crate) fn in_tiers(program: &Program, tiers: &[String], held: Option<usize>) -> bool {
    let level = program.tiers.as_ref().zip(held);
    let level = level.and_then(|(ladder, held)| ladder.levels.get(held));
    level.is_some_and(|level| tiers.contains(&level.id))
}

#[cfg(test)]
mod tests;
