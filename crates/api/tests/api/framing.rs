//! The page that a shop shows in a frame, its two scripts, and who may frame it.

use crate::harness::{ORIGIN, Reply, Shop, program, publish};
use api::keys::{self, Fresh, New};
use api::problem::Error;

impl Shop {
    /// Makes a publishable key for the pages of these origins. Its id, and the key.
    async fn page_key(&self, origins: &[&str]) -> (String, String) {
        let tenant = self.tenant().await;
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        let wanted = (tenant, New::Publishable(origins), self.now());
        let made = self.state.db.write(wanted, |mut tx, (tenant, new, now)| {
            Box::pin(async move {
                let made = keys::create_named(&mut tx, tenant, new, "test", *now).await;
                (tx, made)
            })
        });
        let (id, Fresh::PublishableKey(key)) = made.await.unwrap() else {
            panic!("asked for a publishable key");
        };
        (id, key)
    }

    async fn ends(&self, id: &str) {
        let asked = (self.tenant().await, id.to_owned(), self.now());
        let ended = self.state.db.write(asked, |mut tx, (tenant, id, now)| {
            Box::pin(async move {
                let ended = keys::revoke(&mut tx, tenant, id, "test", *now).await;
                (tx, ended)
            })
        });
        ended.await.unwrap_or_else(|error: Error| panic!("{error}"));
    }

    async fn framed(&self, path: &str) -> Reply {
        self.ask("GET", path).send().await
    }
}

/// The origins that the policy names after this word.
fn named(reply: &Reply, directive: &str) -> Vec<String> {
    let policy = reply.header("content-security-policy");
    let mut parts = policy.split("; ").map(|part| part.split(' '));
    let found = parts.find(|part| part.clone().next() == Some(directive));
    let found = found.unwrap_or_else(|| panic!("{directive} is not in {policy}"));
    found.skip(1).map(str::to_owned).collect()
}

/// A problem that nobody may frame.
#[track_caller]
fn refused(reply: Reply, status: u16, code: &str) {
    let reply = reply.refused(status, code);
    assert_eq!(reply.header("x-frame-options"), "DENY");
    assert_eq!(named(&reply, "frame-ancestors"), ["'none'"]);
}

#[tokio::test]
async fn the_page_runs_what_is_this_servers_own_and_nothing_else() {
    let shop = Shop::open().await;
    let path = format!("/v1/frame/club?key={}&view=home&lang=en", shop.keys.page);
    let page = shop.framed(&path).await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-cache");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(page.header("x-request-id").starts_with("req_"));
    // It knows no lists, so it would forbid what the policy allows.
    assert!(!page.headers.contains_key("x-frame-options"));
    assert!(!page.headers.contains_key("set-cookie"));
    for (directive, wanted) in [
        ("default-src", &["'none'"][..]),
        ("script-src", &["'self'", "'wasm-unsafe-eval'"]),
        ("connect-src", &["'self'"]),
        ("base-uri", &[ORIGIN]),
        ("form-action", &["'none'"]),
        ("frame-ancestors", &[ORIGIN]),
        ("require-trusted-types-for", &["'script'"]),
        ("trusted-types", &["vafa"]),
    ] {
        assert_eq!(named(&page, directive), wanted, "{directive}");
    }
    let text = String::from_utf8(page.bytes).unwrap();
    let script = format!(
        "<script src=\"../bridge.js\" data-program=\"club\" data-key=\"{}\" data-origins=\"{ORIGIN}\" defer></script>",
        shop.keys.page
    );
    assert!(text.starts_with("<!doctype html>"), "{text}");
    assert!(text.contains(&script), "{text}");
    // What else stands in the address is not written into the page.
    let odd = format!("{path}&lang=%22%3E%3Cscript%3E&program=other");
    assert_eq!(shop.framed(&odd).await.expect(200).bytes, text.as_bytes());
}

#[tokio::test]
async fn who_may_frame_it_follows_the_live_keys_of_the_club() {
    let shop = Shop::open().await;
    let other = publish(&shop.state.db, program("other"), shop.now()).await;
    let path = format!("/v1/frame/club?key={}", shop.keys.page);
    let listed = async |path: &str| {
        let page = shop.framed(path).await.expect(200);
        assert_eq!(named(&page, "base-uri"), named(&page, "frame-ancestors"));
        let told = named(&page, "frame-ancestors");
        let told = if told == ["'none'"] { Vec::new() } else { told };
        let attribute = format!("data-origins=\"{}\"", told.join(" "));
        let text = String::from_utf8(page.bytes).unwrap();
        assert!(text.contains(&attribute), "{text}");
        told
    };
    assert_eq!(listed(&path).await, [ORIGIN]);
    // Every live key's, each once, by whichever of them the page is asked for.
    let second = ["https://b.example:8443", "http://localhost:4000", ORIGIN];
    let (second, second_key) = shop.page_key(&second).await;
    let by_second = format!("/v1/frame/club?key={second_key}");
    let all = ["http://localhost:4000", "https://b.example:8443", ORIGIN];
    assert_eq!(listed(&path).await, all);
    assert_eq!(listed(&by_second).await, all);
    shop.ends(&second).await;
    assert_eq!(listed(&path).await, [ORIGIN]);
    refused(shop.framed(&by_second).await, 401, "unauthorized");
    // Nobody where no key lists an origin, and the other club has its own.
    shop.sql(
        "DELETE FROM origins WHERE tenant IN (SELECT tenant FROM tenants WHERE program = 'club')",
    )
    .await
    .unwrap();
    assert!(listed(&path).await.is_empty());
    let theirs = format!("/v1/frame/other?key={}", other.page);
    assert_eq!(listed(&theirs).await, [ORIGIN]);
}

