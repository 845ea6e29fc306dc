//! Orders, refunds, cancellations, coupons: what a member has afterwards.

use crate::harness::{Shop, order_of, program};
use api::jobs;
use api::limits::Limits;
use contract::shopper::{ProgramView, Snapshot};
use rules::Money;
use rules::ledger::balances_under;
use rules::rewards::Basket;
use rules::whatif::simulate;
use serde_json::json;

#[tokio::test]
async fn the_published_refund_case_comes_out() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "first", 100_000).await.expect(201);
    assert_eq!(shop.available("c1").await, 1_000);
    let code =
        shop.redeems("c1", "rwd_five", "k1").await.expect(201).body["redemption"]["code"].clone();
    assert_eq!(shop.available("c1").await, 500);
    let two_items = json!({
        "member": "c1", "status": "paid", "currency": "EUR", "coupons": [code],
        "items": [{"sku": "tea", "quantity": 2, "unit_price": 1_000}],
    });
    let order = shop.reports("second", &two_items).await.expect(201).body["order"].clone();
    assert_eq!(
        (&order["base"], &order["points"]),
        (&json!(1_500), &json!(15))
    );
    assert_eq!(shop.available("c1").await, 515);
    let refund = shop
        .refunds("second", &json!({"id": "r1", "amount": 1_000}))
        .await
        .expect(201);
    assert_eq!(refund.body["refund"]["points_taken"], 10);
    assert_eq!(shop.available("c1").await, 505);
    let refund = shop
        .refunds("second", &json!({"id": "r2"}))
        .await
        .expect(201);
    assert_eq!(refund.body["refund"]["points_returned"], 500);
    assert_eq!(shop.available("c1").await, 1_000);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_report_that_comes_again_changes_nothing() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let first = shop.buys("c1", "o1", 5_000).await.expect(201);
    for cents in [5_000, 900_000] {
        let again = shop.buys("c1", "o1", cents).await.expect(200);
        assert_eq!(again.body, first.body);
    }
    shop.pass_days(31);
    shop.buys("c1", "o1", 5_000).await.expect(200);
    shop.refunds("o1", &json!({"id": "r", "amount": 1_000}))
        .await
        .expect(201);
    shop.refunds("o1", &json!({"id": "r", "amount": 1_000}))
        .await
        .expect(200);
    assert_eq!(shop.available("c1").await, 40);
    shop.is_sound().await;
}

#[tokio::test]
async fn statuses_may_come_in_any_order() {
    let cases: &[(&[&str], i64)] = &[
        (&["placed"], 0),
        (&["placed", "paid", "fulfilled"], 50),
        (&["fulfilled", "paid", "placed"], 50),
        (&["fulfilled"], 50),
        (&["paid", "cancelled", "paid"], 0),
        (&["cancelled", "paid", "fulfilled"], 0),
        (&["placed", "cancelled"], 0),
        (&["paid", "paid", "cancelled", "cancelled"], 0),
    ];
    let shop = Shop::open().await;
    for (at, (statuses, points)) in cases.iter().enumerate() {
        let member = format!("c{at}");
        shop.member(&member).await;
        for status in *statuses {
            shop.reports(&format!("o{at}"), &order_of(&member, status, 5_000))
                .await;
        }
        assert_eq!(shop.available(&member).await, *points, "{statuses:?}");
    }
    shop.is_sound().await;
}

#[tokio::test]
async fn an_order_of_nobody_says_what_to_do_first() {
    let shop = Shop::open().await;
    let reply = shop
        .buys("nobody", "o1", 5_000)
        .await
        .refused(404, "not_found");
    assert!(
        reply.body["detail"]
            .as_str()
            .unwrap()
            .contains("PUT /v1/members/")
    );
    assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 0);
}

#[tokio::test]
async fn an_order_keeps_its_member() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.member("c2").await;
    shop.buys("c1", "o1", 5_000).await.expect(201);
    shop.buys("c2", "o1", 5_000)
        .await
        .refused(409, "order_of_another_member");
    assert_eq!(
        (shop.available("c1").await, shop.available("c2").await),
        (50, 0)
    );
}

#[tokio::test]
async fn every_fault_of_an_order_is_told_at_once() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let body = json!({
        "member": "c1", "status": "paid", "currency": "USD", "tax": -1, "paid_at": "2027-01-01T00:00:00Z",
        "items": [{"sku": "a", "quantity": 0, "unit_price": 1},
                  {"sku": "b", "quantity": 2, "unit_price": i64::MAX, "discount": -5}],
    });
    let problem = shop
        .reports("o1", &body)
        .await
        .refused(422, "validation_failed");
    let places: Vec<_> = problem.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "/currency",
            "/items/0/quantity",
            "/items/1/unit_price",
            "/items/1/discount",
            "/tax",
            "/paid_at"
        ]
    );
    let unknown =
        json!({"member": "c1", "status": "paid", "currency": "EUR", "items": [], "gift": 1});
    shop.reports("o1", &unknown)
        .await
        .refused(422, "validation_failed");
}

