//! Sessions with a terminal: windows, the picker, and what watchers see.

use std::collections::HashSet;

use gateway_ssh::Secret;
use hub::{Scopes, Viewer, WatchPolicy};
use wire::UserId;
use wire::live::{LiveFrame, Size};
use zeroize::Zeroizing;

use crate::support::pty::Terminal;
use crate::support::tools::{until, within};
use crate::support::world::World;

const NOTICE: &str = "Sightline: this session may be watched; you are told when it is.\r\n";

fn owner(world: &World) -> Viewer {
    Viewer {
        user_id: Some(UserId::generate()),
        name: "olga".into(),
        full_name: "Olga Owner".into(),
        scopes: Scopes { watch: hub::Scope::Own, see: hub::Scope::Own, ..Scopes::default() },
        owned: HashSet::from([world.account]),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_reaches_the_target_and_follows() {
    let world = World::start().await;
    let mut terminal =
        Terminal::ssh(&world, &world.login(), &["stty size; read x; stty size; echo $TERM; exit 9"]);
    terminal.sees(&format!("{NOTICE}24 80\r\n")).await;
    terminal.resize(132, 43);
    terminal.sees("24 80").await;
    // The change has no answer: the program reads it once its line comes after it.
    terminal.types("\r");
    terminal.sees("43 132\r\nxterm-256color\r\n").await;
    assert_eq!(terminal.exit().await, 9);
    let opening = world.rows.all()[0].0.clone();
    assert_eq!(opening.screen, hub::ScreenKind::Terminal(Size { cols: 80, rows: 24 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_see_what_the_owner_sees() {
    let world = World::start().await;
    let mut terminal = Terminal::ssh(&world, &world.login(), &["stty -echo; echo ready; cat"]);
    terminal.sees("ready").await;
    let session = world.rows.open()[0].session.id;
    let facts = world.hub.facts(session).expect("open");
    let mut watching =
        world.hub.watch(hub::permit(&owner(&world), &facts).expect("allowed")).await.expect("watching");
    terminal.types("echo of a watched line\r");
    let mut shown = String::new();
    within("the line", async {
        while !shown.contains("echo of a watched line") {
            let frame = watching.next().await.expect("a frame");
            match wire::decode(&frame).expect("readable") {
                LiveFrame::Init { dump, .. } => shown.push_str(&dump),
                LiveFrame::Output { text, .. } => shown.push_str(&text),
                _ => {}
            }
        }
    })
    .await;
    assert!(shown.contains("this session may be watched"), "the screen is whole: {shown:?}");
    terminal.sees("echo of a watched line").await;
    terminal.resize(100, 30);
    within("the new size", async {
        loop {
            let frame = watching.next().await.expect("a frame");
            if let LiveFrame::Resize { size, .. } = wire::decode(&frame).expect("readable") {
                assert_eq!(size, Size { cols: 100, rows: 30 });
                break;
            }
        }
    })
    .await;
    terminal.types("\u{4}");
    assert_eq!(terminal.exit().await, 0);
    world.quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn covert_accounts_are_not_announced() {
    let world = World::start().await;
    world.change("box", |connection| connection.policy = WatchPolicy::Covert);
    let mut terminal = Terminal::ssh(&world, &world.login(), &["echo hello"]);
    assert_eq!(terminal.exit().await, 0);
    assert_eq!(terminal.seen(), "hello\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_without_a_terminal_can_be_watched() {
    let world = World::start().await;
    let (mut child, session) = world.start_session("echo out; echo err >&2; exec sleep 30").await;
    let facts = world.hub.facts(session).expect("open");
    let mut watching =
        world.hub.watch(hub::permit(&owner(&world), &facts).expect("allowed")).await.expect("watching");
    let mut shown = String::new();
    within("the lines", async {
        while !(shown.contains("out") && shown.contains("err")) {
            match wire::decode(&watching.next().await.expect("a frame")).expect("readable") {
                LiveFrame::Init { dump, .. } => shown.push_str(&dump),
                LiveFrame::Output { text, .. } => shown.push_str(&text),
                _ => {}
            }
        }
    })
    .await;
    child.kill().await.expect("killed");
    world.quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_picked_from_the_list() {
    let world = World::start().await;
    world.add("other", "web-1", world.sshd.address, Secret::Password(Zeroizing::new(String::new())));
    let mut terminal = Terminal::ssh(&world, "alice", &["echo picked; exit 6"]);
    terminal.sees("Accounts that you may use:").await;
    terminal.sees("other@web-1").await;
    terminal.sees("Ctrl+C leaves: ").await;
    terminal.types("web\u{7f}\u{7f}\u{7f}BO");
    terminal.sees("Ctrl+C leaves: BO").await;
    terminal.types("\r");
    terminal.sees("picked").await;
    assert_eq!(terminal.exit().await, 6);
    world.quiet().await;
    assert_eq!(world.rows.all()[0].0.session.agent.as_deref(), Some("box"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_picked_by_number_in_a_window_that_changes() {
    let world = World::start().await;
    let mut terminal = Terminal::ssh(&world, "alice", &["stty size"]);
    terminal.sees("Ctrl+C leaves: ").await;
    terminal.resize(100, 30);
    terminal.types("1");
    terminal.sees("Ctrl+C leaves: 1").await;
    terminal.types("\r");
    terminal.sees("30 100").await;
    assert_eq!(terminal.exit().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_can_be_left() {
    let world = World::start().await;
    for key in ["\u{3}", "\u{4}"] {
        let mut terminal = Terminal::ssh(&world, "alice", &[]);
        terminal.sees("Ctrl+C leaves: ").await;
        terminal.types(key);
        assert_eq!(terminal.exit().await, 1);
        assert!(terminal.seen().ends_with("sightline: no account picked\r\n"), "{:?}", terminal.seen());
    }
    world.book.accounts.lock().unwrap().clear();
    let mut terminal = Terminal::ssh(&world, "alice", &[]);
    assert_eq!(terminal.exit().await, 255);
    assert!(terminal.seen().contains("sightline: there is no account that you may connect to\r\n"));
    assert!(world.rows.all().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_stops_a_flood_that_nobody_reads() {
    let world = World::start().await;
    // The notice would be lost in the flood; the line after the interrupt must come through it.
    let mut terminal = Terminal::ssh(
        &world,
        &world.login(),
        &["trap 'echo stopped; exit 2' INT; while :; do echo flood; done"],
    );
    terminal.sees("flood").await;
    terminal.types("\u{3}");
    assert_eq!(terminal.exit().await, 2);
    until("the last line", || terminal.seen().trim_end().ends_with("stopped")).await;
}
