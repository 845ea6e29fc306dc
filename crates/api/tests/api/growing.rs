//! Joining, inviting, answering: how a club grows.

use crate::harness::{NOON, ORIGIN, Shop, order_of, program};
use api::limits::Limits;
use serde_json::{Value, json};

async fn joins(shop: &Shop, sub: &str, body: Value) -> Value {
    let ask = shop
        .shopper(sub, "POST", "/v1/me")
        .key(&format!("join-{sub}"));
    ask.json(&body).send().await.expect(201).body
}

async fn claims(shop: &Shop, code: &str, key: &str) -> Value {
    let path = format!("/v1/referrals/{code}/claims?key={}", shop.keys.page);
    let ask = shop.ask("POST", &path).with("origin", ORIGIN).key(key);
    ask.send().await.expect(201).body["claim"].clone()
}

async fn code_of(shop: &Shop, sub: &str) -> String {
    shop.me(sub).await["referral"]["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn friends(shop: &Shop, sub: &str) -> Vec<String> {
    let me = shop.me(sub).await;
    let friends = me["referral"]["friends"].as_array().unwrap();
    friends
        .iter()
        .map(|friend| friend["state"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_logged_in_shopper_joins_by_themselves() {
    let mut program = program("club");
    program["earning"]["activities"] = json!([{"id": "join", "kind": "join", "points": 100}]);
    let shop = Shop::with(program, Limits::default()).await;
    shop.shopper("c1", "GET", "/v1/me")
        .send()
        .await
        .refused(404, "not_a_member");
    shop.redeems("c1", "rwd_five", "k")
        .await
        .refused(404, "not_a_member");
    let me = joins(&shop, "c1", json!({})).await;
    assert_eq!(me["as_of"], NOON);
    assert_eq!(me["facts"]["lots"][0]["remaining"], 100);
    assert_eq!(me["entries"][0]["reason"], "joined");
    // Joining again, by another key and by the shop's server, gives nothing more.
    let again = shop
        .shopper("c1", "POST", "/v1/me")
        .key("other")
        .json(&json!({}));
    again.send().await.expect(201);
    let named = shop
        .server("PUT", "/v1/members/c1")
        .json(&json!({"first_name": "سارا"}));
    named.send().await.expect(200);
    let me = shop.me("c1").await;
    assert_eq!(
        (&me["first_name"], me["entries"].as_array().unwrap().len()),
        (&json!("سارا"), 1)
    );
}

#[tokio::test]
async fn a_friend_comes_buys_and_both_are_rewarded_after_the_refund_window() {
    let shop = Shop::open().await;
    shop.member("ada").await;
    let code = code_of(&shop, "ada").await;
    let claim = claims(&shop, &code.to_lowercase(), "k1").await;
    assert_eq!(
        (&claim["friend_points"], &claim["minimum_order"]),
        (&json!(300), &json!(3_000))
    );
    assert_eq!(friends(&shop, "ada").await, ["invited"]);
    joins(&shop, "ben", json!({"claim_id": claim["id"]})).await;
    assert_eq!(friends(&shop, "ada").await, ["joined"]);
    shop.buys("ben", "o1", 4_000).await.expect(201);
    assert_eq!(friends(&shop, "ada").await, ["bought"]);
    assert_eq!(shop.balances("ada").await, (0, 400, 0));
    assert_eq!(shop.balances("ben").await, (40, 300, 0));
    shop.pass_days(7);
    assert_eq!(friends(&shop, "ada").await, ["rewarded"]);
    assert_eq!(shop.balances("ada").await, (400, 0, 0));
    shop.refunds("o1", &json!({"id": "late"})).await.expect(201);
    assert_eq!(shop.balances("ada").await, (400, 0, 0));
    shop.is_sound().await;
}

#[tokio::test]
async fn an_order_that_goes_back_in_time_takes_both_rewards_along() {
    let shop = Shop::open().await;
    shop.member("ada").await;
    let claim = claims(&shop, &code_of(&shop, "ada").await, "k1").await;
    let ben = json!({"claim_id": claim["id"]});
    shop.server("PUT", "/v1/members/ben")
        .json(&ben)
        .send()
        .await
        .expect(201);
    shop.buys("ben", "o1", 4_000).await;
    shop.reports("o1", &order_of("ben", "cancelled", 4_000))
        .await
        .expect(200);
    assert_eq!(
        (shop.balances("ada").await, shop.balances("ben").await),
        ((0, 0, 0), (0, 0, 0))
    );
    assert_eq!(friends(&shop, "ada").await, ["joined"]);
    shop.is_sound().await;
}

#[tokio::test]
async fn an_invitation_that_does_not_count_says_why() {
    let shop = Shop::open().await;
    for sub in ["ada", "old", "bob"] {
        shop.member(sub).await;
    }
    shop.buys("old", "before", 4_000).await;
    let code = code_of(&shop, "ada").await;
    let attach = async |sub: &str, key: &str| {
        let claim = claims(&shop, &code, key).await;
        let input = json!({"claim_id": claim["id"]});
        shop.server("PUT", &format!("/v1/members/{sub}"))
            .json(&input)
            .send()
            .await;
        friends(&shop, "ada").await
    };
    let states = attach("ada", "1").await;
    assert!(states.contains(&"self_referral".to_owned()), "{states:?}");
    let states = attach("old", "2").await;
    assert!(states.contains(&"not_first_order".to_owned()), "{states:?}");
    attach("bob", "3").await;
    let states = attach("bob", "4").await;
    assert!(
        states.contains(&"already_referred".to_owned()),
        "{states:?}"
    );
    shop.buys("bob", "small", 2_999).await;
    let states = friends(&shop, "ada").await;
    assert!(states.contains(&"below_minimum".to_owned()), "{states:?}");
    // The cap is two.
    for (sub, key) in [("f1", "5"), ("f2", "6"), ("f3", "7")] {
        attach(sub, key).await;
        shop.buys(sub, sub, 4_000).await;
    }
    let states = friends(&shop, "ada").await;
    assert_eq!(states.iter().filter(|state| *state == "bought").count(), 2);
    assert!(states.contains(&"cap_reached".to_owned()), "{states:?}");
    claims(&shop, &code, "8").await;
    shop.pass_days(30);
    let states = friends(&shop, "ada").await;
    assert!(states.contains(&"expired".to_owned()), "{states:?}");
    shop.is_sound().await;
}

#[tokio::test]
async fn codes_cannot_be_guessed_by_trying() {
    let shop = Shop::open().await;
    for at in 0..10 {
        let path = format!(
            "/v1/referrals/AAAA-AAAA-AAA{at}/claims?key={}",
            shop.keys.page
        );
        let reply = shop.ask("POST", &path).key(&format!("k{at}")).send().await;
        let problem = reply.refused(404, "not_found");
        assert_eq!(problem.body["detail"], "No invitation has this code.");
    }
    let path = format!("/v1/referrals/AAAA-AAAA-AAAA/claims?key={}", shop.keys.page);
    let limited = shop
        .ask("POST", &path)
        .key("k")
        .send()
        .await
        .refused(429, "rate_limited");
    assert_eq!(limited.header("retry-after"), "7");
}

fn answer(id: &str, scope: &str, score: u8) -> Value {
    json!({"id": id, "survey_id": "srv_order", "scope": scope, "score": score, "completed": false})
}

async fn answers(shop: &Shop, key: &str, body: &Value) -> crate::harness::Reply {
    shop.shopper("c1", "POST", "/v1/me/responses")
        .key(key)
        .json(body)
        .send()
        .await
}

#[tokio::test]
async fn an_answer_is_stored_completed_and_paid_once() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 1_000).await;
    let reply = answers(&shop, "k1", &answer("rsp_1", "o1", 5))
        .await
        .expect(201);
    assert_eq!(
        reply.body["response"],
        json!({"id": "rsp_1", "points": 20, "counted": true})
    );
    let mut more = answer("rsp_1", "o1", 4);
    more["comment"] = json!("خوب بود");
    more["completed"] = json!(true);
    let reply = answers(&shop, "k2", &more).await.expect(201);
    assert_eq!(reply.body["response"]["points"], 20);
    // Another tab with an id of its own is stored, not paid.
    let reply = answers(&shop, "k3", &answer("rsp_2", "o1", 1))
        .await
        .expect(201);
    assert_eq!(reply.body["response"]["points"], 0);
    assert_eq!(shop.available("c1").await, 30);
    let rows: Vec<(String, String, i64)> = shop
        .rows("SELECT scores, comment, completed FROM responses WHERE response = 'rsp_1'")
        .await;
    assert_eq!(rows, [("[4]".to_owned(), "خوب بود".to_owned(), 1)]);
    let prompt = shop.me("c1").await["facts"]["prompts"][0].clone();
    assert_eq!(
        (&prompt["survey"], &prompt["scope"]),
        (&json!("srv_order"), &json!("o1"))
    );
    assert_eq!(prompt["answered_at"], NOON);
    shop.is_sound().await;
}

#[tokio::test]
async fn invented_orders_earn_nothing_and_a_late_report_pays() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.member("c2").await;
    shop.buys("c2", "hers", 1_000).await;
    for (key, scope) in [("k1", "soon"), ("k2", "never"), ("k3", "hers")] {
        let reply = answers(&shop, key, &answer(&format!("rsp_{scope}"), scope, 5))
            .await
            .expect(201);
        assert_eq!(reply.body["response"]["points"], 0);
    }
    shop.buys("c1", "soon", 1_000).await;
    assert_eq!(shop.available("c1").await, 30);
    shop.is_sound().await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_is_told_with_its_place() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let long = "x".repeat(1_001);
    let nps = |score: u8| json!({"id": "rsp_1", "survey_id": "srv_nps", "score": score, "completed": true});
    let cases = [
        (answer("rsp_1", "o1", 0), "/score"),
        (answer("rsp_1", "o1", 6), "/score"),
        (answer("rsp_1", "", 5), "/scope"),
        (answer("", "o1", 5), "/id"),
        (answer("<script>", "o1", 5), "/id"),
        (nps(11), "/score"),
        (
            json!({"id": "r", "survey_id": "srv_nps", "score": 5, "comment": long, "completed": true}),
            "/comment",
        ),
        (
            json!({"id": "r", "survey_id": "srv_nps", "score": 300, "completed": true}),
            "/score",
        ),
    ];
    for (body, pointer) in cases {
        let problem = answers(&shop, "k", &body)
            .await
            .refused(422, "validation_failed");
        assert_eq!(problem.body["errors"][0]["pointer"], pointer, "{body}");
    }
    answers(&shop, "k", &nps(0)).await.expect(201);
    let unknown = json!({"id": "r", "survey_id": "srv_x", "score": 5, "completed": true});
    answers(&shop, "k2", &unknown)
        .await
        .refused(404, "not_found");
    answers(&shop, "k3", &answer("rsp_1", "o1", 5))
        .await
        .refused(422, "validation_failed");
}

#[tokio::test]
async fn prompts_are_remembered_and_events_count_once() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let event = |id: &str, kind: &str, at: &str| json!({"id": id, "kind": kind, "at": at, "survey_id": "srv_nps"});
    let batch = json!({"events": [
        event("e1", "prompt_shown", "2026-11-20T00:00:00Z"),
        event("e1", "prompt_shown", "2026-11-20T00:00:00Z"),
        event("e2", "prompt_shown", "2026-11-21T00:00:00Z"),
        event("e3", "prompt_dismissed", "2026-11-21T00:00:05Z"),
        event("e4", "prompt_shown", "2026-11-19T00:00:00Z"),
        json!({"id": "e5", "kind": "panel_opened", "at": "2099-01-01T00:00:00Z"}),
        json!({"id": "e6", "kind": "prompt_shown", "at": NOON, "survey_id": "srv_unknown"}),
    ]});
    let reply = shop
        .shopper("c1", "POST", "/v1/events")
        .json(&batch)
        .send()
        .await
        .expect(202);
    assert_eq!(reply.body["accepted"], 5);
    // A beacon: no headers of ours, the token in the body, the type a browser gives to text.
    let mut beacon = batch.clone();
    beacon["token"] = json!(shop.token("c1"));
    let ask = shop.ask("POST", "/v1/events").with("origin", ORIGIN);
    let ask = ask
        .with("content-type", "text/plain;charset=UTF-8")
        .text(&beacon.to_string());
    assert_eq!(ask.send().await.expect(202).body["accepted"], 0);
    let prompt = shop.me("c1").await["facts"]["prompts"][0].clone();
    // Shown twice, then dismissed; what came late was shown before that.
    assert_eq!(prompt["displays"], 2);
    assert_eq!(prompt["shown_at"], "2026-11-21T00:00:00Z");
    assert_eq!(prompt["dismissed_at"], "2026-11-21T00:00:05Z");
    let many: Vec<_> = (0..51)
        .map(|at| event(&format!("m{at}"), "prompt_shown", NOON))
        .collect();
    let ask = shop
        .shopper("c1", "POST", "/v1/events")
        .json(&json!({ "events": many }));
    ask.send().await.refused(422, "validation_failed");
    let guest = shop.ask("POST", "/v1/events").json(&json!({"events": []}));
    guest.send().await.refused(401, "unauthorized");
}

