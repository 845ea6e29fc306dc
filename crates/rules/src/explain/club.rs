//! How the rest of the club works: tiers, friends, plans, partners, gifts and questions.

use super::how::reward;
use super::phrases::{amount, at_most, audience, brings, gift, text, time, window};
use super::{Message, Value};
use crate::program::{
    Activity, Downgrade, Ladder, Measure, Offer, OfferTrigger, Period, Perk, RewardKind, Scope,
    Survey, SurveyKind, Tier, Window,
};
use crate::{Bp, Program};

pub(super) fn tiers(program: &Program) -> Vec<Message> {
    let Some(ladder) = &program.tiers else {
        return Vec::new();
    };
    let measure = Message::new(match ladder.measure {
        Measure::Spend => "how.tiers.spend",
        Measure::PointsEarned => "how.tiers.points_earned",
        Measure::Orders => "how.tiers.orders",
    });
    let counted = Value::List(vec![window(program, ladder.window)]);
    let mut lines = vec![measure.with("window", counted)];
    for (index, level) in ladder.levels.iter().enumerate() {
        lines.push(tier(ladder, level, index == 0));
        if let Some(entry) = &level.entry {
            lines.push(
                Message::new("how.tier.entry")
                    .with("tier", Value::Words(level.name.clone()))
                    .with("gift", Value::List(vec![gift(program, entry)])),
            );
        }
    }
    lines.push(Message::new("how.tiers.rise"));
    falling(ladder, &mut lines);
    if super::how::has_points(program) {
        lines.push(Message::new("how.tiers.spending"));
    }
    lines
}

/// A tier, what reaches it and what it brings.
fn tier(ladder: &Ladder, level: &Tier, first: bool) -> Message {
    let brings = brings(level.multiplier, &level.perks);
    let key = match (first, brings.is_empty()) {
        (true, true) => "how.tier.first",
        (true, false) => "how.tier.first.brings",
        (false, true) => "how.tier",
        (false, false) => "how.tier.brings",
    };
    let mut message = Message::new(key).with("tier", Value::Words(level.name.clone()));
    if !first {
        message = message.with("amount", amount(ladder.measure, level.enter));
    }
    if brings.is_empty() {
        message
    } else {
        message.with("brings", Value::List(brings))
    }
}

/// How a tier is kept and lost.
fn falling(ladder: &Ladder, lines: &mut Vec<Message>) {
    if ladder.downgrade == Downgrade::None {
        lines.push(Message::new("how.tiers.for_good"));
        return;
    }
    lines.push(match ladder.window {
        Window::Lifetime => {
            // Nothing leaves a lifetime but what is returned.
            lines.push(Message::new("how.tiers.lifetime"));
            return;
        }
        Window::CalendarYear => Message::new("how.tiers.year"),
        Window::RollingMonths(months) => {
            Message::new("how.tiers.rolling").with("months", Value::Months(months))
        }
    });
    for level in ladder.levels.iter().skip(1) {
        if let Some(retain) = level.retain.filter(|retain| *retain != level.enter) {
            lines.push(
                Message::new("how.tier.retain")
                    .with("tier", Value::Words(level.name.clone()))
                    .with("amount", amount(ladder.measure, retain)),
            );
        }
    }
    lines.push(Message::new(match ladder.downgrade {
        Downgrade::OneDown => "how.tiers.one_down",
        Downgrade::Recompute | Downgrade::None => "how.tiers.recompute",
    }));
    if ladder.grace_days > 0 {
        lines.push(Message::new("how.tiers.grace").with("days", Value::Days(ladder.grace_days)));
    }
    if ladder.notice_days > 0 {
        lines.push(Message::new("how.tiers.notice").with("days", Value::Days(ladder.notice_days)));
    }
}

