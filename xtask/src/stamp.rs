//! Skipping a step whose inputs did not change: a stamp in `target/stamps/` holds a hash of the
//! inputs' names and contents, of the flags, and is believed only while the outputs exist.

use crate::run;
use crate::steps::Outcome;
use anyhow::{Context as _, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// One step's inputs and outputs.
pub(crate) struct Stamp {
    file: PathBuf,
    hash: DefaultHasher,
    outputs: Vec<PathBuf>,
}

impl Stamp {
    /// A step of this name; `flags` is all that changes its result besides files.
    pub(crate) fn new(name: &str, flags: &[&str]) -> Self {
        let mut hash = DefaultHasher::new();
        flags.hash(&mut hash);
        Self {
            file: run::target().join("stamps").join(name),
            hash,
            outputs: Vec::new(),
        }
    }

    /// Adds a file, or a folder with all below it (but `node_modules`). What is not there counts
    /// as not there.
    pub(crate) fn input(mut self, path: impl AsRef<Path>) -> Result<Self> {
        let path = run::at(path);
        let mut found = Vec::new();
        walk(&path, &mut found).with_context(|| format!("could not read {}", path.display()))?;
        found.sort();
        for file in found {
            let bytes =
                fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
            file.strip_prefix(run::top())
                .unwrap_or(&file)
                .hash(&mut self.hash);
            bytes.hash(&mut self.hash);
        }
        Ok(self)
    }

    /// Adds a file or folder that the step makes.
    pub(crate) fn output(mut self, path: impl AsRef<Path>) -> Self {
        self.outputs.push(run::at(path));
        self
    }

    /// Does the work unless it has been done with these very inputs.
    pub(crate) fn unless_fresh(&self, work: impl FnOnce() -> Result<()>) -> Result<Outcome> {
        if self.fresh() {
            return Ok(Outcome::Unchanged);
        }
        // Work that ends half-way must not be taken for done when the inputs are put back.
        if self.file.exists() {
            fs::remove_file(&self.file)?;
        }
        work()?;
        self.keep()?;
        Ok(Outcome::Done)
    }

    fn hex(&self) -> String {
        format!("{:016x}", self.hash.finish())
    }

    fn fresh(&self) -> bool {
        self.outputs.iter().all(|path| path.exists())
            && fs::read_to_string(&self.file).is_ok_and(|stored| stored == self.hex())
    }

    fn keep(&self) -> Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, self.hex()))
            .with_context(|| format!("could not write {}", self.file.display()))
    }
}

fn walk(path: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_file() {
        found.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_name() != "node_modules" {
                walk(&entry.path(), found)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::Stamp;
    use std::fs;

    #[test]
    fn a_step_is_fresh_until_an_input_a_flag_or_an_output_changes() {
        let folder = std::env::temp_dir().join(format!("vafa-stamp-{}", std::process::id()));
        fs::create_dir_all(folder.join("in/node_modules")).unwrap();
        fs::write(folder.join("in/a"), "1").unwrap();
        fs::write(folder.join("out"), "x").unwrap();
        let name = format!("test-{}", std::process::id());
        let stamp = |flag| {
            Stamp::new(&name, &[flag])
                .input(folder.join("in"))
                .unwrap()
                .output(folder.join("out"))
        };

        assert!(!stamp("f").fresh(), "never done");
        stamp("f").keep().unwrap();
        assert!(stamp("f").fresh());
        assert!(!stamp("g").fresh(), "another flag");
        fs::write(folder.join("in/node_modules/b"), "1").unwrap();
        assert!(stamp("f").fresh(), "installed packages are no source");
        fs::write(folder.join("in/a"), "2").unwrap();
        assert!(!stamp("f").fresh(), "another input");
        stamp("f").keep().unwrap();
        fs::remove_file(folder.join("out")).unwrap();
        assert!(!stamp("f").fresh(), "the output is gone");

        stamp("f")
            .unless_fresh(|| anyhow::bail!("half-way"))
            .unwrap_err();
        fs::write(folder.join("out"), "x").unwrap();
        assert!(!stamp("f").fresh(), "the work was not finished");
        stamp("f").unless_fresh(|| Ok(())).unwrap();
        assert!(stamp("f").fresh());

        fs::remove_dir_all(&folder).unwrap();
        fs::remove_file(stamp("f").file).unwrap();
    }
}
