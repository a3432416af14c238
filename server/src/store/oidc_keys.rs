//! Keys that sign what applications are told of a sign-in, sealed.

use sqlx::Row;
use wire::Millis;

use super::directory::commit;
use super::rows::time;
use super::{Store, StoreError};
use crate::audit::Event;

/// One key, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcKey {
    /// Names it, in tokens too.
    pub id: String,
    /// The private key, sealed.
    pub sealed: String,
    /// When it was made.
    pub created_at: Millis,
}

impl Store {
    /// The keys whose signatures count at that moment: the one that signs comes first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oidc_keys(&self, now: Millis) -> Result<Vec<OidcKey>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, private_sealed, created_at FROM oidc_keys WHERE leaves_at IS NULL OR leaves_at > $1 \
             ORDER BY CASE WHEN leaves_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id",
        )
        .bind(now.0)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(OidcKey {
                    id: row.try_get("id")?,
                    sealed: row.try_get("private_sealed")?,
                    created_at: time(row, "created_at")?,
                })
            })
            .collect()
    }

    /// Keeps a key that signs from now on; the one before it leaves at that moment. With `older_than`, nothing is
    /// done when the one before was made after it: somebody else was quicker.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_oidc_key(
        &self,
        key: &OidcKey,
        older_than: Option<Millis>,
        leaves_at: Millis,
        event: Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        if let Some(older_than) = older_than {
            let young = sqlx::query("SELECT id FROM oidc_keys WHERE leaves_at IS NULL AND created_at > $1");
            if young.bind(older_than.0).fetch_optional(&mut *tx).await?.is_some() {
                return Ok(());
            }
        }
        sqlx::query("DELETE FROM oidc_keys WHERE leaves_at <= $1")
            .bind(key.created_at.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE oidc_keys SET leaves_at = $1 WHERE leaves_at IS NULL")
            .bind(leaves_at.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO oidc_keys (id, private_sealed, created_at) VALUES ($1, $2, $3)")
            .bind(key.id.clone())
            .bind(key.sealed.clone())
            .bind(key.created_at.0)
            .execute(&mut *tx)
            .await?;
        commit(tx, &event.on(&key.id)).await
    }
}
