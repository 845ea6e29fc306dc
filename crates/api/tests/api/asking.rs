//! What holds for every request: one shape of error, tags, limits, headers, files.

use crate::harness::{ORIGIN, Shop, program};
use api::limits::Limits;
use api::problem::CODES;
use serde_json::json;
use std::path::Path;

#[tokio::test]
async fn every_error_is_a_problem() {
    let shop = Shop::open().await;
    shop.ask("GET", "/v2/me")
        .send()
        .await
        .refused(404, "not_found");
    let wrong = shop
        .ask("PATCH", "/v1/me")
        .send()
        .await
        .refused(405, "method_not_allowed");
    assert!(wrong.header("allow").contains("GET"), "{:?}", wrong.headers);
    let unknown = shop
        .ask("GET", "/v1/me")
        .send()
        .await
        .refused(401, "unauthorized");
    assert!(unknown.header("www-authenticate").starts_with("Bearer"));
    let put = || shop.server("PUT", "/v1/members/c1");
    put().text("{}").send().await.refused(415, "not_json");
    put()
        .with("content-type", "application/json")
        .text("{")
        .send()
        .await
        .refused(400, "malformed_request");
    put()
        .json(&json!({"surname": "x"}))
        .send()
        .await
        .refused(422, "validation_failed");
    put()
        .json(&json!({"first_name": "x".repeat(101)}))
        .send()
        .await
        .refused(422, "validation_failed");
    let large = "x".repeat(64 * 1024 + 1);
    put()
        .with("content-type", "application/json")
        .text(&large)
        .send()
        .await
        .refused(413, "body_too_large");
    let deep = "[".repeat(30_000);
    put()
        .with("content-type", "application/json")
        .text(&deep)
        .send()
        .await
        .refused(400, "malformed_request");
    let long = "c".repeat(129);
    let ask = shop
        .server("PUT", &format!("/v1/members/{long}"))
        .json(&json!({}));
    ask.send().await.refused(422, "validation_failed");
    shop.server("GET", "/v1/members/%FF")
        .send()
        .await
        .refused(404, "not_found");
}

/// All of the crate's own text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
    text
}

