//! Targets that are down, programs that are killed, bytes that are rubbish, a server that is away for a while.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use wire::EndReason;

use super::{Dw, text};
use crate::web_world::PASSWORD;

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_down_is_named() {
    let dw = Dw::start().await;
    dw.world.cli(&[
        "agent",
        "add",
        "away",
        "--url",
        &format!("postgres://127.0.0.1:{}", crate::warehouse::free_port()),
    ]);
    crate::web_world::cli_with(&dw.world, &["account", "add", "app@away", "--password-stdin"], "x");
    dw.world.cli(&["grant", "add", "uma", "user", "app@away"]);
    let said = dw.refusal("uma:app@away", PASSWORD, "");
    assert!(said.contains("Sightline: away refused the connection: connection refused"), "{said}");
    let said = dw.refusal("uma:app@dw", PASSWORD, "dbname=nothing");
    assert!(said.contains("Sightline: dw said: database \"nothing\" does not exist"), "{said}");
    crate::web_world::cli_with(&dw.world, &["account", "secret", "app@dw", "--password-stdin"], "stale");
    let said = dw.refusal("uma:app@dw", PASSWORD, "");
    assert!(
        said.contains("dw refused the sign-in of app: its password on Sightline may be out of date"),
        "{said}"
    );
    assert!(dw.rows().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_goes_in_the_middle_is_told_of() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT 'process ' || pg_backend_pid();");
    psql.shows("process ");
    let heard = psql.heard();
    let id = heard.rsplit("process ").next().expect("a number").trim().to_owned();
    dw.target.answer(&format!("SELECT pg_terminate_backend({id})"));
    crate::sshd::until("the end", || dw.world.services().hub.open_count() == 0);
    psql.types("SELECT 1;");
    psql.shows("terminating connection due to administrator command");
    psql.ends();
    let end = dw.ended().await.ended.expect("ended");
    assert_eq!(end.reason, EndReason::TargetLost);
    assert_eq!(end.note.as_deref(), Some("dw said: terminating connection due to administrator command"));

    let mut psql = dw.psql();
    psql.types("SELECT 'process ' || pg_backend_pid();");
    psql.shows("process ");
    let id = psql.heard().rsplit("process ").next().expect("a number").trim().to_owned();
    let killed = std::process::Command::new("kill").args(["-9", &id]).status().expect("kill runs");
    assert!(killed.success());
    crate::sshd::until("the end", || dw.world.services().hub.open_count() == 0);
    psql.types("SELECT 1;");
    psql.shows("Sightline: dw broke the connection off");
    psql.ends();
    let end = dw.ended().await.ended.expect("ended");
    assert_eq!(
        (end.reason, end.note.as_deref()),
        (EndReason::TargetLost, Some("dw broke the connection off"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_without_a_word_leaves_nothing_open() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT pg_sleep(600);");
    let there =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(600)%' AND pid <> pg_backend_pid()";
    crate::sshd::until("the statement", || dw.target.answer(there) == "1");
    psql.kill();
    assert_eq!(dw.ended().await.ended.expect("ended").reason, EndReason::ClientLost);
    crate::sshd::until("its end", || dw.target.answer(there) == "0");
}

/// What the gateway answers to bytes; nothing when it only closes.
fn answer(dw: &Dw, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(dw.gateway()).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
    stream.write_all(bytes).expect("written");
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_refused_in_the_protocols_own_words() {
    let dw = Dw::start().await;
    for rubbish in
        [&b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..], &[0xff; 64], &[0, 0, 0x27, 0x11, 0, 3, 0, 0], &[0; 16]]
    {
        let heard = text(&answer(&dw, rubbish));
        assert!(
            heard.starts_with('E')
                && heard.contains("C08P01\0")
                && heard.contains("no start of a PostgreSQL session"),
            "{heard}"
        );
    }
    let heard = text(&answer(&dw, &[0, 0, 0, 8, 0, 2, 0, 0]));
    assert!(heard.contains("C0A000\0") && heard.contains("version 2 of the protocol"), "{heard}");
    let start = [&[0, 0, 0, 19, 0, 3, 0, 2][..], b"user\0uma\0\0"].concat();
    let start = [&u32::try_from(start.len()).expect("short").to_be_bytes()[..], &start[4..]].concat();
    let long = [&start[..], b"p\x7f\xff\xff\xff"].concat();
    let heard = answer(&dw, &long);
    assert_eq!(heard[0], b'v', "a later version is negotiated");
    assert!(text(&heard).contains("this is no message of the PostgreSQL protocol"), "{}", text(&heard));
    // A cancel request that nobody gave a key for is answered by nothing.
    let cancel = [&[0, 0, 0, 16][..], &80_877_102_u32.to_be_bytes(), &[0; 8]].concat();
    assert!(answer(&dw, &cancel).is_empty());
    let mut psql = dw.psql();
    psql.types("SELECT 1;");
    psql.shows("1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_away_is_back_and_nothing_stays_open() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT 'before';");
    psql.shows("before");
    let Dw { world, target } = dw;
    let gateway = world.running.pg.as_ref().expect("it listens").0;
    let stopped = world.stop().await;
    psql.types("SELECT 1;");
    let said = psql.ends();
    assert!(
        said.contains("the server is stopping") || said.contains("the gateway is shutting down"),
        "{said}"
    );
    let away = crate::warehouse::client("psql", gateway.port(), "uma:app@dw", PASSWORD)
        .args(["-X", "-c", "SELECT 1", "dw"])
        .output()
        .expect("psql");
    assert!(text(&away.stderr).contains("Connection refused"), "{}", text(&away.stderr));
    let there = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    crate::sshd::until("the end at the target", || target.answer(there) == "0");

    let world = stopped.start().await;
    let dw = Dw { world, target };
    assert_eq!(dw.ended().await.ended.expect("ended").reason, EndReason::NodeLost);
    assert!(dw.run("psql", &["-XAt", "-d", "dw", "-c", "SELECT 1"]).status.success());
    assert_eq!(dw.rows().await.len(), 2);
}
