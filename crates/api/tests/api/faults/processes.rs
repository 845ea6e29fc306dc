//! Two servers, each a process of its own, on one database.

use super::share;
use crate::crashing::database;
use crate::harness::order_of;
use crate::server::{Server, check, seed_at};
use crate::shop_of::Remote;
use std::sync::Barrier;

/// The servers race for one affordable reward, for one key and for one order; each race has one end.
#[test]
fn two_servers_on_one_database_are_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path());
    let remote = Remote::new(&seed_at(folder.path(), &database));
    let servers = [Server::start(&database), Server::start(&database)];
    let at = servers[0].address;
    for round in 0..share(200) {
        let crowd = 8;
        // One who has bought nothing yet: every round begins alike.
        let who = format!("c{round}");
        remote.member(at, &who);
        let start = Barrier::new(crowd);
        let all: Vec<_> = std::thread::scope(|scope| {
            let tell = |n: usize| {
                let (remote, start, who, at) = (&remote, &start, &who, servers[n % 2].address);
                scope.spawn(move || {
                    start.wait();
                    // The same order, told to both.
                    let body = order_of(who, "paid", 50_000);
                    let order = remote
                        .server(at, "PUT", &format!("/v1/orders/o{round}"), &body)
                        .unwrap();
                    // Half of them send one key, the others one each.
                    let key = if n < crowd / 2 {
                        "shared".to_owned()
                    } else {
                        n.to_string()
                    };
                    let redeemed = remote
                        .redeem(at, who, "rwd_five", &format!("{round}-{key}"))
                        .unwrap();
                    (order, redeemed)
                })
            };
            let threads: Vec<_> = (0..crowd).map(tell).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let created = all.iter().filter(|(order, _)| order.0 == 201).count();
        assert_eq!(created, 1, "round {round}: {all:?}");
        let mut codes: Vec<&str> = Vec::new();
        for (order, (status, body)) in &all {
            assert!([200, 201].contains(&order.0), "{order:?}");
            assert!([201, 409].contains(status), "{body}");
            codes.extend(body["redemption"]["code"].as_str());
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 1, "round {round}: {all:?}");
        let won = all.iter().find(|(_, (status, _))| *status == 201).unwrap();
        assert_eq!(remote.uses(at, &won.1.1).unwrap().0, 200);
        // Either server tells the same.
        for server in &servers {
            assert_eq!(remote.available(server.address, &who), 0);
        }
    }
    for server in servers {
        assert!(server.stop().success());
    }
    check(&database);
}
