//! The description of the API as tests ask by it: its operations, what they name, and whether an answer fits.

use crate::harness::{Ask, Keys, Reply, Shop, order_of, publish};
use api::passwords::{Hashed, Password};
use api::staff::{self, Role};
use api::{routes, sessions, tokens};
use jsonschema::{Draft, Validator};
use rules::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use store::Tx;
use tokio::sync::OnceCell;

/// Who the examples are about, by the shop's own id.
pub(crate) const MEMBER: &str = "customer-1042";
const ORDER: &str = "A-1001";
const PROMPT: &str = "prm_WyJ0ZW5fMSIsIm1lbV8xIiwic3J2X25wcyIsIiIsMCwxXQ.c2lnbmF0dXJl";
const EMAIL: &str = "sara@shop.example";
const PASSWORD: &str = "four plain long words";

/// One operation of the description.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) method: String,
    pub(crate) path: &'static str,
    pub(crate) said: &'static Value,
}

/// All operations.
pub(crate) fn operations() -> Vec<Described> {
    let paths = routes::document()["paths"].as_object().unwrap();
    let of = |(path, item): (&'static String, &'static Value)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(|(method, said)| Described {
            method: method.to_uppercase(),
            path,
            said,
        })
    };
    let all: Vec<Described> = paths.iter().flat_map(of).collect();
    assert!(all.len() > 15, "{}", all.len());
    all
}

impl Described {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Names of its credentials, of which one is enough.
    pub(crate) fn credentials(&self) -> Vec<&'static str> {
        let ways = self.said["security"].as_array().unwrap();
        let names = ways.iter().flat_map(|way| way.as_object().unwrap().keys());
        names.map(String::as_str).collect()
    }

    fn parameters(&self, place: &str) -> impl Iterator<Item = &'static Value> {
        let listed = self.said["parameters"].as_array().unwrap();
        listed.iter().filter(move |one| one["in"] == place)
    }

    /// Parameters of the path with their examples.
    pub(crate) fn path_examples(&self) -> Vec<(&'static str, &'static Value)> {
        let name = |one: &'static Value| (one["name"].as_str().unwrap(), &one["example"]);
        self.parameters("path").map(name).collect()
    }

    pub(crate) fn takes_key(&self) -> bool {
        let mut headers = self.parameters("header");
        headers.any(|one| one["name"] == "Idempotency-Key" && one["required"] == true)
    }

    /// Examples of its JSON body; none when it takes none.
    pub(crate) fn bodies(&self) -> Vec<&'static Value> {
        let content = &self.said["requestBody"]["content"]["application/json"];
        let examples = content["examples"].as_object();
        let values = examples.into_iter().flat_map(|examples| examples.values());
        values.map(|example| &example["value"]).collect()
    }

    /// Whether an answer with this status is described.
    pub(crate) fn says(&self, status: u16) -> bool {
        self.said["responses"].get(status.to_string()).is_some()
    }

    /// The answer is described: its status, its type, its body.
    #[track_caller]
    pub(crate) fn fits(&self, reply: &Reply) {
        let (name, status) = (self.name(), reply.status.as_u16());
        assert!(self.says(status), "{name}: {status} {}", reply.body);
        let mut response = &self.said["responses"][status.to_string()];
        if let Some(reference) = response["$ref"].as_str() {
            response = routes::document().pointer(&reference[1..]).unwrap();
        }
        let Some(content) = response.get("content").and_then(Value::as_object) else {
            assert!(reply.bytes.is_empty(), "{name}: {status} has a body");
            return;
        };
        let kind = reply.header("content-type").split(';').next().unwrap();
        let media = content.get(kind);
        let media = media.unwrap_or_else(|| panic!("{name}: {status} as {kind:?}"));
        if !kind.ends_with("json") || kind.ends_with("ndjson") {
            return;
        }
        let faults: Vec<String> = validator(&media["schema"])
            .iter_errors(&reply.body)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(
            faults.is_empty(),
            "{name}: {status} {faults:#?}\n{}",
            reply.body
        );
    }
}

