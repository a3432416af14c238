//! The directory's epoch: one number that every change of users, agents, accounts and grants bumps,
//! so that a running server learns of changes made beside it.

use sqlx::{Any, Row, Transaction};

use super::{Store, StoreError, audit_events};
use crate::audit::Event;

impl Store {
    /// Begins a change of the directory. The bump comes first: it makes such changes wait for one
    /// another, on PostgreSQL too.
    pub(super) async fn change(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE meta SET value = value + 1 WHERE key = 'directory_epoch'")
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// The epoch now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn directory_epoch(&self) -> Result<i64, StoreError> {
        let row =
            sqlx::query("SELECT value FROM meta WHERE key = 'directory_epoch'").fetch_one(&self.pool).await?;
        Ok(row.try_get("value")?)
    }
}

/// Ends a change: its audit event is written in the same transaction, so neither is without the
/// other.
pub(super) async fn commit(mut tx: Transaction<'static, Any>, event: &Event) -> Result<(), StoreError> {
    audit_events::insert(&mut tx, event).await?;
    tx.commit().await?;
    Ok(())
}
