//! Tells applications that a session has ended (Back-Channel Logout 1.0), again and again for a while, also after a
//! restart. Whether an application took it stands in the audit.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};
use wire::Millis;

use super::claims::{LOGOUT_TOKEN, logout};
use super::keys::Keys;
use super::provider::{OidcError, key_of};
use crate::applications::{Applications, Ended};
use crate::audit::{Action, Event};
use crate::journal::Journal;
use crate::store::{Logout, Store};

/// How long an application may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between the first two tries; each one after waits twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// After this long an application is not told any more: it has restarted, or is gone.
const LONGEST_MS: i64 = 30 * 60 * 1000;
/// Applications that are spoken with at once: each takes a thread.
const AT_ONCE: usize = 8;
/// How often what was missed is looked for.
const EVERY: Duration = Duration::from_secs(5 * 60);

/// Why an application was not told.
enum Untold {
    /// It may be told later.
    Yet(String),
    /// It does not want to be told.
    Ever(String),
}

/// Tells applications. Cheap to clone.
#[derive(Clone)]
pub struct Teller {
    store: Store,
    applications: Applications,
    journal: Journal,
    keys: Keys,
    issuer: String,
    node: String,
    agent: Agent,
    room: Arc<Semaphore>,
    telling: TaskTracker,
}

impl Teller {
    /// A teller of ends on this node.
    #[must_use]
    pub fn new(
        store: Store,
        applications: Applications,
        journal: Journal,
        keys: Keys,
        issuer: String,
        node: String,
    ) -> Self {
        // What the machine trusts: applications of an organisation have certificates of its own authority.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .tls_config(tls)
            .build();
        let (room, telling) = (Arc::new(Semaphore::new(AT_ONCE)), TaskTracker::new());
        Self { store, applications, journal, keys, issuer, node, agent: config.into(), room, telling }
    }

    /// Tells until the server stops; what is left is told after the next start.
    ///
    /// # Errors
    /// Never: what cannot be done now is tried again.
    pub async fn run(self, stopping: CancellationToken) -> anyhow::Result<()> {
        stopping.clone().run_until_cancelled_owned(self.work(stopping)).await;
        Ok(())
    }

