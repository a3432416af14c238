//! The access log over the web: its page, its JSON and its CSV, for those who may see what is in it.

use hub::OpenSession;
use serde_json::Value;
use server::store::AuditFilter;
use wire::{End, EndReason, Millis, SessionId};

use crate::web_client::Browser;
use crate::web_world::World;

/// Ends a session and waits until its row says so.
async fn close(world: &World, open: OpenSession, end: End) -> SessionId {
    let id = open.id();
    open.close(end);
    until(async || {
        let row = world.services().store.session(id).await.expect("read").expect("there");
        row.ended.map(|_| ())
    })
    .await;
    id
}

/// Asks again and again until there is an answer.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::web_client::PATIENCE, asking).await.expect("in time")
}

async fn log(browser: &Browser, query: &str) -> Value {
    let reply = browser.get(&format!("/api/v1/access-logs{query}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn ids(page: &Value) -> Vec<String> {
    let sessions = page["sessions"].as_array().expect("sessions");
    sessions.iter().map(|session| session["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_says_how_for_how_long_and_who_watched() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let id = open.id();
    let otto = world.signed_in("otto").await;
    let mut socket = otto.socket(&format!("/ws/sessions/{id}/live")).await.expect("a live screen");
    socket.live().await;
    let end = End {
        reason: EndReason::Terminated,
        by: Some("olaf".into()),
        note: Some("=maintenance, \"now\"".into()),
        ..End::new(EndReason::Closed, Millis(Millis::now().0 + 65_000))
    };
    close(&world, open, end.clone()).await;
    assert_eq!(socket.closed().await, 1000);

    let query = "?type=PAM%20SSH&user=UMA&account=root@db-1&agent=db-1&state=ended";
    let session = until(async || {
        let page = log(&otto, query).await;
        assert_eq!(page["next"], Value::Null);
        let session = page["sessions"][0].clone();
        (session["watched_by"][0] == "otto").then_some(session)
    })
    .await;
    assert_eq!(session["id"], id.to_string());
    assert_eq!((&session["user"], &session["end_reason"]), (&"uma".into(), &"terminated".into()));
    assert_eq!((&session["ended_by"], &session["end_note"]), (&"olaf".into(), &end.note.into()));

    let page = otto.get(&format!("/access-logs{query}")).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    for shown in ["terminated by olaf: =maintenance, &quot;now&quot;", "1 min 5 s", ">otto<"] {
        assert!(text.contains(shown), "{shown} is not in {text}");
    }
    assert!(text.contains(&format!("href=\"/sessions/{id}\"")), "{text}");

    let csv = otto.get(&format!("/access-logs.csv{query}")).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = csv.text();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "User,Device,Client,Start date,Type,Port,Service URL,Account name,Service provider,Ended,Duration (s),\
         End reason,Watched by,Full name,Agent,Jump server group,Node,Session id"
    );
    assert!(
        lines[1].contains(",\"terminated by olaf: =maintenance, \"\"now\"\"\",otto,uma,db-1,,node-1,"),
        "{}",
        lines[1]
    );
    assert_eq!((lines.len(), lines[2]), (3, ""));
    let rows = until(async || {
        let rows =
            world.services().store.audit_page(&AuditFilter::default(), None, 1000).await.expect("the audit");
        rows.into_iter().find(|row| row.action == "exported")
    })
    .await;
    assert_eq!((rows.actor.as_str(), rows.subject.as_str()), ("otto", "access logs"));
    assert_eq!(
        rows.detail,
        "1 rows, filter: user UMA, type PAM SSH, account root@db-1, agent db-1, state ended"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_viewer_may_not_see_is_in_no_log() {
    let world = World::start().await;
    let ends = || End::new(EndReason::Closed, Millis::now());
    let uma = close(&world, world.open("uma", "root").await, ends()).await.to_string();
    let ned = close(&world, world.open("ned", "ask").await, ends()).await.to_string();
    let open = world.open("uma", "root").await;
    let still = open.id().to_string();
    for (user, seen) in [
        ("root", vec![&still, &ned, &uma]),
        ("olaf", vec![&still, &ned, &uma]),
        ("anna", vec![&still, &ned, &uma]),
        ("otto", vec![&still, &ned, &uma]),
        ("uma", vec![&still, &uma]),
        ("ned", vec![&ned]),
    ] {
        let browser = world.signed_in(user).await;
        let listed = ids(&log(&browser, "?type=PAM%20SSH").await);
        assert_eq!(listed.iter().collect::<Vec<_>>(), seen, "{user}");
        let page = browser.get("/access-logs?type=PAM%20SSH").await.text();
        let csv = browser.get("/access-logs.csv?type=PAM%20SSH").await.text();
        let called = browser.clone().post("/api/access_log", &[("query[type]", "PAM SSH")]).await.text();
        for id in [&uma, &ned, &still] {
            for (of, text) in [("page", &page), ("csv", &csv), ("call", &called)] {
                assert_eq!(text.contains(id.as_str()), seen.contains(&id), "{user}, {of}, {id}");
            }
        }
        let watches = page.contains(&format!("href=\"/sessions?watch={still}\""));
        assert_eq!(watches, !["uma", "ned"].contains(&user), "{user}");
        assert!(
            browser.get("/sessions").await.text().contains("href=\"/access-logs\""),
            "{user} has a way there"
        );
    }
    let mut stranger = world.browser();
    stranger.get("/access-logs.csv").await.problem(401);
    stranger.get("/api/v1/access-logs").await.problem(401);
    assert_eq!(stranger.post("/api/access_log", &[("query[type]", "")]).await.status, 401);
    assert_eq!(stranger.get("/access-logs?user=a").await.location(), "/sign-in?next=/access-logs%3Fuser%3Da");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_followed_to_the_end() {
    let world = World::start().await;
    let mut written = Vec::new();
    for _ in 0..230 {
        let id = world.open("uma", "root").await.id();
        written.push(id.to_string());
    }
    written.reverse();
    let browser = world.signed_in("olaf").await;
    let mut read = Vec::new();
    let mut address = "/access-logs?type=PAM+SSH".to_owned();
    loop {
        let text = browser.get(&address).await.text();
        let rows = text.split("data-session=\"").skip(1).map(|rest| rest[..36].to_owned());
        read.extend(rows);
        let older = text.split("<a href=\"").skip(1).find(|link| link.contains(">Older<"));
        let Some(older) = older.and_then(|link| link.split('"').next()) else { break };
        address = older.replace("&amp;", "&");
        assert!(address.starts_with("/access-logs?type=PAM%20SSH&before="), "{address}");
    }
    assert_eq!(read, written);
    let csv = browser.get("/access-logs.csv?type=PAM%20SSH").await.text();
    let listed: Vec<&str> = csv.split("\r\n").skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(listed[..230], written);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_with_words() {
    let world = World::start().await;
    let browser = world.signed_in("anna").await;
    for (query, words) in [
        ("from=soon", "is no day"),
        ("type=SSH", "nknown session type"),
        ("state=gone", "is no state"),
        ("zone=Mars", "is no time zone"),
        ("before=7", "is no place in the log"),
    ] {
        for path in ["/access-logs.csv", "/api/v1/access-logs"] {
            // A file begins at the newest whatever a page began with.
            if !(path.ends_with(".csv") && query.starts_with("before")) {
                let detail = browser.get(&format!("{path}?{query}")).await.problem(400);
                assert!(detail.contains(words), "{detail}");
            }
        }
        let page = browser.get(&format!("/access-logs?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
        assert!(page.text().split("role=\"alert\"").nth(1).expect("an alert").contains(words), "{query}");
    }
    let today = browser.get("/access-logs?from=2020-01-01&zone=America/St_Johns").await.text();
    assert!(today.contains("Days in America/St_Johns"), "{today}");
    let early = browser.get("/access-logs?until=2020-01-01").await.text();
    assert!(early.contains("No session matches") && early.contains("Days in UTC"), "{early}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_table_has_a_layout_of_its_own() {
    let world = World::start().await;
    let mut browser = world.signed_in("otto").await;
    let fields =
        [("sheet", "AccessLog"), ("layout", "{\"columns\":[\"ended\",\"user\"],\"hidden\":[\"port\"]}")];
    assert_eq!(browser.post("/api/save_layout", &fields).await.status, 200);
    let page = browser.get("/access-logs").await.text();
    let headings: Vec<&str> =
        page.split("data-col=\"").skip(1).map(|rest| rest.split('"').next().expect("a class")).collect();
    assert_eq!(headings[..3], ["c-ended", "c-user", "c-device"]);
    let sessions = browser.get("/sessions").await.text();
    let first = sessions.split("data-col=\"").nth(1).expect("a heading");
    assert!(first.starts_with("c-user\""), "{first:.60}");
    let fields = [("sheet", "AccessLog"), ("filter", "none"), ("rows", "3")];
    assert_eq!(browser.post("/api/note_export", &fields).await.status, 200);
}
