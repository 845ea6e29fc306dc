//! How points and wallet credit are earned.

use super::{Audience, Period, Text, Window};
use crate::{Bp, Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// All earning rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Earning {
    /// Points for buying.
    #[serde(default)]
    pub purchase: Option<PurchaseRule>,
    /// Fixed points for doing something.
    #[serde(default)]
    pub activities: Vec<ActivityRule>,
    /// Times at which buying earns more.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub campaigns: Vec<Campaign>,
    /// What several campaigns at once come to.
    #[serde(default)]
    pub combine: Combine,
}

/// `points` for every `per` of a purchase's base.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct PurchaseRule {
    /// Stable id, remembered by entries.
    pub id: String,
    /// Points per `per`.
    pub points: Points,
    /// Amount that earns `points`.
    pub per: Money,
    /// Rounded once, at the end.
    #[serde(default)]
    pub rounding: Rounding,
    /// Days from payment during which the points cannot be spent, 0…90.
    #[serde(default)]
    pub pending_days: u32,
    /// What of an order counts.
    #[serde(default)]
    pub base: Base,
    /// Ceiling for the product of all multipliers.
    #[serde(default)]
    pub multiplier_max: Option<Bp>,
    /// Most that a member can earn by buying.
    #[serde(default)]
    pub caps: Vec<Cap>,
}

/// What of an order earns: its lines net of discounts and coupons, and what is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Base {
    /// Tax counts too.
    #[serde(default)]
    pub tax: bool,
    /// Shipping counts too.
    #[serde(default)]
    pub shipping: bool,
    /// What was paid with a gift card counts too.
    #[serde(default)]
    pub gift_cards: bool,
    /// Categories that earn nothing.
    #[serde(default)]
    pub excluded_categories: Vec<String>,
}

/// How a fraction is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Down.
    #[default]
    Floor,
    /// To the nearest, a half up.
    HalfUp,
    /// Up.
    Ceil,
}

/// Most that one rule gives one member in a period; what goes over it is not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Cap {
    /// The period, counted in the program's zone.
    pub per: Period,
    /// Most times.
    #[serde(default)]
    pub times: Option<u32>,
    /// Most points.
    #[serde(default)]
    pub points: Option<Points>,
}

/// Fixed points, once per source: (member, rule, source id) is unique for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ActivityRule {
    /// Stable id.
    pub id: String,
    /// What is done.
    pub kind: Activity,
    /// Points for it.
    pub points: Points,
    /// What the shopper reads; a sentence of the locale file when absent.
    #[serde(default)]
    pub title: Text,
    /// Most that it gives.
    #[serde(default)]
    pub caps: Vec<Cap>,
    /// Whether the shopper's own page may claim it; by its kind when absent.
    #[serde(default)]
    pub claimable: Option<bool>,
}

/// What a member can do to earn fixed points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Joining the club.
    Join,
    /// The first paid order.
    FirstPurchase,
    /// Answering the survey with this id.
    Survey(String),
    /// The member's birthday, once a year.
    Birthday,
    /// Completing the profile.
    Profile,
    /// Reviewing a product, once for each.
    Review,
    /// Visiting, once a day.
    DailyVisit,
    /// Following the shop on this network.
    SocialFollow(String),
    /// An event that the shop reports by this name.
    Event(String),
}

/// A time at which purchase points are multiplied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Campaign {
    /// Stable id.
    pub id: String,
    /// What the shopper reads.
    pub title: Text,
    /// Multiplies purchase points.
    pub multiplier: Bp,
    /// First instant.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// First instant at which it is over.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Smallest base of an order that it multiplies.
    #[serde(default)]
    pub minimum_order: Option<Money>,
    /// For whom; everybody when absent.
    #[serde(default)]
    pub audience: Audience,
}

/// What several campaigns at once come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// The best one counts.
    #[default]
    Best,
    /// All are multiplied.
    Product,
}

/// A part of what is spent comes back as wallet credit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Cashback {
    /// Stable id.
    pub id: String,
    /// From the smallest amount up; the first one's `from` is 0.
    pub brackets: Vec<Bracket>,
    /// What finds the bracket.
    #[serde(default)]
    pub scale: Scale,
    /// Rounded once, at the end, to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
    /// Most that one order brings.
    #[serde(default)]
    pub ceiling: Option<Money>,
    /// Smallest base that brings anything.
    #[serde(default)]
    pub minimum_order: Option<Money>,
    /// Days from payment during which the credit cannot be spent, 0…90.
    #[serde(default)]
    pub pending_days: u32,
    /// Months that the credit lasts; for ever when absent.
    #[serde(default)]
    pub months: Option<u32>,
    /// What of an order counts.
    #[serde(default)]
    pub base: Base,
}

/// A rate from an amount on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Bracket {
    /// Smallest amount of the scale.
    pub from: Money,
    /// The part that comes back, of the whole base.
    pub rate: Bp,
}

/// What finds the bracket of a cashback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// The order's own base.
    #[default]
    Order,
    /// What the member had spent in the window before the order.
    Spent(Window),
}
