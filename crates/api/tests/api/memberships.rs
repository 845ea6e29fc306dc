//! Paid plans: sold, renewed, ended, and what they bring.

use crate::harness::{Reply, Shop, program};
use api::limits::Limits;
use api::memberships;
use serde_json::{Value, json};

async fn club() -> Shop {
    let mut program = program("club");
    program["memberships"] = json!([
        {"id": "plus", "name": {"en": "Plus"}, "price": 500, "months": 1, "multiplier": 15_000,
         "perks": ["free_shipping"], "notice_days": 5},
        {"id": "year", "name": {"en": "Year"}, "price": 5_000, "months": 12, "multiplier": 20_000},
    ]);
    let shop = Shop::with(program, Limits::default()).await;
    shop.sql(
        "INSERT INTO endpoints (tenant, endpoint, url, kinds, secrets, created_at)
         SELECT tenant, 'end_1', 'https://crm.example', '[]', '[]', 0 FROM tenants",
    )
    .await
    .unwrap();
    shop.member("c1").await;
    shop
}

async fn pays(shop: &Shop, id: &str, plan: &str, renews: bool) -> Reply {
    let body = json!({"id": id, "plan": plan, "renews": renews});
    shop.server("PUT", "/v1/members/c1/membership")
        .json(&body)
        .send()
        .await
}

async fn plan(shop: &Shop) -> Value {
    let reply = shop.server("GET", "/v1/members/c1/membership").send().await;
    reply.expect(200).body["membership"].clone()
}

/// Every message about plans, in the order in which they were left.
async fn told(shop: &Shop) -> Vec<String> {
    let kinds = "SELECT kind FROM messages WHERE kind LIKE 'membership.%' ORDER BY at, kind DESC";
    let kinds = shop.rows::<String>(kinds).await;
    kinds
        .iter()
        .map(|kind| kind.trim_start_matches("membership.").to_owned())
        .collect()
}

async fn ends_due(shop: &Shop) -> bool {
    let (tenant, member) = shop
        .rows::<(String, String)>("SELECT tenant, member FROM members")
        .await
        .remove(0);
    let state = shop.state.clone();
    let due = state.write(&tenant, "clock", member, |club, member| {
        Box::pin(memberships::end_due(club, member))
    });
    due.await.unwrap()
}

#[tokio::test]
async fn a_plan_is_sold_renewed_and_over() {
    let shop = club().await;
    assert_eq!(plan(&shop).await, Value::Null);
    let first = pays(&shop, "p1", "plus", true).await.expect(201).body["membership"].clone();
    assert_eq!(
        (
            &first["state"],
            &first["started_at"],
            &first["ends_at"],
            &first["renews"]
        ),
        (
            &json!("active"),
            &json!("2026-11-22T08:30:00Z"),
            &json!("2026-12-22T08:30:00Z"),
            &json!(true)
        )
    );
    // The same payment again changes nothing; for something else it is refused.
    assert_eq!(
        pays(&shop, "p1", "plus", true).await.expect(200).body["membership"],
        first
    );
    pays(&shop, "p1", "year", true)
        .await
        .refused(409, "payment_known");
    shop.pass_days(20);
    let second = pays(&shop, "p2", "plus", false).await.expect(201).body["membership"].clone();
    assert_eq!(
        (&second["started_at"], &second["ends_at"], &second["renews"]),
        (
            &first["started_at"],
            &json!("2027-01-22T08:30:00Z"),
            &json!(false)
        )
    );
    assert_eq!(second["payments"][0]["starts_at"], "2026-12-22T08:30:00Z");
    assert_eq!(
        shop.me("c1").await["facts"]["membership"]["ends_at"],
        "2027-01-22T08:30:00Z"
    );
    // The days of notice begin on 17 January.
    shop.pass_days(35);
    assert_eq!(plan(&shop).await["state"], "active");
    shop.pass_days(1);
    assert_eq!(plan(&shop).await["state"], "ending");
    assert!(!ends_due(&shop).await);
    shop.pass_days(5);
    assert_eq!(plan(&shop).await["state"], "ended");
    assert!(ends_due(&shop).await);
    assert!(!ends_due(&shop).await, "an end is told once");
    assert_eq!(told(&shop).await, ["started", "renewed", "ended"]);
    // What comes after an end begins anew.
    shop.pass_days(10);
    let third = pays(&shop, "p3", "plus", false).await.expect(201).body["membership"].clone();
    assert_eq!(third["started_at"], json!(shop.now()));
    assert_eq!(
        told(&shop).await,
        ["started", "renewed", "ended", "started"]
    );
    shop.is_sound().await;
}

#[tokio::test]
async fn a_plan_multiplies_while_it_runs() {
    let shop = club().await;
    shop.buys("c1", "o1", 1_000).await.expect(201);
    assert_eq!(shop.available("c1").await, 10);
    pays(&shop, "p1", "plus", true).await.expect(201);
    shop.buys("c1", "o2", 1_000).await.expect(201);
    assert_eq!(shop.available("c1").await, 25);
    // Another plan begins at once, and the first is over.
    pays(&shop, "p2", "year", true).await.expect(201);
    assert_eq!(told(&shop).await, ["started", "started", "ended"]);
    shop.buys("c1", "o3", 1_000).await.expect(201);
    assert_eq!(shop.available("c1").await, 45);
    let over = shop
        .server("DELETE", "/v1/members/c1/membership")
        .send()
        .await
        .expect(200);
    assert_eq!(
        (
            &over.body["membership"]["state"],
            &over.body["membership"]["renews"]
        ),
        (&json!("active"), &json!(false))
    );
    shop.buys("c1", "o4", 1_000).await.expect(201);
    assert_eq!(shop.available("c1").await, 65);
    let path = "/v1/members/c1/membership?now=true";
    let over = shop.server("DELETE", path).send().await.expect(200);
    assert_eq!(over.body["membership"]["state"], "ended");
    assert_eq!(
        told(&shop)
            .await
            .iter()
            .filter(|kind| *kind == "ended")
            .count(),
        2
    );
    assert_eq!(
        shop.server("DELETE", path).send().await.expect(200).body,
        over.body
    );
    assert!(!ends_due(&shop).await, "it was told when it was done");
    shop.buys("c1", "o5", 1_000).await.expect(201);
    assert_eq!(shop.available("c1").await, 75);
    shop.is_sound().await;
}

#[tokio::test]
async fn what_cannot_be_says_so() {
    let shop = club().await;
    let problem = pays(&shop, "p1", "gold", true)
        .await
        .refused(422, "validation_failed");
    assert_eq!(problem.body["errors"][0]["pointer"], "/plan");
    let problem = pays(&shop, "", "plus", true)
        .await
        .refused(422, "validation_failed");
    assert_eq!(problem.body["errors"][0]["pointer"], "/id");
    let body = json!({"id": "p1", "plan": "plus"});
    shop.server("PUT", "/v1/members/nobody/membership")
        .json(&body)
        .send()
        .await
        .refused(404, "not_found");
    shop.server("GET", "/v1/members/nobody/membership")
        .send()
        .await
        .refused(404, "not_found");
    shop.server("DELETE", "/v1/members/c1/membership")
        .send()
        .await
        .refused(404, "not_found");
    shop.member("c2").await;
    pays(&shop, "p1", "plus", true).await.expect(201);
    shop.server("PUT", "/v1/members/c2/membership")
        .json(&body)
        .send()
        .await
        .refused(409, "payment_known");
    assert_eq!(shop.count("SELECT COUNT(*) FROM plan_payments").await, 1);
}
