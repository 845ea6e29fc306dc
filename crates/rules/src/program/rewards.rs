//! What points can be spent on.

use super::{Period, Text, thirty};
use crate::{Bp, Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// Something points can be spent on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Reward {
    /// Prefixed id, `rwd_…`.
    pub id: String,
    /// What the shopper reads.
    pub title: Text,
    /// Terms in a sentence, if any.
    #[serde(default)]
    pub terms: Text,
    /// What is given (of one unit).
    pub kind: RewardKind,
    /// Points it costs (of one unit); 0 for a partner's coupon that members get for nothing.
    pub cost: Points,
    /// How many units can be taken at once: a slider. One when absent.
    #[serde(default)]
    pub units: Option<Units>,
    /// Smallest order it can be used on.
    #[serde(default)]
    pub minimum_order: Option<Money>,
    /// Lowest tier that may take it.
    #[serde(default)]
    pub tier: Option<String>,
    /// Segments that may take it, any of them; everybody when empty.
    #[serde(default)]
    pub segments: Vec<String>,
    /// Products that it cannot be used on.
    #[serde(default)]
    pub excluded: Products,
    /// A consent that the member must have given, by its name.
    #[serde(default)]
    pub consent: Option<String>,
    /// First instant it can be taken.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// First instant it can no longer be taken.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Units left for everybody; without end when absent.
    #[serde(default)]
    pub stock: Option<u32>,
    /// Most times one member may take it in a `period`.
    #[serde(default)]
    pub per_member: Option<u32>,
    /// What `per_member` is counted over.
    #[serde(default)]
    pub period: Period,
    /// Days that an unused coupon can be used.
    #[serde(default = "thirty")]
    pub coupon_days: u32,
}

/// What a reward gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RewardKind {
    /// A fixed amount off an order.
    AmountOff(Money),
    /// A part of an order, up to a ceiling.
    PercentOff {
        /// The part.
        rate: Bp,
        /// At most this much.
        #[serde(default)]
        ceiling: Option<Money>,
    },
    /// No shipping fee.
    FreeShipping,
    /// A product for nothing, by the shop's SKU.
    FreeProduct(String),
    /// Given to a cause.
    Donation(String),
    /// Money in the member's wallet.
    WalletCredit(Money),
    /// A ticket in the draw with this name.
    LotteryTicket(String),
    /// A service of the shop, by its name.
    VipService(String),
    /// A coupon of a partner.
    PartnerCoupon {
        /// The partner's id.
        partner: String,
        /// Where its codes come from.
        codes: CodeSource,
    },
}

/// Where a partner's codes come from. The codes themselves are not in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodeSource {
    /// A code for each member, from a pool.
    Pool,
    /// One code for all.
    Shared,
}

/// How many units of a reward can be taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Units {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

/// Products, by category or SKU.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Products {
    /// The shop's categories.
    #[serde(default)]
    pub categories: Vec<String>,
    /// The shop's product ids.
    #[serde(default)]
    pub skus: Vec<String>,
}
