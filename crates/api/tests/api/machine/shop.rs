//! Requests of two shops, one after another on every engine, and several at once.

use super::{Databases, engines, play, runtime};
use crate::harness::{DAY_MS, Keys, ORIGIN, Reply, Shop, order_of, program, publish};
use api::jobs;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

const MEMBERS: [&str; 3] = ["c0", "c1", "c2"];
const REWARDS: [&str; 4] = ["rwd_five", "rwd_ship", "rwd_gold", "rwd_last"];
const SHOPS: usize = 2;

fn club(id: &str, policy: &str, pending: u32) -> Value {
    let mut club = program(id);
    club["expiry"] = json!({"per_lot": {"months": 2}});
    club["negative_policy"] = json!(policy);
    club["earning"]["purchase"]["pending_days"] = json!(pending);
    club["earning"]["activities"] = json!([
        {"id": "first", "kind": "first_purchase", "points": 200},
        {"id": "join", "kind": "join", "points": 50},
    ]);
    club["rewards"].as_array_mut().unwrap().push(json!(
        {"id": "rwd_last", "title": {"en": "Few"}, "kind": "free_shipping", "cost": 20, "stock": 2}
    ));
    club
}

/// What happens, in one of the shops.
#[derive(Clone, Debug)]
struct Step {
    shop: usize,
    member: usize,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Report {
        order: u8,
        cents: i64,
        status: usize,
        coupon: Option<u8>,
        days_ago: i64,
    },
    Refund {
        order: u8,
        id: u8,
        amount: Option<i64>,
    },
    Redeem {
        reward: usize,
        key: u8,
    },
    GiveBack {
        which: u8,
        key: u8,
    },
    Coupon {
        which: u8,
        verb: usize,
        order: u8,
    },
    Invite {
        friend: u8,
    },
    Adjust {
        id: u8,
        points: i64,
    },
    Clock {
        ms: i64,
    },
    Jobs,
}

fn some_what() -> impl Strategy<Value = What> {
    let late = prop_oneof![3 => Just(0), 1 => 0..32_i64];
    prop_oneof![
        6 => (0..6_u8, 0..80_000_i64, 0..4_usize, prop::option::of(any::<u8>()), late)
            .prop_map(|(order, cents, status, coupon, days_ago)|
                What::Report { order, cents, status, coupon, days_ago }),
        3 => (0..6_u8, 0..3_u8, prop::option::of(0..40_000_i64))
            .prop_map(|(order, id, amount)| What::Refund { order, id, amount }),
        5 => (0..REWARDS.len(), 0..9_u8).prop_map(|(reward, key)| What::Redeem { reward, key }),
        2 => (0..3_u8, 0..9_u8).prop_map(|(which, key)| What::GiveBack { which, key }),
        3 => (0..3_u8, 0..3_usize, 0..6_u8).prop_map(|(which, verb, order)| What::Coupon { which, verb, order }),
        1 => (0..4_u8).prop_map(|friend| What::Invite { friend }),
        1 => (0..5_u8, -600..900_i64).prop_map(|(id, points)| What::Adjust { id, points }),
        3 => prop_oneof![Just(-3_600_000), 0..3_600_000_i64, 0..25 * DAY_MS].prop_map(|ms| What::Clock { ms }),
        1 => Just(What::Jobs),
    ]
}

fn some_step() -> impl Strategy<Value = Step> {
    (0..SHOPS, 0..MEMBERS.len(), some_what()).prop_map(|(shop, member, what)| Step {
        shop,
        member,
        what,
    })
}

/// Two shops on one database.
struct Mall {
    shop: Shop,
    keys: Vec<Keys>,
}

impl Mall {
    async fn open(shop: Shop, policy: &str, pending: u32) -> Self {
        let mut keys = Vec::new();
        for _ in 0..SHOPS {
            let club = club(&Databases::name(), policy, pending);
            keys.push(publish(&shop.state.db, club, shop.now()).await);
        }
        let mall = Self { shop, keys };
        for shop in 0..SHOPS {
            for sub in MEMBERS {
                let path = format!("/v1/members/{sub}");
                mall.server(shop, "PUT", &path, &json!({}))
                    .await
                    .expect(201);
                // Not two of them at one instant: lists would have no order of their own.
                mall.shop.pass_ms(1_000);
            }
        }
        mall
    }

