//! How statements find their rows: by a key, however many there are. Read off the sources, so that none is forgotten.

use std::fs;
use std::path::{Path, PathBuf};

/// Where statements may go through all that a club has, and why.
const WHOLE: &[(&str, &str)] = &[
    ("src/insights/", "figures are about the whole club"),
    ("src/overview.rs", "the same"),
    (
        "src/webhooks/delivery.rs",
        "every endpoint that waits; there are few",
    ),
    (
        "src/simulations.rs",
        "looks at every member, page by page, and says of how many",
    ),
    ("src/jobs/rows.rs", "every tenant has its jobs"),
    ("src/segments.rs", "judges every member, page by page"),
    ("src/check.rs", "looks at every row: that is its work"),
    (
        "src/members/export.rs",
        "once in a while for one member, whose name may stand anywhere",
    ),
    ("src/members/erase.rs", "the same"),
];

/// Tables that grow with the club: finding a tenant's rows is not finding a row.
const LARGE: [&str; 16] = [
    "members",
    "entries",
    "credits",
    "orders",
    "refunds",
    "redemptions",
    "offers_taken",
    "claims",
    "responses",
    "prompts",
    "events",
    "outcomes",
    "audit",
    "messages",
    "deliveries",
    "import_faults",
];

/// Tables with a few rows for each tenant, which work for all tenants goes through.
const SMALL: [&str; 2] = ["tenants", "endpoints"];

/// Words of statements that PostgreSQL alone understands.
const POSTGRES: [&str; 3] = ["strpos(", "FOR UPDATE", "COLLATE \"C\""];

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

/// Texts between quotation marks.
fn texts(source: &str) -> impl Iterator<Item = String> {
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
        found.push(text);
    }
    found.into_iter()
}

/// Those that are statements, and not words of a message: they name a place for a value.
fn statements(source: &str) -> Vec<String> {
    let begins = |text: &String| {
        let first = text.split_whitespace().next().unwrap_or_default();
        ["SELECT", "UPDATE", "INSERT", "DELETE", "WITH"].contains(&first) && text.contains('$')
    };
    texts(source).filter(begins).collect()
}

fn database(folder: &Path) -> rusqlite::Connection {
    let file = folder.join("club.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let url = file.display().to_string();
        let db = api::database::open(&url, store::Options::default()).await;
        db.unwrap().close().await;
    });
    rusqlite::Connection::open(&file).unwrap()
}

/// What the database does for a statement.
fn steps(open: &rusqlite::Connection, statement: &str) -> rusqlite::Result<Vec<String>> {
    let mut plan = open.prepare(&format!("EXPLAIN QUERY PLAN {statement}"))?;
    let none = (0..plan.parameter_count()).map(|_| rusqlite::types::Null);
    let steps = plan.query_map(rusqlite::params_from_iter(none), |row| row.get(3))?;
    steps.collect()
}

/// The table that an alias stands for, as far as the statement's text says.
fn table<'a>(statement: &'a str, alias: &'a str) -> &'a str {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let mut pairs = words.windows(2);
    let known = |word: &str| LARGE.contains(&word) || SMALL.contains(&word);
    let named = pairs.find(|pair| known(pair[0]) && pair[1].trim_end_matches(',') == alias);
    named.map_or(alias, |pair| pair[0])
}

/// What is wrong with a step of a plan.
fn fault(statement: &str, step: &str, all: &[String]) -> Option<String> {
    let mut words = step.split_whitespace();
    let (does, what) = (words.next()?, words.next()?);
    // What is made on the way and gone through again is no table.
    let made = |one: &String| {
        *one == format!("CO-ROUTINE {what}") || *one == format!("MATERIALIZE {what}")
    };
    let no_table = what.starts_with('(') || what == "CONSTANT" || all.iter().any(made);
    match does {
        "SCAN" if !no_table && !SMALL.contains(&table(statement, what)) => {
            Some(format!("all of {what}"))
        }
        "SEARCH" if step.ends_with("(tenant=?)") && LARGE.contains(&table(statement, what)) => {
            Some(format!("all that a tenant has of {what}"))
        }
        _ => None,
    }
}

