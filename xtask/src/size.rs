//! What a shopper downloads at each step, in the bytes that go over the wire, against budgets.

use crate::engine;
use crate::part::Part;
use crate::run;
use crate::split;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The figures as they were committed.
const KEPT: &str = "sizes.json";

/// Options of `cargo xtask size`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Print JSON for machines in place of the table
    #[arg(long)]
    json: bool,
    /// Write the figures to sizes.json, to be committed with what changed them
    #[arg(long, conflicts_with = "json")]
    keep: bool,
}

// What the steps may weigh, in brotli bytes.

/// On every page view: 4 KB.
const LOADER: u64 = 4 * 1024;
/// All that comes after the loader until a survey is seen: 75 KB.
const SURVEY: u64 = 75 * 1024;
/// All that comes after the loader until the panel is open: 95 KB.
const PANEL: u64 = 95 * 1024;
/// What a place of the panel adds that is not home: 12 KB.
const ROOM: u64 = 12 * 1024;
/// What a page loads that has the widget in a frame, with what the frame says to it: 4 KB too.
const FRAME: u64 = 4 * 1024;
/// All files, in all languages: 190 KB.
const EVERYTHING: u64 = 190 * 1024;

/// The files of one loading step, and what they may weigh.
struct Step {
    name: String,
    files: Vec<PathBuf>,
    budget: u64,
}

/// A step's weight, in bytes.
struct Weight {
    name: String,
    files: usize,
    raw: u64,
    gzip: u64,
    brotli: u64,
    budget: u64,
}

impl Weight {
    /// Bytes left under the budget; negative when over it.
    fn margin(&self) -> i64 {
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        signed(self.budget) - signed(self.brotli)
    }

    fn over(&self) -> bool {
        self.margin() < 0
    }
}

/// `cargo xtask size`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let weights = measure(&run::at("pkg/cdn"))?;
    if options.json {
        println!("{:#}", as_json(&weights, &Part::of(&engine::raw())?));
    } else {
        report(&weights)?;
    }
    if options.keep {
        let mut text = format!("{:#}", figures(&weights));
        text.push('\n');
        fs::write(run::at(KEPT), text).with_context(|| format!("could not write {KEPT}"))?;
    }
    judge(&weights)
}

/// Prints the table; over budget is an error.
pub(crate) fn within_budget() -> Result<()> {
    let weights = measure(&run::at("pkg/cdn"))?;
    report(&weights)?;
    judge(&weights)
}

fn report(weights: &[Weight]) -> Result<()> {
    print(weights);
    if let Some(before) = committed() {
        for line in changes(&before, weights) {
            println!("{line}");
        }
    }
    Part::of(&engine::raw())?.print();
    Ok(())
}

/// The figures of the last commit; none in a checkout that is not git's.
fn committed() -> Option<Value> {
    let mut git = Command::new("git");
    git.args(["show", &["HEAD:", KEPT].concat()])
        .current_dir(run::top());
    let shown = git.output().ok().filter(|shown| shown.status.success())?;
    serde_json::from_slice(&shown.stdout).ok()
}

/// A line for each step that weighs over 1 % more or less than it did.
fn changes(before: &Value, weights: &[Weight]) -> Vec<String> {
    let changed = |w: &Weight| {
        let was = before["brotli"][&w.name].as_u64()?;
        let by = w.brotli.abs_diff(was);
        let more = if w.brotli > was { "more" } else { "less" };
        let (whole, tenth) = (by * 100 / was.max(1), by * 1_000 / was.max(1) % 10);
        (by * 100 > was).then(|| {
            format!(
                "since the last commit: {by} bytes ({whole}.{tenth} %) {more}: {}",
                w.name
            )
        })
    };
    weights.iter().filter_map(changed).collect()
}

/// What is kept of the figures.
fn figures(weights: &[Weight]) -> Value {
    let steps: serde_json::Map<_, _> = weights
        .iter()
        .map(|w| (w.name.clone(), w.brotli.into()))
        .collect();
    json!({ "unit": "byte", "brotli": steps })
}

fn judge(weights: &[Weight]) -> Result<()> {
    let over: Vec<&str> = weights
        .iter()
        .filter(|w| w.over())
        .map(|w| w.name.as_str())
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    bail!("over budget: {}", over.join(", "))
}

/// Weighs what lies in the folder of the built assets, by its manifest.
fn measure(cdn: &Path) -> Result<Vec<Weight>> {
    let path = cdn.join("manifest.json");
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "{} is not there: run `cargo xtask build` first",
            path.display()
        )
    })?;
    let manifest: Value = serde_json::from_str(&text).context("manifest.json is no JSON")?;
    steps(&manifest)?
        .into_iter()
        .map(|step| weigh(cdn, step))
        .collect()
}

