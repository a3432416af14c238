//! Web sign-ins: a random cookie whose hash the store keeps, and the `CONSOLE` session that lives as
//! long as the sign-in.
//!
//! Ending the session ends the sign-in and the other way round. After a restart of the server a
//! cookie that is still valid gets a new session, so nobody is signed out by a restart.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hub::{Hub, OpenSession};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wire::{End, EndReason, Millis, SessionId, UserId};

use crate::audit::{Action, Event};
use crate::auth::{Auth, Known};
use crate::crypto::tokens;
use crate::journal::Journal;
use crate::keeper::{Held, Keeper, Until};
use crate::place::Place;
use crate::store::{Store, StoreError, User};

/// How long a sign-in lasts at most, in seconds: a working day, then the password again.
pub const LIFETIME_SECONDS: i64 = 12 * 60 * 60;

/// Names a sign-in to the server itself: the hash of its cookie.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SignInKey(String);

impl SignInKey {
    /// The key of that text, as the store has it.
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }

    /// As the store has it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person's sign-in, as one request or socket sees it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Which sign-in.
    pub key: SignInKey,
    /// Who, with the rights of this moment.
    pub known: Known,
    /// The sign-in's `CONSOLE` session.
    pub session: SessionId,
    /// When it ends at the latest.
    pub expires_at: Millis,
    /// Turns `Some` when the sign-in ends: signed out, expired or terminated.
    pub ended: watch::Receiver<Option<End>>,
}

impl SignedIn {
    /// When the person showed who they are; a restart of the server changes nothing in that.
    #[must_use]
    pub const fn since(&self) -> Millis {
        Millis(self.expires_at.0 - LIFETIME_SECONDS * 1000)
    }
}

/// A sign-in that could not be made or looked up.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session could not be written down.
    #[error(transparent)]
    NotOpened(#[from] hub::NotOpened),
}

/// All web sign-ins of this node. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    hub: Hub,
    auth: Auth,
    journal: Journal,
    place: Place,
    stopping: CancellationToken,
    live: Mutex<HashMap<SignInKey, Live>>,
    /// Held while a sign-in gets a new session, so that a page's many first requests get one.
    resuming: tokio::sync::Mutex<()>,
}

/// A sign-in whose session is open on this node.
#[derive(Clone)]
struct Live {
    user: UserId,
    expires_at: Millis,
    held: Held,
}

impl Console {
    /// No sign-ins yet; those of the server's last run come back as they are used.
    #[must_use]
    pub fn new(
        store: Store,
        hub: Hub,
        auth: Auth,
        journal: Journal,
        place: Place,
        stopping: CancellationToken,
    ) -> Self {
        let (live, resuming) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { inner: Arc::new(Inner { store, hub, auth, journal, place, stopping, live, resuming }) }
    }

    /// Opens a `CONSOLE` session for a user whose password was right; the answer is the cookie's
    /// value.
    ///
    /// # Errors
    /// When it could not be written down.
    pub async fn sign_in(&self, user: &User, device: IpAddr) -> Result<String, ConsoleError> {
        let inner = &self.inner;
        let cookie = tokens::random();
        let key = SignInKey(tokens::hash(&cookie));
        let expires_at = Millis(Millis::now().0 + LIFETIME_SECONDS * 1000);
        let guard = inner.hub.open(inner.place.console(user, shown(device))).await?;
        inner.store.add_sign_in(&key.0, user.id, guard.id(), expires_at).await?;
        self.hold(key, user.id, guard, expires_at);
        Ok(cookie)
    }

