//! Terms of inviting friends.

use super::thirty;
use crate::{Money, Points};
use serde::{Deserialize, Serialize};

/// Terms of inviting friends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Referral {
    /// For the member who invited.
    pub advocate_points: Points,
    /// For the friend.
    pub friend_points: Points,
    /// Smallest first order, after discount.
    #[serde(default)]
    pub minimum_order: Money,
    /// Days that a claim stays good.
    #[serde(default = "thirty")]
    pub claim_days: u32,
    /// Days that both rewards are pending: the shop's refund window.
    #[serde(default)]
    pub pending_days: u32,
    /// Friends rewarded per member, at most.
    #[serde(default)]
    pub cap: Option<u32>,
    /// Claims from one network address in a day, at most.
    #[serde(default)]
    pub per_address: Option<u32>,
}
