//! What can happen to an account, and why it cannot.

use super::bill::Bill;
use crate::earning;
use crate::rewards::Reason;
use crate::{Money, Points};
use serde::{Deserialize, Serialize};

/// Something that happens to a member's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An order is paid.
    Paid(Bill),
    /// The shop uses a coupon on an order that is not paid yet.
    CouponUsed {
        /// The redemption.
        redemption: String,
        /// The order.
        order: String,
    },
    /// The shop lets a coupon go that it used on an order.
    CouponReleased {
        /// The redemption.
        redemption: String,
    },
    /// A part of an order's base goes back, or all that is left of it.
    Refunded {
        /// The order.
        order: String,
        /// The shop's refund id: once for each.
        refund: String,
        /// The part; all that is left when absent.
        #[serde(default)]
        base: Option<Money>,
    },
    /// An order is called off: a paid one as if it had been refunded whole. What the wallet was to pay for one
    /// that is not paid goes back.
    Cancelled {
        /// The order.
        order: String,
    },
    /// The member did what an activity rule pays for.
    Did {
        /// The rule's id.
        rule: String,
        /// What it was done to; see [`earning::claim`].
        #[serde(default)]
        source: Option<String>,
    },
    /// Points for a reason of the club's own, like a referral: once for each rule and source.
    Credited {
        /// The reason, as a rule's id.
        rule: String,
        /// What it is for.
        source: String,
        /// How many.
        points: Points,
        /// Days until they are active.
        #[serde(default)]
        pending_days: u32,
    },
    /// The reason of a credit is gone.
    Revoked {
        /// The credit's rule.
        rule: String,
        /// The credit's source.
        source: String,
    },
    /// The merchant gives points, or takes them (below zero): never more than there are.
    Adjusted {
        /// Its id: once for each.
        adjustment: String,
        /// How many.
        points: Points,
    },
    /// The member takes a reward.
    Redeemed {
        /// Its id: once for each.
        redemption: String,
        /// The reward.
        reward: String,
        /// How many units of it.
        #[serde(default = "one")]
        units: u32,
    },
    /// The member gives an unused reward back.
    GaveBack {
        /// The redemption.
        redemption: String,
    },
    /// The member takes an offer that is open.
    TookOffer {
        /// The offer.
        offer: String,
    },
    /// The shop sold a membership plan, or renewed it.
    Subscribed {
        /// The plan.
        plan: String,
        /// It goes on by itself.
        #[serde(default)]
        renews: bool,
    },
    /// Wallet credit is spent on an order: once for each.
    WalletSpent {
        /// The order.
        order: String,
        /// How much; something.
        amount: Money,
    },
    /// Nothing; time has gone by.
    TimePassed,
}

const fn one() -> u32 {
    1
}

/// Why an event cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// There is no such rule, order, reward, redemption, offer or plan.
    Unknown,
    /// An amount that cannot be: below zero, or more than is left to refund.
    BadAmount,
    /// A coupon that is used, ended or given back.
    CouponNotUsable,
    /// A redemption that is used, ended or given back already.
    NotCancellable,
    /// More than there is.
    NotEnough {
        /// What is missing.
        missing: i64,
    },
    /// The reward cannot be taken.
    NotEligible(Vec<Reason>),
    /// The activity earns nothing.
    NotEarned(earning::Refusal),
    /// The offer is not open.
    OfferClosed,
    /// It is earlier than what has been written already.
    TooEarly,
}
