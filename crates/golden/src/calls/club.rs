//! Offers, memberships, partners, referral, tips and the journey.

use super::given;
use rules::complaints::{Action, Party, State};
use rules::member::{Member, Purchase};
use rules::program::{Plan, Referral};
use rules::referral::{Claim, Facts};
use rules::rewards::Basket;
use rules::{Program, Timestamp, Zone};
use rules::{complaints, journey, memberships, offers, referral, tips};
use serde::Deserialize;
use serde_json::{Value, json};

/// Answers a call, if it is one of these.
pub(super) fn answer(call: &str, input: &Value) -> Option<Result<Value, String>> {
    let input = filled(input.clone());
    Some(match call {
        "offers" => given(input, |i: Of| {
            offers::judge(&i.program, &i.zone, &i.member, i.at)
        }),
        "offer_over_time" => given(input, |i: OverTime| {
            let verdict = |at: &Timestamp| {
                let mut all = offers::judge(&i.program, &i.zone, &i.member, *at).into_iter();
                all.next().map(|(_, verdict)| verdict)
            };
            i.at.iter().map(verdict).collect::<Vec<_>>()
        }),
        "open_offers" => given(input, |i: Of| {
            offers::open(&i.program, &i.zone, &i.member, i.at)
        }),
        "offer_multiplier" => given(input, |i: Of| {
            offers::multiplier(&i.program, &i.zone, &i.member, i.at)
        }),
        "offers_after_order" => given(input, |i: Bought| {
            let mut after = i.member.clone();
            after.last_order_at = Some(i.order.paid_at);
            after.purchases.push(i.order);
            offers::after(&i.program, &i.zone, &i.member, &after, i.at)
        }),
        "membership" => given(input, |i: Of| {
            memberships::status(&i.program, &i.zone, &i.member, i.at)
        }),
        "renewals" => given(input, |i: Renewals| {
            let renewal = |n| memberships::renewal(&i.program, &i.zone, &i.plan, i.started_at, n);
            i.n.into_iter().map(renewal).collect::<Vec<_>>()
        }),
        "perks" => given(input, |i: Of| {
            json!(memberships::perks(&i.program, &i.zone, &i.member, i.at))
        }),
        "referral_code" => given(input, |i: Random| referral::code(i.random)),
        "read_referral_code" => given(input, |i: Typed| {
            let read = |text: &String| referral::normalise(text);
            i.text.iter().map(read).collect::<Vec<_>>()
        }),
        "referral" => given(input, |i: Judged| {
            let verdict = referral::judge(&i.terms, &i.facts, i.at);
            verdict.err().map_or("counts", referral::Refusal::code)
        }),
        "referral_dates" => given(input, |i: Dates| {
            json!({
                "claim_expires_at": referral::expires_at(&i.terms, &i.zone, i.at),
                "rewards_activate_at": referral::activates_at(&i.terms, &i.zone, i.at),
            })
        }),
        "referral_state" => given(input, |i: Claims| {
            let state = |at: &Timestamp| referral::state(&i.claim, *at);
            i.at.iter().map(state).collect::<Vec<_>>()
        }),
        "tips" => given(input, |i: Visit| {
            let chosen = tips::choose(&i.program, i.member.as_ref());
            json!(chosen.iter().map(|tip| &tip.id).collect::<Vec<_>>())
        }),
        "stage" => given(input, |i: Journey| {
            let stage =
                |at: &Timestamp| journey::stage(&i.program, &i.zone, i.member.as_ref(), *at);
            i.at.iter().map(stage).collect::<Vec<_>>()
        }),
        "next_step" => given(input, |i: Visit| {
            let (member, basket) = (i.member.as_ref(), i.basket.as_ref());
            journey::next_step(&i.program, &i.zone, member, basket, i.at)
        }),
        "complaint" => given(input, |i: Steps| {
            let mut state = State::Open;
            let mut told = Vec::new();
            for (by, action) in i.steps {
                told.push(match complaints::next(state, action, by) {
                    Ok(next) => {
                        state = next;
                        json!(state)
                    }
                    Err(refused) => json!({"refused": refused}),
                });
            }
            told
        }),
        "complaint_overdue" => given(input, |i: Due| {
            let overdue = |at: &Timestamp| complaints::overdue(i.state, i.since, i.hours, *at);
            i.at.iter().map(overdue).collect::<Vec<_>>()
        }),
        "complaint_number" => given(input, |i: Count| {
            i.counts
                .into_iter()
                .map(complaints::number)
                .collect::<Vec<_>>()
        }),
        "read_complaint_number" => given(input, |i: Typed| {
            let read = |text: &String| complaints::read_number(text);
            i.text.iter().map(read).collect::<Vec<_>>()
        }),
        _ => return None,
    })
}

