//! The list feed: what a page is told, and when it is told to go.

use std::collections::HashSet;

use tokio_tungstenite::tungstenite::Message;
use wire::{Change, EndReason, FeedFrame, Rights, Session, SessionId};

use crate::web_client::{Browser, Socket};
use crate::web_world::World;

/// Opens a feed; its rows.
async fn feed(browser: &Browser) -> (Socket, Vec<(Session, Rights)>) {
    let mut socket = browser.socket("/ws/sessions").await.expect("a feed");
    match socket.feed().await {
        FeedFrame::Hello { build, heartbeat_ms, .. } => {
            assert_eq!((build.as_str(), heartbeat_ms), ("b1", 5000));
        }
        other => panic!("{other:?}"),
    }
    match socket.feed().await {
        FeedFrame::Snapshot { seq: 0, sessions, rest: 0 } => (socket, sessions),
        other => panic!("{other:?}"),
    }
}

fn seen(rows: &[(Session, Rights)]) -> HashSet<SessionId> {
    rows.iter().map(|(session, _)| session.id).collect()
}

/// The next change that `pick` takes; sequence numbers have no gap on the way.
async fn change<T>(socket: &mut Socket, seq: &mut u64, pick: impl Fn(Change) -> Option<T>) -> T {
    loop {
        match socket.feed().await {
            FeedFrame::Changes { seq: given, changes } => {
                *seq += 1;
                assert_eq!(given, *seq);
                if let Some(found) = changes.into_iter().find_map(&pick) {
                    return found;
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_sees_what_is_open_then_every_change() {
    let world = World::start().await;
    let before = world.open("uma", "root").await;
    let browser = world.signed_in("olaf").await;
    let (mut socket, rows) = feed(&browser).await;
    assert_eq!(seen(&rows), HashSet::from([before.id(), world.console_of("olaf")]));

    let mut seq = 0;
    let opened = world.open("ned", "root").await;
    let (session, rights) = change(&mut socket, &mut seq, |change| match change {
        Change::Opened(session, rights) => Some((session, rights)),
        _ => None,
    })
    .await;
    assert_eq!((session.id, session.user.as_str()), (opened.id(), "ned"));
    assert_eq!(rights, Rights { watch: true, control: true, terminate: true, replay: true, owned: false });

    let live = browser.socket(&format!("/ws/sessions/{}/live", before.id())).await.expect("a live screen");
    let watched = change(&mut socket, &mut seq, |change| match change {
        Change::Updated(update) if update.watchers == 1 => Some(update.id),
        _ => None,
    })
    .await;
    assert_eq!(watched, before.id());
    drop(live);

    let mut olaf = browser.clone();
    let fields = [("id", opened.id().to_string()), ("reason", "enough".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(olaf.post("/api/terminate", &fields).await.status, 200);
    let (id, end) = change(&mut socket, &mut seq, |change| match change {
        Change::Ended(id, end) => Some((id, end)),
        _ => None,
    })
    .await;
    assert_eq!(id, opened.id());
    assert_eq!(
        (end.reason, end.by.as_deref(), end.note.as_deref()),
        (EndReason::Terminated, Some("olaf"), Some("enough"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_rights_are_those_of_the_viewer() {
    let world = World::start().await;
    let root = world.open("uma", "root").await;
    let ask = world.open("uma", "ask").await;
    let blind = world.open_with("uma", "root", hub::ScreenKind::None).await;
    let rights = |watch, terminate| (watch, terminate);
    for (user, want) in [
        ("olaf", Some([rights(true, true), rights(true, true), rights(false, true)])),
        ("anna", Some([rights(true, false), rights(true, false), rights(false, false)])),
        ("otto", Some([rights(true, true), rights(true, true), rights(false, true)])),
        ("uma", Some([rights(false, true), rights(false, true), rights(false, true)])),
        ("ned", None),
    ] {
        let browser = world.signed_in(user).await;
        let (_socket, rows) = feed(&browser).await;
        let of = |id| {
            rows.iter()
                .find(|(session, _)| session.id == id)
                .map(|(_, rights)| (rights.watch, rights.terminate))
        };
        assert_eq!(
            [of(root.id()), of(ask.id()), of(blind.id())],
            want.map_or([None; 3], |want| want.map(Some)),
            "{user}"
        );
        assert_eq!(
            of(world.console_of(user)),
            Some(rights(false, true)),
            "{user} sees and may end their own sign-in"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_comes_or_goes_changes_the_rows_at_once() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let browser = world.signed_in("ned").await;
    let (mut socket, rows) = feed(&browser).await;
    assert!(!seen(&rows).contains(&open.id()));
    for (verb, sees) in [("add", true), ("remove", false)] {
        world.cli(&["grant", verb, "ned", "owner", "root@db-1"]);
        match socket.feed().await {
            FeedFrame::Snapshot { sessions, .. } => {
                assert_eq!(seen(&sessions).contains(&open.id()), sees, "{verb}");
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Reads until the feed says that the sign-in ended, then its close.
async fn signed_out(mut socket: Socket) -> wire::End {
    let end = loop {
        if let FeedFrame::SignedOut(end) = socket.feed().await {
            break end;
        }
    };
    assert_eq!(socket.closed().await, 4401);
    end
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_the_sign_in_ends_the_feed() {
    let world = World::start().await;

    let mut browser = world.signed_in("olaf").await;
    let (socket, _) = feed(&browser).await;
    browser.post("/sign-out", &[]).await;
    assert_eq!(signed_out(socket).await.reason, EndReason::SignedOut);

    let browser = world.signed_in("olaf").await;
    let (socket, _) = feed(&browser).await;
    let mut root = world.signed_in("root").await;
    let console = world.console_of("olaf").to_string();
    assert_eq!(root.post("/api/terminate", &[("id", &console), ("reason", "go home")]).await.status, 200);
    let end = signed_out(socket).await;
    assert_eq!(
        (end.reason, end.by.as_deref(), end.note.as_deref()),
        (EndReason::Terminated, Some("root"), Some("go home"))
    );
    assert_eq!(browser.socket("/ws/sessions").await.err(), Some(401), "signed out for good");

    let browser = world.signed_in("olaf").await;
    let (socket, _) = feed(&browser).await;
    world.cli(&["session", "terminate", &world.console_of("olaf").to_string(), "--reason", "from the shell"]);
    assert_eq!(signed_out(socket).await.reason, EndReason::Terminated);

    let browser = world.signed_in("uma").await;
    let (socket, _) = feed(&browser).await;
    world.cli(&["user", "disable", "uma"]);
    signed_out(socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_for_our_own_pages_and_people() {
    let world = World::start().await;
    assert_eq!(world.browser().socket("/ws/sessions").await.err(), Some(401));
    let browser = world.signed_in("olaf").await;
    for origin in [None, Some("http://evil.test"), Some("null")] {
        assert_eq!(browser.socket_from("/ws/sessions", origin).await.err(), Some(403), "{origin:?}");
    }
    let plain = browser.ask("GET", "/ws/sessions", &[("origin", &browser.origin())], b"").await;
    assert!((400..500).contains(&plain.status), "{}", plain.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_speaks_is_shown_the_door() {
    let world = World::start().await;
    let browser = world.signed_in("olaf").await;
    for message in [Message::Text("hello".into()), Message::Binary(vec![0xff; 16].into())] {
        let (mut socket, _) = feed(&browser).await;
        socket.say(message).await;
        assert_eq!(socket.closed().await, 1008);
    }
    let (mut socket, _) = feed(&browser).await;
    socket.say_too_much(Message::Binary(vec![0; 1 << 20].into())).await;
    assert_ne!(socket.closed().await, 1000);
    assert_eq!(browser.get("/healthz").await.status, 200, "and the server lives on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so() {
    let world = World::start().await;
    let browser = world.signed_in("olaf").await;
    let (mut socket, _) = feed(&browser).await;
    let page = tokio::spawn(async move {
        // Rows may go, but nobody is signed out by a restart.
        while let Some(frame) = socket.feed_or_close().await {
            assert!(!matches!(frame, FeedFrame::SignedOut(_)), "{frame:?}");
        }
    });
    let began = std::time::Instant::now();
    world.running.stop().await;
    assert!(began.elapsed() < crate::web_client::PATIENCE / 2, "{:?}", began.elapsed());
    page.await.expect("a close that says why");
}
