//! Drafts, versions, schedules: what the marketer does with the program.

use crate::harness::{Reply, Shop, program, publish};
use api::schedules;
use futures_like::join_all;
use serde_json::{Value, json};
use std::sync::Arc;

/// Waits for all of them at once.
mod futures_like {
    pub(super) async fn join_all<T: Send + 'static>(
        works: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T> {
        let tasks: Vec<_> = works.into_iter().map(tokio::spawn).collect();
        let mut done = Vec::new();
        for task in tasks {
            done.push(task.await.unwrap());
        }
        done
    }
}

const DRAFT: &str = "/v1/programs/club/draft";

impl Shop {
    async fn saves(&self, document: &Value) -> Reply {
        self.server("PUT", DRAFT).json(document).send().await
    }

    async fn publishes_draft(&self, body: &Value) -> Reply {
        let path = "/v1/programs/club/publish";
        self.server("POST", path).json(body).send().await
    }

    async fn reads(&self, path: &str) -> Value {
        let path = format!("/v1/programs/club/{path}");
        self.server("GET", &path).send().await.expect(200).body
    }

    /// What `rwd_ship` costs on the shop's pages now.
    async fn cost(&self) -> i64 {
        let path = format!("/v1/programs/club?key={}", self.keys.page);
        let view = self.ask("GET", &path).send().await.expect(200).body;
        view["program"]["rewards"][1]["cost"].as_i64().unwrap()
    }
}

fn costing(points: i64) -> Value {
    let mut program = program("club");
    program["rewards"][1]["cost"] = json!(points);
    program
}

#[tokio::test]
async fn a_broken_draft_is_kept_and_nobody_saves_over_another() {
    let shop = Shop::open().await;
    let none = shop.server("GET", DRAFT).send().await.expect(200);
    assert_eq!(none.body["draft"]["saved"], false);
    assert_eq!(none.body["draft"]["document"]["rewards"][1]["cost"], 100);
    assert_eq!(none.header("etag"), "\"0\"");
    shop.publishes_draft(&json!({}))
        .await
        .refused(409, "no_draft");
    let broken = json!({"id": "club", "rewards": [{"id": "rwd"}]});
    let saved = shop.saves(&broken).await.expect(200);
    assert_eq!(saved.body["draft"]["document"], broken);
    let faults = saved.body["draft"]["faults"].as_array().unwrap();
    assert!(
        faults
            .iter()
            .any(|fault| fault["pointer"] == "/rewards/0/cost"),
        "{faults:?}"
    );
    let refused = shop
        .publishes_draft(&json!({}))
        .await
        .refused(422, "validation_failed");
    assert_eq!(
        refused.body["errors"].as_array().unwrap().len(),
        faults.len()
    );
    // Two marketers have read revision 1.
    let put = |tag: &'static str| {
        shop.server("PUT", DRAFT)
            .with("if-match", tag)
            .json(&broken)
    };
    let second = put("\"1\"").send().await.expect(200);
    assert_eq!(second.header("etag"), "\"2\"");
    put("\"1\"").send().await.refused(412, "draft_changed");
    put("nonsense").send().await.refused(412, "draft_changed");
    shop.server("POST", "/v1/programs/club/publish")
        .with("if-match", "\"1\"")
        .json(&json!({}))
        .send()
        .await
        .refused(412, "draft_changed");
    // A revision is never used again.
    shop.server("DELETE", DRAFT).send().await.expect(204);
    shop.server("DELETE", DRAFT).send().await.expect(204);
    let again = shop.saves(&broken).await.expect(200);
    assert_eq!(again.header("etag"), "\"4\"");
    shop.saves(&json!([]))
        .await
        .refused(422, "validation_failed");
    shop.server("PUT", "/v1/programs/other/draft")
        .json(&broken)
        .send()
        .await
        .refused(404, "not_found");
    let other = publish(&shop.state.db, program("other"), shop.now()).await;
    shop.server_of(&other, "GET", DRAFT)
        .send()
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn a_document_may_have_a_mebibyte_and_no_more() {
    let shop = Shop::open().await;
    let long = |kb: usize| json!({"id": "x".repeat(kb * 1_024)});
    shop.saves(&long(900)).await.expect(200);
    shop.saves(&long(1_100))
        .await
        .refused(413, "body_too_large");
    shop.saves(&long(2_048))
        .await
        .refused(413, "body_too_large");
}

