//! Codes and access tokens of applications: their hashes alone.

use sqlx::Row;
use wire::Millis;

use super::oidc_sign_ins::OidcSignIn;
use super::rows::time;
use super::{Store, StoreError};

/// How long a code that was used or is over is remembered, to know it when it comes again.
const REMEMBERED_MS: i64 = 60 * 60 * 1000;

/// A code, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcCode {
    /// SHA-256 of the code, hexadecimal.
    pub hash: String,
    /// The sign-in that it was given for.
    pub sid: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// Made from the verifier that whoever brings it must know.
    pub challenge: String,
    /// The scopes that were asked for.
    pub scope: String,
    /// What the application sent along.
    pub nonce: Option<String>,
    /// Until when it is good.
    pub expires_at: Millis,
}

/// What became of a code that somebody brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenCode {
    /// It was good until now.
    Fresh(OidcCode, OidcSignIn),
    /// It had been used: what it gave for that sign-in is good for nothing now.
    Again(OidcSignIn),
    /// It is none, or of a session that is over.
    Unknown,
}

/// An access token that is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcToken {
    /// The sign-in that it was given for.
    pub sign_in: OidcSignIn,
    /// What it may ask for.
    pub scope: String,
}

impl Store {
    /// Keeps a code.
    ///
    /// # Errors
    /// When the database does not answer, or the sign-in is over.
    pub async fn add_oidc_code(&self, code: &OidcCode) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO oidc_codes (code_hash, sid, redirect_uri, code_challenge, scope, nonce, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(code.hash.clone())
        .bind(code.sid.clone())
        .bind(code.redirect_uri.clone())
        .bind(code.challenge.clone())
        .bind(code.scope.clone())
        .bind(code.nonce.clone())
        .bind(code.expires_at.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Uses a code up. One that was used before takes with it what it gave (RFC 6749, 4.1.2).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_oidc_code(&self, hash: &str, now: Millis) -> Result<TakenCode, StoreError> {
        let mut tx = self.write().await?;
        let first =
            sqlx::query("UPDATE oidc_codes SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL")
                .bind(hash)
                .bind(now.0)
                .execute(&mut *tx)
                .await?
                .rows_affected()
                == 1;
        let row = sqlx::query(
            "SELECT oidc_codes.redirect_uri, oidc_codes.code_challenge, oidc_codes.scope, oidc_codes.nonce, \
             oidc_codes.expires_at, oidc_sign_ins.id AS sid, oidc_sign_ins.sign_in, oidc_sign_ins.agent_id, \
             oidc_sign_ins.user_id, oidc_sign_ins.session_id FROM oidc_codes \
             JOIN oidc_sign_ins ON oidc_sign_ins.id = oidc_codes.sid WHERE oidc_codes.code_hash = $1",
        )
        .bind(hash)
        .fetch_optional(&mut *tx)
        .await?;
        let taken = match row {
            Some(row) if first => {
                let sign_in = OidcSignIn::from_row(&row)?;
                let code = OidcCode {
                    hash: hash.into(),
                    sid: sign_in.sid.clone(),
                    redirect_uri: row.try_get("redirect_uri")?,
                    challenge: row.try_get("code_challenge")?,
                    scope: row.try_get("scope")?,
                    nonce: row.try_get("nonce")?,
                    expires_at: time(&row, "expires_at")?,
                };
                TakenCode::Fresh(code, sign_in)
            }
            Some(row) => {
                // The code, too: whoever has used it and has no token yet gets none.
                sqlx::query("DELETE FROM oidc_codes WHERE code_hash = $1")
                    .bind(hash)
                    .execute(&mut *tx)
                    .await?;
                let gone = sqlx::query("DELETE FROM oidc_tokens WHERE code_hash = $1");
                gone.bind(hash).execute(&mut *tx).await?;
                TakenCode::Again(OidcSignIn::from_row(&row)?)
            }
            None => TakenCode::Unknown,
        };
        tx.commit().await?;
        Ok(taken)
    }

    /// Keeps an access token that a code gave; `false` when the code has come again meanwhile.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_oidc_token(
        &self,
        hash: &str,
        code_hash: &str,
        expires_at: Millis,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO oidc_tokens (token_hash, sid, code_hash, scope, expires_at) \
             SELECT CAST($1 AS TEXT), sid, code_hash, scope, CAST($2 AS BIGINT) FROM oidc_codes WHERE code_hash = $3",
        )
        .bind(hash)
        .bind(expires_at.0)
        .bind(code_hash)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// What an access token stands for, while it is good.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn oidc_token(&self, hash: &str, now: Millis) -> Result<Option<OidcToken>, StoreError> {
        let row = sqlx::query(
            "SELECT oidc_tokens.scope, oidc_sign_ins.id AS sid, oidc_sign_ins.sign_in, oidc_sign_ins.agent_id, \
             oidc_sign_ins.user_id, oidc_sign_ins.session_id FROM oidc_tokens \
             JOIN oidc_sign_ins ON oidc_sign_ins.id = oidc_tokens.sid \
             WHERE oidc_tokens.token_hash = $1 AND oidc_tokens.expires_at > $2",
        )
        .bind(hash)
        .bind(now.0)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok(OidcToken { sign_in: OidcSignIn::from_row(&row)?, scope: row.try_get("scope")? }))
            .transpose()
    }

    /// Forgets codes and tokens that are over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_old_oidc_grants(&self, now: Millis) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM oidc_tokens WHERE expires_at <= $1").bind(now.0).execute(&self.pool).await?;
        sqlx::query("DELETE FROM oidc_codes WHERE expires_at <= $1")
            .bind(now.0 - REMEMBERED_MS)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
