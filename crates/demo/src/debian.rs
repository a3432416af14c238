//! Installs Debian's packages, where that needs no question.

use std::process::Stdio;

use tokio::process::Command;

use crate::summary::say;

/// What is run with the packages as arguments. Their services are neither started nor enabled: a demo wants programs.
const INSTALL: &str = include_str!("debian/install.sh");

/// Tries to install packages; whether it did.
pub(crate) async fn install(packages: &[&str]) -> bool {
    say(&format!("trying to install {}", packages.join(" ")));
    let before: &[&str] = if rustix::process::geteuid().is_root() { &[] } else { &["sudo", "-n"] };
    let all = [before, &["sh", "-c", INSTALL, "install"], packages].concat();
    let mut command = Command::new(all[0]);
    // Whoever ends the demo meanwhile does not leave a package half installed.
    command.args(&all[1..]).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.is_ok_and(|status| status.success())
}