    async fn server(&self, shop: usize, method: &str, path: &str, body: &Value) -> Reply {
        let ask = self.shop.server_of(&self.keys[shop], method, path);
        ask.json(body).send().await
    }

    async fn shopper(
        &self,
        shop: usize,
        sub: &str,
        ask: (&str, &str),
        key: &str,
        body: Option<&Value>,
    ) -> Reply {
        let token = self.shop.token_of(&self.keys[shop], sub);
        let ask = self.shop.ask(ask.0, ask.1);
        let ask = ask
            .with("authorization", format!("Bearer {token}"))
            .with("origin", ORIGIN);
        let ask = ask.key(key);
        match body {
            Some(body) => ask.json(body).send().await,
            None => ask.send().await,
        }
    }

    async fn me(&self, shop: usize, sub: &str) -> Value {
        self.shopper(shop, sub, ("GET", "/v1/me"), "-", None)
            .await
            .expect(200)
            .body
    }

    /// One of the member's open redemptions.
    async fn open_coupon(&self, shop: usize, sub: &str, which: u8) -> Option<(String, String)> {
        let me = self.me(shop, sub).await;
        let all = me["redemptions"].as_array().unwrap();
        let one = all.get(usize::from(which) % all.len().max(1))?;
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        Some((text("id"), text("code")))
    }

    /// Does a step; every answer to it.
    async fn take(&self, step: &Step) -> Vec<Reply> {
        let (shop, sub) = (step.shop, MEMBERS[step.member]);
        match &step.what {
            What::Report {
                order,
                cents,
                status,
                coupon,
                days_ago,
            } => {
                let status = ["placed", "paid", "fulfilled", "cancelled"][*status];
                let mut body = order_of(sub, status, *cents);
                if let Some(which) = coupon
                    && let Some((_, code)) = self.open_coupon(shop, sub, *which).await
                {
                    body["coupons"] = json!([code]);
                }
                if *days_ago > 0 {
                    body["paid_at"] = json!(self.shop.now().plus_ms(-days_ago * DAY_MS));
                }
                let path = format!("/v1/orders/o{order}");
                vec![self.server(shop, "PUT", &path, &body).await]
            }
            What::Refund { order, id, amount } => {
                let mut body = json!({"id": format!("r{id}")});
                if let Some(amount) = amount {
                    body["amount"] = json!(amount);
                }
                let path = format!("/v1/orders/o{order}/refunds");
                vec![self.server(shop, "POST", &path, &body).await]
            }
            What::Redeem { reward, key } => {
                let body = json!({"reward_id": REWARDS[*reward]});
                let key = format!("r{key}");
                let ask = ("POST", "/v1/me/redemptions");
                let reply = self.shopper(shop, sub, ask, &key, Some(&body)).await;
                self.again(reply, || self.shopper(shop, sub, ask, &key, Some(&body)))
                    .await
            }
            What::GiveBack { which, key } => {
                let Some((id, _)) = self.open_coupon(shop, sub, *which).await else {
                    return Vec::new();
                };
                let path = format!("/v1/me/redemptions/{id}");
                let key = format!("b{key}");
                let ask = ("DELETE", path.as_str());
                let reply = self.shopper(shop, sub, ask, &key, None).await;
                self.again(reply, || self.shopper(shop, sub, ask, &key, None))
                    .await
            }
            What::Coupon { which, verb, order } => {
                let Some((_, code)) = self.open_coupon(shop, sub, *which).await else {
                    return Vec::new();
                };
                let verb = ["hold", "use", "release"][*verb];
                let body = json!({"action": verb, "order_id": format!("o{order}")});
                vec![
                    self.server(shop, "POST", &format!("/v1/coupons/{code}"), &body)
                        .await,
                ]
            }
            What::Invite { friend } => {
                let code = self.me(shop, sub).await["referral"]["code"].clone();
                let path = format!(
                    "/v1/referrals/{}/claims?key={}",
                    code.as_str().unwrap(),
                    self.keys[shop].page
                );
                let key = format!("claim-{}", self.shop.now().0);
                let claim = self
                    .shop
                    .ask("POST", &path)
                    .with("origin", ORIGIN)
                    .key(&key)
                    .send()
                    .await;
                let body = json!({"claim_id": claim.body["claim"]["id"]});
                let path = format!("/v1/members/c{friend}");
                let joined = self.server(shop, "PUT", &path, &body).await;
                vec![claim, joined]
            }
            What::Adjust { id, points } => {
                let path = format!("/v1/members/{sub}/adjustments");
                let body = json!({"points": points, "reason": "by the machine"});
                let ask = || {
                    let ask = self.shop.server_of(&self.keys[shop], "POST", &path);
                    ask.key(&format!("a{id}-{points}")).json(&body).send()
                };
                let reply = ask().await;
                self.again(reply, ask).await
            }
            What::Clock { ms } => {
                self.shop.pass_ms(*ms);
                Vec::new()
            }
            What::Jobs => {
                let done = jobs::run(&self.shop.state).await.unwrap();
                assert_eq!(done.failures, 0);
                Vec::new()
            }
        }
    }

