//! Sign-ins to web applications, each with its `WebSSO` session: one for a sign-in to Sightline and an application.
//!
//! [`Applications::signed_in`] opens the session of somebody who goes to an application, or finds the open one.
//! Whoever speaks with the application keeps the answer's key ([`WebSso::key`]), asks [`Applications::find`] with it
//! at each use, and calls [`Applications::end`] when the application signs the person out. A session ends with the
//! sign-in that it came from, when somebody terminates it, and when the person may not sign in any more;
//! [`WebSso::ended`] and [`Applications::ends`] tell of it. A sign-in whose session at an application was terminated
//! gets no other one there: the person shows again who they are ([`WebSsoError::Terminated`]). After a restart of the
//! server the sessions come back, each as another one of the same key.
//!
//! Knows nothing of how applications are spoken with: neither headers nor tokens are here.

mod known;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use hub::{Hub, OpenSession};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;
use wire::{AgentId, End, EndReason, Millis, SessionId, UserId};

use crate::audit::{Action, Event};
use crate::console::{Console, ConsoleError, SignInKey, SignedIn, shown};
use crate::crypto::tokens;
use crate::journal::Journal;
use crate::keeper::{Held, Keeper, Until};
use crate::place::Place;
use crate::store::{Application, Store, StoreError, User};
use known::Known;

/// Names a sign-in at an application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebSsoKey {
    /// The sign-in to Sightline.
    pub sign_in: SignInKey,
    /// The application's agent.
    pub application: AgentId,
}

/// Who an application is told that somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user's id, which never changes.
    pub id: UserId,
    /// The user's name.
    pub user: String,
    /// Full name; empty when not known.
    pub full_name: String,
    /// Mail address; empty when not known.
    pub email: String,
    /// The accounts on the application that the user owns or may use, by login.
    pub groups: Vec<String>,
}

/// Somebody's sign-in at an application, as one request sees it.
#[derive(Clone, Debug)]
pub struct WebSso {
    /// Names it, also after a restart.
    pub key: WebSsoKey,
    /// Its open session.
    pub session: SessionId,
    /// Who, as the directory has them now.
    pub person: Arc<Person>,
    /// Turns `Some` when the session has ended.
    pub ended: watch::Receiver<Option<End>>,
}

/// A sign-in at an application that has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Which.
    pub key: WebSsoKey,
    /// Its session.
    pub session: SessionId,
    /// Whose it was.
    pub user: UserId,
    /// How it ended.
    pub end: End,
}

