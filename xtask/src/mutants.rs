//! Whether a test notices when a rule is changed: cargo-mutants on the rules.

use crate::run;
use anyhow::{Result, bail};

/// Options of `cargo xtask mutants`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these modules, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = MODULES)]
    only: Vec<String>,
}

/// The modules on which points and tiers rest.
const MODULES: [&str; 8] = [
    "calendar", "earning", "ledger", "parse", "refunds", "rewards", "surveys", "tiers",
];

/// `cargo xtask mutants`.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !run::works(&mut run::cargo(["mutants", "--version"])) {
        bail!("cargo-mutants is not installed: `cargo install --locked cargo-mutants`");
    }
    let mut mutants = run::cargo(["mutants", "--package", "rules", "--jobs", "1"]);
    let wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|o| o == name);
    for module in MODULES.into_iter().filter(|name| wanted(name)) {
        mutants.args(["--file", &format!("crates/rules/src/{module}.rs")]);
        mutants.args(["--file", &format!("crates/rules/src/{module}/*.rs")]);
    }
    // Examples that a marketer wrote are tests of the rules too.
    mutants.args(["--test-package", "rules", "--test-package", "golden"]);
    mutants.args(["--exclude", "**/tests.rs", "--timeout-multiplier", "5"]);
    mutants.arg("--output").arg(run::at("artefacts"));
    run::run(&mut mutants)
}

#[cfg(test)]
mod tests {
    use super::MODULES;
    use crate::run;

    #[test]
    fn every_module_is_there() {
        for module in MODULES {
            assert!(
                run::at(format!("crates/rules/src/{module}.rs")).is_file(),
                "{module}"
            );
        }
    }
}
