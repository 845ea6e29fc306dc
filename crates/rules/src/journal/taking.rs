//! What a member takes: rewards, their coupons, offers.

use super::bill::Bill;
use super::{Account, Book, CouponState, Gift, Redemption, Refused, Rules, Unit, Why};
use crate::ledger::{self, Taking};
use crate::member::{Redeemed, Taken};
use crate::program::{Benefit, Reward, RewardKind};
use crate::rewards::{self, Basket, eligibility};
use crate::{Money, Points, Timestamp, offers};
use std::sync::Arc;

impl Account {
    pub(super) fn redeem(
        &mut self,
        rules: &Rules<'_>,
        id: &str,
        reward: &str,
        units: u32,
    ) -> Result<(), Refused> {
        if self
            .redemptions
            .iter()
            .any(|redemption| redemption.id == id)
        {
            return Ok(());
        }
        let (program, zone, now) = (rules.program, rules.zone, rules.now);
        let reward = program
            .rewards
            .iter()
            .find(|r| r.id == reward)
            .ok_or(Refused::Unknown)?;
        let reasons = eligibility(program, zone, reward, Some(&self.member), None, now);
        if !reasons.is_empty() {
            return Err(Refused::NotEligible(reasons));
        }
        let cost = rewards::price(reward, units).ok_or(Refused::BadAmount)?;
        let there = ledger::balances_under(program, zone, &self.member, now).available;
        let takings = ledger::take(&mut self.member.lots, cost, now).ok_or(Refused::NotEnough {
            missing: cost.minus(there).0,
        })?;
        let mut transaction = None;
        if cost.is_positive() {
            transaction = Some(self.next());
            let lines = vec![
                (Book::Available, cost.negative()),
                (Book::Held, cost),
                (Book::Held, cost.negative()),
                (Book::Redeemed, cost),
            ];
            self.write(program, now, Why::Redemption, id, None, None, lines);
        }
        self.hand_out(rules, id, reward, units, takings);
        if let Some(redemption) = self.redemptions.last_mut() {
            redemption.transaction = transaction;
        }
        self.member.last_active_at = self.member.last_active_at.max(Some(now));
        Ok(())
    }

    /// Makes the coupon. Wallet credit is given at once, and has none.
    fn hand_out(
        &mut self,
        rules: &Rules<'_>,
        id: &str,
        reward: &Reward,
        units: u32,
        takings: Vec<Taking>,
    ) {
        let at_once = matches!(reward.kind, RewardKind::WalletCredit(_));
        if at_once {
            let amount = rewards::value(reward, units).unwrap_or_default();
            self.give_money(
                rules,
                Gift {
                    why: Why::Redemption,
                    rule: Some(&reward.id),
                    source: id,
                    amount,
                    activates_at: rules.now,
                    expires_at: None,
                },
            );
        }
        self.member.redeemed.push(Redeemed {
            reward: reward.id.clone(),
            at: rules.now,
            open: !at_once,
        });
        self.redemptions.push(Redemption {
            id: id.to_owned(),
            reward: Arc::new(reward.clone()),
            units,
            at: rules.now,
            takings,
            state: if at_once {
                CouponState::Used
            } else {
                CouponState::Open
            },
            expires_at: rules.zone.plus_days(rules.now, reward.coupon_days.into()),
            order: None,
            transaction: None,
            ended_by: None,
            gift: None,
        });
    }

    /// Hands out a reward that costs nothing. Its id is the source, and tells a second time for the same source
    /// from the first.
    fn hand_out_gift(&mut self, rules: &Rules<'_>, rule: &str, source: &str, reward: &Reward) {
        let gift = [rule, "/", source].concat();
        let same = |known: &&Redemption| known.gift.as_ref() == Some(&gift);
        let before = self.redemptions.iter().filter(same).count();
        let id = match before {
            0 => source.to_owned(),
            _ => [source, "#", &before.to_string()].concat(),
        };
        self.hand_out(rules, &id, reward, 1, Vec::new());
        if let Some(redemption) = self.redemptions.last_mut() {
            redemption.gift = Some(gift);
        }
    }

    pub(super) fn give_back(&mut self, rules: &Rules<'_>, id: &str) -> Result<(), Refused> {
        let known = self
            .redemptions
            .iter()
            .find(|r| r.id == id)
            .ok_or(Refused::Unknown)?;
        if !known.is_open() {
            return Err(Refused::NotCancellable);
        }
        self.return_points(rules, id);
        Ok(())
    }

