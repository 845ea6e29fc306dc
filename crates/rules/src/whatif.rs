//! What an order would bring, without bringing it.

use crate::earning::{Line, OrderBase, activity, base, purchase_points};
use crate::ledger::lot_expiry;
use crate::member::{Credit, Lot, Member, Purchase};
use crate::program::Activity;
use crate::rewards::{Basket, eligibility};
use crate::tiers::{multiplier, standing};
use crate::{Points, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// What an order would bring.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIf {
    /// Points for the purchase.
    pub points: Points,
    /// Points for its being the first one.
    pub first_purchase: Points,
    /// When the purchase's points become active; absent when they are at once.
    #[serde(default)]
    pub pending_until: Option<Timestamp>,
    /// Index of the tier that would be held, where the program has tiers.
    #[serde(default)]
    pub tier_after: Option<usize>,
    /// Ids of rewards that could be taken then (when the points are active) and not without it.
    pub unlocked: Vec<String>,
}

/// Plays an order that is paid `now`. Nothing changes; the same order, posted, brings the same.
pub fn simulate(
    program: &Program,
    zone: &Zone,
    member: &Member,
    basket: &Basket,
    now: Timestamp,
) -> WhatIf {
    let mut what = WhatIf::default();
    let mut after = member.clone();
    let mut active_at = now;
    if let Some(rule) = &program.earning.purchase {
        let whole = [Line {
            quantity: 1,
            unit_price: basket.total,
            ..Line::default()
        }];
        let each: Vec<Line<'_>> = basket
            .items
            .iter()
            .map(|item| Line {
                category: item.category.as_deref(),
                quantity: 1,
                unit_price: item.amount,
                ..Line::default()
            })
            .collect();
        let lines = if each.is_empty() { &whole[..] } else { &each };
        let base = base(
            &rule.base,
            &OrderBase {
                lines,
                ..OrderBase::default()
            },
        );
        what.points = purchase_points(rule, base, &[multiplier(program, zone, member, now)]);
        if rule.pending_days > 0 {
            active_at = zone.plus_days(now, rule.pending_days.into());
            what.pending_until = Some(active_at);
        }
    }
    if member.purchases.is_empty() {
        let bonus = activity(program, &Activity::FirstPurchase);
        what.first_purchase = bonus.map_or(Points::ZERO, |rule| rule.points);
    }
    for (points, activates_at) in [(what.points, active_at), (what.first_purchase, now)] {
        after.lots.push(Lot {
            id: String::new(),
            earned_at: now,
            activates_at,
            expires_at: lot_expiry(program, zone, now),
            remaining: points,
        });
        after.credits.push(Credit {
            activates_at,
            points,
        });
    }
    after.purchases.push(Purchase {
        paid_at: now,
        spend: basket.total,
    });
    after.last_active_at = Some(now);
    what.tier_after = program
        .tiers
        .as_ref()
        .map(|ladder| standing(ladder, program.calendar, zone, &after, now).current);
    for reward in &program.rewards {
        let open = |who| eligibility(program, zone, reward, Some(who), None, active_at).is_empty();
        if open(&after) && !open(member) {
            what.unlocked.push(reward.id.clone());
        }
    }
    what
}

#[cfg(test)]
mod tests;
