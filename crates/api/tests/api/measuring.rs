//! Figures: published check values, through HTTP.

use crate::harness::{Shop, order_of, program, publish};
use api::keys::{Fresh, New};
use api::scopes::{Scope, Scopes};
use rules::{Program, experiments};
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl Shop {
    async fn insight(&self, what: &str) -> Value {
        let ask = self.server("GET", &format!("/v1/insights/{what}"));
        ask.send().await.expect(200).body
    }

    async fn paid(&self, who: &str, order: &str, day: &str, products: &[&str]) {
        let mut body = order_of(who, "paid", 1_000);
        let price = 1_000 / i64::try_from(products.len()).unwrap();
        let line = |sku: &&str| json!({"sku": sku, "quantity": 1, "unit_price": price});
        body["items"] = products.iter().map(line).collect();
        body["paid_at"] = json!(format!("{day}T08:00:00Z"));
        self.reports(order, &body).await.expect(201);
    }
}

fn figure(insight: &Value) -> (i64, Option<i64>, Option<i64>, i64) {
    let figure = &insight["figure"];
    let of = |name: &str| figure[name].as_i64();
    (
        of("value").unwrap(),
        of("low"),
        of("high"),
        of("n").unwrap(),
    )
}

const OCTOBER: &str = "from=2026-10-01&to=2026-11-01";

/// 100 buyers in September; 80 of them and 10 others in October, 9 of these twice.
async fn two_months() -> Shop {
    let shop = Shop::open().await;
    for at in 0..110 {
        let who = format!("m{at}");
        shop.member(&who).await;
        if at < 100 {
            shop.paid(&who, &format!("s{at}"), "2026-09-10", &["tea"])
                .await;
        }
        if at >= 20 {
            shop.paid(&who, &format!("o{at}"), "2026-10-10", &["tea"])
                .await;
        }
        if at >= 101 {
            shop.paid(&who, &format!("p{at}"), "2026-10-20", &["tea", "cup"])
                .await;
        }
    }
    // What was refunded whole, or cancelled, counts nowhere.
    shop.paid("m0", "back", "2026-10-11", &["tea", "cup"]).await;
    shop.refunds("back", &json!({"id": "r"})).await.expect(201);
    shop.paid("m1", "off", "2026-10-11", &["tea", "cup"]).await;
    shop.reports("off", &order_of("m1", "cancelled", 1_000))
        .await
        .expect(200);
    // Just outside of the month, by the clocks of the program's zone.
    shop.paid("m2", "early", "2026-11-21", &["tea"]).await;
    shop
}

