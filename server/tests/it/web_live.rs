//! Live screens over their socket.

use bytes::Bytes;
use futures::FutureExt;
use hub::{Directive, ScreenKind};
use server::audit::Action;
use server::store::AuditFilter;
use tokio_tungstenite::tungstenite::Message;
use wire::live::{Lease, LeaseMode, LiveFrame, LiveRequest, Size};
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
    assert!(matches!(socket.live().await, LiveFrame::Seated(_)), "the seat comes first");
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
    let blind = world.open_with("uma", "root", ScreenKind::None).await;
    for (user, session, status) in [
        ("ned", root.id(), 404),
        ("uma", root.id(), 403),
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
async fn what_is_no_request_closes_the_screen_and_reaches_nobody() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let input = LiveRequest::Input(vec![b'x'; LiveRequest::MAX_BYTES]);
    for (message, code) in [
        (Message::Text("rm -rf /\n".into()), 1008),
        (Message::Binary(vec![77; 900].into()), 1008),
        (Message::Binary(Vec::new().into()), 1008),
        (Message::Binary(wire::encode(&input).into()), 1009),
    ] {
        let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
        take(&mut socket, LeaseMode::Shared).await;
        socket.say(message).await;
        assert_eq!(socket.closed().await, code);
        assert!(open.input().now_or_never().is_none(), "nothing reaches the target");
    }
    let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
    socket.say_too_much(Message::Binary(vec![0; 1 << 20].into())).await;
    assert_ne!(socket.closed().await, 1000);
    assert!(world.services().hub.session(open.id()).is_some());
}

async fn ask(socket: &mut Socket, request: LiveRequest) {
    socket.say(Message::Binary(wire::encode(&request).into())).await;
}

/// Takes the keyboard.
async fn take(socket: &mut Socket, mode: LeaseMode) -> Lease {
    ask(socket, LiveRequest::Ask(mode)).await;
    frame(socket, control).await.expect("the keyboard")
}

fn control(frame: LiveFrame) -> Option<Option<Lease>> {
    match frame {
        LiveFrame::Control(lease) => Some(lease),
        LiveFrame::Denied(words) => panic!("{words}"),
        _ => None,
    }
}

fn denied(frame: LiveFrame) -> Option<String> {
    match frame {
        LiveFrame::Denied(words) => Some(words),
        _ => None,
    }
}

