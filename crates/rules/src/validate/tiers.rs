//! Tiers, what they bring, and gifts wherever they are given.

use super::Code;
use super::check::{Check, limits};
use crate::program::{Benefit, Perk, Tier, Window};

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
