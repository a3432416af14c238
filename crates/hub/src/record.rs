//! Where a session's recording is kept, as the hub sees it.

use async_trait::async_trait;
use bytes::Bytes;
use wire::End;
use wire::desktop::{Extent, Pointer, Tile};
use wire::live::{Modes, Size};

use crate::Opening;

/// Whether sessions on an account are recorded; set on the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingRule {
    /// Always: without a recording there is no session.
    Required,
    /// If possible.
    Wanted,
    /// Never.
    Off,
}

/// What a recording holds of keys that are pressed at a desktop, which shows nobody whether it is a password that
/// is typed; set on the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeysRule {
    /// That something was typed, and by whom.
    #[default]
    Masked,
    /// The keys themselves.
    Kept,
}

/// A session that had to be recorded cannot be, in words for whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRecorded(pub String);

/// What happened beside a screen's own events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// Somebody watches.
    Joined,
    /// Somebody no longer watches.
    Left,
    /// A watcher has the keyboard.
    Lease,
    /// They no longer have it.
    LeaseEnded,
    /// A message to the owner.
    Message,
    /// The owner's keys count for nothing.
    Paused,
    /// They count again.
    Resumed,
    /// An operation on a file.
    File,
    /// Anything else, in words.
    Note,
}

/// A mark in a recording: who did what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What happened.
    pub kind: MarkKind,
    /// Name of who did it; empty for the owner.
    pub by: String,
    /// What was said or done, in words; may be empty.
    pub text: String,
}

/// One thing that a recording holds.
#[derive(Clone, Debug)]
pub enum Moment {
    /// The target wrote this, and the owner has it.
    Output(Bytes),
    /// Somebody typed this: a watcher of that name, or the owner.
    Typed {
        /// Name of the watcher; none for the owner.
        by: Option<String>,
        /// What went to the target; for a desktop an encoded list of [`wire::desktop::Gesture`]s.
        bytes: Bytes,
    },
    /// The owner's window has this size.
    Resize(Size),
    /// The whole screen after everything before: where replay can begin.
    Keyframe(Keyframe),
    /// Something happened beside.
    Mark(Mark),
    /// The program ended with this status.
    Exit(u32),
    /// The desktop has another extent and is black until it is drawn.
    Extent(Extent),
    /// Parts of the picture changed.
    Drawn {
        /// Number of the event, as watchers know it.
        seq: u64,
        /// The parts.
        tiles: Vec<Tile>,
    },
    /// The mouse's pointer has another shape.
    Pointer {
        /// Number of the event, as watchers know it.
        seq: u64,
        /// Its shape.
        pointer: Pointer,
    },
    /// The whole picture after everything before: where replay can begin.
    Picture(PictureFrame),
}

/// A whole terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyframe {
    /// Its size.
    pub size: Size,
    /// Modes beside the dump.
    pub modes: Modes,
    /// Title that the program set; empty when none.
    pub title: String,
    /// Text that draws it on a fresh terminal of that size.
    pub dump: String,
}

/// A whole picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureFrame {
    /// Number of the last event in it, as watchers know it.
    pub seq: u64,
    /// Its size.
    pub extent: Extent,
    /// The mouse's pointer.
    pub pointer: Pointer,
    /// Parts that together are all of it.
    pub tiles: Vec<Tile>,
}

/// Begins recordings; implemented by the server over files.
#[async_trait]
pub trait Archive: Send + Sync + 'static {
    /// Begins the recording of a session that is about to be written down; none when the account wants
    /// none, or can do without one that is not possible.
    ///
    /// # Errors
    /// When the account requires a recording and none is possible.
    async fn begin(&self, opening: &Opening) -> Result<Option<Box<dyn Recorder>>, NotRecorded>;
}

/// One session's recording.
#[async_trait]
pub trait Recorder: Send + Sync + 'static {
    /// Takes a moment in, at once and in order; false when much waits to be written: call
    /// [`Recorder::room`] before more comes.
    fn take(&self, moment: Moment) -> bool;

    /// Completes when there is room. Cancel-safe.
    async fn room(&self);

    /// Completes when the recording cannot go on and the session may not go on without; the answer says
    /// why. Cancel-safe.
    async fn lost(&self) -> String;

    /// The session is over. Returns at once; what was taken is written soon.
    fn close(&self, end: &End);

    /// The session did not come about: nothing is kept.
    fn discard(&self);
}
