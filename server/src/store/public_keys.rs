//! Public keys that sign a user in over SSH.

use sqlx::AnyConnection;
use wire::{Millis, UserId};

use super::users::User;
use super::{Store, StoreError};

impl Store {
    /// The user of that name, if this key (`TYPE BASE64`) is registered for them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn user_with_key(&self, name: &str, key: &str) -> Result<Option<User>, StoreError> {
        let Some(user) = self.user_named(name).await? else { return Ok(None) };
        let found = sqlx::query("SELECT fingerprint FROM public_keys WHERE user_id = $1 AND public_key = $2")
            .bind(user.id.to_string())
            .bind(key)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.map(|_| user))
    }
}

/// Registers a key, given as any OpenSSH line.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    user: UserId,
    line: &str,
) -> Result<(), StoreError> {
    let key = gateway_ssh::keys::canonical_public(line)
        .map_err(|error| StoreError::Refused(format!("the public key cannot be read: {error}")))?;
    let fingerprint = gateway_ssh::keys::fingerprint(&key)
        .map_err(|error| StoreError::Refused(format!("the public key cannot be read: {error}")))?;
    sqlx::query(
        "INSERT INTO public_keys (user_id, fingerprint, public_key, added_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id, fingerprint) DO NOTHING",
    )
    .bind(user.to_string())
    .bind(fingerprint)
    .bind(key)
    .bind(Millis::now().0)
    .execute(connection)
    .await?;
    Ok(())
}
