//! What the shop looks over: answers, invitations that were suspected, imports, and where the widget is.

use crate::harness::{ORIGIN, Shop, program};
use api::limits::Limits;
use api::sightings::NOTED_MS;
use api::staff::Role;
use rules::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

impl Shop {
    async fn read(&self, path: &str) -> Value {
        self.server("GET", path).send().await.expect(200).body
    }

    async fn answers(&self, sub: &str, id: &str, score: u8, comment: Option<&str>) {
        let body = json!({
            "id": id, "survey_id": "srv_nps", "score": score, "completed": true, "comment": comment,
        });
        let answer = self.shopper(sub, "POST", "/v1/me/responses").key(id);
        answer.json(&body).send().await.expect(201);
    }

    /// A friend follows the member's invitation from this address; the claim.
    async fn follows(&self, advocate: &str, key: &str) -> Value {
        let member = self.read(&format!("/v1/members/{advocate}")).await;
        let code = member["member"]["referral_code"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("/v1/referrals/{code}/claims?key={}", self.keys.page);
        let claim = self.ask("POST", &path).with("x-forwarded-for", "192.0.2.7");
        claim.key(key).send().await.expect(201).body["claim"].clone()
    }

    async fn joins_by(&self, sub: &str, claim: &Value, email: &str) {
        let put = self.server("PUT", &format!("/v1/members/{sub}"));
        let told = json!({ "claim_id": claim["id"], "contacts": { "email": email } });
        put.json(&told).send().await.expect(201);
    }

    async fn allows(&self, claim: &Value) -> crate::harness::Reply {
        let id = claim["id"].as_str().unwrap();
        let ask = self.server("POST", &format!("/v1/claims/{id}/allow"));
        ask.send().await
    }
}

fn ids(page: &Value, list: &str) -> Vec<String> {
    let rows = page[list].as_array().unwrap().iter();
    rows.map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn answers_are_read_by_survey_mood_and_words() {
    let shop = Shop::open().await;
    for (n, (score, comment)) in [
        (10, Some("<b>Quick</b>")),
        (2, None),
        (1, Some("=cmd()")),
        (8, None),
    ]
    .into_iter()
    .enumerate()
    {
        let sub = format!("m-{n}");
        shop.member(&sub).await;
        shop.answers(&sub, &format!("rsp_{n}"), score, comment)
            .await;
        shop.pass_ms(1);
    }
    let all = shop.read("/v1/responses").await;
    assert_eq!(ids(&all, "responses"), ["rsp_3", "rsp_2", "rsp_1", "rsp_0"]);
    assert_eq!(all["responses"][3]["comment"], "<b>Quick</b>");
    assert_eq!(all["responses"][3]["mood"], "high");
    assert_eq!(all["responses"][3]["member"], "m-0");
    let of = async |query: &str| {
        ids(
            &shop.read(&format!("/v1/responses?{query}")).await,
            "responses",
        )
    };
    assert_eq!(of("mood=low").await, ["rsp_2", "rsp_1"]);
    assert_eq!(of("mood=low&with_comment=true").await, ["rsp_2"]);
    assert_eq!(of("survey=srv_nps&mood=mid").await, ["rsp_3"]);
    assert_eq!(of("survey=srv_other").await, Vec::<String>::new());
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = shop
            .read(&format!("/v1/responses?limit=1&mood=low{cursor}"))
            .await;
        seen.extend(ids(&page, "responses"));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["rsp_2", "rsp_1"]);
    // A spreadsheet takes no text for a formula.
    let csv = shop
        .server("GET", "/v1/exports/responses")
        .send()
        .await
        .expect(200);
    let csv = String::from_utf8(csv.bytes).unwrap();
    assert!(csv.contains("'=cmd()") && !csv.contains(",=cmd()"), "{csv}");
    shop.server("DELETE", "/v1/members/m-0")
        .send()
        .await
        .expect(204);
    let after = shop.read("/v1/responses").await;
    assert_eq!(after["responses"][3]["member"], Value::Null);
    assert_eq!(after["responses"][3]["comment"], Value::Null);
}

#[tokio::test]
async fn a_claim_that_was_refused_on_suspicion_counts_once_somebody_lets_it() {
    let shop = Shop::open().await;
    let put = shop.server("PUT", "/v1/members/mother");
    let told = json!({ "contacts": { "email": "home@shop.example" } });
    put.json(&told).send().await.expect(201);
    let claim = shop.follows("mother", "one").await;
    shop.joins_by("son", &claim, "home@shop.example").await;
    // He buys while the claim is refused: it brings nobody anything.
    shop.buys("son", "A-1", 10_000).await.expect(201);
    let refused = shop.read("/v1/claims?state=same_contact").await;
    assert_eq!(refused["claims"][0]["id"], claim["id"]);
    assert_eq!(refused["claims"][0]["advocate"], "mother");
    assert_eq!(refused["claims"][0]["friend"], "son");
    assert_eq!(refused["claims"][0]["can_be_allowed"], true);
    assert_eq!(shop.balances("mother").await.1, 0);

    let viewer = shop.logged_in("viewer@shop.example", Role::Viewer).await;
    let path = format!("/v1/claims/{}/allow", claim["id"].as_str().unwrap());
    let asked = shop.desk(&viewer, "POST", &path).send().await;
    asked.refused(403, "role_missing");
    shop.desk(&viewer, "GET", "/v1/claims")
        .send()
        .await
        .expect(200);

    let allowed = shop.allows(&claim).await.expect(200).body["claim"].clone();
    assert_eq!(
        (&allowed["state"], &allowed["order_id"]),
        (&json!("bought"), &json!("A-1"))
    );
    assert!(allowed["allowed_at"].is_string() && allowed["can_be_allowed"] == false);
    let (available, pending, _) = shop.balances("mother").await;
    assert!(available + pending > 0);
    // Once.
    shop.allows(&claim).await.refused(409, "claim_stands");
    assert_eq!(shop.balances("mother").await, (available, pending, 0));
    let audit: Vec<(String,)> = shop
        .rows("SELECT object FROM audit WHERE action = 'referral.allowed'")
        .await;
    assert_eq!(audit.len(), 1);
    shop.is_sound().await;
}

#[tokio::test]
async fn an_allowed_friend_is_not_refused_for_the_same_contact_when_they_buy() {
    let shop = Shop::open().await;
    let put = shop.server("PUT", "/v1/members/mother");
    let told = json!({ "contacts": { "email": "home@shop.example" } });
    put.json(&told).send().await.expect(201);
    let claim = shop.follows("mother", "one").await;
    shop.joins_by("son", &claim, "home@shop.example").await;
    let allowed = shop.allows(&claim).await.expect(200);
    assert_eq!(allowed.body["claim"]["state"], "joined");
    // Another claim of a friend who has not bought yet: the first one came first.
    let early = shop.follows("mother", "early").await;
    let put = shop.server("PUT", "/v1/members/son");
    let told = json!({ "claim_id": early["id"] });
    put.json(&told).send().await.expect(200);
    let allowed = shop.allows(&early).await.expect(200);
    assert_eq!(allowed.body["claim"]["state"], "already_referred");
    shop.buys("son", "A-1", 10_000).await.expect(201);
    let claims = shop.read("/v1/claims?state=bought").await;
    assert_eq!(claims["claims"][0]["id"], claim["id"]);
    // Nothing is suspected of the second one any more, and another came first all the same.
    let second = shop.follows("mother", "two").await;
    let put = shop.server("PUT", "/v1/members/son");
    let told = json!({ "claim_id": second["id"] });
    put.json(&told).send().await.expect(200);
    let allowed = shop.allows(&second).await.expect(200);
    assert_eq!(allowed.body["claim"]["state"], "already_referred");
    // What is so stays refused.
    shop.allows(&second).await.refused(409, "claim_stands");
    let unknown = shop
        .server("POST", "/v1/claims/clm_none/allow")
        .send()
        .await;
    unknown.refused(404, "not_found");
    shop.is_sound().await;
}

#[tokio::test]
async fn what_was_so_before_the_suspicion_speaks_against_an_allowed_claim() {
    let shop = Shop::open().await;
    for id in ["mother", "son", "aunt"] {
        let put = shop.server("PUT", &format!("/v1/members/{id}"));
        let told = json!({ "contacts": { "email": "home@shop.example" } });
        put.json(&told).send().await.expect(201);
    }
    // He had bought before he named the claim.
    shop.buys("son", "A-1", 10_000).await.expect(201);
    shop.pass_ms(1);
    let claim = shop.follows("mother", "one").await;
    let named = |sub: &str, claim: &Value| {
        let put = shop.server("PUT", &format!("/v1/members/{sub}"));
        put.json(&json!({ "claim_id": claim["id"] }))
    };
    named("son", &claim).send().await.expect(200);
    let allowed = shop.allows(&claim).await.expect(200);
    assert_eq!(allowed.body["claim"]["state"], "not_first_order");
    assert_eq!(shop.balances("mother").await, (0, 0, 0));
    // Nobody is rewarded who was erased.
    let claim = shop.follows("mother", "two").await;
    named("aunt", &claim).send().await.expect(200);
    let erase = shop.server("DELETE", "/v1/members/aunt");
    erase.send().await.expect(204);
    let listed = shop.read("/v1/claims?state=same_contact").await;
    assert_eq!(listed["claims"][0]["can_be_allowed"], false);
    shop.allows(&claim).await.refused(409, "claim_stands");
    shop.is_sound().await;
}

#[tokio::test]
async fn a_network_that_was_let_through_is_suspected_no_more() {
    let mut document = program("club");
    document["referral"]["per_address"] = 1.into();
    let mut shop = Shop::with(document, Limits::default()).await;
    shop.state.behind_proxy = true;
    shop.app = api::app(shop.state.clone());
    shop.member("sara").await;
    assert_eq!(shop.follows("sara", "one").await["refused"], Value::Null);
    let second = shop.follows("sara", "two").await;
    assert_eq!(second["refused"], "too_many_from_address");
    let allowed = shop.allows(&second).await.expect(200);
    assert_eq!(allowed.body["claim"]["state"], "invited");
    assert_eq!(shop.follows("sara", "three").await["refused"], Value::Null);
}

#[tokio::test]
async fn imports_are_listed_with_how_far_they_are() {
    let shop = Shop::open().await;
    assert_eq!(shop.read("/v1/imports").await["imports"], json!([]));
    let import = shop
        .server("POST", "/v1/imports?kind=members&format=csv")
        .key("one");
    let made = import
        .text("external_id\nu-1\n\"\"\n")
        .send()
        .await
        .expect(200);
    let listed = shop.read("/v1/imports").await;
    assert_eq!(listed["imports"], json!([made.body["import"]]));
    let viewer = shop.logged_in("viewer@shop.example", Role::Viewer).await;
    shop.desk(&viewer, "GET", "/v1/imports")
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn a_page_that_asks_is_noted_to_the_hour_and_nobody_else_is() {
    let shop = Shop::open().await;
    let seen = async || {
        let read = shop.read("/v1/installation").await;
        assert_eq!(read["keys"][0]["publishable_key"], shop.keys.page);
        assert_eq!(read["keys"][0]["origins"][0]["origin"], ORIGIN);
        read["keys"][0]["origins"][0]["seen_at"].clone()
    };
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    let from = |origin: &'static str| shop.ask("GET", &path).with("origin", origin);
    // Neither a client without a page nor a page of somebody else says that it is there.
    shop.ask("GET", &path).send().await.expect(200);
    from("https://evil.example").send().await.expect(403);
    assert_eq!(seen().await, Value::Null);
    let noted = async |at: Timestamp| {
        let wanted = json!(at);
        let becomes = async {
            while seen().await != wanted {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), becomes)
            .await
            .unwrap();
    };
    let first = shop.now();
    from(ORIGIN).send().await.expect(200);
    noted(first).await;
    shop.pass_ms(NOTED_MS - 1);
    from(ORIGIN).send().await.expect(200);
    // What would be noted is written before what is written after it.
    shop.member("later").await;
    assert_eq!(seen().await, json!(first));
    shop.pass_ms(1);
    from(ORIGIN).send().await.expect(200);
    noted(shop.now()).await;
    let viewer = shop.logged_in("viewer@shop.example", Role::Viewer).await;
    shop.desk(&viewer, "GET", "/v1/installation")
        .send()
        .await
        .expect(200);
}
