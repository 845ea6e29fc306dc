//! Maps, flows and series: each against a small computation of its own.

use crate::harness::{Shop, program};
use crate::transfers::download;
use api::jobs;
use api::limits::Limits;
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn asks(shop: &Shop, what: &str) -> Value {
    let ask = shop.server("GET", &format!("/v1/insights/{what}"));
    ask.send().await.expect(200).body
}

async fn buys_at(shop: &Shop, who: &str, order: &str, at: &str, cents: i64) {
    let body = json!({
        "member": who, "status": "paid", "currency": "EUR", "paid_at": at,
        "items": [{"sku": "tea", "quantity": 1, "unit_price": cents}],
    });
    shop.reports(order, &body).await.expect(201);
}

/// Each member's last order, number of orders and revenue, as the test itself kept them.
type Kept = BTreeMap<&'static str, (String, i64, i64)>;

/// 1 and the fifths of the others that are worse.
fn score<T: PartialOrd>(all: &[T], one: &T) -> i64 {
    let worse = all.iter().filter(|other| *other < one).count();
    1 + i64::try_from(5 * worse / all.len()).unwrap()
}

fn cells(kept: &Kept) -> BTreeMap<(i64, i64), (i64, i64)> {
    let last: Vec<&String> = kept.values().map(|one| &one.0).collect();
    let orders: Vec<i64> = kept.values().map(|one| one.1).collect();
    let mut cells = BTreeMap::new();
    for (at, count, revenue) in kept.values() {
        let cell: &mut (i64, i64) = cells
            .entry((score(&last, &at), score(&orders, count)))
            .or_default();
        *cell = (cell.0 + 1, cell.1 + revenue);
    }
    cells
}

async fn is_on_the_map(shop: &Shop, kept: &Kept, none: i64) {
    let map = asks(shop, "segments").await["segments"].clone();
    let revenue: i64 = kept.values().map(|one| one.2).sum();
    assert_eq!(
        (&map["customers"], &map["no_orders"], &map["revenue"]),
        (&json!(kept.len()), &json!(none), &json!(revenue))
    );
    let mut told = BTreeMap::new();
    for cell in map["grid"].as_array().unwrap() {
        let of = |name: &str| cell[name].as_i64().unwrap();
        if of("members") > 0 {
            told.insert(
                (of("recency"), of("frequency")),
                (of("members"), of("revenue")),
            );
        }
    }
    assert_eq!(told, cells(kept));
    // The night's own computing puts as many members into each segment.
    shop.server("POST", "/v1/segments/recompute")
        .send()
        .await
        .expect(200);
    let sizes = shop.server("GET", "/v1/segments").send().await.expect(200);
    let sizes = sizes.body["segments"].as_array().unwrap().clone();
    let groups = map["rfm"].as_array().unwrap().iter();
    let mut sum = 0;
    for group in groups.chain(map["abc"].as_array().unwrap()) {
        let size = sizes
            .iter()
            .find(|size| size["segment"] == group["segment"]);
        assert_eq!(group["members"], size.unwrap()["members"], "{group}");
        sum += group["revenue"].as_i64().unwrap();
    }
    assert_eq!(sum, 2 * revenue);
}

#[tokio::test]
async fn the_map_of_members_is_as_of_now_whatever_came_late_or_went_back() {
    let shop = Shop::open().await;
    let mut kept = Kept::new();
    let bought = [
        ("a", "2026-01-05", 1, 90_000),
        ("b", "2026-03-01", 2, 4_000),
        ("c", "2026-05-09", 5, 1_000),
        ("d", "2026-08-20", 1, 30_000),
        ("e", "2026-10-11", 3, 2_500),
        ("f", "2026-11-20", 8, 600),
    ];
    for (who, day, orders, cents) in bought {
        shop.member(who).await;
        let at = format!("{day}T10:00:00Z");
        for order in 0..orders {
            buys_at(&shop, who, &format!("{who}{order}"), &at, cents).await;
        }
        kept.insert(who, (at, orders, orders * cents));
    }
    shop.member("guest").await;
    shop.pass_ms(1);
    is_on_the_map(&shop, &kept, 1).await;
    // An order that is told late, a refund of a part, one of all, and an erasing.
    buys_at(&shop, "b", "late", "2026-09-01T10:00:00Z", 700).await;
    kept.insert("b", ("2026-09-01T10:00:00Z".to_owned(), 3, 8_700));
    shop.refunds("d0", &json!({"id": "r", "amount": 10_000}))
        .await
        .expect(201);
    kept.insert("d", ("2026-08-20T10:00:00Z".to_owned(), 1, 20_000));
    shop.refunds("a0", &json!({"id": "r"})).await.expect(201);
    kept.remove("a");
    let gone = shop.server("DELETE", "/v1/members/c");
    gone.send().await.expect(204);
    kept.remove("c");
    is_on_the_map(&shop, &kept, 2).await;
    // As of an earlier day nothing of what came after it counts.
    let past = asks(&shop, "segments?to=2026-08-01").await["segments"].clone();
    assert_eq!(past["revenue"], 8_000);
}

