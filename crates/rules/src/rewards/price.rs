//! What units of a reward cost, what they are worth, and what they take off an order.

use super::{Basket, BasketItem};
use crate::program::{Reward, RewardKind};
use crate::{Bp, Money, Points};

/// The smallest number of units that can be taken at once: 1 or more.
pub(super) fn fewest(reward: &Reward) -> u32 {
    reward.units.map_or(1, |units| units.min.max(1))
}

/// The largest number of units that can be taken at once: not more than are left.
pub(super) fn most(reward: &Reward) -> u32 {
    let most = reward.units.map_or(1, |units| units.max);
    reward.stock.map_or(most, |left| left.min(most))
}

/// Whether so many units can be chosen, however many are left.
fn has(reward: &Reward, units: u32) -> bool {
    (fewest(reward)..=reward.units.map_or(1, |units| units.max)).contains(&units)
}

/// What so many units cost. None outside the reward's smallest and largest number (one, where it has no
/// slider), and where the price is beyond all numbers. The stock is not looked at.
pub fn price(reward: &Reward, units: u32) -> Option<Points> {
    let cost = reward.cost.or_zero().0.checked_mul(units.into())?;
    has(reward, units).then_some(Points(cost))
}

/// What so many units are worth in money, where the reward is an amount. None for other kinds, and where
/// [`price`] has none for the same cause.
pub fn value(reward: &Reward, units: u32) -> Option<Money> {
    let (RewardKind::AmountOff(one) | RewardKind::WalletCredit(one)) = &reward.kind else {
        return None;
    };
    let worth = one.or_zero().0.checked_mul(units.into())?;
    has(reward, units).then_some(Money(worth))
}

/// The largest number of units that `available` points pay and that are left; 0 where they do not reach
/// for the smallest number.
pub fn units_in_reach(reward: &Reward, available: Points) -> u32 {
    let paid = if reward.cost.is_positive() {
        let units = available.or_zero().0 / reward.cost.0;
        u32::try_from(units).unwrap_or(u32::MAX)
    } else {
        u32::MAX
    };
    let reach = paid.min(most(reward));
    if reach < fewest(reward) { 0 } else { reach }
}

/// Whether the reward cannot be used on a line.
pub(super) fn excludes(reward: &Reward, item: &BasketItem) -> bool {
    let excluded = &reward.excluded;
    excluded.skus.contains(&item.sku)
        || item
            .category
            .as_ref()
            .is_some_and(|category| excluded.categories.contains(category))
}

/// The part of a basket that the reward can be used on: its lines without those that are excluded, never
/// more than its total. All of it where the shop tells no lines or the reward excludes nothing.
pub fn applicable(reward: &Reward, basket: &Basket) -> Money {
    let excluded = &reward.excluded;
    let all = excluded.skus.is_empty() && excluded.categories.is_empty();
    if all || basket.items.is_empty() {
        return basket.total;
    }
    let usable = basket.items.iter().filter(|item| !excludes(reward, item));
    usable
        .map(|item| item.amount)
        .sum::<Money>()
        .min(basket.total)
}

/// [`discount_of`] one unit.
pub fn discount(reward: &Reward, total: Money, shipping: Money) -> Money {
    discount_of(reward, 1, total, shipping)
}

/// What a coupon for so many units takes off an order: nothing under its minimum, never more than there
/// is. `total` is what it can be used on (see [`applicable`]). Amounts, parts and ceilings are those of
/// one unit, so many times; shipping is free once. A free product or a donation takes nothing off. How
/// many units may be taken was judged when they were.
pub fn discount_of(reward: &Reward, units: u32, total: Money, shipping: Money) -> Money {
    if units == 0 || reward.minimum_order.is_some_and(|minimum| total < minimum) {
        return Money::ZERO;
    }
    let times = |one: Money| Money(one.0.saturating_mul(units.into()));
    let off = match &reward.kind {
        RewardKind::AmountOff(amount) => times(*amount),
        RewardKind::PercentOff { rate, ceiling } => {
            // More than the whole is the whole.
            let rate = rate.0.saturating_mul(units).min(Bp::ONE.0);
            let exact = i128::from(total.0) * i128::from(rate) / i128::from(Bp::ONE.0);
            let part = Money(i64::try_from(exact).unwrap_or(i64::MAX));
            ceiling.map_or(part, |most| part.min(times(most)))
        }
        RewardKind::FreeShipping => return shipping.or_zero(),
        _ => Money::ZERO,
    };
    off.min(total).or_zero()
}