/// Why somebody is not signed in to an application.
#[derive(Debug, thiserror::Error)]
pub enum WebSsoError {
    /// They may not.
    #[error("{user} may not sign in to {application}: it is for who owns or may use an account on it")]
    NotAdmitted {
        /// Name of the user.
        user: String,
        /// Name of the application.
        application: String,
    },
    /// Their session at the application was terminated: they have to show again who they are.
    #[error("the session of {user} at {application} was terminated: sign in again")]
    Terminated {
        /// Name of the user.
        user: String,
        /// Name of the application.
        application: String,
    },
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sign-in to Sightline could not be looked up.
    #[error(transparent)]
    Console(#[from] ConsoleError),
    /// The session could not be written down.
    #[error(transparent)]
    NotOpened(#[from] hub::NotOpened),
}

/// All sign-ins at applications of this node. Cheap to clone.
#[derive(Clone)]
pub struct Applications {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    hub: Hub,
    console: Console,
    journal: Journal,
    place: Place,
    stopping: CancellationToken,
    known: Known,
    live: Mutex<AllLive>,
    /// Held while a sign-in gets a session, so that a page's many first requests get one.
    opening: tokio::sync::Mutex<()>,
    ends: OnceLock<UnboundedSender<Ended>>,
}

#[derive(Default)]
struct AllLive {
    by_key: HashMap<WebSsoKey, Live>,
    /// By the hash of the cookie.
    by_cookie: HashMap<String, WebSsoKey>,
    /// Whose last session was terminated; the store knows it, too, a moment later.
    terminated: HashSet<WebSsoKey>,
}

/// A sign-in whose session is open on this node.
#[derive(Clone)]
struct Live {
    held: Held,
    /// The sign-in that it came from, and its session.
    sign_in: (SessionId, watch::Receiver<Option<End>>),
    user: UserId,
    person: Arc<Person>,
    /// The directory's epoch when `person` was read.
    epoch: i64,
    cookie: Option<String>,
}

impl Applications {
    /// Nobody is signed in yet; those of the server's last run come back as they are looked for.
    #[must_use]
    pub fn new(
        store: Store,
        hub: Hub,
        console: Console,
        journal: Journal,
        place: Place,
        directory: watch::Receiver<i64>,
        stopping: CancellationToken,
    ) -> Self {
        let known = Known::new(store.clone(), directory);
        let (live, opening, ends) = (Mutex::default(), tokio::sync::Mutex::default(), OnceLock::new());
        Self {
            inner: Arc::new(Inner {
                store,
                hub,
                console,
                journal,
                place,
                stopping,
                known,
                live,
                opening,
                ends,
            }),
        }
    }

    /// Brings back what the server's last run left open: people are signed in at their applications whether they
    /// come by or not. One that cannot be brought back now is, when it is looked for.
    pub async fn come_back(&self) {
        let inner = &self.inner;
        let left = match inner.store.application_sign_ins_left_open(&inner.place.node).await {
            Ok(left) => left,
            Err(error) => {
                return tracing::warn!(%error, "sign-ins at applications come back when they are used");
            }
        };
        for (sign_in, application) in left {
            let key = WebSsoKey { sign_in: SignInKey::new(sign_in), application };
            if let Err(error) = self.find(&key).await {
                return tracing::warn!(%error, "sign-ins at applications come back when they are used");
            }
        }
    }

    /// The application that an address belongs to. No query in the usual case.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn at(&self, url: &Url) -> Result<Option<Arc<Application>>, StoreError> {
        self.inner.known.at(url).await
    }

    /// The application of that name, whatever its case. No query in the usual case.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn named(&self, name: &str) -> Result<Option<Arc<Application>>, StoreError> {
        self.inner.known.named(name).await
    }

