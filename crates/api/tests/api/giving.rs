//! What is earned beside orders: activities, profiles, birthdays, and points that the merchant gives or takes.

use crate::harness::{Reply, Shop, program};
use api::birthdays;
use api::limits::Limits;
use serde_json::{Value, json};

/// A club that pays for everything that somebody can do.
fn generous() -> Value {
    let mut program = program("club");
    program["earning"]["activities"] = json!([
        {"id": "visit", "kind": "daily_visit", "points": 5, "caps": [{"per": "week", "times": 2}]},
        {"id": "follow", "kind": {"social_follow": "chirp"}, "points": 7},
        {"id": "review", "kind": "review", "points": 20},
        {"id": "own", "kind": {"event": "own"}, "points": 30, "claimable": true},
        {"id": "profile", "kind": "profile", "points": 50},
        {"id": "birthday", "kind": "birthday", "points": 100},
    ]);
    program
}

async fn generous_shop() -> Shop {
    let shop = Shop::with(generous(), Limits::default()).await;
    shop.member("c1").await;
    shop
}

async fn claims(shop: &Shop, key: &str, body: Value) -> Reply {
    let ask = shop.shopper("c1", "POST", "/v1/me/activities");
    ask.key(key).json(&body).send().await
}

async fn reports(shop: &Shop, body: Value) -> Reply {
    let ask = shop.server("POST", "/v1/members/c1/activities");
    ask.json(&body).send().await
}

async fn tells(shop: &Shop, sub: &str, key: &str, body: Value) -> Reply {
    let ask = shop.shopper(sub, "PATCH", "/v1/me/profile");
    ask.key(key).json(&body).send().await
}

async fn adjusts(shop: &Shop, key: &str, body: Value) -> Reply {
    let ask = shop.server("POST", "/v1/members/c1/adjustments");
    ask.key(key).json(&body).send().await
}

