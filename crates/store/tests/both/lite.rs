//! SQLite alone: locks, a full disk, settings, copies.

use crate::{Place, pot, pots, work};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use store::{Dialect, Error, Options, Result, query};

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_stays_too_long_is_busy_and_not_the_end() {
    let place = Place::lite();
    let wait = Duration::from_millis(50);
    let db = place
        .open_with(Options {
            lock_wait: wait,
            ..Options::default()
        })
        .await;
    assert_eq!(db.dialect(), Dialect::Sqlite);
    pot(&db, "p", 1).await.unwrap();
    let other = rusqlite::Connection::open(place.file()).unwrap();
    other
        .execute_batch("BEGIN IMMEDIATE; UPDATE pots SET n = 2")
        .unwrap();
    let started = Instant::now();
    let writes: Vec<_> = (0..20)
        .map(|at| {
            let db = db.clone();
            tokio::spawn(async move { pot(&db, &format!("q{at}"), 1).await })
        })
        .collect();
    for write in writes {
        let busy = write.await.unwrap();
        assert!(matches!(busy, Err(Error::Busy(_))), "{busy:?}");
    }
    assert!(started.elapsed() >= wait);
    assert!(
        started.elapsed() < wait * 20,
        "they did not wait one after the other"
    );
    assert_eq!(pots(&db).await, 1, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    pot(&db, "q", 1).await.unwrap();
    assert_eq!((pots(&db).await, db.stats().refused), (2, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_got_over() {
    let place = Place::lite();
    let db = place.open().await;
    let room = |pages: i64| {
        let db = db.clone();
        async move {
            let set: Result<()> = db
                .write(
                    pages,
                    work!(|tx, pages| {
                        tx.batch(&format!("PRAGMA max_page_count = {pages}")).await
                    }),
                )
                .await;
            set.unwrap();
        }
    };
    room(1).await;
    let large = "x".repeat(100_000);
    let full = pot(&db, &large, 1).await;
    assert!(matches!(full, Err(Error::Full(_))), "{full:?}");
    assert_eq!(pots(&db).await, 0);
    room(1_000_000).await;
    pot(&db, &large, 1).await.unwrap();
    assert_eq!(pots(&db).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_has_its_settings() {
    let place = Place::lite();
    let db = place.open().await;
    let settings = [
        ("PRAGMA synchronous", 2, 2),
        ("PRAGMA foreign_keys", 1, 1),
        ("PRAGMA busy_timeout", 5000, 5000),
        ("PRAGMA query_only", 0, 1),
    ];
    // As many at once as there are readers, so that each of them answers.
    let together = Arc::new(Barrier::new(4));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (db, together) = (db.clone(), together.clone());
            tokio::spawn(async move {
                db.look(
                    (together, settings),
                    work!(|tx, (together, settings)| {
                        together.wait();
                        for (pragma, _, reader) in settings {
                            assert_eq!(
                                query(*pragma).fetch_one::<i64>(tx).await?,
                                *reader,
                                "{pragma}"
                            );
                        }
                        query("PRAGMA journal_mode").fetch_one::<String>(tx).await
                    }),
                )
                .await
            })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), Ok::<_, Error>("wal".to_owned()));
    }
    let writer: Result<()> = db
        .write(
            settings,
            work!(|tx, settings| {
                for (pragma, writer, _) in settings {
                    assert_eq!(
                        query(*pragma).fetch_one::<i64>(tx).await?,
                        *writer,
                        "{pragma}"
                    );
                }
                Ok(())
            }),
        )
        .await;
    writer.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_sound_while_others_write() {
    let place = Place::lite();
    let db = place.open().await;
    pot(&db, "a", 1000).await.unwrap();
    pot(&db, "b", 0).await.unwrap();
    let writing = tokio::spawn({
        let db = db.clone();
        async move {
            for _ in 0..500 {
                let moved: Result<()> = db
                    .write(
                        (),
                        work!(|tx, ()| {
                            query("UPDATE pots SET n = n - 1 WHERE id = 'a'")
                                .execute(tx)
                                .await?;
                            query("UPDATE pots SET n = n + 1 WHERE id = 'b'")
                                .execute(tx)
                                .await?;
                            Ok(())
                        }),
                    )
                    .await;
                moved.unwrap();
            }
        }
    });
    let mut copies = 0;
    while !writing.is_finished() || copies == 0 {
        copies += 1;
        let to = place.file().with_file_name(format!("copy{copies}.db"));
        db.backup(&to).await.unwrap();
        let copy = Place {
            url: format!("sqlite:{}", to.display()),
            folder: None,
        };
        let copy = copy
            .open_with(Options {
                readers: 1,
                ..Options::default()
            })
            .await;
        let sum = "SELECT CAST(SUM(n) AS BIGINT) FROM pots";
        let sum: Result<i64> = copy
            .look(sum, work!(|tx, sum| query(*sum).fetch_one(tx).await))
            .await;
        assert_eq!(sum, Ok(1000));
    }
    writing.await.unwrap();
    let first = place.file().with_file_name("copy1.db");
    let before = std::fs::read(&first).unwrap();
    assert!(
        matches!(db.backup(&first).await, Err(Error::Config(_))),
        "nothing is overwritten"
    );
    assert_eq!(std::fs::read(&first).unwrap(), before);
    let nowhere = place.file().join("missing");
    assert!(matches!(db.backup(&nowhere).await, Err(Error::Config(_))));
}
