//! What the wallet pays for orders, and what comes back to it.

use super::books::{Book, Unit, Why};
use super::{Account, Payment, Refused, Rules};
use crate::ledger::{self, Taking};
use crate::program::NegativePolicy;
use crate::{Money, refunds};

impl Account {
    /// Pays for an order with wallet credit, whether the order is paid already or not: at a checkout it is not.
    pub(super) fn spend_wallet(
        &mut self,
        rules: &Rules<'_>,
        order: &str,
        amount: Money,
    ) -> Result<(), Refused> {
        if !amount.is_positive() {
            return Err(Refused::BadAmount);
        }
        if self.payments.iter().any(|known| known.order == order) {
            return Ok(());
        }
        let missing = amount.minus(ledger::wallet(&self.member, rules.now).available);
        let takings = ledger::take(&mut self.member.wallet, amount, rules.now)
            .ok_or(Refused::NotEnough { missing: missing.0 })?;
        let transaction = Some(self.next());
        let lines = vec![
            (Book::Available, amount.negative()),
            (Book::Redeemed, amount),
        ];
        let why = Why::WalletSpent;
        self.write(rules.program, rules.now, why, order, None, None, lines);
        self.payments.push(Payment {
            order: order.to_owned(),
            takings,
            transaction,
        });
        Ok(())
    }

    /// An order is called off.
    pub(super) fn call_off(&mut self, rules: &Rules<'_>, id: &str) -> Result<(), Refused> {
        if self.order(id).is_some() {
            return self.refund(rules, id, None, None);
        }
        if !self.payments.iter().any(|known| known.order == id) {
            return Err(Refused::Unknown);
        }
        self.return_wallet(rules, id);
        Ok(())
    }

    /// Puts back what the wallet paid for an order, lot by lot.
    pub(super) fn return_wallet(&mut self, rules: &Rules<'_>, order: &str) {
        let mut payments = self.payments.iter_mut();
        let Some(payment) = payments.find(|known| known.order == order) else {
            return;
        };
        let (takings, corrects) = (std::mem::take(&mut payment.takings), payment.transaction);
        let (program, zone, now) = (rules.program, rules.zone, rules.now);
        let back = ledger::put_back_money(program, zone, &mut self.member, &takings, now);
        let sum = takings.iter().map(|t| t.points).sum::<Money>();
        if back.is_some() && sum.is_positive() {
            let lines = vec![(Book::Redeemed, sum.negative()), (Book::Available, sum)];
            self.write(program, now, Why::Return, order, None, corrects, lines);
        }
    }

    /// Takes credit of a lot back, as far as there is any in the wallet; gives how much.
    pub(super) fn take_money_back(
        &mut self,
        rules: &Rules<'_>,
        source: &str,
        rule: &str,
        lot: &str,
        due: Money,
    ) -> Money {
        let clawed = refunds::claw(
            &mut self.member.wallet,
            lot,
            Money::ZERO,
            due,
            NegativePolicy::WithinBalance,
            rules.now,
        );
        let mut lines = self.wallet.leaving(&clawed.takings);
        let amount = |taking: &Taking<Money>| taking.points;
        let taken = clawed.takings.iter().map(amount).sum::<Money>();
        if taken.is_positive() {
            let given = self.origins.iter().rfind(|origin| origin.lot == lot);
            let corrects = given.map(|origin| origin.transaction);
            lines.push((Book::Issued, taken));
            let why = Why::Clawback;
            self.write(
                rules.program,
                rules.now,
                why,
                source,
                Some(rule),
                corrects,
                lines,
            );
        }
        taken
    }
}
