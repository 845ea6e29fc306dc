//! The studio: its page and files, and the first run of a server.

use crate::engine::{database_url, options, tested};
use crate::harness::{NOON, Reply, Shop, order_of};
use api::assets::Assets;
use api::clock::Clock;
use api::limits::Limits;
use api::setup::{self, Setup};
use api::{State, app, database, routes};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::fs;
use std::sync::Arc;
use tokio::task::JoinSet;
use tower::ServiceExt;

const CODE: &str = "4AQR-P8GH-KXDZ";

/// A server with a studio in a folder.
struct Site {
    state: State,
    folder: tempfile::TempDir,
}

impl Site {
    /// Without any club.
    async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = database_url(tested(), folder.path()).await;
        let db = database::open(&url, options()).await.unwrap();
        let made = folder.path().join("studio");
        fs::create_dir_all(made.join("assets")).unwrap();
        fs::write(made.join("index.html"), "<!doctype html><title>studio").unwrap();
        fs::write(made.join("index.html.br"), "packed").unwrap();
        fs::write(made.join("preview.html"), "<!doctype html><title>preview").unwrap();
        fs::write(made.join("secret.json"), "{}").unwrap();
        fs::write(made.join("assets/studio-1a2b3c.wasm"), "wasm").unwrap();
        fs::write(made.join("assets/studio-1a2b3c.wasm.gz"), "gzipped").unwrap();
        let mut state = State::new(db, Clock::System, Assets::None, Limits::default());
        state.studio = Assets::folder(made);
        state.setup = Setup::with(CODE);
        Self { state, folder }
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        Reply::of(app(self.state.clone()).oneshot(request).await.unwrap()).await
    }

    async fn get(&self, path: &str, accept: &str) -> Reply {
        let request = Request::get(path).header("accept-encoding", accept);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn makes(&self, body: &Value) -> Reply {
        let request = Request::post("/v1/setup")
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }
}

fn first(program: &str) -> Value {
    json!({
        "code": CODE, "template": "points", "program": program, "name": "باشگاه بهار", "language": "fa",
        "email": "Sara@Shop.example", "password": "four plain long words",
    })
}

