//! What an order would bring, without bringing it.

use crate::journal::{Account, Bill, Book, Event, Lines, Transaction, Why};
use crate::member::Member;
use crate::rewards::{Basket, eligibilities};
use crate::{Money, Points, Program, Timestamp, Zone, offers, tiers};
use serde::{Deserialize, Serialize};

/// What an order would bring.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct WhatIf {
    /// Points for the purchase.
    pub points: Points,
    /// Points for its being the first one.
    pub first_purchase: Points,
    /// Points for the tiers that it reaches.
    #[serde(default)]
    pub tier_entry: Points,
    /// Wallet credit that comes back.
    #[serde(default)]
    pub cashback: Money,
    /// When the purchase's points become active; absent when they are at once.
    #[serde(default)]
    pub pending_until: Option<Timestamp>,
    /// Index of the tier that would be held, where the program has tiers.
    #[serde(default)]
    pub tier_after: Option<usize>,
    /// Ids of rewards that could be taken then (when the points are active) and not without it.
    pub unlocked: Vec<String>,
    /// Ids of offers that it opens.
    #[serde(default)]
    pub offers: Vec<String>,
}

/// An order id that no shop gives.
const IMAGINED: &str = "\u{0}imagined";

/// Plays an order that is paid `now`, by the same [`Account::apply`] that a paid order goes through.
/// Nothing changes; the same order, posted, brings the same.
pub fn simulate(
    program: &Program,
    zone: &Zone,
    member: &Member,
    basket: &Basket,
    now: Timestamp,
) -> WhatIf {
    let mut account = Account::open(program, zone, member.clone(), now);
    let event = Event::Paid(Bill::of(IMAGINED, basket));
    let Ok(written) = account.apply(program, zone, now, &event) else {
        return WhatIf::default();
    };
    let given = |why: Why| -> i64 {
        let of = written.iter().filter(|t| t.why == why);
        of.fold(0, |sum: i64, t| sum.saturating_add(points_of(t)))
    };
    let mut what = WhatIf {
        points: Points(given(Why::Purchase)),
        first_purchase: Points(given(Why::FirstPurchase)),
        tier_entry: Points(given(Why::TierEntry)),
        cashback: written
            .iter()
            .filter(|t| t.why == Why::Purchase)
            .map(credit_of)
            .sum(),
        ..WhatIf::default()
    };
    let pending_days = program
        .earning
        .purchase
        .as_ref()
        .map_or(0, |rule| rule.pending_days);
    let mut active_at = now;
    if pending_days > 0 {
        active_at = zone.plus_days(now, pending_days.into());
        what.pending_until = Some(active_at);
    }
    let after = &account.member;
    what.tier_after = tiers::current(program, zone, after, now);
    let open = |who| eligibilities(program, zone, Some(who), None, active_at);
    let reasons = open(after).into_iter().zip(open(member));
    what.unlocked = reasons
        .zip(&program.rewards)
        .filter(|((after, before), _)| after.is_empty() && !before.is_empty())
        .map(|(_, reward)| reward.id.clone())
        .collect();
    what.offers = offers::after(program, zone, member, after, now);
    what
}

/// Points that a transaction gave.
fn points_of(transaction: &Transaction) -> i64 {
    let Lines::Points(lines) = &transaction.lines else {
        return 0;
    };
    let issued = lines.iter().filter(|(book, _)| *book == Book::Issued);
    issued.fold(0_i64, |sum, (_, points)| sum.saturating_sub(points.0))
}

/// Wallet credit that a transaction gave.
fn credit_of(transaction: &Transaction) -> Money {
    let Lines::Wallet(lines) = &transaction.lines else {
        return Money::ZERO;
    };
    let issued = lines.iter().filter(|(book, _)| *book == Book::Issued);
    issued.fold(Money::ZERO, |sum, (_, money)| sum.minus(*money))
}

#[cfg(test)]
mod tests;
