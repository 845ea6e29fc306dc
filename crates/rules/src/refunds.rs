//! What a refund takes back.

use crate::earning::purchase_points;
use crate::ledger::{Taking, take_up_to};
use crate::member::Lot;
use crate::program::{NegativePolicy, PurchaseRule};
use crate::{Amount, Bp, Money, Points, Timestamp};
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
pub struct Clawed<A = Points> {
    /// What leaves the lots.
    pub takings: Vec<Taking<A>>,
    /// Points of the order that had ended unspent: nobody has them, nobody owes them.
    pub forgiven: A,
    /// What the member owes from now on.
    pub debt: A,
    /// What nobody pays now; under `within_balance` the order's next refund claims it again.
    pub short: A,
}

/// Takes a clawback out of the lots: the order's own lot first (pending or not), then points of the
/// order that ended unspent are forgiven, then as any debit; what is missing follows the policy.
pub fn claw<A: Amount>(
    lots: &mut [Lot<A>],
    own: &str,
    ended_unspent: A,
    points: A,
    policy: NegativePolicy,
    now: Timestamp,
) -> Clawed<A> {
    let none = A::default();
    let mut due = points.max(none);
    let mut clawed = Clawed {
        takings: Vec::new(),
        forgiven: none,
        debt: none,
        short: none,
    };
    let pending_only = policy == NegativePolicy::PendingOnly;
    for lot in lots
        .iter_mut()
        .filter(|lot| lot.id == own && (!pending_only || now < lot.activates_at))
    {
        let part = lot.remaining.max(none).min(due);
        if part > none {
            lot.remaining = lot.remaining.less(part);
            due = due.less(part);
            clawed.takings.push(Taking {
                lot: lot.id.clone(),
                points: part,
            });
        }
    }
    if !pending_only {
        clawed.forgiven = ended_unspent.max(none).min(due);
        due = due.less(clawed.forgiven);
        for taking in take_up_to(lots, due, now) {
            due = due.less(taking.points);
            clawed.takings.push(taking);
        }
    }
    match policy {
        NegativePolicy::Debt => clawed.debt = due,
        NegativePolicy::PendingOnly | NegativePolicy::WithinBalance => clawed.short = due,
    }
    clawed
}

#[cfg(test)]
mod tests;
