//! Which answers count: prompts, links, scores of several items, and what a browser reports.

use crate::harness::{NOON, Reply, Shop, program, publish};
use api::limits::Limits;
use serde_json::{Value, json};

/// The usual club, with a loyalty index that is asked of everybody and pays 10 points.
fn with_index() -> Value {
    let mut club = program("club");
    club["surveys"].as_array_mut().unwrap().push(json!({
        "id": "srv_cli", "kind": "cli", "trigger": "manual", "scope": "periodic", "audience": {"member_days_min": 0},
    }));
    let paid = json!({"id": "index", "kind": {"survey": "srv_cli"}, "points": 10});
    club["earning"]["activities"]
        .as_array_mut()
        .unwrap()
        .push(paid);
    club
}

async fn open() -> Shop {
    let shop = Shop::with(with_index(), Limits::new(600, 1_000)).await;
    shop.member("c1").await;
    shop.member("c2").await;
    shop
}

async fn answers(shop: &Shop, who: &str, key: &str, body: &Value) -> Reply {
    let ask = shop.shopper(who, "POST", "/v1/me/responses").key(key);
    ask.json(body).send().await
}

fn index(id: &str, prompt: Option<&str>) -> Value {
    json!({
        "id": id, "survey_id": "srv_cli", "scores": [6, 5, 4], "completed": true, "prompt": prompt,
    })
}

/// The prompt of the member's snapshot for a survey and scope.
async fn prompt(shop: &Shop, who: &str, survey: &str, scope: &str) -> Option<String> {
    let me = shop.me(who).await;
    let prompts = me["prompts"].as_array().cloned().unwrap_or_default();
    let found = prompts
        .iter()
        .find(|one| one["survey_id"] == survey && one["scope"] == scope)?;
    Some(found["id"].as_str().unwrap().to_owned())
}

async fn link(shop: &Shop, who: &str, survey: &str, scope: &str) -> Reply {
    shop.server("POST", &format!("/v1/members/{who}/prompts"))
        .json(&json!({"survey_id": survey, "scope": scope}))
        .send()
        .await
}

#[tokio::test]
async fn an_answer_counts_and_is_paid_by_its_prompt_once() {
    let shop = open().await;
    let id = prompt(&shop, "c1", "srv_cli", "").await.unwrap();
    // Without a prompt it is stored, and that is all.
    let stored = answers(&shop, "c2", "k", &index("a", None))
        .await
        .expect(201);
    assert_eq!(
        stored.body["response"],
        json!({"id": "a", "points": 0, "counted": false})
    );
    assert_eq!(prompt(&shop, "c2", "srv_cli", "").await, None);
    // Another member's prompt, and one that was tampered with, are not this member's.
    let forged = id.replacen("prm_W", "prm_X", 1);
    let cut = &id[..id.len() - 1];
    for (who, wrong) in [
        ("c2", id.as_str()),
        ("c1", &forged),
        ("c1", cut),
        ("c1", "prm_"),
        ("c1", "x"),
    ] {
        let key = format!("wrong-{}", &wrong[wrong.len().saturating_sub(20)..]);
        let problem = answers(&shop, who, &key, &index("b", Some(wrong)))
            .await
            .refused(422, "validation_failed");
        assert_eq!(problem.body["errors"][0]["pointer"], "/prompt", "{wrong}");
    }
    assert_eq!(shop.count("SELECT COUNT(*) FROM responses").await, 1);
    let first = answers(&shop, "c1", "k1", &index("a", Some(&id)))
        .await
        .expect(201);
    assert_eq!(
        first.body["response"],
        json!({"id": "a", "points": 10, "counted": true})
    );
    // It grows under its own id, and no other id gets in.
    let again = answers(&shop, "c1", "k2", &index("a", Some(&id)))
        .await
        .expect(201);
    assert_eq!(again.body["response"]["counted"], true);
    answers(&shop, "c1", "k3", &index("b", Some(&id)))
        .await
        .refused(409, "prompt_used");
    assert_eq!(prompt(&shop, "c1", "srv_cli", "").await, None);
    // A year later the next round counts. It is not paid again, and the first prompt is worth nothing.
    shop.pass_days(365);
    let next = prompt(&shop, "c1", "srv_cli", "").await.unwrap();
    assert_ne!(next, id);
    answers(&shop, "c1", "k4", &index("c", Some(&id)))
        .await
        .refused(409, "prompt_used");
    let second = answers(&shop, "c1", "k5", &index("c", Some(&next)))
        .await
        .expect(201);
    assert_eq!(
        second.body["response"],
        json!({"id": "c", "points": 0, "counted": true})
    );
    assert_eq!(
        (shop.available("c1").await, shop.available("c2").await),
        (10, 0)
    );
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM responses WHERE verified = 1")
            .await,
        2
    );
    shop.is_sound().await;
}