    /// Puts a redemption's points back where they came from; its coupon is worth nothing from now on.
    pub(super) fn return_points(&mut self, rules: &Rules<'_>, id: &str) {
        let Some(known) = self.redemptions.iter_mut().find(|r| r.id == id) else {
            return;
        };
        if matches!(known.state, CouponState::Returned | CouponState::Ended) {
            return;
        }
        known.state = CouponState::Returned;
        let takings = std::mem::take(&mut known.takings);
        let corrects = known.transaction;
        let gone = (known.reward.id.clone(), known.at);
        // It no longer counts toward a limit.
        let place = self
            .member
            .redeemed
            .iter()
            .position(|r| (&r.reward, r.at) == (&gone.0, gone.1));
        if let Some(place) = place {
            self.member.redeemed.remove(place);
        }
        let sum = takings.iter().map(|taking| taking.points).sum::<Points>();
        let back = ledger::put_back(
            rules.program,
            rules.zone,
            &mut self.member,
            &takings,
            rules.now,
        );
        if back.is_some() && sum.is_positive() {
            let lines = vec![(Book::Redeemed, sum.negative()), (Book::Available, sum)];
            self.write(
                rules.program,
                rules.now,
                Why::Return,
                id,
                None,
                corrects,
                lines,
            );
        }
    }

    /// Uses the coupons of an order: what they take off its lines, and off its shipping. What counts is when the
    /// order was paid: a coupon that ended between then and now is used all the same.
    pub(super) fn use_coupons(
        &mut self,
        rules: &Rules<'_>,
        bill: &Bill,
        basket: &Basket,
    ) -> Result<(Money, Money), Refused> {
        let usable = |id: &String| {
            let known = self.redemptions.iter().find(|r| r.id == *id);
            known.is_some_and(|r| match r.state {
                CouponState::Open => true,
                CouponState::Used => r.order.as_ref() == Some(&bill.order),
                CouponState::Ended => rules.now < r.expires_at,
                CouponState::Returned => false,
            })
        };
        let mut seen = bill.coupons.iter().enumerate();
        let twice = seen.any(|(at, id)| bill.coupons.iter().take(at).any(|other| other == id));
        if twice || !bill.coupons.iter().all(usable) {
            return Err(Refused::CouponNotUsable);
        }
        let (mut off, mut off_shipping) = (Money::ZERO, Money::ZERO);
        for id in &bill.coupons {
            let Some(place) = self.redemptions.iter().position(|r| r.id == *id) else {
                continue;
            };
            self.spend_coupon(rules, place, &bill.order);
            let Some(redemption) = self.redemptions.get(place) else {
                continue;
            };
            let (reward, units) = (&redemption.reward, redemption.units);
            let total = rewards::applicable(reward, basket);
            let value = rewards::discount_of(reward, units, total, bill.shipping);
            if redemption.reward.kind == RewardKind::FreeShipping {
                off_shipping = off_shipping.plus(value).min(bill.shipping);
            } else {
                off = off.plus(value).min(basket.total);
            }
        }
        Ok((off, off_shipping))
    }

    fn spend_coupon(&mut self, rules: &Rules<'_>, place: usize, order: &str) {
        let Some(redemption) = self.redemptions.get_mut(place) else {
            return;
        };
        let before = std::mem::replace(&mut redemption.state, CouponState::Used);
        redemption.order = Some(order.to_owned());
        let (id, sum, corrects) = (
            redemption.id.clone(),
            redemption.points(),
            redemption.ended_by,
        );
        self.count_open(place, false);
        if before == CouponState::Ended && sum.is_positive() {
            let lines = vec![(Book::Expired, sum.negative()), (Book::Redeemed, sum)];
            self.write(
                rules.program,
                rules.now,
                Why::CouponExpired,
                &id,
                None,
                corrects,
                lines,
            );
        }
    }

    /// Whether the redemption counts as one whose coupon can still be used.
    fn count_open(&mut self, place: usize, open: bool) {
        let Some(redemption) = self.redemptions.get(place) else {
            return;
        };
        let spent = (&redemption.reward.id, redemption.at);
        let mut redeemed = self.member.redeemed.iter_mut();
        if let Some(known) = redeemed.find(|r| (&r.reward, r.at) == spent && r.open != open) {
            known.open = open;
        }
    }

