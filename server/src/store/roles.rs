//! Roles: what each privilege reaches, and the viewer that a user is.

use std::collections::HashSet;

use hub::{Scopes, Viewer};
use sqlx::Row;
use wire::AccountId;

use super::rows::{parsed, scope, unreadable};
use super::{Store, StoreError, User};

impl Store {
    /// What a role allows.
    ///
    /// # Errors
    /// When the database does not answer, or names a privilege that this build does not know.
    pub async fn scopes(&self, role: &str) -> Result<Scopes, StoreError> {
        let rows = sqlx::query("SELECT privilege, scope FROM role_privileges WHERE role = $1")
            .bind(role)
            .fetch_all(&self.pool)
            .await?;
        let mut scopes = Scopes::default();
        for row in &rows {
            let privilege: String = row.try_get("privilege")?;
            let field = match privilege.as_str() {
                "see" => &mut scopes.see,
                "watch" => &mut scopes.watch,
                "control" => &mut scopes.control,
                "terminate" => &mut scopes.terminate,
                "replay" => &mut scopes.replay,
                "read_audit" => &mut scopes.read_audit,
                "manage" => &mut scopes.manage,
                _ => return Err(unreadable("privilege", privilege)),
            };
            *field = scope(row, "scope")?;
        }
        Ok(scopes)
    }

    /// The viewer that a user is: their role's scopes and the accounts that they own.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn viewer(&self, user: &User) -> Result<Viewer, StoreError> {
        let scopes = self.scopes(&user.role).await?;
        let rows = sqlx::query("SELECT account_id FROM grants WHERE user_id = $1 AND kind = 'owner'")
            .bind(user.id.to_string())
            .fetch_all(&self.pool)
            .await?;
        let owned: HashSet<AccountId> =
            rows.iter().map(|row| parsed(row, "account_id")).collect::<Result<_, _>>()?;
        Ok(Viewer {
            user_id: Some(user.id),
            name: user.name.clone(),
            full_name: user.full_name.clone(),
            scopes,
            owned,
        })
    }
}
