//! Partners' codes: loaded in every form, handed out once.

use crate::harness::{Reply, Shop, program};
use api::limits::Limits;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

const CODES: &str = "/v1/partners/cinema/codes";

fn program_with_codes() -> Value {
    let mut program = program("club");
    program["partners"] = json!([{"id": "cinema", "name": {"en": "Cinema"}}]);
    program["rewards"] = json!([
        {"id": "rwd_film", "title": {"en": "A film"}, "cost": 1,
         "kind": {"partner_coupon": {"partner": "cinema", "codes": "pool"}}},
        {"id": "rwd_snack", "title": {"en": "A snack"}, "cost": 1,
         "kind": {"partner_coupon": {"partner": "cinema", "codes": "shared"}}},
    ]);
    program["offers"] = json!([
        {"id": "off_film", "title": {"en": "A film"}, "trigger": {"milestone_orders": 1},
         "benefit": {"reward": "rwd_film"}},
    ]);
    program
}

async fn club() -> Shop {
    Shop::with(program_with_codes(), Limits::default()).await
}

async fn loads(shop: &Shop, media: &str, body: &str) -> Value {
    let ask = shop
        .server("POST", CODES)
        .with("content-type", media)
        .text(body);
    ask.send().await.expect(200).body["codes"].clone()
}

async fn counts(shop: &Shop) -> Value {
    shop.server("GET", CODES).send().await.expect(200).body["codes"].clone()
}

/// What is left of each reward, as everybody reads it.
async fn stocks(shop: &Shop) -> (Value, Value) {
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    let program = shop.ask("GET", &path).send().await.expect(200).body["program"].clone();
    (
        program["rewards"][0]["stock"].clone(),
        program["rewards"][1]["stock"].clone(),
    )
}

#[track_caller]
fn sold_out(reply: Reply) {
    let problem = reply.refused(409, "not_eligible");
    // Whether they hold one as well is told after it.
    assert_eq!(
        problem.body["errors"][0]["code"], "sold_out",
        "{}",
        problem.body
    );
}

