//! How the club works, from its program alone.

use super::phrases::{audience, base, caps, minimum, names, time};
use super::{Message, Value, club, phrases, tier};
use crate::ledger::worth;
use crate::program::{
    Activity, ActivityRule, Benefit, Campaign, Cashback, Combine, Expiry, Measure, NegativePolicy,
    Products, PurchaseRule, Reward, RewardKind, Rounding, Scale,
};
use crate::{Bp, Money, Points, Program};
use serde::Serialize;

/// A part of the explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// What it is about.
    pub heading: Message,
    /// One thing to know each.
    pub lines: Vec<Message>,
}

/// How this club works: only what its program has, with the program's own numbers. The order is that of
/// a shopper's questions: how do I earn, when can I spend, on what, when does it end, what if I return
/// something; then the rest of the club.
pub fn how_it_works(program: &Program) -> Vec<Section> {
    let sections = [
        ("how.earning", earning(program)),
        ("how.campaigns", campaigns(program)),
        ("how.pending", pending(program)),
        ("how.cashback", cashback(program)),
        ("how.rewards", rewards(program)),
        ("how.expiry", expiry(program)),
        ("how.refunds", refunds(program)),
        ("how.tiers", club::tiers(program)),
        ("how.referral", club::referral(program)),
        ("how.memberships", club::memberships(program)),
        ("how.partners", club::partners(program)),
        ("how.offers", club::offers(program)),
        ("how.surveys", club::surveys(program)),
        ("how.questions", club::questions(program)),
    ];
    let section = |(heading, lines)| Section {
        heading: Message::new(heading),
        lines,
    };
    let told = sections.into_iter().filter(|(_, lines)| !lines.is_empty());
    told.map(section).collect()
}

/// Whether members can have points at all.
pub(super) fn has_points(program: &Program) -> bool {
    let given = |benefit: &Benefit| matches!(benefit, Benefit::Points(_));
    let levels = program.tiers.iter().flat_map(|ladder| &ladder.levels);
    program.earning.purchase.is_some()
        || !program.earning.activities.is_empty()
        || program
            .referral
            .as_ref()
            .is_some_and(|r| r.advocate_points.is_positive() || r.friend_points.is_positive())
        || program.offers.iter().any(|offer| given(&offer.benefit))
        || levels.filter_map(|level| level.entry.as_ref()).any(given)
}

/// Rewards that are not another merchant's.
fn own_rewards(program: &Program) -> impl Iterator<Item = &Reward> {
    let own = |reward: &&Reward| !matches!(reward.kind, RewardKind::PartnerCoupon { .. });
    program.rewards.iter().filter(own)
}

fn earning(program: &Program) -> Vec<Message> {
    let mut lines = Vec::new();
    if let Some(rule) = &program.earning.purchase {
        purchase(program, rule, &mut lines);
    }
    lines.extend(program.earning.activities.iter().map(activity));
    lines
}

fn purchase(program: &Program, rule: &PurchaseRule, lines: &mut Vec<Message>) {
    lines.push(
        Message::new("how.earning.purchase")
            .with("points", Value::Points(rule.points))
            .with("money", Value::Money(rule.per)),
    );
    lines.push(Message::new(match rule.rounding {
        Rounding::Floor => "how.earning.floor",
        Rounding::HalfUp => "how.earning.half_up",
        Rounding::Ceil => "how.earning.ceil",
    }));
    lines.extend(base(&rule.base));
    let levels = program.tiers.iter().flat_map(|ladder| &ladder.levels);
    if levels.into_iter().any(|level| level.multiplier != Bp::ONE) {
        lines.push(Message::new("how.earning.tier_before"));
    }
    if let Some(times) = rule.multiplier_max {
        lines.push(
            Message::new("how.earning.multiplier_max").with("times", Value::Multiplier(times)),
        );
    }
    let most = caps(&rule.caps);
    if !most.is_empty() {
        lines.push(Message::new("how.earning.caps").with("most", Value::List(most)));
    }
}

