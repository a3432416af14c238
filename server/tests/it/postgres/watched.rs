//! A session on the page: its row, its live log, what watchers may do, its end, its recording.

use std::time::Duration;

use tokio_tungstenite::tungstenite::Message;
use wire::EndReason;
use wire::live::{LeaseMode, LiveFrame, LiveRequest, Size};

use super::Dw;
use crate::web_client::Socket;

/// Reads until the screen holds a text; everything that was drawn until then.
async fn sees(socket: &mut Socket, text: &str) -> String {
    let mut drawn = String::new();
    while !drawn.contains(text) {
        match socket.live().await {
            LiveFrame::Init { dump, .. } => drawn = dump,
            LiveFrame::Output { text, .. } => drawn.push_str(&text),
            _ => {}
        }
    }
    drawn
}

async fn ask(socket: &mut Socket, request: &LiveRequest) {
    socket.say(Message::Binary(wire::encode(request).into())).await;
}

async fn denied(socket: &mut Socket) -> String {
    loop {
        if let LiveFrame::Denied(words) = socket.live().await {
            return words;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_stands_there_with_every_attribute_and_its_statements() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT 40 + 2;");
    psql.shows("42");
    let id = dw.open().await;
    let row = dw.world.services().store.session(id).await.expect("read").expect("there");
    let session = &row.session;
    assert_eq!((session.user.as_str(), session.full_name.as_str()), ("uma", "uma"));
    assert_eq!((session.device.as_str(), session.client.as_str()), ("127.0.0.1", "node-1"));
    assert_eq!((session.kind.as_str(), session.port), ("PAM", dw.gateway().port()));
    assert_eq!(session.service_url, format!("postgres://127.0.0.1:{}/dw", dw.target.port));
    assert_eq!((session.account_name.as_str(), session.service_provider.as_str()), ("app", "Warehouse"));
    assert_eq!((session.agent.as_deref(), session.jump_server_group.as_deref()), (Some("dw"), Some("inner")));
    assert!(session.recorded && row.screen && row.ended.is_none());

    let otto = dw.world.signed_in("otto").await;
    let mut socket = otto.socket(&format!("/ws/sessions/{id}/live")).await.expect("a live screen");
    let drawn = sees(&mut socket, "1 row").await;
    assert!(drawn.contains("SELECT 40 + 2;") && drawn.contains("psql on app@dw, database dw"), "{drawn}");

    psql.types("ALTER ROLE app PASSWORD 'hunter2'; SELECT nothing;");
    psql.shows("column \"nothing\" does not exist");
    psql.shows("otto watches this session.");
    let drawn = sees(&mut socket, "42703").await;
    assert!(drawn.contains("ALTER ROLE app PASSWORD •••") && drawn.contains("does not exist"), "{drawn}");
    psql.types("\\q");
    psql.ends();
    let ended = dw.ended().await;
    assert_eq!(ended.ended.expect("ended").reason, EndReason::Closed);
    let recorded = dw.recorded(id);
    assert!(recorded.contains("SELECT 40 + 2;") && recorded.contains("PASSWORD •••"), "{recorded}");
    assert!(!recorded.contains("hunter2"), "{recorded}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_may_speak_pause_and_end_and_not_type() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT 1;");
    psql.shows("1");
    let id = dw.open().await;
    let otto = dw.world.signed_in("otto").await;
    let mut socket = otto.socket(&format!("/ws/sessions/{id}/live")).await.expect("a live screen");
    sees(&mut socket, "SELECT 1;").await;

    // Done in this order: with the refusal the message is there.
    ask(&mut socket, &LiveRequest::Message("mind the lock".into())).await;
    ask(&mut socket, &LiveRequest::Ask(LeaseMode::Shared)).await;
    assert_eq!(denied(&mut socket).await, "this session has no terminal to type in");
    // `psql` reads while it waits for an answer; a notice that misses the first comes before the second.
    psql.types("SELECT 1;\nSELECT 2;");
    psql.shows("Sightline: message from otto: mind the lock");

    ask(&mut socket, &LiveRequest::Pause).await;
    loop {
        if let LiveFrame::Paused(Some(by)) = socket.live().await {
            assert_eq!(by, "otto");
            break;
        }
    }
    psql.types("SELECT 'after ' || 'all';");
    // Its statement waits: nothing of it comes to the target, however often one looks.
    for _ in 0..20 {
        assert_eq!(
            dw.target.answer(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%after%' AND pid <> pg_backend_pid()"
            ),
            "0"
        );
    }
    assert!(!psql.heard().contains("after all"));
    ask(&mut socket, &LiveRequest::Resume).await;
    psql.shows("after all");

    psql.types("SELECT pg_sleep(600);");
    sees(&mut socket, "pg_sleep(600)").await;
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()";
    crate::sshd::until("the statement", || dw.target.answer(running) == "1");
    dw.world.cli(&["session", "terminate", &id.to_string(), "--reason", "the nightly load begins"]);
    let said = psql.ends();
    assert!(said.contains("Sightline: Session ended by command line: the nightly load begins"), "{said}");
    crate::sshd::until("the statement's end", || dw.target.answer(running) == "0");
    let end = dw.ended().await.ended.expect("ended");
    assert_eq!((end.reason, end.by.as_deref()), (EndReason::Terminated, Some("command line")));
    assert_eq!(end.note.as_deref(), Some("the nightly load begins"));
    assert!(dw.recorded(id).contains("pg_sleep(600)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_asked_is_not_watched_and_is_not_told_of_covert_watchers() {
    let dw = Dw::start().await;
    dw.world.cli(&["account", "set", "app@dw", "--watch", "consent"]);
    let mut psql = dw.psql();
    psql.types("SELECT 1;");
    psql.shows("1");
    let id = dw.open().await;
    let otto = dw.world.signed_in("otto").await;
    let mut socket = otto.socket(&format!("/ws/sessions/{id}/live")).await.expect("a live screen");
    let refused = async {
        loop {
            if let LiveFrame::Refused(why) = socket.live().await {
                return why;
            }
        }
    };
    let why = tokio::time::timeout(Duration::from_secs(60), refused).await.expect("an answer");
    assert_eq!(why, "the user has no terminal to be asked in");
    psql.types("\\q");
    psql.ends();
    dw.ended().await;

    dw.world.cli(&["account", "set", "app@dw", "--watch", "covert"]);
    let mut psql = dw.psql();
    psql.types("SELECT 1;");
    psql.shows("1");
    let id = dw.open().await;
    let root = dw.world.signed_in("root").await;
    let mut socket = root.socket(&format!("/ws/sessions/{id}/live")).await.expect("a live screen");
    sees(&mut socket, "SELECT 1;").await;
    psql.types("SELECT 'unaware';");
    sees(&mut socket, "unaware").await;
    psql.types("\\q");
    assert!(!psql.ends().contains("watches"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_size_of_a_page() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT 1;");
    psql.shows("1");
    let id = dw.open().await;
    let otto = dw.world.signed_in("otto").await;
    let mut socket = otto.socket(&format!("/ws/sessions/{id}/live")).await.expect("a live screen");
    let size = loop {
        if let LiveFrame::Init { size, .. } = socket.live().await {
            break size;
        }
    };
    assert_eq!(size, Size { cols: 132, rows: 43 });
}
