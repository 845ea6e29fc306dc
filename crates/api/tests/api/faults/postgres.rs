//! PostgreSQL that asks to begin again, or goes away in the middle. Without a server there is nothing to test.

use super::share;
use crate::engine::SERVER;
use crate::harness::{Reply, Shop};
use std::io::Read as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Dialect;

/// By this address somebody who can restarts the server that [`SERVER`] names: whoever connects reads `restarted`
/// once it is back.
const RESTARTS: &str = "VAFA_TEST_RESTARTS";

async fn shop() -> Option<Shop> {
    std::env::var_os(SERVER)?;
    let shop = Shop::open().await;
    assert_eq!(shop.state.db.dialect(), Dialect::Postgres);
    shop.member("c1").await;
    shop.buys("c1", "o1", 1_000_000_000).await.expect(201);
    Some(shop)
}

/// A conflict is run again, five times at most; a request that met more of them is told to come again, its key free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conflicts_are_run_again_and_then_told() {
    let Some(shop) = shop().await else { return };
    shop.sql("CREATE SEQUENCE tries").await.unwrap();
    shop.sql("CREATE TABLE most (tries BIGINT NOT NULL, code TEXT NOT NULL)")
        .await
        .unwrap();
    shop.sql("INSERT INTO most VALUES (0, '40001')")
        .await
        .unwrap();
    shop.sql(
        "CREATE FUNCTION fails() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('tries') <= (SELECT tries FROM most) THEN
                RAISE EXCEPTION 'again' USING ERRCODE = (SELECT code FROM most);
            END IF; RETURN NEW; END $$",
    )
    .await
    .unwrap();
    shop.sql(
        "CREATE TRIGGER fails BEFORE INSERT ON redemptions FOR EACH ROW EXECUTE FUNCTION fails()",
    )
    .await
    .unwrap();
    for (round, code) in ["40001", "40P01"].into_iter().enumerate() {
        let statement = match code {
            "40001" => "UPDATE most SET code = '40001'",
            _ => "UPDATE most SET code = '40P01'",
        };
        shop.sql(statement).await.unwrap();
        for (tries, status, runs) in [(5_i64, 201, 6), (6, 503, 6), (100, 503, 6)] {
            shop.sql("ALTER SEQUENCE tries RESTART").await.unwrap();
            let set = match tries {
                5 => "UPDATE most SET tries = 5",
                6 => "UPDATE most SET tries = 6",
                _ => "UPDATE most SET tries = 100",
            };
            shop.sql(set).await.unwrap();
            let before = shop.state.db.stats().retries;
            let key = format!("k{round}-{tries}");
            let reply = shop.redeems("c1", "rwd_five", &key).await.expect(status);
            assert_eq!(shop.state.db.stats().retries - before, 5);
            assert_eq!(shop.count("SELECT last_value FROM tries").await, runs);
            if status == 503 {
                assert_eq!(reply.header("retry-after"), "1");
                shop.sql("UPDATE most SET tries = 0").await.unwrap();
            }
            // Done by now, or by the same key; the next one needs the coupon used.
            let redeemed = shop.redeems("c1", "rwd_five", &key).await.expect(201);
            shop.uses(&redeemed).await.expect(200);
        }
    }
    shop.is_sound().await;
}

/// Asks until the answer is not that it should ask again.
async fn until<F: Future<Output = Reply>>(status: u16, ask: impl Fn() -> F) -> Reply {
    loop {
        let reply = ask().await;
        if reply.status != 503 {
            return reply.expect(status);
        }
    }
}

/// Connections end while requests are under way, commits among them: each answer is true, and where the outcome is
/// unknown the same key tells it.
async fn through(end: impl AsyncFn(&Shop), rounds: usize) {
    const CROWD: usize = 6;
    let Some(shop) = shop().await else { return };
    let shop = Arc::new(shop);
    for at in 0..CROWD {
        shop.member(&format!("d{at}")).await;
        shop.buys(&format!("d{at}"), &format!("s{at}"), 1_000_000_000)
            .await
            .expect(201);
    }
    let over = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..CROWD)
        .map(|at| {
            let (shop, over) = (Arc::clone(&shop), Arc::clone(&over));
            tokio::spawn(async move {
                let sub = format!("d{at}");
                let (mut sent, mut acknowledged) = (0, Vec::new());
                while !over.load(Ordering::SeqCst) {
                    let key = format!("k{sent}");
                    sent += 1;
                    // Where the outcome is unknown, the same key tells it.
                    let redeemed = until(201, || shop.redeems(&sub, "rwd_five", &key)).await;
                    until(200, || shop.uses(&redeemed)).await;
                    acknowledged.push((key, redeemed.bytes));
                }
                (sub, sent, acknowledged)
            })
        })
        .collect();
    for _ in 0..rounds {
        let before = shop.state.db.stats().writes;
        // The blow falls while the others are at work.
        while shop.state.db.stats().writes < before + 20 {
            assert!(!tasks.iter().any(tokio::task::JoinHandle::is_finished));
            tokio::task::yield_now().await;
        }
        end(&shop).await;
    }
    over.store(true, Ordering::SeqCst);
    let mut made = 0;
    for task in tasks {
        let (sub, sent, acknowledged) = task.await.unwrap();
        for (key, bytes) in acknowledged {
            let again = shop.redeems(&sub, "rwd_five", &key).await.expect(201);
            assert_eq!(again.bytes, bytes, "{key}");
        }
        made += sent;
    }
    let rows = shop.count("SELECT COUNT(*) FROM redemptions").await;
    assert_eq!(usize::try_from(rows).unwrap(), made);
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_end_in_the_middle_leave_no_doubt() {
    through(
        async |shop| {
            let (client, connection) = tokio_postgres::connect(&shop.url, tokio_postgres::NoTls)
                .await
                .unwrap();
            tokio::spawn(connection);
            // Those in the middle of a write, and those that commit.
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND query <> ''";
            client.batch_execute(end).await.unwrap();
        },
        share(200),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_and_comes_back_leaves_no_doubt() {
    let Ok(address) = std::env::var(RESTARTS) else {
        return;
    };
    through(
        async |_shop| {
            let address = address.clone();
            let told = tokio::task::spawn_blocking(move || {
                let mut told = String::new();
                TcpStream::connect(address)
                    .unwrap()
                    .read_to_string(&mut told)
                    .unwrap();
                told
            });
            assert_eq!(told.await.unwrap().trim(), "restarted");
        },
        share(50),
    )
    .await;
}
