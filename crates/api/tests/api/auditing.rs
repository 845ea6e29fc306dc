//! Every change leaves a row in the audit.

use crate::desk::PASSWORD;
use crate::harness::{Ask, Shop, order_of};
use api::routes;
use api::staff::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A story in which each route is asked once, and the audit is counted before and after.
struct Story {
    shop: Shop,
    told: BTreeSet<String>,
}

const ROWS: &str = "SELECT COUNT(*) FROM audit";

impl Story {
    /// The route answers well, and audits. Its answer.
    async fn tells(&mut self, route: &str, ask: impl Fn(&Shop) -> Ask<'_>) -> Value {
        let before = self.shop.count(ROWS).await;
        let reply = ask(&self.shop).send().await;
        assert!(
            reply.status.is_success(),
            "{route}: {} {}",
            reply.status,
            reply.body
        );
        assert!(
            self.shop.count(ROWS).await > before,
            "{route} audits nothing"
        );
        self.told.insert(route.to_owned());
        reply.body
    }
}

#[tokio::test]
async fn every_route_that_changes_something_leaves_a_row() {
    let shop = Shop::open().await;
    let owner = shop.logged_in("owner@shop.example", Role::Owner).await;
    let mut story = Story {
        shop,
        told: BTreeSet::new(),
    };
    let s = &mut story;
    let none = json!({});

    // Members and what they do.
    s.tells("PUT /v1/members/{external_id}", |shop| {
        shop.server("PUT", "/v1/members/c1").json(&none)
    })
    .await;
    s.tells("POST /v1/me", |shop| {
        shop.shopper("c2", "POST", "/v1/me").key("j").json(&none)
    })
    .await;
    let order = order_of("c1", "paid", 200_000);
    s.tells("PUT /v1/orders/{order_id}", |shop| {
        shop.server("PUT", "/v1/orders/o1").json(&order)
    })
    .await;
    s.tells("POST /v1/orders/{order_id}/refunds", |shop| {
        let refund = json!({"id": "r1", "amount": 1_000});
        shop.server("POST", "/v1/orders/o1/refunds").json(&refund)
    })
    .await;
    let redeem = json!({"reward_id": "rwd_five"});
    let taken = s
        .tells("POST /v1/me/redemptions", |shop| {
            shop.shopper("c1", "POST", "/v1/me/redemptions")
                .key("r")
                .json(&redeem)
        })
        .await;
    let code = format!(
        "/v1/coupons/{}",
        taken["redemption"]["code"].as_str().unwrap()
    );
    s.tells("POST /v1/coupons/{code}", |shop| {
        shop.server("POST", &code)
            .json(&json!({"action": "use", "order_id": "o2"}))
    })
    .await;
    let other = json!({"reward_id": "rwd_ship"});
    let ship = shop_redeems(&s.shop, &other).await;
    let path = format!("/v1/me/redemptions/{ship}");
    s.tells("DELETE /v1/me/redemptions/{id}", |shop| {
        shop.shopper("c1", "DELETE", &path).key("d")
    })
    .await;

    // The program.
    let draft = "/v1/programs/club/draft";
    let document = crate::harness::program("club");
    s.tells("PUT /v1/programs/{program}/draft", |shop| {
        shop.server("PUT", draft).json(&document)
    })
    .await;
    let at = s.shop.now().plus_days(1);
    s.tells("POST /v1/programs/{program}/simulations", |shop| {
        shop.server("POST", "/v1/programs/club/simulations")
            .json(&none)
    })
    .await;
    let scheduled = s
        .tells("POST /v1/programs/{program}/publish", |shop| {
            shop.server("POST", "/v1/programs/club/publish")
                .json(&json!({"at": at}))
        })
        .await;
    let path = format!(
        "/v1/programs/club/schedules/{}",
        scheduled["schedule"]["id"].as_str().unwrap()
    );
    s.tells(
        "DELETE /v1/programs/{program}/schedules/{schedule}",
        |shop| shop.server("DELETE", &path),
    )
    .await;
    s.tells("DELETE /v1/programs/{program}/draft", |shop| {
        shop.server("DELETE", draft)
    })
    .await;
    s.tells("POST /v1/programs/{program}/rollback", |shop| {
        shop.server("POST", "/v1/programs/club/rollback")
            .json(&json!({"version": 1}))
    })
    .await;

    let mut document = document;
    document["partners"] = json!([{"id": "cinema", "name": {"en": "Cinema"}}]);
    let document = serde_json::from_value(document).unwrap();
    s.shop.publishes(document).await.unwrap();
    let codes = "/v1/partners/cinema/codes";
    s.tells("POST /v1/partners/{partner}/codes", |shop| {
        shop.server("POST", codes)
            .json(&json!({"codes": [{"code": "FILM-1"}]}))
    })
    .await;
    s.tells("DELETE /v1/partners/{partner}/codes", |shop| {
        shop.server("DELETE", codes)
    })
    .await;

    // Accounts and keys.
    let added = s
        .tells("POST /v1/staff", |shop| {
            let add = json!({"email": "b@shop.example", "role": "viewer", "password": PASSWORD});
            shop.desk(&owner, "POST", "/v1/staff").json(&add)
        })
        .await;
    let account = format!("/v1/staff/{}", added["account"]["staff"].as_str().unwrap());
    s.tells("PATCH /v1/staff/{staff}", |shop| {
        shop.desk(&owner, "PATCH", &account)
            .json(&json!({"role": "editor"}))
    })
    .await;
    let made = s
        .tells("POST /v1/keys", |shop| {
            let key = json!({"kind": "publishable", "origins": ["https://a.example"]});
            shop.desk(&owner, "POST", "/v1/keys").json(&key)
        })
        .await;
    let key = format!("/v1/keys/{}", made["key"]["id"].as_str().unwrap());
    let origins = format!("{key}/origins");
    s.tells("PUT /v1/keys/{key}/origins", |shop| {
        shop.desk(&owner, "PUT", &origins)
            .json(&json!({"origins": []}))
    })
    .await;
    s.tells("DELETE /v1/keys/{key}", |shop| {
        shop.desk(&owner, "DELETE", &key)
    })
    .await;
    s.tells("POST /v1/sessions", |shop| {
        let login = json!({"program": "club", "email": "b@shop.example", "password": PASSWORD});
        shop.ask("POST", "/v1/sessions")
            .with("sec-fetch-site", "same-origin")
            .json(&login)
    })
    .await;
    let cookie = s
        .shop
        .logs_in_with("b@shop.example", PASSWORD)
        .await
        .unwrap();
    s.tells("DELETE /v1/sessions", |shop| {
        shop.desk(&cookie, "DELETE", "/v1/sessions")
    })
    .await;
    let cookie = s
        .shop
        .logs_in_with("b@shop.example", PASSWORD)
        .await
        .unwrap();
    s.tells("PUT /v1/sessions/password", |shop| {
        let both = json!({"current": PASSWORD, "password": "five other plain long words"});
        shop.desk(&cookie, "PUT", "/v1/sessions/password")
            .json(&both)
    })
    .await;
    s.tells("DELETE /v1/members/{external_id}", |shop| {
        shop.server("DELETE", "/v1/members/c2")
    })
    .await;

    let missing: Vec<String> = changing().difference(&story.told).cloned().collect();
    assert!(missing.is_empty(), "tell of these, too: {missing:?}");
}

async fn shop_redeems(shop: &Shop, body: &Value) -> String {
    let reply = shop
        .shopper("c1", "POST", "/v1/me/redemptions")
        .key("s")
        .json(body)
        .send()
        .await;
    reply.expect(201).body["redemption"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// What asks with a body and changes nothing.
const READING: [&str; 2] = [
    "POST /v1/programs/{program}/validate",
    "POST /v1/programs/{program}/preview",
];

/// Every route of the marketer's and the staff's that may change something.
fn changing() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (path, item) in routes::document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            let route = format!("{} {path}", method.to_uppercase());
            let reads = method == "get" || READING.contains(&route.as_str());
            if !reads && ["Programs", "Staff"].contains(&tag) {
                all.insert(route);
            }
        }
    }
    assert!(all.len() > 10, "{all:?}");
    all
}
