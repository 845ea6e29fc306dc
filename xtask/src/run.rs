//! Running other programs: one place that knows where the project is, and what to say when a
//! program is missing or fails.

use anyhow::{Context as _, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The top of the checkout.
pub(crate) fn top() -> &'static Path {
    // Invariant: the manifest's folder is `xtask`, inside the checkout.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// A path below the top of the checkout.
pub(crate) fn at(path: impl AsRef<Path>) -> PathBuf {
    top().join(path)
}

/// Cargo's output folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), PathBuf::from)
}

/// The cargo that runs us, with these arguments, in the checkout.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(top());
    command
}

/// Builds the development programs as `cargo test` builds them. With their tests, the workspace's crates ask for more
/// features of what they depend on: a plain build would compile half of that again.
pub(crate) fn programs_as_tested() -> Result<()> {
    run(&mut cargo(["test", "--no-run", "--quiet"]))
}

/// Node with these arguments, in the checkout.
pub(crate) fn node<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new("node");
    command.args(arguments).current_dir(top());
    command
}

/// npm with these arguments, in a folder of the checkout.
pub(crate) fn npm<S: AsRef<OsStr>>(
    folder: &str,
    arguments: impl IntoIterator<Item = S>,
) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments).current_dir(at(folder));
    command
}

/// How a command reads on one line, for messages.
pub(crate) fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_stem()
        .unwrap_or_default();
    let mut line = name.to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// What to install when a program is not there.
fn source_of(program: &OsStr) -> &'static str {
    match Path::new(program).file_stem().and_then(OsStr::to_str) {
        Some("node" | "npm") => {
            "install Node.js 20 or later (nodejs.org, or your system's packages)"
        }
        Some("cargo" | "rustc" | "rustup") => "install Rust by rustup (rustup.rs)",
        Some("apt-get") => "this is not a Debian system: install the packages by its own means",
        Some("python3") => "install Python 3 with pip",
        _ => "install it and try again",
    }
}

fn started<T>(command: &Command, result: std::io::Result<T>) -> Result<T> {
    result.with_context(|| {
        let program = command.get_program();
        format!(
            "could not start `{}`: {}",
            program.to_string_lossy(),
            source_of(program)
        )
    })
}

/// Runs to the end with the terminal's own output; anything but success is an error that names
/// the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status();
    let status = started(command, status)?;
    if !status.success() {
        bail!(
            "`{}` failed ({status}); its own words are above",
            shown(command)
        );
    }
    Ok(())
}

/// Runs to the end and gives what was printed on stdout; stderr stays on the terminal.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = started(command, output)?;
    if !output.status.success() {
        bail!(
            "`{}` failed ({}); its own words are above",
            shown(command),
            output.status
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed no UTF-8", shown(command)))
}

/// Whether the program starts and succeeds; nothing is shown.
pub(crate) fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
