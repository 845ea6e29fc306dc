//! Segments by what members bought: computed, counted, listed.

use crate::harness::{Shop, program};
use api::limits::Limits;
use api::segments;
use serde_json::{Value, json};

async fn size(shop: &Shop, segment: &str) -> i64 {
    let reply = shop.server("GET", "/v1/segments").send().await.expect(200);
    let all = reply.body["segments"].as_array().unwrap();
    let found = all.iter().find(|one| one["segment"] == segment);
    found.unwrap_or_else(|| panic!("{segment}: {}", reply.body))["members"]
        .as_i64()
        .unwrap()
}

async fn page(shop: &Shop, segment: &str, query: &str) -> (Vec<String>, Value) {
    let path = format!("/v1/segments/{segment}/members?{query}");
    let body = shop.server("GET", &path).send().await.expect(200).body;
    let members = body["members"].as_array().unwrap();
    let ids = members
        .iter()
        .map(|member| member["external_id"].as_str().unwrap().to_owned());
    (ids.collect(), body["next_cursor"].clone())
}

async fn recomputes(shop: &Shop) -> (i64, i64) {
    let reply = shop
        .server("POST", "/v1/segments/recompute")
        .send()
        .await
        .expect(200);
    let done = &reply.body["recomputed"];
    (
        done["members"].as_i64().unwrap(),
        done["changed"].as_i64().unwrap(),
    )
}

#[tokio::test]
async fn members_are_put_where_their_orders_belong() {
    let mut program = program("club");
    program["rewards"][1]["segments"] = json!(["vip"]);
    let shop = Shop::with(program, Limits::default()).await;
    for (at, cents) in [("a", 80_000), ("b", 15_000), ("c", 4_000), ("d", 1_000)] {
        shop.member(at).await;
        shop.buys(at, &format!("o-{at}"), cents).await.expect(201);
        shop.pass_days(1);
    }
    shop.member("guest").await;
    shop.sql("UPDATE members SET segments = '[\"vip\",\"rfm:lost\"]' WHERE external_id = 'a'")
        .await
        .unwrap();
    let before = shop
        .server("GET", "/v1/segments")
        .send()
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&before["unsorted"], &before["computed_at"]),
        (&json!(4), &Value::Null)
    );
    assert_eq!(recomputes(&shop).await, (5, 5));
    // 80 % of 1,000.00 are crossed by b, who is inside; 95 % by c.
    for (segment, members) in [
        ("abc:a", 1),
        ("abc:b", 1),
        ("abc:c", 2),
        ("no_orders", 1),
        ("vip", 1),
        ("rfm:lost", 1),
    ] {
        assert_eq!(size(&shop, segment).await, members, "{segment}");
    }
    // Everybody bought once; a did so longest ago.
    assert_eq!(page(&shop, "rfm:lost", "").await.0, ["a"]);
    assert_eq!(page(&shop, "rfm:promising", "").await.0, ["d"]);
    assert_eq!(page(&shop, "vip", "").await.0, ["a"]);
    let me = shop.me("a").await;
    assert_eq!(me["facts"]["segments"], json!(["rfm:lost", "abc:a", "vip"]));
    // The reward is for the segment.
    shop.redeems("a", "rwd_ship", "k").await.expect(201);
    let reply = shop
        .redeems("b", "rwd_ship", "k")
        .await
        .refused(409, "not_eligible");
    assert_eq!(reply.body["errors"][0]["code"], "not_in_segment");
    assert_eq!(recomputes(&shop).await, (5, 0));
    let after = shop
        .server("GET", "/v1/segments")
        .send()
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&after["unsorted"], &after["computed_at"]),
        (&json!(0), &json!(shop.now()))
    );
    // Refunded whole, an order counts no more; erased members are in nothing.
    shop.refunds("o-d", &json!({"id": "r"})).await.expect(201);
    shop.server("DELETE", "/v1/members/guest")
        .send()
        .await
        .expect(204);
    let (members, changed) = recomputes(&shop).await;
    assert_eq!(members, 4);
    assert!(changed > 0);
    assert_eq!(page(&shop, "no_orders", "").await.0, ["d"]);
    let runs = "SELECT COUNT(*) FROM audit WHERE action = 'segments.recomputed'";
    assert_eq!(shop.count(runs).await, 3);
    shop.is_sound().await;
}

#[tokio::test]
async fn a_segment_is_read_in_pages() {
    let shop = Shop::open().await;
    for at in 0..7 {
        shop.member(&format!("c{at}")).await;
    }
    recomputes(&shop).await;
    let (mut all, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let (members, next) = page(&shop, "no_orders", &format!("limit=3{cursor}")).await;
        all.extend(members);
        pages += 1;
        let Some(next) = next.as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    all.sort();
    assert_eq!(
        (pages, all),
        (3, (0..7).map(|at| format!("c{at}")).collect())
    );
    assert_eq!(
        page(&shop, "rfm:champions", "").await,
        (Vec::new(), Value::Null)
    );
    for (path, status, code) in [
        ("/v1/segments/no-such/members", 404, "not_found"),
        ("/v1/segments/ABC:A/members", 404, "not_found"),
        (
            "/v1/segments/no_orders/members?cursor=x",
            400,
            "malformed_request",
        ),
        (
            "/v1/segments/no_orders/members?limit=x",
            400,
            "malformed_request",
        ),
    ] {
        shop.server("GET", path).send().await.refused(status, code);
    }
}

/// Members by the hundred thousand, nearly all of them where they belong already.
const MANY: &str = "INSERT INTO members (tenant, member, external_id, joined_at, settled_at, referral_code, segments)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
    SELECT tenant, 'mem_' || (1000000 + i), 'c' || i, 0, 0, 'r' || i, '[\"no_orders\"]' FROM n, tenants";
const ORDERS: &str = "INSERT INTO orders (tenant, order_id, member, status, currency, spend, placed_at, paid_at, updated_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
    SELECT tenant, 'o' || i, 'mem_' || (1000000 + i * 100), 'paid', 'EUR', i * 10, 0, i * 1000, 0 FROM n, tenants";

#[tokio::test]
async fn a_hundred_thousand_members_are_read_in_pages_and_written_where_they_changed() {
    let shop = Shop::open().await;
    shop.sql(MANY).await.unwrap();
    shop.sql(ORDERS).await.unwrap();
    let tenant = shop
        .rows::<String>("SELECT tenant FROM tenants")
        .await
        .remove(0);
    let before = shop.state.db.stats();
    let done = segments::recompute(&shop.state, &tenant, "test")
        .await
        .unwrap();
    assert_eq!((done.members, done.changed), (100_000, 900));
    let after = shop.state.db.stats();
    // Pages of 2,000 and the empty one after them; 200 members in a write, and the audit's.
    assert_eq!(
        (after.reads - before.reads, after.writes - before.writes),
        (51, 5 + 1)
    );
    let again = segments::recompute(&shop.state, &tenant, "test")
        .await
        .unwrap();
    assert_eq!((again.members, again.changed), (100_000, 0));
    assert_eq!(shop.state.db.stats().writes - after.writes, 1);
    assert_eq!(size(&shop, "no_orders").await, 99_100);
    assert_eq!(
        size(&shop, "abc:a").await + size(&shop, "abc:b").await + size(&shop, "abc:c").await,
        900
    );
}
