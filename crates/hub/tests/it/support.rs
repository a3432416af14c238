//! A ledger that remembers, sessions and people.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hub::{
    Facts, Hub, KeysRule, Ledger, LedgerError, OpenSession, Opening, RecordingRule, Scopes, ScreenKind,
    Termination, Viewer, WatchHandle, WatchPolicy, permit,
};
use screen::Screen;
use tokio::sync::Notify;
use wire::live::{LiveFrame, Size, Watcher};
use wire::{AccountId, End, EndAsked, Millis, Session, SessionId, SessionType, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Opened(SessionId),
    Ended(SessionId, End),
}

#[derive(Default)]
pub(crate) struct Book {
    entries: Mutex<Vec<Entry>>,
    pub(crate) refuses: AtomicBool,
    /// Writing an opening down waits for `released`.
    pub(crate) stalls: AtomicBool,
    pub(crate) released: Notify,
}

#[async_trait]
impl Ledger for Book {
    async fn opened(&self, opening: &Opening, _recorded: bool) -> Result<(), LedgerError> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(LedgerError("disk full".into()));
        }
        self.entries.lock().unwrap().push(Entry::Opened(opening.session.id));
        if self.stalls.load(Ordering::SeqCst) {
            self.released.notified().await;
        }
        Ok(())
    }

    fn ended(&self, session: SessionId, end: &End) {
        self.entries.lock().unwrap().push(Entry::Ended(session, end.clone()));
    }
}

impl Book {
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap().clone()
    }

    pub(crate) fn ends(&self, session: SessionId) -> Vec<End> {
        let of_session = |entry| match entry {
            Entry::Ended(id, end) if id == session => Some(end),
            _ => None,
        };
        self.entries().into_iter().filter_map(of_session).collect()
    }
}

pub(crate) fn hub() -> (Hub, Arc<Book>) {
    let book = Arc::new(Book::default());
    (Hub::new(Arc::clone(&book) as Arc<dyn Ledger>), book)
}

pub(crate) fn opening(screen: ScreenKind) -> Opening {
    let id = SessionId::generate();
    Opening {
        session: Session {
            id,
            user: "alice".into(),
            full_name: "Alice Adams".into(),
            device: "192.0.2.7".into(),
            client: "node-1".into(),
            started_at: Millis::now(),
            kind: SessionType::PamSsh,
            port: 2222,
            service_url: "ssh://db-1:22".into(),
            account_name: "root".into(),
            service_provider: "Database 1".into(),
            agent: Some("db-1".into()),
            jump_server_group: None,
            watchers: 0,
            last_active_at: Millis::now(),
            node: "node-1".into(),
            recorded: false,
            user_reported: false,
            end_asked: EndAsked::No,
        },
        facts: Facts {
            session: id,
            user: Some(UserId::generate()),
            account: Some(AccountId::generate()),
            policy: WatchPolicy::Announced,
        },
        screen,
        recording: RecordingRule::Wanted,
        keys: KeysRule::Masked,
    }
}

pub(crate) async fn open(hub: &Hub, size: Size) -> OpenSession {
    hub.open(opening(ScreenKind::Terminal(size))).await.unwrap()
}

pub(crate) fn admin() -> Viewer {
    Viewer {
        user_id: Some(UserId::generate()),
        name: "olga".into(),
        full_name: "Olga Owner".into(),
        scopes: Scopes::ALL,
        owned: HashSet::new(),
    }
}

pub(crate) async fn watch(hub: &Hub, session: SessionId) -> WatchHandle {
    let facts = hub.facts(session).unwrap();
    hub.watch(permit(&admin(), &facts).unwrap()).await.unwrap()
}

pub(crate) fn terminate(hub: &Hub, session: SessionId, reason: &str) -> Option<End> {
    let permit = permit(&admin(), &hub.facts(session)?).unwrap();
    match hub.terminate(permit, reason).ok()? {
        Termination::Ended(end) => Some(end),
        Termination::Source => None,
    }
}

/// A watcher's screen, drawn from frames as the browser draws it; refuses gaps and repeats.
#[derive(Default)]
pub(crate) struct Pane {
    pub(crate) screen: Option<Screen>,
    pub(crate) inits: usize,
    pub(crate) bytes: usize,
    pub(crate) watchers: Vec<Watcher>,
    pub(crate) ended: Option<End>,
    seq: u64,
}

impl Pane {
    pub(crate) fn take(&mut self, frame: &Bytes) {
        assert!(self.ended.is_none(), "nothing comes after the end");
        self.bytes += frame.len();
        match wire::decode(frame).unwrap() {
            LiveFrame::Init { seq, size, modes, title, dump } => {
                assert!(seq >= self.seq);
                self.inits += 1;
                self.seq = seq;
                self.screen = Some(Screen::restore(size, modes, title, &dump));
            }
            LiveFrame::Output { seq, text } => self.next(seq).feed(&text),
            LiveFrame::Resize { seq, size } => self.next(seq).resize(size),
            LiveFrame::Watchers(watchers) => self.watchers = watchers,
            LiveFrame::Heartbeat(_) => {}
            LiveFrame::Ended(end) => self.ended = Some(end),
            LiveFrame::Seated(_)
            | LiveFrame::Control(_)
            | LiveFrame::Paused(_)
            | LiveFrame::Denied(_)
            | LiveFrame::Waiting
            | LiveFrame::Refused(_) => {}
            LiveFrame::Picture { .. }
            | LiveFrame::Drawn { .. }
            | LiveFrame::Pointer { .. }
            | LiveFrame::Told(_)
            | LiveFrame::Asks(_)
            | LiveFrame::Clip(_)
            | LiveFrame::Mouse(_) => panic!("a terminal shows no picture"),
        }
    }

    fn next(&mut self, seq: u64) -> &mut Screen {
        self.seq += 1;
        assert_eq!(seq, self.seq, "no gap and no repeat");
        self.screen.as_mut().expect("the screen comes first")
    }

    /// Reads until nothing comes any more. Time must be paused.
    pub(crate) async fn settle(&mut self, handle: &mut WatchHandle) {
        while let Ok(Some(frame)) = tokio::time::timeout(Duration::from_secs(2), handle.next()).await {
            self.take(&frame);
        }
    }

    pub(crate) fn text(&self) -> String {
        self.screen.as_ref().map(Screen::text).unwrap_or_default()
    }
}
