//! Other survey widgets and a panel written by hand, measured beside ours in one run, for `docs/performance.md`.

use crate::browser;
use crate::package;
use crate::run;
use crate::setup;
use crate::steps::{Outcome, Steps};
use crate::suite;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::fs;

const DOC: &str = "docs/performance.md";
const FOLDER: &str = "pkg-tests/peers";
const END: &str = "<!-- end -->";

/// `cargo xtask bench --peers`: builds what is missing, measures, and writes the tables anew.
pub(crate) fn run(runs: u32) -> Result<()> {
    let mut steps = Steps::new(package::STEPS + 3);
    package::assets(&mut steps, false)?;
    steps.step("server: development build, for our answers", || {
        run::run(&mut run::cargo(["build", "--bin", "vafa"]))?;
        Ok(Outcome::Done)
    })?;
    steps.step("tools: the peers' npm packages, Chromium", || {
        setup::npm_packages("pkg-tests")?;
        setup::npm_packages(FOLDER)?;
        browser::prepare()
    })?;
    let mut told = Value::Null;
    steps.step("measuring, everybody in turn", || {
        let mut node = run::node([&[FOLDER, "/measure.mjs"].concat(), "--runs"]);
        node.arg(runs.to_string())
            .env("VAFA_SERVER", suite::server());
        if let Some(chromium) = browser::chromium() {
            node.env("VAFA_CHROMIUM", chromium);
        }
        told = serde_json::from_str(&run::output(&mut node)?).context("the figures are no JSON")?;
        Ok(Outcome::Done)
    })?;
    let path = run::at(DOC);
    let mut text = fs::read_to_string(&path).with_context(|| format!("could not read {DOC}"))?;
    for (name, lines) in [
        ("run", how(&told)?),
        ("bytes", bytes(&told)?),
        ("time", time(&told)?),
        ("panel", panel(&told)?),
    ] {
        print!("\n{lines}");
        text = put(&text, name, &lines)?;
    }
    fs::write(&path, text).with_context(|| format!("could not write {DOC}"))
}

/// Puts lines between `<!-- figures: NAME -->` and the next `<!-- end -->`.
fn put(text: &str, name: &str, lines: &str) -> Result<String> {
    let mark = format!("<!-- figures: {name} -->\n");
    let (before, rest) = text
        .split_once(&mark)
        .with_context(|| format!("{DOC} has no place for the figures of `{name}`"))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("{DOC}: the figures of `{name}` have no end"))?;
    Ok([before, &mark, lines, END, after].concat())
}

/// A number at a path such as `view.script`.
fn number(from: &Value, path: &str) -> Result<f64> {
    let found = path.split('.').fold(from, |value, name| &value[name]);
    found
        .as_f64()
        .with_context(|| format!("the figures have no `{path}`"))
}

fn peers(told: &Value) -> Result<&Vec<Value>> {
    let peers = told["peers"].as_array().context("nobody was measured")?;
    if peers.is_empty() {
        bail!("nobody was measured");
    }
    Ok(peers)
}

fn name(peer: &Value) -> &str {
    peer["name"].as_str().unwrap_or_default()
}

/// `1234567` as `1,234,567`.
fn whole(n: f64) -> String {
    let digits = format!("{n:.0}");
    let head = digits.len() % 3;
    let mut out = digits[..head].to_owned();
    for at in (head..digits.len()).step_by(3) {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&digits[at..at + 3]);
    }
    out
}

/// Milliseconds: tenths below ten.
fn ms(n: f64) -> String {
    let n = n.max(0.0);
    if n < 9.95 {
        format!("{n:.1}")
    } else {
        whole(n)
    }
}

fn table(head: &[&str], rows: impl IntoIterator<Item = Result<Vec<String>>>) -> Result<String> {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = format!("| --- |{}\n", " ---: |".repeat(head.len() - 1));
    let mut out = [line(&head), rule].concat();
    for row in rows {
        out.push_str(&line(&row?));
    }
    Ok(out)
}

