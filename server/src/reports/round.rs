//! One round of the task: what many reports come to, before anything of it is written.
//!
//! The book is changed as the reports are read, so that each sees what those before it did; a round that could
//! not be written is taken back.

use std::collections::HashMap;
use std::time::Duration;

use hub::{Facts, KeysRule, Opening, RecordingRule, ScreenKind, WatchPolicy};
use report::{Answer, Close, CloseReason, Heartbeat, Kind, Open, Refused, Report, Status, bounds};
use tokio::time::Instant;
use wire::{AgentId, End, EndAsked, EndReason, Millis, Session, SessionId, SessionType};

use super::book::{Book, Held};
use crate::names;
use crate::store::{Directory, Keyed, Reported, Source};

/// Most sessions that are open by report at once: each takes about three kilobytes of memory.
const OPEN_MAX: usize = 500_000;

/// What a round has to work with.
pub(super) struct Desk<'a> {
    pub(super) book: &'a mut Book,
    pub(super) directory: &'a Directory,
    /// Sessions of keys that are not open here.
    pub(super) before: &'a HashMap<(AgentId, String), Keyed>,
    pub(super) node: &'a str,
    pub(super) now: Millis,
    pub(super) instant: Instant,
}

/// What has to be written and told.
#[derive(Debug, Default)]
pub(super) struct Round {
    pub(super) opened: Vec<Reported>,
    pub(super) ended: Vec<(SessionId, End)>,
    pub(super) moved: Vec<(SessionId, Millis)>,
    /// Sources that will not end a session, and why.
    pub(super) refusals: Vec<(SessionId, String)>,
    /// What was closed, for taking it back, and for whoever comes after it in this round.
    closed: Vec<(SessionId, Held)>,
    closed_keys: HashMap<(AgentId, String), Keyed>,
}

impl Round {
    /// Reads one report.
    pub(super) fn read(&mut self, desk: &mut Desk<'_>, source: &Source, report: Report) -> Answer {
        match report {
            Report::Open(open) => self.open(desk, source, open),
            Report::Heartbeat(heartbeat) => self.heartbeat(desk, source, &heartbeat),
            Report::Close(close) => self.close(desk, source, close),
            Report::Refused(refused) => self.refused(desk, source, refused),
        }
    }

    /// Makes the book what it was.
    pub(super) fn take_back(self, book: &mut Book) {
        // A session that was opened and closed in the round is put back first, and goes then.
        for (session, held) in self.closed {
            book.put_back(session, held);
        }
        for opened in self.opened {
            book.close(opened.opening.session.id);
        }
    }

    fn open(&mut self, desk: &mut Desk<'_>, source: &Source, open: Open) -> Answer {
        if let Some(session) = desk.book.find(source.id, &open.key) {
            desk.book.heard(session, desk.instant);
            return Answer::taken(Status::Known, &open.key, session);
        }
        if let Some(keyed) = self.ended_before(desk, source, &open.key) {
            return match keyed.ended {
                Some(reason) => {
                    Answer::taken(Status::Ended, &open.key, keyed.session).because(reason.as_str())
                }
                None => elsewhere("open", open.key),
            };
        }
        if desk.book.len() >= OPEN_MAX {
            let reason = format!("{OPEN_MAX} sessions are open by report, and no more are taken");
            return Answer::refused(Some(open.key), "", reason);
        }
        let lease_seconds = open.lease_seconds.unwrap_or(bounds::LEASE);
        let key = open.key.clone();
        let opening = opening(desk, source, open);
        let session = opening.session.id;
        let lease = Duration::from_secs(lease_seconds.into());
        desk.book.open(session, (source.id, &key), opening.session.started_at, lease, desk.instant);
        let answer = Answer::taken(Status::Opened, &key, session);
        self.opened.push(Reported { opening, source: source.id, key, lease_seconds });
        answer
    }

    fn heartbeat(&mut self, desk: &mut Desk<'_>, source: &Source, heartbeat: &Heartbeat) -> Answer {
        let key = &heartbeat.key;
        let Some(session) = desk.book.find(source.id, key) else {
            return self.not_open(desk, source, "heartbeat", key);
        };
        desk.book.heard(session, desk.instant);
        if let Some(at) = heartbeat.last_active_at {
            self.moved.push((session, Millis(at.as_millisecond().min(desk.now.0))));
        }
        Answer::taken(Status::Renewed, key, session)
    }

