//! Migrations, and databases that are not ours.

use crate::{Place, SCHEMA, pot, pots};
use store::{Db, Error, Migration, Options};

const SECOND: &[Migration] = &[
    SCHEMA[0],
    Migration {
        version: 2,
        name: "labels",
        sql: "ALTER TABLE pots ADD COLUMN label TEXT; CREATE TABLE labels (id TEXT PRIMARY KEY);",
    },
];

const ALTERED: &[Migration] = &[Migration {
    sql: "CREATE TABLE pots (id TEXT PRIMARY KEY);",
    ..SCHEMA[0]
}];

const BROKEN: &[Migration] = &[
    SCHEMA[0],
    Migration {
        version: 2,
        name: "broken",
        sql: "CREATE TABLE half (id TEXT); CREATE TABLE half (id TEXT);",
    },
];

async fn why(place: &Place, migrations: &'static [Migration]) -> String {
    match Db::open(&place.url, Options::default(), migrations).await {
        Ok(_) => "it opened".to_owned(),
        Err(Error::Schema(why)) => why,
        Err(other) => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_taken_once_and_newer_or_altered_ones_refused() {
    for place in Place::all().await {
        let db = place.open().await;
        pot(&db, "p", 1).await.unwrap();
        db.close().await;
        let broken = why(&place, BROKEN).await;
        assert!(
            broken.contains("half") && broken.contains("already exists"),
            "{broken}"
        );
        let db = Db::open(&place.url, Options::default(), SECOND)
            .await
            .unwrap();
        assert_eq!(pots(&db).await, 1);
        db.close().await;
        assert!(why(&place, SCHEMA).await.contains("newer"));
        assert!(why(&place, ALTERED).await.contains("altered"));
        let db = Db::open(&place.url, Options::default(), SECOND)
            .await
            .unwrap();
        assert_eq!(pots(&db).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_start_at_once_wait_for_each_other() {
    for place in Place::all().await {
        let opens: Vec<_> = (0..6)
            .map(|_| {
                let url = place.url.clone();
                let few = Options {
                    pool: 2,
                    ..Options::default()
                };
                tokio::spawn(async move { Db::open(&url, few, SECOND).await.map(drop) })
            })
            .collect();
        for open in opens {
            open.await.unwrap().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_database_is_left_alone() {
    for place in Place::all().await {
        if place.url.starts_with("sqlite:") {
            let other = rusqlite::Connection::open(place.file()).unwrap();
            other
                .execute_batch("CREATE TABLE theirs (id TEXT)")
                .unwrap();
            drop(other);
            let before = std::fs::read(place.file()).unwrap();
            assert!(
                why(&place, SCHEMA)
                    .await
                    .contains("not made by this version")
            );
            assert_eq!(
                std::fs::read(place.file()).unwrap(),
                before,
                "not a byte was written"
            );
        } else {
            let config: tokio_postgres::Config = place.url.parse().unwrap();
            let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client
                .batch_execute("CREATE TABLE theirs (id TEXT)")
                .await
                .unwrap();
            assert!(
                why(&place, SCHEMA)
                    .await
                    .contains("not made by this version")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nothing_is_says_so() {
    let place = Place::lite();
    let folder = place.file().join("missing").join("x.db");
    let open = Db::open(folder.to_str().unwrap(), Options::default(), SCHEMA).await;
    assert!(matches!(open.map(drop), Err(Error::Unavailable(why)) if why.contains("folder")));
    std::fs::write(
        place.file(),
        "this is a text and not a database, long enough to be read as a header",
    )
    .unwrap();
    assert!(why(&place, SCHEMA).await.contains("not a database"));
    let nobody = "postgres://app:secret@127.0.0.1:1/app";
    let open = Db::open(nobody, Options::default(), SCHEMA).await.map(drop);
    assert!(
        matches!(&open, Err(Error::Unavailable(why)) if !why.contains("secret")),
        "{open:?}"
    );
    let open = Db::open(
        "postgres://app@h/d?sslmode=maybe",
        Options::default(),
        SCHEMA,
    )
    .await;
    assert!(matches!(open.map(drop), Err(Error::Config(_))));
}
