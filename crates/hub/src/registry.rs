//! The registry: which sessions are open on this node.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{broadcast, watch};
use wire::{AccountId, Attributes, End, EndAsked, EndReason, Millis, Session, SessionId, Update};

use crate::control::{Desk, Times};
use crate::live::Live;
use crate::lock::lock;
use crate::permission::policy_allows;
use crate::tape::Tape;
use crate::{
    Archive, Facts, Ledger, LedgerError, List, ListEvent, Listed, NotRecorded, OpenSession, Opening, Permit,
    Recorder, Refusal, Terminate, Terminated, Termination, Watch, WatchHandle, WatchPolicy,
};

/// Messages kept for readers of the list; who is further behind subscribes anew.
const EVENTS: usize = 4096;

/// How often a session's activity is announced, in milliseconds.
const ACTIVITY: i64 = 5000;

/// The session is not open (any more), or policy forbids it.
#[derive(Debug, thiserror::Error)]
pub enum NotOpen {
    /// It ended, or never was.
    #[error("the session is not open")]
    Ended,
    /// It is open and has no screen.
    #[error("this session has no screen to watch")]
    NoScreen,
    /// The account's watch policy forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A session that was not opened: nothing of it was announced.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// It could not be written down.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It must be recorded and cannot be.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

/// All that is open on this node. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    pub(crate) registry: Arc<Registry>,
}

/// What hubs, guards and watchers share.
pub(crate) struct Registry {
    ledger: Arc<dyn Ledger>,
    archive: Option<Arc<dyn Archive>>,
    open: Mutex<Open>,
    pub(crate) times: Times,
    /// Sent to while `open` is locked, so that events have the order of what they tell. What happens to many
    /// sessions in one step is one message.
    events: broadcast::Sender<Arc<[ListEvent]>>,
}

#[derive(Default)]
struct Open {
    sessions: HashMap<SessionId, Arc<Entry>>,
    /// The hub takes no sessions any more.
    closed: bool,
}

/// One open session.
pub(crate) struct Entry {
    pub(crate) session: Session,
    pub(crate) live: Live,
    pub(crate) tape: Tape,
    pub(crate) desk: Desk,
    pub(crate) terminated: watch::Sender<Option<Terminated>>,
    pub(crate) facts: Mutex<Facts>,
    /// Where a request to end it stands; none when a gateway holds it, which ends it at once.
    asked: Option<Mutex<EndAsked>>,
    last_active: AtomicI64,
    announced: AtomicI64,
}

