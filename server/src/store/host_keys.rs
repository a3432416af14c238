//! Host keys and certificates: what an agent must show, given or pinned at first use.

use sqlx::{AnyConnection, Row};
use wire::{AgentId, Millis};

use super::agents::shows_host_key;
use super::directory::commit;
use super::{Store, StoreError};
use crate::audit::Event;
use crate::crypto::pins;

/// What came of comparing a key with the pinned one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinnedKey {
    /// It is the pinned one.
    Same,
    /// None was pinned; now it is.
    First,
    /// Another one is pinned, with this fingerprint.
    Other(String),
}

impl Store {
    /// Compares a key (`TYPE BASE64`) with the pinned one and pins the first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn check_host_key(&self, agent: AgentId, key: &str) -> Result<PinnedKey, StoreError> {
        let mut connection = self.pool.acquire().await?;
        if let Some(known) = compare(&mut connection, agent, key).await? {
            return Ok(known);
        }
        if insert(&mut connection, agent, key, "first use").await? {
            return Ok(PinnedKey::First);
        }
        // Another connection pinned one between the two statements: that one counts.
        match compare(&mut connection, agent, key).await? {
            Some(known) => Ok(known),
            None => StoreError::refused("the host key could not be pinned"),
        }
    }

    /// Pins another key for an agent, in place of the one that was pinned.
    ///
    /// # Errors
    /// When there is no such agent, or it has no host key.
    pub async fn set_host_key(&self, agent: &str, key: &str, event: Event) -> Result<(), StoreError> {
        let agent = self.expect_agent(agent).await?;
        shows_host_key(&agent.name, agent.kind, key)?;
        let mut tx = self.change().await?;
        sqlx::query("DELETE FROM host_keys WHERE agent_id = $1")
            .bind(agent.id.to_string())
            .execute(&mut *tx)
            .await?;
        pin(&mut tx, agent.id, key, "given").await?;
        commit(tx, &event.on(agent.name)).await
    }
}

/// Pins a key for an agent that has none.
pub(super) async fn pin(
    connection: &mut AnyConnection,
    agent: AgentId,
    key: &str,
    origin: &'static str,
) -> Result<(), StoreError> {
    insert(connection, agent, key, origin).await.map(|_| ())
}

async fn insert(
    connection: &mut AnyConnection,
    agent: AgentId,
    key: &str,
    origin: &'static str,
) -> Result<bool, StoreError> {
    let fingerprint = pins::fingerprint(key)
        .map_err(|error| StoreError::Refused(format!("the host key cannot be read: {error}")))?;
    let done = sqlx::query(
        "INSERT INTO host_keys (agent_id, public_key, fingerprint, origin, pinned_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (agent_id) DO NOTHING",
    )
    .bind(agent.to_string())
    .bind(key)
    .bind(fingerprint)
    .bind(origin)
    .bind(Millis::now().0)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn compare(
    connection: &mut AnyConnection,
    agent: AgentId,
    key: &str,
) -> Result<Option<PinnedKey>, StoreError> {
    let row = sqlx::query("SELECT public_key, fingerprint FROM host_keys WHERE agent_id = $1")
        .bind(agent.to_string())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let pinned: String = row.try_get("public_key")?;
    Ok(Some(if pinned == key { PinnedKey::Same } else { PinnedKey::Other(row.try_get("fingerprint")?) }))
}
