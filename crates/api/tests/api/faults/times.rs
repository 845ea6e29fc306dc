//! Reports that come late, twice and in the wrong order; clocks that jump; days that are not 24 hours long.

use crate::harness::{DAY_MS, Shop, order_of, program};
use api::jobs;
use api::limits::Limits;
use rules::Timestamp;
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Placed, paid and fulfilled, in any order, five times each, over a month: one credit.
#[tokio::test]
async fn an_order_told_again_and_again_earns_once() {
    let reports = ["placed", "paid", "fulfilled"];
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for (n, order) in orders.into_iter().enumerate() {
        let shop = Shop::open().await;
        shop.member("c1").await;
        let paid_at = shop.now();
        for wait in [0, MINUTE_MS, 25 * HOUR_MS, 31 * DAY_MS, 0] {
            shop.pass_ms(wait);
            for at in order {
                let mut body = order_of("c1", reports[at], 10_000);
                if at > 0 {
                    body["paid_at"] = json!(paid_at);
                }
                let reply = shop.reports("o1", &body).await;
                assert!(
                    [200, 201].contains(&reply.status.as_u16()),
                    "{}",
                    reply.body
                );
            }
            assert_eq!(shop.balances("c1").await, (100, 0, 0), "{n}");
        }
        let credits = "SELECT COUNT(*) FROM entries WHERE why = 'purchase'";
        assert_eq!(shop.count(credits).await, 1, "{n}");
        shop.is_sound().await;
    }
}

/// A refund and a cancellation, told before and after each other and again, take back once.
#[tokio::test]
async fn what_goes_back_goes_back_once() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 10_000).await.expect(201);
    for wait in [0, MINUTE_MS, 25 * HOUR_MS, 31 * DAY_MS] {
        shop.pass_ms(wait);
        shop.refunds("o1", &json!({"id": "r1", "amount": 4_000}))
            .await;
        assert_eq!(shop.balances("c1").await, (60, 0, 0));
    }
    for _ in 0..5 {
        shop.reports("o1", &order_of("c1", "cancelled", 10_000))
            .await
            .expect(200);
        shop.refunds("o1", &json!({"id": "r2"})).await;
        assert_eq!(shop.balances("c1").await, (0, 0, 0));
    }
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM entries WHERE why = 'clawback'")
            .await,
        2
    );
    shop.is_sound().await;
}

/// The server's clock jumps an hour ahead and back, and days back: what is written stays, and goes on.
#[tokio::test]
async fn a_clock_that_jumps_undoes_nothing() {
    let mut document = program("club");
    document["expiry"] = json!({"per_lot": {"months": 1}});
    document["earning"]["purchase"]["pending_days"] = json!(1);
    let shop = Shop::with(document, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 100_000).await.expect(201);
    assert_eq!(shop.balances("c1").await, (0, 1_000, 0));
    shop.pass_ms(DAY_MS + HOUR_MS);
    let redeemed = shop.redeems("c1", "rwd_five", "k1").await.expect(201);
    for jump in [-2 * HOUR_MS, HOUR_MS, -3 * DAY_MS, HOUR_MS] {
        shop.pass_ms(jump);
        // The books are further than the clock: what was active by them stays so.
        assert_eq!(shop.balances("c1").await, (500, 0, 0), "{jump}");
        let again = shop.redeems("c1", "rwd_five", "k1").await.expect(201);
        assert_eq!(again.bytes, redeemed.bytes);
        jobs::run(&shop.state).await.unwrap();
        shop.is_sound().await;
    }
    shop.buys("c1", "o2", 10_000).await.expect(201);
    shop.redeems("c1", "rwd_ship", "k2").await.expect(201);
    shop.pass_days(70);
    jobs::run(&shop.state).await.unwrap();
    let (available, pending, debt) = shop.balances("c1").await;
    assert_eq!((available, pending, debt), (0, 0, 0));
    shop.is_sound().await;
}

async fn ends_at(zone: &str, calendar: &str, now: &str, expiry: Value) -> String {
    let mut document = program("club");
    document["zone"] = json!(zone);
    document["calendar"] = json!(calendar);
    document["expiry"] = expiry;
    let shop = Shop::with(document, Limits::default()).await;
    shop.pass_ms(Timestamp::parse(now).unwrap().0 - shop.now().0);
    shop.member("c1").await;
    shop.buys("c1", "o1", 10_000).await.expect(201);
    let member = shop
        .server("GET", "/v1/members/c1")
        .send()
        .await
        .expect(200)
        .body;
    let at = member["member"]["balances"]["expiring"][0]["expires_at"]
        .as_str()
        .unwrap()
        .to_owned();
    // To the millisecond: there, and gone.
    let end = Timestamp::parse(&at).unwrap();
    shop.pass_ms(end.0 - 1 - shop.now().0);
    jobs::run(&shop.state).await.unwrap();
    assert_eq!(shop.available("c1").await, 100, "{at}");
    shop.pass_ms(1);
    assert_eq!(shop.available("c1").await, 0, "{at}");
    jobs::run(&shop.state).await.unwrap();
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM entries WHERE why = 'expiry'")
            .await,
        1
    );
    shop.is_sound().await;
    at
}

#[tokio::test]
async fn months_end_by_the_zone_and_the_calendar_of_the_club() {
    let month = json!({"per_lot": {"months": 1}});
    let whole = json!({"per_lot": {"months": 1, "end_of_month": true}});
    // Over the night in which Berlin's clocks go on (28 March 2027), and the one in which they go back.
    for (now, end) in [
        ("2027-03-01T11:00:00Z", "2027-04-01T10:00:00Z"),
        ("2027-10-20T10:00:00Z", "2027-11-20T11:00:00Z"),
    ] {
        assert_eq!(
            ends_at("Europe/Berlin", "gregorian", now, month.clone()).await,
            end
        );
    }
    let autumn = "2027-09-20T10:00:00Z";
    let end = ends_at("Europe/Berlin", "gregorian", autumn, whole.clone()).await;
    assert_eq!(end, "2027-10-31T23:00:00Z");
    // The month before Nowruz 1406 begins on 20 February 2027 and ends with the year, at midnight in Tehran.
    let winter = "2027-02-15T10:00:00Z";
    let end = ends_at("Asia/Tehran", "jalali", winter, whole).await;
    assert_eq!(end, "2027-03-20T20:30:00Z");
}