#[tokio::test]
async fn pending_points_wait_and_a_cancelled_order_removes_them() {
    let mut program = program("club");
    program["earning"]["purchase"]["pending_days"] = json!(14);
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 50_000).await;
    shop.buys("c1", "o2", 10_000).await;
    assert_eq!(shop.balances("c1").await, (0, 600, 0));
    let problem = shop
        .redeems("c1", "rwd_five", "k1")
        .await
        .refused(409, "not_eligible");
    assert_eq!(problem.body["errors"][0]["code"], "only_pending");
    shop.reports("o2", &order_of("c1", "cancelled", 10_000))
        .await
        .expect(200);
    assert_eq!(shop.balances("c1").await, (0, 500, 0));
    shop.pass_days(14);
    assert_eq!(shop.balances("c1").await, (500, 0, 0));
    shop.redeems("c1", "rwd_five", "k2").await.expect(201);
    shop.is_sound().await;
}

#[tokio::test]
async fn what_a_refund_cannot_take_is_owed_and_paid_by_the_next_points() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 50_000).await;
    shop.redeems("c1", "rwd_five", "k1").await.expect(201);
    shop.refunds("o1", &json!({"id": "r"})).await.expect(201);
    assert_eq!(shop.balances("c1").await, (0, 0, 500));
    shop.is_sound().await;
    shop.buys("c1", "o2", 20_000).await;
    assert_eq!(shop.balances("c1").await, (0, 0, 300));
    shop.buys("c1", "o3", 40_000).await;
    assert_eq!(shop.balances("c1").await, (100, 0, 0));
    let history = shop.me("c1").await["entries"].clone();
    let sum: i64 = history
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["points"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 100, "{history}");
    shop.is_sound().await;
}

#[tokio::test]
async fn the_tier_that_multiplies_is_the_one_held_before() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let first = shop.buys("c1", "o1", 1_000_000).await;
    assert_eq!(first.body["order"]["points"], 10_000);
    let second = shop.buys("c1", "o2", 1_000).await;
    assert_eq!(second.body["order"]["points"], 20);
    // The refund undoes the rise; what the second order earned stays as it was earned.
    shop.refunds("o1", &json!({"id": "r"})).await.expect(201);
    let third = shop.buys("c1", "o3", 1_000).await;
    assert_eq!(third.body["order"]["points"], 10);
    let part = shop.refunds("o2", &json!({"id": "r", "amount": 500})).await;
    assert_eq!(part.body["refund"]["points_taken"], 10);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_bonus_for_the_first_purchase_goes_with_it_and_can_be_earned_again() {
    let mut program = program("club");
    program["earning"]["activities"] = json!([
        {"id": "join", "kind": "join", "points": 100},
        {"id": "first", "kind": "first_purchase", "points": 200},
    ]);
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    assert_eq!(shop.available("c1").await, 100);
    shop.buys("c1", "o1", 1_000).await;
    shop.buys("c1", "o2", 1_000).await;
    assert_eq!(shop.available("c1").await, 320);
    shop.refunds("o2", &json!({"id": "r"})).await;
    shop.refunds("o1", &json!({"id": "r"})).await;
    assert_eq!(shop.available("c1").await, 100);
    shop.buys("c1", "o3", 1_000).await;
    assert_eq!(shop.available("c1").await, 310);
    shop.is_sound().await;
}

#[tokio::test]
async fn lots_end_one_by_one_and_first_ending_goes_first() {
    let mut program = program("club");
    program["expiry"] = json!({"per_lot": {"months": 2}});
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "x", 10_000).await;
    shop.pass_days(20);
    shop.buys("c1", "y", 20_000).await;
    // Takes the lot that ends first, whole: when its end comes, nothing is left in it.
    shop.redeems("c1", "rwd_ship", "k1").await.expect(201);
    shop.pass_days(50);
    assert_eq!(shop.available("c1").await, 200);
    // The coupon has ended; of the points nothing.
    assert_eq!(jobs::run(&shop.state).await.unwrap().members, 1);
    assert_eq!(jobs::run(&shop.state).await.unwrap().members, 0);
    shop.pass_days(20);
    assert_eq!(jobs::run(&shop.state).await.unwrap().members, 1);
    assert_eq!(jobs::run(&shop.state).await.unwrap().members, 0);
    assert_eq!(shop.available("c1").await, 0);
    let me = shop.me("c1").await;
    assert_eq!(
        (&me["entries"][0]["reason"], &me["entries"][0]["points"]),
        (&json!("expired"), &json!(-200))
    );
    shop.is_sound().await;
}

#[tokio::test]
async fn points_that_ended_unspent_are_forgiven_when_their_order_goes_back() {
    let mut program = program("club");
    program["expiry"] = json!({"per_lot": {"months": 1}});
    program["earning"]["activities"] =
        json!([{"id": "first", "kind": "first_purchase", "points": 200}]);
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 10_000).await;
    shop.pass_days(40);
    for (id, amount) in [("r1", 4_000), ("r2", 6_000)] {
        let refund = json!({"id": id, "amount": amount});
        shop.refunds("o1", &refund).await.expect(201);
        assert_eq!(shop.balances("c1").await, (0, 0, 0));
    }
    assert_eq!(
        shop.count("SELECT CAST(SUM(given - counted) AS BIGINT) FROM credits")
            .await,
        300
    );
    shop.is_sound().await;
}

