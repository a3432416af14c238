//! Live screens over their socket.

use bytes::Bytes;
use hub::ScreenKind;
use tokio_tungstenite::tungstenite::Message;
use wire::live::{LiveFrame, Size};
use wire::{End, EndReason, Millis};

use crate::web_client::Socket;
use crate::web_world::World;

async fn live(world: &World, user: &str, id: wire::SessionId) -> Result<Socket, u16> {
    world.signed_in(user).await.socket(&format!("/ws/sessions/{id}/live")).await
}

/// Reads until a frame that `pick` takes.
async fn frame<T>(socket: &mut Socket, pick: impl Fn(LiveFrame) -> Option<T>) -> T {
    loop {
        if let Some(found) = pick(socket.live().await) {
            return found;
        }
    }
}

fn output(frame: LiveFrame) -> Option<String> {
    match frame {
        LiveFrame::Output { text, .. } => Some(text),
        _ => None,
    }
}

fn end(frame: LiveFrame) -> Option<End> {
    match frame {
        LiveFrame::Ended(end) => Some(end),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_gets_the_screen_then_what_happens_then_the_end() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    open.output(Bytes::from_static(b"before")).await;
    let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
    match socket.live().await {
        LiveFrame::Init { size, dump, .. } => {
            assert_eq!(size, Size { cols: 40, rows: 5 });
            // What was not drawn yet follows at once.
            if !dump.contains("before") {
                assert_eq!(frame(&mut socket, output).await, "before");
            }
        }
        other => panic!("{other:?}"),
    }
    open.output(Bytes::from_static(b" and after")).await;
    assert_eq!(frame(&mut socket, output).await, " and after");
    open.resize(Size { cols: 100, rows: 30 }).await;
    let size = frame(&mut socket, |frame| match frame {
        LiveFrame::Resize { size, .. } => Some(size),
        _ => None,
    })
    .await;
    assert_eq!(size, Size { cols: 100, rows: 30 });
    open.close(End::new(EndReason::Closed, Millis::now()));
    assert_eq!(frame(&mut socket, end).await.reason, EndReason::Closed);
    assert_eq!(socket.closed().await, 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_learn_of_each_other() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let mut first = live(&world, "otto", open.id()).await.expect("a live screen");
    let _second = live(&world, "anna", open.id()).await.expect("a live screen");
    frame(&mut first, |frame| match frame {
        LiveFrame::Watchers(watchers) => {
            let mut names: Vec<_> = watchers.into_iter().map(|watcher| watcher.user).collect();
            names.sort();
            (names == ["anna", "otto"]).then_some(())
        }
        _ => None,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_watch_is_refused_before_the_socket_opens() {
    let world = World::start().await;
    let root = world.open("uma", "root").await;
    let ask = world.open("uma", "ask").await;
    let blind = world.open_with("uma", "root", ScreenKind::None).await;
    for (user, session, status) in [
        ("ned", root.id(), 404),
        ("uma", root.id(), 403),
        ("otto", ask.id(), 403),
        ("olaf", ask.id(), 403),
        ("olaf", blind.id(), 403),
        ("olaf", "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000".parse().unwrap(), 404),
    ] {
        assert_eq!(live(&world, user, session).await.err(), Some(status), "{user}");
    }
    let browser = world.signed_in("otto").await;
    assert_eq!(browser.socket("/ws/sessions/nothing/live").await.err(), Some(404));
    let path = format!("/ws/sessions/{}/live", root.id());
    assert_eq!(browser.socket_from(&path, Some("http://evil.test")).await.err(), Some(403));
    assert_eq!(world.browser().socket(&path).await.err(), Some(401));
    let id = root.id();
    root.close(End::new(EndReason::Closed, Millis::now()));
    assert_eq!(live(&world, "otto", id).await.err(), Some(404), "it has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn losing_the_right_closes_the_screen() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let socket = live(&world, "otto", open.id()).await.expect("a live screen");
    world.cli(&["grant", "remove", "otto", "owner", "root@db-1"]);
    assert_eq!(socket.closed().await, 4403);
    assert!(world.services().hub.session(open.id()).is_some(), "the session itself goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_sign_in_closes_the_screen() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let mut browser = world.signed_in("otto").await;
    let path = format!("/ws/sessions/{}/live", open.id());
    let socket = browser.socket(&path).await.expect("a live screen");
    browser.post("/sign-out", &[]).await;
    assert_eq!(socket.closed().await, 4401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminated_session_says_by_whom_and_why() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
    world.cli(&["session", "terminate", &open.id().to_string(), "--reason", "maintenance"]);
    let end = frame(&mut socket, end).await;
    assert_eq!((end.reason, end.note.as_deref()), (EndReason::Terminated, Some("maintenance")));
    assert_eq!(socket.closed().await, 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_from_a_watcher_close_the_screen_and_reach_nobody() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    for message in [Message::Text("rm -rf /\n".into()), Message::Binary(vec![7; 900].into())] {
        let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
        socket.say(message).await;
        assert_eq!(socket.closed().await, 1008);
    }
    let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
    socket.say(Message::Binary(vec![0; 1 << 20].into())).await;
    assert_ne!(socket.closed().await, 1000);
    assert!(world.services().hub.session(open.id()).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_arrives_whole_or_as_a_fresh_screen() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
    for line in 0..20_000 {
        open.output(Bytes::from(format!("line {line} of the flood\r\n"))).await;
    }
    open.output(Bytes::from_static(b"the last word")).await;
    frame(&mut socket, |frame| match frame {
        LiveFrame::Output { text, .. } => text.contains("the last word").then_some(()),
        LiveFrame::Init { dump, .. } => dump.contains("the last word").then_some(()),
        _ => None,
    })
    .await;
}
