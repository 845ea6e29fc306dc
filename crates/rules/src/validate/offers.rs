//! Gifts for an occasion, experiments and tips.

use super::Code;
use super::check::{Check, limits};
use super::tiers::Place;
use crate::Bp;
use crate::program::{Arm, Offer, OfferTrigger};

/// Most days before or after a birthday: two birthdays' windows never meet.
const BIRTHDAY_DAYS: i64 = 180;

impl Check<'_> {
    pub(super) fn offers(&mut self) {
        let offers = &self.program.offers;
        let ids = offers.iter().map(|offer| offer.id.as_str());
        if self.ids("/offers", limits::MANY, ids) {
            for (index, offer) in offers.iter().enumerate() {
                self.offer(&format!("/offers/{index}"), offer);
            }
        }
    }

    fn offer(&mut self, path: &str, offer: &Offer) {
        let at = |field: &str| format!("{path}/{field}");
        self.text(&offer.title, &at("title"));
        self.occasion(offer, &at("trigger"));
        self.benefit(&offer.benefit, Place::Offer, &at("benefit"));
        self.audience(&offer.audience, &at("audience"));
        let messages = &offer.messages;
        self.text_or_default(&messages.open, &at("messages/open"));
        self.text_or_default(&messages.ending, &at("messages/ending"));
        self.text_or_default(&messages.taken, &at("messages/taken"));
        self.times(path, offer.starts_at, offer.ends_at);
        if let Some(hours) = offer.valid_hours {
            self.range(hours, 1, limits::HOURS, &at("valid_hours"));
        }
        self.per_member(path, offer.per_member, offer.period);
        if let Some(arm) = &offer.arm {
            self.arm(arm, &at("arm"));
        }
    }

    fn occasion(&mut self, offer: &Offer, path: &str) {
        let at = |field: &str| format!("{path}/{field}");
        match &offer.trigger {
            OfferTrigger::MilestoneOrders(orders) => {
                self.range(*orders, 1, limits::TIMES, &at("milestone_orders"));
            }
            OfferTrigger::MilestoneAmount(amount) => {
                self.amount(amount.0, &at("milestone_amount"));
            }
            OfferTrigger::NthOrder(number) => {
                self.range(*number, 1, limits::TIMES, &at("nth_order"));
            }
            OfferTrigger::Birthday {
                days_before,
                days_after,
            } => {
                self.range(*days_before, 0, BIRTHDAY_DAYS, &at("birthday/days_before"));
                self.range(*days_after, 0, BIRTHDAY_DAYS, &at("birthday/days_after"));
            }
            OfferTrigger::Inactive(days) => self.range(*days, 1, limits::DAYS, &at("inactive")),
            OfferTrigger::Bought {
                products,
                within_days,
            } => {
                self.products(products, &at("bought/products"));
                self.must(
                    !products.categories.is_empty() || !products.skus.is_empty(),
                    &at("bought/products"),
                    Code::Empty,
                    "Name at least one category or product.",
                );
                self.range(*within_days, 1, limits::DAYS, &at("bought/within_days"));
            }
            OfferTrigger::Schedule => self.must(
                offer.starts_at.is_some() || offer.ends_at.is_some(),
                path,
                Code::ScheduleWithoutDates,
                "This is open for ever; say when it starts or ends in `starts_at` or `ends_at`.",
            ),
            OfferTrigger::Segment(name) => self.segment(name, &at("segment")),
            // 0 is never: a surprise that rests.
            OfferTrigger::Surprise { rate, .. } => {
                self.range(rate.0, 0, Bp::ONE.0.into(), &at("surprise/rate"));
            }
        }
    }

    pub(super) fn arm(&mut self, arm: &Arm, at: &str) {
        let experiments = &self.program.experiments;
        match experiments.iter().find(|one| one.id == arm.experiment) {
            None => {
                let known = experiments.iter().map(|one| one.id.as_str());
                let at = format!("{at}/experiment");
                let code = Code::UnknownExperiment;
                self.known(&arm.experiment, known, code, "experiment", &at);
            }
            Some(experiment) => {
                let known = experiment.arms.iter().map(|one| one.id.as_str());
                let at = format!("{at}/arm");
                self.known(&arm.arm, known, Code::UnknownArm, "arm", &at);
            }
        }
    }

    pub(super) fn experiments(&mut self) {
        let experiments = &self.program.experiments;
        let ids = experiments.iter().map(|one| one.id.as_str());
        if !self.ids("/experiments", limits::MANY, ids) {
            return;
        }
        for (index, experiment) in experiments.iter().enumerate() {
            let at = format!("/experiments/{index}");
            let arms = format!("{at}/arms");
            self.must(
                experiment.arms.len() >= 2,
                &arms,
                Code::TooSmall,
                "An experiment compares at least two arms; name another.",
            );
            let ids = experiment.arms.iter().map(|arm| arm.id.as_str());
            if self.ids(&arms, limits::FEW, ids) {
                for (index, arm) in experiment.arms.iter().enumerate() {
                    self.range(arm.weight, 1, 10_000, &format!("{arms}/{index}/weight"));
                }
            }
            self.times(&at, experiment.starts_at, experiment.ends_at);
        }
    }

    pub(super) fn tips(&mut self) {
        let tips = &self.program.tips;
        let ids = tips.iter().map(|tip| tip.id.as_str());
        if !self.ids("/tips", limits::MANY, ids) {
            return;
        }
        for (index, tip) in tips.iter().enumerate() {
            let at = |field: &str| format!("/tips/{index}/{field}");
            self.text(&tip.title, &at("title"));
            self.text_or_default(&tip.body, &at("body"));
            if let Some(link) = &tip.link {
                self.link(link, &at("link"));
            }
            self.products(&tip.products, &at("products"));
        }
    }
}
