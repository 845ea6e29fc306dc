//! Every event that the reference names happens in a club, and its message is as the reference says.

use crate::complaining::{desk, does, files, tea};
use crate::harness::{Shop, program};
use crate::jobs::heard;
use api::{jobs, openapi, routes};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What of a message the reference does not know or lacks.
fn faults(kind: &str, body: &Value) -> Vec<String> {
    let mut document = routes::document().clone();
    let place = format!("#/webhooks/{kind}/post/requestBody/content/application~1json/schema");
    document["$ref"] = json!(place);
    let schema = jsonschema::validator_for(&document).unwrap();
    let faults = schema.iter_errors(body);
    faults.map(|fault| fault.to_string()).collect()
}

async fn passes(shop: &Shop, days: i64) {
    shop.pass_days(days);
    jobs::run(&shop.state).await.unwrap();
}

/// Earning, redeeming, tiers, expiry.
async fn points(shop: &Shop) {
    shop.member("c1").await;
    let name = json!({"first_name": "سارا"});
    let named = shop.server("PUT", "/v1/members/c1").json(&name);
    named.send().await.expect(200);
    shop.buys("c1", "o1", 50_000).await.expect(201);
    shop.buys("c1", "o2", 1_000_000).await.expect(201);
    passes(shop, 4).await;
    let taken = shop.redeems("c1", "rwd_ship", "k1").await.expect(201);
    let id = taken.body["redemption"]["id"].as_str().unwrap().to_owned();
    let cancel = shop.shopper("c1", "DELETE", &format!("/v1/me/redemptions/{id}"));
    cancel.key("k2").send().await.expect(200);
    let refund = json!({"id": "r1", "amount": 10_000});
    shop.refunds("o1", &refund).await.expect(201);
    let answer = json!({
        "id": "rsp_1", "survey_id": "srv_order", "scope": "o1", "score": 2, "comment": "unkind words",
        "completed": true,
    });
    let respond = shop.shopper("c1", "POST", "/v1/me/responses");
    respond.key("k3").json(&answer).send().await.expect(201);
}

/// A friend who counts, and one who does not.
async fn friends(shop: &Shop) {
    let code = shop.me("c1").await["referral"]["code"].clone();
    let path = format!(
        "/v1/referrals/{}/claims?key={}",
        code.as_str().unwrap(),
        shop.keys.page
    );
    for (who, key) in [("ben", "f1"), ("c1", "f2")] {
        let claim = shop.ask("POST", &path).key(key).send().await.expect(201);
        let joins = json!({"claim_id": claim.body["claim"]["id"]});
        let put = shop.server("PUT", &format!("/v1/members/{who}"));
        let put = put.json(&joins).send().await;
        assert!(put.status.is_success(), "{}", put.body);
    }
    shop.buys("ben", "o3", 4_000).await.expect(201);
}

async fn plans(shop: &Shop) {
    for payment in ["p1", "p2"] {
        let paid = json!({"id": payment, "plan": "plus", "renews": false});
        let put = shop.server("PUT", "/v1/members/c1/membership").json(&paid);
        put.send().await.expect(201);
    }
}

async fn complaints(shop: &Shop) {
    let filed = files(shop, "c1", "q1", &tea()).await.expect(201);
    let number = filed.body["complaint"]["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let text = json!({"text": "words of somebody"});
    does(shop, "c1", &number, "messages", &text)
        .await
        .expect(201);
    desk(shop, &number, "messages", &text).await.expect(201);
    desk(shop, &number, "resolve", &json!({})).await.expect(200);
    let reopened = does(shop, "c1", &number, "reopen", &text).await;
    assert!(reopened.status.is_success(), "{}", reopened.body);
    let closed = does(shop, "c1", &number, "close", &json!({})).await;
    assert!(closed.status.is_success(), "{}", closed.body);
    files(shop, "c1", "q2", &tea()).await.expect(201);
}

async fn messages(shop: &Shop) -> BTreeSet<(String, String)> {
    let rows = shop.rows("SELECT kind, body FROM messages").await;
    rows.into_iter().collect()
}

#[tokio::test]
async fn every_event_is_told_as_the_reference_says() {
    let mut program = program("club");
    program["earning"]["purchase"]["pending_days"] = json!(3);
    program["expiry"] = json!({"per_lot": {"months": 4, "warn_days": 30}});
    program["tiers"]["window"] = json!({"rolling_months": 6});
    program["tiers"]["downgrade"] = json!("recompute");
    program["memberships"] =
        json!([{"id": "plus", "name": {"en": "Plus"}, "price": 500, "months": 1}]);
    let shop = heard(program).await;
    points(&shop).await;
    friends(&shop).await;
    plans(&shop).await;
    complaints(&shop).await;
    // Messages are kept for a month: what was told is looked at as time goes by.
    let mut all = messages(&shop).await;
    for _ in 0..14 {
        passes(&shop, 15).await;
        all.extend(messages(&shop).await);
    }
    shop.member("c2").await;
    let erase = shop.server("DELETE", "/v1/members/c2");
    erase.send().await.expect(204);
    let endpoints = shop.server("GET", "/v1/webhooks/endpoints").send().await;
    let id = endpoints.body["endpoints"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    // Nothing was ever taken: it was disabled after five days, and what happened since is kept.
    let one = format!("/v1/webhooks/endpoints/{id}");
    shop.server("POST", &format!("{one}/enable"))
        .send()
        .await
        .expect(200);
    shop.server("POST", &format!("{one}/test"))
        .send()
        .await
        .expect(202);

    all.extend(messages(&shop).await);
    let told: BTreeSet<&str> = all.iter().map(|(kind, _)| kind.as_str()).collect();
    let known: BTreeSet<&str> = openapi::EVENTS.iter().map(|(kind, _)| *kind).collect();
    let untold: Vec<_> = known.difference(&told).collect();
    let unknown: Vec<_> = told.difference(&known).collect();
    assert!(
        untold.is_empty() && unknown.is_empty(),
        "{untold:?} {unknown:?}"
    );
    for (kind, body) in &all {
        assert!(body.len() < 20_000, "{body}");
        for personal in ["سارا", "unkind", "somebody", "tea came"] {
            assert!(!body.contains(personal), "{body}");
        }
        // Of one who was erased, nothing is left but that they were.
        if body != "{}" {
            let faults = faults(kind, &serde_json::from_str(body).unwrap());
            assert!(faults.is_empty(), "{kind} {body}: {faults:?}");
        }
    }
}
