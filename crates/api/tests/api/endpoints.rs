//! Endpoints: what may be told of them, and how they are changed.

use crate::webhooks::*;
use api::app;
use api::webhooks::address::Guard;
use api::webhooks::sender::{Sender, TIMEOUT};
use serde_json::{Value, json};

#[tokio::test]
async fn what_may_not_be_called_is_refused_when_it_is_told_and_when_it_is_called() {
    let (mut shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &[]).await;
    // As it is outside of development.
    shop.state.sender = Sender::new(Guard::default(), TIMEOUT);
    shop.app = app(shop.state.clone());
    for url in [
        "http://shop.example/hook",
        "https://127.0.0.1/hook",
        "https://[::1]:8443/hook",
        "https://2130706433/hook",
        "https://10.0.0.8/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/hook",
        "https://user:secret@93.184.216.34/",
        "https://93.184.216.34:25/",
        "hook",
    ] {
        let asked = shop.server("POST", ALL).json(&json!({ "url": url }));
        let refused = asked.send().await.refused(422, "validation_failed");
        assert_eq!(refused.body["errors"][0]["pointer"], "/url", "{url}");
        let one = format!("{ALL}/{id}");
        let asked = shop.server("PATCH", &one).json(&json!({ "url": url }));
        asked.send().await.refused(422, "validation_failed");
    }
    let test = format!("{ALL}/{id}/test");
    let sent = shop.server("POST", &test).send().await.expect(202).body;
    assert_eq!(runs(&shop).await, 1);
    assert!(receiver.took().is_empty());
    let found = message(&shop, &sent["message_id"]).await;
    assert_eq!(found["attempts"][0]["status"], Value::Null);
    let why = found["attempts"][0]["error"].as_str().unwrap();
    assert!(
        why.contains("https://") && !why.contains("127.0.0.1"),
        "{why}"
    );
}

#[tokio::test]
async fn every_fault_of_an_endpoint_is_told_with_its_place() {
    let shop = shop().await;
    let wrong = json!({
        "url": "http://127.0.0.1:9/", "kinds": ["points.earned", "points.lost", "x"], "note": "n".repeat(201),
    });
    let refused = shop.server("POST", ALL).json(&wrong).send().await;
    let refused = refused.refused(422, "validation_failed").body;
    let places: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["/kinds/1", "/kinds/2", "/note"]);
    let detail = refused["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("points.expiring"), "{detail}");
    for _ in 0..20 {
        listens(&shop, "http://127.0.0.1:9/", &[]).await;
    }
    let more = shop
        .server("POST", ALL)
        .json(&json!({ "url": "http://127.0.0.1:9/" }));
    more.send().await.refused(409, "too_many_endpoints");
}

#[tokio::test]
async fn an_endpoint_is_changed_stopped_and_taken_away() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &["tier.raised"]).await;
    let one = format!("{ALL}/{id}");
    let change = json!({ "kinds": ["points.earned"], "note": "CRM" });
    let changed = shop
        .server("PATCH", &one)
        .json(&change)
        .send()
        .await
        .expect(200)
        .body;
    assert_eq!(changed["endpoint"]["note"], "CRM");
    assert_eq!(changed["endpoint"]["url"], receiver.url);
    shop.member("c1").await;
    shop.buys("c1", "o1", 12_000).await.expect(201);
    let stopped = shop
        .server("PATCH", &one)
        .json(&json!({ "enabled": false }))
        .send()
        .await;
    assert_eq!(
        stopped.expect(200).body["endpoint"]["disabled_reason"],
        "by_hand"
    );
    assert_eq!(runs(&shop).await, 0);
    assert_eq!(
        deliveries(&shop, &id, "?state=dropped").await["deliveries"][0]["kind"],
        "points.earned"
    );
    let back = shop
        .server("PATCH", &one)
        .json(&json!({ "enabled": true, "note": "" }))
        .send()
        .await;
    let back = back.expect(200).body["endpoint"].clone();
    assert_eq!(
        (&back["enabled"], &back["note"]),
        (&json!(true), &Value::Null)
    );
    shop.server("DELETE", &one).send().await.expect(204);
    shop.server("DELETE", &one)
        .send()
        .await
        .refused(404, "not_found");
    assert_eq!(shop.count("SELECT COUNT(*) FROM deliveries").await, 0);
    assert_eq!(audited(&shop, "webhook.deleted").await, 1);
}

#[tokio::test]
async fn the_log_comes_in_pages() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &[]).await;
    let test = format!("{ALL}/{id}/test");
    let mut sent = Vec::new();
    for n in 0..5 {
        shop.pass_ms(n % 2);
        let reply = shop.server("POST", &test).send().await.expect(202).body;
        sent.push(reply["message_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(runs(&shop).await, 5);
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = deliveries(&shop, &id, &query).await;
        let all = page["deliveries"].as_array().unwrap();
        assert!(all.len() <= 2);
        seen.extend(
            all.iter()
                .map(|one| one["message_id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("?limit=2&state=delivered&cursor={next}");
    }
    assert_eq!(seen.len(), 5);
    seen.sort();
    sent.sort();
    assert_eq!(seen, sent);
    let path = format!("{ALL}/{id}/deliveries?cursor=nonsense");
    shop.server("GET", &path)
        .send()
        .await
        .refused(400, "malformed_request");
}
