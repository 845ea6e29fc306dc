//! A member's account, event by event: what each event changes, in double entry.
//!
//! [`Account::apply`] is the order of all rules: first what time alone has done (what ends ends, then what
//! became active becomes active and pays what is owed), then the event, then what follows from it. An event
//! that was applied before changes nothing; one that cannot be is refused with a reason, and changes nothing.

mod books;
mod orders;
mod settling;
mod taking;

pub use books::{Book, Lines, Transaction, Why};
pub use orders::{Bill, BillLine};

use crate::earning;
use crate::ledger::{self, Taking, lot_expiry};
use crate::member::{Credit, Earned, Lot, Member, Membership};
use crate::rewards::Reason;
use crate::tiers;
use crate::{Money, Points, Program, Timestamp, Zone};
use books::Unit;
use orders::Order;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use taking::Redemption;

/// Something that happens to a member's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An order is paid.
    Paid(Bill),
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
    /// A paid order is called off: as if it had been refunded whole.
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
        /// How much.
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

/// A member's account: what the rules know, and the books behind it.
#[derive(Clone, Debug)]
pub struct Account {
    /// What the rules know.
    pub member: Member,
    orders: Vec<Order>,
    redemptions: Vec<Redemption>,
    /// Adjustments and wallet payments that were applied, by kind and id.
    done: Vec<(Done, String)>,
    origins: Vec<Origin>,
    points: Shelf<Points>,
    wallet: Shelf<Money>,
    journal: Vec<Transaction>,
    settled_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    Adjustment,
    WalletPayment,
}

/// Where the points of a lot came from.
#[derive(Clone, Debug)]
struct Origin {
    lot: String,
    rule: String,
    source: String,
    transaction: u64,
    /// Its place among the member's credits.
    credit: usize,
    /// What of it ended unspent, and was not forgiven.
    ended: Points,
}

/// Which lots are not active yet by the books, and all that was ever given.
#[derive(Clone, Debug)]
struct Shelf<A> {
    pending: BTreeSet<String>,
    given: A,
}

