//! What a case need not say: an ordinary program, member, reward and survey, and Tehran's clock.

use serde_json::{Value, json};

/// The case's input with the ordinary values where it says nothing.
pub(crate) fn filled(mut input: Value) -> Value {
    over(&mut input, "zone", json!({"offset_minutes": 210}));
    if let Some(program) = input.get_mut("program") {
        *program = merged(ordinary_program(), program.take());
        for reward in program
            .get_mut("rewards")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            *reward = merged(
                json!({"title": {}, "kind": "free_shipping", "cost": 100}),
                reward.take(),
            );
        }
        for survey in program
            .get_mut("surveys")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            *survey = merged(
                json!({"kind": "nps", "trigger": "page", "scope": "periodic"}),
                survey.take(),
            );
        }
        if let Some(purchase) = program.pointer_mut("/earning/purchase") {
            *purchase = merged(ordinary_rule(), purchase.take());
        }
        levels(program.get_mut("tiers"));
    }
    levels(input.get_mut("tiers"));
    if let Some(rule) = input.get_mut("rule") {
        *rule = merged(ordinary_rule(), rule.take());
    }
    if let Some(reward) = input.get_mut("reward").filter(|reward| reward.is_object()) {
        *reward = merged(
            json!({"id": "rwd_1", "title": {}, "cost": 100}),
            reward.take(),
        );
    }
    if let Some(member) = input.get_mut("member").filter(|member| member.is_object()) {
        *member = merged(
            json!({"id": "mem_1", "joined_at": "2020-01-01T00:00:00Z", "lots": [], "purchases": []}),
            member.take(),
        );
        for lot in member
            .get_mut("lots")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let earned = lot
                .get("earned_at")
                .cloned()
                .unwrap_or_else(|| json!("2025-01-01T00:00:00Z"));
            *lot = merged(
                json!({"id": "lot", "earned_at": earned, "activates_at": earned}),
                lot.take(),
            );
        }
    }
    if let Some(context) = input.get_mut("context") {
        *context = merged(json!({"slot_free": true, "language": "fa"}), context.take());
    }
    input
}

fn ordinary_program() -> Value {
    json!({
        "id": "club", "version": 1, "name": {"fa": "باشگاه"}, "languages": ["fa"],
        "currency": {"code": "IRR"}, "zone": "Asia/Tehran", "calendar": "gregorian", "earning": {}
    })
}

fn ordinary_rule() -> Value {
    json!({"id": "purchase", "points": 1, "per": 1})
}

fn levels(tiers: Option<&mut Value>) {
    let levels = tiers
        .and_then(|t| t.get_mut("levels"))
        .and_then(Value::as_array_mut);
    for level in levels.into_iter().flatten() {
        *level = merged(json!({"name": {}}), level.take());
    }
}

fn over(input: &mut Value, key: &str, ordinary: Value) {
    if let Some(fields) = input.as_object_mut() {
        fields.entry(key).or_insert(ordinary);
    }
}

fn merged(mut ordinary: Value, said: Value) -> Value {
    match (ordinary.as_object_mut(), said) {
        (Some(fields), Value::Object(said)) => {
            fields.extend(said);
            ordinary
        }
        (_, said) => said,
    }
}
