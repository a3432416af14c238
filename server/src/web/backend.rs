//! The app's [`Backend`]: what pages ask, answered for the person behind the request's cookie.

use app::backend::{AuditPage, AuditQuery, Backend, BackendError, Me, Shown};
use async_trait::async_trait;
use axum::http::request::Parts;
use hub::{NotOpen, ReadAudit, Refusal, Watch, permit, permit_global, rights};
use wire::{End, Rights, SessionId};

use super::Shared;
use super::audit::AuditError;
use super::peer::peer;
use super::sessions::{SessionError, by};
use crate::audit::Action;
use crate::console::SignedIn;
use crate::store::{SESSIONS_LAYOUT, SessionRow};

/// Largest layout that is kept, in bytes: every column with its width and filters takes a few thousand.
const MAX_LAYOUT_BYTES: usize = 32 << 10;
/// Longest description of a filter that is audited, in characters.
const MAX_FILTER_CHARS: usize = 500;

/// The server, as pages see it.
pub(super) struct Pages(pub(super) Shared);

impl Pages {
    async fn signed(&self, parts: &Parts) -> Result<SignedIn, BackendError> {
        self.0.signed_in(parts).await.map_err(failed)?.ok_or(BackendError::SignedOut)
    }
}

#[async_trait]
impl Backend for Pages {
    async fn me(&self, parts: &Parts) -> Result<Option<Me>, BackendError> {
        let Some(SignedIn { known, .. }) = self.0.signed_in(parts).await.map_err(failed)? else {
            return Ok(None);
        };
        let layout = match known.viewer.user_id {
            Some(user) => self.0.services.store.preference(user, SESSIONS_LAYOUT).await.map_err(failed)?,
            None => None,
        };
        let viewer = known.viewer;
        let reads_audit = permit_global::<ReadAudit>(&viewer).is_ok();
        Ok(Some(Me { name: viewer.name, full_name: viewer.full_name, role: known.role, reads_audit, layout }))
    }

    async fn session(&self, parts: &Parts, id: SessionId) -> Result<Shown, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let SessionRow { session, facts, screen, ended } =
            self.0.session(&viewer, id).await.map_err(refused)?;
        if ended.is_some() {
            return Ok(Shown { session, rights: Rights::default(), ended, refusal: None });
        }
        let rights = rights(&viewer, &facts, screen).ok_or(BackendError::NotFound)?;
        let refusal = (!rights.watch).then(|| match permit::<Watch>(&viewer, &facts) {
            Err(refusal) => refusal.to_string(),
            Ok(_) if !screen => NotOpen::NoScreen.to_string(),
            // The role allows it, so it is the account's policy that does not.
            Ok(_) if facts.policy == hub::WatchPolicy::Consent => Refusal::ConsentNeeded.to_string(),
            Ok(_) => Refusal::Forbidden("watch").to_string(),
        });
        Ok(Shown { session, rights, ended, refusal })
    }

    async fn terminate(&self, parts: &Parts, id: SessionId, reason: String) -> Result<End, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let (_, end) = self.0.terminate(&viewer, id, &reason).await.map_err(refused)?;
        Ok(end)
    }

    async fn save_layout(&self, parts: &Parts, layout: String) -> Result<(), BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&layout).is_ok();
        if layout.len() > MAX_LAYOUT_BYTES || !is_json {
            return Err(BackendError::Refused("this layout cannot be kept".into()));
        }
        let Some(user) = viewer.user_id else { return Err(BackendError::Failed) };
        self.0.services.store.set_preference(user, SESSIONS_LAYOUT, &layout).await.map_err(failed)
    }

    async fn audit(&self, parts: &Parts, query: AuditQuery) -> Result<AuditPage, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let permit = permit_global::<ReadAudit>(&viewer).map_err(|_| BackendError::NotFound)?;
        self.0.audit(&permit, &query).await.map_err(|error| match error {
            AuditError::Asked(words) => BackendError::Refused(words),
            AuditError::Store(error) => failed(error),
        })
    }

    async fn note_export(&self, parts: &Parts, filter: String, rows: u32) -> Result<(), BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let filter: String = filter.chars().take(MAX_FILTER_CHARS).collect();
        let event = by(&viewer, Action::Exported).on("sessions").from(peer(parts));
        self.0.services.journal.note(event.detail(format!("{rows} rows, filter: {filter}")));
        Ok(())
    }
}

fn failed(error: impl std::fmt::Display) -> BackendError {
    tracing::error!(%error, "a page could not be served");
    BackendError::Failed
}

fn refused(error: SessionError) -> BackendError {
    match error {
        SessionError::Refused(Refusal::Unknown) => BackendError::NotFound,
        SessionError::Refused(_) | SessionError::Ended | SessionError::Reason => {
            BackendError::Refused(error.to_string())
        }
        SessionError::Store(error) => failed(error),
    }
}
