//! What a page is told before anybody buys: how the club works, what a basket would bring, what the look decides.

use crate::harness::{NOON, Shop, program};
use api::limits::Limits;
use rules::Timestamp;
use serde_json::{Value, json};

/// Twice the points on orders over 50.00 for three days, none for gift cards, and at most 1,000 a month.
fn busy() -> Value {
    let now = Timestamp::parse(NOON).unwrap();
    let mut program = program("club");
    let purchase = &mut program["earning"]["purchase"];
    purchase["base"] = json!({"excluded_categories": ["card"]});
    purchase["caps"] = json!([{"per": "month", "points": 1_000}]);
    program["earning"]["campaigns"] = json!([{
        "id": "spring", "title": {"en": "Spring"}, "multiplier": 20_000, "minimum_order": 5_000,
        "starts_at": now, "ends_at": now.plus_days(3),
    }]);
    program
}

fn basket(sku: &str, category: Option<&str>, amount: i64) -> Value {
    json!({"total": amount, "items": [{"sku": sku, "category": category, "amount": amount}]})
}

async fn to_guests(shop: &Shop, body: &Value) -> Value {
    let path = format!("/v1/programs/club/earnings?key={}", shop.keys.page);
    let asked = shop.ask("POST", &path).json(body).send().await;
    asked.expect(200).body["earnings"].clone()
}

async fn to_member(shop: &Shop, sub: &str, body: &Value) -> Value {
    let asked = shop.shopper(sub, "POST", "/v1/me/earnings").json(body);
    asked.send().await.expect(200).body["earnings"].clone()
}

