//! Lots and balances: what a member has, what a debit takes, what comes back, what ends.

use crate::member::{Lot, Member};
use crate::program::{Expiry, RewardKind};
use crate::{Amount, Money, Points, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// A member's points (or wallet credit) at an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "document",
    derive(schemars::JsonSchema),
    schemars(rename = "BalancesOf{A}")
)]
pub struct Balances<A = Points> {
    /// Can be spent.
    pub available: A,
    /// Earned, and not active yet.
    pub pending: A,
    /// In redemptions that are not settled.
    pub held: A,
    /// Owed after a clawback.
    pub debt: A,
    /// What ends of the available, soonest first; with what never ends the sum is `available`.
    #[serde(default)]
    pub expiring: Vec<Expiring<A>>,
}

/// Points that end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "document",
    derive(schemars::JsonSchema),
    schemars(rename = "ExpiringOf{A}")
)]
pub struct Expiring<A = Points> {
    /// How many.
    pub points: A,
    /// First instant they can no longer be spent.
    pub expires_at: Timestamp,
}

/// Points that left a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taking<A = Points> {
    /// The lot's id.
    pub lot: String,
    /// How many.
    pub points: A,
}

/// Points that came back to a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned<A = Points> {
    /// The lot's id.
    pub lot: String,
    /// How many.
    pub points: A,
    /// The lot had ended, and lives again until its new `expires_at`.
    pub reinstated: bool,
    /// When the lot ends now.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// A spendable lot's place in the order of debits: what ends first, then the oldest, then as they stand.
type Place = (i64, i64, usize);

/// Spendable lots in the order in which a debit takes them.
fn in_order<A: Amount>(
    lots: &[Lot<A>],
    end: impl Fn(&Lot<A>) -> Option<Timestamp>,
    now: Timestamp,
) -> Vec<Place> {
    let mut order = Vec::with_capacity(lots.len());
    for (index, lot) in lots.iter().enumerate() {
        let end = end(lot).map_or(i64::MAX, |at| at.0);
        if lot.remaining > A::default() && lot.activates_at <= now && now.0 < end {
            order.push((end, lot.earned_at.0, index));
        }
    }
    order.sort_unstable();
    order
}

/// What lots come to. A debt that active points could pay is shown as paid: credits pay debts as they
/// become active.
fn tally<A: Amount>(
    lots: &[Lot<A>],
    end: impl Fn(&Lot<A>) -> Option<Timestamp>,
    (held, debt): (A, A),
    now: Timestamp,
) -> Balances<A> {
    let none = A::default();
    let mut all = Balances {
        available: none,
        pending: none,
        held,
        debt: debt.max(none),
        expiring: Vec::new(),
    };
    for lot in lots {
        if now < lot.activates_at && end(lot).is_none_or(|at| now < at) {
            all.pending = all.pending.and(lot.remaining.max(none));
        }
    }
    for (end, _, index) in in_order(lots, end, now) {
        let Some(lot) = lots.get(index) else { continue };
        let paid = lot.remaining.min(all.debt);
        all.debt = all.debt.less(paid);
        let points = lot.remaining.less(paid);
        all.available = all.available.and(points);
        if end == i64::MAX || points == none {
            continue;
        }
        let expires_at = Timestamp(end);
        match all.expiring.last_mut() {
            Some(last) if last.expires_at == expires_at => last.points = last.points.and(points),
            _ => all.expiring.push(Expiring { points, expires_at }),
        }
    }
    all
}