#[tokio::test]
async fn of_many_answers_to_a_prompt_at_once_one_counts() {
    let shop = open().await;
    let id = prompt(&shop, "c1", "srv_cli", "").await.unwrap();
    let asks = (0..8).map(|at| {
        let body = index(&format!("r{at}"), Some(&id));
        let ask = shop.shopper("c1", "POST", "/v1/me/responses");
        let ask = ask.key(&format!("k{at}")).json(&body);
        let (app, request) = (shop.app.clone(), ask.request());
        tokio::spawn(async move {
            tower::ServiceExt::oneshot(app, request)
                .await
                .unwrap()
                .status()
        })
    });
    let mut statuses = Vec::new();
    for ask in asks.collect::<Vec<_>>() {
        statuses.push(ask.await.unwrap().as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(shop.available("c1").await, 10);
    shop.is_sound().await;
}

#[tokio::test]
async fn several_scores_may_come_one_by_one_and_are_all_there_in_the_end() {
    let shop = open().await;
    let part = json!({"id": "r", "survey_id": "srv_cli", "scores": [6], "completed": false});
    answers(&shop, "c1", "k1", &part).await.expect(201);
    let cases = [
        (
            json!({"scores": [6, 5], "completed": true}),
            "/scores",
            "wrong_count",
        ),
        (
            json!({"scores": [6, 5, 4, 3], "completed": false}),
            "/scores",
            "wrong_count",
        ),
        (
            json!({"scores": [], "completed": false}),
            "/scores",
            "wrong_count",
        ),
        (
            json!({"scores": [6, 7], "completed": false}),
            "/scores/1",
            "out_of_range",
        ),
        (
            json!({"scores": [0], "completed": false}),
            "/scores/0",
            "out_of_range",
        ),
        (
            json!({"score": 6, "scores": [6], "completed": false}),
            "/scores",
            "ambiguous",
        ),
        (
            json!({"score": 6, "completed": true}),
            "/score",
            "wrong_count",
        ),
        (
            json!({"scores": [6], "comment": "a\u{0}b", "completed": false}),
            "/comment",
            "bad_text",
        ),
    ];
    for (mut body, pointer, code) in cases {
        body["id"] = json!("r");
        body["survey_id"] = json!("srv_cli");
        let problem = answers(&shop, "c1", "k", &body)
            .await
            .refused(422, "validation_failed");
        let fault = &problem.body["errors"][0];
        assert_eq!(
            (&fault["pointer"], &fault["code"]),
            (&json!(pointer), &json!(code)),
            "{body}"
        );
    }
    answers(&shop, "c1", "k2", &index("r", None))
        .await
        .expect(201);
    let rows: Vec<(String, i64)> = shop.rows("SELECT scores, completed FROM responses").await;
    assert_eq!(rows, [("[6,5,4]".to_owned(), 1)]);
    // A survey with one item takes either way of saying it.
    let one = json!({"id": "n", "survey_id": "srv_nps", "scores": [9], "completed": true});
    answers(&shop, "c1", "k3", &one).await.expect(201);
}

#[tokio::test]
async fn an_order_is_answered_for_once_with_a_prompt_or_without() {
    let shop = open().await;
    shop.buys("c1", "o1", 1_000).await.expect(201);
    shop.buys("c2", "hers", 1_000).await.expect(201);
    let id = prompt(&shop, "c1", "srv_order", "o1").await.unwrap();
    assert_eq!(prompt(&shop, "c1", "srv_order", "hers").await, None);
    let about = |id: &str, scope: &str, prompt: Option<&str>| json!({"id": id, "survey_id": "srv_order", "scope": scope, "score": 5, "completed": true, "prompt": prompt});
    let hers = answers(&shop, "c1", "k1", &about("a", "hers", None))
        .await
        .expect(201);
    assert_eq!(hers.body["response"]["counted"], false);
    answers(&shop, "c1", "k2", &about("b", "hers", Some(&id)))
        .await
        .refused(422, "validation_failed");
    let own = answers(&shop, "c1", "k3", &about("c", "o1", None))
        .await
        .expect(201);
    assert_eq!(
        own.body["response"],
        json!({"id": "c", "points": 20, "counted": true})
    );
    answers(&shop, "c1", "k4", &about("d", "o1", Some(&id)))
        .await
        .refused(409, "prompt_used");
    let second = answers(&shop, "c1", "k5", &about("e", "o1", None))
        .await
        .expect(201);
    assert_eq!(
        second.body["response"],
        json!({"id": "e", "points": 0, "counted": false})
    );
    // What was answered before the report counts with it: the first answer alone.
    for (key, id) in [("k6", "f"), ("k7", "g")] {
        let early = answers(&shop, "c1", key, &about(id, "o2", None))
            .await
            .expect(201);
        assert_eq!(early.body["response"]["counted"], false);
    }
    shop.buys("c1", "o2", 1_000).await.expect(201);
    let counted: Vec<String> = shop
        .rows("SELECT response FROM responses WHERE verified = 1 ORDER BY response")
        .await;
    assert_eq!(counted, ["c", "f"]);
    assert_eq!(shop.available("c1").await, 10 + 20 + 10 + 20);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_link_is_answered_once_without_a_login() {
    let shop = open().await;
    let made = link(&shop, "c1", "srv_nps", "").await.expect(201).body;
    assert_eq!(made["prompt"]["expires_at"], "2026-12-22T08:30:00Z");
    let id = made["prompt"]["id"].as_str().unwrap();
    let path = format!("/v1/surveys/{id}");
    let asked = shop.ask("GET", &path).send().await.expect(200).body;
    assert_eq!(
        (&asked["survey"]["id"], &asked["answered"]),
        (&json!("srv_nps"), &json!(false))
    );
    let respond = |key: &str, id: &str, score: u8| {
        let body = json!({"id": id, "score": score, "completed": true});
        let ask = shop.ask("POST", &format!("{path}/responses")).key(key);
        ask.json(&body).send()
    };
    let keyless = shop.ask("POST", &format!("{path}/responses"));
    let keyless = keyless.json(&json!({"id": "r", "score": 9, "completed": true}));
    keyless.send().await.refused(400, "idempotency_key_missing");
    respond("k0", "r", 11)
        .await
        .refused(422, "validation_failed");
    let stored = respond("k1", "r", 9).await.expect(201);
    assert_eq!(stored.body["response"]["counted"], true);
    let replayed = respond("k1", "r", 9).await.expect(201);
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    respond("k2", "r", 10).await.expect(201);
    respond("k3", "other", 0).await.refused(409, "prompt_used");
    let asked = shop.ask("GET", &path).send().await.expect(200).body;
    assert_eq!(asked["answered"], true);
    let rows: Vec<(String, String)> = shop.rows("SELECT response, scores FROM responses").await;
    assert_eq!(rows, [("r".to_owned(), "[10]".to_owned())]);
}

#[tokio::test]
async fn a_link_ends_and_is_nobody_elses() {
    let shop = open().await;
    let id = |reply: Reply| reply.body["prompt"]["id"].as_str().unwrap().to_owned();
    let late = id(link(&shop, "c1", "srv_nps", "").await.expect(201));
    let gone = id(link(&shop, "c2", "srv_nps", "").await.expect(201));
    let snapshot = prompt(&shop, "c1", "srv_cli", "").await.unwrap();
    let get = |id: &str| shop.ask("GET", &format!("/v1/surveys/{id}")).send();
    // A prompt of the snapshot belongs to the login; anything else is no link.
    for wrong in [
        snapshot.as_str(),
        "prm_x.y",
        "x",
        &late.replacen("prm_W", "prm_X", 1),
    ] {
        get(wrong).await.refused(404, "not_found");
    }
    shop.server("DELETE", "/v1/members/c2")
        .send()
        .await
        .expect(204);
    get(&gone).await.refused(404, "not_found");
    // Another club with the same words signs with a secret of its own.
    let other = publish(&shop.state.db, program("other"), shop.now()).await;
    let ask = shop.server_of(&other, "POST", "/v1/members/c1/prompts");
    ask.json(&json!({"survey_id": "srv_nps"}))
        .send()
        .await
        .refused(404, "not_found");
    shop.pass_days(30);
    get(&late).await.refused(409, "prompt_ended");
    let body = json!({"id": "r", "score": 9, "completed": true});
    let ask = shop
        .ask("POST", &format!("/v1/surveys/{late}/responses"))
        .key("k");
    ask.json(&body).send().await.refused(409, "prompt_ended");
    link(&shop, "c1", "srv_order", "")
        .await
        .refused(422, "validation_failed");
    link(&shop, "c1", "srv_order", "o9")
        .await
        .refused(422, "validation_failed");
    link(&shop, "c1", "srv_none", "")
        .await
        .refused(404, "not_found");
    link(&shop, "nobody", "srv_nps", "")
        .await
        .refused(404, "not_found");
    assert_eq!(shop.count("SELECT COUNT(*) FROM responses").await, 0);
}

#[tokio::test]
async fn an_unknown_kind_of_event_is_refused_by_name() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let send = |event: Value| {
        let ask = shop.shopper("c1", "POST", "/v1/events");
        ask.json(&json!({"events": [event]})).send()
    };
    let wrong = send(json!({"id": "e", "kind": "offer_eaten", "at": NOON}))
        .await
        .refused(422, "validation_failed");
    let fault = &wrong.body["errors"][0];
    assert_eq!(fault["pointer"], "/events/0/kind");
    assert!(
        fault["detail"].as_str().unwrap().contains("offer_eaten"),
        "{fault}"
    );
    // The next version has an offer.
    shop.sql(
        r#"INSERT INTO programs (tenant, version, document, published_by, published_at)
           SELECT tenant, 2, REPLACE(REPLACE(document, '"version":1', '"version":2'), '"surveys":', '"offers":[{
               "id": "off_tea", "title": {"en": "Tea"}, "trigger": "schedule", "benefit": {"points": 5}
           }],"surveys":'), 'test', published_at FROM programs"#,
    )
    .await
    .unwrap();
    for (id, offer, accepted) in [
        ("e1", "off_tea", 1),
        ("e1", "off_tea", 0),
        ("e2", "off_none", 0),
    ] {
        let shown = json!({"id": id, "kind": "offer_shown", "at": NOON, "offer_id": offer});
        assert_eq!(
            send(shown).await.expect(202).body["accepted"],
            accepted,
            "{id} {offer}"
        );
    }
    let rows: Vec<(String, String)> = shop.rows("SELECT kind, offer FROM events").await;
    assert_eq!(rows, [("offer_shown".to_owned(), "off_tea".to_owned())]);
}
