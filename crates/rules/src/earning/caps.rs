//! Most that a rule gives a member in a period.

use crate::member::Member;
use crate::program::Cap;
use crate::{Points, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// Nothing more is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Full {
    /// First instant at which something can be given again; absent when that is never.
    #[serde(default)]
    pub resets_at: Option<Timestamp>,
}

/// How many of `points` the caps still let `rule` give at `now`.
///
/// What the rule gave in the cap's own period is counted by [`Member::earned`], net of refunds: an entry
/// that came to nothing takes no room. A cap of times gives all or nothing; a cap of points gives what
/// fits. Where several caps are full, the last one to open again is named.
pub fn room(
    program: &Program,
    zone: &Zone,
    caps: &[Cap],
    rule: &str,
    points: Points,
    member: &Member,
    now: Timestamp,
) -> Result<Points, Full> {
    let mut fits = points.or_zero();
    let mut full: Option<Full> = None;
    if !fits.is_positive() {
        return Ok(fits);
    }
    for cap in caps {
        let period = program.calendar.period(zone, cap.per, now);
        let (mut times, mut given) = (0_u32, Points::ZERO);
        for entry in member.earned.iter().filter(|entry| {
            entry.rule == rule
                && entry.points.is_positive()
                && period.is_none_or(|(start, end)| start <= entry.at && entry.at < end)
        }) {
            times = times.saturating_add(1);
            given = given.plus(entry.points);
        }
        let left = cap
            .points
            .map_or(fits, |most| most.or_zero().minus(given).or_zero());
        if left.is_positive() && cap.times.is_none_or(|most| times < most) {
            fits = fits.min(left);
            continue;
        }
        let resets_at = period.map(|(_, end)| end);
        full = Some(Full {
            resets_at: full.map_or(resets_at, |other| {
                other
                    .resets_at
                    .zip(resets_at)
                    .map(|(one, two)| one.max(two))
            }),
        });
    }
    full.map_or(Ok(fits), Err)
}

#[cfg(test)]
mod tests;