    /// The application of that agent. No query in the usual case.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_agent(&self, agent: AgentId) -> Result<Option<Arc<Application>>, StoreError> {
        self.inner.known.of_agent(agent).await
    }

    /// The ends from now on, for whoever tells applications of them; may be taken once.
    #[must_use]
    pub fn ends(&self) -> Option<UnboundedReceiver<Ended>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.inner.ends.set(sender).ok().map(|()| receiver)
    }

    /// Signs somebody in to an application from an address: opens the session, or finds the one that is open.
    ///
    /// # Errors
    /// When they may not, or it could not be written down.
    pub async fn signed_in(
        &self,
        sign_in: &SignedIn,
        application: &Application,
        device: IpAddr,
    ) -> Result<WebSso, WebSsoError> {
        let inner = &self.inner;
        inner.running()?;
        let key = WebSsoKey { sign_in: sign_in.key.clone(), application: application.agent };
        let _one_at_a_time = inner.opening.lock().await;
        if let Some(found) = self.live_or_resumed(&key).await? {
            return Ok(found);
        }
        let epoch = inner.known.epoch();
        let (user, groups) = self.may_enter(sign_in, application, device).await?;
        let guard = inner.hub.open(inner.place.web_sso(&user, shown(device), application)).await?;
        inner.store.add_application_sign_in(key.sign_in.as_str(), key.application, guard.id()).await?;
        let event = Event::new(Action::SignIn, &user.name).by_user(user.id).from(device).session(guard.id());
        inner.journal.note(event.on(&application.name).detail("web application"));
        let live = inner.hold(&key, sign_in, guard, Person::new(&user, groups), epoch, None);
        Ok(live.seen(key))
    }

    /// Who somebody is for an application that they may sign in to now. A refusal is audited.
    ///
    /// # Errors
    /// When they may not.
    pub async fn may_enter(
        &self,
        sign_in: &SignedIn,
        application: &Application,
        device: IpAddr,
    ) -> Result<(User, Vec<String>), WebSsoError> {
        let inner = &self.inner;
        let key = WebSsoKey { sign_in: sign_in.key.clone(), application: application.agent };
        let (user, name) = (sign_in.known.viewer.name.clone(), application.name.clone());
        if inner.was_terminated(&key).await? {
            return Err(WebSsoError::Terminated { user, application: name });
        }
        let known = match sign_in.known.viewer.user_id {
            Some(id) => inner.store.user(id).await?.filter(|user| user.disabled_at.is_none()),
            None => None,
        };
        let Some(known) = known else {
            return Err(WebSsoError::NotAdmitted { user, application: name });
        };
        let Some(groups) = inner.store.admitted(known.id, application).await? else {
            let event = Event::new(Action::SignInFailed, &user).by_user(known.id).from(device);
            inner.journal.note(event.on(&name).detail("web application: no account on it is granted"));
            return Err(WebSsoError::NotAdmitted { user, application: name });
        };
        Ok((known, groups))
    }

    /// The sign-in of that key, with the person as the directory has them now; `None` when it is over. No query in
    /// the usual case.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, key: &WebSsoKey) -> Result<Option<WebSso>, WebSsoError> {
        self.inner.running()?;
        if let Some(live) = self.inner.live(key) {
            return self.fresh(key, live).await;
        }
        let _one_at_a_time = self.inner.opening.lock().await;
        self.live_or_resumed(key).await
    }

    /// The sign-in that a cookie of an application's host stands for; `None` when none (any more). The person is
    /// there: the session is not idle.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_cookie(&self, cookie: &str, application: AgentId) -> Result<Option<WebSso>, WebSsoError> {
        let hash = tokens::hash(cookie);
        let known = self.inner.all().by_cookie.get(&hash).cloned();
        let key = match known {
            Some(key) => key,
            None => match self.inner.store.application_sign_in_of_cookie(&hash).await? {
                Some((sign_in, application)) => WebSsoKey { sign_in: SignInKey::new(sign_in), application },
                None => return Ok(None),
            },
        };
        if key.application != application {
            return Ok(None);
        }
        let found = self.find(&key).await?;
        if let Some(live) = found.as_ref().and_then(|_| self.inner.live(&key)) {
            // What was found may be a newer session of the same sign-in, which the cookie does not stand for.
            if live.cookie.as_deref() != Some(&hash) {
                return Ok(None);
            }
            live.held.active();
        }
        Ok(found)
    }

    /// A new cookie for the application's host that stands for this sign-in, instead of the one before; `None` when
    /// it is over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn new_cookie(&self, found: &WebSso) -> Result<Option<String>, StoreError> {
        let inner = &self.inner;
        let cookie = tokens::random();
        let hash = tokens::hash(&cookie);
        let WebSsoKey { sign_in, application } = &found.key;
        if !inner.store.set_application_cookie(sign_in.as_str(), *application, found.session, &hash).await? {
            return Ok(None);
        }
        let mut all = inner.all();
        let Some(live) = all.by_key.get_mut(&found.key).filter(|live| live.held.session() == found.session)
        else {
            return Ok(None);
        };
        let before = live.cookie.replace(hash.clone());
        if let Some(before) = before {
            all.by_cookie.remove(&before);
        }
        all.by_cookie.insert(hash, found.key.clone());
        Ok(Some(cookie))
    }

    /// The application signs the person out; the session has ended when this returns.
    pub async fn end(&self, found: &WebSso) {
        let Some(live) = self.inner.live(&found.key) else { return };
        if live.held.session() == found.session {
            live.held.end(End::new(EndReason::SignedOut, Millis::now())).await;
            let application = self.inner.known.of_agent(found.key.application).await;
            let name = application.ok().flatten().map(|application| application.name.clone());
            let event =
                Event::new(Action::SignOut, &live.person.user).by_user(live.user).session(found.session);
            self.inner.journal.note(event.on(name.unwrap_or_default()).detail("web application"));
        }
    }

    /// Call it with `opening` locked.
    async fn live_or_resumed(&self, key: &WebSsoKey) -> Result<Option<WebSso>, WebSsoError> {
        match self.inner.live(key) {
            Some(live) => self.fresh(key, live).await,
            None => self.resume(key).await,
        }
    }

    /// A live sign-in, if it is not over, with the person read anew when the directory has changed since.
    async fn fresh(&self, key: &WebSsoKey, mut live: Live) -> Result<Option<WebSso>, WebSsoError> {
        let inner = &self.inner;
        if live.is_over(&inner.hub) {
            return Ok(None);
        }
        let epoch = inner.known.epoch();
        if live.epoch == epoch {
            return Ok(Some(live.seen(key.clone())));
        }
        let Some(person) = inner.person(live.user, key.application).await? else {
            let note = "may not sign in to it any more".into();
            let by = Some(hub::Viewer::command_line().name);
            live.held
                .end(End { by, note: Some(note), ..End::new(EndReason::Terminated, Millis::now()) })
                .await;
            return Ok(None);
        };
        live.person = Arc::new(person);
        live.epoch = epoch;
        if let Some(kept) = inner.all().by_key.get_mut(key)
            && kept.held.session() == live.held.session()
        {
            (kept.person, kept.epoch) = (Arc::clone(&live.person), epoch);
        }
        Ok(Some(live.seen(key.clone())))
    }

    async fn resume(&self, key: &WebSsoKey) -> Result<Option<WebSso>, WebSsoError> {
        let inner = &self.inner;
        let WebSsoKey { sign_in, application } = key;
        let resumable = inner.store.resumable_application_sign_in(sign_in.as_str(), *application).await?;
        let Some((device, cookie)) = resumable else { return Ok(None) };
        let Some(signed) = inner.console.of_key(sign_in).await? else { return Ok(None) };
        let epoch = inner.known.epoch();
        let Some(application) = inner.known.of_agent(*application).await? else { return Ok(None) };
        let user = match signed.known.viewer.user_id {
            Some(id) => inner.store.user(id).await?,
            None => None,
        };
        let Some(user) = user else { return Ok(None) };
        let Some(groups) = inner.store.admitted(user.id, &application).await? else { return Ok(None) };
        let guard = inner.hub.open(inner.place.web_sso(&user, device, &application)).await?;
        if !inner.store.resume_application_sign_in(sign_in.as_str(), application.agent, guard.id()).await? {
            return Ok(None);
        }
        let live = inner.hold(key, &signed, guard, Person::new(&user, groups), epoch, cookie);
        Ok(Some(live.seen(key.clone())))
    }
}

