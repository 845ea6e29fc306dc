//! Where a member is on their way, and their best next step.

use crate::churn::own_gap;
use crate::ledger::balances_under;
use crate::member::Member;
use crate::memberships::{self, State};
use crate::offers::{self, last_order};
use crate::program::{Expiry, Reward};
use crate::rewards::{Basket, Reason, eligibilities};
use crate::tiers::{self, Notice};
use crate::{Points, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// Days in which an order is still fresh.
const FRESH_DAYS: i64 = 14;
/// Days of silence that are long for someone whose usual gap is not known.
const SILENT_DAYS: i64 = 60;

/// A stage of a member's way; each has its own tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Not a member.
    Guest,
    /// A member without an order.
    Welcome,
    /// The last order is not 14 days old.
    AfterPurchase,
    /// The paid plan is ending, or the tier is at risk.
    Renewal,
    /// Silent for longer than twice their usual gap (60 days while there are fewer than three days with an
    /// order).
    ComeBack,
    /// None of these.
    Steady,
}

/// The stage that a person is at. Of several the first in this order: guest, renewal (what can be lost is
/// said in time, to those who buy every week too), welcome, after a purchase, come back, steady.
pub fn stage(program: &Program, zone: &Zone, member: Option<&Member>, now: Timestamp) -> Stage {
    let Some(member) = member else {
        return Stage::Guest;
    };
    if plan_ending(program, zone, member, now).is_some()
        || tier_at_risk(program, zone, member, now).is_some()
    {
        return Stage::Renewal;
    }
    let Some(last) = last_order(member) else {
        return Stage::Welcome;
    };
    if now < zone.plus_days(last, FRESH_DAYS) {
        return Stage::AfterPurchase;
    }
    let silent = zone.day(now).saturating_sub(zone.day(last));
    if silent > twice_usual_gap(zone, member).unwrap_or(SILENT_DAYS) {
        return Stage::ComeBack;
    }
    Stage::Steady
}

/// Twice the member's usual gap in days (see [`own_gap`]); none with fewer than three days with an order.
fn twice_usual_gap(zone: &Zone, member: &Member) -> Option<i64> {
    let orders: Vec<Timestamp> = member.purchases.iter().map(|p| p.paid_at).collect();
    // Four quarters are a day, and of an own gap the half is whole.
    own_gap(zone, &orders).map(|gap| gap.0 / 2)
}

