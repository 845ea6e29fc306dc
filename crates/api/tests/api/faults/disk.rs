//! A disk that is full, and a file that another program keeps locked.

use crate::harness::order_of;
use crate::server::{Server, check, seed};
use crate::shop_of::Remote;
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// A small file system of its own, until it is dropped.
struct Small(tempfile::TempDir);

impl Small {
    /// Nothing when the system does not let us mount one.
    fn mounted(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = mount(
            &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"],
            folder.path(),
        );
        mounted.then_some(Self(folder))
    }

    fn grow(&self, size: &str) {
        assert!(mount(
            &["-o", &format!("remount,size={size}")],
            self.0.path()
        ));
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

fn mount(options: &[&str], folder: &Path) -> bool {
    let mounted = Command::new("mount").args(options).arg(folder).output();
    mounted.is_ok_and(|output| output.status.success())
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_written() {
    let Some(disk) = Small::mounted("4m") else {
        eprintln!("not run: only an administrator may mount a small disk");
        return;
    };
    let keys = seed(disk.0.path());
    let database = disk.0.path().join("club.db");
    let remote = Remote::new(&keys);
    let server = Server::start(&database);
    let at = server.address;
    remote.member(at, "c1");
    let mut written = 0;
    let refused = loop {
        let body = order_of("c1", "paid", 5_000);
        let (status, answer) = remote
            .server(at, "PUT", &format!("/v1/orders/o{written}"), &body)
            .unwrap();
        match status {
            201 => written += 1,
            _ => break (status, answer),
        }
        assert!(written < 20_000, "the disk does not get full");
    };
    assert_eq!(
        (refused.0, &refused.1["code"]),
        (503, &json!("unavailable"))
    );
    assert!(written > 10);
    // It stays up: what is asked is read, what is refused is refused again, and a redemption's key stays free.
    assert_eq!(remote.available(at, "c1"), 50 * i64::from(written));
    assert_eq!(remote.redeem(at, "c1", "rwd_ship", "k1").unwrap().0, 503);
    let body = order_of("c1", "paid", 5_000);
    let path = format!("/v1/orders/o{written}");
    assert_eq!(remote.server(at, "PUT", &path, &body).unwrap().0, 503);
    disk.grow("32m");
    assert_eq!(remote.server(at, "PUT", &path, &body).unwrap().0, 201);
    assert_eq!(remote.redeem(at, "c1", "rwd_ship", "k1").unwrap().0, 201);
    assert_eq!(
        remote.available(at, "c1"),
        50 * i64::from(written + 1) - 100
    );
    assert!(server.stop().success());
    check(&database);
}

/// Another program locks the file for longer than anybody waits: 503 after five seconds, and the key stays free.
#[test]
fn a_file_that_another_program_locks_is_waited_for_and_then_told() {
    let folder = tempfile::tempdir().unwrap();
    let keys = seed(folder.path());
    let database = folder.path().join("club.db");
    let remote = Remote::new(&keys);
    let server = Server::start(&database);
    let at = server.address;
    remote.member(at, "c1");
    let paid = remote.server(at, "PUT", "/v1/orders/o1", &order_of("c1", "paid", 50_000));
    assert_eq!(paid.unwrap().0, 201);
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let (status, told) = remote.redeem(at, "c1", "rwd_five", "k1").unwrap();
    assert_eq!((status, &told["code"]), (503, &json!("unavailable")));
    let waited = began.elapsed().as_secs();
    assert!((4..=9).contains(&waited), "{waited} s");
    // Reads go on.
    assert_eq!(remote.available(at, "c1"), 500);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(remote.redeem(at, "c1", "rwd_five", "k1").unwrap().0, 201);
    assert!(server.stop().success());
    check(&database);
}
