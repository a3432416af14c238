//! Programs that the tests run, and waiting for them.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

/// Longest that anything here may take; only a failing test waits that long.
pub(crate) const LONG: Duration = Duration::from_secs(300);

/// The program's path.
///
/// # Panics
/// When it is missing: with the Debian package that has it.
pub(crate) fn program(name: &str) -> PathBuf {
    let package = match name {
        "sshd" => "openssh-server",
        "sshpass" => "sshpass",
        "ssh" | "scp" | "sftp" | "ssh-keygen" => "openssh-client",
        _ => "coreutils",
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(more)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{name} is missing: install the Debian package {package}"))
}

/// A new key pair, as `ssh-keygen` makes it; gives the private file.
pub(crate) fn key(folder: &Path, name: &str, kind: &str) -> PathBuf {
    let path = folder.join(name);
    let made = std::process::Command::new(program("ssh-keygen"))
        .args(["-q", "-N", "", "-C", "a comment", "-t", kind, "-f"])
        .arg(&path)
        .status()
        .expect("ssh-keygen runs");
    assert!(made.success(), "ssh-keygen made a key");
    path
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a readable file")
}

/// The public half of a key file in the one form that is compared.
pub(crate) fn public(path: &Path) -> String {
    let text = read(&path.with_extension("pub"));
    gateway_ssh::keys::canonical_public(&text).expect("a public key")
}

/// The name of whoever runs the tests.
pub(crate) fn me() -> String {
    let output = std::process::Command::new(program("id")).arg("-un").output().expect("id runs");
    text(&output.stdout).trim().to_owned()
}

/// Waits, but not for ever.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LONG, future).await {
        Ok(done) => done,
        Err(_) => panic!("{what} did not come within {} s", LONG.as_secs()),
    }
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    within(what, async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a finished command said, for comparing.
pub(crate) fn said(output: &Output) -> (String, String, Option<i32>) {
    (text(&output.stdout), text(&output.stderr), output.status.code())
}