#[tokio::test]
async fn a_draft_becomes_a_version_that_is_compared_explained_and_taken_back() {
    let shop = Shop::open().await;
    shop.saves(&costing(90)).await.expect(200);
    let published = shop
        .publishes_draft(&json!({"note": " cheaper "}))
        .await
        .expect(201);
    assert_eq!(published.body["version"]["version"], 2);
    assert_eq!(published.body["version"]["note"], "cheaper");
    assert_eq!(published.body["schedule"], Value::Null);
    assert_eq!(shop.cost().await, 90);
    shop.publishes_draft(&json!({}))
        .await
        .refused(409, "no_draft");
    // The same document is no new version.
    shop.saves(&costing(90)).await.expect(200);
    let same = shop.publishes_draft(&json!({})).await.expect(201);
    assert_eq!(same.body["version"]["version"], 2);
    let changes = shop.reads("versions/2/diff").await;
    let cost = json!({"pointer": "/rewards/1/cost", "kind": "changed", "was": 100, "is": 90});
    let listed = changes["changes"].as_array().unwrap();
    assert!(listed.contains(&cost), "{changes}");
    assert_eq!(listed.len(), 2, "the version's number, too: {changes}");
    shop.saves(&costing(80)).await.expect(200);
    let with = shop.reads("versions/2/diff?with=draft").await;
    assert!(with.to_string().contains(r#""was":80"#), "{with}");
    // Back to the first.
    let path = "/v1/programs/club/rollback";
    let back = |version: i64| {
        shop.server("POST", path)
            .json(&json!({"version": version, "note": "no"}))
    };
    let reply = back(1).send().await.expect(201);
    assert_eq!(reply.body["version"]["version"], 3);
    assert_eq!(shop.cost().await, 100);
    back(9).send().await.refused(404, "not_found");
    let first = shop.reads("versions?limit=2").await;
    let numbers: Vec<i64> = first["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["version"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [3, 2]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = shop
        .reads(&format!("versions?limit=2&cursor={cursor}"))
        .await;
    assert_eq!(
        (&rest["versions"][0]["version"], &rest["next_cursor"]),
        (&json!(1), &Value::Null)
    );
    let told = shop.reads("explain?language=fa").await;
    assert_eq!(told["explanation"]["language"], "fa");
    assert!(
        !told["explanation"]["sections"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    shop.server("GET", "/v1/programs/club/explain?language=xx")
        .send()
        .await
        .refused(400, "malformed_request");
    let actions: Vec<String> = shop
        .rows("SELECT action FROM audit WHERE action LIKE 'program.%' ORDER BY at, id")
        .await;
    assert_eq!(
        actions
            .iter()
            .filter(|action| *action == "program.published")
            .count(),
        3
    );
    assert_eq!(
        actions
            .iter()
            .filter(|action| *action == "program.rolled_back")
            .count(),
        1
    );
}

#[tokio::test]
async fn tiers_that_were_reached_stay_when_a_version_is_brought_back() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 1_000_000).await.expect(201);
    let tier = async || {
        let told = shop.server("GET", "/v1/members/c1").send().await.body;
        told["member"]["standing"]["current"].clone()
    };
    let mut harder = program("club");
    harder["tiers"]["levels"][1]["enter"] = json!(9_000_000);
    shop.saves(&harder).await.expect(200);
    shop.pass_days(1);
    shop.publishes_draft(&json!({})).await.expect(201);
    assert_eq!(tier().await, 1);
    shop.pass_days(1);
    shop.server("POST", "/v1/programs/club/rollback")
        .json(&json!({"version": 1}))
        .send()
        .await
        .expect(201);
    let kept = shop.reads("versions/3").await;
    assert_eq!(
        kept["document"]["tiers"]["former"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(tier().await, 1);
}

#[tokio::test]
async fn faults_are_told_in_the_language_that_is_asked_for() {
    let shop = Shop::open().await;
    let mut document = program("club");
    document["zone"] = json!("Asia/Teheran");
    let path = "/v1/programs/club/validate";
    let asked = async |body: Value| {
        shop.server("POST", path)
            .json(&body)
            .send()
            .await
            .expect(200)
            .body
    };
    let english = asked(json!({"document": document})).await;
    assert_eq!(english["valid"], false);
    assert_eq!(english["faults"][0]["code"], "unknown_zone");
    let persian = asked(json!({"document": document, "language": "fa-IR"})).await;
    assert_eq!(persian["faults"][0]["pointer"], "/zone");
    assert!(
        persian["faults"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("منطقهٔ زمانی")
    );
    assert_eq!(asked(json!({})).await, json!({"valid": true, "faults": []}));
    let renamed = asked(json!({"document": program("other")})).await;
    assert_eq!(renamed["faults"][0]["code"], "other_program");
    shop.saves(&json!({})).await.expect(200);
    assert_eq!(asked(json!({})).await["valid"], false);
}

#[tokio::test]
async fn a_preview_shows_what_would_be_and_changes_nothing() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 1_000_000).await.expect(201);
    let mut document = program("club");
    document["earning"]["purchase"]["points"] = json!(3);
    let path = "/v1/programs/club/preview";
    let asked = |body: Value| shop.server("POST", path).json(&body);
    let body = json!({"document": document, "basket": {"total": 10_000}});
    let new = asked(body.clone()).send().await.expect(200).body;
    assert_eq!(new["preview"]["what_if"]["points"], 300);
    assert_eq!(
        new["preview"]["view"]["program"]["earning"]["purchase"]["points"],
        3
    );
    let mut gold = body;
    gold["member"] = json!("c1");
    let gold = asked(gold).send().await.expect(200).body;
    assert_eq!(
        gold["preview"]["what_if"]["points"], 600,
        "twice at this tier"
    );
    let running = asked(json!({})).send().await.expect(200).body;
    assert_eq!(
        running["preview"]["view"]["program"]["earning"]["purchase"]["points"],
        1
    );
    assert_eq!(running["preview"]["what_if"], Value::Null);
    // Somebody who is made up is whatever the document makes of them.
    assert_eq!(running["preview"]["snapshot"], Value::Null);
    let sample = asked(json!({"sample": "top_tier"})).send().await;
    let sample = &sample.expect(200).body["preview"]["snapshot"];
    assert_eq!(sample["facts"]["id"], "mem_sample");
    assert!(sample["facts"]["lots"][0]["remaining"].as_i64().unwrap() > 0);
    asked(json!({"sample": "nobody"}))
        .send()
        .await
        .refused(422, "validation_failed");
    asked(json!({"member": "nobody"}))
        .send()
        .await
        .refused(404, "not_found");
    asked(json!({"document": {}}))
        .send()
        .await
        .refused(422, "validation_failed");
    asked(json!({"basket": {"total": -1}}))
        .send()
        .await
        .refused(422, "validation_failed");
    assert_eq!(shop.count("SELECT COUNT(*) FROM programs").await, 1);
    assert_eq!(shop.cost().await, 100);
}

#[tokio::test]
async fn a_scheduled_version_is_published_once_when_its_time_comes() {
    let shop = Shop::open().await;
    shop.saves(&costing(90)).await.expect(200);
    let later = shop.now().plus_days(1);
    let scheduled = shop
        .publishes_draft(&json!({"at": later, "note": "spring"}))
        .await
        .expect(201);
    let id = scheduled.body["schedule"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for at in [shop.now(), shop.now().plus_days(400)] {
        let refused = shop
            .publishes_draft(&json!({"at": at}))
            .await
            .refused(422, "validation_failed");
        assert_eq!(refused.body["errors"][0]["pointer"], "/at");
    }
    // The draft goes on; what is scheduled stays as it was.
    shop.saves(&costing(70)).await.expect(200);
    let other = shop
        .publishes_draft(&json!({"at": later}))
        .await
        .expect(201);
    let other = other.body["schedule"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/programs/club/schedules/{other}");
    shop.server("DELETE", &path).send().await.expect(204);
    shop.server("DELETE", &path)
        .send()
        .await
        .refused(409, "schedule_over");
    shop.server("DELETE", "/v1/programs/club/schedules/sch_none")
        .send()
        .await
        .refused(404, "not_found");
    assert_eq!(schedules::publish_due(&shop.state).await.unwrap(), 0);
    assert_eq!(shop.cost().await, 100);
    shop.pass_days(1);
    let state = shop.state.clone();
    let looks = (0..4).map(move |_| {
        let state = state.clone();
        async move { schedules::publish_due(&state).await.unwrap() }
    });
    assert_eq!(
        join_all(looks).await.into_iter().sum::<u64>(),
        1,
        "once, whoever looks"
    );
    assert_eq!(shop.cost().await, 90);
    let listed = shop.reads("schedules").await;
    let of = |id: &str| {
        let all = listed["schedules"].as_array().unwrap().iter();
        all.clone()
            .find(|schedule| schedule["id"] == id)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (&of(&id)["state"], &of(&id)["version"]),
        (&json!("published"), &json!(2))
    );
    assert_eq!(of(&other)["state"], "cancelled");
    assert_eq!(
        shop.reads("versions").await["versions"][0]["note"],
        "spring"
    );
    shop.server("DELETE", &format!("/v1/programs/club/schedules/{id}"))
        .send()
        .await
        .refused(409, "schedule_over");
}

#[tokio::test]
async fn a_scheduled_version_that_no_longer_holds_is_refused_with_its_faults() {
    let shop = Shop::open().await;
    for cost in [90, 80] {
        shop.saves(&costing(cost)).await.expect(200);
        let at = shop.now().plus_days(1);
        shop.publishes_draft(&json!({"at": at})).await.expect(201);
    }
    // As an older server might have left it.
    let spoilt = shop
        .sql("UPDATE schedules SET document = REPLACE(document, 'Asia/Tehran', 'Asia/Teheran') WHERE document LIKE '%:90%'")
        .await;
    assert_eq!(spoilt.unwrap(), 1);
    shop.pass_days(2);
    assert_eq!(schedules::publish_due(&shop.state).await.unwrap(), 2);
    assert_eq!(shop.cost().await, 80, "the other one was not kept waiting");
    let listed = shop.reads("schedules").await;
    let refused = listed["schedules"].as_array().unwrap().iter();
    let refused: Vec<_> = refused
        .filter(|schedule| schedule["state"] == "refused")
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["faults"][0]["code"], "unknown_zone");
    let audited = "SELECT COUNT(*) FROM audit WHERE action = 'program.schedule_refused'";
    assert_eq!(shop.count(audited).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn publishing_breaks_nothing_that_is_under_way() {
    let shop = Arc::new(Shop::open().await);
    for member in 0..8 {
        let sub = format!("c{member}");
        shop.member(&sub).await;
        shop.buys(&sub, &format!("o{member}"), 200_000)
            .await
            .expect(201);
    }
    let redeeming = (0..8).map(|member| {
        let shop = Arc::clone(&shop);
        async move {
            let sub = format!("c{member}");
            for round in 0..6 {
                let key = format!("k{member}-{round}");
                let taken = shop.redeems(&sub, "rwd_ship", &key).await.expect(201);
                let id = taken.body["redemption"]["id"].as_str().unwrap();
                let path = format!("/v1/me/redemptions/{id}");
                let back = shop
                    .shopper(&sub, "DELETE", &path)
                    .key(&format!("{key}-back"));
                back.send().await.expect(200);
            }
        }
    });
    let redeeming = tokio::spawn(join_all(redeeming.collect::<Vec<_>>()));
    // None of them is the one that runs already.
    let publishing = (0..10).map(|round| {
        let shop = Arc::clone(&shop);
        async move {
            let document: rules::Program = serde_json::from_value(costing(101 + round)).unwrap();
            shop.publishes(document).await.unwrap().1
        }
    });
    let mut versions = join_all(publishing.collect::<Vec<_>>()).await;
    redeeming.await.unwrap();
    versions.sort_unstable();
    assert_eq!(
        versions,
        (2..12).collect::<Vec<u32>>(),
        "each has a number of its own"
    );
    // Every redemption took what its own version asks.
    let taken: Vec<(i64, i64)> = shop.rows("SELECT version, points FROM redemptions").await;
    assert_eq!(taken.len(), 48);
    for (version, points) in taken {
        let kept = shop.reads(&format!("versions/{version}")).await;
        assert_eq!(kept["document"]["rewards"][1]["cost"], points);
    }
    shop.is_sound().await;
}