impl Hub {
    /// An empty hub that writes sessions down in `ledger` and records none.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self::with(ledger, None, Times::default())
    }

    /// An empty hub that records sessions in `archive`, if there is one, and where leases and questions last
    /// these times.
    #[must_use]
    pub fn with(ledger: Arc<dyn Ledger>, archive: Option<Arc<dyn Archive>>, times: Times) -> Self {
        let (events, _) = broadcast::channel(EVENTS);
        Self { registry: Arc::new(Registry { ledger, archive, open: Mutex::default(), times, events }) }
    }

    /// Begins the session's recording, writes the session down, then announces it.
    ///
    /// # Errors
    /// When it must be recorded and cannot be, or the ledger does not take it: then nothing was announced.
    pub async fn open(&self, opening: Opening) -> Result<OpenSession, NotOpened> {
        let recorder = match &self.registry.archive {
            Some(archive) => archive.begin(&opening).await?,
            None => None,
        };
        let begun = Begun(recorder);
        let mut written = Written { ledger: &*self.registry.ledger, session: Some(opening.session.id) };
        let answer = self.registry.ledger.opened(&opening, begun.0.is_some()).await;
        if let Err(error) = answer {
            written.session = None;
            return Err(error.into());
        }
        let entry = self.registry.announce_open(opening, begun).ok_or_else(stopping)?;
        written.session = None;
        Ok(OpenSession::new(Arc::clone(&self.registry), entry))
    }

    /// What is open now and every change from then on, without gap or repeat.
    #[must_use]
    pub fn list(&self) -> List {
        let open = lock(&self.registry.open);
        List::new(open.sessions.values().cloned().collect(), self.registry.events.subscribe())
    }

    /// One open session as the list holds it.
    #[must_use]
    pub fn session(&self, session: SessionId) -> Option<Listed> {
        self.registry.entry(session).map(|entry| entry.listed())
    }

    /// What authority over an open session depends on.
    #[must_use]
    pub fn facts(&self, session: SessionId) -> Option<Facts> {
        self.registry.entry(session).map(|entry| *lock(&entry.facts))
    }

    /// How many sessions are open.
    #[must_use]
    pub fn open_count(&self) -> usize {
        lock(&self.registry.open).sessions.len()
    }

    /// The account's watch policy is another now: it holds for whoever joins from now on.
    pub fn set_policy(&self, account: AccountId, policy: WatchPolicy) {
        for entry in lock(&self.registry.open).sessions.values() {
            let mut facts = lock(&entry.facts);
            if facts.account == Some(account) {
                facts.policy = policy;
            }
        }
    }

    /// Joins a session's screen, at once or when the owner agrees. Must be called where a runtime with
    /// timers is: the work for watchers is done there.
    ///
    /// # Errors
    /// When it is not open, has no screen, or the account's policy forbids it.
    pub async fn watch(&self, permit: Permit<Watch>) -> Result<WatchHandle, NotOpen> {
        let entry =
            permit.session().and_then(|session| self.registry.entry(session)).ok_or(NotOpen::Ended)?;
        let facts = *lock(&entry.facts);
        policy_allows(&permit, &facts)?;
        WatchHandle::new(Arc::clone(&self.registry), entry, permit.viewer(), facts.policy)
    }

    /// Ends a session at once: its row, its watchers, then its connection. Who asked is the permit's
    /// viewer. One that only its source can end goes on.
    ///
    /// # Errors
    /// When it is not open.
    pub fn terminate(&self, permit: Permit<Terminate>, reason: &str) -> Result<Termination, NotOpen> {
        let by = permit.viewer().name.clone();
        if permit.session().and_then(|id| self.registry.entry(id)).is_some_and(|entry| entry.asked.is_some())
        {
            return Ok(Termination::Source);
        }
        let end = End {
            at: Millis::now(),
            reason: EndReason::Terminated,
            by: Some(by.clone()),
            note: Some(reason.to_owned()).filter(|note| !note.is_empty()),
        };
        let entry =
            permit.session().and_then(|id| self.registry.end(id, end.clone())).ok_or(NotOpen::Ended)?;
        entry.terminated.send_replace(Some(Terminated { by, reason: reason.to_owned() }));
        Ok(Termination::Ended(end))
    }

    /// Ends every session that runs through this node, because it stops: their gateways learn it as of a
    /// termination. Nothing can be opened afterwards. What sources report goes on without the node.
    pub fn shutdown(&self) {
        let ids: Vec<_> = {
            let mut open = lock(&self.registry.open);
            open.closed = true;
            let held = open.sessions.values().filter(|entry| entry.asked.is_none());
            held.map(|entry| entry.session.id).collect()
        };
        for id in ids {
            if let Some(entry) = self.registry.end(id, End::new(EndReason::NodeLost, Millis::now())) {
                let terminated =
                    Terminated { by: entry.session.node.clone(), reason: "the server is stopping".into() };
                entry.terminated.send_replace(Some(terminated));
            }
        }
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("open", &self.open_count()).finish_non_exhaustive()
    }
}

impl Registry {
    fn entry(&self, session: SessionId) -> Option<Arc<Entry>> {
        lock(&self.open).sessions.get(&session).cloned()
    }

    fn announce_open(&self, opening: Opening, begun: Begun) -> Option<Arc<Entry>> {
        let mut open = lock(&self.open);
        if open.closed {
            return None;
        }
        let entry = Arc::new(Entry::new(opening, begun.kept(), false));
        open.sessions.insert(entry.session.id, Arc::clone(&entry));
        self.tell([ListEvent::Opened(Arc::new(entry.listed()))]);
        Some(entry)
    }

    /// Sends to whoever reads the list. Called while `open` is locked.
    fn tell(&self, events: impl Into<Arc<[ListEvent]>>) {
        let events = events.into();
        if !events.is_empty() {
            // No reader is no error.
            let _ = self.events.send(events);
        }
    }

    /// Announces sessions of sources; false when the hub takes none any more.
    pub(crate) fn adopt(&self, openings: Vec<Opening>) -> bool {
        let entries: Vec<_> =
            openings.into_iter().map(|opening| Arc::new(Entry::new(opening, None, true))).collect();
        let events: Vec<_> =
            entries.iter().map(|entry| ListEvent::Opened(Arc::new(entry.listed()))).collect();
        let mut open = lock(&self.open);
        if open.closed {
            return false;
        }
        open.sessions.extend(entries.into_iter().map(|entry| (entry.session.id, entry)));
        self.tell(events);
        true
    }

    /// Takes sessions of sources away, whose ends are written down already.
    pub(crate) fn release(&self, ends: &[(SessionId, End)]) {
        let mut open = lock(&self.open);
        let mut gone = Vec::with_capacity(ends.len());
        let mut events = Vec::with_capacity(ends.len());
        for (session, end) in ends {
            if let Some(entry) = open.sessions.remove(session) {
                events.push(ListEvent::Ended(*session, end.clone()));
                gone.push((entry, end.clone()));
            }
        }
        self.tell(events);
        drop(open);
        for (entry, end) in gone {
            entry.close_desk();
            entry.live.end(end);
        }
    }

