//! Wallet credit: where it comes from, and what it pays for.

use crate::harness::{Reply, Shop, order_of, program};
use api::limits::Limits;
use serde_json::{Value, json};

/// Two per cent come back, and 100 points are 3.00 in the wallet.
async fn paying_back() -> Shop {
    let mut program = program("club");
    program["cashback"] = json!({"id": "back", "brackets": [{"from": 0, "rate": 200}]});
    program["rewards"][1] = json!({
        "id": "rwd_credit", "title": {"en": "Credit"}, "kind": {"wallet_credit": 300}, "cost": 100,
        "units": {"min": 1, "max": 4},
    });
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "first", 50_000).await.expect(201);
    shop
}

async fn pays(shop: &Shop, order: &str, sub: &str, amount: i64) -> Reply {
    let ask = shop.server("POST", &format!("/v1/orders/{order}/wallet"));
    ask.json(&json!({"member": sub, "amount": amount}))
        .send()
        .await
}

async fn wallet(shop: &Shop) -> i64 {
    let told = shop
        .server("GET", "/v1/members/c1")
        .send()
        .await
        .expect(200);
    told.body["member"]["wallet"]["available"].as_i64().unwrap()
}

#[tokio::test]
async fn credit_that_was_spent_comes_back_with_its_order() {
    let shop = paying_back().await;
    assert_eq!(wallet(&shop).await, 1_000);
    // At a checkout: before the order is reported.
    let first = pays(&shop, "o1", "c1", 600).await.expect(201);
    assert_eq!(first.body["payment"]["returned_at"], Value::Null);
    assert_eq!(
        pays(&shop, "o1", "c1", 600).await.expect(200).body,
        first.body
    );
    pays(&shop, "o1", "c1", 601)
        .await
        .refused(409, "wallet_payment_exists");
    shop.buys("c1", "o1", 5_000).await.expect(201);
    assert_eq!(wallet(&shop).await, 500);
    shop.refunds("o1", &json!({"id": "r1", "amount": 1_000}))
        .await
        .expect(201);
    assert_eq!(wallet(&shop).await, 480, "a part brings nothing back");
    shop.refunds("o1", &json!({"id": "r2"})).await.expect(201);
    assert_eq!(wallet(&shop).await, 1_000);
    let back = pays(&shop, "o1", "c1", 600).await.expect(200);
    assert_eq!(back.body["payment"]["returned_at"], "2026-11-22T08:30:00Z");
    let history = shop.me("c1").await["entries"].clone();
    let line = history
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["wallet"] == 600)
        .unwrap();
    assert_eq!(
        (&line["reason"], &line["source"]),
        (&json!("refund"), &json!("o1"))
    );
    // After it was paid, called off whole.
    shop.buys("c1", "o2", 5_000).await.expect(201);
    pays(&shop, "o2", "c1", 1_100).await.expect(201);
    assert_eq!(wallet(&shop).await, 0);
    shop.reports("o2", &order_of("c1", "cancelled", 5_000))
        .await
        .expect(200);
    assert_eq!(wallet(&shop).await, 1_000);
    pays(&shop, "first", "c1", 1).await.expect(201);
    shop.is_sound().await;
}

#[tokio::test]
async fn an_order_that_is_called_off_unpaid_gives_the_credit_back() {
    let shop = paying_back().await;
    for (order, placed) in [("o1", true), ("o2", false)] {
        pays(&shop, order, "c1", 400).await.expect(201);
        if placed {
            shop.reports(order, &order_of("c1", "placed", 5_000))
                .await
                .expect(201);
        }
        assert_eq!(wallet(&shop).await, 600);
        for _ in 0..2 {
            shop.reports(order, &order_of("c1", "cancelled", 5_000))
                .await;
            assert_eq!(wallet(&shop).await, 1_000);
        }
        let again = pays(&shop, order, "c1", 400).await.expect(200);
        assert_ne!(again.body["payment"]["returned_at"], Value::Null);
    }
    shop.reports("o3", &order_of("c1", "cancelled", 5_000))
        .await
        .expect(201);
    pays(&shop, "o3", "c1", 1)
        .await
        .refused(409, "order_cancelled");
    assert_eq!(wallet(&shop).await, 1_000);
    shop.is_sound().await;
}

#[tokio::test]
async fn what_cannot_be_paid_is_refused() {
    let shop = paying_back().await;
    shop.member("c2").await;
    let over = pays(&shop, "o1", "c1", 1_001)
        .await
        .refused(409, "not_enough_credit");
    assert!(over.body["detail"].as_str().unwrap().contains(" 1 minor"));
    pays(&shop, "first", "c2", 1)
        .await
        .refused(409, "order_of_another_member");
    pays(&shop, "o1", "c9", 1).await.refused(404, "not_found");
    for amount in [0, -5, i64::MAX] {
        let odd = pays(&shop, "o1", "c1", amount)
            .await
            .refused(422, "validation_failed");
        assert_eq!(odd.body["errors"][0]["pointer"], "/amount");
    }
    pays(&shop, "o1", "c1", 10).await.expect(201);
    pays(&shop, "o1", "c2", 10)
        .await
        .refused(409, "order_of_another_member");
    shop.buys("c2", "o1", 5_000)
        .await
        .refused(409, "order_of_another_member");
    shop.is_sound().await;
}

#[tokio::test]
async fn one_wallet_is_not_spent_twice_at_once() {
    let shop = paying_back().await;
    let orders: Vec<String> = (0..16).map(|n| format!("o{n}")).collect();
    let mut asks = tokio::task::JoinSet::new();
    for order in &orders {
        let ask = shop.server("POST", &format!("/v1/orders/{order}/wallet"));
        let request = ask.json(&json!({"member": "c1", "amount": 700})).request();
        let app = shop.app.clone();
        asks.spawn(async move {
            tower::ServiceExt::oneshot(app, request)
                .await
                .unwrap()
                .status()
                .as_u16()
        });
    }
    let statuses = asks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 15);
    assert_eq!(wallet(&shop).await, 300);
    shop.is_sound().await;
}

#[tokio::test]
async fn points_become_credit_by_units() {
    let shop = paying_back().await;
    let body = json!({"reward_id": "rwd_credit", "units": 3});
    let take = shop
        .shopper("c1", "POST", "/v1/me/redemptions")
        .key("k1")
        .json(&body);
    let taken = take.send().await.expect(201).body["redemption"].clone();
    assert_eq!(
        (&taken["points"], &taken["units"]),
        (&json!(300), &json!(3))
    );
    assert_eq!(taken["state"], "used");
    assert_eq!(
        (shop.available("c1").await, wallet(&shop).await),
        (200, 1_900)
    );
    let many = json!({"reward_id": "rwd_credit", "units": 5});
    let take = shop
        .shopper("c1", "POST", "/v1/me/redemptions")
        .key("k2")
        .json(&many);
    take.send().await.refused(422, "validation_failed");
    let three = shop
        .shopper("c1", "POST", "/v1/me/redemptions")
        .key("k3")
        .json(&body);
    let short = three.send().await.refused(409, "not_eligible");
    assert_eq!(short.body["errors"][0]["code"], "not_enough_points");
    // Cashback goes with what brought it, as far as there is any.
    shop.refunds("first", &json!({"id": "r1"}))
        .await
        .expect(201);
    assert_eq!(wallet(&shop).await, 900);
    shop.is_sound().await;
}
