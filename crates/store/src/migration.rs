//! Steps that bring a database to the shape that this program expects.

use crate::{Dialect, Error, Result, Tx, query};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

/// One step. Steps run in the order of their versions, each in a transaction of its own, and once.
///
/// The text is for both engines. What is for one alone stands between the lines `-- only sqlite` or
/// `-- only postgres` and `-- end`; inside a line, `/*sqlite: WITHOUT ROWID*/` is a comment to PostgreSQL and the
/// words themselves to SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Its number, from 1, rising.
    pub version: i64,
    /// What it does, in a few words; for people.
    pub name: &'static str,
    /// Its statements. Never changed after a release: a database remembers the text's digest.
    pub sql: &'static str,
}

/// The table that says which steps were taken. `applied_at` is in seconds since 1970.
const TABLE: &str = "CREATE TABLE schema_versions (version BIGINT PRIMARY KEY, \
     name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

/// Every table besides SQLite's own.
const TABLES_SQLITE: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' \
     AND name NOT LIKE 'sqlite!_%' ESCAPE '!'";

/// Every table in the schema that statements see first, besides those that belong to an extension.
const TABLES_POSTGRES: &str = "SELECT c.relname FROM pg_class c \
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') \
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')";

impl Migration {
    /// SHA-256 of the text, in hexadecimal. Line ends do not count.
    fn checksum(&self) -> String {
        let digest = Sha256::digest(self.sql.replace("\r\n", "\n"));
        digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The text for one engine.
    fn text(&self, dialect: Dialect) -> Result<String> {
        let fault = |line: usize, what: &str| {
            let (version, name) = (self.version, self.name);
            Error::Schema(format!("migration {version} ({name}), line {line}: {what}"))
        };
        let mut text = String::with_capacity(self.sql.len());
        let mut only = None;
        for (at, line) in self.sql.lines().enumerate() {
            match (line.trim(), only) {
                ("-- only sqlite", None) => only = Some(Dialect::Sqlite),
                ("-- only postgres", None) => only = Some(Dialect::Postgres),
                ("-- end", Some(_)) => only = None,
                ("-- end", None) => return Err(fault(at + 1, "`-- end` without a beginning")),
                (other, _) if other.starts_with("-- only ") => {
                    return Err(fault(
                        at + 1,
                        "`-- only` inside another, or of no known database",
                    ));
                }
                _ if only.is_none_or(|only| only == dialect) => {
                    text.push_str(&uncommented(line, dialect));
                    text.push('\n');
                }
                _ => {}
            }
        }
        if only.is_some() {
            return Err(fault(
                self.sql.lines().count(),
                "`-- only` without its `-- end`",
            ));
        }
        Ok(text)
    }
}

/// A line with what is written for SQLite inside comments, for SQLite.
fn uncommented(line: &str, dialect: Dialect) -> String {
    let mut line = line.to_owned();
    while dialect == Dialect::Sqlite
        && let Some(from) = line.find("/*sqlite:")
        && let Some(length) = line[from..].find("*/")
    {
        let words = line[from + "/*sqlite:".len()..from + length].to_owned();
        line.replace_range(from..from + length + 2, &words);
    }
    line
}

/// The steps that a database still needs, given `(version, checksum)` of those it has.
fn outstanding<'m>(
    migrations: &'m [Migration],
    applied: &[(i64, String)],
) -> Result<&'m [Migration]> {
    let rising = migrations
        .windows(2)
        .all(|pair| pair[0].version < pair[1].version);
    if !rising || migrations.first().is_some_and(|first| first.version < 1) {
        return Err(Error::Schema(
            "the migrations' versions must rise from 1".to_owned(),
        ));
    }
    for (at, (version, checksum)) in applied.iter().enumerate() {
        let known = migrations.get(at).filter(|known| known.version == *version);
        let Some(known) = known else {
            let newest = migrations.last().map_or(0, |last| last.version);
            return Err(Error::Schema(if *version > newest {
                format!(
                    "it has version {version}, which is newer than this program's {newest}; run the newer program"
                )
            } else {
                format!("its version {version} is not the one that this program has in this place")
            }));
        };
        if known.checksum() != *checksum {
            let name = known.name;
            return Err(Error::Schema(format!(
                "version {version} ({name}) was made by another text of the migration; it was altered"
            )));
        }
    }
    Ok(&migrations[applied.len()..])
}