/// A schema of the document that stands on its own, with the formats held to. Reading the whole document takes longer
/// than any answer, and few schemas are asked for again and again: each is made once.
pub(crate) fn validator(schema: &Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<BTreeMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap();
    let validator = made.entry(schema.to_string()).or_insert_with(|| {
        let components = &routes::document()["components"];
        let whole = json!({ "components": components, "allOf": [schema] });
        let options = jsonschema::options().with_draft(Draft::Draft202012);
        Arc::new(options.should_validate_formats(true).build(&whole).unwrap())
    });
    Arc::clone(validator)
}

/// A tenant that has what the examples name.
pub(crate) struct World<'a> {
    pub(crate) shop: &'a Shop,
    pub(crate) keys: Keys,
    pub(crate) tenant: String,
    cookie: String,
    /// What stands here for each text of the examples.
    real: BTreeMap<&'static str, String>,
}

impl<'a> World<'a> {
    /// The shop's own tenant.
    pub(crate) async fn of(shop: &'a Shop) -> Self {
        Self::with(shop, shop.keys.clone(), "").await
    }

    /// The same world in a copy of its shop.
    pub(crate) fn copied<'b>(&self, shop: &'b Shop) -> World<'b> {
        World {
            shop,
            keys: self.keys.clone(),
            tenant: self.tenant.clone(),
            cookie: self.cookie.clone(),
            real: self.real.clone(),
        }
    }

    /// Another tenant in the same database, whose own ids are others.
    pub(crate) async fn beside(shop: &'a Shop) -> Self {
        let program = crate::harness::program("other");
        let keys = publish(&shop.state.db, program, shop.now()).await;
        Self::with(shop, keys, "other-").await
    }

    async fn with(shop: &'a Shop, keys: Keys, mark: &str) -> Self {
        let tenant = api::programs::tenant(&shop.state.db, &keys.program).await;
        let tenant = tenant.unwrap();
        let own = |id: &str| format!("{mark}{id}");
        let mut real = BTreeMap::from([
            (MEMBER, own(MEMBER)),
            (ORDER, own(ORDER)),
            ("A-1002", own("A-1002")),
            ("club", keys.program.clone()),
            ("cinema", own("cinema")),
            ("plus", own("plus")),
            ("off_welcome", own("off_welcome")),
            ("vip", own("vip")),
        ]);
        let member = own(MEMBER);
        let server = |method: &str, path: String| shop.server_of(&keys, method, &path);
        let put = server("PUT", format!("/v1/members/{member}")).json(&json!({}));
        let put = put.send().await.expect(201).body["member"].clone();
        let order = order_of(&member, "paid", 200_000);
        let path = format!("/v1/orders/{}", own(ORDER));
        server("PUT", path).json(&order).send().await.expect(201);
        let token = format!("Bearer {}", shop.token_of(&keys, &member));
        let take = shop.ask("POST", "/v1/me/redemptions").key("taken");
        let take = take.with("authorization", token);
        let taken = take.json(&json!({ "reward_id": "rwd_ship" })).send().await;
        let taken = taken.expect(201).body["redemption"].clone();
        let code = put["referral_code"].as_str().unwrap();
        let claims = format!("/v1/referrals/{code}/claims?key={}", keys.page);
        let claim = shop.ask("POST", &claims).key("claimed").send().await;
        let claim = claim.expect(201).body["claim"].clone();
        let other = shop.ask("POST", &claims).key("suspected").send().await;
        let other = other.expect(201).body["claim"]["id"].clone();
        let suspected = format!(
            "UPDATE claims SET state = 'too_many_from_address' WHERE claim = '{}'",
            other.as_str().unwrap()
        );
        // A statement is known for as long as the process lives; there is one for each world.
        shop.sql(Box::leak(suspected.into_boxed_str()))
            .await
            .unwrap();
        let import = server("POST", "/v1/imports?kind=members".to_owned());
        let import = import.key("imported").text("").send().await;
        let import = import.expect(200).body["import"].clone();
        for (example, value) in [
            ("imp_8x0w3k6m1q9r4t7v2yaz", &import["id"]),
            ("mem_7v2yaz8x0w3k6m1q9r4t", &put["id"]),
            ("7K2M-QXRT-9FVN", &put["referral_code"]),
            ("rdm_8x0w3k6m1q9r4t7v2yaz", &taken["id"]),
            ("4AQR-P8GH-KXDZ", &taken["code"]),
            ("clm_1q9r4t7v2yaz8x0w3k6m", &claim["id"]),
            ("clm_8x0w3k6m1q9r4t7v2yaz", &other),
        ] {
            real.insert(example, value.as_str().unwrap().to_owned());
        }
        let (cookie, colleague) = logged_in(shop, &tenant).await;
        real.insert("stf_1q9r4t7v2yaz8x0w3k6m", colleague);
        let mut world = Self {
            shop,
            keys,
            tenant,
            cookie,
            real,
        };
        world.has_a_desk().await;
        world.has_a_complaint(mark).await;
        world.has_a_plan().await;
        world.has_a_webhook().await;
        world
    }

    /// Seven versions, a draft, a version that waits, and a key besides.
    async fn has_a_desk(&mut self) {
        let mut document = crate::harness::program(&self.keys.program);
        self.names_its_own(&mut document);
        let activities = &mut document["earning"]["activities"];
        for activity in [
            json!({ "id": "visit", "kind": "daily_visit", "points": 5 }),
            json!({ "id": "review", "kind": "review", "points": 20 }),
        ] {
            activities.as_array_mut().unwrap().push(activity);
        }
        let credit = json!({
            "id": "rwd_credit", "title": { "en": "Credit" }, "kind": { "wallet_credit": 600 }, "cost": 100,
        });
        document["rewards"].as_array_mut().unwrap().push(credit);
        for version in 2..=7 {
            document["name"]["en"] = format!("Club {version}").into();
            let document = serde_json::from_value(document.clone()).unwrap();
            self.shop.publishes(document).await.unwrap();
        }
        document["name"]["en"] = "Club 8".into();
        let token = self.shop.token_of(&self.keys, &self.real[MEMBER]);
        let take = self.shop.ask("POST", "/v1/me/redemptions").key("credit");
        let take = take.with("authorization", format!("Bearer {token}"));
        let take = take.json(&json!({ "reward_id": "rwd_credit" }));
        take.send().await.expect(201);
        let at_program = |rest: &str| format!("/v1/programs/{}/{rest}", self.keys.program);
        let server = |method: &str, path: &str| self.shop.server_of(&self.keys, method, path);
        let draft = server("PUT", &at_program("draft")).json(&document);
        draft.send().await.expect(200);
        let waiting = server("POST", &at_program("publish"));
        let waiting = waiting.json(&json!({ "at": "2027-01-01T00:00:00Z" }));
        let waiting = waiting.send().await.expect(201).body["schedule"]["id"].clone();
        let cookie = format!("{}={}", api::credentials::COOKIE, self.cookie);
        let key = self.shop.ask("POST", "/v1/keys").with("cookie", cookie);
        let key = key.with("sec-fetch-site", "same-origin");
        let page = json!({ "kind": "publishable", "origins": ["https://other.example"] });
        let key = key.json(&page).send().await.expect(201).body["key"]["id"].clone();
        let simulated = server("POST", &at_program("simulations")).json(&json!({}));
        let simulated = simulated.send().await.expect(202).body["simulation"]["id"].clone();
        for (example, value) in [
            ("sim_8x0w3k6m1q9r4t7v2yaz", simulated),
            ("sch_8x0w3k6m1q9r4t7v2yaz", waiting),
            ("key_8x0w3k6m1q9r4t7v2yaz", key),
        ] {
            let value = value.as_str().unwrap().to_owned();
            self.real.insert(example, value);
        }
    }

    /// An endpoint, and a message to it.
    async fn has_a_webhook(&mut self) {
        let server = |path: &str| self.shop.server_of(&self.keys, "POST", path);
        // A literal address needs no look-up.
        let url = "https://1.1.1.1/hooks";
        let made = server("/v1/webhooks/endpoints").json(&json!({ "url": url }));
        let id = made.send().await.expect(201).body["endpoint"]["id"].clone();
        let id = id.as_str().unwrap().to_owned();
        let test = server(&format!("/v1/webhooks/endpoints/{id}/test"));
        test.send().await.expect(202);
        let sent: Vec<(String, String)> = self
            .shop
            .rows("SELECT tenant, message FROM messages ORDER BY at DESC, message")
            .await;
        let message = sent.into_iter().find(|(tenant, _)| *tenant == self.tenant);
        self.real
            .insert("https://crm.example/hooks/vafa", url.to_owned());
        self.real.insert("whe_8x0w3k6m1q9r4t7v2yaz", id);
        self.real
            .insert("msg_8x0w3k6m1q9r4t7v2yaz", message.unwrap().1);
    }

    /// A complaint that the shop calls settled, so that either side may go on; a link to a survey; a goal.
    async fn has_a_complaint(&mut self, mark: &str) {
        let server = |method: &str, path: &str| self.shop.server_of(&self.keys, method, path);
        let member = &self.real[MEMBER];
        let token = format!("Bearer {}", self.shop.token_of(&self.keys, member));
        let file = self.shop.ask("POST", "/v1/me/complaints").key("filed");
        let file = file.with("authorization", token);
        let words = json!({ "topic": "Delivery", "text": "The parcel came open." });
        let filed = file.json(&words).send().await.expect(201).body["complaint"].clone();
        let id = filed["id"].as_str().unwrap().to_owned();
        let resolve = server("POST", &format!("/v1/complaints/{id}/resolve"));
        resolve.send().await.expect(200);
        let link = server("POST", &format!("/v1/members/{member}/prompts"));
        let link = link.json(&json!({ "survey_id": "srv_nps" })).send().await;
        let link = link.expect(201).body["prompt"]["id"].clone();
        let goal = format!("{mark}goal_frequency");
        let put = server("PUT", &format!("/v1/goals/{goal}")).json(&json!({
            "indicator": "frequency", "from": 10_000, "to": 20_000,
            "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z",
        }));
        put.send().await.expect(201);
        // By its id: every tenant has a complaint with the first number.
        self.real.insert("00013", id);
        self.real.insert(PROMPT, link.as_str().unwrap().to_owned());
        self.real.insert("goal_frequency", goal);
    }

    /// Gifts, plans, partners and segments under ids of this tenant.
    fn names_its_own(&self, document: &mut Value) {
        let own = |id: &str| &self.real[id];
        document["partners"] = json!([{ "id": own("cinema"), "name": { "en": "Cinema" } }]);
        document["memberships"] = json!([
            { "id": own("plus"), "name": { "en": "Plus" }, "price": 500, "months": 1 },
        ]);
        document["offers"] = json!([
            { "id": own("off_welcome"), "title": { "en": "Welcome" }, "trigger": { "milestone_orders": 1 },
              "benefit": { "points": 100 } },
            { "id": "off_best", "title": { "en": "For the best" }, "trigger": { "segment": own("vip") },
              "benefit": { "points": 100 } },
        ]);
    }

    async fn has_a_plan(&self) {
        let path = format!("/v1/members/{}/membership", self.real[MEMBER]);
        let paid = json!({ "id": "pay-7000", "plan": self.real["plus"] });
        let put = self.shop.server_of(&self.keys, "PUT", &path);
        put.json(&paid).send().await.expect(201);
    }

    /// What stands here for an example: each text in it that names something is exchanged.
    pub(crate) fn real(&self, example: &Value) -> Value {
        match example {
            Value::String(text) => {
                let real = self.real.get(text.as_str()).cloned();
                Value::String(real.unwrap_or_else(|| text.clone()))
            }
            Value::Array(parts) => parts.iter().map(|part| self.real(part)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter();
                fields
                    .map(|(name, value)| (name.clone(), self.real(value)))
                    .collect()
            }
            other => other.clone(),
        }
    }

    /// The operation's path with these parameters, and those of the examples as they stand here.
    pub(crate) fn path(&self, operation: &Described, other: Option<(&str, &str)>) -> String {
        let mut path = operation.path.to_owned();
        for (name, example) in operation.path_examples() {
            let value = match other {
                Some((named, value)) if named == name => value.to_owned(),
                _ => text(&self.real(example)),
            };
            path = path.replace(&format!("{{{name}}}"), &escaped(&value));
        }
        path
    }

    /// A request for the operation, by the first of its credentials.
    pub(crate) fn ask(&self, operation: &Described, path: &str) -> Ask<'a> {
        let first = operation.credentials().first().copied();
        self.ask_as(operation, path, first)
    }

    /// A request for the operation with this credential of the tenant.
    pub(crate) fn ask_as(&self, operation: &Described, path: &str, way: Option<&str>) -> Ask<'a> {
        let mut path = path.to_owned();
        if way == Some("publishable_key") {
            path = format!("{path}?key={}", self.keys.page);
        }
        let ask = self.shop.ask(&operation.method, &path);
        match way {
            Some("member_token") => {
                let token = self.shop.token_of(&self.keys, &self.real[MEMBER]);
                ask.with("authorization", format!("Bearer {token}"))
            }
            Some("secret_key") => ask.with("authorization", format!("Bearer {}", self.keys.secret)),
            Some("staff_session") => ask
                .with(
                    "cookie",
                    format!("{}={}", api::credentials::COOKIE, self.cookie),
                )
                .with("sec-fetch-site", "same-origin"),
            Some("publishable_key") => ask,
            None => ask.with("sec-fetch-site", "same-origin"),
            Some(other) => panic!("{}: no test knows {other}", operation.name()),
        }
    }

    /// Adds what the operation asks for besides: a key, and its first body as it stands here.
    pub(crate) fn whole(&self, operation: &Described, ask: Ask<'a>) -> Ask<'a> {
        let ask = if operation.takes_key() {
            ask.key("asked")
        } else {
            ask
        };
        match operation.bodies().first() {
            Some(body) => ask.json(&self.real(body)),
            None => ask,
        }
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn escaped(segment: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let escaped = segment.bytes().map(|byte| match byte {
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    escaped.collect()
}

/// The cookie of an owner who is logged in, and the id of a colleague.
async fn logged_in(shop: &Shop, tenant: &str) -> (String, String) {
    static HASHED: OnceCell<Hashed> = OnceCell::const_new();
    let hash = || shop.state.passwords.hash(Password::new(PASSWORD));
    let hashed = HASHED.get_or_try_init(hash).await.unwrap().clone();
    let input = (tenant.to_owned(), hashed, shop.now());
    let made = shop.state.db.write(input, |mut tx, (tenant, hashed, now)| {
        Box::pin(async move {
            let made = account(&mut tx, tenant, hashed, *now).await;
            (tx, made)
        })
    });
    made.await.unwrap()
}

async fn account(
    tx: &mut Tx,
    tenant: &str,
    hashed: &Hashed,
    now: Timestamp,
) -> api::problem::Result<(String, String)> {
    let staff = staff::add(tx, tenant, EMAIL, Role::Owner, hashed, "test", now).await?;
    let other = "nika@shop.example";
    let other = staff::add(tx, tenant, other, Role::Editor, hashed, "test", now).await?;
    let cookie = sessions::begin(tx, tenant, &staff, hashed, now).await?;
    Ok((cookie.unwrap().text().to_owned(), other))
}

/// A token that nobody's key signed.
pub(crate) fn forged(world: &World<'_>) -> String {
    let claims = world.keys.claims(MEMBER, world.shop.now());
    tokens::mint(
        &world.keys.kid,
        b"another secret of thirty-two byte",
        &claims,
    )
    .unwrap()
}
