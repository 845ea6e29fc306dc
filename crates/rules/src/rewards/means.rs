//! What a member can take rewards with.

use crate::ledger::Ends;
use crate::member::{Lot, Member};
use crate::tiers::{current, in_time};
use crate::{Points, Program, Timestamp, Zone};

/// A member's points and tier at an instant, with what becomes of the points later: computed once for
/// all rewards.
#[derive(Clone, Debug)]
pub struct Means<'a> {
    pub(super) member: &'a Member,
    /// Index of the tier that is held; absent too when nobody asked for it.
    pub(super) tier: Option<usize>,
    available: Points,
    /// Later instants at which more points are there than ever before, and how many.
    peaks: Vec<(Timestamp, Points)>,
}

/// A lot that holds points, as far as time goes.
struct Part {
    activates_at: Timestamp,
    ends_at: Option<Timestamp>,
    rest: i64,
}

impl<'a> Means<'a> {
    /// A member's means at `now`.
    pub fn of(program: &Program, zone: &Zone, member: &'a Member, now: Timestamp) -> Self {
        Self::weigh(program, zone, member, now, true)
    }

    /// The tier is computed only where it is asked for.
    pub(super) fn weigh(
        program: &Program,
        zone: &Zone,
        member: &'a Member,
        now: Timestamp,
        tier: bool,
    ) -> Self {
        let mut parts = parts(program, zone, member, now);
        pay(&mut parts, member.debt.0);
        // Wider than points: what was added beyond their end must leave again.
        let mut sum = 0_i128;
        let mut changes = Vec::new();
        // At one instant points end before others become active: ends are put first.
        for part in &parts {
            if let Some(at) = part.ends_at {
                changes.push((at, part.rest.saturating_neg()));
            }
        }
        for part in &parts {
            if part.activates_at <= now {
                sum += i128::from(part.rest);
            } else {
                changes.push((part.activates_at, part.rest));
            }
        }
        in_time(&mut changes);
        let available = whole(sum);
        let mut best = available;
        let mut peaks = Vec::new();
        for (at, change) in changes {
            sum += i128::from(change);
            let there = whole(sum);
            if there > best {
                best = there;
                peaks.push((at, best));
            }
        }
        Self {
            member,
            tier: tier.then(|| current(program, zone, member, now)).flatten(),
            available,
            peaks,
        }
    }

    /// Points that can be spent now.
    pub const fn available(&self) -> Points {
        self.available
    }

    /// The first later instant at which so many points are there, if nothing is earned or spent until
    /// then: what ends before is not counted.
    pub fn when(&self, points: Points) -> Option<Timestamp> {
        let before = self.peaks.partition_point(|(_, there)| *there < points);
        self.peaks.get(before).map(|(at, _)| *at)
    }
}

fn whole(sum: i128) -> Points {
    Points(i64::try_from(sum).unwrap_or(i64::MAX))
}

/// The lots that hold points now or will.
fn parts(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Vec<Part> {
    let ends = Ends::of(program, zone, member);
    let part = |lot: &Lot| {
        let ends_at = ends.of_lot(lot);
        let lives = ends_at.is_none_or(|end| now.max(lot.activates_at) < end);
        (lives && lot.remaining.is_positive()).then(|| Part {
            activates_at: lot.activates_at.max(now),
            ends_at,
            rest: lot.remaining.0,
        })
    };
    member.lots.iter().filter_map(part).collect()
}

/// Pays a debt with points as they become active, those first that end first. Which of those pay that come
/// and end together is all one here.
fn pay(parts: &mut [Part], mut debt: i64) {
    if debt <= 0 {
        return;
    }
    // Sorted by the least weighty key first: the sort keeps the order of equals.
    let mut order: Vec<(Timestamp, i64)> =
        (0..).take(parts.len()).map(|i| (Timestamp(0), i)).collect();
    let keys: [fn(&Part) -> Timestamp; 2] = [
        |part| part.ends_at.unwrap_or(Timestamp(i64::MAX)),
        |part| part.activates_at,
    ];
    for key in keys {
        for (at, place) in &mut order {
            *at = parts.get(*place as usize).map_or(*at, key);
        }
        in_time(&mut order);
    }
    for (_, place) in order {
        let Some(part) = parts.get_mut(place as usize) else {
            continue;
        };
        let paid = part.rest.min(debt);
        part.rest -= paid;
        debt -= paid;
    }
}
