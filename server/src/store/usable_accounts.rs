//! The accounts that a person may connect to, as their own page lists them.

use sqlx::Row;
use sqlx::any::AnyRow;
use wire::{AccountId, UserId};

use super::rows::{number, parsed};
use super::{AgentKind, GrantKind, Store, StoreError};

/// An account that a user may connect to. Only the store makes one, from a grant of that moment: whoever opens
/// a session on it from a page takes one as an argument.
#[derive(Clone, Debug)]
pub struct UsableAccount {
    id: AccountId,
    user: UserId,
    login: String,
    agent: String,
    display_name: String,
    service_url: String,
    kind: AgentKind,
    grant: GrantKind,
}

macro_rules! usable {
    ($where:literal) => {
        concat!(
            "SELECT accounts.id, accounts.login, agents.name AS agent, agents.display_name, agents.service_url, ",
            "agents.kind, CAST(MAX(CASE WHEN grants.kind = 'owner' THEN 1 ELSE 0 END) AS BIGINT) AS owns ",
            "FROM grants JOIN users ON users.id = grants.user_id ",
            "JOIN accounts ON accounts.id = grants.account_id JOIN agents ON agents.id = accounts.agent_id ",
            "WHERE grants.user_id = $1 AND grants.kind IN ('owner', 'user') AND users.disabled_at IS NULL",
            $where,
            " GROUP BY accounts.id, accounts.login, agents.name, agents.name_key, agents.display_name, ",
            "agents.service_url, agents.kind ORDER BY agents.name_key, accounts.login"
        )
    };
}

impl UsableAccount {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> AccountId {
        self.id
    }

    /// Who may connect to it.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Login on the agent.
    #[must_use]
    pub fn login(&self) -> &str {
        &self.login
    }

    /// Name of the agent.
    #[must_use]
    pub fn agent(&self) -> &str {
        &self.agent
    }

    /// Display name of the agent.
    #[must_use]
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// URL of the agent.
    #[must_use]
    pub fn service_url(&self) -> &str {
        &self.service_url
    }

    /// What speaks with the agent.
    #[must_use]
    pub const fn kind(&self) -> AgentKind {
        self.kind
    }

    /// The most that the user holds of it: owner, or user.
    #[must_use]
    pub const fn grant(&self) -> GrantKind {
        self.grant
    }

    fn from_row(user: UserId, row: &AnyRow) -> Result<Self, StoreError> {
        let owns: i64 = number(row, "owns")?;
        Ok(Self {
            id: parsed(row, "id")?,
            user,
            login: row.try_get("login")?,
            agent: row.try_get("agent")?,
            display_name: row.try_get("display_name")?,
            service_url: row.try_get("service_url")?,
            kind: parsed(row, "kind")?,
            grant: if owns > 0 { GrantKind::Owner } else { GrantKind::User },
        })
    }
}

impl Store {
    /// Every account that a user owns or may use, by agent and login; none of a disabled user.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn usable_accounts(&self, user: UserId) -> Result<Vec<UsableAccount>, StoreError> {
        let rows = sqlx::query(usable!("")).bind(user.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| UsableAccount::from_row(user, row)).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn usable_account(
        &self,
        user: UserId,
        account: AccountId,
    ) -> Result<Option<UsableAccount>, StoreError> {
        let row = sqlx::query(usable!(" AND accounts.id = $2"))
            .bind(user.to_string())
            .bind(account.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| UsableAccount::from_row(user, &row)).transpose()
    }
}
