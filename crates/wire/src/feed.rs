//! The list feed: one snapshot, then changes, by push (server to browser only).

use serde::{Deserialize, Serialize};

use crate::{End, FrameError, Millis, Rights, Session, SessionId, decode};

/// What happened to one session of the list.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "most changes are openings, each is moved on at once")
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It was opened, became visible to the viewer, or what is said of it is another now.
    Opened(Session, Rights),
    /// Something of it that moves has moved.
    Updated(Update),
    /// It ended.
    Ended(SessionId, End),
    /// It is open but no longer for the viewer to see.
    Hidden(SessionId),
}

/// The parts of a session that move while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Which session.
    pub id: SessionId,
    /// How many people have its screen open.
    pub watchers: u32,
    /// When it was last active.
    pub last_active_at: Millis,
}

/// One message of the list feed. `seq` counts the `Changes` of one connection from 1; a
/// `Snapshot` and a `Heartbeat` name the last one sent before them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedFrame {
    /// First message: which build serves (a page of another build offers to reload), and the
    /// longest silence to expect before a heartbeat, in milliseconds.
    Hello {
        /// Id of the build.
        build: String,
        /// The server's clock.
        now: Millis,
        /// Milliseconds between heartbeats.
        heartbeat_ms: u32,
    },
    /// Everything that is open now, in pieces with nothing between them; replaces what the page has.
    Snapshot {
        /// Last `Changes` before it.
        seq: u64,
        /// Open sessions, those that were opened last first.
        sessions: Vec<(Session, Rights)>,
        /// How many more are in the pieces to come; 0 in the last one.
        rest: u32,
    },
    /// What happened since.
    Changes {
        /// One more than that of the message before.
        seq: u64,
        /// In the order in which it happened.
        changes: Vec<Change>,
    },
    /// Nothing happened.
    Heartbeat {
        /// Last `Changes` sent.
        seq: u64,
        /// The server's clock.
        now: Millis,
    },
    /// The viewer's own sign-in ended: the page goes to the sign-in page. Last message.
    SignedOut(End),
}

impl FeedFrame {
    /// Reads one frame; compiled here, for speed in the browser.
    ///
    /// # Errors
    /// When the bytes are not exactly one frame, or too many.
    pub fn read(bytes: &[u8]) -> Result<Self, FrameError> {
        decode(bytes)
    }
}
