//! Parts of sentences that several sections use.

use super::{Message, Value, reward};
use crate::program::{Audience, Base, Benefit, Cap, Measure, Period, Perk, Window};
use crate::{Bp, Money, Program, Timestamp};

/// Conditions of time, in the order in which they come.
pub(super) fn time(starts: Option<Timestamp>, ends: Option<Timestamp>) -> Option<Message> {
    Some(match (starts, ends) {
        (Some(from), Some(until)) => Message::new("when.between")
            .with("from", Value::At(from))
            .with("until", Value::Until(until)),
        (Some(from), None) => Message::new("when.from").with("from", Value::At(from)),
        (None, Some(until)) => Message::new("when.until").with("until", Value::Until(until)),
        (None, None) => return None,
    })
}

/// The smallest order, where there is one.
pub(super) fn minimum(money: Option<Money>) -> Option<Message> {
    let money = money.filter(|money| money.is_positive())?;
    Some(Message::new("when.minimum_order").with("money", Value::Money(money)))
}

/// For whom something is. Segments have no names that shoppers read.
pub(super) fn audience(program: &Program, audience: &Audience, conditions: &mut Vec<Message>) {
    if !audience.tiers.is_empty() {
        let tiers = audience.tiers.iter().map(|id| tier_name(program, id));
        conditions.push(Message::new("when.tiers").with("tiers", Value::List(tiers.collect())));
    }
    if let Some(days) = audience.member_days_min.filter(|days| *days > 0) {
        conditions.push(Message::new("when.member_days").with("days", Value::Days(days)));
    }
    if audience.orders_min > 0 {
        let orders = Value::Orders(audience.orders_min.into());
        conditions.push(Message::new("when.orders").with("orders", orders));
    }
    if !audience.segments.is_empty() {
        conditions.push(Message::new("when.chosen"));
    }
}

/// A tier's name as a phrase.
pub(super) fn tier_name(program: &Program, id: &str) -> Message {
    text(super::tier(program, id))
}

/// Words of the merchant as a phrase.
pub(super) fn text(words: Value) -> Message {
    Message::new("text").with("text", words)
}

/// Names without translation, as a list.
pub(super) fn names(names: &[String]) -> Value {
    let name = |name: &String| text(Value::Plain(name.clone()));
    Value::List(names.iter().map(name).collect())
}

/// What is given.
pub(super) fn gift(program: &Program, benefit: &Benefit) -> Message {
    match benefit {
        Benefit::Points(points) => {
            Message::new("gift.points").with("points", Value::Points(*points))
        }
        Benefit::WalletCredit(money) => {
            Message::new("gift.wallet_credit").with("money", Value::Money(*money))
        }
        Benefit::Reward(id) => Message::new("gift.reward").with("reward", reward(program, id)),
        Benefit::Multiplier(times) => {
            Message::new("gift.multiplier").with("times", Value::Multiplier(*times))
        }
    }
}

/// What a tier or a plan brings: its multiplier, then its perks.
pub(super) fn brings(multiplier: Bp, perks: &[Perk]) -> Vec<Message> {
    let mut brings = Vec::with_capacity(perks.len() + 1);
    if multiplier != Bp::ONE {
        brings.push(Message::new("perk.multiplier").with("times", Value::Multiplier(multiplier)));
    }
    brings.extend(perks.iter().map(|perk| match perk {
        Perk::Text(words) => text(Value::Words(words.clone())),
        Perk::FreeShipping => Message::new("perk.free_shipping"),
        Perk::EarlyAccess(hours) => {
            Message::new("perk.early_access").with("hours", Value::Hours(*hours))
        }
        Perk::SupportLine => Message::new("perk.support_line"),
        Perk::BirthdayBonus(points) => {
            Message::new("perk.birthday_bonus").with("points", Value::Points(*points))
        }
    }));
    brings
}

/// Caps as phrases: most times, then most points, of each.
pub(super) fn caps(caps: &[Cap]) -> Vec<Message> {
    let mut phrases = Vec::new();
    for cap in caps {
        let key = match cap.per {
            Period::Day => "cap.day",
            Period::Week => "cap.week",
            Period::Month => "cap.month",
            Period::Year => "cap.year",
            Period::Lifetime => "cap.lifetime",
        };
        let most = [cap.times.map(Value::Times), cap.points.map(Value::Points)];
        let phrase = |most| Message::new(key).with("most", most);
        phrases.extend(most.into_iter().flatten().map(phrase));
    }
    phrases
}

/// Times in a period, as a condition.
pub(super) fn at_most(times: u32, per: Period) -> Message {
    let cap = Cap {
        per,
        times: Some(times),
        points: None,
    };
    Message::new("when.at_most").with("most", Value::List(caps(&[cap])))
}

/// What of an order counts beside its lines, and what does not.
pub(super) fn base(base: &Base) -> Vec<Message> {
    let parts = [
        (base.tax, "base.tax"),
        (base.shipping, "base.shipping"),
        (base.gift_cards, "base.gift_cards"),
    ];
    let some = |wanted| {
        let parts = parts.iter().filter(|(counts, _)| *counts == wanted);
        parts.map(|(_, key)| Message::new(key)).collect::<Vec<_>>()
    };
    let mut lines = vec![Message::new("how.base")];
    let (counts, others) = (some(true), some(false));
    if !counts.is_empty() {
        lines.push(Message::new("how.base.counts").with("parts", Value::List(counts)));
    }
    if !others.is_empty() {
        lines.push(Message::new("how.base.excludes").with("parts", Value::List(others)));
    }
    if !base.excluded_categories.is_empty() {
        let categories = names(&base.excluded_categories);
        lines.push(Message::new("how.base.categories").with("categories", categories));
    }
    lines
}

/// The amount of a measure.
pub(super) const fn amount(measure: Measure, amount: i64) -> Value {
    match measure {
        Measure::Spend => Value::Money(Money(amount)),
        Measure::PointsEarned => Value::Points(crate::Points(amount)),
        Measure::Orders => Value::Orders(amount),
    }
}

/// The time over which something is summed.
pub(super) fn window(program: &Program, window: Window) -> Message {
    match window {
        Window::Lifetime => Message::new("window.lifetime"),
        Window::CalendarYear => Message::new(match program.calendar {
            crate::calendar::Calendar::Jalali => "window.year.jalali",
            crate::calendar::Calendar::Gregorian => "window.year.gregorian",
        }),
        Window::RollingMonths(months) => {
            Message::new("window.rolling").with("months", Value::Months(months))
        }
    }
}