/// What a case need not say: an ordinary offer of 50 points, a monthly plan, titles.
fn filled(mut input: Value) -> Value {
    let ordinary = [
        (
            "/program/offers",
            json!({"title": {}, "benefit": {"points": 50}}),
        ),
        (
            "/program/memberships",
            json!({"name": {}, "price": 0, "months": 1}),
        ),
        ("/program/tips", json!({"title": {}})),
    ];
    for (place, ordinary) in ordinary {
        let list = input.pointer_mut(place).and_then(Value::as_array_mut);
        list.into_iter()
            .flatten()
            .for_each(|one| fill(one, &ordinary));
    }
    let single = [
        ("/plan", json!({"id": "plan", "name": {}, "price": 0})),
        ("/terms", json!({"advocate_points": 0, "friend_points": 0})),
        ("/facts", json!({"expires_at": "2025-07-01T00:00:00Z"})),
    ];
    for (place, ordinary) in single {
        if let Some(one) = input.pointer_mut(place) {
            fill(one, &ordinary);
        }
    }
    input
}

fn fill(one: &mut Value, ordinary: &Value) {
    if let (Some(fields), Some(ordinary)) = (one.as_object_mut(), ordinary.as_object()) {
        for (key, value) in ordinary {
            fields.entry(key).or_insert_with(|| value.clone());
        }
    }
}

#[derive(Deserialize)]
struct Of {
    program: Program,
    zone: Zone,
    member: Member,
    at: Timestamp,
}

#[derive(Deserialize)]
struct OverTime {
    program: Program,
    zone: Zone,
    member: Member,
    at: Vec<Timestamp>,
}

#[derive(Deserialize)]
struct Journey {
    program: Program,
    zone: Zone,
    member: Option<Member>,
    at: Vec<Timestamp>,
}

#[derive(Deserialize)]
struct Bought {
    program: Program,
    zone: Zone,
    member: Member,
    order: Purchase,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Visit {
    program: Program,
    zone: Zone,
    member: Option<Member>,
    basket: Option<Basket>,
    #[serde(default)]
    at: Timestamp,
}

#[derive(Deserialize)]
struct Renewals {
    program: Program,
    zone: Zone,
    plan: Plan,
    started_at: Timestamp,
    n: Vec<u32>,
}

#[derive(Deserialize)]
struct Random {
    random: [u8; 8],
}

#[derive(Deserialize)]
struct Typed {
    text: Vec<String>,
}

#[derive(Deserialize)]
struct Judged {
    terms: Referral,
    facts: Facts,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Dates {
    terms: Referral,
    zone: Zone,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    claim: Claim,
    at: Vec<Timestamp>,
}

#[derive(Deserialize)]
struct Steps {
    steps: Vec<(Party, Action)>,
}

#[derive(Deserialize)]
struct Due {
    state: State,
    since: Timestamp,
    hours: u32,
    at: Vec<Timestamp>,
}

#[derive(Deserialize)]
struct Count {
    counts: Vec<u64>,
}
