//! Gifts for an occasion, tips, and the experiments that they take part in.

use super::{Audience, Period, Products, Text};
use crate::{Bp, Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// A gift for an occasion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Offer {
    /// Prefixed id, `off_…`.
    pub id: String,
    /// What the shopper reads.
    pub title: Text,
    /// The occasion.
    pub trigger: OfferTrigger,
    /// The gift.
    pub benefit: Benefit,
    /// For whom.
    #[serde(default)]
    pub audience: Audience,
    /// What is said at each stage.
    #[serde(default)]
    pub messages: Messages,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// First instant.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// First instant at which it is over.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Hours from the occasion during which the gift can be taken: a countdown. Without end when absent.
    #[serde(default)]
    pub valid_hours: Option<u32>,
    /// Most times one member gets it in a `period`.
    #[serde(default)]
    pub per_member: Option<u32>,
    /// What `per_member` is counted over.
    #[serde(default)]
    pub period: Period,
    /// Gifts left for everybody; without end when absent.
    #[serde(default)]
    pub stock: Option<u32>,
    /// Made only in this arm of an experiment.
    #[serde(default)]
    pub arm: Option<Arm>,
}

/// The occasion of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OfferTrigger {
    /// So many paid orders.
    MilestoneOrders(u32),
    /// So much spent.
    MilestoneAmount(Money),
    /// For the order with this number, while it is the next one (1: the first).
    NthOrder(u32),
    /// Days around the birthday.
    Birthday {
        /// Before it.
        days_before: u32,
        /// After it.
        days_after: u32,
    },
    /// So many days without an order.
    Inactive(u32),
    /// Bought one of these, not longer ago than so many days.
    Bought {
        /// The products.
        products: Products,
        /// The days.
        within_days: u32,
    },
    /// The offer's own schedule.
    Schedule,
    /// Being in this segment.
    Segment(String),
    /// A surprise for a share of the members, others in each period.
    Surprise {
        /// The share.
        rate: Bp,
        /// The period.
        period: Period,
    },
}

/// Something that is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Benefit {
    /// Points.
    Points(Points),
    /// Money in the wallet.
    WalletCredit(Money),
    /// A coupon of the reward with this id, for nothing.
    Reward(String),
    /// Multiplies the points of the next purchase.
    Multiplier(Bp),
}

/// What an offer says, one message per stage; a sentence of the locale file where absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Messages {
    /// While it can be taken.
    #[serde(default)]
    pub open: Text,
    /// In its last day.
    #[serde(default)]
    pub ending: Text,
    /// When it was taken.
    #[serde(default)]
    pub taken: Text,
}

/// An arm of an experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Arm {
    /// The experiment's id.
    pub experiment: String,
    /// The arm's id.
    pub arm: String,
}

/// An experiment: everybody is in one arm, always the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Experiment {
    /// Prefixed id, `exp_…`.
    pub id: String,
    /// At least two.
    pub arms: Vec<ArmWeight>,
    /// First instant.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// First instant at which it is over: nobody is in an arm then.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
}

/// How many of the people are in an arm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ArmWeight {
    /// Stable id.
    pub id: String,
    /// Its part of the sum of all weights.
    pub weight: u32,
}

/// A guide or tip for those who bought something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Tip {
    /// Stable id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// A sentence or two.
    #[serde(default)]
    pub body: Text,
    /// Where more is to be read.
    #[serde(default)]
    pub link: Option<String>,
    /// For those who bought one of these; for everybody when empty.
    #[serde(default)]
    pub products: Products,
}
