//! The ledger itself: append-only, durable, and audited by something that does find faults.

use crate::harness::{Shop, order_of, program};
use api::check;
use api::limits::Limits;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

async fn used() -> Shop {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 100_000).await.expect(201);
    shop.redeems("c1", "rwd_five", "k1").await.expect(201);
    shop
}

#[tokio::test]
async fn what_is_written_stays_written() {
    let shop = used().await;
    for statement in [
        "UPDATE entries SET points = points + 1",
        "DELETE FROM entries",
        "UPDATE transactions SET net = 0",
        "DELETE FROM transactions",
        "UPDATE takings SET points = 1",
        "DELETE FROM takings",
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "UPDATE programs SET document = '{}'",
        "DELETE FROM programs",
        "INSERT INTO entries SELECT tenant, txn, line, member, account, points FROM entries",
        "INSERT INTO entries SELECT tenant, 'txn_none', 9, member, account, 1 FROM entries LIMIT 1",
        "UPDATE lots SET remaining = -1",
        "UPDATE lots SET remaining = points + 1",
    ] {
        assert!(shop.sql(statement).await.is_err(), "{statement}");
    }
    shop.is_sound().await;
}

#[tokio::test]
async fn every_change_has_its_line_in_the_audit() {
    let shop = used().await;
    let actions: Vec<String> = sqlx::query_scalar("SELECT action FROM audit ORDER BY at, rowid")
        .fetch_all(shop.state.db.readers())
        .await
        .unwrap();
    assert_eq!(actions, ["member.created", "order.paid", "reward.redeemed"]);
}

#[tokio::test]
async fn every_connection_is_durable() {
    let shop = Shop::open().await;
    let mut tx = shop.state.db.begin_write().await.unwrap();
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    let read_only = sqlx::query("DELETE FROM events")
        .execute(shop.state.db.readers())
        .await;
    assert!(read_only.is_err());
}

