//! Saved views: how a person arranged a table, under a name.
//!
//! Knows whose a view is and whether it is shared; who may share is decided elsewhere and comes as a permit.

use hub::{Manage, Permit};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};
use uuid::Uuid;
use wire::{Millis, UserId};

use super::rows::parsed;
use super::{Store, StoreError, audit_events};
use crate::audit::Event;
use crate::names;

/// As many views may a person save of a table: what a menu can show.
const OWN_MAX: i64 = 50;
/// As many may be shared.
const SHARED_MAX: i64 = 100;
/// Largest arrangement, in bytes: every column with its width, a long filter.
const VALUE_MAX: usize = 16 << 10;

/// One saved view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    /// Its id.
    pub id: String,
    /// Who saved it.
    pub user: UserId,
    /// Their name.
    pub user_name: String,
    /// Which table it is of.
    pub sheet: String,
    /// Its name.
    pub name: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// The arrangement, JSON.
    pub value: String,
}

/// Who changes a view: whoever saved it, as long as it is theirs alone; those who manage, when it is shared.
#[derive(Clone, Copy, Debug)]
pub enum Changer<'p> {
    /// A person with views of their own.
    Own(UserId),
    /// One who may change what all see, besides.
    Manager(UserId, &'p Permit<Manage>),
}

impl Changer<'_> {
    const fn user(&self) -> UserId {
        match self {
            Self::Own(user) | Self::Manager(user, _) => *user,
        }
    }

    const fn manages(&self) -> bool {
        matches!(self, Self::Manager(..))
    }
}

const SELECT: &str = "SELECT views.id, views.user_id, users.name AS user_name, views.sheet, views.name, \
                      views.shared, views.value FROM views JOIN users ON users.id = views.user_id";

