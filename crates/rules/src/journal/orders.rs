//! What is bought, and what goes back.

use super::bill::{Bill, BillLine};
use super::{Account, Book, Gift, Order, Paid, Refused, Rules, Unit, Why};
use crate::earning::{self, Line, OrderBase, purchase_points};
use crate::ledger::Taking;
use crate::member::{Bought, Purchase};
use crate::program::{Activity, Cashback};
use crate::refunds;
use crate::{Money, Points, cashback, offers};

impl Order {
    pub(super) fn is(&self, id: &str) -> bool {
        self.id == id
    }
}

impl Account {
    pub(super) fn pay(&mut self, rules: &Rules<'_>, bill: &Bill) -> Result<(), Refused> {
        if self.orders.iter().any(|order| order.id == bill.order) {
            return Ok(());
        }
        let rules = &Rules {
            now: bill.paid_at.unwrap_or(rules.now).min(rules.now),
            ..*rules
        };
        let (program, zone, now) = (rules.program, rules.zone, rules.now);
        let amounts = [bill.tax, bill.shipping, bill.gift_cards];
        let odd = |line: &BillLine| line.unit_price < Money::ZERO || line.discount < Money::ZERO;
        if amounts.iter().any(|amount| *amount < Money::ZERO) || bill.lines.iter().any(odd) {
            return Err(Refused::BadAmount);
        }
        let lines: Vec<Line<'_>> = bill.lines.iter().map(BillLine::line).collect();
        let net: Money = lines.iter().map(Line::net).sum();
        let (off, off_shipping) = self.use_coupons(rules, bill, &bill.basket())?;
        let order_base = OrderBase {
            lines: &lines,
            coupons: off,
            tax: bill.tax,
            shipping: bill.shipping.minus(off_shipping).or_zero(),
            gift_cards: bill.gift_cards,
        };
        let rule = program.earning.purchase.as_ref();
        let settings = rule.map(|rule| rule.base.clone()).unwrap_or_default();
        let base = earning::base(&settings, &order_base);
        let mut order = Order {
            id: bill.order.clone(),
            version: program.version,
            paid_at: now,
            spend: net.minus(off).or_zero(),
            base,
            remaining: base,
            gone: false,
            rule: rule.cloned(),
            multipliers: Vec::new(),
            earned: Points::ZERO,
            lot: String::new(),
            first_purchase: None,
            cashback: None,
            coupons: bill.coupons.clone(),
            refunds: Vec::new(),
        };
        if let Some(rule) = rule {
            order.multipliers = earning::multipliers(program, zone, &self.member, base, now);
            if let Some((offer, occasion, by)) =
                offers::multiplier(program, zone, &self.member, now)
            {
                order.multipliers.push(by);
                self.note_offer(offer, occasion, now);
            }
            let points = purchase_points(rule, base, &order.multipliers);
            let room = earning::room(
                program,
                zone,
                &rule.caps,
                &rule.id,
                points,
                &self.member,
                now,
            );
            let gift = Gift {
                activates_at: zone.plus_days(now, rule.pending_days.into()),
                ..rules.gift(
                    Why::Purchase,
                    &rule.id,
                    &bill.order,
                    room.unwrap_or_default(),
                )
            };
            order.lot = self.next_lot();
            order.earned = self.give(rules, gift);
            self.remember(&rule.id, &bill.order, now, order.earned);
        }
        if let Some(rule) = &program.cashback {
            order.cashback = Some(self.pay_back(rules, rule, &order_base, &bill.order));
        }
        if self.member.purchases.is_empty()
            && let Some(bonus) = earning::activity(program, &Activity::FirstPurchase)
            && self.earned(&bonus.id, &bill.order).is_none()
        {
            let gift = rules.gift(Why::FirstPurchase, &bonus.id, &bill.order, bonus.points);
            let given = self.give(rules, gift);
            self.remember(&bonus.id, &bill.order, now, given);
            order.first_purchase = Some(bonus.id.clone());
        }
        let purchase = Purchase {
            paid_at: now,
            spend: order.spend,
        };
        let purchases = &mut self.member.purchases;
        let place = purchases.partition_point(|known| known.paid_at <= now);
        purchases.insert(place, purchase);
        let bought = |line: &BillLine| Bought {
            sku: line.sku.clone(),
            category: line.category.clone(),
            at: now,
        };
        let named = bill.lines.iter().filter(|line| !line.sku.is_empty());
        let products: Vec<Bought> = named.map(bought).collect();
        let place = self.member.bought.partition_point(|known| known.at <= now);
        self.member.bought.splice(place..place, products);
        self.member.last_active_at = self.member.last_active_at.max(Some(now));
        self.member.last_order_at = self.member.last_order_at.max(Some(now));
        self.orders.push(order);
        Ok(())
    }

    fn pay_back(
        &mut self,
        rules: &Rules<'_>,
        rule: &Cashback,
        order: &OrderBase<'_>,
        id: &str,
    ) -> Paid {
        let (program, zone, now) = (rules.program, rules.zone, rules.now);
        let base = earning::base(&rule.base, order);
        let spent_before = cashback::spent_before(program, zone, &self.member, now);
        let gift = Gift {
            why: Why::Purchase,
            rule: Some(&rule.id),
            source: id,
            amount: cashback::credit(rule, base, spent_before),
            activates_at: cashback::activates_at(zone, rule, now),
            expires_at: cashback::expires_at(program, zone, rule, now),
        };
        let lot = self.next_lot();
        let credited = self.give_money(rules, gift);
        Paid {
            rule: rule.clone(),
            spent_before,
            base,
            credited,
            lot,
        }
    }

