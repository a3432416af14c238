//! Web sign-ins: the hash of each cookie, with its `CONSOLE` session.

use sqlx::Row;
use wire::{EndReason, Millis, SessionId, UserId};

use super::rows::{parsed, time};
use super::{Store, StoreError};

/// A sign-in that is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRow {
    /// Who.
    pub user: UserId,
    /// Until when.
    pub expires_at: Millis,
    /// Where its last session came from.
    pub device: String,
}

impl Store {
    /// Keeps a sign-in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_sign_in(
        &self,
        hash: &str,
        user: UserId,
        session: SessionId,
        expires_at: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO web_sign_ins (cookie_hash, user_id, session_id, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(hash)
        .bind(user.to_string())
        .bind(session.to_string())
        .bind(Millis::now().0)
        .bind(expires_at.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A sign-in whose session ended only because its node went away: it may have a new session. A
    /// sign-in whose session is open elsewhere, was ended by somebody or is over is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resumable_sign_in(&self, hash: &str) -> Result<Option<SignInRow>, StoreError> {
        let row = sqlx::query(
            "SELECT web_sign_ins.user_id, web_sign_ins.expires_at, sessions.device FROM web_sign_ins \
             JOIN sessions ON sessions.id = web_sign_ins.session_id \
             JOIN users ON users.id = web_sign_ins.user_id \
             WHERE cookie_hash = $1 AND web_sign_ins.expires_at > $2 \
             AND sessions.end_reason = $3 AND users.disabled_at IS NULL",
        )
        .bind(hash)
        .bind(Millis::now().0)
        .bind(EndReason::NodeLost.as_str())
        .fetch_optional(&self.pool)
        .await?;
        let row = row.map(|row| {
            let (user, expires_at) = (parsed(&row, "user_id")?, time(&row, "expires_at")?);
            Ok(SignInRow { user, expires_at, device: row.try_get("device")? })
        });
        row.transpose()
    }

    /// The sign-in has another session now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resume_sign_in(&self, hash: &str, session: SessionId) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE web_sign_ins SET session_id = $2 WHERE cookie_hash = $1")
            .bind(hash)
            .bind(session.to_string())
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets a sign-in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove_sign_in(&self, hash: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM web_sign_ins WHERE cookie_hash = $1").bind(hash).execute(&self.pool).await?;
        Ok(())
    }

    /// Forgets sign-ins that are over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_expired_sign_ins(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM web_sign_ins WHERE expires_at <= $1")
            .bind(Millis::now().0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