    /// The same key again has the same answer, unless the first one left it free or is still at work.
    async fn again<F: Future<Output = Reply>>(
        &self,
        first: Reply,
        ask: impl Fn() -> F,
    ) -> Vec<Reply> {
        let kept = first.status.is_success()
            || (first.status == 409 && first.body["code"] != "idempotency_key_in_flight");
        if kept {
            let second = ask().await;
            if second.body["code"] != "idempotency_key_in_flight" {
                assert_eq!((second.status, &second.bytes), (first.status, &first.bytes));
            }
        }
        vec![first]
    }

    /// What a member sees, all of it.
    async fn seen(&self, shop: usize, sub: &str) -> Vec<Value> {
        let me = self.me(shop, sub).await;
        let ask = ("GET", "/v1/me/entries?limit=100");
        let entries = self
            .shopper(shop, sub, ask, "-", None)
            .await
            .expect(200)
            .body;
        let member = self
            .server(shop, "GET", &format!("/v1/members/{sub}"), &json!({}))
            .await
            .expect(200)
            .body;
        let balances = &member["member"]["balances"];
        let of = |name: &str| balances[name].as_i64().unwrap();
        let (available, pending, debt) = (of("available"), of("pending"), of("debt"));
        assert!(available >= 0 && pending >= 0 && debt >= 0, "{balances}");
        let rows = entries["entries"].as_array().unwrap();
        if entries["next_cursor"].is_null() {
            let sum: i64 = rows.iter().map(|e| e["points"].as_i64().unwrap()).sum();
            assert_eq!(sum, available + pending - debt, "{sub}");
        }
        vec![me, entries, member]
    }
}

/// Replaces what is made up by chance (ids, codes) by the number of its first appearance.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn plain(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.words(text)),
            Value::Array(all) => all.iter().map(|one| self.plain(one)).collect(),
            Value::Object(all) => {
                let all = all
                    .iter()
                    .map(|(name, one)| (name.clone(), self.plain(one)));
                Value::Object(all.collect())
            }
            other => other.clone(),
        }
    }

    fn words(&mut self, text: &str) -> String {
        let parts =
            text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
        parts
            .map(|part| {
                let end = part.len()
                    - part
                        .chars()
                        .last()
                        .filter(|c| !c.is_ascii_alphanumeric())
                        .map_or(0, char::len_utf8);
                let (word, rest) = part.split_at(end);
                if Self::is_made_up(word) {
                    let next = self.0.len();
                    format!("<{}>{rest}", self.0.entry(word.to_owned()).or_insert(next))
                } else {
                    part.to_owned()
                }
            })
            .collect()
    }

    fn is_made_up(word: &str) -> bool {
        // A prompt's id is a signed text: what is in it, and 43 characters of signature.
        let long = |rest: &str| {
            rest.len() > 40 || rest.split('_').next().is_some_and(|rest| rest.len() == 20)
        };
        let id = word
            .split_once('_')
            .is_some_and(|(kind, rest)| kind.len() == 3 && long(rest));
        let small = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
        let mut groups = word.split('-');
        let code =
            word.len() == 14 && groups.all(|group| group.len() == 4 && group.bytes().all(small));
        id || code || word.len() == 43
    }
}