#[track_caller]
fn because(reply: Reply, code: &str) -> String {
    let problem = reply.refused(409, "not_earned").body;
    assert_eq!(problem["errors"][0]["code"], code);
    assert_eq!(problem["errors"][0]["pointer"], "/rule");
    problem["errors"][0]["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_claims_what_it_may_once_and_within_the_caps() {
    let shop = generous_shop().await;
    let visit = json!({"rule": "visit"});
    let first = claims(&shop, "k1", visit.clone()).await.expect(201);
    let earned = &first.body["activity"];
    assert_eq!(
        (&earned["source"], &earned["points"]),
        (&json!("2026-11-22"), &json!(5))
    );
    let again = claims(&shop, "k1", visit.clone()).await.expect(201);
    assert_eq!(again.bytes, first.bytes);
    because(claims(&shop, "k2", visit.clone()).await, "already_earned");
    shop.pass_days(1);
    claims(&shop, "k3", visit.clone()).await.expect(201);
    shop.pass_days(1);
    // The third of a week, which begins on Monday: 2026-11-23.
    claims(&shop, "k4", visit.clone()).await.expect(201);
    shop.pass_days(1);
    let full = because(claims(&shop, "k5", visit.clone()).await, "cap_reached");
    assert!(full.contains("2026-11-29T20:30:00"), "{full}");
    claims(&shop, "k6", json!({"rule": "follow"}))
        .await
        .expect(201);
    because(
        claims(&shop, "k7", json!({"rule": "review", "source": "tea"})).await,
        "not_claimable",
    );
    claims(&shop, "k8", json!({"rule": "none"}))
        .await
        .refused(404, "not_found");
    let needed = claims(&shop, "k9", json!({"rule": "own"})).await;
    let needed = needed.refused(422, "validation_failed").body;
    assert_eq!(needed["errors"][0]["code"], "source_needed");
    claims(&shop, "k9", json!({"rule": "own", "source": "quiz"}))
        .await
        .expect(201);
    assert_eq!(shop.available("c1").await, 15 + 7 + 30);
    let history = shop.me("c1").await["entries"].clone();
    assert_eq!(history[0]["reason"], "activity");
    assert_eq!(history[0]["source"], "own");
    let nobody = shop.shopper("c9", "POST", "/v1/me/activities");
    nobody
        .key("k")
        .json(&visit)
        .send()
        .await
        .refused(404, "not_a_member");
    let keyless = shop.shopper("c1", "POST", "/v1/me/activities").json(&visit);
    keyless.send().await.refused(400, "idempotency_key_missing");
    shop.is_sound().await;
}

#[tokio::test]
async fn the_server_reports_anything_once_for_each_source() {
    let shop = generous_shop().await;
    let tea = json!({"rule": "review", "source": "tea"});
    let first = reports(&shop, tea.clone()).await.expect(201);
    shop.pass_days(2);
    let again = reports(&shop, tea).await.expect(200);
    assert_eq!(again.body, first.body);
    reports(&shop, json!({"rule": "review", "source": "cup"}))
        .await
        .expect(201);
    reports(&shop, json!({"rule": "visit"})).await.expect(201);
    let known = reports(&shop, json!({"rule": "visit"})).await.expect(200);
    assert_eq!(known.body["activity"]["source"], "2026-11-24");
    reports(&shop, json!({"rule": "none"}))
        .await
        .refused(404, "not_found");
    because(
        reports(&shop, json!({"rule": "birthday"})).await,
        "no_birthday",
    );
    assert_eq!(shop.available("c1").await, 45);
    let nobody = shop.server("POST", "/v1/members/c9/activities");
    nobody
        .json(&json!({"rule": "visit"}))
        .send()
        .await
        .refused(404, "not_found");
    shop.is_sound().await;
}

#[tokio::test]
async fn sixteen_reports_of_one_review_are_one() {
    let shop = generous_shop().await;
    let report = || reports(&shop, json!({"rule": "review", "source": "tea"}));
    let replies = futures(16, report).await;
    let new = replies
        .iter()
        .filter(|reply| reply.status.as_u16() == 201)
        .count();
    assert!(replies.iter().all(|reply| reply.status.is_success()));
    assert_eq!((new, shop.available("c1").await), (1, 20));
    shop.is_sound().await;
}

async fn futures<F: Future<Output = Reply>>(n: usize, ask: impl Fn() -> F) -> Vec<Reply> {
    let mut waiting: Vec<_> = (0..n).map(|_| Box::pin(ask())).collect();
    let mut replies = Vec::new();
    std::future::poll_fn(|context| {
        waiting.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(reply) => {
                replies.push(reply);
                false
            }
            std::task::Poll::Pending => true,
        });
        if waiting.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    replies
}

#[tokio::test]
async fn points_are_adjusted_for_a_reason_that_is_kept() {
    let shop = generous_shop().await;
    let gift = json!({"points": 250, "reason": "  A late parcel. "});
    let first = adjusts(&shop, "k1", gift.clone()).await.expect(201);
    let adjusted = &first.body["adjustment"];
    assert!(adjusted["id"].as_str().unwrap().starts_with("adj_"));
    assert_eq!(adjusted["reason"], "A late parcel.");
    let again = adjusts(&shop, "k1", gift).await.expect(201);
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = json!({"points": 9, "reason": "x"});
    adjusts(&shop, "k1", other)
        .await
        .refused(422, "idempotency_key_reused");
    let over = json!({"points": -251, "reason": "Too much."});
    let over = adjusts(&shop, "k2", over)
        .await
        .refused(409, "not_enough_points");
    assert!(
        over.body["detail"]
            .as_str()
            .unwrap()
            .contains(" 1 points less")
    );
    adjusts(&shop, "k3", json!({"points": -50, "reason": "Wrong."}))
        .await
        .expect(201);
    assert_eq!(shop.balances("c1").await, (200, 0, 0));
    let faults = adjusts(&shop, "k4", json!({"points": 0, "reason": " "})).await;
    let faults = faults.refused(422, "validation_failed").body["errors"].clone();
    assert_eq!(
        (&faults[0]["pointer"], &faults[1]["pointer"]),
        (&json!("/points"), &json!("/reason"))
    );
    let long = json!({"points": 1, "reason": "x".repeat(501)});
    adjusts(&shop, "k5", long)
        .await
        .refused(422, "validation_failed");
    let keyless = shop.server("POST", "/v1/members/c1/adjustments");
    let keyless = keyless
        .json(&json!({"points": 1, "reason": "x"}))
        .send()
        .await;
    keyless.refused(400, "idempotency_key_missing");
    let nobody = shop.server("POST", "/v1/members/c9/adjustments").key("k");
    let nobody = nobody
        .json(&json!({"points": 1, "reason": "x"}))
        .send()
        .await;
    nobody.refused(404, "not_found");

    let list = async |query: &str| {
        let path = format!("/v1/members/c1/adjustments{query}");
        shop.server("GET", &path).send().await.expect(200).body
    };
    let newest = list("?limit=1").await;
    assert_eq!(newest["adjustments"][0]["points"], -50);
    let next = newest["next_cursor"].as_str().unwrap();
    let rest = list(&format!("?cursor={next}")).await;
    assert_eq!(rest["adjustments"][0], first.body["adjustment"]);
    assert_eq!(rest["next_cursor"], Value::Null);
    let history = shop.me("c1").await["entries"].clone();
    assert_eq!(
        (&history[0]["reason"], &history[0]["points"]),
        (&json!("adjustment"), &json!(-50))
    );
    let audited = "SELECT COUNT(*) FROM audit WHERE action = 'points.adjusted' AND detail LIKE '%A late parcel.%'";
    assert_eq!(shop.count(audited).await, 1);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_complete_profile_pays_once() {
    let shop = generous_shop().await;
    let named = tells(&shop, "c1", "k1", json!({"first_name": "Sara"}))
        .await
        .expect(200);
    assert_eq!(named.body["profile"]["points"], 0);
    let day = json!({"birthday": {"month": 6, "day": 21}, "language": "en-GB", "consents": ["news", "ads", "news"]});
    let whole = tells(&shop, "c1", "k2", day).await.expect(200).body["profile"].clone();
    assert_eq!(
        (&whole["points"], &whole["first_name"]),
        (&json!(50), &json!("Sara"))
    );
    assert_eq!(whole["consents"], json!(["ads", "news"]));
    assert_eq!(whole["birthday_changes_at"], "2027-11-22T08:30:00Z");
    tells(&shop, "c1", "k3", json!({"first_name": ""}))
        .await
        .expect(200);
    let again = tells(&shop, "c1", "k4", json!({"first_name": "Sara"}))
        .await
        .expect(200);
    assert_eq!(again.body["profile"]["points"], 0);
    assert_eq!(shop.available("c1").await, 50);
    let told = shop
        .server("GET", "/v1/members/c1")
        .send()
        .await
        .expect(200)
        .body["member"]
        .clone();
    assert_eq!(told["birthday"], json!({"month": 6, "day": 21}));
    assert_eq!(
        (&told["language"], &told["blocked"]),
        (&json!("en-GB"), &json!(false))
    );
    assert_eq!(
        shop.me("c1").await["facts"]["consents"],
        json!(["ads", "news"])
    );
    let odd = json!({
        "first_name": "x".repeat(101), "birthday": {"month": 2, "day": 30}, "language": "english please",
        "consents": ["News"],
    });
    let faults = tells(&shop, "c1", "k5", odd)
        .await
        .refused(422, "validation_failed");
    let places: Vec<_> = faults.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["pointer"].clone())
        .collect();
    assert_eq!(
        places,
        ["/first_name", "/birthday/day", "/language", "/consents/0"]
    );
    // The shop may complete it as well, and stops the member from redeeming.
    let put = shop.server("PUT", "/v1/members/c2").json(&json!({
        "first_name": "Reza", "birthday": {"month": 1, "day": 1}, "blocked": true,
        "contacts": {"email": "reza@example.com", "phone": "+98 912 345 6789"},
    }));
    put.send().await.expect(201);
    assert_eq!(shop.available("c2").await, 50);
    assert_eq!(shop.me("c2").await["facts"]["blocked"], true);
    let kept: Vec<String> = shop
        .rows("SELECT contacts FROM members WHERE external_id = 'c2'")
        .await;
    assert_eq!(kept[0].matches(',').count(), 1);
    let put = shop
        .server("PUT", "/v1/members/c2")
        .json(&json!({"blocked": false, "contacts": {}}));
    let told = put.send().await.expect(200).body["member"].clone();
    assert_eq!(
        (&told["blocked"], &told["first_name"]),
        (&json!(false), &json!("Reza"))
    );
    let kept: Vec<String> = shop
        .rows("SELECT contacts FROM members WHERE external_id = 'c2'")
        .await;
    assert_eq!(kept, ["[]"]);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_birthday_pays_on_its_day_and_changes_once_a_year() {
    let shop = generous_shop().await;
    let tenant = shop.tenant().await;
    let due = async || birthdays::give_due(&shop.state, &tenant).await.unwrap();
    let day = |month: u8, day: u8| json!({"birthday": {"month": month, "day": day}});
    tells(&shop, "c1", "k1", day(11, 25)).await.expect(200);
    shop.member("c2").await;
    tells(&shop, "c2", "k1", day(11, 25)).await.expect(200);
    assert_eq!((due().await, shop.available("c1").await), (0, 0));
    let fixed = tells(&shop, "c1", "k2", day(11, 22))
        .await
        .refused(409, "birthday_fixed");
    assert!(
        fixed.body["detail"]
            .as_str()
            .unwrap()
            .contains("2027-11-22")
    );
    tells(&shop, "c1", "k3", day(11, 25)).await.expect(200);
    shop.pass_days(3);
    // One comes by before the work of the day is done.
    let seen = shop.me("c2").await;
    assert_eq!(seen["entries"][0]["points"], 100);
    assert_eq!((due().await, due().await), (1, 0));
    assert_eq!(
        (shop.available("c1").await, shop.available("c2").await),
        (100, 100)
    );
    shop.pass_days(363);
    tells(&shop, "c1", "k4", day(11, 23)).await.expect(200);
    assert_eq!(shop.available("c1").await, 200, "it is today");
    shop.pass_days(2);
    assert_eq!((due().await, shop.available("c1").await), (1, 200));
    shop.is_sound().await;
}
