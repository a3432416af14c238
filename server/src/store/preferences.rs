//! Preferences: what a person set for themselves, under a key.

use sqlx::Row;
use wire::UserId;

use super::{Store, StoreError};

/// Key of the sessions table's layout.
pub const SESSIONS_LAYOUT: &str = "sessions.layout";
/// Key of the access log's layout.
pub const LOG_LAYOUT: &str = "access_log.layout";
/// How the pages look to them: the text of `app::look::Look`.
pub const LOOK: &str = "look";

impl Store {
    /// What a user set under a key.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn preference(&self, user: UserId, key: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT value FROM preferences WHERE user_id = $1 AND key = $2")
            .bind(user.to_string())
            .bind(key)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }

    /// Sets it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_preference(&self, user: UserId, key: &str, value: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO preferences (user_id, key, value) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value",
        )
        .bind(user.to_string())
        .bind(key)
        .bind(value)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
