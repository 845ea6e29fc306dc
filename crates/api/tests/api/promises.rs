//! What a program promises beside points for orders, kept: tiers' entries, consents, segments, products.

use crate::harness::{Shop, program, publish};
use api::limits::Limits;
use serde_json::{Value, json};

/// Reaching gold, at 10,000.00, brings this.
fn bringing(entry: &Value) -> Value {
    let mut program = program("club");
    program["tiers"]["levels"][1]["entry"] = entry.clone();
    program
}

async fn wallet(shop: &Shop) -> Value {
    let told = shop
        .server("GET", "/v1/members/c1")
        .send()
        .await
        .expect(200);
    told.body["member"]["wallet"]["available"].clone()
}

#[tokio::test]
async fn a_tier_brings_points_and_takes_them_when_it_is_undone() {
    let shop = Shop::with(bringing(&json!({"points": 77})), Limits::default()).await;
    shop.member("c1").await;
    for round in 0..3 {
        shop.buys("c1", &format!("o{round}"), 1_000_000)
            .await
            .expect(201);
        assert_eq!(shop.available("c1").await, 10_077);
        assert_eq!(shop.me("c1").await["entries"][0]["reason"], "tier_entry");
        let refund = json!({"id": "r"});
        shop.refunds(&format!("o{round}"), &refund)
            .await
            .expect(201);
        assert_eq!(shop.available("c1").await, 0);
        shop.is_sound().await;
    }
}

#[tokio::test]
async fn a_tier_brings_credit() {
    let shop = Shop::with(bringing(&json!({"wallet_credit": 900})), Limits::default()).await;
    shop.member("c1").await;
    for round in 0..2 {
        shop.buys("c1", &format!("o{round}"), 1_000_000)
            .await
            .expect(201);
        assert_eq!(wallet(&shop).await, 900);
        shop.refunds(&format!("o{round}"), &json!({"id": "r"}))
            .await
            .expect(201);
        assert_eq!(wallet(&shop).await, 0);
        shop.is_sound().await;
    }
}

#[tokio::test]
async fn a_tier_brings_a_reward_for_nothing() {
    let shop = Shop::with(bringing(&json!({"reward": "rwd_five"})), Limits::default()).await;
    shop.member("c1").await;
    // A key of the shopper's own does not stand in the way of a gift.
    shop.buys("c1", "small", 60_000).await.expect(201);
    shop.redeems("c1", "rwd_five", "gold").await.expect(201);
    let coupons = async |shop: &Shop| -> Vec<(String, i64)> {
        let told = shop.me("c1").await["redemptions"].clone();
        let told = told.as_array().unwrap().iter();
        told.map(|r| {
            (
                r["state"].as_str().unwrap().to_owned(),
                r["points"].as_i64().unwrap(),
            )
        })
        .collect()
    };
    for round in 0..2_usize {
        shop.pass_days(1);
        shop.buys("c1", &format!("o{round}"), 1_000_000)
            .await
            .expect(201);
        let held = coupons(&shop).await;
        assert_eq!(held.len(), 2 + round);
        assert_eq!(held[0], ("open".to_owned(), 0));
        shop.refunds(&format!("o{round}"), &json!({"id": "r"}))
            .await
            .expect(201);
        assert_eq!(coupons(&shop).await[0], ("cancelled".to_owned(), 0));
        shop.is_sound().await;
    }
}

#[tokio::test]
async fn who_is_there_already_gets_nothing_for_a_new_promise() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.member("c2").await;
    shop.buys("c1", "o1", 1_000_000).await.expect(201);
    shop.pass_days(1);
    publish(&shop.state.db, bringing(&json!({"points": 77})), shop.now()).await;
    shop.pass_days(1);
    shop.buys("c1", "o2", 100).await.expect(201);
    shop.buys("c2", "o3", 1_000_000).await.expect(201);
    // The gold tier doubles the second order.
    assert_eq!(
        (shop.available("c1").await, shop.available("c2").await),
        (10_002, 10_077)
    );
    // Another ladder takes nothing that was given.
    let mut yearly = bringing(&json!({"points": 77}));
    yearly["tiers"]["window"] = json!("calendar_year");
    publish(&shop.state.db, yearly, shop.now()).await;
    shop.pass_days(1);
    shop.buys("c2", "o4", 100).await.expect(201);
    assert_eq!(shop.available("c2").await, 10_079);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_reward_waits_for_the_consent_and_is_for_a_segment() {
    let mut program = program("club");
    program["rewards"][0]["consent"] = json!("partners");
    program["rewards"][1]["segments"] = json!(["champions"]);
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 90_000).await.expect(201);
    let needed = shop
        .redeems("c1", "rwd_five", "k1")
        .await
        .refused(409, "not_eligible");
    assert_eq!(needed.body["errors"][0]["code"], "consent_needed");
    let consent = shop.shopper("c1", "PATCH", "/v1/me/profile").key("p1");
    consent
        .json(&json!({"consents": ["partners"]}))
        .send()
        .await
        .expect(200);
    shop.redeems("c1", "rwd_five", "k2").await.expect(201);
    let outside = shop
        .redeems("c1", "rwd_ship", "k3")
        .await
        .refused(409, "not_eligible");
    assert_eq!(outside.body["errors"][0]["code"], "not_in_segment");
    shop.sql("UPDATE members SET segments = '[\"champions\"]'")
        .await
        .unwrap();
    shop.redeems("c1", "rwd_ship", "k4").await.expect(201);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_coupon_takes_nothing_off_what_it_excludes() {
    let mut program = program("club");
    program["rewards"][0]["excluded"] = json!({"categories": ["books"], "skus": ["gift"]});
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 60_000).await.expect(201);
    let code =
        shop.redeems("c1", "rwd_five", "k1").await.expect(201).body["redemption"]["code"].clone();
    // Of 5.00 off, 3.00 of the order are there to be taken off.
    let order = json!({
        "member": "c1", "status": "paid", "currency": "EUR", "coupons": [code],
        "items": [
            {"sku": "novel", "category": "books", "quantity": 1, "unit_price": 2_000},
            {"sku": "gift", "quantity": 1, "unit_price": 1_000},
            {"sku": "tea", "quantity": 1, "unit_price": 300},
        ],
    });
    let paid = shop.reports("o2", &order).await.expect(201);
    assert_eq!(paid.body["order"]["base"], 3_000);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_campaign_is_for_its_segment() {
    let mut program = program("club");
    program["earning"]["campaigns"] = json!([{
        "id": "spring", "title": {"en": "Spring"}, "multiplier": 30_000, "audience": {"segments": ["champions"]},
    }]);
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.member("c2").await;
    let champion = "UPDATE members SET segments = '[\"champions\"]' WHERE external_id = 'c2'";
    shop.sql(champion).await.unwrap();
    shop.buys("c1", "o1", 10_000).await.expect(201);
    shop.buys("c2", "o2", 10_000).await.expect(201);
    assert_eq!(
        (shop.available("c1").await, shop.available("c2").await),
        (100, 300)
    );
    shop.is_sound().await;
}
