//! Events on their way to the shop's systems: the real app and loop, real receivers, a clock that tests set.

use crate::harness::{DAY_MS, Shop, publish};
use api::webhooks::address::Guard;
use api::webhooks::sender::{Sender, TIMEOUT};
use api::webhooks::signature::{self, Secret};
use api::{app, jobs};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use rules::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

pub(crate) const ALL: &str = "/v1/webhooks/endpoints";
const HOUR_MS: i64 = 3_600_000;

/// A server that takes messages, and answers what the test says.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    status: Arc<AtomicU16>,
    taken: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let status = Arc::new(AtomicU16::new(204));
        let taken: Arc<Mutex<Vec<(HeaderMap, Bytes)>>> = Arc::default();
        let (answers, keeps) = (Arc::clone(&status), Arc::clone(&taken));
        let router = Router::new().route(
            "/hook",
            post(async move |headers: HeaderMap, body: Bytes| {
                keeps.lock().unwrap().push((headers, body));
                StatusCode::from_u16(answers.load(Ordering::SeqCst)).unwrap()
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, status, taken }
    }

    pub(crate) fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// What came since this was asked last.
    pub(crate) fn took(&self) -> Vec<(HeaderMap, Bytes)> {
        std::mem::take(&mut self.taken.lock().unwrap())
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        let took = self.took();
        took.iter()
            .map(|(_, body)| serde_json::from_slice(body).unwrap())
            .collect()
    }
}

pub(crate) fn open_to_all() -> Sender {
    let guard = Guard {
        allow_private: true,
    };
    Sender::new(guard, TIMEOUT)
}

/// A shop whose webhooks may go to this machine.
pub(crate) async fn shop() -> Shop {
    let mut shop = Shop::open().await;
    shop.state.sender = open_to_all();
    shop.app = app(shop.state.clone());
    shop
}

/// An endpoint for these kinds: its id and its secret.
pub(crate) async fn listens(shop: &Shop, url: &str, kinds: &[&str]) -> (String, String) {
    let made = shop
        .server("POST", ALL)
        .json(&json!({ "url": url, "kinds": kinds }));
    let made = made.send().await.expect(201).body;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["endpoint"]["id"]), text(&made["secret"]))
}

pub(crate) async fn endpoint(shop: &Shop, id: &str) -> Value {
    let all = shop.server("GET", ALL).send().await.expect(200).body;
    let all = all["endpoints"].as_array().unwrap();
    all.iter().find(|one| one["id"] == id).unwrap().clone()
}

pub(crate) async fn deliveries(shop: &Shop, id: &str, query: &str) -> Value {
    let path = format!("{ALL}/{id}/deliveries{query}");
    shop.server("GET", &path).send().await.expect(200).body
}

pub(crate) async fn message(shop: &Shop, id: &Value) -> Value {
    let path = format!("/v1/webhooks/messages/{}", id.as_str().unwrap());
    let found = shop.server("GET", &path).send().await.expect(200);
    found.body["message"].clone()
}

pub(crate) async fn runs(shop: &Shop) -> u64 {
    jobs::run(&shop.state).await.unwrap().deliveries
}

pub(crate) async fn audited(shop: &Shop, action: &str) -> usize {
    let all: Vec<String> = shop.rows("SELECT action FROM audit").await;
    all.iter().filter(|known| *known == action).count()
}

/// The first of the secrets that the message is signed with.
pub(crate) fn signed_by(shop: &Shop, (headers, body): &(HeaderMap, Bytes), secret: &str) -> bool {
    let secret = [Secret::parse(secret).unwrap()];
    signature::verify(&secret, headers, body, shop.now().0 / 1_000).is_ok()
}

