//! A member's own data: all of it on request, and none of it after it was erased.

use crate::harness::{Shop, program};
use api::limits::Limits;
use contract::shopper::Snapshot;
use serde_json::{Value, json};
use store::{Dialect, query};

/// What tells who this member is, wherever it was written.
const PERSONAL: &[&str] = &[
    "customer-4711",
    "Sarvenaz",
    "sarvenaz@mail.example",
    "9123456789",
    "07-19",
    "unkind words",
    "parcel of the neighbour",
    "broken teapot",
    "203.0.113.7",
    "key-of-a-browser",
];

async fn told_about(shop: &Shop) {
    shop.sql(
        "INSERT INTO endpoints (tenant, endpoint, url, kinds, secrets, created_at)
         SELECT tenant, 'ep_1', 'https://shop.example/hook', '[]', '[]', 0 FROM tenants",
    )
    .await
    .unwrap();
    let put = shop.server("PUT", "/v1/members/customer-4711").json(&json!({
        "first_name": "Sarvenaz", "birthday": {"month": 7, "day": 19}, "language": "fa",
        "consents": ["news"], "contacts": {"email": "sarvenaz@mail.example", "phone": "+989123456789"},
    }));
    put.send().await.expect(201);
    shop.buys("customer-4711", "o1", 60_000).await.expect(201);
    shop.redeems("customer-4711", "rwd_five", "key-of-a-browser")
        .await
        .expect(201);
    let answer = json!({
        "id": "rsp_1", "survey_id": "srv_order", "scope": "o1", "score": 2, "comment": "unkind words",
        "completed": true,
    });
    let respond = shop.shopper("customer-4711", "POST", "/v1/me/responses");
    respond.key("k1").json(&answer).send().await.expect(201);
    let adjust = shop
        .server("POST", "/v1/members/customer-4711/adjustments")
        .key("k2");
    let adjustment = json!({"points": 5, "reason": "parcel of the neighbour"});
    adjust.json(&adjustment).send().await.expect(201);
    for statement in [
        "INSERT INTO complaints (tenant, complaint, number, member, topic, state, created_at, state_at)
         SELECT tenant, 'cmp_1', 1, member, 'delivery', 'open', 0, 0 FROM members
         WHERE external_id = 'customer-4711'",
        "INSERT INTO complaint_notes (tenant, complaint, note, id, author, who, body, at)
         SELECT tenant, 'cmp_1', 1, 'msg_1', 'member', member, 'broken teapot', 0 FROM members
         WHERE external_id = 'customer-4711'",
        "INSERT INTO claims (tenant, claim, advocate, friend, state, state_at, address, created_at, expires_at)
         SELECT tenant, 'clm_1', member, NULL, 'invited', 0, '203.0.113.7', 0, 1 FROM members
         WHERE external_id = 'customer-4711'",
        "INSERT INTO messages (tenant, message, kind, body, at)
         SELECT tenant, 'msg_old', 'complaint.filed', '{\"data\":{\"member_id\":\"' || member || '\",\"text\":\"broken teapot\"}}', 0
         FROM members WHERE external_id = 'customer-4711'",
        "INSERT INTO deliveries (tenant, message, endpoint, at, state, next_at)
         SELECT tenant, 'msg_old', 'ep_1', 0, 'delivered', 0 FROM tenants",
    ] {
        shop.sql(statement).await.unwrap();
    }
}

