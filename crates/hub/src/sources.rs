//! Sessions that other systems report: on the list like all others, without a gateway here.
//!
//! Whoever holds the reports writes them down first and calls these second, many sessions in one step. Never
//! ends one by itself: only its source can, and says so.

use wire::{End, EndAsked, Millis, SessionId};

use crate::{Hub, Opening};

/// What a termination has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Termination {
    /// The session has ended.
    Ended(End),
    /// Its source has to end it: nobody has asked the source yet.
    Source,
}

impl Hub {
    /// Announces sessions of sources that are written down already; they have no screen and are not
    /// recorded. False when this node stops: nothing was announced.
    #[must_use]
    pub fn adopt(&self, openings: Vec<Opening>) -> bool {
        self.registry.adopt(openings)
    }

    /// Announces ends of adopted sessions that are written down already.
    pub fn release(&self, ends: &[(SessionId, End)]) {
        self.registry.release(ends);
    }

    /// Announces when adopted sessions were last active.
    pub fn active_at(&self, moved: &[(SessionId, Millis)]) {
        self.registry.active_at(moved);
    }

    /// Announces where a request to end an adopted session stands.
    pub fn end_asked(&self, session: SessionId, asked: EndAsked) {
        self.registry.end_asked(session, asked);
    }
}