#[tokio::test]
async fn an_order_becomes_a_signed_message_that_can_be_looked_up() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, secret) = listens(&shop, &receiver.url, &["points.earned"]).await;
    assert!(Secret::parse(&secret).is_ok());
    shop.member("c1").await;
    shop.buys("c1", "o1", 12_000).await.expect(201);
    assert!(
        receiver.took().is_empty(),
        "nobody sends inside of a request"
    );
    assert_eq!(runs(&shop).await, 1);
    let took = receiver.took();
    assert_eq!(took.len(), 1);
    assert!(signed_by(&shop, &took[0], &secret));
    let body: Value = serde_json::from_slice(&took[0].1).unwrap();
    assert_eq!(body["type"], "points.earned");
    assert_eq!(body["timestamp"], json!(shop.now()));
    let data = &body["data"];
    assert_eq!(
        (&data["external_id"], &data["amount"]),
        (&json!("c1"), &json!(120))
    );
    assert_eq!(
        (&data["source"], &data["rule"]),
        (&json!("o1"), &json!("buy"))
    );
    assert!(data["member_id"].as_str().unwrap().starts_with("mem_"));
    assert_eq!(runs(&shop).await, 0);

    let page = deliveries(&shop, &id, "").await;
    let sent = &page["deliveries"][0];
    assert_eq!(
        (&sent["state"], &sent["last_status"]),
        (&json!("delivered"), &json!(204))
    );
    assert_eq!(
        took[0].0["webhook-id"],
        sent["message_id"].as_str().unwrap()
    );
    let found = message(&shop, &sent["message_id"]).await;
    assert_eq!(found["body"].as_str().unwrap().as_bytes(), &took[0].1[..]);
    assert_eq!(found["attempts"][0]["status"], 204);
    // The secret was shown once.
    for path in [ALL.to_owned(), format!("{ALL}/{id}/deliveries")] {
        let shown = shop.server("GET", &path).send().await.expect(200);
        assert!(!String::from_utf8_lossy(&shown.bytes).contains("whsec_"));
    }
    assert_eq!(audited(&shop, "webhook.created").await, 1);
    let detail: Vec<String> = shop.rows("SELECT detail FROM audit").await;
    assert!(!detail.concat().contains("whsec_"));
}

#[tokio::test]
async fn a_receiver_that_is_down_through_the_whole_schedule_gets_it_by_a_replay() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &["points.earned"]).await;
    receiver.answers(500);
    shop.member("c1").await;
    shop.buys("c1", "o1", 12_000).await.expect(201);
    let began = shop.now();
    let mut tries = 0;
    loop {
        let tried = runs(&shop).await;
        tries += tried;
        let page = deliveries(&shop, &id, "").await;
        let Some(next) = page["deliveries"][0]["next_at"].as_str() else {
            break;
        };
        assert!(tried >= 1, "{page}");
        let next = Timestamp::parse(next).unwrap();
        assert_eq!(runs(&shop).await, 0, "not before its time");
        shop.pass_ms(next.since(shop.now()));
    }
    assert_eq!(tries, 10);
    let hours = shop.now().since(began) / HOUR_MS;
    assert!((68..=84).contains(&hours), "{hours}");
    let page = deliveries(&shop, &id, "?state=failed").await;
    assert_eq!(page["deliveries"].as_array().unwrap().len(), 1);
    let first = page["deliveries"][0]["message_id"].clone();
    assert_eq!(page["deliveries"][0]["attempts"], 10);
    assert_eq!(page["deliveries"][0]["last_status"], 500);
    let state = endpoint(&shop, &id).await;
    assert_eq!(
        (&state["enabled"], &state["failing_since"]),
        (&json!(true), &json!(began))
    );

    receiver.took();
    receiver.answers(200);
    let path = format!("/v1/webhooks/messages/{}/replay", first.as_str().unwrap());
    let again = shop
        .server("POST", &path)
        .json(&json!({}))
        .send()
        .await
        .expect(202);
    assert_eq!(again.body["deliveries"], 1);
    assert_eq!(runs(&shop).await, 1);
    let took = receiver.took();
    assert_eq!(took[0].0["webhook-id"], first.as_str().unwrap());
    let found = message(&shop, &first).await;
    assert_eq!(found["deliveries"][0]["state"], "delivered");
    let tries: Vec<&Value> = found["attempts"].as_array().unwrap().iter().collect();
    assert_eq!((tries.len(), &tries[10]["attempt"]), (11, &json!(11)));
    assert_eq!(endpoint(&shop, &id).await["failing_since"], Value::Null);
    assert_eq!(audited(&shop, "webhook.replayed").await, 1);
}

