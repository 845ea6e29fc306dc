//! `kill -9` under load: what was acknowledged is there, and the books are sound.

use crate::harness::{Keys, order_of};
use crate::server::{Server, ask, check, seed};
use api::ids;
use api::tokens::mint;
use rules::Timestamp;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SHOPPERS: u32 = 4;
const PATIENCE: Duration = Duration::from_secs(30);

/// What the server has acknowledged.
#[derive(Clone, Debug)]
enum Acknowledged {
    Order(String),
    Redeemed {
        shopper: u32,
        key: String,
        code: String,
    },
}

struct Load {
    keys: Keys,
    next: AtomicU32,
    told: Mutex<Sender<Acknowledged>>,
}

impl Load {
    fn new(keys: &Value) -> (Self, Receiver<Acknowledged>) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let keys = Keys {
            program: text(&keys["program"]),
            page: text(&keys["publishable_key"]),
            secret: text(&keys["secret_key"]),
            kid: text(&keys["signing_key"]["kid"]),
            signing: ids::from_base64url(keys["signing_key"]["secret"].as_str().unwrap()).unwrap(),
        };
        let (told, hears) = channel();
        (
            Self {
                keys,
                next: AtomicU32::new(0),
                told: Mutex::new(told),
            },
            hears,
        )
    }

    fn server(
        &self,
        at: SocketAddr,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let bearer = format!("Bearer {}", self.keys.secret);
        ask(
            at,
            method,
            path,
            &[("authorization", &bearer)],
            &body.to_string(),
        )
    }

    fn redeem(&self, at: SocketAddr, shopper: u32, key: &str) -> Option<(u16, Value)> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis();
        let claims = self
            .keys
            .claims(&format!("c{shopper}"), Timestamp(now.try_into().unwrap()));
        let token = mint(&self.keys.kid, &self.keys.signing, &claims).unwrap();
        let headers = [
            ("authorization", &*format!("Bearer {token}")),
            ("idempotency-key", key),
        ];
        let body = json!({"reward_id": "rwd_ship"}).to_string();
        ask(at, "POST", "/v1/me/redemptions", &headers, &body)
    }

    /// One shopper's shop: orders of 50 points each and rewards of 100, until the server is gone.
    fn run(&self, at: SocketAddr, shopper: u32) {
        let tell = |what| self.told.lock().unwrap().send(what).unwrap();
        loop {
            let n = self.next.fetch_add(1, Ordering::SeqCst);
            let order = format!("o{n}");
            let body = order_of(&format!("c{shopper}"), "paid", 5_000);
            match self.server(at, "PUT", &format!("/v1/orders/{order}"), &body) {
                Some((201, _)) => tell(Acknowledged::Order(order)),
                Some(other) => panic!("{other:?}"),
                None => return,
            }
            let key = format!("key-{n}");
            match self.redeem(at, shopper, &key) {
                Some((201, body)) => {
                    let code = body["redemption"]["code"].as_str().unwrap().to_owned();
                    let id = body["redemption"]["id"].as_str().unwrap().to_owned();
                    tell(Acknowledged::Redeemed {
                        shopper,
                        key,
                        code: code.clone(),
                    });
                    // The next one is only eligible once this coupon is used.
                    let used = json!({"action": "use", "order_id": id});
                    if self
                        .server(at, "POST", &format!("/v1/coupons/{code}"), &used)
                        .is_none()
                    {
                        return;
                    }
                }
                Some((409, _)) => {}
                Some(other) => panic!("{other:?}"),
                None => return,
            }
        }
    }
}

fn everything_is_there(load: &Load, at: SocketAddr, all: &[Acknowledged]) {
    for what in all {
        match what {
            Acknowledged::Order(order) => {
                let shopper = (0..SHOPPERS).find_map(|shopper| {
                    let body = order_of(&format!("c{shopper}"), "paid", 5_000);
                    load.server(at, "PUT", &format!("/v1/orders/{order}"), &body)
                        .filter(|(status, _)| *status != 409)
                });
                let (status, body) = shopper.unwrap();
                assert_eq!(
                    (status, &body["order"]["points"]),
                    (200, &json!(50)),
                    "{order} was lost"
                );
            }
            Acknowledged::Redeemed { shopper, key, code } => {
                let (status, body) = load.redeem(at, *shopper, key).unwrap();
                assert_eq!(status, 201, "{key} was lost");
                assert_eq!(body["redemption"]["code"].as_str(), Some(code.as_str()));
            }
        }
    }
}

fn under_load(rounds: usize, acknowledged_per_round: usize, end: impl Fn(Server)) {
    let folder = tempfile::tempdir().unwrap();
    let (load, hears) = Load::new(&seed(folder.path()));
    let database: &Path = &folder.path().join("club.db");
    let mut all = Vec::new();
    for round in 0..rounds {
        let server = Server::start(database);
        let at = server.address;
        if round == 0 {
            for shopper in 0..SHOPPERS {
                load.server(at, "PUT", &format!("/v1/members/c{shopper}"), &json!({}))
                    .unwrap();
            }
        }
        everything_is_there(&load, at, &all);
        std::thread::scope(|scope| {
            for shopper in 0..SHOPPERS {
                let load = &load;
                scope.spawn(move || load.run(at, shopper));
            }
            // Not a moment is chosen: the blow falls while the others are at work.
            for _ in 0..acknowledged_per_round + round * 7 {
                all.push(hears.recv_timeout(PATIENCE).expect("the server answers"));
            }
            end(server);
        });
        all.extend(hears.try_iter());
        check(database);
    }
    let server = Server::start(database);
    everything_is_there(&load, server.address, &all);
    let redeemed = all
        .iter()
        .filter(|what| matches!(what, Acknowledged::Redeemed { .. }))
        .count();
    assert!(
        redeemed > 0 && all.len() > redeemed,
        "{} acknowledged",
        all.len()
    );
    assert!(server.stop().success());
    check(database);
}

#[test]
fn killed_under_load_nothing_acknowledged_is_lost() {
    under_load(6, 30, Server::kill);
}

#[test]
fn asked_to_stop_under_load_it_ends_well_and_loses_nothing() {
    under_load(2, 40, |server| assert!(server.stop().success()));
}
