//! A session's file transfer, if that is what it is, as the two directions of the relay see it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hub::{Mark, MarkKind, OpenSession, RecordingRule};

use crate::session::Start;
use crate::sftp::{Follower, Operation, What};

/// Follows the transfer of one session.
pub(crate) struct Transfer {
    follower: Option<Mutex<Follower>>,
    /// What cannot be followed may not go on.
    required: bool,
}

/// The transfer can be followed no further and may not go on without.
pub(crate) struct Unfollowed;

impl Transfer {
    /// For what a person started on an account with that rule: only SFTP is followed.
    pub(crate) fn of(start: &Start, rule: RecordingRule) -> Self {
        let follower = matches!(start, Start::Sftp).then(Mutex::default);
        Self { follower, required: rule == RecordingRule::Required }
    }

    /// Reads what goes to the target, before the target has it.
    pub(crate) fn asks(&self, bytes: &[u8]) {
        if let Some(mut follower) = self.follower() {
            follower.from_person(bytes);
        }
    }

    /// Reads what came from the target, once the person has it.
    pub(crate) fn answers(&self, open: &OpenSession, bytes: &[u8]) -> Result<(), Unfollowed> {
        let done = self.follower().map(|mut follower| follower.from_target(bytes)).unwrap_or_default();
        done.iter().for_each(|done| operation(open, done));
        if self.required && done.iter().any(|done| done.what == What::Lost) {
            Err(Unfollowed)
        } else {
            Ok(())
        }
    }

    /// At the session's end, before it is closed.
    pub(crate) fn end(&self, open: &OpenSession) {
        let rest = self.follower().map(|mut follower| follower.rest());
        rest.into_iter().flatten().for_each(|left| operation(open, &left));
    }

    fn follower(&self) -> Option<MutexGuard<'_, Follower>> {
        self.follower.as_ref().map(|follower| follower.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn operation(open: &OpenSession, operation: &Operation) {
    open.mark(Mark { kind: MarkKind::File, by: String::new(), text: operation.to_string() });
    tracing::debug!(
        session = %open.id(),
        what = operation.what.words(),
        is_look = operation.what.is_look(),
        is_done = operation.result.is_ok(),
        "file transfer"
    );
}
