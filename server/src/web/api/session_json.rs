//! A session as JSON; scripts rely on these names.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use wire::{End, EndAsked, Millis, Session, SessionId, SessionType};

use super::words::{EndAskedName, EndReasonName, SessionTypeName};

/// A session with its members in the order of the documentation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Session)]
pub(crate) struct SessionJson {
    #[schema(value_type = String, format = "uuid")]
    id: SessionId,
    user: String,
    full_name: String,
    device: String,
    client: String,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(value_type = SessionTypeName)]
    r#type: SessionType,
    port: u16,
    service_url: String,
    account_name: String,
    service_provider: String,
    agent: Option<String>,
    jump_server_group: Option<String>,
    watchers: u32,
    idle_ms: i64,
    node: String,
    recorded: bool,
    user_reported: bool,
    #[schema(value_type = Option<EndAskedName>)]
    end_asked: Option<&'static str>,
    /// Only when it has ended, as the next three.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EndReasonName>)]
    end_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    ended_by: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    end_note: Option<Option<String>>,
    /// Names of those who have watched it; in the access log alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    watched_by: Option<Vec<String>>,
}

impl SessionJson {
    /// With who has watched it.
    pub(super) fn watched_by(self, names: Vec<String>) -> Self {
        Self { watched_by: Some(names), ..self }
    }
}

/// The session's members, and those of its end when it has one; `now` tells how long it is idle.
pub(crate) fn session_json(session: &Session, end: Option<&End>, now: Millis) -> SessionJson {
    let Session { id, started_at, kind, port, last_active_at, .. } = *session;
    let session = session.clone();
    SessionJson {
        id,
        user: session.user,
        full_name: session.full_name,
        device: session.device,
        client: session.client,
        started_at: rfc3339(started_at),
        r#type: kind,
        port,
        service_url: session.service_url,
        account_name: session.account_name,
        service_provider: session.service_provider,
        agent: session.agent,
        jump_server_group: session.jump_server_group,
        watchers: if end.is_some() { 0 } else { session.watchers },
        idle_ms: end.map_or(now, |end| end.at).since(last_active_at),
        node: session.node,
        recorded: session.recorded,
        user_reported: session.user_reported,
        end_asked: if end.is_some() { None } else { end_asked(session.end_asked) },
        ended_at: end.map(|end| rfc3339(end.at)),
        end_reason: end.map(|end| end.reason.as_str()),
        ended_by: end.map(|end| end.by.clone()),
        end_note: end.map(|end| end.note.clone()),
        watched_by: None,
    }
}

/// Where a request to end it stands that its source has not answered by ending it.
pub(super) const fn end_asked(asked: EndAsked) -> Option<&'static str> {
    match asked {
        EndAsked::No => None,
        EndAsked::Waiting => Some("waiting"),
        EndAsked::Silent => Some("silent"),
        EndAsked::Refused => Some("refused"),
    }
}

/// RFC 3339 in UTC with milliseconds.
fn rfc3339(at: Millis) -> String {
    let time = Timestamp::from_millisecond(at.0).unwrap_or_default();
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wire::EndReason;

    use super::*;

    fn json_of(session: &Session, end: Option<&End>, now: Millis) -> Value {
        serde_json::to_value(session_json(session, end, now)).unwrap()
    }

    fn session() -> Session {
        Session {
            id: "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000".parse().unwrap(),
            user: "alice".into(),
            full_name: "Alice \"A\" Ünal".into(),
            device: "192.0.2.7".into(),
            client: "gw-1".into(),
            started_at: Millis(1_764_000_000_005),
            kind: SessionType::PamSsh,
            port: 2222,
            service_url: "ssh://db-1:22".into(),
            account_name: "root".into(),
            service_provider: "Database 1".into(),
            agent: Some("db-1".into()),
            jump_server_group: None,
            watchers: 2,
            last_active_at: Millis(1_764_000_001_000),
            node: "gw-1".into(),
            recorded: false,
            user_reported: false,
            end_asked: EndAsked::No,
        }
    }

    #[test]
    fn an_open_session_has_these_members() {
        assert_eq!(
            json_of(&session(), None, Millis(1_764_000_003_500)),
            json!({
                "id": "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000",
                "user": "alice",
                "full_name": "Alice \"A\" Ünal",
                "device": "192.0.2.7",
                "client": "gw-1",
                "started_at": "2025-11-24T16:00:00.005Z",
                "type": "PAM SSH",
                "port": 2222,
                "service_url": "ssh://db-1:22",
                "account_name": "root",
                "service_provider": "Database 1",
                "agent": "db-1",
                "jump_server_group": null,
                "watchers": 2,
                "idle_ms": 2500,
                "node": "gw-1",
                "recorded": false,
                "user_reported": false,
                "end_asked": null,
            })
        );
    }

    #[test]
    fn an_ended_session_says_when_why_and_by_whom() {
        let end = End {
            at: Millis(1_764_000_002_000),
            reason: EndReason::Terminated,
            by: Some("bob".into()),
            note: Some("maintenance".into()),
        };
        let value = json_of(&session(), Some(&end), Millis(1_764_000_009_000));
        assert_eq!(value["ended_at"], "2025-11-24T16:00:02.000Z");
        assert_eq!(value["end_reason"], "terminated");
        assert_eq!(value["ended_by"], "bob");
        assert_eq!(value["end_note"], "maintenance");
        assert_eq!(value["idle_ms"], 1000);
        assert_eq!(value["watchers"], 0);
        let nobody = json_of(&session(), Some(&End::new(EndReason::Closed, end.at)), end.at);
        assert!(nobody["ended_by"].is_null() && nobody["end_note"].is_null());
    }

    #[test]
    fn a_clock_that_jumped_gives_no_negative_idle_time() {
        assert_eq!(json_of(&session(), None, Millis(0))["idle_ms"], 0);
    }
}
