//! Makes large clubs of small ones, and the tokens of their members: what `cargo xtask scale` and `cargo xtask figures`
//! measure with.
//!
//! `scale multiply FILE COPIES` adds copies of every member of a club in SQLite, with all their rows, under ids of
//! their own. What is copied was written by the server itself, so a copy is as sound as its original; it takes minutes
//! where an import of as many lines takes hours.
//!
//! `scale answers FILE` lets every member of a club in SQLite answer each kind of survey once.
//!
//! `scale carry FILE URL` copies members and what they did from a club in SQLite to a club without members in
//! PostgreSQL, in minutes less than an import takes.
//!
//! `scale tokens PROGRAM KID SECRET MEMBERS COUNT` prints header lines with tokens of members drawn evenly from
//! `c0`, `c1`, … to MEMBERS.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a tool for measuring that stops at the first surprise"
)]

use api::ids;
use api::tokens::{self, AUDIENCE, Claims};
use axum::body::Bytes;
use futures_util::SinkExt as _;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::collections::HashMap;

/// Tables of a member's rows, and the column that says whose they are. Members come first.
const TABLES: [(&str, &str); 4] = [
    ("members", "member"),
    ("entries", "member"),
    ("credits", "member"),
    ("orders", "member"),
];
/// Members whose rows are copied in one transaction.
const BATCH: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["multiply", file, copies] => multiply(file, copies.parse().expect("a number of copies")),
        ["answers", file] => answer(file),
        ["carry", file, url] => carry(file, url),
        ["tokens", program, kid, secret, members, count] => {
            let members = members.parse().expect("a number of members");
            let count = count.parse().expect("a number of tokens");
            print_tokens(program, kid, secret, members, count);
        }
        _ => panic!(
            "scale multiply FILE COPIES | scale answers FILE | scale carry FILE URL | \
             scale tokens PROGRAM KID SECRET MEMBERS COUNT"
        ),
    }
}

/// Answers over the 600 days after a member joined, every score as often as any other. The surveys are called after
/// their kinds.
const ANSWERS: &str = "
    WITH kinds (kind, place, lowest, scores, items) AS (
        VALUES ('nps', 0, 0, 11, 1), ('csat', 1, 1, 5, 1), ('ces', 2, 1, 7, 1), ('cli', 3, 1, 6, 3)
    ), numbered AS (
        SELECT tenant, member, joined_at, ROW_NUMBER() OVER (ORDER BY member) AS number FROM members
    ), answered AS (
        SELECT *, joined_at + (number * 37 + place * 91) % 600 * 86400000 AS at FROM numbered, kinds
    )
    INSERT INTO responses
        (tenant, member, response, survey, kind, scope, scores, completed, verified, created_at, updated_at)
    SELECT tenant, member, 'rsp_' || kind || number, kind, kind, '',
        CASE items WHEN 1 THEN json_array(lowest + number * 7 % scores)
            ELSE json_array(lowest + number * 7 % scores, lowest + number * 5 % scores, lowest + number % scores) END,
        1, 1, at, at
    FROM answered";

fn answer(file: &str) {
    let db = Connection::open(file).unwrap();
    db.execute(ANSWERS, []).unwrap();
}

/// What is carried, what others refer to first.
const CARRIED: [&str; 6] = [
    "members",
    "tier_moves",
    "orders",
    "entries",
    "credits",
    "responses",
];

#[tokio::main(flavor = "current_thread")]
async fn carry(file: &str, url: &str) {
    let db = Connection::open(file).unwrap();
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let tenant = client.query_one("SELECT tenant FROM tenants", &[]);
    let tenant: String = tenant.await.expect("one club").get(0);
    for name in CARRIED {
        let columns = Table::of(&db, name, "member").columns.join(", ");
        let copy = format!("COPY {name} ({columns}) FROM STDIN");
        let sink = client.copy_in(&copy).await.unwrap();
        let mut sink = std::pin::pin!(sink);
        let mut read = db
            .prepare(&format!("SELECT {columns} FROM {name}"))
            .unwrap();
        let at_tenant = read.column_index("tenant").unwrap();
        let width = read.column_count();
        let mut rows = read.query([]).unwrap();
        let mut text = String::new();
        while let Some(row) = rows.next().unwrap() {
            for at in 0..width {
                let cell = match row.get(at).unwrap() {
                    _ if at == at_tenant => tenant.clone(),
                    Value::Null => "\\N".to_owned(),
                    Value::Integer(number) => number.to_string(),
                    Value::Text(text) => escaped(&text),
                    other => panic!("{name}: {other:?}"),
                };
                text.push_str(&cell);
                text.push(if at + 1 == width { '\n' } else { '\t' });
            }
            if text.len() > 1 << 20 {
                let piece = Bytes::from(std::mem::take(&mut text));
                sink.send(piece).await.unwrap();
            }
        }
        sink.send(Bytes::from(text)).await.unwrap();
        sink.finish().await.unwrap();
        client
            .batch_execute(&format!("ANALYZE {name}"))
            .await
            .unwrap();
    }
}

/// As PostgreSQL's text format has it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