/// Points or money to give.
struct Gift<'a, A> {
    why: Why,
    rule: Option<&'a str>,
    source: &'a str,
    amount: A,
    activates_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl Account {
    /// Begins a journal with what the member has at `now`.
    pub fn open(program: &Program, zone: &Zone, member: Member, now: Timestamp) -> Self {
        let mut account = Self {
            member,
            orders: Vec::new(),
            redemptions: Vec::new(),
            done: Vec::new(),
            origins: Vec::new(),
            points: Shelf::default(),
            wallet: Shelf::default(),
            journal: Vec::new(),
            settled_at: Timestamp(i64::MIN),
        };
        account.begin(program, now);
        account.settle(program, zone, now);
        account.pay_debt(program, now);
        account
    }

    /// What the member had before the first event.
    fn begin(&mut self, program: &Program, now: Timestamp) {
        let Member {
            lots,
            wallet,
            debt,
            held,
            ..
        } = &mut self.member;
        *debt = debt.or_zero();
        *held = held.or_zero();
        let points = self.points.stock(lots, now);
        let money = self.wallet.stock(wallet, now);
        let (debt, held) = (*debt, *held);
        let mut lines = points;
        lines.extend([(Book::Held, held), (Book::Debt, Points(-debt.0))]);
        self.write_opening(program, now, lines);
        self.write_opening(program, now, money);
    }

    fn write_opening<A: Unit>(
        &mut self,
        program: &Program,
        now: Timestamp,
        mut lines: Vec<(Book, A)>,
    ) {
        lines.retain(|(_, amount)| *amount != A::default());
        let sum = lines
            .iter()
            .fold(A::default(), |sum, (_, amount)| sum.and(*amount));
        if !lines.is_empty() {
            lines.push((Book::Issued, sum.negative()));
            self.write(program, now, Why::Opening, "", None, None, lines);
        }
    }

    /// Applies an event at `at`, and gives what it wrote. What has been applied before writes nothing.
    ///
    /// # Errors
    /// The reason for which it cannot be; nothing has changed then, but for what time has done.
    pub fn apply(
        &mut self,
        program: &Program,
        zone: &Zone,
        at: Timestamp,
        event: &Event,
    ) -> Result<&[Transaction], Refused> {
        if at < self.settled_at {
            return Err(Refused::TooEarly);
        }
        let before = self.journal.len();
        self.settle(program, zone, at);
        let rules = Rules {
            program,
            zone,
            now: at,
        };
        match event {
            Event::Paid(bill) => self.pay(&rules, bill)?,
            Event::Refunded {
                order,
                refund,
                base,
            } => {
                self.refund(&rules, order, Some(refund), *base)?;
            }
            Event::Cancelled { order } => self.refund(&rules, order, None, None)?,
            Event::Did { rule, source } => self.did(&rules, rule, source.as_deref())?,
            Event::Credited {
                rule,
                source,
                points,
                pending_days,
            } => {
                self.credit(&rules, rule, source, *points, *pending_days)?;
            }
            Event::Revoked { rule, source } => self.revoke(&rules, rule, source),
            Event::Adjusted { adjustment, points } => self.adjust(&rules, adjustment, *points)?,
            Event::Redeemed {
                redemption,
                reward,
                units,
            } => {
                self.redeem(&rules, redemption, reward, *units)?;
            }
            Event::GaveBack { redemption } => self.give_back(&rules, redemption)?,
            Event::TookOffer { offer } => self.take_offer(&rules, offer)?,
            Event::Subscribed { plan, renews } => self.subscribe(&rules, plan, *renews)?,
            Event::WalletSpent { order, amount } => self.spend_wallet(&rules, order, *amount)?,
            Event::TimePassed => {}
        }
        self.reach_tiers(&rules);
        self.pay_debt(program, at);
        Ok(self.journal.get(before..).unwrap_or_default())
    }

    /// Every transaction, oldest first.
    pub fn journal(&self) -> &[Transaction] {
        &self.journal
    }

    /// What of a paid order's base is not refunded.
    pub fn remaining_base(&self, order: &str) -> Option<Money> {
        self.orders
            .iter()
            .find(|known| known.is(order))
            .map(Order::remaining)
    }

    /// What a book holds, by all transactions.
    pub fn points_in(&self, book: Book) -> i128 {
        let sum = |lines: &Vec<(Book, Points)>| sum_in(lines, book);
        self.journal
            .iter()
            .map(|t| {
                if let Lines::Points(lines) = &t.lines {
                    sum(lines)
                } else {
                    0
                }
            })
            .sum()
    }

    /// [`Self::points_in`] for wallet credit.
    pub fn wallet_in(&self, book: Book) -> i128 {
        let sum = |lines: &Vec<(Book, Money)>| sum_in(lines, book);
        self.journal
            .iter()
            .map(|t| {
                if let Lines::Wallet(lines) = &t.lines {
                    sum(lines)
                } else {
                    0
                }
            })
            .sum()
    }

    /// Whether the books agree with themselves and with the lots.
    ///
    /// # Errors
    /// What does not agree.
    pub fn audit(&self) -> Result<(), &'static str> {
        if self.journal.iter().any(|t| t.lines.sum() != 0) {
            return Err("a transaction does not sum to zero");
        }
        let (pending, available) = self.points.split(&self.member.lots);
        let (pending_money, money) = self.wallet.split(&self.member.wallet);
        let facts = [
            (
                self.points_in(Book::Pending),
                pending,
                "pending points are not in pending lots",
            ),
            (
                self.points_in(Book::Available),
                available,
                "available points are not in active lots",
            ),
            (
                self.points_in(Book::Held),
                self.member.held.wide(),
                "held points differ",
            ),
            (
                self.points_in(Book::Debt),
                -self.member.debt.wide(),
                "the debt differs",
            ),
            (
                self.wallet_in(Book::Pending),
                pending_money,
                "pending credit is not in pending lots",
            ),
            (
                self.wallet_in(Book::Available),
                money,
                "wallet credit is not in active lots",
            ),
        ];
        if let Some((.., what)) = facts.iter().find(|(book, lots, _)| book != lots) {
            return Err(what);
        }
        let below = |sum: i128| sum < 0;
        let negative = [
            Book::Available,
            Book::Pending,
            Book::Held,
            Book::Redeemed,
            Book::Expired,
        ]
        .iter()
        .any(|book| below(self.points_in(*book)) || below(self.wallet_in(*book)));
        if negative {
            return Err("a book is below zero");
        }
        if self.points_in(Book::Debt) > 0 {
            return Err("more was paid than was owed");
        }
        Ok(())
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "a transaction has so many parts, and this is their one writer"
    )]
    fn write<A: Unit>(
        &mut self,
        program: &Program,
        at: Timestamp,
        why: Why,
        source: &str,
        rule: Option<&str>,
        corrects: Option<u64>,
        lines: Vec<(Book, A)>,
    ) {
        self.journal.push(Transaction {
            id: self.journal.len() as u64,
            at,
            why,
            source: source.to_owned(),
            rule: rule.map(str::to_owned),
            version: program.version,
            corrects,
            lines: A::lines(lines),
        });
    }

    /// A lot is named after the transaction that makes it; `#` is in no other name.
    fn next_lot(&self) -> String {
        ["#", &self.journal.len().to_string()].concat()
    }

    /// Gives points; gives how many.
    fn give(&mut self, rules: &Rules<'_>, gift: Gift<'_, Points>) -> Points {
        let gift = Gift {
            amount: self.points.room(gift.amount),
            ..gift
        };
        if gift.amount.is_positive() {
            self.origins.push(Origin {
                lot: self.next_lot(),
                rule: gift.rule.unwrap_or_default().to_owned(),
                source: gift.source.to_owned(),
                transaction: self.journal.len() as u64,
                credit: self.member.credits.len(),
                ended: Points::ZERO,
            });
            self.member.credits.push(Credit {
                activates_at: gift.activates_at,
                points: gift.amount,
            });
            let lot = self.points.put(self.next_lot(), rules.now, &gift);
            let book = if rules.now < gift.activates_at {
                Book::Pending
            } else {
                Book::Available
            };
            self.member.lots.push(lot);
            let lines = vec![(Book::Issued, gift.amount.negative()), (book, gift.amount)];
            self.write(
                rules.program,
                rules.now,
                gift.why,
                gift.source,
                gift.rule,
                None,
                lines,
            );
        }
        gift.amount
    }

    /// Gives wallet credit; gives how much.
    fn give_money(&mut self, rules: &Rules<'_>, gift: Gift<'_, Money>) -> Money {
        let gift = Gift {
            amount: self.wallet.room(gift.amount),
            ..gift
        };
        if gift.amount.is_positive() {
            let lot = self.wallet.put(self.next_lot(), rules.now, &gift);
            let book = if rules.now < gift.activates_at {
                Book::Pending
            } else {
                Book::Available
            };
            self.member.wallet.push(lot);
            let lines = vec![(Book::Issued, gift.amount.negative()), (book, gift.amount)];
            self.write(
                rules.program,
                rules.now,
                gift.why,
                gift.source,
                gift.rule,
                None,
                lines,
            );
        }
        gift.amount
    }

    /// Remembers what a rule gave for a source.
    fn remember(&mut self, rule: &str, source: &str, at: Timestamp, points: Points) {
        self.member.earned.push(Earned {
            rule: rule.to_owned(),
            source: source.to_owned(),
            at,
            points,
        });
    }

    fn earned(&self, rule: &str, source: &str) -> Option<usize> {
        self.member
            .earned
            .iter()
            .position(|e| e.rule == rule && e.source == source)
    }

    fn did(&mut self, rules: &Rules<'_>, id: &str, source: Option<&str>) -> Result<(), Refused> {
        let activities = &rules.program.earning.activities;
        let rule = activities
            .iter()
            .find(|rule| rule.id == id)
            .ok_or(Refused::Unknown)?;
        let grant = match earning::claim(
            rules.program,
            rules.zone,
            &self.member,
            rule,
            source,
            rules.now,
        ) {
            Err(earning::Refusal::AlreadyEarned) => return Ok(()),
            grant => grant.map_err(Refused::NotEarned)?,
        };
        let given = self.give(
            rules,
            rules.gift(Why::Activity, id, &grant.source, grant.points),
        );
        self.remember(id, &grant.source, rules.now, given);
        Ok(())
    }

    fn credit(
        &mut self,
        rules: &Rules<'_>,
        rule: &str,
        source: &str,
        points: Points,
        pending_days: u32,
    ) -> Result<(), Refused> {
        if points < Points::ZERO {
            return Err(Refused::BadAmount);
        }
        // One that was revoked stays so.
        let given = |origin: &Origin| origin.rule == rule && origin.source == source;
        if self.earned(rule, source).is_some() || self.origins.iter().any(given) {
            return Ok(());
        }
        let given = self.give(
            rules,
            Gift {
                activates_at: rules.zone.plus_days(rules.now, pending_days.into()),
                ..rules.gift(Why::Credit, rule, source, points)
            },
        );
        self.remember(rule, source, rules.now, given);
        Ok(())
    }

    /// Takes back what a rule gave for a source, as the program's policy for clawbacks says.
    fn revoke(&mut self, rules: &Rules<'_>, rule: &str, source: &str) {
        let Some(place) = self.earned(rule, source) else {
            return;
        };
        let earned = self.member.earned.remove(place);
        let given = |origin: &&Origin| origin.rule == rule && origin.source == source;
        let lot = self
            .origins
            .iter()
            .rfind(given)
            .map(|origin| origin.lot.clone());
        self.claw_back(rules, source, &lot.unwrap_or_default(), earned.points);
    }

    fn adjust(&mut self, rules: &Rules<'_>, id: &str, points: Points) -> Result<(), Refused> {
        if self.is_done(Done::Adjustment, id) {
            return Ok(());
        }
        if points >= Points::ZERO {
            self.give(
                rules,
                Gift {
                    rule: None,
                    ..rules.gift(Why::Adjustment, "adjustment", id, points)
                },
            );
        } else {
            let due = points.negative();
            let there = ledger::balances_under(rules.program, rules.zone, &self.member, rules.now)
                .available;
            let missing = due.minus(there);
            let takings = ledger::take(&mut self.member.lots, due, rules.now)
                .ok_or(Refused::NotEnough { missing: missing.0 })?;
            let sum = takings.iter().map(|taking| taking.points).sum::<Points>();
            let lines = vec![(Book::Available, sum.negative()), (Book::Issued, sum)];
            self.write(
                rules.program,
                rules.now,
                Why::Adjustment,
                id,
                None,
                None,
                lines,
            );
        }
        self.done.push((Done::Adjustment, id.to_owned()));
        Ok(())
    }

    fn subscribe(&mut self, rules: &Rules<'_>, id: &str, renews: bool) -> Result<(), Refused> {
        let plan = rules
            .program
            .memberships
            .iter()
            .find(|plan| plan.id == id)
            .ok_or(Refused::Unknown)?;
        let running = self.member.membership.take();
        let running = running.filter(|m| m.plan == plan.id && rules.now < m.ends_at);
        let from = running.as_ref().map_or(rules.now, |m| m.ends_at);
        let ends_at =
            rules
                .program
                .calendar
                .add_months(rules.zone, from, ledger::whole(plan.months));
        self.member.membership = Some(Membership {
            plan: id.to_owned(),
            started_at: running.map_or(rules.now, |m| m.started_at),
            ends_at,
            renews,
        });
        Ok(())
    }

    fn spend_wallet(
        &mut self,
        rules: &Rules<'_>,
        order: &str,
        amount: Money,
    ) -> Result<(), Refused> {
        if amount < Money::ZERO {
            return Err(Refused::BadAmount);
        }
        if self.is_done(Done::WalletPayment, order) {
            return Ok(());
        }
        let missing = amount.minus(ledger::wallet(&self.member, rules.now).available);
        let takings = ledger::take(&mut self.member.wallet, amount, rules.now)
            .ok_or(Refused::NotEnough { missing: missing.0 })?;
        if amount.is_positive() {
            let lines = vec![
                (Book::Available, amount.negative()),
                (Book::Redeemed, amount),
            ];
            self.write(
                rules.program,
                rules.now,
                Why::WalletSpent,
                order,
                None,
                None,
                lines,
            );
        }
        self.done.push((Done::WalletPayment, order.to_owned()));
        self.note_wallet_payment(order, takings);
        Ok(())
    }

    fn is_done(&self, kind: Done, id: &str) -> bool {
        self.done.iter().any(|(k, i)| *k == kind && i == id)
    }

    /// Gives what reaching a tier brings, and takes it back where the rise has been undone.
    fn reach_tiers(&mut self, rules: &Rules<'_>) {
        let Some(ladder) = &rules.program.tiers else {
            return;
        };
        if ladder.levels.iter().all(|level| level.entry.is_none()) {
            return;
        }
        let rises = tiers::rises(
            ladder,
            rules.program.calendar,
            rules.zone,
            &self.member,
            rules.now,
        );
        let sources: Vec<String> = rises
            .iter()
            .map(|rise| rise.source(ladder).unwrap_or_default())
            .collect();
        let undone: Vec<String> = self
            .member
            .earned
            .iter()
            .filter(|e| e.rule == TIER_ENTRY && !sources.contains(&e.source))
            .map(|e| e.source.clone())
            .collect();
        for source in undone {
            self.revoke(rules, TIER_ENTRY, &source);
        }
        for (rise, source) in rises.iter().zip(sources) {
            let entry = ladder
                .levels
                .get(rise.level)
                .and_then(|level| level.entry.as_ref());
            if let Some(benefit) = entry.filter(|_| self.earned(TIER_ENTRY, &source).is_none()) {
                let points = self.benefit(rules, Why::TierEntry, TIER_ENTRY, &source, benefit);
                self.remember(TIER_ENTRY, &source, rules.now, points);
            }
        }
    }
}

