//! What people did through the web is in the audit, with who and for how long.

use server::audit::{Action, Event};
use server::serve::open_store;
use server::store::{AuditFilter, AuditRow};

use crate::web_world::World;

/// Stops the server, so that everything is written, and reads the audit.
async fn audit(world: World) -> Vec<AuditRow> {
    let config = world.services().config.clone();
    let World { running, folder } = world;
    running.stop().await;
    let store = open_store(&config).await.expect("the database");
    let rows = store.audit_page(&AuditFilter::default(), None, 1000).await.expect("the audit");
    store.close().await;
    drop(folder);
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_exporting_and_terminating_are_audited() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let id = open.id();
    let mut browser = world.signed_in("otto").await;
    let mut socket = browser.socket(&format!("/ws/sessions/{id}/live")).await.expect("a live screen");
    socket.live().await;
    let digest = "ab".repeat(32);
    let fields = [
        ("filter", "type is PAM SSH"),
        ("rows", "12"),
        ("columns", "User, Device"),
        ("file", "sightline-sessions-2026-11-23.csv"),
        ("sha256", digest.as_str()),
    ];
    assert_eq!(browser.post("/api/note_export", &fields).await.status, 200);
    let no_digest = [("filter", ""), ("rows", "1"), ("sha256", "ab, filter: none")];
    assert_ne!(browser.post("/api/note_export", &no_digest).await.status, 200, "no digest, no event");
    let id_text = id.to_string();
    let fields = [("id", id_text.as_str()), ("reason", "maintenance")];
    assert_eq!(browser.post("/api/terminate", &fields).await.status, 200);
    assert_eq!(socket.closed().await, 1000);

    let rows = audit(world).await;
    let by_otto = |action: &str| {
        let mut rows = rows.iter().filter(|row| row.actor == "otto" && row.action == action);
        let row = rows.next().unwrap_or_else(|| panic!("{action} is not in {rows:?}"));
        assert!(rows.next().is_none(), "{action} is there once");
        row
    };
    let watched = by_otto("watched");
    assert_eq!((watched.session, watched.subject.as_str()), (Some(id), "uma: root@db-1"));
    assert!(
        watched.detail.strip_suffix(" s").is_some_and(|text| text.parse::<u64>().is_ok()),
        "{}",
        watched.detail
    );
    let exported = by_otto("exported");
    let detail = "12 rows, filter: type is PAM SSH, columns: User, Device, \
                  file: sightline-sessions-2026-11-23.csv, SHA-256: ";
    assert_eq!(exported.detail, format!("{detail}{digest}"));
    assert_eq!(exported.device, Some("127.0.0.1".parse().unwrap()));
    let terminated = by_otto("terminated");
    assert_eq!((terminated.session, terminated.detail.as_str()), (Some(id), "maintenance"));
    by_otto("sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_is_for_those_who_may_read_it() {
    let world = World::start().await;
    for (user, reads) in [("root", true), ("anna", true), ("olaf", false), ("otto", false)] {
        let mut browser = world.signed_in(user).await;
        let page = browser.get("/audit").await;
        assert_eq!(page.status, if reads { 200 } else { 404 }, "{user}");
        assert_eq!(page.text().contains("user added"), reads, "{user}");
        let home = browser.get("/sessions").await.text();
        assert_eq!(home.contains("href=\"/audit\""), reads, "{user} has a way there");
        let csv = browser.get("/audit.csv").await;
        if reads {
            assert_eq!(csv.status, 200);
        } else {
            csv.problem(404);
        }
        let asked = browser.post("/api/audit", &[("query[actor]", "")]).await;
        assert_eq!(asked.status, if reads { 200 } else { 404 }, "{user}: {}", asked.text());
    }
    world.browser().get("/audit.csv").await.problem(401);
    assert_eq!(world.browser().get("/audit?actor=a").await.location(), "/sign-in?next=/audit%3Factor%3Da");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_what_its_address_asks_for() {
    let world = World::start().await;
    let browser = world.signed_in("anna").await;
    let added = browser.get("/audit?action=account%20added").await.text();
    assert!(added.contains("root@db-1") && !added.contains("grant added</td>"), "{added}");
    let subject = browser.get("/audit?subject=ask@").await.text();
    assert!(subject.contains("ask@db-1") && !subject.contains("root@db-1"), "{subject}");
    let early = browser.get("/audit?until=2020-01-01").await;
    assert_eq!(early.status, 200);
    assert!(early.text().contains("No event matches"));
    let wrong = browser.get("/audit?from=soon").await;
    assert_eq!(wrong.status, 400);
    let shown = wrong.text();
    let said = shown.split("role=\"alert\"").nth(1).expect("an alert");
    assert!(said.contains("is no day: write it as 2026-11-23."), "{said:.600}");
    browser.get("/audit.csv?from=soon").await.problem(400);
    browser.get("/audit.csv?before=x").await.problem(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_csv_holds_every_event_and_is_audited_itself() {
    let world = World::start().await;
    let events: Vec<_> = (0..2_345)
        .map(|n| Event::new(Action::Watched, "=evil").on(format!("a, \"{n}\"")).detail("1 s"))
        .collect();
    world.services().store.write_batch(&[], &events).await.expect("written");
    let browser = world.signed_in("anna").await;
    let csv = browser.get("/audit.csv?action=watched").await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = csv.text();
    let mut lines = text.split("\r\n");
    assert_eq!(lines.next(), Some("Number,Time,Who,What,To whom or what,Session id,Device,Detail"));
    let newest = lines.next().expect("a record");
    let fields: Vec<_> = newest.splitn(3, ',').collect();
    assert!(fields[0].parse::<u64>().is_ok() && fields[1].ends_with("+00:00"), "{newest}");
    assert_eq!(fields[2], "'=evil,watched,\"a, \"\"2344\"\"\",,,1 s");
    assert_eq!(lines.by_ref().filter(|line| !line.is_empty()).count(), 2_344);

    let rows = audit(world).await;
    let exported = rows.iter().find(|row| row.action == "exported").expect("audited");
    assert_eq!((exported.actor.as_str(), exported.subject.as_str()), ("anna", "audit"));
    assert_eq!(exported.detail, "2345 rows, filter: what watched");
}
