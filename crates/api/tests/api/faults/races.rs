//! Requests that meet: whoever comes first, one of them wins and the books are sound.

use super::share;
use crate::harness::{ORIGIN, Reply, Shop, order_of, program};
use api::jobs;
use api::limits::Limits;
use serde_json::json;
use std::sync::Arc;
use tokio::task::JoinSet;

/// All of them at once.
async fn together<F>(tasks: impl IntoIterator<Item = F>) -> Vec<Reply>
where
    F: Future<Output = Reply> + Send + 'static,
{
    tasks
        .into_iter()
        .collect::<JoinSet<F::Output>>()
        .join_all()
        .await
}

fn with_status(replies: &[Reply], status: u16) -> usize {
    replies
        .iter()
        .filter(|reply| reply.status.as_u16() == status)
        .count()
}

#[track_caller]
fn none_failed(replies: &[Reply]) {
    for reply in replies {
        assert!(reply.status.as_u16() < 500, "{}", reply.body);
    }
}

/// A shop where a point stays a point, and 64 rewards cost what one order brings.
async fn opened() -> Arc<Shop> {
    let mut document = program("club");
    document.as_object_mut().unwrap().remove("tiers");
    let rewards = document["rewards"].as_array_mut().unwrap();
    rewards.retain(|reward| reward["tier"].is_null());
    rewards.extend((0..64).map(|at| {
        json!({"id": format!("rwd_{at}"), "title": {"en": "5 off"}, "kind": {"amount_off": 500}, "cost": 500})
    }));
    Arc::new(Shop::with(document, Limits::new(99_999, 99_999)).await)
}

