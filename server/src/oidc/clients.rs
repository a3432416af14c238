//! Whether an application is who it says. Wrong secrets are counted by address, as wrong passwords are.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use subtle::ConstantTimeEq;

use super::credentials::Credentials;
use crate::applications::Applications;
use crate::audit::{Action, Event};
use crate::crypto::tokens;
use crate::journal::Journal;
use crate::store::{Application, StoreError};
use crate::throttle::Throttle;

/// Longest name that goes into an audit event as it was sent, in characters.
const SENT_NAME_MAX: usize = 64;

/// Why it is not.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// No such application, or not that secret.
    #[error("there is no application with that client id and secret")]
    Wrong,
    /// Too many wrong secrets; not looked at.
    #[error("too many wrong client secrets: wait {} seconds", .0.as_secs().max(1))]
    Throttled(Duration),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks at secrets.
pub(super) struct Clients {
    applications: Applications,
    journal: Journal,
    throttle: Throttle,
}

impl Clients {
    pub(super) fn new(applications: Applications, journal: Journal) -> Self {
        Self { applications, journal, throttle: Throttle::default() }
    }

    /// The application with these credentials.
    pub(super) async fn proved(
        &self,
        credentials: &Credentials,
        from: IpAddr,
    ) -> Result<Arc<Application>, NoClient> {
        // By name and address: somebody elsewhere must not keep the application from its own sign-ins.
        let whose = format!("{} {from}", credentials.id);
        let attempt = self.throttle.attempt(&whose, from).map_err(NoClient::Throttled)?;
        let application = self.named(&credentials.id).await?;
        let hash = tokens::hash(&credentials.secret);
        let right = application
            .filter(|application| bool::from(application.secret_hash.as_bytes().ct_eq(hash.as_bytes())));
        if let Some(application) = right {
            attempt.succeeded();
            return Ok(application);
        }
        let sent: String = credentials.id.chars().filter(|c| !c.is_control()).take(SENT_NAME_MAX).collect();
        let event =
            Event::new(Action::SignInFailed, &sent).from(from).detail("application: wrong client secret");
        self.journal.note(event);
        if attempt.tips {
            tracing::warn!(%from, application = ?sent, "client secrets are throttled after repeated failures");
            self.journal.note(Event::new(Action::SignInThrottled, sent).from(from));
        }
        Err(NoClient::Wrong)
    }

    /// The application whose name is the client id, to the letter.
    pub(super) async fn named(&self, id: &str) -> Result<Option<Arc<Application>>, StoreError> {
        Ok(self.applications.named(id).await?.filter(|application| application.name == id))
    }
}