#[test]
fn no_statement_of_a_request_reads_a_whole_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let open = database(folder.path());
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let (mut seen, mut faults) = (0, Vec::new());
    for path in files {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if WHOLE.iter().any(|(whole, _)| name.starts_with(whole)) {
            continue;
        }
        for statement in statements(&fs::read_to_string(&path).unwrap()) {
            if POSTGRES.iter().any(|word| statement.contains(word)) {
                continue;
            }
            let all = steps(&open, &statement);
            let all = all.unwrap_or_else(|error| panic!("{name}: {error}: {statement}"));
            seen += 1;
            let wrong = all.iter().filter_map(|step| fault(&statement, step, &all));
            faults.extend(wrong.map(|wrong| format!("{name}: {wrong}: {statement}")));
        }
    }
    assert!(seen > 150, "only {seen} statements were found");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn a_plan_that_reads_too_much_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let open = database(folder.path());
    for (statement, wrong) in [
        (
            "SELECT net FROM entries WHERE tenant = $1 AND member = $2",
            None,
        ),
        (
            "SELECT net FROM entries WHERE why = $1",
            Some("all of entries"),
        ),
        (
            "SELECT e.net FROM entries e WHERE e.tenant = $1 AND e.why = $2",
            Some("all that a tenant has of e"),
        ),
        ("SELECT goal FROM goals WHERE tenant = $1", None),
    ] {
        let all = steps(&open, statement).unwrap();
        let told = all.iter().find_map(|step| fault(statement, step, &all));
        assert_eq!(told.as_deref(), wrong, "{statement}: {all:?}");
    }
}

#[test]
fn a_check_keeps_nothing_that_grows() {
    let folder = tempfile::tempdir().unwrap();
    let open = database(folder.path());
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check.rs");
    let source = fs::read_to_string(source).unwrap();
    let mut seen = 0;
    for text in texts(&source).filter(|text| text.starts_with("SELECT")) {
        for step in steps(&open, &text).unwrap() {
            assert!(!step.contains("TEMP B-TREE"), "{step}: {text}");
        }
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

/// What the code of a statement sets up for itself: a tree of its own for what is sorted, or for a list of words that a
/// `CHECK` compares with. Each is made and thrown away for every row, and on the way of a redemption that was a tenth
/// of all work.
fn own_tables(open: &rusqlite::Connection, statement: &str) -> Vec<String> {
    let mut code = open.prepare(&format!("EXPLAIN {statement}")).unwrap();
    let none = (0..code.parameter_count()).map(|_| rusqlite::types::Null);
    let steps = code.query_map(rusqlite::params_from_iter(none), |row| row.get(1));
    let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
    let own = |step: &String| ["OpenEphemeral", "SorterOpen"].contains(&step.as_str());
    steps.into_iter().filter(own).collect()
}

#[test]
fn what_a_redemption_writes_sets_up_no_tables() {
    let folder = tempfile::tempdir().unwrap();
    let open = database(folder.path());
    let (mut seen, mut faults) = (0, Vec::new());
    for file in [
        "books/load.rs",
        "books/save.rs",
        "club.rs",
        "idempotency.rs",
        "redemptions.rs",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
        for statement in statements(&fs::read_to_string(path).unwrap()) {
            // What a change gives back is gathered first.
            if statement.starts_with("SELECT") || statement.contains("RETURNING") {
                continue;
            }
            seen += 1;
            if !own_tables(&open, &statement).is_empty() {
                faults.push(format!("{file}: {statement}"));
            }
        }
    }
    assert!(seen > 8, "only {seen} statements were found");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    // And that the search finds what it looks for.
    let sorted = "SELECT why FROM entries WHERE tenant = $1 AND member = $2 ORDER BY why";
    assert_eq!(own_tables(&open, sorted), ["SorterOpen"]);
    let list = "INSERT INTO goals (tenant, goal) SELECT $1, $2 WHERE $2 IN ('a', 'b', 'c', 'd')";
    assert_eq!(own_tables(&open, list), ["OpenEphemeral"]);
}