    pub(super) fn refund(
        &mut self,
        rules: &Rules<'_>,
        id: &str,
        refund: Option<&String>,
        base: Option<Money>,
    ) -> Result<(), Refused> {
        let place = self
            .orders
            .iter()
            .position(|order| order.id == id)
            .ok_or(Refused::Unknown)?;
        let Some(order) = self.orders.get_mut(place) else {
            return Err(Refused::Unknown);
        };
        if refund.is_some_and(|refund| order.refunds.contains(refund)) {
            return Ok(());
        }
        let amount = base.unwrap_or(order.remaining);
        if amount < Money::ZERO || amount > order.remaining {
            return Err(Refused::BadAmount);
        }
        order.refunds.extend(refund.cloned());
        order.remaining = order.remaining.minus(amount);
        let before = Purchase {
            paid_at: order.paid_at,
            spend: order.spend,
        };
        let whole = !order.remaining.is_positive();
        order.spend = if whole {
            Money::ZERO
        } else {
            order.spend.minus(amount).or_zero()
        };
        let gone = std::mem::replace(&mut order.gone, whole);
        let order = order.clone();
        if let Some(rule) = &order.rule {
            let due = refunds::clawback(
                rule,
                &order.multipliers,
                order.base,
                order.remaining,
                order.earned,
            );
            let met = self.claw_back(rules, id, &order.lot, due);
            let left = order.earned.minus(met);
            if let Some(order) = self.orders.get_mut(place) {
                order.earned = left;
            }
            if let Some(known) = self.earned(&rule.id, id) {
                if whole && !left.is_positive() {
                    self.member.earned.remove(known);
                } else if let Some(known) = self.member.earned.get_mut(known) {
                    known.points = left;
                }
            }
        }
        if whole {
            // First, so that the credit of the order itself can be taken from it.
            self.return_wallet(rules, id);
        }
        self.take_cashback(rules, place, &order);
        if !gone {
            self.measure(&before, &order, whole);
        }
        if whole {
            if let Some(rule) = &order.first_purchase {
                self.revoke(rules, rule, id);
            }
            for coupon in &order.coupons {
                self.return_points(rules, coupon);
            }
        }
        Ok(())
    }

    /// The purchase as tiers see it, after a refund.
    fn measure(&mut self, before: &Purchase, order: &Order, whole: bool) {
        let Some(known) = self.member.purchases.iter().position(|p| p == before) else {
            return;
        };
        if whole {
            self.member.purchases.remove(known);
        } else if let Some(purchase) = self.member.purchases.get_mut(known) {
            purchase.spend = order.spend;
        }
    }

    fn take_cashback(&mut self, rules: &Rules<'_>, place: usize, order: &Order) {
        let Some(paid) = &order.cashback else { return };
        let gone = order.base.minus(order.remaining);
        // What is refunded is stated in the points' base; the credit's own base shrinks in proportion.
        let left = if order.base.is_positive() {
            let share = i128::from(paid.base.0) * i128::from(gone.0) / i128::from(order.base.0);
            paid.base
                .minus(Money(i64::try_from(share).unwrap_or(i64::MAX)))
                .or_zero()
        } else {
            Money::ZERO
        };
        let due = cashback::clawback(&paid.rule, paid.spent_before, left, paid.credited);
        let taken = self.take_money_back(rules, &order.id, &paid.rule.id, &paid.lot, due);
        if let Some(paid) = self
            .orders
            .get_mut(place)
            .and_then(|order| order.cashback.as_mut())
        {
            paid.credited = paid.credited.minus(taken);
        }
    }

    /// Takes points of a lot back, as the program's policy says; gives how many (forgiven ones too).
    pub(super) fn claw_back(
        &mut self,
        rules: &Rules<'_>,
        source: &str,
        lot: &str,
        due: Points,
    ) -> Points {
        let origin = self.origins.iter().position(|origin| origin.lot == lot);
        let ended = origin
            .and_then(|o| self.origins.get(o))
            .map_or(Points::ZERO, |o| o.ended);
        let policy = rules.program.negative_policy;
        let clawed = refunds::claw(&mut self.member.lots, lot, ended, due, policy, rules.now);
        let taken = clawed
            .takings
            .iter()
            .map(|t| t.points)
            .sum::<Points>()
            .plus(clawed.debt);
        let met = taken.plus(clawed.forgiven);
        let mut corrects = None;
        if let Some(origin) = origin.and_then(|o| self.origins.get_mut(o)) {
            origin.ended = origin.ended.minus(clawed.forgiven);
            corrects = Some(origin.transaction);
            // What was taken back no longer counts toward a tier by points.
            if let Some(credit) = origin
                .credit
                .and_then(|place| self.member.credits.get_mut(place))
            {
                credit.points = credit.points.minus(met).or_zero();
            }
        }
        let mut lines = self.points.leaving(&clawed.takings);
        if clawed.debt.is_positive() {
            self.member.debt = self.member.debt.plus(clawed.debt);
            lines.push((Book::Debt, clawed.debt.negative()));
        }
        if taken.is_positive() {
            lines.push((Book::Issued, taken));
            self.write(
                rules.program,
                rules.now,
                Why::Clawback,
                source,
                None,
                corrects,
                lines,
            );
        }
        met
    }

    /// Points that end unspent are forgiven when their order is refunded.
    pub(super) fn note_ended(&mut self, taking: &Taking) {
        for origin in self
            .origins
            .iter_mut()
            .filter(|origin| origin.lot == taking.lot)
        {
            origin.ended = origin.ended.plus(taking.points);
        }
    }
}
