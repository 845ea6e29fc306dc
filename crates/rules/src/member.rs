//! What the rules need to know about a member.

use crate::{Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// Facts about one member, as the server holds them and the browser gets them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Member {
    /// Prefixed id, `mem_…`.
    pub id: String,
    /// When the member joined.
    pub joined_at: Timestamp,
    /// Lots that still hold points, pending ones too.
    pub lots: Vec<Lot>,
    /// Points held by redemptions that are not settled.
    #[serde(default)]
    pub held: Points,
    /// Points owed after a clawback.
    #[serde(default)]
    pub debt: Points,
    /// Paid orders that count toward a tier, oldest first, net of refunds.
    pub purchases: Vec<Purchase>,
    /// Credits that count toward a tier by points, oldest first.
    #[serde(default)]
    pub credits: Vec<Credit>,
    /// Redemptions that still bear on limits.
    #[serde(default, deserialize_with = "crate::later::read")]
    pub redeemed: Vec<Redeemed>,
    /// What rules with caps or sources have given, oldest first.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub earned: Vec<Earned>,
    /// Lots of wallet credit that still hold money, pending ones too.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub wallet: Vec<Lot<Money>>,
    /// Last order that was paid, refunded or not, for those who come back after a silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_order_at: Option<Timestamp>,
    /// Last order or redemption, for expiry by inactivity.
    #[serde(default)]
    pub last_active_at: Option<Timestamp>,
    /// The merchant has stopped this member from redeeming.
    #[serde(default)]
    pub blocked: bool,
    /// What the member was asked, as the server knows it.
    #[serde(default)]
    pub prompts: Vec<Prompted>,
    /// Birthday in the program's calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthday: Option<MonthDay>,
    /// Segments that the member is in (see [`crate::segments`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// Consents that the member has given, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<String>,
    /// The paid plan, running or lately ended.
    #[serde(
        default,
        deserialize_with = "crate::later::maybe",
        skip_serializing_if = "Option::is_none"
    )]
    pub membership: Option<Membership>,
    /// Offers that were taken.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub offers: Vec<Taken>,
    /// Products that were bought, as far as offers and tips ask for them, oldest first.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub bought: Vec<Bought>,
}

/// A day of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct MonthDay {
    /// 1…12.
    pub month: u8,
    /// 1…31.
    pub day: u8,
}

/// What one rule gave for one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Earned {
    /// The rule's id.
    pub rule: String,
    /// What it was for: an order id, a date, a product; unique with the rule.
    pub source: String,
    /// When.
    pub at: Timestamp,
    /// How many points.
    pub points: Points,
}

/// A paid plan that a member has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Membership {
    /// The plan's id.
    pub plan: String,
    /// First instant.
    pub started_at: Timestamp,
    /// First instant that is not paid for.
    pub ends_at: Timestamp,
    /// It goes on by itself at `ends_at`.
    #[serde(default)]
    pub renews: bool,
}

/// An offer that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Taken {
    /// The offer's id.
    pub offer: String,
    /// The occasion: once for each.
    pub occasion: String,
    /// When.
    pub at: Timestamp,
}

/// A product that was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Bought {
    /// The shop's product id.
    pub sku: String,
    /// The shop's category.
    #[serde(default)]
    pub category: Option<String>,
    /// When it was paid.
    pub at: Timestamp,
}

/// Points (or wallet credit) that came together and end together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "document", schemars(rename = "{A}Lot"))]
pub struct Lot<A = Points> {
    /// Prefixed id, `lot_…`.
    pub id: String,
    /// When they were earned.
    pub earned_at: Timestamp,
    /// From when they can be spent.
    pub activates_at: Timestamp,
    /// From when they can no longer be spent.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// What is left.
    pub remaining: A,
}

/// A paid order, as tiers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Purchase {
    /// When it was paid.
    pub paid_at: Timestamp,
    /// What was paid and not refunded.
    pub spend: Money,
}

/// Points earned, as tiers see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Credit {
    /// When they became (or become) active.
    pub activates_at: Timestamp,
    /// How many, net of clawbacks.
    pub points: Points,
}

/// A reward that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Redeemed {
    /// The reward's id.
    pub reward: String,
    /// When.
    pub at: Timestamp,
    /// Its coupon can still be used.
    pub open: bool,
}

/// One survey in one scope, as one person met it. Union of records: the later instant wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Prompted {
    /// The survey's id.
    pub survey: String,
    /// Order id for a survey asked per order, else empty.
    #[serde(default)]
    pub scope: String,
    /// Times shown.
    #[serde(default)]
    pub displays: u32,
    /// Last shown.
    #[serde(default)]
    pub shown_at: Option<Timestamp>,
    /// Last answered.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
    /// Last dismissed.
    #[serde(default)]
    pub dismissed_at: Option<Timestamp>,
}
