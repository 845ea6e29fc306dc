//! Staff: accounts, logging in and out, and what a session may do.

use crate::harness::{Ask, Reply, Shop, program, publish};
use api::passwords::Password;
use api::problem::Result;
use api::sessions::{IDLE_MS, LIFE_MS};
use api::staff::{self, Account, Role};
use serde_json::{Value, json};

const EMAIL: &str = "sara@shop.example";
const PASSWORD: &str = "یک گذرواژه‌ی بلند";
const OTHER: &str = "another long password";

enum Change {
    Add(&'static str, Role),
    SetPassword(&'static str),
    SetRole(&'static str, Role),
    Disable(&'static str),
    Enable(&'static str),
}

impl Shop {
    async fn changes(&self, change: Change) -> Result<()> {
        let typed = match change {
            Change::SetPassword(_) => OTHER,
            _ => PASSWORD,
        };
        let hashed = self.state.passwords.hash(Password::new(typed)).await?;
        let (tenant, now) = (self.tenant().await, self.now());
        let input = (change, tenant, hashed, now);
        let done = self
            .state
            .db
            .write(input, |mut tx, (change, tenant, hashed, now)| {
                Box::pin(async move {
                    let (by, now) = ("operator", *now);
                    let done = match change {
                        Change::Add(email, role) => {
                            let added =
                                staff::add(&mut tx, tenant, email, *role, hashed, by, now).await;
                            added.map(drop)
                        }
                        Change::SetPassword(email) => {
                            staff::set_password(&mut tx, tenant, email, hashed, by, now).await
                        }
                        Change::SetRole(email, role) => {
                            staff::set_role(&mut tx, tenant, email, *role, by, now).await
                        }
                        Change::Disable(email) => {
                            staff::disable(&mut tx, tenant, email, by, now).await
                        }
                        Change::Enable(email) => {
                            staff::enable(&mut tx, tenant, email, by, now).await
                        }
                    };
                    (tx, done)
                })
            });
        done.await
    }

    async fn accounts(&self) -> Vec<Account> {
        let tenant = self.tenant().await;
        let listed = self.state.db.look(tenant, |mut tx, tenant| {
            Box::pin(async move {
                let listed = staff::list(&mut tx, tenant).await;
                (tx, listed)
            })
        });
        listed.await.unwrap()
    }

    /// A page of ours asks to log in.
    fn login(&self, body: &Value) -> Ask<'_> {
        self.ask("POST", "/v1/sessions")
            .with("sec-fetch-site", "same-origin")
            .json(body)
    }

    async fn logs_in(&self, email: &str, password: &str) -> Reply {
        let body = json!({"program": "club", "email": email, "password": password});
        self.login(&body).send().await
    }

    async fn session(&self) -> String {
        let reply = self.logs_in(EMAIL, PASSWORD).await.expect(201);
        let cookie = reply.header("set-cookie").split(';').next().unwrap();
        cookie.to_owned()
    }

    async fn who(&self, cookie: &str) -> Reply {
        self.ask("GET", "/v1/sessions")
            .with("cookie", cookie)
            .send()
            .await
    }
}

async fn open() -> Shop {
    let shop = Shop::open().await;
    shop.changes(Change::Add(EMAIL, Role::Owner)).await.unwrap();
    shop
}

#[tokio::test]
async fn somebody_logs_in_is_known_and_logs_out() {
    let shop = open().await;
    let reply = shop
        .logs_in(" Sara@Shop.Example", PASSWORD)
        .await
        .expect(201);
    let ends = rules::Timestamp(shop.now().0 + LIFE_MS);
    let who = json!({"session": {
        "program": "club", "email": EMAIL, "role": "owner", "expires_at": ends,
    }});
    assert_eq!(reply.body, who);
    let set = reply.header("set-cookie").to_owned();
    let (cookie, attributes) = set.split_once("; ").unwrap();
    assert!(cookie.starts_with("__Host-vafa="), "{cookie}");
    assert_eq!(
        attributes,
        "Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=Strict"
    );
    assert_eq!(shop.who(cookie).await.expect(200).body, who);
    let out = shop
        .ask("DELETE", "/v1/sessions")
        .with("sec-fetch-site", "same-origin")
        .with("cookie", cookie);
    let out = out.send().await.expect(204);
    assert!(
        out.header("set-cookie")
            .starts_with("__Host-vafa=; Path=/; Max-Age=0")
    );
    shop.who(cookie).await.refused(401, "unauthorized");
    let noted: Vec<String> = shop
        .rows("SELECT action FROM audit WHERE action LIKE 'staff.%' ORDER BY action")
        .await;
    assert_eq!(
        noted,
        ["staff.added", "staff.logged_in", "staff.logged_out"]
    );
}

#[tokio::test]
async fn whoever_is_not_known_learns_nothing() {
    let shop = open().await;
    publish(&shop.state.db, program("other"), shop.now()).await;
    shop.changes(Change::Add("closed@shop.example", Role::Viewer))
        .await
        .unwrap();
    shop.changes(Change::Disable("closed@shop.example"))
        .await
        .unwrap();
    let tried = [
        ("club", EMAIL, OTHER),
        ("club", EMAIL, ""),
        ("club", "nobody@shop.example", PASSWORD),
        ("club", "closed@shop.example", PASSWORD),
        ("other", EMAIL, PASSWORD),
        ("nothing", EMAIL, PASSWORD),
        ("club\0", EMAIL, PASSWORD),
    ];
    let mut answers = Vec::new();
    for (program, email, password) in tried {
        let body = json!({"program": program, "email": email, "password": password});
        let reply = shop.login(&body).send().await.refused(401, "login_failed");
        assert_eq!(reply.header("set-cookie"), "");
        answers.push(reply.bytes);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answers are the same to the byte");
    let odd = shop.logs_in("sara", PASSWORD).await;
    odd.refused(422, "validation_failed");
    let secret = json!({"program": "club", "email": EMAIL, "password": ["hunter2 hunter2"]});
    let reply = shop
        .login(&secret)
        .send()
        .await
        .refused(422, "validation_failed");
    assert_eq!(reply.body["errors"][0]["pointer"], "/password");
    assert!(
        !reply.body.to_string().contains("hunter2"),
        "{}",
        reply.body
    );
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let shop = open().await;
    let cookie = shop.session().await;
    let asks = |method, pairs: &[(&str, &str)]| {
        let ask = shop
            .ask(method, "/v1/sessions")
            .with("cookie", &cookie)
            .json(&json!({"program": "club", "email": EMAIL, "password": PASSWORD}));
        pairs
            .iter()
            .fold(ask, |ask, (name, value)| ask.with(name, value))
    };
    let strangers: &[&[(&str, &str)]] = &[
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("host", "club.example"), ("origin", "https://evil.example")],
        &[("host", "club.example"), ("origin", "null")],
    ];
    for pairs in strangers {
        for method in ["POST", "DELETE"] {
            asks(method, pairs).send().await.refused(403, "cross_site");
        }
    }
    shop.who(&cookie).await.expect(200);
    let ours = [("host", "club.example"), ("origin", "https://club.example")];
    asks("DELETE", &ours).send().await.expect(204);
}

#[tokio::test]
async fn a_session_ends_unused_and_ends_at_last() {
    let shop = open().await;
    let cookie = shop.session().await;
    shop.pass(IDLE_MS - 1);
    shop.who(&cookie).await.expect(200);
    shop.pass(IDLE_MS - 1);
    shop.who(&cookie).await.expect(200);
    shop.pass(IDLE_MS);
    shop.who(&cookie).await.refused(401, "unauthorized");

    let cookie = shop.session().await;
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM sessions").await,
        1,
        "what ended is gone"
    );
    let step = LIFE_MS / 20;
    for _ in 0..19 {
        shop.pass(step);
        shop.who(&cookie).await.expect(200);
    }
    shop.pass(step);
    shop.who(&cookie).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_cookie_that_is_not_whole_or_of_another_tenant_is_nobodys() {
    let shop = open().await;
    publish(&shop.state.db, program("other"), shop.now()).await;
    let cookie = shop.session().await;
    let (name, value) = cookie.split_once('=').unwrap();
    let (tenant, secret) = value.split_once('.').unwrap();
    let others: Vec<String> = shop
        .rows("SELECT tenant FROM tenants WHERE program = 'other'")
        .await;
    let stored: Vec<String> = shop.rows("SELECT session FROM sessions").await;
    assert_ne!(stored[0], secret);
    let forged = [
        format!("{name}={tenant}.{}", &secret[1..]),
        format!("{name}={tenant}.{}", "A".repeat(43)),
        format!("{name}={tenant}.{}", stored[0]),
        format!("{name}={}.{secret}", others[0]),
        format!("{name}={secret}"),
        format!("vafa={value}"),
        format!("{cookie}; {cookie}"),
    ];
    for forged in forged {
        shop.who(&forged).await.refused(401, "unauthorized");
    }
    shop.who(&format!("theme=dark; {cookie}")).await.expect(200);
}

#[tokio::test]
async fn a_closed_account_and_a_new_password_end_sessions_and_a_role_counts_at_once() {
    let shop = open().await;
    let second = "second@shop.example";
    shop.changes(Change::Add(second, Role::Owner))
        .await
        .unwrap();
    let cookie = shop.session().await;
    shop.changes(Change::SetRole(EMAIL, Role::Viewer))
        .await
        .unwrap();
    assert_eq!(shop.who(&cookie).await.body["session"]["role"], "viewer");
    shop.changes(Change::SetPassword(EMAIL)).await.unwrap();
    shop.who(&cookie).await.refused(401, "unauthorized");
    shop.logs_in(EMAIL, PASSWORD)
        .await
        .refused(401, "login_failed");
    let reply = shop.logs_in(EMAIL, OTHER).await.expect(201);
    let cookie = reply.header("set-cookie").split(';').next().unwrap();
    shop.changes(Change::Disable(EMAIL)).await.unwrap();
    shop.who(cookie).await.refused(401, "unauthorized");
    shop.logs_in(EMAIL, OTHER)
        .await
        .refused(401, "login_failed");
    // Even if a session of a closed account was left behind.
    shop.changes(Change::Enable(EMAIL)).await.unwrap();
    let left = shop.logs_in(EMAIL, OTHER).await.expect(201);
    let left = left.header("set-cookie").split(';').next().unwrap();
    shop.sql("UPDATE staff SET disabled_at = 1").await.unwrap();
    shop.who(left).await.refused(401, "unauthorized");
    shop.changes(Change::Enable(EMAIL)).await.unwrap();
    shop.who(cookie).await.refused(401, "unauthorized");
    shop.logs_in(EMAIL, OTHER).await.expect(201);
}

#[tokio::test]
async fn an_eleventh_try_waits_and_a_right_password_does_not_help() {
    let shop = open().await;
    for _ in 0..10 {
        shop.logs_in(EMAIL, OTHER)
            .await
            .refused(401, "login_failed");
    }
    let late = shop
        .logs_in(EMAIL, PASSWORD)
        .await
        .refused(429, "rate_limited");
    assert_eq!(late.header("retry-after"), "901");
    shop.pass(900_000);
    shop.logs_in(EMAIL, PASSWORD).await.expect(201);
}

#[tokio::test]
async fn a_program_keeps_an_owner_and_each_address_once() {
    let shop = open().await;
    let code = async |change| shop.changes(change).await.unwrap_err().code();
    assert_eq!(code(Change::Disable(EMAIL)).await, "last_owner");
    assert_eq!(
        code(Change::SetRole(EMAIL, Role::Editor)).await,
        "last_owner"
    );
    assert_eq!(
        code(Change::Add("SARA@shop.example", Role::Viewer)).await,
        "staff_exists"
    );
    assert_eq!(
        code(Change::Disable("nobody@shop.example")).await,
        "not_found"
    );
    let second = "second@shop.example";
    shop.changes(Change::Add(second, Role::Owner))
        .await
        .unwrap();
    shop.changes(Change::Disable(EMAIL)).await.unwrap();
    assert_eq!(code(Change::Disable(second)).await, "last_owner");
    let accounts = shop.accounts().await;
    let open: Vec<_> = accounts
        .iter()
        .map(|account| {
            (
                account.email.as_str(),
                account.role,
                account.disabled_at.is_some(),
            )
        })
        .collect();
    assert_eq!(
        open,
        [(EMAIL, Role::Owner, true), (second, Role::Owner, false)]
    );
    let stored: Vec<String> = shop.rows("SELECT password FROM staff").await;
    assert!(stored.iter().all(|hash| hash.starts_with("$argon2id$")));
}