fn activity(rule: &ActivityRule) -> Message {
    let what = if rule.title.is_empty() {
        match &rule.kind {
            Activity::Join => Message::new("activity.join"),
            Activity::FirstPurchase => Message::new("activity.first_purchase"),
            Activity::Survey(_) => Message::new("activity.survey"),
            Activity::Birthday => Message::new("activity.birthday"),
            Activity::Profile => Message::new("activity.profile"),
            Activity::Review => Message::new("activity.review"),
            Activity::DailyVisit => Message::new("activity.daily_visit"),
            Activity::SocialFollow(network) => Message::new("activity.social_follow")
                .with("network", Value::Plain(network.clone())),
            Activity::Event(_) => Message::new("activity.event"),
        }
    } else {
        phrases::text(Value::Words(rule.title.clone()))
    };
    let most = caps(&rule.caps);
    let capped = !most.is_empty();
    let message = Message::new(if capped {
        "how.earning.activity.capped"
    } else {
        "how.earning.activity"
    });
    let message = message
        .with("what", Value::List(vec![what]))
        .with("points", Value::Points(rule.points));
    if capped {
        message.with("most", Value::List(most))
    } else {
        message
    }
}

fn campaigns(program: &Program) -> Vec<Message> {
    let campaigns = &program.earning.campaigns;
    let mut lines: Vec<Message> = campaigns.iter().map(|c| campaign(program, c)).collect();
    if campaigns.len() > 1 {
        lines.push(Message::new(match program.earning.combine {
            Combine::Best => "how.campaigns.best",
            Combine::Product => "how.campaigns.product",
        }));
    }
    lines
}

fn campaign(program: &Program, campaign: &Campaign) -> Message {
    let mut conditions: Vec<Message> = time(campaign.starts_at, campaign.ends_at)
        .into_iter()
        .chain(minimum(campaign.minimum_order))
        .collect();
    audience(program, &campaign.audience, &mut conditions);
    let said = |key| {
        Message::new(key)
            .with("title", Value::Words(campaign.title.clone()))
            .with("times", Value::Multiplier(campaign.multiplier))
    };
    if conditions.is_empty() {
        said("how.campaign")
    } else {
        said("how.campaign.when").with("conditions", Value::Notes(conditions))
    }
}

fn pending(program: &Program) -> Vec<Message> {
    let Some(rule) = &program.earning.purchase else {
        return Vec::new();
    };
    if rule.pending_days == 0 {
        return vec![Message::new("how.pending.none")];
    }
    let mut lines = vec![
        Message::new("how.pending.days").with("days", Value::Days(rule.pending_days)),
        Message::new("how.pending.shown"),
    ];
    let by_points = |ladder: &crate::program::Ladder| ladder.measure == Measure::PointsEarned;
    if program.tiers.as_ref().is_some_and(by_points) {
        lines.push(Message::new("how.pending.tier"));
    }
    lines.push(Message::new("how.pending.cancel"));
    lines
}

fn cashback(program: &Program) -> Vec<Message> {
    let Some(cashback) = &program.cashback else {
        return Vec::new();
    };
    let mut lines = brackets(cashback);
    if let Scale::Spent(window) = cashback.scale {
        let window = Value::List(vec![phrases::window(program, window)]);
        lines.push(Message::new("how.cashback.window").with("window", window));
    }
    lines.extend(base(&cashback.base));
    if let Some(money) = cashback.minimum_order.filter(|money| money.is_positive()) {
        lines.push(Message::new("how.cashback.minimum").with("money", Value::Money(money)));
    }
    if let Some(most) = cashback.ceiling {
        lines.push(Message::new("how.cashback.ceiling").with("money", Value::Money(most)));
    }
    lines.push(match cashback.pending_days {
        0 => Message::new("how.cashback.at_once"),
        days => Message::new("how.cashback.pending").with("days", Value::Days(days)),
    });
    lines.push(match cashback.months {
        None => Message::new("how.cashback.for_ever"),
        Some(months) => Message::new("how.cashback.months").with("months", Value::Months(months)),
    });
    lines
}

/// A line for each bracket that brings anything.
fn brackets(cashback: &Cashback) -> Vec<Message> {
    let bringing = cashback.brackets.iter().filter(|b| b.rate.0 > 0);
    let line = |bracket: &crate::program::Bracket| {
        let rate = Value::Percent(bracket.rate);
        if bracket.from <= Money::ZERO {
            return Message::new("how.cashback.rate").with("rate", rate);
        }
        Message::new(match cashback.scale {
            Scale::Order => "how.cashback.order",
            Scale::Spent(_) => "how.cashback.spent",
        })
        .with("money", Value::Money(bracket.from))
        .with("rate", rate)
    };
    bringing.map(line).collect()
}

