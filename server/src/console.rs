//! Web sign-ins: a random cookie whose hash the store keeps, and the `CONSOLE` session that lives as
//! long as the sign-in.
//!
//! Ending the session ends the sign-in and the other way round. After a restart of the server a
//! cookie that is still valid gets a new session, so nobody is signed out by a restart.

mod keeper;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use hub::{Facts, Hub, Opening, RecordingRule, ScreenKind, WatchPolicy};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use wire::{End, EndAsked, Millis, Session, SessionId, SessionType, UserId};

use crate::audit::{Action, Event};
use crate::auth::{Auth, Known};
use crate::crypto::tokens;
use crate::journal::Journal;
use crate::store::{Store, StoreError, User};
use keeper::{Command, Keeper};

/// How long a sign-in lasts at most, in seconds: a working day, then the password again.
pub const LIFETIME_SECONDS: i64 = 12 * 60 * 60;
/// What the page shows as the service provider of a sign-in.
const SERVICE_PROVIDER: &str = "Sightline console";
/// Commands that wait for a keeper; more activity than that says nothing new.
const COMMANDS: usize = 8;

/// A person's sign-in, as one request or socket sees it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who, with the rights of this moment.
    pub known: Known,
    /// The sign-in's `CONSOLE` session.
    pub session: SessionId,
    /// When it ends at the latest.
    pub expires_at: Millis,
    /// Turns `Some` when the sign-in ends: signed out, expired or terminated.
    pub ended: watch::Receiver<Option<End>>,
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

/// What every `CONSOLE` session of this node says of the node.
#[derive(Clone, Debug)]
pub struct Place {
    /// Name of the node.
    pub node: String,
    /// Port of the web server.
    pub port: u16,
    /// The address that people open.
    pub public_url: String,
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
    live: Mutex<HashMap<String, Live>>,
    /// Held while a sign-in gets a new session, so that a page's many first requests get one.
    resuming: tokio::sync::Mutex<()>,
}

/// A sign-in whose session is open on this node.
#[derive(Clone)]
struct Live {
    user: UserId,
    session: SessionId,
    expires_at: Millis,
    ended: watch::Receiver<Option<End>>,
    commands: mpsc::Sender<Command>,
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
        let hash = tokens::hash(&cookie);
        let now = Millis::now();
        let expires_at = Millis(now.0 + LIFETIME_SECONDS * 1000);
        let guard = inner.hub.open(inner.opening(user, device, now)).await?;
        inner.store.add_sign_in(&hash, user.id, guard.id(), expires_at).await?;
        Keeper::start(inner, hash, user.id, guard, expires_at);
        Ok(cookie)
    }

    /// Who a cookie stands for; `None` when nobody (any more).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn signed_in(&self, cookie: &str, device: IpAddr) -> Result<Option<SignedIn>, ConsoleError> {
        let inner = &self.inner;
        if inner.stopping.is_cancelled() {
            // Sessions end now, sign-ins do not: nobody is to be told that they are signed out.
            return Err(hub::NotOpened::from(hub::LedgerError("the server is stopping".into())).into());
        }
        let hash = tokens::hash(cookie);
        let live = match inner.live(&hash) {
            Some(live) => live,
            None => match self.resume(&hash, device).await? {
                Some(live) => live,
                None => return Ok(None),
            },
        };
        // The hub forgets a terminated session before its keeper hears of it: ask the hub, too.
        let over = live.ended.borrow().is_some()
            || live.expires_at <= Millis::now()
            || inner.hub.facts(live.session).is_none();
        if over {
            return Ok(None);
        }
        let Some(known) = inner.auth.viewer(live.user).await? else { return Ok(None) };
        // Full means that the keeper is about to note activity anyway.
        let _ = live.commands.try_send(Command::Active);
        let Live { session, expires_at, ended, .. } = live;
        Ok(Some(SignedIn { known, session, expires_at, ended }))
    }

    /// Ends the sign-in behind a cookie; its session has ended when this returns.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), ConsoleError> {
        let inner = &self.inner;
        let hash = tokens::hash(cookie);
        let live = match inner.live(&hash) {
            Some(live) => live,
            None => {
                // After a restart, and before any other request: nothing is open, the cookie goes.
                inner.store.remove_sign_in(&hash).await?;
                return Ok(());
            }
        };
        let user = inner.store.user(live.user).await?;
        let mut ended = live.ended.clone();
        if live.commands.send(Command::SignOut).await.is_ok() {
            // An error means that the keeper is gone, and with it the session.
            let _ = ended.wait_for(Option::is_some).await;
        }
        if let Some(user) = user {
            let event = Event::new(Action::SignOut, user.name).by_user(user.id).session(live.session);
            inner.journal.note(event);
        }
        Ok(())
    }

    async fn resume(&self, hash: &str, device: IpAddr) -> Result<Option<Live>, ConsoleError> {
        let inner = &self.inner;
        let _one_at_a_time = inner.resuming.lock().await;
        if let Some(live) = inner.live(hash) {
            return Ok(Some(live));
        }
        let Some(row) = inner.store.resumable_sign_in(hash).await? else { return Ok(None) };
        let Some(user) = inner.store.user(row.user).await? else { return Ok(None) };
        let guard = inner.hub.open(inner.opening(&user, device, Millis::now())).await?;
        if !inner.store.resume_sign_in(hash, guard.id()).await? {
            return Ok(None);
        }
        Ok(Some(Keeper::start(inner, hash.to_owned(), user.id, guard, row.expires_at)))
    }
}

impl Inner {
    fn live(&self, hash: &str) -> Option<Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    fn opening(&self, user: &User, device: IpAddr, now: Millis) -> Opening {
        let Place { node, port, public_url } = self.place.clone();
        let id = SessionId::generate();
        Opening {
            session: Session {
                id,
                user: user.name.clone(),
                full_name: user.full_name.clone(),
                device: device.to_canonical().to_string(),
                client: node.clone(),
                started_at: now,
                kind: SessionType::Console,
                port,
                service_url: public_url,
                account_name: user.name.clone(),
                service_provider: SERVICE_PROVIDER.into(),
                agent: None,
                jump_server_group: None,
                watchers: 0,
                last_active_at: now,
                recorded: false,
                user_reported: false,
                end_asked: EndAsked::No,
                node,
            },
            facts: Facts { session: id, user: Some(user.id), account: None, policy: WatchPolicy::Announced },
            screen: ScreenKind::None,
            recording: RecordingRule::Off,
        }
    }
}
