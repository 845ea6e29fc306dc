//! What makes a program sound: every fault at once, each with its place.
//!
//! Whether the zone is known is for whoever has the zones; here its name must only look like one.

use crate::calendar::Calendar;
use crate::program::{
    Activity, Earning, Expiry, Ladder, Links, MoneyDisplay, Perk, Reward, RewardKind, Scope,
    Survey, Text, Trigger, Window,
};
use crate::{Bp, Program};
use serde::{Deserialize, Serialize};

/// One fault in a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the place.
    pub pointer: String,
    /// Stable and for machines.
    pub code: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

/// All faults of a program; none means that it may be published.
pub fn validate(program: &Program) -> Vec<Fault> {
    let mut check = Check {
        languages: &program.languages,
        faults: Vec::new(),
    };
    check.head(program);
    check.earning(program);
    check.expiry(program);
    if let Some(ladder) = &program.tiers {
        check.ladder(ladder);
    }
    check.unique("/rewards", program.rewards.iter().map(|r| r.id.as_str()));
    for (index, reward) in program.rewards.iter().enumerate() {
        check.reward(&format!("/rewards/{index}"), reward, program.tiers.as_ref());
    }
    check.referral(program);
    check.unique("/surveys", program.surveys.iter().map(|s| s.id.as_str()));
    for (index, survey) in program.surveys.iter().enumerate() {
        check.survey(&format!("/surveys/{index}"), survey);
    }
    check.links(&program.links);
    if let Some(accent) = &program.look.accent {
        let hex = accent.strip_prefix('#').unwrap_or_default();
        let colour = hex.len() == 6 && hex.bytes().all(|c| c.is_ascii_hexdigit());
        check.must(
            colour,
            "/look/accent",
            "bad_colour",
            "Write the colour as #rrggbb.",
        );
    }
    if let Some(value) = program.point_value {
        check.positive(value.points.0, "/point_value/points");
        check.positive(value.money.0, "/point_value/money");
    }
    check.faults
}

