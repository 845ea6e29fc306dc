//! What a refund takes back.

use crate::earning::purchase_points;
use crate::ledger::{Taking, take_up_to};
use crate::member::Lot;
use crate::program::{NegativePolicy, PurchaseRule};
use crate::{Bp, Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// `earned so far − points of what remains`, with the rule and the multipliers of the purchase.
///
/// `earned_so_far` is what was given, so a cap of the purchase holds for what remains too: nothing is
/// taken while the rest alone would still earn as much as the cap let through.
pub fn clawback(
    rule: &PurchaseRule,
    multipliers: &[Bp],
    base_original: Money,
    base_remaining: Money,
    earned_so_far: Points,
) -> Points {
    let kept = purchase_points(rule, base_remaining.min(base_original), multipliers);
    earned_so_far.minus(kept).or_zero()
}

/// How a clawback is met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clawed {
    /// What leaves the lots.
    pub takings: Vec<Taking>,
    /// Points of the order that had ended unspent: nobody has them, nobody owes them.
    pub forgiven: Points,
    /// What the member owes from now on.
    pub debt: Points,
    /// What nobody pays now; under `within_balance` the order's next refund claims it again.
    pub short: Points,
}

/// Takes a clawback out of the lots: the order's own lot first (pending or not), then points of the
/// order that ended unspent are forgiven, then as any debit; what is missing follows the policy.
pub fn claw(
    lots: &mut [Lot],
    own: &str,
    ended_unspent: Points,
    points: Points,
    policy: NegativePolicy,
    now: Timestamp,
) -> Clawed {
    let mut due = points.or_zero();
    let mut clawed = Clawed::default();
    let pending_only = policy == NegativePolicy::PendingOnly;
    for lot in lots
        .iter_mut()
        .filter(|lot| lot.id == own && (!pending_only || now < lot.activates_at))
    {
        let part = lot.remaining.or_zero().min(due);
        if part.is_positive() {
            lot.remaining = lot.remaining.minus(part);
            due = due.minus(part);
            clawed.takings.push(Taking {
                lot: lot.id.clone(),
                points: part,
            });
        }
    }
    if !pending_only {
        clawed.forgiven = ended_unspent.or_zero().min(due);
        due = due.minus(clawed.forgiven);
        let more = take_up_to(lots, due, now);
        due = due.minus(more.iter().map(|taking| taking.points).sum());
        clawed.takings.extend(more);
    }
    match policy {
        NegativePolicy::Debt => clawed.debt = due,
        NegativePolicy::PendingOnly | NegativePolicy::WithinBalance => clawed.short = due,
    }
    clawed
}

#[cfg(test)]
mod tests;
