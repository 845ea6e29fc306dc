//! Who may take a reward, and what it takes off an order.

use crate::ledger::balances_under;
use crate::member::Member;
use crate::program::{Reward, RewardKind};
use crate::tiers::standing;
use crate::{Bp, Money, Points, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// Why a reward cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// More points must be earned.
    NotEnoughPoints {
        /// What is missing to the cost.
        missing: Points,
    },
    /// The points are there, and not active yet.
    OnlyPending {
        /// When enough of them are.
        activates_at: Timestamp,
    },
    /// A higher tier is needed.
    TierTooLow {
        /// The tier's id.
        needs: String,
    },
    /// Guests must join first.
    MembersOnly,
    /// The basket is too small.
    BelowMinimumOrder {
        /// What is missing.
        missing: Money,
    },
    /// It cannot be taken yet.
    NotStarted {
        /// From when it can.
        at: Timestamp,
    },
    /// It can no longer be taken.
    Ended {
        /// Since when.
        at: Timestamp,
    },
    /// No unit is left.
    SoldOut,
    /// The member has taken it as often as one may.
    LimitReached {
        /// When it can be taken again, if ever.
        #[serde(default)]
        resets_at: Option<Timestamp>,
    },
    /// The member holds an unused coupon of it.
    AlreadyHeld,
    /// The merchant has stopped this member from redeeming.
    Blocked,
}

impl Reason {
    /// The reason's stable name, as on the wire.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotEnoughPoints { .. } => "not_enough_points",
            Self::OnlyPending { .. } => "only_pending",
            Self::TierTooLow { .. } => "tier_too_low",
            Self::MembersOnly => "members_only",
            Self::BelowMinimumOrder { .. } => "below_minimum_order",
            Self::NotStarted { .. } => "not_started",
            Self::Ended { .. } => "ended",
            Self::SoldOut => "sold_out",
            Self::LimitReached { .. } => "limit_reached",
            Self::AlreadyHeld => "already_held",
            Self::Blocked => "blocked",
        }
    }
}

/// What the shopper is about to buy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basket {
    /// Lines net of discounts, without tax and shipping.
    pub total: Money,
    /// The lines, if the shop tells them.
    #[serde(default)]
    pub items: Vec<BasketItem>,
}

/// A line of a basket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasketItem {
    /// The shop's product id.
    pub sku: String,
    /// The shop's category.
    #[serde(default)]
    pub category: Option<String>,
    /// What the whole line costs, net of discounts.
    pub amount: Money,
}

/// All reasons against taking a reward, in the order a shopper can act on them; none means eligible.
/// Without a basket its size is not judged; a guest is no member.
pub fn eligibility(
    program: &Program,
    zone: &Zone,
    reward: &Reward,
    member: Option<&Member>,
    basket: Option<&Basket>,
    now: Timestamp,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match member {
        None => reasons.push(Reason::MembersOnly),
        Some(member) => {
            reasons.extend(too_few(program, zone, reward, member, now));
            if let Some(needs) = reward
                .tier
                .as_ref()
                .filter(|tier| !holds(program, zone, member, tier, now))
            {
                reasons.push(Reason::TierTooLow {
                    needs: needs.clone(),
                });
            }
        }
    }
    if let (Some(minimum), Some(basket)) = (reward.minimum_order, basket) {
        let missing = minimum.minus(basket.total);
        if missing.is_positive() {
            reasons.push(Reason::BelowMinimumOrder { missing });
        }
    }
    if let Some(at) = reward.starts_at.filter(|at| now < *at) {
        reasons.push(Reason::NotStarted { at });
    }
    if let Some(at) = reward.ends_at.filter(|at| *at <= now) {
        reasons.push(Reason::Ended { at });
    }
    if reward.stock == Some(0) {
        reasons.push(Reason::SoldOut);
    }
    if let Some(member) = member {
        let mut taken = 0_u32;
        let mut open = false;
        for redeemed in member.redeemed.iter().filter(|r| r.reward == reward.id) {
            taken = taken.saturating_add(1);
            open |= redeemed.open;
        }
        if reward.per_member.is_some_and(|most| most <= taken) {
            reasons.push(Reason::LimitReached { resets_at: None });
        }
        if open {
            reasons.push(Reason::AlreadyHeld);
        }
        if member.blocked {
            reasons.push(Reason::Blocked);
        }
    }
    reasons
}

/// Why the points do not reach, if they do not.
fn too_few(
    program: &Program,
    zone: &Zone,
    reward: &Reward,
    member: &Member,
    now: Timestamp,
) -> Option<Reason> {
    let available = |at| balances_under(program, zone, member, at).available;
    let missing = reward.cost.minus(available(now));
    if !missing.is_positive() {
        return None;
    }
    // The first activation at which enough is there: what ends until then is no longer counted.
    let pending = member
        .lots
        .iter()
        .map(|lot| lot.activates_at)
        .filter(|at| now < *at);
    let enough = pending.filter(|at| available(*at) >= reward.cost).min();
    Some(match enough {
        Some(activates_at) => Reason::OnlyPending { activates_at },
        None => Reason::NotEnoughPoints { missing },
    })
}

/// Whether the member's tier is this one or higher. A tier that the program does not have is held by
/// nobody.
fn holds(program: &Program, zone: &Zone, member: &Member, tier: &str, now: Timestamp) -> bool {
    let Some(ladder) = &program.tiers else {
        return false;
    };
    let Some(needed) = ladder.levels.iter().position(|level| level.id == tier) else {
        return false;
    };
    needed == 0 || needed <= standing(ladder, program.calendar, zone, member, now).current
}

/// What the reward takes off an order: nothing under its minimum, never more than there is. A free
/// product or a donation takes nothing off.
pub fn discount(reward: &Reward, total: Money, shipping: Money) -> Money {
    if reward.minimum_order.is_some_and(|minimum| total < minimum) {
        return Money::ZERO;
    }
    let off = match &reward.kind {
        RewardKind::AmountOff(amount) => *amount,
        RewardKind::PercentOff { rate, ceiling } => {
            let exact = i128::from(total.0) * i128::from(rate.0) / i128::from(Bp::ONE.0);
            let part = Money(i64::try_from(exact).unwrap_or(i64::MAX));
            ceiling.map_or(part, |most| part.min(most))
        }
        RewardKind::FreeShipping => return shipping.or_zero(),
        _ => Money::ZERO,
    };
    off.min(total).or_zero()
}

#[cfg(test)]
mod tests;
