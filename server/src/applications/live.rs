//! The sign-ins at applications whose sessions are open on this node, each held until its session ends, and found by
//! its key or its cookie. No queries here.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use hub::{Hub, OpenSession};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wire::{End, EndReason, SessionId, UserId};

use super::{Ended, Person, WebSso, WebSsoKey};
use crate::console::SignedIn;
use crate::keeper::{Held, Keeper, Until};

/// A sign-in whose session is open on this node.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) held: Held,
    /// The sign-in that it came from, and its session.
    sign_in: (SessionId, watch::Receiver<Option<End>>),
    pub(super) user: UserId,
    pub(super) person: Arc<Person>,
    /// The directory's epoch when `person` was read.
    pub(super) epoch: i64,
    pub(super) cookie: Option<String>,
}

impl Live {
    /// Whether it, or the sign-in that it came from, has ended.
    pub(super) fn is_over(&self, hub: &Hub) -> bool {
        let (session, ended) = &self.sign_in;
        self.held.is_over(hub) || ended.borrow().is_some() || hub.facts(*session).is_none()
    }

    pub(super) fn seen(&self, key: WebSsoKey) -> WebSso {
        let (session, ended) = (self.held.session(), self.held.ended());
        WebSso { key, session, person: Arc::clone(&self.person), ended }
    }
}

/// All of them. Cheap to clone.
#[derive(Clone)]
pub(super) struct AllLive {
    all: Arc<Mutex<All>>,
    ends: Arc<OnceLock<UnboundedSender<Ended>>>,
    stopping: CancellationToken,
}

#[derive(Default)]
struct All {
    by_key: HashMap<WebSsoKey, Live>,
    /// By the hash of the cookie.
    by_cookie: HashMap<String, WebSsoKey>,
    /// Whose last session was terminated; the store knows it, too, a moment later.
    terminated: HashSet<WebSsoKey>,
}

impl AllLive {
    /// None yet; no end is told of once `stopping`.
    pub(super) fn new(stopping: CancellationToken) -> Self {
        Self { all: Arc::default(), ends: Arc::default(), stopping }
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ends from now on; may be taken once.
    pub(super) fn ends(&self) -> Option<UnboundedReceiver<Ended>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.ends.set(sender).ok().map(|()| receiver)
    }

    pub(super) fn get(&self, key: &WebSsoKey) -> Option<Live> {
        self.all().by_key.get(key).cloned()
    }

    /// Whose cookie has that hash.
    pub(super) fn of_cookie(&self, hash: &str) -> Option<WebSsoKey> {
        self.all().by_cookie.get(hash).cloned()
    }

    /// Whether the last session of that key was terminated, as far as it was open here.
    pub(super) fn was_terminated(&self, key: &WebSsoKey) -> bool {
        self.all().terminated.contains(key)
    }

    /// The person was read anew; counts for the session that it was read for.
    pub(super) fn refresh(&self, key: &WebSsoKey, read: &Live) {
        if let Some(kept) = self.all().by_key.get_mut(key)
            && kept.held.session() == read.held.session()
        {
            (kept.person, kept.epoch) = (Arc::clone(&read.person), read.epoch);
        }
    }

    /// Has a cookie stand for a session of that key, instead of the one before; false when it is over.
    pub(super) fn set_cookie(&self, key: &WebSsoKey, session: SessionId, hash: String) -> bool {
        let mut all = self.all();
        let live = all.by_key.get_mut(key).filter(|live| live.held.session() == session);
        let Some(live) = live else { return false };
        if let Some(before) = live.cookie.replace(hash.clone()) {
            all.by_cookie.remove(&before);
        }
        all.by_cookie.insert(hash, key.clone());
        true
    }

    /// Registers a sign-in and holds its session from now on.
    pub(super) fn hold(
        &self,
        key: &WebSsoKey,
        sign_in: &SignedIn,
        guard: OpenSession,
        person: Person,
        epoch: i64,
        cookie: Option<String>,
    ) -> Live {
        let until = Until::SignIn(sign_in.ended.clone());
        let (held, keeper) = Keeper::new(guard, until, self.stopping.clone());
        let (session, user) = (held.session(), person.id);
        let person = Arc::new(person);
        let sign_in = (sign_in.session, sign_in.ended.clone());
        let live = Live { held, sign_in, user, person, epoch, cookie: cookie.clone() };
        let mut all = self.all();
        if let Some(hash) = cookie {
            all.by_cookie.insert(hash, key.clone());
        }
        all.by_key.insert(key.clone(), live.clone());
        drop(all);
        let (this, key) = (self.clone(), key.clone());
        tokio::spawn(keeper.run(move |end| {
            this.forget(&key, session, end);
            if let Some(ends) = this.ends.get() {
                // Nobody listens any more when the server stops.
                let _ = ends.send(Ended { key, session, user, end: end.clone() });
            }
        }));
        live
    }

    /// Forgets a session that has ended, and not a newer one of the same sign-in.
    fn forget(&self, key: &WebSsoKey, session: SessionId, end: &End) {
        let mut all = self.all();
        if end.reason == EndReason::Terminated {
            all.terminated.insert(key.clone());
        }
        if all.by_key.get(key).is_none_or(|live| live.held.session() != session) {
            return;
        }
        if let Some(cookie) = all.by_key.remove(key).and_then(|live| live.cookie) {
            all.by_cookie.remove(&cookie);
        }
    }
}
