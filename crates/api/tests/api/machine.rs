//! Machines that do at random what shops, members, clocks and jobs do, and compare.
//!
//! [`books`] plays every event of the rules through the books of both engines and in memory, and wants the same
//! entries, lots and refusals. [`shop`] plays requests, one after another and several at once. After every step
//! each invariant of `check` holds.
//!
//! `VAFA_CASES` is how many cases each machine plays (few by default), `VAFA_SEED` where its dice begin. The seed
//! is printed, and shown when a case fails, beside the shortest case that does.

mod books;
mod events;
mod shop;

use crate::engine::tested;
use crate::harness::{NOON, Shop, program};
use api::limits::Limits;
use proptest::prelude::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use rules::Timestamp;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Dialect;
use tokio::runtime::{Builder, Runtime};

/// SQLite, and PostgreSQL where a server is named.
fn engines() -> Vec<Dialect> {
    let mut all = vec![Dialect::Sqlite];
    if tested() == Dialect::Postgres {
        all.push(Dialect::Postgres);
    }
    all
}

fn runtime() -> Runtime {
    let mut threads = Builder::new_multi_thread();
    threads.worker_threads(2).enable_all().build().unwrap()
}

/// Databases that cases leave sound: the next case takes one, with shops of its own in it.
#[derive(Default)]
struct Databases(Mutex<Vec<Shop>>);

impl Databases {
    /// A shop on the engine, at the same hour for every case. Its keys are those of nobody yet.
    async fn take(&self, engine: Dialect) -> Shop {
        let known = {
            let mut all = self.0.lock().unwrap();
            let at = all
                .iter()
                .position(|shop| shop.state.db.dialect() == engine);
            at.map(|at| all.swap_remove(at))
        };
        let shop = match known {
            Some(shop) => shop,
            None => Shop::on(engine, program("nobody"), Limits::new(9_999, 9_999)).await,
        };
        shop.pass_ms(Timestamp::parse(NOON).unwrap().0 - shop.now().0);
        shop
    }

    fn give_back(&self, shop: Shop) {
        self.0.lock().unwrap().push(shop);
    }

    /// A program's name that no case had before.
    fn name() -> String {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        format!("club-{}", NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Plays random cases; a panic in one is its failure.
fn play<S: Strategy>(few: u32, cases: &S, play: impl Fn(S::Value)) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let seed: u64 = number("VAFA_SEED").unwrap_or_else(|| RandomState::new().hash_one("dice"));
    eprintln!("VAFA_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: number("VAFA_CASES").map_or(few, |cases| u32::try_from(cases).unwrap()),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let dice = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(config, dice)
        .run(cases, |case| {
            play(case);
            Ok::<_, TestCaseError>(())
        })
        .unwrap();
}
