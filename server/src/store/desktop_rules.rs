//! What desktops on an account may do.

use std::fmt;

use sqlx::any::AnyRow;
use wire::AccountId;

use super::directory::commit;
use super::rows::number;
use super::{AccountRow, AgentKind, Store, StoreError};
use crate::audit::Event;

/// What desktops on one account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DesktopRules {
    /// Whether a recording has the keys that are pressed, and not only that some were.
    pub record_keys: bool,
    /// Whether text goes from clipboard to clipboard.
    pub clipboard: bool,
}

impl Default for DesktopRules {
    fn default() -> Self {
        Self { record_keys: false, clipboard: true }
    }
}

impl fmt::Display for DesktopRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "keys {}, clipboard {}", keys_text(self.record_keys), clipboard_text(self.clipboard))
    }
}

/// Whether keys are recorded, as lists and the command line write it.
const fn keys_text(record: bool) -> &'static str {
    if record { "recorded" } else { "masked" }
}

const fn clipboard_text(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

impl DesktopRules {
    pub(super) fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        let is_set = |column| number::<i64>(row, column).map(|value| value != 0);
        Ok(Self { record_keys: is_set("record_keys")?, clipboard: is_set("clipboard")? })
    }
}

impl Store {
    /// What desktops on an account may do; none when there is no such account.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn desktop_rules(&self, account: AccountId) -> Result<Option<DesktopRules>, StoreError> {
        let row = sqlx::query("SELECT record_keys, clipboard FROM accounts WHERE id = $1")
            .bind(account.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| DesktopRules::from_row(&row)).transpose()
    }

    /// Sets what desktops on an account may do, for sessions that open from now on; what is `None` stays as it is.
    ///
    /// # Errors
    /// When the account is on no desktop.
    pub async fn set_desktop_rules(
        &self,
        account: &AccountRow,
        record_keys: Option<bool>,
        clipboard: Option<bool>,
        event: Event,
    ) -> Result<(), StoreError> {
        let kind = self.expect_agent(&account.agent).await?.kind;
        if kind != AgentKind::Rdp {
            return StoreError::refused(format!(
                "{} is on {}: keys and clipboard are rules of desktops",
                account.name(),
                kind.words()
            ));
        }
        let rules = DesktopRules {
            record_keys: record_keys.unwrap_or(account.desktop.record_keys),
            clipboard: clipboard.unwrap_or(account.desktop.clipboard),
        };
        let mut tx = self.change().await?;
        sqlx::query("UPDATE accounts SET record_keys = $2, clipboard = $3 WHERE id = $1")
            .bind(account.id.to_string())
            .bind(i64::from(rules.record_keys))
            .bind(i64::from(rules.clipboard))
            .execute(&mut *tx)
            .await?;
        let changes = [
            record_keys.map(|record| format!("keys {}", keys_text(record))),
            clipboard.map(|on| format!("clipboard {}", clipboard_text(on))),
        ];
        let changes: Vec<_> = changes.into_iter().flatten().collect();
        commit(tx, &event.on(account.name()).detail(changes.join(", "))).await
    }
}
