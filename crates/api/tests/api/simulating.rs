//! What a document would change for the members, told before and seen after.

use crate::engine::tested;
use crate::harness::{Shop, program, publish};
use crate::transfers::upload;
use api::jobs;
use api::limits::Limits;
use contract::simulations::{Effect, Simulation, SimulationState};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::Dialect;

/// Members of the larger club: fewer where each is a trip to a server and back.
fn members() -> i64 {
    match tested() {
        Dialect::Sqlite => 2_000,
        Dialect::Postgres => 400,
    }
}

/// Three tiers, points that end, and a reward for the highest tier.
fn club() -> Value {
    let mut club = program("club");
    club["expiry"] = json!({"per_lot": {"months": 6}});
    club["tiers"]["grace_days"] = json!(20);
    club["tiers"]["levels"] = json!([
        {"id": "base", "name": {"en": "Base"}, "enter": 0},
        {"id": "silver", "name": {"en": "Silver"}, "enter": 40_000, "entry": {"points": 30}},
        {"id": "gold", "name": {"en": "Gold"}, "enter": 120_000, "multiplier": 20_000},
    ]);
    club
}

/// Members with up to four orders over the year, the same at every run.
async fn filled(club: Value, members: i64) -> Shop {
    let shop = Shop::with(club, Limits::default()).await;
    let mut lines = Vec::new();
    for at in 0..members {
        lines.push(json!({"member": {"external_id": format!("c{at:05}"), "joined_at": "2026-01-01T08:00:00Z"}}).to_string());
        for order in 0..at % 5 {
            let cents = 1_000 + at * 7_919 % 60_000;
            let month = 1 + at / 5 % 2 + 3 * order;
            lines.push(
                json!({"order": {
                    "order_id": format!("o{at}-{order}"), "member": format!("c{at:05}"), "status": "paid",
                    "currency": "EUR", "paid_at": format!("2026-{month:02}-1{order}T08:00:00Z"),
                    "items": [{"sku": "tea", "quantity": 1, "unit_price": cents}],
                }})
                .to_string(),
            );
        }
    }
    let summary = upload(&shop, "k", "", &lines.join("\n")).await;
    assert_eq!(summary["refused"], 0, "{summary}");
    jobs::run(&shop.state).await.unwrap();
    shop
}

async fn simulates(shop: &Shop, body: &Value) -> Simulation {
    let ask = shop.server("POST", "/v1/programs/club/simulations");
    let reply = ask.json(body).send().await.expect(202);
    let mut simulation = reply.body["simulation"].clone();
    while simulation["state"] == "running" {
        let id = simulation["id"].as_str().unwrap();
        let ask = shop.server("GET", &format!("/v1/programs/club/simulations/{id}"));
        simulation = ask.send().await.expect(200).body["simulation"].clone();
    }
    serde_json::from_value(simulation).unwrap()
}

async fn effect(shop: &Shop, document: &Value) -> Effect {
    let simulation = simulates(shop, &json!({ "document": document })).await;
    assert_eq!(simulation.state, SimulationState::Done);
    assert_eq!(simulation.done, simulation.members);
    simulation.effect.unwrap()
}

/// Everybody's tier, as it is written down; who has none yet is on the lowest.
async fn tiers(shop: &Shop) -> BTreeMap<String, String> {
    let rows: Vec<(String, String)> = shop
        .rows("SELECT external_id, COALESCE(tier, 'base') FROM members WHERE erased_at IS NULL")
        .await;
    rows.into_iter().collect()
}

async fn points(shop: &Shop) -> (i64, i64) {
    let sums: Vec<(i64, i64)> = shop
        .rows(
            "SELECT CAST(SUM(available) AS BIGINT), CAST(SUM(pending) AS BIGINT) FROM members
             WHERE erased_at IS NULL",
        )
        .await;
    sums[0]
}

type Pairs = BTreeMap<(String, String), u64>;

/// Publishes the document, lets the jobs do what they do, and compares what came of it with what was foretold.
async fn comes_true(shop: &Shop, document: Value) -> Effect {
    let (was, had) = (tiers(shop).await, points(shop).await);
    let told = effect(shop, &document).await;
    assert_eq!(tiers(shop).await, was, "nothing has changed yet");
    assert_eq!(told.members as usize, was.len());
    publish(&shop.state.db, document.clone(), shop.now()).await;
    jobs::run(&shop.state).await.unwrap();
    let (is, have) = (tiers(shop).await, points(shop).await);
    let mut seen = Pairs::new();
    for (who, tier) in &is {
        *seen.entry((was[who].clone(), tier.clone())).or_default() += 1;
    }
    let foretold: Pairs = told
        .tiers
        .iter()
        .map(|change| {
            let id = |id: &Option<String>| id.clone().unwrap();
            ((id(&change.from), id(&change.to)), change.members)
        })
        .collect();
    assert_eq!(foretold, seen);
    for change in &told.tiers {
        assert_eq!(
            change.sample.len() as u64,
            if change.from == change.to {
                0
            } else {
                change.members.min(5)
            }
        );
        for who in &change.sample {
            assert_eq!(
                (Some(&was[who]), Some(&is[who])),
                (change.from.as_ref(), change.to.as_ref())
            );
        }
    }
    let of = |sum: contract::simulations::Outstanding| (sum.available.0, sum.pending.0);
    assert_eq!((of(told.points_before), of(told.points_after)), (had, have));
    // What was to come is what is there now.
    let again = effect(shop, &document).await;
    assert_eq!(again.points_before, told.points_after);
    let stays = |effect: &Effect| (effect.raised, effect.lowered);
    assert_eq!(stays(&again), (0, 0));
    for (now, then) in again.rewards.iter().zip(&told.rewards) {
        assert_eq!(
            (&now.reward, now.before, now.gained, now.lost),
            (&then.reward, then.after, 0, 0)
        );
        assert_eq!(then.before + then.gained, then.after + then.lost);
    }
    assert_eq!(
        (again.keeping, again.in_grace),
        (told.keeping, told.in_grace)
    );
    shop.is_sound().await;
    told
}

