//! Who may take a reward, what it costs, and what it takes off an order.

mod means;
mod price;

pub use means::Means;
pub use price::{applicable, discount, discount_of, price, units_in_reach, value};

use crate::audience::in_segments;
use crate::member::{Member, Redeemed};
use crate::program::{Ladder, Reward};
use crate::{Money, Points, Program, Timestamp, Zone};
use price::{excludes, fewest, most};
use serde::{Deserialize, Serialize};

/// Why a reward cannot be taken. The variants stand in the order in which they are told: first what a
/// shopper can do something about, by earning, joining, buying or waiting; then what is out of their
/// hands.
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
    /// It is for segments that the member is not in.
    NotInSegment,
    /// The basket is too small: what the reward cannot be used on does not count.
    BelowMinimumOrder {
        /// What is missing.
        missing: Money,
    },
    /// It cannot be used on anything in the basket.
    ExcludedProducts,
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
    /// No unit is left, or fewer than must be taken at once.
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
    /// The member must agree to something first.
    ConsentNeeded {
        /// The consent's name.
        consent: String,
    },
}

impl Reason {
    /// The reason's stable name, as on the wire.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotEnoughPoints { .. } => "not_enough_points",
            Self::OnlyPending { .. } => "only_pending",
            Self::TierTooLow { .. } => "tier_too_low",
            Self::MembersOnly => "members_only",
            Self::NotInSegment => "not_in_segment",
            Self::BelowMinimumOrder { .. } => "below_minimum_order",
            Self::ExcludedProducts => "excluded_products",
            Self::NotStarted { .. } => "not_started",
            Self::Ended { .. } => "ended",
            Self::SoldOut => "sold_out",
            Self::LimitReached { .. } => "limit_reached",
            Self::AlreadyHeld => "already_held",
            Self::Blocked => "blocked",
            Self::ConsentNeeded { .. } => "consent_needed",
        }
    }
}

/// What the shopper is about to buy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Basket {
    /// Lines net of discounts, without tax and shipping.
    pub total: Money,
    /// The lines, if the shop tells them.
    #[serde(default)]
    pub items: Vec<BasketItem>,
}

/// A line of a basket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct BasketItem {
    /// The shop's product id.
    pub sku: String,
    /// The shop's category.
    #[serde(default)]
    pub category: Option<String>,
    /// What the whole line costs, net of discounts.
    pub amount: Money,
}

/// All reasons against taking the smallest number of units of a reward, in the order of [`Reason`]; none
/// means eligible. Without a basket its size and lines are not judged. A guest is no member, and is told
/// what joining would not change; nothing is known of a guest's points, tier, segments or consents.
///
/// For many rewards see [`eligibilities`].
pub fn eligibility(
    program: &Program,
    zone: &Zone,
    reward: &Reward,
    member: Option<&Member>,
    basket: Option<&Basket>,
    now: Timestamp,
) -> Vec<Reason> {
    let tiers = reward.tier.is_some();
    let means = member.map(|member| Means::weigh(program, zone, member, now, tiers));
    let mut before = Before::none(program, zone, reward, now);
    for redeemed in member.iter().flat_map(|member| &member.redeemed) {
        before.count(reward, redeemed);
    }
    judge(program, reward, means.as_ref(), &before, basket, now)
}

/// [`eligibility`] of each of the program's rewards, in their order. The member's points and tier are
/// computed once.
pub fn eligibilities(
    program: &Program,
    zone: &Zone,
    member: Option<&Member>,
    basket: Option<&Basket>,
    now: Timestamp,
) -> Vec<Vec<Reason>> {
    let tiers = program.rewards.iter().any(|reward| reward.tier.is_some());
    let means = member.map(|member| Means::weigh(program, zone, member, now, tiers));
    let rewards = &program.rewards;
    let none = |reward| Before::none(program, zone, reward, now);
    let mut before: Vec<Before> = rewards.iter().map(none).collect();
    // What was taken is gone through once: it may be long, and the rewards are few.
    for redeemed in member.iter().flat_map(|member| &member.redeemed) {
        for (reward, before) in rewards.iter().zip(&mut before) {
            before.count(reward, redeemed);
        }
    }
    let judge = |(reward, before)| judge(program, reward, means.as_ref(), before, basket, now);
    rewards.iter().zip(&before).map(judge).collect()
}

