//! Exporting: what leaves the club, and what comes back of it.

use crate::harness::{Shop, order_of, program};
use crate::server::{Server, ask, check, seed, vafa};
use crate::transfers::{Deed, books, download, hour, upload};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Two members with a life, up to noon.
async fn lively() -> Shop {
    let mut program = program("club");
    program["earning"]["purchase"]["pending_days"] = json!(3);
    let shop = Shop::with(program, Default::default()).await;
    let noon = shop.now();
    let deeds = [
        Deed::Join { who: 0 },
        Deed::Join { who: 1 },
        Deed::Order {
            who: 0,
            order: 1,
            status: "paid",
            cents: 123_457,
        },
        Deed::Order {
            who: 1,
            order: 2,
            status: "placed",
            cents: 60_000,
        },
        Deed::Order {
            who: 1,
            order: 2,
            status: "paid",
            cents: 61_000,
        },
        Deed::Order {
            who: 1,
            order: 3,
            status: "fulfilled",
            cents: 9_999,
        },
        Deed::Redeem {
            who: 0,
            reward: "rwd_five",
        },
        Deed::Redeem {
            who: 0,
            reward: "rwd_ship",
        },
        Deed::Refund {
            order: 1,
            refund: 1,
            cents: Some(10_000),
        },
        Deed::Order {
            who: 1,
            order: 3,
            status: "cancelled",
            cents: 9_999,
        },
        Deed::Redeem {
            who: 1,
            reward: "rwd_five",
        },
    ];
    for (number, deed) in deeds.iter().enumerate() {
        let number_of_hours = 200 * i64::try_from(number).unwrap();
        shop.set_clock(hour(number_of_hours));
        let status = deed.send(&shop, &format!("k{number}")).await;
        assert!(status < 300, "{deed:?}: {status}");
    }
    // One coupon is given back, one is used on an order.
    shop.set_clock(hour(2_010));
    let shipping = shop.me("c0").await["redemptions"][0]["id"].clone();
    let path = format!("/v1/me/redemptions/{}", shipping.as_str().unwrap());
    let back = shop.shopper("c0", "DELETE", &path).key("back");
    back.send().await.expect(200);
    shop.set_clock(hour(2_400));
    let coupons = shop.me("c1").await["redemptions"].clone();
    let mut order = order_of("c1", "paid", 20_000);
    order["coupons"] = json!([coupons[0]["code"]]);
    shop.reports("o9", &order).await.expect(201);
    shop.set_clock(noon);
    shop
}

#[tokio::test]
async fn a_history_makes_the_same_club_again() {
    let shop = lively().await;
    let history = download(&shop, "/v1/exports/history").await;
    let mut other = program("club");
    other["earning"]["purchase"]["pending_days"] = json!(3);
    let other = Shop::with(other, Default::default()).await;
    let done = upload(&other, "k", "", &history).await;
    let id = done["id"].as_str().unwrap();
    let faults = download(&other, &format!("/v1/imports/{id}/faults")).await;
    assert_eq!(done["refused"], 0, "{faults}\n{history}");
    for who in ["c0", "c1"] {
        assert_eq!(other.balances(who).await, shop.balances(who).await, "{who}");
    }
    let points = |books: Vec<String>| -> Vec<String> {
        let told = |row: &String| !row.starts_with("member") && !row.starts_with("order");
        books.into_iter().filter(told).collect()
    };
    assert_eq!(points(books(&other).await), points(books(&shop).await));
    // What the second club says of itself is what the first one said, but for our own ids.
    assert_eq!(
        download(&other, "/v1/exports/history")
            .await
            .lines()
            .count(),
        history.lines().count()
    );
    other.is_sound().await;
}

