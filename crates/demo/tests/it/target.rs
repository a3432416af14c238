//! The target against the real `ssh`: shells, commands, sign-in, and nothing left behind.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;

use crate::{is_running, until};

/// A running `demo target` and the files of its clients.
struct Target {
    child: Child,
    port: String,
    folder: TempDir,
}

impl Target {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().join("key");
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&key)
            .status()
            .expect("ssh-keygen: install openssh-client");
        assert!(made.success());
        let mut child = Command::new(env!("CARGO_BIN_EXE_demo"))
            .args(["target", "--login", "pat", "--password-stdin", "--authorized-keys"])
            .arg(key.with_extension("pub"))
            .env("SHELL", "/bin/sh")
            .env("PS1", "ready> ")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a target");
        child.stdin.take().expect("its input").write_all(b"open sesame\n").expect("the password");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
        let port = line.trim().rsplit(':').next().expect("a port").to_owned();
        Self { child, port, folder }
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    fn arguments(&self, key: &Path, login: &str) -> Vec<String> {
        let known_hosts = self.folder.path().join("known_hosts");
        [
            "-F",
            "/dev/null",
            "-o",
            "StrictHostKeyChecking=accept-new",
            "-o",
            "LogLevel=ERROR",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "IdentityAgent=none",
            "-o",
            &format!("UserKnownHostsFile={}", known_hosts.display()),
            "-i",
            &key.display().to_string(),
            "-p",
            &self.port,
            &format!("{login}@127.0.0.1"),
        ]
        .map(String::from)
        .to_vec()
    }

    fn ssh(&self, command: &str, input: &[u8]) -> Output {
        let mut child = Command::new("ssh")
            .args(self.arguments(&self.key(), "pat"))
            .arg(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("ssh");
        child.stdin.take().expect("its input").write_all(input).expect("input");
        child.wait_with_output().expect("its end")
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_command_has_input_output_errors_and_a_status() {
    let target = Target::start();
    let output = target.ssh("cat; echo to-err >&2; exit 7", b"to-out\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "to-out\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "to-err\n");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn long_output_is_whole() {
    let target = Target::start();
    let output = target.ssh("head -c 20000000 /dev/zero", b"");
    assert_eq!(output.stdout.len(), 20_000_000);
    assert!(output.status.success());
}

#[test]
fn only_the_right_password_signs_in() {
    let target = Target::start();
    let signs_in = |login: &str, password: &str| {
        Command::new("sshpass")
            .args(["-p", password, "ssh", "-o", "PubkeyAuthentication=no"])
            .args(target.arguments(Path::new("/nonexistent"), login))
            .arg("true")
            .stderr(Stdio::null())
            .status()
            .expect("sshpass: install it")
            .success()
    };
    assert!(signs_in("pat", "open sesame"));
    assert!(!signs_in("pat", "open"));
    assert!(!signs_in("root", "open sesame"));
}

#[test]
fn a_shell_knows_its_window_and_ends_with_all_its_jobs() {
    let target = Target::start();
    let size = |cols, rows| PtySize { cols, rows, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size(97, 31)).expect("a terminal");
    let mut command = CommandBuilder::new("ssh");
    command.args(target.arguments(&target.key(), "pat"));
    command.env("TERM", "xterm-256color");
    let mut client = pty.slave.spawn_command(command).expect("ssh");
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().expect("its output");
    let mut writer = pty.master.take_writer().expect("its input");
    let mut seen = String::new();
    let mut wait_for = |what: &str| {
        while !seen.contains(what) {
            let mut some = [0; 4096];
            let count = reader.read(&mut some).expect("output");
            assert!(count > 0, "ssh ended before it showed {what}: {seen}");
            seen.push_str(&String::from_utf8_lossy(&some[..count]));
        }
        let at = seen.find(what).expect("it was there") + what.len();
        seen.drain(..at);
    };

    // Keys that come before the client has its terminal ready may be lost.
    wait_for("ready> ");
    // The sums keep what is waited for from being seen in the echo of what is typed.
    writer.write_all(b"stty size; echo $TERM; echo one$((40 + 2))\r").expect("keys");
    wait_for("31 97");
    wait_for("xterm-256color");
    wait_for("one42");
    pty.master.resize(size(61, 22)).expect("a new size");
    writer
        .write_all(b"while [ \"$(stty size)\" != '22 61' ]; do :; done; echo two$((40 + 2))\r")
        .expect("keys");
    wait_for("two42");
    writer.write_all(b"(trap '' HUP; sleep 4242) & echo job$((40 + 2))\r").expect("keys");
    wait_for("job42");
    // The shell says so as soon as it has forked, which is before the job runs.
    until("the job runs", || is_running("sleep\u{0}4242\u{0}"));
    client.kill().expect("killed");
    client.wait().expect("its end");

    // Nobody waits for what the client left; it has to go by itself.
    until("the job ended with its connection", || !is_running("sleep\u{0}4242\u{0}"));
}
