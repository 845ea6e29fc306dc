//! The ledger itself: append-only, durable, and audited by something that does find faults.

use crate::harness::{Shop, order_of, program};
use api::check;
use api::limits::Limits;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use store::Dialect;

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
        "INSERT INTO entries SELECT * FROM entries",
        "INSERT INTO entries SELECT tenant, member, seq + 9, at, why, unit, source, rule, version, corrects,
             issued + 1, available, pending, held, redeemed, expired, debt, net, activates_at, expires_at,
             recorded_at FROM entries",
        "UPDATE credits SET remaining = -1",
        "UPDATE credits SET remaining = given + 1",
        "UPDATE members SET available = -1",
    ] {
        assert!(shop.sql(statement).await.is_err(), "{statement}");
    }
    shop.is_sound().await;
}

#[tokio::test]
async fn every_change_has_its_line_in_the_audit() {
    let shop = used().await;
    let mut actions: Vec<String> = shop
        .rows("SELECT action FROM audit WHERE action NOT LIKE 'key.%' AND action NOT LIKE 'program.%' ORDER BY at")
        .await;
    actions.sort();
    assert_eq!(actions, ["member.created", "order.paid", "reward.redeemed"]);
}

/// Breaks each invariant behind the app's back: the audit has to find every one.
#[tokio::test]
async fn the_audit_finds_what_is_broken() {
    let sqlite: &[&'static str] = &["DROP TRIGGER entries_stay"];
    let postgres: &[&'static str] = &[
        "DROP TRIGGER entries_stay ON entries",
        "ALTER TABLE entries DROP CONSTRAINT entries_check",
        "ALTER TABLE entries DROP CONSTRAINT entries_check1",
        "ALTER TABLE members DROP CONSTRAINT members_debt_check",
    ];
    let cases: &[(&str, &'static str)] = &[
        ("I1b", "UPDATE members SET entries = entries + 1"),
        ("I2", "UPDATE members SET available = available + 1"),
        ("I2", "UPDATE members SET wallet = 7"),
        ("I2b", "UPDATE credits SET remaining = remaining - 1"),
        ("I2b", "UPDATE credits SET active = 0"),
        ("I2c", "UPDATE credits SET given = given + 1"),
        ("I3", "UPDATE members SET debt = 7"),
        (
            "I4",
            "INSERT INTO entries SELECT tenant, member, seq + n, at, 'return', unit, source, rule, version, corrects,
                 0, 0, 0, 0, 0, 0, 0, 0, activates_at, expires_at, recorded_at
             FROM entries JOIN (SELECT 5 AS n UNION SELECT 6) AS twice ON 1 = 1 WHERE why = 'redemption'",
        ),
        (
            "I7",
            "INSERT INTO entries SELECT tenant, member, seq + 5, at, why, unit, source, rule, version, corrects,
                 0, -1, 0, 1, 0, 0, 0, -1, activates_at, expires_at, recorded_at
             FROM entries WHERE why = 'redemption'",
        ),
        ("I8", "UPDATE redemptions SET state = 'cancelled'"),
        ("I8", "UPDATE redemptions SET points = points + 1"),
        ("I8", "UPDATE redemptions SET redemption = 'rdm_other'"),
        ("I10", "UPDATE orders SET earned = earned + 1"),
        ("stock", "INSERT INTO stock SELECT tenant, 'rwd_ship', 9 FROM members"),
    ];
    for (name, statement) in cases {
        let shop = used().await;
        let first = match shop.state.db.dialect() {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        };
        for statement in first {
            shop.sql(statement).await.unwrap();
        }
        let changed = shop.sql(statement).await.unwrap();
        assert!(changed > 0, "{statement}");
        let broken: Vec<_> = check::check(&shop.state.db)
            .await
            .unwrap()
            .into_iter()
            .filter(|finding| finding.broken > 0)
            .map(|finding| finding.name)
            .collect();
        assert!(
            broken.contains(name),
            "{name}: {statement} only found {broken:?}"
        );
    }
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
