//! The browser that tests drive: the system's Chromium, and a font with Persian letters.

use crate::debian;
use crate::steps::Outcome;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-core"];

/// Where Chromium is: `VAFA_CHROMIUM`, or the first of the usual names on the path.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("VAFA_CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let mut candidates = NAMES
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    candidates.find(|candidate| candidate.is_file())
}

/// Whether a font for Persian is installed. Where fontconfig cannot say, we trust the system.
fn persian_font() -> bool {
    Command::new("fc-list")
        .args([":lang=fa", "family"])
        .output()
        .map_or(true, |output| !output.stdout.trim_ascii().is_empty())
}

/// Sees to it that a browser and a Persian font are there.
pub(crate) fn prepare() -> Result<Outcome> {
    if chromium().is_some() && persian_font() {
        return Ok(Outcome::Unchanged);
    }
    if !debian::as_root() {
        bail!(
            "the browser tests need Chromium and a font with Persian letters. On Debian or Ubuntu: \
             `sudo apt-get install --no-install-recommends {}`; elsewhere install Chromium or \
             Chrome and name it in VAFA_CHROMIUM",
            PACKAGES.join(" ")
        );
    }
    debian::install(&PACKAGES)?;
    Ok(Outcome::Done)
}
