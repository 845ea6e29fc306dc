//! A shop with a club: the real app on a database file of its own, and a clock that tests set.

use crate::engine::{database_url, options, tested};
use api::assets::Assets;
use api::clock::Clock;
use api::database;
use api::keys::{self, Fresh, New};
use api::limits::Limits;
use api::problem::Error;
use api::scopes::Scopes;
use api::tokens::{self, AUDIENCE, Claims};
use api::{State, app, check, ids, programs};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use rules::{Program, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Db, Dialect, FromRow, Tx, query};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const ORIGIN: &str = "https://shop.example";
pub(crate) const NOON: &str = "2026-11-22T08:30:00Z";
pub(crate) const DAY_MS: i64 = 86_400_000;

/// A club in euro cents: 1 point per 1.00, 500 points for 5.00 off.
pub(crate) fn program(id: &str) -> Value {
    let mut program: Value = serde_json::from_str(include_str!("program.json")).unwrap();
    program["id"] = id.into();
    program
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Value,
}

impl Reply {
    /// Reads a response to its end.
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Self {
            status: parts.status,
            headers: parts.headers,
            bytes,
            body,
        }
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let problem = self.expect(status);
        assert_eq!(problem.header("content-type"), "application/problem+json");
        assert_eq!(problem.body["code"], code, "{}", problem.body);
        assert_eq!(problem.body["status"], status);
        problem
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// One tenant's keys.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) program: String,
    pub(crate) page: String,
    pub(crate) secret: String,
    pub(crate) kid: String,
    pub(crate) signing: Vec<u8>,
}

impl Keys {
    pub(crate) fn claims(&self, sub: &str, now: Timestamp) -> Claims {
        let iat = now.0 / 1_000;
        Claims {
            iss: self.program.clone(),
            aud: AUDIENCE.to_owned(),
            sub: sub.to_owned(),
            iat,
            exp: iat + 300,
            nbf: None,
        }
    }
}

pub(crate) struct Shop {
    pub(crate) app: Router,
    pub(crate) state: State,
    pub(crate) keys: Keys,
    clock: Arc<AtomicI64>,
    /// Where its database is.
    pub(crate) url: String,
    pub(crate) folder: TempDir,
}

/// A request in the making.
pub(crate) struct Ask<'a> {
    shop: &'a Shop,
    request: axum::http::request::Builder,
    body: Option<String>,
}

