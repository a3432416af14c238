//! Who has watched which session: written with the audit event that says so, read for the access log.

use std::collections::HashMap;

use sqlx::{AnyConnection, Row};
use wire::SessionId;

use super::rows::parsed;
use super::{Store, StoreError};
use crate::audit::{Action, Event};

impl Store {
    /// Names of those who have watched these sessions, in the order of the alphabet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn watched_by(
        &self,
        sessions: impl Iterator<Item = SessionId> + Send,
    ) -> Result<HashMap<SessionId, Vec<String>>, StoreError> {
        let ids: Vec<String> = sessions.map(|id| id.to_string()).collect();
        let mut names: HashMap<SessionId, Vec<String>> = HashMap::new();
        if ids.is_empty() {
            return Ok(names);
        }
        let places: Vec<String> = (1..=ids.len()).map(|nth| format!("${nth}")).collect();
        // Numbers of parameters alone.
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT session_id, user_name FROM session_watches WHERE session_id IN ({}) \
             ORDER BY user_name",
            places.join(", ")
        ));
        let query = ids.into_iter().fold(sqlx::query(sql), |query, id| query.bind(id));
        for row in query.fetch_all(&self.pool).await? {
            names.entry(parsed(&row, "session_id")?).or_default().push(row.try_get("user_name")?);
        }
        Ok(names)
    }
}

/// Takes note of whoever an event says has watched a session; a second time changes nothing.
pub(super) async fn note(connection: &mut AnyConnection, event: &Event) -> Result<(), StoreError> {
    let (Action::Watched, Some(session)) = (event.action, event.session) else { return Ok(()) };
    sqlx::query(
        "INSERT INTO session_watches (session_id, user_name, noted_at) VALUES ($1, $2, $3) \
         ON CONFLICT (session_id, user_name) DO NOTHING",
    )
    .bind(session.to_string())
    .bind(event.actor.clone())
    .bind(event.at.0)
    .execute(connection)
    .await?;
    Ok(())
}
