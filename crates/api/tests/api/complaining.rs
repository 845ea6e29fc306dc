//! Complaints: from the first word to the last, on both sides.

use crate::harness::{Reply, Shop, program, publish};
use api::keys::{Fresh, New};
use api::scopes::{Scope, Scopes};
use api::staff::Role;
use serde_json::{Value, json};

pub(crate) async fn open() -> Shop {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.member("c2").await;
    shop
}

pub(crate) async fn files(shop: &Shop, who: &str, key: &str, body: &Value) -> Reply {
    let ask = shop.shopper(who, "POST", "/v1/me/complaints").key(key);
    ask.json(body).send().await
}

pub(crate) fn tea() -> Value {
    json!({"topic": "Delivery", "text": "The tea came\nopen."})
}

/// The member does something; the key is fresh for each word.
pub(crate) async fn does(shop: &Shop, who: &str, number: &str, what: &str, body: &Value) -> Reply {
    let key = format!("{what}-{}-{}", body, shop.now().0);
    let key: String = key
        .chars()
        .filter(char::is_ascii_graphic)
        .take(120)
        .collect();
    let path = format!("/v1/me/complaints/{number}/{what}");
    shop.shopper(who, "POST", &path)
        .key(&key)
        .json(body)
        .send()
        .await
}

pub(crate) async fn desk(shop: &Shop, number: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/v1/complaints/{number}/{what}");
    shop.server("POST", &path).json(body).send().await
}

fn state(reply: &Reply) -> &str {
    let complaint = &reply.body["complaint"];
    let own = complaint["state"].as_str();
    own.or_else(|| complaint["complaint"]["state"].as_str())
        .unwrap()
}

