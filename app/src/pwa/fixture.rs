//! Sessions for the tests of this folder.

use wire::{EndAsked, Millis, Session, SessionId, SessionType};

/// The id of a number.
pub(super) fn id(nth: u32) -> SessionId {
    format!("0199aaaa-bbbb-7ccc-8ddd-{nth:012}").parse().expect("an id")
}

/// The session of a number.
pub(super) fn session(nth: u32) -> Session {
    Session {
        id: id(nth),
        user: format!("user-{nth}"),
        full_name: String::new(),
        device: "192.0.2.7".into(),
        client: "gw-1".into(),
        started_at: Millis(i64::from(nth) * 1_000),
        kind: SessionType::PamSsh,
        port: 22,
        service_url: "ssh://db-1:22".into(),
        account_name: "root".into(),
        service_provider: "Orders".into(),
        agent: Some("db-1".into()),
        jump_server_group: None,
        watchers: 0,
        last_active_at: Millis(0),
        node: "gw-1".into(),
        recorded: true,
        user_reported: false,
        end_asked: EndAsked::default(),
    }
}
