//! Redemptions, and the keys that make a lost answer harmless.

use crate::harness::{Shop, program};
use api::jobs;
use api::limits::Limits;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::task::JoinSet;
use tower::ServiceExt;

async fn rich(points: i64) -> Shop {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", points * 100).await.expect(201);
    shop
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_at_once_for_one_affordable_reward_end_in_one_coupon() {
    let shop = Arc::new(rich(500).await);
    let mut tries = JoinSet::new();
    for at in 0..16 {
        let shop = Arc::clone(&shop);
        tries.spawn(async move { shop.redeems("c1", "rwd_five", &format!("key-{at}")).await });
    }
    let mut wins = 0;
    while let Some(reply) = tries.join_next().await {
        let reply = reply.unwrap();
        if reply.status == 201 {
            wins += 1;
        } else {
            let problem = reply.refused(409, "not_eligible");
            assert_eq!(problem.body["errors"][0]["code"], "not_enough_points");
        }
    }
    assert_eq!(wins, 1);
    assert_eq!(shop.balances("c1").await, (0, 0, 0));
    assert_eq!(shop.count("SELECT COUNT(*) FROM redemptions").await, 1);
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_key_at_once_is_one_redemption() {
    let shop = Arc::new(rich(5_000).await);
    for round in 0..20 {
        let mut tries = JoinSet::new();
        for _ in 0..4 {
            let shop = Arc::clone(&shop);
            tries.spawn(async move {
                shop.redeems("c1", "rwd_ship", &format!("round-{round}"))
                    .await
            });
        }
        let mut ids = HashSet::new();
        while let Some(reply) = tries.join_next().await {
            let reply = reply.unwrap();
            if reply.status == 201 {
                ids.insert(reply.body["redemption"]["id"].as_str().unwrap().to_owned());
            } else {
                let busy = reply.refused(409, "idempotency_key_in_flight");
                assert_eq!(busy.header("retry-after"), "1");
            }
        }
        assert_eq!(ids.len(), 1, "round {round}");
        let id = ids.into_iter().next().unwrap();
        let path = format!("/v1/me/redemptions/{id}");
        shop.shopper("c1", "DELETE", &path)
            .key(&format!("back-{round}"))
            .send()
            .await
            .expect(200);
    }
    assert_eq!(shop.available("c1").await, 5_000);
    assert_eq!(shop.count("SELECT COUNT(*) FROM redemptions").await, 20);
    shop.is_sound().await;
}

/// While another write holds the database, the first request waits; the second is told so at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_in_flight_is_not_waited_for() {
    let shop = Arc::new(rich(500).await);
    let writer = shop.hold().await;
    let waiting = Arc::clone(&shop);
    let first = tokio::spawn(async move { waiting.redeems("c1", "rwd_five", "k1").await });
    while shop.state.in_flight.with(|keys| keys.is_empty()) {
        tokio::task::yield_now().await;
    }
    let second = shop.redeems("c1", "rwd_five", "k1").await;
    let busy = second.refused(409, "idempotency_key_in_flight");
    assert_eq!(busy.header("retry-after"), "1");
    writer.let_go().await;
    let first = first.await.unwrap().expect(201);
    let replay = shop.redeems("c1", "rwd_five", "k1").await.expect(201);
    assert_eq!(replay.bytes, first.bytes);
}

/// A lock that outlasts our patience is told as such, and the key stays free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_locked_for_long_is_not_a_failure_of_the_request() {
    let shop = rich(500).await;
    let writer = shop.hold().await;
    let busy = shop
        .redeems("c1", "rwd_five", "k1")
        .await
        .refused(503, "unavailable");
    assert_eq!(busy.header("retry-after"), "1");
    shop.me("c1").await;
    writer.let_go().await;
    shop.redeems("c1", "rwd_five", "k1").await.expect(201);
}