/// Which files each loading step fetches.
fn steps(manifest: &Value) -> Result<Vec<Step>> {
    let files = manifest["files"]
        .as_object()
        .context("manifest.json lists no files")?;
    let file = |name: &str| -> Result<PathBuf> {
        let path = files.get(name).and_then(|entry| entry["file"].as_str());
        path.map(PathBuf::from)
            .with_context(|| format!("manifest.json does not name {name}"))
    };
    let all = |names: &[&str]| names.iter().map(|name| file(name)).collect::<Result<_>>();
    let survey = ["engine.js", "engine.wasm", "base.css", "fa.json"];
    let [panel, rooms @ ..] = split::PARTS;
    let of_part = |part: &str| -> Result<Vec<PathBuf>> {
        let code = [part, ".wasm"].concat();
        let others = [[part, ".css"].concat(), ["fa-", part, ".json"].concat()];
        let others = others.iter().filter(|name| files.contains_key(*name));
        [&code]
            .into_iter()
            .chain(others)
            .map(|name| file(name))
            .collect()
    };
    let mut steps = vec![
        Step {
            name: "every page view: the loader".into(),
            files: all(&["vafa.js"])?,
            budget: LOADER,
        },
        Step {
            name: "after the loader, to a visible survey".into(),
            files: all(&survey)?,
            budget: SURVEY,
        },
        Step {
            name: "after the loader, to the open panel".into(),
            files: [all(&survey)?, of_part(panel)?].concat(),
            budget: PANEL,
        },
    ];
    for room in rooms {
        steps.push(Step {
            name: format!("then, to the places of `{room}`"),
            files: of_part(room)?,
            budget: ROOM,
        });
    }
    steps.push(Step {
        name: "in its place, the widget in a frame".into(),
        files: all(&["frame.js", "bridge.js"])?,
        budget: FRAME,
    });
    steps.push(Step {
        name: "everything, all languages".into(),
        files: files.keys().map(|name| file(name)).collect::<Result<_>>()?,
        budget: EVERYTHING,
    });
    Ok(steps)
}

fn weigh(cdn: &Path, step: Step) -> Result<Weight> {
    let sum = |suffix: &str| -> Result<u64> {
        let sizes = step.files.iter().map(|file| size(&cdn.join(file), suffix));
        sizes.sum()
    };
    Ok(Weight {
        name: step.name,
        files: step.files.len(),
        raw: sum("")?,
        gzip: sum(".gz")?,
        brotli: sum(".br")?,
        budget: step.budget,
    })
}

/// Bytes of the file or of its compressed sibling. What compression does not make smaller has no
/// sibling and is sent as it is.
fn size(file: &Path, suffix: &str) -> Result<u64> {
    let mut sibling = file.as_os_str().to_owned();
    sibling.push(suffix);
    let meta = fs::metadata(&sibling).or_else(|_| fs::metadata(file));
    Ok(meta
        .with_context(|| format!("could not measure {}", file.display()))?
        .len())
}

fn as_json(weights: &[Weight], part: &Part) -> Value {
    let row = |w: &Weight| {
        json!({
            "step": w.name, "files": w.files, "raw": w.raw, "gzip": w.gzip, "brotli": w.brotli,
            "budget": w.budget, "margin": w.margin(),
        })
    };
    let steps: Vec<Value> = weights.iter().map(row).collect();
    json!({ "unit": "byte", "steps": steps, "rules": part.as_json() })
}

fn print(weights: &[Weight]) {
    println!(
        "{:<38} {:>5} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "bytes on the wire, per loading step", "files", "raw", "gzip", "brotli", "budget", "margin"
    );
    for w in weights {
        let (budget, margin) = (w.budget, w.margin());
        let note = if w.over() { "  OVER" } else { "" };
        println!(
            "{:<38} {:>5} {:>9} {:>9} {:>9} {budget:>9} {margin:>+9}{note}",
            w.name, w.files, w.raw, w.gzip, w.brotli
        );
    }
    println!("(budgets are for brotli; 1 KB = 1,024 bytes)");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{Weight, changes, figures, judge, steps};
    use serde_json::json;

    fn weight(brotli: u64) -> Weight {
        Weight {
            name: "loader".into(),
            files: 1,
            raw: 9,
            gzip: 9,
            brotli,
            budget: 100,
        }
    }

    #[test]
    fn a_byte_over_budget_fails() {
        assert_eq!(weight(100).margin(), 0);
        judge(&[weight(100)]).unwrap();
        assert_eq!(weight(101).margin(), -1);
        assert_eq!(
            judge(&[weight(101)]).unwrap_err().to_string(),
            "over budget: loader"
        );
    }

    #[test]
    fn a_change_over_one_percent_is_told() {
        let kept = figures(&[weight(1_000)]);
        for (now, told) in [
            (1_000, vec![]),
            (1_010, vec![]),
            (990, vec![]),
            (
                1_011,
                vec!["since the last commit: 11 bytes (1.1 %) more: loader"],
            ),
            (
                900,
                vec!["since the last commit: 100 bytes (10.0 %) less: loader"],
            ),
        ] {
            assert_eq!(changes(&kept, &[weight(now)]), told);
        }
    }

    #[test]
    fn a_step_that_the_manifest_cannot_fill_is_an_error() {
        let manifest = json!({ "files": { "vafa.js": { "file": "vafa.js" } } });
        let error = steps(&manifest).err().unwrap().to_string();
        assert_eq!(error, "manifest.json does not name engine.js");
    }
}