#[tokio::test]
async fn points_are_told_month_by_month_and_week_by_week() {
    let mut club = program("club");
    club["expiry"] = json!({"per_lot": {"months": 1}});
    club["earning"]["purchase"]["pending_days"] = json!(3);
    let shop = Shop::with(club, Limits::default()).await;
    shop.member("c1").await;
    shop.buys("c1", "o1", 60_000).await.expect(201);
    shop.pass_days(10);
    let taken = shop.redeems("c1", "rwd_ship", "k").await.expect(201);
    shop.uses(&taken).await.expect(200);
    shop.pass_days(59);
    jobs::run(&shop.state).await.unwrap();
    // The 30th of January: what is bought is pending when the month ends.
    shop.buys("c1", "o2", 10_000).await.expect(201);
    shop.pass_ms(1);
    let flow = asks(&shop, "points_flow?from=2026-11-01&to=2027-02-01").await;
    let told: Vec<Vec<i64>> = flow["points_flow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let of = |name: &str| one[name].as_i64().unwrap();
            [
                "issued",
                "redeemed",
                "expired",
                "available",
                "pending",
                "worth",
            ]
            .map(of)
            .to_vec()
        })
        .collect();
    assert_eq!(
        told,
        [
            [600, 0, 0, 600, 0, 600],
            [0, 100, 500, 0, 0, 0],
            [100, 0, 0, 0, 100, 100],
        ]
    );
    let first = &flow["points_flow"][0];
    assert_eq!(
        (&first["from"], &first["to"]),
        (
            &json!("2026-10-31T20:30:00Z"),
            &json!("2026-11-30T20:30:00Z")
        )
    );
    let weeks = asks(&shop, "points_flow?from=2026-11-01&to=2027-02-01&step=week").await;
    let weeks = weeks["points_flow"].as_array().unwrap();
    for (name, sum) in [("issued", 700), ("redeemed", 100), ("expired", 500)] {
        let all = weeks.iter().map(|week| week[name].as_i64().unwrap());
        assert_eq!(all.sum::<i64>(), sum, "{name}");
    }
    assert!(weeks.len() > 13);
    let ask = shop.server("GET", "/v1/insights/points_flow?from=2022-01-01&step=week");
    let problem = ask.send().await.refused(422, "validation_failed");
    assert_eq!(problem.body["errors"][0]["pointer"], "/step");
}

/// Joined, promoted and demoted in each month from November on.
async fn moved(shop: &Shop) -> Vec<[i64; 3]> {
    let flow = asks(shop, "tier_flow?from=2026-11-01&to=2027-02-01").await;
    let months = flow["tier_flow"].as_array().unwrap().iter();
    months
        .map(|month| ["joined", "promoted", "demoted"].map(|name| month[name].as_i64().unwrap()))
        .collect()
}

#[tokio::test]
async fn rises_and_falls_are_told_when_they_came_about() {
    let mut club = program("club");
    club["tiers"]["window"] = json!({"rolling_months": 1});
    let shop = Shop::with(club, Limits::default()).await;
    for who in ["c1", "c2"] {
        shop.member(who).await;
        shop.buys(who, &format!("{who}-1"), 1_000_000)
            .await
            .expect(201);
    }
    shop.refunds("c2-1", &json!({"id": "r"})).await.expect(201);
    shop.pass_days(5);
    shop.member("c3").await;
    assert_eq!(moved(&shop).await, [[3, 2, 1], [0, 0, 0], [0, 0, 0]]);
    // The order leaves the window on the 22nd of December; nobody looks before the middle of January.
    shop.pass_days(50);
    jobs::run(&shop.state).await.unwrap();
    assert_eq!(moved(&shop).await, [[3, 2, 1], [0, 0, 1], [0, 0, 0]]);
    let flow = asks(&shop, "tier_flow?from=2026-12-01&to=2027-01-01").await;
    assert_eq!(
        flow["tier_flow"][0]["moves"],
        json!([{"from": "gold", "to": "base", "members": 1}])
    );
    // What comes back at once is no move.
    jobs::run(&shop.state).await.unwrap();
    assert_eq!(shop.count("SELECT COUNT(*) FROM tier_moves").await, 4);
}