/// The plan whose end is near and that does not renew, and when it ends.
fn plan_ending(
    program: &Program,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Option<(String, Timestamp)> {
    let status = memberships::status(program, zone, member, now)?;
    match status.state {
        State::Active {
            until,
            ending: true,
            ..
        } => Some((status.plan, until)),
        _ => None,
    }
}

/// The tier that will be lost soon, what is missing to keep it, and until when.
fn tier_at_risk(
    program: &Program,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Option<(String, i64, Timestamp)> {
    let ladder = program.tiers.as_ref()?;
    let standing = tiers::standing(ladder, program.calendar, zone, member, now);
    let level = ladder.levels.get(standing.current)?;
    standing.notices.iter().find_map(|notice| match *notice {
        Notice::AtRisk { until, missing } | Notice::InGrace { until, missing } => {
            Some((level.id.clone(), missing, until))
        }
        _ => None,
    })
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Become a member.
    Join,
    /// Use the coupon that waits.
    UseCoupon {
        /// Its reward's id.
        reward: String,
    },
    /// Take a gift before it is gone.
    TakeOffer {
        /// The offer's id.
        offer: String,
        /// When it is gone.
        until: Timestamp,
    },
    /// Spend points before they end.
    SavePoints {
        /// How many end.
        points: Points,
        /// When.
        expires_at: Timestamp,
        /// The id of the reward to spend them on.
        reward: String,
        /// What is still missing to it; 0 when it can be taken at once.
        missing: Points,
    },
    /// Take a reward.
    TakeReward {
        /// Its id.
        reward: String,
    },
    /// Buy the plan again.
    RenewPlan {
        /// The plan's id.
        plan: String,
        /// When it ends.
        until: Timestamp,
    },
    /// Do what is missing to keep the tier.
    KeepTier {
        /// The tier's id.
        tier: String,
        /// What is missing, in the ladder's measure.
        missing: i64,
        /// Until when.
        until: Timestamp,
    },
    /// Earn what is missing to a reward.
    NearReward {
        /// Its id.
        reward: String,
        /// What is missing.
        missing: Points,
    },
    /// Do what is missing to the next tier.
    NextTier {
        /// Its id.
        tier: String,
        /// What is missing, in the ladder's measure.
        missing: i64,
    },
    /// Earn.
    Earn,
}

/// The best next step, the first there is:
///
/// 1. a guest joins;
/// 2. a coupon that is held is used;
/// 3. an offer in its last hours is taken;
/// 4. points that end within the program's warning are spent: on the reward of step 5, or toward that of
///    step 8;
/// 5. the dearest reward that can be taken is taken;
/// 6. a plan that is ending is renewed;
/// 7. a tier at risk is kept;
/// 8. the cheapest reward that only points are missing to is earned;
/// 9. the next tier is reached;
/// 10. else: earn.
///
/// What is lost soon goes before what can wait. With a `basket` the rewards are judged for it.
pub fn next_step(
    program: &Program,
    zone: &Zone,
    member: Option<&Member>,
    basket: Option<&Basket>,
    now: Timestamp,
) -> Step {
    let Some(member) = member else {
        return Step::Join;
    };
    let known = |id: &str| program.rewards.iter().any(|reward| reward.id == id);
    let mut held = member.redeemed.iter().filter(|r| r.open);
    if let Some(coupon) = held.find(|coupon| known(&coupon.reward)) {
        let reward = coupon.reward.clone();
        return Step::UseCoupon { reward };
    }
    let mut open = offers::open(program, zone, member, now).into_iter();
    let ending = open.find(|open| open.stage == offers::Stage::Ending);
    if let Some((offer, until)) = ending.and_then(|open| Some((open.offer, open.until?))) {
        return Step::TakeOffer { offer, until };
    }
    let goal = goal(program, zone, member, basket, now);
    if let Some((reward, missing)) = &goal
        && let Some((points, expires_at)) = expiring(program, zone, member, now)
    {
        return Step::SavePoints {
            points,
            expires_at,
            reward: reward.id.clone(),
            missing: *missing,
        };
    }
    if let Some((reward, Points::ZERO)) = goal {
        let reward = reward.id.clone();
        return Step::TakeReward { reward };
    }
    if let Some((plan, until)) = plan_ending(program, zone, member, now) {
        return Step::RenewPlan { plan, until };
    }
    if let Some((tier, missing, until)) = tier_at_risk(program, zone, member, now) {
        return Step::KeepTier {
            tier,
            missing,
            until,
        };
    }
    if let Some((reward, missing)) = goal {
        let reward = reward.id.clone();
        return Step::NearReward { reward, missing };
    }
    next_tier(program, zone, member, now).unwrap_or(Step::Earn)
}

/// The dearest reward that can be taken, with nothing missing; else the cheapest that only points are
/// missing to.
fn goal<'a>(
    program: &'a Program,
    zone: &Zone,
    member: &Member,
    basket: Option<&Basket>,
    now: Timestamp,
) -> Option<(&'a Reward, Points)> {
    let available = balances_under(program, zone, member, now).available;
    let mut best: Option<(&Reward, Points)> = None;
    let judged = eligibilities(program, zone, Some(member), basket, now);
    for (reward, why) in program.rewards.iter().zip(judged) {
        // What is missing, if points are all that is.
        let missing = why.iter().try_fold(Points::ZERO, |_, reason| match reason {
            Reason::NotEnoughPoints { missing } => Some(*missing),
            Reason::OnlyPending { .. } => Some(smallest(reward).minus(available)),
            _ => None,
        });
        let Some(missing) = missing else {
            continue;
        };
        let better = best.is_none_or(|(other, short)| match (missing, short) {
            (Points::ZERO, Points::ZERO) => smallest(reward) >= smallest(other),
            (Points::ZERO, _) => true,
            (_, Points::ZERO) => false,
            _ => smallest(reward) < smallest(other),
        });
        if better {
            best = Some((reward, missing));
        }
    }
    best
}

/// What the smallest number of units costs.
fn smallest(reward: &Reward) -> Points {
    let units = reward.units.map_or(1, |units| units.min.max(1));
    Points(reward.cost.0.saturating_mul(units.into()))
}

/// The points that end first, when the program's warning for them has begun.
fn expiring(
    program: &Program,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Option<(Points, Timestamp)> {
    let (Expiry::PerLot { warn_days, .. } | Expiry::Inactivity { warn_days, .. }) = program.expiry
    else {
        return None;
    };
    let balances = balances_under(program, zone, member, now);
    let soon = balances.expiring.first()?;
    let told_from = zone.plus_days(soon.expires_at, -i64::from(warn_days));
    (told_from <= now).then_some((soon.points, soon.expires_at))
}

fn next_tier(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Option<Step> {
    let ladder = program.tiers.as_ref()?;
    let standing = tiers::standing(ladder, program.calendar, zone, member, now);
    let missing = standing.delta_to_next.filter(|missing| *missing > 0)?;
    let tier = ladder.levels.get(standing.next?)?.id.clone();
    Some(Step::NextTier { tier, missing })
}

#[cfg(test)]
mod tests;
