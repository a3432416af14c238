//! Sessions: written at their opening, read by lists and links.

use hub::{Facts, Opening, ScreenKind};
use sqlx::Row;
use wire::{End, Session, SessionId, Update, UserId};

use super::rows::{parsed, policy_text};
use super::session_rows::columns;
use super::{Store, StoreError};

/// One session as the database knows it.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its attributes; watchers and last activity as of the last flush.
    pub session: Session,
    /// What authority over it depends on.
    pub facts: Facts,
    /// Whether it has a screen.
    pub screen: bool,
    /// How it ended, when it has.
    pub ended: Option<End>,
}

impl Store {
    /// Writes a session down. Refused when its user was disabled meanwhile.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn insert_session(&self, opening: &Opening, recorded: bool) -> Result<(), StoreError> {
        let Opening { session, facts, screen, .. } = opening;
        let inserted = sqlx::query(
            "INSERT INTO sessions (id, user_id, user_name, full_name, device, client, started_at, type, port, \
             service_url, account_id, account_name, service_provider, agent, jump_server_group, node, \
             watch_policy, has_screen, watchers, last_active_at, recorded) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, $19, $20 \
             WHERE EXISTS (SELECT 1 FROM users WHERE users.id = $2 AND users.disabled_at IS NULL)",
        )
        .bind(session.id.to_string())
        .bind(facts.user.map(|user| user.to_string()))
        .bind(session.user.clone())
        .bind(session.full_name.clone())
        .bind(session.device.clone())
        .bind(session.client.clone())
        .bind(session.started_at.0)
        .bind(session.kind.as_str())
        .bind(i64::from(session.port))
        .bind(session.service_url.clone())
        .bind(facts.account.map(|account| account.to_string()))
        .bind(session.account_name.clone())
        .bind(session.service_provider.clone())
        .bind(session.agent.clone())
        .bind(session.jump_server_group.clone())
        .bind(session.node.clone())
        .bind(policy_text(facts.policy))
        .bind(i64::from(*screen != ScreenKind::None))
        .bind(session.last_active_at.0)
        .bind(i64::from(recorded))
        .execute(&self.pool)
        .await?;
        if inserted.rows_affected() == 0 {
            return StoreError::refused(format!("the user {} is disabled", session.user));
        }
        Ok(())
    }

    /// Every open session, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open_sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM sessions WHERE ended_at IS NULL ORDER BY started_at, id"
        ))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(SessionRow::from_row).collect()
    }

    /// One session, open or ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(&self, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", columns!(), " FROM sessions WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(SessionRow::from_row).transpose()
    }

    /// Users that are disabled and have open sessions on a node.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn disabled_with_sessions(&self, node: &str) -> Result<Vec<UserId>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT sessions.user_id FROM sessions JOIN users ON users.id = sessions.user_id \
             WHERE sessions.node = $1 AND sessions.ended_at IS NULL AND users.disabled_at IS NOT NULL",
        )
        .bind(node)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| parsed(row, "user_id")).collect()
    }

    /// Writes what moved of open sessions, all in one transaction.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn update_sessions(&self, updates: &[Update]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for update in updates {
            sqlx::query(
                "UPDATE sessions SET watchers = $2, last_active_at = $3 WHERE id = $1 AND ended_at IS NULL",
            )
            .bind(update.id.to_string())
            .bind(i64::from(update.watchers))
            .bind(update.last_active_at.0)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// How many sessions are open on a node.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_open(&self, node: &str) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT COUNT(*) AS n FROM sessions WHERE node = $1 AND ended_at IS NULL")
            .bind(node)
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get("n")?)
    }
}
