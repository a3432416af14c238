//! Grants: who owns, manages or may use an account.

use wire::Millis;

use super::directory::commit;
use super::{AccountRow, Store, StoreError, User};
use crate::audit::Event;

/// What a grant gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantKind {
    /// May connect, and watches others.
    Owner,
    /// Edits the account and its grants; neither connects nor watches.
    Manager,
    /// May connect.
    User,
}

impl GrantKind {
    /// The kind in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::User => "user",
        }
    }
}

impl Store {
    /// Gives a grant; a grant that is there already stays as it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_grant(
        &self,
        user: &User,
        kind: GrantKind,
        account: &AccountRow,
        event: Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        let added = sqlx::query(
            "INSERT INTO grants (user_id, account_id, kind, granted_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (user_id, account_id, kind) DO NOTHING",
        )
        .bind(user.id.to_string())
        .bind(account.id.to_string())
        .bind(kind.as_str())
        .bind(Millis::now().0)
        .execute(&mut *tx)
        .await?;
        if added.rows_affected() == 0 {
            return Ok(());
        }
        commit(tx, &described(event, user, kind, account)).await
    }

    /// Takes a grant away.
    ///
    /// # Errors
    /// When the user does not hold it.
    pub async fn remove_grant(
        &self,
        user: &User,
        kind: GrantKind,
        account: &AccountRow,
        event: Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        let removed = sqlx::query("DELETE FROM grants WHERE user_id = $1 AND account_id = $2 AND kind = $3")
            .bind(user.id.to_string())
            .bind(account.id.to_string())
            .bind(kind.as_str())
            .execute(&mut *tx)
            .await?;
        if removed.rows_affected() == 0 {
            let (name, kind) = (&user.name, kind.as_str());
            return StoreError::refused(format!(
                "{name} does not hold the {kind} grant on {}",
                account.name()
            ));
        }
        commit(tx, &described(event, user, kind, account)).await
    }
}

fn described(event: Event, user: &User, kind: GrantKind, account: &AccountRow) -> Event {
    event.on(account.name()).detail(format!("{} {}", kind.as_str(), user.name))
}