#[tokio::test]
async fn members_orders_and_redemptions_go_out_and_come_in_as_csv() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.member("c2").await;
    for (number, cents) in [70_001, 333, 10_000].iter().enumerate() {
        let mut order = order_of("c1", "paid", *cents);
        order["items"] = json!([
            {"sku": "tea", "category": "drinks", "quantity": 3, "unit_price": cents, "discount": 1},
            {"sku": "=cmd|' /C calc'!A0", "quantity": 1, "unit_price": 5},
        ]);
        order["shipping"] = json!(490);
        shop.reports(&format!("o{number}"), &order)
            .await
            .expect(201);
    }
    shop.redeems("c1", "rwd_five", "k").await.expect(201);
    let other = Shop::open().await;
    for table in ["members", "orders", "redemptions"] {
        let csv = download(&shop, &format!("/v1/exports/{table}?format=csv")).await;
        let query = format!("kind={table}&format=csv");
        let done = upload(&other, table, &query, &csv).await;
        assert_eq!(done["refused"], 0, "{csv}");
        let lines = download(&shop, &format!("/v1/exports/{table}?format=ndjson")).await;
        let query = format!("kind={table}&format=ndjson");
        let again = upload(&other, &format!("{table}-again"), &query, &lines).await;
        assert_eq!(
            (&again["refused"], &again["taken"]),
            (&json!(0), &done["taken"]),
            "{lines}"
        );
    }
    assert_eq!(other.balances("c1").await, shop.balances("c1").await);
    let items = "SELECT items FROM orders ORDER BY order_id";
    assert_eq!(
        other.rows::<String>(items).await,
        shop.rows::<String>(items).await
    );
    other.is_sound().await;
}

#[tokio::test]
async fn a_spreadsheet_computes_nothing_that_a_shopper_wrote() {
    let shop = Shop::open().await;
    for (who, name) in [
        ("c1", "=HYPERLINK(\"https://evil.example\")"),
        ("c2", "-1"),
        ("@c3", "Ada, \"x\""),
    ] {
        let line = json!({"member": {"external_id": who, "first_name": name}});
        upload(&shop, who, "", &line.to_string()).await;
    }
    let reply = shop.server("GET", "/v1/exports/members").send().await;
    let reply = reply.expect(200);
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename=\"members.csv\""
    );
    let csv = String::from_utf8(reply.bytes).unwrap();
    for cell in [
        "\"'=HYPERLINK(\"\"https://evil.example\"\")\"",
        ",'-1,",
        "'@c3",
        ",\"Ada, \"\"x\"\"\",",
    ] {
        assert!(csv.contains(cell), "{cell}: {csv}");
    }
    let other = Shop::open().await;
    upload(&other, "k", "kind=members&format=csv", &csv).await;
    let names = "SELECT external_id || ' ' || first_name FROM members ORDER BY external_id";
    assert_eq!(
        other.rows::<String>(names).await,
        shop.rows::<String>(names).await
    );
}

#[tokio::test]
async fn every_table_goes_out_in_pages_and_between_two_instants() {
    let shop = lively().await;
    let lines: Vec<String> = (0..603)
        .map(|who| json!({"external_id": format!("m{who:04}"), "joined_at": hour(who)}).to_string())
        .collect();
    upload(&shop, "many", "kind=members", &lines.join("\n")).await;
    for (table, rows) in [
        ("members", 605),
        ("orders", 4),
        ("refunds", 1),
        ("redemptions", 3),
        ("entries", shop.count("SELECT COUNT(*) FROM entries").await),
        ("responses", 0),
        ("complaints", 0),
        ("audit", shop.count("SELECT COUNT(*) FROM audit").await),
    ] {
        let csv = download(&shop, &format!("/v1/exports/{table}?format=csv")).await;
        let ndjson = download(&shop, &format!("/v1/exports/{table}?format=ndjson")).await;
        assert_eq!(
            csv.lines().count(),
            usize::try_from(rows + 1).unwrap(),
            "{table}"
        );
        assert_eq!(
            ndjson.lines().count(),
            usize::try_from(rows).unwrap(),
            "{table}"
        );
        for line in ndjson.lines() {
            let _: Value = serde_json::from_str(line).unwrap();
        }
    }
    let (from, to) = (hour(100), hour(150));
    let some = format!("/v1/exports/members?format=ndjson&from={from}&to={to}");
    assert_eq!(download(&shop, &some).await.lines().count(), 50);
    let nothing = format!("/v1/exports/members?from={to}&to={from}");
    let nothing = shop.server("GET", &nothing).send().await;
    nothing.refused(422, "validation_failed");
    let mixed = shop
        .server("GET", "/v1/exports/history?format=csv")
        .send()
        .await;
    mixed.refused(422, "validation_failed");
    shop.server("GET", "/v1/exports/secrets")
        .send()
        .await
        .refused(404, "not_found");
}