pub(super) fn referral(program: &Program) -> Vec<Message> {
    let Some(referral) = &program.referral else {
        return Vec::new();
    };
    let (you, friend) = (referral.advocate_points, referral.friend_points);
    let message = match (you.is_positive(), friend.is_positive()) {
        (true, true) => Message::new("how.referral.both")
            .with("friend", Value::Points(friend))
            .with("you", Value::Points(you)),
        (true, false) => Message::new("how.referral.you").with("you", Value::Points(you)),
        (false, true) => Message::new("how.referral.friend").with("friend", Value::Points(friend)),
        (false, false) => return Vec::new(),
    };
    let mut lines = vec![message];
    if referral.minimum_order.is_positive() {
        let money = Value::Money(referral.minimum_order);
        lines.push(Message::new("how.referral.minimum").with("money", money));
    }
    lines.push(Message::new("how.referral.claim").with("days", Value::Days(referral.claim_days)));
    if referral.pending_days > 0 {
        let days = Value::Days(referral.pending_days);
        lines.push(Message::new("how.referral.pending").with("days", days));
    }
    if let Some(cap) = referral.cap {
        lines.push(Message::new("how.referral.cap").with("n", Value::Number(cap.into())));
    }
    lines.push(Message::new("how.referral.fair"));
    lines
}

pub(super) fn memberships(program: &Program) -> Vec<Message> {
    let mut lines = Vec::new();
    for plan in &program.memberships {
        let brings = brings(plan.multiplier, &plan.perks);
        let message = Message::new(if brings.is_empty() {
            "how.membership"
        } else {
            "how.membership.brings"
        });
        let message = message
            .with("plan", Value::Words(plan.name.clone()))
            .with("money", Value::Money(plan.price))
            .with("months", Value::Months(plan.months));
        lines.push(if brings.is_empty() {
            message
        } else {
            message.with("brings", Value::List(brings))
        });
        if plan.notice_days > 0 {
            lines.push(
                Message::new("how.membership.notice")
                    .with("plan", Value::Words(plan.name.clone()))
                    .with("days", Value::Days(plan.notice_days)),
            );
        }
    }
    if !lines.is_empty() {
        lines.push(Message::new("how.membership.buy"));
    }
    lines
}

pub(super) fn partners(program: &Program) -> Vec<Message> {
    let mut lines = Vec::new();
    for partner in &program.partners {
        let theirs = program.rewards.iter().filter(|reward| {
            matches!(&reward.kind, RewardKind::PartnerCoupon { partner: id, .. } if *id == partner.id)
        });
        let coupons: Vec<Message> = theirs.map(|r| reward(program, r)).collect();
        if !coupons.is_empty() {
            let name = Value::Words(partner.name.clone());
            lines.push(Message::new("how.partner").with("partner", name));
            lines.extend(coupons);
        }
    }
    lines
}

pub(super) fn offers(program: &Program) -> Vec<Message> {
    let mut lines: Vec<Message> = program.offers.iter().map(|o| offer(program, o)).collect();
    if birthday_counts(program) {
        lines.push(Message::new("how.offers.birthday"));
    }
    lines
}

/// Whether anything is given for a birthday.
fn birthday_counts(program: &Program) -> bool {
    let levels = program.tiers.iter().flat_map(|ladder| &ladder.levels);
    let mut perks = levels
        .flat_map(|level| &level.perks)
        .chain(program.memberships.iter().flat_map(|plan| &plan.perks));
    let rules = &program.earning.activities;
    perks.any(|perk| matches!(perk, Perk::BirthdayBonus(_)))
        || rules.iter().any(|rule| rule.kind == Activity::Birthday)
        || program
            .offers
            .iter()
            .any(|offer| matches!(offer.trigger, OfferTrigger::Birthday { .. }))
}

fn offer(program: &Program, offer: &Offer) -> Message {
    let mut conditions: Vec<Message> = occasion(&offer.trigger).into_iter().collect();
    audience(program, &offer.audience, &mut conditions);
    let chosen = Message::new("when.chosen");
    let some = offer.arm.is_some() || matches!(offer.trigger, OfferTrigger::Segment(_));
    if some && !conditions.contains(&chosen) {
        conditions.push(chosen);
    }
    conditions.extend(time(offer.starts_at, offer.ends_at));
    if let Some(hours) = offer.valid_hours {
        conditions.push(Message::new("when.valid_hours").with("hours", Value::Hours(hours)));
    }
    if let Some(times) = offer.per_member {
        conditions.push(at_most(times, offer.period));
    }
    if offer.stock.is_some() {
        conditions.push(Message::new("when.stock"));
    }
    let said = |key| {
        Message::new(key)
            .with("title", Value::Words(offer.title.clone()))
            .with("gift", Value::List(vec![gift(program, &offer.benefit)]))
    };
    if conditions.is_empty() {
        said("how.offer")
    } else {
        said("how.offer.when").with("conditions", Value::Notes(conditions))
    }
}

