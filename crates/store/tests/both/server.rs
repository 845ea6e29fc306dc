//! PostgreSQL alone: conflicts that are run again, connections that are lost.

use crate::{Place, SCHEMA, pot, pots, work};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Db, Dialect, Error, Options, Result, query};
use tokio::sync::Barrier;

/// A counter that no rollback turns back, and a function that fails as long as it is low.
const TRIES: &str = "CREATE SEQUENCE tries; CREATE FUNCTION fails(code TEXT, until BIGINT) RETURNS BIGINT \
     LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') <= until THEN RAISE EXCEPTION 'again' USING ERRCODE = code; \
     END IF; RETURN currval('tries'); END $$;";

async fn server(options: Options) -> Option<(Place, Db)> {
    let place = Place::server().await?;
    let db = place.open_with(options).await;
    assert_eq!(db.dialect(), Dialect::Postgres);
    let made: Result<()> = db.write((), work!(|tx, ()| tx.batch(TRIES).await)).await;
    made.unwrap();
    Some((place, db))
}

async fn fails(db: &Db, code: &'static str, until: i64) -> Result<i64> {
    db.write(
        (code, until),
        work!(|tx, (code, until)| {
            query("INSERT INTO pots (id, n) VALUES ($1, 1)")
                .bind(*code)
                .execute(tx)
                .await?;
            query("SELECT fails($1, $2)")
                .bind(*code)
                .bind(*until)
                .fetch_one(tx)
                .await
        }),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_runs_again_five_times_and_no_more() {
    let Some((_place, db)) = server(Options::default()).await else {
        return;
    };
    assert_eq!(fails(&db, "40001", 5).await, Ok(6));
    assert_eq!(db.stats().retries, 5);
    let too_often = fails(&db, "40P01", 100).await;
    assert!(matches!(too_often, Err(Error::Busy(_))), "{too_often:?}");
    assert_eq!(db.stats().retries, 10);
    assert_eq!(fails(&db, "40P01", 12).await, Ok(13), "12 runs so far");
    let other = fails(&db, "22012", 100).await;
    assert!(matches!(other, Err(Error::Other(_))), "{other:?}");
    assert_eq!((db.stats().retries, db.stats().refused), (10, 2));
    assert_eq!(pots(&db).await, 2, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_wait_for_each_other_both_succeed() {
    let Some((_place, db)) = server(Options::default()).await else {
        return;
    };
    pot(&db, "a", 0).await.unwrap();
    pot(&db, "b", 0).await.unwrap();
    let met = Arc::new(Barrier::new(2));
    let both: Vec<_> = [("a", "b"), ("b", "a")]
        .map(|(first, second)| {
            let (db, met, runs) = (db.clone(), met.clone(), AtomicU32::new(0));
            tokio::spawn(async move {
                db.write((met, runs), move |mut tx, (met, runs)| {
                    Box::pin(async move {
                        let add = "UPDATE pots SET n = n + 1 WHERE id = $1";
                        let mut result = query(add).bind(first).execute(&mut tx).await;
                        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                            met.wait().await;
                        }
                        if result.is_ok() {
                            result = query(add).bind(second).execute(&mut tx).await;
                        }
                        (tx, result)
                    })
                })
                .await
            })
        })
        .into();
    for one in both {
        assert_eq!(one.await.unwrap(), Ok::<_, Error>(1));
    }
    assert_eq!(db.stats().retries, 1);
    let n = "SELECT CAST(SUM(n) AS BIGINT) FROM pots";
    let n: Result<i64> = db
        .look(n, work!(|tx, n| query(*n).fetch_one(tx).await))
        .await;
    assert_eq!(n, Ok(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_to_serialize_at_its_commit_runs_again() {
    let Some((_place, db)) = server(Options::default()).await else {
        return;
    };
    let met = Arc::new(Barrier::new(2));
    let both: Vec<_> = ["a", "b"]
        .map(|id| {
            let (db, met, runs) = (db.clone(), met.clone(), AtomicU32::new(0));
            tokio::spawn(async move {
                db.write(
                    (met, runs, id),
                    work!(|tx, (met, runs, id)| {
                        tx.batch("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                            .await?;
                        let count: i64 = query("SELECT COUNT(*) FROM pots").fetch_one(tx).await?;
                        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                            met.wait().await;
                        }
                        let insert = query("INSERT INTO pots (id, n) VALUES ($1, $2)");
                        insert.bind(*id).bind(count).execute(tx).await
                    }),
                )
                .await
            })
        })
        .into();
    for one in both {
        assert_eq!(one.await.unwrap(), Ok::<_, Error>(1));
    }
    let n = "SELECT n FROM pots ORDER BY n";
    let n: Result<Vec<i64>> = db
        .look(n, work!(|tx, n| query(*n).fetch_all(tx).await))
        .await;
    assert_eq!(n.unwrap(), [0, 1], "as if one had run after the other");
    assert!(db.stats().retries >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_refused_for_now_runs_again() {
    let Some((_place, db)) = server(Options::default()).await else {
        return;
    };
    let trigger = "CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         PERFORM fails('40001', 2); RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON pots DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION waits();";
    let made: Result<()> = db
        .write(trigger, work!(|tx, trigger| tx.batch(trigger).await))
        .await;
    made.unwrap();
    pot(&db, "p", 1).await.unwrap();
    assert_eq!((db.stats().retries, pots(&db).await), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_told_apart_by_when_it_was_lost() {
    let Some((_place, db)) = server(Options {
        pool: 2,
        ..Options::default()
    })
    .await
    else {
        return;
    };
    for _ in 0..4 {
        let killed: Result<i64> = db
            .write(
                (),
                work!(|tx, ()| {
                    query("INSERT INTO pots (id, n) VALUES ('gone', 1)")
                        .execute(tx)
                        .await?;
                    query("SELECT pg_terminate_backend(pg_backend_pid())")
                        .fetch_one(tx)
                        .await
                }),
            )
            .await;
        assert!(matches!(killed, Err(Error::Unavailable(_))), "{killed:?}");
    }
    assert_eq!(pots(&db).await, 0);
    let trigger = "CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON promises DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION dies();";
    let made: Result<()> = db
        .write(trigger, work!(|tx, trigger| tx.batch(trigger).await))
        .await;
    made.unwrap();
    pot(&db, "p", 1).await.unwrap();
    let unknown: Result<u64> = db
        .write(
            (),
            work!(
                |tx, ()| query("INSERT INTO promises (id, pot) VALUES (1, 'p')")
                    .execute(tx)
                    .await
            ),
        )
        .await;
    assert!(matches!(unknown, Err(Error::Unknown(_))), "{unknown:?}");
    pot(&db, "q", 1).await.unwrap();
    assert_eq!(pots(&db).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_open_after_works_were_left() {
    let Some((place, db)) = server(Options {
        pool: 3,
        ..Options::default()
    })
    .await
    else {
        return;
    };
    for at in 0..200 {
        let id = format!("p{}", at % 7);
        tokio::select! { biased; _ = pot(&db, &id, 1) => {} () = tokio::task::yield_now() => {} }
    }
    while db.stats().waiting > 0 {
        tokio::task::yield_now().await;
    }
    db.close().await;
    let db = place.open().await;
    let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
         AND state LIKE 'idle in transaction%'";
    let open: Result<i64> = db
        .look(open, work!(|tx, open| query(*open).fetch_one(tx).await))
        .await;
    assert_eq!((open, pots(&db).await), (Ok(0), 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_have_their_settings_and_locks_their_time() {
    let wait = std::time::Duration::from_millis(50);
    let Some((place, db)) = server(Options {
        lock_wait: wait,
        ..Options::default()
    })
    .await
    else {
        return;
    };
    let settings = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'), \
         current_setting('idle_in_transaction_session_timeout')";
    let settings: Result<(String, String, String)> = db
        .look(
            settings,
            work!(|tx, settings| query(*settings).fetch_one(tx).await),
        )
        .await;
    let text = |text: &str| text.to_owned();
    assert_eq!(settings, Ok((text("50ms"), text("30s"), text("30s"))));
    pot(&db, "p", 1).await.unwrap();
    let held = crate::Held::take(&db).await;
    let busy: Result<u64> = db
        .write(
            (),
            work!(|tx, ()| query("UPDATE pots SET n = 2").execute(tx).await),
        )
        .await;
    assert!(matches!(busy, Err(Error::Busy(_))), "{busy:?}");
    held.let_go().await;
    let copy = db.backup(std::path::Path::new("nowhere")).await;
    assert!(matches!(copy, Err(Error::Config(why)) if why.contains("pg_dump")));
    let tls = format!("{}?sslmode=require", place.url);
    let tls = Db::open(&tls, Options::default(), SCHEMA).await.map(drop);
    assert!(
        matches!(tls, Err(Error::Unavailable(_) | Error::Config(_))),
        "{tls:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_in_use_for_too_long_is_busy() {
    let wait = std::time::Duration::from_millis(50);
    let options = Options {
        lock_wait: wait,
        pool: 1,
        ..Options::default()
    };
    let Some((_place, db)) = server(options).await else {
        return;
    };
    let held = crate::Held::take(&db).await;
    let busy = pot(&db, "p", 1).await;
    assert!(matches!(busy, Err(Error::Busy(_))), "{busy:?}");
    held.let_go().await;
    pot(&db, "p", 1).await.unwrap();
}
