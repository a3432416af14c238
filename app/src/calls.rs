//! The server functions: each finds the backend and the request, calls, and returns.
//!
//! Who may do what is decided behind [`Backend`], from the sign-in that the request carries.

#![expect(missing_docs, reason = "the macro makes a struct of each function's arguments")]

use leptos::server;
use wire::SessionId;

use crate::backend::{
    AuditPage, AuditQuery, BackendError, Ending, LogPage, LogQuery, Me, MyAccounts, Shown, Views,
};
use crate::table::Sheet;

#[cfg(feature = "ssr")]
mod scope {
    use std::sync::Arc;

    use http::request::Parts;
    use leptos::prelude::use_context;

    use crate::backend::{Backend, BackendError};

    /// The backend and the request that asks; fails where the server did not provide them.
    pub(super) fn scope() -> Result<(Arc<dyn Backend>, Parts), BackendError> {
        use_context().zip(use_context()).ok_or(BackendError::Failed)
    }
}

#[cfg(feature = "ssr")]
use scope::scope;

/// Who is signed in.
#[server(WhoAmI, endpoint = "me")]
pub async fn me() -> Result<Option<Me>, BackendError> {
    let (backend, parts) = scope()?;
    backend.me(&parts).await
}

/// One session, open or ended.
#[server(endpoint = "session")]
pub async fn session(id: SessionId) -> Result<Shown, BackendError> {
    let (backend, parts) = scope()?;
    backend.session(&parts, id).await
}

/// The accounts that the person may connect to.
#[server(endpoint = "accounts")]
pub async fn accounts() -> Result<MyAccounts, BackendError> {
    let (backend, parts) = scope()?;
    backend.accounts(&parts).await
}

/// Ends a session with a reason.
#[server(endpoint = "terminate")]
pub async fn terminate(id: SessionId, reason: String) -> Result<Ending, BackendError> {
    let (backend, parts) = scope()?;
    backend.terminate(&parts, id, reason).await
}

/// Keeps the layout of a table.
#[server(endpoint = "save_layout")]
pub async fn save_layout(#[server(default)] sheet: Sheet, layout: String) -> Result<(), BackendError> {
    let (backend, parts) = scope()?;
    backend.save_layout(&parts, sheet, layout).await
}

/// Keeps how the pages are to look.
#[server(endpoint = "save_look")]
pub async fn save_look(look: String) -> Result<(), BackendError> {
    let (backend, parts) = scope()?;
    backend.save_look(&parts, look).await
}

/// The saved views of a table.
#[server(endpoint = "views")]
pub async fn saved_views(sheet: Sheet) -> Result<Views, BackendError> {
    let (backend, parts) = scope()?;
    backend.views(&parts, sheet).await
}

/// Saves a view under a new name, or the one of an id anew.
#[server(endpoint = "save_view")]
pub async fn save_view(
    sheet: Sheet,
    #[server(default)] id: Option<String>,
    name: String,
    value: String,
) -> Result<String, BackendError> {
    let (backend, parts) = scope()?;
    backend.save_view(&parts, sheet, id, name, value).await
}

/// Gives a saved view another name.
#[server(endpoint = "rename_view")]
pub async fn rename_view(id: String, name: String) -> Result<(), BackendError> {
    let (backend, parts) = scope()?;
    backend.rename_view(&parts, id, name).await
}

/// Shows a saved view to everybody, or no longer.
#[server(endpoint = "share_view")]
pub async fn share_view(id: String, shared: bool) -> Result<(), BackendError> {
    let (backend, parts) = scope()?;
    backend.share_view(&parts, id, shared).await
}

/// Deletes a saved view.
#[server(endpoint = "delete_view")]
pub async fn delete_view(id: String) -> Result<(), BackendError> {
    let (backend, parts) = scope()?;
    backend.delete_view(&parts, id).await
}

/// A page of the audit.
#[server(endpoint = "audit")]
pub async fn audit(query: AuditQuery) -> Result<AuditPage, BackendError> {
    let (backend, parts) = scope()?;
    backend.audit(&parts, query).await
}

/// A page of the access log.
#[server(endpoint = "access_log")]
pub async fn access_log(query: LogQuery) -> Result<LogPage, BackendError> {
    let (backend, parts) = scope()?;
    backend.access_log(&parts, query).await
}

/// Takes note of an export.
#[server(endpoint = "note_export")]
pub async fn note_export(
    #[server(default)] sheet: Sheet,
    filter: String,
    rows: u32,
    #[server(default)] columns: String,
    #[server(default)] file: String,
    #[server(default)] sha256: String,
) -> Result<(), BackendError> {
    let (backend, parts) = scope()?;
    let note = crate::backend::ExportNote { filter, rows, columns, file, sha256 };
    backend.note_export(&parts, sheet, note).await
}