/// The audit's newest events of a session's watchers, as `action: detail`, once there are so many.
async fn audit(world: &World, actions: &[Action]) -> Vec<String> {
    let filter = AuditFilter::default();
    let notes = async {
        loop {
            let rows = world.services().store.audit_page(&filter, None, 100).await.expect("the audit");
            let words: Vec<_> = actions.iter().map(|action| action.as_str()).collect();
            let mut found: Vec<_> = rows
                .into_iter()
                .filter(|row| words.contains(&row.action.as_str()))
                .map(|row| format!("{} {}: {}", row.actor, row.action, row.detail))
                .collect();
            if found.len() >= actions.len() {
                found.reverse();
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(crate::web_client::PATIENCE, notes).await.expect("the events in time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_takes_part_and_the_audit_has_it() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
    let LiveFrame::Seated(seat) = socket.live().await else { panic!("the seat comes first") };
    let lease = take(&mut socket, LeaseMode::Shared).await;
    assert_eq!((lease.seat, lease.user.as_str(), lease.mode), (seat, "otto", LeaseMode::Shared));
    ask(&mut socket, LiveRequest::Input(b"ls\r".to_vec())).await;
    let typed = open.input().await;
    assert_eq!((&*typed.by, &typed.bytes[..]), ("otto", &b"ls\r"[..]));
    assert_eq!(take(&mut socket, LeaseMode::Exclusive).await.mode, LeaseMode::Exclusive);
    open.take_back();
    assert_eq!(frame(&mut socket, control).await, None);
    ask(&mut socket, LiveRequest::Pause).await;
    let paused = |frame| match frame {
        LiveFrame::Paused(by) => Some(by),
        _ => None,
    };
    assert_eq!(frame(&mut socket, paused).await.as_deref(), Some("otto"));
    assert!(open.hindrance().is_paused());
    ask(&mut socket, LiveRequest::Message("mind the gap".into())).await;
    ask(&mut socket, LiveRequest::Resume).await;
    assert_eq!(frame(&mut socket, paused).await, None);
    drop(socket);
    let actions =
        [Action::Controlled, Action::InputPaused, Action::Message, Action::InputResumed, Action::Watched];
    assert_eq!(
        audit(&world, &actions).await,
        [
            "otto control: shared then exclusive, 1 s",
            "otto input paused: ",
            "otto message: mind the gap",
            "otto input resumed: ",
            "otto watched: 1 s",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn input_without_the_lease_is_denied_and_dropped() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
    for _ in 0..100 {
        ask(&mut socket, LiveRequest::Input(b"rm -rf /\r".to_vec())).await;
    }
    assert!(frame(&mut socket, denied).await.contains("ask for control first"));
    ask(&mut socket, LiveRequest::Renew).await;
    assert!(frame(&mut socket, denied).await.contains("ask for control first"));
    take(&mut socket, LeaseMode::Shared).await;
    ask(&mut socket, LiveRequest::Input(b"ls\r".to_vec())).await;
    assert_eq!(open.input().await.bytes, b"ls\r"[..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_watches_is_not_obeyed() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    for request in [
        LiveRequest::Ask(LeaseMode::Exclusive),
        LiveRequest::Input(b"x".to_vec()),
        LiveRequest::Message("hello".into()),
        LiveRequest::Pause,
    ] {
        let mut socket = live(&world, "anna", open.id()).await.expect("a live screen");
        ask(&mut socket, request).await;
        let words = frame(&mut socket, denied).await;
        assert_eq!(words, "your role does not allow you to control this session");
        assert!(open.hindrance().is_none());
    }
    assert!(open.input().now_or_never().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_is_taken_away_in_the_middle_of_a_lease() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let mut anna = live(&world, "anna", open.id()).await.expect("a live screen");
    let mut otto = live(&world, "otto", open.id()).await.expect("a live screen");
    take(&mut otto, LeaseMode::Exclusive).await;
    ask(&mut otto, LiveRequest::Pause).await;
    ask(&mut otto, LiveRequest::Input(b"typed before".to_vec())).await;
    frame(&mut otto, |frame| matches!(frame, LiveFrame::Paused(Some(_))).then_some(())).await;
    world.cli(&["grant", "remove", "otto", "owner", "root@db-1"]);
    assert_eq!(otto.closed().await, 4403);
    assert!(frame(&mut anna, control).await.is_some());
    assert_eq!(frame(&mut anna, control).await, None, "the lease ends with the right");
    assert!(open.hindrance().is_none());
    assert!(open.input().now_or_never().is_none(), "what was typed before comes too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_holder_at_a_time() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let mut otto = live(&world, "otto", open.id()).await.expect("a live screen");
    let mut olaf = live(&world, "olaf", open.id()).await.expect("a live screen");
    take(&mut otto, LeaseMode::Shared).await;
    ask(&mut olaf, LiveRequest::Ask(LeaseMode::Shared)).await;
    assert_eq!(frame(&mut olaf, denied).await, "otto has the keyboard");
    drop(otto);
    frame(&mut olaf, |frame| matches!(frame, LiveFrame::Control(None)).then_some(())).await;
    take(&mut olaf, LeaseMode::Shared).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_a_terminal_cannot_be_typed_into() {
    let world = World::start().await;
    let open = world.open_with("uma", "root", ScreenKind::Text(Size::DEFAULT)).await;
    let mut socket = live(&world, "otto", open.id()).await.expect("a live screen");
    ask(&mut socket, LiveRequest::Ask(LeaseMode::Shared)).await;
    assert_eq!(frame(&mut socket, denied).await, "this session has no terminal to type in");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_is_asked_and_the_audit_has_a_no() {
    let world = World::start().await;
    let open = world.open("uma", "ask").await;
    for (user, yes) in [("otto", true), ("olaf", false)] {
        let mut socket = live(&world, user, open.id()).await.expect("a socket");
        assert_eq!(socket.live().await, LiveFrame::Waiting);
        let question = loop {
            open.news().await;
            if let Some(Directive::Ask(question)) = open.directive() {
                break question;
            }
        };
        assert_eq!(question.by, user);
        open.answer(question.id, yes);
        if yes {
            assert!(matches!(socket.live().await, LiveFrame::Seated(_)));
            assert!(matches!(socket.live().await, LiveFrame::Init { .. }));
        } else {
            assert!(matches!(socket.live().await, LiveFrame::Refused(words) if words.contains("not allow")));
            assert_eq!(socket.closed().await, 1000);
        }
    }
    assert_eq!(
        audit(&world, &[Action::WatchRefused]).await,
        ["olaf watch refused: the user does not allow you to watch this session"]
    );
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
