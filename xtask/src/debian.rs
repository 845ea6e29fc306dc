//! Installing what Debian packages, where that is allowed: as root on Debian or its descendants.

use crate::run;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Whether we run as root.
pub(crate) fn root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether [`install`] is possible here.
pub(crate) fn as_root() -> bool {
    root() && Path::new("/etc/debian_version").exists()
}

/// Installs Debian packages, as root.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let mut command = Command::new("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
            // What we print is for whoever reads it; this is not part of it.
            .stdout(std::io::stderr());
        command
    };
    run::run(apt().arg("update"))?;
    run::run(
        apt()
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages),
    )
}
