//! Accounts: a login on an agent, with its sealed secret.

use hub::{RecordingRule, WatchPolicy};
use sqlx::Row;
use sqlx::any::AnyRow;
use wire::{AccountId, AgentId, Millis, UserId};

use super::directory::commit;
use super::rows::{number, parsed, policy, policy_text, recording, recording_text, unreadable};
use super::{AgentKind, DesktopRules, Store, StoreError};
use crate::audit::Event;
use crate::names;

/// What an account's secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A password.
    Password,
    /// A private key without a passphrase.
    PrivateKey,
    /// There is none: the account is a role in a web application, which people sign in to as themselves.
    Nothing,
}

impl SecretKind {
    /// The kind in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PrivateKey => "private key",
            Self::Nothing => "none",
        }
    }

    /// Refuses a secret that such an agent cannot be shown.
    ///
    /// # Errors
    /// What to give instead.
    pub fn fits(self, agent: AgentKind) -> Result<(), String> {
        match (agent, self) {
            (AgentKind::Ssh, Self::Password | Self::PrivateKey)
            | (AgentKind::Postgres | AgentKind::Rdp, Self::Password)
            | (AgentKind::Application, Self::Nothing) => Ok(()),
            (AgentKind::Application, _) => Err("people sign in to a web application as themselves: \
                 an account on it has no secret"
                .into()),
            (_, Self::Nothing) => {
                Err(format!("an account on {} has a secret: give its password", agent.words()))
            }
            (_, Self::PrivateKey) => Err(format!("{} takes no private key: give a password", agent.words())),
        }
    }
}

/// An account to be added. Its id is chosen by the caller, because the secret is sealed for it.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// Login on the agent.
    pub login: String,
    /// Name of the agent.
    pub agent: String,
    /// What the secret is.
    pub kind: SecretKind,
    /// The sealed secret.
    pub sealed: String,
    /// How the user learns of watchers.
    pub policy: WatchPolicy,
    /// Whether its sessions are recorded.
    pub recording: RecordingRule,
    /// What its desktops may do, if it is on one.
    pub desktop: DesktopRules,
}

/// One account as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// Login on the agent.
    pub login: String,
    /// Name of the agent.
    pub agent: String,
    /// Display name of the agent.
    pub display_name: String,
    /// What the secret is.
    pub secret: String,
    /// How the user learns of watchers.
    pub policy: WatchPolicy,
    /// Whether its sessions are recorded.
    pub recording: RecordingRule,
    /// What its desktops may do.
    pub desktop: DesktopRules,
    /// What speaks with the agent.
    pub agent_kind: AgentKind,
}

/// Everything that a connection to an account needs; the secret is still sealed.
#[derive(Clone, Debug)]
pub struct SealedAccount {
    /// Its id.
    pub id: AccountId,
    /// Login on the agent.
    pub login: String,
    /// What the secret is.
    pub kind: SecretKind,
    /// The sealed secret.
    pub sealed: String,
    /// How the user learns of watchers.
    pub policy: WatchPolicy,
    /// Whether its sessions are recorded.
    pub recording: RecordingRule,
    /// The agent.
    pub agent: AgentId,
    /// Its name.
    pub agent_name: String,
    /// Its display name.
    pub display_name: String,
    /// Its URL.
    pub service_url: String,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The group that it is reached through.
    pub group: Option<String>,
    /// Its pinned host key, as `TYPE BASE64`.
    pub pinned_key: Option<String>,
}

macro_rules! listed {
    ($end:literal) => {
        concat!(
            "SELECT accounts.id, accounts.login, accounts.secret_kind, accounts.watch_policy, ",
            "accounts.recording, accounts.record_keys, accounts.clipboard, ",
            "agents.name AS agent, agents.display_name, agents.kind FROM accounts ",
            "JOIN agents ON agents.id = accounts.agent_id ",
            $end
        )
    };
}

impl AccountRow {
    /// `LOGIN@AGENT`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}@{}", self.login, self.agent)
    }

    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(row, "id")?,
            login: row.try_get("login")?,
            agent: row.try_get("agent")?,
            display_name: row.try_get("display_name")?,
            secret: row.try_get("secret_kind")?,
            policy: policy(row, "watch_policy")?,
            recording: recording(row, "recording")?,
            desktop: DesktopRules::from_row(row)?,
            agent_kind: parsed(row, "kind")?,
        })
    }
}

