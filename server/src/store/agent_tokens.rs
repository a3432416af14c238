//! Tokens of agents that report sessions: one for each agent, its hash alone.

use sqlx::Row;
use wire::{AgentId, Millis};

use super::directory::commit;
use super::rows::{parsed, time_opt};
use super::{AgentRow, Store, StoreError};
use crate::audit::Event;

/// How old `last_used_at` may be before it is written again.
const LAST_USED_STEP_MS: i64 = 60_000;

/// An agent that reports sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: AgentId,
    /// Its name.
    pub name: String,
    /// What people call it.
    pub display_name: String,
    /// The group that it is reached through.
    pub group: Option<String>,
}

impl Store {
    /// Keeps the hash of an agent's new token in the place of the one that it had.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_agent_token(
        &self,
        agent: &AgentRow,
        hash: String,
        event: Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        sqlx::query(
            "INSERT INTO agent_tokens (agent_id, token_hash, created_at) VALUES ($1, $2, $3) \
             ON CONFLICT (agent_id) DO UPDATE SET token_hash = excluded.token_hash, \
             created_at = excluded.created_at, last_used_at = NULL",
        )
        .bind(agent.id.to_string())
        .bind(hash)
        .bind(Millis::now().0)
        .execute(&mut *tx)
        .await?;
        commit(tx, &event.on(&agent.name).detail("for reports")).await
    }

    /// Takes an agent's token away.
    ///
    /// # Errors
    /// When it has none.
    pub async fn revoke_agent_token(&self, agent: &AgentRow, event: Event) -> Result<(), StoreError> {
        let mut tx = self.change().await?;
        let gone = sqlx::query("DELETE FROM agent_tokens WHERE agent_id = $1")
            .bind(agent.id.to_string())
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return StoreError::refused(format!("the agent {} has no token", agent.name));
        }
        commit(tx, &event.on(&agent.name).detail("for reports")).await
    }

    /// Whose token it is; `None` when nobody's (any more).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn source_of_token(&self, hash: &str) -> Result<Option<Source>, StoreError> {
        let row = sqlx::query(
            "SELECT agents.id, agents.name, agents.display_name, jump_server_groups.name AS group_name, \
             agent_tokens.last_used_at FROM agent_tokens JOIN agents ON agents.id = agent_tokens.agent_id \
             LEFT JOIN jump_server_groups ON jump_server_groups.id = agents.group_id \
             WHERE agent_tokens.token_hash = $1",
        )
        .bind(hash)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let now = Millis::now();
        if time_opt(&row, "last_used_at")?.is_none_or(|last| now.since(last) > LAST_USED_STEP_MS) {
            sqlx::query("UPDATE agent_tokens SET last_used_at = $2 WHERE token_hash = $1")
                .bind(hash)
                .bind(now.0)
                .execute(&self.pool)
                .await?;
        }
        Ok(Some(Source {
            id: parsed(&row, "id")?,
            name: row.try_get("name")?,
            display_name: row.try_get("display_name")?,
            group: row.try_get("group_name")?,
        }))
    }
}
