//! What happens to one member's points, step by step.

use rules::earning::purchase_points;
use rules::ledger::{self, Taking};
use rules::member::{Lot, Member};
use rules::refunds::{claw, clawback};
use rules::{Money, Points, Program, Timestamp, Zone};
use serde::Deserialize;
use serde_json::{Value, json};

/// A member, and what happens in order.
#[derive(Deserialize)]
pub(crate) struct Story {
    program: Program,
    zone: Zone,
    member: Member,
    steps: Vec<Step>,
}

/// One thing that happens. Before it, what has ended by then leaves the lots.
#[derive(Deserialize)]
struct Step {
    at: Timestamp,
    event: Event,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    /// Fixed points that can be spent at once.
    Earn { lot: String, points: Points },
    /// A paid order whose base earns by the program's rule.
    Buy { order: String, base: Money },
    /// Points for a reward.
    Redeem { coupon: String, points: Points },
    /// The coupon is given back, unused or with its whole order.
    Cancel { coupon: String },
    /// A part of an order's base goes back.
    Refund { order: String, amount: Money },
    /// Nothing happens; time has gone by.
    Wait,
}

struct Order {
    id: String,
    base: Money,
    remaining: Money,
    earned: Points,
    ended_unspent: Points,
}

/// The member's balances after each step, each as one line.
pub(crate) fn tell(mut story: Story) -> Result<Value, String> {
    let mut orders: Vec<Order> = Vec::new();
    let mut coupons: Vec<(String, Vec<Taking>)> = Vec::new();
    let mut lines = Vec::new();
    for step in std::mem::take(&mut story.steps) {
        let ended = story.sweep(step.at, &mut orders);
        let outcome = story.happen(&step, &mut orders, &mut coupons)?;
        let now = ledger::balances_under(&story.program, &story.zone, &story.member, step.at);
        let mut line = json!({"available": now.available});
        let mut add = |key: &str, points: Points| {
            if let Some(fields) = line.as_object_mut().filter(|_| points != Points::ZERO) {
                fields.insert(key.to_owned(), json!(points));
            }
        };
        add("pending", now.pending);
        add("debt", now.debt);
        add("ended", ended);
        if let (Some(fields), Some(outcome)) = (line.as_object_mut(), outcome) {
            fields.insert("note".to_owned(), outcome.into());
        }
        lines.push(line);
    }
    Ok(Value::Array(lines))
}

impl Story {
    fn sweep(&mut self, now: Timestamp, orders: &mut [Order]) -> Points {
        let mut ended = Points::ZERO;
        for taking in ledger::expired(&self.member, &self.program, &self.zone, now) {
            ended = ended.plus(taking.points);
            for lot in self
                .member
                .lots
                .iter_mut()
                .filter(|lot| lot.id == taking.lot)
            {
                lot.remaining = lot.remaining.minus(taking.points);
            }
            for order in orders.iter_mut().filter(|order| order.id == taking.lot) {
                order.ended_unspent = order.ended_unspent.plus(taking.points);
            }
        }
        self.repay(now);
        ended
    }

    /// Points that have become active pay a debt.
    fn repay(&mut self, now: Timestamp) {
        let paid = ledger::take_up_to(&mut self.member.lots, self.member.debt, now);
        let paid = paid.iter().map(|taking| taking.points).sum();
        self.member.debt = self.member.debt.minus(paid);
    }

    fn credit(&mut self, lot: &str, points: Points, earned_at: Timestamp, activates_at: Timestamp) {
        self.member.lots.push(Lot {
            id: lot.to_owned(),
            earned_at,
            activates_at,
            expires_at: ledger::lot_expiry(&self.program, &self.zone, earned_at),
            remaining: points,
        });
    }

    fn happen(
        &mut self,
        step: &Step,
        orders: &mut Vec<Order>,
        coupons: &mut Vec<(String, Vec<Taking>)>,
    ) -> Result<Option<&'static str>, String> {
        let now = step.at;
        match &step.event {
            Event::Wait => {}
            Event::Earn { lot, points } => self.credit(lot, *points, now, now),
            Event::Buy { order, base } => {
                let rule = self
                    .program
                    .earning
                    .purchase
                    .as_ref()
                    .ok_or("no purchase rule")?;
                let earned = purchase_points(rule, *base, &[]);
                let active = self.zone.plus_days(now, rule.pending_days.into());
                self.credit(order, earned, now, active);
                self.member.last_active_at = Some(now);
                let (id, base, remaining) = (order.clone(), *base, *base);
                orders.push(Order {
                    id,
                    base,
                    remaining,
                    earned,
                    ended_unspent: Points::ZERO,
                });
            }
            Event::Redeem { coupon, points } => {
                let Some(takings) = ledger::take(&mut self.member.lots, *points, now) else {
                    return Ok(Some("not enough points"));
                };
                self.member.last_active_at = Some(now);
                coupons.push((coupon.clone(), takings));
            }
            Event::Cancel { coupon } => {
                let place = coupons
                    .iter()
                    .position(|(id, _)| id == coupon)
                    .ok_or("no such coupon")?;
                let (_, takings) = coupons.remove(place);
                let back =
                    ledger::put_back(&self.program, &self.zone, &mut self.member, &takings, now)
                        .ok_or("a lot is missing")?;
                self.repay(now);
                return Ok(back.iter().any(|r| r.reinstated).then_some("reinstated"));
            }
            Event::Refund { order, amount } => {
                let order = orders
                    .iter_mut()
                    .find(|o| o.id == *order)
                    .ok_or("no such order")?;
                let rule = self
                    .program
                    .earning
                    .purchase
                    .as_ref()
                    .ok_or("no purchase rule")?;
                order.remaining = order.remaining.minus(*amount).or_zero();
                let due = clawback(rule, &[], order.base, order.remaining, order.earned);
                let policy = self.program.negative_policy;
                let lots = &mut self.member.lots;
                let clawed = claw(lots, &order.id, order.ended_unspent, due, policy, now);
                order.earned = order.earned.minus(due).plus(clawed.short);
                order.ended_unspent = order.ended_unspent.minus(clawed.forgiven);
                self.member.debt = self.member.debt.plus(clawed.debt);
                let owing = clawed.short.is_positive();
                return Ok(owing.then_some("some points could not be taken"));
            }
        }
        self.repay(now);
        Ok(None)
    }
}
