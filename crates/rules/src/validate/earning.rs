//! How points and wallet credit are earned.

use super::Code;
use super::check::{Check, limits};
use crate::Bp;
use crate::program::{Activity, ActivityRule, Base, Campaign, Cap, Cashback, PurchaseRule, Scale};
use std::collections::{BTreeMap, BTreeSet};

impl Check<'_> {
    pub(super) fn earning(&mut self) {
        let earning = &self.program.earning;
        if let Some(rule) = &earning.purchase {
            self.purchase(rule);
        }
        self.rule_ids();
        let ids = earning.activities.iter().map(|rule| rule.id.as_str());
        if self.ids("/earning/activities", limits::MANY, ids) {
            self.activities(&earning.activities);
        }
        let ids = earning.campaigns.iter().map(|one| one.id.as_str());
        if self.ids("/earning/campaigns", limits::MANY, ids) {
            for (index, campaign) in earning.campaigns.iter().enumerate() {
                self.campaign(&format!("/earning/campaigns/{index}"), campaign);
            }
        }
        if let Some(cashback) = &self.program.cashback {
            self.cashback(cashback);
        }
    }

    fn purchase(&mut self, rule: &PurchaseRule) {
        let at = |field: &str| format!("/earning/purchase/{field}");
        self.id(&rule.id, &at("id"));
        self.amount(rule.points.0, &at("points"));
        self.amount(rule.per.0, &at("per"));
        let most = limits::PENDING_DAYS;
        self.range(rule.pending_days, 0, most, &at("pending_days"));
        self.base(&rule.base, &at("base"));
        if let Some(most) = rule.multiplier_max {
            let whole = Bp::ONE.0.into();
            self.range(most.0, whole, limits::MULTIPLIER, &at("multiplier_max"));
        }
        self.caps(&rule.caps, &at("caps"));
    }

    fn base(&mut self, base: &Base, at: &str) {
        let at = format!("{at}/excluded_categories");
        self.names(&base.excluded_categories, &at);
    }

    /// A cap limits times, points or both; one for each period is enough.
    fn caps(&mut self, caps: &[Cap], at: &str) {
        if !self.length(caps.len(), limits::FEW, at) {
            return;
        }
        let periods: Vec<_> = caps.iter().map(|cap| cap.per).collect();
        self.once(&periods, |index| format!("{at}/{index}/per"));
        for (index, cap) in caps.iter().enumerate() {
            let at = format!("{at}/{index}");
            self.must(
                cap.times.is_some() || cap.points.is_some(),
                &at,
                Code::CapWithoutLimit,
                "This limits nothing; give it `times` or `points`, or remove it.",
            );
            if let Some(times) = cap.times {
                self.range(times, 1, limits::TIMES, &format!("{at}/times"));
            }
            if let Some(points) = cap.points {
                self.amount(points.0, &format!("{at}/points"));
            }
        }
    }

    fn activities(&mut self, rules: &[ActivityRule]) {
        let mut paid = BTreeSet::new();
        for (index, rule) in rules.iter().enumerate() {
            let at = |field: &str| format!("/earning/activities/{index}/{field}");
            let (kind, what) = told_apart(&rule.kind);
            match &rule.kind {
                Activity::Survey(id) => {
                    let surveys = self.program.surveys.iter().map(|survey| survey.id.as_str());
                    let at = at("kind/survey");
                    self.known(id, surveys, Code::UnknownSurvey, "survey", &at);
                }
                Activity::SocialFollow(name) | Activity::Event(name) => {
                    self.name(name, &at(&format!("kind/{kind}")));
                }
                _ => {}
            }
            if !paid.insert((kind, what)) {
                let detail = "Another rule pays for this already; keep one of them.";
                self.fault(&at("kind"), Code::Duplicate, detail);
            }
            self.amount(rule.points.0, &at("points"));
            self.text_or_default(&rule.title, &at("title"));
            self.caps(&rule.caps, &at("caps"));
            let known = matches!(
                rule.kind,
                Activity::Join | Activity::FirstPurchase | Activity::Survey(_)
            );
            self.must(
                !(known && rule.claimable == Some(true)),
                &at("claimable"),
                Code::NotClaimable,
                "The club knows by itself when this was done; remove `claimable`.",
            );
        }
    }

    fn campaign(&mut self, at: &str, campaign: &Campaign) {
        self.text(&campaign.title, &format!("{at}/title"));
        let multiplier = format!("{at}/multiplier");
        let most = limits::MULTIPLIER;
        self.range(campaign.multiplier.0, 1, most, &multiplier);
        self.multiplies(&multiplier);
        self.times(at, campaign.starts_at, campaign.ends_at);
        if let Some(minimum) = campaign.minimum_order {
            self.amount(minimum.0, &format!("{at}/minimum_order"));
        }
        self.audience(&campaign.audience, &format!("{at}/audience"));
    }

    fn cashback(&mut self, cashback: &Cashback) {
        let at = |field: &str| format!("/cashback/{field}");
        self.id(&cashback.id, &at("id"));
        self.must(
            !cashback.brackets.is_empty(),
            &at("brackets"),
            Code::Empty,
            "Name at least one bracket: from 0, and a rate.",
        );
        if self.length(cashback.brackets.len(), limits::FEW, &at("brackets")) {
            self.brackets(cashback);
        }
        if let Scale::Spent(window) = cashback.scale {
            self.window(window, &at("scale/spent"));
        }
        for (field, amount) in [
            ("ceiling", cashback.ceiling),
            ("minimum_order", cashback.minimum_order),
        ] {
            if let Some(amount) = amount {
                self.amount(amount.0, &at(field));
            }
        }
        let most = limits::PENDING_DAYS;
        self.range(cashback.pending_days, 0, most, &at("pending_days"));
        if let Some(months) = cashback.months {
            self.range(months, 1, limits::MONTHS, &at("months"));
        }
        self.base(&cashback.base, &at("base"));
    }

    fn brackets(&mut self, cashback: &Cashback) {
        let mut below: Option<i64> = None;
        for (index, bracket) in cashback.brackets.iter().enumerate() {
            let at = |field: &str| format!("/cashback/brackets/{index}/{field}");
            let from = bracket.from.0;
            match below {
                None => self.must(
                    from == 0,
                    &at("from"),
                    Code::FirstBracketNotZero,
                    "Let the first bracket begin at 0; its rate may be 0.",
                ),
                Some(below) if from <= below => {
                    let detail = format!("{from} must be more than the bracket before, {below}.");
                    self.fault(&at("from"), Code::NotRising, detail);
                }
                Some(_) => self.amount(from, &at("from")),
            }
            below = Some(from);
            self.range(bracket.rate.0, 0, Bp::ONE.0.into(), &at("rate"));
        }
    }

    /// Entries remember the rule that they came from, so no two rules may have one id.
    fn rule_ids(&mut self) {
        let program = self.program;
        let earning = &program.earning;
        let purchase = earning.purchase.iter();
        let cashback = program.cashback.iter();
        let lists = [
            (
                "purchase rule",
                ids("/earning/purchase", purchase.map(|rule| &rule.id)),
            ),
            (
                "rule for an activity",
                ids(
                    "/earning/activities/#",
                    earning.activities.iter().map(|rule| &rule.id),
                ),
            ),
            ("cashback", ids("/cashback", cashback.map(|one| &one.id))),
            (
                "offer",
                ids("/offers/#", program.offers.iter().map(|one| &one.id)),
            ),
        ];
        let mut rules = BTreeMap::new();
        for (what, ids) in lists {
            for (id, at) in ids {
                match rules.get(id.as_str()) {
                    // Within a list, `Check::ids` tells of it.
                    Some(other) if *other == what => {}
                    Some(other) if !id.trim().is_empty() => {
                        let detail = format!("The {other} has the id “{id}” too; choose another.");
                        self.fault(&at, Code::Duplicate, detail);
                    }
                    Some(_) => {}
                    None => {
                        rules.insert(id.as_str(), what);
                    }
                }
            }
        }
    }
}

/// Ids with their places; “#” stands for the index.
fn ids<'p>(at: &str, ids: impl Iterator<Item = &'p String>) -> Vec<(&'p String, String)> {
    let place = |index: usize| format!("{}/id", at.replace('#', &index.to_string()));
    ids.enumerate()
        .map(|(index, id)| (id, place(index)))
        .collect()
}

/// An activity by its name in the document, and by what it names itself.
fn told_apart(kind: &Activity) -> (&'static str, &str) {
    match kind {
        Activity::Join => ("join", ""),
        Activity::FirstPurchase => ("first_purchase", ""),
        Activity::Survey(id) => ("survey", id),
        Activity::Birthday => ("birthday", ""),
        Activity::Profile => ("profile", ""),
        Activity::Review => ("review", ""),
        Activity::DailyVisit => ("daily_visit", ""),
        Activity::SocialFollow(network) => ("social_follow", network),
        Activity::Event(name) => ("event", name),
    }
}
