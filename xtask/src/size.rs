//! What a shopper downloads at each step, in the bytes that go over the wire, against budgets.

use crate::engine;
use crate::part::Part;
use crate::run;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Options of `cargo xtask size`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Print JSON for machines in place of the table
    #[arg(long)]
    json: bool,
}

/// Brotli bytes that a page view may cost: 4.0 KB.
const BUDGET_LOADER: u64 = 4 * 1024;
/// Brotli bytes from nothing to the open home panel: 110 KB.
const BUDGET_PANEL: u64 = 110 * 1024;

/// The files of one loading step, and what they may weigh.
struct Step {
    name: &'static str,
    files: Vec<PathBuf>,
    budget: Option<u64>,
}

/// A step's weight, in bytes.
struct Weight {
    name: &'static str,
    files: usize,
    raw: u64,
    gzip: u64,
    brotli: u64,
    budget: Option<u64>,
}

impl Weight {
    /// Bytes left under the budget; negative when over it.
    fn margin(&self) -> Option<i64> {
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        self.budget
            .map(|budget| signed(budget) - signed(self.brotli))
    }

    fn over(&self) -> bool {
        self.margin().is_some_and(|margin| margin < 0)
    }
}

/// `cargo xtask size`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let weights = measure(&run::at("pkg/cdn"))?;
    let part = Part::of(&engine::raw())?;
    if options.json {
        println!("{:#}", as_json(&weights, &part));
    } else {
        print(&weights);
        part.print();
    }
    judge(&weights)
}

/// Prints the table; over budget is an error.
pub(crate) fn within_budget() -> Result<()> {
    let weights = measure(&run::at("pkg/cdn"))?;
    print(&weights);
    Part::of(&engine::raw())?.print();
    judge(&weights)
}

fn judge(weights: &[Weight]) -> Result<()> {
    let over: Vec<&str> = weights
        .iter()
        .filter(|w| w.over())
        .map(|w| w.name)
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
    let engine = || -> Result<Vec<PathBuf>> {
        [
            "vafa.js",
            "engine.js",
            "engine.wasm",
            "panel.css",
            "fa.json",
        ]
        .map(file)
        .into_iter()
        .collect()
    };
    let everything = files.keys().map(|name| file(name)).collect::<Result<_>>()?;
    Ok(vec![
        Step {
            name: "every page view: the loader",
            files: vec![file("vafa.js")?],
            budget: Some(BUDGET_LOADER),
        },
        Step {
            name: "to a visible survey, loader included",
            files: engine()?,
            budget: Some(BUDGET_PANEL),
        },
        Step {
            name: "to the open home panel, loader included",
            files: engine()?,
            budget: Some(BUDGET_PANEL),
        },
        Step {
            name: "everything, all languages",
            files: everything,
            budget: None,
        },
    ])
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
        "{:<40} {:>5} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "bytes on the wire, per loading step", "files", "raw", "gzip", "brotli", "budget", "margin"
    );
    for w in weights {
        let budget = w.budget.map_or("-".to_owned(), |budget| budget.to_string());
        let margin = w
            .margin()
            .map_or("-".to_owned(), |margin| format!("{margin:+}"));
        let over = if w.over() { "  OVER" } else { "" };
        println!(
            "{:<40} {:>5} {:>9} {:>9} {:>9} {budget:>9} {margin:>9}{over}",
            w.name, w.files, w.raw, w.gzip, w.brotli
        );
    }
    println!("(budgets are for brotli; 1 KB = 1,024 bytes)");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{Weight, judge, steps};
    use serde_json::json;

    fn weight(brotli: u64) -> Weight {
        Weight {
            name: "loader",
            files: 1,
            raw: 9,
            gzip: 9,
            brotli,
            budget: Some(100),
        }
    }

    #[test]
    fn a_byte_over_budget_fails() {
        assert_eq!(weight(100).margin(), Some(0));
        judge(&[weight(100)]).unwrap();
        assert_eq!(weight(101).margin(), Some(-1));
        assert_eq!(
            judge(&[weight(101)]).unwrap_err().to_string(),
            "over budget: loader"
        );
    }

    #[test]
    fn a_step_that_the_manifest_cannot_fill_is_an_error() {
        let manifest = json!({ "files": { "vafa.js": { "file": "vafa.js" } } });
        let error = steps(&manifest).err().unwrap().to_string();
        assert_eq!(error, "manifest.json does not name engine.js");
    }
}