#[tokio::test]
async fn a_score_is_told_by_survey_tier_and_segment() {
    let mut club = program("club");
    club["surveys"].as_array_mut().unwrap().push(json!({
        "id": "srv_other", "kind": "nps", "trigger": "manual", "scope": "periodic",
    }));
    let shop = Shop::with(club, Limits::default()).await;
    for (who, score, survey) in [
        ("c1", 10, "srv_nps"),
        ("c2", 9, "srv_nps"),
        ("c2", 0, "srv_other"),
        ("c3", 3, "srv_nps"),
    ] {
        let ask = shop.server("PUT", &format!("/v1/members/{who}"));
        ask.json(&json!({})).send().await;
        let link = shop.server("POST", &format!("/v1/members/{who}/prompts"));
        let link = link.json(&json!({"survey_id": survey})).send().await;
        let body = json!({
            "id": format!("{who}{survey}"), "survey_id": survey, "score": score, "completed": true,
            "prompt": link.expect(201).body["prompt"]["id"],
        });
        let ask = shop.shopper(who, "POST", "/v1/me/responses");
        let ask = ask.key(&format!("{who}{survey}")).json(&body);
        ask.send().await.expect(201);
    }
    shop.buys("c1", "o1", 1_000_000).await.expect(201);
    shop.sql("UPDATE members SET segments = '[\"vip\",\"rfm:lost\"]' WHERE external_id <> 'c3'")
        .await
        .unwrap();
    shop.pass_ms(1);
    let parts = async |by: &str| -> Vec<(String, i64, i64)> {
        let told = asks(&shop, &format!("nps?by={by}")).await["parts"].clone();
        let part = |one: &Value| {
            let of = |name: &str| one["figure"][name].as_i64().unwrap();
            (one["id"].as_str().unwrap().to_owned(), of("value"), of("n"))
        };
        told.as_array().unwrap().iter().map(part).collect()
    };
    let of = |id: &str, value, n| (id.to_owned(), value, n);
    assert_eq!(
        parts("survey").await,
        [of("srv_nps", 3_330, 3), of("srv_other", -10_000, 1)]
    );
    assert_eq!(
        parts("tier").await,
        [of("base", -3_330, 3), of("gold", 10_000, 1)]
    );
    assert_eq!(
        parts("segment").await,
        [of("rfm:lost", 3_330, 3), of("vip", 3_330, 3)]
    );
    assert_eq!(asks(&shop, "nps").await["parts"], json!([]));
}

#[tokio::test]
async fn a_series_says_of_each_period_what_the_insight_says() {
    let shop = Shop::open().await;
    for (at, who) in ["a", "b", "c", "d"].into_iter().enumerate() {
        shop.member(who).await;
        for month in at..=8 {
            if (month + at) % 3 != 0 {
                let day = format!("2026-{:02}-15T10:00:00Z", month + 2);
                buys_at(&shop, who, &format!("{who}{month}"), &day, 1_000).await;
            }
        }
    }
    shop.redeems("a", "rwd_ship", "k").await;
    shop.pass_ms(1);
    for name in [
        "retention",
        "churn",
        "repeat_rate",
        "upsell_ratio",
        "frequency",
        "yearly_frequency",
        "average_order",
        "lifetime_value",
        "engagement",
        "nps",
        "redemption_rate",
    ] {
        let asked = format!("{name}/series?periods=6&to=2026-11-10");
        let series = asks(&shop, &asked).await["series"].clone();
        let points = series["points"].as_array().unwrap();
        assert_eq!(
            (&series["step"], points.len()),
            (&json!("month"), 6),
            "{name}"
        );
        for (place, point) in points.iter().enumerate() {
            assert_eq!(point["running"], place == 5, "{name}");
            let (from, to) = (
                point["from"].as_str().unwrap(),
                point["to"].as_str().unwrap(),
            );
            let alone = asks(&shop, &format!("{name}?from={from}&to={to}")).await;
            assert_eq!(point["figure"], alone["figure"], "{name} from {from}");
        }
        if let Some(window) = points
            .windows(2)
            .find(|pair| pair[0]["to"] != pair[1]["from"])
        {
            panic!("{name}: {window:?}");
        }
    }
    let ask = shop.server("GET", "/v1/insights/cohorts/series");
    let problem = ask.send().await.refused(422, "validation_failed");
    assert_eq!(problem.body["errors"][0]["code"], "no_series");
}