impl Store {
    /// The views of a table that a user sees: their own and the shared ones, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn views(&self, user: UserId, sheet: &str) -> Result<Vec<ViewRow>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE views.sheet = $1 AND (views.user_id = $2 OR views.shared = 1) \
             ORDER BY views.name_key, views.shared, views.id"
        ));
        let rows = sqlx::query(sql).bind(sheet).bind(user.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(view).collect()
    }

    /// Saves a view under a new name, for its user alone; the answer is its id.
    ///
    /// # Errors
    /// When the name breaks a rule or is taken, the arrangement is too large, or there are too many.
    pub async fn add_view(
        &self,
        user: UserId,
        sheet: &str,
        name: &str,
        value: &str,
    ) -> Result<String, StoreError> {
        let name = checked(name)?;
        fits(value)?;
        let mut tx = self.write().await?;
        let own = "SELECT COUNT(*) AS n FROM views WHERE user_id = $1 AND sheet = $2 AND shared = 0";
        let own = sqlx::query(own).bind(user.to_string()).bind(sheet).fetch_one(&mut *tx).await?;
        if own.try_get::<i64, _>("n")? >= OWN_MAX {
            return StoreError::refused(format!("you have {OWN_MAX} views, which is all: delete one first"));
        }
        free(&mut tx, user, sheet, &name, None).await?;
        let id = Uuid::now_v7().to_string();
        sqlx::query(
            "INSERT INTO views (id, user_id, sheet, name, name_key, shared, value, changed_at) \
             VALUES ($1, $2, $3, $4, $5, 0, $6, $7)",
        )
        .bind(id.clone())
        .bind(user.to_string())
        .bind(sheet)
        .bind(name.clone())
        .bind(names::key(&name))
        .bind(value)
        .bind(Millis::now().0)
        .execute(&mut *tx)
        .await
        .map_err(|error| StoreError::if_taken(error, || taken(&name)))?;
        tx.commit().await?;
        Ok(id)
    }

    /// Puts another arrangement into a view. `event` is written when it is shared.
    ///
    /// # Errors
    /// When there is no such view for the changer, they may not change it, or the arrangement is too large.
    pub async fn set_view(
        &self,
        by: Changer<'_>,
        id: &str,
        value: &str,
        event: Event,
    ) -> Result<(), StoreError> {
        fits(value)?;
        let mut tx = self.write().await?;
        let view = changeable(&mut tx, by, id).await?;
        sqlx::query("UPDATE views SET value = $2, changed_at = $3 WHERE id = $1")
            .bind(id)
            .bind(value)
            .bind(Millis::now().0)
            .execute(&mut *tx)
            .await?;
        finish(tx, &view, event.detail("saved anew")).await
    }

    /// Gives a view another name. `event` is written when it is shared.
    ///
    /// # Errors
    /// When there is no such view for the changer, they may not change it, or the name breaks a rule or is taken.
    pub async fn rename_view(
        &self,
        by: Changer<'_>,
        id: &str,
        name: &str,
        event: Event,
    ) -> Result<(), StoreError> {
        let name = checked(name)?;
        let mut tx = self.write().await?;
        let view = changeable(&mut tx, by, id).await?;
        free(&mut tx, view.user, &view.sheet, &name, Some(id)).await?;
        sqlx::query("UPDATE views SET name = $2, name_key = $3, changed_at = $4 WHERE id = $1")
            .bind(id)
            .bind(name.clone())
            .bind(names::key(&name))
            .bind(Millis::now().0)
            .execute(&mut *tx)
            .await
            .map_err(|error| StoreError::if_taken(error, || taken(&name)))?;
        finish(tx, &view, event.detail(format!("renamed to {name}"))).await
    }

    /// Shows a view to everybody, or to the user who saved it alone.
    ///
    /// # Errors
    /// When there is no such view for the changer, another one of the name stands in the way, or too many are
    /// shared.
    pub async fn share_view(
        &self,
        permit: &Permit<Manage>,
        user: UserId,
        id: &str,
        shared: bool,
        event: Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let view = changeable(&mut tx, Changer::Manager(user, permit), id).await?;
        if view.shared == shared {
            return Ok(());
        }
        let rival = sqlx::query(if shared {
            "SELECT id FROM views WHERE sheet = $1 AND name_key = $2 AND shared = 1 AND id <> $3"
        } else {
            "SELECT id FROM views WHERE sheet = $1 AND name_key = $2 AND shared = 0 AND id <> $3 \
             AND user_id = $4"
        });
        let rival = rival.bind(view.sheet.clone()).bind(names::key(&view.name)).bind(id);
        let rival = if shared { rival } else { rival.bind(view.user.to_string()) };
        if rival.fetch_optional(&mut *tx).await?.is_some() {
            return StoreError::refused(taken(&view.name));
        }
        if shared {
            let all = sqlx::query("SELECT COUNT(*) AS n FROM views WHERE sheet = $1 AND shared = 1");
            let all = all.bind(view.sheet.clone()).fetch_one(&mut *tx).await?;
            if all.try_get::<i64, _>("n")? >= SHARED_MAX {
                return StoreError::refused(format!(
                    "{SHARED_MAX} views are shared, which is all: delete one first"
                ));
            }
        }
        sqlx::query("UPDATE views SET shared = $2, changed_at = $3 WHERE id = $1")
            .bind(id)
            .bind(i64::from(shared))
            .bind(Millis::now().0)
            .execute(&mut *tx)
            .await
            .map_err(|error| StoreError::if_taken(error, || taken(&view.name)))?;
        let said = if shared { "shared with everybody" } else { "no longer shared" };
        let event = event.on(&view.name).detail(format!("{said}; saved by {}", view.user_name));
        audit_events::insert(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes a view. `event` is written when it is shared.
    ///
    /// # Errors
    /// When there is no such view for the changer, or they may not change it.
    pub async fn delete_view(&self, by: Changer<'_>, id: &str, event: Event) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let view = changeable(&mut tx, by, id).await?;
        sqlx::query("DELETE FROM views WHERE id = $1").bind(id).execute(&mut *tx).await?;
        let saved_by = format!("saved by {}", view.user_name);
        finish(tx, &view, event.detail(saved_by)).await
    }
}

/// Ends a change: that of a shared view is audited with it.
async fn finish(mut tx: Transaction<'static, Any>, view: &ViewRow, event: Event) -> Result<(), StoreError> {
    if view.shared {
        audit_events::insert(&mut tx, &event.on(&view.name)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A view that the changer may change. One that they do not see is none.
async fn changeable(
    tx: &mut Transaction<'static, Any>,
    by: Changer<'_>,
    id: &str,
) -> Result<ViewRow, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE views.id = $1"));
    let row = sqlx::query(sql).bind(id).fetch_optional(&mut **tx).await?;
    let found = row.as_ref().map(view).transpose()?;
    match found.filter(|view| view.shared || view.user == by.user()) {
        None => StoreError::refused("there is no such view: it may have been deleted"),
        Some(view) if view.shared && !by.manages() => {
            StoreError::refused("everybody sees this view: save yours under another name")
        }
        Some(view) => Ok(view),
    }
}

/// Refuses a name that the user sees already, on a view other than `but`.
async fn free(
    tx: &mut Transaction<'static, Any>,
    user: UserId,
    sheet: &str,
    name: &str,
    but: Option<&str>,
) -> Result<(), StoreError> {
    let rival = sqlx::query(
        "SELECT id FROM views WHERE sheet = $1 AND name_key = $2 AND (user_id = $3 OR shared = 1) AND id <> $4",
    )
    .bind(sheet)
    .bind(names::key(name))
    .bind(user.to_string())
    .bind(but.unwrap_or(""))
    .fetch_optional(&mut **tx)
    .await?;
    if rival.is_some() { StoreError::refused(taken(name)) } else { Ok(()) }
}

fn taken(name: &str) -> String {
    format!("there is a view named {name} already: choose another name")
}

fn checked(name: &str) -> Result<String, StoreError> {
    names::view(name).map_err(StoreError::Refused)
}

fn fits(value: &str) -> Result<(), StoreError> {
    if value.len() > VALUE_MAX {
        return StoreError::refused("this view is too large to be kept: shorten its filter");
    }
    Ok(())
}

fn view(row: &AnyRow) -> Result<ViewRow, StoreError> {
    Ok(ViewRow {
        id: row.try_get("id")?,
        user: parsed(row, "user_id")?,
        user_name: row.try_get("user_name")?,
        sheet: row.try_get("sheet")?,
        name: row.try_get("name")?,
        shared: row.try_get::<i64, _>("shared")? == 1,
        value: row.try_get("value")?,
    })
}
