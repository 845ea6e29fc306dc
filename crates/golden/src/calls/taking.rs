//! Tiers and rewards.

use super::given;
use rules::calendar::Calendar;
use rules::member::Member;
use rules::program::{Ladder, Reward};
use rules::rewards::{self, Basket};
use rules::tiers;
use rules::{Money, Points, Program, Timestamp, Zone};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Answers a call, if it is one of these.
pub(super) fn answer(call: &str, input: &Value) -> Option<Result<Value, String>> {
    let input = || input.clone();
    Some(match call {
        "outlook" => given(input(), outlook),
        "rises" => given(input(), rises),
        "eligibilities" => given(input(), eligibilities),
        "price" => given(input(), |i: Slide| i.each(rewards::price)),
        "value" => given(input(), |i: Slide| i.each(rewards::value)),
        "units_in_reach" => given(input(), |i: Reach| {
            let reach = |points: &Points| rewards::units_in_reach(&i.reward, *points);
            i.available.iter().map(reach).collect::<Vec<_>>()
        }),
        "discount_of" => given(input(), |i: Coupon| {
            rewards::discount_of(&i.reward, i.units, i.total, i.shipping)
        }),
        "applicable" => given(input(), |i: Usable| {
            rewards::applicable(&i.reward, &i.basket)
        }),
        _ => return None,
    })
}

/// Where a standing leads, with tiers by their ids.
fn outlook(input: Stand) -> Value {
    let standing = tiers::standing(
        &input.tiers,
        input.calendar,
        &input.zone,
        &input.member,
        input.at,
    );
    json!({
        "tier": input.id(standing.current),
        "delta_to_keep": standing.delta_to_keep,
        "keep_until": standing.keep_until,
        "projected": input.id(standing.projected),
        "notices": standing.notices,
    })
}

fn rises(input: Stand) -> Vec<Value> {
    let (tiers, zone, member) = (&input.tiers, &input.zone, &input.member);
    tiers::rises(tiers, input.calendar, zone, member, input.at)
        .iter()
        .map(|rise| {
            json!({"tier": input.id(rise.level), "at": rise.at, "source": rise.source(tiers)})
        })
        .collect()
}

/// The reasons against each of the program's rewards, by its id.
fn eligibilities(input: All) -> Value {
    let (member, basket) = (input.member.as_ref(), input.basket.as_ref());
    let all = rewards::eligibilities(&input.program, &input.zone, member, basket, input.at);
    let each = input.program.rewards.iter().zip(all);
    let each = each.map(|(reward, reasons)| (reward.id.clone(), json!(reasons)));
    Value::Object(each.collect::<Map<_, _>>())
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

impl Stand {
    fn id(&self, level: usize) -> Option<&String> {
        self.tiers.levels.get(level).map(|level| &level.id)
    }
}

#[derive(Deserialize)]
struct All {
    program: Program,
    zone: Zone,
    member: Option<Member>,
    basket: Option<Basket>,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Slide {
    reward: Reward,
    units: Vec<u32>,
}

impl Slide {
    fn each<T>(&self, of: impl Fn(&Reward, u32) -> T) -> Vec<T> {
        self.units
            .iter()
            .map(|units| of(&self.reward, *units))
            .collect()
    }
}

#[derive(Deserialize)]
struct Reach {
    reward: Reward,
    available: Vec<Points>,
}

#[derive(Deserialize)]
struct Coupon {
    reward: Reward,
    units: u32,
    total: Money,
    #[serde(default)]
    shipping: Money,
}

#[derive(Deserialize)]
struct Usable {
    reward: Reward,
    basket: Basket,
}
