//! What a member takes: rewards, their coupons, offers.

use super::bill::Bill;
use super::{Account, Book, Gift, Refused, Rules, Unit, Why};
use crate::ledger::{self, Taking};
use crate::member::{Redeemed, Taken};
use crate::program::{Benefit, Reward, RewardKind};
use crate::rewards::{self, Basket, eligibility};
use crate::{Money, Points, Timestamp, offers};

/// A reward that was taken.
#[derive(Clone, Debug)]
pub(super) struct Redemption {
    id: String,
    reward: Reward,
    units: u32,
    at: Timestamp,
    takings: Vec<Taking>,
    state: State,
    pub(super) expires_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Used,
    Closed,
}

impl Redemption {
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }
}

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
        if cost.is_positive() {
            let lines = vec![
                (Book::Available, cost.negative()),
                (Book::Held, cost),
                (Book::Held, cost.negative()),
                (Book::Redeemed, cost),
            ];
            self.write(program, now, Why::Redemption, id, None, None, lines);
        }
        self.hand_out(rules, id, reward, units, takings);
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
            reward: reward.clone(),
            units,
            at: rules.now,
            takings,
            state: if at_once { State::Used } else { State::Open },
            expires_at: rules.zone.plus_days(rules.now, reward.coupon_days.into()),
        });
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
        if known.state == State::Closed {
            return;
        }
        known.state = State::Closed;
        let takings = std::mem::take(&mut known.takings);
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
            let corrects = self
                .journal
                .iter()
                .find(|t| t.why == Why::Redemption && t.source == id);
            let corrects = corrects.map(|t| t.id);
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

    /// Uses the coupons of an order: what they take off its lines, and off its shipping.
    pub(super) fn use_coupons(
        &mut self,
        bill: &Bill,
        basket: &Basket,
    ) -> Result<(Money, Money), Refused> {
        let usable = |id: &String| self.redemptions.iter().any(|r| r.id == *id && r.is_open());
        let mut seen = bill.coupons.iter().enumerate();
        let twice = seen.any(|(at, id)| bill.coupons.iter().take(at).any(|other| other == id));
        if twice || !bill.coupons.iter().all(usable) {
            return Err(Refused::CouponNotUsable);
        }
        let (mut off, mut off_shipping) = (Money::ZERO, Money::ZERO);
        for id in &bill.coupons {
            let Some(redemption) = self.redemptions.iter_mut().find(|r| r.id == *id) else {
                continue;
            };
            redemption.state = State::Used;
            let (reward, units) = (&redemption.reward, redemption.units);
            let total = rewards::applicable(reward, basket);
            let value = rewards::discount_of(reward, units, total, bill.shipping);
            if redemption.reward.kind == RewardKind::FreeShipping {
                off_shipping = off_shipping.plus(value).min(bill.shipping);
            } else {
                off = off.plus(value).min(basket.total);
            }
            let spent = (&redemption.reward.id, redemption.at);
            let redeemed = &mut self.member.redeemed;
            if let Some(known) = redeemed
                .iter_mut()
                .find(|r| (&r.reward, r.at) == spent && r.open)
            {
                known.open = false;
            }
        }
        Ok((off, off_shipping))
    }

    /// Coupons that nobody used in time.
    pub(super) fn end_coupons(&mut self, rules: &Rules<'_>) {
        let mut ended = Vec::new();
        for redemption in &mut self.redemptions {
            if redemption.is_open() && redemption.expires_at <= rules.now {
                redemption.state = State::Closed;
                let sum = redemption.takings.iter().map(|t| t.points).sum::<Points>();
                ended.push((redemption.id.clone(), sum));
                let spent = (&redemption.reward.id, redemption.at);
                let redeemed = &mut self.member.redeemed;
                if let Some(known) = redeemed
                    .iter_mut()
                    .find(|r| (&r.reward, r.at) == spent && r.open)
                {
                    known.open = false;
                }
            }
        }
        for (id, sum) in ended {
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

    /// Gives a benefit; gives its points. One that multiplies waits for the next purchase.
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
                if let Some(reward) = rules.program.rewards.iter().find(|reward| reward.id == *id) {
                    self.hand_out(rules, source, reward, 1, Vec::new());
                }
                Points::ZERO
            }
            Benefit::Multiplier(_) => Points::ZERO,
        }
    }
}