/// What entry rewards of tiers are remembered under.
const TIER_ENTRY: &str = "tier_entry";

/// What every rule is asked with.
struct Rules<'a> {
    program: &'a Program,
    zone: &'a Zone,
    now: Timestamp,
}

impl Rules<'_> {
    /// Points that can be spent at once and end as the program says.
    fn gift<'g>(
        &self,
        why: Why,
        rule: &'g str,
        source: &'g str,
        points: Points,
    ) -> Gift<'g, Points> {
        Gift {
            why,
            rule: Some(rule),
            source,
            amount: points,
            activates_at: self.now,
            expires_at: lot_expiry(self.program, self.zone, self.now),
        }
    }
}

fn sum_in<A: Unit>(lines: &[(Book, A)], book: Book) -> i128 {
    lines
        .iter()
        .filter(|(b, _)| *b == book)
        .map(|(_, amount)| amount.wide())
        .sum()
}

impl<A: Unit> Default for Shelf<A> {
    fn default() -> Self {
        Self {
            pending: BTreeSet::new(),
            given: A::default(),
        }
    }
}

impl<A: Unit> Shelf<A> {
    /// How much of an amount can be given without losing exactness.
    fn room(&self, amount: A) -> A {
        amount.min(A::most().less(self.given)).max(A::default())
    }