/// The first place at which two answers differ.
fn difference(one: &Value, other: &Value, place: &str) -> Option<String> {
    match (one, other) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let mut names: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
            names.sort();
            names.dedup();
            names
                .into_iter()
                .find_map(|name| difference(&one[name], &other[name], &format!("{place}/{name}")))
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let pairs = ours.iter().zip(theirs).enumerate();
            pairs
                .map(|(at, (one, other))| difference(one, other, &format!("{place}/{at}")))
                .find_map(|found| found)
        }
        _ => (one != other).then(|| format!("{place}: {one} or {other}")),
    }
}

fn some_mall() -> impl Strategy<Value = (&'static str, u32)> {
    let policies = prop::sample::select(vec!["debt", "within_balance", "pending_only"]);
    (policies, 0..10_u32)
}

/// One request after another has the same answers on every engine, and nothing ever breaks.
#[test]
fn the_engines_give_the_same_answers() {
    let (runtime, databases) = (runtime(), Databases::default());
    let cases = (some_mall(), prop::collection::vec(some_step(), 1..40));
    play(4, &cases, |((policy, pending), steps)| {
        runtime.block_on(async {
            let mut all = Vec::new();
            for engine in engines() {
                let shop = databases.take(engine).await;
                all.push((Mall::open(shop, policy, pending).await, Names::default()));
            }
            for step in &steps {
                let mut told = Vec::new();
                for (mall, names) in &mut all {
                    // No two steps at one instant.
                    mall.shop.pass_ms(17);
                    let mut said = Vec::new();
                    for reply in mall.take(step).await {
                        assert!(reply.status.as_u16() < 500, "{step:?}: {}", reply.body);
                        said.push(json!([reply.status.as_u16(), names.plain(&reply.body)]));
                    }
                    let seen = mall.seen(step.shop, MEMBERS[step.member]).await;
                    said.extend(seen.iter().map(|one| names.plain(one)));
                    mall.shop.is_sound().await;
                    told.push(Value::Array(said));
                }
                for other in &told[1..] {
                    let differs = difference(&told[0], other, "");
                    assert_eq!(differs, None, "{step:?}");
                }
            }
            for (mall, _) in all {
                databases.give_back(mall.shop);
            }
        });
    });
}

/// Several requests at once, of any kind: none fails, and nothing breaks.
#[test]
fn requests_at_once_break_nothing() {
    let (runtime, databases) = (runtime(), Databases::default());
    let cases = (
        some_mall(),
        prop::collection::vec(prop::collection::vec(some_step(), 2..8), 1..8),
    );
    play(4, &cases, |((policy, pending), rounds)| {
        for engine in engines() {
            runtime.block_on(async {
                let shop = databases.take(engine).await;
                let mall = Arc::new(Mall::open(shop, policy, pending).await);
                for round in &rounds {
                    // Time goes by before the others: a token is not made at one hour and read at another.
                    let time = |step: &Step| matches!(step.what, What::Clock { .. });
                    let (times, others): (Vec<Step>, Vec<Step>) =
                        round.iter().cloned().partition(time);
                    for step in &times {
                        mall.take(step).await;
                    }
                    let mut tasks = tokio::task::JoinSet::new();
                    for step in others {
                        let mall = Arc::clone(&mall);
                        tasks.spawn(async move {
                            for reply in mall.take(&step).await {
                                assert!(reply.status.as_u16() < 500, "{step:?}: {}", reply.body);
                            }
                        });
                    }
                    for ended in tasks.join_all().await {
                        let () = ended;
                    }
                    mall.shop.is_sound().await;
                }
                for shop in 0..SHOPS {
                    for sub in MEMBERS {
                        mall.seen(shop, sub).await;
                    }
                }
                databases.give_back(Arc::into_inner(mall).unwrap().shop);
            });
        }
    });
}
