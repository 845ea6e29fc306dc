//! How statements find their rows: by a key, however many there are. Read off the sources, so that none is forgotten.

use std::fs;
use std::path::{Path, PathBuf};

/// Statements that read all of a table, and why they may.
const WHOLE: &[(&str, &str)] = &[
    ("src/insights/", "figures are about the whole club"),
    (
        "src/webhooks/delivery.rs",
        "every endpoint that waits; there are few",
    ),
    ("src/jobs/rows.rs", "every tenant has its jobs"),
    ("src/segments.rs", "segments are of all members"),
    ("src/check.rs", "looks at every row: that is its work"),
    (
        "src/jobs.rs",
        "events of all clubs that are past their days, beside the requests",
    ),
];

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push(path);
        }
    }
}

/// Texts between quotation marks that begin like a statement.
fn statements(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find('"') {
        rest = &rest[at + 1..];
        let mut text = String::new();
        let mut chars = rest.char_indices();
        let mut end = rest.len();
        while let Some((at, one)) = chars.next() {
            match one {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => match chars.next() {
                    Some((_, '\n')) | None => {}
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, other)) => text.push(other),
                },
                other => text.push(other),
            }
        }
        rest = &rest[end..];
        let first = text.split_whitespace().next().unwrap_or_default();
        let begins = ["SELECT", "UPDATE", "INSERT", "DELETE", "WITH"].contains(&first);
        // A statement, and not a word of a message: it names a table or a place.
        if begins && text.contains('$') {
            found.push(text);
        }
    }
    found
}

#[test]
fn no_statement_reads_a_whole_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("club.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let url = file.display().to_string();
        let db = api::database::open(&url, store::Options::default()).await;
        db.unwrap().close().await;
    });
    let open = rusqlite::Connection::open(&file).unwrap();
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let (mut seen, mut faults) = (0, Vec::new());
    for path in files {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if WHOLE.iter().any(|(whole, _)| name.starts_with(whole)) {
            continue;
        }
        for statement in statements(&fs::read_to_string(&path).unwrap()) {
            // What PostgreSQL alone is asked.
            if statement.contains("strpos(") || statement.contains("FOR UPDATE") {
                continue;
            }
            let plan = open.prepare(&format!("EXPLAIN QUERY PLAN {statement}"));
            let mut plan = plan.unwrap_or_else(|error| panic!("{name}: {error}: {statement}"));
            let places = plan.parameter_count();
            let none = (0..places).map(|_| rusqlite::types::Null);
            let steps = plan.query_map(rusqlite::params_from_iter(none), |row| {
                row.get::<_, String>(3)
            });
            seen += 1;
            for step in steps.unwrap().map(Result::unwrap) {
                // A result that is gone through again is no table.
                let table = step
                    .strip_prefix("SCAN ")
                    .filter(|what| !what.starts_with(['(', 'C']));
                if let Some(table) = table {
                    faults.push(format!("{name}: all of {table}: {statement}"));
                }
            }
        }
    }
    assert!(seen > 80, "only {seen} statements were found");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
