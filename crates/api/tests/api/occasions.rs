//! What a member's page is told that only the shop knows: an order has arrived, a complaint was resolved.

use crate::complaining::{desk, does, files, tea};
use crate::harness::{DAY_MS, ORIGIN, Shop, order_of, program};
use api::limits::Limits;
use api::surveys::occasions::LATELY_DAYS;
use serde_json::{Value, json};

/// The usual club, which asks how a parcel was, and how a complaint went.
fn asking() -> Value {
    let mut club = program("club");
    let surveys = club["surveys"].as_array_mut().unwrap();
    surveys.push(json!({
        "id": "srv_parcel", "kind": "csat", "trigger": "order_delivered", "scope": "per_order",
    }));
    surveys.push(json!({
        "id": "srv_care", "kind": "ces", "trigger": "complaint_resolved", "scope": "periodic",
        "audience": {"member_days_min": 0}, "answered_wait_days": 1,
    }));
    club
}

async fn open() -> Shop {
    let shop = Shop::with(asking(), Limits::new(6_000, 10_000)).await;
    shop.member("c1").await;
    shop.member("c2").await;
    shop
}

impl Shop {
    async fn told(&self, who: &str) -> (Value, Value) {
        let me = self.me(who).await;
        let of = |name: &str| {
            me.get(name)
                .cloned()
                .unwrap_or_else(|| panic!("{name} in {me}"))
        };
        (of("delivered_order_id"), of("resolved_complaint"))
    }

    async fn delivered(&self, who: &str) -> Value {
        self.told(who).await.0
    }

    async fn resolved(&self, who: &str) -> Value {
        self.told(who).await.1
    }

    async fn arrives(&self, order: &str) {
        let fulfilled = order_of("c1", "fulfilled", 5_000);
        let reply = self.reports(order, &fulfilled).await;
        assert!(
            [200, 201].contains(&reply.status.as_u16()),
            "{}",
            reply.body
        );
        self.pass_ms(1);
    }

    /// Answers with the prompt that the snapshot has for it, which has to count.
    async fn answers_about(&self, survey: &str, scope: &str) {
        let me = self.me("c1").await;
        let mut prompts = me["prompts"].as_array().unwrap().iter();
        let prompt = prompts
            .find(|one| one["survey_id"] == survey && one["scope"] == scope)
            .unwrap_or_else(|| panic!("{survey} {scope} in {me}"));
        let id = format!("rsp_{survey}_{scope}_{}", self.now().0);
        let body = json!({
            "id": id, "survey_id": survey, "scope": scope, "scores": [5], "completed": true, "prompt": prompt["id"],
        });
        let ask = self.shopper("c1", "POST", "/v1/me/responses").key(&id);
        let answered = ask.json(&body).send().await.expect(201);
        assert_eq!(answered.body["response"]["counted"], true);
    }

    async fn dismisses(&self, survey: &str, scope: &str) {
        for kind in ["prompt_shown", "prompt_dismissed"] {
            let event = json!({
                "id": format!("{kind}-{scope}"), "kind": kind, "at": self.now(), "survey_id": survey, "scope": scope,
            });
            let ask = self.shopper("c1", "POST", "/v1/events");
            let told = ask
                .key(&format!("{kind}-{scope}"))
                .json(&json!({"events": [event]}));
            let told = told.send().await;
            assert!(told.status.is_success(), "{}", told.body);
            if kind == "prompt_shown" {
                assert_eq!(self.delivered("c1").await, scope, "it may be shown again");
            }
        }
    }
}

#[tokio::test]
async fn an_order_that_has_arrived_is_told_until_it_was_asked_about() {
    let shop = open().await;
    shop.buys("c1", "o1", 5_000).await.expect(201);
    assert_eq!(shop.told("c1").await, (Value::Null, Value::Null));
    shop.arrives("o1").await;
    assert_eq!(shop.delivered("c1").await, "o1");
    // The newest goes first; nobody else is told.
    shop.arrives("o2").await;
    shop.arrives("o3").await;
    assert_eq!(shop.delivered("c1").await, "o3");
    assert_eq!(shop.told("c2").await, (Value::Null, Value::Null));
    // The same report again makes no order newer.
    shop.arrives("o1").await;
    assert_eq!(shop.delivered("c1").await, "o3");
    shop.answers_about("srv_parcel", "o3").await;
    assert_eq!(shop.delivered("c1").await, "o2");
    // An answer to another survey about the order is none to this one.
    shop.answers_about("srv_order", "o2").await;
    assert_eq!(shop.delivered("c1").await, "o2");
    shop.dismisses("srv_parcel", "o2").await;
    assert_eq!(shop.delivered("c1").await, "o1");
    shop.reports("o1", &order_of("c1", "cancelled", 5_000))
        .await
        .expect(200);
    assert_eq!(shop.delivered("c1").await, Value::Null);
}

