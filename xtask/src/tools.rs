//! Interpreters and programs that tests of other languages use: PHP, Python in an environment of
//! our own, and Schemathesis, which makes requests out of an OpenAPI description.

use crate::debian;
use crate::run;
use crate::stamp::Stamp;
use anyhow::{Context as _, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Options of `cargo xtask tools`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these; without any, all
    #[arg(value_parser = NAMES)]
    only: Vec<String>,
}

const NAMES: [&str; 3] = ["php", "python", "schemathesis"];

/// Schemathesis with all that it needs, each in the version that we have seen work.
const VERSIONS: &str = "xtask/schemathesis.txt";

/// `cargo xtask tools`.
pub(crate) fn run(options: &Options) -> Result<()> {
    for name in NAMES {
        if options.only.is_empty() || options.only.iter().any(|only| only == name) {
            let path = match name {
                "php" => php()?,
                "python" => python()?,
                _ => schemathesis()?,
            };
            println!("{name:<13} {}", path.display());
        }
    }
    Ok(())
}

/// PHP's command line: `VAFA_PHP`, or `php` on the path, which is installed where that is possible.
///
/// # Errors
/// Says what to install.
pub(crate) fn php() -> Result<PathBuf> {
    if let Some(found) = found("VAFA_PHP", &["php"])? {
        return Ok(found);
    }
    let missing = "PHP 8 is needed. On Debian or Ubuntu: `sudo apt-get install \
                   --no-install-recommends php-cli`; elsewhere install it and put `php` on the path \
                   or name it in VAFA_PHP";
    if !debian::as_root() {
        bail!(missing);
    }
    debian::install(&["php-cli"]).context(missing)?;
    found("VAFA_PHP", &["php"])?.context(missing)
}

/// Python in an environment of its own in `target/tools/python`, so that what is installed into it
/// touches nothing else. It is made of `VAFA_PYTHON`, or `python3` or `python` on the path, 3.10 or
/// later.
///
/// # Errors
/// Says what to install.
pub(crate) fn python() -> Result<PathBuf> {
    environment(&run::target().join("tools/python"))
}

/// Schemathesis, installed from PyPI into the environment of [`python`].
///
/// # Errors
/// When Python is missing or the installation fails.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    let python = python()?;
    let folder = run::target().join("tools/python");
    let program = inside(&folder, "schemathesis");
    let stamp = Stamp::new("schemathesis", &[])
        .input(VERSIONS)?
        .output(&program);
    stamp.unless_fresh(|| {
        eprintln!("      fetching Schemathesis by pip");
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet"]);
        pip.args(["--disable-pip-version-check", "--constraint"]);
        pip.arg(run::at(VERSIONS)).arg("schemathesis");
        run::run(&mut pip).context("Schemathesis comes from PyPI, which must answer once")
    })?;
    Ok(program)
}

/// A program that an environment holds.
fn inside(folder: &Path, name: &str) -> PathBuf {
    let programs = if cfg!(windows) { "Scripts" } else { "bin" };
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    folder.join(programs).join(file)
}

/// Sees to it that the folder is an environment that works, and gives its Python.
fn environment(folder: &Path) -> Result<PathBuf> {
    let python = inside(folder, "python");
    let has_pip = || run::works(Command::new(&python).args(["-m", "pip", "--version"]));
    if has_pip() {
        return Ok(python);
    }
    let missing = "Python 3.10 or later with its module venv is needed. On Debian or Ubuntu: `sudo \
                   apt-get install --no-install-recommends python3 python3-venv`; elsewhere install \
                   Python and put `python3` on the path or name it in VAFA_PYTHON";
    let make = || -> Result<bool> {
        let Some(system) = found("VAFA_PYTHON", &["python3", "python"])? else {
            return Ok(false);
        };
        let recent = "import sys; sys.exit(sys.version_info < (3, 10))";
        if !run::works(Command::new(&system).args(["-c", recent])) {
            return Ok(false);
        }
        // What is left of one that does not work any more is cleared away.
        let mut venv = Command::new(&system);
        venv.args(["-m", "venv", "--clear"]).arg(folder);
        Ok(run::works(&mut venv) && has_pip())
    };
    if make()? {
        return Ok(python);
    }
    if !debian::as_root() {
        bail!(missing);
    }
    debian::install(&["python3", "python3-venv"]).context(missing)?;
    if !make()? {
        bail!(missing);
    }
    Ok(python)
}

/// The program that a variable names, or the first of these names on the path that is there.
fn found(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os(variable) {
        let named = PathBuf::from(named);
        if !named.is_file() {
            bail!("{variable} names {}, which is no file", named.display());
        }
        return Ok(Some(named));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(names.iter().find_map(|name| on_path(&path, name)))
}

fn on_path(path: &OsStr, name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path)
        .map(|folder| folder.join(&file))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::{VERSIONS, environment, inside, on_path};
    use crate::run;
    use std::fs;
    use std::process::Command;

    #[test]
    fn an_environment_is_made_once_and_again_when_it_is_broken() {
        let folder = std::env::temp_dir().join(format!("vafa-python-{}", std::process::id()));
        let python = environment(&folder).unwrap();
        let inside_it = "import sys; print(sys.prefix != sys.base_prefix)";
        let told = run::output(Command::new(&python).args(["-c", inside_it])).unwrap();
        assert_eq!(told.trim(), "True");
        let mark = folder.join("mark");
        fs::write(&mark, "").unwrap();
        assert_eq!(environment(&folder).unwrap(), python);
        assert!(mark.exists(), "it was made again for nothing");
        fs::remove_file(&python).unwrap();
        environment(&folder).unwrap();
        assert!(!mark.exists() && python.exists());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_program_is_found_in_the_first_folder_that_has_it() {
        let folder = std::env::temp_dir().join(format!("vafa-path-{}", std::process::id()));
        let (empty, full) = (folder.join("empty"), inside(&folder, "php"));
        fs::create_dir_all(&empty).unwrap();
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(&full, "").unwrap();
        let path = std::env::join_paths([empty.as_path(), full.parent().unwrap()]).unwrap();
        assert_eq!(on_path(&path, "php"), Some(full));
        assert_eq!(on_path(&path, "python"), None);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn every_package_of_python_has_one_version() {
        let text = fs::read_to_string(run::at(VERSIONS)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pinned: Vec<(&str, &str)> = lines.map(|l| l.split_once("==").unwrap()).collect();
        assert!(pinned.contains(&("schemathesis", "4.32.5")));
        assert!(pinned.iter().all(|(_, version)| !version.contains('*')));
    }
}
