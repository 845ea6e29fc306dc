//! Lots and balances: what a member has, what a debit takes, what comes back, what ends.

use crate::member::{Lot, Member};
use crate::program::{Expiry, RewardKind};
use crate::{Money, Points, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// A member's points at an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    /// Can be spent.
    pub available: Points,
    /// Earned, and not active yet.
    pub pending: Points,
    /// In redemptions that are not settled.
    pub held: Points,
    /// Owed after a clawback.
    pub debt: Points,
    /// Available points that end, soonest first; with the never-ending ones their sum is `available`.
    #[serde(default)]
    pub expiring: Vec<Expiring>,
}

/// Points that end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiring {
    /// How many.
    pub points: Points,
    /// First instant they can no longer be spent.
    pub expires_at: Timestamp,
}

/// Points that left a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taking {
    /// The lot's id.
    pub lot: String,
    /// How many.
    pub points: Points,
}

/// Points that came back to a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// The lot's id.
    pub lot: String,
    /// How many.
    pub points: Points,
    /// The lot had ended, and lives again until its new `expires_at`.
    pub reinstated: bool,
    /// When the lot ends now.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// Whether a lot's points can be spent.
fn spendable(lot: &Lot, now: Timestamp) -> bool {
    lot.remaining.is_positive() && lot.activates_at <= now && lot.expires_at.is_none_or(|e| now < e)
}

/// Spendable lots in the order in which a debit takes them: what ends first, then the oldest.
fn in_order(lots: &[Lot], now: Timestamp) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(lots.len());
    for (index, lot) in lots.iter().enumerate() {
        if !spendable(lot, now) {
            continue;
        }
        // Insertion keeps equal lots in their order and costs the bundle no sorting routine.
        let key = |l: &Lot| (l.expires_at.map_or(i64::MAX, |e| e.0), l.earned_at.0);
        let place = order
            .iter()
            .position(|other| lots.get(*other).is_some_and(|l| key(l) > key(lot)))
            .unwrap_or(order.len());
        order.insert(place, index);
    }
    order
}

/// What the member has, by the lots' own ends. See [`balances_under`] for programs whose points end by
/// inactivity.
///
/// A debt that active points could pay is shown as paid: credits pay debts as they become active.
pub fn balances(member: &Member, now: Timestamp) -> Balances {
    let mut all = Balances {
        held: member.held,
        debt: member.debt.or_zero(),
        ..Balances::default()
    };
    for lot in &member.lots {
        if now < lot.activates_at && lot.expires_at.is_none_or(|e| now < e) {
            all.pending = all.pending.plus(lot.remaining.or_zero());
        }
    }
    for index in in_order(&member.lots, now) {
        let Some(lot) = member.lots.get(index) else {
            continue;
        };
        let paid = lot.remaining.min(all.debt);
        all.debt = all.debt.minus(paid);
        let points = lot.remaining.minus(paid);
        all.available = all.available.plus(points);
        let Some(expires_at) = lot.expires_at.filter(|_| points.is_positive()) else {
            continue;
        };
        match all.expiring.last_mut() {
            Some(last) if last.expires_at == expires_at => last.points = last.points.plus(points),
            _ => all.expiring.push(Expiring { points, expires_at }),
        }
    }
    all
}

