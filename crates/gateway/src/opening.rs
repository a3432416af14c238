//! A session as the hub opens it, of what is known about its connection. Pure.

use std::net::IpAddr;

use hub::{Facts, KeysRule, Opening, ScreenKind};
use wire::{EndAsked, Millis, Session, SessionId, SessionType};

use crate::{Connection, User};

impl Connection {
    /// A new session of a user who comes from an address to a port of a node.
    #[must_use]
    pub fn opening(
        &self,
        kind: SessionType,
        user: &User,
        from: IpAddr,
        (node, port): (&str, u16),
        screen: ScreenKind,
    ) -> Opening {
        let now = Millis::now();
        let id = SessionId::generate();
        let session = Session {
            id,
            user: user.name.clone(),
            full_name: user.full_name.clone(),
            device: from.to_canonical().to_string(),
            client: node.into(),
            started_at: now,
            kind,
            port,
            service_url: self.service_url.clone(),
            account_name: self.login.clone(),
            service_provider: self.display_name.clone(),
            agent: Some(self.agent_name.clone()),
            jump_server_group: self.jump_server_group.clone(),
            watchers: 0,
            last_active_at: now,
            node: node.into(),
            recorded: false,
            user_reported: false,
            end_asked: EndAsked::No,
        };
        let facts =
            Facts { session: id, user: Some(user.id), account: Some(self.account), policy: self.policy };
        Opening { session, facts, screen, recording: self.recording, keys: KeysRule::default() }
    }
}