    fn put(&mut self, id: String, now: Timestamp, gift: &Gift<'_, A>) -> Lot<A> {
        self.given = self.given.and(gift.amount);
        if now < gift.activates_at {
            self.pending.insert(id.clone());
        }
        Lot {
            id,
            earned_at: now,
            activates_at: gift.activates_at,
            expires_at: gift.expires_at,
            remaining: gift.amount,
        }
    }

    /// Takes up lots that are there already; gives what the books say of them.
    fn stock(&mut self, lots: &mut [Lot<A>], now: Timestamp) -> Vec<(Book, A)> {
        let mut sums = (A::default(), A::default());
        let mut known = BTreeSet::new();
        for (place, lot) in lots.iter_mut().enumerate() {
            // Two lots of one name cannot be told apart.
            if !known.insert(lot.id.clone()) {
                lot.id = ["#", &place.to_string(), "#", &lot.id].concat();
            }
            lot.remaining = self.room(lot.remaining);
            self.given = self.given.and(lot.remaining);
            let sum = if now < lot.activates_at {
                self.pending.insert(lot.id.clone());
                &mut sums.0
            } else {
                &mut sums.1
            };
            *sum = sum.and(lot.remaining);
        }
        vec![(Book::Pending, sums.0), (Book::Available, sums.1)]
    }

    /// What is in pending lots, and in active ones.
    fn split(&self, lots: &[Lot<A>]) -> (i128, i128) {
        let (pending, active): (Vec<_>, Vec<_>) =
            lots.iter().partition(|lot| self.pending.contains(&lot.id));
        let sum = |lots: Vec<&Lot<A>>| lots.iter().map(|lot| lot.remaining.wide()).sum();
        (sum(pending), sum(active))
    }

    /// The book that a lot's amount is in.
    fn book(&self, lot: &str) -> Book {
        if self.pending.contains(lot) {
            Book::Pending
        } else {
            Book::Available
        }
    }

    /// What leaves which book.
    fn leaving(&self, takings: &[Taking<A>]) -> Vec<(Book, A)> {
        let mut lines: Vec<(Book, A)> = Vec::new();
        for taking in takings {
            let book = self.book(&taking.lot);
            match lines.iter_mut().find(|(b, _)| *b == book) {
                Some((_, sum)) => *sum = sum.less(taking.points),
                None => lines.push((book, taking.points.negative())),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests;
