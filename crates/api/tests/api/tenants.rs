//! Two merchants in one database: neither sees, uses or disturbs what is the other's.

use crate::harness::{Shop, order_of, program, publish};
use serde_json::json;
use store::Dialect;

#[tokio::test]
async fn what_is_another_tenants_is_not_there() {
    let shop = Shop::open().await;
    let other = publish(&shop.state.db, program("other"), shop.now()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 100_000).await;
    let taken = shop.redeems("c1", "rwd_five", "k1").await.body["redemption"].clone();
    let code = taken["code"].as_str().unwrap();
    let invitation = shop.me("c1").await["referral"]["code"]
        .as_str()
        .unwrap()
        .to_owned();

    let server = |method: &str, path: &str| shop.server_of(&other, method, path);
    let use_it = json!({"action": "use", "order_id": "o9"});
    let asks = [
        server("GET", "/v1/members/c1"),
        server("DELETE", "/v1/members/c1"),
        server("PUT", "/v1/orders/o1").json(&order_of("c1", "cancelled", 100_000)),
        server("POST", "/v1/orders/o1/refunds").json(&json!({"id": "r1"})),
        server("GET", &format!("/v1/coupons/{code}")),
        server("POST", &format!("/v1/coupons/{code}")).json(&use_it),
        shop.ask("GET", &format!("/v1/programs/club?key={}", other.page)),
        shop.ask(
            "POST",
            &format!("/v1/referrals/{invitation}/claims?key={}", other.page),
        )
        .key("k1"),
    ];
    for ask in asks {
        ask.send().await.refused(404, "not_found");
    }
    // The other merchant's shopper with the same id is somebody else.
    let token = shop.token_of(&other, "c1");
    let theirs = |method: &str, path: &str| {
        shop.ask(method, path)
            .with("authorization", format!("Bearer {token}"))
    };
    theirs("GET", "/v1/me")
        .send()
        .await
        .refused(404, "not_a_member");
    theirs("POST", "/v1/me")
        .key("k1")
        .json(&json!({}))
        .send()
        .await
        .expect(201);
    let path = format!("/v1/me/redemptions/{}", taken["id"].as_str().unwrap());
    theirs("DELETE", &path)
        .key("k1")
        .send()
        .await
        .refused(404, "not_found");
    let same_key = theirs("POST", "/v1/me/redemptions")
        .key("k1")
        .json(&json!({"reward_id": "rwd_five"}));
    same_key.send().await.refused(409, "not_eligible");
    // The same order id is another order.
    server("PUT", "/v1/orders/o1")
        .json(&order_of("c1", "paid", 7_000))
        .send()
        .await
        .expect(201);
    assert_eq!(shop.available("c1").await, 500);
    let theirs = server("GET", "/v1/members/c1").send().await.expect(200);
    assert_eq!(theirs.body["member"]["balances"]["available"], 70);
    shop.is_sound().await;
}

#[tokio::test]
async fn what_is_another_members_is_not_there() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.member("c2").await;
    shop.buys("c1", "o1", 100_000).await;
    let taken = shop.redeems("c1", "rwd_five", "k1").await.body["redemption"].clone();
    let path = format!("/v1/me/redemptions/{}", taken["id"].as_str().unwrap());
    shop.shopper("c2", "DELETE", &path)
        .key("k")
        .send()
        .await
        .refused(404, "not_found");
    assert_eq!(shop.me("c2").await["redemptions"], json!([]));
}

#[tokio::test]
async fn every_table_has_the_tenant_first_in_its_key() {
    let shop = Shop::open().await;
    let loose: Vec<String> = match shop.state.db.dialect() {
        Dialect::Sqlite => {
            shop.rows(
                "SELECT m.name FROM sqlite_master m WHERE m.type = 'table'
                 AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_versions' AND NOT EXISTS (
                     SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'tenant' AND c.pk = 1)",
            )
            .await
        }
        Dialect::Postgres => {
            shop.rows(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'schema_versions'
                 AND NOT EXISTS (
                     SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                     WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'tenant')",
            )
            .await
        }
    };
    assert!(loose.is_empty(), "{loose:?}");
}
