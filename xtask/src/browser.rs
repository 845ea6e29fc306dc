//! The browsers that tests drive: the system's Chromium, Firefox and WebKitGTK, and a font with Persian letters.

use crate::debian;
use crate::steps::Outcome;
use anyhow::{Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-core"];
const FIREFOX_NAMES: [&str; 2] = ["firefox-esr", "firefox"];
/// What Debian calls the other engines, and the display that WebKitGTK's browser draws on.
const ENGINE_PACKAGES: [&str; 4] = [
    "firefox-esr",
    "webkit2gtk-driver",
    "xvfb",
    "fonts-noto-core",
];

/// What a variable names, or the first of some names on the path.
fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let mut candidates = names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    candidates.find(|candidate| candidate.is_file())
}

/// Where Chromium is: `VAFA_CHROMIUM`, or the first of the usual names on the path.
pub(crate) fn chromium() -> Option<PathBuf> {
    program("VAFA_CHROMIUM", &NAMES)
}

/// Where Firefox is: `VAFA_FIREFOX`, or the first of the usual names on the path.
pub(crate) fn firefox() -> Option<PathBuf> {
    program("VAFA_FIREFOX", &FIREFOX_NAMES)
}

/// Where WebKitGTK's own small browser is: `VAFA_WEBKIT`, or where its packages put it.
pub(crate) fn webkit() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("VAFA_WEBKIT") {
        return Some(PathBuf::from(named));
    }
    // The folder in between is named after the processor.
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    let mut candidates =
        folders.map(|folder| folder.path().join("webkit2gtk-4.1").join("MiniBrowser"));
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

/// Sees to it that the engines besides Chromium are there.
pub(crate) fn prepare_engines() -> Result<Outcome> {
    let there = || {
        firefox().is_some()
            && webkit().is_some()
            && program("VAFA_WEBKIT_DRIVER", &["WebKitWebDriver"]).is_some()
            && program("VAFA_XVFB", &["Xvfb"]).is_some()
    };
    if there() && persian_font() {
        return Ok(Outcome::Unchanged);
    }
    if !debian::as_root() {
        bail!(
            "the tests of other engines need Firefox, WebKitGTK with its driver, Xvfb and a font with Persian \
             letters. On Debian or Ubuntu: `sudo apt-get install --no-install-recommends {}`; elsewhere name them in \
             VAFA_FIREFOX, VAFA_WEBKIT (MiniBrowser), VAFA_WEBKIT_DRIVER and VAFA_XVFB",
            ENGINE_PACKAGES.join(" ")
        );
    }
    debian::install(&ENGINE_PACKAGES)?;
    if !there() {
        bail!("the packages of the other engines are installed, but not where they are looked for");
    }
    Ok(Outcome::Done)
}
