//! What people did through the web is in the audit, with who and for how long.

use server::serve::open_store;
use server::store::AuditRow;

use crate::web_world::World;

/// Stops the server, so that everything is written, and reads the audit.
async fn audit(world: World) -> Vec<AuditRow> {
    let config = world.services().config.clone();
    let World { running, folder } = world;
    running.stop().await;
    let store = open_store(&config).await.expect("the database");
    let rows = store.audit_events(1000).await.expect("the audit");
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
    let fields = [("filter", "type is PAM SSH"), ("rows", "12")];
    assert_eq!(browser.post("/api/note_export", &fields).await.status, 200);
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
    assert_eq!(exported.detail, "12 rows, filter: type is PAM SSH");
    assert_eq!(exported.device, Some("127.0.0.1".parse().unwrap()));
    let terminated = by_otto("terminated");
    assert_eq!((terminated.session, terminated.detail.as_str()), (Some(id), "maintenance"));
    by_otto("sign-in");
}
