//! Recordings of sessions, as files that prove what happened.
//!
//! A recording is two files in one folder. `ID.cast` is an asciicast v3, so that the `asciinema`
//! programs play it; this crate's root is its pure format, for the browser as for the server. A desktop has the
//! same file with codes of its own ([`Sight`]; `picture.rs` says how they are written), which those programs pass
//! over. `ID.idx` says beside it where to begin reading, and is a chain of hashes that the node signed: the feature
//! `files` writes, checks, mends and reads both. Never runs a terminal while it writes, and never
//! decides who may read.

mod escape;
mod event;
#[cfg(feature = "files")]
mod files;
mod header;
mod line;
mod link;
mod mark;
mod moment;
mod picture;
mod play;
mod sight;

pub use event::{Event, Tape};
#[cfg(feature = "files")]
pub use files::{
    CAST, Closed, Fault, Find, Found, Hit, INDEX, KeyError, Point, Reading, Repaired, Report, Signer,
    Unrepaired, Which, Writer, Wrong, cast_path, index_path, repair, verify,
};
pub use header::{Facts, Header, HeaderError};
pub use line::{Line, LineError, What, parse_line};
pub use link::{Body, Ending, Keyframe, KeyframeBody, LinkError, Parts, Start, Timed};
pub use mark::{Mark, MarkKind};
pub use moment::Moment;
pub use picture::Picture;
pub use play::{Played, Player, apply};
pub use sight::Sight;
