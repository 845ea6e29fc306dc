//! The marketer's desk: by a login or by a key.

use crate::harness::{Ask, Shop};
use api::keys::{self, Fresh, New};
use api::passwords::Password;
use api::problem::Error;
use api::scopes::Scopes;
use api::staff::{self, Role};
use serde_json::json;

const PASSWORD: &str = "four plain long words";

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
