//! A gateway's directory over the store: agents of the kind that it speaks to, and nothing else.

use std::net::IpAddr;

use async_trait::async_trait;
use gateway_ssh::{
    Account, Connection, Directory, DirectoryError, HostKeyCheck, Refused, Secret, SignIn, Targets, User,
};
use tokio::runtime::Handle;
use wire::{AgentId, UserId};

use crate::audit::{Action, Event};
use crate::auth::{Auth, Door, Outcome};
use crate::crypto::pins;
use crate::crypto::vault::Vault;
use crate::journal::Journal;
use crate::store::{self, AgentKind, PinnedKey, SealedAccount, SecretKind, Store};

/// Users, accounts, grants and what targets prove themselves with, for the gateway to agents of one kind.
#[derive(Clone)]
pub struct StoreDirectory {
    pub(super) store: Store,
    kind: AgentKind,
    pub(super) auth: Auth,
    vault: Vault,
    pub(super) journal: Journal,
    runtime: Handle,
}

impl StoreDirectory {
    /// A directory whose database work runs on the runtime of the caller.
    #[must_use]
    pub fn new(store: Store, kind: AgentKind, auth: Auth, vault: Vault, journal: Journal) -> Self {
        Self { store, kind, auth, vault, journal, runtime: Handle::current() }
    }

    pub(super) async fn here<T, E, F>(&self, work: F) -> Result<T, DirectoryError>
    where
        T: Send + 'static,
        E: std::fmt::Display + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        match self.runtime.spawn(work).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                tracing::error!(%error, "the directory failed");
                Err(DirectoryError(error.to_string()))
            }
            Err(_) => Err(DirectoryError("the server is stopping".into())),
        }
    }
}

#[async_trait]
impl Directory for StoreDirectory {
    async fn password(&self, user: &str, password: &str, from: IpAddr) -> Result<SignIn, DirectoryError> {
        let (auth, user) = (self.auth.clone(), user.to_owned());
        let password = zeroize::Zeroizing::new(password.to_owned());
        let outcome =
            self.here(async move { auth.password(&user, &password, from, Door::Ssh).await }).await?;
        Ok(match outcome {
            Outcome::Accepted(user) => SignIn::Accepted(known(user)),
            Outcome::Disabled | Outcome::Wrong => SignIn::Refused,
            Outcome::Throttled(_) => SignIn::Throttled,
        })
    }

    async fn public_key(
        &self,
        user: &str,
        key: &str,
        from: IpAddr,
        proven: bool,
    ) -> Result<SignIn, DirectoryError> {
        let (auth, user, key) = (self.auth.clone(), user.to_owned(), key.to_owned());
        let found = self.here(async move { auth.public_key(&user, &key, from, proven).await }).await?;
        Ok(found.map_or(SignIn::Refused, |user| SignIn::Accepted(known(user))))
    }

    async fn accounts(&self, user: UserId) -> Result<Vec<Account>, DirectoryError> {
        let (store, kind) = (self.store.clone(), self.kind);
        let rows = self.here(async move { store.accounts_for(user, kind).await }).await?;
        let account = |row: store::AccountRow| Account {
            login: row.login,
            agent: row.agent,
            display_name: row.display_name,
        };
        Ok(rows.into_iter().map(account).collect())
    }
}

#[async_trait]
impl Targets for StoreDirectory {
    async fn connection(
        &self,
        user: UserId,
        login: &str,
        agent: &str,
    ) -> Result<Option<Connection>, DirectoryError> {
        let (store, kind) = (self.store.clone(), self.kind);
        let (login, agent) = (login.to_owned(), agent.to_owned());
        let found = self.here(async move { store.account_for(user, kind, &login, &agent).await }).await?;
        found.map(|sealed| self.unsealed(sealed)).transpose()
    }

    async fn check_host_key(&self, agent: AgentId, key: &str) -> Result<HostKeyCheck, DirectoryError> {
        let (store, key) = (self.store.clone(), key.to_owned());
        let fingerprint = pins::fingerprint(&key).unwrap_or_default();
        let checked = self.here(async move { store.check_host_key(agent, &key).await }).await?;
        let event = |action| Event::new(action, "gateway").on(agent.to_string());
        Ok(match checked {
            PinnedKey::Same => HostKeyCheck::Known,
            PinnedKey::First => {
                self.journal.note(event(Action::HostKeyPinned).detail(fingerprint));
                HostKeyCheck::Known
            }
            PinnedKey::Other(pinned) => {
                self.journal.note(
                    event(Action::HostKeyChanged).detail(format!("pinned {pinned}, shown {fingerprint}")),
                );
                HostKeyCheck::Changed { pinned }
            }
        })
    }

    async fn refused(&self, refused: Refused) {
        let Refused { user, from, account, reason } = refused;
        let event = Event::new(Action::ConnectionRefused, user.name).by_user(user.id).from(from);
        self.journal.note(event.on(account).detail(reason));
    }
}

impl StoreDirectory {
    fn unsealed(&self, sealed: SealedAccount) -> Result<Connection, DirectoryError> {
        let secret = self.vault.open_secret(sealed.id, &sealed.sealed).map_err(|error| {
            tracing::error!(%error, account = %sealed.id, "a connection cannot be made");
            DirectoryError(error.to_string())
        })?;
        Ok(Connection {
            account: sealed.id,
            login: sealed.login,
            agent: sealed.agent,
            agent_name: sealed.agent_name,
            display_name: sealed.display_name,
            jump_server_group: sealed.group,
            host: sealed.host,
            port: sealed.port,
            service_url: sealed.service_url,
            pinned_key: sealed.pinned_key,
            secret: match sealed.kind {
                SecretKind::Password => Secret::Password(secret),
                SecretKind::PrivateKey => Secret::PrivateKey(secret),
                SecretKind::Nothing => return Err(DirectoryError("the account has no secret".into())),
            },
            policy: sealed.policy,
            recording: sealed.recording,
        })
    }
}

pub(super) fn known(user: store::User) -> User {
    User { id: user.id, name: user.name, full_name: user.full_name }
}
