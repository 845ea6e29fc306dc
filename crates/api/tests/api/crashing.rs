//! `kill -9` under load: what was acknowledged is there, and the books are sound.

use crate::engine::{database_url, tested};
use crate::faults::share;
use crate::harness::order_of;
use crate::server::{Server, check, seed_at};
use crate::shop_of::Remote;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

const SHOPPERS: u32 = 4;
const PATIENCE: Duration = Duration::from_secs(30);

/// What the server has acknowledged.
#[derive(Clone, Debug)]
enum Acknowledged {
    Order {
        shopper: u32,
        order: String,
        points: i64,
    },
    Redeemed {
        shopper: u32,
        key: String,
        code: String,
    },
}

struct Load {
    remote: Remote,
    next: AtomicU32,
    told: Mutex<Sender<Acknowledged>>,
}

impl Load {
    fn new(keys: &Value) -> (Self, Receiver<Acknowledged>) {
        let (told, hears) = channel();
        let load = Self {
            remote: Remote::new(keys),
            next: AtomicU32::new(0),
            told: Mutex::new(told),
        };
        (load, hears)
    }

    /// One shopper's shop: orders of 50 points each and rewards of 100, until the server is gone.
    fn run(&self, at: SocketAddr, shopper: u32) {
        let tell = |what| self.told.lock().unwrap().send(what).unwrap();
        loop {
            let n = self.next.fetch_add(1, Ordering::SeqCst);
            let order = format!("o{n}");
            let body = order_of(&format!("c{shopper}"), "paid", 5_000);
            match self
                .remote
                .server(at, "PUT", &format!("/v1/orders/{order}"), &body)
            {
                Some((201, body)) => tell(Acknowledged::Order {
                    shopper,
                    order,
                    points: body["order"]["points"].as_i64().unwrap(),
                }),
                Some(other) => panic!("{other:?}"),
                None => return,
            }
            let key = format!("key-{n}");
            match self
                .remote
                .redeem(at, &format!("c{shopper}"), "rwd_ship", &key)
            {
                Some((201, body)) => {
                    let code = body["redemption"]["code"].as_str().unwrap().to_owned();
                    tell(Acknowledged::Redeemed { shopper, key, code });
                    // The next one is only eligible once this coupon is used.
                    if self.remote.uses(at, &body).is_none() {
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

/// Asks for all of it again, as many at once as there are shoppers.
fn everything_is_there(load: &Load, at: SocketAddr, all: &[Acknowledged]) {
    let share = all.len().div_ceil(SHOPPERS as usize).max(1);
    std::thread::scope(|scope| {
        for some in all.chunks(share) {
            scope.spawn(move || these_are_there(load, at, some));
        }
    });
}

fn these_are_there(load: &Load, at: SocketAddr, some: &[Acknowledged]) {
    for what in some {
        match what {
            Acknowledged::Order {
                shopper,
                order,
                points,
            } => {
                let body = order_of(&format!("c{shopper}"), "paid", 5_000);
                let path = format!("/v1/orders/{order}");
                let (status, body) = load.remote.server(at, "PUT", &path, &body).unwrap();
                let told = (status, &body["order"]["points"]);
                assert_eq!(told, (200, &json!(points)), "{order} was lost");
            }
            Acknowledged::Redeemed { shopper, key, code } => {
                let (status, body) = load
                    .remote
                    .redeem(at, &format!("c{shopper}"), "rwd_ship", key)
                    .unwrap();
                assert_eq!(status, 201, "{key} was lost");
                assert_eq!(body["redemption"]["code"].as_str(), Some(code.as_str()));
            }
        }
    }
}

/// A new database of the engine that the tests run on.
pub(crate) fn database(folder: &Path) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(database_url(tested(), folder))
}

fn under_load(rounds: usize, acknowledged_per_round: usize, end: impl Fn(Server)) {
    let folder = tempfile::tempdir().unwrap();
    let database = &database(folder.path());
    let (load, hears) = Load::new(&seed_at(folder.path(), database));
    let mut all = Vec::new();
    for round in 0..rounds {
        let server = Server::start(database);
        let at = server.address;
        if round == 0 {
            for shopper in 0..SHOPPERS {
                load.remote.member(at, &format!("c{shopper}"));
            }
        }
        // What was acknowledged last; the whole at the end.
        everything_is_there(&load, at, &all[all.len().saturating_sub(200)..]);
        std::thread::scope(|scope| {
            for shopper in 0..SHOPPERS {
                let load = &load;
                scope.spawn(move || load.run(at, shopper));
            }
            // Not a moment is chosen: the blow falls while the others are at work.
            for _ in 0..acknowledged_per_round + round % 10 * 7 {
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
    under_load(share(200), 20, Server::kill);
}

#[test]
fn asked_to_stop_under_load_it_ends_well_and_loses_nothing() {
    under_load(share(20), 30, |server| assert!(server.stop().success()));
}
