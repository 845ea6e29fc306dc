//! What an account is beside its transactions: to keep it elsewhere than in memory, and go on from there.

use super::shelf::Shelf;
use super::{Account, Why};
use crate::ledger::{Ends, Taking};
use crate::member::Member;
use crate::program::{Cashback, PurchaseRule, Reward};
use crate::{Bp, Money, Points, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An account without its transactions.
///
/// `orders`, `adjustments` and `payments` need to hold only what the next event is about; what the rules ask of
/// all of them is in `member`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// What the rules know. Lots are named after the transaction that made them, `#` and its number; those
    /// that are empty are here too while something may come back to them. `credits` are those of `origins`,
    /// in their order.
    pub member: Member,
    /// Orders that were paid.
    pub orders: Vec<Order>,
    /// Rewards that were taken.
    pub redemptions: Vec<Redemption>,
    /// Adjustments that were applied, by their ids.
    pub adjustments: Vec<String>,
    /// What the wallet paid for orders, paid ones or not.
    pub payments: Vec<Payment>,
    /// Where lots came from.
    pub origins: Vec<Origin>,
    /// Lots that are not active by the books.
    pub pending: BTreeSet<String>,
    /// All points that were ever given.
    pub points_given: Points,
    /// All wallet credit that was ever given.
    pub wallet_given: Money,
    /// How many transactions there are: the number of the next.
    pub transactions: u64,
    /// Up to when time has done what it does.
    pub settled_at: Timestamp,
}

/// What the wallet paid for an order, which may be paid in full only later, or never.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The shop's order id.
    pub order: String,
    /// What it took, lot by lot; nothing once it went back.
    pub takings: Vec<Taking<Money>>,
    /// The transaction that took it.
    pub transaction: Option<u64>,
}

/// Where a lot came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The lot.
    pub lot: String,
    /// Why it was given.
    pub why: Why,
    /// The rule; empty where none gave it.
    pub rule: String,
    /// What for.
    pub source: String,
    /// The transaction that gave it.
    pub transaction: u64,
    /// How much it was, in points or minor units.
    pub given: i64,
    /// Its place among the member's credits; none for wallet credit.
    pub credit: Option<usize>,
    /// Points that ended unspent, and were not forgiven.
    pub ended: Points,
}

impl Origin {
    pub(super) fn gave_points(&self, rule: &str, source: &str) -> bool {
        self.credit.is_some() && self.rule == rule && self.source == source
    }
}

/// A paid order, and by what it earned: its refunds are computed with the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The shop's order id.
    pub id: String,
    /// The program's version that it earned by.
    pub version: u32,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// What counts toward a tier: lines net of discounts, coupons and refunds.
    pub spend: Money,
    /// What earned.
    pub base: Money,
    /// What of the base is not refunded.
    pub remaining: Money,
    /// Refunded whole: no purchase any more.
    pub gone: bool,
    /// The rule that it earned by: the one of its version.
    #[serde(skip)]
    pub rule: Option<PurchaseRule>,
    /// What its points were multiplied by.
    pub multipliers: Vec<Bp>,
    /// Points that it brought and that were not taken back.
    pub earned: Points,
    /// The lot of its points.
    pub lot: String,
    /// The rule that paid for a first purchase, where this was it.
    pub first_purchase: Option<String>,
    /// Wallet credit that it brought.
    pub cashback: Option<Paid>,
    /// Redemptions whose coupons were used on it.
    pub coupons: Vec<String>,
    /// Refunds that were applied, by the shop's ids.
    pub refunds: Vec<String>,
}

/// Wallet credit that an order brought, and by what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paid {
    /// The rule: the one of the order's version.
    #[serde(skip)]
    pub rule: Cashback,
    /// What the member had spent before it in the rule's period.
    pub spent_before: Money,
    /// What the credit was computed of.
    pub base: Money,
    /// Credit that was given and not taken back.
    pub credited: Money,
    /// The lot of the credit.
    pub lot: String,
}

/// A reward that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Redemption {
    /// Its id.
    pub id: String,
    /// The reward, as it was when it was taken.
    pub reward: Arc<Reward>,
    /// How many units of it.
    pub units: u32,
    /// When.
    pub at: Timestamp,
    /// What it took, lot by lot.
    pub takings: Vec<Taking>,
    /// What became of its coupon.
    pub state: CouponState,
    /// First instant at which the coupon can no longer be used.
    pub expires_at: Timestamp,
    /// The order that the coupon is used on.
    pub order: Option<String>,
    /// The transaction that took its points.
    pub transaction: Option<u64>,
    /// The transaction by which its points ended with its coupon.
    pub ended_by: Option<u64>,
    /// What it was given for, where the member did not take it: the rule and its source.
    pub gift: Option<String>,
}

/// What became of a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponState {
    /// It can be used.
    Open,
    /// An order used it, or there was nothing to use.
    Used,
    /// Its points went back.
    #[serde(rename = "cancelled")]
    Returned,
    /// Nobody used it in time.
    #[serde(rename = "expired")]
    Ended,
}

impl Redemption {
    pub(super) fn is_open(&self) -> bool {
        self.state == CouponState::Open
    }

    /// Points that it cost.
    pub fn points(&self) -> Points {
        self.takings.iter().map(|taking| taking.points).sum()
    }
}

impl Account {
    /// Goes on with an account that was kept. Its journal begins with the next transaction, so [`Self::audit`]
    /// does not fit it.
    pub fn resume(kept: Kept) -> Self {
        Self {
            points: Shelf::of(kept.pending.clone(), kept.points_given),
            wallet: Shelf::of(kept.pending, kept.wallet_given),
            member: kept.member,
            orders: kept.orders,
            redemptions: kept.redemptions,
            adjustments: kept.adjustments,
            payments: kept.payments,
            origins: kept.origins,
            earlier: kept.transactions,
            journal: Vec::new(),
            settled_at: kept.settled_at,
        }
        .sorted()
    }

    /// Each shelf knows its own lots.
    fn sorted(mut self) -> Self {
        let Member { lots, wallet, .. } = &self.member;
        self.points
            .pending
            .retain(|id| lots.iter().any(|lot| lot.id == *id));
        self.wallet
            .pending
            .retain(|id| wallet.iter().any(|lot| lot.id == *id));
        self
    }

    /// What to keep of the account.
    pub fn keep(&self) -> Kept {
        let pending = self.points.pending.union(&self.wallet.pending);
        Kept {
            member: self.member.clone(),
            orders: self.orders.clone(),
            redemptions: self.redemptions.clone(),
            adjustments: self.adjustments.clone(),
            payments: self.payments.clone(),
            origins: self.origins.clone(),
            pending: pending.cloned().collect(),
            points_given: self.points.given(),
            wallet_given: self.wallet.given(),
            transactions: self.next(),
            settled_at: self.settled_at,
        }
    }

    /// The first instant after `now` at which time alone changes the account.
    pub fn next_due(&self, program: &Program, zone: &Zone) -> Option<Timestamp> {
        let ends = Ends::of(program, zone, &self.member);
        let points = self.points.next(&self.member.lots, |lot| ends.of_lot(lot));
        let wallet = self.wallet.next(&self.member.wallet, |lot| lot.expires_at);
        let open = self.redemptions.iter().filter(|known| known.is_open());
        let coupons = open.map(|known| known.expires_at).min();
        [points, wallet, coupons].into_iter().flatten().min()
    }
}
