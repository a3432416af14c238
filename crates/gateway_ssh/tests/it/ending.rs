//! Every session ends, its row says how, and nothing of it is left.

use std::io::{BufRead, BufReader, Read};
use std::time::{Duration, Instant};

use gateway_ssh::Secret;
use russh::MethodKind;
use tokio::io::AsyncReadExt as _;
use wire::EndReason;
use zeroize::Zeroizing;

use crate::support::pty::Terminal;
use crate::support::target::{LOGIN, PASSWORD, Target};
use crate::support::tools::{program, said, text, until, within};
use crate::support::world::{World, assert_quick};

/// What the gateway says it is.
const SSH_ID: &str = "SSH-2.0-Sightline";

/// Looks without a change, 10 ms apart, after which something stands still.
const STILL: u32 = 30;

/// Whether the process whose id is in the file is there.
fn runs(file: &std::path::Path) -> bool {
    let id = std::fs::read_to_string(file).unwrap_or_default();
    !id.trim().is_empty() && std::path::Path::new("/proc").join(id.trim()).exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn terminate_ends_a_command_at_once() {
    let world = World::start().await;
    let (child, session) = world.start_session("exec sleep 30").await;
    let started = Instant::now();
    world.terminate(session, "end of the drill");
    let output = within("ssh", child.wait_with_output()).await.expect("ssh ran");
    assert_quick(started, Duration::from_secs(2));
    let line = "sightline: Session ended by command line: end of the drill\n";
    assert_eq!(said(&output), (String::new(), line.into(), Some(255)));
    let end = &world.rows.ends()[0];
    assert_eq!(end.reason, EndReason::Terminated);
    assert_eq!(end.by.as_deref(), Some("command line"));
    assert_eq!(end.note.as_deref(), Some("end of the drill"));
}

#[tokio::test(flavor = "multi_thread")]
async fn terminate_leaves_the_terminal_usable() {
    let world = World::start().await;
    let command = r"printf '\033[?1049h\033[?25l\033[?1003h\033[5;10rfull screen'; exec sleep 30";
    let mut terminal = Terminal::ssh(&world, &world.login(), &[command]);
    terminal.sees("full screen").await;
    let started = Instant::now();
    world.terminate(world.rows.open()[0].session.id, "enough\u{1b}[2J");
    assert_eq!(terminal.exit().await, 255);
    assert_quick(started, Duration::from_secs(2));
    let seen = terminal.seen();
    let (_, after) = seen.split_once("full screen").expect("the program's screen");
    let (restored, line) = after.split_once("sightline: ").expect("the line");
    assert_eq!(line, "Session ended by command line: enough<U+001B>[2J\r\n");
    for sequence in ["\u{1b}[?1049l", "\u{1b}[!p", "\u{1b}[?25h", "\u{1b}[?1003l"] {
        assert!(restored.contains(sequence), "{sequence:?} in {restored:?}");
    }
    assert!(restored.ends_with("\r\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn terminate_needs_no_answer_from_client_or_target() {
    let world = World::start().await;
    let file = world.folder.path().join("running");
    // A flood that a stopped client does not read, so that its window is closed.
    let command = format!("echo $$ > {}; exec seq 1000000000", file.display());
    let (mut child, session) = world.start_session(&command).await;
    until("the program", || runs(&file)).await;
    let id = child.id().expect("it runs").to_string();
    let stop = std::process::Command::new(program("kill")).args(["-STOP", &id]).status().expect("kill runs");
    assert!(stop.success());
    stalled(&file).await;
    let started = Instant::now();
    world.terminate(session, "no answer");
    assert!(world.rows.open().is_empty(), "the row ends at once");
    until("the end of the connection", || connections(&world) == 0).await;
    assert_quick(started, Duration::from_secs(4));
    child.kill().await.expect("killed");
}

/// Waits until the process whose id is in the file writes no more, because nobody takes it.
async fn stalled(file: &std::path::Path) {
    let id = std::fs::read_to_string(file).expect("an id");
    let counters = std::path::Path::new("/proc").join(id.trim()).join("io");
    let written = || {
        let text = std::fs::read_to_string(&counters).expect("counters");
        text.lines().find_map(|line| line.strip_prefix("wchar: ").map(str::to_owned)).expect("bytes")
    };
    let mut looks = (String::new(), 0);
    until("a flood that nobody takes", || {
        let now = written();
        looks = if now == looks.0 { (now, looks.1 + 1) } else { (now, 0) };
        looks.1 == STILL
    })
    .await;
}

/// TCP connections between the gateway and its `sshd`.
fn connections(world: &World) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("a table");
    let port = format!(":{:04X}", world.sshd.address.port());
    table
        .lines()
        .filter(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // 01: established.
            fields.get(2).is_some_and(|remote| remote.ends_with(&port)) && fields.get(3) == Some(&"01")
        })
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_breaks_off_takes_its_target_connection_along() {
    let world = World::start().await;
    let (mut child, _) = world.start_session("exec sleep 30").await;
    assert_eq!(connections(&world), 1);
    child.kill().await.expect("killed");
    world.quiet().await;
    assert_eq!(world.rows.ends()[0].reason, EndReason::ClientLost);
    until("the end of the target's connection", || connections(&world) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_leaves_has_closed_the_session() {
    let world = World::start().await;
    let mut terminal = Terminal::ssh(&world, &world.login(), &["echo here; exec sleep 30"]);
    terminal.sees("here").await;
    terminal.types("\r~.");
    terminal.exit().await;
    world.quiet().await;
    assert_eq!(world.rows.ends()[0].reason, EndReason::Closed);
    until("the end of the target's connection", || connections(&world) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_breaks_off_is_named() {
    let world = World::start().await;
    let target = Target::start(MethodKind::Password).await;
    world.add(LOGIN, "brittle", target.address, Secret::Password(Zeroizing::new(PASSWORD.into())));
    let mut child =
        world.ssh("alice:app@brittle", &["break"]).stdin(std::process::Stdio::piped()).spawn().expect("ssh");
    let mut stdin = child.stdin.take().expect("a pipe");
    tokio::io::AsyncWriteExt::write_all(&mut stdin, b"now").await.expect("taken");
    let output = within("ssh", child.wait_with_output()).await.expect("ssh ran");
    let line = "sightline: brittle broke the connection off\n";
    assert_eq!(said(&output), ("break".into(), line.into(), Some(255)));
    world.quiet().await;
    assert_eq!(world.rows.ends()[0].reason, EndReason::TargetLost);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_before_its_target_answers_opens_no_session() {
    let world = World::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    world.add("root", "silent", address, Secret::Password(Zeroizing::default()));
    let mut child = world.ssh("alice:root@silent", &["true"]).spawn().expect("ssh starts");
    let (mut stream, _) = within("the gateway", listener.accept()).await.expect("accepted");
    // What the gateway says of itself, and then its end, long before the target's time is over.
    let mut greeting = [0; SSH_ID.len()];
    within("a greeting", stream.read_exact(&mut greeting)).await.expect("greeted");
    assert_eq!(text(&greeting), SSH_ID);
    child.kill().await.expect("killed");
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest))
        .await
        .expect("closed in time")
        .expect("closed in order");
    assert!(world.rows.all().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_stops_tells_everybody_and_ends() {
    let world = World::start().await;
    let (child, _) = world.start_session("exec sleep 30").await;
    // Its greeting shows that the gateway serves it: what still waits to be accepted is reset.
    let mut idle = BufReader::new(std::net::TcpStream::connect(world.address).expect("connected"));
    let mut greeting = String::new();
    idle.read_line(&mut greeting).expect("greeted");
    let started = Instant::now();
    world.stop.cancel();
    let output = within("ssh", child.wait_with_output()).await.expect("ssh ran");
    assert_eq!(said(&output), (String::new(), "sightline: the gateway is shutting down\n".into(), Some(255)));
    until("the gateway's end", || world.serving.is_finished()).await;
    assert_quick(started, Duration::from_secs(5));
    assert_eq!(world.rows.ends()[0].reason, EndReason::NodeLost);
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).expect("closed in order");
}