#[tokio::test]
async fn silence_ends_all_points() {
    let mut program = program("club");
    program["expiry"] = json!({"inactivity": {"months": 3}});
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 10_000).await;
    shop.pass_days(60);
    shop.buys("c1", "o2", 0).await;
    shop.pass_days(60);
    assert_eq!(shop.available("c1").await, 100);
    shop.pass_days(40);
    assert_eq!(jobs::run(&shop.state).await.unwrap().members, 1);
    assert_eq!(shop.available("c1").await, 0);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_coupon_is_checked_used_and_released_by_the_shop() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 100_000).await;
    let taken = shop.redeems("c1", "rwd_five", "k1").await.expect(201).body["redemption"].clone();
    let code = taken["code"].as_str().unwrap();
    let path = format!("/v1/coupons/{}", code.to_lowercase().replace('-', ""));
    let coupon = shop.server("GET", &path).send().await.expect(200).body["coupon"].clone();
    assert_eq!(coupon["code"], code);
    assert_eq!(coupon["kind"], json!({"amount_off": 500}));
    assert_eq!(
        (&coupon["member"], &coupon["state"]),
        (&json!("c1"), &json!("open"))
    );
    let act = |action: &str, order: &str| {
        shop.server("POST", &path)
            .json(&json!({"action": action, "order_id": order}))
            .send()
    };
    assert_eq!(
        act("use", "o2").await.expect(200).body["coupon"]["state"],
        "used"
    );
    act("use", "o2").await.expect(200);
    act("use", "o3").await.refused(409, "coupon_used");
    act("release", "o3")
        .await
        .refused(409, "coupon_not_of_order");
    assert_eq!(
        act("release", "o2").await.expect(200).body["coupon"]["state"],
        "open"
    );
    act("use", "o2").await.expect(200);
    // The unpaid order is called off: the coupon is free again.
    shop.reports("o2", &order_of("c1", "cancelled", 2_000))
        .await
        .expect(201);
    let mut paid = order_of("c1", "paid", 2_000);
    paid["coupons"] = json!([code]);
    assert_eq!(
        shop.reports("o4", &paid).await.expect(201).body["order"]["base"],
        1_500
    );
    act("release", "o4").await.refused(409, "order_paid");
    shop.reports("o5", &paid).await.refused(409, "coupon_used");
    shop.server("GET", "/v1/coupons/AAAA-AAAA-AAAA")
        .send()
        .await
        .refused(404, "not_found");
    paid["coupons"] = json!(["nonsense"]);
    let problem = shop
        .reports("o6", &paid)
        .await
        .refused(422, "validation_failed");
    assert_eq!(problem.body["errors"][0]["pointer"], "/coupons/0");
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM orders WHERE order_id IN ('o5', 'o6')")
            .await,
        0
    );
    shop.is_sound().await;
}

#[tokio::test]
async fn a_coupon_is_its_members_alone() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    shop.member("c2").await;
    shop.buys("c1", "o1", 100_000).await;
    let code = shop.redeems("c1", "rwd_five", "k1").await.body["redemption"]["code"].clone();
    let mut order = order_of("c2", "paid", 2_000);
    order["coupons"] = json!([code]);
    shop.reports("o2", &order)
        .await
        .refused(422, "validation_failed");
}

/// What the widget promises from the snapshot is what the server then does.
#[tokio::test]
async fn a_promise_made_from_the_snapshot_is_kept() {
    let mut program = program("club");
    program["earning"]["activities"] =
        json!([{"id": "first", "kind": "first_purchase", "points": 200}]);
    let shop = Shop::with(program, Limits::default()).await;
    shop.member("c1").await;
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    let view = shop.ask("GET", &path).send().await.expect(200);
    let view: ProgramView = serde_json::from_slice(&view.bytes).unwrap();
    for (at, cents) in [4_999, 600_050, 399_999, 1, 250_000]
        .into_iter()
        .enumerate()
    {
        let before = shop.shopper("c1", "GET", "/v1/me").send().await;
        let before: Snapshot = serde_json::from_slice(&before.bytes).unwrap();
        let basket = Basket {
            total: Money(cents),
            items: Vec::new(),
        };
        let promised = simulate(
            &view.program,
            &view.zone,
            &before.facts,
            &basket,
            shop.now(),
        );
        let was = balances_under(&view.program, &view.zone, &before.facts, shop.now()).available;
        let order = shop.buys("c1", &format!("o{at}"), cents).await.expect(201);
        assert_eq!(order.body["order"]["points"], promised.points.0, "{cents}");
        let after = shop
            .server("GET", "/v1/members/c1")
            .send()
            .await
            .expect(200)
            .body;
        let now = after["member"]["balances"]["available"].as_i64().unwrap();
        assert_eq!(
            now - was.0,
            promised.points.plus(promised.first_purchase).0,
            "{cents}"
        );
        assert_eq!(
            after["member"]["standing"]["current"],
            json!(promised.tier_after),
            "{cents}"
        );
        shop.pass_days(1);
    }
}
