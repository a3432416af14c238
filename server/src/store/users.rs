//! Users.

use sqlx::Row;
use sqlx::any::AnyRow;
use wire::{Millis, UserId};

use super::directory::commit;
use super::rows::{parsed, time, time_opt};
use super::{Store, StoreError, public_keys};
use crate::audit::Event;
use crate::names;

macro_rules! user_columns {
    () => {
        "id, name, full_name, email, role, created_at, disabled_at"
    };
}

pub(super) use user_columns;

/// One user; the password's hash stays in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name, unique without regard to case.
    pub name: String,
    /// Their full name; empty when not known.
    pub full_name: String,
    /// Their mail address; empty when not known.
    pub email: String,
    /// Name of their role.
    pub role: String,
    /// Since when.
    pub created_at: Millis,
    /// Since when they may not sign in.
    pub disabled_at: Option<Millis>,
}

/// A user to be added.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Name.
    pub name: String,
    /// Full name; may be empty.
    pub full_name: String,
    /// Mail address; may be empty.
    pub email: String,
    /// Name of the role.
    pub role: String,
    /// The password's argon2id hash, PHC form.
    pub password_hash: String,
    /// Public keys that sign the user in, one OpenSSH line each.
    pub public_keys: Vec<String>,
}

impl User {
    pub(super) fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(row, "id")?,
            name: row.try_get("name")?,
            full_name: row.try_get("full_name")?,
            email: row.try_get("email")?,
            role: row.try_get("role")?,
            created_at: time(row, "created_at")?,
            disabled_at: time_opt(row, "disabled_at")?,
        })
    }
}

impl Store {
    /// Adds a user.
    ///
    /// # Errors
    /// When the name is taken or breaks a rule, or there is no such role.
    pub async fn add_user(&self, new: NewUser, event: Event) -> Result<User, StoreError> {
        self.insert_user(new, event, false).await
    }

    /// Adds the first user; there must be none.
    ///
    /// # Errors
    /// When there is a user already, and as [`Self::add_user`].
    pub async fn add_first_user(&self, new: NewUser, event: Event) -> Result<User, StoreError> {
        self.insert_user(new, event, true).await
    }

    async fn insert_user(&self, new: NewUser, event: Event, first: bool) -> Result<User, StoreError> {
        names::user(&new.name).map_err(StoreError::Refused)?;
        names::text("full name", &new.full_name).map_err(StoreError::Refused)?;
        names::text("mail address", &new.email).map_err(StoreError::Refused)?;
        let user = User {
            id: UserId::generate(),
            name: new.name,
            full_name: new.full_name,
            email: new.email,
            role: new.role,
            created_at: Millis::now(),
            disabled_at: None,
        };
        let mut tx = self.change().await?;
        if first && sqlx::query("SELECT id FROM users LIMIT 1").fetch_optional(&mut *tx).await?.is_some() {
            return StoreError::refused("there is a user already: sign in, or use the command line");
        }
        let role = sqlx::query("SELECT name FROM roles WHERE name = $1").bind(user.role.clone());
        if role.fetch_optional(&mut *tx).await?.is_none() {
            return StoreError::refused(format!("there is no role {:?}", user.role));
        }
        sqlx::query(
            "INSERT INTO users (id, name, name_key, full_name, email, role, password_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(user.id.to_string())
        .bind(user.name.clone())
        .bind(names::key(&user.name))
        .bind(user.full_name.clone())
        .bind(user.email.clone())
        .bind(user.role.clone())
        .bind(new.password_hash)
        .bind(user.created_at.0)
        .execute(&mut *tx)
        .await
        .map_err(|error| StoreError::if_taken(error, || format!("there is a user {} already", user.name)))?;
        for key in &new.public_keys {
            public_keys::insert(&mut tx, user.id, key).await?;
        }
        commit(tx, &event.on(&user.name).detail(format!("role {}", user.role))).await?;
        Ok(user)
    }

    /// Every user, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows = sqlx::query(concat!("SELECT ", user_columns!(), " FROM users ORDER BY name_key"))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(User::from_row).collect()
    }

    /// Whether there is any user.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query("SELECT id FROM users LIMIT 1").fetch_optional(&self.pool).await?.is_some())
    }

    /// The user of that name, whatever its case.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn user_named(&self, name: &str) -> Result<Option<User>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", user_columns!(), " FROM users WHERE name_key = $1"))
            .bind(names::key(name))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(User::from_row).transpose()
    }

    /// The user of that name, or the refusal that says there is none.
    ///
    /// # Errors
    /// When there is none.
    pub async fn expect_user(&self, name: &str) -> Result<User, StoreError> {
        match self.user_named(name).await? {
            Some(user) => Ok(user),
            None => StoreError::refused(format!("there is no user {name:?}")),
        }
    }

    /// A user with the hash of their password, for a sign-in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn user_with_hash(&self, name: &str) -> Result<Option<(User, String)>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            user_columns!(),
            ", password_hash FROM users WHERE name_key = $1"
        ))
        .bind(names::key(name))
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok((User::from_row(&row)?, row.try_get("password_hash")?))).transpose()
    }

    /// The user of that id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", user_columns!(), " FROM users WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(User::from_row).transpose()
    }

    /// Disables a user: no sign-in from now on, and every open session is asked to end. The answer is
    /// how many those are.
    ///
    /// # Errors
    /// When there is no such user, or they are disabled already.
    pub async fn disable_user(&self, name: &str, event: Event) -> Result<u64, StoreError> {
        let user = self.expect_user(name).await?;
        let now = Millis::now().0;
        let mut tx = self.change().await?;
        let disabled = sqlx::query("UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL")
            .bind(user.id.to_string())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        if disabled.rows_affected() == 0 {
            return StoreError::refused(format!("the user {} is disabled already", user.name));
        }
        sqlx::query("DELETE FROM web_sign_ins WHERE user_id = $1")
            .bind(user.id.to_string())
            .execute(&mut *tx)
            .await?;
        let asked = sqlx::query(
            "UPDATE sessions SET end_requested_at = $2, end_requested_by = $3, \
             end_requested_note = 'the user was disabled', end_state = NULL WHERE user_id = $1 AND ended_at IS NULL",
        )
        .bind(user.id.to_string())
        .bind(now)
        .bind(event.actor.clone())
        .execute(&mut *tx)
        .await?;
        commit(tx, &event.on(user.name)).await?;
        Ok(asked.rows_affected())
    }

    /// Sets a user's password; sign-ins that are open stay.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn set_password(
        &self,
        name: &str,
        password_hash: String,
        event: Event,
    ) -> Result<(), StoreError> {
        let user = self.expect_user(name).await?;
        let mut tx = self.change().await?;
        sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(user.id.to_string())
            .bind(password_hash)
            .execute(&mut *tx)
            .await?;
        commit(tx, &event.on(user.name)).await
    }
}
