//! Gifts for an occasion: when they are open, that each comes once, and what the last of them does.

use crate::harness::{Reply, Shop, program};
use api::limits::Limits;
use api::segments;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

fn offer(id: &str, trigger: Value, benefit: Value) -> Value {
    json!({"id": id, "title": {"en": "A gift"}, "trigger": trigger, "benefit": benefit})
}

async fn club(offers: Value) -> Shop {
    let mut program = program("club");
    program["offers"] = offers;
    Shop::with(program, Limits::default()).await
}

async fn takes(shop: &Shop, sub: &str, offer: &str, key: &str) -> Reply {
    let path = format!("/v1/me/offers/{offer}/take");
    shop.shopper(sub, "POST", &path).key(key).send().await
}

/// The offer as it was taken, without what differs from day to day.
async fn gets(shop: &Shop, sub: &str, offer: &str, key: &str) -> (String, i64, i64) {
    let taken = takes(shop, sub, offer, key).await.expect(201).body["offer"].clone();
    assert_eq!(taken["id"], offer);
    let amount = |name: &str| taken[name].as_i64().unwrap();
    (
        taken["occasion"].as_str().unwrap().to_owned(),
        amount("points"),
        amount("wallet"),
    )
}

#[track_caller]
fn closed(reply: Reply, code: &str) {
    let problem = reply.refused(409, "offer_closed");
    assert_eq!(problem.body["errors"][0]["code"], code, "{}", problem.body);
}

#[tokio::test]
async fn a_milestone_of_orders_is_open_from_its_order_on_and_taken_once() {
    let shop = club(json!([offer(
        "off_third",
        json!({"milestone_orders": 3}),
        json!({"points": 100})
    )]))
    .await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 1_000).await.expect(201);
    shop.buys("c1", "o2", 1_000).await.expect(201);
    closed(takes(&shop, "c1", "off_third", "k1").await, "not_triggered");
    shop.buys("c1", "o3", 1_000).await.expect(201);
    // The first answer belongs to its key for ever.
    closed(takes(&shop, "c1", "off_third", "k1").await, "not_triggered");
    assert_eq!(
        gets(&shop, "c1", "off_third", "k2").await,
        ("3".to_owned(), 100, 0)
    );
    assert_eq!(shop.available("c1").await, 130);
    closed(takes(&shop, "c1", "off_third", "k3").await, "taken");
    // Going back under the milestone and over it again is the same occasion.
    shop.refunds("o3", &json!({"id": "r1"})).await.expect(201);
    shop.buys("c1", "o4", 1_000).await.expect(201);
    closed(takes(&shop, "c1", "off_third", "k4").await, "taken");
    let me = shop.me("c1").await;
    assert_eq!(me["facts"]["offers"][0]["occasion"], "3");
    assert_eq!(
        me["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["reason"] == "offer")
            .count(),
        1
    );
    takes(&shop, "c1", "off_other", "k5")
        .await
        .refused(404, "not_found");
    takes(&shop, "nobody", "off_third", "k6")
        .await
        .refused(404, "not_a_member");
    shop.is_sound().await;
}

