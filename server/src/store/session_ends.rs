//! Ends of sessions: asked for by whoever has no way to the node, written exactly once.

use sqlx::{AnyConnection, Row};
use wire::{End, EndReason, Millis, SessionId};

use super::rows::parsed;
use super::{Store, StoreError, audit_events, session_watches};
use crate::audit::Event;

/// Somebody without a way to the node wants a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndRequest {
    /// Which session.
    pub session: SessionId,
    /// Who asked.
    pub by: String,
    /// Their reason.
    pub note: String,
}

/// What a running server must learn from the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polled {
    /// The directory's epoch.
    pub epoch: i64,
    /// Sessions of this node that are to end.
    pub ends: Vec<EndRequest>,
}

impl Store {
    /// Writes ends and audit events, all in one transaction. A session that has ended stays as it
    /// ended, so the same batch may be written again after a failure.
    ///
    /// # Errors
    /// When the database does not answer; then nothing of the batch was written.
    pub async fn write_batch(&self, ends: &[(SessionId, End)], events: &[Event]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for (session, end) in ends {
            write_end(&mut tx, *session, end).await?;
        }
        for event in events {
            session_watches::note(&mut tx, event).await?;
        }
        for event in events {
            audit_events::insert(&mut tx, event).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Asks the node of an open session to end it; `false` when it is not open.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn request_end(&self, session: SessionId, by: &str, note: &str) -> Result<bool, StoreError> {
        let asked = sqlx::query(
            "UPDATE sessions SET end_requested_at = $2, end_requested_by = $3, end_requested_note = $4, \
             end_state = NULL, end_answer = NULL \
             WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(session.to_string())
        .bind(Millis::now().0)
        .bind(by)
        .bind(note)
        .execute(&self.pool)
        .await?;
        Ok(asked.rows_affected() == 1)
    }

    /// The epoch, and the ends asked for on a node, in one cheap query.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn poll(&self, node: &str) -> Result<Polled, StoreError> {
        let rows = sqlx::query(
            "SELECT '' AS id, '' AS requested_by, '' AS note, value FROM meta WHERE key = 'directory_epoch' \
             UNION ALL SELECT id, COALESCE(end_requested_by, ''), COALESCE(end_requested_note, ''), 0 \
             FROM sessions WHERE node = $1 AND end_requested_at IS NOT NULL AND ended_at IS NULL \
             AND end_state IS NULL",
        )
        .bind(node)
        .fetch_all(&self.pool)
        .await?;
        let mut polled = Polled { epoch: 0, ends: Vec::new() };
        for row in &rows {
            if row.try_get::<String, _>("id")?.is_empty() {
                polled.epoch = row.try_get("value")?;
            } else {
                polled.ends.push(EndRequest {
                    session: parsed(row, "id")?,
                    by: row.try_get("requested_by")?,
                    note: row.try_get("note")?,
                });
            }
        }
        Ok(polled)
    }

    /// Takes note that a node is alive: if it dies, its sessions ended no earlier than now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn node_alive(&self, node: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(alive_key(node))
        .bind(Millis::now().0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Ends the rows that a node left open when it went away, at the time when it was last known to
    /// be alive. What sources report goes on without the node. The caller knows that the node does not run. The answer is how many those were.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_left_open(&self, node: &str) -> Result<u64, StoreError> {
        let ended = sqlx::query(
            "UPDATE sessions SET end_reason = $2, watchers = 0, ended_at = CASE \
             WHEN (SELECT value FROM meta WHERE key = $3) > last_active_at \
             THEN (SELECT value FROM meta WHERE key = $3) ELSE last_active_at END \
             WHERE node = $1 AND ended_at IS NULL AND source_key IS NULL",
        )
        .bind(node)
        .bind(EndReason::NodeLost.as_str())
        .bind(alive_key(node))
        .execute(&self.pool)
        .await?;
        Ok(ended.rows_affected())
    }
}

/// A sign-in goes with its `CONSOLE` session, unless only the node went away.
async fn write_end(connection: &mut AnyConnection, session: SessionId, end: &End) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE sessions SET ended_at = $2, end_reason = $3, ended_by = $4, end_note = $5, watchers = 0 \
         WHERE id = $1 AND ended_at IS NULL",
    )
    .bind(session.to_string())
    .bind(end.at.0)
    .bind(end.reason.as_str())
    .bind(end.by.clone())
    .bind(end.note.clone())
    .execute(&mut *connection)
    .await?;
    if end.reason != EndReason::NodeLost {
        sqlx::query("DELETE FROM web_sign_ins WHERE session_id = $1")
            .bind(session.to_string())
            .execute(connection)
            .await?;
    }
    Ok(())
}

fn alive_key(node: &str) -> String {
    format!("alive:{node}")
}
