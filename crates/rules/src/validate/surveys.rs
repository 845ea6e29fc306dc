//! Surveys, and for whom things are.

use super::Code;
use super::check::{Check, limits};
use crate::Bp;
use crate::program::{Audience, Pages, Scope, Survey, Trigger};
use crate::segments;
use std::collections::BTreeSet;

impl Check<'_> {
    pub(super) fn surveys(&mut self) {
        let surveys = &self.program.surveys;
        let ids = surveys.iter().map(|survey| survey.id.as_str());
        if self.ids("/surveys", limits::MANY, ids) {
            for (index, survey) in surveys.iter().enumerate() {
                self.survey(&format!("/surveys/{index}"), survey);
            }
        }
    }

    fn survey(&mut self, path: &str, survey: &Survey) {
        let at = |field: &str| format!("{path}/{field}");
        self.text_or_default(&survey.question, &at("question"));
        let follow_up = &survey.follow_up;
        self.text_or_default(&follow_up.low, &at("follow_up/low"));
        self.text_or_default(&follow_up.mid, &at("follow_up/mid"));
        self.text_or_default(&follow_up.high, &at("follow_up/high"));
        match &survey.trigger {
            Trigger::InactiveReturn(days) => {
                self.range(*days, 1, limits::DAYS, &at("trigger/inactive_return"));
            }
            Trigger::Dwell(seconds) => self.range(*seconds, 1, 3_600, &at("trigger/dwell")),
            Trigger::Event(name) => self.name(name, &at("trigger/event")),
            Trigger::Page
            | Trigger::OrderConfirmed
            | Trigger::OrderDelivered
            | Trigger::ComplaintResolved
            | Trigger::Manual => {}
        }
        self.pages(&survey.pages, &at("pages"));
        let order = matches!(
            survey.trigger,
            Trigger::OrderConfirmed | Trigger::OrderDelivered
        );
        self.must(
            survey.scope != Scope::PerOrder || order,
            &at("scope"),
            Code::PerOrderWithoutOrder,
            "A survey per order needs the trigger “order_confirmed” or “order_delivered”.",
        );
        self.audience(&survey.audience, &at("audience"));
        let waits = [
            ("answered_wait_days", survey.answered_wait_days),
            ("dismissed_wait_days", survey.dismissed_wait_days),
            ("global_wait_days", survey.global_wait_days),
        ];
        for (field, days) in waits {
            if let Some(days) = days {
                self.range(days, 0, limits::DAYS, &at(field));
            }
        }
        if let Some(most) = survey.max_displays {
            self.range(most, 1, 100, &at("max_displays"));
        }
        self.range(survey.rate.0, 0, Bp::ONE.0.into(), &at("rate"));
        self.times(path, survey.starts_at, survey.ends_at);
        if let Some(arm) = &survey.arm {
            self.arm(arm, &at("arm"));
        }
    }

    /// Patterns of a page's path, without what follows “?” or “#”.
    fn pages(&mut self, pages: &Pages, at: &str) {
        for (field, patterns) in [("only", &pages.only), ("except", &pages.except)] {
            let at = format!("{at}/{field}");
            self.names(patterns, &at);
            for (index, pattern) in patterns.iter().take(limits::MANY).enumerate() {
                let path = pattern.starts_with(['/', '*']) || pattern.trim().is_empty();
                let stray = |c: char| c == '?' || c == '#' || c.is_whitespace() || c.is_control();
                self.must(
                    path && (pattern.trim().is_empty() || !pattern.contains(stray)),
                    &format!("{at}/{index}"),
                    Code::BadPage,
                    "Write a page's path that begins with “/”, like “/products/*”, without “?” and “#”.",
                );
            }
        }
        let at = format!("{at}/devices");
        if self.length(pages.devices.len(), limits::FEW, &at) {
            self.once(&pages.devices, |index| format!("{at}/{index}"));
        }
    }

    /// For whom something is.
    pub(super) fn audience(&mut self, audience: &Audience, at: &str) {
        if let Some(days) = audience.member_days_min {
            self.range(days, 0, limits::DAYS, &format!("{at}/member_days_min"));
        }
        let orders = audience.orders_min;
        self.range(orders, 0, limits::TIMES, &format!("{at}/orders_min"));
        let tiers = format!("{at}/tiers");
        if self.length(audience.tiers.len(), limits::FEW, &tiers) {
            for (index, tier) in audience.tiers.iter().enumerate() {
                self.tier(tier, &format!("{tiers}/{index}"));
            }
            self.once(&audience.tiers, |index| format!("{tiers}/{index}"));
        }
        self.segments(&audience.segments, &format!("{at}/segments"));
    }

    pub(super) fn segments(&mut self, segments: &[String], at: &str) {
        if !self.length(segments.len(), limits::MANY, at) {
            return;
        }
        let mut seen = BTreeSet::new();
        for (index, name) in segments.iter().enumerate() {
            let at = format!("{at}/{index}");
            self.segment(name, &at);
            if !seen.insert(name) {
                let detail = format!("“{name}” is named before; remove it.");
                self.fault(&at, Code::Duplicate, detail);
            }
        }
    }

    /// A segment by name: one that orders put a member in (see [`segments::known`]), or one of the shop's own.
    pub(super) fn segment(&mut self, name: &str, at: &str) {
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '-';
        if name.is_empty() || name.len() > limits::NAME || !name.chars().all(plain) {
            let detail = "Name a segment by letters, digits, “_”, “-” and “:”, like “vip” or “rfm:champions”.";
            self.fault(at, Code::BadSegment, detail);
        } else if let Some(kind) = ["rfm:", "abc:"]
            .iter()
            .find(|kind| name.starts_with(**kind))
        {
            let ours: Vec<_> = segments::known()
                .filter(|known| known.starts_with(kind))
                .collect();
            self.known(name, ours.into_iter(), Code::UnknownSegment, "segment", at);
        }
    }
}
