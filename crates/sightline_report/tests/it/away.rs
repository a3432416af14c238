//! The server is away for a while: nobody waits for it, nothing is lost, and everything comes once.

use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::machine::{AT_ONCE, Runs, timed};
use crate::{Machine, until};

fn began(row: &Value) -> String {
    row["started_at"].as_str().expect("a time").to_owned()
}

#[test]
fn what_happens_while_the_server_is_away_arrives_afterwards() {
    let Some(mut machine) = Machine::start() else { return };
    let mut before = Runs::start(&mut machine.su("cat"));
    let first = machine.row(|_| true);
    machine.server.stop();
    until("the failure", || machine.log().contains("log-ins are kept until it works").then_some(()));

    // One that was open ends, three come and go, one stays.
    before.wait();
    let now = || jiff::Timestamp::now().as_millisecond();
    let mut spans = Vec::new();
    for _ in 0..3 {
        let begun = now();
        let (output, took) = timed(&mut machine.su("true"));
        assert!(output.status.success() && took < AT_ONCE, "{took:?} {output:?}");
        spans.push((begun, now()));
    }
    let mut stays = Runs::start(&mut machine.su("cat"));
    until("all of it on the disk", || (machine.events().len() == 9).then_some(()));
    let status = machine.says("status");
    for said in
        ["waiting: 8 of at most 10000", "open:    1", "the server does not know yet", "not reached since"]
    {
        assert!(status.contains(said), "{said}: {status}");
    }
    // In the middle of it the service is killed, as by a power cut, and starts again.
    machine.kill();
    assert_eq!(machine.events().len(), 9);
    machine.resume();
    machine.server.resume();

    let rows = until("everything", || Some(machine.server.all()).filter(|rows| rows.len() == 5));
    let last = machine.row(|_| true);
    until("every end", || {
        let rows = machine.server.all();
        (rows.iter().filter(|row| row["ended_at"].is_null()).count() == 1).then_some(())
    });
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            machine.server.api("GET", &format!("/sessions/{}", row["id"].as_str().expect("an id")), "").1
        })
        .collect();
    assert_eq!((&rows[0]["id"], &rows[0]["end_reason"]), (&first["id"], &json!("signed out")));
    assert_eq!(rows[4]["id"], last["id"]);
    let ms = |row: &Value, member: &str| {
        row[member].as_str().expect("a time").parse::<jiff::Timestamp>().expect("a time").as_millisecond()
    };
    for (row, (begun, done)) in rows[1..4].iter().zip(&spans) {
        // The server rounds nothing; the clock may be read a moment apart.
        assert!(
            ms(row, "started_at") >= begun - 50 && ms(row, "ended_at") <= done + 50,
            "real times: {row} {begun} {done}"
        );
        assert_eq!(row["end_reason"], "signed out");
    }
    let mut in_order: Vec<_> = rows.iter().map(began).collect();
    in_order.sort();
    assert_eq!(in_order, rows.iter().map(began).collect::<Vec<_>>());
    stays.wait();
    machine.ended(&last);
    until("nothing to be left", || machine.events().is_empty().then_some(()));
    assert_eq!(machine.server.all().len(), 5, "each once");
}

#[test]
fn a_log_in_that_the_server_gave_up_comes_again() {
    let Some(mut machine) = Machine::without_service() else { return };
    machine.configure("");
    let file = machine.file("report.toml");
    let text = fs::read_to_string(&file).expect("there").replace("lease_seconds = 30", "lease_seconds = 10");
    fs::write(file, text).expect("written");
    machine.resume();
    let mut su = Runs::start(&mut machine.su("cat"));
    let first = machine.row(|_| true);
    // As a laptop that sleeps.
    machine.kill();
    assert_eq!(machine.ended(&first)["end_reason"], "source lost");
    machine.resume();
    let second = machine.row(|_| true);
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["user"], first["user"]);
    su.wait();
    assert_eq!(machine.ended(&second)["end_reason"], "signed out");
    until("nothing to be left", || machine.events().is_empty().then_some(()));
}

#[test]
fn a_start_of_the_machine_ends_what_was_open() {
    let Some(mut machine) = Machine::start() else { return };
    let mut su = Runs::start(&mut machine.su("cat"));
    let row = machine.row(|_| true);
    until("a heartbeat", || machine.state().join("alive").exists().then_some(()));
    machine.kill();
    su.signal(Signal::KILL);
    su.wait();
    // What the files say is of another start.
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("there").trim().replace('-', "");
    let before = "b".repeat(32);
    for name in machine.events().into_iter().chain(["alive".to_owned()]) {
        let file = machine.state().join(name);
        let text = fs::read_to_string(&file).expect("there");
        // The server knows it by its key: that one stays what it was.
        assert!(text.contains(&boot));
        fs::write(&file, text.replace(&boot, &before)).expect("written");
    }
    machine.resume();
    // Under the key of that start it is another session at the server; it comes and has ended at once.
    let ended = until("its end", || {
        machine
            .server
            .all()
            .into_iter()
            .find(|ended| ended["id"] != row["id"] && !ended["ended_at"].is_null())
    });
    assert_eq!(ended["end_reason"], "client lost");
    until("nothing to be left", || machine.events().is_empty().then_some(()));
}
