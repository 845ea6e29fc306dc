//! The rules by name.

mod club;
mod document;
mod explaining;
mod insights;
mod questions;
mod spending;
mod taking;

use crate::{defaults, story};
use rules::calendar::{Calendar, Date};
use rules::earning::{self, Line, OrderBase};
use rules::ledger;
use rules::member::{Member, Prompted};
use rules::program::{Ladder, PurchaseRule, Reward};
use rules::rewards::{self, Basket};
use rules::surveys::{self, Context};
use rules::{Bp, Money, Points, Program, Timestamp, Zone};
use rules::{experiments, refunds, scores, tiers, validate, whatif};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Answers a call.
pub(crate) fn answer(call: &str, input: Value) -> Result<Value, String> {
    let input = defaults::filled(input);
    match call {
        "timestamp" => given(input, |i: Text| i.text.and_then(|t| Timestamp::parse(&t))),
        "date" => given(input, |i: OnDay| i.calendar.date_at(&i.zone, i.at)),
        "add_months" => given(input, |i: Months| {
            i.calendar.add_months(&i.zone, i.at, i.months)
        }),
        "end_of_month" => given(input, |i: OnDay| i.calendar.end_of_month(&i.zone, i.at)),
        "year" => given(input, |i: OnDay| i.calendar.year(&i.zone, i.at)),
        "first_day_of_year" => given(input, |i: Years| {
            let first = |year| {
                i.calendar.day_of(Date {
                    year,
                    month: 1,
                    day: 1,
                })
            };
            i.years
                .into_iter()
                .map(|y| Calendar::Gregorian.date_of_day(first(y)))
                .collect::<Vec<_>>()
        }),
        "base" => given(input, base),
        "purchase_points" => given(input, |i: Earn| {
            earning::purchase_points(&i.rule, i.base, &i.multipliers)
        }),
        "clawback" => given(input, |i: Claw| {
            refunds::clawback(
                &i.rule,
                &i.multipliers,
                i.base_original,
                i.base_remaining,
                i.earned_so_far,
            )
        }),
        "balances" => given(input, |i: Of| {
            ledger::balances_under(&i.program, &i.zone, &i.member, i.at)
        }),
        "expired" => given(input, |i: Of| {
            ledger::expired(&i.member, &i.program, &i.zone, i.at)
        }),
        "lot_expiry" => given(input, |i: Earned| {
            ledger::lot_expiry(&i.program, &i.zone, i.earned_at)
        }),
        "worth" => given(input, |i: Worth| ledger::worth(&i.program, i.points)),
        "story" => read(input).and_then(story::tell),
        "account" => read(input).and_then(story::tell_whole),
        "standing" => given(input, |i: Stand| {
            tiers::standing(&i.tiers, i.calendar, &i.zone, &i.member, i.at)
        }),
        "tiers_over_time" => given(input, |i: Stands| {
            let tier = |at: &Timestamp| {
                let standing = tiers::standing(&i.tiers, i.calendar, &i.zone, &i.member, *at);
                json!({"at": at, "tier": i.tiers.levels.get(standing.current).map(|l| &l.id)})
            };
            i.at.iter().map(tier).collect::<Vec<_>>()
        }),
        "eligibility" => given(input, |i: Take| {
            let (member, basket) = (i.member.as_ref(), i.basket.as_ref());
            rewards::eligibility(&i.program, &i.zone, &i.reward, member, basket, i.at)
        }),
        "discount" => given(input, |i: Discount| {
            rewards::discount(&i.reward, i.total, i.shipping)
        }),
        "decide" => given(input, |i: Decide| {
            let decision =
                surveys::decide(&i.program, &i.zone, &i.member, &i.history, &i.context, i.at);
            json!({"show": decision.show, "verdicts": decision.verdicts, "wake_at": decision.wake_at})
        }),
        "merge" => given(input, |i: Merge| surveys::merge(&i.server, &i.local)),
        "sample" => given(input, |i: Sample| {
            experiments::sample(&i.person, &i.survey, &i.salt)
        }),
        "nps" => given(input, |i: Nps| {
            scores::nps(i.promoters, i.passives, i.detractors)
        }),
        "csat" => given(input, |i: Csat| scores::csat(i.satisfied, i.answers)),
        "mean" => given(input, |i: Mean| scores::mean(&i.counts)),
        "simulate" => given(input, |i: What| {
            whatif::simulate(&i.program, &i.zone, &i.member, &i.basket, i.at)
        }),
        "validate" => given(input, |i: Doc| {
            let place = |fault: validate::Fault| format!("{} {}", fault.pointer, fault.code);
            validate::validate(&i.program)
                .into_iter()
                .map(place)
                .collect::<Vec<_>>()
        }),
        _ => {
            let more = [
                spending::answer,
                taking::answer,
                club::answer,
                questions::answer,
                insights::answer,
                document::answer,
                explaining::answer,
            ];
            more.iter()
                .find_map(|answer| answer(call, &input))
                .unwrap_or_else(|| Err(format!("there is no call “{call}”")))
        }
    }
}