#[tokio::test]
async fn an_erased_member_leaves_a_ledger_and_no_name() {
    let shop = Shop::open().await;
    let named = shop
        .server("PUT", "/v1/members/c1")
        .json(&json!({"first_name": "Sara"}));
    named.send().await.expect(201);
    shop.buys("c1", "o1", 60_000).await;
    shop.redeems("c1", "rwd_five", "k1").await.expect(201);
    let mut told = answer("rsp_1", "o1", 5);
    told["comment"] = json!("I am Sara");
    answers(&shop, "k2", &told).await.expect(201);
    shop.server("DELETE", "/v1/members/c1")
        .send()
        .await
        .expect(204);
    shop.server("DELETE", "/v1/members/c1")
        .send()
        .await
        .refused(404, "not_found");
    shop.shopper("c1", "GET", "/v1/me")
        .send()
        .await
        .refused(404, "not_a_member");
    for statement in [
        "SELECT COUNT(*) FROM members WHERE external_id = 'c1' OR first_name IS NOT NULL",
        "SELECT COUNT(*) FROM responses WHERE comment IS NOT NULL",
        "SELECT COUNT(*) FROM outcomes WHERE subject LIKE '%c1%' OR body LIKE '%Sara%'",
        "SELECT COUNT(*) FROM audit WHERE object = 'c1' OR detail LIKE '%\"c1\"%'",
        "SELECT COUNT(*) FROM prompts",
    ] {
        assert_eq!(shop.count(statement).await, 0, "{statement}");
    }
    assert_eq!(
        shop.count("SELECT CAST(SUM(available) AS BIGINT) FROM entries")
            .await,
        120
    );
    shop.is_sound().await;
    // The same id may join again, as somebody new.
    joins(&shop, "c1", json!({})).await;
    assert_eq!(shop.available("c1").await, 0);
}