#[tokio::test]
async fn a_milestone_of_spending_gives_credit_and_the_next_order_a_coupon() {
    let shop = club(json!([
        offer(
            "off_spent",
            json!({"milestone_amount": 10_000}),
            json!({"wallet_credit": 500})
        ),
        offer(
            "off_second",
            json!({"nth_order": 2}),
            json!({"reward": "rwd_ship"})
        ),
    ]))
    .await;
    shop.member("c1").await;
    closed(
        takes(&shop, "c1", "off_second", "k1").await,
        "not_triggered",
    );
    shop.buys("c1", "o1", 9_999).await.expect(201);
    closed(takes(&shop, "c1", "off_spent", "k2").await, "not_triggered");
    let taken = takes(&shop, "c1", "off_second", "k3")
        .await
        .expect(201)
        .body;
    let coupon = &taken["offer"]["redemption"];
    assert_eq!(
        (&coupon["reward_id"], &coupon["points"]),
        (&json!("rwd_ship"), &json!(0))
    );
    let mine = shop.me("c1").await["redemptions"].clone();
    assert_eq!(&mine[0], coupon);
    let checkout = format!("/v1/coupons/{}", coupon["code"].as_str().unwrap());
    let checked = shop.server("GET", &checkout).send().await.expect(200);
    assert_eq!(checked.body["coupon"]["state"], "open");
    // The second order is under way; the third is another.
    shop.buys("c1", "o2", 1).await.expect(201);
    closed(
        takes(&shop, "c1", "off_second", "k4").await,
        "not_triggered",
    );
    assert_eq!(
        gets(&shop, "c1", "off_spent", "k5").await,
        ("10000".to_owned(), 0, 500)
    );
    let reply = shop
        .server("GET", "/v1/members/c1")
        .send()
        .await
        .expect(200);
    assert_eq!(reply.body["member"]["wallet"]["available"], 500);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_birthday_is_open_around_its_day_once_a_year() {
    let shop = club(json!([offer(
        "off_born",
        json!({"birthday": {"days_before": 2, "days_after": 1}}),
        json!({"points": 50})
    )]))
    .await;
    shop.member("c1").await;
    closed(takes(&shop, "c1", "off_born", "k0").await, "not_triggered");
    shop.sql("UPDATE members SET birthday = '11-25'")
        .await
        .unwrap();
    // 22 November is three days before, 26 November is one day after.
    closed(takes(&shop, "c1", "off_born", "k1").await, "not_triggered");
    shop.pass_days(1);
    assert_eq!(
        gets(&shop, "c1", "off_born", "k2").await,
        ("2026".to_owned(), 50, 0)
    );
    shop.pass_days(3);
    closed(takes(&shop, "c1", "off_born", "k3").await, "taken");
    shop.pass_days(1);
    closed(takes(&shop, "c1", "off_born", "k4").await, "not_triggered");
    shop.pass_days(365 - 4);
    assert_eq!(gets(&shop, "c1", "off_born", "k5").await.0, "2027");
    shop.is_sound().await;
}

#[tokio::test]
async fn the_silent_and_those_who_bought_something_get_theirs() {
    let shop = club(json!([
        offer("off_back", json!({"inactive": 30}), json!({"points": 60})),
        offer(
            "off_tea",
            json!({"bought": {"products": {"skus": ["tea"]}, "within_days": 3}}),
            json!({"points": 10})
        ),
    ]))
    .await;
    shop.member("c1").await;
    closed(takes(&shop, "c1", "off_tea", "k1").await, "not_triggered");
    shop.buys("c1", "o1", 1_000).await.expect(201);
    gets(&shop, "c1", "off_tea", "k2").await;
    closed(takes(&shop, "c1", "off_tea", "k3").await, "taken");
    shop.pass_days(3);
    closed(takes(&shop, "c1", "off_tea", "k4").await, "not_triggered");
    shop.buys("c1", "o2", 1_000).await.expect(201);
    gets(&shop, "c1", "off_tea", "k5").await;
    shop.pass_days(29);
    closed(takes(&shop, "c1", "off_back", "k6").await, "not_triggered");
    shop.pass_days(1);
    assert_eq!(gets(&shop, "c1", "off_back", "k7").await.1, 60);
    shop.pass_days(40);
    closed(takes(&shop, "c1", "off_back", "k8").await, "taken");
    // Another silence is another occasion.
    shop.buys("c1", "o3", 1_000).await.expect(201);
    closed(takes(&shop, "c1", "off_back", "k9").await, "not_triggered");
    shop.pass_days(30);
    gets(&shop, "c1", "off_back", "k10").await;
    shop.is_sound().await;
}

#[tokio::test]
async fn a_schedule_a_segment_and_a_surprise_open_and_close() {
    let mut week = offer("off_week", json!("schedule"), json!({"points": 5}));
    week["starts_at"] = json!("2026-11-24T00:00:00Z");
    week["ends_at"] = json!("2026-11-30T00:00:00Z");
    let mut hours = offer(
        "off_hours",
        json!({"milestone_orders": 1}),
        json!({"points": 9}),
    );
    hours["valid_hours"] = json!(48);
    let mut monthly = offer(
        "off_often",
        json!({"surprise": {"rate": 10_000, "period": "day"}}),
        json!({"points": 1}),
    );
    monthly["per_member"] = json!(2);
    monthly["period"] = json!("month");
    let shop = club(json!([
        week,
        hours,
        monthly,
        offer(
            "off_best",
            json!({"segment": "abc:a"}),
            json!({"points": 7})
        ),
        offer(
            "off_luck",
            json!({"surprise": {"rate": 10_000, "period": "month"}}),
            json!({"points": 3})
        ),
        offer(
            "off_never",
            json!({"surprise": {"rate": 0, "period": "month"}}),
            json!({"points": 3})
        ),
    ]))
    .await;
    shop.member("c1").await;
    closed(takes(&shop, "c1", "off_week", "w1").await, "not_started");
    shop.pass_days(2);
    gets(&shop, "c1", "off_week", "w2").await;
    closed(takes(&shop, "c1", "off_week", "w3").await, "taken");
    closed(takes(&shop, "c1", "off_best", "b1").await, "not_triggered");
    shop.buys("c1", "o1", 1_000).await.expect(201);
    let tenant = shop
        .rows::<String>("SELECT tenant FROM tenants")
        .await
        .remove(0);
    segments::recompute(&shop.state, &tenant, "test")
        .await
        .unwrap();
    gets(&shop, "c1", "off_best", "b2").await;
    closed(takes(&shop, "c1", "off_best", "b3").await, "taken");
    gets(&shop, "c1", "off_luck", "l1").await;
    closed(takes(&shop, "c1", "off_luck", "l2").await, "taken");
    closed(takes(&shop, "c1", "off_never", "n1").await, "not_triggered");
    gets(&shop, "c1", "off_often", "m1").await;
    shop.pass_days(1);
    gets(&shop, "c1", "off_often", "m2").await;
    shop.pass_days(1);
    closed(takes(&shop, "c1", "off_often", "m3").await, "limit_reached");
    closed(takes(&shop, "c1", "off_hours", "h1").await, "lapsed");
    shop.pass_days(10);
    closed(takes(&shop, "c1", "off_week", "w4").await, "ended");
    gets(&shop, "c1", "off_luck", "l3").await;
    shop.sql("UPDATE members SET blocked = 1").await.unwrap();
    closed(takes(&shop, "c1", "off_often", "m4").await, "blocked");
    shop.is_sound().await;
}

#[tokio::test]
async fn a_multiplier_applies_to_the_next_purchase_by_itself() {
    let shop = club(json!([offer(
        "off_double",
        json!({"nth_order": 1}),
        json!({"multiplier": 20_000})
    )]))
    .await;
    shop.member("c1").await;
    takes(&shop, "c1", "off_double", "k1")
        .await
        .refused(409, "offer_automatic");
    shop.buys("c1", "o1", 1_000).await.expect(201);
    assert_eq!(shop.available("c1").await, 20);
    shop.buys("c1", "o2", 1_000).await.expect(201);
    assert_eq!(shop.available("c1").await, 30);
    assert_eq!(shop.count("SELECT COUNT(*) FROM offers_taken").await, 1);
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_at_once_take_one_gift() {
    let shop = Arc::new(
        club(json!([offer(
            "off_first",
            json!({"milestone_orders": 1}),
            json!({"reward": "rwd_five"})
        )]))
        .await,
    );
    shop.member("c1").await;
    shop.buys("c1", "o1", 1_000).await.expect(201);
    let mut tries = JoinSet::new();
    for at in 0..16 {
        let shop = Arc::clone(&shop);
        tries.spawn(async move { takes(&shop, "c1", "off_first", &format!("k{at}")).await });
    }
    let mut wins = 0;
    while let Some(reply) = tries.join_next().await {
        let reply = reply.unwrap();
        if reply.status == 201 {
            wins += 1;
        } else {
            closed(reply, "taken");
        }
    }
    assert_eq!(wins, 1);
    assert_eq!(shop.count("SELECT COUNT(*) FROM redemptions").await, 1);
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_gifts_than_there_are() {
    let mut few = offer(
        "off_few",
        json!({"milestone_orders": 1}),
        json!({"points": 70}),
    );
    few["stock"] = json!(3);
    let shop = Arc::new(club(json!([few])).await);
    for at in 0..12 {
        let sub = format!("c{at}");
        shop.member(&sub).await;
        shop.buys(&sub, &format!("o{at}"), 100).await.expect(201);
    }
    let mut tries = JoinSet::new();
    for at in 0..12 {
        let shop = Arc::clone(&shop);
        tries.spawn(async move {
            let sub = format!("c{at}");
            let reply = takes(&shop, &sub, "off_few", "k").await;
            // Just too late, one is asked to try again.
            if reply.status == 503 {
                takes(&shop, &sub, "off_few", "k").await
            } else {
                reply
            }
        });
    }
    let mut wins = 0;
    while let Some(reply) = tries.join_next().await {
        let reply = reply.unwrap();
        if reply.status == 201 {
            wins += 1;
        } else {
            closed(reply, "sold_out");
        }
    }
    assert_eq!(wins, 3);
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    let shown = shop.ask("GET", &path).send().await.expect(200).body;
    assert_eq!(shown["program"]["offers"][0]["stock"], 0);
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_order_is_taken_whether_a_multiplier_is_left_or_not() {
    let mut few = offer(
        "off_few",
        json!({"nth_order": 1}),
        json!({"multiplier": 30_000}),
    );
    few["stock"] = json!(2);
    let shop = Arc::new(club(json!([few])).await);
    for at in 0..8 {
        shop.member(&format!("c{at}")).await;
    }
    let mut tries = JoinSet::new();
    for at in 0..8 {
        let shop = Arc::clone(&shop);
        tries.spawn(async move {
            let (sub, order) = (format!("c{at}"), format!("o{at}"));
            let mut reply = shop.buys(&sub, &order, 1_000).await;
            if reply.status == 503 {
                reply = shop.buys(&sub, &order, 1_000).await;
            }
            reply.expect(201).body["order"]["points"].as_i64().unwrap()
        });
    }
    let mut points: Vec<i64> = tries.join_all().await;
    points.sort_unstable();
    assert_eq!(points, [10, 10, 10, 10, 10, 10, 30, 30]);
    shop.is_sound().await;
}
