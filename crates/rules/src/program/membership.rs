//! Paid plans, and partners of a coalition.

use super::{Perk, Text};
use crate::{Bp, Money};
use serde::{Deserialize, Serialize};

/// A membership plan. The shop sells it, and says so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Plan {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// What a period costs, in minor units.
    pub price: Money,
    /// Months of a period: 1 is monthly, 12 yearly.
    pub months: u32,
    /// Multiplies purchase points.
    #[serde(default)]
    pub multiplier: Bp,
    /// What it brings.
    #[serde(default)]
    pub perks: Vec<Perk>,
    /// Where the shop sells it.
    #[serde(default)]
    pub buy: Option<String>,
    /// Days before the end from which the member is told.
    #[serde(default)]
    pub notice_days: u32,
}

/// Another merchant whose coupons are among the rewards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Partner {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Its page.
    #[serde(default)]
    pub link: Option<String>,
}