/// What the member has, counting what ends by inactivity too.
pub fn balances_under(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Balances {
    if !matches!(program.expiry, Expiry::Inactivity { .. }) {
        return balances(member, now);
    }
    let mut aged = member.clone();
    for (lot, old) in aged.lots.iter_mut().zip(&member.lots) {
        lot.expires_at = lot_end(program, zone, member, old);
    }
    balances(&aged, now)
}

/// Takes points from the lots: what ends first, then the oldest. `None`, and no change, when there are
/// not enough.
pub fn take(lots: &mut [Lot], points: Points, now: Timestamp) -> Option<Vec<Taking>> {
    let mut due = points.or_zero();
    let mut takings = Vec::new();
    for index in in_order(lots, now) {
        if !due.is_positive() {
            break;
        }
        let Some(lot) = lots.get(index) else { continue };
        let part = lot.remaining.min(due);
        due = due.minus(part);
        takings.push((index, part));
    }
    if due.is_positive() {
        return None;
    }
    let taken = takings.into_iter().filter_map(|(index, points)| {
        let lot = lots.get_mut(index)?;
        lot.remaining = lot.remaining.minus(points);
        Some(Taking {
            lot: lot.id.clone(),
            points,
        })
    });
    Some(taken.collect())
}

/// Takes as much of `points` as there is.
pub fn take_up_to(lots: &mut [Lot], points: Points, now: Timestamp) -> Vec<Taking> {
    let there = lots
        .iter()
        .filter(|l| spendable(l, now))
        .map(|l| l.remaining)
        .sum::<Points>();
    take(lots, points.min(there), now).unwrap_or_default()
}

/// Puts taken points back into the same lots. A lot that has ended meanwhile lives again for the
/// program's `reinstate_days`. `None`, and no change, when a lot is not among the member's.
///
/// Sweep first (see [`expired`]): what an ended lot still holds would come back with it.
pub fn put_back(
    program: &Program,
    zone: &Zone,
    member: &mut Member,
    takings: &[Taking],
    now: Timestamp,
) -> Option<Vec<Returned>> {
    let mut places = Vec::with_capacity(takings.len());
    for taking in takings {
        places.push(member.lots.iter().position(|lot| lot.id == taking.lot)?);
    }
    let mut returned = Vec::with_capacity(takings.len());
    for (taking, place) in takings.iter().zip(places) {
        let ended = member
            .lots
            .get(place)
            .and_then(|lot| lot_end(program, zone, member, lot))
            .is_some_and(|end| end <= now);
        let Some(lot) = member.lots.get_mut(place) else {
            continue;
        };
        lot.remaining = lot.remaining.plus(taking.points.or_zero());
        if ended {
            lot.expires_at = Some(zone.plus_days(now, program.reinstate_days.into()));
        }
        returned.push(Returned {
            lot: taking.lot.clone(),
            points: taking.points.or_zero(),
            reinstated: ended,
            expires_at: lot.expires_at,
        });
    }
    Some(returned)
}

/// When points that are earned at an instant end by themselves.
pub fn lot_expiry(program: &Program, zone: &Zone, earned_at: Timestamp) -> Option<Timestamp> {
    let Expiry::PerLot {
        months,
        end_of_month,
        ..
    } = program.expiry
    else {
        return None;
    };
    let calendar = program.calendar;
    let end = calendar.add_months(zone, earned_at, whole(months));
    Some(if end_of_month {
        calendar.end_of_month(zone, end)
    } else {
        end
    })
}

/// When all of a member's points end if nothing is ordered or redeemed until then.
pub fn inactivity_end(program: &Program, zone: &Zone, member: &Member) -> Option<Timestamp> {
    let Expiry::Inactivity { months, .. } = program.expiry else {
        return None;
    };
    let since = member.last_active_at.unwrap_or(member.joined_at);
    Some(program.calendar.add_months(zone, since, whole(months)))
}

/// When a lot ends, by itself or by the member's inactivity. A lot with an end of its own (one that was
/// reinstated, or from before the program changed) keeps it.
pub fn lot_end(program: &Program, zone: &Zone, member: &Member, lot: &Lot) -> Option<Timestamp> {
    if lot.expires_at.is_some() {
        return lot.expires_at;
    }
    let end = inactivity_end(program, zone, member)?;
    if lot.activates_at < end {
        return Some(end);
    }
    // It came when the others had already ended: its own months of silence begin with it.
    let Expiry::Inactivity { months, .. } = program.expiry else {
        return None;
    };
    Some(
        program
            .calendar
            .add_months(zone, lot.activates_at, whole(months)),
    )
}

/// What has ended by now and must leave the lots.
pub fn expired(member: &Member, program: &Program, zone: &Zone, now: Timestamp) -> Vec<Taking> {
    let ended = |lot: &&Lot| {
        lot.remaining.is_positive()
            && lot_end(program, zone, member, lot).is_some_and(|end| end <= now)
    };
    let taking = |lot: &Lot| Taking {
        lot: lot.id.clone(),
        points: lot.remaining,
    };
    member.lots.iter().filter(ended).map(taking).collect()
}

/// What points are worth in money: by the program's word, else by its best fixed-amount reward.
pub fn worth(program: &Program, points: Points) -> Option<Money> {
    let mut rate = program.point_value.map(|v| (v.money, v.points));
    if rate.is_none() {
        for reward in &program.rewards {
            let RewardKind::AmountOff(money) = reward.kind else {
                continue;
            };
            let better = rate.is_none_or(|(best, cost)| {
                i128::from(money.0) * i128::from(cost.0)
                    > i128::from(best.0) * i128::from(reward.cost.0)
            });
            if reward.cost.is_positive() && better {
                rate = Some((money, reward.cost));
            }
        }
    }
    let (money, per) = rate.filter(|(_, per)| per.is_positive())?;
    let exact = i128::from(points.or_zero().0) * i128::from(money.or_zero().0) / i128::from(per.0);
    Some(Money(i64::try_from(exact).unwrap_or(i64::MAX)))
}

/// A count of months, held at the end of `i32`.
pub(crate) fn whole(months: u32) -> i32 {
    i32::try_from(months).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