/// What brings an offer about, where it is not its schedule or a segment.
fn occasion(trigger: &OfferTrigger) -> Option<Message> {
    Some(match trigger {
        OfferTrigger::MilestoneOrders(orders) => Message::new("occasion.milestone_orders")
            .with("orders", Value::Orders((*orders).into())),
        OfferTrigger::MilestoneAmount(money) => {
            Message::new("occasion.milestone_amount").with("money", Value::Money(*money))
        }
        OfferTrigger::NthOrder(1) => Message::new("occasion.first_order"),
        OfferTrigger::NthOrder(number) => {
            Message::new("occasion.nth_order").with("number", Value::Number((*number).into()))
        }
        OfferTrigger::Birthday {
            days_before: 0,
            days_after: 0,
        } => Message::new("occasion.birthday"),
        OfferTrigger::Birthday {
            days_before,
            days_after,
        } => Message::new("occasion.birthday.around")
            .with("before", Value::Days(*days_before))
            .with("after", Value::Days(*days_after)),
        OfferTrigger::Inactive(days) => {
            Message::new("occasion.inactive").with("days", Value::Days(*days))
        }
        OfferTrigger::Bought { within_days, .. } => {
            Message::new("occasion.bought").with("days", Value::Days(*within_days))
        }
        OfferTrigger::Schedule | OfferTrigger::Segment(_) => return None,
        OfferTrigger::Surprise { period, .. } => Message::new(match period {
            Period::Day => "occasion.surprise.day",
            Period::Week => "occasion.surprise.week",
            Period::Month => "occasion.surprise.month",
            Period::Year => "occasion.surprise.year",
            Period::Lifetime => "occasion.surprise",
        }),
    })
}

/// What is asked, how often, and what an answer brings.
pub(super) fn surveys(program: &Program) -> Vec<Message> {
    let asked = || {
        program
            .surveys
            .iter()
            .filter(|s| s.enabled && s.rate != Bp(0))
    };
    let mut lines: Vec<Message> = asked().map(survey).collect();
    if lines.is_empty() {
        return lines;
    }
    if let Some(days) = asked()
        .map(|s| s.global_wait_days.unwrap_or(7))
        .min()
        .filter(|days| *days > 0)
    {
        lines.push(Message::new("how.surveys.gap").with("days", Value::Days(days)));
    } else {
        lines.push(Message::new("how.surveys.once_per_visit"));
    }
    let pays = |activity: &Activity| matches!(activity, Activity::Survey(_));
    if program
        .earning
        .activities
        .iter()
        .any(|rule| pays(&rule.kind))
    {
        lines.push(Message::new("how.surveys.points"));
    }
    lines.push(Message::new("how.surveys.free"));
    lines
}

fn survey(survey: &Survey) -> Message {
    let what = if survey.question.is_empty() {
        Message::new(match survey.kind {
            SurveyKind::Nps => "question.nps",
            SurveyKind::Csat => "question.csat",
            SurveyKind::Ces => "question.ces",
            SurveyKind::Cli => "question.cli",
        })
    } else {
        text(Value::Words(survey.question.clone()))
    };
    let what = Value::List(vec![what]);
    match survey.scope {
        Scope::Once => Message::new("how.survey.once").with("question", what),
        Scope::PerOrder => Message::new("how.survey.per_order").with("question", what),
        Scope::Periodic => {
            let usual = if survey.kind == SurveyKind::Cli {
                365
            } else {
                90
            };
            Message::new("how.survey.periodic")
                .with("question", what)
                .with(
                    "days",
                    Value::Days(survey.answered_wait_days.unwrap_or(usual)),
                )
        }
    }
}

/// What holds in every club.
pub(super) fn questions(program: &Program) -> Vec<Message> {
    let points = super::how::has_points(program);
    let history = points.then(|| Message::new("how.questions.history"));
    let always = [
        Message::new("how.questions.reasons"),
        Message::new("how.questions.complaint"),
    ];
    history.into_iter().chain(always).collect()
}
