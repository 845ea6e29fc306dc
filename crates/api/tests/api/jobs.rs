//! What is done though nobody asks, on a clock that tests set.

use crate::harness::{DAY_MS, Shop, program};
use crate::webhooks::listens;
use api::limits::Limits;
use api::webhooks::address::Guard;
use api::webhooks::sender::{Sender, TIMEOUT};
use api::{State, app, database, jobs};
use serde_json::{Value, json};
use std::sync::Arc;

/// A shop with an endpoint of which only the messages matter.
pub(crate) async fn heard(program: Value) -> Shop {
    let mut shop = Shop::with(program, Limits::default()).await;
    let guard = Guard {
        allow_private: true,
    };
    shop.state.sender = Sender::new(guard, TIMEOUT);
    shop.app = app(shop.state.clone());
    listens(&shop, "http://127.0.0.1:9/", &[]).await;
    shop
}

/// Data of the messages of a kind, oldest first.
async fn told(shop: &Shop, kind: &str) -> Vec<Value> {
    let all: Vec<(String, String)> = shop
        .rows("SELECT kind, body FROM messages ORDER BY at, message")
        .await;
    let ours = all.iter().filter(|(known, _)| known == kind);
    ours.map(|(_, body)| serde_json::from_str::<Value>(body).unwrap()["data"].clone())
        .collect()
}

async fn members(shop: &Shop) -> u64 {
    jobs::run(&shop.state).await.unwrap().members
}

#[tokio::test]
async fn points_that_end_soon_are_told_of_once_for_each_end() {
    let mut program = program("club");
    program["expiry"] = json!({"per_lot": {"months": 3, "warn_days": 30}});
    let shop = heard(program).await;
    shop.member("c1").await;
    shop.buys("c1", "x", 10_000).await.expect(201);
    shop.pass_days(20);
    shop.buys("c1", "y", 20_000).await.expect(201);
    shop.pass_days(41);
    assert_eq!(members(&shop).await, 0);
    assert!(told(&shop, "points.expiring").await.is_empty());
    // 22 November and three months are 22 February; 30 days before that is 23 January.
    shop.pass_days(1);
    assert_eq!((members(&shop).await, members(&shop).await), (1, 0));
    let soon = told(&shop, "points.expiring").await;
    assert_eq!(soon.len(), 1);
    assert_eq!(
        (&soon[0]["points"], &soon[0]["external_id"]),
        (&json!(100), &json!("c1"))
    );
    assert_eq!(soon[0]["expires_at"], "2027-02-22T08:30:00Z");
    // Whatever else is written does not bring it again.
    shop.buys("c1", "z", 5_000).await.expect(201);
    shop.pass_days(5);
    assert_eq!(members(&shop).await, 0);
    shop.pass_days(15);
    assert_eq!((members(&shop).await, members(&shop).await), (1, 0));
    assert_eq!(told(&shop, "points.expiring").await.len(), 2);
    shop.pass_days(10);
    assert_eq!((members(&shop).await, members(&shop).await), (1, 0));
    let ended = told(&shop, "points.expired").await;
    assert_eq!((ended.len(), &ended[0]["amount"]), (1, &json!(-100)));
    let kept: Vec<String> = shop.rows("SELECT told FROM members").await;
    let kept: Value = serde_json::from_str(&kept[0]).unwrap();
    assert_eq!(kept["expiring"].as_array().unwrap().len(), 1, "{kept}");
    shop.is_sound().await;
}

#[tokio::test]
async fn silence_that_would_end_all_points_is_told_of_each_time_anew() {
    let mut program = program("club");
    program["expiry"] = json!({"inactivity": {"months": 3, "warn_days": 10}});
    let shop = heard(program).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 10_000).await.expect(201);
    for told_so_far in 1..=2 {
        shop.pass_days(85);
        assert_eq!((members(&shop).await, members(&shop).await), (1, 0));
        assert_eq!(told(&shop, "points.expiring").await.len(), told_so_far);
        shop.buys("c1", &format!("more{told_so_far}"), 100)
            .await
            .expect(201);
    }
    shop.pass_days(100);
    assert_eq!((members(&shop).await, members(&shop).await), (1, 0));
    assert_eq!(shop.available("c1").await, 0);
}

