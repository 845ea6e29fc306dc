//! The operator's page and the server say the same: flags, variables and figures, by the sources.

use crate::sources::{sources, top};
use std::collections::BTreeSet;
use std::fs;

const PAGE: &str = "docs/server.md";
/// Variables of the snippets and of the log, which are no flags, and those of the project's own commands.
const NO_FLAGS: [&str; 7] = [
    "VAFA_LOG",
    "VAFA_URL",
    "VAFA_PROGRAM",
    "VAFA_SECRET_KEY",
    "VAFA_SIGNING_KID",
    "VAFA_SIGNING_SECRET",
    "VAFA_WEBHOOK_SECRET",
];

fn page() -> String {
    fs::read_to_string(top().join(PAGE)).unwrap()
}

/// The words of a text that begin with this and go on with these.
fn words(text: &str, start: &str, more: impl Fn(char) -> bool) -> BTreeSet<String> {
    let found = text.match_indices(start).filter_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let rest = &text[at + start.len()..];
        let end = rest.find(|c| !more(c)).unwrap_or(rest.len());
        let whole = before.is_none_or(|c| !c.is_alphanumeric() && !"_-/".contains(c));
        (whole && end > 0).then(|| format!("{start}{}", &rest[..end]))
    });
    found.collect()
}

fn variables(text: &str) -> BTreeSet<String> {
    words(text, "VAFA_", |c| c.is_ascii_uppercase() || c == '_')
}

fn figures(text: &str) -> BTreeSet<String> {
    words(text, "vafa_", |c| c.is_ascii_lowercase() || c == '_')
}

fn flags(text: &str) -> BTreeSet<String> {
    // Lines of dashes are parts of tables.
    let mut all = words(text, "--", |c| c.is_ascii_lowercase() || c == '-');
    all.retain(|flag| flag.contains(|c: char| c.is_ascii_lowercase()));
    all
}

/// The long flags that a source of the command line declares: `#[arg(… long …)]` and the field's name, or `long = "…"`.
fn declared(source: &str) -> BTreeSet<String> {
    let attributes = source.split("#[arg(").skip(1).filter_map(|rest| {
        let (attribute, field) = rest.split_once(")]")?;
        let mut parts = attribute.split(',').map(str::trim);
        let long = parts.find(|part| *part == "long" || part.starts_with("long ="))?;
        let named = long.split('"').nth(1).map(str::to_owned);
        let field = field.trim_start().split(':').next().unwrap_or_default();
        let field = field.rsplit(' ').next().unwrap_or_default();
        Some(format!(
            "--{}",
            named.unwrap_or_else(|| field.replace('_', "-"))
        ))
    });
    attributes.collect()
}

fn of_the_command_line() -> Vec<String> {
    let places = ["crates/api/src/cli/", "crates/api/src/transfer/command.rs"];
    let all = sources(&places, &[".rs"]);
    all.into_iter().map(|source| source.text).collect()
}

#[test]
fn a_declared_flag_is_read_in_each_of_its_forms() {
    let source = "#[arg(long)]\n    pub(super) program: PathBuf,\n#[arg(\n    long = \"database\",\n    env = \"X\"\n)]\n url: String,
        #[arg(long, env = \"VAFA_NO_JOBS\")]\n no_jobs: bool,\n#[arg(value_enum)]\n table: Table,";
    let all = ["--database", "--no-jobs", "--program"].map(str::to_owned);
    assert_eq!(declared(source), BTreeSet::from(all));
}

#[test]
fn the_page_names_every_flag_and_no_other() {
    let sources = of_the_command_line();
    let declared: BTreeSet<String> = sources.iter().flat_map(|text| declared(text)).collect();
    assert!(declared.contains("--listen") && declared.contains("--report"));
    let page = flags(&page());
    for flag in &declared {
        assert!(page.contains(flag), "{PAGE} does not name {flag}");
    }
    let tools_of_postgres = [
        "--format",
        "--file",
        "--exit-on-error",
        "--no-owner",
        "--dbname",
    ];
    for flag in &page {
        let known = declared.contains(flag) || tools_of_postgres.contains(&flag.as_str());
        assert!(known, "{PAGE} names {flag}, which no command has");
    }
}

#[test]
fn the_page_names_every_variable_and_no_other() {
    let sources = of_the_command_line();
    let mut known: BTreeSet<String> = sources.iter().flat_map(|text| variables(text)).collect();
    assert!(known.contains("VAFA_LISTEN"));
    known.extend(NO_FLAGS.map(str::to_owned));
    assert_eq!(variables(&page()), known);
}

#[test]
fn the_page_names_every_figure_and_no_other() {
    let known = fs::read_to_string(top().join("crates/api/src/metrics.rs")).unwrap();
    let (known, page) = (figures(&known), figures(&page()));
    assert!(known.contains("vafa_requests_total"));
    // The names of databases in commands look alike.
    let page: BTreeSet<String> = page
        .into_iter()
        .filter(|name| name != "vafa_restored")
        .collect();
    assert_eq!(page, known);
}

#[test]
fn the_snippets_ask_for_the_variables_that_the_page_explains() {
    let told: BTreeSet<String> = NO_FLAGS[1..]
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    for ending in [".mjs", ".php", ".py"] {
        let name = format!("demo/snippets/vafa{ending}");
        let text = fs::read_to_string(top().join(&name)).unwrap();
        assert_eq!(variables(&text), told, "{name}");
        assert!(page().contains(&name), "{PAGE} does not lead to {name}");
        assert!(text.lines().count() <= 80, "{name} is too long to paste");
    }
}