    pub(super) fn use_coupon(&mut self, id: &str, order: &str) -> Result<(), Refused> {
        let place = self.redemptions.iter().position(|r| r.id == id);
        let place = place.ok_or(Refused::Unknown)?;
        let known = self.redemptions.get_mut(place).ok_or(Refused::Unknown)?;
        match known.state {
            CouponState::Used if known.order.as_deref() == Some(order) => return Ok(()),
            CouponState::Open => {}
            _ => return Err(Refused::CouponNotUsable),
        }
        known.state = CouponState::Used;
        known.order = Some(order.to_owned());
        self.count_open(place, false);
        Ok(())
    }

    /// A coupon that is in use on a paid order stays so: what comes back then comes with a refund.
    pub(super) fn release_coupon(&mut self, id: &str) -> Result<(), Refused> {
        let place = self.redemptions.iter().position(|r| r.id == id);
        let place = place.ok_or(Refused::Unknown)?;
        let known = self.redemptions.get_mut(place).ok_or(Refused::Unknown)?;
        if known.state == CouponState::Open {
            return Ok(());
        }
        let paid = |order: &String| self.orders.iter().any(|known| known.is(order));
        if known.state != CouponState::Used || known.order.as_ref().is_none_or(paid) {
            return Err(Refused::CouponNotUsable);
        }
        known.state = CouponState::Open;
        known.order = None;
        self.count_open(place, true);
        Ok(())
    }

    /// Coupons that nobody used in time.
    pub(super) fn end_coupons(&mut self, rules: &Rules<'_>) {
        for place in 0..self.redemptions.len() {
            let next = self.next();
            let Some(redemption) = self.redemptions.get_mut(place) else {
                return;
            };
            if !redemption.is_open() || rules.now < redemption.expires_at {
                continue;
            }
            redemption.state = CouponState::Ended;
            let (id, sum) = (redemption.id.clone(), redemption.points());
            if sum.is_positive() {
                redemption.ended_by = Some(next);
            }
            self.count_open(place, false);
            if sum.is_positive() {
                let lines = vec![(Book::Redeemed, sum.negative()), (Book::Expired, sum)];
                self.write(
                    rules.program,
                    rules.now,
                    Why::CouponExpired,
                    &id,
                    None,
                    None,
                    lines,
                );
            }
        }
    }

    pub(super) fn take_offer(&mut self, rules: &Rules<'_>, id: &str) -> Result<(), Refused> {
        let (program, zone, now) = (rules.program, rules.zone, rules.now);
        let offer = program
            .offers
            .iter()
            .find(|offer| offer.id == id)
            .ok_or(Refused::Unknown)?;
        let open = offers::open(program, zone, &self.member, now);
        let open = open
            .iter()
            .find(|open| open.offer == id)
            .ok_or(Refused::OfferClosed)?;
        let source = [id, "/", &open.occasion].concat();
        self.benefit(rules, Why::Offer, id, &source, &offer.benefit);
        self.note_offer(offer.id.clone(), open.occasion.clone(), now);
        Ok(())
    }

    pub(super) fn note_offer(&mut self, offer: String, occasion: String, at: Timestamp) {
        self.member.offers.push(Taken {
            offer,
            occasion,
            at,
        });
    }

    /// Gives a benefit; gives its points. One that multiplies waits for the next purchase, and a reward of which
    /// nothing is left is not given.
    pub(super) fn benefit(
        &mut self,
        rules: &Rules<'_>,
        why: Why,
        rule: &str,
        source: &str,
        benefit: &Benefit,
    ) -> Points {
        match benefit {
            Benefit::Points(points) => self.give(rules, rules.gift(why, rule, source, *points)),
            Benefit::WalletCredit(amount) => {
                self.give_money(
                    rules,
                    Gift {
                        why,
                        rule: Some(rule),
                        source,
                        amount: *amount,
                        activates_at: rules.now,
                        expires_at: None,
                    },
                );
                Points::ZERO
            }
            Benefit::Reward(id) => {
                let mut rewards = rules.program.rewards.iter();
                let reward = rewards.find(|reward| reward.id == *id && reward.stock != Some(0));
                if let Some(reward) = reward {
                    self.hand_out_gift(rules, rule, source, reward);
                }
                Points::ZERO
            }
            Benefit::Multiplier(_) => Points::ZERO,
        }
    }
}
