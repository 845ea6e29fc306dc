//! How many points a purchase or an activity earns.

mod activities;
mod campaigns;
mod caps;

pub use activities::{Grant, Refusal, claim, claimable};
pub use campaigns::{multipliers, running};
pub use caps::{Full, room};

use crate::program::{Activity, ActivityRule, Base, PurchaseRule, Rounding};
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

/// The amount that earns, by a rule's settings: lines net of discounts and coupons, without excluded
/// categories, and with tax and shipping only where the settings say so.
///
/// A coupon is shared among all lines by their value. A gift card pays for the whole order (lines after
/// coupons, tax and shipping), so of what counts it takes out the same share as of the whole. Both
/// shares are rounded down, which is for the shopper.
pub fn base(settings: &Base, order: &OrderBase<'_>) -> Money {
    let excluded = |line: &Line<'_>| {
        line.category
            .is_some_and(|c| settings.excluded_categories.iter().any(|e| e == c))
    };
    let all: Money = order.lines.iter().map(Line::net).sum();
    let counted: Money = order
        .lines
        .iter()
        .filter(|l| !excluded(l))
        .map(Line::net)
        .sum();
    let coupons = order.coupons.or_zero().min(all);
    let mut base = counted.minus(share(coupons, counted, all.0.into()));
    let mut whole = i128::from(all.minus(coupons).0);
    for (part, counts) in [
        (order.tax.or_zero(), settings.tax),
        (order.shipping.or_zero(), settings.shipping),
    ] {
        whole += i128::from(part.0);
        if counts {
            base = base.plus(part);
        }
    }
    if !settings.gift_cards {
        base = base.minus(share(order.gift_cards.or_zero(), base, whole));
    }
    base
}

/// `part × of ÷ whole`, rounded down; never more than `of`.
fn share(part: Money, of: Money, whole: i128) -> Money {
    let share = (i128::from(part.0) * i128::from(of.0))
        .checked_div(whole)
        .unwrap_or(0);
    Money(i64::try_from(share).unwrap_or(i64::MAX)).min(of)
}

/// `base × points ÷ per × multipliers`, exact until it is rounded once. The rule's ceiling holds the
/// product of the multipliers.
pub fn purchase_points(rule: &PurchaseRule, base: Money, multipliers: &[Bp]) -> Points {
    let by = |multipliers: &[Bp]| {
        settle(
            base.0,
            rule.points.0,
            rule.per.0,
            multipliers,
            rule.rounding,
        )
    };
    let points = by(multipliers);
    // Rounding keeps the order, so the lesser factor gives the lesser result.
    Points(
        rule.multiplier_max
            .map_or(points, |most| points.min(by(&[most]))),
    )
}

/// `amount × times ÷ per × ratios`, exact until it is rounded once, however many ratios there are;
/// nothing when one of the first three is not above zero, and held at the end of `i64`.
pub(crate) fn settle(amount: i64, times: i64, per: i64, ratios: &[Bp], rounding: Rounding) -> i64 {
    if amount <= 0 || times <= 0 || per <= 0 {
        return 0;
    }
    let ratios = || ratios.iter().filter(|ratio| **ratio != Bp::ONE);
    // Halves rather than wholes are counted: the last bit then tells whether a half is left over.
    let mut halves = vec![amount.unsigned_abs()];
    multiply(&mut halves, times.unsigned_abs());
    multiply(&mut halves, 2);
    ratios().for_each(|ratio| multiply(&mut halves, ratio.0.into()));
    let mut exact = divide(&mut halves, per.unsigned_abs());
    ratios().for_each(|_| exact &= divide(&mut halves, Bp::ONE.0.into()));
    let [halves] = *halves else { return i64::MAX };
    let half = halves % 2 == 1;
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::HalfUp => half,
        Rounding::Ceil => half || !exact,
    };
    i64::try_from(halves / 2 + u64::from(up)).unwrap_or(i64::MAX)
}

/// Multiplies a number of any length, its lowest digit (of 64 bits) first.
fn multiply(digits: &mut Vec<u64>, by: u64) {
    let mut carry = 0_u128;
    for digit in digits.iter_mut() {
        carry += u128::from(*digit) * u128::from(by);
        *digit = carry as u64;
        carry >>= 64;
    }
    if carry > 0 {
        digits.push(carry as u64);
    }
}

/// Divides such a number, down, and drops empty digits above the lowest. Whether nothing was left over.
fn divide(digits: &mut Vec<u64>, by: u64) -> bool {
    let mut rest = 0_u128;
    for digit in digits.iter_mut().rev() {
        rest = (rest << 64) | u128::from(*digit);
        *digit = (rest / u128::from(by)) as u64;
        rest %= u128::from(by);
    }
    while digits.len() > 1 && digits.last() == Some(&0) {
        digits.pop();
    }
    rest == 0
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