fn rewards(program: &Program) -> Vec<Message> {
    let mut lines: Vec<Message> = own_rewards(program).map(|r| reward(program, r)).collect();
    if lines.is_empty() {
        return lines;
    }
    // A hundred, because one point is often worth less than the smallest sum.
    let hundred = Points(100);
    if let Some(money) = worth(program, hundred).filter(|money| money.is_positive()) {
        let worth = Message::new("how.rewards.worth")
            .with("points", Value::Points(hundred))
            .with("money", Value::Money(money));
        lines.insert(0, worth);
    }
    if matches!(program.expiry, Expiry::PerLot { .. }) {
        lines.push(Message::new("how.rewards.first_to_end"));
    }
    lines.push(Message::new("how.rewards.give_back"));
    lines
}

/// A reward, its price and its conditions.
pub(super) fn reward(program: &Program, reward: &Reward) -> Message {
    let free = !reward.cost.is_positive();
    let conditions = conditions(program, reward);
    let key = match (free, conditions.is_empty()) {
        (false, true) => "how.reward",
        (false, false) => "how.reward.when",
        (true, true) => "how.reward.free",
        (true, false) => "how.reward.free.when",
    };
    let mut message = Message::new(key).with("reward", Value::Words(reward.title.clone()));
    if !free {
        message = message.with("points", Value::Points(reward.cost));
    }
    if conditions.is_empty() {
        message
    } else {
        message.with("conditions", Value::Notes(conditions))
    }
}

fn conditions(program: &Program, reward: &Reward) -> Vec<Message> {
    let mut conditions: Vec<Message> = minimum(reward.minimum_order).into_iter().collect();
    if let Some(id) = &reward.tier {
        conditions.push(Message::new("when.tier_from").with("tier", tier(program, id)));
    }
    if !reward.segments.is_empty() {
        conditions.push(Message::new("when.chosen"));
    }
    let Products { categories, skus } = &reward.excluded;
    if !categories.is_empty() || !skus.is_empty() {
        let all: Vec<String> = categories.iter().chain(skus).cloned().collect();
        conditions.push(Message::new("when.not_for").with("products", names(&all)));
    }
    if reward.consent.is_some() {
        conditions.push(Message::new("when.consent"));
    }
    conditions.extend(time(reward.starts_at, reward.ends_at));
    if reward.stock.is_some() {
        conditions.push(Message::new("when.stock"));
    }
    if let Some(units) = reward.units {
        let units = Message::new("when.units")
            .with("min", Value::Number(units.min.into()))
            .with("max", Value::Number(units.max.into()));
        conditions.push(units);
    }
    if let Some(times) = reward.per_member {
        conditions.push(phrases::at_most(times, reward.period));
    }
    // What is given at once has no code that could end.
    let at_once = matches!(
        reward.kind,
        RewardKind::Donation(_) | RewardKind::WalletCredit(_) | RewardKind::LotteryTicket(_)
    );
    if !at_once {
        let days = Value::Days(reward.coupon_days);
        conditions.push(Message::new("when.coupon_days").with("days", days));
    }
    conditions
}

fn expiry(program: &Program) -> Vec<Message> {
    if !has_points(program) {
        return Vec::new();
    }
    let (key, months, warn_days) = match program.expiry {
        Expiry::None => return vec![Message::new("how.expiry.none")],
        Expiry::PerLot {
            months,
            end_of_month: false,
            warn_days,
        } => ("how.expiry.per_lot", months, warn_days),
        Expiry::PerLot {
            months, warn_days, ..
        } => ("how.expiry.end_of_month", months, warn_days),
        Expiry::Inactivity { months, warn_days } => ("how.expiry.inactivity", months, warn_days),
    };
    let mut lines = vec![Message::new(key).with("months", Value::Months(months))];
    if warn_days > 0 {
        lines.push(Message::new("how.expiry.warn").with("days", Value::Days(warn_days)));
    }
    let days = Value::Days(program.reinstate_days);
    lines.push(Message::new("how.expiry.reinstated").with("days", days));
    lines
}

fn refunds(program: &Program) -> Vec<Message> {
    let mut lines = Vec::new();
    if program.earning.purchase.is_some() {
        lines.push(Message::new("how.refunds.earned"));
        lines.push(Message::new(match program.negative_policy {
            NegativePolicy::PendingOnly => "how.refunds.pending_only",
            NegativePolicy::WithinBalance => "how.refunds.within_balance",
            NegativePolicy::Debt => "how.refunds.debt",
        }));
        if program.expiry != Expiry::None {
            lines.push(Message::new("how.refunds.forgiven"));
        }
    }
    if own_rewards(program).next().is_some() {
        lines.push(Message::new("how.refunds.spent"));
    }
    if program.cashback.is_some() {
        lines.push(Message::new("how.refunds.cashback"));
    }
    if program.tiers.is_some() {
        lines.push(Message::new("how.refunds.tier"));
    }
    lines
}
