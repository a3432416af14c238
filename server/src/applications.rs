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
mod live;
mod web_sso;

use std::net::IpAddr;
use std::sync::Arc;

use hub::Hub;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;
use wire::{AgentId, End, EndReason, Millis, UserId};

use crate::audit::{Action, Event};
use crate::console::{Console, SignInKey, SignedIn, shown};
use crate::crypto::tokens;
use crate::journal::Journal;
use crate::place::Place;
use crate::store::{Application, Store, StoreError, User};
use known::Known;
use live::{AllLive, Live};
pub use web_sso::{Ended, Person, WebSso, WebSsoError, WebSsoKey};

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
    live: AllLive,
    /// Held while a sign-in gets a session, so that a page's many first requests get one.
    opening: tokio::sync::Mutex<()>,
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
        let (live, opening) = (AllLive::new(stopping.clone()), tokio::sync::Mutex::default());
        Self {
            inner: Arc::new(Inner { store, hub, console, journal, place, stopping, known, live, opening }),
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
        self.inner.live.ends()
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
        let live = inner.live.hold(&key, sign_in, guard, Person::new(&user, groups), epoch, None);
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
        if let Some(live) = self.inner.live.get(key) {
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
        let known = self.inner.live.of_cookie(&hash);
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
        if let Some(live) = found.as_ref().and_then(|_| self.inner.live.get(&key)) {
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
        Ok(inner.live.set_cookie(&found.key, found.session, hash).then_some(cookie))
    }

    /// The application signs the person out; the session has ended when this returns.
    pub async fn end(&self, found: &WebSso) {
        let Some(live) = self.inner.live.get(&found.key) else { return };
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
        match self.inner.live.get(key) {
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
        inner.live.refresh(key, &live);
        Ok(Some(live.seen(key.clone())))
    }

    async fn resume(&self, key: &WebSsoKey) -> Result<Option<WebSso>, WebSsoError> {
        let inner = &self.inner;
        let WebSsoKey { sign_in, application } = key;
        let lost = EndReason::NodeLost;
        let resumable = inner.store.ended_application_sign_in(sign_in.as_str(), *application, lost).await?;
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
        let live = inner.live.hold(key, &signed, guard, Person::new(&user, groups), epoch, cookie);
        Ok(Some(live.seen(key.clone())))
    }
}

impl Inner {
    /// While the server stops, sessions end and sign-ins do not: nobody is to be told that they are signed out.
    fn running(&self) -> Result<(), hub::NotOpened> {
        match self.stopping.is_cancelled() {
            true => Err(hub::LedgerError("the server is stopping".into()).into()),
            false => Ok(()),
        }
    }

    /// Whether the last session of that key was terminated.
    async fn was_terminated(&self, key: &WebSsoKey) -> Result<bool, StoreError> {
        if let Some(live) = self.live.get(key)
            && live.is_over(&self.hub)
        {
            // Its keeper is about to say how.
            let _ = live.held.ended().wait_for(Option::is_some).await;
        }
        if self.live.was_terminated(key) {
            return Ok(true);
        }
        let WebSsoKey { sign_in, application } = key;
        let ended =
            self.store.ended_application_sign_in(sign_in.as_str(), *application, EndReason::Terminated);
        Ok(ended.await?.is_some())
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
}
