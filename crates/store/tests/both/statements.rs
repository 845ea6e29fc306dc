//! Values in, rows out, and what is refused.

use crate::{Place, pot, work};
use store::{Db, Error, Result, Tx, query};

/// Runs the statements of a test in one write that is undone.
macro_rules! undone {
    ($db:expr, |$tx:ident| $body:expr) => {{
        let result: Result<()> = $db
            .write((), work!(|$tx, ()| {
                $body
                Err(Error::Missing)
            }))
            .await;
        assert_eq!(result, Err(Error::Missing));
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_they_went_in() {
    for place in Place::all().await {
        let db = place.open().await;
        undone!(db, |tx| {
            pot_in(tx, "p", i64::MAX).await?;
            let pot = "p".to_owned();
            let insert = "INSERT INTO coins (note, id, shop, pot) VALUES ($3, $2, $1, $4)";
            let text = "سکه 🪙 'quoted' $1";
            let insert = query(insert).bind(text).bind(i64::MIN).bind(None::<String>);
            assert_eq!(insert.bind(&pot).execute(tx).await?, 1);
            let row =
                query("SELECT shop, coins.id, pot, note, n FROM coins JOIN pots ON pots.id = pot");
            let row: (String, i64, Option<String>, Option<String>, i64) = row.fetch_one(tx).await?;
            assert_eq!(
                row,
                (
                    text.to_owned(),
                    i64::MIN,
                    Some("p".to_owned()),
                    None,
                    i64::MAX
                )
            );
            let twice = "SELECT COUNT(*) FROM coins WHERE shop = $1 OR note = $1";
            assert_eq!(query(twice).bind(text).fetch_one::<i64>(tx).await?, 1);
            let truth = "SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT)";
            let truth = query(truth).bind(true).bind(false).bind(7_u32);
            assert_eq!(
                truth.fetch_one::<(bool, bool, i64)>(tx).await?,
                (true, false, 7)
            );
            let none = query("SELECT id FROM coins WHERE shop = $1").bind("nobody");
            assert_eq!(none.clone().fetch_optional::<i64>(tx).await?, None);
            assert_eq!(none.clone().fetch_all::<i64>(tx).await?, Vec::<i64>::new());
            assert_eq!(none.fetch_one::<i64>(tx).await, Err(Error::Missing));
            assert_eq!(query("UPDATE pots SET n = 0").execute(tx).await?, 1);
            pot_in(tx, "q", 1).await?;
            let all = query("SELECT id FROM pots ORDER BY id");
            assert_eq!(all.clone().fetch_all::<String>(tx).await?, ["p", "q"]);
            assert_eq!(all.fetch_one::<String>(tx).await?, "p");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_handed_over_one_by_one_until_one_is_not_taken() {
    for place in Place::all().await {
        let db = place.open().await;
        undone!(db, |tx| {
            for (at, id) in ["a", "b", "c", "d"].into_iter().enumerate() {
                pot_in(tx, id, i64::try_from(at).unwrap()).await?;
            }
            let all = query("SELECT id, n FROM pots ORDER BY id");
            let mut seen = String::new();
            let two = |(id, n): (String, i64)| {
                seen.push_str(&id);
                if n < 2 { Ok(()) } else { Err(Error::Missing) }
            };
            let ended = all.clone().for_each(tx, two).await;
            assert_eq!(ended, Err(Error::Missing));
            assert_eq!(seen, "abc");
            // The transaction goes on, and reads its own rows and no others.
            assert_eq!(
                query("UPDATE pots SET n = n + 1 WHERE id > 'b'")
                    .execute(tx)
                    .await?,
                2
            );
            let mut sum = 0;
            let add = |(_, n): (String, i64)| {
                sum += n;
                Ok(())
            };
            all.for_each(tx, add).await?;
            assert_eq!(sum, 8);
        });
    }
}

async fn pot_in(tx: &mut Tx, id: &str, n: i64) -> Result<u64> {
    let insert = query("INSERT INTO pots (id, n) VALUES ($1, $2)");
    insert.bind(id).bind(n).execute(tx).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_another_shape_is_an_error_and_not_a_panic() {
    for place in Place::all().await {
        let db = place.open().await;
        undone!(db, |tx| {
            pot_in(tx, "p", 2).await?;
            let all = || query("SELECT id, n, CAST(NULL AS TEXT) FROM pots");
            let decode = |error: Error| match error {
                Error::Decode(why) => why,
                other => panic!("{other}"),
            };
            let why = decode(all().fetch_one::<(String, i64)>(tx).await.unwrap_err());
            assert!(why.starts_with("3 columns in place of 2"), "{why}");
            let why = decode(
                all()
                    .fetch_one::<(i64, i64, Option<i64>)>(tx)
                    .await
                    .unwrap_err(),
            );
            assert_eq!(why, "column 1: expected an integer, found a text");
            let why = decode(
                all()
                    .fetch_one::<(String, String, Option<i64>)>(tx)
                    .await
                    .unwrap_err(),
            );
            assert_eq!(why, "column 2: expected a text, found an integer");
            let why = decode(
                all()
                    .fetch_one::<(String, i64, String)>(tx)
                    .await
                    .unwrap_err(),
            );
            assert_eq!(why, "column 3: expected a text, found NULL");
            let why = decode(
                all()
                    .fetch_one::<(String, bool, Option<i64>)>(tx)
                    .await
                    .unwrap_err(),
            );
            assert_eq!(why, "column 2: expected 0 or 1, found another integer");
            let why = decode(query("SELECT 1.5").fetch_one::<i64>(tx).await.unwrap_err());
            assert!(why.contains("CAST"), "{why}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_have_to_fit_their_places() {
    for place in Place::all().await {
        let db = place.open().await;
        for (text, binds) in [
            ("SELECT n FROM pots WHERE id = $1", 0),
            ("SELECT n FROM pots WHERE id = $1", 2),
            ("SELECT n FROM pots WHERE n = $1 AND n = $3", 2),
        ] {
            let bad: Result<Vec<i64>> = db
                .look(
                    binds,
                    work!(|tx, binds| {
                        let bound = (0..*binds).fold(query(text), |query, _| query.bind(1));
                        bound.fetch_all::<i64>(tx).await
                    }),
                )
                .await;
            assert!(
                matches!(bad, Err(Error::Other(_))),
                "{text} {binds}: {bad:?}"
            );
        }
        let nul = pot(&db, "a\0b", 1).await;
        assert!(matches!(nul, Err(Error::Refused { .. })), "{nul:?}");
    }
}

async fn refused(db: &Db, statement: &'static str) -> Error {
    let result: Result<u64> = db
        .write((), work!(|tx, ()| query(statement).execute(tx).await))
        .await;
    result.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_refuses_is_told_alike() {
    for place in Place::all().await {
        let db = place.open().await;
        pot(&db, "p", 1).await.unwrap();
        let insert = "INSERT INTO coins (shop, id, note) VALUES ('s', 1, 'Gold')";
        let first: Result<u64> = db
            .write((), work!(|tx, ()| query(insert).execute(tx).await))
            .await;
        first.unwrap();
        for (statement, key) in [
            (
                "INSERT INTO coins (shop, id, note) VALUES ('s', 1, 'Iron')",
                "coins.shop, coins.id",
            ),
            ("INSERT INTO pots (id, n) VALUES ('p', 2)", "pots.id"),
            (
                "INSERT INTO coins (shop, id, note) VALUES ('s', 2, 'gOLD')",
                "coins_by_note",
            ),
        ] {
            let error = refused(&db, statement).await;
            assert_eq!(
                error,
                Error::Conflict {
                    constraint: key.to_owned()
                },
                "{statement}"
            );
        }
        for (statement, said) in [
            ("UPDATE pots SET n = -1", "never_below_zero"),
            ("UPDATE pots SET n = NULL", "n"),
            (
                "INSERT INTO coins (shop, id, pot) VALUES ('s', 3, 'nowhere')",
                "constraint",
            ),
            ("DELETE FROM coins", "coins stay"),
            (
                "INSERT INTO promises (id, pot) VALUES (1, 'nowhere')",
                "constraint",
            ),
        ] {
            let error = refused(&db, statement).await;
            let Error::Refused { message } = &error else {
                panic!("{statement}: {error:?}");
            };
            assert!(
                message.to_lowercase().contains(said),
                "{statement}: {message}"
            );
        }
        assert!(matches!(refused(&db, "SELEKT").await, Error::Other(_)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_statement_only_a_savepoint_helps() {
    for place in Place::all().await {
        let db = place.open().await;
        pot(&db, "p", 1).await.unwrap();
        let swallowed: Result<()> = db
            .write(
                (),
                work!(|tx, ()| {
                    pot_in(tx, "q", 1).await?;
                    assert!(pot_in(tx, "p", 1).await.is_err());
                    let next = pot_in(tx, "r", 1).await;
                    assert!(matches!(next, Err(Error::Other(_))), "{next:?}");
                    Ok(())
                }),
            )
            .await;
        assert!(matches!(swallowed, Err(Error::Other(_))), "{swallowed:?}");
        assert_eq!(crate::pots(&db).await, 1, "all of it was undone");
        let saved: Result<()> = db
            .write(
                (),
                work!(|tx, ()| {
                    pot_in(tx, "q", 1).await?;
                    tx.savepoint("outer").await?;
                    pot_in(tx, "r", 1).await?;
                    tx.savepoint("inner").await?;
                    assert!(pot_in(tx, "p", 1).await.is_err());
                    tx.rollback_to("inner").await?;
                    tx.release("inner").await?;
                    pot_in(tx, "s", 1).await?;
                    tx.rollback_to("outer").await?;
                    tx.release("outer").await?;
                    pot_in(tx, "t", 1).await.map(drop)
                }),
            )
            .await;
        saved.unwrap();
        let ids = query("SELECT id FROM pots ORDER BY id");
        let ids: Result<Vec<String>> = db
            .look(ids, work!(|tx, ids| ids.clone().fetch_all(tx).await))
            .await;
        assert_eq!(ids.unwrap(), ["p", "q", "t"]);
        let named: Result<()> = db
            .write((), work!(|tx, ()| tx.savepoint("x; DROP").await))
            .await;
        assert!(matches!(named, Err(Error::Other(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_can_undo_what_it_did_and_go_on() {
    for place in Place::all().await {
        let db = place.open().await;
        pot(&db, "p", 1).await.unwrap();
        let done: Result<()> = db
            .write(
                (),
                work!(|tx, ()| {
                    pot_in(tx, "q", 1).await?;
                    tx.savepoint("mark").await?;
                    assert!(pot_in(tx, "p", 1).await.is_err());
                    tx.undo().await?;
                    pot_in(tx, "r", 1).await.map(drop)
                }),
            )
            .await;
        done.unwrap();
        let ids = query("SELECT id FROM pots ORDER BY id");
        let ids: Result<Vec<String>> = db
            .look(ids, work!(|tx, ids| ids.clone().fetch_all(tx).await))
            .await;
        assert_eq!(ids.unwrap(), ["p", "r"]);
    }
}