#[tokio::test]
async fn history_is_read_page_by_page() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    for at in 0..45 {
        shop.buys("c1", &format!("o{at}"), 1_000 + at * 100).await;
    }
    let me = shop.me("c1").await;
    assert_eq!(me["entries"].as_array().unwrap().len(), 20);
    let mut sources: Vec<_> = me["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["source"].clone())
        .collect();
    let mut cursor = me["next_cursor"].as_str().map(str::to_owned);
    while let Some(at) = cursor {
        let path = format!("/v1/me/entries?limit=10&cursor={at}");
        let page = shop
            .shopper("c1", "GET", &path)
            .send()
            .await
            .expect(200)
            .body;
        sources.extend(
            page["entries"]
                .as_array()
                .unwrap()
                .iter()
                .map(|e| e["source"].clone()),
        );
        cursor = page["next_cursor"].as_str().map(str::to_owned);
    }
    let all: Vec<_> = (0..45).rev().map(|at| json!(format!("o{at}"))).collect();
    assert_eq!(sources, all);
    for wrong in ["cursor=x", "cursor=MS4y.", "limit=many"] {
        let path = format!("/v1/me/entries?{wrong}");
        shop.shopper("c1", "GET", &path)
            .send()
            .await
            .refused(400, "malformed_request");
    }
}
