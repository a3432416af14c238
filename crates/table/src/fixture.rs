//! Sessions for the tests of the table.

use wire::{EndAsked, Millis, Session, SessionId, SessionType};

pub(super) fn id(n: u32) -> SessionId {
    format!("01930000-0000-7000-8000-{n:012x}").parse().expect("a well-formed id")
}

pub(super) fn session(n: u32) -> Session {
    Session {
        id: id(n),
        user: format!("user{n}"),
        full_name: format!("User Number {n}"),
        device: format!("10.0.0.{}", n % 256),
        client: "gw-1".into(),
        started_at: Millis(1_795_453_392_250 + i64::from(n) * 1_000),
        kind: SessionType::ALL[n as usize % 6],
        port: 2222,
        service_url: format!("ssh://db-{n}:22"),
        account_name: "root".into(),
        service_provider: "Database".into(),
        agent: Some(format!("db-{n}")),
        jump_server_group: None,
        watchers: 0,
        last_active_at: Millis(1_795_453_392_250),
        node: "gw-1".into(),
        recorded: false,
        user_reported: false,
        end_asked: EndAsked::No,
    }
}
