//! Importing: what comes of a file, line by line, and when it breaks off.

use crate::harness::{Shop, program};
use crate::server::{check, seed, vafa};
use crate::transfers::{Deed, books, download, hour, upload};
use api::keys::{self, Fresh, New};
use api::problem::Error;
use api::scopes::{Scope, Scopes};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::stream;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use store::Dialect;
use tower::ServiceExt;

fn deed() -> impl Strategy<Value = Deed> {
    let who = 0_u8..3;
    let status = prop_oneof![
        Just("placed"),
        Just("paid"),
        Just("paid"),
        Just("fulfilled"),
        Just("cancelled")
    ];
    let reward = prop_oneof![Just("rwd_five"), Just("rwd_ship"), Just("rwd_gold")];
    prop_oneof![
        1 => who.clone().prop_map(|who| Deed::Join { who }),
        6 => (who.clone(), 0_u8..8, status, 100_i64..90_000)
            .prop_map(|(who, order, status, cents)| Deed::Order { who, order, status, cents }),
        2 => (0_u8..8, 0_u8..4, proptest::option::of(1_i64..20_000))
            .prop_map(|(order, refund, cents)| Deed::Refund { order, refund, cents }),
        3 => (who, reward).prop_map(|(who, reward)| Deed::Redeem { who, reward }),
    ]
}

/// A club in which points wait, end and multiply.
fn lively() -> Value {
    let mut program = program("club");
    program["earning"]["purchase"]["pending_days"] = json!(3);
    program["earning"]["activities"] = json!([{"id": "join", "kind": "join", "points": 50}]);
    program["expiry"] = json!({"per_lot": {"months": 2}});
    program
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_history_comes_to_what_its_requests_came_to(
        deeds in proptest::collection::vec((1_i64..200, deed()), 1..40),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (told, played) = (Shop::with(lively(), Default::default()).await, Shop::with(lively(), Default::default()).await);
            let noon = told.now();
            let (mut lines, mut at, mut taken) = (Vec::new(), 0, 0);
            for (number, (hours, deed)) in deeds.iter().enumerate() {
                at += hours;
                let now = hour(at).min(noon);
                told.set_clock(now);
                let status = deed.send(&told, &format!("k{number}")).await;
                assert!(status < 500, "{deed:?}");
                taken += u64::from(status < 300);
                lines.push(deed.line(now));
            }
            let summary = upload(&played, "k", "", &lines.join("\n")).await;
            assert_eq!(summary["lines"], deeds.len());
            assert_eq!(summary["taken"], taken, "{lines:#?}");
            assert_eq!(books(&played).await, books(&told).await, "{lines:#?}");
            played.is_sound().await;
        });
    }
}

const CSV: &str = "order_id,member,status,currency,paid_at,sku,quantity,unit_price,discount,points\r\n\
    o1,c1,paid,EUR,2026-01-02T00:00:00Z,tea,۲,\"۱٬۰۰۰\",,99\r\n\
    o1,,,,,\"cup, \"\"big\"\"\r\none\",1,500,100,\r\n\
    o2,c1,paid,EUR,2026-01-03T00:00:00Z,tea,0,5,,\r\n\
    o3,c9,paid,EUR,2026-01-03T00:00:00Z,tea,1,5,,\r\n\
    o4,c1,paid,EUR,tomorrow,tea,1,1.5,,\r\n\
    o5,c1,paid,EUR,2026-01-04T00:00:00Z,tea,1,300,,\r\n";

#[tokio::test]
async fn a_column_without_a_name_is_passed_over() {
    let shop = Shop::open().await;
    let import = shop.server("POST", "/v1/imports?kind=members&format=csv");
    let rows = "external_id,,first_name,\nu-1,Tehran,Sara,x\n";
    let made = import.key("one").text(rows).send().await.expect(200);
    assert_eq!(made.body["import"]["taken"], 1);
    let member = shop.server("GET", "/v1/members/u-1").send().await;
    assert_eq!(member.expect(200).body["member"]["first_name"], "Sara");
}

