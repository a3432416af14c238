//! Sessions of people in a page: the same relay, row, recording and end as those of `ssh`.

use std::net::{IpAddr, Ipv4Addr};

use gateway_ssh::{Terminal, User, Visit};
use hub::Window;
use screen::Screen;
use wire::EndReason;
use wire::live::{LiveFrame, Size};

use crate::support::tools::{me, until, within};
use crate::support::world::World;

const SIZE: Size = Size { cols: 60, rows: 12 };

fn visit(world: &World, agent: &str) -> Visit {
    Visit {
        user: User { id: world.alice, name: "alice".into(), full_name: "Alice Liddell".into() },
        from: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9)),
        login: me(),
        agent: agent.into(),
        size: SIZE,
    }
}

async fn open(world: &World) -> (Terminal, View) {
    let terminal = within("a session", world.terminals.open(visit(world, "box"))).await.expect("a session");
    let view = View { window: terminal.window().expect("a window"), screen: Screen::new(SIZE) };
    (terminal, view)
}

/// What the page shows.
struct View {
    window: Window,
    screen: Screen,
}

impl View {
    async fn shows(&mut self, text: &str) {
        while !self.screen.text().contains(text) {
            let frame = within(text, self.window.next()).await.expect("the session goes on");
            match wire::decode(&frame).expect("a frame") {
                LiveFrame::Init { size, modes, title, dump, .. } => {
                    self.screen = Screen::restore(size, modes, title, &dump);
                }
                LiveFrame::Output { text, .. } => self.screen.feed(&text),
                LiveFrame::Resize { size, .. } => self.screen.resize(size),
                LiveFrame::Heartbeat(_) => {}
                other => panic!("not for the owner: {other:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_types_sees_and_leaves() {
    let world = World::start().await;
    let (terminal, mut view) = open(&world).await;
    let row = world.rows.open().remove(0);
    assert_eq!((row.session.id, &*row.session.device), (terminal.session(), "192.0.2.9"));
    terminal.keys(b"echo by-$((20+3))\r");
    view.shows("by-23").await;
    terminal.resize(Size { cols: 90, rows: 20 });
    terminal.keys(b"stty size\r");
    view.shows("20 90").await;
    terminal.leave();
    within("the end", terminal.over()).await;
    assert_eq!(world.rows.ends()[0].reason, EndReason::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_lost_or_dropped_ends_its_session() {
    let world = World::start().await;
    let (terminal, _view) = open(&world).await;
    terminal.lose();
    within("the end", terminal.over()).await;
    assert_eq!(world.rows.ends()[0].reason, EndReason::ClientLost);
    let (terminal, _view) = open(&world).await;
    drop(terminal);
    world.quiet().await;
    // Given up before it came about: either nothing was written down, or it has ended.
    let opening = tokio::spawn({
        let (terminals, visit) = (world.terminals.clone(), visit(&world, "box"));
        async move { terminals.open(visit).await.map(|terminal| terminal.session()) }
    });
    tokio::task::yield_now().await;
    opening.abort();
    world.quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_told_why_there_is_no_session() {
    let world = World::start().await;
    let words = world.terminals.open(visit(&world, "nowhere")).await.expect_err("no such account");
    assert_eq!(words, format!("you may not connect to {}@nowhere, or there is no such account", me()));
    let refused = || world.book.refused.lock().unwrap().len();
    until("the note of it", || refused() == 1).await;
    world.stop.cancel();
    until("the gateway's stop", || world.serving.is_finished()).await;
    let words = world.terminals.open(visit(&world, "box")).await.expect_err("it stopped");
    assert_eq!(words, "the gateway is shutting down");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_does_not_keep_a_page_from_its_keys() {
    let world = World::start().await;
    let (terminal, mut view) = open(&world).await;
    terminal.keys(b"yes | head -c 200000000; echo fl''ooded\r");
    // Not the command itself, which stands there before the shell has read it.
    view.shows("\ny\ny\ny\n").await;
    terminal.keys(b"\x03");
    terminal.keys(b"echo st''opped\r");
    view.shows("stopped").await;
    assert!(!view.screen.text().contains("flooded"));
}
