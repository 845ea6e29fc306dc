//! Double entry: what is given is somewhere, and every transaction sums to zero.

use crate::{Amount, Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// An account of the double entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// The merchant's side of every credit: never above zero.
    Issued,
    /// Can be spent.
    Available,
    /// Earned, and not active yet.
    Pending,
    /// In a redemption that is not posted.
    Held,
    /// Spent.
    Redeemed,
    /// Ended unspent.
    Expired,
    /// Owed after a clawback: below zero while something is owed.
    Debt,
}

/// Why a transaction was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// What the member had when the journal began.
    Opening,
    /// Bought.
    Purchase,
    /// The first paid order.
    FirstPurchase,
    /// Did something that a rule pays for.
    Activity,
    /// Reached a tier.
    TierEntry,
    /// Took an offer.
    Offer,
    /// Given by the club or the merchant for a reason of its own, like a referral.
    Credit,
    /// The merchant changed the balance.
    Adjustment,
    /// An order was refunded or cancelled, or a credit's reason is gone.
    Clawback,
    /// Took a reward.
    Redemption,
    /// Gave an unused reward back, or its order was refunded whole.
    Return,
    /// A coupon ended unused.
    CouponExpired,
    /// Points became active.
    Activation,
    /// Points ended.
    Expiry,
    /// Active points paid what was owed.
    DebtPayment,
    /// Wallet credit was spent on an order.
    WalletSpent,
}

/// One change, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// Grows by one with each.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Why,
    /// What it came from: an order, a redemption, a rule's source.
    pub source: String,
    /// The rule, where one gave it.
    #[serde(default)]
    pub rule: Option<String>,
    /// The program's version that it was made under.
    pub version: u32,
    /// The transaction that it corrects.
    #[serde(default)]
    pub corrects: Option<u64>,
    /// What moved.
    pub lines: Lines,
}

/// What moved, in one unit; the sum is zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lines {
    /// Points.
    Points(Vec<(Book, Points)>),
    /// Wallet credit.
    Wallet(Vec<(Book, Money)>),
}

impl Lines {
    /// Zero for every transaction.
    pub fn sum(&self) -> i128 {
        match self {
            Self::Points(lines) => lines.iter().map(|(_, a)| i128::from(a.0)).sum(),
            Self::Wallet(lines) => lines.iter().map(|(_, a)| i128::from(a.0)).sum(),
        }
    }
}

/// Something that is kept in books: points, or money in the wallet.
pub(super) trait Unit: Amount {
    fn lines(lines: Vec<(Book, Self)>) -> Lines;
    fn negative(self) -> Self;
    fn wide(self) -> i128;
    /// Most that a member is given in a lifetime: sums of such amounts stay exact.
    fn most() -> Self;
}

macro_rules! unit {
    ($name:ident, $variant:ident) => {
        impl Unit for $name {
            fn lines(lines: Vec<(Book, Self)>) -> Lines {
                Lines::$variant(lines)
            }

            fn negative(self) -> Self {
                Self(self.0.saturating_neg())
            }

            fn wide(self) -> i128 {
                i128::from(self.0)
            }

            fn most() -> Self {
                Self(i64::MAX / 4)
            }
        }
    };
}

unit!(Points, Points);
unit!(Money, Wallet);
