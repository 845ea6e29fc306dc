//! Invitations that are farmed, guessed and read before they are claimed.

use crate::harness::{Reply, Shop, program};
use api::limits::Limits;
use api::{app, jobs, referrals};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

/// A club behind a proxy that says where requests come from.
async fn club(per_address: Option<u32>) -> Shop {
    let mut program = program("club");
    program["referral"]["per_address"] = json!(per_address);
    let mut shop = Shop::with(program, Limits::new(600, 1_000)).await;
    shop.state.behind_proxy = true;
    shop.app = app(shop.state.clone());
    shop.sql(
        "INSERT INTO endpoints (tenant, endpoint, url, kinds, secrets, created_at)
         SELECT tenant, 'end_1', 'https://crm.example', '[]', '[]', 0 FROM tenants",
    )
    .await
    .unwrap();
    shop.member("ada").await;
    shop
}

async fn code_of(shop: &Shop, sub: &str) -> String {
    shop.me(sub).await["referral"]["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn claims(shop: &Shop, code: &str, key: &str, from: &str) -> Value {
    let path = format!("/v1/referrals/{code}/claims?key={}", shop.keys.page);
    let ask = shop
        .ask("POST", &path)
        .key(key)
        .with("x-forwarded-for", from);
    ask.send().await.expect(201).body["claim"].clone()
}

async fn friends(shop: &Shop, sub: &str) -> Vec<String> {
    let me = shop.me(sub).await;
    let friends = me["referral"]["friends"].as_array().unwrap();
    let mut states: Vec<String> = friends
        .iter()
        .map(|friend| friend["state"].as_str().unwrap().to_owned())
        .collect();
    states.sort();
    states
}

async fn joins(shop: &Shop, sub: &str, claim: &Value) {
    let body = json!({"claim_id": claim["id"]});
    shop.server("PUT", &format!("/v1/members/{sub}"))
        .json(&body)
        .send()
        .await;
}

/// Kinds of message about invitations, and the reason of each refusal.
async fn told(shop: &Shop) -> Vec<String> {
    let rows = "SELECT kind, body FROM messages WHERE kind LIKE 'referral.%'";
    let mut told: Vec<String> = Vec::new();
    for (kind, body) in shop.rows::<(String, String)>(rows).await {
        let body: Value = serde_json::from_str(&body).unwrap();
        assert!(
            body["data"]["claim_id"]
                .as_str()
                .unwrap()
                .starts_with("clm_")
        );
        let reason = body["data"]["reason"]
            .as_str()
            .map(|reason| format!(" {reason}"));
        told.push(kind + &reason.unwrap_or_default());
    }
    told.sort();
    told
}

#[tokio::test]
async fn a_network_address_follows_so_many_invitations_a_day() {
    let shop = club(Some(2)).await;
    shop.member("bob").await;
    let (ada, bob) = (code_of(&shop, "ada").await, code_of(&shop, "bob").await);
    for (key, code, from) in [("1", &ada, "203.0.113.7"), ("2", &bob, "203.0.113.7")] {
        assert_eq!(claims(&shop, code, key, from).await["refused"], Value::Null);
    }
    let third = claims(&shop, &ada, "3", "203.0.113.7").await;
    assert_eq!(third["refused"], "too_many_from_address");
    assert_eq!(
        friends(&shop, "ada").await,
        ["invited", "too_many_from_address"]
    );
    // It brings nothing to whoever joins with it.
    joins(&shop, "eve", &third).await;
    shop.buys("eve", "o1", 4_000).await.expect(201);
    assert_eq!(
        friends(&shop, "ada").await,
        ["invited", "too_many_from_address"]
    );
    assert_eq!(shop.balances("eve").await, (40, 0, 0));
    // Another address, another network of IPv6, another day.
    assert_eq!(
        claims(&shop, &ada, "4", "203.0.113.8").await["refused"],
        Value::Null
    );
    for (key, from, refused) in [
        ("5", "2001:db8:1:1::1", Value::Null),
        ("6", "2001:db8:1:1:ffff::2", Value::Null),
        ("7", "2001:db8:1:1::3", json!("too_many_from_address")),
        ("8", "2001:db8:1:2::1", Value::Null),
    ] {
        assert_eq!(
            claims(&shop, &ada, key, from).await["refused"],
            refused,
            "{from}"
        );
    }
    shop.pass_days(1);
    assert_eq!(
        claims(&shop, &ada, "9", "203.0.113.7").await["refused"],
        Value::Null
    );
    // What is kept is no address.
    for kept in shop.rows::<String>("SELECT address FROM claims").await {
        assert_eq!(kept.len(), 43, "{kept}");
    }
    assert_eq!(
        told(&shop)
            .await
            .iter()
            .filter(|kind| *kind == "referral.refused too_many_from_address")
            .count(),
        2
    );
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claims_at_once_keep_to_the_limit() {
    let shop = Arc::new(club(Some(3)).await);
    let code = code_of(&shop, "ada").await;
    let mut tries = JoinSet::new();
    for at in 0..16 {
        let (shop, code) = (Arc::clone(&shop), code.clone());
        tries.spawn(async move { claims(&shop, &code, &format!("k{at}"), "203.0.113.7").await });
    }
    let all = tries.join_all().await;
    assert_eq!(
        all.iter()
            .filter(|claim| claim["refused"].is_null())
            .count(),
        3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn friends_who_buy_at_once_keep_to_the_cap() {
    let shop = Arc::new(club(None).await);
    let code = code_of(&shop, "ada").await;
    for at in 0..8 {
        let claim = claims(&shop, &code, &format!("k{at}"), "203.0.113.7").await;
        joins(&shop, &format!("f{at}"), &claim).await;
    }
    let mut tries = JoinSet::new();
    for at in 0..8 {
        let shop = Arc::clone(&shop);
        tries.spawn(async move {
            shop.buys(&format!("f{at}"), &format!("o{at}"), 4_000)
                .await
                .expect(201)
        });
    }
    tries.join_all().await;
    // The cap is two.
    assert_eq!(shop.balances("ada").await, (0, 800, 0));
    let states = friends(&shop, "ada").await;
    assert_eq!(
        states.iter().filter(|state| *state == "bought").count(),
        2,
        "{states:?}"
    );
    assert_eq!(
        states
            .iter()
            .filter(|state| *state == "cap_reached")
            .count(),
        6,
        "{states:?}"
    );
    shop.is_sound().await;
}

#[tokio::test]
async fn a_friend_with_the_members_contact_does_not_count() {
    let shop = club(None).await;
    let code = code_of(&shop, "ada").await;
    shop.member("ben").await;
    shop.sql("UPDATE members SET contacts = '[\"one\",\"two\"]' WHERE external_id = 'ada'")
        .await
        .unwrap();
    shop.sql("UPDATE members SET contacts = '[\"two\",\"three\"]' WHERE external_id = 'ben'")
        .await
        .unwrap();
    joins(
        &shop,
        "ben",
        &claims(&shop, &code, "1", "203.0.113.7").await,
    )
    .await;
    assert_eq!(friends(&shop, "ada").await, ["same_contact"]);
    // Told only after joining, it speaks against the first order.
    joins(
        &shop,
        "cid",
        &claims(&shop, &code, "2", "203.0.113.7").await,
    )
    .await;
    shop.sql("UPDATE members SET contacts = '[\"one\"]' WHERE external_id = 'cid'")
        .await
        .unwrap();
    shop.buys("cid", "o1", 4_000).await.expect(201);
    assert_eq!(
        friends(&shop, "ada").await,
        ["same_contact", "same_contact"]
    );
    assert_eq!(shop.balances("ada").await, (0, 0, 0));
    // Twice the same contact of one member is no two members.
    shop.member("dan").await;
    shop.sql("UPDATE members SET contacts = '[\"four\",\"four\"]' WHERE external_id = 'dan'")
        .await
        .unwrap();
    joins(
        &shop,
        "dan",
        &claims(&shop, &code, "3", "203.0.113.7").await,
    )
    .await;
    assert_eq!(
        friends(&shop, "ada").await,
        ["joined", "same_contact", "same_contact"]
    );
    assert_eq!(
        told(&shop).await,
        [
            "referral.claimed",
            "referral.claimed",
            "referral.claimed",
            "referral.joined",
            "referral.joined",
            "referral.refused same_contact",
            "referral.refused same_contact",
        ]
    );
}

#[tokio::test]
async fn each_step_of_a_friend_is_told_once() {
    let shop = club(None).await;
    let claim = claims(&shop, &code_of(&shop, "ada").await, "1", "203.0.113.7").await;
    joins(&shop, "ben", &claim).await;
    shop.buys("ben", "o1", 4_000).await.expect(201);
    jobs::run(&shop.state).await.unwrap();
    assert_eq!(
        told(&shop).await,
        ["referral.bought", "referral.claimed", "referral.joined"]
    );
    shop.pass_days(7);
    jobs::run(&shop.state).await.unwrap();
    jobs::run(&shop.state).await.unwrap();
    let all = [
        "referral.bought",
        "referral.claimed",
        "referral.joined",
        "referral.rewarded",
    ];
    assert_eq!(told(&shop).await, all);
    assert_eq!(friends(&shop, "ada").await, ["rewarded"]);
    assert_eq!(shop.balances("ada").await, (400, 0, 0));
    // It stays so, and counts toward the cap of two.
    shop.refunds("o1", &json!({"id": "late"})).await.expect(201);
    assert_eq!(friends(&shop, "ada").await, ["rewarded"]);
    for sub in ["f1", "f2"] {
        joins(
            &shop,
            sub,
            &claims(&shop, &code_of(&shop, "ada").await, sub, "203.0.113.7").await,
        )
        .await;
        shop.buys(sub, sub, 4_000).await.expect(201);
    }
    assert_eq!(
        friends(&shop, "ada").await,
        ["bought", "cap_reached", "rewarded"]
    );
    shop.is_sound().await;
}

async fn lands(shop: &Shop, code: &str, from: &str) -> Reply {
    let path = format!("/v1/referrals/{code}?key={}", shop.keys.page);
    shop.ask("GET", &path)
        .with("x-forwarded-for", from)
        .send()
        .await
}

#[tokio::test]
async fn a_guest_reads_an_invitation_before_claiming_it() {
    let shop = club(None).await;
    let code = code_of(&shop, "ada").await;
    let typed = code.replace('-', "").to_lowercase();
    let read = lands(&shop, &typed, "203.0.113.7").await.expect(200).body;
    assert_eq!(
        read,
        json!({"referral": {
            "code": code, "name": {"en": "Club"}, "friend_points": 300, "minimum_order": 3_000,
            "expires_at": "2026-12-22T08:30:00Z",
        }})
    );
    assert_eq!(shop.count("SELECT COUNT(*) FROM claims").await, 0);
    let path = format!("/v1/referrals/{code}");
    shop.ask("GET", &path)
        .send()
        .await
        .refused(401, "unauthorized");
}

#[tokio::test]
async fn landing_and_claiming_share_ten_tries_a_minute() {
    let mut shop = Shop::open().await;
    shop.state.behind_proxy = true;
    shop.app = app(shop.state.clone());
    for at in 0..10 {
        if at % 2 == 0 {
            lands(&shop, "AAAA-AAAA-AAAA", "203.0.113.7")
                .await
                .refused(404, "not_found");
        } else {
            let path = format!("/v1/referrals/AAAA-AAAA-AAAA/claims?key={}", shop.keys.page);
            let ask = shop
                .ask("POST", &path)
                .key(&format!("k{at}"))
                .with("x-forwarded-for", "203.0.113.7");
            ask.send().await.refused(404, "not_found");
        }
    }
    lands(&shop, "AAAA-AAAA-AAAA", "203.0.113.7")
        .await
        .refused(429, "rate_limited");
    lands(&shop, "AAAA-AAAA-AAAA", "203.0.113.8")
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn bad_codes_cost_and_say_the_same_whatever_is_wrong() {
    let shop = club(Some(2)).await;
    let good = code_of(&shop, "ada").await;
    shop.member("gone").await;
    let erased = code_of(&shop, "gone").await;
    shop.server("DELETE", "/v1/members/gone")
        .send()
        .await
        .expect(204);
    // Nobody's, with its check character right; wrong in it; no code at all; one that was good.
    let nobody = "2222-2222-2222";
    let bad = [api::ids::code(), nobody.to_owned(), "x".repeat(300), erased];
    let tenant = shop
        .rows::<String>("SELECT tenant FROM tenants")
        .await
        .remove(0);
    let landing = async |code: String| {
        let read = shop.state.read(&tenant, code, |club, code| {
            Box::pin(async move {
                let before = club.tx.statements();
                let found = referrals::landing(club, code).await;
                Ok((found.is_ok(), club.tx.statements() - before))
            })
        });
        read.await.unwrap()
    };
    let claim = async |code: String| {
        let write = shop.state.write(&tenant, "guest", code, |club, code| {
            Box::pin(async move {
                let before = club.tx.statements();
                let from = std::net::IpAddr::from([203, 0, 113, 7]);
                let found = referrals::claim(club, code, from).await;
                Ok((found.is_ok(), club.tx.statements() - before))
            })
        });
        write.await.unwrap()
    };
    let (found, cost) = landing(good.clone()).await;
    assert!(found);
    assert!(claim(good).await.0);
    let mut answers = Vec::new();
    for code in bad {
        assert_eq!(landing(code.clone()).await, (false, cost), "{code}");
        assert_eq!(claim(code.clone()).await, (false, 1), "{code}");
        let reply = lands(&shop, &code, "203.0.113.7")
            .await
            .refused(404, "not_found");
        answers.push(reply.bytes);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}