#[tokio::test]
async fn a_replay_has_the_same_bytes_and_says_so() {
    let shop = rich(1_000).await;
    let first = shop.redeems("c1", "rwd_five", "k1").await.expect(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(first.body["redemption"]["key"], "k1");
    shop.pass_days(400);
    let again = shop.redeems("c1", "rwd_five", "k1").await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.bytes, first.bytes);
}

#[tokio::test]
async fn a_key_stands_for_one_request_of_one_shopper_on_one_route() {
    let shop = rich(1_000).await;
    shop.member("c2").await;
    shop.buys("c2", "o2", 100_000).await;
    let first = shop.redeems("c1", "rwd_five", "k1").await.expect(201);
    shop.redeems("c1", "rwd_ship", "k1")
        .await
        .refused(422, "idempotency_key_reused");
    let other = shop.redeems("c2", "rwd_five", "k1").await.expect(201);
    assert_ne!(
        first.body["redemption"]["code"],
        other.body["redemption"]["code"]
    );
    let id = first.body["redemption"]["id"].as_str().unwrap();
    let path = format!("/v1/me/redemptions/{id}");
    shop.shopper("c1", "DELETE", &path)
        .key("k1")
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn a_write_without_a_key_is_told_so_before_anything_else() {
    let shop = rich(1_000).await;
    let body = json!({"reward_id": "rwd_five"});
    for key in ["", " ", "с-кириллицей", &"k".repeat(129)] {
        let ask = shop.shopper("c1", "POST", "/v1/me/redemptions").json(&body);
        ask.key(key)
            .send()
            .await
            .refused(400, "idempotency_key_missing");
    }
    let ask = shop.shopper("c1", "POST", "/v1/me/redemptions").json(&body);
    ask.send().await.refused(400, "idempotency_key_missing");
    assert_eq!(shop.available("c1").await, 1_000);
}

#[tokio::test]
async fn a_refusal_by_state_burns_its_key_and_a_body_that_cannot_be_does_not() {
    let shop = rich(100).await;
    let refused = shop
        .redeems("c1", "rwd_five", "k1")
        .await
        .refused(409, "not_eligible");
    shop.buys("c1", "o2", 100_000).await;
    let again = shop
        .redeems("c1", "rwd_five", "k1")
        .await
        .refused(409, "not_eligible");
    assert_eq!(again.bytes, refused.bytes);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let wrong = shop.shopper("c1", "POST", "/v1/me/redemptions").key("k2");
    wrong
        .json(&json!({"reward": 1}))
        .send()
        .await
        .refused(422, "validation_failed");
    shop.redeems("c1", "rwd_none", "k2")
        .await
        .refused(404, "not_found");
    shop.redeems("c1", "rwd_five", "k2").await.expect(201);
}

#[tokio::test]
async fn a_reward_given_back_returns_its_points_once() {
    let shop = rich(500).await;
    let taken = shop.redeems("c1", "rwd_five", "k1").await.expect(201).body["redemption"].clone();
    let path = format!("/v1/me/redemptions/{}", taken["id"].as_str().unwrap());
    let cancel = |key: &'static str| shop.shopper("c1", "DELETE", &path).key(key).send();
    let back = cancel("c").await.expect(200);
    assert_eq!(back.body["redemption"]["state"], "cancelled");
    assert_eq!(cancel("c").await.expect(200).bytes, back.bytes);
    cancel("d").await.refused(409, "not_cancellable");
    assert_eq!(shop.available("c1").await, 500);
    let reasons: Vec<_> = shop.me("c1").await["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            (
                e["reason"].as_str().unwrap().to_owned(),
                e["points"].as_i64().unwrap(),
            )
        })
        .collect();
    let told = |reason: &str, points| (reason.to_owned(), points);
    assert_eq!(
        reasons,
        [
            told("redemption_returned", 500),
            told("redemption", -500),
            told("purchase", 500)
        ]
    );
    shop.is_sound().await;
}