#[tokio::test]
async fn the_check_values_of_orders() {
    let shop = two_months().await;
    let opened =
        json!({"events": [{"id": "e", "kind": "panel_opened", "at": "2026-10-15T00:00:00Z"}]});
    let ask = shop.shopper("m50", "POST", "/v1/events").json(&opened);
    ask.send().await.expect(202);
    let of = async |name: &str| shop.insight(&format!("{name}?{OCTOBER}")).await;
    let retention = of("retention").await;
    assert_eq!(figure(&retention), (8_000, Some(7_110), Some(8_670), 100));
    assert_eq!(
        (&retention["unit"], &retention["too_few"]),
        (&json!("share"), &json!(false))
    );
    assert_eq!(retention["from"], "2026-09-30T20:30:00Z");
    assert_eq!(
        figure(&of("churn").await),
        (2_000, Some(1_330), Some(2_890), 100)
    );
    assert_eq!(figure(&of("repeat_rate").await).0, 1_000);
    assert_eq!(
        (
            figure(&of("upsell_ratio").await).0,
            figure(&of("upsell_ratio").await).3
        ),
        (910, 99)
    );
    assert_eq!(figure(&of("frequency").await), (11_000, None, None, 90));
    assert_eq!(figure(&of("yearly_frequency").await).0, 129_605);
    assert_eq!(figure(&of("average_order").await), (1_000, None, None, 99));
    // 11.00 from a buyer in the month, who stays for five such months.
    assert_eq!(figure(&of("lifetime_value").await), (5_500, None, None, 90));
    let margin = shop
        .insight(&format!("lifetime_value?{OCTOBER}&margin_bp=2000"))
        .await;
    assert_eq!(figure(&margin).0, 1_100);
    assert_eq!(figure(&of("engagement").await).0, 110);
    let compared = shop
        .insight(&format!("frequency?{OCTOBER}&compare=previous"))
        .await;
    assert_eq!(
        (&compared["trend"], &compared["previous"]["figure"]["value"]),
        (&json!(1_000), &json!(10_000))
    );
    let none = shop
        .insight(&format!("retention?{OCTOBER}&compare=previous"))
        .await;
    assert_eq!(
        (&none["trend"], &none["previous"]["figure"]),
        (&Value::Null, &Value::Null)
    );
    let cohorts = shop.insight("cohorts?from=2026-09-01&to=2026-11-22").await;
    let rows = json!([
        {"year": 2026, "month": 9, "bought": [100, 80, 1]},
        {"year": 2026, "month": 10, "bought": [10, 0]},
    ]);
    assert_eq!(cohorts["cohorts"], rows);
    // A window of whole months says nothing of the month after it.
    let whole = shop.insight("cohorts?from=2026-09-01&to=2026-11-01").await;
    assert_eq!(whole["cohorts"][0]["bought"], json!([100, 80]));
    let later = shop.insight("cohorts?from=2026-10-01&to=2026-11-22").await;
    assert_eq!(later["cohorts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_is_divided_by_nothing() {
    let shop = Shop::open().await;
    for name in [
        "retention",
        "repeat_rate",
        "average_order",
        "lifetime_value",
        "engagement",
        "nps",
        "cli",
        "churn_risk",
    ] {
        let insight = shop.insight(&format!("{name}?compare=previous")).await;
        assert_eq!(
            (&insight["figure"], &insight["trend"]),
            (&Value::Null, &Value::Null),
            "{name}"
        );
    }
    assert_eq!(shop.insight("redemption_rate").await["figure"], Value::Null);
    assert_eq!(
        figure(&shop.insight("points_liability").await),
        (0, None, None, 0)
    );
}

/// The member answers what a link asks.
async fn says(shop: &Shop, survey: &str, at: usize, answer: &Value) {
    let ask = shop.server("POST", "/v1/members/c1/prompts");
    let made = ask
        .json(&json!({"survey_id": survey}))
        .send()
        .await
        .expect(201)
        .body;
    let mut body = answer.clone();
    body["id"] = json!(format!("{survey}_{at}"));
    body["survey_id"] = json!(survey);
    body["completed"] = json!(true);
    body["prompt"] = made["prompt"]["id"].clone();
    let ask = shop
        .shopper("c1", "POST", "/v1/me/responses")
        .key(&format!("{survey}-{at}"));
    let stored = ask.json(&body).send().await.expect(201).body;
    assert_eq!(stored["response"]["counted"], true, "{stored}");
}

#[tokio::test]
async fn the_check_values_of_scores() {
    let mut club = program("club");
    for (id, kind) in [("srv_ces", "ces"), ("srv_cli", "cli")] {
        club["surveys"].as_array_mut().unwrap().push(json!({
            "id": id, "kind": kind, "trigger": "manual", "scope": "periodic",
        }));
    }
    let shop = Shop::with(club, api::limits::Limits::default()).await;
    shop.member("c1").await;
    for at in 0..100 {
        let score = match at {
            0..50 => 9 + at % 2,
            50..80 => 7 + at % 2,
            _ => at % 7,
        };
        says(&shop, "srv_nps", at, &json!({"score": score})).await;
    }
    // What carries no prompt counts nowhere.
    let stuffed = json!({"id": "x", "survey_id": "srv_nps", "score": 10, "completed": true});
    let ask = shop.shopper("c1", "POST", "/v1/me/responses").key("x");
    ask.json(&stuffed).send().await.expect(201);
    shop.pass(1);
    let nps = shop.insight("nps?compare=previous").await;
    assert_eq!(figure(&nps), (3_000, Some(1_410), Some(4_420), 100));
    assert_eq!(
        (&nps["survey"]["score"]["value"], &nps["too_few"]),
        (&json!(30.0), &json!(false))
    );
    assert_eq!(
        shop.insight("nps?survey=srv_other").await["figure"],
        Value::Null
    );
    shop.buys("c1", "o1", 1_000).await.expect(201);
    let ask = shop.shopper("c1", "POST", "/v1/me/responses").key("csat");
    let body =
        json!({"id": "c", "survey_id": "srv_order", "scope": "o1", "score": 5, "completed": true});
    ask.json(&body).send().await.expect(201);
    says(&shop, "srv_ces", 0, &json!({"score": 4})).await;
    says(&shop, "srv_ces", 1, &json!({"score": 7})).await;
    says(&shop, "srv_cli", 0, &json!({"scores": [6, 5, 4]})).await;
    shop.pass(1);
    let csat = shop.insight("csat").await;
    assert_eq!(figure(&csat), (10_000, Some(2_070), Some(10_000), 1));
    assert_eq!(
        (&csat["too_few"], &csat["survey"]["mean"]),
        (&json!(true), &json!(5.0))
    );
    let ces = shop.insight("ces").await;
    assert_eq!((figure(&ces).0, figure(&ces).3), (55_000, 2));
    assert_eq!(ces["survey"]["easy"]["value"], 50.0);
    let cli = shop.insight("cli").await;
    assert_eq!(figure(&cli), (50_000, None, None, 1));
    assert_eq!(cli["survey"]["index"]["value"], 80.0);
}

#[tokio::test]
async fn points_tiers_and_who_may_leave() {
    let shop = Shop::open().await;
    for who in ["c1", "c2", "c3"] {
        shop.member(who).await;
    }
    shop.buys("c1", "o1", 60_000).await.expect(201);
    shop.redeems("c1", "rwd_ship", "k").await.expect(201);
    shop.pass(1);
    let liability = shop.insight("points_liability").await;
    assert_eq!(
        (figure(&liability), &liability["unit"]),
        ((500, None, None, 1), &json!("points"))
    );
    assert_eq!(liability["points"]["worth"], 500);
    let rate = shop.insight("redemption_rate").await;
    assert_eq!(figure(&rate), (1_667, None, None, 1));
    let then = shop.now();
    shop.buys("c2", "o2", 1_000_000).await.expect(201);
    shop.pass(1);
    // What there was is known from what there is, and from what came since.
    let had = shop.insight(&format!("points_liability?to={then}")).await;
    assert_eq!(figure(&had), figure(&liability));
    let has = shop.insight("points_liability").await;
    assert_eq!(figure(&has), (10_500, None, None, 2));
    let had = shop.insight(&format!("redemption_rate?to={then}")).await;
    assert_eq!(had["points"], rate["points"]);
    let tiers = shop.insight("tier_distribution").await;
    let members: Vec<_> = tiers["tiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["members"].as_i64().unwrap())
        .collect();
    assert_eq!(members, [2, 1]);
    assert_eq!(tiers["tiers"][1]["share"]["value"], 3_330);
    for (who, days) in [
        ("c3", ["2026-09-01", "2026-09-11", "2026-09-21"]),
        ("c1", ["2026-11-01", "2026-11-11", "2026-11-21"]),
    ] {
        for day in days {
            shop.paid(who, &format!("{who}{day}"), day, &["tea"]).await;
        }
    }
    shop.pass(1);
    let risk = shop.insight("churn_risk").await;
    assert_eq!((figure(&risk).0, figure(&risk).3), (3_330, 3));
    let named = risk["at_risk"].as_array().unwrap();
    assert_eq!(
        (named.len(), &named[0]["member"], &named[0]["risk"]["by"]),
        (1, &json!("c3"), &json!("own"))
    );
    assert_eq!(named[0]["risk"]["days_since"], 62);
}

#[tokio::test]
async fn a_goal_is_set_followed_and_taken_away() {
    let shop = Shop::open().await;
    for who in ["c1", "c2"] {
        shop.member(who).await;
        shop.buys(who, &format!("{who}-1"), 1_000).await.expect(201);
    }
    shop.buys("c1", "c1-2", 1_000).await.expect(201);
    shop.pass(1);
    let goal = json!({
        "indicator": "frequency", "from": 10_000, "to": 20_000, "starts_at": "2026-11-01T00:00:00Z",
        "ends_at": "2027-11-01T00:00:00Z",
    });
    let put = |id: &str, goal: &Value| {
        shop.server("PUT", &format!("/v1/goals/{id}"))
            .json(goal)
            .send()
    };
    put("g1", &goal).await.expect(201);
    put("g1", &goal).await.expect(200);
    let state = shop.insight("goals").await["goals"][0].clone();
    assert_eq!(
        (&state["goal"]["id"], &state["value"]),
        (&json!("g1"), &json!(15_000))
    );
    assert_eq!(
        (&state["progress"]["bp"], &state["progress"]["on_track"]),
        (&json!(5_000), &json!(true))
    );
    let mut wrong = goal.clone();
    wrong["ends_at"] = goal["starts_at"].clone();
    put("g2", &wrong).await.refused(422, "validation_failed");
    let other = publish(&shop.state.db, program("other"), shop.now()).await;
    let theirs = shop.server_of(&other, "DELETE", "/v1/goals/g1");
    theirs.send().await.refused(404, "not_found");
    shop.server("DELETE", "/v1/goals/g1")
        .send()
        .await
        .expect(204);
    assert_eq!(shop.insight("goals").await["goals"], json!([]));
    let acts: Vec<String> = shop
        .rows("SELECT action FROM audit WHERE action LIKE 'goal.%' ORDER BY action")
        .await;
    assert_eq!(acts, ["goal.deleted", "goal.set"]);
}

#[tokio::test]
async fn an_experiment_is_told_by_its_arms() {
    let mut club = program("club");
    club["experiments"] = json!([{
        "id": "exp", "arms": [{"id": "a", "weight": 1}, {"id": "b", "weight": 1}],
    }]);
    let shop = Shop::with(club.clone(), api::limits::Limits::default()).await;
    let club: Program = serde_json::from_value(club).unwrap();
    for at in 0..40 {
        shop.member(&format!("m{at}")).await;
    }
    let rows: Vec<(String, String)> = shop.rows("SELECT external_id, member FROM members").await;
    let mut buyers = BTreeSet::new();
    for (external, member) in &rows {
        if experiments::assign(&club, "exp", member, shop.now()) == Some("b") {
            shop.buys(external, &format!("o-{external}"), 1_000)
                .await
                .expect(201);
            buyers.insert(external);
        }
    }
    shop.pass(1);
    let arms = shop.insight("experiments").await["experiments"][0]["arms"].clone();
    let (a, b) = (&arms[0], &arms[1]);
    assert_eq!(
        (&b["people"], &b["successes"]),
        (&json!(buyers.len()), &json!(buyers.len()))
    );
    assert_eq!(
        (&a["people"], &a["successes"]),
        (&json!(40 - buyers.len()), &json!(0))
    );
    assert_eq!(b["difference"]["value"], 1.0);
    assert_eq!(
        (&b["difference"]["decided"], &a["difference"]),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_told_so() {
    let shop = Shop::open().await;
    let ask = |what: &str| shop.server("GET", &format!("/v1/insights/{what}")).send();
    for (query, pointer) in [
        ("from=yesterday", "/from"),
        ("from=2026-11-02&to=2026-11-01", "/from"),
        ("from=2000-01-01", "/from"),
        ("to=2026-02-30", "/to"),
        ("margin_bp=10001", "/margin_bp"),
        ("years_max=0", "/years_max"),
    ] {
        let problem = ask(&format!("nps?{query}"))
            .await
            .refused(422, "validation_failed");
        assert_eq!(problem.body["errors"][0]["pointer"], pointer, "{query}");
    }
    ask("nps?compare=next")
        .await
        .refused(400, "malformed_request");
    ask("luck").await.refused(404, "not_found");
    shop.ask("GET", "/v1/insights")
        .send()
        .await
        .refused(401, "unauthorized");
    let made = shop
        .key(New::Secret(Scopes::of(&[Scope::Orders])))
        .await
        .unwrap();
    let Fresh::SecretKey(secret) = made else {
        panic!("asked for a secret key")
    };
    let narrow = shop
        .ask("GET", "/v1/insights/nps")
        .with("authorization", format!("Bearer {secret}"));
    narrow.send().await.refused(403, "scope_missing");
    let list = shop
        .server("GET", "/v1/insights")
        .send()
        .await
        .expect(200)
        .body;
    for one in list["insights"].as_array().unwrap() {
        let name = one["name"].as_str().unwrap();
        assert_eq!(shop.insight(name).await["unit"], one["unit"], "{name}");
    }
}
