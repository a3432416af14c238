//! Audit events: only ever added.

use std::net::IpAddr;

use sqlx::{AnyConnection, Row};
use wire::{Millis, SessionId};

use super::rows::{parsed_opt, time};
use super::{Store, StoreError};
use crate::audit::Event;

/// One event as the table keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Millis,
    /// Who.
    pub actor: String,
    /// What, in the words of [`crate::audit::Action`].
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// On which session.
    pub session: Option<SessionId>,
    /// From which address.
    pub device: Option<IpAddr>,
    /// Everything else, in words.
    pub detail: String,
}

impl Store {
    /// Writes an event down.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit(&self, event: &Event) -> Result<(), StoreError> {
        insert(&mut *self.pool.acquire().await?, event).await
    }

    /// The last events, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_events(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, actor, action, subject, session_id, device, detail \
             FROM audit_events ORDER BY at DESC, id DESC LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(AuditRow {
                    at: time(row, "at")?,
                    actor: row.try_get("actor")?,
                    action: row.try_get("action")?,
                    subject: row.try_get("subject")?,
                    session: parsed_opt(row, "session_id")?,
                    device: parsed_opt(row, "device")?,
                    detail: row.try_get("detail")?,
                })
            })
            .collect()
    }
}

/// Adds an event; adding it again changes nothing, so a writer may try again.
pub(super) async fn insert(connection: &mut AnyConnection, event: &Event) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_events (id, at, actor, actor_id, action, subject, session_id, device, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
    )
    .bind(event.id.to_string())
    .bind(event.at.0)
    .bind(event.actor.clone())
    .bind(event.actor_id.map(|id| id.to_string()))
    .bind(event.action.as_str())
    .bind(event.subject.clone())
    .bind(event.session.map(|id| id.to_string()))
    .bind(event.device.map(|device| device.to_string()))
    .bind(event.detail.clone())
    .execute(connection)
    .await?;
    Ok(())
}