#[tokio::test]
async fn a_point_returned_to_an_ended_lot_lives_its_days_of_grace() {
    let mut program = program("club");
    program["expiry"] = json!({"per_lot": {"months": 1}});
    program["rewards"][0]["coupon_days"] = json!(90);
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 60_000).await;
    let taken = shop.redeems("c1", "rwd_five", "k1").await.expect(201).body["redemption"].clone();
    shop.pass_days(45);
    let path = format!("/v1/me/redemptions/{}", taken["id"].as_str().unwrap());
    shop.shopper("c1", "DELETE", &path)
        .key("c")
        .send()
        .await
        .expect(200);
    assert_eq!(shop.available("c1").await, 500);
    shop.pass_days(30);
    assert_eq!(shop.available("c1").await, 0);
    shop.is_sound().await;
}

#[tokio::test]
async fn an_unused_coupon_ends_at_its_instant_and_cannot_be_given_back() {
    let shop = rich(500).await;
    let taken = shop.redeems("c1", "rwd_five", "k1").await.body["redemption"].clone();
    shop.pass_days(30);
    assert_eq!(shop.me("c1").await["redemptions"][0]["state"], "expired");
    let path = format!("/v1/me/redemptions/{}", taken["id"].as_str().unwrap());
    shop.shopper("c1", "DELETE", &path)
        .key("c")
        .send()
        .await
        .refused(409, "not_cancellable");
    assert_eq!(jobs::run(&shop.state).await.unwrap().members, 1);
    assert_eq!(jobs::run(&shop.state).await.unwrap().members, 0);
    assert_eq!(shop.available("c1").await, 0);
    shop.is_sound().await;
}

#[tokio::test]
async fn every_reason_is_told_and_stock_is_what_is_left() {
    let shop = rich(50).await;
    let problem = shop
        .redeems("c1", "rwd_gold", "k0")
        .await
        .refused(409, "not_eligible");
    assert_eq!(problem.body["errors"][0]["code"], "tier_too_low");
    for member in ["gold1", "gold2"] {
        shop.member(member).await;
        shop.buys(member, member, 1_000_000).await;
    }
    shop.redeems("gold1", "rwd_gold", "k").await.expect(201);
    let problem = shop
        .redeems("gold2", "rwd_gold", "k")
        .await
        .refused(409, "not_eligible");
    assert_eq!(problem.body["errors"][0]["code"], "sold_out");
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    let view = shop.ask("GET", &path).send().await.expect(200).body;
    assert_eq!(view["program"]["rewards"][2]["stock"], 0);
    let problem = shop
        .redeems("gold1", "rwd_gold", "k2")
        .await
        .refused(409, "not_eligible");
    let codes: Vec<_> = problem.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["code"])
        .collect();
    assert_eq!(codes, ["sold_out", "limit_reached", "already_held"]);
}

/// A client that goes away at any moment leaves a whole write or none, and no lock behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_stops_nothing_half_way() {
    let shop = rich(100_000).await;
    for at in 0..150_u64 {
        let body = json!({"reward_id": "rwd_ship"});
        let ask = shop
            .shopper("c1", "POST", "/v1/me/redemptions")
            .key(&format!("k{at}"))
            .json(&body);
        let work = shop.app.clone().oneshot(ask.request());
        let patience = std::time::Duration::from_micros(at * 20);
        let _ = tokio::time::timeout(patience, work).await;
        // Whatever became of it, asking again with the same key tells the truth.
        let settled = loop {
            let reply = shop.redeems("c1", "rwd_ship", &format!("k{at}")).await;
            if reply.body["code"] != "idempotency_key_in_flight" {
                break reply.expect(201);
            }
            tokio::task::yield_now().await;
        };
        let id = settled.body["redemption"]["id"].as_str().unwrap();
        let path = format!("/v1/me/redemptions/{id}");
        shop.shopper("c1", "DELETE", &path)
            .key(&format!("b{at}"))
            .send()
            .await
            .expect(200);
    }
    assert_eq!(shop.available("c1").await, 100_000);
    assert_eq!(shop.count("SELECT COUNT(*) FROM redemptions").await, 150);
    shop.is_sound().await;
}