    /// Who a cookie stands for; `None` when nobody (any more).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn signed_in(&self, cookie: &str, device: IpAddr) -> Result<Option<SignedIn>, ConsoleError> {
        let signed = self.find(&SignInKey(tokens::hash(cookie)), Some(device)).await?;
        Ok(signed.inspect(|(live, _)| live.held.active()).map(|(_, signed)| signed))
    }

    /// The sign-in of that key; `None` when it is over. The person need not be there: it was not they who asked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_key(&self, key: &SignInKey) -> Result<Option<SignedIn>, ConsoleError> {
        Ok(self.find(key, None).await?.map(|(_, signed)| signed))
    }

    async fn find(
        &self,
        key: &SignInKey,
        device: Option<IpAddr>,
    ) -> Result<Option<(Live, SignedIn)>, ConsoleError> {
        let inner = &self.inner;
        if inner.stopping.is_cancelled() {
            // Sessions end now, sign-ins do not: nobody is to be told that they are signed out.
            return Err(hub::NotOpened::from(hub::LedgerError("the server is stopping".into())).into());
        }
        let live = match inner.live(key) {
            Some(live) => live,
            None => match self.resume(key, device).await? {
                Some(live) => live,
                None => return Ok(None),
            },
        };
        if live.expires_at <= Millis::now() || live.held.is_over(&inner.hub) {
            return Ok(None);
        }
        let Some(known) = inner.auth.viewer(live.user).await? else { return Ok(None) };
        let signed = SignedIn {
            key: key.clone(),
            known,
            session: live.held.session(),
            expires_at: live.expires_at,
            ended: live.held.ended(),
        };
        Ok(Some((live, signed)))
    }

    /// Ends the sign-in behind a cookie; its session has ended when this returns.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), ConsoleError> {
        self.sign_out_of(&SignInKey(tokens::hash(cookie))).await
    }

    /// Ends the sign-in of that key; its session has ended when this returns.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_out_of(&self, key: &SignInKey) -> Result<(), ConsoleError> {
        let inner = &self.inner;
        let live = match inner.live(key) {
            Some(live) => live,
            None => {
                // After a restart, and before any other request: nothing is open, the cookie goes.
                inner.store.remove_sign_in(&key.0).await?;
                return Ok(());
            }
        };
        let user = inner.store.user(live.user).await?;
        live.held.end(End::new(EndReason::SignedOut, Millis::now())).await;
        if let Some(user) = user {
            let event = Event::new(Action::SignOut, user.name).by_user(user.id).session(live.held.session());
            inner.journal.note(event);
        }
        Ok(())
    }

    async fn resume(&self, key: &SignInKey, device: Option<IpAddr>) -> Result<Option<Live>, ConsoleError> {
        let inner = &self.inner;
        let _one_at_a_time = inner.resuming.lock().await;
        if let Some(live) = inner.live(key) {
            return Ok(Some(live));
        }
        let Some(row) = inner.store.resumable_sign_in(&key.0).await? else { return Ok(None) };
        let Some(user) = inner.store.user(row.user).await? else { return Ok(None) };
        let guard = inner.hub.open(inner.place.console(&user, device.map_or(row.device, shown))).await?;
        if !inner.store.resume_sign_in(&key.0, guard.id()).await? {
            return Ok(None);
        }
        Ok(Some(self.hold(key.clone(), user.id, guard, row.expires_at)))
    }

    /// Registers a sign-in and holds its session from now on.
    fn hold(&self, key: SignInKey, user: UserId, guard: OpenSession, expires_at: Millis) -> Live {
        let inner = Arc::clone(&self.inner);
        let (held, keeper) = Keeper::new(guard, Until::Time(expires_at), inner.stopping.clone());
        let live = Live { user, expires_at, held };
        inner.all().insert(key.clone(), live.clone());
        tokio::spawn(keeper.run(move |_| {
            inner.all().remove(&key);
        }));
        live
    }
}

impl Inner {
    fn all(&self) -> MutexGuard<'_, HashMap<SignInKey, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn live(&self, key: &SignInKey) -> Option<Live> {
        self.all().get(key).cloned()
    }
}

/// An address as sessions show it.
pub(crate) fn shown(device: IpAddr) -> String {
    device.to_canonical().to_string()
}
