//! What passwords are checked with where they are proven and never sent: sealed, one for each user.

use sqlx::Row;
use wire::{Millis, UserId};

use super::users::{User, user_columns};
use super::{Store, StoreError};
use crate::names;

/// A user with what a proof of their password is checked with.
#[derive(Clone, Debug)]
pub struct Provable {
    /// The user.
    pub user: User,
    /// Hash of their password.
    pub password_hash: String,
    /// The sealed verifier, if one was made.
    pub sealed: Option<String>,
}

impl Store {
    /// The user of that name, for a sign-in by proof.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn provable(&self, name: &str) -> Result<Option<Provable>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            user_columns!(),
            ", password_hash, (SELECT verifier_sealed FROM scram_verifiers WHERE user_id = users.id) AS sealed \
             FROM users WHERE name_key = $1"
        ))
        .bind(names::key(name))
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(Provable {
                user: User::from_row(&row)?,
                password_hash: row.try_get("password_hash")?,
                sealed: row.try_get("sealed")?,
            })
        })
        .transpose()
    }

    /// Keeps a sealed verifier in the place of the one that there was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_verifier(&self, user: UserId, sealed: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO scram_verifiers (user_id, verifier_sealed, made_at) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id) DO UPDATE SET verifier_sealed = excluded.verifier_sealed, \
             made_at = excluded.made_at",
        )
        .bind(user.to_string())
        .bind(sealed.to_owned())
        .bind(Millis::now().0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
