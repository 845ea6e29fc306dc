//! What is given beside orders: activities, credits, adjustments, plans.

use super::books::{Book, Unit, Why};
use super::{Account, Gift, Origin, Refused, Rules};
use crate::member::{Credit, Earned, Member, Membership};
use crate::{Money, Points, Timestamp, earning, ledger, memberships};

impl Account {
    /// A lot is named after the transaction that makes it; `#` is in no other name. An account that was opened with
    /// the lots of another has names of that one's transactions: it puts one `#` more.
    pub(super) fn next_lot(&self) -> String {
        let mut id = ["#", &self.next().to_string()].concat();
        let Member { lots, wallet, .. } = &self.member;
        while lots.iter().any(|lot| lot.id == id) || wallet.iter().any(|lot| lot.id == id) {
            id.insert(0, '#');
        }
        id
    }

    /// Gives points; gives how many.
    pub(super) fn give(&mut self, rules: &Rules<'_>, gift: Gift<'_, Points>) -> Points {
        let lot = self.next_lot();
        let origin = self.origin(&lot, &gift, Some(self.member.credits.len()));
        let lots = &mut self.member.lots;
        let Some((points, lines)) = self.points.put(lots, lot, rules.now, &gift) else {
            return Points::ZERO;
        };
        self.origins.push(Origin {
            given: points.0,
            ..origin
        });
        let activates_at = gift.activates_at;
        self.member.credits.push(Credit {
            activates_at,
            points,
        });
        self.write_gift(rules, &gift, lines);
        points
    }

    /// Gives wallet credit; gives how much.
    pub(super) fn give_money(&mut self, rules: &Rules<'_>, gift: Gift<'_, Money>) -> Money {
        let lot = self.next_lot();
        let origin = self.origin(&lot, &gift, None);
        let lots = &mut self.member.wallet;
        let Some((amount, lines)) = self.wallet.put(lots, lot, rules.now, &gift) else {
            return Money::ZERO;
        };
        self.origins.push(Origin {
            given: amount.0,
            ..origin
        });
        self.write_gift(rules, &gift, lines);
        amount
    }

    fn origin<A>(&self, lot: &str, gift: &Gift<'_, A>, credit: Option<usize>) -> Origin {
        Origin {
            lot: lot.to_owned(),
            why: gift.why,
            rule: gift.rule.unwrap_or_default().to_owned(),
            source: gift.source.to_owned(),
            transaction: self.next(),
            given: 0,
            credit,
            ended: Points::ZERO,
        }
    }

    fn write_gift<A: Unit>(
        &mut self,
        rules: &Rules<'_>,
        gift: &Gift<'_, A>,
        lines: Vec<(Book, A)>,
    ) {
        let Gift {
            why, source, rule, ..
        } = *gift;
        self.write(rules.program, rules.now, why, source, rule, None, lines);
    }

    /// Remembers what a rule gave for a source.
    pub(super) fn remember(&mut self, rule: &str, source: &str, at: Timestamp, points: Points) {
        self.member.earned.push(Earned {
            rule: rule.to_owned(),
            source: source.to_owned(),
            at,
            points,
        });
    }

    pub(super) fn earned(&self, rule: &str, source: &str) -> Option<usize> {
        self.member
            .earned
            .iter()
            .position(|e| e.rule == rule && e.source == source)
    }

    pub(super) fn did(
        &mut self,
        rules: &Rules<'_>,
        id: &str,
        source: Option<&str>,
    ) -> Result<(), Refused> {
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

    pub(super) fn credit(
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
        let given = |origin: &Origin| origin.gave_points(rule, source);
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
    pub(super) fn revoke(&mut self, rules: &Rules<'_>, rule: &str, source: &str) {
        let Some(place) = self.earned(rule, source) else {
            return;
        };
        let earned = self.member.earned.remove(place);
        let given = |origin: &&Origin| origin.gave_points(rule, source);
        let lot = self
            .origins
            .iter()
            .rfind(given)
            .map(|origin| origin.lot.clone());
        self.claw_back(rules, source, &lot.unwrap_or_default(), earned.points);
    }

    pub(super) fn adjust(
        &mut self,
        rules: &Rules<'_>,
        id: &str,
        points: Points,
    ) -> Result<(), Refused> {
        if self.adjustments.iter().any(|known| known == id) {
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
        self.adjustments.push(id.to_owned());
        Ok(())
    }

    pub(super) fn subscribe(
        &mut self,
        rules: &Rules<'_>,
        id: &str,
        renews: bool,
    ) -> Result<(), Refused> {
        let plan = rules
            .program
            .memberships
            .iter()
            .find(|plan| plan.id == id)
            .ok_or(Refused::Unknown)?;
        let running = self.member.membership.take();
        let running = running.filter(|m| m.plan == plan.id && rules.now < m.ends_at);
        let ends_at = match &running {
            Some(running) => memberships::extended(rules.program, rules.zone, plan, running),
            None => memberships::period_end(rules.program, rules.zone, plan, rules.now),
        };
        self.member.membership = Some(Membership {
            plan: id.to_owned(),
            started_at: running.map_or(rules.now, |m| m.started_at),
            ends_at,
            renews,
        });
        Ok(())
    }
}