#[tokio::test]
async fn a_tier_is_told_of_when_it_is_reached_at_risk_and_lost_by_time_alone() {
    let mut program = program("club");
    program["tiers"]["window"] = json!({"rolling_months": 6});
    program["tiers"]["downgrade"] = json!("recompute");
    program["tiers"]["notice_days"] = json!(30);
    program["tiers"]["grace_days"] = json!(10);
    let shop = heard(program).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 100).await.expect(201);
    shop.buys("c1", "o2", 1_000_000).await.expect(201);
    let raised = told(&shop, "tier.raised").await;
    assert_eq!((raised.len(), &raised[0]["to"]), (1, &json!("gold")));
    // It falls out of the six months on 22 May, and its grace ends on 1 June; 30 days before that is 2 May.
    shop.pass_days(160);
    assert_eq!(members(&shop).await, 0);
    shop.pass_days(1);
    assert_eq!((members(&shop).await, members(&shop).await), (1, 0));
    let risk = told(&shop, "tier.at_risk").await;
    assert_eq!(
        (risk.len(), &risk[0]["in_grace"]),
        (1, &json!(false)),
        "{risk:?}"
    );
    assert_eq!(
        (&risk[0]["tier"], &risk[0]["until"]),
        (&json!("gold"), &json!("2027-06-01T08:30:00Z"))
    );
    shop.pass_days(19);
    assert_eq!(members(&shop).await, 0);
    shop.pass_days(1);
    assert_eq!((members(&shop).await, members(&shop).await), (1, 0));
    let risk = told(&shop, "tier.at_risk").await;
    assert_eq!(
        (risk.len(), &risk[1]["in_grace"]),
        (2, &json!(true)),
        "{risk:?}"
    );
    shop.pass_days(9);
    assert_eq!(members(&shop).await, 0);
    assert!(told(&shop, "tier.lowered").await.is_empty());
    shop.pass_days(1);
    assert_eq!(members(&shop).await, 1);
    let lowered = told(&shop, "tier.lowered").await;
    assert_eq!(
        (&lowered[0]["from"], &lowered[0]["to"]),
        (&json!("gold"), &json!("base"))
    );
    assert_eq!((lowered.len(), members(&shop).await), (1, 0));
}

/// Members, each with points that end two months from now.
async fn club_of(count: usize) -> Shop {
    let mut program = program("club");
    program["expiry"] = json!({"per_lot": {"months": 2, "warn_days": 0}});
    let shop = heard(program).await;
    for n in 0..count {
        shop.member(&format!("c{n}")).await;
        shop.buys(&format!("c{n}"), &format!("o{n}"), 10_000)
            .await
            .expect(201);
    }
    shop
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_bring_nobody_up_to_now_twice() {
    let shop = club_of(30).await;
    jobs::run(&shop.state).await.unwrap();
    shop.pass_days(70);
    // Another process has everything of its own but the database.
    let options = store::Options {
        readers: 2,
        pool: 6,
        ..store::Options::default()
    };
    let db = database::open(&shop.url, options).await.unwrap();
    let mut other = State::new(
        db,
        shop.state.clock.clone(),
        shop.state.assets.clone(),
        Limits::default(),
    );
    other.sender = shop.state.sender.clone();
    let other = Arc::new(other);
    let (here, there) = (shop.state.clone(), Arc::clone(&other));
    let (here, there) = tokio::join!(
        tokio::spawn(async move { jobs::run(&here).await.unwrap() }),
        tokio::spawn(async move { jobs::run(&there).await.unwrap() }),
    );
    let (here, there) = (here.unwrap(), there.unwrap());
    assert_eq!(here.members + there.members, 30, "{here:?} {there:?}");
    assert_eq!(here.failures + there.failures, 0);
    assert_eq!(told(&shop, "points.expired").await.len(), 30);
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM entries WHERE why = 'expiry'")
            .await,
        30
    );
    shop.is_sound().await;
    other.db.close().await;
}

#[tokio::test]
async fn one_member_who_fails_keeps_nobody_else_waiting_and_is_tried_again() {
    let shop = club_of(3).await;
    shop.pass_days(70);
    shop.sql("UPDATE members SET told = 'broken' WHERE external_id = 'c1'")
        .await
        .unwrap();
    let done = jobs::run(&shop.state).await.unwrap();
    assert_eq!((done.members, done.failures), (2, 1));
    let aside: Vec<(String, i64, Option<String>)> = shop
        .rows("SELECT kind, attempts, error FROM jobs WHERE kind = 'member'")
        .await;
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].1, 1);
    assert!(aside[0].2.as_deref().unwrap().contains("internal_error"));
    let done = jobs::run(&shop.state).await.unwrap();
    assert_eq!(
        (done.members, done.failures),
        (0, 0),
        "not before its pause is over"
    );
    shop.pass_ms(60_000);
    let done = jobs::run(&shop.state).await.unwrap();
    assert_eq!((done.members, done.failures), (0, 1));
    shop.sql("UPDATE members SET told = '{}' WHERE external_id = 'c1'")
        .await
        .unwrap();
    shop.pass_ms(60_000);
    assert_eq!(members(&shop).await, 0, "the second pause is longer");
    shop.pass_ms(60_000);
    assert_eq!(members(&shop).await, 1);
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM jobs WHERE kind = 'member'")
            .await,
        0
    );
    assert_eq!(told(&shop, "points.expired").await.len(), 3);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_new_version_brings_forward_what_it_makes_earlier() {
    let mut before = program("club");
    before["expiry"] = json!({"inactivity": {"months": 24, "warn_days": 1}});
    let shop = heard(before.clone()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 10_000).await.expect(201);
    shop.pass_days(100);
    assert_eq!(members(&shop).await, 0);
    // Words change nothing in time.
    before["name"] = json!({"en": "Another name"});
    shop.publishes(serde_json::from_value(before.clone()).unwrap())
        .await
        .unwrap();
    assert_eq!(members(&shop).await, 0);
    before["expiry"] = json!({"inactivity": {"months": 2, "warn_days": 1}});
    shop.publishes(serde_json::from_value(before).unwrap())
        .await
        .unwrap();
    assert_eq!((members(&shop).await, members(&shop).await), (1, 0));
    assert_eq!(told(&shop, "points.expired").await.len(), 1);
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM jobs WHERE kind = 'review' AND lease IS NULL")
            .await,
        1
    );
}