impl Inner {
    fn all(&self) -> MutexGuard<'_, AllLive> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// While the server stops, sessions end and sign-ins do not: nobody is to be told that they are signed out.
    fn running(&self) -> Result<(), hub::NotOpened> {
        match self.stopping.is_cancelled() {
            true => Err(hub::LedgerError("the server is stopping".into()).into()),
            false => Ok(()),
        }
    }

    /// Whether the last session of that key was terminated.
    async fn was_terminated(&self, key: &WebSsoKey) -> Result<bool, StoreError> {
        if let Some(live) = self.live(key)
            && live.is_over(&self.hub)
        {
            // Its keeper is about to say how.
            let _ = live.held.ended().wait_for(Option::is_some).await;
        }
        if self.all().terminated.contains(key) {
            return Ok(true);
        }
        self.store.application_sign_in_terminated(key.sign_in.as_str(), key.application).await
    }

    fn live(&self, key: &WebSsoKey) -> Option<Live> {
        self.all().by_key.get(key).cloned()
    }

    /// Who somebody is for an application; `None` when they may not sign in to it.
    async fn person(&self, user: UserId, application: AgentId) -> Result<Option<Person>, StoreError> {
        let Some(application) = self.known.of_agent(application).await? else { return Ok(None) };
        let Some(user) = self.store.user(user).await?.filter(|user| user.disabled_at.is_none()) else {
            return Ok(None);
        };
        let groups = self.store.admitted(user.id, &application).await?;
        Ok(groups.map(|groups| Person::new(&user, groups)))
    }

    /// Registers a sign-in and holds its session from now on.
    fn hold(
        self: &Arc<Self>,
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
        let (inner, key) = (Arc::clone(self), key.clone());
        tokio::spawn(keeper.run(move |end| {
            inner.forget(&key, session, end);
            if let Some(ends) = inner.ends.get() {
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

impl Live {
    /// Whether it, or the sign-in that it came from, has ended.
    fn is_over(&self, hub: &Hub) -> bool {
        let (session, ended) = &self.sign_in;
        self.held.is_over(hub) || ended.borrow().is_some() || hub.facts(*session).is_none()
    }

    fn seen(&self, key: WebSsoKey) -> WebSso {
        let (session, ended) = (self.held.session(), self.held.ended());
        WebSso { key, session, person: Arc::clone(&self.person), ended }
    }
}

impl Person {
    fn new(user: &User, groups: Vec<String>) -> Self {
        let User { id, name, full_name, email, .. } = user.clone();
        Self { id, user: name, full_name, email, groups }
    }
}
