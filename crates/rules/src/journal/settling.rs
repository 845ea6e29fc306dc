//! What time alone does: at each instant what ends ends first, then what is due becomes active, then debts are
//! paid.

use super::books::{Book, Unit, Why};
use super::shelf::Shelf;
use super::{Account, Rules};
use crate::ledger::{Ends, Taking, take_up_to};
use crate::member::Lot;
use crate::{Points, Program, Timestamp, Zone};

impl Account {
    /// Brings the account up to `now`.
    pub(super) fn settle(&mut self, program: &Program, zone: &Zone, now: Timestamp) {
        while let Some(at) = self.next_due(program, zone).filter(|at| *at <= now) {
            let rules = Rules {
                program,
                zone,
                now: at,
            };
            self.expire(&rules);
            self.activate(&rules);
            self.pay_debt(program, at);
            self.end_coupons(&rules);
            self.settled_at = self.settled_at.max(at);
        }
        self.settled_at = self.settled_at.max(now);
    }

    fn expire(&mut self, rules: &Rules<'_>) {
        let ends = Ends::of(rules.program, rules.zone, &self.member);
        let over = |end: Option<Timestamp>| end.is_some_and(|end| end <= rules.now);
        let mut takings = Vec::new();
        for lot in &mut self.member.lots {
            if lot.remaining.is_positive() && over(ends.of_lot(lot)) {
                takings.push(Taking {
                    lot: lot.id.clone(),
                    points: lot.remaining,
                });
                lot.remaining = Points::ZERO;
            }
        }
        for taking in &takings {
            self.note_ended(taking);
        }
        self.write_expiry(rules, self.points.leaving(&takings));
        let mut takings = Vec::new();
        for lot in &mut self.member.wallet {
            if lot.remaining.is_positive() && over(lot.expires_at) {
                takings.push(Taking {
                    lot: lot.id.clone(),
                    points: lot.remaining,
                });
                lot.remaining = Default::default();
            }
        }
        self.write_expiry(rules, self.wallet.leaving(&takings));
    }

    fn write_expiry<A: Unit>(&mut self, rules: &Rules<'_>, mut lines: Vec<(Book, A)>) {
        if !lines.is_empty() {
            let sum = lines
                .iter()
                .fold(A::default(), |sum, (_, amount)| sum.less(*amount));
            lines.push((Book::Expired, sum));
            self.write(rules.program, rules.now, Why::Expiry, "", None, None, lines);
        }
    }

    fn activate(&mut self, rules: &Rules<'_>) {
        let points = self.points.activate(&self.member.lots, rules.now);
        self.write_activation(rules, points);
        let money = self.wallet.activate(&self.member.wallet, rules.now);
        self.write_activation(rules, money);
    }

    fn write_activation<A: Unit>(&mut self, rules: &Rules<'_>, amount: A) {
        if amount > A::default() {
            let lines = vec![
                (Book::Pending, amount.negative()),
                (Book::Available, amount),
            ];
            self.write(
                rules.program,
                rules.now,
                Why::Activation,
                "",
                None,
                None,
                lines,
            );
        }
    }

    /// Active points pay what is owed.
    pub(super) fn pay_debt(&mut self, program: &Program, at: Timestamp) {
        let takings = take_up_to(&mut self.member.lots, self.member.debt, at);
        let paid: Points = takings.iter().map(|taking| taking.points).sum();
        if paid.is_positive() {
            self.member.debt = self.member.debt.minus(paid);
            let lines = vec![(Book::Available, paid.negative()), (Book::Debt, paid)];
            self.write(program, at, Why::DebtPayment, "", None, None, lines);
        }
    }
}

impl<A: Unit> Shelf<A> {
    /// The first instant at which one of the lots ends or becomes active.
    pub(super) fn next(
        &self,
        lots: &[Lot<A>],
        end: impl Fn(&Lot<A>) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let full = lots.iter().filter(|lot| lot.remaining > A::default());
        let ends = full.filter_map(end).min();
        // The lots that `activate` asks, so that what is due is also done.
        let waiting = |id: &String| lots.iter().find(|lot| lot.id == *id);
        let waiting = self.pending.iter().filter_map(waiting);
        let activations = waiting.map(|lot| lot.activates_at).min();
        [ends, activations].into_iter().flatten().min()
    }

    /// Lots that are due are pending no more; gives what is in them.
    fn activate(&mut self, lots: &[Lot<A>], now: Timestamp) -> A {
        let mut sum = A::default();
        self.pending.retain(|id| {
            let due = lots
                .iter()
                .find(|lot| lot.id == *id)
                .filter(|lot| now < lot.activates_at);
            if due.is_none() {
                let of = lots.iter().filter(|lot| lot.id == *id);
                sum = of.fold(sum, |sum, lot| sum.and(lot.remaining.max(A::default())));
            }
            due.is_some()
        });
        sum
    }
}
