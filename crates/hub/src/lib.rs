//! Live sessions: the registry of what is open, each session's screen, who watches it, and its end.
//!
//! Transport-free: never opens a socket, never touches a database and knows no web framework. The
//! store is reached through [`Ledger`]; authority arrives as a [`Permit`].
//!
//! The owner's side of a session ([`OpenSession`]) only ever appends to an inbox. Watchers' work
//! (decoding, drawing, encoding, sending) is done by one fan-out task per watched session on the
//! watchers' own runtime; a session that nobody watches has no task, and its screen is kept as its
//! dump and what came since. Where the screen is a picture, its gateway paints into it and says when to show
//! what it painted: that is encoded once, on the gateway's thread, for the recording and everybody who looks.

mod consent;
mod control;
mod desktop;
mod entry;
mod fanout;
mod inbox;
mod ledger;
mod list;
mod live;
mod lock;
mod notice;
mod open;
mod permission;
mod record;
mod registry;
mod ring;
mod sources;
mod tape;
mod terminal;
mod text;
mod watch;
mod window;

pub use consent::Question;
pub use control::{Deed, Deeds, Directive, Hand, Hindrance, Times, Typed, mode_word};
pub use entry::{Facts, Opening, ScreenKind, WatchPolicy};
pub use ledger::{Ledger, LedgerError};
pub use list::{List, ListEvent, Listed, Unread};
pub use notice::{Notice, Notices};
pub use open::{OpenSession, Terminated};
pub use permission::{
    Control, Extent, Manage, Permit, Privilege, Reach, ReadAudit, Refusal, Replay, Scope, Scopes, See,
    Terminate, Viewer, Watch, permit, permit_global, reach, rights,
};
pub use record::{
    Archive, Keyframe, KeysRule, Mark, MarkKind, Moment, NotRecorded, PictureFrame, Recorder, RecordingRule,
};
pub use registry::{Hub, NotOpen, NotOpened};
pub use screen::Aside;
pub use sources::Termination;
pub use text::visible as visible_text;
pub use watch::{Asked, Room, WatchHandle};
pub use window::{Window, Windows};