#[tokio::test]
async fn without_a_key_of_the_club_there_is_no_page() {
    let shop = Shop::open().await;
    let other = publish(&shop.state.db, program("other"), shop.now()).await;
    let key = &shop.keys.page;
    for path in [
        format!("/v1/frame/none?key={key}"),
        format!("/v1/frame/other?key={key}"),
        format!("/v1/frame/club?key={}", other.page),
        format!("/v1/frame/Club?key={key}"),
        format!("/v1/frame/club%22%3E?key={key}"),
        format!("/v1/frame/club%20?key={key}"),
        format!("/v1/frame/%00?key={key}"),
        format!("/v1/frame/%D8%A8?key={key}"),
        format!("/v1/frame/?key={key}"),
        format!("/v1/frame?key={key}"),
        format!("/v1/frame/club/more?key={key}"),
    ] {
        refused(shop.framed(&path).await, 404, "not_found");
    }
    for query in [
        String::new(),
        "?".to_owned(),
        "?key".to_owned(),
        "?key=".to_owned(),
        "?key=pk_none".to_owned(),
        "?key=%00".to_owned(),
        "?key=%FF".to_owned(),
        format!("?KEY={key}"),
        // Which of two counts would be a matter of taste.
        format!("?key={key}&key={key}"),
        format!("?key={key}%22%3E"),
        format!("?key={}", shop.keys.secret),
    ] {
        let path = format!("/v1/frame/club{query}");
        refused(shop.framed(&path).await, 401, "unauthorized");
    }
    let path = format!("/v1/frame/club?key={key}");
    // A page that reads it as data is judged as any that uses the key.
    let read = shop
        .ask("GET", &path)
        .with("origin", "https://evil.example");
    refused(read.send().await, 403, "origin_not_allowed");
    refused(
        shop.ask("POST", &path).send().await,
        405,
        "method_not_allowed",
    );
}

#[tokio::test]
async fn its_scripts_are_found_under_stable_names() {
    let shop = Shop::open().await;
    let cdn = shop.folder.path().join("cdn");
    std::fs::create_dir(&cdn).unwrap();
    for name in ["frame.js", "bridge.js"] {
        let path = format!("/v1/{name}");
        shop.framed(&path).await.refused(404, "not_found");
        std::fs::write(cdn.join(name), format!("{name} as it is")).unwrap();
        std::fs::write(cdn.join(format!("{name}.br")), format!("{name} in brotli")).unwrap();
        let plain = shop.framed(&path).await.expect(200);
        assert_eq!(plain.bytes, format!("{name} as it is").as_bytes());
        assert_eq!(plain.header("content-encoding"), "");
        let small = shop.ask("GET", &path).with("accept-encoding", "gzip, br");
        let small = small.send().await.expect(200);
        assert_eq!(small.bytes, format!("{name} in brotli").as_bytes());
        assert_eq!(small.header("content-encoding"), "br");
        for reply in [&plain, &small] {
            for (header, wanted) in [
                ("content-type", "text/javascript; charset=utf-8"),
                (
                    "cache-control",
                    "public, max-age=300, stale-while-revalidate=86400",
                ),
                ("vary", "Accept-Encoding"),
                ("access-control-allow-origin", "*"),
                ("cross-origin-resource-policy", "cross-origin"),
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
            ] {
                assert_eq!(reply.header(header), wanted, "{name} {header}");
            }
        }
        assert_ne!(plain.header("etag"), small.header("etag"));
        // What the browser has is not sent again, until it is another.
        let again = || {
            let ask = shop.ask("GET", &path);
            ask.with("if-none-match", plain.header("etag")).send()
        };
        let same = again().await.expect(304);
        assert!(same.bytes.is_empty());
        assert_eq!(same.header("cache-control"), plain.header("cache-control"));
        std::fs::write(cdn.join(name), "a newer one").unwrap();
        assert_eq!(again().await.expect(200).bytes, b"a newer one");
        shop.ask("POST", &path)
            .send()
            .await
            .refused(405, "method_not_allowed");
    }
}