fn points(earnings: &Value) -> Vec<i64> {
    let all = earnings.as_array().unwrap().iter();
    all.map(|one| one["points"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn guests_are_told_the_base_figure_with_campaigns_and_without_what_is_excluded() {
    let shop = Shop::with(busy(), Limits::default()).await;
    let asked = json!({"language": "en", "baskets": [
        basket("tea", None, 4_000), basket("tea", None, 5_000), basket("gift", Some("card"), 5_000),
        json!({"total": 99, "items": []}), json!({"total": 4_000}),
    ]});
    let told = to_guests(&shop, &asked).await;
    assert_eq!(points(&told), [40, 100, 0, 0, 40]);
    assert_eq!(told[0]["text"], "You earn 40 points with this");
    assert_eq!(told[2]["text"], Value::Null);
    shop.pass_days(4);
    assert_eq!(points(&to_guests(&shop, &asked).await), [40, 50, 0, 0, 40]);
}

#[tokio::test]
async fn a_member_is_told_what_the_order_then_brings() {
    let shop = Shop::with(busy(), Limits::default()).await;
    shop.member("c1").await;
    // The cap leaves 400 after the second order, then nothing.
    for (order, wanted) in [("o1", 600), ("o2", 400), ("o3", 0)] {
        let told = to_member(&shop, "c1", &json!({"baskets": [{"total": 30_000}]})).await;
        assert_eq!(points(&told), [wanted], "{order}");
        let bought = shop.buys("c1", order, 30_000).await.expect(201);
        assert_eq!(bought.body["order"]["points"], wanted);
    }
    // Nobody else is held by that; a gold member's tier doubles, here beside the campaign up to no ceiling.
    let base = json!({"language": "en", "baskets": [{"total": 4_000}]});
    assert_eq!(points(&to_guests(&shop, &base).await), [40]);
    shop.member("c2").await;
    shop.buys("c2", "o4", 1_000_000).await.expect(201);
    shop.pass_days(40);
    let told = to_member(&shop, "c2", &base).await;
    assert_eq!(points(&told), [80]);
    assert_eq!(told[0]["text"], "You earn 80 points with this");
}

#[tokio::test]
async fn no_request_asks_for_too_much_and_none_for_another_club() {
    let shop = Shop::open().await;
    let path = format!("/v1/programs/club/earnings?key={}", shop.keys.page);
    let ask = |baskets: Value| shop.ask("POST", &path).json(&json!({"baskets": baskets}));
    for baskets in [
        json!([]),
        json!(vec![json!({"total": 1}); 51]),
        json!([{"total": 1, "items": vec![basket("tea", None, 1)["items"][0].clone(); 201]}]),
    ] {
        let refused = ask(baskets).send().await.expect(422);
        assert_eq!(refused.body["errors"][0]["code"], "too_many");
    }
    ask(json!(vec![json!({"total": 1}); 50]))
        .send()
        .await
        .expect(200);
    let other = path.replace("/club/", "/other/");
    let body = json!({"baskets": [{"total": 1}]});
    shop.ask("POST", &other)
        .json(&body)
        .send()
        .await
        .expect(404);
    let stranger = shop
        .shopper("nobody", "POST", "/v1/me/earnings")
        .json(&body);
    assert_eq!(
        stranger.send().await.expect(404).body["code"],
        "not_a_member"
    );
}

/// Two per cent of tea come back up to 9.00, and of nothing else; points for all but gift cards, from 10.00 on.
fn with_credit() -> Value {
    let mut program = program("club");
    let purchase = &mut program["earning"]["purchase"];
    purchase["base"] = json!({"excluded_categories": ["tea", "card"]});
    program["cashback"] = json!({
        "id": "back", "brackets": [{"from": 0, "rate": 200}], "ceiling": 900, "base": {"excluded_categories": ["card"]},
    });
    program
}

#[tokio::test]
async fn credit_is_told_alone_and_beside_points_as_the_order_then_brings_it() {
    let shop = Shop::with(with_credit(), Limits::default()).await;
    shop.member("c1").await;
    let asked = json!({"language": "en", "currency": "EUR", "baskets": [
        basket("tea", Some("tea"), 12_000),
        basket("pot", None, 12_000),
        {"total": 12_000, "items": [
            {"sku": "tea", "category": "tea", "amount": 4_000}, {"sku": "pot", "amount": 5_000},
            {"sku": "gift", "category": "card", "amount": 3_000},
        ]},
        basket("pot", None, 99_999_900),
        basket("gift", Some("card"), 12_000),
        basket("tea", Some("tea"), 49),
        {"total": 0}, {"total": 0, "items": []}, basket("tea", None, 0), basket("tea", None, -12_000),
    ]});
    let nothing = (0, 0, Value::Null);
    let wanted = [
        (
            0,
            240,
            json!("2.40 euros of this comes back to you as credit"),
        ),
        (
            120,
            240,
            json!("You earn 120 points with this, and 2.40 euros comes back as credit"),
        ),
        (
            50,
            180,
            json!("You earn 50 points with this, and 1.80 euros comes back as credit"),
        ),
        (
            999_999,
            900,
            json!("You earn 999,999 points with this, and 9.00 euros comes back as credit"),
        ),
        nothing.clone(),
        nothing.clone(),
        nothing.clone(),
        nothing.clone(),
        nothing.clone(),
        nothing,
    ];
    for told in [
        to_guests(&shop, &asked).await,
        to_member(&shop, "c1", &asked).await,
    ] {
        let told = told.as_array().unwrap().iter();
        let told: Vec<_> = told
            .map(|one| {
                let of = |name: &str| one[name].as_i64().unwrap();
                assert_eq!(one["pending_until"], Value::Null);
                (of("points"), of("cashback"), one["text"].clone())
            })
            .collect();
        assert_eq!(told, wanted);
    }
    // Nothing was written, and the orders bring what was told.
    assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 0);
    for (order, category, credit) in [("o1", Some("tea"), 240), ("o2", None, 480)] {
        let item = json!({"sku": "a", "category": category, "quantity": 1, "unit_price": 12_000});
        let paid = json!({"member": "c1", "status": "paid", "currency": "EUR", "items": [item]});
        shop.reports(order, &paid).await.expect(201);
        let me = shop.me("c1").await;
        let lots = me["facts"]["wallet"].as_array().unwrap().iter();
        let wallet: i64 = lots.map(|lot| lot["remaining"].as_i64().unwrap()).sum();
        assert_eq!(wallet, credit, "{order}");
    }
    assert_eq!(shop.available("c1").await, 120);
}

#[tokio::test]
async fn credit_is_told_in_the_language_that_is_asked_for() {
    let shop = Shop::with(with_credit(), Limits::default()).await;
    let text = async |language: &str| {
        let baskets = json!([basket("tea", Some("tea"), 12_000)]);
        let asked = json!({"language": language, "baskets": baskets});
        to_guests(&shop, &asked).await[0]["text"].clone()
    };
    let english = json!("2.40 euros of this comes back to you as credit");
    assert_eq!(text("en").await, english);
    assert_ne!(text("fa").await, english);
    // No language is too long to be none of ours.
    for odd in ["", "xx", &"x".repeat(1_000)] {
        assert_eq!(text(odd).await, english);
    }
}

#[tokio::test]
async fn amounts_that_no_order_could_have_are_told_with_their_places() {
    let shop = Shop::with(with_credit(), Limits::default()).await;
    shop.member("c1").await;
    let path = format!("/v1/programs/club/earnings?key={}", shop.keys.page);
    let most = 1_000_000_000_000_000_i64;
    let asks = |body: &Value| {
        [
            shop.ask("POST", &path).json(body).send(),
            shop.shopper("c1", "POST", "/v1/me/earnings")
                .json(body)
                .send(),
        ]
    };
    for (body, wanted) in [
        (
            json!({"baskets": [{"total": most + 1}]}),
            "/baskets/0/total out_of_range",
        ),
        (
            json!({"baskets": [{"total": 1}, {"total": i64::MAX}]}),
            "/baskets/1/total out_of_range",
        ),
        (
            json!({"baskets": [{"total": i64::MIN}]}),
            "/baskets/0/total out_of_range",
        ),
        (
            json!({"baskets": [{"total": 1, "items": [{"sku": "a", "amount": 1}, {"sku": "a", "amount": most + 1}]}]}),
            "/baskets/0/items/1/amount out_of_range",
        ),
        (
            json!({"baskets": [{"total": 1}], "currency": "USD"}),
            "/currency wrong_currency",
        ),
        (
            json!({"baskets": [{"total": 1}], "currency": "eur"}),
            "/currency wrong_currency",
        ),
        (
            json!({"baskets": [{"total": 1}], "currency": ""}),
            "/currency wrong_currency",
        ),
        // Beyond what is a number here, or no number of cents.
        (
            json!({"baskets": [{"total": 1e19}]}),
            "/baskets/0/total invalid",
        ),
        (
            json!({"baskets": [{"total": 0.5}]}),
            "/baskets/0/total invalid",
        ),
        (json!({"baskets": [{}]}), "/baskets/0 invalid"),
    ] {
        for asked in asks(&body) {
            let refused = asked.await.refused(422, "validation_failed");
            let errors = refused.body["errors"].as_array().unwrap();
            assert_eq!(errors.len(), 1, "{errors:?}");
            let of = |name: &str| errors[0][name].as_str().unwrap();
            assert_eq!(
                format!("{} {}", of("pointer"), of("code")),
                wanted,
                "{body}"
            );
        }
    }
    // The largest that can be: held by the ceiling, and nothing wraps.
    let lines = vec![basket("pot", None, most)["items"][0].clone(); 200];
    let body = json!({"baskets": [{"total": most}, {"total": most, "items": lines}]});
    for asked in asks(&body) {
        let told = asked.await.expect(200).body["earnings"].clone();
        assert_eq!(points(&told), [most / 100, most * 2]);
        assert_eq!(
            (&told[0]["cashback"], &told[1]["cashback"]),
            (&json!(900), &json!(900))
        );
    }
}

#[tokio::test]
async fn anybody_reads_how_the_club_works() {
    let shop = Shop::open().await;
    let path = |language: &str| {
        let page = &shop.keys.page;
        format!("/v1/programs/club/guide?language={language}&key={page}")
    };
    for (asked, told, heading) in [
        ("en", "en", "Earning points"),
        ("fa", "fa", "امتیاز گرفتن"),
        // The program's own first language, where nobody speaks the one that is asked for.
        ("xx", "en", "Earning points"),
    ] {
        let guide = shop.ask("GET", &path(asked)).send().await.expect(200).body["guide"].clone();
        assert_eq!(guide["language"], told);
        assert_eq!(guide["sections"][0]["heading"], heading);
        assert!(!guide["sections"][0]["lines"].as_array().unwrap().is_empty());
    }
    let first = shop.ask("GET", &path("en")).send().await.expect(200);
    let tag = first.header("etag");
    shop.ask("GET", &path("en"))
        .with("if-none-match", tag)
        .send()
        .await
        .expect(304);
    let other = path("en").replace("/club/", "/other/");
    shop.ask("GET", &other).send().await.expect(404);
}

#[tokio::test]
async fn a_look_without_a_colour_has_that_of_its_preset() {
    for (look, accent) in [
        (json!({}), Value::Null),
        (json!({"preset": "soft"}), json!("#b4532a")),
        (json!({"preset": "sharp"}), json!("#111827")),
        (
            json!({"preset": "sharp", "accent": "#0f766e"}),
            json!("#0f766e"),
        ),
    ] {
        let mut dressed = program("club");
        dressed["look"] = look.clone();
        let shop = Shop::with(dressed, Limits::default()).await;
        let path = format!("/v1/programs/club?key={}", shop.keys.page);
        let view = shop.ask("GET", &path).send().await.expect(200).body["program"]["look"].clone();
        assert_eq!(view["accent"], accent);
        assert_eq!(
            view["preset"],
            look.get("preset")
                .cloned()
                .unwrap_or_else(|| json!("quiet"))
        );
    }
}