    async fn work(self, stopping: CancellationToken) {
        let Some(mut ends) = self.applications.ends() else { return };
        if let Err(error) = self.resume(&stopping).await {
            tracing::error!(%error, "sign-ins to applications of the last run are not all resumed");
        }
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                ended = next(&mut ends) => self.ended(ended, &stopping).await,
                _ = tick.tick() => self.tidy(&stopping).await,
            };
            if let Err(error) = done {
                tracing::error!(%error, "the end of a sign-in to an application is not written down yet");
            }
        }
    }

    /// Sessions of the last run come back under the `sid` that applications know; what ended meanwhile is told.
    async fn resume(&self, stopping: &CancellationToken) -> Result<(), OidcError> {
        for waiting in self.store.oidc_logouts(&self.node).await? {
            self.tell(waiting, stopping);
        }
        for sign_in in self.store.oidc_sign_ins_to_resume(&self.node).await? {
            let key = key_of(&sign_in);
            match self.applications.find(&key).await? {
                Some(found) => {
                    self.store.oidc_sid(&sign_in.sign_in, sign_in.agent, sign_in.user, found.session).await?;
                }
                None => self.end(&sign_in.sign_in, sign_in.agent, sign_in.session, stopping).await?,
            }
        }
        Ok(())
    }

    async fn ended(&self, ended: Ended, stopping: &CancellationToken) -> Result<(), OidcError> {
        let Ended { key, session, .. } = ended;
        self.end(key.sign_in.as_str(), key.application, session, stopping).await
    }

    async fn end(
        &self,
        sign_in: &str,
        application: wire::AgentId,
        session: wire::SessionId,
        stopping: &CancellationToken,
    ) -> Result<(), OidcError> {
        let over = self.store.end_oidc_sign_in(sign_in, application, session, Millis::now()).await?;
        if let Some(over) = over {
            self.tell(over, stopping);
        }
        Ok(())
    }

    /// Ends that could not be written down when they came, and grants that are over.
    async fn tidy(&self, stopping: &CancellationToken) -> Result<(), OidcError> {
        let now = Millis::now();
        for over in self.store.end_left_oidc_sessions(&self.node, now).await? {
            self.tell(over, stopping);
        }
        Ok(self.store.forget_old_oidc_grants(now).await?)
    }

    fn tell(&self, over: Logout, stopping: &CancellationToken) {
        let telling = self.clone().told(over);
        self.telling.spawn(stopping.clone().run_until_cancelled_owned(async {
            if let Err(error) = telling.await {
                tracing::error!(%error, "an application is told after the next start that a session has ended");
            }
        }));
    }

    /// Tells one application until it takes it or the time is over; the audit says what came of it.
    async fn told(self, over: Logout) -> Result<(), OidcError> {
        let Some(application) = self.applications.of_agent(over.agent).await? else {
            return Ok(self.store.oidc_logout_done(&over.sid).await?);
        };
        let user = self.store.user(over.user).await?.map(|user| user.name).unwrap_or_default();
        let event = |action, detail: String| {
            let event = Event::new(action, "sightline").session(over.session).detail(detail);
            self.journal.note(event.on(format!("{user}: {}", application.name)));
        };
        let Some(url) = application.back_channel.clone() else {
            event(Action::ApplicationNotTold, "it has no address to be told at".into());
            return Ok(self.store.oidc_logout_done(&over.sid).await?);
        };
        let mut wait = FIRST_WAIT;
        let mut tries = 1_u32;
        let untold = loop {
            let claims =
                logout(&self.issuer, &application.name, &over.user.to_string(), &over.sid, Millis::now());
            let token = self.keys.current().await?.sign(LOGOUT_TOKEN, &claims)?;
            match self.post(url.clone(), token).await {
                Ok(()) => {
                    event(Action::ApplicationTold, format!("it has signed the user out (try {tries})"));
                    return Ok(self.store.oidc_logout_done(&over.sid).await?);
                }
                Err(Untold::Ever(why)) => break why,
                Err(Untold::Yet(why)) if Millis::now().since(over.ended_at) >= LONGEST_MS => break why,
                Err(Untold::Yet(why)) => {
                    if tries == 1 {
                        tracing::warn!(
                            application = application.name,
                            why,
                            "not told of an end: trying again"
                        );
                    }
                }
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
            tries = tries.saturating_add(1);
        };
        tracing::error!(application = application.name, tries, why = untold, "not told of an end");
        event(Action::ApplicationNotTold, format!("{untold} (tries: {tries})"));
        Ok(self.store.oidc_logout_done(&over.sid).await?)
    }

    /// One try (Back-Channel Logout 1.0, 2.5 and 2.8).
    async fn post(&self, url: String, token: String) -> Result<(), Untold> {
        let _room = self.room.acquire().await;
        let agent = self.agent.clone();
        let posted = tokio::task::spawn_blocking(move || {
            agent.post(&url).send_form([("logout_token", &token)]).map(|answer| answer.status().as_u16())
        });
        match posted.await {
            Ok(Ok(200..=299)) => Ok(()),
            Ok(Ok(400)) => Err(Untold::Ever("it refused: status 400".into())),
            Ok(Ok(status)) => Err(Untold::Yet(format!("it answered with status {status}"))),
            Ok(Err(error)) => Err(Untold::Yet(format!("it does not answer: {error}"))),
            Err(_) => Err(Untold::Yet("the server was busy".into())),
        }
    }
}

/// The next end; never, when nobody is left who could say so.
async fn next(ends: &mut UnboundedReceiver<Ended>) -> Ended {
    match ends.recv().await {
        Some(ended) => ended,
        None => std::future::pending().await,
    }
}