fn print_tokens(program: &str, kid: &str, secret: &str, members: u64, count: u64) {
    let secret = ids::from_base64url(secret).expect("the signing key's secret");
    let now = api::clock::Clock::System.now().0 / 1_000;
    // Steps of a number that shares no factor with the count of members come to each of them.
    let step = (0..).map(|more| members * 618 / 1_000 + 1 + more);
    let step = step.into_iter().find(|step| common(*step, members) == 1);
    let step = step.expect("1 shares no factor with anything");
    for number in 0..count {
        let claims = Claims {
            iss: program.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: format!("c{}", number.wrapping_mul(step) % members),
            iat: now,
            exp: now + 590,
            nbf: None,
        };
        let token = tokens::mint(kid, &secret, &claims).expect("a token");
        println!("Authorization: Bearer {token}");
    }
}

fn common(one: u64, other: u64) -> u64 {
    if other == 0 {
        one
    } else {
        common(other, one % other)
    }
}

/// A table's columns, and the statements that read and write its rows.
struct Table {
    columns: Vec<String>,
    read: String,
    write: String,
}

impl Table {
    fn of(db: &Connection, name: &str, owner: &str) -> Self {
        let mut columns = db
            .prepare(&format!("SELECT name FROM pragma_table_info('{name}')"))
            .unwrap();
        let columns = columns.query_map([], |row| row.get(0)).unwrap();
        let columns: Vec<String> = columns.map(Result::unwrap).collect();
        let places: Vec<String> = (1..=columns.len()).map(|at| format!("?{at}")).collect();
        let (list, places) = (columns.join(", "), places.join(", "));
        Self {
            read: format!("SELECT {list} FROM {name} WHERE tenant = ?1 AND {owner} = ?2"),
            write: format!("INSERT INTO {name} ({list}) VALUES ({places})"),
            columns,
        }
    }
}

fn multiply(file: &str, copies: u64) {
    let mut db = Connection::open(file).unwrap();
    // Nothing else is at work, and what breaks off is made anew.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576;
         PRAGMA foreign_keys = OFF;",
    )
    .unwrap();
    let tables: Vec<Table> = TABLES
        .iter()
        .map(|(name, owner)| Table::of(&db, name, owner))
        .collect();
    let members: Vec<(String, String)> = {
        let mut all = db
            .prepare("SELECT tenant, member FROM members ORDER BY tenant, member")
            .unwrap();
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    let orders: u64 = db
        .query_row("SELECT COUNT(*) FROM orders", [], |row| row.get(0))
        .map(|count: i64| count.unsigned_abs())
        .unwrap();
    for some in members.chunks(BATCH) {
        let tx = db.transaction().unwrap();
        for (tenant, member) in some {
            let rows: Vec<Vec<Vec<Value>>> = tables
                .iter()
                .map(|table| read(&tx, table, tenant, member))
                .collect();
            for copy in 1..copies {
                let renamed = Renamed {
                    copy,
                    members: members.len() as u64,
                    orders,
                };
                for (table, rows) in tables.iter().zip(&rows) {
                    let mut write = tx.prepare_cached(&table.write).unwrap();
                    for row in rows {
                        let row = table.columns.iter().zip(row);
                        let row = row.map(|(column, value)| renamed.value(column, value));
                        write.execute(params_from_iter(row)).unwrap();
                    }
                }
            }
        }
        tx.commit().unwrap();
    }
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

fn read(db: &Connection, table: &Table, tenant: &str, member: &str) -> Vec<Vec<Value>> {
    let mut read = db.prepare_cached(&table.read).unwrap();
    let width = table.columns.len();
    let rows = read.query_map([tenant, member], |row| {
        (0..width)
            .map(|at| row.get(at))
            .collect::<rusqlite::Result<Vec<Value>>>()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// How a copy calls things.
struct Renamed {
    copy: u64,
    members: u64,
    orders: u64,
}

impl Renamed {
    fn value(&self, column: &str, value: &Value) -> Value {
        let Value::Text(text) = value else {
            return value.clone();
        };
        Value::Text(match column {
            "member" => self.member(text),
            "external_id" => numbered(text, "c", self.copy * self.members),
            "referral_code" => ids::code(),
            "order_id" | "source" => numbered(text, "o", self.copy * self.orders),
            "kept" => self.kept(text),
            _ => text.clone(),
        })
    }

    /// As long as the original, and beside it in the order of keys. No id of our own has a `u`, so that no copy is called
    /// like an original.
    fn member(&self, member: &str) -> String {
        let stem = member
            .get(..member.len().saturating_sub(5))
            .unwrap_or(member);
        format!("{stem}u{:04}", self.copy)
    }

    /// What an order keeps names the order itself.
    fn kept(&self, text: &str) -> String {
        let mut kept: HashMap<String, serde_json::Value> = serde_json::from_str(text).unwrap();
        if let Some(serde_json::Value::String(id)) = kept.get_mut("id") {
            *id = numbered(id, "o", self.copy * self.orders);
        }
        serde_json::to_string(&kept).unwrap()
    }
}

/// `o17` as `o1017`; what is not named so stays.
fn numbered(text: &str, letter: &str, more: u64) -> String {
    let number = text
        .strip_prefix(letter)
        .and_then(|rest| rest.parse::<u64>().ok());
    number.map_or_else(
        || text.to_owned(),
        |number| format!("{letter}{}", number + more),
    )
}
