//! Transactions: what stays, what does not, and what a caller that goes away changes (nothing).

use crate::{Held, Place, pot, pots, until_waiting, work};
use std::sync::Arc;
use store::{Error, Options, Result, query};
use tokio::sync::Semaphore;

#[tokio::test(flavor = "multi_thread")]
async fn ok_commits_and_err_undoes() {
    for place in Place::all().await {
        let db = place.open().await;
        pot(&db, "p", 1).await.unwrap();
        let undone: Result<()> = db
            .write(
                (),
                work!(|tx, ()| {
                    query("UPDATE pots SET n = 5").execute(tx).await?;
                    Err(Error::Missing)
                }),
            )
            .await;
        assert_eq!(undone, Err(Error::Missing));
        let n = query("SELECT n FROM pots");
        let n: Result<i64> = db
            .read(n, work!(|tx, n| n.clone().fetch_one(tx).await))
            .await;
        assert_eq!(n, Ok(1));
        let stats = db.stats();
        assert_eq!(
            (stats.commits, stats.writes, stats.refused, stats.reads),
            (1, 1, 1, 1)
        );
        db.close().await;
        assert_eq!(
            pots(&place.open().await).await,
            1,
            "it is there after a restart"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_cannot_write() {
    for place in Place::all().await {
        let db = place.open().await;
        let insert = "INSERT INTO pots (id, n) VALUES ('p', 1)";
        let wrote: Result<u64> = db
            .read((), work!(|tx, ()| query(insert).execute(tx).await))
            .await;
        assert!(wrote.is_err());
        assert_eq!(pots(&db).await, 0);
        pot(&db, "p", 1).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_moment() {
    for place in Place::all().await {
        let db = place.open().await;
        let go = Arc::new(Semaphore::new(0));
        let (started, mut start) = tokio::sync::mpsc::unbounded_channel();
        let reading = tokio::spawn({
            let input = (go.clone(), started);
            let db = db.clone();
            async move {
                db.read(
                    input,
                    work!(|tx, (wait, started)| {
                        let count = || query("SELECT COUNT(*) FROM pots");
                        let before: i64 = count().fetch_one(tx).await?;
                        started.send(()).unwrap();
                        let _ = wait.acquire().await.unwrap();
                        let after: i64 = count().fetch_one(tx).await?;
                        Ok::<_, Error>((before, after))
                    }),
                )
                .await
            }
        });
        start.recv().await.unwrap();
        pot(&db, "p", 1).await.unwrap();
        assert_eq!(
            pots(&db).await,
            1,
            "a write was acknowledged: others see it"
        );
        go.add_permits(1);
        assert_eq!(reading.await.unwrap(), Ok((0, 0)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_between_works_that_change_the_same() {
    for place in Place::all().await {
        let db = place.open().await;
        pot(&db, "p", 10).await.unwrap();
        let takes: Vec<_> = (0..100)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    let take = "UPDATE pots SET n = n - 1 WHERE id = $1 AND n >= 1";
                    let taken = db.write(
                        take,
                        work!(|tx, take| query(*take).bind("p").execute(tx).await),
                    );
                    let taken: Result<u64> = taken.await;
                    taken.unwrap()
                })
            })
            .collect();
        let mut taken = 0;
        for take in takes {
            taken += take.await.unwrap();
        }
        assert_eq!(taken, 10);
    }
}

/// Polls a future once and drops it.
async fn dropped_after_one_poll(future: impl Future) {
    tokio::select! {
        biased;
        _ = future => {}
        () = std::future::ready(()) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_stops_nothing_and_leaves_nothing() {
    for place in Place::all().await {
        let db = place.open().await;
        for at in 0..1000 {
            let id = format!("p{at}");
            dropped_after_one_poll(pot(&db, &id, 1)).await;
            dropped_after_one_poll(pots(&db)).await;
            let count = "SELECT COUNT(*) FROM pots";
            let read = db.read(
                count,
                work!(|tx, count| query(*count).fetch_one::<i64>(tx).await),
            );
            let read = async {
                let _: Result<i64> = read.await;
            };
            dropped_after_one_poll(read).await;
            if db.stats().waiting > 1000 {
                until_done(&db).await;
            }
        }
        until_done(&db).await;
        // Behind the last write, on the one writer of SQLite.
        pot(&db, "last", 1).await.unwrap();
        db.close().await;
        let stats = db.stats();
        assert_eq!((stats.writes, stats.refused, stats.waiting), (1001, 0, 0));
        let db = place.open().await;
        assert_eq!(pots(&db).await, 1001);
    }
}

async fn until_done(db: &store::Db) {
    while db.stats().waiting > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_that_panics_harms_nobody_else() {
    for place in Place::all().await {
        let one = Options {
            pool: 1,
            readers: 1,
            ..Options::default()
        };
        let db = place.open_with(one).await;
        for _ in 0..3 {
            let fell: Result<()> = db
                .write(
                    (),
                    work!(|tx, ()| {
                        query("INSERT INTO pots (id, n) VALUES ('fell', 1)")
                            .execute(tx)
                            .await?;
                        panic!("as the test wants")
                    }),
                )
                .await;
            assert_eq!(fell, Err(Error::Other("a work panicked".to_owned())));
            let fell: Result<()> = db
                .read(
                    (),
                    work!(|tx, ()| {
                        query("SELECT n FROM pots").fetch_all::<i64>(tx).await?;
                        panic!("as the test wants")
                    }),
                )
                .await;
            assert_eq!(fell, Err(Error::Other("a work panicked".to_owned())));
            assert_eq!(pots(&db).await, 0);
        }
        pot(&db, "p", 1).await.unwrap();
        assert_eq!(pots(&db).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_at_once() {
    for place in Place::all().await {
        let few = Options {
            pool: 1,
            queue: 2,
            ..Options::default()
        };
        let db = place.open_with(few).await;
        let held = Held::take(&db).await;
        let waits: Vec<_> = ["a", "b"]
            .map(|id| {
                let db = db.clone();
                tokio::spawn(async move { pot(&db, id, 1).await })
            })
            .into();
        until_waiting(&db, 2).await;
        let refused = pot(&db, "c", 1).await;
        assert!(matches!(refused, Err(Error::Busy(_))), "{refused:?}");
        held.let_go().await;
        for wait in waits {
            wait.await.unwrap().unwrap();
        }
        pot(&db, "c", 1).await.unwrap();
        assert_eq!(pots(&db).await, 3);
    }
}