#[tokio::test]
async fn rows_of_a_spreadsheet_are_orders_and_bad_ones_are_told() {
    let shop = Shop::open().await;
    let members =
        "\u{feff}external_id,first_name,joined_at,available\nc1,سارا,2026-01-01T00:00:00Z,7\n";
    let done = upload(&shop, "m", "kind=members&format=csv", members).await;
    assert_eq!((&done["taken"], &done["refused"]), (&json!(1), &json!(0)));
    let done = upload(&shop, "o", "kind=orders&format=csv", CSV).await;
    assert_eq!(
        (&done["lines"], &done["taken"], &done["refused"]),
        (&json!(5), &json!(2), &json!(3))
    );
    assert_eq!(done["bytes"], CSV.len());
    // 2 × 10.00 + 5.00 − 1.00, and 3.00; what the export said of points is the club's own to say.
    assert_eq!(shop.balances("c1").await, (27, 0, 0));
    let id = done["id"].as_str().unwrap();
    let faults = download(&shop, &format!("/v1/imports/{id}/faults")).await;
    let faults: Vec<Value> = faults
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let places: Vec<_> = faults
        .iter()
        .map(|fault| {
            (
                fault["line"].as_u64().unwrap(),
                fault["pointer"].as_str().unwrap(),
                fault["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (5, "quantity", "out_of_range"),
            (6, "", "not_found"),
            (7, "unit_price", "too_many_decimals"),
        ]
    );
    let csv = download(&shop, &format!("/v1/imports/{id}/faults?format=csv")).await;
    assert!(csv.starts_with("line,pointer,code,detail\n5,quantity,out_of_range,"));
    assert_eq!(csv.lines().count(), 4);
    let seen = shop.server("GET", &format!("/v1/imports/{id}"));
    assert_eq!(seen.send().await.expect(200).body["import"], done);
    shop.is_sound().await;
}

/// PostgreSQL plans by how large it believes a table to be; SQLite by the indexes alone.
#[tokio::test]
async fn the_planner_knows_how_many_came_in() {
    let shop = Shop::open().await;
    let members: String = (0..300).map(|number| format!("c{number}\n")).collect();
    let file = format!("external_id\n{members}");
    upload(&shop, "m", "kind=members&format=csv", &file).await;
    let known = shop.count(match shop.state.db.dialect() {
        Dialect::Sqlite => "SELECT COUNT(*) FROM members",
        Dialect::Postgres => {
            "SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE relname = 'members'"
        }
    });
    assert_eq!(known.await, 300);
}

#[tokio::test]
async fn a_file_that_is_none_is_told_so_before_any_line() {
    let shop = Shop::open().await;
    let send = async |query: &str, text: &str| {
        let path = format!("/v1/imports?{query}");
        let sent = shop.server("POST", &path).key(query).text(text);
        sent.send().await.refused(422, "validation_failed")
    };
    let told = send("kind=orders&format=csv", "order_id,member,total,member\n").await;
    let codes: Vec<_> = told.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| format!("{} {}", fault["pointer"], fault["code"]).replace('"', ""))
        .collect();
    assert_eq!(
        codes,
        [
            "total unknown_column",
            "member column_twice",
            "status column_missing",
            "currency column_missing"
        ]
    );
    let zip = send("kind=members&format=csv", "PK\u{3}\u{4}").await;
    assert_eq!(zip.body["errors"][0]["code"], "not_text");
    send("format=csv", "external_id\nc1\n").await;
    assert_eq!(shop.count("SELECT COUNT(*) FROM members").await, 0);
    shop.server("POST", "/v1/imports")
        .text("{}")
        .send()
        .await
        .refused(400, "idempotency_key_missing");
}

#[tokio::test]
async fn lines_that_cannot_be_taken_do_not_stop_the_others() {
    let shop = Shop::open().await;
    let long = format!(
        "{{\"member\":{{\"external_id\":\"{}\"}}}}",
        "x".repeat(70_000)
    );
    let text = [
        r#"{"member":{"external_id":"c1"}}"#,
        "not json",
        r#"{"unknown":{}}"#,
        r#"{"member":{"external_id":"c2","nick":"x"}}"#,
        r#"{"member":{"external_id":"c\u00003"}}"#,
        &long,
        "",
        r#"{"adjustment":{"member":"c1","id":"opening","points":700,"reason":"from the old system"}}"#,
        r#"{"adjustment":{"member":"c1","id":"opening","points":700}}"#,
        r#"{"adjustment":{"member":"c1","id":"too much","points":-800}}"#,
        r#"{"redemption":{"member":"c1","reward_id":"rwd_five","at":"2026-11-22T08:30:00Z","code":"4AQR-P8GH-KXDZ"}}"#,
        r#"{"redemption":{"member":"c1","reward_id":"rwd_ship","at":"2026-11-22T08:30:00Z","code":"4aqr p8gh kxdy"}}"#,
    ];
    let done = upload(&shop, "k", "", &text.join("\n")).await;
    let id = done["id"].as_str().unwrap();
    let faults = download(&shop, &format!("/v1/imports/{id}/faults")).await;
    let told: Vec<_> = faults
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|fault| {
            (
                fault["line"].as_u64().unwrap(),
                fault["code"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        (2, "malformed_request"),
        (3, "unknown_line"),
        (4, "invalid"),
        (5, "bad_character"),
        (6, "line_too_long"),
        (10, "not_enough_points"),
        (12, "bad_code"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(line, code)| (*line, (*code).to_owned()))
        .collect();
    assert_eq!(told, expected);
    assert_eq!((&done["lines"], &done["taken"]), (&json!(11), &json!(4)));
    assert_eq!(shop.available("c1").await, 200);
    // The coupon that the shopper has been holding is good here.
    let coupon = shop
        .server("GET", "/v1/coupons/4AQR-P8GH-KXDZ")
        .send()
        .await;
    assert_eq!(coupon.expect(200).body["coupon"]["state"], "open");
    shop.is_sound().await;
}

/// So many members, each with 24 orders of 10.00: 25 lines each.
fn orders(members: u8) -> Vec<String> {
    let mut lines = Vec::new();
    for who in 0..members {
        lines.push(Deed::Join { who }.line(hour(0)));
        for number in 0..24 {
            let deed = Deed::Order {
                who,
                order: 0,
                status: "paid",
                cents: 1_000,
            };
            let named = format!("\"o{who}-{number}\"");
            lines.push(deed.line(hour(1 + number)).replace("\"o0\"", &named));
        }
    }
    lines
}

#[tokio::test]
async fn a_file_that_broke_off_goes_on_where_it_was() {
    let shop = Shop::open().await;
    let lines = orders(18);
    let whole = lines.join("\n");
    // The connection breaks in the middle of line 301.
    let part = format!("{}\n{{\"ord", lines[..300].join("\n"));
    let pieces = [Ok(part), Err(std::io::Error::other("gone"))];
    let request = Request::builder()
        .method("POST")
        .uri("/v1/imports")
        .header("authorization", format!("Bearer {}", shop.keys.secret))
        .header("idempotency-key", "k")
        .body(Body::from_stream(stream::iter(pieces)))
        .unwrap();
    let reply = shop.app.clone().oneshot(request).await.unwrap();
    assert_eq!(reply.status(), StatusCode::BAD_REQUEST);
    let lines_done = "SELECT lines FROM imports";
    assert_eq!(shop.count(lines_done).await, 200);
    let done = upload(&shop, "k", "", &whole).await;
    assert_eq!((&done["lines"], &done["taken"]), (&json!(450), &json!(450)));
    // At the end there is nothing more to do; what is appended later is.
    assert_eq!(upload(&shop, "k", "", &whole).await, done);
    let longer = format!("{whole}\n{}", r#"{"member":{"external_id":"c99"}}"#);
    assert_eq!(upload(&shop, "k", "", &longer).await["taken"], 451);
    // Another file is not taken for this one.
    for other in [longer.replacen("1000", "2000", 1), lines[..10].join("\n")] {
        let ask = shop.server("POST", "/v1/imports").key("k").text(&other);
        ask.send().await.refused(422, "idempotency_key_reused");
    }
    assert_eq!(shop.available("c17").await, 240);
    assert_eq!(shop.count("SELECT COUNT(*) FROM messages").await, 0);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_key_imports_only_what_it_may_do_by_requests() {
    let shop = Shop::open().await;
    let tenant = shop.tenant().await;
    let scoped = async |scopes: &'static [Scope]| {
        let input = (tenant.clone(), shop.now());
        let made = shop.state.db.write(input, move |mut tx, (tenant, now)| {
            Box::pin(async move {
                let new = New::Secret(Scopes::of(scopes));
                let made = keys::create(&mut tx, tenant, &new, "test", *now).await;
                (tx, Ok::<_, Error>(made.unwrap()))
            })
        });
        let Fresh::SecretKey(secret) = made.await.unwrap() else {
            panic!("a secret key was asked for");
        };
        secret
    };
    let members = scoped(&[Scope::Exports, Scope::Members]).await;
    let orders = scoped(&[Scope::Members, Scope::Orders]).await;
    for (secret, kind, status) in [
        (&members, "members", 200),
        (&members, "adjustments", 200),
        (&members, "orders", 403),
        (&members, "history", 403),
        (&orders, "orders", 403),
    ] {
        let path = format!("/v1/imports?kind={kind}");
        let ask = shop.ask("POST", &path).key(kind).text("");
        let reply = ask.with("authorization", format!("Bearer {secret}"));
        reply.send().await.expect(status);
    }
    let unknown = shop.server("GET", "/v1/imports/imp_none").send().await;
    unknown.refused(404, "not_found");
    let unknown = shop
        .server("GET", "/v1/imports/imp_none/faults")
        .send()
        .await;
    unknown.refused(404, "not_found");
}

fn import(database: &Path, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vafa"));
    command
        .args(["import", "--program", "club", "--database"])
        .args([database, file])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Lines that are done by the database itself, read beside the process that works on it.
fn done(database: &Path) -> i64 {
    let open = rusqlite::Connection::open(database).unwrap();
    open.busy_timeout(std::time::Duration::from_secs(5))
        .unwrap();
    let lines = open.query_row("SELECT COALESCE(MAX(lines), 0) FROM imports", [], |row| {
        row.get(0)
    });
    lines.unwrap()
}

fn ledger(database: &Path) -> Vec<(i64, i64, i64)> {
    let open = rusqlite::Connection::open(database).unwrap();
    let mut rows = open
        .prepare("SELECT e.seq, e.at, e.net FROM entries e JOIN members m ON m.member = e.member ORDER BY m.external_id, e.seq")
        .unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn killed_in_the_middle_and_run_again_it_ends_in_the_same_ledger() {
    let folder = tempfile::tempdir().unwrap();
    seed(folder.path());
    let (killed, whole) = (
        folder.path().join("club.db"),
        folder.path().join("whole.db"),
    );
    std::fs::copy(&killed, &whole).unwrap();
    let file = folder.path().join("history.ndjson");
    std::fs::write(&file, orders(80).join("\n")).unwrap();
    let mut kills = 0;
    let mut before = 0;
    while kills < 3 {
        let mut running = import(&killed, &file).spawn().unwrap();
        while running.try_wait().unwrap().is_none() && done(&killed) < before + 400 {
            std::thread::yield_now();
        }
        assert!(
            running.try_wait().unwrap().is_none(),
            "it was too fast to be killed"
        );
        running.kill().unwrap();
        running.wait().unwrap();
        kills += 1;
        // Nothing that was done is done again.
        assert!(done(&killed) >= before + 400);
        before = done(&killed);
    }
    assert!(before < 2_000);
    for database in [&killed, &whole] {
        assert!(import(database, &file).status().unwrap().success());
        assert_eq!(done(database), 2_000);
        check(database);
    }
    assert_eq!(ledger(&killed), ledger(&whole));
    assert!(ledger(&whole).len() >= 80 * 24);
    let again = vafa(&[
        "import",
        "--program",
        "club",
        "--database",
        killed.to_str().unwrap(),
        file.to_str().unwrap(),
    ]);
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(told.contains("2000 lines taken, 0 refused"), "{told}");
}
