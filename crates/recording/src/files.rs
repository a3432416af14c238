//! The files of recordings: written, signed, checked, mended and read. Blocks; never for an async
//! thread.

mod chain;
mod fault;
mod find;
mod reading;
mod repair;
mod signer;
mod verify;
mod walk;
mod writer;

use std::path::{Path, PathBuf};

use wire::{End, SessionId};

pub use fault::{Fault, Which, Wrong};
pub use find::{Find, Found, Hit};
pub use reading::{Point, Reading};
pub use repair::{Repaired, Unrepaired, repair};
pub use signer::{KeyError, Signer};
pub use verify::{Report, verify};
pub use writer::{Closed, Writer};

/// Ending of the name of a recording.
pub const CAST: &str = "cast";
/// Ending of the name of its index.
pub const INDEX: &str = "idx";

/// Where the recording of a session is.
#[must_use]
pub fn cast_path(folder: &Path, session: SessionId) -> PathBuf {
    folder.join(format!("{session}.{CAST}"))
}

/// Where its index is.
#[must_use]
pub fn index_path(folder: &Path, session: SessionId) -> PathBuf {
    folder.join(format!("{session}.{INDEX}"))
}

/// What the last marker of a recording says.
fn label(end: &End) -> String {
    let mut label = end.reason.as_str().to_owned();
    if let Some(by) = &end.by {
        label = format!("{label} by {by}");
    }
    if let Some(note) = &end.note {
        label = format!("{label}: {note}");
    }
    label
}
