//! The files of the checkout, as git sees them: what is ignored is not ours.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A text file of ours.
pub(crate) struct Source {
    /// From the top of the checkout, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The top of the checkout.
pub(crate) fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Runs a program at the top of the checkout and gives what it prints.
pub(crate) fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(top())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Every text file below one of the folders (or the file of that name) with one of the endings;
/// an empty list of either means all.
pub(crate) fn sources(places: &[&str], endings: &[&str]) -> Vec<Source> {
    let listed = printed(
        "git",
        &["ls-files", "--cached", "--others", "--exclude-standard"],
    );
    listed
        .lines()
        .filter(|path| places.is_empty() || places.iter().any(|place| path.starts_with(place)))
        .filter(|path| endings.is_empty() || endings.iter().any(|ending| path.ends_with(ending)))
        .filter_map(|path| {
            // A file that was just deleted is still in git's list; pictures are no text.
            let text = String::from_utf8(fs::read(top().join(path)).ok()?).ok()?;
            Some(Source {
                path: path.to_owned(),
                text,
            })
        })
        .collect()
}