#[tokio::test]
async fn a_replayed_message_has_its_whole_schedule_again() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &["points.earned"]).await;
    receiver.answers(503);
    shop.member("c1").await;
    shop.buys("c1", "o1", 12_000).await.expect(201);
    for _ in 0..3 {
        runs(&shop).await;
        shop.pass_ms(HOUR_MS);
    }
    let page = deliveries(&shop, &id, "").await;
    assert_eq!(page["deliveries"][0]["attempts"], 3);
    let replay =
        json!({ "from": shop.now().plus_ms(-DAY_MS), "to": shop.now(), "endpoint_id": id });
    shop.server("POST", "/v1/webhooks/replay")
        .json(&replay)
        .send()
        .await
        .expect(202);
    assert_eq!(runs(&shop).await, 1);
    let page = deliveries(&shop, &id, "").await;
    let next = Timestamp::parse(page["deliveries"][0]["next_at"].as_str().unwrap()).unwrap();
    assert!(
        next.since(shop.now()) <= 6_000,
        "the second try comes after five seconds"
    );
}

#[tokio::test]
async fn five_days_of_nothing_but_failures_disable_an_endpoint_and_nothing_is_lost() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &["points.earned"]).await;
    receiver.answers(500);
    shop.member("c1").await;
    for day in 0..6 {
        shop.buys("c1", &format!("o{day}"), 1_000).await.expect(201);
        runs(&shop).await;
        let enabled = endpoint(&shop, &id).await["enabled"].clone();
        assert_eq!(enabled, json!(day < 5), "day {day}");
        shop.pass_days(1);
    }
    assert_eq!(endpoint(&shop, &id).await["disabled_reason"], "failing");
    assert_eq!(audited(&shop, "webhook.disabled").await, 1);
    shop.buys("c1", "o9", 1_000).await.expect(201);
    receiver.took();
    assert_eq!(runs(&shop).await, 0);
    let test = format!("{ALL}/{id}/test");
    shop.server("POST", &test)
        .send()
        .await
        .refused(409, "endpoint_disabled");

    receiver.answers(200);
    let enable = format!("{ALL}/{id}/enable");
    let enabled = shop.server("POST", &enable).send().await.expect(200);
    assert_eq!(enabled.body["endpoint"]["enabled"], true);
    assert_eq!(runs(&shop).await, 0, "what was dropped waits for a replay");
    let to = shop.now().plus_ms(1);
    let replay = json!({ "from": to.plus_ms(-20 * DAY_MS), "to": to, "kinds": ["points.earned"] });
    let again = shop
        .server("POST", "/v1/webhooks/replay")
        .json(&replay)
        .send()
        .await;
    assert_eq!(again.expect(202).body["deliveries"], 7);
    assert_eq!(runs(&shop).await, 7);
    let mut sources: Vec<String> = receiver
        .bodies()
        .iter()
        .map(|body| body["data"]["source"].as_str().unwrap().to_owned())
        .collect();
    sources.sort();
    assert_eq!(sources, ["o0", "o1", "o2", "o3", "o4", "o5", "o9"]);
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_disabled_at_once() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &[]).await;
    receiver.answers(410);
    let test = format!("{ALL}/{id}/test");
    let sent = shop.server("POST", &test).send().await.expect(202).body;
    assert_eq!(runs(&shop).await, 1);
    let state = endpoint(&shop, &id).await;
    assert_eq!(
        (&state["enabled"], &state["disabled_reason"]),
        (&json!(false), &json!("gone"))
    );
    assert_eq!(audited(&shop, "webhook.disabled").await, 1);
    let found = message(&shop, &sent["message_id"]).await;
    assert_eq!(found["deliveries"][0]["state"], "failed");
    assert_eq!(found["attempts"][0]["status"], 410);
}

#[tokio::test]
async fn a_former_secret_signs_for_a_day_beside_the_new_one() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, old) = listens(&shop, &receiver.url, &[]).await;
    let rotate = format!("{ALL}/{id}/rotate");
    let rotated = shop.server("POST", &rotate).send().await.expect(200).body;
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_ne!(old, new);
    assert_eq!(rotated["endpoint"]["secrets"], 2);
    let test = format!("{ALL}/{id}/test");
    for (hours, still) in [(0, true), (23, true), (1, false)] {
        shop.pass_ms(hours * HOUR_MS);
        shop.server("POST", &test).send().await.expect(202);
        assert_eq!(runs(&shop).await, 1);
        let took = receiver.took();
        assert!(signed_by(&shop, &took[0], &new));
        assert_eq!(signed_by(&shop, &took[0], &old), still);
    }
    assert_eq!(endpoint(&shop, &id).await["secrets"], 1);
    for _ in 0..4 {
        shop.server("POST", &rotate).send().await.expect(200);
    }
    shop.server("POST", &rotate)
        .send()
        .await
        .refused(409, "too_many_webhook_secrets");
}

