//! Earning and cashback.

use super::given;
use rules::cashback;
use rules::earning;
use rules::member::Member;
use rules::program::{ActivityRule, Cashback};
use rules::{Money, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Answers a call, if it is one of these.
pub(super) fn answer(call: &str, input: &Value) -> Option<Result<Value, String>> {
    let input = || filled(input.clone());
    Some(match call {
        "multipliers" => given(input(), |i: Buy| {
            earning::multipliers(&i.program, &i.zone, &i.member, i.base, i.at)
        }),
        "running_campaigns" => given(input(), |i: Buy| {
            earning::running(&i.program, &i.zone, &i.member, i.base, i.at)
                .into_iter()
                .map(|campaign| campaign.id.clone())
                .collect::<Vec<_>>()
        }),
        "purchase" => given(input(), |i: Buy| {
            let rule = i.program.earning.purchase.as_ref()?;
            let by = earning::multipliers(&i.program, &i.zone, &i.member, i.base, i.at);
            let points = earning::purchase_points(rule, i.base, &by);
            let (caps, id) = (&rule.caps, &rule.id);
            let room = earning::room(&i.program, &i.zone, caps, id, points, &i.member, i.at);
            Some(said(room, |full| json!({ "full": full })))
        }),
        "claim" => given(input(), |i: Claim| {
            let (source, rule) = (i.source.as_deref(), &i.activity);
            let grant = earning::claim(&i.program, &i.zone, &i.member, rule, source, i.at);
            said(grant, |refusal| json!({ "refused": refusal }))
        }),
        "claimable" => given(input(), |i: Page| earning::claimable(&i.activity)),
        "cashback" => given(input(), |i: Buy| {
            let rule = i.program.cashback.as_ref()?;
            let spent = cashback::spent_before(&i.program, &i.zone, &i.member, i.at);
            Some(json!({
                "spent_before": spent,
                "credit": cashback::credit(rule, i.base, spent),
                "activates_at": cashback::activates_at(&i.zone, rule, i.at),
                "expires_at": cashback::expires_at(&i.program, &i.zone, rule, i.at),
            }))
        }),
        "cashback_credit" => given(input(), |i: Credit| {
            cashback::credit(&i.cashback, i.base, i.spent_before)
        }),
        "cashback_clawback" => given(input(), |i: Claw| {
            cashback::clawback(
                &i.cashback,
                i.spent_before,
                i.base_remaining,
                i.credited_so_far,
            )
        }),
        _ => return None,
    })
}

/// A grant as it is, and a refusal as `no` tells it.
fn said<O: Serialize, E>(answer: Result<O, E>, no: impl FnOnce(E) -> Value) -> Value {
    match answer {
        Ok(grant) => json!(grant),
        Err(refusal) => no(refusal),
    }
}

/// What a case need not say of campaigns, plans, an activity and a cashback.
fn filled(mut input: Value) -> Value {
    let lists = [
        ("/program/earning/campaigns", json!({"title": {}})),
        (
            "/program/memberships",
            json!({"name": {}, "price": 0, "months": 1}),
        ),
    ];
    for (pointer, ordinary) in lists {
        let list = input.pointer_mut(pointer).and_then(Value::as_array_mut);
        for item in list.into_iter().flatten() {
            add(item, &ordinary);
        }
    }
    let ones = [
        ("/activity", json!({"id": "activity", "points": 10})),
        ("/cashback", json!({"id": "cashback"})),
        ("/program/cashback", json!({"id": "cashback"})),
    ];
    for (pointer, ordinary) in ones {
        if let Some(item) = input.pointer_mut(pointer) {
            add(item, &ordinary);
        }
    }
    input
}

fn add(item: &mut Value, ordinary: &Value) {
    let (Some(fields), Some(ordinary)) = (item.as_object_mut(), ordinary.as_object()) else {
        return;
    };
    for (key, value) in ordinary {
        fields.entry(key).or_insert_with(|| value.clone());
    }
}

#[derive(Deserialize)]
struct Buy {
    program: Program,
    zone: Zone,
    member: Member,
    base: Money,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Claim {
    program: Program,
    zone: Zone,
    member: Member,
    activity: ActivityRule,
    source: Option<String>,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Page {
    activity: ActivityRule,
}

#[derive(Deserialize)]
struct Credit {
    cashback: Cashback,
    base: Money,
    #[serde(default)]
    spent_before: Money,
}

#[derive(Deserialize)]
struct Claw {
    cashback: Cashback,
    #[serde(default)]
    spent_before: Money,
    base_remaining: Money,
    credited_so_far: Money,
}