    /// Sources say when sessions were last active.
    pub(crate) fn active_at(&self, moved: &[(SessionId, Millis)]) {
        let open = lock(&self.open);
        let mut events = Vec::with_capacity(moved.len());
        for (session, at) in moved {
            let Some(entry) = open.sessions.get(session) else { continue };
            if entry.last_active.fetch_max(at.0, Ordering::Relaxed) < at.0 {
                events.push(ListEvent::Updated(entry.update()));
            }
        }
        self.tell(events);
    }

    /// Where requests to end sessions of sources stand now.
    pub(crate) fn end_asked(&self, session: SessionId, asked: EndAsked) {
        let open = lock(&self.open);
        let Some(entry) = open.sessions.get(&session) else { return };
        let Some(state) = &entry.asked else { return };
        if std::mem::replace(&mut *lock(state), asked) != asked {
            self.tell([ListEvent::Opened(Arc::new(entry.listed()))]);
        }
    }

    /// Ends a session, once: `None` when it is not open.
    pub(crate) fn end(&self, session: SessionId, end: End) -> Option<Arc<Entry>> {
        let entry = {
            let mut open = lock(&self.open);
            let entry = open.sessions.remove(&session)?;
            self.ledger.ended(session, &end);
            self.tell([ListEvent::Ended(session, end.clone())]);
            entry
        };
        entry.close_desk();
        entry.live.end(end);
        Some(entry)
    }

    /// The session is not idle; readers of the list hear of it now and then. The answer is the time.
    pub(crate) fn active(&self, entry: &Arc<Entry>) -> Millis {
        let now = Millis::now();
        entry.last_active.fetch_max(now.0, Ordering::Relaxed);
        if now.since(Millis(entry.announced.load(Ordering::Relaxed))) >= ACTIVITY {
            self.announce(entry);
        }
        now
    }

    /// Tells readers of the list what moves of a session, if it is open.
    pub(crate) fn announce(&self, entry: &Arc<Entry>) {
        let open = lock(&self.open);
        if open.sessions.contains_key(&entry.session.id) {
            let update = entry.update();
            entry.announced.store(update.last_active_at.0, Ordering::Relaxed);
            self.tell([ListEvent::Updated(update)]);
        }
    }
}

impl Entry {
    fn new(opening: Opening, recorder: Option<Box<dyn Recorder>>, of_source: bool) -> Self {
        let Opening { session, facts, screen, .. } = opening;
        let active = session.last_active_at.0;
        let started_at = session.started_at;
        let asked = of_source.then(|| Mutex::new(session.end_asked));
        Self {
            session: Session { recorded: recorder.is_some(), ..session },
            live: Live::new(screen),
            tape: Tape::new(recorder, started_at),
            desk: Desk::default(),
            terminated: watch::Sender::new(None),
            facts: Mutex::new(facts),
            asked,
            last_active: AtomicI64::new(active),
            announced: AtomicI64::new(active),
        }
    }

    fn update(&self) -> Update {
        Update {
            id: self.session.id,
            watchers: self.live.watchers(),
            last_active_at: Millis(self.last_active.load(Ordering::Relaxed)),
        }
    }

    pub(crate) fn facts(&self) -> Facts {
        *lock(&self.facts)
    }

    pub(crate) fn attributes(&self) -> Attributes<'_> {
        let Update { watchers, last_active_at, .. } = self.update();
        let end_asked = self.asked.as_ref().map_or(EndAsked::No, |asked| *lock(asked));
        Attributes { watchers, last_active_at, end_asked, ..(&self.session).into() }
    }

    pub(crate) fn listed(&self) -> Listed {
        Listed {
            session: self.attributes().to_session(),
            facts: self.facts(),
            screen: self.live.has_screen(),
        }
    }
}

/// A row that is in the ledger and not yet announced: it ends if the opening is given up here.
struct Written<'a> {
    ledger: &'a dyn Ledger,
    session: Option<SessionId>,
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session {
            self.ledger.ended(session, &End::new(EndReason::ClientLost, Millis::now()));
        }
    }
}

/// A recording that was begun for a session that is not announced yet: nothing is kept of it if the
/// opening is given up.
struct Begun(Option<Box<dyn Recorder>>);

impl Begun {
    fn kept(mut self) -> Option<Box<dyn Recorder>> {
        self.0.take()
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(recorder) = &self.0 {
            recorder.discard();
        }
    }
}

fn stopping() -> LedgerError {
    LedgerError("the server is stopping".into())
}
