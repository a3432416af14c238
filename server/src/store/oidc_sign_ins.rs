//! Sign-ins to applications as the applications know them, and whom there is still to be told of an end.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;
use wire::{AgentId, EndReason, Millis, SessionId, UserId};

use super::application_sign_ins::left_open;
use super::rows::{parsed, time};
use super::{Store, StoreError};

/// The columns of [`OidcSignIn::from_row`].
macro_rules! columns {
    () => {
        "t.id AS sid, t.sign_in, t.agent_id, t.user_id, t.session_id"
    };
}

/// One sign-in to one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcSignIn {
    /// `sid` in its tokens.
    pub sid: String,
    /// The sign-in here: the hash of its cookie.
    pub sign_in: String,
    /// The application.
    pub agent: AgentId,
    /// Who.
    pub user: UserId,
    /// Its WebSSO session.
    pub session: SessionId,
}

/// An application that is to be told of an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// `sid` in its tokens.
    pub sid: String,
    /// The application.
    pub agent: AgentId,
    /// Whose sign-in it was.
    pub user: UserId,
    /// The session that has ended.
    pub session: SessionId,
    /// When.
    pub ended_at: Millis,
}

impl OidcSignIn {
    pub(super) fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            sid: row.try_get("sid")?,
            sign_in: row.try_get("sign_in")?,
            agent: parsed(row, "agent_id")?,
            user: parsed(row, "user_id")?,
            session: parsed(row, "session_id")?,
        })
    }
}

impl Store {
    /// The `sid` of a sign-in to an application, made when there is none; its session is this one from now on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oidc_sid(
        &self,
        sign_in: &str,
        agent: AgentId,
        user: UserId,
        session: SessionId,
    ) -> Result<String, StoreError> {
        let row = sqlx::query(
            "INSERT INTO oidc_sign_ins (id, sign_in, agent_id, user_id, session_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (sign_in, agent_id) DO UPDATE SET session_id = excluded.session_id RETURNING id",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(sign_in)
        .bind(agent.to_string())
        .bind(user.to_string())
        .bind(session.to_string())
        .bind(Millis::now().0)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get("id")?)
    }

    /// The sign-in of a `sid`, while it lasts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oidc_sign_in(&self, sid: &str) -> Result<Option<OidcSignIn>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", columns!(), " FROM oidc_sign_ins AS t WHERE t.id = $1"))
            .bind(sid)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(OidcSignIn::from_row).transpose()
    }

    /// Ends what an application has of a sign-in whose session is over: codes and tokens go, and the application is
    /// to be told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_oidc_sign_in(
        &self,
        sign_in: &str,
        agent: AgentId,
        session: SessionId,
        ended_at: Millis,
    ) -> Result<Option<Logout>, StoreError> {
        let mut tx = self.write().await?;
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM oidc_sign_ins AS t WHERE t.sign_in = $1 AND t.agent_id = $2"
        ))
        .bind(sign_in)
        .bind(agent.to_string())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let sign_in = OidcSignIn { session, ..OidcSignIn::from_row(&row)? };
        let logout = end(&mut tx, &sign_in, ended_at).await?;
        tx.commit().await?;
        Ok(Some(logout))
    }

    /// Ends what was left of sessions that ended while nobody looked: by somebody, or because the sign-in here is
    /// over. Not of those whose node went away: they go on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_left_oidc_sessions(&self, node: &str, now: Millis) -> Result<Vec<Logout>, StoreError> {
        let mut tx = self.write().await?;
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM oidc_sign_ins AS t JOIN sessions ON sessions.id = t.session_id \
             LEFT JOIN web_sign_ins ON web_sign_ins.cookie_hash = t.sign_in \
             WHERE sessions.node = $1 AND sessions.ended_at IS NOT NULL AND (sessions.end_reason <> $2 \
             OR web_sign_ins.expires_at IS NULL OR web_sign_ins.expires_at <= $3)",
        ))
        .bind(node)
        .bind(EndReason::NodeLost.as_str())
        .bind(now.0)
        .fetch_all(&mut *tx)
        .await?;
        let mut ended = Vec::new();
        for row in &rows {
            ended.push(end(&mut tx, &OidcSignIn::from_row(row)?, now).await?);
        }
        tx.commit().await?;
        Ok(ended)
    }

    /// Sign-ins whose session ended because this node went away, and that are good still.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oidc_sign_ins_to_resume(&self, node: &str) -> Result<Vec<OidcSignIn>, StoreError> {
        let rows = sqlx::query(left_open!("oidc_sign_ins", columns!()))
            .bind(node)
            .bind(EndReason::NodeLost.as_str())
            .bind(Millis::now().0)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(OidcSignIn::from_row).collect()
    }

    /// Applications that are still to be told of the end of sessions of this node.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oidc_logouts(&self, node: &str) -> Result<Vec<Logout>, StoreError> {
        let rows = sqlx::query(
            "SELECT oidc_logouts.sid, oidc_logouts.agent_id, oidc_logouts.user_id, oidc_logouts.session_id, \
             oidc_logouts.ended_at FROM oidc_logouts JOIN sessions ON sessions.id = oidc_logouts.session_id \
             WHERE sessions.node = $1 ORDER BY oidc_logouts.ended_at",
        )
        .bind(node)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Logout {
                    sid: row.try_get("sid")?,
                    agent: parsed(row, "agent_id")?,
                    user: parsed(row, "user_id")?,
                    session: parsed(row, "session_id")?,
                    ended_at: time(row, "ended_at")?,
                })
            })
            .collect()
    }

    /// Nobody is to be told of that end any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oidc_logout_done(&self, sid: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM oidc_logouts WHERE sid = $1").bind(sid).execute(&self.pool).await?;
        Ok(())
    }
}

async fn end(
    connection: &mut AnyConnection,
    sign_in: &OidcSignIn,
    ended_at: Millis,
) -> Result<Logout, StoreError> {
    let OidcSignIn { sid, agent, user, session, .. } = sign_in.clone();
    let logout = Logout { sid, agent, user, session, ended_at };
    sqlx::query("DELETE FROM oidc_sign_ins WHERE id = $1")
        .bind(logout.sid.clone())
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO oidc_logouts (sid, agent_id, user_id, session_id, ended_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (sid) DO NOTHING",
    )
    .bind(logout.sid.clone())
    .bind(agent.to_string())
    .bind(user.to_string())
    .bind(session.to_string())
    .bind(ended_at.0)
    .execute(connection)
    .await?;
    Ok(logout)
}