/// What the member has taken of a reward.
struct Before {
    /// In which its limit holds.
    period: Option<(Timestamp, Timestamp)>,
    /// How often in the period.
    times: u32,
    /// One is open.
    open: bool,
}

impl Before {
    fn none(program: &Program, zone: &Zone, reward: &Reward, now: Timestamp) -> Self {
        Self {
            period: program.calendar.period(zone, reward.period, now),
            times: 0,
            open: false,
        }
    }

    fn count(&mut self, reward: &Reward, redeemed: &Redeemed) {
        if redeemed.reward != reward.id {
            return;
        }
        let within = |(start, end)| start <= redeemed.at && redeemed.at < end;
        let counts = self.period.is_none_or(within);
        self.times = self.times.saturating_add(u32::from(counts));
        self.open |= redeemed.open;
    }
}

fn judge(
    program: &Program,
    reward: &Reward,
    means: Option<&Means<'_>>,
    before: &Before,
    basket: Option<&Basket>,
    now: Timestamp,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match means {
        None => reasons.push(Reason::MembersOnly),
        Some(means) => {
            reasons.extend(too_few(reward, means));
            if let Some(needs) = &reward.tier
                && !holds(program.tiers.as_ref(), needs, means.tier)
            {
                reasons.push(Reason::TierTooLow {
                    needs: needs.clone(),
                });
            }
            if !in_segments(&reward.segments, means.member) {
                reasons.push(Reason::NotInSegment);
            }
        }
    }
    if let Some(basket) = basket {
        if let Some(minimum) = reward.minimum_order {
            let missing = minimum.minus(applicable(reward, basket));
            if missing.is_positive() {
                reasons.push(Reason::BelowMinimumOrder { missing });
            }
        }
        let usable = |item| !excludes(reward, item);
        if !basket.items.is_empty() && !basket.items.iter().any(usable) {
            reasons.push(Reason::ExcludedProducts);
        }
    }
    if let Some(at) = reward.starts_at.filter(|at| now < *at) {
        reasons.push(Reason::NotStarted { at });
    }
    if let Some(at) = reward.ends_at.filter(|at| *at <= now) {
        reasons.push(Reason::Ended { at });
    }
    if most(reward) < fewest(reward) {
        reasons.push(Reason::SoldOut);
    }
    if let Some(means) = means {
        reasons.extend(taken(reward, means.member, before));
    }
    reasons
}

/// Why the points do not reach, if they do not.
fn too_few(reward: &Reward, means: &Means<'_>) -> Option<Reason> {
    let units = i64::from(fewest(reward));
    let cost = Points(reward.cost.or_zero().0.saturating_mul(units));
    let missing = cost.minus(means.available());
    if !cost.is_positive() || !missing.is_positive() {
        return None;
    }
    Some(match means.when(cost) {
        Some(activates_at) => Reason::OnlyPending { activates_at },
        None => Reason::NotEnoughPoints { missing },
    })
}

/// Whether the tier that is held is this one or higher. A tier that the program does not have is held by
/// nobody, the lowest by every member.
fn holds(ladder: Option<&Ladder>, tier: &str, held: Option<usize>) -> bool {
    let levels = ladder.map_or(&[][..], |ladder| &ladder.levels);
    let needed = levels.iter().position(|level| level.id == tier);
    needed.is_some_and(|needed| needed <= held.unwrap_or(0))
}

/// What speaks against it in what the member has done before.
fn taken(reward: &Reward, member: &Member, before: &Before) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let Before {
        period,
        times,
        open,
    } = *before;
    if let Some(limit) = reward.per_member.filter(|limit| *limit <= times) {
        // What nobody may ever take is not reset.
        let resets_at = period.filter(|_| limit > 0).map(|(_, end)| end);
        reasons.push(Reason::LimitReached { resets_at });
    }
    if open {
        reasons.push(Reason::AlreadyHeld);
    }
    if member.blocked {
        reasons.push(Reason::Blocked);
    }
    if let Some(consent) = &reward.consent
        && !member.consents.contains(consent)
    {
        reasons.push(Reason::ConsentNeeded {
            consent: consent.clone(),
        });
    }
    reasons
}

#[cfg(test)]
mod tests;
