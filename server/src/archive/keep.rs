//! What becomes of recordings later: those of a node that died are closed and signed, old ones removed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use recording::{INDEX, Signer, cast_path, index_path};
use wire::{End, EndReason, Millis, SessionId};

use super::tape::shelve;
use super::{Limits, OPEN, Shelf};
use crate::audit::{Action, Event};
use crate::journal::Journal;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A recording that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Of which session.
    pub session: SessionId,
    /// How many bytes it took.
    pub bytes: u64,
}

/// Closes and signs, as far as they go, the recordings that a node left open when it died. A recording
/// that was tampered with stays as it is: checking it names the place.
pub(super) fn close_left_open(shelf: &Shelf, signer: &Arc<Signer>, journal: &Journal) {
    let open = shelf.open();
    for session in sessions_in(&open) {
        let at = modified(&cast_path(&open, session)).unwrap_or_else(Millis::now);
        let end = End::new(EndReason::NodeLost, at);
        let event = Event::new(Action::Recording, "recorder").on(session.to_string()).session(session);
        match recording::repair(&open, session, signer, &end) {
            Ok(_) => {
                tracing::warn!(%session, "a recording that the last run left open was closed");
                journal.note(event.detail("closed after its node was lost"));
            }
            Err(error) => {
                tracing::error!(%session, %error, "a recording that the last run left open cannot be closed");
                journal.note(event.detail("could not be closed after its node was lost"));
            }
        }
        if let Err(error) = shelve(shelf, session) {
            tracing::error!(%session, %error, "a recording could not be put away");
        }
    }
}

struct Kept {
    session: SessionId,
    folder: PathBuf,
    bytes: u64,
    at: Millis,
}

/// Removes closed recordings that are too old, and then the oldest until the rest is not too much.
pub(super) fn tidy(shelf: &Shelf, limits: Limits, now: Millis, journal: &Journal) -> Vec<Removed> {
    if limits.days.is_none() && limits.max_bytes.is_none() {
        return Vec::new();
    }
    let mut kept = closed(shelf);
    kept.sort_by_key(|kept| (kept.at, kept.session));
    let mut bytes: u64 = kept.iter().map(|kept| kept.bytes).sum();
    let oldest = limits.days.map(|days| Millis(now.0 - i64::from(days) * DAY_MS));
    let mut removed = Vec::new();
    for kept in kept {
        let too_old = oldest.is_some_and(|oldest| kept.at < oldest);
        let too_much = limits.max_bytes.is_some_and(|most| bytes > most);
        if !too_old && !too_much {
            break;
        }
        let why = if too_old { "it was too old" } else { "recordings took too much space" };
        let Kept { session, folder, bytes: size, .. } = kept;
        if let Err(error) = remove(&folder, session) {
            tracing::error!(%session, %error, "a recording cannot be removed");
            continue;
        }
        bytes -= size;
        let event = Event::new(Action::Recording, "recorder").on(session.to_string()).session(session);
        journal.note(event.detail(format!("removed, {size} bytes: {why}")));
        removed.push(Removed { session, bytes: size });
    }
    removed
}

fn closed(shelf: &Shelf) -> Vec<Kept> {
    let months = entries(&shelf.folder).into_iter().filter(|path| !path.ends_with(OPEN));
    let mut all = Vec::new();
    for folder in months {
        for session in sessions_in(&folder) {
            let (cast, index) = (cast_path(&folder, session), index_path(&folder, session));
            let bytes = size(&cast) + size(&index);
            let at = modified(&index).unwrap_or_default();
            all.push(Kept { session, folder: folder.clone(), bytes, at });
        }
    }
    all
}

/// The sessions that a folder has recordings of.
fn sessions_in(folder: &Path) -> Vec<SessionId> {
    let named = |path: PathBuf| {
        let is_index = path.extension().is_some_and(|ending| ending == INDEX);
        is_index.then(|| path.file_stem()?.to_str()?.parse().ok()).flatten()
    };
    entries(folder).into_iter().filter_map(named).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(error) => {
            tracing::error!(folder = %folder.display(), %error, "a folder of recordings cannot be read");
            Vec::new()
        }
    }
}

/// Removes both files of a recording; one that is gone already is no error.
pub(super) fn remove(folder: &Path, session: SessionId) -> std::io::Result<()> {
    for path in [cast_path(folder, session), index_path(folder, session)] {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |about| about.len())
}

fn modified(path: &Path) -> Option<Millis> {
    let since = std::fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}