#[tokio::test]
async fn every_place_of_the_studio_is_its_one_page() {
    let site = Site::empty().await;
    for path in [
        "/studio",
        "/studio/",
        "/studio/inbox/cmp_1",
        "/studio/a%20b?state=open",
    ] {
        let page = site.get(path, "").await.expect(200);
        assert_eq!(page.bytes, b"<!doctype html><title>studio", "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(page.header("access-control-allow-origin"), "");
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval';",
            "style-src 'self';",
            "connect-src 'self';",
            "frame-src 'self';",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{part} is not in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }
    let packed = site.get("/studio", "br").await.expect(200);
    assert_eq!(
        (packed.bytes.as_slice(), packed.header("content-encoding")),
        (&b"packed"[..], "br")
    );
}

#[tokio::test]
async fn the_preview_is_framed_by_the_studio_alone_and_has_nothing_of_its_origin() {
    let site = Site::empty().await;
    let page = site.get("/studio/preview", "").await.expect(200);
    assert_eq!(page.bytes, b"<!doctype html><title>preview");
    assert!(page.headers.get("x-frame-options").is_none());
    let policy = page.header("content-security-policy");
    for part in [
        "frame-ancestors 'self'",
        "sandbox allow-scripts;",
        "connect-src 'self'",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("allow-same-origin") && !policy.contains("unsafe-inline"));
}

#[tokio::test]
async fn files_of_the_studio_never_change_and_nothing_else_is_given_out() {
    let site = Site::empty().await;
    fs::write(site.folder.path().join("outside.json"), "{}").unwrap();
    let file = site
        .get("/studio/assets/studio-1a2b3c.wasm", "gzip")
        .await
        .expect(200);
    assert_eq!(file.bytes, b"gzipped");
    assert_eq!(file.header("content-type"), "application/wasm");
    assert_eq!(
        file.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("access-control-allow-origin"), "");
    for path in [
        "/studio/assets/none.wasm",
        "/studio/assets/studio-1a2b3c.wasm.gz",
        "/studio/assets/../secret.json",
        "/studio/assets/..%2Fsecret.json",
        "/studio/assets/%2e%2e/%2e%2e/outside.json",
        "/studio/assets/..%2F..%2Foutside.json",
        "/studio/assets/a/b.js",
        "/studioassets",
    ] {
        site.get(path, "").await.refused(404, "not_found");
    }
    let without = Shop::open().await;
    without
        .ask("GET", "/studio")
        .send()
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn the_first_club_is_made_by_whoever_has_the_code_and_logs_its_owner_in() {
    let site = Site::empty().await;
    let open = site.get("/v1/setup", "").await.expect(200);
    assert_eq!(
        open.body,
        json!({ "setup": { "open": true, "program": null } })
    );
    let made = site.makes(&first("bahar")).await.expect(201);
    assert_eq!(made.body["session"]["role"], "owner");
    assert_eq!(made.body["session"]["email"], "sara@shop.example");
    assert_eq!(made.body["session"]["program"], "bahar");
    let cookie = made
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    for part in ["Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(made.header("set-cookie").contains(part), "{part}");
    }
    let who = Request::get("/v1/sessions").header("cookie", &cookie);
    let who = site
        .send(who.body(Body::empty()).unwrap())
        .await
        .expect(200);
    assert_eq!(who.body["session"]["program"], "bahar");
    let versions = Request::get("/v1/programs/bahar/versions").header("cookie", &cookie);
    let versions = site
        .send(versions.body(Body::empty()).unwrap())
        .await
        .expect(200);
    assert_eq!(versions.body["versions"].as_array().unwrap().len(), 1);
    let closed = site.get("/v1/setup", "").await.expect(200);
    assert_eq!(
        closed.body,
        json!({ "setup": { "open": false, "program": "bahar" } })
    );
    // It was the only time, with the right code too.
    site.makes(&first("other"))
        .await
        .refused(409, "already_set_up");
}

#[tokio::test]
async fn the_example_of_the_description_makes_a_club() {
    let site = Site::empty().await;
    let body = &routes::document()["paths"]["/v1/setup"]["post"]["requestBody"]["content"]["application/json"];
    let examples = body["examples"].as_object().unwrap();
    assert_eq!(examples.len(), 1);
    for example in examples.values() {
        let made = site.makes(&example["value"]).await.expect(201);
        assert_eq!(made.body["session"]["program"], "club");
    }
}

#[tokio::test]
async fn the_overview_counts_what_there_is_and_what_is_missing() {
    let shop = Shop::open().await;
    let read = async || {
        let reply = shop.server("GET", "/v1/overview").send().await.expect(200);
        reply.body["overview"].clone()
    };
    let before = read().await;
    assert_eq!(
        (&before["members"], &before["waiting"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(before["club"]["program"], "club");
    assert_eq!(before["club"]["version"], 1);
    assert_eq!(before["club"]["published_at"], NOON);
    assert_eq!(
        before["steps"],
        json!(["look", "members", "orders", "colleagues"])
    );
    let put = shop.server("PUT", "/v1/members/customer-1");
    put.json(&json!({})).send().await.expect(201);
    let order = shop.server("PUT", "/v1/orders/A-1");
    order
        .json(&order_of("customer-1", "paid", 5_000))
        .send()
        .await
        .expect(201);
    let file = shop
        .shopper("customer-1", "POST", "/v1/me/complaints")
        .key("filed");
    file.json(&json!({ "topic": "Delivery", "text": "Late." }))
        .send()
        .await
        .expect(201);
    let after = read().await;
    assert_eq!(
        (&after["members"], &after["waiting"], &after["overdue"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let held = after["available"].as_i64().unwrap() + after["pending"].as_i64().unwrap();
    assert_eq!(held, 50);
    assert!(after["worth"].as_i64().unwrap() > 0);
    assert_eq!(after["steps"], json!(["look", "colleagues"]));
    shop.pass_days(2);
    assert_eq!(read().await["overdue"], 1);
    shop.server("DELETE", "/v1/members/customer-1")
        .send()
        .await
        .expect(204);
    assert_eq!(read().await["members"], 0);
}

#[tokio::test]
async fn of_many_who_make_the_first_club_at_once_one_does() {
    let site = Arc::new(Site::empty().await);
    let all = (0..8).map(|n| {
        let mut body = first(&format!("club-{n}"));
        body["email"] = format!("owner{n}@shop.example").into();
        body
    });
    let mut asked = JoinSet::new();
    for body in all {
        let site = Arc::clone(&site);
        asked.spawn(async move { site.makes(&body).await });
    }
    let replies = asked.join_all().await;
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    let late = replies
        .iter()
        .filter(|reply| reply.body["code"] == "already_set_up")
        .count();
    assert_eq!((made, late), (1, 7));
    assert!(setup::read(&site.state.db).await.unwrap().program.is_some());
}

#[tokio::test]
async fn nobody_else_makes_a_club() {
    let site = Site::empty().await;
    let changed = |field: &str, value: &str| {
        let mut body = first("bahar");
        body[field] = value.into();
        body
    };
    site.makes(&changed("code", "4AQR-P8GH-KXDY"))
        .await
        .refused(403, "setup_code_wrong");
    let elsewhere = Request::post("/v1/setup")
        .header("content-type", "application/json")
        .header("sec-fetch-site", "cross-site");
    let elsewhere = elsewhere
        .body(Body::from(first("bahar").to_string()))
        .unwrap();
    site.send(elsewhere).await.refused(403, "cross_site");
    for (field, value, at) in [
        ("program", "Bahar Club", "/program"),
        ("name", "", "/name"),
        ("language", "de", "/language"),
        ("email", "sara", "/email"),
        ("password", "too short", "/password"),
    ] {
        let refused = site.makes(&changed(field, value)).await;
        let refused = refused.refused(422, "validation_failed");
        assert_eq!(refused.body["errors"][0]["pointer"], at, "{}", refused.body);
    }
    // A server that had a club when it started has no code that would do.
    let mut closed = Site::empty().await;
    closed.state.setup = Setup::default();
    closed
        .makes(&first("bahar"))
        .await
        .refused(403, "setup_code_wrong");
    assert!(setup::read(&site.state.db).await.unwrap().open);
}

#[tokio::test]
async fn guessing_the_code_ends_after_ten_tries_of_an_address() {
    let site = Site::empty().await;
    for n in 0..10 {
        let mut body = first("bahar");
        body["code"] = format!("0000-0000-{n:04}").into();
        body["email"] = format!("owner{n}@shop.example").into();
        site.makes(&body).await.refused(403, "setup_code_wrong");
    }
    let late = site
        .makes(&first("bahar"))
        .await
        .refused(429, "rate_limited");
    let wait: u32 = late.header("retry-after").parse().unwrap();
    assert!((1..=901).contains(&wait), "{wait}");
}