/// Whether a database has our record of versions. One that has nothing has not.
///
/// # Errors
/// [`Error::Schema`] when there are tables, but no record.
pub(crate) async fn ours(tx: &mut Tx) -> Result<bool> {
    let tables = match tx.dialect() {
        Dialect::Sqlite => TABLES_SQLITE,
        Dialect::Postgres => TABLES_POSTGRES,
    };
    let tables = query(tables).fetch_all::<String>(tx).await?;
    if tables.is_empty() || tables.iter().any(|table| table == "schema_versions") {
        return Ok(!tables.is_empty());
    }
    Err(Error::Schema(
        "it has tables, but no record of versions: it was not made by this version of the program; \
         name an empty database"
            .to_owned(),
    ))
}

/// Takes one step that is outstanding, in a transaction that no other program's step runs beside. Says whether there
/// was one.
pub(crate) async fn step(tx: &mut Tx, migrations: &[Migration]) -> Result<bool> {
    if !ours(tx).await? {
        tx.batch(TABLE).await?;
    }
    let applied = query("SELECT version, checksum FROM schema_versions ORDER BY version");
    let applied: Vec<(i64, String)> = applied.fetch_all(tx).await?;
    let Some(next) = outstanding(migrations, &applied)?.first() else {
        return Ok(false);
    };
    let text = next.text(tx.dialect())?;
    tx.batch(&text).await?;
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    query(
        "INSERT INTO schema_versions (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(next.version)
    .bind(next.name)
    .bind(next.checksum())
    .bind(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    .execute(tx)
    .await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    const BOTH: Migration = Migration {
        version: 1,
        name: "both",
        sql: "CREATE TABLE t (id TEXT PRIMARY KEY) /*sqlite: WITHOUT ROWID*/;\n-- only sqlite\nLITE;\n-- end\n\
              -- only postgres\nPG;\n-- end\nLAST;",
    };

    #[test]
    fn each_database_gets_its_own_part() {
        let lite = BOTH.text(Dialect::Sqlite).unwrap();
        assert_eq!(
            lite,
            "CREATE TABLE t (id TEXT PRIMARY KEY)  WITHOUT ROWID;\nLITE;\nLAST;\n"
        );
        let postgres = BOTH.text(Dialect::Postgres).unwrap();
        assert!(
            postgres.contains("/*sqlite: WITHOUT ROWID*/;"),
            "stays a comment"
        );
        assert!(postgres.contains("PG;") && !postgres.contains("LITE;"));
    }

    #[test]
    fn a_part_that_does_not_end_is_told_with_its_line() {
        for sql in [
            "-- only sqlite\nX;",
            "X;\n-- end",
            "-- only oracle\n-- end",
            "-- only sqlite\n-- only postgres\n-- end",
        ] {
            let broken = Migration {
                version: 3,
                name: "broken",
                sql,
            };
            let error = broken.text(Dialect::Sqlite).unwrap_err();
            assert!(
                error.to_string().contains("migration 3 (broken), line "),
                "{error}"
            );
        }
    }

    #[test]
    fn what_a_database_has_is_compared_with_what_the_program_knows() {
        let second = Migration {
            version: 2,
            name: "second",
            sql: "Y;",
        };
        let sum = |m: &Migration| (m.version, m.checksum());
        let all = [BOTH, second];
        assert_eq!(outstanding(&all, &[]).unwrap(), &all);
        assert_eq!(outstanding(&all, &[sum(&BOTH)]).unwrap(), &[second]);
        let why = |migrations: &[Migration], applied: &[(i64, String)]| {
            outstanding(migrations, applied).unwrap_err().to_string()
        };
        assert!(why(&[BOTH], &[sum(&BOTH), sum(&second)]).contains("newer"));
        assert!(why(&all, &[sum(&second)]).contains("in this place"));
        assert!(why(&all, &[(1, "0".to_owned())]).contains("altered"));
        assert!(why(&[second, BOTH], &[]).contains("rise"));
    }

    #[test]
    fn line_ends_do_not_change_the_checksum() {
        let unix = Migration {
            version: 1,
            name: "x",
            sql: "A;\nB;",
        };
        let windows = Migration {
            sql: "A;\r\nB;",
            ..unix
        };
        let other = Migration {
            sql: "A;\nC;",
            ..unix
        };
        assert_eq!(unix.checksum(), windows.checksum());
        assert_ne!(unix.checksum(), other.checksum());
        assert_eq!(unix.checksum().len(), 64);
    }
}
