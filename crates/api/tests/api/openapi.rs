//! The description is true: every example does what it says, and every operation refuses what it says it refuses.

use crate::described::{Described, World, forged, operations, validator};
use crate::harness::{Reply, Shop};
use api::body::{BYTES_MAX, LEVELS_MAX};
use api::keys::{self, Fresh, New};
use api::problem::Error;
use api::scopes::{SCOPES, Scope, Scopes};
use api::{large, routes};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn the_declarations_are_in_order() {
    assert_eq!(routes::all().faults(), Vec::<String>::new());
}

#[test]
fn the_document_is_openapi() {
    let standard = include_str!("../../src/openapi/tests/openapi-3.1.schema.json");
    let standard: Value = serde_json::from_str(standard).unwrap();
    let standard = jsonschema::draft202012::new(&standard).unwrap();
    let faults: Vec<String> = standard
        .iter_errors(routes::document())
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_example_of_an_answer_fits_its_schema() {
    let mut examples = 0;
    for operation in operations() {
        let responses = operation.said["responses"].as_object().unwrap();
        for (status, response) in responses {
            let media = &response["content"]["application/json"];
            let listed = media["examples"].as_object();
            for (name, example) in listed.into_iter().flatten() {
                let validator = validator(&media["schema"]);
                let faults: Vec<String> = validator
                    .iter_errors(&example["value"])
                    .map(|fault| format!("{}: {fault}", fault.instance_path()))
                    .collect();
                let place = format!("{} {status} {name}", operation.name());
                assert_eq!(faults, Vec::<String>::new(), "{place}");
                examples += 1;
            }
        }
    }
    assert!(examples > 15, "{examples}");
}

#[tokio::test]
async fn every_example_of_a_request_does_what_it_says() {
    let mut wrong = Vec::new();
    let first = Shop::open().await;
    let kept = World::of(&first).await;
    first.state.db.close().await;
    let shop = first.copied().await;
    let read = kept.copied(&shop);
    for operation in operations() {
        if operation.method == "POST" && operation.path == "/v1/setup" {
            // There is a club here; `studio.rs` asks it of a server without one.
            continue;
        }
        let bodies: Vec<Option<&Value>> = match operation.bodies() {
            none if none.is_empty() => vec![None],
            some => some.into_iter().map(Some).collect(),
        };
        for way in ways(&operation) {
            for body in &bodies {
                // What only reads leaves the world to the next.
                let fresh;
                let own;
                let world = if operation.method == "GET" {
                    &read
                } else {
                    fresh = first.copied().await;
                    own = kept.copied(&fresh);
                    &own
                };
                let path = world.path(&operation, None);
                let mut ask = world.ask_as(&operation, &path, way);
                if operation.takes_key() {
                    ask = ask.key("asked");
                }
                if let Some(body) = body {
                    ask = ask.json(&world.real(body));
                }
                let reply = ask.send().await;
                if !reply.status.is_success() {
                    let (name, status) = (operation.name(), reply.status);
                    wrong.push(format!("{name} {body:?}: {status} {}", reply.body));
                    continue;
                }
                operation.fits(&reply);
                world.shop.is_sound().await;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each credential that is enough, or none where none is asked for.
fn ways(operation: &Described) -> Vec<Option<&'static str>> {
    let credentials = operation.credentials();
    if credentials.is_empty() {
        return vec![None];
    }
    credentials.into_iter().map(Some).collect()
}

#[tokio::test]
async fn nobody_asks_without_a_credential_or_with_a_wrong_one() {
    let shop = Shop::open().await;
    let world = World::of(&shop).await;
    let before = shop.dump(&world.tenant).await;
    let mut asked = 0;
    for operation in operations() {
        let ways = operation.credentials();
        if ways.is_empty() {
            continue;
        }
        let path = world.path(&operation, None);
        let wrong_page = format!("{path}?key=pk_AAAAAAAAAAAAAAAAAAAAAAAA");
        let ask = |path: &str| world.whole(&operation, shop.ask(&operation.method, path));
        let secret = &world.keys.secret;
        let bearer = |token: &str| ask(&path).with("authorization", format!("Bearer {token}"));
        let cookie = format!("{}=ten_a.{}", api::credentials::COOKIE, "A".repeat(43));
        let mut wrong = vec![
            ask(&path),
            ask(&wrong_page),
            bearer("x"),
            bearer(&format!("{secret}x")),
            bearer(&forged(&world)),
            ask(&path)
                .with("cookie", cookie)
                .with("sec-fetch-site", "same-origin"),
        ];
        if !ways.contains(&"secret_key") {
            wrong.push(bearer(secret));
        }
        if !ways.contains(&"member_token") {
            wrong.push(bearer(&shop.token_of(&world.keys, "customer-1042")));
        }
        for ask in wrong {
            let reply = ask.send().await;
            let status = reply.status.as_u16();
            assert!(
                [401, 403].contains(&status),
                "{}: {status}",
                operation.name()
            );
            operation.fits(&reply);
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
    assert_eq!(shop.dump(&world.tenant).await, before);
}

#[tokio::test]
async fn a_cookie_changes_nothing_from_another_site() {
    let shop = Shop::open().await;
    let world = World::of(&shop).await;
    for operation in operations() {
        if operation.method == "GET" || !operation.credentials().contains(&"staff_session") {
            continue;
        }
        let path = world.path(&operation, None);
        let ask = world.ask_as(&operation, &path, Some("staff_session"));
        let mut request = world.whole(&operation, ask).request();
        request
            .headers_mut()
            .insert("sec-fetch-site", "cross-site".parse().unwrap());
        let reply = shop.sent(request).await;
        reply.refused(403, "cross_site");
    }
}

#[tokio::test]
async fn a_secret_key_does_the_work_of_its_scope_alone() {
    let shop = Shop::open().await;
    let world = World::of(&shop).await;
    let mut secrets = Vec::new();
    for scope in SCOPES {
        secrets.push((scope, secret_for(&shop, &world.tenant, scope).await));
    }
    for operation in operations() {
        if !operation.credentials().contains(&"secret_key") {
            continue;
        }
        let path = world.path(&operation, None);
        let mut allowed = Vec::new();
        for (scope, secret) in &secrets {
            let ask = shop.ask(&operation.method, &path);
            let ask = ask.with("authorization", format!("Bearer {secret}"));
            let reply = world.whole(&operation, ask).send().await;
            if reply.status.as_u16() == 403 {
                reply.refused(403, "scope_missing");
            } else {
                allowed.push(scope.name());
            }
        }
        assert!(allowed.len() <= 1, "{}: {allowed:?}", operation.name());
    }
}

async fn secret_for(shop: &Shop, tenant: &str, scope: Scope) -> String {
    let input = (tenant.to_owned(), scope, shop.now());
    let made = shop.state.db.write(input, |mut tx, (tenant, scope, now)| {
        Box::pin(async move {
            let new = New::Secret(Scopes::of(&[*scope]));
            let made = keys::create(&mut tx, tenant, &new, "test", *now).await;
            (tx, made)
        })
    });
    let made: Result<Fresh, Error> = made.await;
    let Fresh::SecretKey(secret) = made.unwrap() else {
        panic!("asked for a secret key");
    };
    secret
}

#[tokio::test]
async fn what_is_done_once_asks_for_a_key() {
    let shop = Shop::open().await;
    let world = World::of(&shop).await;
    let mut asked = 0;
    for operation in operations().iter().filter(|one| one.takes_key()) {
        let path = world.path(operation, None);
        for key in [None, Some(""), Some("a b"), Some(&*"k".repeat(129))] {
            let mut ask = world.ask(operation, &path);
            if let Some(body) = operation.bodies().first() {
                ask = ask.json(&world.real(body));
            }
            if let Some(key) = key {
                ask = ask.key(key);
            }
            let reply = ask.send().await;
            operation.fits(&reply);
            reply.refused(400, "idempotency_key_missing");
            asked += 1;
        }
    }
    assert!(asked > 10, "{asked}");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_problem() {
    let shop = Shop::open().await;
    let world = World::of(&shop).await;
    let before = shop.dump(&world.tenant).await;
    let levels = |count: usize| format!("{}1{}", "[".repeat(count), "]".repeat(count));
    let deep = format!("{{\"deep\":{}}}", levels(LEVELS_MAX));
    let text_of = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    // A program's document may be larger than other bodies.
    let large = |operation: &Described| {
        let documents = operation.path.starts_with("/v1/programs/");
        text_of(
            if documents {
                large::BYTES_MAX
            } else {
                BYTES_MAX
            } + 1,
        )
    };
    let mut asked = 0;
    for operation in operations() {
        if operation.bodies().is_empty() {
            continue;
        }
        let path = world.path(&operation, None);
        let ask = |text: &str, kind: &str| {
            let ask = world.ask(&operation, &path);
            let ask = if operation.takes_key() {
                ask.key("read")
            } else {
                ask
            };
            ask.with("content-type", kind).text(text)
        };
        let large = large(&operation);
        let valid = world.real(operation.bodies()[0]).to_string();
        let json = "application/json";
        for (text, kind, status, code) in [
            ("{\"a\":", json, 400, "malformed_request"),
            ("", json, 400, "malformed_request"),
            (&*format!("{valid}{{}}"), json, 400, "malformed_request"),
            (&deep, json, 400, "malformed_request"),
            (&large, json, 413, "body_too_large"),
            ("[]", json, 422, "validation_failed"),
            ("null", json, 422, "validation_failed"),
            (&valid, "text/plain", 415, "not_json"),
            (&valid, "application/x-www-form-urlencoded", 415, "not_json"),
        ] {
            if status == 415 && !operation.says(415) {
                continue;
            }
            let reply = ask(text, kind).send().await;
            operation.fits(&reply);
            reply.refused(status, code);
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked}");
    assert_eq!(shop.dump(&world.tenant).await, before);
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_a_path_takes() {
    let shop = Shop::open().await;
    let world = World::of(&shop).await;
    let all = operations();
    let methods = ["GET", "PUT", "POST", "PATCH", "DELETE", "TRACE", "BREW"];
    for operation in &all {
        let same = all.iter().filter(|one| one.path == operation.path);
        let taken: BTreeSet<String> = same.map(|one| one.method.clone()).collect();
        let path = world.path(operation, None);
        for method in methods.iter().filter(|method| !taken.contains(**method)) {
            let reply: Reply = shop.ask(method, &path).json(&json!({})).send().await;
            let reply = reply.refused(405, "method_not_allowed");
            let allowed = reply
                .header("allow")
                .split(',')
                .map(|name| name.trim().to_owned());
            let mut allowed: BTreeSet<String> = allowed.collect();
            assert_eq!(allowed.remove("HEAD"), taken.contains("GET"), "{path}");
            assert_eq!(allowed, taken, "{path}");
        }
    }
}

#[tokio::test]
async fn the_server_says_where_things_are() {
    let shop = Shop::open().await;
    let entrance = shop.ask("GET", "/").send().await.expect(200);
    let words = String::from_utf8(entrance.bytes).unwrap();
    let mut named = 0;
    for path in ["/docs", "/openapi.json", "/healthz", "/readyz"] {
        assert!(words.contains(path), "{path} is not in {words}");
        shop.ask("GET", path).send().await.expect(200);
        named += 1;
    }
    assert_eq!(named, 4);
    let served = shop.ask("GET", "/openapi.json").send().await;
    assert_eq!(&served.body, routes::document());
}