fn read<I: DeserializeOwned>(input: Value) -> Result<I, String> {
    serde_json::from_value(input).map_err(|error| error.to_string())
}

fn given<I: DeserializeOwned, O: Serialize>(
    input: Value,
    rule: impl FnOnce(I) -> O,
) -> Result<Value, String> {
    serde_json::to_value(rule(read(input)?)).map_err(|error| error.to_string())
}

fn base(input: Base) -> Money {
    let line = |line: &'_ OrderLine| Line {
        category: None,
        quantity: line.quantity,
        unit_price: line.unit_price,
        discount: line.discount,
    };
    let lines: Vec<Line<'_>> = input
        .lines
        .iter()
        .map(|l| Line {
            category: l.category.as_deref(),
            ..line(l)
        })
        .collect();
    let order = OrderBase {
        lines: &lines,
        coupons: input.coupons,
        tax: input.tax,
        shipping: input.shipping,
        gift_cards: input.gift_cards,
    };
    earning::base(&input.rule.base, &order)
}

#[derive(Deserialize)]
struct Text {
    text: Option<String>,
}

#[derive(Deserialize)]
struct OnDay {
    #[serde(default)]
    calendar: Calendar,
    zone: Zone,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Months {
    #[serde(default)]
    calendar: Calendar,
    zone: Zone,
    at: Timestamp,
    months: i32,
}

#[derive(Deserialize)]
struct Years {
    #[serde(default)]
    calendar: Calendar,
    years: Vec<i32>,
}

#[derive(Deserialize)]
struct OrderLine {
    category: Option<String>,
    quantity: u32,
    unit_price: Money,
    #[serde(default)]
    discount: Money,
}

#[derive(Deserialize)]
struct Base {
    rule: PurchaseRule,
    lines: Vec<OrderLine>,
    #[serde(default)]
    coupons: Money,
    #[serde(default)]
    tax: Money,
    #[serde(default)]
    shipping: Money,
    #[serde(default)]
    gift_cards: Money,
}

#[derive(Deserialize)]
struct Earn {
    rule: PurchaseRule,
    base: Money,
    #[serde(default)]
    multipliers: Vec<Bp>,
}

#[derive(Deserialize)]
struct Claw {
    rule: PurchaseRule,
    #[serde(default)]
    multipliers: Vec<Bp>,
    base_original: Money,
    base_remaining: Money,
    earned_so_far: Points,
}

#[derive(Deserialize)]
struct Of {
    program: Program,
    zone: Zone,
    member: Member,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Earned {
    program: Program,
    zone: Zone,
    earned_at: Timestamp,
}

#[derive(Deserialize)]
struct Worth {
    program: Program,
    points: Points,
}

#[derive(Deserialize)]
struct Stand {
    tiers: Ladder,
    #[serde(default)]
    calendar: Calendar,
    zone: Zone,
    member: Member,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Stands {
    tiers: Ladder,
    #[serde(default)]
    calendar: Calendar,
    zone: Zone,
    member: Member,
    at: Vec<Timestamp>,
}

#[derive(Deserialize)]
struct Take {
    program: Program,
    zone: Zone,
    reward: Reward,
    member: Option<Member>,
    basket: Option<Basket>,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Discount {
    reward: Reward,
    total: Money,
    #[serde(default)]
    shipping: Money,
}

#[derive(Deserialize)]
struct Decide {
    program: Program,
    zone: Zone,
    member: Member,
    #[serde(default)]
    history: Vec<Prompted>,
    context: Context,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Merge {
    server: Vec<Prompted>,
    local: Vec<Prompted>,
}

#[derive(Deserialize)]
struct Sample {
    person: String,
    survey: String,
    salt: String,
}

#[derive(Deserialize)]
struct Nps {
    promoters: u32,
    passives: u32,
    detractors: u32,
}

#[derive(Deserialize)]
struct Csat {
    satisfied: u32,
    answers: u32,
}

#[derive(Deserialize)]
struct Mean {
    counts: Vec<u32>,
}

#[derive(Deserialize)]
struct What {
    program: Program,
    zone: Zone,
    member: Member,
    basket: Basket,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Doc {
    program: Program,
}