#[test]
fn the_command_writes_what_the_route_gives() {
    let folder = tempfile::tempdir().unwrap();
    seed(folder.path());
    let (database, file) = (folder.path().join("club.db"), folder.path().join("m.csv"));
    std::fs::write(&file, "external_id,first_name\nc1,=1+1\nc1\nc2,x,y\n").unwrap();
    let report = folder.path().join("faults.csv");
    let base = [
        "--program",
        "club",
        "--database",
        database.to_str().unwrap(),
    ];
    let (file, report) = (file.to_str().unwrap(), report.to_str().unwrap());
    let without_kind = vafa(&[&["import"], &base[..], &[file]].concat());
    assert!(!without_kind.status.success());
    let options = ["--kind", "members", "--report", report, file];
    let imported = vafa(&[&["import"], &base[..], &options[..]].concat());
    let told = String::from_utf8_lossy(&imported.stderr).into_owned();
    assert!(
        told.contains("line 4") && told.contains("2 lines taken, 1 refused"),
        "{told}"
    );
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.contains("\n4,,too_many_cells,"), "{report}");
    let exported = vafa(&[&["export"], &base[..], &["members"]].concat());
    let csv = String::from_utf8(exported.stdout).unwrap();
    assert!(csv.lines().nth(1).unwrap().starts_with("c1,mem_"), "{csv}");
    assert!(csv.contains(",'=1+1,"), "{csv}");
}

#[test]
fn copies_that_are_taken_under_load_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let keys = seed(folder.path());
    let database = folder.path().join("club.db");
    let server = Server::start(&database);
    let bearer = format!("Bearer {}", keys["secret_key"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let address = server.address;
    let (stop, sold) = (AtomicBool::new(false), AtomicU64::new(0));
    let copies: Vec<_> = std::thread::scope(|threads| {
        for worker in 0..4 {
            let (stop, sold) = (&stop, &sold);
            threads.spawn(move || {
                let member = format!("/v1/members/c{worker}");
                assert_eq!(ask(address, "PUT", &member, &headers, "{}").unwrap().0, 201);
                let body = order_of(&format!("c{worker}"), "paid", 1_000).to_string();
                let mut number = 0;
                while !stop.load(Ordering::SeqCst) {
                    let path = format!("/v1/orders/o{worker}-{number}");
                    assert_eq!(ask(address, "PUT", &path, &headers, &body).unwrap().0, 201);
                    sold.fetch_add(1, Ordering::SeqCst);
                    number += 1;
                }
            });
        }
        let copies = (0..4).map(|number| {
            let before = sold.load(Ordering::SeqCst);
            while sold.load(Ordering::SeqCst) < before + 10 {
                std::thread::yield_now();
            }
            let sold = sold.load(Ordering::SeqCst);
            let copy = folder.path().join(format!("copy{number}.db"));
            let (from, to) = (database.to_str().unwrap(), copy.to_str().unwrap());
            let made = vafa(&["backup", "--database", from, to]).status.success();
            (copy, sold, made)
        });
        let copies = copies.collect();
        stop.store(true, Ordering::SeqCst);
        copies
    });
    assert!(server.stop().success());
    for (copy, sold, made) in copies {
        assert!(made);
        check(&copy);
        // What was answered before the copy was begun is in it, and it serves.
        let open = rusqlite::Connection::open(&copy).unwrap();
        let count = "SELECT COUNT(*) FROM orders WHERE status = 'paid'";
        let kept: i64 = open.query_row(count, [], |row| row.get(0)).unwrap();
        assert!(u64::try_from(kept).unwrap() >= sold, "{kept} of {sold}");
        drop(open);
        let restored = Server::start(&copy);
        let (status, _) = ask(restored.address, "GET", "/v1/members/c0", &headers, "").unwrap();
        assert_eq!(status, 200);
        assert!(restored.stop().success());
    }
}
