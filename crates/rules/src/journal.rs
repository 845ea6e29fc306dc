//! A member's account, event by event: what each event changes, in double entry.
//!
//! [`Account::apply`] is the order of all rules: first what time alone has done (what ends ends, then what
//! became active becomes active and pays what is owed), then the event, then what follows from it. An event
//! that was applied before changes nothing; one that cannot be is refused with a reason, and changes nothing.

mod audit;
mod bill;
mod books;
mod event;
mod giving;
mod kept;
mod orders;
mod rises;
mod settling;
mod shelf;
mod taking;
mod wallet;

pub use bill::{Bill, BillLine};
pub use books::{Book, Lines, Transaction, Why};
pub use event::{Event, Refused};
pub use kept::{CouponState, Kept, Order, Origin, Paid, Payment, Redemption};

use crate::ledger::lot_expiry;
use crate::member::Member;
use crate::{Money, Points, Program, Timestamp, Zone};
use books::Unit;
use shelf::Shelf;

/// A member's account: what the rules know, and the books behind it.
#[derive(Clone, Debug)]
pub struct Account {
    /// What the rules know.
    pub member: Member,
    orders: Vec<Order>,
    redemptions: Vec<Redemption>,
    /// Adjustments that were applied, by their ids.
    adjustments: Vec<String>,
    /// What the wallet paid for orders.
    payments: Vec<Payment>,
    origins: Vec<Origin>,
    points: Shelf<Points>,
    wallet: Shelf<Money>,
    /// Transactions that were written before this journal went on.
    earlier: u64,
    journal: Vec<Transaction>,
    settled_at: Timestamp,
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
            adjustments: Vec::new(),
            payments: Vec::new(),
            origins: Vec::new(),
            points: Shelf::default(),
            wallet: Shelf::default(),
            earlier: 0,
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
            Event::CouponUsed { redemption, order } => self.use_coupon(redemption, order)?,
            Event::CouponReleased { redemption } => self.release_coupon(redemption)?,
            Event::Refunded {
                order,
                refund,
                base,
            } => {
                self.refund(&rules, order, Some(refund), *base)?;
            }
            Event::Cancelled { order } => self.call_off(&rules, order)?,
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
        // What is told late may be about lots that became active, or ended, since.
        self.settle(program, zone, at);
        self.reach_tiers(&rules);
        self.pay_debt(program, at);
        Ok(self.journal.get(before..).unwrap_or_default())
    }

    /// Number of the next transaction.
    fn next(&self) -> u64 {
        self.earlier.saturating_add(self.journal.len() as u64)
    }

    /// Up to when time has done what it does.
    pub const fn settled_at(&self) -> Timestamp {
        self.settled_at
    }

    /// Every transaction since it was opened or resumed, oldest first.
    pub fn journal(&self) -> &[Transaction] {
        &self.journal
    }

    /// A paid order.
    pub fn order(&self, id: &str) -> Option<&Order> {
        self.orders.iter().find(|known| known.is(id))
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
            id: self.next(),
            at,
            why,
            source: source.to_owned(),
            rule: rule.map(str::to_owned),
            version: program.version,
            corrects,
            lines: A::lines(lines),
        });
    }
}

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

#[cfg(test)]
mod tests;
