//! `login`, `su` and `sshd` with our line in PAM: the row, its end, and ending it from the server.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::machine::{Runs, Sshd, Terminal};
use crate::{Machine, until};

fn is_by(service: &str) -> impl Fn(&Value) -> bool {
    let scheme = format!("{service}://");
    move |row| row["service_url"].as_str().is_some_and(|url| url.starts_with(&scheme))
}

/// Asks to end it, as an operator does on the page.
fn terminate(machine: &Machine, row: &Value) -> (u16, Value) {
    let path = format!("/sessions/{}/terminate", row["id"].as_str().expect("an id"));
    machine.server.api("POST", &path, r#"{"reason":"maintenance"}"#)
}

fn expect_terminated(machine: &Machine, row: &Value) {
    let (status, ended) = terminate(machine, row);
    assert_eq!(status, 200, "{ended}");
    assert_eq!((&ended["end_reason"], &ended["ended_by"]), (&json!("terminated"), &json!("olaf")));
    assert_eq!(ended["end_note"], "maintenance");
    assert!(machine.server.open().is_empty());
    until("nothing to be left", || machine.events().is_empty().then_some(()));
}

#[test]
fn login_is_a_row_until_its_end() {
    let Some(machine) = Machine::start() else { return };
    let mut login = machine.program("login");
    login.args(["-f", "root"]);
    let mut terminal = Terminal::start(login);
    let row = machine.row(is_by("login"));
    let (url, here) = (format!("login://ws-7/{}", terminal.name), "127.0.0.1");
    for (member, value) in [
        ("user", "root"),
        ("account_name", "root"),
        ("device", here),
        ("client", "ws-7"),
        ("service_url", &url),
        ("service_provider", "Workstation 7"),
        ("agent", "ws-7"),
        ("type", "ESSO"),
    ] {
        assert_eq!(row[member], value, "{member}: {row}");
    }
    assert_eq!((&row["port"], &row["user_reported"]), (&json!(0), &json!(true)));
    let status = machine.says("status");
    assert!(status.contains("root by login from here"), "{status}");

    terminal.types("exit\n");
    let ended = machine.ended(&row);
    assert_eq!(ended["end_reason"], "signed out");
    terminal.child.wait();
    until("nothing to be left", || machine.events().is_empty().then_some(()));
}

#[test]
fn login_is_ended_from_the_server() {
    let Some(machine) = Machine::start() else { return };
    let mut login = machine.program("login");
    login.args(["-f", "root"]);
    let mut terminal = Terminal::start(login);
    let row = machine.row(is_by("login"));
    terminal.types("trap '' HUP TERM; sleep 1000 & echo rea''dy\n");
    terminal.shows("ready");
    expect_terminated(&machine, &row);
    // A shell that hears nothing ends all the same.
    terminal.child.wait();
}

#[test]
fn su_says_who_became_whom() {
    let Some(machine) = Machine::start() else { return };
    let mut su = Runs::start(&mut machine.su("cat"));
    let row = machine.row(is_by("su"));
    assert_eq!(
        (&row["user"], &row["account_name"], &row["device"]),
        (&json!("root"), &json!("nobody"), &json!("127.0.0.1"))
    );
    su.wait();
    assert_eq!(machine.ended(&row)["end_reason"], "signed out");
    // Another one is another session, though everything about it is the same.
    let mut su = Runs::start(&mut machine.su("cat"));
    let second = machine.row(is_by("su"));
    assert_ne!(second["id"], row["id"]);
    expect_terminated(&machine, &second);
    su.wait();
}

#[test]
fn ssh_is_a_row_with_its_device_and_port() {
    let Some(machine) = Machine::start() else { return };
    let sshd = Sshd::start(&machine);
    let mut ssh = Runs::start(&mut sshd.ssh(&["cat"]));
    let row = machine.row(is_by("sshd"));
    assert_eq!((&row["user"], &row["account_name"]), (&json!("root"), &json!("root")));
    assert_eq!((&row["device"], &row["port"]), (&json!("127.0.0.1"), &json!(22)));
    assert_eq!(row["service_url"], "sshd://ws-7");
    ssh.wait();
    assert_eq!(machine.ended(&row)["end_reason"], "signed out");

    // With a terminal, and a command that the connection's end alone would leave behind.
    let mut ssh = Runs::start(&mut sshd.ssh(&["-tt", "sh", "-c", "'trap \"\" HUP TERM; sleep 1000'"]));
    let row = machine.row(is_by("sshd"));
    expect_terminated(&machine, &row);
    ssh.wait();
}

#[test]
fn becoming_somebody_within_ssh_is_where_ssh_came_from() {
    let Some(machine) = Machine::start() else { return };
    // As if the connection came from elsewhere.
    fs::write(machine.file("pam.d/sshd"), pam_from(&machine, "192.0.2.7")).expect("written");
    let sshd = Sshd::start(&machine);
    let mut ssh = Runs::start(&mut sshd.ssh(&["su", "nobody", "-s", "/bin/sh", "-c", "cat"]));
    let outer = machine.row(is_by("sshd"));
    let inner = machine.row(is_by("su"));
    assert_eq!((&outer["device"], &inner["device"]), (&json!("192.0.2.7"), &json!("192.0.2.7")));
    // Ending the inner one leaves the outer one alone until that ends by itself.
    let (status, ended) = terminate(&machine, &inner);
    assert_eq!((status, &ended["end_reason"]), (200, &json!("terminated")), "{ended}");
    ssh.wait();
    assert_eq!(machine.ended(&outer)["end_reason"], "signed out");
}

/// PAM's file for sshd, with another address than the one that it says.
fn pam_from(machine: &Machine, address: &str) -> String {
    let script = machine.file("from");
    let program = format!(
        "#!/bin/sh\nexport PAM_RHOST={address}\nexec {} \"$@\"\n",
        env!("CARGO_BIN_EXE_sightline-report")
    );
    // Its parent is the shell's parent: `exec` keeps the process.
    fs::write(&script, program).expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("changed");
    let text = fs::read_to_string(machine.file("pam.d/sshd")).expect("there");
    text.replace(env!("CARGO_BIN_EXE_sightline-report"), &script.display().to_string())
}

#[test]
fn a_log_in_whose_process_was_killed_has_ended() {
    let Some(machine) = Machine::start() else { return };
    let mut su = Runs::start(&mut machine.su("cat"));
    let row = machine.row(is_by("su"));
    // `unshare` and the shell have become `su`: it is the leader.
    su.signal(Signal::KILL);
    let ended = machine.ended(&row);
    assert_eq!(
        (&ended["end_reason"], &ended["end_note"]),
        (&json!("closed"), &json!("the process of the log-in is gone"))
    );
    su.wait();
}

#[test]
fn what_nobody_logs_in_by_is_left_out() {
    let Some(machine) = Machine::start() else { return };
    let run = |service: &str| {
        let mut command = machine.program("pamtester");
        let output =
            command.args([service, "nobody", "open_session", "close_session"]).output().expect("it runs");
        assert!(output.status.success(), "install the Debian package pamtester: {output:?}");
    };
    run("cron");
    run("many");
    let row = until("the row", || machine.server.all().pop());
    assert_eq!(row["service_url"], "many://ws-7");
    machine.ended(&row);
    assert_eq!(machine.server.all().len(), 1);
}

#[test]
fn many_at_once_do_not_mix() {
    let Some(machine) = Machine::start() else { return };
    let users = ["root", "nobody", "daemon", "bin"];
    let mut running: Vec<_> = (0..24)
        .map(|n| {
            let mut command = machine.program("pamtester");
            Runs::start(command.args(["many", users[n % users.len()], "open_session", "close_session"]))
        })
        .collect();
    running.iter_mut().for_each(Runs::wait);
    let rows = until("every end", || {
        let rows = machine.server.all();
        (rows.len() == 24 && rows.iter().all(|row| !row["ended_at"].is_null())).then_some(rows)
    });
    for user in users {
        assert_eq!(rows.iter().filter(|row| row["account_name"] == user).count(), 6);
    }
    assert!(rows.iter().all(|row| row["end_reason"] == "signed out"), "{rows:?}");
    until("nothing to be left", || machine.events().is_empty().then_some(()));
}

/// logind itself needs the machine's first process to be systemd: what is said to it is looked at.
#[test]
fn logind_is_asked_where_it_holds_the_log_in() {
    let Some(machine) = Machine::start() else { return };
    fs::create_dir(machine.file("bin")).expect("a folder");
    let loginctl = machine.file("bin/loginctl");
    let script = format!(
        "#!/bin/sh\ncd {}\necho \"$@\" >> asked\nif [ $1 = show-session ]; then echo Leader=$(cat leader); fi\n\
         if [ $1 = terminate-session ]; then kill -9 $(cat leader); fi\n",
        machine.file("bin").display()
    );
    fs::write(&loginctl, script).expect("written");
    fs::set_permissions(&loginctl, fs::Permissions::from_mode(0o755)).expect("changed");
    // As pam_systemd does it.
    fs::write(machine.file("session.env"), "XDG_SESSION_ID=c7\n").expect("written");
    let line = format!(
        "session required pam_env.so conffile=/dev/null envfile={}\n",
        machine.file("session.env").display()
    );
    let su = fs::read_to_string(machine.file("pam.d/su")).expect("there");
    fs::write(machine.file("pam.d/su"), su.replacen("session", &format!("{line}session"), 1))
        .expect("written");

    let mut su = Runs::start(&mut machine.su("cat"));
    let row = machine.row(is_by("su"));
    fs::write(machine.file("bin/leader"), su.0.id().to_string()).expect("written");
    expect_terminated(&machine, &row);
    su.wait();
    let asked = || fs::read_to_string(machine.file("bin/asked")).expect("asked");
    assert_eq!(asked(), "show-session c7 --property=Leader\nterminate-session c7\n");

    // Within somebody else's session: that one is not ended.
    let mut su = Runs::start(&mut machine.su("cat"));
    let row = machine.row(is_by("su"));
    fs::write(machine.file("bin/leader"), "1").expect("written");
    expect_terminated(&machine, &row);
    su.wait();
    assert!(asked().ends_with("terminate-session c7\nshow-session c7 --property=Leader\n"), "{}", asked());
}