/// Every column of every table that has this text somewhere.
async fn where_is(shop: &Shop, text: &str) -> Vec<String> {
    let columns: Vec<(String, String)> = match shop.state.db.dialect() {
        Dialect::Sqlite => {
            shop.rows(
                "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p
                 WHERE m.type = 'table' AND p.type = 'TEXT'",
            )
            .await
        }
        Dialect::Postgres => {
            shop.rows(
                "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
                 WHERE table_schema = 'public' AND data_type = 'text'",
            )
            .await
        }
    };
    assert!(columns.len() > 60, "{}", columns.len());
    let mut found = Vec::new();
    for (table, column) in columns {
        let statement = format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE $1");
        let input = (statement, format!("%{text}%"));
        let rows: store::Result<i64> = shop
            .state
            .db
            .look(input, |mut tx, (statement, text)| {
                Box::pin(async move {
                    let rows = query(statement.clone()).bind(text).fetch_one(&mut tx).await;
                    (tx, rows)
                })
            })
            .await;
        if rows.unwrap() > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

#[tokio::test]
async fn nothing_is_left_of_an_erased_member_but_the_ledger() {
    let mut program = program("club");
    program["earning"]["activities"] = json!([{"id": "profile", "kind": "profile", "points": 50}]);
    let shop = Shop::with(program, Limits::default()).await;
    told_about(&shop).await;
    let hidden = ["sarvenaz@mail.example", "9123456789"];
    for text in PERSONAL {
        let found = where_is(&shop, text).await;
        assert_eq!(found.is_empty(), hidden.contains(text), "{text}: {found:?}");
    }
    let hashes: Vec<String> = shop.rows("SELECT contacts FROM members").await;
    let hash = hashes[0].split('"').nth(1).unwrap().to_owned();
    assert_eq!(hash.len(), 43);
    let balance = shop.available("customer-4711").await;
    assert_eq!(balance, 600 - 500 + 50 + 5);
    let waiting = "SELECT COUNT(*) FROM deliveries WHERE state = 'waiting'";
    assert!(shop.count(waiting).await > 2);
    let entries = shop.count("SELECT COUNT(*) FROM entries").await;

    let path = "/v1/members/customer-4711";
    shop.server("DELETE", path).send().await.expect(204);
    for text in PERSONAL.iter().copied().chain([hash.as_str()]) {
        let kept: &[&str] = if text == "key-of-a-browser" {
            &["redemptions.key"]
        } else {
            &[]
        };
        assert_eq!(where_is(&shop, text).await, kept, "{text}");
    }
    // All that is told of it is that it was done.
    let kinds: Vec<String> = shop
        .rows(
            "SELECT m.kind FROM messages m JOIN deliveries d ON d.message = m.message AND d.tenant = m.tenant
             WHERE d.state = 'waiting'",
        )
        .await;
    assert_eq!(kinds, ["member.erased"]);
    for method in ["GET", "DELETE"] {
        shop.server(method, path)
            .send()
            .await
            .refused(404, "not_found");
    }
    let export = format!("{path}/export");
    shop.server("GET", &export)
        .send()
        .await
        .refused(404, "not_found");
    let me = shop.shopper("customer-4711", "GET", "/v1/me");
    me.send().await.refused(404, "not_a_member");
    // The ledger stays, goes on, and holds.
    assert_eq!(shop.count("SELECT COUNT(*) FROM entries").await, entries);
    assert_eq!(shop.count("SELECT available FROM members").await, balance);
    shop.refunds("o1", &json!({"id": "r1", "amount": 1_000}))
        .await
        .expect(201);
    assert_eq!(
        shop.count("SELECT available FROM members").await,
        balance - 10
    );
    shop.is_sound().await;
    // The same id may join again, as somebody new.
    let join = shop.shopper("customer-4711", "POST", "/v1/me").key("again");
    let fresh: Snapshot =
        serde_json::from_value(join.json(&json!({})).send().await.expect(201).body).unwrap();
    assert_eq!(
        (fresh.first_name, fresh.facts.birthday, fresh.entries.len()),
        (None, None, 0)
    );
    assert_eq!(shop.available("customer-4711").await, 0);
    shop.is_sound().await;
}

#[tokio::test]
async fn erasing_one_leaves_the_others_alone() {
    let shop = Shop::open().await;
    told_about(&shop).await;
    let put = shop
        .server("PUT", "/v1/members/customer-4712")
        .json(&json!({"first_name": "Reza"}));
    put.send().await.expect(201);
    shop.buys("customer-4712", "o2", 10_000).await.expect(201);
    let bodies =
        "SELECT COUNT(*) FROM messages WHERE body LIKE '%customer-4712%' OR body LIKE '%o2%'";
    let before = shop.count(bodies).await;
    assert!(before > 1);
    shop.server("DELETE", "/v1/members/customer-4711")
        .send()
        .await
        .expect(204);
    assert_eq!(shop.count(bodies).await, before);
    let told = shop
        .server("GET", "/v1/members/customer-4712")
        .send()
        .await
        .expect(200);
    assert_eq!(told.body["member"]["first_name"], "Reza");
}

#[tokio::test]
async fn an_export_has_all_that_is_known() {
    let shop = Shop::open().await;
    told_about(&shop).await;
    shop.refunds("o1", &json!({"id": "r1", "amount": 1_000}))
        .await
        .expect(201);
    let all = shop
        .server("GET", "/v1/members/customer-4711/export")
        .send()
        .await
        .expect(200)
        .body;
    assert_eq!(all["member"]["first_name"], "Sarvenaz");
    assert_eq!(all["member"]["birthday"], json!({"month": 7, "day": 19}));
    assert_eq!(all["member"]["consents"], json!(["news"]));
    let lengths: Vec<(&str, usize)> = [
        "orders",
        "redemptions",
        "adjustments",
        "responses",
        "complaints",
        "claims",
        "prompts",
    ]
    .into_iter()
    .map(|part| (part, all[part].as_array().unwrap().len()))
    .filter(|(_, length)| *length != 1)
    .collect();
    assert_eq!(lengths, []);
    assert_eq!(all["orders"][0]["refunds"][0]["points_taken"], 10);
    assert_eq!(all["responses"][0]["comment"], "unkind words");
    assert_eq!(all["complaints"][0]["notes"][0]["body"], "broken teapot");
    assert_eq!(all["adjustments"][0]["reason"], "parcel of the neighbour");
    let told = shop.me("customer-4711").await;
    assert_eq!(all["entries"], told["entries"]);
    let acts: Vec<&Value> = all["audit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["action"])
        .collect();
    for action in [
        "member.created",
        "order.paid",
        "reward.redeemed",
        "points.adjusted",
    ] {
        assert!(acts.iter().any(|act| **act == action), "{action}: {acts:?}");
    }
    shop.server("GET", "/v1/members/nobody/export")
        .send()
        .await
        .refused(404, "not_found");
}