#[tokio::test]
async fn what_is_foretold_of_thousands_of_members_comes_true() {
    let some = members().unsigned_abs() / 40;
    let shop = filled(club(), members()).await;
    let mut easier = club();
    easier["tiers"]["levels"][1]["enter"] = json!(25_000);
    easier["tiers"]["levels"][2]["enter"] = json!(200_000);
    easier["rewards"][0]["cost"] = json!(800);
    let told = comes_true(&shop, easier.clone()).await;
    // More are on silver, and bring their entry reward; nobody loses gold, but some would not reach it again.
    assert!(told.raised > some && told.lowered == 0, "{told:?}");
    assert!(told.keeping > some && told.in_grace == 0, "{told:?}");
    assert!(
        told.points_after.available > told.points_before.available,
        "{told:?}"
    );
    assert!(told.rewards[0].lost > some && told.rewards[0].gained == 0);
    // Another ladder counts anew, and takes at once what it does not give.
    let mut rolling = easier;
    rolling["tiers"]["window"] = json!({"rolling_months": 3});
    let told = comes_true(&shop, rolling).await;
    assert!(told.lowered > some, "{told:?}");
    assert!(
        told.in_grace > 0 && told.in_grace <= told.keeping,
        "{told:?}"
    );
    // Points that end sooner end at once.
    let mut sooner = shop
        .server("GET", "/v1/programs/club/draft")
        .send()
        .await
        .body["draft"]["document"]
        .clone();
    sooner["expiry"] = json!({"per_lot": {"months": 2}});
    let told = comes_true(&shop, sooner).await;
    assert!(told.points_after.available <= told.points_before.available);
}

#[tokio::test]
async fn the_draft_is_simulated_and_one_that_has_faults_is_not() {
    let shop = filled(club(), 20).await;
    let put = |document: &Value| {
        let ask = shop.server("PUT", "/v1/programs/club/draft");
        ask.json(document).send()
    };
    let gone = shop.server("DELETE", "/v1/members/c00004");
    gone.send().await.expect(204);
    let told = simulates(&shop, &json!({})).await.effect.unwrap();
    assert_eq!((told.members, told.raised, told.lowered), (19, 0, 0));
    let mut draft = club();
    draft["tiers"]["levels"][1]["enter"] = json!(1);
    put(&draft).await.expect(200);
    let told = simulates(&shop, &json!({})).await.effect.unwrap();
    let up: u64 = told
        .tiers
        .iter()
        .filter(|change| {
            change.from.as_deref() == Some("base") && change.to.as_deref() == Some("silver")
        })
        .map(|change| change.members)
        .sum();
    assert!(up > 0 && told.raised == up, "{told:?}");
    draft["zone"] = json!("Mars/Olympus");
    put(&draft).await.expect(200);
    let ask = shop.server("POST", "/v1/programs/club/simulations");
    let problem = ask.json(&json!({})).send().await;
    let problem = problem.refused(422, "validation_failed");
    assert_eq!(problem.body["errors"][0]["pointer"], "/zone");
    let ask = shop.server("GET", "/v1/programs/club/simulations/sim_none");
    ask.send().await.refused(404, "not_found");
}

#[tokio::test]
async fn a_later_simulation_stops_the_one_before_and_a_silent_one_has_stopped() {
    let shop = filled(club(), 10).await;
    let first = simulates(&shop, &json!({})).await;
    shop.sql("UPDATE simulations SET state = 'running', effect = NULL")
        .await
        .unwrap();
    let states = "SELECT state FROM simulations ORDER BY created_at, state";
    let read = async || {
        let path = format!("/v1/programs/club/simulations/{}", first.id);
        let reply = shop.server("GET", &path).send().await.expect(200);
        reply.body["simulation"]["state"].clone()
    };
    assert_eq!(read().await, "running");
    shop.pass_ms(60_001);
    assert_eq!(read().await, "stopped");
    simulates(&shop, &json!({})).await;
    assert_eq!(shop.rows::<String>(states).await, ["stopped", "done"]);
}
