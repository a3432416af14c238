//! Bad days of a workstation: each has its sentence, and nobody is kept out or waiting.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::json;

use crate::machine::{AT_ONCE, Runs, timed};
use crate::{Machine, until};

/// What `sightline-report` says on standard error, called as PAM calls it.
fn called(machine: &Machine, kind: &str, before: &str) -> (String, bool) {
    let program = env!("CARGO_BIN_EXE_sightline-report");
    let script = format!("{before} {program} pam --config \"$0\"; exit $?");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).arg(machine.file("report.toml"));
    shell.envs([("PAM_TYPE", kind), ("PAM_USER", "alice"), ("PAM_SERVICE", "login"), ("PAM_TTY", "tty1")]);
    let (output, took) = timed(&mut shell);
    assert!(took < AT_ONCE, "{took:?}");
    (String::from_utf8(output.stderr).expect("text"), output.status.success())
}

#[test]
fn nobody_is_let_in_by_it() {
    let Some(machine) = Machine::without_service() else { return };
    for kind in ["auth", "account", "password", ""] {
        let (said, is_yes) = called(&machine, kind, "");
        assert!(!is_yes && said.contains("begins with `session`"), "{kind}: {said}");
    }
    assert!(machine.events().is_empty());
    let (said, is_yes) = called(&machine, "open_session", "");
    assert!(is_yes && said.is_empty(), "{said}");
    assert_eq!(machine.events().len(), 1);
}

#[test]
fn a_full_disk_keeps_nobody_out() {
    let Some(machine) = Machine::without_service() else { return };
    // No file may have a byte: as a full disk refuses them.
    let (said, is_yes) = called(&machine, "open_session", "trap '' XFSZ; ulimit -f 0;");
    assert!(is_yes && said.contains("not kept") && said.contains("\"alice\" by \"login\""), "{said}");
    assert!(machine.events().is_empty());
    assert!(fs::read_dir(machine.state()).expect("there").next().is_none(), "no half a file is left");
    machine.configure("limit = 2");
    for _ in 0..2 {
        assert_eq!(called(&machine, "open_session", "").0, "");
    }
    let (said, is_yes) = called(&machine, "open_session", "");
    assert!(is_yes && said.contains("files wait already"), "{said}");
}

#[test]
fn a_disk_that_does_not_answer_is_not_waited_for() {
    let Some(machine) = Machine::without_service() else { return };
    // Whoever opens a pipe waits until somebody writes into it.
    let file = machine.file("report.toml");
    fs::remove_file(&file).expect("there");
    assert!(Command::new("mkfifo").arg(&file).status().expect("mkfifo").success());
    let (output, took) = timed(&mut machine.su("echo in"));
    assert!(output.status.success() && output.stdout == b"in\n" && took < AT_ONCE, "{took:?} {output:?}");
    let (said, is_yes) = called(&machine, "open_session", "");
    assert!(is_yes && said.contains("not waited for"), "{said}");
    // Those that wait end.
    let mut pipe = fs::File::options().read(true).write(true).open(&file).expect("the pipe");
    pipe.write_all(b"x").expect("written");
}

#[test]
fn a_configuration_that_cannot_be_read_loses_no_log_in() {
    let Some(machine) = Machine::without_service() else { return };
    fs::write(machine.file("report.toml"), "server = 7\n").expect("written");
    // The usual folder, of these processes alone.
    let (usual, kept) = ("/var/lib", machine.file("lib"));
    fs::create_dir(&kept).expect("a folder");
    let mut command = machine.program("sh");
    let script = format!("mount --bind {} {usual} && exec su nobody -s /bin/sh -c 'echo in'", kept.display());
    let (output, took) = timed(command.args(["-c", &script]));
    assert!(output.stdout == b"in\n" && took < AT_ONCE, "{output:?}");
    let kept = fs::read_dir(kept.join("sightline-report")).expect("made").count();
    assert_eq!(kept, 2, "a beginning and an end");

    for command in ["run", "status"] {
        let (output, _) = timed(&mut machine.report(command));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("report.toml: line 1: "), "{said}");
    }
    let said = machine.says("check");
    assert!(said.contains("WRONG  configuration: ") && said.contains("line 1: "), "{said}");
}