struct Check<'a> {
    languages: &'a [String],
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, pointer: &str, code: &str, detail: String) {
        self.faults.push(Fault {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            detail,
        });
    }

    fn must(&mut self, sound: bool, pointer: &str, code: &str, detail: &str) {
        if !sound {
            self.fault(pointer, code, detail.to_owned());
        }
    }

    fn positive(&mut self, value: i64, pointer: &str) {
        self.range(value, 1, i64::MAX, pointer);
    }

    fn range(&mut self, value: i64, least: i64, most: i64, pointer: &str) {
        if value < least {
            self.fault(
                pointer,
                "too_small",
                format!("{value} must be at least {least}."),
            );
        } else if value > most {
            self.fault(
                pointer,
                "too_large",
                format!("{value} must be at most {most}."),
            );
        }
    }

    fn not_empty(&mut self, value: &str, pointer: &str) {
        self.must(
            !value.trim().is_empty(),
            pointer,
            "empty",
            "This must not be empty.",
        );
    }

    /// Ids must be there, and each only once in its list.
    fn unique<'s>(&mut self, list: &str, ids: impl Iterator<Item = &'s str>) {
        let mut seen: Vec<&str> = Vec::new();
        for (index, id) in ids.enumerate() {
            let pointer = format!("{list}/{index}/id");
            self.not_empty(id, &pointer);
            if seen.contains(&id) {
                self.fault(
                    &pointer,
                    "duplicate",
                    format!("The id “{id}” is used before; choose another."),
                );
            }
            seen.push(id);
        }
    }

    /// A text that shoppers read must be there in every language of the program.
    fn text(&mut self, text: &Text, pointer: &str) {
        for language in self.languages {
            if text
                .get(language)
                .is_none_or(|words| words.trim().is_empty())
            {
                let detail = format!("The words in “{language}” are missing; add them.");
                self.fault(
                    &format!("{pointer}/{}", escaped(language)),
                    "missing_language",
                    detail,
                );
            }
        }
        for language in text.keys().filter(|tag| !self.languages.contains(tag)) {
            let detail =
                format!("“{language}” is not among the program's languages; add it there.");
            self.faults.push(Fault {
                pointer: format!("{pointer}/{}", escaped(language)),
                code: "unknown_language".to_owned(),
                detail,
            });
        }
    }

    /// A text with a default may be absent, but not half there.
    fn text_or_default(&mut self, text: &Text, pointer: &str) {
        if !text.is_empty() {
            self.text(text, pointer);
        }
    }

    fn head(&mut self, program: &Program) {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
        let named =
            !program.id.is_empty() && program.id.len() <= 64 && program.id.bytes().all(plain);
        self.must(
            named,
            "/id",
            "bad_id",
            "Use 1 to 64 lower-case letters, digits, “-” and “_”: the id stands in a script tag.",
        );
        self.range(program.version.into(), 1, u32::MAX.into(), "/version");
        self.must(
            !program.languages.is_empty(),
            "/languages",
            "empty",
            "Name at least one language, like “fa”; the first is the default.",
        );
        for (index, language) in program.languages.iter().enumerate() {
            let pointer = format!("/languages/{index}");
            let tag = (2..=35).contains(&language.len())
                && language
                    .bytes()
                    .all(|c| c.is_ascii_alphanumeric() || c == b'-');
            self.must(
                tag,
                &pointer,
                "bad_language",
                "Write a BCP 47 tag, like “fa” or “en-GB”.",
            );
            if program
                .languages
                .iter()
                .take(index)
                .any(|other| other == language)
            {
                self.fault(
                    &pointer,
                    "duplicate",
                    format!("“{language}” is named before; remove it."),
                );
            }
        }
        self.text(&program.name, "/name");
        let code = &program.currency.code;
        self.must(
            code.len() == 3 && code.bytes().all(|c| c.is_ascii_uppercase()),
            "/currency/code",
            "bad_currency",
            "Write the ISO 4217 code: three capital letters, like “IRR”.",
        );
        self.must(
            program.currency.display == MoneyDisplay::Native || code == "IRR",
            "/currency/display",
            "toman_without_irr",
            "Only IRR can be shown as Toman; choose “native”.",
        );
        let zone = program.zone == "UTC"
            || program
                .zone
                .split_once('/')
                .is_some_and(|(area, city)| !area.is_empty() && !city.is_empty());
        self.must(
            zone,
            "/zone",
            "bad_zone",
            "Write an IANA time zone, like “Asia/Tehran”.",
        );
        self.range(program.reinstate_days.into(), 1, 3650, "/reinstate_days");
    }

    fn earning(&mut self, program: &Program) {
        let Earning {
            purchase,
            activities,
            ..
        } = &program.earning;
        if let Some(rule) = purchase {
            self.not_empty(&rule.id, "/earning/purchase/id");
            self.positive(rule.points.0, "/earning/purchase/points");
            self.positive(rule.per.0, "/earning/purchase/per");
            self.range(
                rule.pending_days.into(),
                0,
                90,
                "/earning/purchase/pending_days",
            );
            if let Some(most) = rule.multiplier_max {
                let pointer = "/earning/purchase/multiplier_max";
                self.range(most.0.into(), Bp::ONE.0.into(), 1_000_000, pointer);
            }
        }
        self.unique(
            "/earning/activities",
            activities.iter().map(|rule| rule.id.as_str()),
        );
        for (index, rule) in activities.iter().enumerate() {
            let at = |field: &str| format!("/earning/activities/{index}/{field}");
            self.positive(rule.points.0, &at("points"));
            self.text_or_default(&rule.title, &at("title"));
            if purchase
                .as_ref()
                .is_some_and(|purchase| purchase.id == rule.id)
            {
                let detail = format!(
                    "The purchase rule has the id “{}” too; choose another.",
                    rule.id
                );
                self.fault(&at("id"), "duplicate", detail);
            }
            if activities
                .iter()
                .take(index)
                .any(|other| other.kind == rule.kind)
            {
                let detail = "Another rule pays for this already; keep one of them.";
                self.fault(&at("kind"), "duplicate", detail.to_owned());
            }
            if let Activity::Survey(id) = &rule.kind
                && !program.surveys.iter().any(|survey| survey.id == *id)
            {
                let detail =
                    format!("There is no survey “{id}”; name one of the program's surveys.");
                self.fault(&at("kind/survey"), "unknown_survey", detail);
            }
        }
    }

    fn expiry(&mut self, program: &Program) {
        let (months, warn_days, at) = match program.expiry {
            Expiry::None => return,
            Expiry::PerLot {
                months, warn_days, ..
            } => (months, warn_days, "/expiry/per_lot"),
            Expiry::Inactivity { months, warn_days } => (months, warn_days, "/expiry/inactivity"),
        };
        self.range(months.into(), 1, 120, &format!("{at}/months"));
        self.range(warn_days.into(), 0, 3650, &format!("{at}/warn_days"));
        let shortest = match program.calendar {
            Calendar::Gregorian => 28,
            Calendar::Jalali => 29,
        };
        let least = u64::from(months).saturating_mul(shortest);
        let mut pending = |days: u32, pointer: &str| {
            if months > 0 && u64::from(days) >= least {
                let detail = format!(
                    "Points pending for {days} days could end before they are active; let them be \
                     pending for less, or last longer than {months} months."
                );
                self.fault(pointer, "expires_while_pending", detail);
            }
        };
        if let Some(rule) = &program.earning.purchase {
            pending(rule.pending_days, "/earning/purchase/pending_days");
        }
        if let Some(referral) = &program.referral {
            pending(referral.pending_days, "/referral/pending_days");
        }
    }

    fn ladder(&mut self, ladder: &Ladder) {
        if let Window::RollingMonths(months) = ladder.window {
            self.range(months.into(), 1, 120, "/tiers/window/rolling_months");
        }
        self.range(ladder.grace_days.into(), 0, 180, "/tiers/grace_days");
        self.must(
            !ladder.levels.is_empty(),
            "/tiers/levels",
            "empty",
            "Name at least one tier.",
        );
        self.unique(
            "/tiers/levels",
            ladder.levels.iter().map(|level| level.id.as_str()),
        );
        let mut below: Option<i64> = None;
        for (index, level) in ladder.levels.iter().enumerate() {
            let at = |field: &str| format!("/tiers/levels/{index}/{field}");
            self.text(&level.name, &at("name"));
            match below {
                None => self.must(
                    level.enter == 0,
                    &at("enter"),
                    "first_tier_not_zero",
                    "The lowest tier is everybody's: let it begin at 0.",
                ),
                Some(below) if level.enter <= below => {
                    let detail =
                        format!("{} must be more than the tier below, {below}.", level.enter);
                    self.fault(&at("enter"), "not_rising", detail);
                }
                Some(_) => {}
            }
            below = Some(level.enter);
            if let Some(retain) = level.retain {
                self.range(retain, 0, level.enter, &at("retain"));
            }
            self.range(level.multiplier.0.into(), 1, 1_000_000, &at("multiplier"));
            for (perk, text) in level.perks.iter().enumerate() {
                if let Perk::Text(text) = text {
                    self.text(text, &at(&format!("perks/{perk}/text")));
                }
            }
        }
    }

    fn reward(&mut self, at: &str, reward: &Reward, ladder: Option<&Ladder>) {
        self.text(&reward.title, &format!("{at}/title"));
        self.text_or_default(&reward.terms, &format!("{at}/terms"));
        self.positive(reward.cost.0, &format!("{at}/cost"));
        match &reward.kind {
            RewardKind::AmountOff(amount) => {
                self.positive(amount.0, &format!("{at}/kind/amount_off"))
            }
            RewardKind::PercentOff { rate, ceiling } => {
                let whole = Bp::ONE.0.into();
                self.range(
                    rate.0.into(),
                    1,
                    whole,
                    &format!("{at}/kind/percent_off/rate"),
                );
                if let Some(ceiling) = ceiling {
                    self.positive(ceiling.0, &format!("{at}/kind/percent_off/ceiling"));
                }
            }
            RewardKind::FreeShipping => {}
            RewardKind::FreeProduct(sku) => self.not_empty(sku, &format!("{at}/kind/free_product")),
            RewardKind::Donation(cause) => self.not_empty(cause, &format!("{at}/kind/donation")),
            _ => {}
        }
        if let Some(minimum) = reward.minimum_order {
            self.positive(minimum.0, &format!("{at}/minimum_order"));
        }
        if let Some(tier) = &reward.tier
            && !ladder.is_some_and(|ladder| ladder.levels.iter().any(|level| level.id == *tier))
        {
            let detail = format!("There is no tier “{tier}”; name one of the program's tiers.");
            self.fault(&format!("{at}/tier"), "unknown_tier", detail);
        }
        self.order_of_times(
            at,
            reward.starts_at.map(|t| t.0),
            reward.ends_at.map(|t| t.0),
        );
        if let Some(most) = reward.per_member {
            self.positive(most.into(), &format!("{at}/per_member"));
        }
        self.range(
            reward.coupon_days.into(),
            1,
            3650,
            &format!("{at}/coupon_days"),
        );
    }

    fn order_of_times(&mut self, at: &str, starts: Option<i64>, ends: Option<i64>) {
        if let (Some(starts), Some(ends)) = (starts, ends) {
            let detail = "This is not after `starts_at`; mend one of them.";
            self.must(
                starts < ends,
                &format!("{at}/ends_at"),
                "ends_before_start",
                detail,
            );
        }
    }

    fn referral(&mut self, program: &Program) {
        let Some(referral) = &program.referral else {
            return;
        };
        self.range(
            referral.advocate_points.0,
            0,
            i64::MAX,
            "/referral/advocate_points",
        );
        self.range(
            referral.friend_points.0,
            0,
            i64::MAX,
            "/referral/friend_points",
        );
        self.range(
            referral.minimum_order.0,
            0,
            i64::MAX,
            "/referral/minimum_order",
        );
        self.range(referral.claim_days.into(), 1, 365, "/referral/claim_days");
        self.range(
            referral.pending_days.into(),
            0,
            90,
            "/referral/pending_days",
        );
        if let Some(cap) = referral.cap {
            self.positive(cap.into(), "/referral/cap");
        }
    }

    fn survey(&mut self, at: &str, survey: &Survey) {
        self.text_or_default(&survey.question, &format!("{at}/question"));
        self.must(
            survey.scope != Scope::PerOrder || survey.trigger == Trigger::OrderConfirmed,
            &format!("{at}/scope"),
            "per_order_without_order",
            "A survey per order needs the trigger “order_confirmed”.",
        );
        self.range(
            survey.rate.0.into(),
            0,
            Bp::ONE.0.into(),
            &format!("{at}/rate"),
        );
        let days = [
            ("answered_wait_days", survey.answered_wait_days),
            ("dismissed_wait_days", survey.dismissed_wait_days),
            ("global_wait_days", survey.global_wait_days),
            ("audience/member_days_min", survey.audience.member_days_min),
        ];
        for (field, days) in days {
            if let Some(days) = days {
                self.range(days.into(), 0, 3650, &format!("{at}/{field}"));
            }
        }
        if let Some(most) = survey.max_displays {
            self.positive(most.into(), &format!("{at}/max_displays"));
        }
        self.order_of_times(
            at,
            survey.starts_at.map(|t| t.0),
            survey.ends_at.map(|t| t.0),
        );
    }

    fn links(&mut self, links: &Links) {
        let all = [
            ("login", &links.login),
            ("join", &links.join),
            ("club", &links.club),
            ("invite", &links.invite),
        ];
        for (name, link) in all {
            let Some(link) = link else { continue };
            let path = link.starts_with('/') && !link.starts_with("//") && !link.contains('\\');
            let host = link
                .strip_prefix("https://")
                .is_some_and(|rest| !rest.is_empty());
            let plain = !link.chars().any(|c| c.is_whitespace() || c.is_control());
            self.must(
                (path || host) && plain,
                &format!("/links/{name}"),
                "bad_link",
                "Write an address that begins with https://, or a path that begins with one “/”.",
            );
        }
    }
}

/// A key as a part of a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
