//! Wallet credit back from what is spent.

use crate::earning::settle;
use crate::ledger::whole;
use crate::member::Member;
use crate::program::{Cashback, Scale, Window};
use crate::{Money, Program, Timestamp, Zone};

/// `base × the bracket's rate`, rounded once, and never over the ceiling.
///
/// The bracket is found by the order's own base or by [`spent_before`], as the rule's scale says; its
/// rate applies to the whole base. A base under the smallest order brings nothing.
pub fn credit(rule: &Cashback, base: Money, spent_before: Money) -> Money {
    if rule.minimum_order.is_some_and(|least| base < least) {
        return Money::ZERO;
    }
    let amount = match rule.scale {
        Scale::Order => base,
        Scale::Spent(_) => spent_before.or_zero(),
    };
    let reached = rule.brackets.iter().filter(|b| b.from <= amount);
    let Some(bracket) = reached.max_by_key(|b| b.from) else {
        return Money::ZERO;
    };
    let exact = settle(base.0, 1, 1, &[bracket.rate], rule.rounding);
    let most = rule.ceiling.map_or(i64::MAX, |most| most.or_zero().0);
    Money(exact.min(most))
}

/// What the member had spent, net of refunds, in the window of the program's cashback before an order
/// that is paid `at`: an order paid at the same instant is not before it. Nothing where the order's own
/// base finds the bracket.
///
/// An order leaves a rolling window so many months after it was paid, as it does for tiers.
pub fn spent_before(program: &Program, zone: &Zone, member: &Member, at: Timestamp) -> Money {
    let Some(Scale::Spent(window)) = program.cashback.as_ref().map(|rule| rule.scale) else {
        return Money::ZERO;
    };
    let calendar = program.calendar;
    let (_, year, _) = calendar.year(zone, at);
    let inside = |paid_at: Timestamp| match window {
        Window::Lifetime => true,
        Window::CalendarYear => year <= paid_at,
        Window::RollingMonths(months) => at < calendar.add_months(zone, paid_at, whole(months)),
    };
    member
        .purchases
        .iter()
        .filter(|purchase| purchase.paid_at < at && inside(purchase.paid_at))
        .map(|purchase| purchase.spend)
        .sum()
}

/// What a refund takes back: `credited so far − credit of what remains`, by the rule of the purchase and
/// by what had been spent before it, never by today's.
///
/// What remains is judged like an order of its own: it can fall into a lower bracket, or under the
/// smallest order.
pub fn clawback(
    rule: &Cashback,
    spent_before: Money,
    base_remaining: Money,
    credited_so_far: Money,
) -> Money {
    let kept = credit(rule, base_remaining, spent_before);
    credited_so_far.minus(kept).or_zero()
}

/// From when the credit can be spent: so many calendar days after payment, at the same local time.
pub fn activates_at(zone: &Zone, rule: &Cashback, earned_at: Timestamp) -> Timestamp {
    zone.plus_days(earned_at, rule.pending_days.into())
}

/// First instant at which the credit can no longer be spent: so many months after it was earned, in the
/// program's calendar and zone. Absent when it lasts for ever.
pub fn expires_at(
    program: &Program,
    zone: &Zone,
    rule: &Cashback,
    earned_at: Timestamp,
) -> Option<Timestamp> {
    let months = rule.months?;
    Some(program.calendar.add_months(zone, earned_at, whole(months)))
}

#[cfg(test)]
mod tests;