/// On what, and how often.
fn how(told: &Value) -> Result<String> {
    let chromium = told["chromium"].as_str().unwrap_or_default();
    let processor = told["processor"].as_str().unwrap_or_default();
    Ok(format!(
        "Medians of {} runs in Chromium {chromium}, on {processor}.\n",
        whole(number(told, "runs")?)
    ))
}

fn bytes(told: &Value) -> Result<String> {
    let row = |peer: &Value| {
        let of = |path: &str| number(peer, path);
        let (view, more) = (of("view.files")?, of("prompt.files")?);
        let answers = of("view.answers")? + of("prompt.answers")?;
        let requests = of("view.requests")? + of("prompt.requests")?;
        Ok(vec![
            name(peer).to_owned(),
            whole(view),
            whole(more),
            whole(view + more),
            whole(answers),
            whole(requests),
        ])
    };
    table(
        &[
            "",
            "page view",
            "then, to the survey",
            "together",
            "answers besides",
            "requests",
        ],
        peers(told)?.iter().map(row),
    )
}

fn time(told: &Value) -> Result<String> {
    let bare = number(&told["bare"], "view.script")?;
    let row = |peer: &Value| {
        let of = |path: &str| number(peer, path);
        Ok(vec![
            name(peer).to_owned(),
            ms(of("view.script")? - bare),
            ms(of("tasks.view")?),
            ms(of("prompt.script")?),
            ms(of("tasks.prompt")?),
            ms(of("prompt.time")?),
            format!("{:.3}", of("prompt.shift")?),
        ])
    };
    table(
        &[
            "at 4×, in ms",
            "script, page view",
            "longest task, page view",
            "script, asking",
            "longest task, asking",
            "click to painted survey",
            "layout shift",
        ],
        peers(told)?.iter().map(row),
    )
}

fn panel(told: &Value) -> Result<String> {
    let row = |peer: &Value| {
        let of = |path: &str| number(peer, path);
        let view = of("open.fast.first.view.files")?;
        let mut cells = vec![
            name(peer).to_owned(),
            whole(view),
            whole(of("open.fast.first.files")?),
        ];
        for case in ["fast", "slow", "network"] {
            for visit in ["first", "again"] {
                cells.push(ms(of(&["open.", case, ".", visit, ".time"].concat())?));
            }
        }
        Ok(cells)
    };
    let opened = peers(told)?.iter().filter(|peer| !peer["open"].is_null());
    table(
        &[
            "",
            "bytes, page view",
            "bytes, opening",
            "first, ms",
            "again",
            "first, 4×",
            "again, 4×",
            "first, slow 4G",
            "again, slow 4G",
        ],
        opened.map(row),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{bytes, ms, put, whole};
    use serde_json::json;

    #[test]
    fn figures_take_the_place_of_the_last_ones() {
        let page = "a\n<!-- figures: time -->\nold\n<!-- end -->\nb\n";
        let now = put(page, "time", "new\n").unwrap();
        assert_eq!(now, "a\n<!-- figures: time -->\nnew\n<!-- end -->\nb\n");
        assert_eq!(
            put(page, "bytes", "new\n").unwrap_err().to_string(),
            "docs/performance.md has no place for the figures of `bytes`"
        );
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(whole(0.0), "0");
        assert_eq!(whole(999.4), "999");
        assert_eq!(whole(102_457.0), "102,457");
        assert_eq!(whole(1_460_265.0), "1,460,265");
        assert_eq!([ms(-0.3), ms(4.26), ms(9.96)], ["0.0", "4.3", "10"]);
    }

    #[test]
    fn what_was_not_measured_is_an_error_and_no_dash() {
        let half = json!({ "peers": [{ "name": "Half", "view": { "files": 1.0 } }] });
        assert_eq!(
            bytes(&half).unwrap_err().to_string(),
            "the figures have no `prompt.files`"
        );
    }
}