#[tokio::test]
async fn all_indicators_at_once_say_what_each_says_alone() {
    let shop = Shop::open().await;
    for (at, who) in ["a", "b", "c"].into_iter().enumerate() {
        shop.member(who).await;
        for month in at..8 {
            let day = format!("2026-{:02}-15T10:00:00Z", month + 2);
            buys_at(&shop, who, &format!("{who}{month}"), &day, 1_000).await;
        }
    }
    shop.redeems("a", "rwd_ship", "k").await;
    shop.pass_ms(1);
    let window = "from=2026-07-01&to=2026-10-01&margin_bp=3000&years_max=1";
    let ask = format!("/v1/indicators?{window}&periods=4");
    let reply = shop.server("GET", &ask).send().await.expect(200).body;
    let all = &reply["indicators"];
    let readings = all["readings"].as_array().unwrap();
    assert_eq!(readings.len(), 14);
    let said = readings.iter().filter(|one| !one["figure"].is_null());
    assert!(said.count() >= 8, "{all}");
    for one in readings {
        let name = one["name"].as_str().unwrap();
        let alone = asks(&shop, &format!("{name}?{window}&compare=previous")).await;
        assert_eq!(one["figure"], alone["figure"], "{name}");
        assert_eq!(one["previous"], alone["previous"]["figure"], "{name}");
        assert_eq!(
            (&one["trend"], &one["unit"], &one["too_few"]),
            (&alone["trend"], &alone["unit"], &alone["too_few"]),
            "{name}"
        );
        assert_eq!(all["previous_from"], alone["previous"]["from"]);
        let series = format!("{name}/series?periods=4&to=2026-10-01&margin_bp=3000&years_max=1");
        let series = asks(&shop, &series).await;
        assert_eq!(one["points"], series["series"]["points"], "{name}");
    }
}

#[tokio::test]
async fn members_at_risk_are_read_in_pages_and_as_a_file() {
    let shop = Shop::open().await;
    let mut expected = Vec::new();
    for at in 0..7 {
        let plain = format!("c{at}");
        let who = if at == 3 { "=1+1".to_owned() } else { plain };
        let path = format!(
            "/v1/members/{}",
            who.replace('=', "%3D").replace('+', "%2B")
        );
        let put = shop.server("PUT", &path).json(&json!({}));
        put.send().await.expect(201);
        for day in [1, 3, 5] {
            let day = format!("2026-0{}-0{day}T10:00:00Z", 9 - at);
            buys_at(&shop, &who, &format!("{at}{day}"), &day, 1_000).await;
        }
        // The later the last order, the less urgent.
        expected.insert(0, who);
    }
    shop.member("fresh").await;
    buys_at(&shop, "fresh", "f", "2026-11-21T10:00:00Z", 1_000).await;
    let (mut all, mut cursor) = (Vec::new(), String::new());
    for members in [3, 3, 1] {
        let page = asks(&shop, &format!("churn_risk/members?limit=3{cursor}")).await;
        let here = page["members"].as_array().unwrap().clone();
        assert_eq!(here.len(), members);
        all.extend(here);
        let next = page["next_cursor"].as_str().unwrap_or_default();
        assert_eq!(next.is_empty(), members == 1);
        cursor = format!("&cursor={next}");
    }
    let named: Vec<&str> = all
        .iter()
        .map(|one| one["member"].as_str().unwrap())
        .collect();
    assert_eq!(named, expected);
    let told = asks(&shop, "churn_risk").await;
    assert_eq!(told["at_risk"], json!(all));
    assert_eq!(told["figure"]["n"], 8);
    let file = download(&shop, "/v1/insights/churn_risk/export").await;
    let rows: Vec<&str> = file.lines().collect();
    assert_eq!(
        rows[0],
        "member,days_since,usual_gap_days,usual_gap_of,ratio"
    );
    assert_eq!(rows.len(), 8);
    // From the 5th of September to the 22nd of November, and every two days.
    assert_eq!(rows[7], "c0,78,2.00,own,39.0000");
    assert!(rows[4].starts_with("'=1+1,"), "{file}");
    let ask = shop.server("GET", "/v1/insights/churn_risk/members?cursor=x");
    ask.send().await.refused(400, "malformed_request");
}