impl Store {
    /// Adds an account.
    ///
    /// # Errors
    /// When there is no such agent, or the account is there already.
    pub async fn add_account(&self, new: NewAccount, event: Event) -> Result<(), StoreError> {
        names::login(&new.login).map_err(StoreError::Refused)?;
        let agent = self.expect_agent(&new.agent).await?;
        new.kind.fits(agent.kind).map_err(StoreError::Refused)?;
        let name = format!("{}@{}", new.login, agent.name);
        let mut tx = self.change().await?;
        sqlx::query(
            "INSERT INTO accounts (id, agent_id, login, secret_kind, secret_sealed, watch_policy, created_at, \
             recording, record_keys, clipboard) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new.id.to_string())
        .bind(agent.id.to_string())
        .bind(new.login)
        .bind(new.kind.as_str())
        .bind(new.sealed)
        .bind(policy_text(new.policy))
        .bind(Millis::now().0)
        .bind(recording_text(new.recording))
        .bind(i64::from(new.desktop.record_keys))
        .bind(i64::from(new.desktop.clipboard))
        .execute(&mut *tx)
        .await
        .map_err(|error| StoreError::if_taken(error, || format!("there is an account {name} already")))?;
        let mut said = format!(
            "{}, watch {}, recording {}",
            new.kind.as_str(),
            policy_text(new.policy),
            recording_text(new.recording)
        );
        if agent.kind == AgentKind::Rdp {
            said = format!("{said}, {}", new.desktop);
        }
        commit(tx, &event.on(name).detail(said)).await
    }

    /// Gives an account another secret, sealed for its id.
    ///
    /// # Errors
    /// When the agent takes no such secret.
    pub async fn set_secret(
        &self,
        account: &AccountRow,
        kind: SecretKind,
        sealed: String,
        event: Event,
    ) -> Result<(), StoreError> {
        kind.fits(self.expect_agent(&account.agent).await?.kind).map_err(StoreError::Refused)?;
        let mut tx = self.change().await?;
        sqlx::query("UPDATE accounts SET secret_kind = $2, secret_sealed = $3 WHERE id = $1")
            .bind(account.id.to_string())
            .bind(kind.as_str())
            .bind(sealed)
            .execute(&mut *tx)
            .await?;
        commit(tx, &event.on(account.name()).detail(kind.as_str())).await
    }

    /// Sets how an account's user learns of watchers and whether its sessions are recorded; what is
    /// `None` stays as it is. Holds for whoever joins, and for sessions that open, from now on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_account_rules(
        &self,
        account: &AccountRow,
        policy: Option<WatchPolicy>,
        recording: Option<RecordingRule>,
        event: Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        sqlx::query("UPDATE accounts SET watch_policy = $2, recording = $3 WHERE id = $1")
            .bind(account.id.to_string())
            .bind(policy_text(policy.unwrap_or(account.policy)))
            .bind(recording_text(recording.unwrap_or(account.recording)))
            .execute(&mut *tx)
            .await?;
        let changes = [
            policy.map(|policy| format!("watch {}", policy_text(policy))),
            recording.map(|rule| format!("recording {}", recording_text(rule))),
        ];
        let changes: Vec<_> = changes.into_iter().flatten().collect();
        commit(tx, &event.on(account.name()).detail(changes.join(", "))).await
    }

    /// Every account, by agent and login.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let rows =
            sqlx::query(listed!("ORDER BY agents.name_key, accounts.login")).fetch_all(&self.pool).await?;
        rows.iter().map(AccountRow::from_row).collect()
    }

    /// The account of that login and agent, or the refusal that says there is none.
    ///
    /// # Errors
    /// When there is none.
    pub async fn expect_account(&self, login: &str, agent: &str) -> Result<AccountRow, StoreError> {
        let row = sqlx::query(listed!("WHERE accounts.login = $1 AND agents.name_key = $2"))
            .bind(login)
            .bind(names::key(agent))
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => AccountRow::from_row(&row),
            None => StoreError::refused(format!("there is no account {login}@{agent}")),
        }
    }

    /// The accounts that a user may connect to on agents of a kind, by agent and login.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts_for(&self, user: UserId, kind: AgentKind) -> Result<Vec<AccountRow>, StoreError> {
        let rows = sqlx::query(listed!(
            "WHERE agents.kind = $2 AND EXISTS (SELECT 1 FROM grants WHERE grants.account_id = accounts.id \
             AND grants.user_id = $1 AND grants.kind IN ('owner', 'user')) \
             ORDER BY agents.name_key, accounts.login"
        ))
        .bind(user.to_string())
        .bind(kind.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(AccountRow::from_row).collect()
    }

    /// An account on an agent of that kind that a user may connect to: there is one, the user is not
    /// disabled and owns it or may use it. A manager may not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_for(
        &self,
        user: UserId,
        kind: AgentKind,
        login: &str,
        agent: &str,
    ) -> Result<Option<SealedAccount>, StoreError> {
        let row = sqlx::query(
            "SELECT accounts.id, accounts.login, accounts.secret_kind, accounts.secret_sealed, \
             accounts.watch_policy, accounts.recording, agents.id AS agent_id, agents.name AS agent, agents.display_name, \
             agents.service_url, agents.host, agents.port, jump_server_groups.name AS group_name, \
             host_keys.public_key AS pinned_key \
             FROM accounts JOIN agents ON agents.id = accounts.agent_id \
             LEFT JOIN jump_server_groups ON jump_server_groups.id = agents.group_id \
             LEFT JOIN host_keys ON host_keys.agent_id = agents.id \
             WHERE accounts.login = $2 AND agents.name_key = $3 AND agents.kind = $4 \
             AND EXISTS (SELECT 1 FROM grants JOIN users ON users.id = grants.user_id \
             WHERE grants.account_id = accounts.id AND grants.user_id = $1 \
             AND grants.kind IN ('owner', 'user') AND users.disabled_at IS NULL)",
        )
        .bind(user.to_string())
        .bind(login)
        .bind(names::key(agent))
        .bind(kind.as_str())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let kind: String = row.try_get("secret_kind")?;
        Ok(Some(SealedAccount {
            id: parsed(&row, "id")?,
            login: row.try_get("login")?,
            kind: [SecretKind::Password, SecretKind::PrivateKey, SecretKind::Nothing]
                .into_iter()
                .find(|known| known.as_str() == kind)
                .ok_or_else(|| unreadable("secret_kind", kind))?,
            sealed: row.try_get("secret_sealed")?,
            policy: policy(&row, "watch_policy")?,
            recording: recording(&row, "recording")?,
            agent: parsed(&row, "agent_id")?,
            agent_name: row.try_get("agent")?,
            display_name: row.try_get("display_name")?,
            service_url: row.try_get("service_url")?,
            host: row.try_get("host")?,
            port: number(&row, "port")?,
            group: row.try_get("group_name")?,
            pinned_key: row.try_get("pinned_key")?,
        }))
    }
}
