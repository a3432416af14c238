//! Sessions as a viewer may see and end them: the one way for the pages and the JSON API alike.

use std::time::Duration;

use hub::{NotOpen, Refusal, See, Terminate, Termination, Viewer, permit};
use tokio::sync::watch;
use tokio::time::timeout;
use wire::{Session, SessionId};

use super::Web;
use crate::audit::{Action, Event, subject};
use crate::reports::{Asker, Outcome, Unavailable};
use crate::store::{SessionRow, StoreError};

/// How long the person who asks waits for a source's answer.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// Longest reason for ending a session, in characters.
const MAX_REASON_CHARS: usize = 500;

/// Why a session was not found or not ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    /// The viewer may not see it, or not end it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It had ended.
    #[error("this session has already ended")]
    Ended,
    /// Its source has to end it and could not be asked.
    #[error("the session's source could not be asked: try again in a moment")]
    Source(#[from] Unavailable),
    /// The reason is missing or too long.
    #[error("give a reason of 1 to {MAX_REASON_CHARS} characters")]
    Reason,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Web {
    /// One session, open (with the values of this moment) or ended, if the viewer may see it.
    pub(super) async fn session(&self, viewer: &Viewer, id: SessionId) -> Result<SessionRow, SessionError> {
        if let Some(open) = self.services.hub.session(id) {
            permit::<See>(viewer, &open.facts)?;
            return Ok(SessionRow {
                session: open.session,
                facts: open.facts,
                screen: open.screen,
                ended: None,
            });
        }
        let row = self.services.store.session(id).await?.ok_or(Refusal::Unknown)?;
        permit::<See>(viewer, &row.facts)?;
        Ok(row)
    }

    /// Ends a session and audits it; the row has ended when this returns. One that only its source can end has
    /// not, if the source does not do it within [`ANSWER_WAIT`].
    pub(super) async fn terminate(
        &self,
        viewer: &Viewer,
        id: SessionId,
        reason: &str,
    ) -> Result<(Session, Outcome), SessionError> {
        let row = self.session(viewer, id).await?;
        let allowed = permit::<Terminate>(viewer, &row.facts)?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS {
            return Err(SessionError::Reason);
        }
        let end = match self.services.hub.terminate(allowed, reason) {
            _ if row.ended.is_some() => return Err(SessionError::Ended),
            Ok(Termination::Ended(end)) => end,
            Ok(Termination::Source) => {
                let asker =
                    Asker { name: viewer.name.clone(), id: viewer.user_id, reason: reason.to_owned() };
                let asked = self.services.reports.ask(id, asker).await?.ok_or(SessionError::Ended)?;
                let outcome = answered(asked).await;
                let session = self.services.hub.session(id).map_or(row.session, |listed| listed.session);
                return Ok((session, outcome));
            }
            Err(NotOpen::Refused(refusal)) => return Err(refusal.into()),
            Err(NotOpen::Ended | NotOpen::NoScreen) => return Err(SessionError::Ended),
        };
        let event = by(viewer, Action::Terminated).on(subject(&row.session)).session(id).detail(reason);
        self.services.journal.note(event);
        Ok((row.session, Outcome::Ended(end)))
    }
}

/// What a source answers in time, or that it has not.
async fn answered(mut asked: watch::Receiver<Outcome>) -> Outcome {
    let said = |outcome: &Outcome| !matches!(outcome, Outcome::Waiting { late: false });
    // Not said in time, or the server stops: then it waits.
    drop(timeout(ANSWER_WAIT, asked.wait_for(said)).await);
    asked.borrow().clone()
}

/// An audit event that the viewer is behind.
pub(super) fn by(viewer: &Viewer, action: Action) -> Event {
    let event = Event::new(action, viewer.name.as_str());
    match viewer.user_id {
        Some(id) => event.by_user(id),
        None => event,
    }
}
