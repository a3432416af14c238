//! What passes between those who take part, the owner's gateway and the audit.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use wire::live::LeaseMode;

use crate::consent::Question;
use crate::lock::lock;
use crate::notice::Notice;

/// What the owner's side must look at before it writes a key.
pub(super) const PAUSED: u8 = 1;
pub(super) const EXCLUSIVE: u8 = 2;
pub(super) const ASKING: u8 = 4;
/// There is something to tell the owner.
pub(super) const NEWS: u8 = 8;
/// A watcher's input waits for the target.
pub(super) const INPUT_WAITS: u8 = 16;

/// How long things may take that end by themselves.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// A control lease that is not renewed.
    pub lease: Duration,
    /// A question that the owner does not answer.
    pub consent: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { lease: Duration::from_secs(300), consent: Duration::from_secs(60) }
    }
}

/// What a watcher did, for the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Held the lease, which is over.
    Lease {
        /// Its modes, in their order.
        modes: Vec<LeaseMode>,
        /// How long it lasted.
        lasted: Duration,
    },
    /// Sent the owner a message.
    Message(String),
    /// Paused the owner's input.
    Paused,
    /// Let it go on, or left or lost the right while it was paused.
    Resumed,
}

/// What one watcher did.
#[derive(Clone, Debug, Default)]
pub struct Deeds(Arc<Mutex<Vec<Deed>>>);

impl Deeds {
    /// Everything since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<Deed> {
        std::mem::take(&mut *lock(&self.0))
    }

    pub(super) fn push(&self, deed: Deed) {
        lock(&self.0).push(deed);
    }
}

/// Whose hand a watcher's is, for who is to know where the mouse is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand {
    pub(crate) seat: u64,
    /// The owner is told of them.
    pub(crate) told: bool,
}

/// What a watcher typed, on its way to the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Name of the watcher.
    pub by: Arc<str>,
    /// Their hand.
    pub hand: Hand,
    /// Everything of one request.
    pub bytes: Bytes,
}

/// What the gateway is to do for the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// Tell them.
    Tell(Notice),
    /// Ask them, and give the answer to [`crate::OpenSession::answer`].
    Ask(Question),
    /// Let them hear that a key counted for nothing.
    Bell,
    /// On a desktop, before anybody does more: let go of what the watcher holds whose control has ended.
    LetGo,
}

/// What stands in the way of the owner's keys at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hindrance(pub(super) u8);

impl Hindrance {
    /// Nothing does.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 & (PAUSED | EXCLUSIVE | ASKING) == 0
    }

    /// They count for nothing.
    #[must_use]
    pub const fn is_paused(self) -> bool {
        self.0 & PAUSED != 0
    }

    /// A watcher has the keyboard until the owner's first key.
    #[must_use]
    pub const fn is_exclusive(self) -> bool {
        self.0 & EXCLUSIVE != 0
    }

    /// A question waits for its answer.
    #[must_use]
    pub const fn is_asked(self) -> bool {
        self.0 & ASKING != 0
    }
}