/// So many at once, each for a reward of its own, with points for one; again and again. The odd rounds are for one
/// and the same reward.
async fn one_of(crowd: usize, rounds: usize) {
    let shop = opened().await;
    shop.member("c1").await;
    for round in 0..rounds {
        shop.buys("c1", &format!("o{round}"), 50_000)
            .await
            .expect(201);
        let replies = together((0..crowd).map(|at| {
            let shop = Arc::clone(&shop);
            async move {
                let reward = if round % 2 == 0 { at } else { 0 };
                let key = format!("{round}-{at}");
                shop.redeems("c1", &format!("rwd_{reward}"), &key).await
            }
        }))
        .await;
        none_failed(&replies);
        assert_eq!(with_status(&replies, 201), 1, "round {round}");
        assert_eq!(with_status(&replies, 409), crowd - 1, "round {round}");
        let won = replies.iter().find(|reply| reply.status == 201).unwrap();
        let code = won.body["redemption"]["code"].as_str().unwrap();
        let used = json!({"action": "use", "order_id": format!("u{round}")});
        let path = format!("/v1/coupons/{code}");
        shop.server("POST", &path)
            .json(&used)
            .send()
            .await
            .expect(200);
    }
    assert_eq!(shop.balances("c1").await, (0, 0, 0));
    let made = shop.count("SELECT COUNT(*) FROM redemptions").await;
    assert_eq!(usize::try_from(made).unwrap(), rounds);
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_at_once_one_wins_every_time() {
    one_of(16, share(1_000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_at_once_one_wins_every_time() {
    one_of(64, share(250)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_sent_twice_at_once_does_one_thing_every_time() {
    let shop = opened().await;
    shop.member("c1").await;
    let rounds = share(1_000);
    for round in 0..rounds {
        shop.buys("c1", &format!("o{round}"), 10_000)
            .await
            .expect(201);
        let replies = together((0..2).map(|_| {
            let shop = Arc::clone(&shop);
            async move { shop.redeems("c1", "rwd_ship", &format!("k{round}")).await }
        }))
        .await;
        let won: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
        assert!(!won.is_empty() && won.iter().all(|reply| reply.bytes == won[0].bytes));
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            assert_eq!(reply.body["code"], "idempotency_key_in_flight");
        }
        let again = shop
            .redeems("c1", "rwd_ship", &format!("k{round}"))
            .await
            .expect(201);
        assert_eq!(again.bytes, won[0].bytes);
        let code = again.body["redemption"]["code"].as_str().unwrap();
        let used = json!({"action": "use", "order_id": format!("u{round}")});
        let path = format!("/v1/coupons/{code}");
        shop.server("POST", &path)
            .json(&used)
            .send()
            .await
            .expect(200);
    }
    let made = shop.count("SELECT COUNT(*) FROM redemptions").await;
    assert_eq!(usize::try_from(made).unwrap(), rounds);
    shop.is_sound().await;
}

/// A checkout's hold ends while it, another checkout and the shopper all want the coupon.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_ends_while_it_is_used_has_one_end() {
    let shop = opened().await;
    shop.member("c1").await;
    for round in 0..share(1_000) {
        shop.buys("c1", &format!("o{round}"), 10_000)
            .await
            .expect(201);
        let redemption = shop
            .redeems("c1", "rwd_ship", &format!("k{round}"))
            .await
            .expect(201)
            .body;
        let redemption = redemption["redemption"].clone();
        let (id, code) = (redemption["id"].clone(), redemption["code"].clone());
        let path = format!("/v1/coupons/{}", code.as_str().unwrap());
        let mine = format!("/v1/me/redemptions/{}", id.as_str().unwrap());
        let act = |verb: &'static str, order: String| {
            let (shop, path) = (Arc::clone(&shop), path.clone());
            async move {
                let body = json!({"action": verb, "order_id": order});
                shop.server("POST", &path).json(&body).send().await
            }
        };
        act("hold", format!("a{round}")).await.expect(200);
        // One millisecond before the hold ends; the end comes while they are under way.
        shop.pass_ms(api::coupons::HOLD_MS - 1);
        let mut tasks: JoinSet<Option<Reply>> = JoinSet::new();
        for order in ["a", "b"] {
            let using = act("use", format!("{order}{round}"));
            tasks.spawn(async move { Some(using.await) });
        }
        let (back, who) = (Arc::clone(&shop), mine.clone());
        tasks.spawn(async move {
            let key = format!("back{round}");
            Some(back.shopper("c1", "DELETE", &who).key(&key).send().await)
        });
        let time = Arc::clone(&shop);
        tasks.spawn(async move {
            time.pass_ms(1);
            assert_eq!(jobs::run(&time.state).await.unwrap().failures, 0);
            None
        });
        let replies: Vec<Reply> = tasks.join_all().await.into_iter().flatten().collect();
        none_failed(&replies);
        let told: Vec<_> = replies.iter().map(|reply| reply.body.to_string()).collect();
        assert_eq!(with_status(&replies, 200), 1, "round {round}: {told:#?}");
    }
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_report_many_times_at_once_makes_one_member_and_one_order() {
    let shop = opened().await;
    for round in 0..share(200) {
        let sub = format!("c{round}");
        let replies = together((0..4).map(|_| {
            let (shop, sub) = (Arc::clone(&shop), sub.clone());
            async move {
                let path = format!("/v1/members/{sub}");
                shop.server("PUT", &path).json(&json!({})).send().await
            }
        }))
        .await;
        assert_eq!(
            (with_status(&replies, 201), with_status(&replies, 200)),
            (1, 3)
        );
        shop.member(&format!("d{round}")).await;
        // One order, told of two members: it is one's, and the other is told so.
        let replies = together(["c", "d"].map(|who| {
            let shop = Arc::clone(&shop);
            async move {
                shop.buys(&format!("{who}{round}"), &format!("o{round}"), 5_000)
                    .await
            }
        }))
        .await;
        assert_eq!(
            (with_status(&replies, 201), with_status(&replies, 409)),
            (1, 1)
        );
        let given =
            shop.available(&format!("c{round}")).await + shop.available(&format!("d{round}")).await;
        assert_eq!(given, 50);
    }
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_advocate_is_rewarded_up_to_the_cap_when_all_friends_buy_at_once() {
    for _ in 0..share(50) {
        let shop = opened().await;
        shop.member("ada").await;
        let code = shop.me("ada").await["referral"]["code"].clone();
        let path = format!(
            "/v1/referrals/{}/claims?key={}",
            code.as_str().unwrap(),
            shop.keys.page
        );
        for at in 0..5 {
            let ask = shop
                .ask("POST", &path)
                .with("origin", ORIGIN)
                .key(&format!("claim{at}"));
            let claim = ask.send().await.expect(201).body["claim"]["id"].clone();
            let body = json!({"claim_id": claim});
            // Two who name the same invitation at once: one of them came by it.
            let replies = together(["b", "x"].map(|who| {
                let (shop, body) = (Arc::clone(&shop), body.clone());
                async move {
                    let path = format!("/v1/members/{who}{at}");
                    shop.server("PUT", &path).json(&body).send().await
                }
            }))
            .await;
            assert_eq!(with_status(&replies, 201), 2);
        }
        let replies = together((0..5).flat_map(|at| ["b", "x"].map(|who| (who, at))).map(
            |(who, at)| {
                let shop = Arc::clone(&shop);
                async move {
                    let body = order_of(&format!("{who}{at}"), "paid", 4_000);
                    shop.reports(&format!("{who}{at}"), &body).await
                }
            },
        ))
        .await;
        assert_eq!(with_status(&replies, 201), 10);
        assert_eq!(shop.balances("ada").await, (0, 800, 0));
        let rewarded = "SELECT COUNT(*) FROM claims WHERE state = 'bought'";
        assert_eq!(shop.count(rewarded).await, 2);
        shop.is_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_piece_goes_to_one_of_many_members() {
    let mut document = program("club");
    document["rewards"][2] = json!({
        "id": "rwd_gold", "title": {"en": "Gift"}, "kind": {"free_product": "gift"}, "cost": 10, "stock": 1,
    });
    for _ in 0..share(100) {
        let shop = Arc::new(Shop::with(document.clone(), Limits::default()).await);
        for at in 0..8 {
            shop.member(&format!("c{at}")).await;
            shop.buys(&format!("c{at}"), &format!("o{at}"), 5_000)
                .await
                .expect(201);
        }
        let replies = together((0..8).map(|at| {
            let shop = Arc::clone(&shop);
            async move { shop.redeems(&format!("c{at}"), "rwd_gold", "k").await }
        }))
        .await;
        assert_eq!(
            (with_status(&replies, 201), with_status(&replies, 409)),
            (1, 7)
        );
        shop.is_sound().await;
    }
}