/// Breaks each invariant behind the app's back: the audit has to find every one.
#[tokio::test]
async fn the_audit_finds_what_is_broken() {
    let cases: &[(&str, &[&'static str])] = &[
        (
            "I1",
            &[
                "DROP TRIGGER entries_stay",
                "UPDATE entries SET points = points + 1 WHERE account = 'issued'",
            ],
        ),
        (
            "I1b",
            &[
                "DROP TRIGGER transactions_stay",
                "UPDATE transactions SET net = net + 1",
            ],
        ),
        ("I2", &["UPDATE lots SET remaining = remaining - 1"]),
        (
            "I2b",
            &[
                "DROP TRIGGER takings_stay",
                "UPDATE takings SET points = points + 1",
            ],
        ),
        (
            "I3",
            &[
                "DROP TRIGGER entries_stay",
                "UPDATE entries SET points = -1900 WHERE account = 'available' AND points < 0",
            ],
        ),
        (
            "I6",
            &[
                "INSERT INTO lots SELECT tenant, 'lot_twin', member, txn, points, 0, 0, 0, 1, earned_at, activates_at, expires_at FROM lots",
            ],
        ),
        (
            "I7",
            &[
                "DROP TRIGGER entries_stay",
                "UPDATE entries SET points = points + 1 WHERE account = 'held' AND points > 0",
            ],
        ),
        ("I8", &["UPDATE redemptions SET state = 'cancelled'"]),
        ("I8", &["UPDATE redemptions SET txn = NULL"]),
        ("orders", &["UPDATE orders SET points = points + 1"]),
        (
            "keys",
            &[
                "PRAGMA defer_foreign_keys = ON",
                "DROP TRIGGER transactions_stay",
            ],
        ),
    ];
    for (name, statements) in cases {
        let shop = used().await;
        for statement in *statements {
            shop.sql(statement).await.unwrap();
        }
        if *name == "keys" {
            let path = shop.folder.path().join("club.db");
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(path)
                .foreign_keys(false);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query("UPDATE orders SET member = 'mem_none'")
                .execute(&pool)
                .await
                .unwrap();
        }
        let mut tx = shop.state.db.begin_read().await.unwrap();
        let broken: Vec<_> = check::check(&mut tx)
            .await
            .unwrap()
            .into_iter()
            .filter(|finding| finding.broken > 0)
            .map(|finding| finding.name)
            .collect();
        assert!(
            broken.contains(name),
            "{name}: {statements:?} only found {broken:?}"
        );
    }
}

#[tokio::test]
async fn the_audit_finds_a_debt_that_could_be_paid() {
    let shop = used().await;
    for statement in [
        "INSERT INTO transactions SELECT tenant, 'txn_owed', member, 99, at, 'refund', 'order', 'x', 'x',
             program_version, NULL, NULL, -7, NULL, NULL, recorded_at FROM transactions LIMIT 1",
        "INSERT INTO entries SELECT tenant, 'txn_owed', 0, member, 'debt', -7 FROM members",
        "INSERT INTO entries SELECT tenant, 'txn_owed', 1, member, 'issued', 7 FROM members",
    ] {
        shop.sql(statement).await.unwrap();
    }
    let mut tx = shop.state.db.begin_read().await.unwrap();
    let findings = check::check(&mut tx).await.unwrap();
    let broken: Vec<_> = findings
        .iter()
        .filter(|f| f.broken > 0)
        .map(|f| f.name)
        .collect();
    assert_eq!(broken, ["I3b"]);
}

#[derive(Clone, Debug)]
enum Step {
    Buy {
        member: u8,
        order: u8,
        cents: i64,
        status: usize,
        coupon: bool,
    },
    Refund {
        order: u8,
        id: u8,
        amount: Option<i64>,
    },
    Redeem {
        member: u8,
        reward: usize,
    },
    GiveBack {
        member: u8,
    },
    Wait {
        days: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_u8, 0..6_u8, 0..80_000_i64, 0..4_usize, any::<bool>())
            .prop_map(|(member, order, cents, status, coupon)| Step::Buy { member, order, cents, status, coupon }),
        2 => (0..6_u8, 0..3_u8, proptest::option::of(0..40_000_i64))
            .prop_map(|(order, id, amount)| Step::Refund { order, id, amount }),
        3 => (0..2_u8, 0..3_usize).prop_map(|(member, reward)| Step::Redeem { member, reward }),
        2 => (0..2_u8).prop_map(|member| Step::GiveBack { member }),
        2 => (0..25_i64).prop_map(|days| Step::Wait { days }),
    ]
}

async fn take(shop: &Shop, at: usize, step: &Step) {
    match step {
        Step::Buy {
            member,
            order,
            cents,
            status,
            coupon,
        } => {
            let sub = format!("c{member}");
            let status = ["placed", "paid", "fulfilled", "cancelled"][*status];
            let mut body = order_of(&sub, status, *cents);
            if *coupon {
                let open = shop.me(&sub).await["redemptions"][0].clone();
                if open["state"] == "open" {
                    body["coupons"] = json!([open["code"]]);
                }
            }
            shop.reports(&format!("o{order}"), &body).await;
        }
        Step::Refund { order, id, amount } => {
            let mut body = json!({"id": format!("r{id}")});
            if let Some(amount) = amount {
                body["amount"] = json!(amount);
            }
            shop.refunds(&format!("o{order}"), &body).await;
        }
        Step::Redeem { member, reward } => {
            let reward = ["rwd_five", "rwd_ship", "rwd_gold"][*reward];
            shop.redeems(&format!("c{member}"), reward, &format!("k{at}"))
                .await;
        }
        Step::GiveBack { member } => {
            let sub = format!("c{member}");
            let newest = shop.me(&sub).await["redemptions"][0]["id"].clone();
            if let Some(id) = newest.as_str() {
                let path = format!("/v1/me/redemptions/{id}");
                shop.shopper(&sub, "DELETE", &path)
                    .key(&format!("k{at}"))
                    .send()
                    .await;
            }
        }
        Step::Wait { days } => shop.pass_days(*days),
    }
}

/// Any sequence of reports, redemptions and days keeps the books sound after every step, and a member's
/// history adds up to what the member has.
#[test]
fn no_sequence_of_steps_breaks_the_books() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let policies = ["debt", "within_balance", "pending_only"];
    let strategy = (
        proptest::collection::vec(step(), 1..40),
        0..3_usize,
        0..10_u32,
    );
    TestRunner::new(config)
        .run(&strategy, |(steps, policy, pending)| {
            runtime.block_on(async {
                let mut program = program("club");
                program["expiry"] = json!({"per_lot": {"months": 2}});
                program["negative_policy"] = json!(policies[policy]);
                program["earning"]["purchase"]["pending_days"] = json!(pending);
                program["earning"]["activities"] =
                    json!([{"id": "first", "kind": "first_purchase", "points": 200}]);
                let shop = Shop::with(program, Limits::default()).await;
                shop.member("c0").await;
                shop.member("c1").await;
                for (at, step) in steps.iter().enumerate() {
                    take(&shop, at, step).await;
                    shop.is_sound().await;
                }
                for sub in ["c0", "c1"] {
                    let (available, pending, debt) = shop.balances(sub).await;
                    let page = shop
                        .shopper(sub, "GET", "/v1/me/entries?limit=100")
                        .send()
                        .await;
                    let entries = page.body["entries"].as_array().unwrap().clone();
                    let sum: i64 = entries.iter().map(|e| e["points"].as_i64().unwrap()).sum();
                    assert_eq!(sum, available + pending - debt);
                    assert!(available >= 0 && pending >= 0 && debt >= 0);
                }
            });
            Ok(())
        })
        .unwrap();
}
