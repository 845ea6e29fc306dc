//! What reaching a tier brings, and takes with it when the rise is undone.

use super::books::Why;
use super::{Account, Rules};
use crate::Money;
use crate::member::Lot;
use crate::program::{Ladder, Tier};
use crate::tiers::{self, Rise};

/// What entry rewards of tiers are remembered under.
const TIER_ENTRY: &str = "tier_entry";

impl Account {
    /// Gives what reaching a tier brings, and takes it back where the rise has been undone.
    ///
    /// What was reached before [`Tier::entry_since`] brings nothing; what was given before it, under a ladder that
    /// is no more, stays.
    pub(super) fn reach_tiers(&mut self, rules: &Rules<'_>) {
        let Some(ladder) = &rules.program.tiers else {
            return;
        };
        if ladder.levels.iter().all(|level| level.entry.is_none()) {
            return;
        }
        let (calendar, zone) = (rules.program.calendar, rules.zone);
        let rises = tiers::rises(ladder, calendar, zone, &self.member, rules.now);
        let name = |rise: &Rise| rise.source(ladder).unwrap_or_default();
        let sources: Vec<String> = rises.iter().map(name).collect();
        let given = self.member.earned.iter();
        let given = given.filter(|known| known.rule == TIER_ENTRY);
        let undone = given.filter(|known| {
            let level = named(ladder, &known.source).filter(|level| level.entry.is_some());
            let counts = level.is_some_and(|l| l.entry_since.is_none_or(|since| since <= known.at));
            counts && !sources.contains(&known.source)
        });
        let undone: Vec<String> = undone.map(|known| known.source.clone()).collect();
        for source in undone {
            self.undo_rise(rules, &source);
        }
        for (rise, source) in rises.iter().zip(sources) {
            let Some(level) = ladder.levels.get(rise.level) else {
                continue;
            };
            let due = level.entry_since.is_none_or(|since| since <= rise.at)
                && self.earned(TIER_ENTRY, &source).is_none();
            if let Some(benefit) = level.entry.as_ref().filter(|_| due) {
                let points = self.benefit(rules, Why::TierEntry, TIER_ENTRY, &source, benefit);
                self.remember(TIER_ENTRY, &source, rules.now, points);
            }
        }
    }

    /// Takes back points, as far as the wallet reaches credit, and a coupon that nobody used.
    fn undo_rise(&mut self, rules: &Rules<'_>, source: &str) {
        let earned = self.earned(TIER_ENTRY, source);
        let at = earned
            .and_then(|place| self.member.earned.get(place))
            .map(|earned| earned.at);
        self.revoke(rules, TIER_ENTRY, source);
        let money = self.origins.iter().rfind(|origin| {
            let this_time = |lot: &Lot<Money>| lot.id == origin.lot && Some(lot.earned_at) == at;
            let rise = origin.rule == TIER_ENTRY && origin.source == source;
            rise && origin.credit.is_none() && self.member.wallet.iter().any(this_time)
        });
        if let Some((lot, given)) = money.map(|origin| (origin.lot.clone(), Money(origin.given))) {
            self.take_money_back(rules, source, TIER_ENTRY, &lot, given);
        }
        let gift = Some([TIER_ENTRY, "/", source].concat());
        let mut coupons = self.redemptions.iter();
        let coupon = coupons.find(|known| known.gift == gift && known.is_open());
        if let Some(id) = coupon.map(|known| known.id.clone()) {
            self.return_points(rules, &id);
        }
    }
}

/// The tier that a rise's name is of.
fn named<'a>(ladder: &'a Ladder, source: &str) -> Option<&'a Tier> {
    ladder.levels.iter().find(|level| {
        let rest = source.strip_prefix(level.id.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
    })
}
