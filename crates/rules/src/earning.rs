//! How many points a purchase or an activity earns.

use crate::program::{Activity, ActivityRule, PurchaseRule, Rounding};
use crate::{Bp, Money, Points, Program};

/// A line of an order, as the base sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line<'a> {
    /// The shop's category.
    pub category: Option<&'a str>,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub unit_price: Money,
    /// Discount on the whole line, without coupons of the club.
    pub discount: Money,
}

impl Line<'_> {
    /// What is paid for it.
    pub fn net(&self) -> Money {
        Money(self.unit_price.0.saturating_mul(self.quantity.into()))
            .minus(self.discount)
            .or_zero()
    }
}

/// What the base of a purchase is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderBase<'a> {
    /// Its lines.
    pub lines: &'a [Line<'a>],
    /// Value of redeemed coupons on the lines (not what a free shipping is worth).
    pub coupons: Money,
    /// Tax, in addition to the lines.
    pub tax: Money,
    /// Shipping, in addition to the lines.
    pub shipping: Money,
    /// What of the whole was paid with gift cards.
    pub gift_cards: Money,
}

/// The amount that earns: lines net of discounts and coupons, without excluded categories, and with tax
/// and shipping only where the rule says so. A coupon is shared among all lines by their value.
pub fn base(rule: &PurchaseRule, order: &OrderBase<'_>) -> Money {
    let excluded = |line: &Line<'_>| {
        line.category
            .is_some_and(|c| rule.base.excluded_categories.iter().any(|e| e == c))
    };
    let all: Money = order.lines.iter().map(Line::net).sum();
    let counted: Money = order
        .lines
        .iter()
        .filter(|l| !excluded(l))
        .map(Line::net)
        .sum();
    let coupons = order.coupons.or_zero().min(all);
    let share = match all.0 {
        0 => 0,
        all => i128::from(coupons.0) * i128::from(counted.0) / i128::from(all),
    };
    let mut base = counted.minus(Money(i64::try_from(share).unwrap_or(i64::MAX)));
    if rule.base.tax {
        base = base.plus(order.tax.or_zero());
    }
    if rule.base.shipping {
        base = base.plus(order.shipping.or_zero());
    }
    base
}

/// `base × points ÷ per × multipliers`, exact until it is rounded once.
pub fn purchase_points(rule: &PurchaseRule, base: Money, multipliers: &[Bp]) -> Points {
    let one = i128::from(Bp::ONE.0);
    if !base.is_positive() || !rule.points.is_positive() || !rule.per.is_positive() {
        return Points::ZERO;
    }
    let mut factor = (1_i128, 1_i128);
    for multiplier in multipliers.iter().filter(|m| **m != Bp::ONE) {
        factor.0 = factor.0.saturating_mul(multiplier.0.into());
        factor.1 = factor.1.saturating_mul(one);
    }
    if let Some(Bp(most)) = rule.multiplier_max {
        let most = (i128::from(most), one);
        if factor.0.saturating_mul(most.1) > most.0.saturating_mul(factor.1) {
            factor = most;
        }
    }
    let exact = i128::from(base.0) * i128::from(rule.points.0);
    let whole = i128::from(rule.per.0).checked_mul(factor.1);
    let (Some(exact), Some(whole)) = (exact.checked_mul(factor.0), whole) else {
        return Points(i64::MAX);
    };
    let floor = exact / whole;
    let rest = exact % whole;
    let up = match rule.rounding {
        Rounding::Floor => false,
        Rounding::HalfUp => rest >= whole - rest,
        Rounding::Ceil => rest > 0,
    };
    Points(i64::try_from(floor + i128::from(up)).unwrap_or(i64::MAX))
}

/// The rule that pays for an activity, if the program has one.
pub fn activity<'a>(program: &'a Program, kind: &Activity) -> Option<&'a ActivityRule> {
    program
        .earning
        .activities
        .iter()
        .find(|rule| rule.kind == *kind)
}

#[cfg(test)]
mod tests;
