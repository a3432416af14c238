//! The desktop: it speaks RDP, and nothing is left behind.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::{is_running, until};

/// X.224's connection request that asks for TLS (MS-RDPBCGR section 2.2.1.1), and the answer's part up to what the
/// server chose (section 2.2.1.2): TLS.
const REQUEST: [u8; 19] = [3, 0, 0, 19, 14, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0];
const CONFIRMED: (u8, [u8; 4]) = (0xD0, [1, 0, 0, 0]);

/// A running `demo desktop`; a test that fails leaves none of its programs behind either.
struct Desktop(Child);

impl Desktop {
    fn end(&mut self) -> ExitStatus {
        let told = Command::new("kill").arg(self.0.id().to_string()).status().expect("kill");
        assert!(told.success());
        self.0.wait().expect("its end")
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

#[test]
fn a_desktop_speaks_rdp_and_ends_with_all_its_jobs() {
    let home = tempfile::tempdir().expect("a folder");
    let folders = tempfile::tempdir().expect("a folder");
    // The terminal's shell reads it; the job survives the hang-up.
    fs::write(home.path().join("rc"), "(trap '' HUP; sleep 4343) &\n").expect("written");
    let child = Command::new(env!("CARGO_BIN_EXE_demo"))
        .arg("desktop")
        .env("HOME", home.path())
        .env("SHELL", "/bin/sh")
        .env("ENV", home.path().join("rc"))
        .env("TMPDIR", folders.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a desktop");
    let mut desktop = Desktop(child);
    let mut line = String::new();
    BufReader::new(desktop.0.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
    let addr = line.trim().strip_prefix("listening on ").expect("an address");

    let mut client = TcpStream::connect(addr).expect("a connection");
    client.write_all(&REQUEST).expect("sent");
    let mut answer = [0; 19];
    client.read_exact(&mut answer).expect("an answer");
    assert_eq!((answer[5], &answer[15..]), (CONFIRMED.0, &CONFIRMED.1[..]), "{answer:?}");
    until("the job runs", || is_running("sleep\u{0}4343\u{0}"));

    assert!(desktop.end().success());
    assert!(!is_running("sleep\u{0}4343\u{0}"));
    assert_eq!(fs::read_dir(folders.path()).expect("a folder").count(), 0);
    TcpStream::connect(addr).expect_err("nobody listens");
}
