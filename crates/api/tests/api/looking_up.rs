//! Looking members up: lists and searches, and what one of them has; and who may do something about it.

use crate::harness::{DAY_MS, Shop};
use api::staff::Role;
use serde_json::{Value, json};

impl Shop {
    /// The shop's ids of a list of members, page by page of two.
    async fn finds(&self, search: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/v1/members?limit=2&search={search}{cursor}");
            let page = self.server("GET", &path).send().await.expect(200).body;
            let ids = page["members"].as_array().unwrap().iter();
            let id = |member: &Value| member["external_id"].as_str().unwrap().to_owned();
            pages.push(ids.map(id).collect());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return pages,
            }
        }
    }

    async fn named(&self, id: &str, name: &str) {
        let put = self.server("PUT", &format!("/v1/members/{id}"));
        let told = json!({ "first_name": name });
        put.json(&told).send().await.expect(201);
    }
}

#[tokio::test]
async fn members_are_listed_in_pages_those_who_joined_last_first() {
    let shop = Shop::open().await;
    assert_eq!(shop.finds("").await, [Vec::<String>::new()]);
    for id in ["a", "b", "c", "d", "e"] {
        shop.member(id).await;
        shop.pass_ms(DAY_MS);
    }
    shop.buys("b", "A-1", 5_000).await.expect(201);
    let all: [&[&str]; 3] = [&["e", "d"], &["c", "b"], &["a"]];
    assert_eq!(shop.finds("").await, all);
    let page = shop.server("GET", "/v1/members").send().await.expect(200);
    let b = &page.body["members"][3];
    assert_eq!(
        (&b["external_id"], &b["blocked"]),
        (&json!("b"), &json!(false))
    );
    let has = b["available"].as_i64().unwrap() + b["pending"].as_i64().unwrap();
    assert_eq!(has, 50);
    assert!(b["last_order_at"].is_string());
    // Whoever was erased is in no list.
    let erase = shop.server("DELETE", "/v1/members/c");
    erase.send().await.expect(204);
    assert_eq!(shop.finds("").await.concat(), ["e", "d", "b", "a"]);
}

#[tokio::test]
async fn a_search_finds_how_ids_and_names_begin_and_nothing_else() {
    let shop = Shop::open().await;
    for (id, name) in [
        ("u-1", "Sara"),
        ("u-10", "sarah"),
        ("u-2", "سارا"),
        ("sara@shop", "Sara N."),
        ("U-3", "Omid"),
        ("100%_\\", "Asara"),
    ] {
        shop.named(id, name).await;
    }
    shop.member("sz").await;
    let found = async |search: &str| shop.finds(search).await.concat();
    assert_eq!(found("u-1").await, ["u-1", "u-10"]);
    assert_eq!(found("U-").await, ["U-3"]);
    // First by id, then by name in any case; nobody twice.
    assert_eq!(found("sara").await, ["sara@shop", "u-1", "u-10"]);
    assert_eq!(found("SARAH").await, ["u-10"]);
    assert_eq!(found("%D8%B3%D8%A7").await, ["u-2"]);
    // What means something in a pattern means itself.
    assert_eq!(found("%25").await, Vec::<String>::new());
    assert_eq!(found("100%25").await, ["100%_\\"]);
    assert_eq!(found("_").await, Vec::<String>::new());
    assert_eq!(found("s").await, ["sara@shop", "sz", "u-1", "u-10"]);
    // What is pasted with a line's end, or with worse, finds the same.
    assert_eq!(found("%09u-1%00%0A").await, ["u-1", "u-10"]);
    assert_eq!(found(&"%D8%B3".repeat(128)).await, Vec::<String>::new());
    for path in [
        format!("/v1/members?search={}", "x".repeat(129)),
        "/v1/members?cursor=nonsense".to_owned(),
        "/v1/members?limit=0".to_owned(),
    ] {
        let refused = shop.server("GET", &path).send().await;
        refused.refused(400, "malformed_request");
    }
}

#[tokio::test]
async fn a_member_page_has_their_ledger_and_their_coupons() {
    let shop = Shop::open().await;
    shop.member("sara").await;
    shop.buys("sara", "A-1", 100_000).await.expect(201);
    shop.pass_days(30);
    let taken = shop.redeems("sara", "rwd_ship", "taken").await.expect(201);
    let read = async |rest: &str| {
        let path = format!("/v1/members/sara/{rest}");
        shop.server("GET", &path).send().await.expect(200).body
    };
    let coupons = read("redemptions").await;
    assert_eq!(coupons["redemptions"][0], taken.body["redemption"]);
    // The same entries as the member reads.
    let own = shop.shopper("sara", "GET", "/v1/me/entries");
    let own = own.send().await.expect(200).body;
    let all = read("entries").await;
    assert_eq!(all["entries"], own["entries"]);
    assert!(all["entries"].as_array().unwrap().len() >= 2);
    let first = read("entries?limit=1").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = read(&format!("entries?limit=1&cursor={cursor}")).await;
    assert_eq!(second["entries"][0], all["entries"][1]);
}

#[tokio::test]
async fn a_viewer_sees_members_and_an_editor_changes_what_they_have() {
    let shop = Shop::open().await;
    shop.member("sara").await;
    let viewer = shop.logged_in("viewer@shop.example", Role::Viewer).await;
    let editor = shop.logged_in("editor@shop.example", Role::Editor).await;
    for path in [
        "",
        "/sara",
        "/sara/entries",
        "/sara/redemptions",
        "/sara/adjustments",
    ] {
        let path = format!("/v1/members{path}");
        shop.desk(&viewer, "GET", &path).send().await.expect(200);
    }
    let adjust = |cookie: &str, points: i64| {
        let ask = shop.desk(cookie, "POST", "/v1/members/sara/adjustments");
        ask.json(&json!({ "points": points, "reason": "The parcel came late." }))
    };
    adjust(&viewer, 50)
        .key("one")
        .send()
        .await
        .refused(403, "role_missing");
    let first = adjust(&editor, 50).key("one").send().await.expect(201);
    let again = adjust(&editor, 50).key("one").send().await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(shop.available("sara").await, 50);
    assert!(
        first.body["adjustment"]["by"]
            .as_str()
            .unwrap()
            .starts_with("stf_")
    );
    let export = |cookie: &str| shop.desk(cookie, "GET", "/v1/members/sara/export");
    export(&viewer).send().await.refused(403, "role_missing");
    export(&editor).send().await.expect(200);
    let erase = |cookie: &str| shop.desk(cookie, "DELETE", "/v1/members/sara");
    erase(&viewer).send().await.refused(403, "role_missing");
    erase(&editor).send().await.expect(204);
    let gone = shop.desk(&viewer, "GET", "/v1/members/sara").send().await;
    gone.refused(404, "not_found");
    shop.is_sound().await;
}