#[tokio::test]
async fn codes_come_as_a_list_by_the_line_and_as_csv() {
    let shop = club().await;
    assert_eq!(stocks(&shop).await, (json!(0), json!(0)));
    let list = r#"{"codes": [{"code": "A-1"}, {"code": "A-2", "expires_at": "2026-11-23T08:30:00Z"}, {"code": "bad one"}]}"#;
    let loaded = loads(&shop, "application/json", list).await;
    assert_eq!(
        (&loaded["loaded"], &loaded["duplicates"], &loaded["refused"]),
        (&json!(2), &json!(0), &json!(1))
    );
    assert_eq!(
        loaded["faults"],
        json!([{"line": 3, "code": "bad_code", "detail": "A code has 1 to 64 visible ASCII characters."}])
    );
    let lines = "\u{feff}{\"code\": \"A-1\"}\r\n\r\n{\"code\": \"B-1\", \"expires_at\": null}\n{\"code\": 7}\n{\"cod\": \"x\"}\n{\"code\": \"B-2\"}";
    let loaded = loads(&shop, "application/x-ndjson", lines).await;
    assert_eq!(
        (&loaded["loaded"], &loaded["duplicates"], &loaded["refused"]),
        (&json!(2), &json!(1), &json!(2))
    );
    let places: Vec<&Value> = loaded["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| &fault["line"])
        .collect();
    assert_eq!(places, [4, 5]);
    let csv = "code,expires_at\nC-1,2026-12-01T00:00:00+03:30\n\"C-2\",\nC-3\nC-3\nC-4,tomorrow\nC-5,,x\n=1+1\n";
    let loaded = loads(&shop, "text/csv; charset=utf-8", csv).await;
    assert_eq!(
        (&loaded["loaded"], &loaded["duplicates"], &loaded["refused"]),
        (&json!(4), &json!(1), &json!(2))
    );
    let codes: Vec<&Value> = loaded["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| &fault["code"])
        .collect();
    assert_eq!(codes, ["bad_expires_at", "too_many_columns"]);
    // The same again loads nothing.
    let again = loads(&shop, "text/csv", csv).await;
    assert_eq!(
        (&again["loaded"], &again["duplicates"]),
        (&json!(0), &json!(5))
    );
    assert_eq!(
        counts(&shop).await,
        json!({"free": 8, "given": 0, "expired": 0, "shared": 0})
    );
    shop.pass_days(1);
    assert_eq!(
        counts(&shop).await,
        json!({"free": 7, "given": 0, "expired": 1, "shared": 0})
    );
    assert_eq!(stocks(&shop).await, (json!(7), json!(0)));
    let gone = shop.server("DELETE", CODES).send().await.expect(200);
    assert_eq!(gone.body, json!({"removed": 8}));
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM audit WHERE action LIKE 'partner.codes_%'")
            .await,
        4
    );
}

#[tokio::test]
async fn what_is_no_list_of_codes_says_so() {
    let shop = club().await;
    let send = async |media: &str, body: String| {
        shop.server("POST", CODES)
            .with("content-type", media)
            .text(&body)
            .send()
            .await
    };
    send("text/plain", "A".to_owned())
        .await
        .refused(415, "not_json");
    send("application/json", "{}".to_owned())
        .await
        .refused(422, "validation_failed");
    send("application/json", "[".to_owned())
        .await
        .refused(400, "malformed_request");
    send("application/json", format!("[\"{}\"]", "x".repeat(70_000)))
        .await
        .refused(413, "body_too_large");
    let long = format!("{}\nA-1\n{}", "x".repeat(3_000_000), "y".repeat(1_025));
    let reply = send("text/csv", long).await.expect(200);
    assert_eq!(reply.body["codes"]["loaded"], 1);
    let faults = reply.body["codes"]["faults"].as_array().unwrap().clone();
    assert_eq!(
        faults
            .iter()
            .map(|fault| &fault["code"])
            .collect::<Vec<_>>(),
        ["too_long", "too_long"]
    );
    let path = "/v1/partners/theatre/codes";
    shop.server("GET", path)
        .send()
        .await
        .refused(404, "not_found");
    shop.server("DELETE", path)
        .send()
        .await
        .refused(404, "not_found");
    let ask = shop
        .server("POST", path)
        .with("content-type", "text/csv")
        .text("A");
    ask.send().await.refused(404, "not_found");
    let many: String = (0..3_000).map(|at| format!("N-{at:05}\n")).collect();
    assert_eq!(loads(&shop, "text/csv", &many).await["loaded"], 3_000);
}

#[tokio::test]
async fn a_code_that_was_given_back_is_not_handed_out_again() {
    let shop = club().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 10_000).await.expect(201);
    loads(&shop, "text/csv", "A-1\nA-2,2026-11-23T00:00:00Z\n").await;
    let first = shop.redeems("c1", "rwd_film", "k1").await.expect(201).body["redemption"].clone();
    assert_eq!(first["code"], "A-1");
    let back = format!("/v1/me/redemptions/{}", first["id"].as_str().unwrap());
    shop.shopper("c1", "DELETE", &back)
        .key("k2")
        .send()
        .await
        .expect(200);
    shop.pass_days(1);
    sold_out(shop.redeems("c1", "rwd_film", "k3").await);
    let problem = shop
        .shopper("c1", "POST", "/v1/me/offers/off_film/take")
        .key("k4")
        .send()
        .await;
    let problem = problem.refused(409, "offer_closed");
    assert_eq!(problem.body["errors"][0]["code"], "sold_out");
    assert_eq!(
        counts(&shop).await,
        json!({"free": 0, "given": 1, "expired": 1, "shared": 0})
    );
    // A new code opens both again; a gift has one too.
    loads(&shop, "text/csv", "A-3\n").await;
    let taken = shop
        .shopper("c1", "POST", "/v1/me/offers/off_film/take")
        .key("k5")
        .send()
        .await
        .expect(201);
    assert_eq!(taken.body["offer"]["redemption"]["code"], "A-3");
    // One for everybody is shown to all, and is in nobody's pool.
    let shared = shop
        .server("POST", &format!("{CODES}?shared=true"))
        .with("content-type", "text/csv")
        .text("POPCORN");
    shared.send().await.expect(200);
    sold_out(shop.redeems("c1", "rwd_film", "k6").await);
    for key in ["k7", "k8"] {
        let snack = shop.redeems("c1", "rwd_snack", key).await;
        if key == "k7" {
            assert_eq!(snack.expect(201).body["redemption"]["code"], "POPCORN");
        } else {
            // They hold an open one.
            assert_eq!(
                snack.refused(409, "not_eligible").body["errors"][0]["code"],
                "already_held"
            );
        }
    }
    assert_eq!(counts(&shop).await["shared"], 1);
    assert_eq!(
        shop.server("DELETE", CODES).send().await.expect(200).body["removed"],
        2
    );
    sold_out(shop.redeems("c1", "rwd_film", "k9").await);
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_at_once_get_ten_codes_one_each() {
    let shop = Arc::new(club().await);
    for at in 0..64 {
        let sub = format!("c{at}");
        shop.member(&sub).await;
        shop.buys(&sub, &format!("o{at}"), 1_000).await.expect(201);
    }
    let codes: BTreeSet<String> = (0..10).map(|at| format!("F-{at}")).collect();
    let csv: String = codes.iter().map(|code| format!("{code}\n")).collect();
    loads(&shop, "text/csv", &csv).await;
    let mut tries = JoinSet::new();
    for at in 0..64 {
        let shop = Arc::clone(&shop);
        tries.spawn(async move { shop.redeems(&format!("c{at}"), "rwd_film", "k").await });
    }
    let mut given = Vec::new();
    while let Some(reply) = tries.join_next().await {
        let reply = reply.unwrap();
        if reply.status == 201 {
            given.push(
                reply.body["redemption"]["code"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        } else {
            sold_out(reply);
        }
    }
    assert_eq!(given.len(), 10);
    assert_eq!(given.into_iter().collect::<BTreeSet<_>>(), codes);
    assert_eq!(
        counts(&shop).await,
        json!({"free": 0, "given": 10, "expired": 0, "shared": 0})
    );
    shop.is_sound().await;
}

#[tokio::test]
async fn an_order_is_taken_when_its_gift_has_run_out() {
    let mut program = program_with_codes();
    program["tiers"]["levels"][1]["entry"] = json!({"reward": "rwd_film"});
    let shop = Shop::with(program, Limits::default()).await;
    loads(&shop, "text/csv", "A-1\n").await;
    for (sub, coupons) in [("c1", 1), ("c2", 0)] {
        shop.member(sub).await;
        shop.buys(sub, sub, 1_000_000).await.expect(201);
        let me = shop.me(sub).await;
        assert_eq!(
            me["redemptions"].as_array().unwrap().len(),
            coupons,
            "{sub}"
        );
    }
    shop.is_sound().await;
}