#[tokio::test]
async fn a_complaint_goes_to_and_fro_until_the_member_is_satisfied() {
    let shop = open().await;
    shop.buys("c1", "o1", 1_000).await.expect(201);
    let mut body = tea();
    body["order_id"] = json!("o1");
    body["survey_id"] = json!("srv_order");
    let filed = files(&shop, "c1", "k1", &body).await.expect(201);
    let number = rules::complaints::number(1);
    assert_eq!(filed.body["complaint"]["number"], number);
    assert_eq!(
        (state(&filed), &filed.body["complaint"]["order_id"]),
        ("open", &json!("o1"))
    );
    let again = files(&shop, "c1", "k1", &body).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let note = json!({"text": "Ask the courier.", "internal": true});
    assert_eq!(
        state(&desk(&shop, &number, "messages", &note).await.expect(201)),
        "open"
    );
    // The same message of the shop's twice is one.
    let answer = json!({"id": "m1", "text": "We send another."});
    for _ in 0..2 {
        assert_eq!(
            state(&desk(&shop, &number, "messages", &answer).await.expect(201)),
            "answered"
        );
    }
    let other = json!({"id": "m1", "text": "Something else."});
    desk(&shop, &number, "messages", &other)
        .await
        .refused(422, "validation_failed");
    let thanks = json!({"text": "It has not come."});
    assert_eq!(
        state(
            &does(&shop, "c1", &number, "messages", &thanks)
                .await
                .expect(201)
        ),
        "open"
    );
    for _ in 0..2 {
        assert_eq!(
            state(
                &desk(&shop, &number, "resolve", &json!({}))
                    .await
                    .expect(200)
            ),
            "resolved"
        );
    }
    let no = json!({"satisfied": false});
    assert_eq!(
        state(
            &does(&shop, "c1", &number, "judgement", &no)
                .await
                .expect(200)
        ),
        "reopened"
    );
    desk(&shop, &number, "resolve", &json!({}))
        .await
        .expect(200);
    let yes = json!({"satisfied": true});
    let closed = does(&shop, "c1", &number, "judgement", &yes)
        .await
        .expect(200);
    assert_eq!(
        (state(&closed), &closed.body["complaint"]["satisfied"]),
        ("closed", &json!(true))
    );
    shop.pass(1);
    does(&shop, "c1", &number, "messages", &thanks)
        .await
        .refused(409, "complaint_not_now");
    desk(&shop, &number, "messages", &json!({"text": "Bye."}))
        .await
        .refused(409, "complaint_not_now");
    assert_eq!(
        state(
            &does(&shop, "c1", &number, "reopen", &json!({}))
                .await
                .expect(200)
        ),
        "reopened"
    );
    assert_eq!(
        state(
            &does(&shop, "c1", &number, "close", &json!({}))
                .await
                .expect(200)
        ),
        "closed"
    );
    // What the member reads has no word of the shop's to itself.
    let path = format!("/v1/me/complaints/{number}");
    let read = shop
        .shopper("c1", "GET", &path)
        .send()
        .await
        .expect(200)
        .body;
    let texts: Vec<_> = read["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["text"])
        .collect();
    assert_eq!(
        texts,
        [
            "The tea came\nopen.",
            "We send another.",
            "It has not come."
        ]
    );
    let seen = shop
        .server("GET", &format!("/v1/complaints/{number}"))
        .send()
        .await
        .expect(200)
        .body;
    assert_eq!(seen["messages"][1]["message"]["text"], "Ask the courier.");
    assert!(
        seen["messages"][1]["by"]
            .as_str()
            .unwrap()
            .starts_with("key_"),
        "{seen}"
    );
    assert_eq!(
        (&seen["complaint"]["member"], &seen["complaint"]["reopened"]),
        (&json!("c1"), &json!(2))
    );
    let acts: Vec<String> = shop
        .rows("SELECT action FROM audit WHERE action LIKE 'complaint.%' ORDER BY action")
        .await;
    let times = |what: &str| acts.iter().filter(|one| *one == what).count();
    assert_eq!(
        (
            times("complaint.filed"),
            times("complaint.answered"),
            times("complaint.noted")
        ),
        (1, 1, 1)
    );
    assert_eq!(
        (
            times("complaint.resolved"),
            times("complaint.reopened"),
            times("complaint.closed")
        ),
        (2, 2, 2)
    );
}

#[tokio::test]
async fn a_complaint_is_its_members_and_its_shops_alone() {
    let shop = open().await;
    let filed = files(&shop, "c1", "k1", &tea()).await.expect(201);
    let number = filed.body["complaint"]["number"].as_str().unwrap();
    let id = filed.body["complaint"]["id"].as_str().unwrap();
    let other = publish(&shop.state.db, program("other"), shop.now()).await;
    for name in [number, id, "00021", "cmp_none", "%F0%9F%8D%B5"] {
        let path = format!("/v1/me/complaints/{name}");
        shop.shopper("c2", "GET", &path)
            .send()
            .await
            .refused(404, "not_found");
        let desk = shop.server_of(&other, "GET", &format!("/v1/complaints/{name}"));
        desk.send().await.refused(404, "not_found");
        let close = shop.server_of(&other, "POST", &format!("/v1/complaints/{name}/resolve"));
        close.send().await.refused(404, "not_found");
        does(&shop, "c2", name, "messages", &json!({"text": "Hello"}))
            .await
            .refused(404, "not_found");
        does(&shop, "c2", name, "close", &json!({}))
            .await
            .refused(404, "not_found");
    }
    let persian: String = number
        .bytes()
        .map(|digit| format!("%DB%B{}", digit - b'0'))
        .collect();
    for name in [number, id, &persian] {
        let path = format!("/v1/me/complaints/{name}");
        shop.shopper("c1", "GET", &path).send().await.expect(200);
    }
    let path = format!("/v1/complaints/{number}");
    shop.ask("GET", &path)
        .send()
        .await
        .refused(401, "unauthorized");
    for (scope, status) in [(Scope::Orders, 403), (Scope::Complaints, 200)] {
        let made = shop.key(New::Secret(Scopes::of(&[scope]))).await.unwrap();
        let Fresh::SecretKey(secret) = made else {
            panic!("asked for a secret key")
        };
        let ask = shop
            .ask("GET", &path)
            .with("authorization", format!("Bearer {secret}"));
        ask.send().await.expect(status);
    }
    assert_eq!(shop.count("SELECT COUNT(*) FROM complaint_notes").await, 1);
}

#[tokio::test]
async fn what_cannot_be_filed_is_told_with_its_place_and_takes_no_number() {
    let shop = open().await;
    shop.buys("c2", "hers", 1_000).await.expect(201);
    let cases = [
        (json!({"topic": "", "text": "a"}), "/topic"),
        (json!({"topic": "a\nb", "text": "a"}), "/topic"),
        (json!({"topic": "x".repeat(81), "text": "a"}), "/topic"),
        (json!({"topic": "a", "text": " "}), "/text"),
        (json!({"topic": "a", "text": "x".repeat(4_001)}), "/text"),
        (json!({"topic": "a", "text": "a\u{0}"}), "/text"),
        (
            json!({"topic": "a", "text": "a", "order_id": "hers"}),
            "/order_id",
        ),
        (
            json!({"topic": "a", "text": "a", "survey_id": "srv_x"}),
            "/survey_id",
        ),
        (json!({"topic": "a", "text": "a", "id": "12"}), "/id"),
        (json!({"topic": "a", "text": "a", "id": "a b"}), "/id"),
    ];
    for (body, pointer) in cases {
        let problem = files(&shop, "c1", "k", &body)
            .await
            .refused(422, "validation_failed");
        assert_eq!(problem.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let mut own = tea();
    own["id"] = json!("cmp_own");
    files(&shop, "c1", "k1", &own).await.expect(201);
    let same = files(&shop, "c1", "k2", &own).await.expect(201);
    assert_eq!(
        same.body["complaint"]["number"],
        rules::complaints::number(1)
    );
    files(&shop, "c2", "k3", &own)
        .await
        .refused(422, "validation_failed");
    for at in 2..=10 {
        files(&shop, "c1", &format!("more{at}"), &tea())
            .await
            .expect(201);
    }
    files(&shop, "c1", "eleven", &tea())
        .await
        .refused(409, "too_many_complaints");
    does(&shop, "c1", "cmp_own", "close", &json!({}))
        .await
        .expect(200);
    let next = files(&shop, "c1", "twelve", &tea()).await.expect(201);
    assert_eq!(
        next.body["complaint"]["number"],
        rules::complaints::number(11)
    );
}

#[tokio::test]
async fn numbers_have_no_gaps_however_many_file_at_once() {
    let shop = open().await;
    for at in 0..12 {
        shop.member(&format!("m{at}")).await;
    }
    let asks = (0..24).map(|at| {
        let mut body = tea();
        if at % 2 == 1 {
            body["order_id"] = json!("none");
        }
        let who = format!("m{}", at / 2);
        let ask = shop.shopper(&who, "POST", "/v1/me/complaints");
        let request = ask.key(&format!("k{at}")).json(&body).request();
        let app = shop.app.clone();
        tokio::spawn(async move {
            tower::ServiceExt::oneshot(app, request)
                .await
                .unwrap()
                .status()
        })
    });
    let mut filed = 0;
    for ask in asks.collect::<Vec<_>>() {
        filed += i64::from(ask.await.unwrap().as_u16() == 201);
    }
    assert_eq!(filed, 12);
    let numbers: Vec<i64> = shop
        .rows("SELECT number FROM complaints ORDER BY number")
        .await;
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
}

#[tokio::test]
async fn people_of_the_shop_read_and_editors_answer() {
    let shop = open().await;
    files(&shop, "c1", "k1", &tea()).await.expect(201);
    let path = format!("/v1/complaints/{}", rules::complaints::number(1));
    let viewer = shop.logged_in("viewer@shop.example", Role::Viewer).await;
    let editor = shop.logged_in("editor@shop.example", Role::Editor).await;
    for who in [&viewer, &editor] {
        shop.desk(who, "GET", &path).send().await.expect(200);
        shop.desk(who, "GET", "/v1/insights/nps")
            .send()
            .await
            .expect(200);
    }
    let resolve = format!("{path}/resolve");
    shop.desk(&viewer, "POST", &resolve)
        .send()
        .await
        .refused(403, "role_missing");
    let elsewhere = shop.ask("POST", &resolve).with("cookie", &editor);
    let elsewhere = elsewhere.with("sec-fetch-site", "cross-site");
    elsewhere.send().await.refused(403, "cross_site");
    shop.desk(&editor, "POST", &resolve)
        .send()
        .await
        .expect(200);
    let goal = shop.desk(&viewer, "DELETE", "/v1/goals/g").send().await;
    goal.refused(403, "role_missing");
}