#[tokio::test]
async fn a_job_whose_process_died_goes_on_where_it_was() {
    let shop = club_of(4).await;
    jobs::run(&shop.state).await.unwrap();
    let ids: Vec<String> = shop
        .rows("SELECT member FROM members ORDER BY member")
        .await;
    let due = "SELECT COUNT(*) FROM members WHERE settled_at > joined_at";
    let version = shop.count("SELECT MAX(version) FROM programs").await;
    let progress = json!({ "reviewed": null, "target": version, "after": ids[1] }).to_string();
    let tenant = shop.tenant().await;
    shop.pass_days(1);
    shop.state
        .db
        .write(
            (tenant, progress, shop.now().0),
            |mut tx, (tenant, progress, now)| {
                Box::pin(async move {
                    let taken = store::query(
                    "UPDATE jobs SET state = $2, run_at = $3, lease = 'run_dead', leased_until = $4
                     WHERE tenant = $1 AND kind = 'review'",
                );
                    let taken = taken
                        .bind(tenant)
                        .bind(progress)
                        .bind(*now)
                        .bind(now + 60_000);
                    let taken = taken.execute(&mut tx).await;
                    (tx, taken)
                })
            },
        )
        .await
        .unwrap();
    let before = shop.count(due).await;
    assert_eq!(members(&shop).await, 0, "it is another's");
    shop.pass_ms(60_000);
    assert_eq!(members(&shop).await, 2, "those after the second");
    assert!(shop.count(due).await >= before);
}

#[tokio::test]
async fn what_is_kept_for_some_time_goes_in_small_pieces() {
    let shop = club_of(1).await;
    for batch in 0..12 {
        let event =
            |n| json!({ "id": format!("e{n}-{batch}"), "kind": "panel_opened", "at": shop.now() });
        let batch: Vec<Value> = (0..50).map(event).collect();
        let ask = shop.shopper("c0", "POST", "/v1/events");
        ask.json(&json!({ "events": batch }))
            .send()
            .await
            .expect(202);
    }
    shop.redeems("c0", "rwd_ship", "k1").await.expect(201);
    jobs::run(&shop.state).await.unwrap();
    let count = async |what: &'static str| shop.count(what).await;
    const EVENTS: &str = "SELECT COUNT(*) FROM events";
    const BODIES: &str = "SELECT COUNT(*) FROM outcomes WHERE body IS NOT NULL";
    const MESSAGES: &str = "SELECT COUNT(*) FROM messages";
    let (events, bodies, messages) = (
        count(EVENTS).await,
        count(BODIES).await,
        count(MESSAGES).await,
    );
    assert!(
        events > 500 && bodies > 0 && messages > 0,
        "{events} {bodies} {messages}"
    );
    shop.sql("UPDATE deliveries SET state = 'failed'")
        .await
        .unwrap();
    shop.pass_days(29);
    jobs::run(&shop.state).await.unwrap();
    assert_eq!(
        (
            count(EVENTS).await,
            count(BODIES).await,
            count(MESSAGES).await
        ),
        (events, bodies, messages)
    );
    shop.pass_ms(2 * DAY_MS);
    jobs::run(&shop.state).await.unwrap();
    assert_eq!(
        (
            count(EVENTS).await,
            count(BODIES).await,
            count(MESSAGES).await
        ),
        (events, 0, 0)
    );
    assert!(
        count("SELECT COUNT(*) FROM outcomes").await > 0,
        "outcomes stay"
    );
    assert_eq!(count("SELECT COUNT(*) FROM attempts").await, 0);
    shop.pass_days(60);
    jobs::run(&shop.state).await.unwrap();
    assert_eq!(count(EVENTS).await, 0);
}