#[tokio::test]
async fn another_tenants_endpoints_and_messages_are_not_there() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &[]).await;
    let sent = shop
        .server("POST", &format!("{ALL}/{id}/test"))
        .send()
        .await
        .expect(202)
        .body;
    let message = sent["message_id"].as_str().unwrap();
    let other = publish(&shop.state.db, crate::harness::program("other"), shop.now()).await;
    let one = format!("{ALL}/{id}");
    for (method, path, body) in [
        ("PATCH", one.clone(), Some(json!({}))),
        ("DELETE", one.clone(), None),
        ("POST", format!("{one}/rotate"), None),
        ("POST", format!("{one}/enable"), None),
        ("POST", format!("{one}/test"), None),
        ("GET", format!("{one}/deliveries"), None),
        ("GET", format!("/v1/webhooks/messages/{message}"), None),
        (
            "POST",
            format!("/v1/webhooks/messages/{message}/replay"),
            Some(json!({})),
        ),
    ] {
        let mut ask = shop.server_of(&other, method, &path);
        if let Some(body) = body {
            ask = ask.json(&body);
        }
        ask.send().await.refused(404, "not_found");
    }
    assert_eq!(runs(&shop).await, 1);
    assert_eq!(shop.count("SELECT COUNT(*) FROM endpoints").await, 1);
}

#[tokio::test]
async fn a_delivery_whose_process_died_is_sent_when_its_lease_has_lapsed() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, _) = listens(&shop, &receiver.url, &[]).await;
    shop.server("POST", &format!("{ALL}/{id}/test"))
        .send()
        .await
        .expect(202);
    shop.sql("UPDATE deliveries SET lease = 'run_dead', leased_until = next_at + 60000")
        .await
        .unwrap();
    assert_eq!(runs(&shop).await, 0);
    shop.pass_ms(59_999);
    assert_eq!(runs(&shop).await, 0);
    shop.pass_ms(1);
    assert_eq!(runs(&shop).await, 1);
    assert_eq!(receiver.took().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_send_each_message_once_and_never_show_a_secret() {
    let (shop, receiver) = (shop().await, Receiver::start().await);
    let (id, secret) = listens(&shop, &receiver.url, &[]).await;
    let (_, failing) = listens(&shop, "http://127.0.0.1:9/hook", &[]).await;
    let test = format!("{ALL}/{id}/test");
    for _ in 0..40 {
        shop.server("POST", &test).send().await.expect(202);
    }
    shop.member("c1").await;
    // Their clock is the machine's, whatever it shows.
    shop.sql("UPDATE deliveries SET next_at = 0").await.unwrap();
    let run = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_vafa"))
            .args([
                "jobs",
                "--database",
                &shop.url,
                "run",
                "--allow-private-webhooks",
            ])
            .env("VAFA_LOG", "trace")
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both = [run(), run()];
    let mut deliveries = 0;
    for one in both {
        let ended = tokio::task::spawn_blocking(move || one.wait_with_output()).await;
        let ended = ended.unwrap().unwrap();
        let log = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success(), "{log}");
        assert!(!log.contains(&secret[6..]) && !log.contains(&failing[6..]));
        let done: Value = serde_json::from_slice(&ended.stdout).unwrap();
        deliveries += done["deliveries"].as_u64().unwrap();
    }
    let took = receiver.took();
    let mut ids: Vec<&str> = took
        .iter()
        .map(|(headers, _)| headers["webhook-id"].to_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let tests = took
        .iter()
        .filter(|(_, body)| body.windows(12).any(|part| part == b"webhook.test"));
    assert_eq!((tests.count(), ids.len()), (40, took.len()));
    let tries = shop.count("SELECT COUNT(*) FROM attempts").await;
    assert_eq!(i64::try_from(deliveries).unwrap(), tries);
    // The public library reads ours.
    let theirs = standardwebhooks::Webhook::new(&secret).unwrap();
    for (headers, body) in &took {
        theirs.verify(body, headers).unwrap();
    }
}
