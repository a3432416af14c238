//! API tokens: their hashes, and who they stand for.

use sqlx::Row;
use uuid::Uuid;
use wire::Millis;

use super::directory::commit;
use super::rows::{parsed, time, time_opt};
use super::{Store, StoreError, User};
use crate::audit::Event;
use crate::names;

/// How old `last_used_at` may be before it is written again: a call a second is no write a second.
const LAST_USED_STEP_MS: i64 = 60_000;

/// One API token; the token itself was shown once and is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its id, which is no secret.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Since when.
    pub created_at: Millis,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Millis>,
    /// Since when it is good for nothing.
    pub revoked_at: Option<Millis>,
}

impl Store {
    /// Keeps the hash of a new token; the answer is its id.
    ///
    /// # Errors
    /// When the name breaks a rule or the user is disabled.
    pub async fn add_token(
        &self,
        user: &User,
        name: &str,
        hash: String,
        event: Event,
    ) -> Result<String, StoreError> {
        names::token(name).map_err(StoreError::Refused)?;
        if user.disabled_at.is_some() {
            return StoreError::refused(format!("the user {} is disabled", user.name));
        }
        let id = Uuid::now_v7().to_string();
        let mut tx = self.change().await?;
        sqlx::query(
            "INSERT INTO api_tokens (id, user_id, name, token_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id.clone())
        .bind(user.id.to_string())
        .bind(name)
        .bind(hash)
        .bind(Millis::now().0)
        .execute(&mut *tx)
        .await?;
        commit(tx, &event.on(&user.name).detail(format!("{name} ({id})"))).await?;
        Ok(id)
    }

    /// The tokens of a user, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tokens(&self, user: &User) -> Result<Vec<TokenRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, name, created_at, last_used_at, revoked_at FROM api_tokens \
             WHERE user_id = $1 ORDER BY created_at, id",
        )
        .bind(user.id.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(TokenRow {
                    id: row.try_get("id")?,
                    name: row.try_get("name")?,
                    created_at: time(row, "created_at")?,
                    last_used_at: time_opt(row, "last_used_at")?,
                    revoked_at: time_opt(row, "revoked_at")?,
                })
            })
            .collect()
    }

    /// Makes a token good for nothing.
    ///
    /// # Errors
    /// When there is no such token, or it was revoked before.
    pub async fn revoke_token(&self, id: &str, event: Event) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        let revoked =
            sqlx::query("UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
                .bind(id)
                .bind(Millis::now().0)
                .execute(&mut *tx)
                .await?;
        if revoked.rows_affected() == 0 {
            return StoreError::refused(format!("there is no token {id:?} that is not revoked"));
        }
        commit(tx, &event.on(id)).await
    }

    /// Who a token stands for; `None` when revoked or its user is disabled.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn user_of_token(&self, hash: &str) -> Result<Option<User>, StoreError> {
        let row = sqlx::query(
            "SELECT api_tokens.id, api_tokens.user_id, api_tokens.last_used_at FROM api_tokens \
             JOIN users ON users.id = api_tokens.user_id \
             WHERE token_hash = $1 AND revoked_at IS NULL AND users.disabled_at IS NULL",
        )
        .bind(hash)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let now = Millis::now();
        if time_opt(&row, "last_used_at")?.is_none_or(|last| now.since(last) > LAST_USED_STEP_MS) {
            sqlx::query("UPDATE api_tokens SET last_used_at = $2 WHERE id = $1")
                .bind(row.try_get::<String, _>("id")?)
                .bind(now.0)
                .execute(&self.pool)
                .await?;
        }
        self.user(parsed(&row, "user_id")?).await
    }
}
