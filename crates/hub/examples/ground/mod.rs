//! Sessions and watchers to measure with.

use std::collections::HashSet;

use async_trait::async_trait;
use hub::{
    Facts, Hub, KeysRule, Ledger, LedgerError, OpenSession, Opening, RecordingRule, Scopes, ScreenKind,
    Viewer, WatchPolicy, permit,
};
use wire::{End, EndAsked, Millis, Session, SessionId, SessionType, UserId};

pub(crate) async fn open(hub: &Hub, screen: ScreenKind) -> OpenSession {
    let id = SessionId::generate();
    let session = Session {
        id,
        user: "alice".into(),
        full_name: String::new(),
        device: "192.0.2.7".into(),
        client: "node-1".into(),
        started_at: Millis::now(),
        kind: SessionType::PamSsh,
        port: 2222,
        service_url: "ssh://db-1:22".into(),
        account_name: "root".into(),
        service_provider: "db-1".into(),
        agent: None,
        jump_server_group: None,
        watchers: 0,
        last_active_at: Millis::now(),
        node: "node-1".into(),
        recorded: false,
        user_reported: false,
        end_asked: EndAsked::No,
    };
    let facts =
        Facts { session: id, user: Some(UserId::generate()), account: None, policy: WatchPolicy::Announced };
    hub.open(Opening { session, facts, screen, recording: RecordingRule::Wanted, keys: KeysRule::Masked })
        .await
        .expect("nothing is written down")
}

pub(crate) async fn watch(hub: &Hub, session: SessionId, count: usize) -> Vec<tokio::task::JoinHandle<()>> {
    let viewer = Viewer {
        user_id: None,
        name: "olga".into(),
        full_name: String::new(),
        scopes: Scopes::ALL,
        owned: HashSet::new(),
    };
    let facts = hub.facts(session).expect("the session is open");
    let mut tasks = Vec::new();
    for _ in 0..count {
        let permit = permit(&viewer, &facts).expect("all may be watched");
        let mut handle = hub.watch(permit).await.expect("the session is open");
        tasks.push(tokio::spawn(async move { while handle.next().await.is_some() {} }));
    }
    tasks
}

pub(crate) struct Forgetful;

#[async_trait]
impl Ledger for Forgetful {
    async fn opened(&self, _opening: &Opening, _recorded: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    fn ended(&self, _session: SessionId, _end: &End) {}
}