    fn close(&mut self, desk: &mut Desk<'_>, source: &Source, close: Close) -> Answer {
        let Some(session) = desk.book.find(source.id, &close.key) else {
            let answer = self.not_open(desk, source, "close", &close.key);
            let ended = answer.status == Status::Ended;
            return if ended { Answer { status: Status::Closed, ..answer } } else { answer };
        };
        let Some(held) = desk.book.close(session) else {
            return self.not_open(desk, source, "close", &close.key);
        };
        let asked = desk.book.pending(session).map(|ask| ask.asker.clone());
        let at = close.ended_at.map_or(desk.now, |at| Millis(at.as_millisecond().min(desk.now.0)));
        let at = at.max(held.started_at);
        let end = match (close.reason, asked) {
            (None | Some(CloseReason::Terminated), Some(asker)) => End {
                at,
                reason: EndReason::Terminated,
                by: Some(asker.name),
                note: Some(asker.reason).filter(|reason| !reason.is_empty()),
            },
            (reason, _) => {
                let reason = end_reason(reason.unwrap_or(CloseReason::Closed));
                End { note: close.note, ..End::new(reason, at) }
            }
        };
        let keyed = Keyed { session, ended: Some(end.reason) };
        let answer = Answer::taken(Status::Closed, &close.key, session).because(end.reason.as_str());
        self.closed_keys.insert((source.id, close.key), keyed);
        self.ended.push((session, end));
        self.closed.push((session, held));
        answer
    }

    fn refused(&mut self, desk: &mut Desk<'_>, source: &Source, refused: Refused) -> Answer {
        let Some(session) = desk.book.find(source.id, &refused.key) else {
            return self.not_open(desk, source, "refused", &refused.key);
        };
        match desk.book.asked(session).map(|ask| ask.state) {
            None | Some(EndAsked::No) => {
                let reason = "nobody has asked to end this session";
                Answer::refused(Some(refused.key), "/refused/key", reason)
            }
            Some(EndAsked::Refused) => Answer::taken(Status::Noted, &refused.key, session),
            Some(EndAsked::Waiting | EndAsked::Silent) => {
                let answer = Answer::taken(Status::Noted, &refused.key, session);
                desk.book.heard(session, desk.instant);
                self.refusals.push((session, refused.reason));
                answer
            }
        }
    }

    fn ended_before(&self, desk: &Desk<'_>, source: &Source, key: &str) -> Option<Keyed> {
        let key = (source.id, key.to_owned());
        self.closed_keys.get(&key).or_else(|| desk.before.get(&key)).copied()
    }

    /// The answer to a report of a session that is not open.
    fn not_open(&self, desk: &Desk<'_>, source: &Source, report: &str, key: &str) -> Answer {
        match self.ended_before(desk, source, key) {
            Some(Keyed { session, ended: Some(reason) }) => {
                Answer::taken(Status::Ended, key, session).because(reason.as_str())
            }
            Some(Keyed { ended: None, .. }) => elsewhere(report, key.to_owned()),
            None => Answer::refused(
                Some(key.to_owned()),
                format!("/{report}/key"),
                "there is no session of this key: open it first",
            ),
        }
    }
}

/// The row is open and not held here.
fn elsewhere(report: &str, key: String) -> Answer {
    Answer::refused(Some(key), format!("/{report}/key"), "another node holds the session of this key")
}

fn opening(desk: &Desk<'_>, source: &Source, open: Open) -> Opening {
    let id = SessionId::generate();
    let user = desk.directory.users.get(&names::key(&open.user));
    let account =
        desk.directory.accounts.get(&source.id).and_then(|logins| logins.get(&open.account_name)).copied();
    let started_at = open.started_at.map_or(desk.now, |at| Millis(at.as_millisecond().min(desk.now.0)));
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let known_name = user.map(|(_, _, full_name)| full_name.clone()).unwrap_or_default();
    Opening {
        session: Session {
            id,
            user: user.map_or(open.user, |(_, name, _)| name.clone()),
            full_name: filled(open.full_name).unwrap_or(known_name),
            device: open.device.to_canonical().to_string(),
            client: open.client,
            started_at,
            kind: session_type(open.r#type),
            port: open.port,
            service_url: open.service_url,
            account_name: open.account_name,
            service_provider: filled(open.service_provider).unwrap_or_else(|| source.display_name.clone()),
            agent: Some(source.name.clone()),
            jump_server_group: filled(open.jump_server_group).or_else(|| source.group.clone()),
            watchers: 0,
            last_active_at: desk.now,
            node: desk.node.to_owned(),
            recorded: false,
            user_reported: user.is_none(),
            end_asked: EndAsked::No,
        },
        facts: Facts {
            session: id,
            user: user.map(|(id, _, _)| *id),
            account: account.map(|(id, _)| id),
            policy: account.map_or(WatchPolicy::Announced, |(_, policy)| policy),
        },
        screen: ScreenKind::None,
        recording: RecordingRule::Off,
        keys: KeysRule::Masked,
    }
}

const fn session_type(kind: Kind) -> SessionType {
    match kind {
        Kind::WebSso => SessionType::WebSso,
        Kind::Esso => SessionType::Esso,
        Kind::Pam => SessionType::Pam,
    }
}

const fn end_reason(reason: CloseReason) -> EndReason {
    match reason {
        CloseReason::Closed => EndReason::Closed,
        CloseReason::SignedOut => EndReason::SignedOut,
        CloseReason::Expired => EndReason::Expired,
        CloseReason::Terminated => EndReason::Terminated,
        CloseReason::ClientLost => EndReason::ClientLost,
        CloseReason::TargetLost => EndReason::TargetLost,
    }
}
