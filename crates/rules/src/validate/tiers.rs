//! Tiers, what they bring, and gifts wherever they are given.

use super::Code;
use super::check::{Check, limits};
use crate::Timestamp;
use crate::program::{Benefit, Former, Perk, Tier, Window};

/// Where a gift is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Offer,
    Entry,
}

impl Check<'_> {
    pub(super) fn ladder(&mut self) {
        let Some(ladder) = &self.program.tiers else {
            return;
        };
        self.window(ladder.window, "/tiers/window");
        self.range(ladder.grace_days, 0, 180, "/tiers/grace_days");
        self.range(ladder.notice_days, 0, 365, "/tiers/notice_days");
        self.must(
            !ladder.levels.is_empty(),
            "/tiers/levels",
            Code::Empty,
            "Name at least one tier.",
        );
        let ids = ladder.levels.iter().map(|level| level.id.as_str());
        if self.ids("/tiers/levels", limits::FEW, ids) {
            let mut below = None;
            for (index, level) in ladder.levels.iter().enumerate() {
                self.level(&format!("/tiers/levels/{index}"), level, below);
                below = Some(level.enter);
            }
        }
        if self.length(ladder.former.len(), limits::MANY, "/tiers/former") {
            let mut before = None;
            for (index, former) in ladder.former.iter().enumerate() {
                self.former(&format!("/tiers/former/{index}"), former, before);
                before = Some(former.until);
            }
        }
    }

    /// Thresholds of before: as sound as those of today, and oldest first.
    fn former(&mut self, at: &str, former: &Former, before: Option<Timestamp>) {
        self.must(
            before.is_none_or(|before| before < former.until),
            &format!("{at}/until"),
            Code::NotRising,
            "This is not after the one before; put the oldest first.",
        );
        let at = format!("{at}/levels");
        let ids = former.levels.iter().map(|mark| mark.id.as_str());
        if self.ids(&at, limits::FEW, ids) {
            for (index, mark) in former.levels.iter().enumerate() {
                self.range(
                    mark.enter,
                    0,
                    limits::AMOUNT,
                    &format!("{at}/{index}/enter"),
                );
                if let Some(retain) = mark.retain {
                    self.range(retain, 0, mark.enter, &format!("{at}/{index}/retain"));
                }
            }
        }
    }

    pub(super) fn window(&mut self, window: Window, at: &str) {
        if let Window::RollingMonths(months) = window {
            self.range(months, 1, limits::MONTHS, &format!("{at}/rolling_months"));
        }
    }

    fn level(&mut self, at: &str, level: &Tier, below: Option<i64>) {
        let at = |field: &str| format!("{at}/{field}");
        self.text(&level.name, &at("name"));
        match below {
            None => self.must(
                level.enter == 0,
                &at("enter"),
                Code::FirstTierNotZero,
                "The lowest tier is everybody's: let it begin at 0.",
            ),
            Some(below) if level.enter <= below => {
                let detail = format!("{} must be more than the tier below, {below}.", level.enter);
                self.fault(&at("enter"), Code::NotRising, detail);
            }
            Some(_) => self.amount(level.enter, &at("enter")),
        }
        if let Some(retain) = level.retain {
            self.range(retain, 0, level.enter, &at("retain"));
        }
        self.multiplier(level.multiplier, 1, &at("multiplier"));
        self.perks(&level.perks, &at("perks"));
        if let Some(benefit) = &level.entry {
            self.benefit(benefit, Place::Entry, &at("entry"));
        }
    }

    /// What a tier or a plan brings: nothing twice.
    pub(super) fn perks(&mut self, perks: &[Perk], at: &str) {
        if !self.length(perks.len(), limits::FEW, at) {
            return;
        }
        self.once(perks, |index| format!("{at}/{index}"));
        for (index, perk) in perks.iter().enumerate() {
            let at = |field: &str| format!("{at}/{index}/{field}");
            match perk {
                Perk::Text(text) => self.text(text, &at("text")),
                Perk::EarlyAccess(hours) => {
                    self.range(*hours, 1, limits::HOURS, &at("early_access"));
                }
                Perk::BirthdayBonus(points) => self.amount(points.0, &at("birthday_bonus")),
                Perk::FreeShipping | Perk::SupportLine => {}
            }
        }
    }

    /// A gift. A tier has a multiplier of its own for every purchase: one for the next purchase alone is
    /// no entry gift, because nothing says which purchase that is when a purchase made the rise.
    pub(super) fn benefit(&mut self, benefit: &Benefit, place: Place, at: &str) {
        match benefit {
            Benefit::Points(points) => self.amount(points.0, &format!("{at}/points")),
            Benefit::WalletCredit(money) => self.amount(money.0, &format!("{at}/wallet_credit")),
            Benefit::Reward(id) => {
                let rewards = self.program.rewards.iter().map(|reward| reward.id.as_str());
                let at = format!("{at}/reward");
                self.known(id, rewards, Code::UnknownReward, "reward", &at);
            }
            Benefit::Multiplier(_) if place == Place::Entry => self.fault(
                &format!("{at}/multiplier"),
                Code::BenefitOutOfPlace,
                "A tier multiplies by its own `multiplier`; give points, wallet credit or a reward.",
            ),
            // One time or less would be no gift.
            Benefit::Multiplier(multiplier) => {
                self.multiplier(*multiplier, 10_001, &format!("{at}/multiplier"));
            }
        }
    }
}
