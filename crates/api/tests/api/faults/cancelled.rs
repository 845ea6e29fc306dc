//! Clients that go away at any moment.

use super::share;
use crate::harness::{Shop, order_of, program};
use api::limits::Limits;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use store::Dialect;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Orders, redemptions and reads, each given up 0 to 50 ms after it began; then nothing is half done, nothing is
/// kept locked or open, and the same key or id tells what became of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_are_given_up_leave_nothing_behind() {
    const CROWD: usize = 16;
    let shop = Arc::new(Shop::with(program("club"), Limits::default()).await);
    for at in 0..CROWD {
        shop.member(&format!("c{at}")).await;
        shop.buys(&format!("c{at}"), &format!("start{at}"), 100_000_000)
            .await
            .expect(201);
    }
    let rounds = share(10_000) / CROWD;
    let mut tasks = JoinSet::new();
    for at in 0..CROWD {
        let shop = Arc::clone(&shop);
        tasks.spawn(async move {
            let sub = format!("c{at}");
            for round in 0..rounds {
                let patience =
                    Duration::from_micros((((round * CROWD + at) * 7_919) % 50_000) as u64);
                let key = format!("k{round}");
                let redeem = || {
                    shop.shopper(&sub, "POST", "/v1/me/redemptions")
                        .key(&key)
                        .json(&json!({"reward_id": "rwd_five"}))
                };
                let ask = match round % 3 {
                    0 => redeem(),
                    1 => shop
                        .server("PUT", &format!("/v1/orders/{sub}-{round}"))
                        .json(&order_of(&sub, "paid", 1_000)),
                    _ => shop.shopper(&sub, "GET", "/v1/me"),
                };
                let work = shop.app.clone().oneshot(ask.request());
                let _ = tokio::time::timeout(patience, work).await;
                if round % 3 > 0 {
                    continue;
                }
                // Whatever became of it, the same key tells, and the coupon's use is given up in its turn.
                let settled = loop {
                    let reply = redeem().send().await;
                    if reply.body["code"] != "idempotency_key_in_flight" {
                        break reply.expect(201);
                    }
                    tokio::task::yield_now().await;
                };
                let path = format!(
                    "/v1/coupons/{}",
                    settled.body["redemption"]["code"].as_str().unwrap()
                );
                let used = json!({"action": "use", "order_id": format!("u{sub}-{round}")});
                let work = shop.server("POST", &path).json(&used);
                let work = shop.app.clone().oneshot(work.request());
                let _ = tokio::time::timeout(patience / 2, work).await;
                shop.server("POST", &path)
                    .json(&used)
                    .send()
                    .await
                    .expect(200);
            }
        });
    }
    tasks.join_all().await;
    // Each order is there, or comes now; once.
    for at in 0..CROWD {
        let sub = format!("c{at}");
        for round in (0..rounds).filter(|round| round % 3 == 1) {
            let reply = shop.buys(&sub, &format!("{sub}-{round}"), 1_000).await;
            assert!(
                [200, 201].contains(&reply.status.as_u16()),
                "{}",
                reply.body
            );
        }
    }
    let redeemed = rounds.div_ceil(3) * CROWD;
    let made = shop.count("SELECT COUNT(*) FROM redemptions").await;
    assert_eq!(usize::try_from(made).unwrap(), redeemed);
    let ordered = (rounds + 1) / 3 * CROWD + CROWD;
    let orders = shop
        .count("SELECT COUNT(*) FROM entries WHERE why = 'purchase'")
        .await;
    assert_eq!(usize::try_from(orders).unwrap(), ordered);
    assert_eq!(shop.state.db.stats().waiting, 0);
    if shop.state.db.dialect() == Dialect::Postgres {
        let open = "SELECT COUNT(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        assert_eq!(shop.count(open).await, 0);
        let locks = "SELECT COUNT(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE a.datname = current_database() AND l.locktype = 'transactionid'";
        assert_eq!(shop.count(locks).await, 0);
    }
    shop.is_sound().await;
}