#[tokio::test]
async fn an_order_has_just_arrived_for_two_weeks() {
    let shop = open().await;
    let at = shop.now();
    shop.arrives("o1").await;
    let lasts = LATELY_DAYS * DAY_MS;
    assert_eq!(LATELY_DAYS, 14);
    for (passed, told) in [(lasts - 1, json!("o1")), (lasts, Value::Null)] {
        shop.set_clock(at.plus_ms(passed));
        assert_eq!(shop.delivered("c1").await, told);
    }
}

#[tokio::test]
async fn an_answer_about_what_arrived_counts_however_many_orders_were_paid_since() {
    let shop = open().await;
    shop.buys("c1", "o0", 5_000).await.expect(201);
    for n in 1..=6 {
        shop.pass_ms(1);
        shop.buys("c1", &format!("o{n}"), 5_000).await.expect(201);
    }
    shop.pass_ms(1);
    let listed = async || {
        let me = shop.me("c1").await;
        let prompts = me["prompts"].as_array().unwrap().iter();
        let about = prompts.filter(|one| one["scope"] == "o0" && one["survey_id"] == "srv_parcel");
        about.count()
    };
    assert_eq!(listed().await, 0);
    shop.arrives("o0").await;
    assert_eq!(
        (shop.delivered("c1").await, listed().await),
        (json!("o0"), 1)
    );
    shop.answers_about("srv_parcel", "o0").await;
    assert_eq!(
        (shop.delivered("c1").await, listed().await),
        (Value::Null, 0)
    );
}

#[tokio::test]
async fn a_complaint_is_told_while_it_is_resolved_and_not_asked_about() {
    let shop = open().await;
    let (yes, no) = (json!({"satisfied": true}), json!({"satisfied": false}));
    let filed = async |key: &str| {
        let filed = files(&shop, "c1", key, &tea()).await.expect(201);
        let of = |name: &str| filed.body["complaint"][name].clone();
        (of("id"), of("number").as_str().unwrap().to_owned())
    };
    let resolves = async |number: &str| {
        shop.pass_ms(1);
        desk(&shop, number, "resolve", &json!({})).await.expect(200);
    };
    let (id, number) = filed("k1").await;
    assert_eq!(shop.resolved("c1").await, Value::Null);
    resolves(&number).await;
    assert_eq!(shop.told("c1").await, (Value::Null, id.clone()));
    assert_eq!(shop.resolved("c2").await, Value::Null);
    // Not settled for the member, then settled.
    does(&shop, "c1", &number, "judgement", &no)
        .await
        .expect(200);
    assert_eq!(shop.resolved("c1").await, Value::Null);
    resolves(&number).await;
    assert_eq!(shop.resolved("c1").await, id);
    does(&shop, "c1", &number, "judgement", &yes)
        .await
        .expect(200);
    assert_eq!(shop.resolved("c1").await, id);
    shop.pass_ms(1);
    shop.answers_about("srv_care", "").await;
    assert_eq!(shop.resolved("c1").await, Value::Null);
    // One that nobody has resolved is over and no more.
    let (_, given_up) = filed("k2").await;
    shop.pass_ms(1);
    does(&shop, "c1", &given_up, "close", &json!({}))
        .await
        .expect(200);
    assert_eq!(shop.resolved("c1").await, Value::Null);
    // The next is the next occasion, for two weeks.
    let (next, number) = filed("k3").await;
    resolves(&number).await;
    let at = shop.now();
    for (passed, told) in [
        (0, &next),
        (LATELY_DAYS * DAY_MS - 1, &next),
        (LATELY_DAYS * DAY_MS, &Value::Null),
    ] {
        shop.set_clock(at.plus_ms(passed));
        assert_eq!(&shop.resolved("c1").await, told);
    }
}

#[tokio::test]
async fn nothing_is_told_that_no_survey_waits_for() {
    let mut club = asking();
    for survey in club["surveys"].as_array_mut().unwrap() {
        survey["enabled"] = json!(false);
    }
    for club in [program("club"), club] {
        let shop = Shop::with(club, Limits::default()).await;
        shop.member("c1").await;
        shop.arrives("o1").await;
        let filed = files(&shop, "c1", "k1", &tea()).await.expect(201);
        let number = filed.body["complaint"]["number"]
            .as_str()
            .unwrap()
            .to_owned();
        desk(&shop, &number, "resolve", &json!({}))
            .await
            .expect(200);
        assert_eq!(shop.told("c1").await, (Value::Null, Value::Null));
    }
}

#[tokio::test]
async fn a_page_that_knows_the_member_hears_of_it() {
    let shop = open().await;
    shop.buys("c1", "o1", 5_000).await.expect(201);
    let token = format!("Bearer {}", shop.token("c1"));
    let asks = |tag: &str| {
        let ask = shop.ask("GET", "/v1/me").with("origin", ORIGIN);
        ask.with("authorization", &token)
            .with("if-none-match", tag)
            .send()
    };
    let tag = asks("\"none\"").await.expect(200).header("etag").to_owned();
    asks(&tag).await.expect(304);
    shop.arrives("o1").await;
    let fresh = asks(&tag).await.expect(200);
    assert_eq!(fresh.body["delivered_order_id"], "o1");
    asks(fresh.header("etag")).await.expect(304);
}
