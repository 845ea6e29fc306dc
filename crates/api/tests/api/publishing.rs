//! What a published program does to orders, what a changed one leaves as it was, and what is not published.

use crate::harness::{NOON, Shop, program, publish};
use api::limits::Limits;
use contract::shopper::{ProgramView, Snapshot};
use rules::rewards::Basket;
use rules::whatif::simulate;
use rules::{Money, Timestamp};
use serde_json::{Value, json};

/// Twice the points for three days, and at most 1,000 a month.
fn busy(now: Timestamp) -> Value {
    let mut program = program("club");
    program["earning"]["purchase"]["caps"] = json!([{"per": "month", "points": 1_000}]);
    program["earning"]["campaigns"] = json!([{
        "id": "spring", "title": {"en": "Spring"}, "multiplier": 20_000,
        "starts_at": now, "ends_at": now.plus_days(3),
    }]);
    program
}

#[tokio::test]
async fn campaigns_and_caps_give_what_was_promised_before_the_order() {
    let noon = Timestamp::parse(NOON).unwrap();
    let shop = Shop::with(busy(noon), Limits::default()).await;
    shop.member("c1").await;
    let address = format!("/v1/programs/club?key={}", shop.keys.page);
    let view: ProgramView =
        serde_json::from_value(shop.ask("GET", &address).send().await.expect(200).body).unwrap();
    // Twice 300; then the cap leaves 400; then nothing.
    for (order, points) in [("o1", 600), ("o2", 400), ("o3", 0)] {
        let facts = serde_json::from_value::<Snapshot>(shop.me("c1").await)
            .unwrap()
            .facts;
        let basket = Basket {
            total: Money(30_000),
            items: Vec::new(),
        };
        let promised = simulate(&view.program, &view.zone, &facts, &basket, shop.now());
        assert_eq!(promised.points.0, points, "{order}");
        let order = shop.buys("c1", order, 30_000).await.expect(201);
        assert_eq!(order.body["order"]["points"], points);
    }
    // A refund is computed with the campaign of the purchase, and what it takes leaves room under the cap.
    shop.pass_days(4);
    let refund = shop.refunds("o1", &json!({"id": "r1"})).await.expect(201);
    assert_eq!(refund.body["refund"]["points_taken"], 600);
    shop.is_sound().await;
}

#[tokio::test]
async fn what_a_gift_card_paid_earns_nothing() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let order = json!({
        "member": "c1", "status": "paid", "currency": "EUR", "gift_cards": 4_000,
        "items": [{"sku": "tea", "quantity": 1, "unit_price": 10_000}],
    });
    let paid = shop.reports("o1", &order).await.expect(201);
    assert_eq!(paid.body["order"]["base"], 6_000);
    assert_eq!(paid.body["order"]["points"], 60);
    let mut below = order.clone();
    below["gift_cards"] = json!(-1);
    let refused = shop
        .reports("o2", &below)
        .await
        .refused(422, "validation_failed");
    assert_eq!(refused.body["errors"][0]["pointer"], "/gift_cards");
}

#[tokio::test]
async fn a_threshold_that_is_raised_takes_no_tier_away() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 1_000_000).await.expect(201);
    let tier = async || {
        let told = shop.server("GET", "/v1/members/c1").send().await.body;
        told["member"]["standing"]["current"].clone()
    };
    assert_eq!(tier().await, 1);
    let mut harder = program("club");
    harder["tiers"]["levels"][1]["enter"] = json!(9_000_000);
    publish(&shop.state.db, harder.clone(), shop.now().plus_ms(1)).await;
    shop.pass_days(1);
    assert_eq!(tier().await, 1, "reached under the old threshold");
    // Published again as it was written, it is the same version.
    let versions = "SELECT COUNT(*) FROM programs";
    let before = shop.count(versions).await;
    publish(&shop.state.db, harder, shop.now()).await;
    assert_eq!(shop.count(versions).await, before);
}