impl Ask<'_> {
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.request = self.request.header(name, value.as_ref());
        self
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string());
        self.with("content-type", "application/json")
    }

    pub(crate) fn text(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }

    pub(crate) fn request(self) -> Request<Body> {
        self.request
            .body(self.body.map_or_else(Body::empty, Body::from))
            .unwrap()
    }

    pub(crate) async fn send(self) -> Reply {
        let shop = self.shop;
        shop.sent(self.request()).await
    }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(program("club"), Limits::default()).await
    }

    pub(crate) async fn with(program: Value, limits: Limits) -> Self {
        Self::on(tested(), program, limits).await
    }

    /// On an engine of one's choice; for PostgreSQL a server has to be named.
    pub(crate) async fn on(engine: Dialect, program: Value, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = database_url(engine, folder.path()).await;
        let db = database::open(&url, options()).await.unwrap();
        let now = Timestamp::parse(NOON).unwrap();
        let keys = publish(&db, program, now).await;
        Self::of(db, url, folder, keys, now, limits)
    }

    pub(crate) fn of(
        db: Db,
        url: String,
        folder: TempDir,
        keys: Keys,
        now: Timestamp,
        limits: Limits,
    ) -> Self {
        let clock = Arc::new(AtomicI64::new(now.0));
        let assets = Assets::folder(folder.path().join("cdn"));
        let state = State::new(db, Clock::Set(Arc::clone(&clock)), assets, limits);
        Self {
            app: app(state.clone()),
            state,
            keys,
            clock,
            url,
            folder,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn set_clock(&self, at: Timestamp) {
        self.clock.store(at.0, Ordering::SeqCst);
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.clock.fetch_add(days * DAY_MS, Ordering::SeqCst);
    }

    pub(crate) fn pass_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let request = Request::builder().method(method).uri(path);
        Ask {
            shop: self,
            request,
            body: None,
        }
    }

    /// The shop's server asks.
    pub(crate) fn server(&self, method: &str, path: &str) -> Ask<'_> {
        self.server_of(&self.keys, method, path)
    }

    pub(crate) fn server_of(&self, keys: &Keys, method: &str, path: &str) -> Ask<'_> {
        self.ask(method, path)
            .with("authorization", format!("Bearer {}", keys.secret))
    }

    pub(crate) fn token(&self, sub: &str) -> String {
        self.token_of(&self.keys, sub)
    }

    pub(crate) fn token_of(&self, keys: &Keys, sub: &str) -> String {
        tokens::mint(&keys.kid, &keys.signing, &keys.claims(sub, self.now())).unwrap()
    }

    /// A shopper's page asks.
    pub(crate) fn shopper(&self, sub: &str, method: &str, path: &str) -> Ask<'_> {
        self.ask(method, path)
            .with("authorization", format!("Bearer {}", self.token(sub)))
            .with("origin", ORIGIN)
    }

    pub(crate) async fn member(&self, sub: &str) {
        self.server("PUT", &format!("/v1/members/{sub}"))
            .json(&json!({}))
            .send()
            .await
            .expect(201);
    }

    /// A paid order of one line. The report as it was answered.
    pub(crate) async fn buys(&self, sub: &str, order: &str, cents: i64) -> Reply {
        self.reports(order, &order_of(sub, "paid", cents)).await
    }

    pub(crate) async fn reports(&self, order: &str, body: &Value) -> Reply {
        self.server("PUT", &format!("/v1/orders/{order}"))
            .json(body)
            .send()
            .await
    }

    pub(crate) async fn refunds(&self, order: &str, body: &Value) -> Reply {
        self.server("POST", &format!("/v1/orders/{order}/refunds"))
            .json(body)
            .send()
            .await
    }

    pub(crate) async fn redeems(&self, sub: &str, reward: &str, key: &str) -> Reply {
        let body = json!({ "reward_id": reward });
        self.shopper(sub, "POST", "/v1/me/redemptions")
            .key(key)
            .json(&body)
            .send()
            .await
    }

    /// Uses a redemption's coupon on an order that is named after it.
    pub(crate) async fn uses(&self, redeemed: &Reply) -> Reply {
        let taken = &redeemed.body["redemption"];
        let used = json!({"action": "use", "order_id": taken["id"]});
        let path = format!("/v1/coupons/{}", taken["code"].as_str().unwrap());
        self.server("POST", &path).json(&used).send().await
    }

    pub(crate) async fn me(&self, sub: &str) -> Value {
        self.shopper(sub, "GET", "/v1/me")
            .send()
            .await
            .expect(200)
            .body
    }

    /// available, pending, debt
    pub(crate) async fn balances(&self, sub: &str) -> (i64, i64, i64) {
        let reply = self
            .server("GET", &format!("/v1/members/{sub}"))
            .send()
            .await
            .expect(200);
        let balances = &reply.body["member"]["balances"];
        let of = |name: &str| balances[name].as_i64().unwrap();
        (of("available"), of("pending"), of("debt"))
    }

    pub(crate) async fn available(&self, sub: &str) -> i64 {
        self.balances(sub).await.0
    }

    /// Every invariant holds, and history adds up to the balance.
    #[track_caller]
    pub(crate) fn is_sound(&self) -> impl Future<Output = ()> {
        let db = self.state.db.clone();
        async move {
            let broken: Vec<_> = check::check(&db)
                .await
                .unwrap()
                .into_iter()
                .filter(|finding| finding.broken != 0)
                .collect();
            assert!(broken.is_empty(), "{broken:#?}");
        }
    }

    /// Runs one statement behind the app's back.
    pub(crate) async fn sql(&self, statement: &'static str) -> store::Result<u64> {
        self.state
            .db
            .write(statement, |mut tx, statement| {
                Box::pin(async move {
                    let done = query(*statement).execute(&mut tx).await;
                    (tx, done)
                })
            })
            .await
    }

    /// Whose rows the shop's are.
    pub(crate) async fn tenant(&self) -> String {
        programs::tenant(&self.state.db, &self.keys.program)
            .await
            .unwrap()
    }

    /// Publishes a version for this shop.
    pub(crate) async fn publishes(&self, program: Program) -> Result<(String, u32), Error> {
        self.state
            .db
            .write((program, self.now()), |mut tx, (program, now)| {
                Box::pin(async move {
                    let done = programs::publish(&mut tx, program.clone(), "test", *now).await;
                    (tx, done)
                })
            })
            .await
    }

    /// All rows of a statement.
    pub(crate) async fn rows<T: FromRow + Send + 'static>(
        &self,
        statement: &'static str,
    ) -> Vec<T> {
        self.state
            .db
            .look(statement, |mut tx, statement| {
                Box::pin(async move {
                    let rows = query(*statement).fetch_all(&mut tx).await;
                    (tx, rows)
                })
            })
            .await
            .unwrap_or_else(|error: store::Error| panic!("{statement}: {error}"))
    }

    /// Every row of a tenant, each as the text of its table and columns, in order.
    pub(crate) async fn dump(&self, tenant: &str) -> Vec<String> {
        let columns: Vec<(String, String)> = match self.state.db.dialect() {
            Dialect::Sqlite => {
                self.rows(
                    "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
                     WHERE m.type = 'table' ORDER BY m.name, c.cid",
                )
                .await
            }
            Dialect::Postgres => {
                self.rows(
                    "SELECT table_name::text, column_name::text FROM information_schema.columns
                     WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
                )
                .await
            }
        };
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in columns {
            tables.entry(table).or_default().push(column);
        }
        let mut rows = Vec::new();
        for (table, columns) in tables {
            if !columns.iter().any(|column| column == "tenant") {
                continue;
            }
            let cells = columns
                .iter()
                .map(|column| format!("COALESCE(CAST({column} AS TEXT), '')"));
            let row = cells.collect::<Vec<_>>().join(" || '|' || ");
            let text = format!("SELECT '{table}: ' || {row} FROM {table} WHERE tenant = $1");
            // A statement is known for as long as the process lives; there is one for each table.
            let text: &'static str = Box::leak(text.into_boxed_str());
            let found = self
                .state
                .db
                .look(tenant.to_owned(), move |mut tx, tenant| {
                    Box::pin(async move {
                        let rows = query(text).bind(tenant).fetch_all(&mut tx).await;
                        (tx, rows)
                    })
                });
            let found: Vec<String> = found
                .await
                .unwrap_or_else(|error: store::Error| panic!("{text}: {error}"));
            rows.extend(found);
        }
        rows.sort();
        rows
    }

    /// Sends a request as it is.
    pub(crate) async fn sent(&self, request: Request<Body>) -> Reply {
        Reply::of(self.app.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn count(&self, statement: &'static str) -> i64 {
        self.rows::<i64>(statement).await[0]
    }
}

pub(crate) fn order_of(sub: &str, status: &str, cents: i64) -> Value {
    json!({
        "member": sub, "status": status, "currency": "EUR",
        "items": [{"sku": "tea", "quantity": 1, "unit_price": cents}],
    })
}

/// Publishes a program for a tenant of its own, with all its keys.
pub(crate) async fn publish(db: &Db, program: Value, now: Timestamp) -> Keys {
    let program: Program = serde_json::from_value(program).unwrap();
    db.write((program, now), |mut tx, (program, now)| {
        Box::pin(async move {
            let keys = publish_in(&mut tx, program, *now).await;
            (tx, Ok::<_, Error>(keys))
        })
    })
    .await
    .unwrap()
}

async fn publish_in(tx: &mut Tx, program: &Program, now: Timestamp) -> Keys {
    let (tenant, _) = programs::publish(tx, program.clone(), "test", now)
        .await
        .unwrap();
    let origins = [ORIGIN.to_owned()];
    let page = keys::publishable(tx, &tenant, &origins, "test", now)
        .await
        .unwrap();
    let secret = keys::create(tx, &tenant, &New::Secret(Scopes::ALL), "test", now)
        .await
        .unwrap();
    keys::end_oldest_signing(tx, &tenant, "test", now)
        .await
        .unwrap();
    let signing = keys::create(tx, &tenant, &New::Signing, "test", now)
        .await
        .unwrap();
    let (Fresh::SecretKey(secret), Fresh::SigningKey(signing)) = (secret, signing) else {
        panic!("asked for a secret and a signing key");
    };
    let bytes = ids::from_base64url(&signing.secret).unwrap();
    Keys {
        program: program.id.clone(),
        page,
        secret,
        kid: signing.kid,
        signing: bytes,
    }
}
