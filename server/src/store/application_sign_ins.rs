//! Sign-ins to applications: which `WebSSO` session belongs to which sign-in, and the hash of the cookie that the
//! browser has for the application's host.

use sqlx::Row;
use wire::{AgentId, EndReason, Millis, SessionId};

use super::rows::parsed;
use super::{Store, StoreError};

/// Of a table with a sign-in and its session: those whose session on the node `$1` ended as `$2`, node lost, and
/// which are good still at `$3`.
macro_rules! left_open {
    ($table:literal, $columns:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $table,
            " AS t JOIN sessions ON sessions.id = t.session_id \
             JOIN web_sign_ins ON web_sign_ins.cookie_hash = t.sign_in \
             WHERE sessions.node = $1 AND sessions.end_reason = $2 AND web_sign_ins.expires_at > $3"
        )
    };
}
pub(super) use left_open;

impl Store {
    /// Keeps a new session of a sign-in at an application, in the place of one that has ended: a cookie of that
    /// one is good for nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_application_sign_in(
        &self,
        sign_in: &str,
        application: AgentId,
        session: SessionId,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO application_sign_ins (sign_in, agent_id, session_id, created_at) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (sign_in, agent_id) DO UPDATE SET \
             session_id = excluded.session_id, created_at = excluded.created_at, cookie_hash = NULL",
        )
        .bind(sign_in)
        .bind(application.to_string())
        .bind(session.to_string())
        .bind(Millis::now().0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The sign-in at the application has another session now, and keeps its cookie.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resume_application_sign_in(
        &self,
        sign_in: &str,
        application: AgentId,
        session: SessionId,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE application_sign_ins SET session_id = $3 WHERE sign_in = $1 AND agent_id = $2",
        )
        .bind(sign_in)
        .bind(application.to_string())
        .bind(session.to_string())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Keeps the hash of the browser's new cookie for the application, while the session is this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_application_cookie(
        &self,
        sign_in: &str,
        application: AgentId,
        session: SessionId,
        hash: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE application_sign_ins SET cookie_hash = $4 \
             WHERE sign_in = $1 AND agent_id = $2 AND session_id = $3",
        )
        .bind(sign_in)
        .bind(application.to_string())
        .bind(session.to_string())
        .bind(hash)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whose cookie of which application it is: the sign-in's key and the agent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn application_sign_in_of_cookie(
        &self,
        hash: &str,
    ) -> Result<Option<(String, AgentId)>, StoreError> {
        let row = sqlx::query("SELECT sign_in, agent_id FROM application_sign_ins WHERE cookie_hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((row.try_get("sign_in")?, parsed(&row, "agent_id")?))).transpose()
    }

    /// Where the last session of a sign-in at an application came from, and the hash of its cookie, when that
    /// session ended in this way.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ended_application_sign_in(
        &self,
        sign_in: &str,
        application: AgentId,
        reason: EndReason,
    ) -> Result<Option<(String, Option<String>)>, StoreError> {
        let row = sqlx::query(
            "SELECT sessions.device, application_sign_ins.cookie_hash FROM application_sign_ins \
             JOIN sessions ON sessions.id = application_sign_ins.session_id \
             WHERE application_sign_ins.sign_in = $1 AND application_sign_ins.agent_id = $2 \
             AND sessions.end_reason = $3",
        )
        .bind(sign_in)
        .bind(application.to_string())
        .bind(reason.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok((row.try_get("device")?, row.try_get("cookie_hash")?))).transpose()
    }

    /// Sign-ins at applications whose session on this node ended only because the node went away, and which are
    /// good still: the sign-in's key and the agent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn application_sign_ins_left_open(
        &self,
        node: &str,
    ) -> Result<Vec<(String, AgentId)>, StoreError> {
        let rows = sqlx::query(left_open!("application_sign_ins", "t.sign_in, t.agent_id"))
            .bind(node)
            .bind(EndReason::NodeLost.as_str())
            .bind(Millis::now().0)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((row.try_get("sign_in")?, parsed(row, "agent_id")?))).collect()
    }
}
