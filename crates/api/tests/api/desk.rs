//! The marketer's desk: by a login or by a key.

use crate::harness::{Ask, Shop};
use api::keys::{self, Fresh, New};
use api::passwords::Password;
use api::problem::Error;
use api::scopes::Scopes;
use api::staff::{self, Role};
use serde_json::json;

pub(crate) const PASSWORD: &str = "four plain long words";

impl Shop {
    /// The cookie of somebody new with this role, who is logged in.
    pub(crate) async fn logged_in(&self, email: &'static str, role: Role) -> String {
        let hashed = self
            .state
            .passwords
            .hash(Password::new(PASSWORD))
            .await
            .unwrap();
        let input = (self.tenant().await, hashed, self.now());
        let added: Result<String, Error> = self
            .state
            .db
            .write(input, move |mut tx, (tenant, hashed, now)| {
                Box::pin(async move {
                    let added =
                        staff::add(&mut tx, tenant, email, role, hashed, "test", *now).await;
                    (tx, added)
                })
            })
            .await;
        added.unwrap();
        self.logs_in_with(email, PASSWORD).await.unwrap()
    }

    /// The cookie of a login, unless it is refused.
    pub(crate) async fn logs_in_with(&self, email: &str, password: &str) -> Option<String> {
        let body = json!({"program": self.keys.program, "email": email, "password": password});
        let reply = self
            .ask("POST", "/v1/sessions")
            .with("sec-fetch-site", "same-origin")
            .json(&body)
            .send()
            .await;
        let cookie = reply.header("set-cookie").split(';').next()?.to_owned();
        (reply.status == 201).then_some(cookie)
    }

