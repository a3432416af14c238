//! Saved views as pages ask for them: a person's own, and those that everybody sees, which take a permit.

use std::net::IpAddr;

use app::backend::{SavedView, Views};
use app::table::{Arrangement, Sheet};
use hub::{Manage, Viewer, permit_global};
use wire::UserId;

use super::Web;
use super::sessions::by;
use crate::audit::{Action, Event};
use crate::store::{Changer, StoreError, ViewRow};

impl Web {
    /// The views of a table that a viewer sees.
    pub(super) async fn views(&self, viewer: &Viewer, sheet: Sheet) -> Result<Views, StoreError> {
        let user = user(viewer)?;
        let rows = self.services.store.views(user, sheet.name()).await?;
        let may_share = permit_global::<Manage>(viewer).is_ok();
        let saved = |row: ViewRow| SavedView {
            mine: row.user == user,
            may_change: may_share || !row.shared,
            id: row.id,
            name: row.name,
            shared: row.shared,
            by: row.user_name,
            value: row.value,
        };
        Ok(Views { views: rows.into_iter().map(saved).collect(), may_share })
    }

    /// Saves a view under a new name, or with its `id` anew; the answer is its id.
    pub(super) async fn save_view(
        &self,
        viewer: &Viewer,
        sheet: Sheet,
        id: Option<String>,
        name: &str,
        value: &str,
        from: IpAddr,
    ) -> Result<String, StoreError> {
        // What is kept is what this build understood, and no more.
        let value = Arrangement::from_json(sheet, value).to_json();
        let Some(id) = id else {
            return self.services.store.add_view(user(viewer)?, sheet.name(), name, &value).await;
        };
        let (permit, event) =
            (permit_global::<Manage>(viewer).ok(), by(viewer, Action::ViewChanged).from(from));
        self.services.store.set_view(changer(viewer, permit.as_ref())?, &id, &value, event).await?;
        Ok(id)
    }

    /// Gives a view another name.
    pub(super) async fn rename_view(
        &self,
        viewer: &Viewer,
        id: &str,
        name: &str,
        from: IpAddr,
    ) -> Result<(), StoreError> {
        let (permit, event) =
            (permit_global::<Manage>(viewer).ok(), by(viewer, Action::ViewChanged).from(from));
        self.services.store.rename_view(changer(viewer, permit.as_ref())?, id, name, event).await
    }

    /// Shows a view to everybody, or no longer.
    pub(super) async fn share_view(
        &self,
        viewer: &Viewer,
        id: &str,
        shared: bool,
        from: IpAddr,
    ) -> Result<(), StoreError> {
        let permit = permit_global::<Manage>(viewer)
            .map_err(|_| StoreError::Refused("your role does not allow you to share views".into()))?;
        let event: Event =
            by(viewer, if shared { Action::ViewShared } else { Action::ViewChanged }).from(from);
        self.services.store.share_view(&permit, user(viewer)?, id, shared, event).await
    }

    /// Deletes a view.
    pub(super) async fn delete_view(
        &self,
        viewer: &Viewer,
        id: &str,
        from: IpAddr,
    ) -> Result<(), StoreError> {
        let (permit, event) =
            (permit_global::<Manage>(viewer).ok(), by(viewer, Action::ViewDeleted).from(from));
        self.services.store.delete_view(changer(viewer, permit.as_ref())?, id, event).await
    }
}

fn user(viewer: &Viewer) -> Result<UserId, StoreError> {
    viewer.user_id.ok_or_else(|| StoreError::Refused("only a user has views".into()))
}

fn changer<'p>(viewer: &Viewer, permit: Option<&'p hub::Permit<Manage>>) -> Result<Changer<'p>, StoreError> {
    let user = user(viewer)?;
    Ok(permit.map_or(Changer::Own(user), |permit| Changer::Manager(user, permit)))
}