#[test]
fn two_at_once_are_one_too_many() {
    let Some(machine) = Machine::start() else { return };
    let (output, _) = timed(&mut machine.report("run"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("another sightline-report runs already"), "{said}");
}

#[test]
fn a_token_that_is_taken_away_can_be_replaced_while_it_runs() {
    let Some(machine) = Machine::start() else { return };
    let said = machine.says("check");
    for good in
        ["ok     configuration", "ok     token", "ok     server", "ok     clock: within", "ok     queue"]
    {
        assert!(said.contains(good), "{good}: {said}");
    }
    machine.server.cli(&["agent", "token", "ws-7", "--revoke"], "");
    let mut su = Runs::start(&mut machine.su("cat"));
    until("the failure", || machine.log().contains("the server does not take the token").then_some(()));
    assert!(machine.says("check").contains("WRONG  server: "), "{}", machine.says("check"));
    assert!(machine.server.open().is_empty());
    let token = machine.server.cli(&["agent", "token", "ws-7"], "");
    assert!(!machine.log().contains(&token[4..]), "no secret is said");
    machine.write_token(&token);
    let row = machine.row(|_| true);
    su.wait();
    machine.ended(&row);
    fs::set_permissions(machine.file("token"), fs::Permissions::from_mode(0o644)).expect("changed");
    assert!(machine.says("check").contains("WRONG  token: "));
    let (output, _) = timed(&mut machine.report("run"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("chmod 600"), "{output:?}");
}

#[test]
fn what_is_damaged_is_put_aside() {
    let Some(mut machine) = Machine::without_service() else { return };
    let mut su = Runs::start(&mut machine.su("cat"));
    until("its file", || (machine.events().len() == 1).then_some(()));
    let state = machine.state();
    let whole = fs::read(state.join(&machine.events()[0])).expect("there");
    fs::write(state.join("00000000000000000001-torn-1.open"), &whole[..whole.len() / 2]).expect("written");
    fs::write(state.join("00000000000000000002-rubbish-1.close"), [0xff; 300]).expect("written");
    fs::write(state.join("00000000000000000003-stray-1.close"), close_of(&whole)).expect("written");
    fs::write(state.join(".new-4194305-half.open"), "{").expect("written");
    machine.resume();
    let row = machine.row(|_| true);
    assert_eq!(machine.server.all().len(), 1);
    let status = machine.says("status");
    assert!(status.contains("damaged: 2"), "{status}");
    assert!(machine.log().matches("damaged and was put aside").count() == 2, "{}", machine.log());
    assert_eq!(machine.events().len(), 1, "an end that belongs to nothing is gone");
    assert!(!state.join(".new-4194305-half.open").exists());
    su.wait();
    machine.ended(&row);
}

/// The end of a log-in that nobody has seen begin.
fn close_of(open: &[u8]) -> String {
    let mut event: serde_json::Value = serde_json::from_slice(open).expect("JSON");
    let mut opened = event["open"].take();
    opened["leader"]["start"] = json!(1);
    opened["how"] = json!("signed_out");
    json!({ "close": opened }).to_string()
}

/// A server that answers everything with the same bytes.
fn answering(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer);
        }
    });
    url
}

#[test]
fn rubbish_from_the_server_loses_nothing() {
    let Some(mut machine) = Machine::without_service() else { return };
    let good = fs::read_to_string(machine.file("report.toml")).expect("there");
    let mut su = Runs::start(&mut machine.su("cat"));
    until("its file", || (machine.events().len() == 1).then_some(()));
    for answer in [
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\xff\xfe{}".as_slice(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"answers\":[]}",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x00\x05hello",
        b"",
    ] {
        let text = good.replace(&machine.server.url(), &answering(answer));
        fs::write(machine.file("report.toml"), text).expect("written");
        let _ = fs::remove_file(machine.file("service.log"));
        machine.resume();
        until("the failure", || machine.log().contains("log-ins are kept until it works").then_some(()));
        machine.kill();
        assert_eq!(machine.events().len(), 1, "{}", machine.log());
    }
    fs::write(machine.file("report.toml"), good).expect("written");
    machine.resume();
    let row = machine.row(|_| true);
    su.wait();
    machine.ended(&row);
    assert_eq!(machine.server.all().len(), 1);
}

#[test]
fn a_clock_that_is_ahead_is_named_and_the_servers_counts() {
    let Some(mut machine) = Machine::without_service() else { return };
    // `faketime` itself would stand between the service and whoever ends it.
    let library = Command::new("faketime").args(["-f", "+2h", "printenv", "LD_PRELOAD"]).output();
    let library = String::from_utf8(library.expect("faketime").stdout).expect("a path");
    let ahead = |command: &str| {
        let mut command = machine.report(command);
        // Only the wall's clock is wrong.
        command.envs([("LD_PRELOAD", library.trim()), ("FAKETIME", "+2h"), ("DONT_FAKE_MONOTONIC", "1")]);
        command
    };
    let (output, _) = timed(&mut ahead("check"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("WRONG  clock: it is 7") && said.contains("s ahead of the server's"),
        "{said} {output:?}"
    );
    let run = ahead("run");
    machine.resume_with(run);
    let mut su = Runs::start(&mut machine.su("cat"));
    let row = machine.row(|_| true);
    until("the sentence", || machine.log().contains("does not take this machine's times").then_some(()));
    su.wait();
    assert_eq!(machine.ended(&row)["end_reason"], "signed out");
}
