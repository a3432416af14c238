//! Which reported sessions are open, until when their leases last, and which are asked to end.
//!
//! Pure: no clock, no store, no hub. A heartbeat moves one time; the order of expiry is put right when a
//! lease seems to be over, so that heartbeats cost next to nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use wire::{AgentId, EndAsked, Millis, SessionId};

use super::{Asker, Outcome};

/// How long a source may take to answer before the person who asked is told that it does not.
pub(super) const ANSWER: Duration = Duration::from_secs(30);

/// One open session.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) source: AgentId,
    pub(super) key: Arc<str>,
    pub(super) started_at: Millis,
    pub(super) lease: Duration,
    until: Instant,
    /// Under which time it stands in the order of expiry.
    listed: Instant,
}

/// A request to end one.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) asker: Asker,
    pub(super) state: EndAsked,
    /// When an answer is due.
    due: Instant,
    pub(super) outcome: watch::Sender<Outcome>,
}

#[derive(Debug, Default)]
pub(super) struct Book {
    keys: HashMap<AgentId, HashMap<Arc<str>, SessionId>>,
    held: HashMap<SessionId, Held>,
    /// Not later than the lease of the session ends.
    due: BTreeSet<(Instant, SessionId)>,
    asks: BTreeMap<SessionId, Ask>,
}

impl Book {
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// The session that a source has open under a key.
    pub(super) fn find(&self, source: AgentId, key: &str) -> Option<SessionId> {
        self.keys.get(&source)?.get(key).copied()
    }

    pub(super) fn get(&self, session: SessionId) -> Option<&Held> {
        self.held.get(&session)
    }

    pub(super) fn open(
        &mut self,
        session: SessionId,
        (source, key): (AgentId, &str),
        started_at: Millis,
        lease: Duration,
        now: Instant,
    ) {
        let key: Arc<str> = key.into();
        let until = now + lease;
        self.put_back(session, Held { source, key, started_at, lease, until, listed: until });
    }

    /// Takes in again what [`Book::close`] has given.
    pub(super) fn put_back(&mut self, session: SessionId, held: Held) {
        self.keys.entry(held.source).or_default().insert(Arc::clone(&held.key), session);
        self.due.insert((held.listed, session));
        self.held.insert(session, held);
    }

    pub(super) fn close(&mut self, session: SessionId) -> Option<Held> {
        let held = self.held.remove(&session)?;
        self.due.remove(&(held.listed, session));
        if let Some(keys) = self.keys.get_mut(&held.source) {
            keys.remove(&held.key);
        }
        Some(held)
    }

    /// Begins the lease anew.
    pub(super) fn heard(&mut self, session: SessionId, now: Instant) {
        if let Some(held) = self.held.get_mut(&session) {
            held.until = now + held.lease;
        }
    }

    /// Sessions whose leases are over, at most `most`; they stay until they are closed, and are looked at
    /// again after their lease.
    pub(super) fn over(&mut self, now: Instant, most: usize) -> Vec<SessionId> {
        let mut over = Vec::new();
        while over.len() < most
            && let Some(&(at, session)) = self.due.first()
            && at <= now
        {
            self.due.pop_first();
            let Some(held) = self.held.get_mut(&session) else { continue };
            if held.until <= now {
                over.push(session);
                held.until = now + held.lease;
            }
            held.listed = held.until;
            self.due.insert((held.listed, session));
        }
        over
    }

    /// Takes note of a request; `None` when its source is asked already.
    pub(super) fn ask(&mut self, session: SessionId, asker: Asker, now: Instant) -> Option<&Ask> {
        let pending = |ask: &Ask| ask.state != EndAsked::Refused;
        if self.asks.get(&session).is_some_and(pending) {
            return None;
        }
        let (outcome, _) = watch::channel(Outcome::Waiting { late: false });
        let ask = Ask { asker, state: EndAsked::Waiting, due: now + ANSWER, outcome };
        self.asks.insert(session, ask);
        self.asks.get(&session)
    }

    /// The request to end a session.
    pub(super) fn asked(&self, session: SessionId) -> Option<&Ask> {
        self.asks.get(&session)
    }

    /// The request that a source has not refused.
    pub(super) fn pending(&self, session: SessionId) -> Option<&Ask> {
        self.asked(session).filter(|ask| ask.state != EndAsked::Refused)
    }

    pub(super) fn refuse(&mut self, session: SessionId) {
        if let Some(ask) = self.asks.get_mut(&session) {
            ask.state = EndAsked::Refused;
        }
    }

    /// Requests whose answer is overdue, each once.
    pub(super) fn silent(&mut self, now: Instant) -> Vec<SessionId> {
        let late = self.asks.iter_mut().filter(|(_, ask)| ask.state == EndAsked::Waiting && ask.due <= now);
        late.map(|(session, ask)| {
            ask.state = EndAsked::Silent;
            *session
        })
        .collect()
    }

    pub(super) fn forget_ask(&mut self, session: SessionId) -> Option<Ask> {
        self.asks.remove(&session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(60);

    fn agent() -> AgentId {
        AgentId::generate()
    }

    fn asker() -> Asker {
        Asker { name: "bob".into(), id: None, reason: "enough".into() }
    }

    #[test]
    fn keys_are_a_sources_own() {
        let (mut book, now) = (Book::default(), Instant::now());
        let (a, b) = (agent(), agent());
        let (x, y) = (SessionId::generate(), SessionId::generate());
        book.open(x, (a, "k"), Millis(1), LEASE, now);
        book.open(y, (b, "k"), Millis(1), LEASE, now);
        assert_eq!((book.find(a, "k"), book.find(b, "k")), (Some(x), Some(y)));
        let held = book.close(x).expect("open");
        assert!(book.close(x).is_none());
        assert_eq!((book.find(a, "k"), book.find(b, "k"), book.len()), (None, Some(y), 1));
        book.put_back(x, held);
        assert_eq!(book.find(a, "k"), Some(x));
    }

    #[test]
    fn a_lease_is_over_after_silence_alone() {
        let (mut book, now) = (Book::default(), Instant::now());
        let source = agent();
        let (quiet, loud) = (SessionId::generate(), SessionId::generate());
        book.open(quiet, (source, "quiet"), Millis(1), LEASE, now);
        book.open(loud, (source, "loud"), Millis(1), LEASE, now);
        assert!(book.over(now + LEASE - Duration::from_millis(1), 10).is_empty());
        book.heard(loud, now + LEASE / 2);
        assert_eq!(book.over(now + LEASE, 10), [quiet]);
        book.close(quiet);
        assert!(book.over(now + LEASE, 10).is_empty());
        assert_eq!(book.over(now + LEASE / 2 + LEASE, 10), [loud]);
        // Its end could not be written: it is looked at again.
        assert_eq!(book.over(now + LEASE * 4, 10), [loud]);
        book.close(loud);
        assert!(book.due.is_empty(), "nothing is left of what was closed");
    }

    #[test]
    fn a_request_is_made_once_until_it_is_refused() {
        let (mut book, now) = (Book::default(), Instant::now());
        let session = SessionId::generate();
        assert!(book.ask(session, asker(), now).is_some());
        assert!(book.ask(session, asker(), now).is_none());
        assert!(book.silent(now).is_empty());
        assert_eq!(book.silent(now + ANSWER), [session]);
        assert!(book.silent(now + ANSWER).is_empty(), "said once");
        assert!(book.ask(session, asker(), now).is_none(), "still asked");
        book.refuse(session);
        assert!(book.pending(session).is_none());
        assert!(book.ask(session, asker(), now).is_some());
    }
}
