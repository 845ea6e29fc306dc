//! When points end, and what a refund of spent points does.

use super::thirty;
use serde::{Deserialize, Serialize};

/// When points end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// Never.
    #[default]
    None,
    /// Each lot by itself.
    PerLot {
        /// Months of the program's calendar, counted from `earned_at`.
        months: u32,
        /// Last to the end of that month.
        #[serde(default)]
        end_of_month: bool,
        /// Days before the end from which the shopper is warned.
        #[serde(default = "thirty")]
        warn_days: u32,
    },
    /// All available points, after so many months without an order or a redemption.
    Inactivity {
        /// Months of the program's calendar.
        months: u32,
        /// Days before the end from which the shopper is warned.
        #[serde(default = "thirty")]
        warn_days: u32,
    },
}

/// What a clawback does when the points are already spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NegativePolicy {
    /// Takes this order's pending points only.
    PendingOnly,
    /// Takes what is there; the rest is claimed at the order's next refund.
    WithinBalance,
    /// Takes all; what is missing becomes a debt that later credits pay.
    #[default]
    Debt,
}