/// What the member has, by the lots' own ends and by the member's silence.
pub fn balances_under(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Balances {
    let ends = Ends::of(program, zone, member);
    tally(
        &member.lots,
        |lot| ends.of_lot(lot),
        (member.held, member.debt),
        now,
    )
}

/// What the member has in the wallet.
pub fn wallet(member: &Member, now: Timestamp) -> Balances<Money> {
    tally(
        &member.wallet,
        |lot| lot.expires_at,
        (Money::ZERO, Money::ZERO),
        now,
    )
}

/// Takes points from the lots: what ends first, then the oldest. `None`, and no change, when there are
/// not enough.
///
/// Sweep first (see [`expired`]): only the lots' own ends are seen here.
pub fn take<A: Amount>(lots: &mut [Lot<A>], points: A, now: Timestamp) -> Option<Vec<Taking<A>>> {
    let none = A::default();
    let mut due = points.max(none);
    let mut takings = Vec::new();
    for (_, _, index) in in_order(lots, |lot| lot.expires_at, now) {
        if due == none {
            break;
        }
        let Some(lot) = lots.get(index) else { continue };
        let part = lot.remaining.min(due);
        due = due.less(part);
        takings.push((index, part));
    }
    if due > none {
        return None;
    }
    let taken = takings.into_iter().filter_map(|(index, points)| {
        let lot = lots.get_mut(index)?;
        lot.remaining = lot.remaining.less(points);
        Some(Taking {
            lot: lot.id.clone(),
            points,
        })
    });
    Some(taken.collect())
}

/// Takes as much of `points` as there is.
pub fn take_up_to<A: Amount>(lots: &mut [Lot<A>], points: A, now: Timestamp) -> Vec<Taking<A>> {
    let there = tally(lots, |lot| lot.expires_at, Default::default(), now).available;
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
    let ends = Ends::of(program, zone, member);
    put_back_to(
        program,
        zone,
        &mut member.lots,
        takings,
        |lot| ends.of_lot(lot),
        now,
    )
}

/// [`put_back`] for the wallet.
pub fn put_back_money(
    program: &Program,
    zone: &Zone,
    member: &mut Member,
    takings: &[Taking<Money>],
    now: Timestamp,
) -> Option<Vec<Returned<Money>>> {
    put_back_to(
        program,
        zone,
        &mut member.wallet,
        takings,
        |lot| lot.expires_at,
        now,
    )
}

fn put_back_to<A: Amount>(
    program: &Program,
    zone: &Zone,
    lots: &mut [Lot<A>],
    takings: &[Taking<A>],
    end: impl Fn(&Lot<A>) -> Option<Timestamp>,
    now: Timestamp,
) -> Option<Vec<Returned<A>>> {
    let mut places = Vec::with_capacity(takings.len());
    for taking in takings {
        places.push(lots.iter().position(|lot| lot.id == taking.lot)?);
    }
    let mut returned = Vec::with_capacity(takings.len());
    for (taking, place) in takings.iter().zip(places) {
        let Some(lot) = lots.get_mut(place) else {
            continue;
        };
        let reinstated = end(lot).is_some_and(|at| at <= now);
        let points = taking.points.max(A::default());
        lot.remaining = lot.remaining.and(points);
        if reinstated {
            lot.expires_at = Some(zone.plus_days(now, program.reinstate_days.into()));
        }
        returned.push(Returned {
            lot: taking.lot.clone(),
            points,
            reinstated,
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

/// When a member's lots end: each by itself, or all by the member's silence.
pub struct Ends<'a> {
    program: &'a Program,
    zone: &'a Zone,
    silence: Option<Timestamp>,
}

impl<'a> Ends<'a> {
    /// Looks once at what all lots of a member share.
    pub fn of(program: &'a Program, zone: &'a Zone, member: &Member) -> Self {
        Self {
            program,
            zone,
            silence: inactivity_end(program, zone, member),
        }
    }

    /// When a lot ends. One with an end of its own (reinstated, or from before the program changed) keeps
    /// it; one that came when the others had already ended begins its own months of silence.
    pub fn of_lot(&self, lot: &Lot) -> Option<Timestamp> {
        if lot.expires_at.is_some() {
            return lot.expires_at;
        }
        let end = self.silence?;
        if lot.activates_at < end {
            return Some(end);
        }
        let Expiry::Inactivity { months, .. } = self.program.expiry else {
            return None;
        };
        let calendar = self.program.calendar;
        Some(calendar.add_months(self.zone, lot.activates_at, whole(months)))
    }
}

/// [`Ends::of_lot`] for a single lot.
pub fn lot_end(program: &Program, zone: &Zone, member: &Member, lot: &Lot) -> Option<Timestamp> {
    Ends::of(program, zone, member).of_lot(lot)
}

/// What has ended by now and must leave the lots.
pub fn expired(member: &Member, program: &Program, zone: &Zone, now: Timestamp) -> Vec<Taking> {
    let ends = Ends::of(program, zone, member);
    let ended =
        |lot: &&Lot| lot.remaining.is_positive() && ends.of_lot(lot).is_some_and(|end| end <= now);
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
    let (points, money) = (points.or_zero().0, money.or_zero().0);
    Some(Money(scaled(points, money, per.0)))
}

/// `n * by / of`, rounded down and held at the end of `i64`, for numbers that are not negative and a positive `of`.
/// Bit by bit: a browser would download the division of 128-bit numbers for it.
pub(crate) fn scaled(n: i64, by: i64, of: i64) -> i64 {
    let (n, by, of) = (n.unsigned_abs(), by.unsigned_abs(), of.unsigned_abs());
    let (whole, part) = (n / of, n % of);
    let (mut more, mut rest) = (0_u64, 0_u64);
    for bit in (0..64).rev() {
        more = more.saturating_mul(2);
        // Below twice `of`, which is below 2^64.
        for add in [rest, if by >> bit & 1 == 1 { part } else { 0 }] {
            rest += add;
            if rest >= of {
                rest -= of;
                more = more.saturating_add(1);
            }
        }
    }
    let all = whole.saturating_mul(by).saturating_add(more);
    i64::try_from(all).unwrap_or(i64::MAX)
}

/// A count of months, held at the end of `i32`.
pub(crate) fn whole(months: u32) -> i32 {
    i32::try_from(months).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