#[tokio::test]
async fn the_type_of_an_error_leads_to_its_page() {
    let shop = Shop::open().await;
    let problem = shop
        .ask("GET", "/v1/none")
        .send()
        .await
        .refused(404, "not_found");
    let page = shop
        .ask("GET", problem.body["type"].as_str().unwrap())
        .send()
        .await
        .expect(200);
    let page = String::from_utf8(page.bytes).unwrap();
    assert!(page.contains("There is no such thing for this credential."));
    // Every code that the crate can say is explained.
    let source = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    for (code, meaning) in CODES {
        assert!(
            source.matches(&format!("\"{code}\"")).count() > 1,
            "{code} is explained, never said"
        );
        assert!(meaning.ends_with('.'), "{meaning}");
    }
    let said = source
        .split("Error::refused(")
        .skip(1)
        .chain(source.split("Self::new(").skip(1));
    for text in said {
        let code = text.split('"').nth(1).unwrap_or_default();
        let is_code = text.split('"').next().unwrap().len() < 60
            && code.contains('_')
            && code
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(
            !is_code || CODES.iter().any(|(known, _)| *known == code),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_program_is_public_cached_and_tagged() {
    let shop = Shop::open().await;
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    let first = shop
        .ask("GET", &path)
        .with("origin", ORIGIN)
        .send()
        .await
        .expect(200);
    assert_eq!(
        first.header("cache-control"),
        "public, max-age=60, stale-while-revalidate=600"
    );
    assert_eq!(first.header("vary"), "Origin");
    assert_eq!(first.body["program"]["id"], "club");
    assert_eq!(
        first.body["zone"]["transitions"].as_array().unwrap().len(),
        14
    );
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"'));
    let again = shop
        .ask("GET", &path)
        .with("if-none-match", &tag)
        .send()
        .await
        .expect(304);
    assert_eq!((again.header("etag"), again.bytes.len()), (tag.as_str(), 0));
    let list = format!("\"x\", W/{tag}");
    shop.ask("GET", &path)
        .with("if-none-match", &list)
        .send()
        .await
        .expect(304);
    shop.ask("GET", &path)
        .with("if-none-match", "\"x\"")
        .send()
        .await
        .expect(200);
    let unknown = format!("/v1/programs/other?key={}", shop.keys.page);
    shop.ask("GET", &unknown)
        .send()
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn a_snapshot_keeps_its_tag_until_something_changes() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let read = async || shop.shopper("c1", "GET", "/v1/me").send().await.expect(200);
    let first = read().await;
    assert_eq!(first.header("cache-control"), "private, no-store");
    let tag = first.header("etag").to_owned();
    shop.pass_days(1);
    let same = shop
        .shopper("c1", "GET", "/v1/me")
        .with("if-none-match", &tag);
    same.send().await.expect(304);
    shop.buys("c1", "o1", 1_000).await;
    assert_ne!(read().await.header("etag"), tag);
}

#[tokio::test]
async fn only_pages_of_a_shop_may_read_across_origins() {
    let shop = Shop::open().await;
    let preflight = |origin: &str| {
        shop.ask("OPTIONS", "/v1/me/redemptions")
            .with("origin", origin)
            .with("access-control-request-method", "POST")
            .with(
                "access-control-request-headers",
                "authorization,idempotency-key",
            )
            .send()
    };
    let allowed = preflight(ORIGIN).await.expect(204);
    assert_eq!(allowed.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(allowed.header("access-control-max-age"), "7200");
    assert!(
        allowed
            .header("access-control-allow-headers")
            .contains("Idempotency-Key")
    );
    assert!(
        allowed
            .header("access-control-allow-methods")
            .contains("DELETE")
    );
    let refused = preflight("https://evil.example").await.expect(204);
    assert_eq!(refused.header("access-control-allow-origin"), "");
    // An error is readable too, or the page could not tell it from a lost network.
    let error = shop
        .ask("GET", "/v1/me")
        .with("origin", ORIGIN)
        .send()
        .await
        .expect(401);
    assert_eq!(error.header("access-control-allow-origin"), ORIGIN);
    for name in ["ETag", "Date", "Retry-After", "Idempotent-Replayed"] {
        assert!(
            error.header("access-control-expose-headers").contains(name),
            "{name}"
        );
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_safe_headers() {
    let shop = Shop::open().await;
    for path in ["/healthz", "/readyz", "/v1/none", "/v1/me"] {
        let reply = shop.ask("GET", path).send().await;
        assert!(reply.header("x-request-id").starts_with("req_"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert!(
            reply
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
    }
}

#[tokio::test]
async fn one_address_cannot_take_everything() {
    let shop = Shop::with(program("club"), Limits::new(3, 10)).await;
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    for _ in 0..3 {
        shop.ask("GET", &path).send().await.expect(200);
    }
    // Who says to be somebody else is not believed.
    let limited = shop
        .ask("GET", &path)
        .with("x-forwarded-for", "203.0.113.9")
        .send()
        .await;
    assert_eq!(
        limited.refused(429, "rate_limited").header("retry-after"),
        "21"
    );
    shop.pass_days(1);
    shop.ask("GET", &path).send().await.expect(200);
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_the_one_that_the_proxy_saw() {
    let shop = Shop::with(program("club"), Limits::new(1, 10)).await;
    let mut state = shop.state.clone();
    state.behind_proxy = true;
    let mut shop = shop;
    shop.app = api::app(state);
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    let from = |forwarded: &str| {
        shop.ask("GET", &path)
            .with("x-forwarded-for", forwarded)
            .send()
    };
    from("203.0.113.1").await.expect(200);
    from("203.0.113.2").await.expect(200);
    from("198.51.100.7, 203.0.113.1")
        .await
        .refused(429, "rate_limited");
}

#[tokio::test]
async fn the_browsers_files_are_served_compressed_and_for_ever() {
    let shop = Shop::open().await;
    let cdn = shop.folder.path().join("cdn");
    std::fs::create_dir_all(cdn.join("assets")).unwrap();
    std::fs::write(shop.folder.path().join("secret.js"), "secret").unwrap();
    for (name, text) in [
        ("vafa.js", "loader"),
        ("vafa.js.br", "loader in brotli"),
        ("assets/engine-0a.wasm", "engine"),
        ("assets/engine-0a.wasm.gz", "engine in gzip"),
        ("assets/engine-0a.wasm.br", "engine in brotli"),
    ] {
        std::fs::write(cdn.join(name), text).unwrap();
    }
    let get = |path: &str, accepted: &str| {
        shop.ask("GET", path)
            .with("accept-encoding", accepted)
            .with("origin", "https://any.example")
            .send()
    };
    let loader = get("/v1/vafa.js", "gzip, br").await.expect(200);
    assert_eq!(loader.bytes, b"loader in brotli");
    assert_eq!(loader.header("content-encoding"), "br");
    assert_eq!(
        loader.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert!(
        loader
            .header("cache-control")
            .contains("max-age=300, stale-while-revalidate")
    );
    assert_eq!(loader.header("access-control-allow-origin"), "*");
    assert_eq!(
        loader.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    let known = shop.ask("GET", "/v1/vafa.js").with("accept-encoding", "br");
    known
        .with("if-none-match", loader.header("etag"))
        .send()
        .await
        .expect(304);
    let wasm = "/v1/assets/engine-0a.wasm";
    for (accepted, bytes, encoding) in [
        ("br", "engine in brotli", "br"),
        ("gzip", "engine in gzip", "gzip"),
        ("identity", "engine", ""),
    ] {
        let file = get(wasm, accepted).await.expect(200);
        assert_eq!(
            (file.bytes.as_slice(), file.header("content-encoding")),
            (bytes.as_bytes(), encoding)
        );
        assert_eq!(file.header("content-type"), "application/wasm");
        assert_eq!(file.header("vary"), "Accept-Encoding");
        assert!(file.header("cache-control").contains("immutable"));
    }
    for outside in [
        "/v1/assets/..%2f..%2fsecret.js",
        "/v1/assets/..%2fvafa.js",
        "/v1/assets/%2e%2e",
        "/v1/assets/engine-0a.wasm.br",
        "/v1/assets/none.js",
    ] {
        get(outside, "br").await.refused(404, "not_found");
    }
}