    /// A page of ours asks, for whom this cookie is.
    pub(crate) fn desk(&self, cookie: &str, method: &str, path: &str) -> Ask<'_> {
        self.ask(method, path)
            .with("cookie", cookie)
            .with("sec-fetch-site", "same-origin")
    }

    /// A fresh secret key with these scopes.
    pub(crate) async fn secret_with(&self, scopes: &str) -> String {
        let input = (
            self.tenant().await,
            New::Secret(Scopes::read(scopes).unwrap()),
            self.now(),
        );
        let made: Result<Fresh, Error> = self
            .state
            .db
            .write(input, |mut tx, (tenant, new, now)| {
                Box::pin(async move {
                    let made = keys::create(&mut tx, tenant, new, "test", *now).await;
                    (tx, made)
                })
            })
            .await;
        match made.unwrap() {
            Fresh::SecretKey(key) => key,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_role_or_a_scope_opens_the_desk_and_the_two_are_never_mixed() {
    let shop = Shop::open().await;
    let viewer = shop.logged_in("viewer@shop.example", Role::Viewer).await;
    let editor = shop.logged_in("editor@shop.example", Role::Editor).await;
    let orders = format!("Bearer {}", shop.secret_with("orders").await);
    let programs = format!("Bearer {}", shop.secret_with("programs").await);
    let path = "/v1/programs/club/draft";
    let draft = json!({});
    shop.desk(&viewer, "GET", path).send().await.expect(200);
    let put = |cookie: &str| shop.desk(cookie, "PUT", path).json(&draft);
    put(&viewer).send().await.refused(403, "role_missing");
    put(&editor).send().await.expect(200);
    let by = |key: &str| {
        shop.ask("PUT", path)
            .with("authorization", key)
            .json(&draft)
    };
    by(&orders).send().await.refused(403, "scope_missing");
    by(&programs).send().await.expect(200);
    // A key that lacks the scope is not helped by a cookie, and a key in a page is refused with one, too.
    by(&orders)
        .with("cookie", &editor)
        .send()
        .await
        .refused(403, "scope_missing");
    put(&editor)
        .with("authorization", &programs)
        .send()
        .await
        .refused(403, "origin_not_allowed");
    // Another site's page, and nobody.
    shop.ask("PUT", path)
        .with("cookie", &editor)
        .with("sec-fetch-site", "cross-site")
        .json(&draft)
        .send()
        .await
        .refused(403, "cross_site");
    shop.ask("PUT", path)
        .json(&draft)
        .send()
        .await
        .refused(401, "unauthorized");
    let audit: Vec<(String, String)> = shop
        .rows("SELECT actor, action FROM audit WHERE action = 'draft.saved' ORDER BY at, id")
        .await;
    let mut actors: Vec<&str> = audit.iter().map(|(actor, _)| &actor[..4]).collect();
    actors.sort_unstable();
    assert_eq!(actors, ["key_", "stf_"]);
}

#[tokio::test]
async fn an_owner_manages_accounts_and_a_closed_one_is_out_at_once() {
    let shop = Shop::open().await;
    let owner = shop.logged_in("owner@shop.example", Role::Owner).await;
    let editor = shop.logged_in("editor@shop.example", Role::Editor).await;
    let desk = |cookie: &str, method: &str, path: &str| shop.desk(cookie, method, path);
    desk(&editor, "GET", "/v1/staff")
        .send()
        .await
        .refused(403, "role_missing");
    let listed = desk(&owner, "GET", "/v1/staff")
        .send()
        .await
        .expect(200)
        .body;
    let id_of = |email: &str| {
        let all = listed["staff"].as_array().unwrap().iter();
        let account = all
            .clone()
            .find(|account| account["email"] == email)
            .unwrap();
        account["staff"].as_str().unwrap().to_owned()
    };
    let add = json!({"email": "New@shop.example", "role": "viewer"});
    let added = desk(&owner, "POST", "/v1/staff")
        .json(&add)
        .send()
        .await
        .expect(201)
        .body;
    assert_eq!(added["account"]["email"], "new@shop.example");
    let password = added["password"].as_str().unwrap();
    assert!(
        shop.logs_in_with("new@shop.example", password)
            .await
            .is_some()
    );
    desk(&owner, "POST", "/v1/staff")
        .json(&add)
        .send()
        .await
        .refused(409, "staff_exists");
    let short = json!({"email": "b@shop.example", "role": "viewer", "password": "short"});
    desk(&owner, "POST", "/v1/staff")
        .json(&short)
        .send()
        .await
        .refused(422, "validation_failed");
    // The last owner stays one.
    let me = format!("/v1/staff/{}", id_of("owner@shop.example"));
    for change in [json!({"disabled": true}), json!({"role": "editor"})] {
        desk(&owner, "PATCH", &me)
            .json(&change)
            .send()
            .await
            .refused(409, "last_owner");
    }
    // Closed, and out.
    let other = format!("/v1/staff/{}", id_of("editor@shop.example"));
    let closed = desk(&owner, "PATCH", &other)
        .json(&json!({"disabled": true}))
        .send()
        .await
        .expect(200);
    assert!(closed.body["account"]["disabled_at"].is_string());
    desk(&editor, "GET", "/v1/sessions")
        .send()
        .await
        .refused(401, "unauthorized");
    assert!(
        shop.logs_in_with("editor@shop.example", PASSWORD)
            .await
            .is_none()
    );
    let open = json!({"disabled": false, "role": "owner", "password": "another long password"});
    desk(&owner, "PATCH", &other)
        .json(&open)
        .send()
        .await
        .expect(200);
    let again = shop
        .logs_in_with("editor@shop.example", "another long password")
        .await
        .unwrap();
    desk(&again, "GET", "/v1/staff").send().await.expect(200);
    desk(&owner, "PATCH", "/v1/staff/stf_none")
        .json(&json!({}))
        .send()
        .await
        .refused(404, "not_found");
    // One's own password.
    let set =
        |current: &str| json!({"current": current, "password": "five other plain long words"});
    let path = "/v1/sessions/password";
    desk(&again, "PUT", path)
        .json(&set("wrong password!"))
        .send()
        .await
        .refused(401, "login_failed");
    desk(&again, "PUT", path)
        .json(&set("another long password"))
        .send()
        .await
        .expect(204);
    desk(&again, "GET", "/v1/sessions")
        .send()
        .await
        .refused(401, "unauthorized");
    // No password is in any row of the audit.
    let rows: Vec<String> = shop.rows("SELECT detail FROM audit").await;
    assert!(
        rows.iter()
            .all(|row| !row.contains("password") && !row.contains("words"))
    );
}

#[tokio::test]
async fn an_owner_manages_keys_whose_secrets_are_shown_once() {
    let shop = Shop::open().await;
    let owner = shop.logged_in("owner@shop.example", Role::Owner).await;
    let make = |body: serde_json::Value| shop.desk(&owner, "POST", "/v1/keys").json(&body);
    let made = make(json!({"kind": "secret", "scopes": ["members"]}))
        .send()
        .await
        .expect(201)
        .body;
    let secret = made["key"]["secret_key"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {secret}");
    let by = || {
        shop.ask("GET", "/v1/members/c1")
            .with("authorization", &bearer)
    };
    by().send().await.refused(404, "not_found");
    // No key makes keys.
    shop.server("GET", "/v1/keys")
        .send()
        .await
        .refused(401, "unauthorized");
    let id = made["key"]["id"].as_str().unwrap();
    shop.desk(&owner, "DELETE", &format!("/v1/keys/{id}"))
        .send()
        .await
        .expect(204);
    by().send().await.refused(401, "unauthorized");
    shop.desk(&owner, "DELETE", &format!("/v1/keys/{id}"))
        .send()
        .await
        .refused(404, "not_found");
    for wrong in [
        json!({"kind": "secret"}),
        json!({"kind": "secret", "scopes": ["all"]}),
        json!({"kind": "secret", "scopes": ["members"], "origins": ["https://a.example"]}),
        json!({"kind": "publishable"}),
        json!({"kind": "publishable", "origins": ["shop"]}),
        json!({"kind": "signing", "alg": "EdDSA"}),
        json!({"kind": "other"}),
    ] {
        make(wrong).send().await.refused(422, "validation_failed");
    }
    let page = make(json!({"kind": "publishable", "origins": ["https://a.example"]}));
    let page = page.send().await.expect(201).body;
    let key = page["key"]["publishable_key"].as_str().unwrap();
    let view = |origin: &str| {
        let path = format!("/v1/programs/club?key={key}");
        shop.ask("GET", &path).with("origin", origin)
    };
    view("https://a.example").send().await.expect(200);
    view("https://b.example")
        .send()
        .await
        .refused(403, "origin_not_allowed");
    let path = format!("/v1/keys/{}/origins", page["key"]["id"].as_str().unwrap());
    let set = |origins: serde_json::Value| {
        shop.desk(&owner, "PUT", &path)
            .json(&json!({"origins": origins}))
    };
    set(json!(["https://b.example", "nonsense"]))
        .send()
        .await
        .refused(422, "validation_failed");
    view("https://a.example").send().await.expect(200);
    set(json!(["https://b.example"])).send().await.expect(204);
    view("https://b.example").send().await.expect(200);
    view("https://a.example")
        .send()
        .await
        .refused(403, "origin_not_allowed");
    let listed = shop
        .desk(&owner, "GET", "/v1/keys")
        .send()
        .await
        .expect(200);
    assert!(!listed.body.to_string().contains(&secret));
    assert!(listed.body.to_string().contains("https://b.example"));
}

#[tokio::test]
async fn the_audit_is_read_newest_first_by_those_who_may_do_everything() {
    let shop = Shop::open().await;
    let owner = shop.logged_in("owner@shop.example", Role::Owner).await;
    let editor = shop.logged_in("editor@shop.example", Role::Editor).await;
    let narrow = format!("Bearer {}", shop.secret_with("members programs").await);
    shop.desk(&editor, "GET", "/v1/audit")
        .send()
        .await
        .refused(403, "role_missing");
    let by_key = shop.ask("GET", "/v1/audit").with("authorization", &narrow);
    by_key.send().await.refused(403, "scope_missing");
    shop.server("GET", "/v1/audit").send().await.expect(200);
    for revision in 1..=5 {
        shop.pass_days(1);
        let draft = json!({"revision": revision});
        let put = shop.server("PUT", "/v1/programs/club/draft").json(&draft);
        put.send().await.expect(200);
    }
    // Nobody stays logged in for days without a sign of life.
    shop.desk(&owner, "GET", "/v1/audit")
        .send()
        .await
        .refused(401, "unauthorized");
    let owner = shop
        .logs_in_with("owner@shop.example", PASSWORD)
        .await
        .unwrap();
    let read = async |query: &str| {
        let path = format!("/v1/audit?{query}");
        shop.desk(&owner, "GET", &path)
            .send()
            .await
            .expect(200)
            .body
    };
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = read(&format!("action=draft.saved&limit=2{cursor}")).await;
        for line in page["audit"].as_array().unwrap() {
            assert_eq!(line["object"], "club");
            seen.push(line["detail"]["revision"].as_i64().unwrap());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let actor = read("action=draft.saved&limit=1").await["audit"][0]["actor"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(actor.starts_with("key_"));
    let by = read(&format!("actor={actor}&object=club&from={}", shop.now())).await;
    assert_eq!(by["audit"].as_array().unwrap().len(), 1);
    let before = read(&format!("action=draft.saved&to={}", shop.now())).await;
    assert_eq!(before["audit"].as_array().unwrap().len(), 4);
    for wrong in [
        "cursor=x",
        "cursor=e30",
        "object=%00",
        "from=yesterday",
        "limit=-1",
    ] {
        let path = format!("/v1/audit?{wrong}");
        shop.desk(&owner, "GET", &path)
            .send()
            .await
            .refused(400, "malformed_request");
    }
    // What was written stays written.
    for statement in ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"] {
        assert!(shop.sql(statement).await.is_err(), "{statement}");
    }
}
