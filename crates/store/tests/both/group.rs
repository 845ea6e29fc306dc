//! Group commit on SQLite: who shares a commit, and who suffers from whom (nobody).

use crate::{Held, Place, pot, pots, until_waiting, work};
use store::{Db, Error, Options, Result, query};
use tokio::task::JoinHandle;

fn spawned(db: &Db, id: &str) -> JoinHandle<Result<()>> {
    let (db, id) = (db.clone(), id.to_owned());
    tokio::spawn(async move { pot(&db, &id, 1).await })
}

/// Starts a write.
type Start = Box<dyn Fn() -> JoinHandle<Result<()>> + Send>;

/// Statements, how the write that runs them ends, and what its error says.
type Break = (&'static [&'static str], fn() -> Result<()>, &'static str);

/// Queues the works while the writer is held, in this order, then lets it go.
async fn together(db: &Db, works: Vec<Start>) -> Vec<Result<()>> {
    let held = Held::take(db).await;
    let mut running = Vec::new();
    for work in works {
        running.push(work());
        until_waiting(db, u64::try_from(running.len()).unwrap()).await;
    }
    held.let_go().await;
    let mut results = Vec::new();
    for work in running {
        results.push(work.await.unwrap());
    }
    results
}

fn pot_work(db: &Db, id: &'static str) -> Start {
    let db = db.clone();
    Box::new(move || spawned(&db, id))
}

/// A write of these statements, which ends as the closure says.
fn work_of(db: &Db, statements: &'static [&'static str], end: fn() -> Result<()>) -> Start {
    let db = db.clone();
    Box::new(move || {
        let db = db.clone();
        tokio::spawn(async move {
            db.write((), move |mut tx, ()| {
                Box::pin(async move {
                    for statement in statements {
                        if let Err(why) = tx.batch(statement).await {
                            return (tx, Err(why));
                        }
                    }
                    (tx, end())
                })
            })
            .await
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn works_that_wait_share_one_commit_and_are_all_on_the_disk() {
    let place = Place::lite();
    let db = place.open().await;
    let held = Held::take(&db).await;
    let writes: Vec<_> = (0..100).map(|at| spawned(&db, &format!("p{at}"))).collect();
    until_waiting(&db, 100).await;
    assert_eq!(db.stats().waiting, 100);
    held.let_go().await;
    for write in writes {
        write.await.unwrap().unwrap();
    }
    let stats = db.stats();
    assert_eq!(
        (stats.writes, stats.commits, stats.largest_commit),
        (101, 1, 101)
    );
    db.close().await;
    assert_eq!(pots(&place.open().await).await, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_holds_no_more_than_it_may() {
    for (most, commits) in [(1, 31), (10, 4)] {
        let place = Place::lite();
        let alone = Options {
            most_in_commit: most,
            ..Options::default()
        };
        let db = place.open_with(alone).await;
        let held = Held::take(&db).await;
        let writes: Vec<_> = (0..30).map(|at| spawned(&db, &format!("p{at}"))).collect();
        until_waiting(&db, 30).await;
        held.let_go().await;
        for write in writes {
            write.await.unwrap().unwrap();
        }
        assert_eq!(db.stats().commits, commits);
        assert_eq!(db.stats().largest_commit, u64::try_from(most).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_err_in_the_middle_of_a_commit_leaves_no_trace() {
    let db = Place::lite();
    let db = db.open().await;
    let insert = &["INSERT INTO pots (id, n) VALUES ('gone', 1)"];
    let results = together(
        &db,
        vec![
            pot_work(&db, "before"),
            work_of(&db, insert, || Err(Error::Missing)),
            pot_work(&db, "before"),
            pot_work(&db, "after"),
        ],
    )
    .await;
    let twice = Error::Conflict {
        constraint: "pots.id".to_owned(),
    };
    assert_eq!(results, [Ok(()), Err(Error::Missing), Err(twice), Ok(())]);
    assert_eq!(ids(&db).await, ["after", "before"]);
    let stats = db.stats();
    assert_eq!(
        (stats.writes, stats.refused, stats.commits, stats.retries),
        (3, 2, 1, 3),
        "the first three, the one that held the others among them, ran again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_that_is_refused_before_it_writes_has_nobody_run_again() {
    let db = Place::lite();
    let db = db.open().await;
    let results = together(
        &db,
        vec![
            pot_work(&db, "before"),
            work_of(&db, &[], || Err(Error::Missing)),
            pot_work(&db, "after"),
        ],
    )
    .await;
    assert_eq!(results, [Ok(()), Err(Error::Missing), Ok(())]);
    assert_eq!(ids(&db).await, ["after", "before"]);
    let stats = db.stats();
    assert_eq!(
        (stats.writes, stats.refused, stats.commits, stats.retries),
        (3, 1, 1, 0)
    );
}

async fn ids(db: &Db) -> Vec<String> {
    let ids = "SELECT id FROM pots ORDER BY id";
    let ids: Result<Vec<String>> = db
        .look(ids, work!(|tx, ids| query(*ids).fetch_all(tx).await))
        .await;
    ids.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn works_survive_a_neighbour_that_breaks_their_transaction() {
    let breaks: [Break; 4] = [
        (
            &["INSERT INTO pots (id, n) VALUES ('gone', 1)"],
            || panic!("as the test wants"),
            "panicked",
        ),
        (&["ROLLBACK"], || Ok(()), "undone"),
        (&["ROLLBACK"], || Err(Error::Missing), "no such row"),
        (
            &["INSERT INTO promises (id, pot) VALUES (1, 'nowhere')"],
            || Ok(()),
            "FOREIGN KEY",
        ),
    ];
    for (statements, end, said) in breaks {
        let place = Place::lite();
        let db = place.open().await;
        let results = together(
            &db,
            vec![
                pot_work(&db, "before"),
                pot_work(&db, "before"),
                work_of(&db, statements, end),
                pot_work(&db, "after"),
            ],
        )
        .await;
        assert_eq!(results[0], Ok(()), "{said}");
        assert!(
            matches!(results[1], Err(Error::Conflict { .. })),
            "{said}: {results:?}"
        );
        let broke = results[2].clone().unwrap_err().to_string();
        assert!(broke.contains(said), "{said}: {broke}");
        assert_eq!(results[3], Ok(()), "{said}");
        assert_eq!(ids(&db).await, ["after", "before"]);
        assert_eq!(db.stats().writes, 3, "{said}: {:?}", db.stats());
        assert_eq!(db.stats().refused, 2, "{said}: {:?}", db.stats());
        db.close().await;
        assert_eq!(pots(&place.open().await).await, 2);
    }
}
