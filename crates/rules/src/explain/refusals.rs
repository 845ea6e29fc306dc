//! What the parts of a club answer, beside rewards: verdicts, refusals and notices.

use super::phrases::amount;
use super::{Message, Value};
use crate::program::Measure;
use crate::surveys::Verdict;
use crate::whatif::WhatIf;
use crate::{Program, Timestamp, churn, complaints, earning, offers, referral, tiers};

/// What became of a survey, in the merchant's words: shoppers are never told.
pub fn verdict(verdict: &Verdict) -> Message {
    let message = |code| Message::coded("survey", code);
    let until = |code, at: &Timestamp| message(code).with("date", Value::At(*at));
    match verdict {
        Verdict::Show => message("show"),
        Verdict::Outranked { by } => message("outranked").with("by", Value::Plain(by.clone())),
        Verdict::Disabled => message("disabled"),
        Verdict::NotStarted { at } => until("not_started", at),
        Verdict::Ended { at } => message("ended").with("date", Value::Until(*at)),
        Verdict::NoLanguage => message("no_language"),
        Verdict::WrongPage => message("wrong_page"),
        Verdict::WrongDevice => message("wrong_device"),
        Verdict::WrongTier => message("wrong_tier"),
        Verdict::NotInSegment => message("not_in_segment"),
        Verdict::NotInArm => message("not_in_arm"),
        Verdict::NotTriggered => message("not_triggered"),
        Verdict::TooNew { at } => until("too_new", at),
        Verdict::TooFewOrders => message("too_few_orders"),
        Verdict::AlreadyAsked => message("already_asked"),
        Verdict::AnsweredWait { until: at } => until("answered_wait", at),
        Verdict::DismissedWait { until: at } => until("dismissed_wait", at),
        Verdict::Ignored => message("ignored"),
        Verdict::GlobalWait { until: at } => until("global_wait", at),
        Verdict::OncePerVisit => message("once_per_visit"),
        Verdict::NotSampled => message("not_sampled"),
        Verdict::SlotTaken => message("slot_taken"),
        Verdict::BlockedPage => message("blocked_page"),
    }
}

/// What an order would bring; nothing is said where it is nothing.
pub fn brings(what: &WhatIf) -> Option<Message> {
    let points = what
        .points
        .is_positive()
        .then_some(Value::Points(what.points));
    let money = what
        .cashback
        .is_positive()
        .then_some(Value::Money(what.cashback));
    let key = match (&points, &money) {
        (Some(_), Some(_)) => "order.brings.both",
        (Some(_), None) => "order.brings.points",
        (None, Some(_)) => "order.brings.cashback",
        (None, None) => return None,
    };
    let mut message = Message::new(key);
    message.values.extend(points.map(|value| ("points", value)));
    message.values.extend(money.map(|value| ("money", value)));
    Some(message)
}

/// Whether an offer is for the member, or why it is not.
pub fn offer(verdict: &offers::Verdict) -> Message {
    use offers::Verdict;
    let message = Message::coded("offer", verdict.code());
    match verdict {
        Verdict::Open {
            until: Some(at), ..
        } => message.form("until").with("date", Value::Until(*at)),
        Verdict::NotStarted { at } | Verdict::TooNew { at } => message.with("date", Value::At(*at)),
        Verdict::Ended { at } | Verdict::Lapsed { at } => message.with("date", Value::Until(*at)),
        Verdict::LimitReached {
            resets_at: Some(at),
        } => message.form("again").with("date", Value::At(*at)),
        Verdict::Open { until: None, .. }
        | Verdict::LimitReached { resets_at: None }
        | Verdict::NotTriggered
        | Verdict::WrongTier
        | Verdict::NotInSegment
        | Verdict::TooFewOrders
        | Verdict::NotInArm
        | Verdict::SoldOut
        | Verdict::Taken => message,
    }
}

/// Why a friend does not count. Without numbers: the terms may have changed since.
pub fn referral_refusal(refusal: referral::Refusal) -> Message {
    Message::coded("referral", refusal.code())
}

/// Why an activity brings no points.
pub fn activity_refusal(refusal: &earning::Refusal) -> Message {
    use earning::Refusal;
    let message = Message::coded("earning", refusal.code());
    match refusal {
        Refusal::CapReached {
            resets_at: Some(at),
        } => message.form("again").with("date", Value::At(*at)),
        Refusal::NotToday { next } => message.with("date", Value::At(*next)),
        Refusal::CapReached { resets_at: None }
        | Refusal::AlreadyEarned
        | Refusal::NoBirthday
        | Refusal::SourceNeeded => message,
    }
}

/// What a member is told about their tier.
pub fn notice(program: &Program, notice: &tiers::Notice) -> Message {
    use tiers::Notice;
    let measure = program.tiers.as_ref().map(|ladder| ladder.measure);
    let more = |missing: i64| amount(measure.unwrap_or(Measure::Spend), missing);
    match notice {
        Notice::AtRisk { until, missing } => Message::new("notice.at_risk")
            .with("amount", more(*missing))
            .with("date", Value::Until(*until)),
        Notice::InGrace { until, missing } => Message::new("notice.in_grace")
            .with("amount", more(*missing))
            .with("date", Value::At(*until)),
        Notice::NearNext { missing } => {
            Message::new("notice.near_next").with("amount", more(*missing))
        }
    }
}

/// Why something may not be done with a complaint.
pub fn complaint_refusal(refused: complaints::Refused) -> Message {
    Message::coded("complaint", refused.code())
}

/// Why a member may be about to leave.
pub fn churn(risk: &churn::Risk) -> Message {
    let days = u32::try_from(risk.days_since.max(0)).unwrap_or(u32::MAX);
    Message::new(match risk.by {
        churn::Baseline::Own => "churn.own",
        churn::Baseline::Cohort => "churn.cohort",
    })
    .with("days", Value::Days(days))
    .with("gap", Value::QuarterDays(risk.usual_gap.0))
}
